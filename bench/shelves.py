"""Goods in many bins, with many who hold them; and what people type to find something among all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.copies import Block
from bench.fill import LINES
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Claim
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.locations import add_location
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules.adjusting import Adjustment

PRODUCTS = 1_000
LOCATIONS = 5
CLAIMS = 20
"""Open claims of each product at each location."""


def shelves(connection: Any, company: World) -> tuple[list[int], int]:
    """Put a thousand products into five locations of three bins, with twenty open claims at each; ids and claims."""
    locations = [_location(n) for n in range(LOCATIONS)]
    products = [company.product().pk for _ in range(PRODUCTS)]
    for start in range(0, PRODUCTS, 100):
        items = [
            Adjustment(p, 1_000, location, place, unit_cost_micro=6_000_000)
            for p in products[start : start + 100]
            for location, bins in locations
            for place in bins
        ]
        adjust(actor=HOUSE, items=items, reason="Found")
    block = Block(connection)
    for location, bins in locations:
        for start in range(0, PRODUCTS, LINES):
            _held(company, products[start : start + LINES], location, bins)
    block.end()
    block.copy(CLAIMS - 1)
    return products, block.rows(Claim)


def typed(company: World) -> dict[str, str]:
    """What somebody may type into the search, by what it is; the last finds nothing."""
    product = company.product(gtin="4006381333931", traced="serial", name="Lighthouse switch")
    company.stock(product, 1, serials=("SN-4711",))
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 1),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment(tracking="1Z999AA10123456784"))
    number = Sheet.objects.filter(kind="order").order_by("-pk").values_list("number", flat=True)[0]
    return {
        "order number": number,
        "serial number": "SN-4711",
        "SKU": product.sku,
        "GTIN": product.gtin,
        "tracking number": "1Z999AA10123456784",
        "product name": "Lighthouse",
        "customer name": "Acm",
        "nothing": "unheard of",
    }


def _location(n: int) -> tuple[int, list[int]]:
    """A location with three bins: the place of the location, those of its bins."""
    made = add_location(
        actor=HOUSE, values={"name": f"Hall {n}"}, bins=[{"name": f"S{i}"} for i in range(3)]
    ).one("stock.Location")
    place = Location.objects.values_list("place_id", flat=True).get(pk=made)
    return place, list(Bin.objects.filter(location=made).values_list("place_id", flat=True))


def _held(company: World, products: Sequence[int], location: int, bins: Sequence[int]) -> None:
    wish = OrderWish(company.customer.pk, tuple(LineWish(p, 2) for p in products), confirm=True)
    lines = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    holds = [Hold(line, 2, location, bins[n % len(bins)]) for n, line in enumerate(lines)]
    reserve(actor=HOUSE, holds=holds)
