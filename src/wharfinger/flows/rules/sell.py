"""Pure decision about a sale at once: ordered, handed over and invoiced, and paid where the customer pays there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.billing.rules import receivable
from wharfinger.billing.rules.at_once import Asked, bill
from wharfinger.billing.rules.payments import PaymentWish, pay_off, take_in
from wharfinger.demand.rules import LineWish, kits, make_lines, sheets
from wharfinger.fulfilment.rules import late
from wharfinger.fulfilment.rules.shipping import identified
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Held, Id, PlaceRef, Plan, Ref, Spot, Truth, fixed, spot
from wharfinger.sales.rules.orders import NUMBER
from wharfinger.stock import rules as stock
from wharfinger.stock.rules.building import build_missing


@dataclass(frozen=True, slots=True)
class Sale:
    """What one customer takes with them."""

    organization: int
    lines: tuple[LineWish, ...]
    codes: tuple[tuple[str, ...], ...] = ()
    """By line, the serial numbers or batches of its goods; any will do where there are none."""
    location: int | None = None
    """The place of the location that they are taken from and no other; unless given any that sells directly, the
    customer's first, else the owner's, else the default one."""
    site: int | None = None
    contact: int | None = None
    owner: int | None = None
    currency: str | None = None
    tax_included: bool | None = None
    """Whether its prices include tax; as the customer's price list says where nobody does."""
    number: str | None = None
    title: str = ""
    customer_reference: str = ""
    rate_micro: int | None = None
    """What one unit of the currency is worth in home currency, at 10⁻⁶."""
    paid_by: str | None = None
    """How all of it is paid at once, in cash or otherwise; it is owed where nobody says."""
    own: Mapping[str, Any] | None = None
    """The values of the order's own fields as somebody gives them; nobody is asked for any without it."""


def plan_sell(truth: Truth, *, sales: Sequence[Sale]) -> Plan:
    """Make each sale an order of which nothing is open but its money, and not that where it is paid.

    What goods take is taken from free stock; services are done at once. Raises Refusal when fewer are free.
    """
    plan = Plan()
    closed: list[Ref] = []
    for n, sale in enumerate(sales):
        at = f"sales.{n}."
        order, owing = _sell(plan, truth, sale, at)
        if not owing:
            closed.append(order)
    products = truth.read["products"]
    stock.price_issues(plan, truth, lambda product: products[product].cost_method)
    plan.notes["closed"] = closed
    return plan


def _sell(plan: Plan, truth: Truth, sale: Sale, at: str) -> tuple[Ref, bool]:
    """Make one sale: its order, and whether money of it is still owed."""
    sale = _opened(truth, sale, at)
    customer = _customer(truth, sale, at)
    site = _site(truth, sale, at)
    at_site = {one.pk: PlaceRef(one.place_id, "customer") for one in truth.read["sites"][sale.organization]}
    location = _location(truth, sale, customer)
    order = sheets.begin(
        plan,
        truth,
        sale,
        kind="order",
        number=NUMBER,
        ordered_on=truth.effective_on,
        whose=customer,
        location=location,
    )
    plan.create(
        "sales.Order",
        sheet_id=order,
        confirmed_at=truth.now,
        own={} if sale.own is None else owning.born(truth, "order", sale.own, at=f"{at}own"),
    )
    currency = sale.currency or customer.currency
    claims = make_lines(
        plan,
        truth,
        sale.lines,
        sheet=order,
        order=order,
        organization=customer.pk,
        site=site,
        currency=currency,
        tax_included=sheets.says_tax(truth, sale.tax_included, customer.pk),
        products=truth.read["products"],
        at=at,
    )
    lines = plan.creates["demand.Line"][claims[0].n :]
    first = truth.read["first_places"].get(location)
    for m, claim in enumerate(claims):
        _hand_over(plan, truth, sale, m, claim, at_site[lines[m]["site_id"]], first, f"{at}lines.{m}")
    plan.mention(("order", order))
    return order, _bill(plan, truth, sale, customer, currency, order, lines)


