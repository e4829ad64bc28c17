"""What was issued about a document."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.documents.models import Issued


def issued(subject: str) -> Sequence[Issued]:
    """Every issue about a subject like ``order:17``, newest first, without the content."""
    return list(Issued.objects.filter(subject=subject).defer("content").order_by("-pk"))
