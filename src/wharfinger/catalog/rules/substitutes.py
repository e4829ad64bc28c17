"""Pure decisions about what may be taken in a product's place."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.rules import row_of
from wharfinger.ledger.plan import Plan, Truth


def plan_substitutes(truth: Truth, *, pk: int, others: Sequence[int]) -> Plan:
    """Let these be the substitutes of a product, in this order; the ones it had besides are none any more."""
    row = row_of(truth, "catalog.Product", pk)
    there = {
        one.other_id: one
        for one in truth.documents["catalog.Substitute"].values()
        if one.retired_on is None and one.void_id is None
    }
    plan = Plan()
    for n, other in enumerate(others):
        if other == pk or other in others[:n] or other not in truth.read["products"]:
            raise BadInput(
                "no_such_substitute",
                N_("There is no such product, it is named twice, or it is the product itself."),
                field=f"products.{n}",
            )
        if other in there:
            plan.change(there[other], rank=n)
        else:
            plan.create("catalog.Substitute", product_id=pk, other_id=other, rank=n, retired_on=None)
    for other, one in there.items():
        if other not in others:
            plan.change(one, retired_on=truth.today)
    plan.mention(row)
    return plan
