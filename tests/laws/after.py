"""Goods on their way, money, devices and what comes back, as somebody might try it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from django.db.models import F

from tests.laws.selling import on_line
from tests.laws.state import State, Verb
from wharfinger.base import clock, further
from wharfinger.billing.actions import drafts, invoices, payments
from wharfinger.billing.models import Invoice, InvoiceLine, Payment
from wharfinger.billing.rules.changing import DraftChange, RowChange
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.devices.actions import keeping
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device, Subscription
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.fulfilment.actions import shipping
from wharfinger.fulfilment.models import Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Holding, Lot
from wharfinger.returns.actions import ahead, claiming, inspecting, receiving, repairing, requesting
from wharfinger.returns.actions.swapping import swap, swap_on_job
from wharfinger.returns.models import Replacement, Rma, RmaLine, VendorClaim
from wharfinger.returns.queries.claiming import with_answered
from wharfinger.returns.rules.claim_answers import ANSWERS, Answered
from wharfinger.returns.rules.claiming import EXPECTED, Faulty
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.repairing import Part, Repaired
from wharfinger.returns.rules.replacing import Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.returns.rules.swapping import OUTGOING, Incoming, Swap
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish


def _ship(state: State, chance: random.Random) -> Any:
    """With or without a proof of delivery."""
    held = state.waiting(chance, ("bin", "picked", "container"))
    if held is None:
        return None
    consignment = Consignment(proof=chance.random() < 0.4)
    pick = Pick(held.claim_id, chance.randint(1, held.quantity))
    return shipping.ship(actor=state.user, picks=[pick], consignment=consignment)


def _deliver(state: State, chance: random.Random) -> Any:
    """What is under way arrives, in part or whole; or goods are handed over, free ones of a location too."""
    kind = chance.random()
    units = Holding.objects.filter(
        kind__in=("bin", "picked", "in_transit"), claim__gt=0, quantity__gt=0, serial=True
    )
    if chance.random() < 0.15 and (unit := state.one(chance, units)):
        said = further.installing[0].given(contact=None, contract=None, reference="")
        return shipping.deliver(actor=state.user, picks=[Pick(unit.claim_id, 1)], installing=said)
    if kind < 0.3:
        held = state.waiting(chance, ("to_order", "demand", "bin", "picked"))
        at = chance.choice((state.company.location, state.company.other)).place_id
        pick = held and Pick(held.claim_id, chance.randint(1, held.quantity), location=at)
        way = chance.choice(("hand_over", "pick_up"))
        return pick and shipping.deliver(actor=state.user, picks=[pick], way=way, proof="M. Krause")
    if kind < 0.5:
        shipment = state.one(chance, Shipment.objects.filter(delivered_on=None, void=None))
        return shipment and shipping.deliver(actor=state.user, shipments=[shipment.pk], proof="M. Krause")
    held = state.waiting(chance, ("in_transit", "picked", "ready"))
    if held is None:
        return None
    pick = Pick(held.claim_id, chance.randint(1, held.quantity))
    if held.kind == "in_transit" and chance.random() < 0.5:
        pick = pick.by(held.place_id)
    return shipping.deliver(actor=state.user, picks=[pick])


def _draft_invoice(state: State, chance: random.Random) -> Any:
    held = state.standing(chance, "to_bill")
    if held is None:
        return None
    wish = InvoiceWish((Bill(held.claim_id, chance.randint(1, held.quantity)),))
    return invoices.draft_invoice(actor=state.user, wish=wish)


def _a_draft(state: State, chance: random.Random) -> Invoice | None:
    return state.one(chance, Invoice.objects.filter(posted_at__isnull=True, void__isnull=True))


def _change_draft(state: State, chance: random.Random) -> Any:
    """Another quantity or price of one of its rows, or something that is still to be billed."""
    draft = _a_draft(state, chance)
    if draft is None and _draft_invoice(state, chance):
        state.stands()
        draft = _a_draft(state, chance)
    if draft is None:
        return None
    row = chance.choice(list(draft.lines.filter(quantity__gt=0)))
    price = chance.choice([None, 7_770_000])
    change = RowChange(row.pk, chance.randint(0, row.quantity + 1), price)
    held = state.standing(chance, "to_bill")
    add = (Bill(held.claim_id, 1),) if held is not None and chance.random() < 0.5 else ()
    return drafts.change_draft(actor=state.user, invoice=draft.pk, change=DraftChange((change,), add))


def _discard_draft(state: State, chance: random.Random) -> Any:
    draft = _a_draft(state, chance)
    return draft and drafts.discard_draft(actor=state.user, invoice=draft.pk)


def _post_invoice(state: State, chance: random.Random) -> Any:
    draft = _a_draft(state, chance)
    return draft and invoices.post_invoice(actor=state.user, invoice=draft.pk)


def _pay(state: State, chance: random.Random) -> Any:
    return state.door.pay(state.company.customer.pk, f"{chance.randint(1, 40)}.{chance.randint(0, 99):02}")


def _payment(act: Any) -> Verb:
    def run(state: State, chance: random.Random) -> Any:
        found = state.one(chance, Payment.objects.filter(cancelled_at__isnull=True, void__isnull=True))
        return found and act(actor=state.user, payment=found.pk)

    return run


def _apply(state: State, chance: random.Random) -> Any:
    if chance.random() < 0.5:
        return _payment(payments.apply_payment)(state, chance)
    customer = state.company.customer.pk
    return payments.apply_credit(actor=state.user, organization=customer, currency="EUR")


def _refund(state: State, chance: random.Random) -> Any:
    wish = PaymentWish(state.company.customer.pk, chance.randint(1, 300), "EUR")
    return payments.refund(actor=state.user, wish=wish)


def _install(state: State, chance: random.Random) -> Any:
    """A unit that we sold, or one that we never saw."""
    if chance.random() < 0.3:
        traced = state.products[-1]
        (code,) = state.new_serials(traced, 1)
        site = state.company.site.pk
        return install(actor=state.user, items=[Installation(product=traced.pk, serial=code, site=site)])
    held = state.standing(chance, "customer", "in_transit")
    if held is None or not held.claim_id:
        return None
    serial = Lot.objects.get(pk=held.lot_id).code if held.serial else ""
    item = Installation(held.claim_id, chance.randint(1, held.quantity), serial)
    return install(actor=state.user, items=[item])


def _devices() -> Any:
    return Device.objects.filter(void__isnull=True, removed_on__isnull=True)


def _move_device(state: State, chance: random.Random) -> Any:
    if chance.random() < 0.3:
        return _serve(state, chance)
    device = state.one(chance, _devices())
    site = chance.choice((state.company.site, state.elsewhere)).pk
    return device and keeping.move(actor=state.user, device=device.pk, site=site)


def _serve(state: State, chance: random.Random) -> Any:
    """A service begins to use a device, or one ends."""
    running = Subscription.objects.filter(void__isnull=True, ended_on__isnull=True)
    if chance.random() < 0.3 and (found := state.one(chance, running)):
        return keeping.end_subscription(actor=state.user, subscription=found.pk)
    device = state.one(chance, _devices())
    if device is None:
        return None
    wish = SubscriptionWish(device.organization_id, state.products[0].pk, device.pk)
    return keeping.subscribe(actor=state.user, wish=wish)


def _swap(state: State, chance: random.Random) -> Any:
    device = state.one(chance, _devices())
    if device is None:
        return None
    wish = Swap(
        device.pk,
        Incoming() if chance.random() < 0.7 else None,
        chance.choice(sorted(OUTGOING)),
        credit=chance.random() < 0.5,
        reason="Broken",
        charge=chance.random() < 0.3,
    )
    if chance.random() < 0.6:
        return swap(actor=state.user, swap=wish)
    return swap_on_job(actor=state.user, job=_job_about(state, chance, device), swaps=[wish], reason="Broken")


def _job_about(state: State, chance: random.Random, device: Device, *scopes: str) -> int:
    """A job that names a device."""
    scope = chance.choice(scopes or ("swap", "replacement"))
    wish = WorkWish("job", device.organization_id or 0, scope=scope, billable=chance.random() < 0.7)
    job = create_work_order(actor=state.user, wish=wish).one("demand.Sheet")
    name_devices(actor=state.user, work_order=job, add=[device.pk])
    state.stands()
    return job


def _receive_return(state: State, chance: random.Random) -> Any:
    """Goods come back, as an RMA allowed or just so; now and then with something that we never sold."""
    if chance.random() < 0.2 and (device := state.one(chance, _devices())):
        job = _job_about(state, chance, device, "return")
        outcome = chance.choice(("", "restock", "scrap"))
        return receiving.take_back_on_job(actor=state.user, job=job, devices=[device.pk], outcome=outcome)
    held = state.standing(chance, "customer", "in_transit")
    if held is None or not held.claim_id:
        return None
    asked = Asked(quantity=chance.randint(1, held.quantity), line=held.claim_id)
    customer = state.company.customer.pk
    if chance.random() < 0.5:
        outcome = chance.choice(("", "restock"))
        items = [Returned(asked, outcome=outcome, credit=chance.random() < 0.7)]
        return receiving.take_back(actor=state.user, organization=customer, items=items, reason="No need")
    done = requesting.request(actor=state.user, organization=customer, items=[asked])
    rma = done.one("returns.Rma")
    requesting.approve(actor=state.user, rma=rma)
    state.stands()
    arrived = [Arrived(asked.quantity, done.one("returns.RmaLine"))]
    if chance.random() < 0.3:
        traced = state.products[-1]
        arrived.append(Arrived(1, product=traced.pk, serials=state.new_serials(traced, 1)))
    return receiving.receive(actor=state.user, rma=rma, items=arrived)


def _these(verb: str) -> Verb:
    """The worklist's restock and scrap, by where goods stand."""

    def run(state: State, chance: random.Random) -> Any:
        held = state.standing(chance, "returns")
        if held is None:
            return None
        part = [(held.pk, chance.randint(1, held.quantity))]
        act = inspecting.restock if verb == "restock" else inspecting.scrap_returned
        return act(actor=state.user, holdings=part)

    return run


