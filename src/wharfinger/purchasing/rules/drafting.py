"""Pure decisions about drafting purchase orders: by hand, from customers' lines, one for each vendor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.catalog.rules.validity import in_effect
from wharfinger.demand.rules import kits
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Id, Number, PlaceRef, Plan, Ref, Truth
from wharfinger.purchasing.rules.approving import sheets_of
from wharfinger.purchasing.rules.asking import By, Typed, Worth, asked_of, offered_cost, rate_of, vendor_by
from wharfinger.purchasing.rules.calling import called
from wharfinger.purchasing.rules.taxing import sent_by, taxed_as

NUMBER = Number("purchase_order", "PO-{n}")
BUYABLE = ("to_order", "demand")
"""The wishes of a line that may be put on a purchase order."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many units of a customer's line to be bought; all that it still wants where no quantity is given."""

    line: int
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class PurchaseLineWish:
    """A line of a purchase order as a person asks for it: for stock, for customers' lines, or both.

    quantity: of all of it, in the product's smallest unit; without one, exactly what ``wanted`` asks for.
    """

    product: int | None = None
    quantity: int | None = None
    wanted: tuple[Wanted, ...] = ()
    unit_cost_micro: int | None = None
    location: int | None = None
    expected_on: date | None = None
    description: str = ""
    unit: str | None = None
    """The further unit in which it is said, with its size in ``per``; empty for the product's own.

    Where nothing is said, the unit that orders of the product begin with, if the quantity is whole in it.
    """
    per: int | None = None
    tax_code: int | None = None
    """How the vendor taxes it, NO_TAX for not at all; as is agreed with the vendor where nothing is said."""


@dataclass(frozen=True, slots=True)
class PurchaseWish:
    """A purchase order as a person asks for it."""

    vendor: int
    lines: tuple[PurchaseLineWish, ...]
    number: str | None = None
    external_number: str = ""
    currency: str | None = None
    rate_micro: int | None = None
    ship_to: str = "own"
    ship_to_site: int | None = None
    ship_to_text: str = ""
    freight_minor: int = 0
    shipping_method: str = ""
    """How it is sent; as is agreed with the vendor where nothing is said."""
    ship_on: date | None = None
    terms_days: int | None = None
    description_source: str = ""
    """What lines for customers are called after: product, quote or charge; as the setting says where nothing is said."""
    memo: str = ""
    expected_on: date | None = None
    own: Mapping[str, Any] | None = None
    """The values of own fields as somebody gives them; nobody is asked for any without it."""
    add_vendor: bool = False
    """Whether the vendor becomes one of the vendors of whatever it is not known to sell, at the cost that is typed."""
    fill_packs: bool = False
    """Whether quantities that are said are filled up, too, to packs and the minimum, as those of customers' lines are."""


def plan_draft(truth: Truth, *, wishes: Sequence[PurchaseWish]) -> Plan:
    """Make purchase orders; customers' lines on them are no longer to be ordered."""
    plan = Plan()
    for wish in wishes:
        add_order(plan, truth, wish)
    return plan


def plan_from_lines(truth: Truth, *, wanted: Sequence[Wanted], wish: PurchaseWish | None) -> Plan:
    """Make one purchase order of these lines, for the chosen vendor or their common default vendor."""
    wanted = _opened(truth, wanted)
    vendor = wish.vendor if wish and wish.vendor else 0
    if not vendor:
        products = {wanted_line(truth, one.line, f"lines.{n}").product_id for n, one in enumerate(wanted)}
        vendors = {vendor_by(truth, product) for product in sorted(products)}
        if len(vendors) > 1:
            raise Refusal(
                "many_vendors",
                N_("These lines have different default vendors: {names}. Choose one, or order from each."),
                field="vendor",
                names=", ".join(sorted(truth.read["vendors"][pk].name for pk in vendors)),
                remedies=[Remedy("per_vendor", {})],
            )
        vendor = vendors.pop()
    base = wish or PurchaseWish(vendor, ())
    return plan_draft(truth, wishes=[replace(base, vendor=vendor, lines=_gathered(truth, wanted))])


