"""RMAs over HTTP: ask, approve, receive, inspect, settle, close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.http import HttpResponse
from ninja import Router

from wharfinger.base import further, money
from wharfinger.base.access import require
from wharfinger.base.door import Id, Listing, Page, Request, there
from wharfinger.base.proving import photo
from wharfinger.base.quantity import quantity, scaled
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.queries.fees import fee_product
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.demand.queries.where import bin_places, location_places
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.returns.actions import ahead, inspecting, receiving, requesting
from wharfinger.returns.api.shapes import (
    Approve,
    ArrivedGiven,
    AskedGiven,
    ChargeGiven,
    Deny,
    ExtendGiven,
    Inspect,
    InsteadGiven,
    OverruleGiven,
    Receive,
    RmaDone,
    RmaGiven,
    RmaOut,
    Settle,
)
from wharfinger.returns.queries import shown, words
from wharfinger.returns.queries.truth import decimals_by_goods, location_there
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.replacing import LIKE_FOR_LIKE, Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

router = Router(tags=["returns"])

RMAS = Listing(
    "rmas",
    sorts={"number": "number", "requested_at": "requested_at", "due_on": "due_on"},
    filters={
        "organization": "organization_id",
        "number": "number",
        "location": "location_id",
        "ticket": "ticket_id",
        "status": words.among,
        "overdue": words.only_overdue,
    },
    words={"status": (*words.WORDS, "open"), "overdue": ("true",)},
    days={"requested_at": "requested_at", "due_on": "due_on"},
    q=("number", "organization__name"),
)


@router.get("/rmas", response=Page[RmaOut], openapi_extra=RMAS.described, summary="List RMAs")
def rmas(request: Request) -> HttpResponse:
    """Every RMA with its lines, newest first."""
    require(request.auth, "returns.read")
    return RMAS.answer(request, shown.rmas(), shown.show_returns)


@router.get("/rmas/{id}", response=RmaOut, summary="Read an RMA")
def rma(request: Request, id: Id) -> HttpResponse:
    """An RMA: what was requested, received, inspected and settled, each with its own quantity."""
    require(request.auth, "returns.read")
    return detail(request, f"rma:{id}", shown.show_return(there(shown.returns(), id)))


def asked_of(given: Sequence[AskedGiven], currency: str) -> list[Asked]:
    """Goods as the verbs take them; raises BadInput naming the field."""
    places = decimals_by_goods([(one.line, one.product, one.device) for one in given])
    return [
        Asked(
            quantity(one.quantity, places[n], field=f"lines.{n}.quantity"),
            one.line,
            one.device,
            one.product,
            None,
            one.serial,
            one.type,
            one.reason,
            None if one.credit is None else money.minor(one.credit, currency, field=f"lines.{n}.credit"),
            container=one.container,
            shipment=one.shipment,
            invoice=one.invoice,
        )
        for n, one in enumerate(given)
    ]


@router.post("/rmas", response={201: RmaDone}, summary="Request an RMA")
def request_rma(request: Request, body: RmaGiven) -> HttpResponse:
    """Ask to send goods back; credit is proposed at the price paid."""
    require(request.auth, "returns.request")
    act = partial(
        requesting.request,
        actor=request.auth,
        organization=body.organization,
        items=asked_of(body.lines, shown.currency_of(body.organization)),
        location=location_there(body.location),
        due_on=body.due_on,
        ticket=body.ticket,
        note=body.note,
        overrule=reason_of(body.overrule),
    )
    return make(request, act, "returns.Rma", show_one, subject="rma")


@router.post("/rmas/{id}/approve", response=RmaDone, summary="Approve an RMA")
def approve(request: Request, id: Id, body: Approve | None = None) -> HttpResponse:
    """Allow goods to come back, until the day that was asked for, else within the company's days."""
    reason = body.reason if body is not None else ""
    return _write(request, id, partial(requesting.approve, actor=request.auth, rma=id, reason=reason))


@router.post("/rmas/{id}/deny", response=RmaDone, summary="Deny an RMA")
def deny(request: Request, id: Id, body: Deny) -> HttpResponse:
    """Refuse to take goods back, with a reason."""
    return _write(request, id, partial(requesting.deny, actor=request.auth, rma=id, reason=body.reason))


@router.post("/rmas/{id}/receive", response=RmaDone, summary="Receive goods of an RMA")
def receive(request: Request, id: Id, body: Receive) -> HttpResponse:
    """Take goods in: more, fewer or other than asked for, never more than were delivered."""
    require(request.auth, "returns.receive")
    act = partial(
        receiving.receive,
        actor=request.auth,
        rma=id,
        items=_arrived(id, body.lines),
        parts=body.parts,
        received_on=body.received_on,
    )
    return _write(request, id, act)


def _arrived(rma: int, given: Sequence[ArrivedGiven]) -> list[Arrived]:
    places = shown.decimals_of(rma)
    along = decimals_by_goods([(one.line, one.product, None) for one in given])
    found = []
    for n, one in enumerate(given):
        if one.rma_line is not None and one.rma_line not in places:
            raise BadInput("no_such_rma_line", N_("This RMA has no such line."), field=f"lines.{n}.rma_line")
        decimals = along[n] if one.rma_line is None else places[one.rma_line]
        units = quantity(one.quantity, decimals, field=f"lines.{n}.quantity")
        found.append(Arrived(units, one.rma_line, tuple(one.serials), one.line, one.product, one.outside))
    return found


