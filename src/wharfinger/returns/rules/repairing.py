"""Pure decision about a repair: what went into it, what it cost, what is asked for it, and where the goods go then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import require_open
from wharfinger.demand.rules.discounts import NONE
from wharfinger.fulfilment.rules import late, mention_lines
from wharfinger.ledger.plan import Held, Id, PlaceRef, Plan, Truth, fixed, spot
from wharfinger.returns.rules import goods_of, places_of, rma_line_of, rma_of
from wharfinger.returns.rules.inspecting import decide, not_replaced
from wharfinger.stock.rules import choose, price_issues

IN_REPAIR = ("bench", "at_vendor")
THEN = ("", "send_back", "restock")
"""What becomes of goods at once when they are repaired; else they wait on the bench."""


@dataclass(frozen=True, slots=True)
class Part:
    """So many units of a product that went into a repair."""

    product: int
    quantity: int
    serials: tuple[str, ...] = ()
    unit_price_micro: int | None = None
    """What the customer pays for each; nothing where the warranty covers it."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done to units of a return's line."""

    rma_line: int
    quantity: int
    text: str
    serials: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    location: int | None = None
    """The place of the location that the parts are taken from."""
    vendor: int | None = None
    cost_minor: int = 0
    charge_micro: int | None = None
    """What the customer pays for the work; nothing where the warranty covers it."""
    service: int | None = None
    """The service by which the work is charged."""
    sheet: int | None = None
    """The document that parts and charge stand on; that of the goods, else the ticket, unless given."""
    then: str = ""
    bin: int | None = None
    """The place of the bin, where they are restocked."""


def plan_repair(truth: Truth, *, rma: int, done: Repaired) -> Plan:
    """Say that goods on the bench or at the vendor are repaired; parts leave stock for the customer in the same entry."""
    plan = Plan()
    row = rma_of(truth, rma)
    line = rma_line_of(truth, done.rma_line, "rma_line")
    if done.then not in THEN:
        raise BadInput("no_such_outcome", N_("There is no such outcome."), field="then")
    goods = _in_repair(truth, line, done)
    sheet = _document(truth, row, line, done)
    if done.vendor is not None and done.vendor not in truth.read["vendors"]:
        raise BadInput("no_such_vendor", N_("There is no such vendor."), field="vendor")
    claims = _lines(plan, truth, row, line, done, sheet)
    repair = plan.create(
        "returns.Repair",
        rma_line_id=line.pk,
        lot_id=goods[0][0].lot if len(goods) == 1 and goods[0][0].spot.serial else None,
        quantity=done.quantity,
        vendor_id=done.vendor,
        sheet_id=sheet.pk if sheet is not None else None,
        cost_minor=done.cost_minor,
        charge_id=claims[-1] if done.charge_micro is not None else None,
        text=done.text,
    )
    for claim in claims[: len(done.parts)]:
        plan.create("returns.RepairPart", repair_id=repair, line_id=claim)
    price_issues(plan, truth, lambda product: truth.products[product].cost_method)
    _onward(plan, truth, row, line, done, goods)
    plan.mention(row, *([sheet] if sheet is not None else []))
    mention_lines(plan, truth)
    return plan


def _in_repair(truth: Truth, line: Any, done: Repaired) -> list[tuple[Held, int]]:
    found = goods_of(truth, line, IN_REPAIR, done.serials)
    at_hand = sum(h.quantity for h in found)
    if at_hand < done.quantity:
        raise Refusal(
            "not_in_repair",
            N_("{wanted} repaired, but only {free} of this line are on the bench or at the vendor."),
            field="quantity",
            wanted=done.quantity,
            free=at_hand,
            product=line.product_id,
        )
    chosen, left = [], done.quantity
    for held in found:
        units = min(left, held.quantity)
        if units:
            chosen.append((held, units))
            left -= units
    return chosen


def _document(truth: Truth, row: Any, line: Any, done: Repaired) -> Any:
    """The document that parts and charge stand on; none where there is neither and none is known."""
    old = truth.read["lines"].get(line.line_id)
    named = done.sheet or (old.sheet_id if old is not None else row.ticket_id)
    sheet = truth.documents["demand.Sheet"].get(named)
    needed = bool(done.parts) or done.charge_micro is not None
    if sheet is None or sheet.kind == "quote":
        if needed or done.sheet is not None:
            raise BadInput(
                "document_wanted",
                N_("Name the ticket or order on which parts and charge stand."),
                field="ticket",
            )
        return None
    if sheet.organization_id != row.organization_id:
        raise BadInput(
            "other_owner",
            N_("This document is of another customer. Choose one of the customer whose goods these are."),
            field="ticket",
        )
    if needed:
        try:
            require_open(truth.read["standing"].get(sheet.pk))
        except Refusal as refusal:
            refusal.field = "ticket"
            raise
    return sheet


