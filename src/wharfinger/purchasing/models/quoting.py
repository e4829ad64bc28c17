"""Requests for quotation: what is asked of several vendors, and what each of them answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Document
from wharfinger.parties.models import Organization


class Rfq(Document):
    """What several vendors are asked to offer; no goods and no wish move by it."""

    subject: ClassVar[str] = "rfq"
    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=100, blank=True)
    answer_by = models.DateField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    """Stands on what each vendor gets."""
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class RfqLine(Document):
    """How many of a product are asked for; what no customer's line wants of it is for stock."""

    subject: ClassVar[str] = "rfq_line"
    rfq = models.ForeignKey(Rfq, models.PROTECT, related_name="lines")
    position = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    order = models.ForeignKey("purchasing.PurchaseOrder", models.PROTECT, null=True, related_name="rfq_lines")
    """The purchase order that it became."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="rfq_line_above_zero")]

    def __str__(self) -> str:
        return f"{self.rfq_id}/{self.position}"


class RfqWant(Document):
    """How many of what is asked for a customer's line wanted when it was asked."""

    subject: ClassVar[str] = "rfq_want"
    rfq_line = models.ForeignKey(RfqLine, models.PROTECT, related_name="wants")
    line = models.ForeignKey(Line, models.PROTECT, related_name="rfq_wants")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="rfq_want_above_zero")]

    def __str__(self) -> str:
        return f"{self.line_id} in {self.rfq_line_id}"


class RfqVendor(Document):
    """A vendor that is asked, and what it said about all of it."""

    subject: ClassVar[str] = "rfq_vendor"
    rfq = models.ForeignKey(Rfq, models.PROTECT, related_name="vendors")
    vendor = models.ForeignKey(Organization, models.PROTECT, related_name="rfqs")
    currency = models.CharField(max_length=3)
    freight_minor = models.BigIntegerField(default=0)
    valid_until = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    """When somebody noted that it has the request by post or telephone."""
    answered_on = models.DateField(null=True)
    declined_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rfq", "vendor"], condition=Q(void__isnull=True), name="rfq_vendor_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vendor_id} of {self.rfq_id}"


class RfqAnswer(Document):
    """What a vendor asks for a unit, and how many days it takes; nothing where it does not offer it any more."""

    subject: ClassVar[str] = "rfq_answer"
    rfq_vendor = models.ForeignKey(RfqVendor, models.PROTECT, related_name="answers")
    line = models.ForeignKey(RfqLine, models.PROTECT, related_name="answers")
    unit_cost_micro = models.BigIntegerField(null=True)
    lead_days = models.IntegerField(default=0)
    """Nought where it did not say."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rfq_vendor", "line"], condition=Q(void__isnull=True), name="rfq_answer_once"
            )
        ]

    def __str__(self) -> str:
        return f"answer of {self.rfq_vendor_id} to {self.line_id}"
