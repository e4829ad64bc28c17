"""The instalments in which an invoice is due, where it is due in several."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class InvoiceDue(models.Model):
    """A part of a posted invoice, and the day it is due; what is due as a whole has no row here."""

    subject: ClassVar[str] = "invoice_due"
    invoice = models.ForeignKey("billing.Invoice", models.PROTECT, related_name="instalments", db_index=False)
    n = models.IntegerField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "n"], name="invoice_due_in_turn")]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.n}"
