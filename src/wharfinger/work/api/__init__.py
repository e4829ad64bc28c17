"""Tickets, projects, contracts and jobs over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal, get_args

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base import further, money, proving
from wharfinger.base.access import require
from wharfinger.base.door import (
    Done,
    Given,
    Id,
    Line,
    Listing,
    Page,
    Price,
    Quantity,
    Request,
    included,
    module_on,
)
from wharfinger.base.quantity import quantity
from wharfinger.base.refusal import N_, BadInput
from wharfinger.catalog.models import Product
from wharfinger.demand import actions as demand
from wharfinger.demand.api.lines import LineGiven, LineOut, wishes
from wharfinger.demand.api.promising import Promises, promised
from wharfinger.demand.api.sheets import SheetChange, SheetGiven, SheetOut
from wharfinger.demand.queries.reading import products_of
from wharfinger.demand.queries.shown import lines_of, show_lines
from wharfinger.demand.queries.where import bin_places, location_places, lots_of
from wharfinger.demand.rules.words import GOODS, MONEY
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.stock.rules.serving import Priority
from wharfinger.work import actions, queries
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision

router = Router(tags=["work"])

Kind = Literal["ticket", "project", "contract", "job"]
Scope = Literal["new_installation", "generic", "swap", "replacement", "return"]
Days = Annotated[int, Field(ge=0, le=3650)]


class ChargeGiven(LineGiven):
    """A charge, and which units of it are meant."""

    serials: list[str] = Field(
        default=[],
        max_length=1000,
        examples=[[]],
        description="Of goods that have serial numbers, which are picked or delivered with `then`.",
    )


Then = Annotated[
    Literal["pick", "order", "deliver"] | None,
    Field(
        examples=["pick"],
        description="What is done with the charges at once, as far as they are there; the rest goes the usual way.",
    ),
]


class WorkOrderGiven(SheetGiven):
    """A new ticket, project, contract or job."""

    kind: Kind
    charges: list[ChargeGiven] = Field(default=[], max_length=1000)
    then: Then = None
    title: Line = Field(default="", examples=["Router keeps restarting"])
    lead: Id | None = Field(default=None, description="Who answers for it.")
    resource: Id | None = Field(default=None, description="Who does it: the ticket's primary resource.")
    order: Id | None = Field(
        default=None, examples=[None], description="The sales order of the customer that it serves."
    )
    billable: bool | None = Field(
        default=None, description="As the type of the job says, or true, where you do not."
    )
    scope: Scope | None = Field(
        default=None, description="As the type of the job says, or generic, where you do not."
    )
    type: Id | None = Field(default=None, examples=[None], description="The type of a job.")
    starts_on: date | None = None
    estimate_days: Days | None = Field(
        default=None, description="As the type of the job says where you do not."
    )
    expected_on: date | None = Field(
        default=None, description="So many days after the start as are estimated, where you do not say."
    )
    priority: Priority = Field(default="normal", description="The more pressing work is served first.")


class WorkOrderChange(SheetChange):
    """What changes of a work order; its charges have verbs of their own."""

    lead: Id | None = None
    resource: Id | None = None
    order: Id | None = Field(default=None, examples=[None])
    scope: Scope | None = None
    starts_on: date | None = None
    estimate_days: Days | None = None
    expected_on: date | None = None
    priority: Priority | None = None


class WorkOrderOut(SheetOut):
    """A ticket, project, contract or job with its charges."""

    kind: Kind
    number: str = Field(examples=["T-12"])
    lead: Id | None
    resource: Id | None
    order: Id | None
    devices: list[Id] = Field(description="Those that it is about.")
    billable: bool
    scope: Scope
    type: Id | None = Field(examples=[None])
    starts_on: date | None
    estimate_days: int | None
    expected_on: date | None
    priority: Priority
    status: Literal["open", "started", "completed", "cancelled"]
    started_at: datetime | None
    completed_at: datetime | None
    signed_by: str = Field(examples=["M. Krause"], description="Who of the customer signed that it is done.")
    cancelled_at: datetime | None
    open: str = Field(examples=["119.00"])
    goods_status: str = Field(examples=["started"])
    money_status: str = Field(examples=["uninvoiced"])
    charges: list[LineOut] | None = None


class WorkOrderDone(WorkOrderOut, Done):
    """A work order, and the entry that wrote it."""


class ChargesGiven(Given):
    """Charges to add."""

    charges: list[ChargeGiven] = Field(min_length=1, max_length=1000)
    then: Then = None


class ProvisionGiven(Given):
    """A good handed over: of a charge that stands, or of a product as a new charge."""

    line: Id | None = None
    product: Id | None = Field(default=None, examples=[None])
    quantity: Quantity
    location: Id | None = None
    bin: Id | None = None
    serials: list[str] = Field(default=[], max_length=1000, examples=[["SN-1001"]])
    unit_price: Price | None = None


class Provide(Given):
    """What is handed to the customer."""

    lines: list[ProvisionGiven] = Field(min_length=1, max_length=500)


class Complete(Given):
    """Whether open charges may stay open, and who signed for the work."""

    anyway: bool = False
    signed_by: Line = Field(default="", max_length=100, examples=["M. Krause"])
    signature: str = Field(
        default="",
        max_length=400_000,
        examples=[""],
        description="A PNG picture in Base64, which is attached to the work.",
    )
    photos: list[str] = Field(
        default=[],
        max_length=8,
        examples=[[]],
        description="Pictures in Base64, which are attached likewise; large ones go to `POST /attachments`.",
    )


class Cancel(Given):
    """Why."""

    reason: Line = ""


NOTHING_SAID = Complete()
NO_REASON = Cancel()

WORK_ORDERS = Listing(
    "work-orders",
    sorts={"number": "number", "promised_on": "promised_on", "title": "title"},
    filters={
        "kind": "kind",
        "organization": "organization_id",
        "owner": "owner_id",
        "lead": "work_order__lead_id",
        "resource": "work_order__resource_id",
        "order": "work_order__order_id",
        "number": "number",
        "customer_reference": "customer_reference",
        "scope": "work_order__scope",
        "type": "work_order__type_id",
        "priority": "priority",
        "goods_status": lambda rows, values: rows.filter(goods_word__in=values),
        "money_status": lambda rows, values: rows.filter(money_word__in=values),
    },
    words={"goods_status": tuple(GOODS), "money_status": tuple(MONEY), "priority": get_args(Priority)},
    days={
        "starts_on": "work_order__starts_on",
        "expected_on": "work_order__expected_on",
        "completed_at": "work_order__completed_at",
    },
    q=("number", "title", "customer_reference", "organization__name"),
    includes=("charges",),
)


@router.get(
    "/work-orders",
    response=Page[WorkOrderOut],
    openapi_extra=WORK_ORDERS.described,
    summary="List work orders",
)
def list_work_orders(request: Request) -> HttpResponse:
    """Tickets, projects, contracts and jobs, newest first."""
    require(request.auth, "work.read")
    show = partial(queries.show_work_orders, include=included(request, WORK_ORDERS.includes))
    on = queries.work_orders().filter(kind__in=queries.shown_kinds())
    return WORK_ORDERS.answer(request, on, show)


@router.post("/work-orders", response={201: WorkOrderDone}, summary="Open a work order")
def create_work_order(request: Request, body: WorkOrderGiven) -> HttpResponse:
    """Open a ticket, project, contract or job."""
    require(request.auth, "work.create")
    if body.kind == "job":
        module_on("jobs")
    wish = WorkWish(
        **body.model_dump(exclude={"charges", "then"}),
        lines=wishes(body.charges, organization=body.organization),
    )
    act: Any = partial(actions.create_work_order, actor=request.auth, wish=wish)
    if body.then:
        codes = [one.serials for one in body.charges]
        act = partial(further.charging[0].open, actor=request.auth, wish=wish, then=body.then, codes=codes)
    return make(request, act, "demand.Sheet", _work, subject="work_order")


@router.get("/work-orders/{id}", response=WorkOrderOut, summary="Read a work order")
def one_work_order(request: Request, id: Id) -> HttpResponse:
    """A work order with its charges."""
    require(request.auth, "work.read")
    return detail(request, f"work_order:{id}", _work(id))


@router.patch("/work-orders/{id}", response=WorkOrderDone, summary="Change a work order")
def change_work_order(request: Request, id: Id, body: WorkOrderChange) -> HttpResponse:
    """Change the words, dates and people of a work order."""
    sent = body.model_dump(exclude_unset=True)
    may_be_empty = ("contact", "expected_on", "starts_on", "estimate_days", "resource", "order", "location")
    given = {key: value for key, value in sent.items() if value is not None or key in may_be_empty}
    own = {
        "lead": "lead_id",
        "resource": "resource_id",
        "order": "order_id",
        "scope": "scope",
        "starts_on": "starts_on",
        "estimate_days": "estimate_days",
        "expected_on": "expected_on",
    }
    columns = {"contact": "contact_id", "owner": "owner_id", "location": "location_id"}
    act = partial(
        actions.change_work_order,
        actor=request.auth,
        work_order=id,
        values={columns.get(key, key): value for key, value in given.items() if key not in own},
        own={own[key]: value for key, value in given.items() if key in own},
    )
    return _done(request, act, id)


@router.get("/work-orders/{id}/charges", response=Page[LineOut], summary="List the charges of a work order")
def list_charges(request: Request, id: Id) -> HttpResponse:
    """The charges of a work order in their order."""
    require(request.auth, "work.read")
    queries.work_order(id)
    return detail(request, f"work_order:{id}", {"items": show_lines(lines_of(id, "sheet")), "next": None})


@router.post("/work-orders/{id}/charges", response={201: WorkOrderDone}, summary="Charge a work order")
def add_charges(request: Request, id: Id, body: ChargesGiven) -> HttpResponse:
    """Add charges, which are firm at once; with `then` what is there of them is picked, ordered or delivered."""
    require(request.auth, "work.charge")
    lines = wishes(body.charges, organization=queries.work_order(id).organization_id)
    act: Any = partial(demand.add_lines, actor=request.auth, sheet=id, wishes=lines)
    if body.then:
        codes = [one.serials for one in body.charges]
        serve = further.charging[0].add
        act = partial(serve, actor=request.auth, sheet=id, wishes=lines, then=body.then, codes=codes)
    return write(request, act, lambda _: _work(id), about=f"work_order:{id}", status=201)


@router.post("/work-orders/{id}/provide", response=WorkOrderDone, summary="Hand goods over on a work order")
def provide(request: Request, id: Id, body: Provide) -> HttpResponse:
    """Sell or lend goods on the spot."""
    require(request.auth, "work.provide")
    provisions = _provisions(id, body.lines)
    return _done(
        request, partial(actions.provide, actor=request.auth, work_order=id, provisions=provisions), id
    )


@router.post("/work-orders/{id}/promise", response=WorkOrderDone, summary="Promise charges anew")
def promise(request: Request, id: Id, body: Promises) -> HttpResponse:
    """Promise charges for another day; those that a sales order collects are promised on the order."""
    act = partial(
        actions.promise_work,
        actor=request.auth,
        work_order=id,
        promises=promised(body),
        reason=body.reason,
    )
    return _done(request, act, id)


@router.post("/work-orders/{id}/start", response=WorkOrderDone, summary="Start a work order")
def start(request: Request, id: Id) -> HttpResponse:
    """Say that somebody has begun with the work."""
    return _done(request, partial(actions.start_work, actor=request.auth, work_order=id), id)


@router.post("/work-orders/{id}/complete", response=WorkOrderDone, summary="Complete a work order")
def complete(request: Request, id: Id, body: Complete = NOTHING_SAID) -> HttpResponse:
    """Declare work completed; open charges are named and need a yes."""

    def act() -> Written:
        return actions.complete(
            actor=request.auth,
            work_order=id,
            anyway=body.anyway,
            signed_by=body.signed_by,
            pictures=proving.sent(request.auth, body.signature, body.photos),
        )

    return _done(request, act, id)


@router.post("/work-orders/{id}/cancel", response=WorkOrderDone, summary="Cancel a work order")
def cancel(request: Request, id: Id, body: Cancel = NO_REASON) -> HttpResponse:
    """Cancel work nothing of which was ordered, handed over or invoiced."""
    act = partial(actions.cancel_work, actor=request.auth, work_order=id, reason=body.reason)
    return _done(request, act, id)


def _provisions(pk: int, given: list[ProvisionGiven]) -> list[Provision]:
    queries.work_order(pk)
    lines = products_of(one.line for one in given if one.line)
    named = {one.product for one in given if one.product}
    decimals = dict(Product.objects.filter(pk__in=named).values_list("pk", "quantity_decimals"))
    products = []
    for n, one in enumerate(given):
        if one.product is not None and one.product not in decimals:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"lines.{n}.product")
        if one.line is not None and one.line not in lines:
            raise BadInput("no_such_line", N_("There is no such charge here."), field=f"lines.{n}.line")
        products.append(lines[one.line][0] if one.line else one.product)
    locations = location_places([one.location for one in given])
    bins = bin_places([one.bin for one in given])
    lots = lots_of(products, [one.serials for one in given])
    return [
        Provision(
            quantity(
                one.quantity,
                lines[one.line][1] if one.line else decimals.get(one.product or 0, 0),
                field=f"lines.{n}.quantity",
            ),
            line=one.line,
            product=one.product,
            location=locations[n],
            bin=bins[n],
            lots=lots[n],
            unit_price_micro=None
            if one.unit_price is None
            else money.micro(one.unit_price, field=f"lines.{n}.unit_price"),
        )
        for n, one in enumerate(given)
    ]


def _work(pk: int) -> dict[str, Any]:
    return queries.show_work_order(queries.work_order(pk))


def _done(request: Request, act: Any, pk: int) -> HttpResponse:
    return write(request, act, lambda _: _work(pk), about=f"work_order:{pk}")
