"""Pure decisions about how many of a product are kept at a location."""

from __future__ import annotations

from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger.plan import Plan, Truth


def plan_level(truth: Truth, *, product: int, location: int, minimum: int, maximum: int) -> Plan:
    """Keep a product between two quantities at a location; nothing and nothing is no longer."""
    if not truth.read["location_is_there"]:
        raise BadInput("no_such_location", N_("There is no such location."), field="location")
    if maximum < minimum:
        raise BadInput(
            "maximum_below_minimum",
            N_("The maximum cannot be less than the minimum. Give a larger maximum."),
            field="maximum",
        )
    plan = Plan()
    known = truth.read["level"]
    if known is None:
        plan.create("stock.Level", product_id=product, location_id=location, minimum=minimum, maximum=maximum)
    else:
        plan.change(known, minimum=minimum, maximum=maximum)
    plan.mention(("product", product), ("location", location))
    return plan
