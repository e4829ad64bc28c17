"""The figures of stock, per product and location, as people and machines see them.

On hand is what lies at the location, picked and packed goods included; available is what is free,
goods whose hold has ended among it; reserved is claimed and not yet picked; picked is picked or packed and not
gone; set aside is for nobody to sell; expired is what is free of batches past their day, which nobody is
promised. On hand is these five together. In transit is on its way to the location from another of ours, free or claimed, on hand at neither;
on order is what vendors owe us; back order is wanted and covered by nothing. Wishes name no
location, so back order, and what is on order without one, count at the default location.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Sum

from wharfinger.base import clock, configuration, money
from wharfinger.base.money import rounded
from wharfinger.catalog.models import Component
from wharfinger.ledger import sql
from wharfinger.ledger.look import moment
from wharfinger.ledger.models import Holding
from wharfinger.ledger.post import automation
from wharfinger.stock.models import Location

_KINDS = (
    "bin",
    "picked",
    "container",
    "quarantine",
    "transfer",
    "rented",
    "demand",
    "to_approve",
    "to_order",
    "drafted",
)


class Figures:
    """The running sums of a product at a location."""

    __slots__ = (
        "aside",
        "available",
        "back_order",
        "expired",
        "in_transit",
        "on_order",
        "picked",
        "reserved",
    )

    def __init__(self) -> None:
        self.available = self.reserved = self.picked = self.aside = self.on_order = self.back_order = 0
        self.in_transit = self.expired = 0


class StockRow(NamedTuple):
    """One line of numbers of a product at a location; quantities in the product's smallest unit."""

    product: int
    location: int
    on_hand: int
    available: int
    reserved: int
    picked: int
    on_order: int
    back_order: int
    in_transit: int
    value_minor: int
    set_aside: int = 0
    expired: int = 0

    def average_cost_micro(self, decimals: int, currency: str) -> int | None:
        """What one whole unit cost on average, at 10⁻⁶; nothing when none is there."""
        if not self.on_hand:
            return None
        return rounded(
            self.value_minor * 10 ** (money.MICRO + decimals), self.on_hand * 10 ** money.decimals(currency)
        )


def available(products: Sequence[int]) -> dict[tuple[int, int], int]:
    """What is free of these products, by product and place of the location; nothing of batches that have expired."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    free = (
        "SELECT product_id, place_id, CAST(SUM(quantity) AS bigint) AS units FROM ledger_holding "
        f"WHERE claim_id = 0 AND kind = 'bin' AND owned AND quantity > 0 AND {sql.among('product_id')} "
        "GROUP BY product_id, place_id"
    )
    wanted, now = frozenset(products), clock.now()
    array = sql.array(products)
    past = Past()
    for product, place, units, taken, expires_on in sql.fetch(
        "SELECT g.product_id, p.parent_id, CAST(SUM(g.units) AS bigint), 0, NULL "
        f"FROM ({free}) g JOIN ledger_place p ON p.id = g.place_id GROUP BY g.product_id, p.parent_id "
        f"UNION ALL SELECT e.product_id, e.parent_id, e.quantity, 0, e.expires_on FROM ({_LAPSED}) e "
        f"UNION ALL SELECT b.product_id, b.parent_id, b.quantity, 1, b.expires_on FROM ({_BATCHES}) b",
        [array, moment(now), array, _ahead(now)],
    ):
        if not taken and product in wanted and not past(expires_on):
            found[product, place] += int(units)
        elif taken and past(expires_on):
            found[product, place] -= int(units)
    return found


class Past:
    """Whether a batch has expired by the company's day, which is asked for once and only where something expires."""

    __slots__ = ("_today",)

    def __init__(self) -> None:
        self._today: date | None = None

    def __call__(self, expires_on: date | str | None) -> bool:
        """Whether the day is over."""
        if expires_on is None:
            return False
        if self._today is None:
            self._today = clock.today(configuration.one("time_zone"))
        day = date.fromisoformat(expires_on) if isinstance(expires_on, str) else expires_on
        return day < self._today


