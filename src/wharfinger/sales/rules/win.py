"""Pure decisions about winning: what a quote's lines become, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from wharfinger.base.refusal import N_, NotThere, Refusal, Remedy
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish, discounts, kits
from wharfinger.demand.rules.amend import approved_of, ask_again, require_open
from wharfinger.ledger.plan import Id, Plan, Truth, fixed, spot
from wharfinger.sales.rules.holds import lapsed_holds, still_free
from wharfinger.sales.rules.orders import NUMBER
from wharfinger.sales.rules.quotes import open_quote
from wharfinger.work.rules import NUMBERS


@dataclass(frozen=True, slots=True)
class Into:
    """The ticket, project, contract or job on which a won quote is charged; a new one where none is named."""

    kind: str
    work_order: int | None = None


def plan_win(
    truth: Truth,
    *,
    quote: int,
    into: Into | None,
    each: Mapping[int, Into | None] = MappingProxyType({}),
    anyway: bool = False,
) -> Plan:
    """Win a quote: its lines live on as lines of the order or as charges, and take over wish, hold and bill.

    Exactly one sales order is made when a product is quoted, none where only services are; services
    without an order are charged on a new ticket where nothing else is named. What is not taken ends.

    each: of lines that go elsewhere than the rest, where to; what is in a kit goes with it, and of each kind
    one new work order is made. anyway: whether somebody said yes to a quote that has expired.
    """
    plan = Plan()
    row = open_quote(truth, quote)
    sheet = truth.document("demand.Sheet", quote)
    if row.expires_on < truth.today and not anyway:
        raise Refusal(
            "quote_expired",
            N_("{number} expired on {day}. Win it all the same, or give it a later day."),
            field="anyway",
            number=sheet.number,
            day=row.expires_on.isoformat(),
            remedies=[Remedy("win", {"anyway": True})],
        )
    lines = list(truth.read["lines"].values())
    products = truth.read["products"]
    if not lines:
        raise Refusal("no_lines", N_("This quote has no lines yet. Add at least one."))
    for line in (line for line in lines if not line.taken):
        demand.end(plan, truth, line)
    lines = [line for line in lines if line.taken]
    if not lines:
        raise Refusal("nothing_taken", N_("Nothing of this quote is taken. Say first which lines are."))
    goods = any(products[line.product_id].kind != "service" for line in lines)
    order = _order(plan, truth, sheet, quote) if goods else None
    homes = _homes(truth, into, each, alone=None if goods else Into("ticket"))
    made: dict[int, Id] = {}
    for home in dict.fromkeys(homes[line.pk] for line in lines):
        going = [line for line in lines if homes[line.pk] == home]
        work = _work_order(plan, truth, sheet, home) if home is not None else order
        assert work is not None
        claims = demand.make_lines(
            plan,
            truth,
            _as_wishes(going),
            sheet=work,
            order=order,
            organization=sheet.organization_id,
            site=None,
            currency=sheet.currency,
            tax_included=sheet.tax_included,
            products=products,
            came_from=[line.pk for line in going],
            first_position=truth.read["last_position"].get(home and home.work_order, 0) + 1,
        )
        if order is not None and home is not None:
            _services_stay_off_the_order(plan, going, products)
        made |= {line.pk: claim for claim, line in zip(claims, going, strict=True)}
    theirs = {(home.work_order, line.product_id) for line in lines if (home := homes[line.pk]) is not None}
    charged = [line for line in truth.read["charged"] if (line.sheet_id, line.product_id) in theirs]
    both = [(line.product_id, line.quantity) for line in (*charged, *lines)]
    routes = demand.route(truth, both, approved_of(charged))
    ask_again(plan, truth, charged, routes)
    lapsed = lapsed_holds(truth)
    for line in lines:
        _pass_on(plan, truth, line, made[line.pk], routes[line.product_id], lapsed.get(line.pk, ()))
    plan.change(row, won_at=truth.now)
    _win_opportunity(plan, truth)
    plan.mention(("quote", quote))
    return plan


def _homes(
    truth: Truth, into: Into | None, each: Mapping[int, Into | None], *, alone: Into | None
) -> dict[int, Into | None]:
    """Where each line goes; alone: what stands for the order where none is made."""
    lines = truth.read["lines"]
    for n, pk in enumerate(each):
        if pk not in lines:
            raise NotThere("no_such_line", N_("There is no such line here."), field=f"lines.{n}.line")
        if lines[pk].parent_id is not None:
            raise kits.is_part(lines[pk])
    chosen = {pk: each.get(line.parent_id or pk, into) for pk, line in lines.items()}
    return {pk: alone if home is None else home for pk, home in chosen.items()}


def _as_wishes(lines: Sequence[Any]) -> list[LineWish]:
    """The same once more; a component stays its kit's."""
    at = {line.pk: n for n, line in enumerate(lines)}
    return [as_wish(line, at.get(line.parent_id)) for line in lines]


