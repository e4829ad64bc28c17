"""Pure decisions about what covers devices: whether one needs a contract, and who was told that a warranty ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.devices.rules import device_of
from wharfinger.ledger.plan import Plan, Truth

COVER = ("contract", "subscription", "reviewed", "none")
"""By what a device is covered: a contract, a subscription that uses it, a decision that it needs none, or nothing."""


def cover_of(device: Any, used: Collection[int]) -> str:
    """By what a device is covered; used: the devices that a subscription uses now."""
    if device.removed_on is not None:
        return "none"
    if device.contract_id is not None:
        return "contract"
    if device.pk in used:
        return "subscription"
    return "reviewed" if device.reviewed_at is not None else "none"


def plan_review(truth: Truth, *, devices: Iterable[int], by: int | None) -> Plan:
    """Decide of devices without a contract that they need none, until something of them changes."""
    plan = Plan()
    for pk in devices:
        row = device_of(truth, pk, "devices")
        if row.contract_id is not None:
            raise Refusal(
                "has_contract",
                N_("{number} is covered by a contract. Take it off the contract first, or leave it out."),
                field="devices",
                number=row.number,
            )
        if row.reviewed_at is not None:
            raise Refusal(
                "reviewed_already",
                N_("{number} is reviewed already. Leave it out."),
                field="devices",
                number=row.number,
            )
        plan.change(row, reviewed_at=truth.now, reviewed_by_id=by)
        plan.mention(("organization", row.organization_id))
    return plan


def plan_tell(truth: Truth, *, due: Collection[int]) -> Plan:
    """Write down of which devices people are told that their warranty ends, so that it is told once."""
    plan = Plan()
    for row in truth.documents["devices.Device"].values():
        if row.pk in due:
            plan.change(row, warranty_told_of=row.warranty_end_on)
    return plan
