"""Purchase orders over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, get_args

from django.http import HttpResponse
from ninja import Router

from wharfinger.base import configuration
from wharfinger.base.access import require
from wharfinger.base.door import Id, Listing, Page, Request
from wharfinger.base.money import micro, minor
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.queries import units_of
from wharfinger.catalog.rules.units import counted, unit_named
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions import ordering as actions
from wharfinger.purchasing.actions.again import buy_again
from wharfinger.purchasing.api.shapes import (
    ChangeOfLine,
    Close,
    Confirmation,
    FromLines,
    LineGiven,
    Nothing,
    OrderChange,
    OrderDone,
    OrderGiven,
    OrderOut,
    OrdersDone,
    PerVendor,
    Reason,
    WantedGiven,
    Word,
)
from wharfinger.purchasing.queries import shown as queries
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange, says_little
from wharfinger.purchasing.rules.confirming import Confirmed
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.taxing import NO_TAX

router = Router(tags=["purchasing"])

MOST_DECIMALS = 6
"""What is unknown is read as precisely as can be; the action then says that it is unknown."""


ORDERS = Listing(
    "purchase-orders",
    sorts={"number": "number", "expected_on": "expected_on", "submitted_at": "submitted_at"},
    filters={
        "number": "number",
        "external_number": "external_number",
        "vendor": "vendor_id",
        "buyer": "buyer_id",
        "status": queries.with_status,
    },
    words={"status": get_args(Word)},
    days={"expected_on": "expected_on", "ordered_on": "ordered_on", "submitted_at": "submitted_at"},
    q=("number", "external_number", "vendor__name", "memo"),
    own=("purchase_order", "own"),
)


def show_all(request: Request, found: Iterable[Any]) -> list[dict[str, Any]]:
    """Purchase orders as this caller may see them."""
    return queries.show_orders(found, costs=request.auth.may("catalog.see_cost"))


def drafted(request: Request, done: Written) -> dict[str, Any]:
    """The purchase orders that an entry drafted, as this caller may see them."""
    made = queries.orders().filter(pk__in=done.made["purchasing.PurchaseOrder"]).order_by("pk")
    return {"items": show_all(request, made)}


def show_one(request: Request, pk: int) -> dict[str, Any]:
    """One purchase order as this caller may see it."""
    return show_all(request, [queries.order(pk)])[0]


@router.get(
    "/purchase-orders",
    response=Page[OrderOut],
    openapi_extra=ORDERS.described,
    summary="List purchase orders",
)
def orders(request: Request) -> HttpResponse:
    """Purchase orders, newest first."""
    require(request.auth, "purchasing.read")
    return ORDERS.answer(request, queries.orders(), partial(show_all, request))


@router.post("/purchase-orders", response={201: OrderDone}, summary="Draft a purchase order")
def draft(request: Request, body: OrderGiven) -> HttpResponse:
    """Draft a purchase order for stock, for customers' lines, or both."""
    vendor = Organization.objects.filter(pk=body.vendor).first()
    currency = body.currency or (vendor.currency if vendor else configuration.one("currency"))
    wish = PurchaseWish(
        body.vendor,
        wishes_of(body.lines),
        number=body.number,
        external_number=body.external_number,
        currency=body.currency,
        rate_micro=None if body.rate is None else micro(body.rate, field="rate"),
        ship_to=body.ship_to,
        ship_to_site=body.ship_to_site,
        ship_to_text=body.ship_to_text,
        freight_minor=minor(body.freight, currency, field="freight"),
        shipping_method=body.shipping_method,
        ship_on=body.ship_on,
        terms_days=body.terms_days,
        description_source=body.description_source or "",
        memo=body.memo,
        expected_on=body.expected_on,
        own=body.own,
        add_vendor=body.add_vendor,
        fill_packs=body.fill_packs,
    )
    return _made(request, partial(actions.draft, actor=request.auth, wish=wish))


@router.post("/purchase-orders/from-lines", response={201: OrderDone}, summary="Order customers' lines")
def from_lines(request: Request, body: FromLines) -> HttpResponse:
    """Draft one purchase order of customers' lines for one vendor."""
    wish = PurchaseWish(
        body.vendor or 0,
        (),
        ship_to=body.ship_to,
        ship_to_site=body.ship_to_site,
        ship_to_text=body.ship_to_text,
        description_source=body.description_source or "",
        memo=body.memo,
        expected_on=body.expected_on,
        add_vendor=body.add_vendor,
    )
    act = partial(actions.draft_from_lines, actor=request.auth, wanted=wanted_of(body.lines), wish=wish)
    return _made(request, act)


@router.post(
    "/purchase-orders/per-vendor",
    response={201: OrdersDone},
    summary="Order customers' lines from each vendor",
)
def per_vendor(request: Request, body: PerVendor) -> HttpResponse:
    """Draft one purchase order of customers' lines for each vendor, all in one entry."""
    act = partial(actions.draft_per_vendor, actor=request.auth, wanted=wanted_of(body.lines), by=body.by)
    return _several(request, act)


