"""Approving, ordering and receiving, and what people do with goods in their bins."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q

from tests.laws.state import State, Verb
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Holding, Lot
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions import approving, billing, landing, ordering, quoting, receiving
from wharfinger.purchasing.models import (
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptCost,
    VendorBill,
    VendorReturn,
)
from wharfinger.purchasing.models.quoting import Rfq
from wharfinger.purchasing.queries.bills import due, of_order
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.confirming import Confirmed
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.landing import Billed, Cost
from wharfinger.purchasing.rules.quoting import AnswerWish, Asked, Offered, RfqWish
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.stock.actions import building, counts, goods, transfers, values
from wharfinger.stock.models import Bin, Location, TransferOrder
from wharfinger.stock.queries.built import contents
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.building import Build, Exchange, TakeApart
from wharfinger.stock.rules.counting import Tally
from wharfinger.stock.rules.moving import Goods, Transfer
from wharfinger.stock.rules.transferring import Arrived as Came
from wharfinger.stock.rules.transferring import Sent, TransferWish


def _asked(state: State, chance: random.Random) -> Any:
    """A draft that waits for approval; where none does, one is asked for first."""
    order = state.one(chance, _orders(approval_asked_at__isnull=False))
    if order is None and (order := state.one(chance, _orders(submitted_at__isnull=True))) is not None:
        ordering.ask(actor=state.user, order=order.pk)
    return order


def _approve(state: State, chance: random.Random) -> Any:
    """A line that waits, else a purchase order."""
    if (held := state.standing(chance, "to_approve")) is not None:
        return approving.approve(actor=state.user, lines=[held.claim_id])
    order = _asked(state, chance)
    return order and approving.approve(actor=state.user, purchase_orders=[order.pk])


def _reject(state: State, chance: random.Random) -> Any:
    if (held := state.standing(chance, "to_approve")) is not None:
        return approving.reject(actor=state.user, lines=[held.claim_id], note="Too dear")
    order = _asked(state, chance)
    return order and approving.reject(actor=state.user, purchase_orders=[order.pk], note="Too dear")


def _request(state: State, chance: random.Random) -> Any:
    held = state.standing(chance, "demand")
    return held and approving.request(actor=state.user, lines=[held.claim_id])


def _draft(state: State, chance: random.Random) -> Any:
    """For stock, or for a line that waits for it."""
    held = state.standing(chance, "to_order", "demand")
    if held is not None and chance.random() < 0.7:
        return ordering.draft_from_lines(actor=state.user, wanted=[Wanted(held.claim_id)])
    wish = PurchaseLineWish(chance.choice(state.products).pk, chance.randint(1, 4), unit_cost_micro=3_333_333)
    return ordering.draft(actor=state.user, wish=PurchaseWish(state.company.vendor.pk, (wish,)))


def _orders(**where: Any) -> Any:
    return PurchaseOrder.objects.filter(void__isnull=True, cancelled_at__isnull=True, **where)


def _change_purchase(state: State, chance: random.Random) -> Any:
    drafts = _orders(submitted_at__isnull=True)
    line = state.one(chance, PurchaseLine.objects.filter(purchase_order__in=drafts, void__isnull=True))
    if line is None:
        return None
    change = PurchaseChange(change=(LineChange(line.pk, chance.randint(1, 4), chance.randint(1, 9) * 10**5),))
    if chance.random() < 0.3:
        change = PurchaseChange(remove=(line.pk,))
    return ordering.change_purchase(actor=state.user, order=line.purchase_order_id, change=change)


def _amend_purchase(state: State, chance: random.Random) -> Any:
    """More or fewer of what is on order, at another cost, or more for whoever waits for it; or what was asked for."""
    open_orders = _orders(submitted_at__isnull=False, done__isnull=True)
    lines = PurchaseLine.objects.filter(purchase_order__in=open_orders, void__isnull=True)
    line = state.one(chance, lines.filter(removed_at__isnull=True))
    if line is None:
        return None
    order = line.purchase_order
    if order.asked_change is not None and order.approval_asked_at is None:
        return ordering.make_change(actor=state.user, order=order.pk)
    if order.asked_change is not None:
        gone = PurchaseChange(withdraw=True)
        return ordering.change_purchase(actor=state.user, order=order.pk, change=gone)
    held = state.standing(chance, "to_order", "demand")
    waits = held is not None and held.product_id == line.product_id
    wanted = (Wanted(held.claim_id),) if held is not None and waits else ()
    cost = chance.randint(1, 9) * 10**5 if chance.random() < 0.3 else None
    change = LineChange(line.pk, None if wanted else chance.randint(1, 6), cost, wanted=wanted)
    whole = PurchaseChange(change=(change,))
    return ordering.amend_purchase(actor=state.user, order=line.purchase_order_id, change=whole)


def _confirm_purchase(state: State, chance: random.Random) -> Any:
    """All as it was ordered, or a line at another cost."""
    open_orders = _orders(submitted_at__isnull=False, done__isnull=True)
    lines = PurchaseLine.objects.filter(purchase_order__in=open_orders, void__isnull=True)
    line = state.one(chance, lines.filter(removed_at__isnull=True))
    if line is None:
        return None
    said = [Confirmed(line.pk, unit_cost_micro=chance.randint(1, 9) * 10**5)] if chance.random() < 0.5 else []
    return ordering.confirm_purchase(actor=state.user, order=line.purchase_order_id, lines=said)


def _submit(state: State, chance: random.Random) -> Any:
    order = state.one(chance, _orders(submitted_at__isnull=True))
    return order and ordering.submit(actor=state.user, order=order.pk)


def _send_purchase(state: State, chance: random.Random) -> Any:
    """Submitted and mailed at once, or mailed again."""
    order = state.one(chance, _orders())
    return order and ordering.send(actor=state.user, order=order.pk)


def _cancel_purchase(state: State, chance: random.Random) -> Any:
    order = state.one(chance, _orders())
    return order and ordering.cancel(actor=state.user, order=order.pk)


def _close_purchase(state: State, chance: random.Random) -> Any:
    order = state.one(chance, _orders(submitted_at__isnull=False))
    return order and ordering.close(actor=state.user, order=order.pk)


def _receive(state: State, chance: random.Random) -> Any:
    """Some of an order's line arrive; now and then too many, or some that are refused at the door."""
    lines = PurchaseLine.objects.filter(purchase_order__in=_orders(submitted_at__isnull=False))
    line = state.one(chance, lines.filter(void__isnull=True).select_related("product"))
    if line is None:
        return None
    quantity = chance.randint(1, line.quantity)
    rejected = chance.randint(0, quantity) if chance.random() < 0.4 else 0
    serials = state.new_serials(line.product, quantity)
    return receiving.receive(
        actor=state.user,
        arrivals=[Arrival(line.pk, quantity, rejected=rejected, serials=serials, reason="Damaged")],
        delivery=Delivery(accept_over=chance.random() < 0.5),
    )


