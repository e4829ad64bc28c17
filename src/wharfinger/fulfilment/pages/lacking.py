"""What somebody who picks does not find in its bin, as a page asks for it line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.entry import Packs
from wharfinger.fulfilment.actions.picking import Missing
from wharfinger.fulfilment.queries.at_hand import AtHand, Shelf
from wharfinger.fulfilment.rules.short import Short


def missing(given: QueryDict, rows: Sequence[AtHand]) -> list[Missing]:
    """What is missing: the units that were ticked, else what the books have beyond what is there."""
    packs = Packs(row.line.product_id for row in rows)
    found = []
    for row, shelf in _told(given, rows):
        pk, name = row.line.pk, _field(row, shelf)
        serials = tuple(given.getlist(name)) if shelf.codes else ()
        typed = given.get(name, "").strip()
        here = 0 if serials or typed == "0" else packs.typed(typed, row.line.product, name)
        units = len(serials) or shelf.units - here
        if units <= 0:
            raise BadInput("none_missing", N_("Then nothing is missing. Take what is there."), field=name)
        short = Short(pk, shelf.place, units, serials, shelf.batch, given.get(f"then-{pk}", ""))
        found.append(Missing(short, given.get(f"reason-{pk}", ""), given.get(f"note-{pk}", "")))
    return found


def on_page(field: str, given: QueryDict, rows: Sequence[AtHand]) -> str | None:
    """Where the field of the n-th thing that is missing stands on the page."""
    _, n, name = field.split(".")
    row, shelf = list(_told(given, rows))[int(n)]
    if name == "line":
        return None
    return f"{name}-{row.line.pk}" if name in ("reason", "note", "then") else _field(row, shelf)


def _told(given: QueryDict, rows: Sequence[AtHand]) -> Iterator[tuple[AtHand, Shelf]]:
    """Of which bins something was typed or ticked."""
    for row in rows:
        for shelf in row.shelves.values():
            if any(text.strip() for text in given.getlist(_field(row, shelf))):
                yield row, shelf


def _field(row: AtHand, shelf: Shelf) -> str:
    return f"{'missing' if shelf.codes else 'there'}-{row.line.pk}-{shelf.key}"
