"""Requests for quotation over HTTP: several vendors asked, their answers noted, the best ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Amount,
    Currency,
    Done,
    Given,
    Id,
    Listing,
    Note,
    Page,
    Price,
    Quantity,
    Request,
    Shown,
)
from wharfinger.base.money import micro, minor
from wharfinger.base.quantity import quantity
from wharfinger.catalog.models import Product
from wharfinger.demand.queries.reading import products_of
from wharfinger.ledger.door import detail, make, write
from wharfinger.purchasing.actions import quoting as actions
from wharfinger.purchasing.api.orders import MOST_DECIMALS
from wharfinger.purchasing.models.quoting import RfqVendor
from wharfinger.purchasing.queries import quoting as queries
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.quoting import AnswerWish, Asked, Offered, RfqWish

router = Router(tags=["purchasing"])


class RfqWantedGiven(Given):
    """So many units of a customer's line."""

    line: Id
    quantity: Quantity | None = Field(
        default=None, description="All that it still wants where none is given.", examples=[None]
    )


class RfqLineGiven(Given):
    """How many of a product vendors are asked for; a product, customers' lines, or both."""

    product: Id | None = None
    quantity: Quantity | None = Field(
        default=None, description="Of all of it; what the customers' lines want without it."
    )
    lines: list[RfqWantedGiven] = Field(default=[], max_length=200, examples=[[]])


class RfqGiven(Given):
    """What is asked of whom."""

    vendors: list[Id] = Field(min_length=1, max_length=actions.MOST_VENDORS)
    lines: list[RfqLineGiven] = Field(min_length=1, max_length=actions.MOST_LINES)
    title: str = Field(default="", max_length=100, examples=["Access points for the new site"])
    answer_by: date | None = None
    note: Note = ""


class SendRfq(Given):
    """To whom a request goes."""

    vendors: list[Id] | None = Field(
        default=None,
        min_length=1,
        max_length=actions.MOST_VENDORS,
        description="All who neither have it nor have answered without it; named ones get it again.",
        examples=[None],
    )
    by_hand: bool = Field(
        default=False, description="They have it by post or telephone: that is noted, and no mail leaves."
    )


class AnswerLineGiven(Given):
    """What a vendor asks for a unit of a line."""

    line: Id = Field(description="Of the request.")
    unit_cost: Price | None = Field(
        description="For one unit of the product's own, in the vendor's currency; null where it is not offered."
    )
    lead_days: int = Field(default=0, ge=0, le=actions.MOST_DAYS, examples=[5])


class AnswerGiven(Given):
    """What a vendor answers, or that it declines."""

    vendor: Id
    lines: list[AnswerLineGiven] = Field(default=[], max_length=actions.MOST_LINES)
    currency: Currency | None = Field(default=None, description="The vendor's own without one.")
    freight: Amount | None = Field(default=None, examples=["12.00"])
    valid_until: date | None = None
    note: str = Field(default="", max_length=500, examples=["Two weeks for more than ten"])
    declined: bool = False


class ChoiceGiven(Given):
    """Of whom a line is ordered."""

    line: Id = Field(description="Of the request.")
    vendor: Id


class AwardGiven(Given):
    """What is ordered of whom."""

    lines: list[ChoiceGiven] | None = Field(
        default=None,
        max_length=actions.MOST_LINES,
        description="Each line's cheapest answer without it.",
        examples=[None],
    )
    late: bool = Field(default=False, description="Order at answers that are valid no longer.")
    add_vendor: bool = Field(
        default=False, description="Make each one a vendor of what it is not known to sell."
    )


class CloseRfq(Given):
    """Why no more answers are expected."""

    reason: Note = ""


class RfqLineOut(Shown):
    """A line of a request."""

    id: Id
    product: Id
    sku: str = Field(examples=["AP-1040"])
    quantity: str = Field(examples=["10"])
    lines: list[int] = Field(description="The customers' lines it is for.")
    purchase_order: int | None
    cheapest: int | None = Field(description="The vendor who asks least, at today's rates.")
    fastest: int | None


class RfqAnswerOut(Shown):
    """What a vendor answered to a line."""

    line: Id
    unit_cost: str | None = Field(examples=["31.5"])
    lead_days: int


class RfqVendorOut(Shown):
    """A vendor that was asked."""

    vendor: Id
    name: str = Field(examples=["Harbour Supplies"])
    currency: str = Field(examples=["EUR"])
    sent_at: datetime | None = Field(description="When it was last mailed to this vendor.")
    told_at: datetime | None = Field(description="When it was noted that it has it by post or telephone.")
    answered_on: date | None
    declined_on: date | None
    valid_until: date | None
    freight: str | None = Field(examples=["12.00"])
    total: str | None = Field(examples=["327.00"], description="Of all that it offers, with freight.")
    note: str
    answers: list[RfqAnswerOut]


class RfqOut(Shown):
    """A request for quotation. Amounts only for who may see costs."""

    id: Id
    number: str = Field(examples=["RFQ-3"])
    status: Literal["asked", "answered", "ordered", "closed"]
    title: str
    answer_by: date | None
    note: str
    closed_at: datetime | None
    lines: list[RfqLineOut]
    vendors: list[RfqVendorOut]


class RfqDone(RfqOut, Done):
    """A request for quotation, and the entry that wrote it."""


