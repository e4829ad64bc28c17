"""Pure decisions about swaps: a new unit takes the place of a device, and what hung on it follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, Holder, Refusal
from wharfinger.base.words import same, tidy
from wharfinger.billing.rules.keeping_back import Kept, keep_back
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import require_open
from wharfinger.devices.rules import (
    DEVICE,
    Cover,
    Owner,
    Unit,
    device_of,
    leave,
    numbered,
    place_device,
    sale_of,
)
from wharfinger.devices.rules.about import plan_follow
from wharfinger.devices.rules.keeping import in_use, used_by
from wharfinger.devices.rules.parts import follow
from wharfinger.devices.rules.users import follow_users
from wharfinger.devices.rules.warranty import cover_by
from wharfinger.fulfilment.rules import late, mention_lines
from wharfinger.ledger.plan import Held, Id, LotRef, PlaceRef, Plan, Truth
from wharfinger.returns.rules import Goods, Places, make, make_line, places_of, rma_line_of, rma_of
from wharfinger.returns.rules.allowed import check_approved
from wharfinger.returns.rules.inspecting import bin_of, restock, scrap
from wharfinger.returns.rules.settling import give_credit
from wharfinger.stock.rules import choose, price_issues

OUTGOING = {"returns": N_("Returns"), "bin": N_("Bin"), "scrap": N_("Scrap")}
WARRANTY = {"remaining": N_("Remaining time"), "new": N_("New term"), "none": N_("None")}


@dataclass(frozen=True, slots=True)
class Incoming:
    """The new unit: of the same product unless named, chosen by serial number or by place."""

    product: int | None = None
    serial: str = ""
    location: int | None = None
    """The place of the location."""
    bin: int | None = None


@dataclass(frozen=True, slots=True)
class Swap:
    """A swap as a person asks for it."""

    device: int
    incoming: Incoming | None = None
    outgoing_to: str = "returns"
    """Where the old device goes: the returns place of the location that issued it, its bin, or scrap."""
    bin: int | None = None
    warranty: str | None = None
    """The policy decides unless given."""
    sheet: int | None = None
    """The ticket or order that the new unit's line stands on; the old one's unless given."""
    credit: bool = False
    """Whether the old unit is credited as well."""
    reason: str = ""
    work: bool = False
    """Whether the open work that is about the old device goes on with the new one."""
    rma_line: int | None = None
    """The line of an RMA by which the old device comes back, where it was asked for."""
    charge: bool = False
    """Whether the new unit is billed at the price that is offered; it goes for nothing unless it is."""


class Leaving(NamedTuple):
    """A device that leaves in a swap: whose it was, how it was covered, and at which location it is at home."""

    swap: Swap
    row: Any
    owner: Owner
    cover: Cover
    held: Held
    home: int
    asked: Any
    """The line of the RMA by which it comes back; none where it was not asked for."""
    field: str
    """Where its swap stands in what was sent, with a point behind; nothing where it is the only one."""


def plan_swap(truth: Truth, *, swap: Swap, may_credit: bool, kept: Sequence[Kept] = ()) -> Plan:
    """Exchange a device for another in one entry: goods, warranty, contract and subscriptions.

    kept: what is kept of the credit of the old one.
    """
    return exchange(truth, [leaving(truth, swap)], may_credit=may_credit, kept=kept)


def exchange(truth: Truth, old: Sequence[Leaving], *, may_credit: bool, kept: Sequence[Kept] = ()) -> Plan:
    """Let all these devices leave, and a new unit take the place of each for which one is named."""
    plan = Plan()
    homes: dict[int, _Home] = {}
    credited: dict[int, int] = {}
    for one in old:
        leave(plan, truth, one.row)
        with named_at(one.field):
            _outgoing(plan, truth, one, homes)
        if one.swap.credit and one.held.claim:
            credited[one.held.claim] = credited.get(one.held.claim, 0) + 1
    for claim, units in credited.items():
        give_credit(
            plan, truth, claim, units, reason=old[0].swap.reason, may_credit=may_credit, field="credit"
        )
    keep_back(plan, truth, kept)
    places: dict[int, Id] = {}
    for one in old:
        if one.swap.incoming is None:
            continue
        with named_at(one.field):
            new = places[one.row.pk] = _incoming(plan, truth, one, one.swap.incoming)
        for subscription in used_by(truth, one.row):
            plan.change(subscription, device_id=new)
        follow_users(plan, truth, old=one.row.pk, new=new)
        if one.swap.work:
            plan_follow(plan, truth, old=one.row.pk, new=new)
    follow(plan, truth, places)
    price_issues(plan, truth, lambda product: truth.products[product].cost_method)
    mention_lines(plan, truth)
    return plan


@contextmanager
def named_at(field: str) -> Iterator[None]:
    """Let a refusal name the field in the row that it is about."""
    try:
        yield
    except Refusal as refusal:
        if field:
            refusal.field = f"{field}{refusal.field or 'device'}"
        raise


def leaving(truth: Truth, swap: Swap, field: str = "") -> Leaving:
    """A device that may leave in a swap; raises Refusal for one that may not."""
    old = device_of(truth, swap.device)
    asked, numbers = _asked(truth, swap, old), truth.read["open_rmas"].get(old.pk, [])
    if numbers and asked is None:
        raise Refusal(
            "on_open_rma",
            N_("{number} is on {rma}, which is open. Close that first, or receive it there."),
            number=old.number,
            rma=", ".join(numbers),
        )
    held = next((h for h in truth.held if h.lot == old.lot_id and h.kind == "customer" and h.quantity), None)
    if held is None:
        raise Refusal(
            "not_at_customer",
            N_("{number} is not at the customer. Wait until it is delivered."),
            number=old.number,
        )
    if swap.incoming is None and (using := used_by(truth, old)):
        raise in_use(old, using)
    owner = Owner(old.organization_id, old.site_id, old.contact_id, old.contract_id, old.reference)
    cover = Cover(old.warranty_policy_id, old.warranty_start_on, old.warranty_end_on)
    return Leaving(swap, old, owner, cover, held, _home(truth, held), asked, field)


def _asked(truth: Truth, swap: Swap, old: Any) -> Any:
    """The line of an approved RMA that asks for a device that has not come yet; raises Refusal for any other."""
    if swap.rma_line is None:
        return None
    line = rma_line_of(truth, swap.rma_line, "rma_line")
    rma = rma_of(truth, line.rma_id)
    check_approved(rma)
    same_sale = line.device_id is None and line.lot_id is None and None not in (line.line_id, old.line_id)
    same_sale = same_sale and line.line_id == old.line_id
    if not same_sale and old.pk != line.device_id and old.lot_id != line.lot_id:
        raise BadInput("other_device", N_("This line of the RMA is about another device."), field="rma_line")
    if line.settled_quantity >= line.quantity:
        raise Refusal(
            "nothing_awaited",
            N_("Nothing of this line of {number} is awaited any more. Look at it again."),
            field="rma_line",
            number=rma.number,
        )
    return line


def _home(truth: Truth, held: Held) -> int:
    sale = sale_of(truth, held)
    if sale is not None and sale.location is not None:
        return int(truth.read["homes"][sale.location])
    return int(truth.read["default_location"])


@dataclass(slots=True)
class _Home:
    """The return by which devices come back to one location."""

    made: Id
    places: Places
    lines: int = 0


def _outgoing(plan: Plan, truth: Truth, old: Leaving, homes: dict[int, _Home]) -> None:
    swap, held = old.swap, old.held
    held.quantity -= 1
    if old.asked is not None:
        row = truth.documents["returns.Rma"][old.asked.rma_id]
        plan.move(held.spot, held.spot.at(places_of(truth, row).returns), 1)
        plan.change(old.asked, answer="replace", settled_quantity=old.asked.settled_quantity + 1)
        plan.mention(row)
    elif swap.outgoing_to == "returns":
        if old.home not in homes:
            organization = old.owner.organization
            homes[old.home] = _Home(
                *make(plan, truth, organization=organization, location=old.home, authorized=False)
            )
        home = homes[old.home]
        home.lines += 1
        goods = Goods(held.product, held.claim or None, held.lot)
        make_line(
            plan,
            home.made,
            home.lines,
            goods,
            device_id=old.row.pk,
            quantity=1,
            type="replace",
            reason=swap.reason,
            answer="replace",
        )
        plan.move(held.spot, held.spot.at(home.places.returns), 1)
    elif swap.outgoing_to == "bin":
        restock(
            plan,
            truth,
            held.spot,
            1,
            bin_of(truth, truth.read["places"][old.home], swap.bin, "bin"),
            verb="swap",
        )
    elif swap.outgoing_to == "scrap":
        scrap(plan, truth, held.spot, 1, verb="swap")
    else:
        raise BadInput("no_such_target", N_("Choose returns, bin or scrap."), field="outgoing_to")


def _incoming(plan: Plan, truth: Truth, old: Leaving, incoming: Incoming) -> Id:
    product = truth.products.get(incoming.product or old.row.product_id)
    if product is None or product.kind == "service":
        raise BadInput("no_such_product", N_("There is no such product."), field="incoming.product")
    source = _chosen(truth, incoming, product)
    claim = _line(plan, truth, old, product)
    unit = _unit(plan, truth, incoming, product, source)
    site = truth.read["sites"][old.owner.site]
    plan.move(
        source.spot, source.spot.at(PlaceRef(site.place_id, "customer")).for_claim(claim).as_lot(unit.lot), 1
    )
    channel = truth.read["channels"].get(source.location, "direct")
    return place_device(
        plan,
        truth,
        unit,
        old.owner,
        line=claim,
        sold_on=truth.effective_on,
        cover=_cover(truth, old.swap.warranty, old.cover, product, channel),
        replaces=old.row.pk,
    )


def _cover(truth: Truth, wanted: str | None, before: Cover, product: Any, channel: str) -> Cover:
    """The warranty of the new unit: what is left of the old one's, a new term, or none."""
    policy = next((p for p in truth.read["policies"] if p.pk == before.policy), None)
    mode = wanted or (policy.on_swap if policy is not None else "remaining")
    if mode not in WARRANTY:
        raise BadInput("no_such_warranty", N_("Choose remaining, new or none."), field="warranty")
    if mode == "remaining":
        return before
    if mode == "none":
        return Cover()
    day = truth.effective_on
    return cover_by(truth.read["policies"], product, channel=channel, sold_on=day, installed_on=day)


