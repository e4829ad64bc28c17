"""What the tests of fulfilment and billing start from: confirmed orders over a stocked shelf."""

from __future__ import annotations

from typing import Any

from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding, Lot
from wharfinger.parties.models import Organization
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish


def order(
    company: World, *wanted: tuple[Product, int], customer: Organization | None = None, **values: Any
) -> tuple[int, list[int]]:
    """A confirmed order: its id and its lines."""
    lines = tuple(LineWish(product.pk, quantity) for product, quantity in wanted)
    made = create_order(
        actor=HOUSE, wish=OrderWish((customer or company.customer).pk, lines, confirm=True, **values)
    )
    return made.one("demand.Sheet"), made.made["ledger.Claim"]


def reserved(company: World, *wanted: tuple[Product, int]) -> tuple[int, list[int]]:
    """A confirmed order all of whose goods are reserved."""
    pk, lines = order(company, *wanted)
    reserve(
        actor=HOUSE, holds=[Hold(line, quantity) for line, (_, quantity) in zip(lines, wanted, strict=True)]
    )
    return pk, lines


def where(code: str) -> tuple[str, int]:
    """At which kind of place a serial number stands, and for whom."""
    found = Holding.objects.get(lot__code=code, quantity__gt=0, unbounded=False)
    return found.kind, found.claim_id


def lot(code: str) -> int:
    """The lot of a serial number."""
    return Lot.objects.get(code=code).pk
