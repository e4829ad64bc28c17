"""Doubles turn up, with goods and business of their own, and are merged: goods, value and money stay the same."""

from __future__ import annotations

import random
from typing import Any

from django.db.models import Sum

from tests.laws.state import State, Verb
from wharfinger.catalog.models import Product
from wharfinger.flows.actions.merging import merge_organizations, merge_products
from wharfinger.ledger.models import Account, Layer, Place
from wharfinger.parties.models import Organization, Site
from wharfinger.purchasing.actions import ordering
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

NAME = "Double"


def _double(state: State, chance: random.Random, product: Product) -> Product:
    """A product that is in the list a second time: found, sold, offered and bought under another SKU."""
    made = state.company.product(name=NAME, cost_method=product.cost_method, traced=product.traced)
    for _ in range(2):
        state.find_goods(made, chance)
    customer = state.company.customer.pk
    _, lines, _ = state.door.order(customer, [(made.pk, 2), (made.pk, 9)], confirm=True)
    state.door.on_lines("reserve", 0, [(lines[0], 2)], ())
    state.door.on_lines("pick", 0, [(lines[0], 1)], ())
    state.door.quote(customer, [(made.pk, 1)])
    bought = ordering.draft(
        actor=state.user, wish=PurchaseWish(state.company.vendor.pk, (PurchaseLineWish(made.pk, 2),))
    )
    if chance.random() < 0.5:
        ordering.submit(actor=state.user, order=bought.one("purchasing.PurchaseOrder"))
    state.stands()
    return made


def _stock() -> dict[str, Any]:
    return Layer.objects.aggregate(quantity=Sum("quantity"), value=Sum("value_minor"))


def _merge(state: State, chance: random.Random) -> Any:
    """Mostly a double that has been in use for a while; where there is none, one turns up and nothing is merged yet."""
    product = chance.choice(state.products)
    alike = {"cost_method": product.cost_method, "traced": product.traced, "retired_on": None}
    known = state.one(chance, Product.objects.filter(name=NAME, **alike))
    if known is None:
        _double(state, chance, product)
        return None
    before = _stock()
    done = merge_products(actor=state.user, product=known.pk, into=product.pk)
    assert _stock() == before
    return done


def _customer(state: State, chance: random.Random) -> None:
    """A customer who is in the list a second time, has goods, owes us something, and lets us keep something."""
    product = chance.choice(state.products[:3])
    made = Organization.objects.create(name=NAME)
    stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
    Site.objects.create(organization=made, name="Yard", place=stand, rented_place=lent)
    state.company.stock(product, 2, value_minor=chance.randint(1, 1000))
    _, (line,), _ = state.door.order(made.pk, [(product.pk, 2)], confirm=True)
    state.door.on_lines("pick-pack-ship", 0, [(line, 2)], ())
    state.door.on_lines("invoice", 0, [(line, 1)], ())
    state.door.pay(made.pk, "5.00")
    kept = Adjustment(product.pk, 1, state.company.location.place_id, owner=made.pk)
    adjust(actor=state.user, items=[kept], reason="Kept for them")
    state.stands()


def _merge_organizations(state: State, chance: random.Random) -> Any:
    """Likewise a customer."""
    customer = state.company.customer
    known = state.one(chance, Organization.objects.filter(name=NAME, retired_on__isnull=True))
    if known is None:
        _customer(state, chance)
        return None
    mine = Account.objects.filter(party__in=(known, customer))
    owed = mine.aggregate(q=Sum("balance_minor"), home=Sum("balance_home_minor"))
    done = merge_organizations(actor=state.user, organization=known.pk, into=customer.pk)
    assert mine.aggregate(q=Sum("balance_minor"), home=Sum("balance_home_minor")) == owed
    assert not Account.objects.filter(party=known).exists()
    return done


DOUBLES: dict[str, Verb] = {"merge": _merge, "merge_organizations": _merge_organizations}