def _chosen(truth: Truth, incoming: Incoming, product: Any) -> Held:
    lots: tuple[int, ...] = ()
    if incoming.serial and not late(product):
        known = truth.read["lots"].get((product.pk, same(incoming.serial)))
        if known is None:
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is not on record for this product. Check the number."),
                field="incoming.serial",
                serial=incoming.serial,
            )
        lots = (known.id,)
        if not any(h.lot == known.id and h.quantity for h in truth.free):
            raise _not_free(truth, product.pk, known)
    found = choose(
        truth.free,
        product.pk,
        1,
        location=incoming.location,
        bin=incoming.bin,
        lots=lots,
        fresh_on=truth.today,
        field="incoming.serial" if lots else "incoming.product",
    )
    return found[0][0]


def _not_free(truth: Truth, product: int, known: Any) -> Refusal:
    """The refusal for a unit that serves already, or that is held for somebody else."""
    if known.stands in ("customer", "in_transit", "rented"):
        return Refusal(
            "already_serving",
            N_("“{serial}” is with a customer already. Choose another unit."),
            field="incoming.serial",
            serial=known.code,
        )
    held_by = truth.read["holders"].get((product, same(known.code)), [])
    return Refusal(
        "reserved",
        N_("“{serial}” is held for {holder}. Choose another unit."),
        field="incoming.serial",
        serial=known.code,
        holder=", ".join(number for _, number in held_by) or "?",
        wanted=1,
        free=0,
        held_by=[Holder(subject, 1) for subject, _ in held_by],
    )


