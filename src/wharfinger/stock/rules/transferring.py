"""Pure decisions about transfer orders: drafted, sent, on their way, received with differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy, Words
from wharfinger.base.words import same
from wharfinger.ledger.plan import Held, Id, Number, PlaceRef, Plan, Truth, fixed
from wharfinger.stock.rules import price_issues
from wharfinger.stock.rules.adjusting import known_lots, target_bin, want_again
from wharfinger.stock.rules.moving import Goods, chosen
from wharfinger.stock.rules.reasons import Why, give
from wharfinger.stock.rules.serving import LAST, Turn

NUMBER = Number("transfer", "TR-{n}")


@dataclass(frozen=True, slots=True)
class Sent:
    """So many units of a product that are to be sent."""

    product: int
    quantity: int
    codes: tuple[str, ...] = ()
    """Exactly these serial numbers, or units of this batch."""
    bin: int | None = None
    """By id; any bin of the location where none is named."""
    line: int | None = None
    """The line that holds them; free goods where none is named."""


@dataclass(frozen=True, slots=True)
class TransferWish:
    """A transfer order as somebody writes it; locations by id."""

    source: int
    target: int
    lines: tuple[Sent, ...]
    expected_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of a product. quantity: all of it, damaged units included."""

    product: int
    quantity: int
    damaged: int = 0
    codes: tuple[str, ...] = ()
    """Serial numbers, of what is whole first; or the batch."""
    bin: int | None = None
    """The place of the bin; the location's default where none is named."""


def plan_draft(truth: Truth, *, wishes: Sequence[TransferWish]) -> Plan:
    """Write transfer orders down; nothing moves yet."""
    plan = Plan()
    add_orders(plan, truth, wishes)
    return plan


def add_orders(plan: Plan, truth: Truth, wishes: Sequence[TransferWish]) -> None:
    """Let a plan write transfer orders down."""
    for wish in wishes:
        source, target = _ends(truth, wish.source, wish.target)
        place = plan.place("transfer", parent=target.place_id)
        made = plan.create(
            "stock.TransferOrder",
            number=NUMBER,
            source_id=source.pk,
            target_id=target.pk,
            expected_on=wish.expected_on,
            note=wish.note,
            place_id=place.id,
        )
        _lines(plan, truth, made, source, wish.lines, 0)
        plan.mention(("transfer", made), source, target)


def plan_change(truth: Truth, *, order: int, wish: TransferWish) -> Plan:
    """Write a draft anew: other places, other lines."""
    row = draft_of(truth, order)
    source, target = _ends(truth, wish.source, wish.target)
    plan = Plan()
    plan.change(row, source_id=source.pk, target_id=target.pk, expected_on=wish.expected_on, note=wish.note)
    plan.change(truth.documents["ledger.Place"][row.place_id], parent_id=target.place_id)
    known = lines_of(truth, order)
    told = [Sent(one.product_id, one.quantity, tuple(one.codes), one.bin_id, one.claim_id) for one in known]
    if told != list(wish.lines):
        for one in known:
            plan.change(one, removed_at=truth.now)
        _lines(plan, truth, order, source, wish.lines, max((one.position for one in known), default=0))
    if not (plan.changes or plan.creates):
        raise Refusal("nothing_changed", N_("This changes nothing. Change something first."))
    plan.mention(row)
    return plan


def _ends(truth: Truth, source: int, target: int) -> tuple[Any, Any]:
    known = truth.documents["stock.Location"]
    for field, pk in (("source", source), ("target", target)):
        if pk not in known:
            raise BadInput("no_such_location", N_("There is no such location."), field=field)
    if source == target:
        raise BadInput(
            "same_place",
            N_("The goods are there already. Choose another place."),
            field="target",
        )
    if known[target].retired_on is not None:
        raise Refusal(
            "location_retired",
            N_("This location is no longer in use and takes no goods. Choose another."),
            field="target",
        )
    return known[source], known[target]


