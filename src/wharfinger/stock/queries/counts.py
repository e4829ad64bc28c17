"""Reads of counts: what is to be counted, what was, how far it is off, and who goes without."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum

from wharfinger.base import configuration
from wharfinger.ledger import sql
from wharfinger.ledger.look import moment
from wharfinger.ledger.models import Holding
from wharfinger.stock.models import Count, CountLine
from wharfinger.stock.queries.counting import worth_of
from wharfinger.stock.rules.counting import NOTHING, Tolerance, Worth, beyond


def counts() -> QuerySet[Count]:
    """Every count that was not undone."""
    return Count.objects.filter(void__isnull=True).select_related("location", "reviewed_by")


def standing(rows: QuerySet[Count], words: Iterable[str]) -> QuerySet[Count]:
    """Counts of which one of these words is true: counting, reviewed, completed, cancelled."""
    over = Q(completed_at__isnull=False) | Q(cancelled_at__isnull=False)
    parts = {
        "counting": ~over & Q(reviewed_at__isnull=True),
        "reviewed": ~over & Q(reviewed_at__isnull=False),
        "completed": Q(completed_at__isnull=False),
        "cancelled": Q(cancelled_at__isnull=False),
    }
    found = Q(pk__in=[])
    for word in words:
        found |= parts.get(word, Q(pk__in=[]))
    return rows.filter(found)


def word(count: Count) -> str:
    """How far a count is."""
    if count.completed_at is not None:
        return "completed"
    if count.cancelled_at is not None:
        return "cancelled"
    return "reviewed" if count.reviewed_at is not None else "counting"


def lines_of(count: int) -> QuerySet[CountLine]:
    """What was counted, with what people call it."""
    found = CountLine.objects.filter(count_id=count, void__isnull=True)
    return found.select_related("product", "bin", "owner", "counted_by")


def with_lines(found: Iterable[Count]) -> list[tuple[Count, list[CountLine]]]:
    """Counts with what was counted, in one statement however many."""
    listed = list(found)
    lines: dict[int, list[CountLine]] = defaultdict(list)
    rows = CountLine.objects.filter(count__in=listed, void__isnull=True).select_related(
        "product", "bin", "owner", "counted_by"
    )
    for line in rows.order_by("bin__place__sequence", "bin__name", "product__sku", "pk") if listed else ():
        lines[line.count_id].append(line)
    return [(count, lines[count.pk]) for count in listed]


class Spot(NamedTuple):
    """A product in a bin that a count has to look at, and how many the books have there."""

    bin: int
    bin_name: str
    product: int
    sku: str
    name: str
    decimals: int
    unit: str
    traced: str
    code: str
    owner: int | None
    owner_name: str
    units: int

    @property
    def key(self) -> str:
        """How a form calls it."""
        return f"{self.bin}:{self.product}:{self.owner or ''}:{self.code}"


def spots(count: Count, *, bin: int | None = None, text: str = "", most: int | None = None) -> list[Spot]:
    """What a count has yet to look at, in walking order.

    bin, text: only that bin, or that SKU or name; most: no more than so many.
    """
    return _spots(count, bin, text, most, waiting=True)


def sheet(count: Count, *, bin: int | None = None) -> list[Spot]:
    """All that a count looks at, counted already or not, in walking order."""
    return _spots(count, bin, "", None, waiting=False)


def _spots(count: Count, bin: int | None, text: str, most: int | None, *, waiting: bool) -> list[Spot]:
    where, params = _scope(count)
    if bin is not None:
        where += " AND b.id = %s"
        params.append(bin)
    if text:
        where += " AND (LOWER(pr.sku) LIKE %s OR LOWER(pr.name) LIKE %s)"
        params += [f"%{text.lower()}%"] * 2
    if waiting:
        where += f" AND NOT EXISTS ({_COUNTED})"
        params.append(count.pk)
    code = "CASE WHEN l.serial THEN '' ELSE l.code END"
    # Units whose numbers are known from shipping are counted by how many they are.
    traced = "CASE WHEN pr.traced_from = 'receipt' THEN pr.traced ELSE 'none' END"
    # What moved and is gone is looked at too: whether it is.
    least = "" if count.scope.get("moved_since") else "HAVING SUM(h.quantity) > 0 "
    rows = sql.fetch(
        f"SELECT b.id, b.name, pr.id, pr.sku, pr.name, pr.quantity_decimals, pr.unit, {traced}, {code}, "
        "l.owner_id, COALESCE(o.name, ''), SUM(h.quantity) "
        "FROM stock_bin b JOIN ledger_holding h ON h.place_id = b.place_id JOIN ledger_place p ON p.id = h.place_id "
        "JOIN ledger_lot l ON l.id = h.lot_id JOIN catalog_product pr ON pr.id = h.product_id "
        "LEFT JOIN parties_organization o ON o.id = l.owner_id "
        f"WHERE {where} GROUP BY b.id, b.name, p.sequence, pr.id, pr.sku, pr.name, pr.quantity_decimals, pr.unit, "
        f"{traced}, {code}, l.owner_id, o.name {least}"
        f"ORDER BY p.sequence, b.name, b.id, pr.sku, {code}, 11{' LIMIT %s' if most is not None else ''}",
        [*params, *([most] if most is not None else [])],
    )
    return [Spot._make((*row[:-1], int(row[-1]))) for row in rows]


_COUNTED = (
    "SELECT 1 FROM stock_countline c WHERE c.count_id = %s AND c.void_id IS NULL AND c.bin_id = b.id "
    "AND c.product_id = h.product_id AND COALESCE(c.owner_id, 0) = COALESCE(l.owner_id, 0) "
    "AND (l.serial OR c.code = l.code)"
)


def _scope(count: Count) -> tuple[str, list[Any]]:
    """What of the location a count looks at, as a condition."""
    said = count.scope
    where = "b.location_id = %s AND h.kind = 'bin'"
    params: list[Any] = [count.location_id]
    if said.get("bins"):
        where += f" AND {sql.among('b.id')}"
        params.append(sql.array(said["bins"]))
    if said.get("products"):
        where += f" AND {sql.among('h.product_id')}"
        params.append(sql.array(said["products"]))
    if said.get("category"):
        where += (
            " AND pr.category_id IN (SELECT c.id FROM catalog_category c JOIN catalog_category o ON o.id = %s "
            "WHERE c.path = o.path OR SUBSTR(c.path, 1, LENGTH(o.path) + 3) = o.path || ' / ')"
        )
        params.append(said["category"])
    if said.get("moved_since"):
        where += (
            " AND (h.place_id, h.product_id) IN (SELECT x.place_id, x.product_id FROM ledger_holding x WHERE "
            "x.kind = 'bin' AND x.id IN (SELECT source_id FROM ledger_move WHERE entry_id > %s "
            "UNION SELECT target_id FROM ledger_move WHERE entry_id > %s))"
        )
        params += [_last_before(date.fromisoformat(said["moved_since"]))] * 2
    else:
        where += " AND h.quantity > 0"
    return where, params


def _last_before(day: date) -> int:
    """The last entry before a day began; ids follow the order of acts."""
    zone = ZoneInfo(configuration.one("time_zone"))
    begins = datetime.combine(day, time(), zone).astimezone(UTC)
    ((last,),) = sql.fetch(
        "SELECT COALESCE((SELECT id FROM ledger_entry WHERE recorded_at < %s ORDER BY id DESC LIMIT 1), 0)",
        [moment(begins)],
    )
    return int(last)


class Beside(NamedTuple):
    """Goods at the location of a count that stand in no bin, so that no shelf is searched for them."""

    sku: str
    name: str
    decimals: int
    kind: str
    """Picked, packed or set aside."""
    document: str
    units: int


def beside(count: Count, *, most: int = 200) -> list[Beside]:
    """What of a count's location is picked, packed or set aside, and for which document."""
    rows = (
        Holding.objects.filter(
            kind__in=("picked", "container", "quarantine"),
            quantity__gt=0,
            place__parent=count.location.place_id,
        )
        .order_by("kind", "product__sku")
        .values_list(
            "product__sku",
            "product__name",
            "product__quantity_decimals",
            "kind",
            "claim__line__sheet__number",
        )
        .annotate(units=Sum("quantity"))
    )
    if products := count.scope.get("products"):
        rows = rows.filter(product__in=products)
    return [
        Beside(sku, name, decimals, kind, number or "", int(units))
        for sku, name, decimals, kind, number, units in rows[:most]
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the counting is."""

    waiting: int
    counted: int
    off: int
    again: int
    """Off by more than the tolerance, and counted once."""


def progress(count: Count, *, most: int = 1000) -> Progress:
    """How much was counted, and how much of it is off."""
    lines = list(off_lines(count.pk))
    return Progress(
        len(spots(count, most=most + 1)),
        lines_of(count.pk).order_by().count(),
        len(lines),
        sum(one.first_counted is None and one.beyond for one in lines),
    )


@dataclass(frozen=True, slots=True)
class Off:
    """A counted line that differs from the books, and what the difference is worth."""

    pk: int
    product: int
    difference: int
    value_minor: int
    first_counted: int | None
    beyond: bool
    """By more than the company puts up with."""


def off_lines(count: int) -> list[Off]:
    """What differs from the books, what is worth most first."""
    rows = list(
        CountLine.objects.filter(count_id=count, void__isnull=True)
        .exclude(difference=0)
        .only("product_id", "owner_id", "counted", "difference", "first_counted")
    )
    worth, tolerance = worth_of({row.product_id for row in rows}), Tolerance.of(configuration.one("counting"))
    found = []
    for row in rows:
        of: Worth = NOTHING if row.owner_id is not None else worth[row.product_id]
        found.append(
            Off(
                row.pk,
                row.product_id,
                row.difference,
                of.of(row.difference),
                row.first_counted,
                beyond(row, of, tolerance),
            )
        )
    return sorted(found, key=lambda one: (-abs(one.value_minor), -abs(one.difference), one.pk))


def last_counted(products: Sequence[int], location: int) -> dict[int, datetime]:
    """When each product was last counted at a location, in a count that is completed."""
    array = sql.array(products)
    rows = sql.fetch(
        "SELECT l.product_id, MAX(c.completed_at) FROM stock_countline l JOIN stock_count c ON c.id = l.count_id "
        f"WHERE {sql.among('l.product_id')} AND c.location_id = %s AND l.void_id IS NULL AND c.void_id IS NULL "
        "AND c.completed_at IS NOT NULL GROUP BY l.product_id",
        [array, location],
    )
    return {product: _instant(at) for product, at in rows}


def _instant(at: Any) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    assert isinstance(found, datetime)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