def as_wish(line: Any, kit: int | None) -> LineWish:
    """A line as it is asked for where another continues it; kit: where among the wishes its kit stands."""
    return LineWish(
        line.product_id,
        line.quantity,
        unit=line.unit,
        per=line.per,
        unit_price_micro=discounts.before(line),
        offered=not line.price_typed,
        price_list=line.price_list_id,
        price_from=line.price_from,
        discount=discounts.in_all(line),
        tax_code=line.tax_code_id,
        tax_included=line.tax_included,
        site=line.site_id,
        description=line.description,
        billable=line.billable,
        promised_on=line.promised_on,
        every=line.every,
        kept=line.own,
        kit=kit,
        ratio=line.ratio,
    )


def _sheet(plan: Plan, truth: Truth, quoted: Any, kind: str, number: Any) -> Id:
    return plan.create(
        "demand.Sheet",
        kind=kind,
        number=number,
        title=quoted.title,
        organization_id=quoted.organization_id,
        contact_id=quoted.contact_id,
        owner_id=quoted.owner_id,
        currency=quoted.currency,
        tax_included=quoted.tax_included,
        customer_reference=quoted.customer_reference,
        ordered_on=truth.effective_on,
        promised_on=quoted.promised_on,
        location_id=quoted.location_id,
        discount_micro=0,
    )


def _order(plan: Plan, truth: Truth, quoted: Any, quote: int) -> Id:
    sheet = _sheet(plan, truth, quoted, "order", NUMBER)
    plan.create("sales.Order", sheet_id=sheet, quote_id=quote, confirmed_at=truth.now)
    plan.mention(("order", sheet))
    return sheet


def _work_order(plan: Plan, truth: Truth, quoted: Any, into: Into) -> Id:
    if into.work_order is None:
        sheet = _sheet(plan, truth, quoted, into.kind, NUMBERS[into.kind])
        plan.create("work.WorkOrder", sheet_id=sheet, lead_id=quoted.owner_id)
        plan.mention(("work_order", sheet))
        return sheet
    found = truth.documents["demand.Sheet"].get(into.work_order)
    if found is None or found.kind != into.kind:
        raise NotThere(
            "no_such_work_order", N_("There is no such ticket, project, contract or job."), field="into"
        )
    require_open(truth.read["standing"].get(found.pk))
    if found.organization_id != quoted.organization_id:
        raise Refusal(
            "other_organization",
            N_("{number} belongs to another customer. Choose one of the quote's own."),
            field="into",
            number=found.number,
        )
    if found.currency != quoted.currency:
        raise Refusal(
            "other_currency",
            N_("{number} is in {currency}. Choose one in the quote's currency."),
            field="into",
            number=found.number,
            currency=found.currency,
        )
    plan.mention(found)
    return int(found.pk)


def _services_stay_off_the_order(plan: Plan, lines: Sequence[Any], products: dict[int, Any]) -> None:
    """The order collects goods; a service is charged where the work is."""
    for made, line in zip(plan.creates["demand.Line"][-len(lines) :], lines, strict=True):
        if products[line.product_id].kind == "service":
            made["order_id"] = None


def _pass_on(plan: Plan, truth: Truth, line: Any, claim: Id, to: str, lapsed: Sequence[Any]) -> None:
    """Let the new line take over what the quote's line held and wanted; the quote's own ends."""
    loose = truth.lot(line.product_id)
    held = 0
    for one in truth.of_claim(line.pk, demand.HELD):
        plan.move(one.spot, one.spot.for_claim(claim), one.quantity)
        held += one.quantity
    for gone in lapsed:
        for free, part in still_free(truth, gone):
            plan.move(free.spot, free.spot.for_claim(claim), part)
            held += part
    demand.advance(plan, truth, line.pk, ("covered", "quoted"), "dropped")
    demand.advance(plan, truth, line.pk, ("offered",), "waived")
    demand.end_hold(plan, truth, line.pk)
    if line.billable:
        plan.move(spot(loose, fixed("bill"), claim), spot(loose, fixed("to_bill"), claim), line.quantity)
    if held:
        demand.want(plan, loose, claim, held, wish="covered", bill=None)
    if held < line.quantity:
        demand.bear(plan, truth, claim, line.product_id, line.quantity - held, to=to, bill=None)


def _win_opportunity(plan: Plan, truth: Truth) -> None:
    opportunity = truth.read["opportunity"]
    if opportunity.won_at is None:
        if opportunity.lost_at is not None:
            plan.change(opportunity, lost_at=None, lost_reason="")
        plan.change(opportunity, won_at=truth.now)
    plan.mention(opportunity)
