"""Pure decisions about the lines of a document that stands: adding, changing, taking off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy, Words
from wharfinger.demand.rules import (
    LineWish,
    advance,
    bear,
    discounts,
    end,
    grouping,
    make_lines,
    offered,
    offering,
    route,
    taxes_of,
)
from wharfinger.demand.rules.discounts import Discount, worked_in
from wharfinger.demand.rules.kits import components, is_part, opened
from wharfinger.demand.rules.recurring import known_period
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Plan, Ref, Truth, fixed, spot

TAKEN = {
    "bin": N_("reserved"),
    "on_order": N_("on order"),
    "picked": N_("picked"),
    "container": N_("packed"),
    "in_transit": N_("shipped"),
    "customer": N_("delivered"),
    "rented": N_("on loan"),
    "quarantine": N_("set aside"),
    "transfer": N_("on its way"),
    "returns": N_("sent back to us"),
    "bench": N_("in repair"),
    "at_vendor": N_("at the vendor"),
    "drafted": N_("on a purchase order"),
    "invoiced": N_("invoiced"),
    "credited": N_("credited"),
}
"""What may stand against lowering or cancelling, by kind of place."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a document has been decided."""

    kind: str
    firm: bool
    """Whether its wishes are served and its bills may be invoiced."""
    closed_by: str = ""
    """The decision that ended it: won, lost, cancelled, completed or undone."""
    held: bool = False
    """Whether an order is on hold: nothing of it leaves until somebody ends that."""
    fulfilled: bool = False
    """Whether somebody marked an order as fulfilled: it takes more lines, and then is so no longer."""
    subject: str | None = None
    """How the journal names it, which says who ended it."""
    limited: int | None = None
    """Its customer, where their account is on hold or what they may owe is limited."""
    treated: tuple[int, int] | None = None
    """Its customer, and by which tax code they are taxed in place of a standard rate, where they are."""
    codes_end: bool = False
    """Whether there is a tax code that ends."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """What changes of a line; nothing stays as it is."""

    quantity: int | None = None
    unit: str | None = None
    """The unit in which it is said from now on, and in ``per`` its size; empty for the product's own."""
    per: int | None = None
    unit_price_micro: int | None = None
    """Before anything is taken off."""
    reprice: bool = True
    """Whether a price that nobody typed is offered anew for another quantity."""
    discount: Discount | None = None
    group: int | None = None
    """In which group of its quote it stands; 0 for none."""
    tax_code_id: int | None = None
    site_id: int | None = None
    description: str | None = None
    billable: bool | None = None
    promised_on: date | None = None
    every: str | None = None
    """Of what recurs: month, quarter or year; empty for what is asked for once."""
    own: Mapping[str, Any] | None = None
    """The own fields that change, by key."""
    option: str | None = None
    """What it is on a quote, and in ``instead_of`` the line to which it is an alternative."""
    instead_of: int | None = None
    taken: bool | None = None


_APART = (
    "quantity",
    "unit",
    "per",
    "unit_price_micro",
    "reprice",
    "discount",
    "group",
    "own",
    "option",
    "instead_of",
    "taken",
)
"""What of a change is decided about before it is written; the rest are columns."""


def require_open(standing: Standing | None) -> Standing:
    """The standing of a document that may still change; raises Refusal otherwise."""
    if standing is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    if standing.closed_by:
        sentences = {
            "won": N_("This quote is won; it stays as it was sent. Change the order instead."),
            "lost": N_("This quote is lost. Copy it to offer again."),
            "cancelled": N_("This document is cancelled. Re-open it, or make a new one."),
            "completed": N_("This work is completed. Undo that first."),
            "undone": N_("This document was undone. Make a new one."),
        }
        raise Refusal(standing.closed_by, sentences[standing.closed_by], subject=standing.subject)
    return standing


def plan_add(truth: Truth, *, sheet: int, wishes: Sequence[LineWish]) -> Plan:
    """Add lines to a document; on a firm one they are served at once."""
    plan = Plan()
    standing = require_open(truth.read["standing"].get(sheet))
    document = truth.document("demand.Sheet", sheet)
    lines = truth.read["lines"].values()
    offering.must_be_quoted(standing.kind, wishes)
    offering.must_stand_for(truth.read["lines"], wishes)
    first = max((line.position for line in lines), default=0) + 1
    order = sheet if standing.kind == "order" else None
    add(plan, truth, standing, wishes, document, order=order, site=truth.read["default_site"], first=first)
    plan.mention(document)
    return plan