@router.post("/rmas/{id}/inspect", response=RmaDone, summary="Inspect returned goods")
def inspect(request: Request, id: Id, body: Inspect) -> HttpResponse:
    """Restock, repair, scrap, send to the vendor or back, each quantity on its own."""
    require(request.auth, "returns.inspect")
    units = _units(id, [(one.rma_line, one.quantity) for one in body.lines])
    bins = bin_places([one.bin for one in body.lines])
    verdicts = [
        Verdict(one.rma_line, units[n], one.outcome or "", bins[n], tuple(one.serials), one.note, one.grade)
        for n, one in enumerate(body.lines)
    ]

    def act() -> Written:
        photos = [photo(text, n) for n, text in enumerate(body.photos)]
        pictures = further.looked_at(request.auth, photos, "photos")
        return inspecting.inspect(actor=request.auth, rma=id, verdicts=verdicts, pictures=pictures)

    return _write(request, id, act)


def _units(rma: int, given: Sequence[tuple[int, str]]) -> list[int]:
    places = shown.decimals_of(rma)
    for n, (line, _) in enumerate(given):
        if line not in places:
            raise BadInput("no_such_rma_line", N_("This RMA has no such line."), field=f"lines.{n}.rma_line")
    return [quantity(text, places[line], field=f"lines.{n}.quantity") for n, (line, text) in enumerate(given)]


@router.post("/rmas/{id}/settle", response=RmaDone, summary="Settle returned goods")
def settle(request: Request, id: Id, body: Settle) -> HttpResponse:
    """Give the customer credit, their money, another unit or nothing."""
    require(request.auth, "returns.settle")
    units = _units(id, [(one.rma_line, one.quantity) for one in body.lines])
    currencies = shown.currencies_of(id)
    instead = _instead([one.instead for one in body.lines])
    answers = [
        Answer(
            one.rma_line,
            units[n],
            one.answer,
            None
            if one.amount is None
            else money.minor(one.amount, currencies[one.rma_line], field=f"lines.{n}.amount"),
            instead[n],
        )
        for n, one in enumerate(body.lines)
    ]
    kept = kept_of(body.fee_percent, body.fee, body.freight, currencies[body.lines[0].rma_line])
    act = partial(
        inspecting.settle,
        actor=request.auth,
        rma=id,
        answers=answers,
        overrule=reason_of(body.overrule),
        kept=kept,
    )
    return _write(request, id, act)


def kept_of(percent: str | None, fee: str | None, freight: str | None, currency: str) -> list[Kept]:
    """What is kept of a credit, as the verbs take it; raises BadInput naming the field."""
    kept = []
    if percent is not None or fee is not None:
        share = None if percent is None else scaled(percent, 4, field="fee_percent")
        minor = None if fee is None else money.minor(fee, currency, field="fee")
        kept.append(Kept("fee", fee_product("restocking", "fee"), share, minor, currency))
    if freight is not None:
        minor = money.minor(freight, currency, field="freight")
        kept.append(Kept("freight", fee_product("return_freight", "freight"), None, minor, currency))
    return kept


def _instead(given: Sequence[InsteadGiven | None]) -> list[Instead]:
    """What takes the place of units as the verb takes it; raises BadInput naming the field."""
    places = location_places([one.location if one is not None else None for one in given])
    return [
        LIKE_FOR_LIKE
        if one is None
        else Instead(
            one.product,
            one.serial,
            place,
            None
            if one.unit_price is None
            else money.micro(one.unit_price, field=f"lines.{n}.instead.unit_price"),
            one.ticket,
            one.back_by,
            None if one.charge is None else money.micro(one.charge, field=f"lines.{n}.instead.charge"),
            one.hand_over,
        )
        for n, (one, place) in enumerate(zip(given, places, strict=True))
    ]


def reason_of(given: OverruleGiven | None) -> str:
    """Why rules are overruled, if they are."""
    return given.reason if given is not None else ""


@router.post("/rmas/{id}/extend", response=RmaDone, summary="Wait longer for goods of an RMA")
def extend(request: Request, id: Id, body: ExtendGiven) -> HttpResponse:
    """Let the goods whose place others took already be back by a later day."""
    act = partial(ahead.extend_ahead, actor=request.auth, rma=id, back_by=body.back_by, reason=body.reason)
    return _write(request, id, act)


@router.post("/rmas/{id}/charge", response=RmaDone, summary="Charge what is not sent back")
def charge(request: Request, id: Id, body: ChargeGiven) -> HttpResponse:
    """Let what left first be billed at the agreed price; after its day this is done by itself."""
    act = partial(ahead.charge_kept, actor=request.auth, rma=id, reason=body.reason)
    return _write(request, id, act)


@router.post("/rmas/{id}/close", response=RmaDone, summary="Close an RMA")
def close(request: Request, id: Id) -> HttpResponse:
    """Close a return of which nothing is with us any more."""
    return _write(request, id, partial(requesting.close, actor=request.auth, rma=id))


def _write(request: Request, id: int, act: Callable[[], Written]) -> HttpResponse:
    return write(request, act, lambda _: show_one(id), about=f"rma:{id}")


def show_one(pk: int) -> dict[str, object]:
    """A return, with RMA or without, as callers read it."""
    return shown.show_return(there(shown.returns(), pk))