def _cancel_receipt(state: State, chance: random.Random) -> Any:
    receipt = state.one(chance, Receipt.objects.filter(void__isnull=True, cancelled_at__isnull=True))
    return receipt and receiving.cancel_receipt(actor=state.user, receipt=receipt.pk)


def _receipt(state: State, chance: random.Random) -> Any:
    return state.one(chance, Receipt.objects.filter(void__isnull=True, cancelled_at__isnull=True))


def _land_cost(state: State, chance: random.Random) -> Any:
    """Freight that does not divide well, by value or quantity."""
    receipt = _receipt(state, chance)
    cost = Cost("Freight", chance.randint(1, 500), spread=chance.choice(("value", "quantity")))
    return receipt and landing.land_cost(actor=state.user, receipt=receipt.pk, cost=cost)


def _cancel_cost(state: State, chance: random.Random) -> Any:
    cost = state.one(chance, ReceiptCost.objects.filter(cancelled_at__isnull=True))
    return cost and landing.cancel_cost(actor=state.user, receipt=cost.receipt_id, cost=cost.pk)


def _reprice(state: State, chance: random.Random) -> Any:
    receipt = _receipt(state, chance)
    if receipt is None:
        return None
    bought = PurchaseLine.objects.filter(place__holdings__moves_out__entry=receipt.made_id)
    line = state.one(chance, bought.distinct())
    price = chance.randint(0, 9_999_999)
    return line and landing.reprice(actor=state.user, receipt=receipt.pk, prices=[Billed(line.pk, price)])


