"""Inventory transfers and updates: every move of goods and every changed field of the shelves, newest first.

Two tables tell it, moves and facts; a page is the first rows of both, cut where one is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import CharField, IntegerField, Value

from wharfinger.ledger import sql
from wharfinger.ledger.models import Entry, Move
from wharfinger.stock.models import Bin, Level, Location
from wharfinger.stock.queries.narrow import FIELD, MOVE, Mark, Narrow, Reading
from wharfinger.stock.queries.stands import Stand, stands_of
from wharfinger.stock.rules.updates import STOCK_FIELDS, TYPE_OF, changes_on_hand


@dataclass(frozen=True, slots=True)
class Update:
    """One move of goods, or one field that got another value."""

    mark: Mark
    entry: int
    verb: str
    """What was done; of an undo, what it undid."""
    undoes: int | None
    undone: bool
    type: str
    recorded_at: datetime
    effective_on: date
    actor: int | None
    who: str
    reason: str
    product: int | None = None
    sku: str = ""
    name: str = ""
    serial: str = ""
    """Serial number or batch."""
    was: str = ""
    """The number that was corrected."""
    quantity: int = 0
    decimals: int = 0
    on_hand: int = 0
    """By how much it changed what is on hand."""
    source: Stand | None = None
    target: Stand | None = None
    organization: str = ""
    document: str = ""
    """The document whose line it was for, ``order:17``."""
    number: str = ""
    value_minor: int | None = None
    """What the goods were worth, where their worth is kept."""
    subject: str = ""
    field: str = ""
    old: Any = None
    new: Any = None


def portion(narrow: Narrow, at: Sequence[int] | None, most: int, back: bool, *, costs: bool) -> list[Update]:
    """The first rows beyond a mark, or before it and the nearest first, in a constant number of statements."""
    mark: Mark | None = (at[0], at[1], at[2]) if at is not None and len(at) == 3 else None
    reading = Reading(narrow, mark, most, back)
    parts: list[tuple[str, list[Any]] | None] = []
    if not narrow.fields and list(narrow.types) != ["field"]:
        parts.append(reading.moves())
    if not narrow.on_hand and not narrow.serial and (not narrow.types or "field" in narrow.types):
        parts.append(reading.fields())
    keys = _keys([part for part in parts if part], most, back, costs)
    goods = _goods([key.row for key in keys if key.part == MOVE])
    shelves = _shelves({key.subject for key in keys if key.part == FIELD})
    return [
        _told(key, goods.get(key.row, {}) if key.part == MOVE else shelves.get(key.subject, {}))
        for key in keys
    ]


class _Key(NamedTuple):
    """A row of the list with its act, before it is known what it was about."""

    entry: int
    part: int
    n: int
    row: int
    subject: str
    field: str
    old: str | None
    new: str | None
    verb: str
    undoes: int | None
    recorded_at: datetime
    effective_on: date
    actor: int | None
    reason: str
    undid: str | None
    name: str | None
    username: str | None
    undone: int | None
    value: int | None


def _keys(parts: list[tuple[str, list[Any]]], most: int, back: bool, costs: bool) -> list[_Key]:
    """The first rows of all parts together, in order, each with its act; one statement."""
    if not parts:
        return []
    way = "ASC" if back else "DESC"
    value = "(SELECT SUM(d.value_minor) FROM ledger_draw d WHERE d.move_id = k.pk AND k.part = 1)"
    rows = sql.fetch(
        "SELECT k.entry, k.part, k.n, k.pk, k.subject, k.field, k.old, k.new, e.verb, e.reverses_id, e.recorded_at, "
        "e.effective_on, e.actor_id, e.reason, o.verb AS undid, u.name, u.username, "
        "(SELECT MAX(r.id) FROM ledger_move r WHERE r.reverses_id = k.pk AND k.part = 1) AS undone, "
        f"{value if costs else 'NULL'} AS value FROM ("
        + " UNION ALL ".join(f"SELECT * FROM ({text}) AS part_{n}" for n, (text, _) in enumerate(parts))
        + ") AS k JOIN ledger_entry e ON e.id = k.entry LEFT JOIN ledger_entry o ON o.id = e.reverses_id "
        f"LEFT JOIN parties_user u ON u.id = e.actor_id ORDER BY k.entry {way}, k.part {way}, k.n {way} LIMIT %s",
        [one for _, params in parts for one in params] + [most],
    )
    moment, day = Entry._meta.get_field("recorded_at"), Entry._meta.get_field("effective_on")
    return [
        _Key(*row)._replace(recorded_at=_read(moment, row[10]), effective_on=_read(day, row[11]))
        for row in rows
    ]


def _read(field: Any, value: Any) -> Any:
    """A value of a raw statement as the field has it: SQLite keeps moments and days as text, of no zone."""
    found = field.to_python(value)
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found


def _told(key: _Key, about: dict[str, Any]) -> Update:
    verb = key.undid or key.verb
    changed: dict[str, Any] = {}
    if key.value is not None:
        changed = {"value_minor": abs(int(key.value))}
    if key.part == FIELD:
        changed = {
            "subject": key.subject,
            "field": key.field,
            "old": json.loads(key.old or "null"),
            "new": json.loads(key.new or "null"),
        }
    return Update(
        mark=(key.entry, key.part, key.n),
        entry=key.entry,
        verb=verb,
        undoes=key.undoes,
        undone=key.undone is not None,
        type="field" if key.part == FIELD else TYPE_OF.get(verb, verb),
        recorded_at=key.recorded_at,
        effective_on=key.effective_on,
        actor=key.actor,
        who=key.name or key.username or "",
        reason=key.reason,
        **about,
        **changed,
    )


def _goods(moves: list[int]) -> dict[int, dict[str, Any]]:
    """What each move moved, from where to where, and for whom."""
    if not moves:
        return {}
    line = ("line__organization__name", "line__sheet__kind", "line__sheet_id", "line__sheet__number")
    rows = list(
        Move.objects.filter(pk__in=moves).values_list(
            "pk",
            "quantity",
            "source__product_id",
            "source__product__sku",
            "source__product__name",
            "source__product__quantity_decimals",
            "source__lot__code",
            "target__lot__code",
            "source__place_id",
            "target__place_id",
            "source__kind",
            "target__kind",
            "source__claim_id",
            "target__claim_id",
            *(f"{end}__claim__{name}" for end in ("target", "source") for name in line),
        )
    )
    stands = stands_of({place for row in rows for place in row[8:10]})
    found = {}
    for (
        pk,
        units,
        product,
        sku,
        name,
        decimals,
        was,
        code,
        start,
        end,
        source,
        target,
        of,
        to,
        *lines,
    ) in rows:
        whose, kind, sheet, number = lines[:4] if lines[2] is not None else lines[4:]
        noun = kind if kind in ("quote", "order") else "work_order"
        found[pk] = {
            "product": product,
            "sku": sku,
            "name": name,
            "serial": code or was,
            "was": was if was and code and was != code else "",
            "quantity": units,
            "decimals": decimals,
            "on_hand": units * changes_on_hand(source, target),
            "source": stands[start]._replace(line=of or None),
            "target": stands[end]._replace(line=to or None),
            "organization": whose or _customer(stands[end]) or _customer(stands[start]),
            "document": f"{noun}:{sheet}" if sheet else "",
            "number": number or "",
        }
    return found


def _customer(stand: Stand) -> str:
    """The customer whose place it is; a vendor is none."""
    return "" if stand.subject.startswith("purchase_order:") else stand.organization


def _shelves(subjects: set[str]) -> dict[str, dict[str, Any]]:
    """The bin, location and product of what fields were changed of, in one statement."""
    ids: dict[str, list[int]] = {noun: [] for noun in STOCK_FIELDS}
    for noun, _, pk in (one.partition(":") for one in subjects):
        ids[noun].append(int(pk))
    if not subjects:
        return {}
    none = Value(None, output_field=CharField())
    number = Value(None, output_field=IntegerField())
    parts = (
        Level.objects.filter(pk__in=ids["level"]).values_list(
            Value("level"),
            "pk",
            "location__name",
            none,
            "product_id",
            "product__sku",
            "product__name",
            "product__quantity_decimals",
        ),
        Bin.objects.filter(pk__in=ids["bin"]).values_list(
            Value("bin"), "pk", "location__name", "name", number, none, none, number
        ),
        Location.objects.filter(pk__in=ids["location"]).values_list(
            Value("location"), "pk", "name", none, number, none, none, number
        ),
    )
    return {
        f"{noun}:{pk}": {
            "target": Stand("bin" if noun == "bin" else "location", location, bin or ""),
            "product": product,
            "sku": sku or "",
            "name": name or "",
            "decimals": decimals or 0,
        }
        for noun, pk, location, bin, product, sku, name, decimals in parts[0].union(*parts[1:], all=True)
    }