def add(
    plan: Plan,
    truth: Truth,
    standing: Standing,
    wishes: Sequence[LineWish],
    document: Any,
    *,
    order: int | None,
    site: int | None,
    first: int,
    rest_of: Sequence[int] | None = None,
) -> list[Ref]:
    """Let lines be born on a document, kits opened; on a firm one they are served at once.

    order: the sales order that collects them; first: the position of the first. rest_of: the lines that these
    continue, which count for approval with the quantity that they had, and whose kits are open already.
    """
    if rest_of is None:
        wishes = opened(truth, wishes)
    claims = make_lines(
        plan,
        truth,
        wishes,
        sheet=document.pk,
        order=order,
        organization=document.organization_id,
        site=site,
        currency=document.currency,
        tax_included=document.tax_included,
        products=truth.read["products"],
        promised_on=document.promised_on,
        came_from=rest_of,
        first_position=first,
        grouped=grouping.grouped(truth, document),
    )
    more = [(w.product, w.quantity if rest_of is None else 0) for w in wishes]
    routes = _routes(truth, standing, more)
    for claim, wish in zip(claims, wishes, strict=True):
        to = routes.get(wish.product, "quoted")
        bill = None if not wish.billable else "to_bill" if standing.firm else "offered"
        bear(plan, truth, claim, wish.product, wish.quantity, to=to, bill=bill)
    ask_again(plan, truth, truth.read["lines"].values(), routes)
    return claims


def _routes(truth: Truth, standing: Standing, more: Sequence[tuple[int, int]]) -> dict[int, str]:
    """Where more of these products goes, judged with what the document wants of them already."""
    if not standing.firm:
        return {}
    lines = truth.read["lines"].values()
    wanted = {product for product, _ in more}
    here = [(line.product_id, line.quantity) for line in lines if line.product_id in wanted]
    return route(truth, [*here, *more], approved_of(lines))


def approved_of(lines: Iterable[Any]) -> dict[int, int]:
    """By product, up to which cost buying it for these lines was approved."""
    approved: dict[int, int] = {}
    for line in lines:
        if line.approved_minor is not None:
            approved[line.product_id] = approved.get(line.product_id, 0) + line.approved_minor
    return approved


def ask_again(plan: Plan, truth: Truth, lines: Iterable[Any], routes: dict[int, str]) -> None:
    """What waits to be ordered asks for approval too, once all lines of the product together need it."""
    for line in lines:
        if routes.get(line.product_id) == "to_approve":
            advance(plan, truth, line.pk, ("to_order",), "to_approve")


def plan_change(truth: Truth, *, line: int, change: LineChange) -> Plan:
    """Change a line: its quantity as far as nothing is covered or billed, its words at any time."""
    plan = Plan()
    row = _line(truth, line)
    if row.parent_id is not None:
        raise is_part(row)
    standing = require_open(truth.read["standing"].get(row.sheet_id))
    billed = truth.quantity_of(line, ("invoiced", "credited"))
    values = {
        k: getattr(change, k)
        for k in LineChange.__slots__
        if k not in _APART and getattr(change, k) is not None
    }
    known_period(change.every or "")
    quantity = row.quantity if change.quantity is None else change.quantity
    values |= _priced(truth, row, change, quantity, billed=bool(billed))
    values |= _grouped(truth, row, change, values["own_discount_micro"])
    priced = {"unit", "per", "unit_price_micro", "discount_micro", "discount_each_micro", "tax_code_id"}
    priced.add("billable")
    if billed and any(getattr(row, k) != v for k, v in values.items() if k in priced):
        raise Refusal(
            "invoiced",
            N_("This line is invoiced already, so its price stands. Credit it first."),
            field="unit_price",
            line=line,
        )
    billable = row.billable if change.billable is None else change.billable
    if quantity < row.quantity:
        _lower(plan, truth, row, row.quantity - quantity)
    elif quantity > row.quantity:
        _raise(plan, truth, row, quantity - row.quantity, standing, billable=row.billable and billable)
        # Whoever raises it asks for it, and so does not approve it.
        values["requested_by_id"] = truth.actor or row.requested_by_id
    if billable != row.billable:
        _bill_or_not(plan, truth, row, quantity, standing, billable=billable)
    for part in components(truth, line):
        goes = {name: values[name] for name in _WITH_ITS_KIT if name in values}
        if values["group_id"] != row.group_id:
            goes |= _grouped(truth, part, change, part.own_discount_micro)
        plan.change(part, quantity=quantity * part.ratio, **goes)
    values |= _offer(plan, truth, row, change, standing)
    plan.change(row, quantity=quantity, **values)
    owning.change(plan, truth, row, "line", change.own)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