def _lines(plan: Plan, truth: Truth, row: Any, line: Any, done: Repaired, sheet: Any) -> list[Id]:
    """The lines of the parts, each handed over to the customer, and last that of the work, where it is charged."""
    wishes = [_wish(truth, part, n) for n, part in enumerate(done.parts)]
    if done.charge_micro is not None:
        service = truth.products.get(done.service or 0)
        if service is None or service.kind != "service":
            raise BadInput("no_such_service", N_("Choose a service for the work."), field="service")
        wishes.append(
            LineWish(
                service.pk,
                10**service.quantity_decimals,
                unit_price_micro=done.charge_micro,
                discount=NONE,
                description=done.text,
            )
        )
    if not wishes:
        return []
    site = _site(truth, row, line)
    claims = demand.make_lines(
        plan,
        truth,
        wishes,
        sheet=sheet.pk,
        order=sheet.pk if sheet.kind == "order" else None,
        organization=row.organization_id,
        site=site.pk,
        currency=sheet.currency,
        tax_included=sheet.tax_included,
        products=truth.products,
        came_from=[line.line_id] * len(wishes),
        first_position=truth.read["last_positions"].get(sheet.pk, 0) + 1,
    )
    there = PlaceRef(site.place_id, "customer")
    for n, (part, claim) in enumerate(zip(done.parts, claims, strict=False)):
        loose = truth.lot(part.product)
        paid = part.unit_price_micro is not None
        demand.want(plan, loose, claim, part.quantity, wish="covered", bill="to_bill" if paid else "waived")
        for held, units in _chosen(truth, part, done.location, places_of(truth, row).location, n):
            plan.move(held.spot, held.spot.for_claim(claim).at(there), units)
    if done.charge_micro is not None:
        work, claim = wishes[-1], claims[-1]
        loose = truth.lot(work.product)
        demand.want(plan, loose, claim, work.quantity, wish="covered", bill="to_bill")
        ready = spot(loose, fixed("ready"), claim)
        plan.move(ready.at(fixed("provided")), ready, work.quantity)
        plan.move(ready, ready.at(there), work.quantity)
    return list(claims)


def _wish(truth: Truth, part: Part, n: int) -> LineWish:
    product = truth.products.get(part.product)
    if product is None or product.kind in ("service", "kit"):
        raise BadInput(
            "no_such_product",
            N_("Choose goods: a service or a kit is no part."),
            field=f"parts.{n}.product",
        )
    return LineWish(part.product, part.quantity, unit_price_micro=part.unit_price_micro or 0, discount=NONE)


def _chosen(truth: Truth, part: Part, location: int | None, first: int, n: int) -> list[tuple[Held, int]]:
    """The units of a part: of the location that is named, else of that of the return before others."""
    lots = []
    for code in part.serials:
        known = truth.read["lots"].get((part.product, same(code)))
        if known is None:
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is not on record for this product. Check the number."),
                field=f"parts.{n}.serials",
                serial=code,
            )
        lots.append(known.id)
    product = truth.products[part.product]
    if (
        product.traced == "serial"
        and not late(product)
        and len(lots) * 10**product.quantity_decimals != part.quantity
    ):
        raise BadInput(
            "serials_differ",
            N_("{wanted} units, but {given} serial numbers. Give one for each unit."),
            field=f"parts.{n}.serials",
            wanted=part.quantity,
            given=len(lots),
            product=part.product,
        )
    return choose(
        truth.free,
        part.product,
        part.quantity,
        location=location,
        lots=lots,
        channels=truth.read["channels"],
        fresh_on=truth.today,
        first=first,
        field=f"parts.{n}.quantity",
    )


def _site(truth: Truth, row: Any, line: Any) -> Any:
    """The site that the goods came from, else the customer's first."""
    came = next(
        (site for (_lot, claim), site in truth.read["came_from"].items() if claim == (line.line_id or 0)),
        None,
    )
    site = came or truth.read["home_sites"].get(row.organization_id)
    if site is None:
        raise Refusal("no_site", N_("This customer has no site to which goods could go. Add one first."))
    return site


def _onward(
    plan: Plan, truth: Truth, row: Any, line: Any, done: Repaired, goods: Sequence[tuple[Held, int]]
) -> None:
    """Let repaired goods go where they are to go; what comes from a vendor and goes nowhere waits on our bench."""
    places = places_of(truth, row)
    if done.then == "send_back":
        not_replaced(truth, line, done.quantity, "then")
    for held, units in goods:
        if done.then:
            decide(plan, truth, held.spot, units, done.then, places, done.bin, "")
        elif held.kind == "at_vendor":
            plan.move(held.spot, held.spot.at(places.bench), units)
