"""What of *Inventory transfers and updates* is wanted, and the statements that find it.

A filter that leaves few holdings or few entries asks for those by their ids; one that leaves many is met soon enough
on the way back from the newest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.ledger import sql
from wharfinger.ledger.chart import ON_HAND
from wharfinger.ledger.models import Lot
from wharfinger.ledger.telling import GOODS_KINDS
from wharfinger.stock.models import Bin, Level
from wharfinger.stock.queries.units import numbers
from wharfinger.stock.rules.updates import STOCK_FIELDS, verbs_of

FEW = 2000
"""So many holdings or entries are asked for by their ids; more are met on the way."""

FIELD, MOVE = 0, 1
"""Within an entry moves come first; the later number stands on top."""

SHELVES = "('bin', 'picked', 'quarantine')"
"""The kinds of place of a location, as the index ``holding_shelf`` writes them."""

# What we do ourselves is never in stock.
_GOODS = ", ".join(f"'{kind}'" for kind in GOODS_KINDS if kind not in ("provided", "ready"))
_ON_HAND = ", ".join(f"'{kind}'" for kind in sorted(ON_HAND))

Mark = tuple[int, int, int]
"""Entry, move or field, and its number there: by these the list is in order."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """What of the list is wanted; nothing narrows nothing."""

    types: Sequence[str] = ()
    products: Sequence[int] | None = None
    locations: Sequence[int] = ()
    serial: str = ""
    actors: Sequence[int] = ()
    first: date | None = None
    last: date | None = None
    subject: str = ""
    """A document, ``order:17``."""
    on_hand: bool = False
    """Only what came in or left the house."""
    fields: bool = False
    """Only changed fields."""


class Reading:
    """The keys of the rows that the filters let pass, in order."""

    def __init__(self, narrow: Narrow, mark: Mark | None, most: int, back: bool) -> None:
        self.narrow, self.mark, self.most, self.back = narrow, mark, most, back

    def moves(self) -> tuple[str, list[Any]]:
        """The statement of the moves, with its parameters."""
        found, params, joins = [f"s.kind IN ({_GOODS})"], [], ""
        if self.narrow.on_hand:
            found.append(f"(s.kind IN ({_ON_HAND})) <> (t.kind IN ({_ON_HAND}))")
        for condition, given in self._holdings():
            found.append(condition)
            params += given
        entries, given, joined = self._entries(verbs_of(list(self.narrow.types)))
        if entries:
            found.append(entries.format(entry="m.entry_id"))
            params += given
            joins = "JOIN ledger_entry e ON e.id = m.entry_id" if joined else ""
        self._beyond("m.entry_id", "m.n", MOVE, found, params)
        return (
            (
                "SELECT m.entry_id AS entry, 1 AS part, m.n AS n, m.id AS pk, NULL AS subject, NULL AS field, "
                "NULL AS old, NULL AS new FROM ledger_move m JOIN ledger_holding s ON s.id = m.source_id "
                f"JOIN ledger_holding t ON t.id = m.target_id {joins} WHERE {' AND '.join(found)} "
                f"ORDER BY m.entry_id {self._way}, m.n {self._way} LIMIT %s"
            ),
            [*params, self.most],
        )

    def fields(self) -> tuple[str, list[Any]] | None:
        """The statement of the changed fields, with its parameters; nothing where there are none."""
        of = "f.subject::text" if sql.on_postgresql() else "f.subject"
        escape = "" if sql.on_postgresql() else " ESCAPE '\\'"
        nouns = " OR ".join(f"{of} LIKE '{noun}:%%'{escape}" for noun in STOCK_FIELDS)
        found, params, joins = [f"f.field IS NOT NULL AND ({nouns})"], [], ""
        if (subjects := self._subjects()) is not None:
            if not subjects:
                return None
            found.append(sql.among("f.subject", "text"))
            params.append(sql.words(subjects))
        entries, given, joined = self._entries([])
        if entries:
            found.append(entries.format(entry="f.entry_id"))
            params += given
            joins = "JOIN ledger_entry e ON e.id = f.entry_id" if joined else ""
        self._beyond("f.entry_id", "f.id", FIELD, found, params)
        return (
            (
                "SELECT f.entry_id AS entry, 0 AS part, f.id AS n, f.id AS pk, f.subject AS subject, "
                "f.field AS field, f.old AS old, f.new AS new FROM ledger_fact f "
                f"{joins} WHERE {' AND '.join(found)} ORDER BY f.entry_id {self._way}, f.id {self._way} LIMIT %s"
            ),
            [*params, self.most],
        )

    @property
    def _way(self) -> str:
        return "ASC" if self.back else "DESC"

    def _beyond(self, entry: str, n: str, part: int, found: list[str], params: list[Any]) -> None:
        """Only what lies beyond the mark; its first half lets the database enter its index there."""
        if self.mark is None:
            return
        at, of, last = self.mark
        side = ">" if self.back else "<"
        if of == part:
            found.append(f"{entry} {side}= %s AND ({entry} {side} %s OR {n} {side} %s)")
            params += [at, at, last]
        else:
            # Of the entry at which the page was cut, the other part is wholly before or wholly behind.
            same_entry = (part < of) != self.back
            found.append(f"{entry} {side}{'=' if same_entry else ''} %s")
            params.append(at)

    def _holdings(self) -> list[tuple[str, list[Any]]]:
        """Conditions on the goods: their lot's product, their number, the location they leave or reach."""
        narrow, found = self.narrow, []
        if narrow.serial:
            lots = _chains(narrow.serial)
            found.append(_of_lots(lots))
        if narrow.products is not None:
            ids = sql.array(narrow.products)
            few = _few(
                "SELECT h.id FROM ledger_holding h JOIN ledger_lot l ON l.id = h.lot_id "
                f"WHERE {sql.among('l.product_id')} AND h.kind IN ({_GOODS})",
                [ids],
            )
            # Goods never become those of another product, so that the source says it for both.
            found.append(
                (sql.among("s.product_id"), [ids])
                if few is None
                else (sql.among("m.source_id"), [sql.array(few)])
            )
        if narrow.locations:
            where = (
                "SELECT p.id FROM ledger_place p JOIN stock_location o ON o.place_id = p.parent_id "
                f"WHERE {sql.among('o.id')}"
            )
            ids = sql.array(narrow.locations)
            few = _few(
                f"SELECT h.id FROM ledger_holding h WHERE h.kind IN {SHELVES} AND h.place_id IN ({where})",
                [ids],
            )
            if few is None:
                found.append((f"(s.place_id IN ({where}) OR t.place_id IN ({where}))", [ids, ids]))
            else:
                found.append(_either(few))
        return found

    def _subjects(self) -> list[str] | None:
        """Whose fields are told; nothing narrows them where this says nothing."""
        narrow = self.narrow
        if narrow.products is None and not narrow.locations and not narrow.subject:
            return None
        levels, bins = Level.objects.all(), Bin.objects.none()
        found: set[str] = set()
        if narrow.locations:
            levels = levels.filter(location__in=narrow.locations)
            if narrow.products is None:
                bins = Bin.objects.filter(location__in=narrow.locations)
                found |= {f"location:{pk}" for pk in narrow.locations}
        if narrow.products is not None:
            levels = levels.filter(product__in=narrow.products)
        if narrow.products is not None or narrow.locations:
            found |= {f"level:{pk}" for pk in levels.values_list("pk", flat=True)}
            found |= {f"bin:{pk}" for pk in bins.values_list("pk", flat=True)}
        if narrow.subject:
            return [one for one in found or {narrow.subject} if one == narrow.subject]
        return sorted(found)

    def _entries(self, verbs: list[str]) -> tuple[str, list[Any], bool]:
        """The condition on the entry, its parameters, and whether it needs the entry's own columns."""
        narrow = self.narrow
        conditions: list[str] = []
        params: list[Any] = []
        if narrow.actors:
            conditions.append(sql.among("e.actor_id"))
            params.append(sql.array(narrow.actors))
        for day, sign in ((narrow.first, ">="), (narrow.last, "<=")):
            if day is not None:
                conditions.append(f"e.effective_on {sign} %s")
                params.append(day if sql.on_postgresql() else day.isoformat())
        if narrow.subject:
            conditions.append("e.id IN (SELECT f.entry_id FROM ledger_fact f WHERE f.subject = %s)")
            params.append(narrow.subject)
        if not conditions and not verbs:
            return "", [], False
        given = sql.words(verbs)
        as_one = f"{sql.among('e.verb', 'text')}"
        undone = f"e.reverses_id IN (SELECT o.id FROM ledger_entry o WHERE {sql.among('o.verb', 'text')})"
        every = " AND ".join(conditions) or "1 = 1"
        if verbs:
            few = _few(
                f"SELECT e.id FROM ledger_entry e WHERE {every} AND {as_one} UNION ALL "
                f"SELECT e.id FROM ledger_entry e WHERE {every} AND e.reverses_id IS NOT NULL AND {undone}",
                [*params, given, *params, given],
            )
        else:
            few = _few(f"SELECT e.id FROM ledger_entry e WHERE {every}", params)
        if few is not None:
            return sql.among("{entry}"), [sql.array(few)], False
        if verbs:
            conditions.append(f"({as_one} OR {undone})")
            params += [given, given]
        return " AND ".join(conditions), params, True


