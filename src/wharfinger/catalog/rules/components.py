"""Pure decisions about what kits and bundles are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.fields import Check, text, whole
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.ledger.plan import Id, Plan, Truth

Values = Mapping[str, Any]

COMPONENT: dict[str, Check] = {"product": whole(1, 2**63 - 1), "quantity": text(30, needed=True)}


def set_components(plan: Plan, truth: Truth, product: Id, kind: str, components: Sequence[Values]) -> None:
    """Set what a kit or bundle is made of, in that order; what is not named is no component any more."""
    rows = {row.product_id: row for row in truth.documents.get("catalog.Component", {}).values()}
    seen: dict[int, int] = {}
    for n, one in enumerate(components):
        part = truth.read["parts"].get(one["product"])
        at = f"components.{n}"
        if part is None or part.pk in seen or part.pk == product:
            raise BadInput(
                "no_such_component",
                N_("There is no such product, it is named twice, or it is the product itself."),
                field=f"{at}.product",
            )
        seen[part.pk] = quantity(one["quantity"], part.quantity_decimals, field=f"{at}.quantity")
        _no_circle(truth, product, part, f"{at}.product")
    may_be_made(kind, [truth.read["parts"][part] for part in seen])
    for pk, row in rows.items():
        plan.change(row, quantity=seen.get(pk, 0))
    for pk, units in seen.items():
        if pk not in rows:
            plan.create("catalog.Component", whole_id=product, product_id=pk, quantity=units)


def parts_now(truth: Truth, product: int) -> list[int]:
    """What a product is made of."""
    return truth.read["recipes"].get(product, [])


def may_be_made(kind: str, parts: Sequence[Any]) -> None:
    """A kit is of anything but kits; a bundle is built, so it is of goods that are kept."""
    if parts and kind not in ("kit", "stocked"):
        raise Refusal(
            "has_components",
            N_("Only a kit, or a stocked product that is built, has components."),
            field="components",
        )
    for n, part in enumerate(parts):
        if part.kind == "kit" or (kind == "stocked" and part.kind == "service"):
            raise Refusal(
                "no_component",
                N_("{sku} cannot go into it: a kit goes into nothing, and nothing is built of a service."),
                field=f"components.{n}.product",
                sku=part.sku,
            )


def _no_circle(truth: Truth, product: Id, part: Any, field: str) -> None:
    """Nothing is made of itself, by however many steps."""
    ahead, seen = [part.pk], set()
    while ahead:
        pk = ahead.pop()
        if pk == product:
            raise Refusal(
                "circle",
                N_("{sku} is itself made of this product. Choose another component."),
                field=field,
                sku=part.sku,
            )
        if pk not in seen:
            seen.add(pk)
            ahead += parts_now(truth, pk)
