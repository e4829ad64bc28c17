"""Returns without RMA, and swaps, over HTTP; both work whether or not RMAs are switched on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.http import HttpResponse
from ninja import Router

from wharfinger.base.access import require
from wharfinger.base.door import Id, Listing, Page, Request, there
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.queries.where import bin_places, location_places
from wharfinger.devices.api.devices import DeviceDone
from wharfinger.devices.queries import shown as devices
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.write import Written
from wharfinger.returns.actions import receiving, swapping
from wharfinger.returns.api.rmas import asked_of, kept_of, reason_of, show_one
from wharfinger.returns.api.shapes import ReturnGiven, RmaDone, RmaOut, SwapGiven
from wharfinger.returns.queries import shown, words
from wharfinger.returns.queries.truth import location_there
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.swapping import Incoming, Swap

router = Router(tags=["returns"])

RETURNS = Listing(
    "returns",
    sorts={"number": "number", "requested_at": "requested_at"},
    filters={
        "organization": "organization_id",
        "number": "number",
        "location": "location_id",
        "status": words.among,
    },
    words={"status": (*words.WORDS, "open")},
    days={"requested_at": "requested_at"},
    q=("number", "organization__name"),
)


@router.get("/returns", response=Page[RmaOut], openapi_extra=RETURNS.described, summary="List returns")
def returns(request: Request) -> HttpResponse:
    """Every return without RMA, newest first."""
    require(request.auth, "returns.read")
    return RETURNS.answer(request, shown.returns().filter(authorized=False), shown.show_returns)


@router.get("/returns/{id}", response=RmaOut, summary="Read a return")
def one_return(request: Request, id: Id) -> HttpResponse:
    """A return without RMA."""
    require(request.auth, "returns.read")
    found = there(shown.returns().filter(authorized=False), id)
    return detail(request, f"rma:{id}", shown.show_return(found))


@router.post("/returns", response={201: RmaDone}, summary="Take goods back without RMA")
def take_back(request: Request, body: ReturnGiven) -> HttpResponse:
    """Take goods back; restocked and credited in the same entry where it says so."""
    require(request.auth, "returns.receive")
    if not body.credit and not body.reason:
        raise BadInput("reason_wanted", N_("Say why these goods are not credited."), field="reason")
    asked = asked_of(body.lines, shown.currency_of(body.organization))
    bins = bin_places([one.bin for one in body.lines])
    items = [
        Returned(
            replace(asked[n], outside=one.outside),
            tuple(one.serials),
            one.outcome or "",
            bins[n],
            body.credit,
        )
        for n, one in enumerate(body.lines)
    ]
    act = partial(
        receiving.take_back,
        actor=request.auth,
        organization=body.organization,
        items=items,
        location=location_there(body.location),
        reason=body.reason,
        overrule=reason_of(body.overrule),
        parts=body.parts,
        received_on=body.received_on,
        kept=kept_of(
            body.fee_percent, body.fee, body.freight, shown.currency_of_goods(body.organization, asked)
        ),
    )
    return make(request, act, "returns.Rma", show_one, subject="rma")


@router.post("/devices/{id}/swap", response=DeviceDone, summary="Swap a device")
def swap(request: Request, id: Id, body: SwapGiven) -> HttpResponse:
    """Exchange a device in one step; answers with the new device, or with the old one where none came."""
    require(request.auth, "devices.swap")
    incoming = None
    if body.incoming is not None:
        (location,) = location_places([body.incoming.location])
        (place,) = bin_places([body.incoming.bin])
        incoming = Incoming(body.incoming.product, body.incoming.serial, location, place)
    (to,) = bin_places([body.bin])
    wanted = Swap(
        id,
        incoming,
        body.outgoing_to,
        to,
        body.warranty,
        body.ticket,
        body.credit,
        body.reason,
        body.work,
        body.rma_line,
        body.charge,
    )

    def show(done: Written) -> dict[str, object]:
        new = devices.devices().filter(replaces=id).first() if done.entry.verb == "swap" else None
        return devices.show_device(new or there(devices.devices(), id))

    kept = kept_of(body.fee_percent, body.fee, body.freight, shown.currency_of_device(id))
    act = partial(swapping.swap, actor=request.auth, swap=wanted, swapped_on=body.swapped_on, kept=kept)
    return write(request, act, show, about=f"device:{id}")