_WITH_ITS_KIT = ("site_id", "promised_on", "requested_by_id")
"""What a kit's line says for its components too."""


def _grouped(truth: Truth, row: Any, change: LineChange, own_micro: int) -> dict[str, Any]:
    """In which group a line of a quote stands, and what is taken off it then in all."""
    document = truth.documents["demand.Sheet"][row.sheet_id]
    found = grouping.grouped(truth, document)
    wanted = row.group_id if change.group is None else change.group or None
    group, less = found.of(wanted, "group")
    return {"group_id": group, "discount_micro": worked_in(own_micro, less, found.whole_micro)}


def _offer(plan: Plan, truth: Truth, row: Any, change: LineChange, standing: Standing) -> dict[str, Any]:
    """What a line of a quote becomes: firm, optional or an alternative, and whether it is taken."""
    if change.option is None and change.taken is None:
        return {}
    if standing.kind != "quote":
        if not change.option and change.taken in (None, True):
            return {}
        raise BadInput(
            "not_on_a_quote", N_("Only lines of a quote are optional or alternatives."), field="option"
        )
    lines = truth.read["lines"]
    values: dict[str, Any] = {}
    taken: dict[int, bool] = {}
    if change.option is not None:
        instead_of = row.instead_of_id if change.instead_of is None else change.instead_of
        values, taken = offering.changed(lines, row, change.option, instead_of)
    if change.taken is not None and change.taken != taken.get(row.pk, row.taken):
        become = copy(row)
        for name, value in values.items():
            setattr(become, name, value)
        become.taken = taken.get(row.pk, row.taken)
        taken |= offering.chosen({**lines, row.pk: become}, become, change.taken)
    _take(plan, truth, {pk: on for pk, on in taken.items() if pk != row.pk})
    if row.pk in taken:
        for part in components(truth, row.pk):
            plan.change(part, taken=taken[row.pk])
        values["taken"] = taken[row.pk]
    return values


def _take(plan: Plan, truth: Truth, taken: Mapping[int, bool]) -> None:
    """Let other lines of a quote count, or not, with the components of kits among them."""
    for pk, on in taken.items():
        for one in (truth.read["lines"][pk], *components(truth, pk)):
            plan.change(one, taken=on)


def _priced(truth: Truth, row: Any, change: LineChange, quantity: int, *, billed: bool) -> dict[str, Any]:
    """The unit, discount and price of a changed line: typed, offered anew, or what was typed rescaled to the unit."""
    unit, per = (row.unit, row.per) if change.unit is None else (change.unit, change.per)
    values: dict[str, Any] = {"unit": unit, "per": per}
    product = truth.read["products"][row.product_id]
    price, less = discounts.before(row), discounts.of_line(row)
    if per != row.per:
        whole = 10**product.quantity_decimals
        price, each = (
            rounded(one * (per or whole), row.per or whole) for one in (price, row.discount_each_micro)
        )
        less = replace(less, each_micro=each)
    if change.unit_price_micro is not None:
        price = change.unit_price_micro
        values |= {"price_typed": True, "price_list_id": None, "price_from": None}
    elif (
        change.reprice and not row.price_typed and not billed and (quantity != row.quantity or per != row.per)
    ):
        taxes = taxes_of(truth, product, change.tax_code_id or row.tax_code_id, row.tax_included)
        offer = offered(truth, product, row.organization_id, quantity, unit, per, row.currency, taxes)
        price = offer.price_micro
        values |= {"price_list_id": offer.price_list, "price_from": offer.from_quantity or None}
    less = less if change.discount is None else change.discount
    return values | {
        "unit_price_micro": discounts.charged(price, less, row.currency, field="discount"),
        "own_discount_micro": less.share_micro,
        "discount_each_micro": less.each_micro,
    }


