"""Pure decisions about lines: how a wish is made, covered, given back, and how goods pass between claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_, Refusal
from wharfinger.catalog.rules.families import full_name
from wharfinger.catalog.rules.validity import in_effect, latest
from wharfinger.demand.rules import discounts
from wharfinger.demand.rules.discounts import ALONE, NONE, Discount, Grouped, worked_in
from wharfinger.demand.rules.recurring import known_period
from wharfinger.ledger import owning
from wharfinger.ledger.chart import OPEN_WISHES
from wharfinger.ledger.plan import Held, Id, LotRef, Plan, Ref, Spot, Truth, fixed, spot
from wharfinger.pricing.rules import Money, Offer, Taxes, default_price
from wharfinger.stock.rules import sum_by

COVER_ORDER = ("demand", "to_order", "to_approve", "quoted")
"""From which wishes goods at hand are covered first."""
HELD = ("bin", "transfer", "on_order")
"""Where goods stand that a line only reserved: on a shelf, on their way to another location, or with a vendor."""


@dataclass(frozen=True, slots=True)
class LineWish:
    """A line as a person asks for it. quantity in the product's smallest unit, price of its unit at 10⁻⁶."""

    product: int
    quantity: int
    unit_price_micro: int | None = None
    """Before anything is taken off; without it the price that is offered: by a price list, or the product's."""
    discount: Discount | None = NONE
    """What is taken off it; nothing said, what the customer is granted."""
    group: int | None = None
    """On a quote that begins: where among its groups the one is in which it stands; on one that stands its id."""
    tax_code: int | None = None
    tax_included: bool | None = None
    """Whether its price includes its taxes; as its document says where nobody does."""
    site: int | None = None
    description: str = ""
    billable: bool = True
    promised_on: date | None = None
    kit: int | None = None
    """Of a component: where among the wishes its kit stands."""
    ratio: int | None = None
    """Of a component: how many units of it go into one of its kit."""
    unit: str = ""
    """The further unit in which it is said, and in ``per`` its size in the product's smallest unit."""
    per: int | None = None
    offered: bool = False
    """Whether the price was offered to the line that this one continues, and in ``price_list`` by which list."""
    price_list: int | None = None
    price_from: int | None = None
    """From which quantity on that list asks so."""
    every: str = ""
    """Of what recurs: month, quarter or year."""
    own: Mapping[str, Any] | None = None
    """The values of own fields as somebody gives them; nobody is asked for any without it."""
    kept: Mapping[str, Any] | None = None
    """The own values of the line that this one continues."""
    option: str = ""
    """On a quote: optional, or an alternative to a line; empty for what is firm."""
    instead: int | None = None
    """Of an alternative: where among the wishes the line stands to which it is one,"""
    instead_of: int | None = None
    """or that line, where it is there already."""
    taken: bool | None = None
    """Whether it counts; without it what is firm does."""


