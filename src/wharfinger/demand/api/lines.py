"""Lines over HTTP: how they are sent and read, and the list of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import money
from wharfinger.base.access import require
from wharfinger.base.door import (
    Done,
    Given,
    HeldOut,
    Id,
    Line,
    Listing,
    OwnShown,
    OwnValues,
    Page,
    Percent,
    Price,
    Quantity,
    Request,
    Shown,
    there,
)
from wharfinger.base.quantity import quantity, scaled
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.catalog.queries import units_of
from wharfinger.catalog.rules.units import counted as in_units
from wharfinger.catalog.rules.units import unit_named
from wharfinger.demand import actions
from wharfinger.demand.queries import shown
from wharfinger.demand.queries.reading import joined, lines
from wharfinger.demand.rules import LineWish, offering
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import NONE, Discount, of_line
from wharfinger.ledger import sql
from wharfinger.ledger.door import detail, write
from wharfinger.parties.models import Site

router = Router(tags=["lines"])

Charge = Literal[
    "pending",
    "waiting_approval",
    "need_to_order",
    "on_order",
    "ready",
    "delivered",
    "cancelled",
    "partly_pending",
    "partly_waiting_approval",
    "partly_need_to_order",
    "partly_on_order",
    "partly_ready",
    "partly_delivered",
    "won",
    "reserved",
    "partly_reserved",
]


Option = Literal["", "optional", "alternative"]
Every = Literal["", "month", "quarter", "year"]


class LineGiven(Given):
    """One wanted quantity of a product."""

    product: Id
    quantity: Quantity
    unit: str = Field(
        default="",
        max_length=20,
        examples=["pc"],
        description="In which unit of the product quantity and price are said; without it its own.",
    )
    unit_price: Price | None = Field(
        default=None,
        examples=["49.90"],
        description="Without it: what the customer's price list asks, else the product's price.",
    )
    discount_percent: Percent | None = Field(
        default=None, examples=["5"], description="Without any discount: what the customer is granted."
    )
    discount_each: Price | None = Field(
        default=None,
        examples=[None],
        description="Money off each unit, in the document's currency, before any percent.",
    )
    tax_code: Id | None = Field(default=None, description="Without it: the product's tax code.")
    site: Id | None = Field(
        default=None, description="Where it goes; without it the customer's first ship-to site."
    )
    description: str = Field(default="", max_length=500, examples=["Access point, ceiling mount"])
    billable: bool = True
    promised_on: date | None = None
    every: Every = Field(default="", description="Of what recurs its period; the line says one of them.")
    own: OwnValues = {}


class LineOffered(LineGiven):
    """One wanted quantity on a quote, where it may be optional or an alternative to another line."""

    option: Option = Field(default="", description="Empty for what is firm.")
    instead: int | None = Field(
        default=None,
        ge=0,
        le=999,
        examples=[None],
        description="Of an alternative: to which of the lines that are sent before it, counted from 0,",
    )
    instead_of: Id | None = Field(default=None, examples=[None], description="or to which line of the quote.")
    group_at: int | None = Field(
        default=None,
        ge=0,
        le=199,
        examples=[None],
        description="On a new quote: in which of the groups that are sent it stands, counted from 0;",
    )
    group: Id | None = Field(
        default=None, examples=[None], description="on one that is there: in which of its groups."
    )
    taken: bool | None = Field(
        default=None, examples=[None], description="Whether it counts; without it what is firm does."
    )


class LineChanged(Given):
    """What changes of a line."""

    quantity: Quantity | None = Field(
        default=None, description="In the line's unit, or the one that is given."
    )
    unit: str | None = Field(
        default=None, max_length=20, examples=["pc"], description="Another unit rescales the price."
    )
    unit_price: Price | None = Field(default=None, examples=["47.50"])
    discount_percent: Percent | None = Field(default=None, description="Of this line alone.")
    discount_each: Price | None = Field(
        default=None, examples=[None], description="Money off each unit, before any percent."
    )
    group: Id | None = Field(
        default=None, examples=[None], description="On a quote: in which group it stands; null for none."
    )
    tax_code: Id | None = None
    site: Id | None = None
    description: Line | None = None
    billable: bool | None = None
    promised_on: date | None = None
    every: Every | None = Field(default=None, examples=["month"])
    own: OwnValues = {}
    option: Option | None = Field(default=None, examples=["optional"], description="On a quote.")
    instead_of: Id | None = Field(default=None, examples=[None])
    taken: bool | None = Field(
        default=None,
        description="On a quote: whether it counts. An alternative is taken in place of its line.",
    )


class Figures(Shown):
    """How much of a line stands where."""

    wanted: str
    to_approve: str
    to_order: str
    drafted: str
    on_order: str
    ready: str
    reserved: str
    picked: str
    packed: str
    shipped: str
    delivered: str
    returned: str
    restocked: str
    cancelled: str
    to_bill: str
    invoiced: str
    credited: str


class LineAmounts(Shown):
    """What a line comes to before tax, and as its price says it."""

    currency: str = Field(examples=["EUR"])
    net: str = Field(examples=["149.70"])
    said: str = Field(
        examples=["149.70"], description="With tax where `tax_included` is true; sums are made of this."
    )


class ShortageOut(Shown):
    """What lacks of the goods that a line needs."""

    location: Id = Field(description="From where the document's goods are taken first.")
    short_here: str = Field(examples=["2"], description="How many it needs that are not free there.")
    elsewhere: str = Field(examples=["5"], description="How many are free at other locations.")
    short_for_all: str = Field(
        examples=["0"],
        description="By how many it and all open orders need more than what is free anywhere.",
    )
    on_order: str = Field(examples=["0"], description="How many were bought for it and have not come.")
    on_order_on: date | None = Field(description="When the first of them come.")
    on_order_for_stock: str = Field(examples=["10"], description="How many come that are for nobody yet.")
    for_stock_on: date | None = Field(description="When the first of them come.")


class LineOut(Shown):
    """A line of a quote, an order or a work order."""

    id: Id
    sheet: Id = Field(description="The document it stands on.")
    order: Id | None = Field(description="The sales order that collects it.")
    came_from: Id | None = Field(description="The quote's line that was won.")
    kit: Id | None = Field(description="The kit's line whose component this is.")
    per_kit: str | None = Field(examples=["2"], description="How many of it go into one of the kit.")
    position: int
    product: Id
    sku: str = Field(examples=["AP-1040"])
    description: str
    site: Id | None
    quantity: str = Field(examples=["3"], description="In the line's unit.")
    unit: str = Field(examples=["pc"])
    base_quantity: str = Field(
        examples=["3"], description="In the product's own unit, as all figures and verbs count."
    )
    unit_price: str = Field(examples=["49.90"], description="Before anything is taken off.")
    price_origin: Literal["typed", "list", "product"] = Field(examples=["list"])
    price_list: Id | None
    price_from: str | None = Field(examples=["10"], description="From which quantity on the list asks that.")
    group: Id | None = Field(
        description="The group in which it stands on its quote, or stood on the quote that was won."
    )
    discount_percent: str = Field(
        examples=["0"], description="Taken off in all: its own, its group's and its quote's."
    )
    own_discount_percent: str = Field(examples=["0"], description="What is taken off this line alone.")
    discount_each: str = Field(examples=["0"], description="Money taken off each unit.")
    tax_code: Id
    tax_included: bool = Field(description="Whether the unit price includes its taxes.")
    billable: bool
    promised_on: str | None = Field(examples=["2026-12-01"])
    expected_on: str | None = Field(examples=["2026-12-05"], description="When the last of it comes to us.")
    endangered: bool = Field(description="Whether it is late, or comes later than it is promised.")
    own: OwnShown
    option: Option = Field(description="On a quote: optional, an alternative, or empty for what is firm.")
    instead_of: Id | None = Field(description="Of an alternative: the line to which it is one.")
    taken: bool = Field(description="Whether it counts; what does not is in no sum and ends at winning.")
    every: Every = Field(description="Of what recurs its period; empty for what is asked for once.")
    reserved_until: str | None = Field(examples=[None])
    held: list[HeldOut]
    shortage: ShortageOut | None = Field(
        description="What lacks of it; null where nothing does and nothing is on order. A kit's is at its components."
    )
    amounts: LineAmounts
    quantities: Figures
    charge_status: Charge = Field(examples=["partly_ready"])


class LineDone(LineOut, Done):
    """A line, and the entry that wrote it."""


def wishes(given: Sequence[LineGiven], *, organization: int | None = None) -> tuple[LineWish, ...]:
    """Lines as the verbs take them; raises BadInput naming the field.

    organization: whose sites they may name.
    """
    products = sql.by_ids(Product, {line.product for line in given})
    named = {line.tax_code for line in given if line.tax_code}
    codes = set(TaxCode.objects.filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    sites = _sites({line.site for line in given if line.site}, organization)
    sizes = units_of({line.product for line in given}) if any(line.unit for line in given) else {}
    found = []
    for n, line in enumerate(given):
        product = products.get(line.product)
        if product is None:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"lines.{n}.product")
        if line.tax_code is not None and line.tax_code not in codes:
            raise BadInput("no_such_tax_code", N_("There is no such tax code."), field=f"lines.{n}.tax_code")
        if line.site is not None and line.site not in sites:
            raise BadInput("no_such_site", N_("This customer has no such site."), field=f"lines.{n}.site")
        price = line.unit_price
        unit, per = unit_named(line.unit, product, sizes, f"lines.{n}.unit")
        offer = _offer(line, n) if isinstance(line, LineOffered) else {}
        found.append(
            LineWish(
                product.pk,
                counted(line.quantity, product, per, f"lines.{n}.quantity"),
                unit=unit,
                per=per,
                unit_price_micro=None if price is None else money.micro(price, field=f"lines.{n}.unit_price"),
                discount=_discount(line, f"lines.{n}."),
                tax_code=line.tax_code,
                site=line.site,
                description=line.description,
                billable=line.billable,
                promised_on=line.promised_on,
                every=line.every,
                own=line.own,
                **offer,
            )
        )
    return tuple(found)


def _discount(given: LineGiven | LineChanged, at: str = "", before: Discount = NONE) -> Discount | None:
    """What is taken off a line as sent; before: what stays of it. Nothing where nothing was sent."""
    share, each = given.discount_percent, given.discount_each
    if share is None and each is None:
        return None
    return Discount(
        before.share_micro if share is None else scaled(share, 4, field=f"{at}discount_percent"),
        before.each_micro if each is None else money.micro(each, field=f"{at}discount_each"),
    )


def _offer(line: LineOffered, n: int) -> dict[str, Any]:
    """What a line is on its quote; raises BadInput for an alternative to nothing."""
    alternative = line.option == offering.ALTERNATIVE
    if alternative != (line.instead is not None or line.instead_of is not None) or (
        line.instead is not None and line.instead >= n
    ):
        raise BadInput(
            "no_such_line",
            N_("Name for an alternative, and for nothing else, the line before it to which it is one."),
            field=f"lines.{n}.instead",
        )
    return {
        "option": line.option,
        "instead": line.instead,
        "instead_of": None if line.instead is not None else line.instead_of,
        "taken": line.taken,
        "group": line.group if line.group_at is None else line.group_at,
    }


def counted(text: str, product: Product, per: int | None, field: str) -> int:
    """A quantity as sent, in the product's smallest unit."""
    if per is None:
        return quantity(text, product.quantity_decimals, field=field)
    return in_units(text, per, field=field, read=quantity)


