"""What is always agreed with a vendor."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.catalog.models import TaxCode
from wharfinger.ledger.models import Document
from wharfinger.parties.models import Organization


class VendorTerms(Document):
    """What is always agreed with a vendor: how it taxes and sends, where orders go, how little it sells."""

    subject: ClassVar[str] = "vendor_terms"
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="purchase_terms")
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, related_name="+", db_index=False)
    shipping_method = models.CharField(max_length=60, blank=True)
    orders_email = models.CharField(max_length=254, blank=True)
    """Where our orders go, where that is not the vendor's own address."""
    minimum_minor = models.BigIntegerField(null=True)
    """For how much the vendor wants an order to be at least, in its currency."""
    discount_micro = models.IntegerField(default=0)
    """The share, at 10⁻⁶, that its new bills let us take off when they are paid within ``discount_days``."""
    discount_days = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(void__isnull=True), name="vendor_terms_of_one"
            ),
            models.CheckConstraint(
                condition=Q(minimum_minor__isnull=True) | Q(minimum_minor__gt=0),
                name="vendor_minimum_above_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"terms of {self.organization_id}"
