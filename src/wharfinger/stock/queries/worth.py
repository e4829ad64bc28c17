"""What stock was worth at the end of a day, what changed that, and what a unit of a product costs.

The draws of the ledger are the account of stock: nothing else says what it is worth. What an entry of a past day
drew counts from its effective day on, whenever it was recorded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from wharfinger.base import clock, configuration, money
from wharfinger.base.money import rounded
from wharfinger.ledger import sql
from wharfinger.ledger.chart import OURS

CAUSES = ("bought", "sold", "returned", "adjusted", "built", "valued")
"""Why stock changes: goods of vendors, of customers, back from customers, found and lost, put together, taken apart
or merged, and another value of what is there."""


class Valued(NamedTuple):
    """How many of a product there were on a day, and what they were worth."""

    product: int
    quantity: int
    value_minor: int


class Amount(NamedTuple):
    """A quantity with what it is worth."""

    quantity: int = 0
    value_minor: int = 0

    def plus(self, other: Amount) -> Amount:
        """Both together."""
        return Amount(self.quantity + other.quantity, self.value_minor + other.value_minor)


class Changed(NamedTuple):
    """What a product was worth before a time, what changed it by cause, and what it was worth at its end."""

    product: int
    opening: Amount
    causes: dict[str, Amount]

    @property
    def closing(self) -> Amount:
        """What was there at the end."""
        total = self.opening
        for amount in self.causes.values():
            total = total.plus(amount)
        return total


# Ids follow the order of acts, so nearly everything of a day lies below the first entry of any later day, and is read
# from one index alone; the few that were dated back are added. One statement, so that no act comes between.
_UNTIL = (
    "SELECT l.product_id, -SUM(x.q), -SUM(x.v) FROM ("
    "SELECT layer_id, SUM(quantity) AS q, SUM(value_minor) AS v FROM ledger_draw WHERE entry_id < "
    "COALESCE((SELECT MIN(id) FROM ledger_entry WHERE effective_on > %s), 9223372036854775807) GROUP BY layer_id "
    "UNION ALL SELECT d.layer_id, d.quantity, d.value_minor FROM ledger_entry e "
    "JOIN ledger_draw d ON d.entry_id = e.id WHERE e.effective_on <= %s "
    "AND e.id > (SELECT MIN(id) FROM ledger_entry WHERE effective_on > %s)"
    ") x JOIN ledger_layer l ON l.id = x.layer_id GROUP BY l.product_id "
    "HAVING SUM(x.q) <> 0 OR SUM(x.v) <> 0 ORDER BY l.product_id"
)
_ALL_UNTIL = (
    "SELECT -COALESCE(SUM(v), 0) FROM (SELECT SUM(value_minor) AS v FROM ledger_draw WHERE entry_id < "
    "COALESCE((SELECT MIN(id) FROM ledger_entry WHERE effective_on > %s), 9223372036854775807) "
    "UNION ALL SELECT d.value_minor FROM ledger_entry e JOIN ledger_draw d ON d.entry_id = e.id "
    "WHERE e.effective_on <= %s AND e.id > (SELECT MIN(id) FROM ledger_entry WHERE effective_on > %s)) x"
)
_AGES = _UNTIL.replace("l.product_id", "l.product_id, l.effective_on", 1).replace(
    "GROUP BY l.product_id", "GROUP BY l.product_id, l.effective_on"
)
_AGES_NOW = (
    "SELECT product_id, effective_on, SUM(quantity), SUM(value_minor) FROM ledger_layer WHERE quantity > 0 "
    "GROUP BY product_id, effective_on"
)
_NOW = (
    "SELECT product_id, SUM(quantity), SUM(value_minor) FROM ledger_layer WHERE quantity > 0 "
    "GROUP BY product_id ORDER BY product_id"
)


def valuation(on: date, products: Iterable[int] | None = None) -> list[Valued]:
    """What stock was worth at the end of a day, from what came in and went out until then."""
    if products is not None:
        rows = sql.fetch(
            "SELECT l.product_id, -SUM(d.quantity), -SUM(d.value_minor) FROM ledger_layer l "
            "JOIN ledger_draw d ON d.layer_id = l.id JOIN ledger_entry e ON e.id = d.entry_id "
            f"WHERE {sql.among('l.product_id')} AND e.effective_on <= %s GROUP BY l.product_id "
            "HAVING SUM(d.quantity) <> 0 OR SUM(d.value_minor) <> 0 ORDER BY l.product_id",
            [sql.array(sorted(set(products))), on],
        )
    elif on >= clock.today(configuration.one("time_zone")):
        # Nothing is dated later than today, so all that was drawn counts: that is what the layers have left.
        rows = sql.fetch(_NOW)
    else:
        rows = sql.fetch(_UNTIL, [on, on, on])
    return [Valued(product, int(units), int(value)) for product, units, value in rows]


def ages(on: date) -> list[tuple[int, date, int, int]]:
    """What was in stock at the end of a day, by product and the day on which it came: how many, and what they were worth."""
    if on >= clock.today(configuration.one("time_zone")):
        rows = sql.fetch(_AGES_NOW)
    else:
        rows = sql.fetch(_AGES, [on, on, on])
    return [(product, day, int(units), int(value)) for product, day, units, value in rows]


def total(on: date) -> int:
    """What all stock together was worth at the end of a day."""
    if on >= clock.today(configuration.one("time_zone")):
        return int(
            sql.fetch("SELECT COALESCE(SUM(value_minor), 0) FROM ledger_layer WHERE quantity > 0")[0][0]
        )
    ((value,),) = sql.fetch(_ALL_UNTIL, [on, on, on])
    return int(value)


def cause_of_draw() -> str:
    """In SQL, why a draw changed what stock is worth: of draw d, its move m, and its holdings s and t."""
    ours = ", ".join(f"'{kind}'" for kind in sorted(OURS))
    other = f"CASE WHEN s.kind IN ({ours}) THEN t.kind ELSE s.kind END"
    comes = f"s.kind = 'customer' AND t.kind IN ({ours}) AND m.reverses_id IS NULL"
    return (
        "CASE WHEN d.move_id IS NULL THEN 'valued' "
        f"WHEN {other} IN ('vendor', 'on_order', 'refused') THEN 'bought' "
        f"WHEN {other} IN ('returns', 'bench', 'at_vendor', 'outside') OR ({comes}) THEN 'returned' "
        f"WHEN {other} IN ('customer', 'in_transit') THEN 'sold' "
        f"WHEN {other} = 'assembly' THEN 'built' ELSE 'adjusted' END"
    )


def changes(since: date, until: date, products: Iterable[int] | None = None) -> list[Changed]:
    """What each product's stock was worth before a time, what changed it, and what it was worth at its end.

    since, until: the first and the last day. Undone is undone: a step and its undoing stand under the same cause.
    """
    wanted = None if products is None else sorted(set(products))
    before = {
        one.product: Amount(one.quantity, one.value_minor) for one in valuation(_day_before(since), wanted)
    }
    only, params = ("", []) if wanted is None else (f" AND {sql.among('l.product_id')}", [sql.array(wanted)])
    found: dict[int, dict[str, Amount]] = defaultdict(dict)
    for product, cause, units, value in sql.fetch(
        f"SELECT product_id, cause, -SUM(q), -SUM(v) FROM (SELECT l.product_id, {cause_of_draw()} AS cause, d.quantity AS q, "
        "d.value_minor AS v FROM ledger_entry e JOIN ledger_draw d ON d.entry_id = e.id "
        "JOIN ledger_layer l ON l.id = d.layer_id LEFT JOIN ledger_move m ON m.id = d.move_id "
        "LEFT JOIN ledger_holding s ON s.id = m.source_id LEFT JOIN ledger_holding t ON t.id = m.target_id "
        f"WHERE e.effective_on BETWEEN %s AND %s{only}) x GROUP BY product_id, cause ORDER BY product_id, cause",
        [since, until, *params],
    ):
        if units or value:
            found[product][cause] = Amount(int(units), int(value))
    return [
        Changed(product, before.get(product, Amount()), found.get(product, {}))
        for product in sorted(before.keys() | found.keys())
    ]


def overall(since: date, until: date, products: Iterable[int] | None = None) -> Changed:
    """The same of all these products together, of every product where none are named; only what they were worth."""
    wanted = None if products is None else sorted(set(products))
    before = _day_before(since)
    opening = total(before) if wanted is None else sum(one.value_minor for one in valuation(before, wanted))
    only, params = ("", []) if wanted is None else (f" AND {sql.among('l.product_id')}", [sql.array(wanted)])
    layers = "" if wanted is None else "JOIN ledger_layer l ON l.id = d.layer_id "
    rows = sql.fetch(
        f"SELECT cause, -SUM(v) FROM (SELECT {cause_of_draw()} AS cause, d.value_minor AS v "
        f"FROM ledger_entry e JOIN ledger_draw d ON d.entry_id = e.id {layers}"
        "LEFT JOIN ledger_move m ON m.id = d.move_id "
        "LEFT JOIN ledger_holding s ON s.id = m.source_id LEFT JOIN ledger_holding t ON t.id = m.target_id "
        f"WHERE e.effective_on BETWEEN %s AND %s{only}) x GROUP BY cause",
        [since, until, *params],
    )
    return Changed(0, Amount(0, opening), {cause: Amount(0, int(value)) for cause, value in rows if value})


def _day_before(day: date) -> date:
    return date.fromordinal(max(1, day.toordinal() - 1))


class UnitCosts(NamedTuple):
    """What one whole unit in stock costs on average and at most, at 10⁻⁶."""

    average_micro: int
    highest_micro: int

    def of(self, per: int | None, decimals: int) -> UnitCosts:
        """The same of so much in the smallest unit, where prices are said in a further unit."""
        if per is None:
            return self
        return UnitCosts(*(rounded(micro * per, 10**decimals) for micro in self))


def unit_costs(decimals: Mapping[int, int], home: str | None = None) -> dict[int, UnitCosts]:
    """What units of products in stock cost; nothing is said of products of which none is there.

    decimals: the products, with those of their quantities. home: the company's currency, where it is read already.
    """
    currency = home or configuration.one("currency")
    found: dict[int, UnitCosts] = {}
    units: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for product, quantity, value in sql.fetch(
        f"SELECT product_id, quantity, value_minor FROM ledger_layer WHERE quantity > 0 AND {sql.among('product_id')}",
        [sql.array(sorted(decimals))],
    ):
        units[product].append((quantity, value))
    for product, layers in units.items():
        whole = 10 ** (money.MICRO + decimals[product])
        cents = 10 ** money.decimals(currency)
        quantity, value = sum(q for q, _ in layers), sum(v for _, v in layers)
        found[product] = UnitCosts(
            rounded(value * whole, quantity * cents),
            max(rounded(v * whole, q * cents) for q, v in layers),
        )
    return found