def _inspect(outcome: str) -> Verb:
    """The RMA's verdict about some units."""

    def run(state: State, chance: random.Random) -> Any:
        held = state.standing(chance, "returns", "bench", "at_vendor")
        if held is None:
            return None
        rmas = Rma.objects.filter(place=held.place_id) | Rma.objects.filter(bench_place=held.place_id)
        rmas |= Rma.objects.filter(vendor_place=held.place_id)
        line = state.one(chance, RmaLine.objects.filter(rma__in=rmas, product=held.product_id))
        if line is None:
            return None
        verdict = Verdict(line.pk, chance.randint(1, held.quantity), outcome)
        return inspecting.inspect(actor=state.user, rma=line.rma_id, verdicts=[verdict])

    return run


def _finish_repair(state: State, chance: random.Random) -> Any:
    """What was done on the bench or at the vendor: with a part, or without one, covered or for a charge."""
    held = state.standing(chance, "bench", "at_vendor")
    if held is None:
        return None
    rmas = Rma.objects.filter(bench_place=held.place_id) | Rma.objects.filter(vendor_place=held.place_id)
    line = state.one(chance, RmaLine.objects.filter(rma__in=rmas, product=held.product_id))
    if line is None:
        return None
    free = state.standing(chance, "bin")
    price = chance.choice([None, 7_770_000])
    serial = (free.lot.code,) if free is not None and free.serial else ()
    part = Part(free.product_id, 1, serial, price) if free is not None and not free.claim_id else None
    then = chance.choice(["", "send_back", "restock"])
    done = Repaired(line.pk, 1, "Done", parts=(part,) if part else (), cost_minor=333, then=then)
    return repairing.finish_repair(actor=state.user, rma=line.rma_id, done=done)