def make_lines(
    plan: Plan,
    truth: Truth,
    wishes: Sequence[LineWish],
    *,
    sheet: Id,
    order: Id | None,
    organization: int,
    site: int | None,
    currency: str,
    tax_included: bool,
    products: dict[int, Any],
    promised_on: date | None = None,
    came_from: Sequence[int | None] | None = None,
    first_position: int = 1,
    at: str = "",
    grouped: Grouped = ALONE,
) -> list[Ref]:
    """Make the lines of a document, each with the claim that is its primary key; nothing is wanted yet.

    tax_included: whether its prices include taxes. at: where the document stands in what was sent, as refusals
    name its lines: ``sales.1.``. grouped: the groups that the lines may name, and what is taken off the whole.
    """
    claims: list[Ref] = []
    n = -1
    for position, wish in enumerate(wishes):
        n += wish.kit is None
        product = products.get(wish.product)
        if product is None:
            raise Refusal("no_such_product", N_("There is no such product."), field=f"{at}lines.{n}.product")
        if product.retired_on is not None and not came_from:
            raise Refusal(
                "product_retired",
                N_("{sku} is no longer sold. Choose another product."),
                field=f"{at}lines.{n}.product",
                sku=product.sku,
            )
        if not came_from:
            in_effect(product, truth.effective_on, field=f"{at}lines.{n}.product")
        included = tax_included if wish.tax_included is None else wish.tax_included
        code = taxed_by(truth, product, wish.tax_code, organization)
        if not came_from:
            code = _in_force(truth, code, f"{at}lines.{n}.tax_code")
        at_price = f"{at}lines.{n}.unit_price"
        offer = _offer(truth, product, wish, organization, currency, included, code, at_price)
        less = _discount(truth, wish, organization)
        group, off = grouped.of(wish.group, f"{at}lines.{n}.group")
        claim = plan.create("ledger.Claim", hold_until=None)
        plan.create(
            "demand.Line",
            claim_id=claim,
            sheet_id=sheet,
            order_id=order,
            came_from_id=came_from[position] if came_from else None,
            parent_id=None if wish.kit is None else claims[wish.kit],
            ratio=wish.ratio,
            position=first_position + position,
            product_id=wish.product,
            description=wish.description or full_name(product),
            organization_id=organization,
            site_id=wish.site or site,
            quantity=wish.quantity,
            unit=wish.unit,
            per=wish.per,
            unit_price_micro=discounts.charged(
                offer.price_micro, less, currency, field=f"{at}lines.{n}.discount"
            ),
            discount_each_micro=less.each_micro,
            price_typed=wish.unit_price_micro is not None and not wish.offered,
            price_list_id=offer.price_list,
            price_from=offer.from_quantity or None,
            own_discount_micro=less.share_micro,
            discount_micro=worked_in(less.share_micro, off, grouped.whole_micro),
            group_id=group,
            tax_code_id=code,
            currency=currency,
            tax_included=included,
            billable=wish.billable,
            promised_on=wish.promised_on or promised_on,
            removed_at=None,
            requested_by_id=truth.actor,
            option=wish.option,
            instead_of_id=wish.instead_of if wish.instead is None else claims[wish.instead],
            every=known_period(wish.every, f"{at}lines.{n}.every"),
            taken=_taken(wish if wish.kit is None else wishes[wish.kit]),
            own=_own(truth, wish, f"{at}lines.{n}.own"),
        )
        claims.append(claim)
    return claims


def _discount(truth: Truth, wish: LineWish, organization: int) -> Discount:
    if wish.discount is not None:
        return wish.discount
    return Discount(truth.read["granted"].get(organization, 0))


def _taken(wish: LineWish) -> bool:
    return not wish.option if wish.taken is None else wish.taken


def _own(truth: Truth, wish: LineWish, at: str) -> dict[str, Any]:
    if wish.own is None:
        return dict(wish.kept or {})
    return owning.born(truth, "line", wish.own, at=at)


def _offer(
    truth: Truth,
    product: Any,
    wish: LineWish,
    organization: int,
    currency: str,
    included: bool,
    tax_code: int,
    field: str,
) -> Offer:
    if wish.unit_price_micro is not None:
        return Offer(wish.unit_price_micro, wish.price_list, wish.price_from or 0)
    return offered(
        truth,
        product,
        organization,
        wish.quantity,
        wish.unit,
        wish.per,
        currency,
        taxes_of(truth, product, tax_code, included),
        field=field,
    )


def taxed_by(truth: Truth, product: Any, said: int | None, organization: int) -> int:
    """The tax code of a line: as is said, else its customer's in place of a standard rate, else its product's."""
    theirs = truth.read.get("treated", {}).get(organization)
    if said is None and theirs is not None and product.tax_code_id in truth.read["standard_rated"]:
        return int(theirs)
    return int(said or product.tax_code_id)


def _in_force(truth: Truth, tax_code: int, field: str) -> int:
    """The tax code that a new line gets: in place of one that is over the one that follows it. Raises Refusal for none."""
    codes = truth.read.get("followers")
    if not codes:
        return tax_code
    return int(latest(codes, codes[tax_code], truth.effective_on, field=field).pk)


