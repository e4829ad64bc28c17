"""Pick runs and what is picked in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.demand.models import Line
from wharfinger.ledger.models import Document
from wharfinger.parties.models import User
from wharfinger.stock.models import Location


class PickRun(Document):
    """One person's walk through one location, for one or several orders."""

    subject: ClassVar[str] = "pick_run"
    number = models.CharField(max_length=40, unique=True)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", db_index=False)
    picker = models.ForeignKey(User, models.PROTECT, related_name="pick_runs")
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class PickTask(Document):
    """What a run takes at its location for one line, and into which tote; open while it has not ended."""

    subject: ClassVar[str] = "pick_task"
    run = models.ForeignKey(PickRun, models.PROTECT, related_name="tasks")
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+", db_index=False)
    tote = models.PositiveSmallIntegerField()
    """A number on goods that are sorted by order, never a place: they stand among what is picked."""
    ended_at = models.DateTimeField(null=True)
    """When nothing of it was left in a bin, or somebody gave it up."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "location"],
                name="pick_task_once",
                condition=Q(ended_at__isnull=True, void__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.tote}"