def _settle(state: State, chance: random.Random) -> Any:
    line = state.one(chance, RmaLine.objects.filter(void__isnull=True, settled_quantity=0))
    if line is None:
        return None
    answers = ["credit", "refund", "store_credit"] if InvoiceLine.objects.filter(line=line.line_id) else []
    how = chance.choice([*answers, "none", "replace"])
    other = state.products[line.pk % len(state.products)].pk if line.pk % 3 == 0 else None
    first = other is None and chance.random() < 0.5
    day = clock.today("Europe/Berlin") if first else None
    instead = Instead(
        other,
        unit_price_micro=3_330_000 if other is not None else None,
        back_by=day,
        charge_micro=4_440_000 if first else None,
    )
    answer = Answer(line.pk, max(1, line.quantity), how, instead=instead)
    return inspecting.settle(actor=state.user, rma=line.rma_id, answers=[answer])


def _left_first(state: State, chance: random.Random) -> Replacement | None:
    """What left first and is with the customer; where nothing is, something leaves for the next time."""
    rows = Replacement.objects.filter(back_by__isnull=False, void__isnull=True).select_related("rma_line")
    there = Holding.objects.filter(kind__in=("customer", "in_transit"), quantity__gt=0)
    found: Replacement | None = state.one(chance, rows.filter(line__in=there.values("claim")))
    held = state.standing(chance, "customer") if found is None else None
    if found is not None or held is None or not held.claim_id:
        return found
    asked = Asked(quantity=1, line=held.claim_id, type="replace")
    done = requesting.request(actor=state.user, organization=state.company.customer.pk, items=[asked])
    rma = done.one("returns.Rma")
    requesting.approve(actor=state.user, rma=rma)
    state.stands()
    instead = Instead(back_by=clock.today("Europe/Berlin"), charge_micro=4_440_000)
    answer = Answer(done.one("returns.RmaLine"), 1, "replace", instead=instead)
    claim = inspecting.settle(actor=state.user, rma=rma, answers=[answer]).one("ledger.Claim")
    state.stands()
    shipping.deliver(actor=state.user, picks=[Pick(claim, 1)])
    state.stands()
    return None


