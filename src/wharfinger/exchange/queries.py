"""Reads of runs and mappings, and of what is exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from wharfinger.base.refusal import N_, NotThere
from wharfinger.exchange import sheets
from wharfinger.exchange.models import Mapping, Run
from wharfinger.exchange.rules.kinds import KINDS

PREVIEW = 5
"""So many rows of a file are shown while its columns are mapped."""


def latest() -> list[Run]:
    """The latest runs, without their files."""
    return list(Run.objects.defer("content", "problems").order_by("-pk")[:50])


def run_of(pk: int) -> Run:
    """A run; raises NotThere when there is none."""
    found = Run.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_run", N_("There is no such import."))
    return found


def preview(run: Run) -> sheets.Sheet:
    """The headings and first rows of a run's file."""
    sheet = sheets.read(bytes(run.content or b""), run.name)
    return sheets.Sheet(sheet.headings, sheet.rows[:PREVIEW])


def problems(run: Run) -> Iterator[dict[str, Any]]:
    """The rows that were refused, in the reader's words."""
    for one in run.problems:
        sentence = one["sentence"]
        words = gettext(sentence).format(**one["values"])
        yield {"row": one["row"], "column": one["column"], "words": words}


WHAT = {
    "new": N_("New at this vendor"),
    "unknown": N_("Not one of our products"),
    "gone": N_("Not in the list any more"),
    "breaks": N_("Price breaks"),
}


def changes(run: Run) -> Iterator[dict[str, Any]]:
    """What a vendor's list changes, in the reader's words."""
    names = {column.name: column.label for column in KINDS[run.kind].columns}
    for one in run.changes:
        word = WHAT.get(one["what"], names.get(one["what"], one["what"]))
        yield {**one, "what": gettext(word), "percent": f"{one['percent']} %" if one["percent"] else ""}


def mappings(kind: str = "") -> list[Mapping]:
    """The mappings that are kept, of one kind or of all."""
    found = Mapping.objects.order_by("name")
    return list(found.filter(kind=kind) if kind else found)
