"""Pure decisions about goods that arrive: by an RMA, more or less or other than asked for, or without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same
from wharfinger.billing.rules.keeping_back import Kept, keep_back
from wharfinger.demand.rules import kits
from wharfinger.devices.rules import WITH_CUSTOMER
from wharfinger.fulfilment.rules import mention_lines
from wharfinger.ledger.plan import Id, Plan, Truth
from wharfinger.returns.rules import OUTCOMES, Goods, make, make_line, places_of, rma_line_of, rma_of, take
from wharfinger.returns.rules.allowed import Overruling, check_approved
from wharfinger.returns.rules.charging import credit_what_came
from wharfinger.returns.rules.inspecting import decide
from wharfinger.returns.rules.requesting import (
    Asked,
    Told,
    all_known,
    asked_once,
    checked,
    home_of,
    price_paid,
)
from wharfinger.returns.rules.settling import give_credit


@dataclass(frozen=True, slots=True)
class Arrived:
    """Units that arrived: of a line of the RMA, or other goods that came along."""

    quantity: int
    rma_line: int | None = None
    serials: tuple[str, ...] = ()
    line: int | None = None
    """Of goods that were not asked for."""
    product: int | None = None
    """Of goods that were not asked for, where nobody says by which line the customer got them."""
    outside: bool = False
    """Whether they are taken although the customer never had so many of the product from us."""
    row: int | None = None
    """Which row of what arrived this is a part of, where it is one."""


@dataclass(frozen=True, slots=True)
class Returned:
    """Goods that come back without an RMA, and what becomes of them at once."""

    asked: Asked
    serials: tuple[str, ...] = ()
    outcome: str = ""
    """Restock, scrap and the like; without one they wait to be inspected."""
    bin: int | None = None
    credit: bool = True
    row: int | None = None
    """Which row of what was asked for this is a part of, where it is one."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What one customer brings back."""

    organization: int
    items: tuple[Returned, ...]
    location: int | None = None
    reason: str = ""
    overrule: str = ""
    """Why it comes back although the rules refuse it."""


def plan_receive(truth: Truth, *, rma: int, items: Sequence[Arrived], charged: bool = False) -> Plan:
    """Take goods of an RMA in; they wait for inspection. What was not asked for gets a line of its own.

    charged: whether units that left first are charged, which is taken back for those whose old ones come now.
    """
    plan = Plan()
    row = rma_of(truth, rma)
    check_approved(row)
    places = places_of(truth, row)
    born: set[tuple[int, int | None]] = set()
    for at, item in enumerate(items):
        n = at if item.row is None else item.row
        if item.rma_line is not None:
            line = rma_line_of(truth, item.rma_line, f"lines.{n}.rma_line")
            repair, stranger = line.type == "repair", item.outside and line.line_id is None
            goods = Goods(line.product_id, line.line_id, line.lot_id, item.serials, repair, stranger)
        else:
            goods = _along(plan, truth, rma, row.organization_id, item, born, n)
        take(plan, truth, goods, item.quantity, places.returns, f"lines.{n}.quantity")
    if charged:
        arrived: dict[int, int] = {}
        for item in items:
            if item.rma_line is not None:
                arrived[item.rma_line] = arrived.get(item.rma_line, 0) + item.quantity
        credit_what_came(plan, truth, arrived, row.number)
    plan.mention(row, ("organization", row.organization_id))
    mention_lines(plan, truth)
    return plan


def _along(
    plan: Plan,
    truth: Truth,
    rma: int,
    organization: int,
    item: Arrived,
    born: set[tuple[int, int | None]],
    n: int,
) -> Goods:
    """Goods that were not asked for, on a line of their own; all of one product and sale on the same."""
    line = truth.read["lines"].get(item.line)
    if item.line is not None and (line is None or line.organization_id != organization):
        raise BadInput("no_such_line", N_("This customer has no such line."), field=f"lines.{n}.line")
    if line is None and not item.product:
        raise BadInput(
            "line_wanted",
            N_("Name the line of the RMA, or the line these goods were sold by."),
            field=f"lines.{n}.rma_line",
        )
    if line is None and not item.serials and not item.outside:
        raise Refusal(
            "never_had",
            N_(
                "{wanted} of these the customer never had from us. Give their serial numbers, or say that they are "
                "not from us: then they wait for a decision."
            ),
            field=f"lines.{n}.quantity",
            wanted=item.quantity,
            product=item.product,
        )
    product = line.product_id if line is not None else item.product
    assert product is not None
    for one in truth.documents["returns.RmaLine"].values():
        if (
            one.void_id is None
            and one.product_id == product
            and one.line_id == item.line
            and one.lot_id is None
        ):
            raise BadInput(
                "on_the_rma", N_("These goods stand on the RMA. Receive them there."), field=f"lines.{n}.line"
            )
    goods = Goods(product, item.line, None, item.serials, outside=item.outside and line is None)
    if (product, item.line) not in born:
        born.add((product, item.line))
        last = max((one.position for one in truth.documents["returns.RmaLine"].values()), default=0)
        make_line(plan, rma, last + len(born), goods)
    return goods


def plan_return(truth: Truth, *, brought: Brought, may_credit: bool, kept: Sequence[Kept] = ()) -> Plan:
    """Take goods back without an RMA; restocked and credited in the same entry where the person says so.

    What is billed of them is credited unless somebody declines that with a reason, less what is kept of the credit.
    """
    plan = Plan()
    _bring_back(plan, truth, brought, may_credit)
    keep_back(plan, truth, kept)
    mention_lines(plan, truth)
    return plan