def _ask_vendors(state: State, chance: random.Random) -> Any:
    """Several vendors are asked, for a line that is to be ordered, or for stock."""
    vendors = Organization.objects.filter(vendor=True, retired_on__isnull=True).values_list("pk", flat=True)
    held = state.one(chance, Holding.objects.filter(kind="to_order", quantity__gt=0))
    product = state.one(chance, Product.objects.filter(kind="stocked", retired_on__isnull=True))
    asked = Asked(wanted=(Wanted(held.claim_id),)) if held else Asked(product.pk, chance.randint(1, 4))
    return quoting.ask_vendors(actor=state.user, wish=RfqWish(tuple(vendors[:2]), (asked,)))


def _rfq(state: State, chance: random.Random) -> Any:
    return state.one(chance, Rfq.objects.filter(void__isnull=True, closed_at__isnull=True), 4)


def _answer_rfq(state: State, chance: random.Random) -> Any:
    rfq = _rfq(state, chance) or (_ask_vendors(state, chance) and _rfq(state, chance))
    state.stands()
    if rfq is None:
        return None
    lines = tuple(Offered(pk, chance.randint(1, 9_000_000)) for pk in rfq.lines.values_list("pk", flat=True))
    vendor = chance.choice(list(rfq.vendors.values_list("vendor", flat=True)))
    wish = AnswerWish(declined=True) if chance.random() < 0.1 else AnswerWish(lines)
    return quoting.answer_rfq(actor=state.user, rfq=rfq.pk, vendor=vendor, wish=wish)


def _award_rfq(state: State, chance: random.Random) -> Any:
    if not _answer_rfq(state, chance):
        return None
    state.stands()
    answered = Rfq.objects.filter(void__isnull=True, closed_at=None, vendors__answers__unit_cost_micro__gt=0)
    rfq = state.one(chance, answered.distinct(), 4)
    return rfq and quoting.award_rfq(actor=state.user, rfq=rfq.pk, add_vendor=True)


def _send_rfq(state: State, chance: random.Random) -> Any:
    rfq = _rfq(state, chance)
    return rfq and quoting.send_rfq(actor=state.user, rfq=rfq.pk, by_hand=chance.random() < 0.3)


def _close_rfq(state: State, chance: random.Random) -> Any:
    rfq = _rfq(state, chance)
    return rfq and quoting.close_rfq(actor=state.user, rfq=rfq.pk)


def _enter_bill(state: State, chance: random.Random) -> Any:
    """Some of what a receipt brought, or of an order whatever brings it, at its price or at another, with freight or without."""
    receipt = _receipt(state, chance)
    rows = due(receipts=[receipt.pk]) if receipt else []
    if chance.random() < 0.3:
        open_orders = PurchaseOrder.objects.filter(submitted_at__isnull=False, cancelled_at__isnull=True)
        order = state.one(chance, open_orders)
        rows = of_order(order.pk) if order else []
    if not rows:
        return None
    lines = tuple(
        BillLine(
            one.line.pk,
            one.receipt.pk if one.receipt is not None else None,
            chance.randint(1, one.left + (chance.random() < 0.2)),
            chance.randint(0, 9_999_999) if chance.random() < 0.5 else None,
        )
        for one in rows
    )
    state.bills += 1
    freight = chance.choice((0, 0, chance.randint(1, 500)))
    bill = Bill(f"R-{state.bills}", date(2026, 3, 1), lines, freight_minor=freight)
    return billing.enter_bill(actor=state.user, bill=bill)