def _opened(truth: Truth, sale: Sale, at: str) -> Sale:
    """The sale with the components of its kits; those numbers of a kit that are its own go to each of them."""
    lines = kits.opened(truth, sale.lines, at)
    codes = iter(enumerate(sale.codes))
    given: list[tuple[str, ...]] = []
    parts: dict[int, list[int]] = {}
    owner: dict[int, dict[str, int]] = {}
    for m, line in enumerate(lines):
        if line.kit is not None:
            parts.setdefault(line.kit, []).append(m)
    for m, line in enumerate(lines):
        if line.kit is not None:
            of = owner.get(line.kit, {})
            given.append(tuple(code for code, product in of.items() if product == line.product))
            continue
        n, named = next(codes, (0, ()))
        if named and m in parts:
            theirs = [lines[part].product for part in parts[m]]
            owner[m] = kits.owners(truth, theirs, named, f"{at}lines.{n}.serials")
            named = ()
        given.append(named)
    return replace(sale, lines=lines, codes=tuple(given) if sale.codes else ())


def _customer(truth: Truth, sale: Sale, at: str) -> Any:
    customer = truth.read["organizations"].get(sale.organization)
    if customer is None:
        raise NotThere(
            "no_such_organization", N_("There is no such organization."), field=f"{at}organization"
        )
    if customer.retired_on is not None:
        raise Refusal(
            "organization_retired",
            N_("{name} is retired. Choose another."),
            field=f"{at}organization",
            name=customer.name,
        )
    return customer


def _location(truth: Truth, sale: Sale, customer: Any) -> int | None:
    """From where the goods of a sale are taken first; nothing for the default location."""
    if sale.location is not None:
        return int(truth.read["locations"][sale.location])
    owner = sale.owner or truth.actor
    wanted = (customer.location_id, truth.read["owners_at"].get(owner))
    return next((one for one in wanted if one in truth.read["usable"]), None)


def _site(truth: Truth, sale: Sale, at: str) -> int:
    """The site that has the goods from now on, where a line names no other."""
    theirs = truth.read["sites"].get(sale.organization, ())
    if sale.site is None:
        found = next((site for site in theirs if site.ship_to), None)
    else:
        found = next((site for site in theirs if site.pk == sale.site), None)
        if found is None:
            raise BadInput("no_such_site", N_("This customer has no such site."), field=f"{at}site")
    if found is None:
        raise Refusal(
            "no_ship_to",
            N_("{name} has no site that goods could go to. Add one first."),
            field=f"{at}organization",
            name=truth.read["organizations"][sale.organization].name,
        )
    return int(found.pk)


def _hand_over(
    plan: Plan, truth: Truth, sale: Sale, m: int, claim: Id, to: PlaceRef, first: int | None, field: str
) -> None:
    """Let a line be born covered, and its goods or service be the customer's.

    first: the place of the location whose goods are taken before those of others.
    """
    wish = sale.lines[m]
    product = truth.read["products"][wish.product]
    if product.kind == "kit":
        return
    loose = truth.lot(wish.product)
    covered = spot(loose, fixed("covered"), claim)
    plan.move(covered.at(fixed("want")), covered, wish.quantity)
    if product.kind == "service" or (product.kind == "non_stocked" and not product.procured):
        ready = covered.at(fixed("ready"))
        plan.move(ready.at(fixed("provided")), ready, wish.quantity)
        plan.move(ready, ready.at(to), wish.quantity)
        return
    codes = sale.codes[m] if sale.codes else ()
    _build(plan, truth, sale, wish, product, field)
    chosen = _chosen(truth, sale, wish, product, codes, first, field)
    if late(product):
        _identify(plan, truth, chosen, to, claim, codes, f"{field}.serials")
        return
    for held, units in chosen:
        plan.move(held.spot, _theirs(held.spot, to, claim), units)


def _build(plan: Plan, truth: Truth, sale: Sale, wish: LineWish, product: Any, field: str) -> None:
    """Build what is not there of a product that a pick builds, as far as its units have no numbers."""
    if not product.build_on_pick or product.traced != "none":
        return
    channels = truth.read["channels"]
    homes = {
        at: bin
        for at, bin in truth.read.get("homes", {}).items()
        if sale.location in (None, at) and channels.get(at, "direct") == "direct"
    }
    missing = wish.quantity - sum(h.quantity for h in truth.free_of(wish.product) if h.location in homes)
    if missing > 0:
        made = build_missing(plan, truth, product, missing, homes, field=f"{field}.")
        truth.free += [Held(0, stands, quantity, at) for stands, quantity, at in made]


