"""How far the invoices are that somebody asked for all at once: working state, which each invoice outlives."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class InvoiceRun(models.Model):
    """What was due, on its way to invoices; it goes on where it stopped."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    """Nothing that fell due later is on it."""
    draft = models.BooleanField(default=False)
    asked: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Each invoice that is asked for: customer, document where it is of one alone, and lines with their units."""
    total = models.IntegerField()
    position = models.IntegerField(default=0)
    """How many of them are behind us."""
    made: models.JSONField[Any, Any] = models.JSONField(default=list)
    """The ids of the invoices and drafts that were made."""
    problems: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Which of them were refused: their turn, and the sentence with its values."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.position} of {self.total}"