def _bill(state: State, chance: random.Random, **where: Any) -> Any:
    return state.one(chance, VendorBill.objects.filter(cancelled_at__isnull=True, **where))


def _accept_bill(state: State, chance: random.Random) -> Any:
    bill = _bill(state, chance, accepted_at__isnull=True)
    return bill and billing.accept_bill(actor=state.user, bill=bill.pk, note="So be it")


def _cancel_bill(state: State, chance: random.Random) -> Any:
    bill = _bill(state, chance)
    return bill and billing.cancel_bill(actor=state.user, bill=bill.pk)


def _send_back(state: State, chance: random.Random) -> Any:
    refused = state.standing(chance, "refused")
    if refused is not None and chance.random() < 0.7:
        line = PurchaseLine.objects.filter(refused_place=refused.place_id).first()
        back = SendBack(1, purchase_line=line.pk if line else None, product=refused.product_id)
    else:
        back = SendBack(chance.randint(1, 3), product=state.loose(chance).pk)
    return receiving.send_back(actor=state.user, goods=[back])


def _credit_vendor_return(state: State, chance: random.Random) -> Any:
    """A vendor credits something, mostly not what was expected."""
    row = state.one(chance, VendorReturn.objects.filter(credited_at__isnull=True, void__isnull=True))
    got = chance.choice((row.credit_minor, chance.randint(0, 2000))) if row else 0
    return row and receiving.credit_vendor_return(actor=state.user, vendor_return=row.pk, got_minor=got)


def _adjust(state: State, chance: random.Random) -> Any:
    """Goods are lost, or found."""
    product = state.loose(chance)
    if chance.random() < 0.5:
        return state.find_goods(product, chance)
    item = Adjustment(product.pk, -chance.randint(1, 3), state.company.location.place_id)
    return goods.adjust(actor=state.user, items=[item], reason="Lost")


def _build(state: State, chance: random.Random) -> Any:
    """A bundle is built, mostly with something on top for the work."""
    here = state.company.location.place_id
    what, units = chance.choice((state.bundle, state.case)), chance.randint(1, 2)
    serials = state.new_serials(what, units)
    wish = Build(what.pk, units, here, serials=serials, extra_minor=chance.randint(0, 99))
    return building.build(actor=state.user, build=wish)


def _take_apart(state: State, chance: random.Random) -> Any:
    """A bundle that was built comes apart."""
    here = Holding.objects.filter(product__in=(state.bundle, state.case), kind="bin", claim=0, quantity__gt=0)
    held = state.one(chance, here)
    if held is None:
        return None
    wish = TakeApart(held.product_id, 1, state.company.location.place_id, lots=(held.lot_id,))
    return building.take_apart(actor=state.user, apart=wish)


def _replace_component(state: State, chance: random.Random) -> Any:
    """One thing comes out of a numbered unit, another goes in."""
    built = Holding.objects.filter(product=state.case, kind="bin", quantity__gt=0)
    if not built.exists():
        here = state.company.location.place_id
        serials = state.new_serials(state.case, 1)
        building.build(actor=state.user, build=Build(state.case.pk, 1, here, serials=serials))
        state.stands()
        return None
    held = state.one(chance, built)
    inside = contents(held.lot_id) if held else []
    if not inside:
        return None
    out, instead = chance.choice(inside), state.loose(chance)
    wish = Exchange(held.lot_id, out.lot.pk, 1, instead.pk, 1)
    return building.replace_component(actor=state.user, exchange=wish)


