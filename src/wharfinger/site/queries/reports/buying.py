"""What was bought, and how punctually vendors deliver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Count, F
from django.db.models.functions import Coalesce

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_
from wharfinger.ledger import sql
from wharfinger.purchasing.models import PurchaseLine, VendorBillLine
from wharfinger.site.queries.reports.sales import Sums, at_home, key_of, together
from wharfinger.site.queries.reports.shape import Broken, Figure, Figures, Key, Told, Wanted, settled

PATHS = {
    "vendor": "purchase_order__vendor",
    "product": "product",
    "category": "product__category",
    "buyer": "purchase_order__buyer",
    "location": "location",
    "currency": "purchase_order__currency",
}
"""Where a line of a purchase order says by what it is told."""
KEYS = {
    "vendor": "o.vendor_id",
    "product": "l.product_id",
    "category": "g.category_id",
    "buyer": "o.buyer_id",
    "location": "l.location_id",
    "currency": "o.currency",
    "month": "e.effective_on",
}
CAME = ("bin", "customer")


class Went(NamedTuple):
    """Goods on order of a line that came, were refused or will not come, and were not taken back since."""

    key: Key
    on: date
    verb: str
    kind: str
    """Where they went."""
    units: int
    decimals: int
    per: int | None
    cost_micro: int
    currency: str
    rate_micro: int
    promised: date | None
    confirmed: date | None
    times: int
    """How often just this happened."""


def went(wanted: Wanted, *, days: bool) -> Iterator[Went]:
    """What became of goods on order in these days, in one statement; what is alike is counted by the database.

    days: whether it matters on which day it came and for which it was promised, and what was closed short.
    """
    dated = (
        ("e.effective_on", "COALESCE(l.expected_on, o.expected_on)", "l.confirmed_on")
        if days
        else ("NULL", "NULL", "NULL")
    )
    only = "".join(f" AND {sql.among(KEYS[key])}" for key in wanted.only)
    # Most entries brought nothing, and each of their moves would be looked up to be left out again: those that did have
    # a receipt. What is given up of an order has none.
    brought = "e.id IN (SELECT made_id FROM purchasing_receipt)"
    entries = f"(e.verb = 'close_purchase' OR {brought})" if days else brought
    # Few moves are reversed: these are added up once, and not looked for beside each move.
    back = "SELECT reverses_id, SUM(quantity) AS q FROM ledger_move WHERE reverses_id IS NOT NULL GROUP BY reverses_id"
    for (
        key,
        on,
        verb,
        kind,
        units,
        decimals,
        per,
        cost,
        currency,
        rate,
        promised,
        confirmed,
        times,
    ) in sql.fetch(
        "SELECT g, d, verb, kind, units, decimals, per, cost, currency, rate, p, c, COUNT(*) FROM ("
        f"SELECT {KEYS[wanted.by]} AS g, {dated[0]} AS d, e.verb AS verb, t.kind AS kind, m.quantity - COALESCE(b.q, 0) AS units, "
        "g.quantity_decimals AS decimals, l.per AS per, l.unit_cost_micro AS cost, o.currency AS currency, "
        f"o.rate_micro AS rate, {dated[1]} AS p, {dated[2]} AS c "
        "FROM ledger_entry e JOIN ledger_move m ON m.entry_id = e.id AND m.reverses_id IS NULL "
        "JOIN ledger_holding s ON s.id = m.source_id AND s.kind = 'on_order' "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind IN ('bin', 'customer', 'refused', 'vendor') "
        "JOIN purchasing_purchaseline l ON l.place_id = s.place_id "
        "JOIN purchasing_purchaseorder o ON o.id = l.purchase_order_id JOIN catalog_product g ON g.id = l.product_id "
        f"LEFT JOIN ({back}) b ON b.reverses_id = m.id "
        f"WHERE {entries} AND e.effective_on BETWEEN %s AND %s{only}) x "
        "GROUP BY g, d, verb, kind, units, decimals, per, cost, currency, rate, p, c ORDER BY g, d",
        [wanted.since, wanted.until, *(sql.array(ids) for ids in wanted.only.values())],
    ):
        if units > 0:
            yield Went(
                key_of(_day(key) if wanted.by == "month" else key),
                _day(on) or wanted.until,
                verb,
                kind,
                int(units),
                decimals,
                per,
                cost,
                currency,
                rate,
                _day(promised),
                _day(confirmed),
                int(times),
            )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _ordered(wanted: Wanted) -> Iterator[tuple[Key, Fraction]]:
    """What was ordered in these days, line by line as orders say it."""
    lines = PurchaseLine.objects.annotate(
        day=Coalesce("purchase_order__ordered_on", "purchase_order__submitted_at__date")
    )
    lines = lines.filter(
        purchase_order__submitted_at__isnull=False,
        purchase_order__cancelled_at__isnull=True,
        purchase_order__void__isnull=True,
        void__isnull=True,
        removed_at__isnull=True,
        day__range=(wanted.since, wanted.until),
        **{f"{PATHS[key]}__in": ids for key, ids in wanted.only.items()},
    )
    order = [f"purchase_order__{name}" for name in ("currency", "rate_micro")]
    path = F("day") if wanted.by == "month" else F(PATHS[wanted.by])
    alike = lines.order_by().values_list(
        path, "quantity", "unit_cost_micro", "per", "product__quantity_decimals", *order
    )
    for key, units, cost, per, decimals, currency, rate, times in alike.annotate(Count("pk")):
        # Each line is rounded by itself.
        net = times * extended(cost, units, decimals, currency, per=per)
        yield key_of(key), at_home(net, currency, rate, wanted.home)


def _billed(wanted: Wanted) -> Iterator[tuple[Key, Fraction]]:
    """What accepted bills of these days ask for goods, line by line, at their rates."""
    lines = VendorBillLine.objects.filter(
        bill__accepted_at__isnull=False,
        bill__cancelled_at__isnull=True,
        bill__void__isnull=True,
        bill__billed_on__range=(wanted.since, wanted.until),
        **{f"purchase_line__{PATHS[key]}__in": ids for key, ids in wanted.only.items()},
    )
    path = "bill__billed_on" if wanted.by == "month" else f"purchase_line__{PATHS[wanted.by]}"
    bought = [f"purchase_line__{name}" for name in ("per", "product__quantity_decimals")]
    alike = lines.order_by().values_list(
        path, "quantity", "unit_cost_micro", *bought, "bill__currency", "bill__rate_micro"
    )
    for key, units, cost, per, decimals, currency, rate, times in alike.annotate(Count("pk")):
        net = times * extended(cost, units, decimals, currency, per=per)
        yield key_of(key), at_home(net, currency, rate, wanted.home)


def _purchases(wanted: Wanted) -> Told:
    sums: dict[str, defaultdict[Key, Fraction]] = {
        name: defaultdict(Fraction) for name in ("ordered", "received", "billed")
    }
    units: defaultdict[Key, Sums] = defaultdict(Sums)
    for name, rows in (("ordered", _ordered(wanted)), ("billed", _billed(wanted))):
        for key, net in rows:
            sums[name][key] += net
    for one in went(wanted, days=False):
        if one.kind in CAME:
            net_minor = one.times * extended(
                one.cost_micro, one.units, one.decimals, one.currency, per=one.per
            )
            sums["received"][one.key] += at_home(net_minor, one.currency, one.rate_micro, wanted.home)
            units[one.key].units[one.decimals] += one.times * one.units
    keys = list(dict.fromkeys(key for found in sums.values() for key in found))
    whole = {name: settled({key: found[key] for key in keys}) for name, found in sums.items()}
    groups: dict[Key, Figures] = {
        key: {"units": units[key].quantity(), **{name: whole[name][key] for name in whole}} for key in keys
    }
    total = {name: sum(found.values()) for name, found in whole.items()}
    return Told(groups, {"units": together(units.values()).quantity(), **total})


class _Kept:
    """How far vendors kept their word, of one group."""

    def __init__(self) -> None:
        self.arrivals = self.dated = self.in_time = self.confirmed = self.as_confirmed = 0
        self.late: list[int] = []
        self.came = self.refused = self.short = Fraction(0)

    def take(self, one: Went) -> None:
        """Count what became of some goods."""
        units = one.times * Fraction(one.units, 10**one.decimals)
        if one.kind == "vendor":
            self.short += units if one.verb == "close_purchase" else 0
            return
        self.came += units
        self.refused += units if one.kind == "refused" else 0
        if one.kind == "refused":
            return
        self.arrivals += one.times
        if one.promised is not None:
            days = max(0, (one.on - one.promised).days)
            self.dated += one.times
            self.in_time += 0 if days else one.times
            self.late += [days] * one.times if days else []
        if one.confirmed is not None:
            self.confirmed += one.times
            self.as_confirmed += one.times if one.on <= one.confirmed else 0

    def figures(self) -> Figures:
        """As they are told: shares of one at 10⁻⁶, days to a tenth."""
        late = self.late
        return {
            "arrivals": (self.arrivals, 0),
            "in_time": _share(self.in_time, self.dated),
            "as_confirmed": _share(self.as_confirmed, self.confirmed),
            "late": (round(10 * Fraction(sum(late), len(late))), 1) if late else None,
            "worst": (max(late), 0) if late else None,
            "short": _share(self.short, self.came + self.short),
            "rejected": _share(self.refused, self.came),
        }


def _share(part: Fraction | int, of: Fraction | int) -> int | None:
    return round(Fraction(part) * 10**6 / Fraction(of)) if of else None


def _punctual(wanted: Wanted) -> Told:
    groups: defaultdict[Key, _Kept] = defaultdict(_Kept)
    total = _Kept()
    for one in went(wanted, days=True):
        if one.kind != "vendor" or one.verb == "close_purchase":
            groups[one.key].take(one)
            total.take(one)
    return Told({key: one.figures() for key, one in groups.items()}, total.figures())


_BY = ("vendor", "product", "category", "buyer", "location", "month")
PURCHASES = Broken(
    N_("Purchases"),
    N_("What was ordered, what came and what was billed, before tax and freight, in home currency."),
    ("purchasing.read", "catalog.see_cost"),
    (*_BY, "currency"),
    (
        Figure("units", N_("Units received"), "quantity"),
        Figure("ordered", N_("Ordered")),
        Figure("received", N_("Received")),
        Figure("billed", N_("Billed")),
    ),
    _purchases,
    "ordered",
    papers="purchasing:orders",
    whom="vendor",
    issued="",
)
PUNCTUALITY = Broken(
    N_("Punctuality of vendors"),
    N_(
        "How much came by the day that was promised and confirmed, how late the rest was, what was short and refused."
    ),
    ("purchasing.read",),
    _BY,
    (
        Figure("arrivals", N_("Arrivals"), "quantity"),
        Figure("in_time", N_("In time"), "share"),
        Figure("as_confirmed", N_("As confirmed"), "share"),
        Figure("late", N_("Days late on average"), "quantity"),
        Figure("worst", N_("Days late at worst"), "quantity"),
        Figure("short", N_("Closed short"), "share"),
        Figure("rejected", N_("Refused"), "share"),
    ),
    _punctual,
    "in_time",
    papers="purchasing:orders",
    whom="vendor",
    issued="",
)