def _theirs(source: Spot, to: PlaceRef, claim: Id) -> Spot:
    return Spot(source.lot, source.product, source.serial, source.owned, to.id, to.kind, to.unbounded, claim)


def _chosen(
    truth: Truth,
    sale: Sale,
    wish: LineWish,
    product: Any,
    codes: Sequence[str],
    first: int | None,
    field: str,
) -> list[tuple[Held, int]]:
    """The free goods that serve a line, at the sale's location or wherever we sell directly."""
    free = truth.free_of(wish.product)
    channels = truth.read["channels"]
    if channels:
        free = [h for h in free if channels.get(h.location, "direct") == "direct"]
    lots: list[int] = []
    if codes and not late(product):
        if product.traced == "serial" and len({same(code) for code in codes}) != wish.quantity:
            raise BadInput(
                "serials_differ",
                N_("{wanted} units, but {given} serial numbers. Give one for each unit."),
                field=f"{field}.serials",
                wanted=wish.quantity,
                given=len(codes),
            )
        known = truth.read["lots"]
        unknown = [code for code in codes if (wish.product, same(code)) not in known]
        if unknown:
            raise BadInput(
                "no_such_unit",
                N_("There is no unit “{serial}” of this product. Check the number."),
                field=f"{field}.serials",
                serial=unknown[0],
            )
        lots = [known[wish.product, same(code)].id for code in codes]
    return stock.choose(
        free,
        wish.product,
        wish.quantity,
        location=sale.location,
        first=first,
        lots=lots,
        fresh_on=truth.today,
        field=f"{field}.quantity",
    )


def _identify(
    plan: Plan,
    truth: Truth,
    chosen: Sequence[tuple[Held, int]],
    to: PlaceRef,
    claim: Id,
    codes: Sequence[str],
    field: str,
) -> None:
    """Give each unit of goods that are traced only from shipping its number."""
    units = [held for held, quantity in chosen for _ in range(quantity)]
    if len(codes) != len(units):
        raise BadInput(
            "serials_differ",
            N_("{wanted} units, but {given} serial numbers. Give one for each unit."),
            field=field,
            wanted=len(units),
            given=len(codes),
        )
    for held, code in zip(units, codes, strict=True):
        unit = identified(plan, truth, held.product, code, field)
        plan.move(held.spot, _theirs(held.spot, to, claim).as_lot(unit), 1)


def _bill(
    plan: Plan,
    truth: Truth,
    sale: Sale,
    customer: Any,
    currency: str,
    order: Ref,
    lines: Sequence[dict[str, Any]],
) -> bool:
    """Invoice all lines that are billed; whether something of it is owed."""
    billed = [line for line in lines if line["billable"]]
    if not billed:
        return False
    theirs = truth.read["sites"].get(sale.organization, ())
    asked = bill(
        plan,
        truth,
        billed,
        customer=customer,
        site=next((site.pk for site in theirs if site.bill_to), None),
        sheet=order,
        currency=currency,
        customer_reference=sale.customer_reference,
        rate_micro=sale.rate_micro,
    )
    if sale.paid_by is None or not asked.owed.minor:
        return bool(asked.owed.minor)
    _pay(plan, truth, sale, currency, asked)
    return False


def _pay(plan: Plan, truth: Truth, sale: Sale, currency: str, asked: Asked) -> None:
    """Take the money for an invoice in and settle it."""
    wish = PaymentWish(
        sale.organization,
        asked.owed.minor,
        currency,
        method=sale.paid_by or "",
        rate_micro=sale.rate_micro,
    )
    theirs, paid = take_in(plan, truth, wish)
    owed = receivable(sale.organization, asked.invoice, currency)
    pay_off(plan, owed, theirs, asked.owed, paid.home_minor)
