"""Jobs that do what their scope says with the devices that they name, over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.door import Given, Id, Line, Request
from wharfinger.demand.queries.where import bin_places, location_places
from wharfinger.ledger.door import write
from wharfinger.returns.actions import receiving, swapping
from wharfinger.returns.api.rmas import reason_of
from wharfinger.returns.api.shapes import IncomingGiven, OverruleGiven
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.work import queries as work
from wharfinger.work.api import WorkOrderDone

router = Router(tags=["returns"])


class DeviceOnJob(Given):
    """A device that the job names, and the new unit that takes its place."""

    device: Id
    incoming: IncomingGiven | None = Field(
        default=None, description="None comes where it is null; {} takes any free unit of the same product."
    )
    outgoing_to: Literal["returns", "bin", "scrap"] = "returns"
    bin: Id | None = Field(default=None, examples=[None])
    warranty: Literal["remaining", "new", "none"] | None = Field(default=None, examples=[None])


class JobSwapGiven(Given):
    """The swaps of a job."""

    devices: list[DeviceOnJob] = Field(min_length=1, max_length=200)
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["Does not start"])]
    charge: bool | None = Field(
        default=None,
        examples=[None],
        description="Whether the new units are billed: as the job says, and not where warranty covers the old one.",
    )
    credit: bool | None = Field(
        default=None,
        examples=[None],
        description="Whether the old units are credited: on a replacement as far as they were billed.",
    )
    swapped_on: date | None = Field(default=None, examples=[None])


class NamedDevice(Given):
    """A device that the job names."""

    device: Id


class JobReturnGiven(Given):
    """The devices that come back by a job."""

    devices: list[NamedDevice] = Field(min_length=1, max_length=200)
    outcome: Literal["restock", "scrap"] | None = Field(
        default=None, description="What becomes of them at once; they wait for inspection without one."
    )
    credit: bool = Field(default=True, description="Whether what was billed of them is credited.")
    reason: Line = ""
    parts: bool = Field(default=True, description="Whether the parts of a device come back with it.")
    overrule: OverruleGiven | None = Field(
        default=None, description="Why it comes back although the rules refuse it.", examples=[None]
    )
    received_on: date | None = Field(default=None, examples=[None])


@router.post("/work-orders/{id}/swap", response=WorkOrderDone, summary="Swap the devices of a job")
def swap(request: Request, id: Id, body: JobSwapGiven) -> HttpResponse:
    """Do an open job of scope swap or replacement in one entry, with some or all of the devices that it names."""
    locations = location_places([one.incoming.location if one.incoming else None for one in body.devices])
    bins = bin_places([one.incoming.bin if one.incoming else None for one in body.devices])
    to = bin_places([one.bin for one in body.devices])
    swaps = [
        Swap(
            one.device,
            Incoming(one.incoming.product, one.incoming.serial, locations[n], bins[n])
            if one.incoming is not None
            else None,
            one.outgoing_to,
            to[n],
            one.warranty,
        )
        for n, one in enumerate(body.devices)
    ]
    act = partial(
        swapping.swap_on_job,
        actor=request.auth,
        job=id,
        swaps=swaps,
        reason=body.reason,
        charge=body.charge,
        credit=body.credit,
        swapped_on=body.swapped_on,
    )
    return write(request, act, lambda _: work.show_work_order(work.work_order(id)), about=f"work_order:{id}")


@router.post("/work-orders/{id}/return", response=WorkOrderDone, summary="Take back the devices of a job")
def take_back(request: Request, id: Id, body: JobReturnGiven) -> HttpResponse:
    """Do an open job of scope return in one entry, with some or all of the devices that it names."""
    act = partial(
        receiving.take_back_on_job,
        actor=request.auth,
        job=id,
        devices=[one.device for one in body.devices],
        outcome=body.outcome or "",
        credit=body.credit,
        reason=body.reason,
        overrule=reason_of(body.overrule),
        parts=body.parts,
        received_on=body.received_on,
    )
    return write(request, act, lambda _: work.show_work_order(work.work_order(id)), about=f"work_order:{id}")