def plan_per_vendor(
    truth: Truth, *, wanted: Sequence[Wanted], by: By = "default", wish: PurchaseWish | None = None
) -> Plan:
    """Make one purchase order of these lines for each vendor of whom they are bought.

    by: whether each product is bought of its default vendor, or of who asks least or is fastest for so many.
    """
    by_product: dict[int, list[Wanted]] = defaultdict(list)
    for n, one in enumerate(_opened(truth, wanted)):
        by_product[wanted_line(truth, one.line, f"lines.{n}").product_id].append(one)
    by_vendor: dict[int, list[Wanted]] = defaultdict(list)
    for product, some in by_product.items():
        open_ = (
            truth.quantity_of(one.line, BUYABLE) if one.quantity is None else one.quantity for one in some
        )
        by_vendor[vendor_by(truth, product, sum(open_), by)] += some
    base = wish or PurchaseWish(0, ())
    wishes = [
        replace(base, vendor=pk, lines=_gathered(truth, some)) for pk, some in sorted(by_vendor.items())
    ]
    return plan_draft(truth, wishes=wishes)


def _opened(truth: Truth, wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """What is wanted line by line; of a kit's line each component of which something is to be ordered."""
    found: list[Wanted] = []
    for one in wanted:
        if one.quantity is None:
            asked = {each.line for each in found}
            waiting = (line for _, line in kits.waiting(truth, [one.line], *BUYABLE))
            found += [replace(one, line=line) for line in waiting if line not in asked]
        else:
            found += [part for _, part in kits.onward(truth, [one], "draft", rows="lines")]  # type: ignore[type-var]
    return tuple(found)


def _gathered(truth: Truth, wanted: Iterable[Wanted]) -> tuple[PurchaseLineWish, ...]:
    """One line of the order for each product and location where it is to be, whoever waits for it."""
    by_product: dict[tuple[int, int | None], list[Wanted]] = defaultdict(list)
    for n, one in enumerate(wanted):
        line = wanted_line(truth, one.line, f"lines.{n}")
        by_product[line.product_id, _wanted_at(truth, line)].append(one)
    return tuple(
        PurchaseLineWish(product, wanted=tuple(some), location=at)
        for (product, at), some in by_product.items()
    )


def _wanted_at(truth: Truth, line: Any) -> int | None:
    """The location that a line's document names, where it is in use; nothing where that is the default one."""
    at = truth.read["locations"].get(line.sheet.location_id)
    return None if at is None or at.default or at.retired_on is not None else at.pk


def add_order(plan: Plan, truth: Truth, wish: PurchaseWish) -> Ref:
    """Let a plan make a purchase order with its lines."""
    vendor = a_vendor(truth, wish.vendor)
    currency = wish.currency or vendor.currency
    wish = replace(wish, currency=currency, rate_micro=rate_of(truth, currency, wish.rate_micro))
    order = plan.create(
        "purchasing.PurchaseOrder",
        number=wish.number or NUMBER,
        external_number=wish.external_number,
        vendor_id=vendor.pk,
        currency=currency,
        rate_micro=wish.rate_micro,
        ship_to=wish.ship_to,
        ship_to_site_id=_site(truth, wish),
        ship_to_text=wish.ship_to_text,
        freight_minor=wish.freight_minor,
        shipping_method=wish.shipping_method or sent_by(truth, vendor.pk),
        ship_on=wish.ship_on,
        terms_days=wish.terms_days,
        description_source=wish.description_source,
        memo=wish.memo,
        own={} if wish.own is None else owning.born(truth, "purchase_order", wish.own),
        expected_on=wish.expected_on,
        buyer_id=truth.actor,
    )
    plan.mention(("purchase_order", order))
    for n, line in enumerate(wish.lines):
        add_line(plan, truth, order, vendor, n + 1, line, wish, field=f"lines.{n}")
    return order


def add_line(
    plan: Plan,
    truth: Truth,
    order: Id,
    vendor: Any,
    position: int,
    line: PurchaseLineWish,
    wish: PurchaseWish,
    *,
    field: str,
) -> None:
    """Put a line on an order; its places will hold what is drafted, on order, and refused at the door."""
    claims = [(wanted_line(truth, one.line, field), one.quantity) for one in line.wanted]
    product = a_product(truth, line, claims, field)
    for found, _ in claims:
        if wish.ship_to == "organization" and found.site_id != _site(truth, wish):
            raise Refusal(
                "other_site",
                N_("A drop shipment holds lines for one site only. Order the others apart."),
                field=field,
            )
    drafted = plan.place("drafted")
    total = 0
    for found, quantity in claims:
        total += draft_claim(plan, truth, found, quantity, drafted, field)
    asked = asked_of(
        plan,
        truth,
        product,
        vendor,
        Typed(line.unit_cost_micro, line.per, worth(wish).currency),
        add=wish.add_vendor,
        field=field,
    )
    quantity = total if line.quantity is None else line.quantity
    fills = line.quantity is None or wish.fill_packs
    if asked is not None and fills and wish.ship_to != "organization" and quantity > 0:
        # What fills the pack is for stock; of what the vendor sends to a customer there is none.
        quantity = asked.filled(quantity)
    if quantity < total:
        raise Refusal(
            "less_than_lines",
            N_("The lines on it want {wanted}; order at least that."),
            field=f"{field}.quantity",
            wanted=total,
        )
    if quantity <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"{field}.quantity")
    if wish.ship_to == "organization" and quantity > total:
        raise Refusal(
            "stock_to_customer",
            N_(
                "A drop shipment is for customers' lines only. Take the others off, or have all delivered to us."
            ),
            field=f"{field}.quantity",
        )
    unit, per = _unit(truth, product, line, quantity)
    cost = line.unit_cost_micro
    if cost is None:
        cost = offered_cost(truth, asked, product, vendor, quantity, per, worth(wish), field)
    plan.create(
        "purchasing.PurchaseLine",
        purchase_order_id=order,
        position=position,
        product_id=product.pk,
        quantity=quantity,
        unit=unit,
        per=per,
        unit_cost_micro=cost,
        cost_typed=line.unit_cost_micro is not None,
        location_id=a_location(truth, line.location, field),
        expected_on=line.expected_on or wish.expected_on,
        description=line.description or called(truth, wish.description_source, product, claims),
        tax_code_id=taxed_as(truth, vendor.pk, line.tax_code, f"{field}.tax_code"),
        requested_by_id=truth.actor,
        drafted_place_id=drafted.id,
        place_id=plan.place("on_order").id,
        refused_place_id=plan.place("refused").id,
    )


