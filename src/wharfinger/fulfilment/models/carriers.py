"""Who carries our goods."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from wharfinger.ledger.models import Document


class Carrier(Document):
    """One of the short list of carriers; a shipment keeps the name that was written, and finds its link by it."""

    subject: ClassVar[str] = "carrier"
    name = models.CharField(max_length=60, unique=True)
    services = models.JSONField(default=list)
    """What it offers, as forms propose it."""
    link = models.CharField(max_length=200, blank=True)
    """Where a parcel is followed, with ``{number}`` in place of its tracking number."""
    retired_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name
