"""What a quote leaves over its goods' cost, for who may see costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base import configuration, money
from wharfinger.base.money import extended, rounded
from wharfinger.base.quantity import plain
from wharfinger.demand.models import Line
from wharfinger.demand.queries.amounts import net_of
from wharfinger.demand.queries.reading import SHEET, lines_on
from wharfinger.demand.rules.discounts import share_of
from wharfinger.pricing.queries import costs_at_home, rates_on
from wharfinger.pricing.rules import converted
from wharfinger.sales.rules.approving import Concerns, concerns, limits_of
from wharfinger.stock.queries.worth import UnitCosts, unit_costs


class Margin(NamedTuple):
    """What is asked before tax and what that costs us, in minor units of the document's currency."""

    net: int
    cost: int

    @property
    def minor(self) -> int:
        """What is left."""
        return self.net - self.cost

    @property
    def share_micro(self) -> int | None:
        """What is left of what is asked, at 10⁻⁶; nothing of nothing."""
        return rounded(self.minor * 10**6, self.net) if self.net else None


def costs_of(found: Sequence[Line], home: str | None = None) -> dict[int, UnitCosts]:
    """What the products of lines cost, on average and at most, where any are in stock."""
    decimals = {line.product_id: line.product.quantity_decimals for line in found}
    return unit_costs(decimals, home) if found else {}


def margins_of(
    lines: Collection[Line], costs: Mapping[int, UnitCosts], home: str, on: date
) -> dict[int, Margin | None]:
    """The margin of each line: its net less the average cost of what is in stock, else what the vendor asks.

    costs: what the products cost where any are in stock. A kit costs what its components do, a service nothing
    unless a vendor asks for it. Nothing is said where a cost, or the rate of exchange for it, is not known. In
    two statements at most.
    """
    lacking = {line.product_id for line in lines} - costs.keys()
    unit = costs_at_home(lacking, home, on) | {pk: one.average_micro for pk, one in costs.items()}
    rates = rates_on({line.currency for line in lines} - {home}, on)
    found = {
        line.pk: _cost(line, unit.get(line.product_id), home, rates.get(line.currency)) for line in lines
    }
    for line in lines:
        if line.parent_id is not None:
            theirs, sofar = found[line.pk], found.get(line.parent_id)
            found[line.parent_id] = None if theirs is None or sofar is None else sofar + theirs
    return {
        line.pk: None if (cost := found[line.pk]) is None else Margin(net_of(line), cost) for line in lines
    }


def _cost(line: Line, unit_micro: int | None, home: str, rate_micro: int | None) -> int | None:
    if line.product.kind == "kit":
        return 0
    if unit_micro is None:
        return 0 if line.product.kind == "service" else None
    if line.currency != home:
        if rate_micro is None:
            return None
        unit_micro = converted(unit_micro, home, 10**6, line.currency, rate_micro)
    return extended(unit_micro, line.quantity, line.product.quantity_decimals, line.currency)


def together(lines: Collection[Line], margins: Mapping[int, Margin | None]) -> Margin | None:
    """The margin of all that counts of a document; nothing where that of a line is not known."""
    counted = [margins.get(line.pk) for line in lines if line.taken and line.parent_id is None]
    known = [one for one in counted if one is not None]
    if not counted or len(known) < len(counted):
        return None
    return Margin(sum(one.net for one in known), sum(one.cost for one in known))


def shown(margin: Margin | None, currency: str) -> dict[str, str | None]:
    """A margin as callers read it."""
    share = margin and margin.share_micro
    return {
        "margin": None if margin is None else money.plain(margin.minor, currency),
        "margin_percent": None if share is None else plain(rounded(share, 1000), 1),
    }


def concerns_of(quote: int, on: date, known: Mapping[str, Any] | None = None) -> Concerns:
    """Beyond which of the company's limits a quote is; in one statement where it has none.

    known: the settings of this, where they are read already.
    """
    known = known or configuration.read("quote_approval", "currency")
    limits = limits_of(known["quote_approval"])
    if not limits.any:
        return Concerns()
    lines = lines_on([quote], SHEET)
    margins: list[int | None] = []
    if limits.margin_micro is not None:
        found = margins_of(lines, costs_of(lines), known["currency"], on)
        besides = [found[line.pk] for line in lines if not line.taken and line.parent_id is None]
        margins = [one.share_micro for one in (together(lines, found), *besides) if one is not None]
    return concerns(limits, [share_of(line) for line in lines if line.billable], margins)
