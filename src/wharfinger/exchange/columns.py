"""Columns that files have besides those of their kind: what a company added to its nouns.

Whoever adds such columns hangs them into ``FURTHER``; templates, mappings, imports and exports have them then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext

from wharfinger.exchange.rules import Row
from wharfinger.exchange.rules.kinds import KINDS, Column, Kind


@dataclass(frozen=True, slots=True)
class Further:
    """Columns of a kind of file that are known only while the house is open."""

    columns: Callable[[], Sequence[Column]]
    said: Callable[[Row], dict[str, Any]]
    """What a row says in them, as the act of the noun takes it."""
    told: Callable[[Mapping[str, Any]], dict[str, Any]]
    """What a row that leaves has in them; it is given all that was read of the noun."""


FURTHER: dict[str, list[Further]] = {}


def kind_of(name: str) -> Kind:
    """A kind of file with all its columns."""
    kind = KINDS[name]
    more = [column for one in FURTHER.get(name, ()) for column in one.columns()]
    if not more:
        return kind
    # What is refused of a line's column is said of it.
    lines = {f"lines.{c.name.removeprefix('line.')}": c.name for c in more if c.name.startswith("line.")}
    return replace(kind, columns=(*kind.columns, *more), fields={**kind.fields, **lines})


def spoken(name: str) -> Kind:
    """A kind of file whose columns are also known by what they are called in the reader's language."""
    kind = kind_of(name)
    words = (replace(one, also=(*one.also, gettext(one.label))) for one in kind.columns)
    return replace(kind, columns=tuple(words))


def said_besides(name: str, row: Row) -> dict[str, Any]:
    """What a row says in further columns."""
    found: dict[str, Any] = {}
    for one in FURTHER.get(name, ()):
        found |= one.said(row)
    return found


def told_besides(
    name: str, rows: Callable[[Any], Iterator[dict[str, Any]]], ids: Sequence[int] | None
) -> Iterator[dict[str, Any]]:
    """The rows of a list with what they have in further columns."""
    more = FURTHER.get(name, ())
    for row in rows(ids):
        further = (one.told(row) for one in more)
        yield {**row, **{name: value for told in further for name, value in told.items()}}
