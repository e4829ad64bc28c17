"""Pure decisions about taking back a receipt, and about goods that go back to their vendor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, Holder, NotThere, Refusal, Remedy
from wharfinger.ledger.plan import OpenLayer, Plan, Spot, Truth, fixed
from wharfinger.ledger.reverse import Drawn
from wharfinger.purchasing.rules import crediting
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.landing import state_variance
from wharfinger.purchasing.rules.ordering import mention_lines
from wharfinger.stock import rules as stock


class Arrived(NamedTuple):
    """A move of a receipt, and how much of it has not been taken back."""

    id: int
    entry: int
    source: Spot
    target: Spot
    left: int


def plan_cancel_receipt(truth: Truth, *, receipt: int, lines: Sequence[int] | None) -> Plan:
    """Take a receipt back, whole or for chosen lines: its goods are on order again.

    Refused while something of it has gone on; the refusal names what holds the goods.
    """
    plan = Plan()
    row = truth.documents["purchasing.Receipt"].get(receipt)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_receipt", N_("There is no such receipt."))
    if row.cancelled_at is not None:
        raise Refusal(
            "receipt_cancelled",
            N_("{number} is cancelled already."),
            number=row.number,
            subject=f"receipt:{receipt}",
        )
    for order in truth.documents["purchasing.PurchaseOrder"].values():
        # What is taken back is expected again.
        plan.change(order, closed_at=None)
    chosen = _of_lines(truth, lines)
    _not_billed(truth, receipt, chosen)
    standing = _standing(truth)
    taken: list[tuple[Arrived, int]] = []
    for move in reversed(chosen):
        if not move.target.unbounded:
            if standing[move.target] < move.left:
                raise _gone_on(truth, move, standing[move.target], row.number)
            standing[move.target] -= move.left
        standing[move.source] += move.left
        taken.append((move, plan.move(move.target, move.source, move.left, reverses=move.id)))
    if not taken:
        raise Refusal("nothing_left", N_("Nothing of this step is left to undo."))
    _value_back(plan, truth, taken)
    if len(chosen) == sum(1 for move in truth.read["arrived_moves"] if move.left):
        plan.change(row, cancelled_at=truth.now)
    plan.mention(row)
    mention_lines(plan, truth)
    return plan


def _of_lines(truth: Truth, lines: Sequence[int] | None) -> list[Arrived]:
    """The moves to take back, wishes among them: those that rejected goods had sent to be ordered again."""
    moves: list[Arrived] = [move for move in truth.read["arrived_moves"] if move.left]
    if lines is None:
        return moves
    known = truth.read["purchase_lines"]
    if any(pk not in known for pk in lines):
        raise NotThere("no_such_purchase_line", N_("There is no such line on this receipt."), field="lines")
    places = {known[pk].place_id for pk in lines}
    goods = [move for move in moves if move.source.place in places or move.target.place in places]
    missed: dict[Any, int] = defaultdict(int)
    for move in goods:
        if move.target.kind == "refused":
            missed[move.source.claim] += move.left
    wishes = []
    for move in moves:
        if move.source.kind == "covered" and (part := min(move.left, missed[move.source.claim])):
            missed[move.source.claim] -= part
            wishes.append(move._replace(left=part))
    return [*wishes, *goods]


def _not_billed(truth: Truth, receipt: int, chosen: Sequence[Arrived]) -> None:
    """Refuse to take back what an accepted bill of the vendor asks for."""
    at = {line.place_id: line for line in truth.read["purchase_lines"].values()}
    for move in chosen:
        line = at.get(move.source.place)
        if line is None or move.target.kind == "refused":
            continue
        if bill := truth.read["billed_by"].get((receipt, line.pk)):
            raise billed(*bill)


def billed(bill: int, number: str) -> Refusal:
    """Goods of a receipt are billed, so that it stands until the bill does not."""
    return Refusal(
        "receipt_billed",
        N_("It is billed by {number}. Cancel that bill first."),
        number=number,
        remedies=[Remedy("cancel_bill", {"bill": bill})],
    )


def _standing(truth: Truth) -> dict[Spot, int]:
    found: dict[Spot, int] = defaultdict(int)
    for held in (*truth.held, *truth.free):
        found[held.spot] = max(found[held.spot], held.quantity)
    return found


def _gone_on(truth: Truth, move: Arrived, at_hand: int, number: str) -> Refusal:
    product = truth.read["products"][move.target.product]
    return Refusal(
        "receipt_touched",
        N_("{wanted} of {sku} came with {number}, but only {free} are there. Undo the later steps first."),
        wanted=move.left,
        free=at_hand,
        product=product.pk,
        sku=product.sku,
        number=number,
        held_by=_holders(truth, move),
    )


def _holders(truth: Truth, move: Arrived) -> list[Holder]:
    """Who holds the goods now: of a serial or of the line they came for, wherever; else in that very bin."""
    found: dict[str, int] = defaultdict(int)
    for one in truth.read["whereabouts"]:
        same_lot = one.lot == move.target.lot if move.target.serial else one.product == move.target.product
        near = move.target.serial or (
            one.claim == move.target.claim if move.target.claim else one.place == move.target.place
        )
        if same_lot and near and (one.place, one.claim) != (move.target.place, move.target.claim):
            found[one.subject] += one.quantity
    return [Holder(subject, quantity) for subject, quantity in found.items()]


def _value_back(plan: Plan, truth: Truth, taken: Sequence[tuple[Arrived, int]]) -> None:
    """Take the value out: of the receipt's own layer, then by the product's method; the rest is variance."""
    by_move: dict[int, list[Drawn]] = defaultdict(list)
    for drawn in truth.read["draws"]:
        by_move[drawn.move].append(drawn)
    variance = 0
    for move, step in taken:
        product = truth.read["products"].get(move.target.product)
        draws = by_move[move.id]
        if move.target.kind == "customer":
            for d in draws:
                plan.draw(
                    step,
                    d.layer,
                    -d.quantity - d.done_quantity,
                    -d.value_minor - d.done_value_minor,
                    reverses=d.id,
                )
            continue
        for d in draws:
            variance += _draw_back(plan, truth, product, move, step, d)
    state_variance(plan, truth, -variance)


def _draw_back(plan: Plan, truth: Truth, product: Any, move: Arrived, step: int, drawn: Drawn) -> int:
    """Take a move's units out of the layers; by how much what they cost differs from what is taken."""
    layers: list[OpenLayer] = truth.layers.get(move.target.product, [])
    booked = -drawn.value_minor - drawn.done_value_minor
    own = next((layer for layer in layers if layer.id == drawn.layer), None)
    part = min(move.left, own.quantity) if own else 0
    value = 0
    if own and part:
        value = min(booked, own.value_minor) if part < own.quantity else own.value_minor
        own.quantity -= part
        own.value_minor -= value
        plan.draw(step, drawn.layer, part, min(booked, value), reverses=drawn.id)
        if value > booked:
            # What a revaluation added since leaves with the goods, but was never in the receipt.
            plan.draw(step, drawn.layer, 0, value - booked)
    if part < move.left:
        lot = move.target.lot if move.target.serial else None
        value += stock.draw(plan, step, layers, move.left - part, product.cost_method, lot)
    return booked - value


