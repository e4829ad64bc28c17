"""Which products are due to be counted: the more they are worth, the more often."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Min

from wharfinger.base import clock, configuration
from wharfinger.base.money import share
from wharfinger.ledger import sql
from wharfinger.ledger.models import Layer
from wharfinger.stock.queries.counting import worth_of
from wharfinger.stock.queries.counts import last_counted
from wharfinger.stock.rules.cycles import Valued, classes


class Due(NamedTuple):
    """A product at a location: what it is worth there, and since when it waits to be counted."""

    product: int
    units: int
    value_minor: int
    letter: str
    """A, B or C by its share of the location's value."""
    since: date
    """When it was last counted; since when the oldest of it is there, if it never was."""
    counted: bool
    due_on: date


def due(location: int) -> list[Due]:
    """Every product of ours that stands in bins of a location, what is longest overdue first."""
    standing = {
        product: int(units)
        for product, units in sql.fetch(
            "SELECT h.product_id, SUM(h.quantity) FROM stock_bin b JOIN ledger_holding h ON h.place_id = b.place_id "
            "WHERE b.location_id = %s AND h.kind = 'bin' AND h.owned AND h.quantity > 0 GROUP BY h.product_id",
            [location],
        )
    }
    setting = configuration.read("counting", "time_zone")
    days = {letter: setting["counting"][f"cycle_days_{letter.lower()}"] for letter in "ABC"}
    zone = ZoneInfo(setting["time_zone"])
    today = clock.now().astimezone(zone).date()
    worth = worth_of(standing)
    valued = [
        Valued(product, share(worth[product].value_minor, units, worth[product].quantity or units))
        for product, units in standing.items()
    ]
    letters = classes(valued)
    counted = {
        product: at.astimezone(zone).date()
        for product, at in last_counted(sorted(standing), location).items()
    }
    oldest = dict(
        Layer.objects.filter(product__in=standing, quantity__gt=0)
        .values_list("product_id")
        .annotate(Min("effective_on"))
    )
    found = []
    for one in valued:
        letter = letters[one.product]
        since = counted.get(one.product) or oldest.get(one.product) or today
        found.append(
            Due(
                one.product,
                standing[one.product],
                one.value_minor,
                letter,
                since,
                one.product in counted,
                date.fromordinal(since.toordinal() + days[letter]),
            )
        )
    return sorted(found, key=lambda one: (one.due_on, -one.value_minor, one.product))