def taxes_of(truth: Truth, product: Any, tax_code: int, included: bool) -> Taxes:
    """How a line's price is said, and that of its product; which codes there are is read where any includes tax."""
    codes = truth.read.get("tax_codes", {})
    return Taxes(
        included,
        truth.read["house"].prices_include_tax,
        codes.get(product.tax_code_id),
        codes.get(tax_code),
    )


def offered(
    truth: Truth,
    product: Any,
    organization: int,
    quantity: int,
    unit: str,
    per: int | None,
    currency: str,
    taxes: Taxes,
    *,
    field: str = "unit_price",
) -> Offer:
    """What a customer is asked for so much of a product where nobody types a price.

    Raises Refusal where that would have to be converted and nobody said at which rate.
    """
    return default_price(
        product,
        truth.read.get("listed", {}).get((organization, product.pk), ()),
        quantity=quantity,
        unit=unit,
        per=per,
        money=Money(currency, truth.home_currency, truth.read.get("rates", {}).get(currency)),
        on=truth.effective_on,
        taxes=taxes,
        field=field,
    )


def want(plan: Plan, loose: LotRef, claim: Id, quantity: int, *, wish: str, bill: str | None) -> None:
    """Let a line be born: its whole quantity as a wish of a kind and, where it is billed, as a bill."""
    plan.move(spot(loose, fixed("want"), claim), spot(loose, fixed(wish), claim), quantity)
    if bill is not None:
        plan.move(spot(loose, fixed("bill"), claim), spot(loose, fixed(bill), claim), quantity)


def advance(
    plan: Plan, truth: Truth, claim: int, source: Iterable[str], target: str, quantity: int | None = None
) -> int:
    """Move the wishes or bills of a line from kinds of place to another, all or so many; how many went."""
    gone = 0
    for held in truth.of_claim(claim, tuple(source)):
        part = held.quantity if quantity is None else min(held.quantity, quantity - gone)
        if part > 0 and held.kind != target:
            plan.move(held.spot, held.spot.at(fixed(target)), part)
            held.quantity -= part
            gone += part
    return gone


def cover(
    plan: Plan, truth: Truth, claim: int, quantity: int, *, field: str = "quantity", partly: bool = False
) -> int:
    """Discharge a wish of a line by goods; raises Refusal when less is wanted. How many were covered."""
    still = truth.quantity_of(claim, COVER_ORDER)
    if still < quantity and not partly:
        raise more_than_wanted(claim, quantity, still, field=field)
    return advance(plan, truth, claim, COVER_ORDER, "covered", min(quantity, still))


def more_than_wanted(claim: int, wanted: int, free: int, *, field: str = "quantity") -> Refusal:
    """Why a line gets no more goods than it wants."""
    return Refusal(
        "more_than_wanted",
        N_("{wanted} asked for, but only {free} of this line are still open."),
        field=field,
        wanted=wanted,
        free=free,
        line=claim,
    )


def uncover(plan: Plan, truth: Truth, claim: int, quantity: int, target: str) -> None:
    """Give a line its wish back, since goods of it were released or lost, or let it end as *returned*."""
    went = advance(plan, truth, claim, ("covered",), target, quantity)
    assert went == quantity, f"line {claim} is covered by {went}, not {quantity}"


def take(plan: Plan, chosen: Sequence[tuple[Held, int]], claim: Id) -> list[tuple[Spot, int]]:
    """Reserve chosen free goods for a line, where they stand; the spots they now stand at."""
    spots = []
    for held, quantity in chosen:
        target = held.spot.for_claim(claim)
        plan.move(held.spot, target, quantity)
        spots.append((target, quantity))
    return spots


def open_wish(truth: Truth, claim: int) -> int:
    """How many of a line are wanted and covered by nothing."""
    return truth.quantity_of(claim, OPEN_WISHES)


def selling(truth: Truth, line: Any) -> Mapping[int, str] | None:
    """How locations sell, for a line whose goods are sold; none for a job's, which may be lent instead."""
    lends = truth.documents["demand.Sheet"][line.sheet_id].kind == "job"
    channels: Mapping[int, str] = truth.read["channels"]
    return None if lends else channels