@router.post("/purchase-orders/auto-fill", response={201: OrdersDone}, summary="Order what runs low")
def auto_fill(request: Request, body: Nothing | None = None) -> HttpResponse:
    """Draft one order for each default vendor of what has fallen to its minimum, up to its maximum."""
    return _several(request, partial(actions.auto_fill, actor=request.auth))


@router.get("/purchase-orders/{id}", response=OrderOut, summary="Read a purchase order")
def order(request: Request, id: Id) -> HttpResponse:
    """A purchase order with its lines, what is on order of each and what has arrived."""
    require(request.auth, "purchasing.read")
    return detail(request, f"purchase_order:{id}", show_one(request, id))


@router.patch("/purchase-orders/{id}", response=OrderDone, summary="Change a purchase order")
def change(request: Request, id: Id, body: OrderChange) -> HttpResponse:
    """Change a draft, or amend what the vendor was told: fewer goods send lines back to be ordered, more are for those named.

    What somebody has to approve first is asked for instead, as `asked_change`, and nothing else is changed.
    """
    require(request.auth, "purchasing.order")
    found = queries.order(id)
    named = {"external_number", "memo", "expected_on", "shipping_method", "ship_on", "terms_days"}
    values = body.model_dump(include=named, exclude_unset=True)
    for name in ("external_number", "memo", "shipping_method"):
        if name in values and values[name] is None:
            values[name] = ""
    if body.freight is not None:
        values["freight_minor"] = minor(body.freight, found.currency, field="freight")
    asked = [_wanted(one.wanted) for one in body.change]
    decimals = queries.decimals_of_lines(one.line for some in asked for one in some)
    places = queries.decimals_of_purchase_lines(one.purchase_line for one in body.change)
    sizes = queries.sizes_of_purchase_lines(one.purchase_line for one in body.change)
    changes = tuple(
        LineChange(
            one.purchase_line,
            None
            if one.quantity is None
            else _quantity(
                one.quantity,
                places.get(one.purchase_line, MOST_DECIMALS),
                sizes.get(one.purchase_line),
                f"change.{n}.quantity",
            ),
            None if one.unit_cost is None else micro(one.unit_cost, field=f"change.{n}.unit_cost"),
            one.expected_on,
            one.description,
            one.location,
            _taxed(one),
            tuple(_quantified(asked[n], decimals, f"change.{n}.wanted")),
        )
        for n, one in enumerate(body.change)
    )
    wanted = PurchaseChange(
        tuple(values.items()),
        wishes_of(body.add, at="add"),
        changes,
        tuple(body.remove),
        add_vendor=body.add_vendor,
        fill_packs=body.fill_packs,
        own=body.own,
        vendor=body.vendor,
        withdraw=body.withdraw,
    )
    amends = found.submitted_at is not None and not says_little(wanted)
    verb = actions.amend_purchase if amends else actions.change_purchase
    act = partial(verb, actor=request.auth, order=id, change=wanted)
    return _on(request, id, act)


@router.post(
    "/purchase-orders/{id}/ask", response=OrderDone, summary="Ask for the approval of a purchase order"
)
def ask(request: Request, id: Id, body: Nothing | None = None) -> HttpResponse:
    """Ask for the approval that a draft needs before it is submitted; approvers decide it under `/approvals`."""
    return _on(request, id, partial(actions.ask, actor=request.auth, order=id))


@router.post(
    "/purchase-orders/{id}/make-change", response=OrderDone, summary="Make a change that is approved"
)
def make_change(request: Request, id: Id, body: Nothing | None = None) -> HttpResponse:
    """Make the change of a submitted order that was asked for and is approved, as it was sent."""
    return _on(request, id, partial(actions.make_change, actor=request.auth, order=id))


@router.post("/purchase-orders/{id}/copy", response={201: OrderDone}, summary="Buy the same again")
def copy(request: Request, id: Id) -> HttpResponse:
    """Draft the same goods once more of the same vendor, all for stock; what its prices said is asked anew."""
    return _made(request, partial(buy_again, actor=request.auth, order=id))


@router.post("/purchase-orders/{id}/submit", response=OrderDone, summary="Submit a purchase order")
def submit(request: Request, id: Id, body: Nothing | None = None) -> HttpResponse:
    """Order the goods; the lines on it are On Order."""
    return _on(request, id, partial(actions.submit, actor=request.auth, order=id))


@router.post("/purchase-orders/{id}/send", response=OrderDone, summary="Send a purchase order")
def send(request: Request, id: Id, body: Nothing | None = None) -> HttpResponse:
    """Mail the order to its vendor as a PDF; a draft is submitted by it, in the same entry."""
    return _on(request, id, partial(actions.send, actor=request.auth, order=id))