def plan_send_back(
    truth: Truth, *, goods: Sequence[SendBack], vendor: int | None = None, credit_minor: int | None = None
) -> Plan:
    """Give goods back to the vendor: what was refused at the door, or free stock with its value.

    Free stock leaves by the product's cost method, or at what it cost where the receipt that brought it is named.
    Without another word the vendor credits what the goods cost.
    """
    plan = Plan()
    first: dict[int, Collection[int]] = {}
    for n, one in enumerate(goods):
        if one.receipt is not None and not truth.read["receipt_layers"].get(one.receipt, {}).get(one.product):
            raise Refusal(
                "not_of_receipt",
                N_("This receipt brought nothing of the product."),
                field=f"lines.{n}.receipt",
                product=one.product,
            )
        if one.purchase_line is not None:
            _send_refused(plan, truth, one, n)
            continue
        chosen = stock.choose(
            truth.free,
            one.product or 0,
            one.quantity,
            location=one.location,
            bin=one.bin,
            lots=one.lots,
            field=f"lines.{n}.quantity",
        )
        for held, part in chosen:
            step = plan.move(held.spot, held.spot.at(fixed("vendor")), part)
            if one.receipt is not None:
                first[step] = truth.read["receipt_layers"][one.receipt][one.product]
                plan.mention(("receipt", one.receipt))
    stock.price_issues(plan, truth, _method(truth.read["products"]), first=first)
    plan.mention(("vendor_return", crediting.make_return(plan, truth, goods, vendor, credit_minor)))
    mention_lines(plan, truth)
    return plan


def _method(products: Mapping[int, Any]) -> Callable[[int], str]:
    return lambda product: str(products[product].cost_method)


def _send_refused(plan: Plan, truth: Truth, one: SendBack, n: int) -> None:
    line = truth.read["purchase_lines"].get(one.purchase_line)
    if line is None:
        raise NotThere(
            "no_such_purchase_line",
            N_("There is no such line on a purchase order."),
            field=f"lines.{n}.purchase_line",
        )
    refused = [held for held in truth.at(line.refused_place_id) if not one.lots or held.lot in one.lots]
    left = one.quantity
    for held in refused:
        part = min(left, held.quantity)
        if part:
            plan.move(held.spot, held.spot.at(fixed("vendor")), part)
            held.quantity -= part
            left -= part
    if left:
        raise Refusal(
            "not_refused",
            N_("{wanted} to send back, but only {free} of it were rejected."),
            field=f"lines.{n}.quantity",
            wanted=one.quantity,
            free=one.quantity - left,
            product=line.product_id,
        )
