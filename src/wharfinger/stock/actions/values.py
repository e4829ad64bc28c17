"""What stock is worth."""

from __future__ import annotations

from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.catalog.models import Product
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.stock.queries.truth import read_all_layers
from wharfinger.stock.rules import valuing


def revalue(
    *, actor: Actor, product: int, unit_cost_micro: int, reason: str, key: str | None = None
) -> Written:
    """Give all that is left of a product another unit cost; valuing it again corrects that."""
    require(actor, "stock.revalue")
    require(actor, "catalog.see_cost")
    reason = tidy(reason, field="reason", most=1000)
    if not Product.objects.filter(pk=product).exists():
        raise BadInput("no_such_product", N_("There is no such product."), field="product")
    return post(
        "revalue",
        Wish(products=[product], layers=True, reads=(read_all_layers(product),)),
        partial(valuing.plan_revalue, product=product, unit_cost_micro=unit_cost_micro),
        actor=actor,
        key=key,
        reason=reason,
    )
