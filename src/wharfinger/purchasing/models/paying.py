"""What we pay vendors."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

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
