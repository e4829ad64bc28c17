"""The verbs of vendors' prices: take over a list, and let a price that was announced come into force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base import clock, configuration
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import PriceBreak, Product, VendorPrice
from wharfinger.catalog.rules.offers import VENDOR, plan_in_force, plan_offers
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization

Values = Mapping[str, Any]


def set_offers(*, actor: Actor, vendor: int, offers: Sequence[Values], key: str | None = None) -> Written:
    """Take over what a vendor asks for many products, and what they have of them, by one entry.

    offers: ``product`` and any field of a vendor's price; what is not said stays. A price whose
    ``valid_from`` is yet to come is kept beside the one in force.
    """
    require(actor, "catalog.price")
    clean = []
    for n, one in enumerate(offers):
        given = {name: value for name, value in one.items() if name != "product"}
        try:
            clean.append({**checked(VENDOR, given), "product": one["product"]})
        except BadInput as refusal:
            refusal.field = f"offers.{n}.{refusal.field}"
            raise
    if not clean:
        raise BadInput("missing", N_("Please fill this in."), field="offers")
    products = sorted({one["product"] for one in clean})
    prices = VendorPrice.objects.filter(product__in=products)
    steps = PriceBreak.objects.filter(price__product__in=products, price__organization=vendor)

    def read(truth: Truth) -> None:
        found = Organization.objects.filter(pk=vendor, vendor=True)
        truth.read["vendors"] = set(found.values_list("pk", flat=True))

    wish = Wish(
        documents=[
            (Product, products),
            (VendorPrice, list(prices.values_list("pk", flat=True))),
            (PriceBreak, list(live(steps).values_list("pk", flat=True))),
        ],
        reads=(read,),
    )
    plan = partial(plan_offers, vendor=vendor, offers=clean)
    return post("change", wish, plan, actor=actor, key=key)


def come_into_force(*, actor: Actor) -> Written | None:
    """Let the prices whose day has come replace the former ones; nothing where none is due."""
    require(actor, "catalog.price")
    due = live(PriceBreak.objects.filter(valid_from__lte=clock.today(configuration.one("time_zone"))))
    prices = sorted(set(due.values_list("price_id", flat=True)[:MOST]))
    if not prices:
        return None
    steps = live(PriceBreak.objects.filter(price__in=prices))
    wish = Wish(documents=[(VendorPrice, prices), (PriceBreak, list(steps.values_list("pk", flat=True)))])
    return post("change", wish, plan_in_force, actor=actor)


MOST = 2000
"""So many prices come into force by one entry; the rest by the next."""


def live(steps: Any) -> Any:
    """Those that were neither replaced nor undone."""
    return steps.filter(retired_on__isnull=True, void__isnull=True)
