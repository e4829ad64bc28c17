"""What is kept of a product beside its goods, and follows when it goes on as another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth

FILLED = ("description", "manufacturer", "category_id", "weight_grams")
"""What the product that stays takes over where it says nothing of its own."""


def fill(plan: Plan, old: Any, into: Any, names: Iterable[str]) -> None:
    """Let the one that stays say what only its double said: in these columns, and in own fields that it left empty."""
    plan.change(into, **{name: getattr(into, name) or getattr(old, name) for name in names})
    plan.change_within(into, "own", {key: value for key, value in old.own.items() if key not in into.own})


def follow_terms(plan: Plan, truth: Truth, old: Any, into: Any) -> None:
    """Let vendors, prices, barcodes, units, levels and relations follow, where the one that stays has none of its own.

    Where it has, its own holds: two prices of one vendor, or two minima of one location, are not added.
    """
    fill(plan, old, into, FILLED)
    _units(plan, truth, old, into)
    _vendors(plan, truth, old, into)
    _levels(plan, truth, old, into)
    _price_items(plan, truth, old, into)
    _substitutes(plan, truth, old, into)
    _components(plan, truth, old, into)
    policies = truth.documents["catalog.WarrantyPolicy"].values()
    if not any(one.product_id == into.pk for one in policies):
        for one in policies:
            plan.change(one, product_id=into.pk)
    for one in truth.documents["devices.Subscription"].values():
        plan.change(one, product_id=into.pk)


def _of(truth: Truth, label: str, product: int) -> list[Any]:
    rows: Iterable[Any] = truth.documents[label].values()
    return [one for one in rows if one.product_id == product and getattr(one, "void_id", None) is None]


def _units(plan: Plan, truth: Truth, old: Any, into: Any) -> None:
    """Further units and barcodes follow; one that both have must be of one size."""
    own = {same(one.name): one for one in _of(truth, "catalog.ProductUnit", into.pk)}
    instead: dict[int, int] = {}
    for unit in _of(truth, "catalog.ProductUnit", old.pk):
        known = own.get(same(unit.name))
        if known is None:
            plan.change(
                unit,
                product_id=into.pk,
                for_buying=unit.for_buying and not any(one.for_buying for one in own.values()),
                for_selling=unit.for_selling and not any(one.for_selling for one in own.values()),
            )
        elif known.factor != unit.factor:
            raise Refusal(
                "unit_differs",
                N_(
                    "Both have a unit “{unit}”, and it is not the same size. Lines count in it, so they stay two."
                ),
                field="product",
                unit=unit.name,
            )
        else:
            instead[unit.pk] = known.pk
    for mark in _of(truth, "catalog.Barcode", old.pk):
        plan.change(mark, product_id=into.pk, unit_id=instead.get(mark.unit_id, mark.unit_id))


def _vendors(plan: Plan, truth: Truth, old: Any, into: Any) -> None:
    own = {one.organization_id: one for one in _of(truth, "catalog.VendorPrice", into.pk)}
    chosen = any(one.default for one in own.values())
    for price in _of(truth, "catalog.VendorPrice", old.pk):
        known = own.get(price.organization_id)
        if known is None:
            plan.change(price, product_id=into.pk, default=price.default and not chosen)
        else:
            plan.change(
                known,
                part_number=known.part_number or price.part_number,
                default=known.default or (price.default and not chosen),
            )


def _levels(plan: Plan, truth: Truth, old: Any, into: Any) -> None:
    own = {one.location_id for one in _of(truth, "stock.Level", into.pk)}
    for level in _of(truth, "stock.Level", old.pk):
        if level.location_id not in own:
            plan.change(level, product_id=into.pk)


def _price_items(plan: Plan, truth: Truth, old: Any, into: Any) -> None:
    """Prices follow to each list on which the one that stays has none."""
    own = _of(truth, "pricing.PriceItem", into.pk)
    listed = {one.price_list_id for one in own if one.price_micro is not None}
    blank = {(one.price_list_id, same(one.unit), one.from_quantity): one for one in own}
    for item in _of(truth, "pricing.PriceItem", old.pk):
        if item.price_list_id in listed or item.price_micro is None:
            continue
        known = blank.get((item.price_list_id, same(item.unit), item.from_quantity))
        if known is None:
            plan.change(item, product_id=into.pk)
        else:
            plan.change(known, price_micro=item.price_micro)


def _substitutes(plan: Plan, truth: Truth, old: Any, into: Any) -> None:
    """What stands in for it stands in for the other, and it for what it stood in for; nothing for itself or twice."""
    rows = list(truth.documents["catalog.Substitute"].values())
    there = {(one.product_id, one.other_id) for one in rows}
    for one in rows:
        pair = tuple(into.pk if pk == old.pk else pk for pk in (one.product_id, one.other_id))
        if pair == (one.product_id, one.other_id):
            continue
        if pair[0] == pair[1] or pair in there:
            plan.change(one, retired_on=truth.today)
        else:
            there.add((pair[0], pair[1]))
            plan.change(one, product_id=pair[0], other_id=pair[1])


def _components(plan: Plan, truth: Truth, old: Any, into: Any) -> None:
    """What it went into is made of the other from now on; refuses where that would be made of itself."""
    rows = _of(truth, "catalog.Component", into.pk)
    own = {one.whole_id: one for one in rows}
    inside = _inside(truth, into.pk)
    for part in _of(truth, "catalog.Component", old.pk):
        if not part.quantity:
            continue
        if part.whole_id in inside:
            raise Refusal(
                "made_of_itself",
                N_(
                    "{sku} goes into the other one, which would then be made of itself. Take it out there first."
                ),
                field="product",
                sku=old.sku,
            )
        known = own.get(part.whole_id)
        if known is None:
            plan.change(part, product_id=into.pk)
        else:
            plan.change(known, quantity=known.quantity + part.quantity)
            plan.change(part, quantity=0)


def _inside(truth: Truth, product: int) -> set[int]:
    """A product and everything that goes into it."""
    found, new = set(), {product}
    while new:
        found |= new
        new = {part for one in new for part in truth.read["recipes"].get(one, ())} - found
    return found