def worth(wish: PurchaseWish) -> Worth:
    """The currency of an order whose terms are settled, and what it is worth at home."""
    assert wish.currency is not None, "the terms of an order are settled before its lines"
    return Worth(wish.currency, wish.rate_micro or 10**6)


def draft_claim(
    plan: Plan, truth: Truth, line: Any, quantity: int | None, place: PlaceRef, field: str
) -> int:
    """Put the wish of a customer's line on an order; how many. Raises Refusal when less is to be ordered."""
    found = truth.of_claim(line.pk, BUYABLE)
    still = sum(h.quantity for h in found)
    quantity = still if quantity is None else quantity
    if still < quantity or not quantity:
        raise _not_buyable(truth, line, quantity, still, field)
    left = quantity
    for held in found:
        part = min(left, held.quantity)
        if part:
            plan.move(held.spot, held.spot.at(place), part)
            held.quantity -= part
            left -= part
    plan.mention(*sheets_of(line))
    return quantity


def _not_buyable(truth: Truth, line: Any, quantity: int, still: int, field: str) -> Refusal:
    if truth.quantity_of(line.pk, ("to_approve",)):
        return Refusal(
            "waits_for_approval",
            N_("This line waits for purchase approval. Have it approved first."),
            field=field,
            wanted=quantity,
            free=still,
            line=line.pk,
        )
    numbers = truth.read["drafted_on"].get(line.pk, ())
    if numbers:
        return Refusal(
            "on_other_order",
            N_("This line is on {numbers} already. Change it there."),
            field=field,
            wanted=quantity,
            free=still,
            line=line.pk,
            numbers=", ".join(numbers),
            subject=f"claim:{line.pk}",
        )
    return Refusal(
        "nothing_to_order",
        N_("{wanted} to order, but only {free} of this line are still to be ordered."),
        field=field,
        wanted=quantity,
        free=still,
        product=line.product_id,
        line=line.pk,
    )


