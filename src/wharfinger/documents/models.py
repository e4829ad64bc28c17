"""What left the house on paper, kept as it was."""

from __future__ import annotations

from typing import Any

from django.db import models

from wharfinger.ledger.models import Entry


class Issued(models.Model):
    """One document as it was issued: its content and, beside it on disk, the PDF. Never changed."""

    subject = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=80)
    language = models.CharField(max_length=5)
    content: models.JSONField[Any, Any] = models.JSONField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the PDF, which is also the name of its file."""
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    """The act that made the document final: posted, shipped, submitted, sent."""
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "kind", "digest"], name="issued_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def file(self) -> str:
        """Where the PDF lies below MEDIA_ROOT."""
        return f"documents/{self.digest[:2]}/{self.digest}.pdf"