def _line(truth: Truth, line: int) -> Any:
    found = truth.read["lines"].get(line)
    if found is None:
        raise NotThere("no_such_line", N_("There is no such line."), field="line")
    return found


def _lower(plan: Plan, truth: Truth, row: Any, less: int) -> None:
    parts = components(truth, row.pk)
    for part in parts:
        _lower(plan, truth, part, less * part.ratio)
    open_units = (
        less if parts else truth.quantity_of(row.pk, ("quoted", "demand", "to_approve", "to_order", "ready"))
    )
    unbilled = truth.quantity_of(row.pk, ("offered", "to_bill")) if row.billable else less
    if open_units < less or unbilled < less:
        raise stands_against(truth, row, less, min(open_units, unbilled), field="quantity")
    left = less - advance(plan, truth, row.pk, ("quoted", "demand", "to_approve", "to_order"), "want", less)
    if left and not parts:
        for held in truth.of_claim(row.pk, ("ready",)):
            plan.move(held.spot, held.spot.at(fixed("provided")), left)
        advance(plan, truth, row.pk, ("covered",), "want", left)
    advance(plan, truth, row.pk, ("offered", "to_bill"), "bill", less)


def stands_against(truth: Truth, row: Any, wanted: int, free: int, *, field: str | None = None) -> Refusal:
    """Why so many units of a line cannot go: what is reserved, ordered, picked, sent or invoiced of it."""
    against = {kind: units for kind in TAKEN if (units := truth.quantity_of(row.pk, (kind,)))}
    return Refusal(
        "covered",
        N_("{wanted} less is asked for, but only {free} are open; the rest is {what}. Take that back."),
        field=field,
        wanted=wanted,
        free=free,
        product=row.product_id,
        line=row.pk,
        what=Words(TAKEN[kind] for kind in against),
        against=against,
        remedies=_ways(truth, row, against.keys()),
    )


def _ways(truth: Truth, row: Any, against: Iterable[str]) -> list[Remedy]:
    """How what stands against lowering a line is taken back: with it, or before it."""
    document = truth.documents["demand.Sheet"].get(row.sheet_id)
    if document is None or document.kind == "quote":
        return []
    kinds = set(against)
    home = row.order_id or row.sheet_id
    ways = [Remedy("amend", {"sheet": home})] if kinds and kinds <= WITH_IT else []
    return ways + ([Remedy("take_back", {"pk": home})] if kinds & {"customer", "in_transit"} else [])


WITH_IT = frozenset(("bin", "transfer", "drafted", "on_order"))
"""What of a line is given back in the same act in which it is lowered."""


def _raise(plan: Plan, truth: Truth, row: Any, more: int, standing: Standing, *, billable: bool) -> None:
    routes = _routes(truth, standing, [(row.product_id, more)])
    bill = None if not billable else "to_bill" if standing.firm else "offered"
    bear(plan, truth, row.pk, row.product_id, more, to=routes.get(row.product_id, "quoted"), bill=bill)
    ask_again(plan, truth, truth.read["lines"].values(), routes)
    for part in components(truth, row.pk):
        _raise(plan, truth, part, more * part.ratio, standing, billable=False)


def _bill_or_not(
    plan: Plan, truth: Truth, row: Any, quantity: int, standing: Standing, *, billable: bool
) -> None:
    if not billable:
        advance(plan, truth, row.pk, ("offered", "to_bill"), "bill")
        return
    missing = quantity - truth.quantity_of(row.pk, ("waived",))
    if missing > 0:
        source = spot(truth.lot(row.product_id), fixed("bill"), row.pk)
        plan.move(source, source.at(fixed("to_bill" if standing.firm else "offered")), missing)


def plan_remove(truth: Truth, *, line: int) -> Plan:
    """Take a line off its document; raises Refusal when any of it is covered or invoiced."""
    plan = Plan()
    row = _line(truth, line)
    if row.parent_id is not None:
        raise is_part(row)
    require_open(truth.read["standing"].get(row.sheet_id))
    _take(plan, truth, offering.removed(truth.read["lines"], row))
    for one in (row, *components(truth, line)):
        if truth.quantity_of(one.pk, tuple(TAKEN)):
            free = truth.quantity_of(one.pk, ("quoted", "demand", "to_approve", "to_order", "ready"))
            raise stands_against(truth, one, one.quantity, free)
        end(plan, truth, one)
        plan.change(one, removed_at=truth.now)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan
