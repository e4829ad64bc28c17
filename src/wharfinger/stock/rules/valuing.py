"""Pure decisions about what stock is worth when somebody says it anew."""

from __future__ import annotations

from wharfinger.base.money import extended, share
from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Plan, Truth


def plan_revalue(truth: Truth, *, product: int, unit_cost_micro: int) -> Plan:
    """Give all that is left of a product another unit cost; what was issued keeps the cost it left with."""
    plan = Plan()
    layers = [layer for layer in truth.layers.get(product, ()) if layer.quantity]
    quantity = sum(layer.quantity for layer in layers)
    if not quantity:
        raise Refusal(
            "nothing_to_value",
            N_("There is nothing of this product in stock to value. Receive it first."),
            field="product",
            product=product,
        )
    worth = extended(
        unit_cost_micro, quantity, truth.products[product].quantity_decimals, truth.home_currency
    )
    done = 0
    for layer in layers:
        # Shares of the running total, so that the layers together are worth exactly the whole.
        value = share(worth, done + layer.quantity, quantity) - share(worth, done, quantity)
        if value != layer.value_minor:
            plan.draw(None, layer.id, 0, layer.value_minor - value)
        done += layer.quantity
    plan.notes["revalued"] = (sum(layer.value_minor for layer in layers), worth)
    plan.mention(("product", product))
    return plan
