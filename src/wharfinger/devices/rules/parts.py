"""Pure decisions about parts: they go where their whole goes, and belong to it no longer where they do not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, Refusal
from wharfinger.devices.rules import device_of
from wharfinger.ledger.plan import Id, Plan, Step, Truth


class Part(NamedTuple):
    """A device that is part of another, and by which line its customer has it."""

    whole: int
    """The lot of the device that it is part of."""
    lot: int
    device: int
    product: int
    claim: int
    code: str


def plan_unrelate(truth: Truth, *, device: int, other: int) -> Plan:
    """Let two devices belong together no longer; the history keeps that they did."""
    plan = Plan()
    one = device_of(truth, device)
    for row in truth.read["relations"]:
        if {row.device_id, row.other_id} == {device, other}:
            plan.change(row, ended_at=truth.now)
            plan.mention(("device", device), ("device", other))
            return plan
    raise Refusal(
        "not_related",
        N_("{number} does not belong with this device. Look at its page again."),
        field="device",
        number=one.number,
    )


def follow(plan: Plan, truth: Truth, places: Mapping[int, Id]) -> None:
    """Let what belonged with a device belong with the one that takes its place, its parts and its whole among them.

    places: by the device that leaves, the one that takes its place.
    """
    for row in truth.read["relations"]:
        if not {row.device_id, row.other_id} & places.keys():
            continue
        ends = places.get(row.device_id, row.device_id), places.get(row.other_id, row.other_id)
        plan.create("devices.Relation", device_id=ends[0], other_id=ends[1], kind=row.kind)
        plan.mention(*(("device", one) for one in (row.device_id, row.other_id) if one not in places))


def along(parts: Iterable[Part], steps: Iterable[Step], kinds: Collection[str]) -> list[Part]:
    """The parts of what these steps take from the customer that are still there; kinds: where goods stand with them."""
    gone = {
        s.source.lot
        for s in steps
        if s.source.serial and s.source.kind in kinds and s.target.kind not in kinds
    }
    found = {part.lot: part for part in parts if part.whole in gone and part.lot not in gone}
    return list(found.values())


def ends(row: Any, gone: Collection[int], owners: dict[int, int | None]) -> bool:
    """Whether two devices no longer belong together: one has left its customer, or they have two owners now."""
    if row.device_id in gone or row.other_id in gone:
        return True
    return owners.get(row.device_id) != owners.get(row.other_id)
