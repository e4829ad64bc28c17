"""Get more of what runs low: from vendors and from other locations, in one press."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.purchasing.queries import needs
from wharfinger.purchasing.queries import truth as reads
from wharfinger.purchasing.rules import levels
from wharfinger.purchasing.rules.levels import Item
from wharfinger.stock.models import Location
from wharfinger.stock.queries import transfers

MOST = 1000
"""So many products are got at once."""


def replenish(*, actor: Actor, items: Sequence[Item], key: str | None = None) -> Written:
    """Draft a purchase order for each vendor and a transfer order for each pair of locations, in one entry.

    Raises Refusal when enough of a product is there or under way by now.
    """
    if not actor.may("stock.transfer"):
        require(actor, "purchasing.order")
    if not items:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    if len(items) > MOST:
        raise BadInput(
            "too_many",
            N_("At most {most} rows can be ordered at once. Order them in parts."),
            field="lines",
            most=MOST,
        )
    if any(item.vendor is not None for item in items):
        require(actor, "purchasing.order")
    if any(item.vendor is None for item in items):
        require(actor, "stock.transfer")
    for n, item in enumerate(items):
        if item.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
    products = sorted({item.product for item in items})

    def first(truth: Truth) -> None:
        truth.read["lines"] = {}

    ends = {pk for item in items if item.source for pk in (item.source, item.location)}
    return post(
        "replenish",
        Wish(
            documents=[(Location, sorted(ends))],
            first=first,
            products=products,
            free=True,
            reads=(
                transfers.read_wish(()),
                reads.read_products(*products),
                reads.read_terms(vendors=[item.vendor for item in items if item.vendor is not None]),
                reads.read_drafted_on,
                needs.read_needs,
            ),
        ),
        partial(levels.plan_replenish, items=tuple(items)),
        actor=actor,
        key=key,
    )
