"""A million devices at customers: some sold, installed and billed by our own actions, copied many times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import count

from django.db import connection

from bench.copies import Block
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.models import Product, WarrantyPolicy
from wharfinger.demand.rules import LineWish
from wharfinger.devices.actions.installing import install
from wharfinger.devices.rules.installing import Installation
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Place
from wharfinger.parties.models import Organization, Site
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

EACH = 50
"""Devices of each customer, all of one order; as many rows of goods without a number stand beside them as it has."""
LARGE, RETURNED = 5_000, 2_000
"""Devices of the largest customer, and how many they once had."""
OVER_DAYS = 1_500
"""Warranties end on so many days, the first of them half a year ago."""

_order = count(1)


def fleet(company: World, devices: int, large: int = LARGE, returned: int = RETURNED) -> Organization:
    """Write so many devices of customers with 50 each and of a large one, who is given back."""
    router = company.product(traced="serial", cost_method="specific", name="Lighthouse router")
    cable = company.product(name="Patch cable")
    WarrantyPolicy.objects.create(
        product=router, months=24, start="sold", name="Two years", valid_from=date(2020, 1, 1)
    )
    huge = customer("Zeppelin works")
    _copied(lambda: _sold(company, customer("Corner shop"), router, cable), (devices - large) // EACH)
    _copied(lambda: _sold(company, huge, router, cable), large // EACH)
    _copied(lambda: _back(huge[0], _sold(company, huge, router, cable)), returned // EACH)
    _spread()
    return huge[0]


def customer(name: str) -> tuple[Organization, Site]:
    """A customer with one site."""
    made = Organization.objects.create(name=name)
    places = [Place.objects.create(kind=kind) for kind in ("customer", "rented")]
    return made, Site.objects.create(organization=made, name="Yard", place=places[0], rented_place=places[1])


def _copied(act: Callable[[], object], times: int) -> None:
    """Do this twice, since the first makes what all share, and copy the second."""
    act()
    block = Block(connection)
    act()
    block.end()
    if times > 2:
        block.copy(times - 2)


def _sold(company: World, to: tuple[Organization, Site], router: Product, cable: Product) -> int:
    """The line of routers that were sold to a customer beside some cable, installed and billed."""
    n = next(_order)
    serials = tuple(f"SN-{n}-{i:04}" for i in range(EACH))
    company.stock(router, EACH, serials=serials)
    company.stock(cable, EACH)
    lines = (LineWish(router.pk, EACH, site=to[1].pk), LineWish(cable.pk, EACH, site=to[1].pk))
    made = create_order(actor=HOUSE, wish=OrderWish(to[0].pk, lines, site=to[1].pk, confirm=True))
    claims: Sequence[int] = made.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(claim, EACH) for claim in claims])
    ship(actor=HOUSE, picks=[Pick(claim, EACH) for claim in claims])
    install(actor=HOUSE, items=[Installation(claims[0], serial=one) for one in serials])
    invoice(actor=HOUSE, wish=InvoiceWish(tuple(Bill(claim, EACH) for claim in claims)))
    return claims[0]


def _back(organization: Organization, line: int) -> None:
    take_back(actor=HOUSE, organization=organization.pk, items=[Returned(Asked(EACH, line))])


def _spread() -> None:
    """Let warranties end one after another: copies were all sold on one day."""
    day = "CURRENT_DATE + CAST((id * 7919) % {days} - 180 AS integer)"
    if connection.vendor == "sqlite":
        day = "date('now', ((id * 7919) % {days} - 180) || ' days')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE devices_device SET warranty_end_on = {day.format(days=OVER_DAYS)} "
            "WHERE warranty_end_on IS NOT NULL"
        )
