"""Issue documents: keep what left the house, and print it again as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from wharfinger.base import clock
from wharfinger.base.access import HOUSE, Actor
from wharfinger.base.disk import put
from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.documents.keeping import frozen, thawed
from wharfinger.documents.kinds import KINDS, Kind, kind_named
from wharfinger.documents.models import Issued
from wharfinger.documents.render import render
from wharfinger.documents.shapes import Shape
from wharfinger.ledger.models import Fact

OURS = frozenset(("company", "contact", "opening", "closing", "columns"))
"""What may change with us, not with the document: a move of our office, or other words, make no new issue."""


def issue(*, actor: Actor, kind: str, pk: int) -> Issued:
    """Keep a final document as it is now; again and unchanged, it is the one that was kept before.

    No entry is written: it is the picture of the act that made the document final.
    Raises Refusal while it is a draft.
    """
    of = kind_named(kind)
    of.require(actor)
    entry = of.final(pk)
    if entry is None or not of.kept:
        raise Refusal("not_final", N_("This document is still a draft. Post, send or submit it first."))
    kept = _latest(of, pk)
    if kept is not None and not of.amends:
        return kept
    language = of.language(pk)
    shape = of.of(pk, language)
    content = frozen(shape)
    if kept is not None and _same(frozen(thawed(of.shape, kept.content)), content):
        return kept
    pdf = render(shape, language=language)
    digest = hashlib.sha256(pdf).hexdigest()
    made, _new = Issued.objects.get_or_create(
        subject=f"{of.subject}:{pk}",
        kind=of.name,
        digest=digest,
        defaults={
            "number": getattr(shape, "number", ""),
            "language": language,
            "content": content,
            "entry_id": entry,
            "issued_at": clock.now(),
        },
    )
    _store(made.file, pdf)
    return made


def issue_for(entry: int) -> list[Issued]:
    """Keep what an act made final for good: the invoices and credit notes that it posted.

    The worker does this soon after the act. What it prints is what the act saw, whatever has changed since
    (``queries.past``), so that it may come late.
    """
    subjects = Fact.objects.filter(entry_id=entry).values_list("subject", flat=True).distinct()
    named = {(of, int(pk)) for of in KINDS.values() for pk in _numbers(of, subjects)}
    lasting = [(of, pk) for of, pk in named if of.kept and not of.amends and of.final(pk) == entry]
    return [
        issue(actor=HOUSE, kind=of.name, pk=pk)
        for of, pk in sorted(lasting, key=lambda one: (one[0].name, one[1]))
    ]


def pdf(*, actor: Actor, kind: str, pk: int, language: str | None = None) -> bytes:
    """The document as PDF: as it was issued if it is final, else as it would be now.

    language: another than the reader's, for a copy that is not kept.
    """
    of = kind_named(kind)
    of.require(actor)
    own = of.language(pk)
    final = of.final(pk) is not None
    if of.kept and language in (None, own) and final:
        return reprint(actor=actor, issued=issue(actor=actor, kind=kind, pk=pk).pk)
    return render(of.of(pk, language or own), language=language or own, draft=of.kept and not final)


def reprint(*, actor: Actor, issued: int) -> bytes:
    """An issued document, byte for byte; from its kept content where the file was lost."""
    kept = Issued.objects.filter(pk=issued).first()
    if kept is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    of = KINDS[kept.kind]
    of.require(actor)
    return file_of(kept).read_bytes()


def file_of(kept: Issued) -> Path:
    """Where the PDF of an issue lies; a lost one is made again from its content."""
    file = Path(settings.MEDIA_ROOT) / kept.file
    if not file.exists():
        again: Shape = thawed(KINDS[kept.kind].shape, kept.content)
        _store(kept.file, render(again, language=kept.language))
    return file


def _numbers(of: Kind, subjects: Iterable[str]) -> list[str]:
    """The numbers of those subjects that are of this kind."""
    named = (subject.partition(":") for subject in subjects)
    return [number for noun, _, number in named if noun == of.subject and number.isdecimal()]


def _latest(of: Kind, pk: int) -> Issued | None:
    return Issued.objects.filter(subject=f"{of.subject}:{pk}", kind=of.name).order_by("-pk").first()


def _same(kept: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether nothing but our own particulars differ; a picture beside a line is one."""
    fields = (kept.keys() | now.keys()) - OURS - {"lines"}
    lines = [[{**row, "picture": ""} for row in one.get("lines", ())] for one in (kept, now)]
    return lines[0] == lines[1] and all(kept.get(name) == now.get(name) for name in fields)


def _store(name: str, content: bytes) -> None:
    """Keep a file that is not kept yet."""
    file = Path(settings.MEDIA_ROOT) / name
    if not file.exists():
        put(file, content)
