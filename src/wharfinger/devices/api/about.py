"""Which devices tickets, projects, contracts and jobs are about, over HTTP."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Page, Request, Shown, answer, there
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.api.devices import DeviceOut
from wharfinger.devices.queries import shown
from wharfinger.devices.queries.about import devices_about, work_about
from wharfinger.ledger.door import write
from wharfinger.work import queries as work
from wharfinger.work.api import WorkOrderOut

router = Router(tags=["devices"])


class AboutGiven(Given):
    """The devices that work is about from now on, and those that it is about no longer."""

    add: list[Id] = Field(default=[], max_length=500, examples=[[12]])
    remove: list[Id] = Field(default=[], max_length=500, examples=[[]])


class AboutOut(Shown):
    """The devices that work is about."""

    devices: list[DeviceOut]


class AboutDone(AboutOut, Done):
    """The devices that work is about, and the entry that said so."""


@router.get("/work-orders/{id}/devices", response=AboutOut, summary="List the devices that work is about")
def devices(request: Request, id: Id) -> HttpResponse:
    """The devices of its customer that a ticket, project, contract or job is about."""
    require(request.auth, "work.read")
    require(request.auth, "devices.read")
    work.work_order(id)
    return answer({"devices": _devices(id)})


@router.post("/work-orders/{id}/devices", response=AboutDone, summary="Say which devices work is about")
def about(request: Request, id: Id, body: AboutGiven) -> HttpResponse:
    """Name devices of its customer that open work is about, and take off those that it is not about."""
    act = partial(name_devices, actor=request.auth, work_order=id, add=body.add, remove=body.remove)
    return write(request, act, lambda _: {"devices": _devices(id)}, about=f"work_order:{id}")


@router.get(
    "/devices/{id}/work-orders", response=Page[WorkOrderOut], summary="List the work that a device has seen"
)
def work_orders(request: Request, id: Id) -> HttpResponse:
    """The tickets, projects, contracts and jobs that are about a device, open or done, the newest first."""
    require(request.auth, "devices.read")
    require(request.auth, "work.read")
    there(shown.devices(), id)
    rows = work.work_orders().filter(pk__in=work_about([id])[id], kind__in=work.shown_kinds())
    return answer({"items": work.show_work_orders(list(rows.order_by("-pk")[:500])), "next": None})


def _devices(pk: int) -> list[dict[str, object]]:
    return shown.show_devices(list(shown.devices().filter(pk__in=devices_about([pk])[pk]).order_by("pk")))