def wanted_line(truth: Truth, pk: int, field: str) -> Any:
    """A customer's line; raises NotThere."""
    line = truth.read["lines"].get(pk)
    if line is None:
        raise NotThere("no_such_line", N_("There is no such line."), field=field)
    return line


def a_vendor(truth: Truth, pk: int) -> Any:
    """Whom something may be ordered from; raises BadInput, or Refusal where that is no vendor any more."""
    vendor = truth.read["vendors"].get(pk)
    if vendor is None:
        raise BadInput("no_such_organization", N_("There is no such organization."), field="vendor")
    if not vendor.vendor:
        raise Refusal(
            "not_a_vendor",
            N_("{name} is not a vendor. Choose a vendor, or make it one on its page."),
            field="vendor",
            name=vendor.name,
        )
    if vendor.retired_on is not None:
        raise Refusal(
            "organization_retired", N_("{name} is retired. Choose another."), field="vendor", name=vendor.name
        )
    return vendor


def a_product(
    truth: Truth, line: PurchaseLineWish, claims: Sequence[tuple[Any, int | None]], field: str
) -> Any:
    """What is to be bought; raises BadInput, or Refusal where it is nothing that is bought."""
    pk = line.product if line.product is not None else claims[0][0].product_id if claims else None
    product = truth.read["products"].get(pk)
    if product is None:
        raise BadInput("no_such_product", N_("There is no such product."), field=f"{field}.product")
    if any(found.product_id != product.pk for found, _ in claims):
        raise BadInput(
            "other_product",
            N_("The customer's line wants another product. Choose a line of this product."),
            field=f"{field}.line",
        )
    if product.kind == "service":
        raise Refusal(
            "service",
            N_("{sku} is a service; it is not bought for stock. Choose another product."),
            field=f"{field}.product",
            sku=product.sku,
        )
    if product.kind == "kit":
        raise Refusal(
            "kit",
            N_("{sku} is a kit; its components are bought, not the kit. Choose one of them."),
            field=f"{field}.product",
            sku=product.sku,
        )
    if product.retired_on is not None and not claims:
        raise Refusal(
            "product_retired",
            N_("{sku} is retired and not bought for stock any more. Choose another product."),
            field=f"{field}.product",
            sku=product.sku,
        )
    in_effect(product, truth.today, field=f"{field}.product")
    return product


def _unit(truth: Truth, product: Any, line: PurchaseLineWish, quantity: int) -> tuple[str, int | None]:
    if line.unit is not None:
        return line.unit, line.per
    unit, per = truth.read["buying_units"].get(product.pk, ("", 1))
    # A cost that was typed is of the product's own unit, as nobody named another.
    return (unit, per) if unit and quantity % per == 0 and line.unit_cost_micro is None else ("", None)


def a_location(truth: Truth, pk: int | None, field: str) -> int:
    """Where goods are to be received, at the default location where none is named; raises BadInput or Refusal."""
    location = truth.read["locations"].get(pk) if pk is not None else truth.read["default_location"]
    if location is None:
        raise BadInput("no_such_location", N_("There is no such location."), field=f"{field}.location")
    if location.retired_on is not None:
        raise Refusal(
            "location_retired",
            N_("{name} is retired. Choose another."),
            field=f"{field}.location",
            name=location.name,
        )
    found: int = location.pk
    return found


def _site(truth: Truth, wish: PurchaseWish) -> int | None:
    if wish.ship_to != "organization":
        return None
    if wish.ship_to_site is not None:
        if wish.ship_to_site not in truth.read["sites"]:
            raise BadInput("no_such_site", N_("There is no such site."), field="ship_to_site")
        return wish.ship_to_site
    sites = {
        truth.read["lines"][one.line].site_id
        for line in wish.lines
        for one in line.wanted
        if one.line in truth.read["lines"]
    }
    if len(sites) != 1 or None in sites:
        raise BadInput("site_missing", N_("Choose the site that the vendor ships to."), field="ship_to_site")
    found: int = sites.pop()
    return found
