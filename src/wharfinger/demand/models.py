"""What is wanted: documents with lines, each line one wanted quantity of one product with one claim."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from wharfinger.catalog.models import Product, TaxCode
from wharfinger.ledger.models import Claim, Document, Entry
from wharfinger.parties.models import Contact, Organization, Site, Terms
from wharfinger.pricing.models import PriceList
from wharfinger.stock.models import Location

CHARGED = ("ticket", "project", "contract", "job")
"""The kinds of document whose lines are charges."""


class Sheet(Document):
    """The common part of every document that has lines: quote, sales order, work order.

    The document's own table has the same primary key, so no worklist joins upward.
    """

    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("quote", "order", *CHARGED)])
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="sheets", db_index=False)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="sheets", db_index=False
    )
    currency = models.CharField(max_length=3)
    tax_included = models.BooleanField(default=False)
    """Whether the prices of new lines include their taxes, which holds from its first day on, as its currency does."""
    customer_reference = models.CharField(max_length=60, blank=True)
    ordered_on = models.DateField()
    promised_on = models.DateField(null=True)
    priority = models.CharField(
        max_length=6, default="normal", choices=[(k, k) for k in ("urgent", "normal", "low")]
    )
    """How pressing an order or work order is; a quote's means nothing."""
    location = models.ForeignKey(Location, models.PROTECT, null=True, related_name="+", db_index=False)
    """From where its goods are taken first; the default location where none is named."""
    terms = models.ForeignKey(Terms, models.PROTECT, null=True, related_name="+", db_index=False)
    """Of an order: under which its invoices are written; the customer's where none are named."""
    discount_micro = models.IntegerField(default=0)
    """Of a quote: the share, at 10⁻⁶, that is taken off the whole, worked into each of its lines."""
    done = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)
    """The entry that left nothing open in goods, bills and money."""

    class Meta:
        constraints = [
            # A document that was undone gives its number free: a file that is brought in anew names it again.
            models.UniqueConstraint(
                fields=["kind", "number"], condition=Q(void__isnull=True), name="sheet_number"
            )
        ]
        indexes = [
            models.Index(
                fields=["kind", "id"], name="sheet_open", condition=Q(done__isnull=True, void__isnull=True)
            ),
            models.Index(fields=["organization", "kind", "id"], name="sheet_organization"),
            models.Index(fields=["number"], name="sheet_by_number"),
            models.Index(
                fields=["customer_reference"], name="sheet_reference", condition=~Q(customer_reference="")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject_name(self) -> str:
        """How the journal names the document, ``order:17``."""
        return f"{SUBJECTS[self.kind]}:{self.pk}"


SUBJECTS = {
    "quote": "quote",
    "order": "order",
    "ticket": "work_order",
    "project": "work_order",
    "contract": "work_order",
    "job": "work_order",
}


class LineGroup(Document):
    """Lines of a quote that stand together under a title, perhaps cheaper together."""

    subject: ClassVar[str] = "line_group"
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="groups")
    position = models.IntegerField()
    title = models.CharField(max_length=120)
    discount_micro = models.IntegerField(default=0)
    """The share that is taken off each of its lines, at 10⁻⁶."""
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title


class Line(models.Model):
    """One wanted quantity of one product; its primary key is its claim's."""

    subject: ClassVar[str] = "line"
    claim = models.OneToOneField(Claim, models.PROTECT, primary_key=True, related_name="line")
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="lines")
    """The document on which the line is wanted and billed."""
    order = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="collected_lines")
    """The sales order that collects it, wherever it is billed; itself for an order's own line."""
    came_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="became")
    """The quote's line that was won, or the line that a swap or replacement serves."""
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="components")
    ratio = models.BigIntegerField(null=True)
    """How many units of a component go into one of its kit, frozen when the line was made."""
    group = models.ForeignKey(LineGroup, models.PROTECT, null=True, related_name="lines")
    position = models.IntegerField(default=0)
    product = models.ForeignKey(Product, models.PROTECT, related_name="lines", db_index=False)
    description = models.CharField(max_length=500, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="lines")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="lines", db_index=False)
    quantity = models.BigIntegerField()
    """In the product's smallest unit, whatever unit it is said in."""
    unit = models.CharField(max_length=20, blank=True)
    """The further unit in which quantity and price are said, by name; empty for the product's own."""
    per = models.BigIntegerField(null=True)
    """How much of the product the price is for, in its smallest unit; nothing for one whole unit of its own."""
    unit_price_micro = models.BigIntegerField()
    """What a unit is charged at, money that is taken off each gone already."""
    discount_each_micro = models.BigIntegerField(default=0)
    """The money that was taken off each unit to come to that."""
    price_typed = models.BooleanField(default=True)
    """Whether somebody typed the price; what was offered is offered anew when the quantity changes."""
    price_list = models.ForeignKey(PriceList, models.PROTECT, null=True, related_name="+", db_index=False)
    """The list that offered the price; none where somebody typed it, or the product's own holds."""
    price_from = models.BigIntegerField(null=True)
    """From which quantity on the list asks that, in the product's smallest unit; nothing where from the first one on."""
    own_discount_micro = models.IntegerField(default=0)
    """The share that is taken off this line, at 10⁻⁶: 15 % = 150 000."""
    discount_micro = models.IntegerField(default=0)
    """The share that is taken off in all: its own, its group's and the whole quote's."""
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    tax_included = models.BooleanField(default=False)
    """Whether its price includes its taxes: as its document says; what was won onto other work keeps its own way."""
    billable = models.BooleanField(default=True)
    approved_minor = models.BigIntegerField(null=True)
    """The extended cost up to which buying this line was approved, in home currency."""
    rejected_note = models.CharField(max_length=500, blank=True)
    own: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """The values of its own fields, by key."""
    promised_on = models.DateField(null=True)
    option = models.CharField(max_length=11, blank=True)
    """On a quote: optional, or an alternative to another line; empty for what is firm."""
    instead_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="alternatives")
    """The line of the same quote to which it is an alternative."""
    taken = models.BooleanField(default=True)
    """Whether it counts; what is not taken is in no sum and ends when the quote is won."""
    every = models.CharField(max_length=7, blank=True)
    """Of what recurs: month, quarter or year, and the line says one of them."""
    removed_at = models.DateTimeField(null=True)
    """When somebody took the line off its document; nothing of it was covered or billed."""
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    made = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    void = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_above_zero"),
            models.CheckConstraint(
                condition=Q(discount_micro__gte=0, discount_micro__lte=1_000_000), name="discount_share"
            ),
            models.CheckConstraint(
                condition=Q(per__isnull=True, unit="") | (Q(per__gt=0) & ~Q(unit="")),
                name="line_unit_has_size",
            ),
            models.CheckConstraint(
                condition=Q(discount_each_micro__gte=0, unit_price_micro__gte=0), name="line_never_below_free"
            ),
            models.CheckConstraint(
                condition=Q(option="alternative", instead_of__isnull=False)
                | (~Q(option="alternative") & Q(instead_of__isnull=True)),
                name="alternative_to_a_line",
            ),
        ]
        indexes = [models.Index(fields=["product", "claim"], name="line_product")]

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.position}"
