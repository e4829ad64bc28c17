"""Runs of an import, the mappings that people keep, and what of the opening stock is in the books already."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from wharfinger.ledger.models import Document, Entry


class Mapping(models.Model):
    """Which column of somebody's files is which of ours, under a name."""

    subject: ClassVar[str] = "mapping"
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)
    columns: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """Our column → the file's heading, or ``=text`` for the same text in every row."""
    decimal = models.CharField(max_length=1, default=".")
    dates = models.CharField(max_length=3, default="dmy")
    """Whether 3/4/2026 is in April (``dmy``) or in March (``mdy``)."""

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """A file on its way into the books; it goes on where it stopped."""

    subject: ClassVar[str] = "import"
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    """The file, until it is brought in."""
    columns: models.JSONField[Any, Any] = models.JSONField(default=dict)
    decimal = models.CharField(max_length=1, default=".")
    dates = models.CharField(max_length=3, default="dmy")
    dry = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    total = models.IntegerField(default=0)
    """How many things the file names: organizations, products, bins of stock, orders."""
    position = models.IntegerField(default=0)
    """How many of them are behind us."""
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    problems: models.JSONField[Any, Any] = models.JSONField(default=list)
    """Row, column, sentence and its values, for each row that was refused."""

    changes: models.JSONField[Any, Any] = models.JSONField(default=list)
    """What a vendor's list says otherwise than the books did: row, product, what, before, after, percent."""

    back_at = models.DateTimeField(null=True)
    """When somebody began to roll it back, the last time."""
    back_to = models.BigIntegerField(null=True)
    """What it made is rolled back from the newest to the oldest; what lies below this is still to do."""

    def __str__(self) -> str:
        return self.name


class Made(models.Model):
    """An entry that a run led to, or its part of one; rolled back by an entry of its own."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="made")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    name = models.CharField(max_length=300)
    """What the file calls it."""
    subject = models.CharField(max_length=60, blank=True)
    """What was added and is never void, as the journal names it: that is retired instead."""
    moves: models.JSONField[Any, Any] = models.JSONField(null=True)
    """Its moves by their turn, where the entry has others too."""
    brought = models.CharField(max_length=300, blank=True)
    """The key of the opening stock that it brought."""
    undone = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    refused: models.JSONField[Any, Any] = models.JSONField(default=dict)
    """Why it was not rolled back: sentence and values."""

    def __str__(self) -> str:
        return self.name


class Brought(models.Model):
    """Opening stock that is in the books already, by what names it in a file."""

    key = models.CharField(max_length=300, unique=True)
    digest = models.CharField(max_length=64)
    """Of its figures, so that other figures under the same name are noticed."""
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return self.key


class AccountingExport(Document):
    """What left for accounting in one file, which stays as it left."""

    subject: ClassVar[str] = "accounting_export"
    number = models.CharField(max_length=40, unique=True)
    until = models.DateField()
    """It took what happened until this day."""
    upto = models.BigIntegerField()
    """The last entry that it took; what was dated back later goes with the next."""
    rows = models.IntegerField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the file."""
    file = models.TextField()
    """Packed, since what parties and documents are called changes."""

    def __str__(self) -> str:
        return self.number