def _sites(wanted: set[int], organization: int | None) -> set[int]:
    if not wanted:
        return set()
    rows = Site.objects.filter(pk__in=wanted)
    if organization is not None:
        rows = rows.filter(organization_id=organization)
    return set(rows.values_list("pk", flat=True))


def changed(body: LineChanged, line: Any) -> LineChange:
    """A change as the verb takes it; what was not sent stays."""
    unit, per = line.unit, line.per
    if body.unit is not None:
        unit, per = unit_named(body.unit, line.product, units_of([line.product_id]), "unit")
    if body.tax_code is not None and not TaxCode.objects.filter(pk=body.tax_code).exists():
        raise BadInput("no_such_tax_code", N_("There is no such tax code."), field="tax_code")
    if body.site is not None and body.site not in _sites({body.site}, line.organization_id):
        raise BadInput("no_such_site", N_("This customer has no such site."), field="site")
    return LineChange(
        quantity=None if body.quantity is None else counted(body.quantity, line.product, per, "quantity"),
        unit=None if body.unit is None else unit,
        per=per,
        unit_price_micro=None if body.unit_price is None else money.micro(body.unit_price),
        discount=_discount(body, before=of_line(line)),
        group=(body.group or 0) if "group" in body.model_fields_set else None,
        tax_code_id=body.tax_code,
        site_id=body.site,
        description=body.description,
        billable=body.billable,
        promised_on=body.promised_on,
        every=body.every,
        own=body.own,
        option=offering.ALTERNATIVE if body.option is None and body.instead_of else body.option,
        instead_of=body.instead_of,
        taken=body.taken,
    )


