"""A small company with a name of its own and a German customer, and orders of its."""

from __future__ import annotations

from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.parties.models import Organization, Site
from wharfinger.sales.actions.orders import confirm, create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish


def house() -> World:
    """Found the company."""
    made = world()
    Setting.objects.create(
        key="company",
        value={
            "name": "Hafenkontor IT GmbH",
            "street": "Am Sandtorkai 48",
            "postcode": "20457",
            "city": "Hamburg",
        }
        | {"tax_number": "DE 136 695 976", "iban": "DE89370400440532013000", "bank_name": "Handelsbank"},
    )
    Organization.objects.filter(pk=made.customer.pk).update(
        name="Bäckerei Grünkörn", language="de", tax_number="21/815/08150", reference="K-7"
    )
    Site.objects.filter(pk=made.site.pk).update(street="Königstr. 11", postcode="24103", city="Kiel")
    return made


def ordered(company: World, *quantities: int, serials: bool = False) -> tuple[int, list[int]]:
    """A confirmed order, its lines reserved."""
    wishes = []
    for n, quantity in enumerate(quantities):
        product = company.product(traced="serial") if serials else company.product()
        numbers = tuple(f"SN-{product.sku}-{k}" for k in range(quantity)) if serials else ()
        company.stock(product, quantity, serials=numbers, bin=company.bins[n % 2])
        wishes.append(LineWish(product.pk, quantity))
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, tuple(wishes)))
    order, lines = made.one("demand.Sheet"), made.made["ledger.Claim"]
    confirm(actor=HOUSE, order=order)
    Line.objects.filter(pk__in=lines).update(site=company.site)
    reserve(
        actor=HOUSE, holds=[Hold(line, quantity) for line, quantity in zip(lines, quantities, strict=True)]
    )
    return order, lines
