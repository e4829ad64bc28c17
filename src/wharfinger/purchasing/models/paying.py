"""What we pay vendors."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.ledger.models import Document
from wharfinger.parties.models import Organization


class VendorPayment(Document):
    """Money that went to a vendor for its bills, less what its credits covered."""

    subject: ClassVar[str] = "vendor_payment"
    number = models.CharField(max_length=40, unique=True)
    vendor = models.ForeignKey(Organization, models.PROTECT, related_name="vendor_payments")
    currency = models.CharField(max_length=3)
    rate_micro = models.BigIntegerField()
    """What one unit of the currency was worth at home, at 10⁻⁶."""
    amount_minor = models.BigIntegerField()
    """What left the bank; below zero where the vendor paid a credit out."""
    paid_on = models.DateField()
    method = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["vendor", "id"], name="vendor_payment_vendor")]

    def __str__(self) -> str:
        return self.number


class VendorDiscount(Document):
    """What a vendor let us take off its bill, since we paid it early; it counts as long as the payment does."""

    subject: ClassVar[str] = "vendor_discount"
    bill = models.ForeignKey("purchasing.VendorBill", models.PROTECT, related_name="discounts")
    payment = models.ForeignKey(VendorPayment, models.PROTECT, related_name="discounts")
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    """How much of the amount is tax that we do not get back."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, tax_minor__gte=0, tax_minor__lte=models.F("amount_minor")),
                name="vendor_discount_above_zero",
            )
        ]

    def __str__(self) -> str:
        return f"discount of {self.bill_id}"