LINES = Listing(
    "lines",
    sorts={"promised_on": "promised_on", "product": "product__sku"},
    filters={
        "sheet": "sheet_id",
        "order": "order_id",
        "organization": "organization_id",
        "product": "product_id",
        "site": "site_id",
        "kind": "sheet__kind",
        "billable": "billable",
    },
    days={"promised_on": "promised_on"},
    q=("product__sku", "description", "sheet__number"),
    own=("line", "own"),
)


@router.get("/lines", response=Page[LineOut], openapi_extra=LINES.described, summary="List lines")
def list_lines(request: Request) -> HttpResponse:
    """Lines of quotes, orders and work orders, newest first, each with where its units are."""
    require(request.auth, "sales.read")
    rows = joined(lines())
    return LINES.answer(request, rows, shown.show_lines)


@router.get("/lines/{id}", response=LineOut, summary="Read a line")
def one_line(request: Request, id: Id) -> HttpResponse:
    """A line with where its units are."""
    require(request.auth, "sales.read")
    return detail(request, f"line:{id}", _show(id))


@router.patch("/lines/{id}", response=LineDone, summary="Change a line")
def change_line(request: Request, id: Id, body: LineChanged) -> HttpResponse:
    """Change a line before or after its document is firm; what is covered or invoiced of it stays."""
    line = there(lines().select_related("product"), id)
    act = partial(actions.change_line, actor=request.auth, line=id, change=changed(body, line))
    return write(request, act, lambda _: _show(id), about=f"line:{id}")


@router.delete("/lines/{id}", response=LineDone, summary="Take a line off its document")
def remove_line(request: Request, id: Id) -> HttpResponse:
    """Take a line off while nothing of it is reserved, ordered, sent or invoiced."""
    before = _show(id)
    act = partial(actions.remove_line, actor=request.auth, line=id)
    return write(request, act, lambda _: before, about=f"line:{id}")


def _show(pk: int) -> dict[str, Any]:
    return shown.show_lines([there(joined(lines()), pk)])[0]
