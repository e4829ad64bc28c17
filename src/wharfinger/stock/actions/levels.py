"""How many of a product are kept at a location."""

from __future__ import annotations

from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.models import Level, Location
from wharfinger.stock.rules import keeping


def set_level(
    *, actor: Actor, product: int, location: int, minimum: int, maximum: int, key: str | None = None
) -> Written:
    """Keep a product between two quantities at a location: below the one it is bought, up to the other.

    minimum, maximum: in the product's smallest unit.
    """
    require(actor, "stock.level")
    if not Product.objects.filter(pk=product).exclude(kind="service").exists():
        raise BadInput("no_such_product", N_("There is no such product."), field="product")

    def read(truth: Truth) -> None:
        truth.read["location_is_there"] = Location.objects.filter(
            pk=location, retired_on__isnull=True
        ).exists()
        truth.read["level"] = Level.objects.filter(product_id=product, location_id=location).first()

    return post(
        "set",
        Wish(documents=[(Product, [product])], reads=(read,)),
        partial(keeping.plan_level, product=product, location=location, minimum=minimum, maximum=maximum),
        actor=actor,
        key=key,
    )