def plan_returns(truth: Truth, *, brought: Sequence[Brought], may_credit: bool) -> Plan:
    """Take back what several customers bring, each by a return of its own, in one entry."""
    plan = Plan()
    for n, one in enumerate(brought):
        try:
            _bring_back(plan, truth, one, may_credit)
        except Refusal as refusal:
            refusal.field = f"returns.{n}.{refusal.field}"
            raise
    mention_lines(plan, truth)
    return plan


def any_of_them(item: Returned) -> bool:
    """Whether an item names but its product, so that the lines by which the customer got it are sought."""
    asked = item.asked
    return (
        asked.product is not None
        and asked.line is None
        and asked.device is None
        and asked.lot is None
        and not asked.serial
        and not item.serials
    )


def spread(items: Sequence[Returned], bought: dict[int, list[list[int]]]) -> list[Returned]:
    """Items that name but their product, as parts of the lines by which the customer got it.

    bought: by product the lines and how many of each the customer still has, in the order in which they are
    taken; what is taken is taken from there, so that the next item finds the rest.
    """
    found: list[Returned] = []
    for n, item in enumerate(items):
        if not any_of_them(item):
            found.append(replace(item, row=n))
            continue
        left = item.asked.quantity
        for one in bought.get(item.asked.product or 0, ()):
            units = min(left, one[1])
            if units > 0:
                asked = replace(item.asked, line=one[0], quantity=units, outside=False)
                found.append(replace(item, asked=asked, row=n))
                one[1] -= units
                left -= units
        if left or item.asked.quantity <= 0:
            found.append(replace(item, asked=replace(item.asked, quantity=left), row=n))
    return found


def opened(
    items: Sequence[Returned],
    parts: Mapping[int, Sequence[tuple[int, int]]],
    units: Mapping[tuple[int, str], int],
) -> list[Returned]:
    """What comes back line by line; of a kit's line each of its components, with those numbers that are its own.

    parts: the lines of a kit's components, and how many of each go into one; units: of which of them each number is.
    """
    found: list[Returned] = []
    for n, item in enumerate(items):
        row, kit = (n if item.row is None else item.row), item.asked.line or 0
        if kit in parts:
            all_known(kit, (*item.serials, item.asked.serial), units, f"lines.{row}.serials")
        for line, ratio in parts.get(kit, ()):
            asked = replace(
                item.asked,
                line=line,
                quantity=item.asked.quantity * ratio,
                serial=item.asked.serial if units.get((kit, same(item.asked.serial))) == line else "",
            )
            theirs = tuple(code for code in item.serials if units.get((kit, same(code))) == line)
            found.append(replace(item, asked=asked, serials=theirs, row=row))
        if item.asked.line not in parts:
            found.append(replace(item, row=row))
    return found


def _bring_back(plan: Plan, truth: Truth, brought: Brought, may_credit: bool) -> None:
    items, organization = brought.items, brought.organization
    asked = [item.asked for item in items]
    overruling = Overruling(brought.overrule)
    rows = [n if item.row is None else item.row for n, item in enumerate(items)]
    allowed = [
        replace(found, serials=item.serials or found.serials)
        for n, item in zip(rows, items, strict=True)
        for found in [checked(truth, organization, item.asked, n, overruling)]
    ]
    made, places = make(
        plan,
        truth,
        organization=organization,
        location=brought.location or home_of(truth, asked),
        authorized=False,
        **overruling.born(truth),
    )
    seen: set[Told] = set()
    for position, (n, item, goods) in enumerate(zip(rows, items, allowed, strict=True), start=1):
        if item.outcome and (item.outcome not in OUTCOMES or item.outcome == "send_back"):
            raise BadInput("no_such_outcome", N_("There is no such outcome."), field=f"lines.{n}.outcome")
        spots = take(plan, truth, goods, item.asked.quantity, places.returns, f"lines.{n}.quantity")
        lot: Id | None = spots[0][0].lot if len(spots) == 1 and spots[0][0].serial else None
        asked_once(seen, goods, lot, n)
        credited = _credit(plan, truth, goods, item, n, reason=brought.reason, may_credit=may_credit)
        make_line(
            plan,
            made,
            position,
            goods,
            lot=lot,
            device_id=item.asked.device or _device_at(truth, lot),
            quantity=item.asked.quantity,
            type=item.asked.type,
            reason=item.asked.reason,
            credit_minor=price_paid(truth, goods, item.asked.quantity),
            settled_quantity=item.asked.quantity if credited else 0,
            answer=credited,
        )
        if item.outcome:
            for source, units in spots:
                decide(plan, truth, source, units, item.outcome, places, item.bin, f"lines.{n}")


def _device_at(truth: Truth, lot: Id | None) -> int | None:
    device = truth.read["devices"].get(lot)
    return device.pk if device is not None else None


def _credit(
    plan: Plan, truth: Truth, goods: Goods, item: Returned, n: int, *, reason: str, may_credit: bool
) -> str:
    """Credit what is billed of the goods; the answer that is written on the return's line."""
    if goods.line is None or item.asked.type != "return":
        return ""
    whole = kits.billed(truth, goods.line, item.asked.quantity, WITH_CUSTOMER)
    billed = truth.quantity_of(whole.line, ("invoiced", "to_bill", "offered"))
    if not item.credit:
        if billed and not (reason or item.asked.reason):
            raise BadInput(
                "reason_wanted", N_("Say why these goods are not credited."), field=f"lines.{n}.reason"
            )
        return "none"
    part = whole.line != goods.line
    units = item.asked.quantity if part and whole.units else 0 if part else min(billed, item.asked.quantity)
    if not units:
        return ""
    give_credit(
        plan,
        truth,
        goods.line,
        units,
        reason=reason or item.asked.reason,
        may_credit=may_credit,
        field=f"lines.{n}.quantity",
    )
    return "credit"