RFQS = Listing(
    "requests for quotation",
    sorts={"number": "number", "answer_by": "answer_by"},
    filters={"number": "number", "vendor": "vendors__vendor_id", "status": queries.with_status},
    days={"answer_by": "answer_by"},
    q=("number", "title"),
    words={"status": tuple(queries.WORDS)},
)


def _shower(request: Request) -> Callable[[int], dict[str, Any]]:
    costs = request.auth.may("catalog.see_cost")
    return lambda pk: queries.show_rfqs([queries.rfq(pk)], costs=costs)[0]


@router.get(
    "/rfqs", response=Page[RfqOut], openapi_extra=RFQS.described, summary="List requests for quotation"
)
def rfqs(request: Request) -> HttpResponse:
    """Requests for quotation, newest first."""
    require(request.auth, "purchasing.read")
    show = partial(queries.show_rfqs, costs=request.auth.may("catalog.see_cost"))
    return RFQS.answer(request, queries.rfqs(), show)


@router.get("/rfqs/{id}", response=RfqOut, summary="Read a request for quotation")
def rfq(request: Request, id: Id) -> HttpResponse:
    """What was asked, and what each vendor answered."""
    require(request.auth, "purchasing.read")
    return detail(request, f"rfq:{id}", _shower(request)(id))


@router.post("/rfqs", response={201: RfqDone}, summary="Ask vendors for a quotation")
def ask(request: Request, body: RfqGiven) -> HttpResponse:
    """Ask several vendors what they want for the same goods; customers' lines stay to be ordered."""
    require(request.auth, "purchasing.rfq")
    act = partial(actions.ask_vendors, actor=request.auth, wish=_wish(body))
    return make(request, act, "purchasing.Rfq", _shower(request), subject="rfq")


@router.post("/rfqs/{id}/send", response=RfqDone, summary="Send a request for quotation")
def send(request: Request, id: Id, body: SendRfq) -> HttpResponse:
    """Mail it to its vendors, to each its own PDF in its language, without any of our costs and customers."""
    act = partial(actions.send_rfq, actor=request.auth, rfq=id, vendors=body.vendors, by_hand=body.by_hand)
    return write(request, act, lambda _: _shower(request)(id), about=f"rfq:{id}")


@router.post("/rfqs/{id}/answer", response=RfqDone, summary="Note a vendor's answer")
def answer(request: Request, id: Id, body: AnswerGiven) -> HttpResponse:
    """Note what a vendor offers, or that it declines; a later answer takes the place of an earlier."""
    require(request.auth, "purchasing.rfq")
    require(request.auth, "catalog.see_cost")
    asked = RfqVendor.objects.filter(rfq=id, vendor=body.vendor, void__isnull=True).first()
    currency = body.currency or (asked.currency if asked else "EUR")
    wish = AnswerWish(
        tuple(
            Offered(
                one.line,
                None if one.unit_cost is None else micro(one.unit_cost, field=f"lines.{n}.unit_cost"),
                one.lead_days,
            )
            for n, one in enumerate(body.lines)
        ),
        currency=body.currency,
        freight_minor=None if body.freight is None else minor(body.freight, currency, field="freight"),
        valid_until=body.valid_until,
        note=body.note,
        declined=body.declined,
    )
    act = partial(actions.answer_rfq, actor=request.auth, rfq=id, vendor=body.vendor, wish=wish)
    return write(request, act, lambda _: _shower(request)(id), about=f"rfq:{id}")


@router.post("/rfqs/{id}/award", response=RfqDone, summary="Order what vendors offered")
def award(request: Request, id: Id, body: AwardGiven) -> HttpResponse:
    """Draft a purchase order of each chosen vendor at what it answered; each line's cheapest without a choice."""
    choices = None if body.lines is None else {one.line: one.vendor for one in body.lines}
    act = partial(
        actions.award_rfq,
        actor=request.auth,
        rfq=id,
        choices=choices,
        late=body.late,
        add_vendor=body.add_vendor,
    )
    return write(request, act, lambda _: _shower(request)(id), about=f"rfq:{id}")


@router.post("/rfqs/{id}/close", response=RfqDone, summary="Close a request for quotation")
def close(request: Request, id: Id, body: CloseRfq) -> HttpResponse:
    """Expect no more answers."""
    act = partial(actions.close_rfq, actor=request.auth, rfq=id, reason=body.reason)
    return write(request, act, lambda _: _shower(request)(id), about=f"rfq:{id}")


def _wish(body: RfqGiven) -> RfqWish:
    named = {one.product for one in body.lines if one.product is not None}
    places = dict(Product.objects.filter(pk__in=named).values_list("pk", "quantity_decimals"))
    theirs = products_of(each.line for one in body.lines for each in one.lines)
    asked = []
    for n, one in enumerate(body.lines):
        first = theirs.get(one.lines[0].line, (0, MOST_DECIMALS))[1] if one.lines else MOST_DECIMALS
        decimals = first if one.product is None else places.get(one.product, MOST_DECIMALS)
        wanted = tuple(
            Wanted(
                each.line,
                None
                if each.quantity is None
                else quantity(each.quantity, decimals, field=f"lines.{n}.lines.{m}.quantity"),
            )
            for m, each in enumerate(one.lines)
        )
        total = (
            None if one.quantity is None else quantity(one.quantity, decimals, field=f"lines.{n}.quantity")
        )
        asked.append(Asked(one.product, total, wanted))
    return RfqWish(tuple(body.vendors), tuple(asked), body.title, body.answer_by, body.note)
