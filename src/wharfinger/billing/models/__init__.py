"""Invoices, credit notes and payments."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from wharfinger.billing.models.dues import InvoiceDue
from wharfinger.billing.models.limits import LimitRelease
from wharfinger.billing.models.relief import Relief
from wharfinger.billing.models.reminders import Reminder, ReminderLine, ReminderPause
from wharfinger.billing.models.runs import InvoiceRun, ReminderRun
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.demand.models import Line, Sheet
from wharfinger.ledger.models import Document, Place
from wharfinger.parties.models import Organization, Site, Terms

__all__ = [
    "CreditFee",
    "CreditLine",
    "CreditNote",
    "Invoice",
    "InvoiceDue",
    "InvoiceLine",
    "InvoiceRun",
    "LimitRelease",
    "Payment",
    "Relief",
    "Reminder",
    "ReminderLine",
    "ReminderPause",
    "ReminderRun",
]


class Invoice(Document):
    """What we ask a customer to pay. Drafts have no number and post nothing."""

    subject: ClassVar[str] = "invoice"
    number = models.CharField(max_length=40, null=True, unique=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="invoices")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    sheet = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="invoices")
    """The only document it bills, where it bills one alone."""
    kind = models.CharField(
        max_length=7, default="invoice", choices=[("invoice", "invoice"), ("deposit", "deposit")]
    )
    """A deposit asks for a part of its order beforehand; the order's next invoices take it off."""
    currency = models.CharField(max_length=3)
    rate_micro = models.BigIntegerField(default=1_000_000)
    """What one unit of the currency was worth in home currency, at 10⁻⁶."""
    customer_reference = models.CharField(max_length=60, blank=True)
    remarks = models.CharField(max_length=2000, blank=True, default="")
    """What the customer reads beneath the lines."""
    issued_on = models.DateField()
    day_stands = models.BooleanField(default=False)
    """Whether somebody said when a draft is issued; else it is issued on the day it is posted."""
    due_on = models.DateField()
    """When all of it is; its instalments before the last are due sooner."""
    terms = models.ForeignKey(Terms, models.PROTECT, null=True, related_name="+", db_index=False)
    """Under which it was written; where they change, it keeps what it says."""
    discount_micro = models.IntegerField(default=0)
    """The share, at 10⁻⁶, that may be taken off what is paid by that day."""
    discount_until = models.DateField(null=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    rounding_minor = models.BigIntegerField(default=0)
    """What the total is more than net and tax, so that coins can pay it (EN 16931 BT-114)."""
    total_minor = models.BigIntegerField()
    posted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    place = models.OneToOneField(Place, models.PROTECT, related_name="invoice")
    """Bills that this invoice asks for stand here (kind invoiced)."""
    takes_back = models.OneToOneField(
        "billing.CreditNote", models.PROTECT, null=True, related_name="taken_back_by"
    )
    """The credit note that it undoes: it asks again for exactly what that gave back."""

    class Meta:
        indexes = [models.Index(fields=["organization", "id"], name="invoice_organization")]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"


class InvoiceLine(models.Model):
    """A quantity of a line, billed at a price."""

    subject: ClassVar[str] = "invoice_line"
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="invoice_lines")
    position = models.IntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    description = models.CharField(max_length=500, blank=True)
    quantity = models.BigIntegerField()
    """In the product's smallest unit; none where all of it came off the draft again."""
    unit = models.CharField(max_length=20, blank=True)
    """The further unit in which quantity and price are said; empty for the product's own."""
    per = models.BigIntegerField(null=True)
    """Its size in the product's smallest unit."""
    unit_price_micro = models.BigIntegerField()
    discount_micro = models.IntegerField(default=0)
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="+", db_index=False)
    rate_micro = models.IntegerField()
    net_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField(null=True)
    """What it comes to with its taxes, where its price includes them; nothing where that is before tax."""
    price_reason = models.CharField(max_length=200, blank=True, default="")
    """Why it asks another price than its line; never on paper."""
    takes_off = models.ForeignKey("self", models.PROTECT, null=True, related_name="taken_off")
    """The row of a deposit that it takes off; what it comes to is below zero then."""

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.position}"


class CreditNote(Document):
    """What we take back of an invoice."""

    subject: ClassVar[str] = "credit_note"
    number = models.CharField(max_length=40, unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="credit_notes")
    currency = models.CharField(max_length=3)
    issued_on = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    rounding_minor = models.BigIntegerField(default=0)
    """What the total is more than net and tax; all notes of an invoice come to its own."""
    total_minor = models.BigIntegerField()
    sent_at = models.DateTimeField(null=True)
    place = models.OneToOneField(Place, models.PROTECT, related_name="credit_note")
    """Bills taken back stand here (kind credited)."""

    def __str__(self) -> str:
        return self.number


class CreditLine(models.Model):
    """A quantity of an invoice line, taken back at the price it was billed at."""

    subject: ClassVar[str] = "credit_line"
    credit_note = models.ForeignKey(CreditNote, models.PROTECT, related_name="lines")
    invoice_line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="credits")
    quantity = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    second_minor = models.BigIntegerField(default=0)
    """How much of the tax is the second one."""

    def __str__(self) -> str:
        return f"{self.credit_note_id}/{self.invoice_line_id}"


class CreditFee(models.Model):
    """What is kept of a credit note, by which it comes to less: a fee, or the freight of a return."""

    subject: ClassVar[str] = "credit_fee"
    credit_note = models.ForeignKey(CreditNote, models.PROTECT, related_name="fees")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    description = models.CharField(max_length=500, blank=True)
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="+", db_index=False)
    rate_micro = models.IntegerField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    second_minor = models.BigIntegerField(default=0)
    """How much of the tax is the second one."""

    def __str__(self) -> str:
        return f"{self.credit_note_id}/{self.product_id}"


class Payment(Document):
    """Money that came from a customer, or went back as a refund."""

    subject: ClassVar[str] = "payment"
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(
        max_length=8, default="payment", choices=[("payment", "payment"), ("refund", "refund")]
    )
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="payments")
    currency = models.CharField(max_length=3)
    rate_micro = models.BigIntegerField(default=1_000_000)
    """What one unit of the currency was worth in home currency, at 10⁻⁶."""
    amount_minor = models.BigIntegerField()
    received_on = models.DateField()
    method = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number