def first_place(truth: Truth, line: Any) -> int | None:
    """The place of the location from which a line's goods are taken first: its document's, else the default one."""
    places: Mapping[int | None, int] = truth.read["first_places"]
    return places.get(truth.documents["demand.Sheet"][line.sheet_id].location_id)


def route(
    truth: Truth, wanted: Sequence[tuple[int, int]], approved: dict[int, int] | None = None
) -> dict[int, str]:
    """Where the wish for each product goes once it is firm: ready, demand, to_approve or to_order.

    wanted: product and quantity of every line of one order or work order, those it has already among them;
    approved: by product, up to which cost buying it was approved. Services and what is not subject to
    procurement are ready at once; stocked goods that are not procured wait as demand. With Procurement
    on, the extended cost of all lines that name the same product, at or above the threshold, needs
    approval; so splitting a line dodges nothing.
    """
    procurement = truth.read["house"].modules.get("procurement", True)
    threshold = truth.read["approval"]["threshold_minor"]
    totals = sum_by(wanted, key=lambda w: w[0], value=lambda w: w[1])
    routes = {}
    for product_id, quantity in totals.items():
        product = truth.read["products"][product_id]
        cost = extended(
            truth.read["costs"].get(product_id, 0), quantity, product.quantity_decimals, truth.home_currency
        )
        if product.kind == "service" or (product.kind == "non_stocked" and not product.procured):
            routes[product_id] = "ready"
        elif product.kind == "kit":
            # Nothing of a kit's own line is wanted: its components are.
            routes[product_id] = "demand"
        elif not product.procured or not procurement:
            routes[product_id] = "demand"
        elif threshold is not None and threshold <= cost > (approved or {}).get(product_id, -1):
            routes[product_id] = "to_approve"
        else:
            routes[product_id] = "to_order"
    return routes


def bear(
    plan: Plan, truth: Truth, claim: Id, product: int, quantity: int, *, to: str, bill: str | None
) -> None:
    """Let a quantity of a line be wanted where it is routed; what is ready at once is provided at once.

    Of a kit's line only the bill is born: what is wanted stands on the lines of its components.
    """
    loose = truth.lot(product)
    if truth.read["products"][product].kind == "kit":
        if bill is not None:
            plan.move(spot(loose, fixed("bill"), claim), spot(loose, fixed(bill), claim), quantity)
        return
    want(plan, loose, claim, quantity, wish="covered" if to == "ready" else to, bill=bill)
    if to == "ready":
        plan.move(spot(loose, fixed("provided"), claim), spot(loose, fixed("ready"), claim), quantity)


def firm_up(plan: Plan, truth: Truth, line: Any, to: str) -> None:
    """Send what is still quoted of a line to where it is served, and let its bill be invoiced."""
    left = advance(plan, truth, line.pk, ("quoted",), "covered" if to == "ready" else to)
    if left and to == "ready":
        loose = truth.lot(line.product_id)
        plan.move(spot(loose, fixed("provided"), line.pk), spot(loose, fixed("ready"), line.pk), left)
    advance(plan, truth, line.pk, ("offered",), "to_bill")


def end(plan: Plan, truth: Truth, line: Any) -> None:
    """Let a line end: its wishes are dropped, its bills waived, what it reserved is free again."""
    for held in truth.of_claim(line.pk, HELD):
        plan.move(held.spot, held.spot.for_claim(0), held.quantity)
    for held in truth.of_claim(line.pk, ("ready",)):
        plan.move(held.spot, held.spot.at(fixed("provided")), held.quantity)
    advance(plan, truth, line.pk, ("quoted", "demand", "to_approve", "to_order", "covered"), "dropped")
    advance(plan, truth, line.pk, ("offered", "to_bill"), "waived")
    end_hold(plan, truth, line.pk)


def end_hold(plan: Plan, truth: Truth, claim: int) -> None:
    """Forget until when a line holds goods once it holds none, so that whoever looks for ended holds finds few."""
    row = truth.documents.get("ledger.Claim", {}).get(claim)
    if row is not None:
        plan.change(row, hold_until=None)
