"""Pure decision about the devices that tickets, projects, contracts and jobs are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.devices.rules import device_of
from wharfinger.ledger.plan import Id, Plan, Truth
from wharfinger.work.rules import open_work


def plan_name_devices(truth: Truth, *, work_order: int, add: Sequence[int], remove: Sequence[int]) -> Plan:
    """Say which devices of its customer open work is about, and which no longer."""
    plan = Plan()
    open_work(truth, work_order)
    document = truth.document("demand.Sheet", work_order)
    about = {row.device_id for row in truth.read["about"] if row.ended_at is None}
    for n, pk in enumerate(add):
        device = device_of(truth, pk, f"add.{n}")
        if device.organization_id != document.organization_id:
            raise Refusal(
                "other_owner",
                N_("{number} belongs to another customer. Choose one of this customer."),
                field=f"add.{n}",
                number=device.number,
            )
        if pk in about:
            raise Refusal(
                "named_already",
                N_("{number} is named here already."),
                field=f"add.{n}",
                number=device.number,
            )
        about.add(pk)
        begin(plan, truth, work_order, pk)
    for n, pk in enumerate(remove):
        row = _standing(truth, work_order, pk)
        if row is None:
            raise BadInput("not_named", N_("This work is not about this device."), field=f"remove.{n}")
        plan.change(row, ended_at=truth.now)
        plan.mention(("device", pk))
    plan.mention(document)
    return plan


def plan_follow(plan: Plan, truth: Truth, *, old: int, new: Id) -> None:
    """Let the open work that was about a device go on with the one that took its place."""
    for row in truth.read["about"]:
        if row.device_id == old and row.ended_at is None:
            plan.change(row, ended_at=truth.now)
            begin(plan, truth, row.sheet_id, new)
            plan.mention(("work_order", row.sheet_id))


def begin(plan: Plan, truth: Truth, work_order: int, device: Id) -> None:
    """Let work be about a device: for the first time, or again."""
    known = next(
        (r for r in truth.read["about"] if (r.sheet_id, r.device_id) == (work_order, device)),
        None,
    )
    if known is None:
        plan.create("devices.WorkDevice", sheet_id=work_order, device_id=device)
    elif known.ended_at is not None:
        plan.change(known, ended_at=None)
    plan.mention(("device", device))


def _standing(truth: Truth, work_order: int, device: int) -> Any:
    return next(
        (
            row
            for row in truth.read["about"]
            if (row.sheet_id, row.device_id) == (work_order, device) and row.ended_at is None
        ),
        None,
    )
