"""What was issued about a document."""

from __future__ import annotations

from django.db.models import QuerySet

from wharfinger.documents.models import Issued


def issued(subject: str) -> QuerySet[Issued, Issued]:
    """Every issue about a subject like ``order:17``, newest first, without the content."""
    return Issued.objects.filter(subject=subject).defer("content").order_by("-pk")
