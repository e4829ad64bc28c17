"""The verb of substitutes: say what may be taken in a product's place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.catalog.models import Product, Substitute
from wharfinger.catalog.rules.substitutes import plan_substitutes
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written


def set_substitutes(*, actor: Actor, product: int, others: Sequence[int], key: str | None = None) -> Written:
    """Say what may be taken in a product's place, the best first; none where the list is empty."""
    require(actor, "catalog.product")
    known = Substitute.objects.filter(product=product).values_list("pk", flat=True)

    def read(truth: Truth) -> None:
        truth.read["products"] = set(Product.objects.filter(pk__in=others).values_list("pk", flat=True))

    wish = Wish(documents=[(Product, [product]), (Substitute, list(known))], reads=(read,))
    plan = partial(plan_substitutes, pk=product, others=list(others))
    return post("change", wish, plan, actor=actor, key=key)
