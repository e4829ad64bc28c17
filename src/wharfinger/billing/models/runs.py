"""How far that is which somebody asked for all at once: working state, which each paper of it outlives."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class Run(models.Model):
    """Many papers that somebody asked for, on their way; it goes on where it stopped."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Each paper that is asked for."""
    total = models.IntegerField()
    position = models.IntegerField(default=0)
    """How many of them are behind us."""
    made: models.JSONField[Any, Any] = models.JSONField(default=list)
    """The ids of the papers that were made."""
    problems: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Which of them were refused: their turn, and the sentence with its values."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.position} of {self.total}"


class InvoiceRun(Run):
    """What was due, on its way to invoices: asked for by customer, document where it is of one alone, and lines with units.

    Or drafts on their way to be posted: each asked for by its id.
    """

    until = models.DateField(null=True)
    """Nothing that fell due later is on it."""
    draft = models.BooleanField(default=False)


class ReminderRun(Run):
    """Reminders on their way: asked for by customer and currency."""
