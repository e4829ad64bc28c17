"""What left the house on paper, kept as it was; and the words that the house writes on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from wharfinger.ledger.models import Document, Entry
from wharfinger.parties.models import Organization


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


class Wording(Document):
    """What a kind of document says before and after its lines: to one organization, to a country, or to all."""

    subject: ClassVar[str] = "wording"
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="wordings")
    country = models.CharField(max_length=2, blank=True)
    """Of the site to which the document goes; empty is every country."""
    language = models.CharField(max_length=5, blank=True)
    """In which it is written; empty is for documents in any."""
    opening = models.CharField(max_length=2000, blank=True)
    closing = models.CharField(max_length=2000, blank=True)
    columns: models.JSONField[Any, Any] = models.JSONField(null=True)
    """What each line shows; nothing where it is as we ship it."""
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=True) | Q(country=""), name="for_one_or_a_country"
            ),
            models.UniqueConstraint(
                fields=["kind", "organization", "language"],
                condition=Q(organization__isnull=False, retired_on__isnull=True, void__isnull=True),
                name="wording_of_organization",
            ),
            models.UniqueConstraint(
                fields=["kind", "country", "language"],
                condition=Q(organization__isnull=True, retired_on__isnull=True, void__isnull=True),
                name="wording_of_country",
            ),
        ]

    def __str__(self) -> str:
        return self.name