def _lines(plan: Plan, truth: Truth, order: Id, source: Any, wished: Sequence[Sent], after: int) -> None:
    products, bins = truth.read["products"], truth.read["source_bins"]
    for n, line in enumerate(wished):
        product = products.get(line.product)
        if product is None:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"lines.{n}.product")
        if product.kind == "service":
            raise BadInput(
                "not_kept",
                N_("{sku} is a service and is not kept in stock. Choose another product."),
                field=f"lines.{n}.product",
                sku=product.sku,
            )
        if line.bin is not None and bins.get(line.bin) != source.pk:
            raise BadInput("no_such_bin", N_("The location has no such bin."), field=f"lines.{n}.bin")
        if line.line is not None and line.line not in truth.read["claims_there"]:
            raise BadInput("no_such_line", N_("There is no such line."), field=f"lines.{n}.line")
        plan.create(
            "stock.TransferLine",
            order_id=order,
            position=after + n + 1,
            product_id=line.product,
            quantity=line.quantity,
            codes=list(line.codes),
            bin_id=line.bin,
            claim_id=line.line,
        )
        plan.mention(("product", line.product))


def order_of(truth: Truth, order: int) -> Any:
    """The transfer order under the lock; raises NotThere when there is none, Refusal once it is cancelled."""
    row = truth.documents["stock.TransferOrder"].get(order)
    if row is None or row.void_id is not None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=order)
    if row.cancelled_at is not None:
        raise Refusal("transfer_cancelled", N_("{number} is cancelled."), number=row.number)
    return row


def draft_of(truth: Truth, order: int) -> Any:
    """A transfer order of which nothing has left yet."""
    row = order_of(truth, order)
    if row.sent_at is not None:
        raise Refusal(
            "transfer_sent",
            N_("{number} has been sent. Receive it, or send back what is on its way."),
            number=row.number,
        )
    return row


def lines_of(truth: Truth, order: int) -> list[Any]:
    """The lines of a transfer order that stand, in their order."""
    rows = truth.documents["stock.TransferLine"].values()
    found = [r for r in rows if r.order_id == order and r.removed_at is None and r.void_id is None]
    return sorted(found, key=lambda one: one.position)


def plan_cancel(truth: Truth, *, order: int) -> Plan:
    """Give a draft up; nothing has moved."""
    row = draft_of(truth, order)
    plan = Plan()
    plan.change(row, cancelled_at=truth.now)
    plan.mention(row)
    return plan


def plan_send(truth: Truth, *, order: int) -> Plan:
    """Let all goods of a draft leave their location; they are on their way, ours, and as claimed as before.

    What is picked travels apart, so that it arrives picked.
    """
    row = draft_of(truth, order)
    plan = Plan()
    source = truth.read["places"][row.source_id]
    if truth.read["places"][row.target_id] in truth.read["retired"]:
        raise Refusal(
            "location_retired",
            N_("This location is no longer in use and takes no goods. Choose another."),
            field="target",
        )
    way = PlaceRef(row.place_id, "transfer")
    picked: PlaceRef | None = None
    for n, line in enumerate(lines_of(truth, order)):
        goods = Goods(
            line.product_id,
            line.quantity,
            source,
            truth.read["bin_places"].get(line.bin_id),
            tuple(line.codes),
            line.claim_id,
            field=f"lines.{n}.",
        )
        for held, quantity in chosen(truth, goods):
            if held.kind == "picked" and picked is None:
                picked = plan.place("transfer", parent=truth.read["places"][row.target_id])
                plan.change(row, picked_place_id=picked.id)
            plan.move(held.spot, held.spot.at(picked if picked and held.kind == "picked" else way), quantity)
            plan.mention(*truth.read["sheets"].get(held.claim, ()))
        plan.mention(("product", line.product_id))
    plan.change(row, sent_at=truth.now)
    plan.mention(row, ("location", row.source_id), ("location", row.target_id))
    return plan


