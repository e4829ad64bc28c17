"""What we do without of an invoice, with its share of tax and without a paper."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.ledger.models import Document


class Relief(Document):
    """A part of what an invoice asks for that will not come: written off, or taken off by who paid early.

    Below zero it was taken back: by a credit note, or with the payment.
    """

    subject: ClassVar[str] = "relief"
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="reliefs")
    kind = models.CharField(max_length=10, choices=[("write_off", "write_off"), ("discount", "discount")])
    payment = models.ForeignKey("billing.Payment", models.PROTECT, null=True, related_name="discounts")
    """With which a cash discount was taken."""
    amount_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    """How much of the amount is tax that we need not pay."""
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_minor=0), name="relief_of_something")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.invoice_id}"