def _charge_kept(state: State, chance: random.Random) -> Any:
    row = _left_first(state, chance)
    return row and ahead.charge_kept(actor=state.user, rma=row.rma_line.rma_id)


def _extend_ahead(state: State, chance: random.Random) -> Any:
    row = _left_first(state, chance)
    if row is None or row.back_by is None:
        return None
    day = row.back_by + timedelta(days=chance.randint(1, 3))
    return ahead.extend_ahead(actor=state.user, rma=row.rma_line.rma_id, back_by=day)


def _claim_from_vendor(state: State, chance: random.Random) -> Any:
    """Units of ours, or of what came back, are faulty."""
    if chance.random() < 0.5 and (held := state.standing(chance, "returns", "bench", "at_vendor")):
        rmas = Rma.objects.filter(place=held.place_id) | Rma.objects.filter(bench_place=held.place_id)
        line = state.one(chance, RmaLine.objects.filter(rma__in=rmas, product=held.product_id))
        item = line and Faulty(chance.randint(1, held.quantity), rma_line=line.pk)
    else:
        held = state.one(chance, Holding.objects.filter(kind="bin", quantity__gt=0, claim=0, owned=True))
        codes = (held.lot.code,) if held and held.serial else ()
        item = held and Faulty(1 if codes else chance.randint(1, held.quantity), held.product_id, codes)
    expected = chance.choice(sorted(EXPECTED))
    vendor = state.company.vendor.pk
    return item and claiming.claim_from_vendor(
        actor=state.user, items=[item], reason="Faulty", expected=expected, vendor=vendor
    )


def _unsent(state: State, chance: random.Random) -> VendorClaim | None:
    """A claim that is not sent; where there is none, one is made for the next time."""
    found: VendorClaim | None = state.one(chance, VendorClaim.objects.filter(void=None, sent_at=None))
    if found is None and _claim_from_vendor(state, chance) is not None:
        state.stands()
    return found


def _send_claim(state: State, chance: random.Random) -> Any:
    row = _unsent(state, chance)
    return row and claiming.send_claim(actor=state.user, claim=row.pk)


def _answer_claim(state: State, chance: random.Random) -> Any:
    """Each answer, in part or whole; another unit has a number of its own."""
    rows = with_answered().filter(vendor_claim__sent_at__isnull=False, quantity__gt=F("answered"))
    line = state.one(chance, rows)
    if line is None:
        if (row := _unsent(state, chance)) is not None:
            claiming.send_claim(actor=state.user, claim=row.pk)
            state.stands()
        return None
    how = chance.choice(sorted(ANSWERS))
    (code,) = state.new_serials(line.product, 1) if line.lot and how == "replacement" else ("",)
    credit = chance.randint(0, 900) if how == "credit" and chance.random() < 0.5 else None
    told = Answered(line.pk, chance.randint(1, line.quantity - line.answered), how, code, credit_minor=credit)
    return claiming.answer_claim(actor=state.user, claim=line.vendor_claim_id, answers=[told])


FULFILLING: dict[str, Verb] = {
    **{verb: on_line(verb) for verb in ("pick", "unpick", "pack", "unpack")},
    "ship": _ship,
    "deliver": _deliver,
    "pick_pack_ship": on_line("pick-pack-ship"),
    "cancel_delivery": on_line("cancel-delivery"),
}
BILLING: dict[str, Verb] = {
    "invoice": on_line("invoice"),
    "credit": on_line("credit"),
    "draft_invoice": _draft_invoice,
    "change_draft": _change_draft,
    "discard_draft": _discard_draft,
    "post_invoice": _post_invoice,
    "pay": _pay,
    "cancel_payment": _payment(payments.cancel_payment),
    "apply": _apply,
    "unapply": _payment(payments.unapply),
    "refund": _refund,
}
AFTER: dict[str, Verb] = {
    "install": _install,
    "move_device": _move_device,
    "swap": _swap,
    "receive_return": _receive_return,
    "restock": _these("restock"),
    "scrap": _these("scrap"),
    **{outcome: _inspect(outcome) for outcome in ("repair", "to_vendor", "send_back")},
    "finish_repair": _finish_repair,
    "settle": _settle,
    "charge_kept": _charge_kept,
    "extend_ahead": _extend_ahead,
    "claim_from_vendor": _claim_from_vendor,
    "send_claim": _send_claim,
    "answer_claim": _answer_claim,
}
