"""What a run made: remembered in the transaction of the entry, and looked up when a file comes again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.models import Made, Run
from wharfinger.exchange.rules import Group, called
from wharfinger.ledger.models import Fact


def keep(run: Run, groups: Iterable[Group]) -> None:
    """Remember the entries that things of a file led to; an act that is tried again starts afresh."""
    rows = []
    for group in groups:
        name = called(kind_of(run.kind), group)
        rows += [
            Made(
                run=run,
                entry_id=one.entry,
                name=name,
                subject=one.subject,
                moves=one.moves if one.moves is None else list(one.moves),
                brought=one.brought,
            )
            for one in group.made
        ]
        group.made.clear()
    # What is used goes below what uses it: the parts of an entry stand together, and products under their goods.
    Made.objects.bulk_create(sorted(rows, key=lambda one: (not one.subject, one.entry_id)))


def revived(subject: str, row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Let what a rollback retired live again when a file names it once more; a person's word stands."""
    if row.retired_on is None or values.get("retired_on"):
        return {}
    last = Fact.objects.filter(subject=subject, field="retired_on").order_by("-id").first()
    undone = last is not None and Made.objects.filter(subject=subject, undone=last.entry_id).exists()
    return {"retired_on": None} if undone else {}