def plan_receive(truth: Truth, *, order: int, arrived: Sequence[Arrived], accept_over: bool) -> Plan:
    """Take in what came. What is short stays on its way; what is damaged is set aside and wanted again.

    More than was sent was taken along from the sender's free goods: it needs a yes.
    """
    row = order_of(truth, order)
    plan = Plan()
    target = truth.read["places"][row.target_id]
    aside = PlaceRef(truth.read["quarantines"][target], "quarantine")
    way = PlaceRef(row.place_id, "transfer")
    for n, one in enumerate(arrived):
        goods = Goods(one.product, one.quantity, target, codes=one.codes, field=f"lines.{n}.")
        there = _on_the_way(truth, row, goods)
        if sum(held.quantity for held in there) < one.quantity:
            there += _more(plan, truth, row, goods, there, way, accept_over=accept_over)
        place = target_bin(truth, target, one.bin, field=f"lines.{n}.bin")
        whole, damaged = _sorted_out(there, one, goods.field)
        for held, quantity in whole:
            plan.move(held.spot, held.spot.at(_arrives(truth, row, held, target, place)), quantity)
            plan.mention(*truth.read["sheets"].get(held.claim, ()))
        for held, quantity in damaged:
            plan.move(held.spot, held.spot.at(aside).for_claim(0), quantity)
            if held.claim:
                want_again(plan, truth, held, quantity)
        plan.mention(("product", one.product))
    plan.mention(row, ("location", row.target_id))
    return plan


def _arrives(truth: Truth, row: Any, held: Held, location: int, bin: PlaceRef) -> PlaceRef:
    """Where goods come to stand at a location: what was picked is picked again, all else lies in the bin."""
    picked = held.place == row.picked_place_id
    return PlaceRef(truth.read["stages"][location], "picked") if picked else bin


def _on_the_way(truth: Truth, row: Any, goods: Goods) -> list[Held]:
    """What of it is on its way: for who is served first, what is picked before the rest, free units last."""
    lots = known_lots(truth, goods.product, goods.codes, field=f"{goods.field}serials")
    turns: Mapping[int, Turn] = truth.read["turns"]
    there = [
        h
        for h in truth.held
        if h.place in (row.place_id, row.picked_place_id)
        and h.product == goods.product
        and h.quantity > 0
        and (not lots or h.lot in lots)
    ]
    return sorted(
        there,
        key=lambda h: (
            turns.get(h.claim, LAST),
            h.place != row.picked_place_id,
            h.expires_on or date.max,
            h.id,
        ),
    )


def _sorted_out(
    there: Sequence[Held], one: Arrived, field: str
) -> tuple[list[tuple[Held, int]], list[tuple[Held, int]]]:
    """Which units are whole, for those who wait first, and which are damaged, missed last by those who wait."""
    good = one.quantity - one.damaged
    serial = [held for held in there if held.spot.serial]
    if not serial:
        return _take(there, good), _take(there[::-1], one.damaged)
    if len(one.codes) != one.quantity and (one.codes or one.damaged or one.quantity < len(serial)):
        raise BadInput(
            "serials_missing",
            N_("Each unit has its own serial number: {wanted} wanted, {free} given. Give one for each."),
            field=f"{field}serials",
            wanted=one.quantity,
            free=len(one.codes),
        )
    bad = {same(code) for code in one.codes[good:]}
    whole = [held for held in serial if same(held.code) not in bad]
    return _take(whole, good), _take([held for held in serial if same(held.code) in bad], one.damaged)


def _take(there: Sequence[Held], quantity: int) -> list[tuple[Held, int]]:
    """So many of these units, from the first on."""
    taken = []
    for held in there:
        part = min(quantity, held.quantity)
        if part:
            taken.append((held, part))
            held.quantity -= part
            quantity -= part
    assert not quantity, "more arrived than is on its way"
    return taken


