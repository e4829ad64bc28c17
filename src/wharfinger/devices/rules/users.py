"""Pure decisions about the people who use a device: its customer's, as long as it is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.devices.rules import device_of
from wharfinger.ledger.plan import Id, Plan, Truth


def plan_name_users(truth: Truth, *, device: int, add: Sequence[int], remove: Sequence[int]) -> Plan:
    """Say who uses a device, and who no longer does."""
    plan = Plan()
    row = device_of(truth, device)
    standing = {one.contact_id: one for one in truth.read["users"]}
    for n, pk in enumerate(add):
        if truth.read["contacts"].get(pk) != row.organization_id:
            raise BadInput("no_such_contact", N_("This organization has no such contact."), field=f"add.{n}")
        if pk in standing:
            raise Refusal("uses_already", N_("This person uses the device already."), field=f"add.{n}")
        standing[pk] = plan.create("devices.DeviceUser", device_id=device, contact_id=pk)
    for n, pk in enumerate(remove):
        if pk not in standing:
            raise BadInput("uses_it_not", N_("This person does not use the device."), field=f"remove.{n}")
        plan.change(standing[pk], ended_at=truth.now)
    plan.mention(("device", device))
    return plan


def follow_users(plan: Plan, truth: Truth, *, old: int, new: Id) -> None:
    """Let who used a device use the one that takes its place."""
    for row in (one for one in truth.read["users"] if one.device_id == old):
        plan.create("devices.DeviceUser", device_id=new, contact_id=row.contact_id)


def lost(device: Any) -> Refusal:
    """The refusal for people who would use a device again that is their organization's no more."""
    return Refusal(
        "user_lost",
        N_("{number} is no longer this customer's. Say anew who uses it."),
        number=device.number,
    )
