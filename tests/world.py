"""A small company for tests: two locations, a customer, a vendor, a few products, made without ceremony."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client

from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Category, Product, TaxCode, VendorPrice
from wharfinger.catalog.rules.categories import ancestors
from wharfinger.ledger.audit import audit
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Entry, Holding, Lot, Place
from wharfinger.ledger.plan import LotRef, PlaceRef, Plan, Truth, fixed, spot
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization, Role, Site, User
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules import value_receipt

_names = itertools.count(1)


@dataclass
class World:
    """The company; everything in it is made on demand."""

    tax: TaxCode
    location: Location
    other: Location
    customer: Organization
    site: Site
    vendor: Organization
    user: User
    bins: list[Bin] = field(default_factory=list)

    def product(self, **values: Any) -> Product:
        """A new product with its loose lot."""
        n = next(_names)
        values = {
            "sku": f"P-{n}",
            "name": f"Product {n}",
            "price_micro": 10_000_000,
            "tax_code": self.tax,
        } | values
        if isinstance(path := values.get("category"), str):
            values["category"] = category(path)
        made = Product.objects.create(**values)
        Lot.objects.create(product=made)
        VendorPrice.objects.create(product=made, organization=self.vendor, cost_micro=6_000_000, default=True)
        return made

    def stock(
        self,
        product: Product,
        quantity: int,
        *,
        value_minor: int | None = None,
        bin: Bin | None = None,
        serials: tuple[str, ...] = (),
    ) -> Written:
        """Goods that are found at a bin, worth so much."""
        place = PlaceRef((bin or self.bins[0]).place_id, "bin")
        worth = 600 * quantity if value_minor is None else value_minor

        def plan(truth: Truth) -> Plan:
            made = Plan()
            lots: list[tuple[LotRef, int]] = [(truth.lot(product.pk), quantity)]
            if serials:
                lots = [
                    (
                        LotRef(
                            made.create(
                                "ledger.Lot",
                                product_id=product.pk,
                                serial=True,
                                code=s,
                                code_key=s.casefold(),
                            ),  # type: ignore[arg-type]
                            product.pk,
                            serial=True,
                        ),
                        1,
                    )
                    for s in serials
                ]
            for lot, units in lots:
                at = spot(lot, place, 0)
                step = made.move(at.at(fixed("adjustment")), at, units)
                value_receipt(
                    made,
                    truth,
                    step,
                    product.pk,
                    product.cost_method,
                    units,
                    worth * units // quantity,
                    lot.id,
                )
            return made

        return post("adjust", Wish(products=[product.pk], loose=True, layers=True), plan, actor=HOUSE)


def category(path: str) -> Category:
    """The category of a path, with those above it."""
    found = None
    for one in reversed(ancestors(path)):
        found = Category.objects.filter(path=one).first() or Category.objects.create(
            path=one,
            made=Entry.objects.create(
                verb="add", recorded_at=clock.now(), effective_on=clock.today("Europe/Berlin")
            ),
        )
    assert found is not None
    return found


def world() -> World:
    """Found the company."""
    tax = TaxCode.objects.create(code="S19", name="19 %", rate_micro=190_000, default=True)
    locations, bins = [], []
    for name in ("Main", "Van"):
        place = Place.objects.create(kind="location")
        location = Location.objects.create(
            name=name,
            default=name == "Main",
            place=place,
            picked_place=Place.objects.create(kind="picked", parent=place),
            quarantine_place=Place.objects.create(kind="quarantine", parent=place),
        )
        for n in (1, 2):
            at = Place.objects.create(kind="bin", parent=place, sequence=n)
            bins.append(Bin.objects.create(location=location, name=f"A{n}", default=n == 1, place=at))
        locations.append(location)
    customer = Organization.objects.create(name="Acme")
    vendor = Organization.objects.create(name="Grossist", customer=False, vendor=True)
    site = Site.objects.create(
        organization=customer,
        name="Head office",
        place=Place.objects.create(kind="customer"),
        rented_place=Place.objects.create(kind="rented"),
    )
    role, _ = Role.objects.get_or_create(name="administrator", defaults={"permissions": ["*"]})
    user = User.objects.create(username=f"ada-{next(_names)}", name="Ada")
    user.roles.add(role)
    return World(tax, locations[0], locations[1], customer, site, vendor, user, bins)


def held(claim: int | None = None, product: int | None = None) -> dict[str, int]:
    """What stands where, by kind of place, of a claim or a product; unbounded places left out."""
    found: dict[str, int] = {}
    rows = Holding.objects.filter(unbounded=False, quantity__gt=0)
    rows = rows.filter(claim=claim) if claim is not None else rows
    rows = rows.filter(product=product) if product is not None else rows
    for row in rows:
        found[row.kind] = found.get(row.kind, 0) + row.quantity
    return found


def clean() -> None:
    """Assert that the books hold."""
    found = audit()
    assert found == [], found[:3]


def refused(act: Callable[[], Any], code: str, field: str | None = None) -> Refusal:
    """Assert that an act is refused with this code, at this field where one is named, and writes nothing."""
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert found.value.code == code
    assert field is None or found.value.field == field
    assert entries() == before
    return found.value


def entries() -> int:
    """How many entries the journal has."""
    return Entry.objects.count()


def seen(browser: Client, path: str) -> str:
    """The page at this address, asserted to be one."""
    response = browser.get(path)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


TODAY = date(2026, 1, 1)
