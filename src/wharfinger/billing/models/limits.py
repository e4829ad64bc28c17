"""What lets one document go on in spite of its customer's credit limit or hold."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from wharfinger.demand.models import Sheet
from wharfinger.ledger.models import Document


class LimitRelease(Document):
    """Somebody answers for one quote, order or work order; it ends with that document."""

    subject: ClassVar[str] = "limit_release"
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="limit_releases")
    up_to_minor = models.BigIntegerField()
    """How much the customer may owe us, in home currency, for this document to go on."""
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"release of {self.sheet_id}"
