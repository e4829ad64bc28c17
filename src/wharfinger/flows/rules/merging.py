"""Pure decisions about doubles of products: what is open goes on with the one that stays, what was posted stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.rules import row_of
from wharfinger.flows.rules.merged_terms import follow_terms
from wharfinger.ledger.chart import OPEN_WISHES, OURS, REGION, WISHES
from wharfinger.ledger.plan import Held, Id, LotRef, PlaceRef, Plan, Ref, Truth, fixed, spot
from wharfinger.stock.rules import price_issue, value_receipt

ALIKE = {
    "kind": N_("Both must be of one kind. Change the kind of one of them first."),
    "unit": N_("Both must be counted in one unit. Change the unit of one of them first."),
    "quantity_decimals": N_("Both must be counted as finely. A new product begins with other decimals."),
    "traced": N_("Both must be traced alike. Sell off the one that is traced otherwise."),
    "traced_from": N_(
        "Both must be traced from the same step on. Sell off the one that is traced otherwise."
    ),
    "cost_method": N_("Both must be valued alike. Change how one of them is valued first."),
}
"""In what two products must agree to be one, and what to do where they do not."""

BEGUN = frozenset(
    (
        *("container", "in_transit", "customer", "rented", "refused", "transfer"),
        *("returns", "bench", "at_vendor", "scrap", "returned", "invoiced", "credited"),
    )
)
"""Where something of a line stands with which its documents have begun."""
OPEN = frozenset((*OPEN_WISHES, "bin", "picked", "quarantine", "ready", "on_order", "offered", "to_bill"))
WANTS = frozenset((*OPEN_WISHES, "on_order"))
SHELVES = ("bin", "picked", "quarantine")
FROM = {"on_order": "vendor", "ready": "provided", **dict.fromkeys(SHELVES, "assembly")}
"""Through which unbounded place goods become those of the product that stays."""
NAMED = 5
"""As many documents are named in a refusal."""


@dataclass(slots=True)
class Pair:
    """The product that goes and the one that stays."""

    old: Any
    into: Any
    lots: dict[int, LotRef] = field(default_factory=dict)
    """The lot of the one that stays, by that of the one that goes."""
    layers: dict[Id, Ref] = field(default_factory=dict)
    """Likewise of the layers."""


def plan_merge(truth: Truth, *, product: int, into: int) -> Plan:
    """Let a product go on as another: goods at their exact cost, open lines and orders, and what is kept of it.

    What has begun to be delivered or billed is finished with the product that it was begun with.
    """
    pair = _pair(truth, product, into)
    lines = set(_following(truth, product))
    bought = set(_bought(truth))
    _not_on_its_way(truth, pair.old)
    plan = Plan()
    for held in _going(truth, product, lines, bought):
        _take_along(plan, truth, pair, held)
    for pk in sorted(lines):
        line = truth.documents["demand.Line"][pk]
        plan.change(line, product_id=into)
        for sheet in {line.sheet_id, line.order_id} - {None}:
            plan.mention(truth.documents["demand.Sheet"][sheet])
    for pk in sorted(bought):
        row = truth.documents["purchasing.PurchaseLine"][pk]
        plan.change(row, product_id=into)
        plan.mention(("purchase_order", row.purchase_order_id))
    _follow_transfers(plan, truth, into)
    follow_terms(plan, truth, pair.old, pair.into)
    for other in truth.documents["catalog.Product"].values():
        if other.merged_into_id == product:
            plan.change(other, merged_into_id=into)
    plan.change(pair.old, retired_on=pair.old.retired_on or truth.today, merged_into_id=into)
    plan.mention(("product", product), ("product", into))
    return plan


def _pair(truth: Truth, product: int, into: int) -> Pair:
    old, new = row_of(truth, "catalog.Product", product), row_of(truth, "catalog.Product", into)
    if product == into:
        raise BadInput("merges_itself", N_("Choose another product."), field="into")
    if new.retired_on is not None:
        raise Refusal(
            "merges_into_retired",
            N_("{sku} is retired. Choose a product that is in use."),
            field="into",
            sku=new.sku,
        )
    if old.merged_into_id not in (None, into):
        raise Refusal(
            "merged_elsewhere",
            N_("{sku} is merged into another product already. Undo that first."),
            field="product",
            sku=old.sku,
        )
    for name, sentence in ALIKE.items():
        if getattr(old, name) != getattr(new, name):
            raise Refusal("not_alike", sentence, field="into", name=name)
    if old.kind == "kit" or truth.read["recipes"].get(product):
        raise Refusal(
            "made_of_parts",
            N_(
                "{sku} is made of components. Only what is made of nothing is merged: take them off it first."
            ),
            field="product",
            sku=old.sku,
        )
    if truth.read["counted"]:
        raise Refusal(
            "being_counted",
            N_("{sku} is being counted ({documents}). Complete or give up the count first."),
            field="product",
            sku=old.sku,
            documents=", ".join(truth.read["counted"][:NAMED]),
        )
    return Pair(old, new)


def _following(truth: Truth, product: int) -> Iterator[int]:
    """The lines of which nothing has left or been billed; refuses where one that has begun still wants goods."""
    begun = []
    for pk, line in truth.documents["demand.Line"].items():
        kinds = {held.kind for held in truth.of_claim(pk, frozenset(REGION)) if held.product == product}
        if not kinds & OPEN:
            continue
        if not kinds & BEGUN:
            yield pk
        elif kinds & WANTS:
            begun.append(truth.documents["demand.Sheet"][line.order_id or line.sheet_id].number)
    if begun:
        _under_way(begun)


def _under_way(documents: Collection[str]) -> None:
    raise Refusal(
        "under_way",
        N_(
            "Half of it has come or gone, and the rest is still wanted: {documents}. Finish it, or cancel the rest first."
        ),
        field="product",
        documents=", ".join(list(dict.fromkeys(documents))[:NAMED]),
    )


def _bought(truth: Truth) -> Iterator[int]:
    """The lines of purchase orders that are drafted, or of which all is still to come."""
    coming: dict[int, int] = {}
    for held in truth.held:
        if held.kind == "on_order":
            coming[held.place] = coming.get(held.place, 0) + held.quantity
    begun = []
    for pk, line in truth.documents["purchasing.PurchaseLine"].items():
        order = truth.documents["purchasing.PurchaseOrder"][line.purchase_order_id]
        there = coming.get(line.place_id, 0)
        if order.submitted_at is None or there == line.quantity:
            yield pk
        elif there:
            begun.append(order.number)
    if begun:
        _under_way(begun)


def _not_on_its_way(truth: Truth, old: Any) -> None:
    if truth.read["on_its_way"]:
        raise Refusal(
            "on_its_way",
            N_("Goods of {sku} are on their way: {documents}. Receive them first."),
            field="product",
            sku=old.sku,
            documents=", ".join(truth.read["on_its_way"][:NAMED]),
        )


def _follow_transfers(plan: Plan, truth: Truth, into: int) -> None:
    for row in truth.documents["stock.TransferLine"].values():
        plan.change(row, product_id=into)
        plan.mention(("transfer", row.order_id))


def _going(truth: Truth, product: int, lines: Collection[int], bought: Collection[int]) -> Iterator[Held]:
    """What stands anywhere of a product and goes along: what is free, what follows with its line, what is to come."""
    places = {
        place
        for pk in bought
        for row in (truth.documents["purchasing.PurchaseLine"][pk],)
        for place in (row.place_id, row.drafted_place_id)
    }
    for held in (*truth.free, *truth.read["shelved"]):
        if held.product == product and held.quantity > 0:
            yield held
    for held in truth.held:
        mine = held.claim in lines or (not held.claim and held.place in places)
        if held.product == product and mine and held.quantity > 0:
            yield held


def _take_along(plan: Plan, truth: Truth, pair: Pair, held: Held) -> None:
    """Let goods, a wish or a bill go out as the one product and come in as the other, where it stood."""
    region = REGION[held.kind]
    through = fixed(FROM.get(held.kind, "want" if region == WISHES else "bill"))
    out = plan.move(held.spot, held.spot.at(through), held.quantity)
    twin = spot(_lot(plan, truth, pair, held), PlaceRef(held.place, held.kind), held.claim)
    back = plan.move(twin.at(through), twin, held.quantity)
    if held.kind in OURS and held.spot.owned:
        _carry_cost(plan, truth, pair, out, back, twin.lot)


def _lot(plan: Plan, truth: Truth, pair: Pair, held: Held) -> LotRef:
    """The lot of the product that stays; refuses a serial number that both have."""
    if held.lot in pair.lots:
        return pair.lots[held.lot]
    lot = truth.read["lots_of"].get(held.lot)
    if lot is None:
        pair.lots[held.lot] = truth.lot(pair.into.pk)
        return pair.lots[held.lot]
    twin = truth.read["twins"].get((lot.code_key, lot.owner_id))
    stands = truth.read["serials"].get(lot.code_key)
    if lot.serial and (stands or (stands is not None and twin is None)):
        raise Refusal(
            "serial_clash",
            N_("Both have a unit {serial}. Correct the number of one of them first."),
            field="product",
            serial=lot.code,
        )
    if twin is not None and twin.expires_on != lot.expires_on:
        raise Refusal(
            "batch_clash",
            N_("Both have a batch {batch}, and they expire on different days. Use up one of them first."),
            field="product",
            batch=lot.code,
        )
    made: Id = (
        twin.pk
        if twin is not None
        else plan.create(
            "ledger.Lot",
            product_id=pair.into.pk,
            serial=lot.serial,
            code=lot.code,
            code_key=lot.code_key,
            owner_id=lot.owner_id,
            owned=lot.owned,
            expires_on=lot.expires_on,
        )
    )
    pair.lots[held.lot] = LotRef(made, pair.into.pk, lot.serial, lot.owned)
    return pair.lots[held.lot]


def _carry_cost(plan: Plan, truth: Truth, pair: Pair, out: int, back: int, lot: Id) -> None:
    """Bring what goods cost along, to the cent: each layer keeps its day, so that the oldest still goes first."""
    before = len(plan.draws)
    value = price_issue(plan, truth, out, pair.old.cost_method)
    if pair.into.cost_method == "average":
        quantity = plan.steps[back].quantity
        value_receipt(plan, truth, back, pair.into.pk, "average", quantity, value, None)
        return
    for draw in [one for one in plan.draws[before:] if one.step == out]:
        own = next(one for one in truth.layers[pair.old.pk] if one.id == draw.layer)
        if draw.layer not in pair.layers:
            pair.layers[draw.layer] = plan.create(
                "ledger.Layer",
                product_id=pair.into.pk,
                lot_id=lot if own.lot is not None else None,
                effective_on=own.effective_on,
                quantity=0,
                value_minor=0,
            )
        plan.draw(back, pair.layers[draw.layer], -draw.quantity, -draw.value_minor)