def _few(statement: str, params: list[Any]) -> list[int] | None:
    """The ids that a statement finds; nothing where they are more than a few."""
    found = [pk for (pk,) in sql.fetch(f"SELECT id FROM ({statement}) AS found LIMIT {FEW + 1}", params)]
    return found if len(found) <= FEW else None


def _either(holdings: list[int]) -> tuple[str, list[Any]]:
    """Moves that leave or reach one of these holdings, each by its index."""
    ids = sql.array(holdings)
    return (
        (
            f"m.id IN (SELECT o.id FROM ledger_move o WHERE {sql.among('o.source_id')} "
            f"UNION SELECT i.id FROM ledger_move i WHERE {sql.among('i.target_id')})"
        ),
        [ids, ids],
    )


def _of_lots(lots: set[int]) -> tuple[str, list[Any]]:
    of = f"SELECT h.id FROM ledger_holding h WHERE {sql.among('h.lot_id')}"
    ids = sql.array(lots)
    return (
        (
            f"m.id IN (SELECT o.id FROM ledger_move o WHERE o.source_id IN ({of}) "
            f"UNION SELECT i.id FROM ledger_move i WHERE i.target_id IN ({of}))"
        ),
        [ids, ids],
    )


def _chains(serial: str) -> set[int]:
    """The units and batches of a number, under whatever numbers they went."""
    found = set(Lot.objects.filter(code_key=same(serial)).values_list("pk", flat=True))
    return numbers(found) if found else found


def products_of(text: str) -> list[int]:
    """The products that words of a filter mean: by SKU, name or GTIN."""
    wanted = Q(sku__icontains=text) | Q(name__icontains=text) | Q(gtin=text)
    return list(Product.objects.filter(wanted).order_by("pk").values_list("pk", flat=True)[:FEW])