def free(products: Sequence[int]) -> dict[int, int]:
    """What is free of each of these products at all locations together, in two statements.

    Of a kit so many as the component allows that is the scarcest; what is done or bought for each order has no end.
    """
    kits = made_of(products)
    parts = {part for parts in kits.values() for part, _ in parts}
    found: dict[int, int] = defaultdict(int)
    for (product, _), units in available([*products, *parts]).items():
        found[product] += units
    whole = {kit: min(found[part] // ratio for part, ratio in parts) for kit, parts in kits.items()}
    return {product: whole.get(product, found[product]) for product in products}


def made_of(products: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """The stocked components of the kits among these products, and how many of each go into one."""
    rows = Component.objects.filter(whole__in=products, whole__kind="kit", quantity__gt=0, void__isnull=True)
    found: dict[int, list[tuple[int, int]]] = {}
    for kit, part, units in rows.filter(product__kind="stocked").values_list("whole", "product", "quantity"):
        found.setdefault(kit, []).append((part, units))
    return found


# The few claims whose end has come lead the way to their goods; CROSS JOIN keeps SQLite to that order.
_LAPSED = (
    "SELECT h.product_id, p.parent_id, h.claim_id, h.quantity, l.expires_on FROM ledger_claim c "
    "CROSS JOIN ledger_holding h JOIN ledger_place p ON p.id = h.place_id JOIN ledger_lot l ON l.id = h.lot_id "
    "WHERE c.hold_until <= %s AND h.claim_id = c.id AND h.kind = 'bin' AND h.owned AND h.quantity > 0"
)
# The few batches that may have expired by now lead the way to their goods. A day ahead is early enough anywhere.
_BATCHES = (
    "SELECT h.product_id, p.parent_id, h.quantity, l.expires_on FROM ledger_lot l CROSS JOIN ledger_holding h "
    f"JOIN ledger_place p ON p.id = h.place_id WHERE {sql.among('l.product_id')} AND l.expires_on IS NOT NULL "
    "AND l.expires_on <= %s AND h.lot_id = l.id AND h.claim_id = 0 AND h.kind = 'bin' AND h.owned AND h.quantity > 0"
)


def _let_go(products: Sequence[int]) -> list[tuple[int, int, int, int, date | str | None]]:
    """Goods whose hold has ended, and free ones (claim 0) of batches that may have expired.

    Product, place of the location, the claim that held them, units, their last day.
    """
    now, wanted = clock.now(), frozenset(products)
    found = sql.fetch(
        f"SELECT product_id, parent_id, claim_id, quantity, expires_on FROM ({_LAPSED}) a UNION ALL "
        f"SELECT product_id, parent_id, 0, quantity, expires_on FROM ({_BATCHES}) b",
        [moment(now), sql.array(products), _ahead(now)],
    )
    return [
        (product, place, claim, int(units), last)
        for product, place, claim, units, last in found
        if product in wanted
    ]


def _ahead(now: datetime) -> Any:
    """The day after today, by when whatever has expired anywhere has expired."""
    day = now.date() + timedelta(days=1)
    return day if sql.on_postgresql() else day.isoformat()


def stock_rows(products: Sequence[int], *, worth: bool = True, kits: Sequence[int] = ()) -> list[StockRow]:
    """Every line of numbers of these products, in order of product and location.

    worth: whether the value is wanted; without it value is nought. kits: those among them that are kits, of
    which so many are available at a location as the scarcest component there allows.
    """
    if not kits:
        return _stock_rows(products, worth=worth)
    made_of_kits = made_of(kits)
    parts = {part for parts in made_of_kits.values() for part, _ in parts}
    rows = _stock_rows([*products, *(parts - set(products))], worth=worth)
    here = {(row.product, row.location): row.available for row in rows}
    asked = set(products)
    found = [row for row in rows if row.product in asked]
    for kit, made in made_of_kits.items():
        for location in sorted({row.location for row in rows}):
            whole = min(here.get((part, location), 0) // ratio for part, ratio in made)
            if whole:
                found.append(StockRow(kit, location, 0, whole, 0, 0, 0, 0, 0, 0))
    return sorted(found, key=lambda row: (row.product, row.location))


def _stock_rows(products: Sequence[int], *, worth: bool) -> list[StockRow]:
    locations = list(Location.objects.order_by("-default", "pk").values_list("place_id", "pk"))
    by_place = dict(locations)
    default = locations[0][1] if locations else 0
    sums: dict[tuple[int, int], Figures] = defaultdict(Figures)
    elsewhere: dict[int, int] = defaultdict(int)
    for product, place, kind, units, free in _holdings(products):
        if kind in ("transfer", "rented"):
            elsewhere[product] += units
            if kind == "transfer":
                sums[product, by_place.get(place, default)].in_transit += units
            continue
        figures = sums[product, by_place.get(place, default)]
        if kind == "bin":
            figures.available += free
            figures.reserved += units - free
        elif kind in ("picked", "container"):
            figures.picked += units
        elif kind == "quarantine":
            figures.aside += units
        else:
            figures.back_order += units
    for product, location, units in _on_order(products):
        sums[product, location or default].on_order += units
    let_go = _let_go(products)
    lapsed = sorted({one[2] for one in let_go if one[2]})
    wanted_again = automation.falls_to(lapsed) if lapsed else {}
    past = Past()
    for product, place, claim, units, last in let_go:
        figures, over = sums[product, by_place[place]], past(last)
        if over:
            figures.expired += units
        if not claim:
            figures.available -= units if over else 0
            continue
        figures.reserved -= units
        figures.available += 0 if over else units
        # Whoever held them wants them again, unless they were only quoted.
        if wanted_again.get(claim) != "quoted":
            sums[product, default].back_order += units
    return _with_values(sums, _values(products) if worth else {}, elsewhere)


def _holdings(products: Sequence[int]) -> list[tuple[int, int, str, int, int]]:
    """Product, place of the location, kind of place, units, and how many of them are free."""
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
    # Grouped in the order of the index that covers it, so that no row of the table is visited.
    grouped = (
        "SELECT product_id, kind, place_id, CAST(SUM(quantity) AS bigint) AS units, "
        "CAST(SUM(CASE WHEN claim_id = 0 THEN quantity ELSE 0 END) AS bigint) AS free FROM ledger_holding "
        f"WHERE kind IN ({kinds}) AND owned AND quantity > 0 AND {sql.among('product_id')} "
        "GROUP BY product_id, kind, place_id"
    )
    found = sql.fetch(
        "SELECT g.product_id, p.parent_id, g.kind, CAST(SUM(g.units) AS bigint), CAST(SUM(g.free) AS bigint) "
        f"FROM ({grouped}) g JOIN ledger_place p ON p.id = g.place_id GROUP BY g.product_id, p.parent_id, g.kind",
        [sql.array(products)],
    )
    return [(product, place, kind, int(units), int(free)) for product, place, kind, units, free in found]


def _on_order(products: Sequence[int]) -> list[tuple[int, int | None, int]]:
    """Product, location where it is to arrive, units."""
    found = Holding.objects.filter(kind="on_order", quantity__gt=0, owned=True, product_id__in=products)
    rows = (
        found.values_list("product_id", "place__purchase_line__location_id")
        .annotate(Sum("quantity"))
        .order_by()
    )
    return list(rows)


def _values(products: Sequence[int]) -> dict[int, int]:
    return {
        product: int(value)
        for product, value in sql.fetch(
            "SELECT product_id, SUM(value_minor) FROM ledger_layer "
            f"WHERE quantity > 0 AND {sql.among('product_id')} GROUP BY product_id",
            [sql.array(products)],
        )
    }


def _with_values(
    sums: dict[tuple[int, int], Figures], values: dict[int, int], elsewhere: dict[int, int]
) -> list[StockRow]:
    rows: list[StockRow] = []
    of_product: list[tuple[int, int, Figures]] = []
    for (product, location), figures in sorted(sums.items(), key=lambda item: item[0]):
        if of_product and of_product[0][0] != product:
            rows.extend(_rows_of(of_product, values, elsewhere))
            of_product = []
        of_product.append((product, location, figures))
    if of_product:
        rows.extend(_rows_of(of_product, values, elsewhere))
    return rows


def _rows_of(
    parts: list[tuple[int, int, Figures]], values: dict[int, int], elsewhere: dict[int, int]
) -> list[StockRow]:
    product = parts[0][0]
    on_hand = [f.available + f.reserved + f.picked + f.aside + f.expired for _, _, f in parts]
    shares = largest_remainder(values.get(product, 0), [*on_hand, elsewhere.get(product, 0)])
    return [
        StockRow(
            product,
            location,
            there,
            f.available,
            f.reserved,
            f.picked,
            f.on_order,
            f.back_order,
            f.in_transit,
            value,
            f.aside,
            f.expired,
        )
        for (_, location, f), there, value in zip(parts, on_hand, shares, strict=False)
    ]


def largest_remainder(value: int, weights: Sequence[int]) -> list[int]:
    """A value shared out by weight; the largest remainders get the odd units, so that nothing is lost."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [value * weight // whole for weight in weights]
    odd = value - sum(shares)
    if odd:
        order = sorted(range(len(weights)), key=lambda n: (-(value * weights[n] % whole), n))
        for n in order[:odd]:
            shares[n] += 1
    return shares