def _count(state: State, chance: random.Random) -> Any:
    """Two bins are counted: something is off, in the wrong bin, or a unit nobody knew of; the difference is posted."""
    held = state.standing(chance, "bin")
    if held is None:
        return None
    at = Bin.objects.select_related("location").get(place=held.place_id)
    other = Bin.objects.filter(location=at.location_id).exclude(pk=at.pk).first() or at
    begun = counts.begin_count(actor=state.user, location=at.location_id).one("stock.Count")
    off = chance.choice((-2, -1, 0, 1))
    tallies = [_tally(state, chance, held.product_id, at, off)]
    if other != at:
        tallies.append(_tally(state, chance, held.product_id, other, chance.choice((0, -off, 1))))
    if held.serial and other != at and chance.random() < 0.5:
        # A unit of the one bin lies in the other.
        one, two = tallies
        moved = one.serials[:1]
        tallies = [
            replace(one, serials=one.serials[1:], counted=max(0, one.counted - len(moved))),
            replace(two, serials=(*two.serials, *moved), counted=two.counted + len(moved)),
        ]
    counts.record_count(actor=state.user, count=begun, tallies=tallies)
    if chance.random() < 0.3:
        counts.recount(actor=state.user, count=begun, tallies=tallies[:1])
    counts.review_count(actor=state.user, count=begun)
    state.stands()
    return counts.complete_count(actor=state.user, count=begun)


def _tally(state: State, chance: random.Random, product: int, at: Bin, off: int) -> Tally:
    """What somebody says of a product in a bin: so many more or fewer than the books have."""
    there = Holding.objects.filter(product=product, place=at.place_id, quantity__gt=0, owned=True)
    if Product.objects.get(pk=product).traced != "serial":
        total = sum(there.values_list("quantity", flat=True))
        return Tally(product, at.place_id, max(0, total + off))
    codes = list(there.values_list("lot__code", flat=True))
    codes = codes[: len(codes) + off] if off < 0 else [*codes, *state.new_serials(state.products[-1], off)]
    return Tally(product, at.place_id, len(codes), tuple(codes))


def _some(state: State, chance: random.Random, *kinds: str) -> Goods | None:
    """A part of what stands somewhere."""
    held = state.standing(chance, *kinds)
    if held is None:
        return None
    codes = (Lot.objects.get(pk=held.lot_id).code,) if held.serial else ()
    quantity = chance.randint(1, held.quantity)
    at = held.place.parent_id
    line = held.claim_id or None
    bin = held.place_id if held.kind == "bin" else None
    return Goods(held.product_id, quantity, at, bin, codes, line, held.kind)


def _transfer(state: State, chance: random.Random) -> Any:
    what = _some(state, chance, "bin", "picked")
    to = chance.choice((state.company.location, state.company.other)).place_id
    return what and goods.transfer(actor=state.user, items=[Transfer(what, to)])


def _send_transfer(state: State, chance: random.Random) -> Any:
    """Something is carried to the other location, mostly what somebody holds there."""
    what = _some(state, chance, "bin", "picked")
    if what is None:
        return None
    source = Location.objects.get(place=what.location)
    target = state.company.other if source == state.company.location else state.company.location
    line = Sent(what.product, what.quantity, what.codes, None, what.line)
    made = transfers.draft_transfer(actor=state.user, wish=TransferWish(source.pk, target.pk, (line,)))
    state.stands()
    return transfers.send_transfer(actor=state.user, order=made.one("stock.TransferOrder"))


def _under_way(state: State, chance: random.Random) -> Holding | None:
    return state.standing(chance, "transfer")


def _order_of(held: Holding) -> int:
    return TransferOrder.objects.get(Q(place=held.place_id) | Q(picked_place=held.place_id)).pk


def _receive_transfer(state: State, chance: random.Random) -> Any:
    """Some of it comes, now and then more than was sent, now and then damaged."""
    held = _under_way(state, chance)
    if held is None:
        return None
    count = 1 if held.serial else chance.randint(1, held.quantity + 1)
    codes = (held.lot.code,) if held.serial else ()
    arrived = [Came(held.product_id, count, chance.choice((0, 0, 1)), codes)]
    order = _order_of(held)
    return transfers.receive_transfer(
        actor=state.user, order=order, arrived=arrived, accept_over=chance.random() < 0.5
    )


