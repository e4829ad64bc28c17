"""Say which devices tickets, projects, contracts and jobs are about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.devices.models import Device
from wharfinger.devices.queries.about import read_about
from wharfinger.devices.rules import about
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.work.models import WorkOrder


def name_devices(
    *,
    actor: Actor,
    work_order: int,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    key: str | None = None,
) -> Written:
    """Let open work be about these devices of its customer, and no longer about those."""
    require(actor, "work.create")
    if not add and not remove:
        raise BadInput("no_device", N_("Choose at least one device."), field="device")
    if both := set(add) & set(remove):
        raise BadInput(
            "both_ways",
            N_("Name a device once: it is added or taken off."),
            field=f"remove.{next(n for n, pk in enumerate(remove) if pk in both)}",
        )
    return post(
        "name_devices",
        Wish(
            documents=[(Sheet, [work_order]), (WorkOrder, [work_order]), (Device, sorted(set(add)))],
            reads=(read_standing, read_about(work_order)),
        ),
        partial(about.plan_name_devices, work_order=work_order, add=add, remove=tuple(dict.fromkeys(remove))),
        actor=actor,
        key=key,
    )