def _unit(plan: Plan, truth: Truth, incoming: Incoming, product: Any, source: Held) -> Unit:
    """The new unit as a lot of one, under its serial number or under its device's own."""
    if source.spot.serial:
        return Unit(LotRef(source.lot, product.pk, serial=True), DEVICE)
    if not late(product):
        return numbered(plan, truth, product.pk)
    if not incoming.serial:
        raise BadInput(
            "serials_wanted", N_("Give the serial number of the new unit."), field="incoming.serial"
        )
    known = truth.read["lots"].get((product.pk, same(incoming.serial)))
    if known is not None:
        if known.stands:
            raise _not_free(truth, product.pk, known)
        return Unit(LotRef(known.id, product.pk, serial=True), DEVICE)
    code = tidy(incoming.serial, field="incoming.serial", most=100)
    made = plan.create("ledger.Lot", product_id=product.pk, serial=True, code=code, code_key=same(code))
    return Unit(LotRef(made, product.pk, serial=True), DEVICE)


def _line(plan: Plan, truth: Truth, old: Leaving, product: Any) -> Id:
    """The new unit's own line: wanted and covered; at no price and never billed unless it is charged."""
    came_from = truth.read["lines"].get(old.row.line_id)
    wanted = old.swap.sheet
    sheet = wanted or (came_from.sheet_id if came_from is not None else None)
    document = truth.documents["demand.Sheet"].get(sheet) if sheet is not None else None
    if document is None or document.kind == "quote":
        raise BadInput("document_wanted", N_("Name the ticket or order for the new unit."), field="ticket")
    if document.organization_id != old.owner.organization:
        raise BadInput(
            "other_owner",
            N_("This document is of another customer. Choose one of this customer."),
            field="ticket",
        )
    if wanted is not None:
        require_open(truth.read["standing"].get(sheet))
    elif document.void_id is not None:
        raise BadInput("document_wanted", N_("Name the ticket or order for the new unit."), field="ticket")
    truth.read["last_position"] += 1
    (claim,) = demand.make_lines(
        plan,
        truth,
        [LineWish(product.pk, 1, unit_price_micro=None if old.swap.charge else 0)],
        sheet=document.pk,
        order=document.pk if document.kind == "order" else None,
        organization=old.owner.organization,
        site=old.owner.site,
        currency=document.currency,
        tax_included=document.tax_included,
        products=truth.products,
        came_from=[old.row.line_id],
        first_position=truth.read["last_position"],
    )
    bill = "to_bill" if old.swap.charge else "waived"
    demand.want(plan, truth.lot(product.pk), claim, 1, wish="covered", bill=bill)
    return claim