def _more(
    plan: Plan,
    truth: Truth,
    row: Any,
    goods: Goods,
    there: Sequence[Held],
    way: PlaceRef,
    *,
    accept_over: bool,
) -> list[Held]:
    """Units that came though nobody wrote them down: they left the sender's free goods all the same."""
    at_hand = sum(held.quantity for held in there)
    sku = truth.products[goods.product].sku
    if not accept_over:
        raise Refusal(
            "over_transfer",
            N_("{wanted} of {sku} came, but only {free} are on their way. Accept the rest, or receive less."),
            field=f"{goods.field}quantity",
            wanted=goods.quantity,
            free=at_hand,
            product=goods.product,
            sku=sku,
            remedies=[Remedy("accept_over", {"accept_over": True})],
        )
    known = {same(held.code) for held in there if held.spot.serial}
    codes = tuple(code for code in goods.codes if same(code) not in known)
    source = truth.read["places"][row.source_id]
    extra = Goods(goods.product, goods.quantity - at_hand, source, codes=codes, field=goods.field)
    more = []
    for held, quantity in chosen(truth, extra):
        if held.claim or held.kind != "bin":
            raise Refusal(
                "claimed",
                N_("These goods are reserved. Release them first, or choose others."),
                field=f"{goods.field}quantity",
                product=goods.product,
            )
        on_way = held.spot.at(way)
        plan.move(held.spot, on_way, quantity)
        more.append(Held(0, on_way, quantity, code=held.code))
    return more


def plan_return(truth: Truth, *, order: int, bin: int | None) -> Plan:
    """Bring everything that is still on its way back to the location that sent it; it stays claimed, or picked."""
    row = order_of(truth, order)
    plan = Plan()
    source = truth.read["places"][row.source_id]
    place = target_bin(truth, source, bin)
    for held in _all_on_the_way(truth, row):
        plan.move(held.spot, held.spot.at(_arrives(truth, row, held, source, place)), held.quantity)
        plan.mention(("product", held.product), *truth.read["sheets"].get(held.claim, ()))
    plan.mention(row, ("location", row.source_id))
    return plan


def plan_lose(truth: Truth, *, order: int, goods: Sequence[Arrived], why: Why) -> Plan:
    """Take out of the books what was lost on its way: free units first; whoever held the rest wants it again.

    goods: what is lost; everything that is still on its way where nothing is named.
    """
    row = order_of(truth, order)
    plan = Plan()
    there = _all_on_the_way(truth, row)
    lost: list[tuple[Held, int]] = []
    for n, one in enumerate(goods):
        wanted = Goods(one.product, one.quantity, 0, codes=one.codes, field=f"lines.{n}.")
        lost += _lost(truth, row, there, wanted)
    for held, quantity in lost if goods else [(held, held.quantity) for held in there]:
        plan.move(held.spot, held.spot.at(fixed("adjustment")), quantity)
        plan.mention(("product", held.product))
        if held.claim:
            want_again(plan, truth, held, quantity)
    price_issues(plan, truth, lambda product: truth.products[product].cost_method)
    give(plan, truth, why)
    plan.mention(row, ("location", row.source_id), ("location", row.target_id))
    return plan


def _lost(truth: Truth, row: Any, there: Sequence[Held], goods: Goods) -> list[tuple[Held, int]]:
    lots = known_lots(truth, goods.product, goods.codes, field=f"{goods.field}serials")
    turns: Mapping[int, Turn] = truth.read["turns"]
    fitting = [h for h in there if h.product == goods.product and (not lots or h.lot in lots)]
    # Free units go first, then those of who is served last, and what is picked after the rest.
    fitting.sort(
        key=lambda h: (
            turns.get(h.claim, LAST),
            h.place != row.picked_place_id,
            h.id,
        ),
        reverse=True,
    )
    at_hand = sum(h.quantity for h in fitting)
    if at_hand < goods.quantity:
        raise Refusal(
            "not_enough",
            N_("{wanted} wanted, but only {free} of them are there."),
            field=f"{goods.field}quantity",
            wanted=goods.quantity,
            free=at_hand,
            product=goods.product,
        )
    return _take(fitting, goods.quantity)


def _all_on_the_way(truth: Truth, row: Any) -> list[Held]:
    there = (row.place_id, row.picked_place_id)
    found = [h for h in truth.held if h.place in there and h.quantity > 0]
    if not found:
        raise Refusal(
            "nothing_on_the_way", N_("Nothing of {number} is on its way."), number=Words((row.number,))
        )
    return found
