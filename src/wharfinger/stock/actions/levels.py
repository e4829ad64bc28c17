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
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Bin, Level, Location
from wharfinger.stock.queries import built
from wharfinger.stock.rules import keeping
from wharfinger.stock.rules.keeping import Keep


def set_level(*, actor: Actor, product: int, location: int, keep: Keep, key: str | None = None) -> Written:
    """Keep a product between two quantities at a location: at the one more is got, up to the other."""
    require(actor, "stock.level")
    if not Product.objects.filter(pk=product).exclude(kind__in=("service", "kit")).exists():
        raise BadInput("no_such_product", N_("There is no such product."), field="product")

    def read(truth: Truth) -> None:
        truth.read["location_is_there"] = Location.objects.filter(
            pk=location, retired_on__isnull=True
        ).exists()
        truth.read["vendor_is_there"] = (
            keep.vendor is not None
            and Organization.objects.filter(pk=keep.vendor, vendor=True, retired_on__isnull=True).exists()
        )
        truth.read["source_is_there"] = (
            keep.source is not None
            and Location.objects.filter(pk=keep.source, retired_on__isnull=True).exists()
        )
        truth.read["is_built"] = keep.built and built.is_built(product)
        truth.read["bin_is_there"] = (
            keep.bin is not None
            and Bin.objects.filter(pk=keep.bin, location_id=location, retired_on__isnull=True).exists()
        )
        truth.read["level"] = Level.objects.filter(product_id=product, location_id=location).first()

    return post(
        "change",
        Wish(documents=[(Product, [product])], reads=(read,)),
        partial(keeping.plan_level, product=product, location=location, keep=keep),
        actor=actor,
        key=key,
    )