@router.post(
    "/purchase-orders/{id}/confirm", response=OrderDone, summary="Write down a vendor's confirmation"
)
def confirm(request: Request, id: Id, body: Confirmation) -> HttpResponse:
    """What the vendor confirms: days and costs of lines; of lines that are not named, what was ordered.

    A cost that somebody has to approve first is asked for instead, as `asked_change`.
    """
    lines = tuple(
        Confirmed(
            one.purchase_line,
            one.expected_on,
            None if one.unit_cost is None else micro(one.unit_cost, field=f"lines.{n}.unit_cost"),
        )
        for n, one in enumerate(body.lines)
    )
    act = partial(
        actions.confirm_purchase,
        actor=request.auth,
        order=id,
        confirmation=body.confirmation,
        lines=lines,
    )
    return _on(request, id, act)


@router.post("/purchase-orders/{id}/cancel", response=OrderDone, summary="Cancel a purchase order")
def cancel(request: Request, id: Id, body: Reason) -> HttpResponse:
    """Cancel an order of which nothing has arrived; its lines are to be ordered again."""
    return _on(request, id, partial(actions.cancel, actor=request.auth, order=id, reason=body.reason))


@router.post("/purchase-orders/{id}/close", response=OrderDone, summary="Close what is short")
def close(request: Request, id: Id, body: Close) -> HttpResponse:
    """Expect no more of an order, or of some of its lines."""
    act = partial(actions.close, actor=request.auth, order=id, lines=body.lines, reason=body.reason)
    return _on(request, id, act)


def _quantity(text: str, places: int, per: int | None, field: str) -> int:
    """A quantity as sent in a unit of so much, else in the product's own."""
    if per is None:
        return quantity(text, places, field=field)
    return counted(text, per, field=field, read=quantity)


def wishes_of(lines: Sequence[LineGiven], *, at: str = "lines") -> tuple[PurchaseLineWish, ...]:
    """Lines as they were sent, as what a draft wants."""
    by_line = queries.decimals_of_lines(one.line for one in lines if one.line is not None)
    by_product = queries.decimals_of_products(one.product for one in lines if one.product is not None)
    named = queries.named_products([(one.product, one.line) for one in lines if one.unit])
    sizes = units_of(one.pk for one in named.values()) if named else {}
    wishes = []
    for n, one in enumerate(lines):
        if one.product is None and one.line is None:
            raise BadInput(
                "product_missing", N_("Name a product or a customer's line."), field=f"{at}.{n}.product"
            )
        if one.line is not None:
            places = by_line.get(one.line, MOST_DECIMALS)
        else:
            places = by_product.get(one.product or 0, MOST_DECIMALS)
            if one.quantity is None:
                raise BadInput("missing", N_("Please fill this in."), field=f"{at}.{n}.quantity")
        unit: str | None = None
        per: int | None = None
        if product := named.get((one.product, one.line)) if one.unit else None:
            unit, per = unit_named(one.unit, product, sizes, f"{at}.{n}.unit")
        units = None
        if one.quantity is not None:
            units = _quantity(one.quantity, places, per, f"{at}.{n}.quantity")
        wishes.append(
            PurchaseLineWish(
                product=one.product,
                quantity=None if one.line is not None else units,
                wanted=() if one.line is None else (Wanted(one.line, units),),
                unit_cost_micro=None
                if one.unit_cost is None
                else micro(one.unit_cost, field=f"{at}.{n}.unit_cost"),
                location=one.location,
                expected_on=one.expected_on,
                description=one.description,
                unit=unit,
                per=per,
                tax_code=_taxed(one),
            )
        )
    return tuple(wishes)


def _taxed(given: LineGiven | ChangeOfLine) -> int | None:
    """The tax code as it was sent; null is not the same as nothing said."""
    return NO_TAX if given.tax_code is None and "tax_code" in given.model_fields_set else given.tax_code


def wanted_of(lines: Sequence[int | WantedGiven]) -> list[Wanted]:
    """Customers' lines as they were sent, each with its quantity where one is given."""
    given = _wanted(lines)
    return _quantified(given, queries.decimals_of_lines(one.line for one in given), "lines")


def _wanted(lines: Sequence[int | WantedGiven]) -> list[WantedGiven]:
    return [WantedGiven(line=one) if isinstance(one, int) else one for one in lines]


def _quantified(given: Sequence[WantedGiven], places: Mapping[int, int], at: str) -> list[Wanted]:
    return [
        Wanted(
            one.line,
            None
            if one.quantity is None
            else quantity(one.quantity, places.get(one.line, MOST_DECIMALS), field=f"{at}.{n}.quantity"),
        )
        for n, one in enumerate(given)
    ]


def _on(request: Request, pk: int, act: partial[Written]) -> HttpResponse:
    return write(request, act, lambda _: show_one(request, pk), about=f"purchase_order:{pk}")


def _made(request: Request, act: partial[Written]) -> HttpResponse:
    show = partial(show_one, request)
    return make(request, act, "purchasing.PurchaseOrder", show, subject="purchase_order")


def _several(request: Request, act: partial[Written]) -> HttpResponse:
    return write(request, act, partial(drafted, request), status=201)