def _return_transfer(state: State, chance: random.Random) -> Any:
    held = _under_way(state, chance)
    return held and transfers.return_transfer(actor=state.user, order=_order_of(held))


def _lose_transfer(state: State, chance: random.Random) -> Any:
    held = _under_way(state, chance)
    if held is None:
        return None
    codes = (held.lot.code,) if held.serial else ()
    some = [Came(held.product_id, chance.randint(1, held.quantity), codes=codes)]
    lost = some if chance.random() < 0.7 else []
    order = _order_of(held)
    return transfers.lose_transfer(actor=state.user, order=order, goods=lost, reason="Lost")


def _hand_back(state: State, chance: random.Random) -> Any:
    """Some of what we keep for somebody goes back."""
    kept = Holding.objects.filter(owned=False, kind="bin", quantity__gt=0)
    held = state.one(chance, kept.select_related("lot", "place"))
    if held is None:
        return None
    count = chance.randint(1, held.quantity)
    back = Goods(held.product_id, count, held.place.parent_id, held.place_id, owner=held.lot.owner_id)
    return goods.hand_back(actor=state.user, items=[back])


def _put_away(state: State, chance: random.Random) -> Any:
    what = _some(state, chance, "bin")
    to = chance.choice(state.company.bins)
    return what and goods.put_away(actor=state.user, items=[Transfer(what, what.location, to.place_id)])


def _aside(act: Any, kind: str) -> Verb:
    def run(state: State, chance: random.Random) -> Any:
        what = _some(state, chance, kind)
        return what and act(actor=state.user, goods=what, reason="Dented")

    return run


def _correct_serial(state: State, chance: random.Random) -> Any:
    lot = state.one(chance, Lot.objects.filter(serial=True, holdings__kind="bin", holdings__quantity=1))
    if lot is None:
        return None
    (code,) = state.new_serials(lot.product, 1)
    return goods.correct_serial(actor=state.user, lot=lot.pk, serial=code, reason="Misread")


def _revalue(state: State, chance: random.Random) -> Any:
    product = chance.choice(state.products)
    cost = chance.randint(1, 9_999_999)
    return values.revalue(actor=state.user, product=product.pk, unit_cost_micro=cost, reason="New list")


BUYING: dict[str, Verb] = {
    "approve": _approve,
    "reject": _reject,
    "request": _request,
    "draft": _draft,
    "change_purchase": _change_purchase,
    "amend_purchase": _amend_purchase,
    "confirm_purchase": _confirm_purchase,
    "submit": _submit,
    "send_purchase": _send_purchase,
    "cancel_purchase": _cancel_purchase,
    "close_purchase": _close_purchase,
    "receive": _receive,
    "cancel_receipt": _cancel_receipt,
    "send_back": _send_back,
    "credit_vendor_return": _credit_vendor_return,
    "land_cost": _land_cost,
    "cancel_cost": _cancel_cost,
    "reprice": _reprice,
    "ask_vendors": _ask_vendors,
    "answer_rfq": _answer_rfq,
    "award_rfq": _award_rfq,
    "close_rfq": _close_rfq,
    "send_rfq": _send_rfq,
    "enter_bill": _enter_bill,
    "accept_bill": _accept_bill,
    "cancel_bill": _cancel_bill,
}
KEEPING: dict[str, Verb] = {
    "adjust": _adjust,
    "build": _build,
    "take_apart": _take_apart,
    "replace_component": _replace_component,
    "count": _count,
    "transfer": _transfer,
    "send_transfer": _send_transfer,
    "receive_transfer": _receive_transfer,
    "return_transfer": _return_transfer,
    "lose_transfer": _lose_transfer,
    "put_away": _put_away,
    "hand_back": _hand_back,
    "hold": _aside(goods.hold, "bin"),
    "unhold": _aside(goods.unhold, "quarantine"),
    "correct_serial": _correct_serial,
    "revalue": _revalue,
}
