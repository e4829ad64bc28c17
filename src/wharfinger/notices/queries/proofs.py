"""What the audit re-proves of attached files: what the books name lies in the media folder, what is erased does not."""

from __future__ import annotations

from wharfinger.ledger.audit import Finding
from wharfinger.notices import store
from wharfinger.notices.models import Attachment

MOST = 100


def files_are_there() -> list[Finding]:
    """Each file that is attached, or was and may come back, lies on the disk in its size; what is erased is gone."""
    rows = Attachment.objects.filter(void__isnull=True).order_by("pk")
    found: list[Finding] = []
    alive: set[str] = set()
    for pk, digest, size in rows.filter(erased_on__isnull=True).values_list("pk", "digest", "size_bytes"):
        alive.add(digest)
        there = store.size_of(digest)
        if there != size:
            found.append(Finding("a file = its content on the disk", f"attachment:{pk}", _bytes(there, size)))
    for pk, digest in rows.filter(erased_on__isnull=False).values_list("pk", "digest"):
        if digest not in alive and store.size_of(digest) is not None:
            found.append(Finding("what is erased is off the disk", f"attachment:{pk}", digest))
    return found[:MOST]


def _bytes(there: int | None, size: int) -> str:
    return f"missing, {size} bytes" if there is None else f"{there} bytes instead of {size}"
