"""What happens to devices when other verbs take goods back from customers: they follow, or stay while they are used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import models

from wharfinger.base.refusal import N_, Refusal
from wharfinger.devices.models import Device, DeviceUser, Relation, Subscription
from wharfinger.devices.queries.parts import parts_of_lots
from wharfinger.devices.rules import HERE_FOR_A_WHILE, WITH_CUSTOMER, leave, users
from wharfinger.devices.rules.keeping import in_use, lost
from wharfinger.devices.rules.parts import ends
from wharfinger.ledger import sql
from wharfinger.ledger.models import Fact, Move
from wharfinger.ledger.plan import Change, Plan, Step, Truth
from wharfinger.ledger.write import dump

FOLLOWING = ("cancel_delivery", "remove", "cancel_receipt", "reopen", "reverse")
"""The verbs that take goods back from customers without knowing of devices."""


def follow_goods(truth: Truth, plan: Plan) -> None:
    """Let devices leave the customer whose units are taken back from them, whichever verb does it.

    Where a part of an entry is undone that took units from customers, their devices are theirs again.
    """
    gone = leaving(plan)
    back = {s.target.lot: s.reverses for s in plan.steps if s.reverses is not None and _comes_back(s)}
    lots = sorted(lot for lot in gone | back.keys() if isinstance(lot, int))
    if not lots:
        return
    settled = {c.pk for c in plan.changes if c.label == "devices.Device" and c.field == "removed_on"}
    settled |= {pk for label, pk in plan.voids if label == "devices.Device"}
    found = sql.read(Device, f"{sql.among('lot_id')} AND void_id IS NULL", [sql.array(lots)], locked=True)
    returning = {}
    for device in found.values():
        if device.pk in settled:
            continue
        if device.lot_id in gone and device.removed_on is None:
            leave(plan, truth, device)
        elif device.lot_id in back and device.removed_on is not None:
            returning[device.pk] = device, back[device.lot_id]
    if returning:
        _theirs_again(plan, returning)


def leaving(plan: Plan) -> set[Any]:
    """The lots that leave their customers, or are no units of their own any more."""
    return {s.source.lot for s in plan.steps if s.source.kind in WITH_CUSTOMER and _leaves(s)}


def _leaves(step: Step) -> bool:
    return step.source.serial and (
        step.target.kind not in (*WITH_CUSTOMER, *HERE_FOR_A_WHILE) or step.target.lot != step.source.lot
    )


def not_in_use(_truth: Truth, plan: Plan) -> None:
    """Refuse to take a device from its customer while a subscription uses it, whichever verb does it.

    Neither does a subscription run again on a device that its customer no longer has.
    """
    lots = sorted(lot for lot in leaving(plan) if isinstance(lot, int))
    left = _touched(plan, "devices.Device", "removed_on", "organization_id")
    again = _touched(plan, "devices.Subscription", "device_id", "ended_on")
    if not (lots or left or again):
        return
    used = sql.read(
        Subscription,
        f"void_id IS NULL AND (device_id IN (SELECT id FROM devices_device WHERE void_id IS NULL AND "
        f"{sql.among('lot_id')}) OR {sql.among('device_id')} OR {sql.among('id')})",
        [sql.array(lots), sql.array(sorted(left)), sql.array(sorted(again))],
        locked=True,
    )
    running = [s for s in used.values() if _after(plan, s, "ended_on") is None and not _void(plan, s)]
    serving = {s.pk: _after(plan, s, "device_id") for s in running}
    devices = Device.objects.in_bulk({pk for pk in serving.values() if pk is not None})
    for one in running:
        device = devices.get(serving[one.pk])
        if device is None:
            continue
        theirs = _after(plan, one, "organization_id") == _after(plan, device, "organization_id")
        if theirs and device.lot_id not in lots and not device.void_id and not _void(plan, device):
            continue
        if one.pk in again:
            raise lost(device, one)
        raise in_use(device, [s for s in running if serving[s.pk] == device.pk])


LEAVING = (*FOLLOWING, "receive_return", "swap", "move_device", "answer_claim")
"""The verbs by which devices leave their owner."""


def relations_end(truth: Truth, plan: Plan) -> None:
    """Let devices belong together no longer of which one leaves, or goes to another owner by itself."""
    gone = {pk for label, pk in plan.voids if label == "devices.Device"}
    gone |= {c.pk for c in plan.changes if _is(c, "devices.Device", "removed_on") and c.new is not None}
    moved = {c.pk for c in plan.changes if _is(c, "devices.Device", "organization_id")}
    touched = sql.array(sorted(gone | moved))
    if not gone | moved:
        return
    found = sql.read(
        Relation,
        f"void_id IS NULL AND ended_at IS NULL AND ({sql.among('device_id')} OR {sql.among('other_id')})",
        [touched, touched],
        locked=True,
    )
    stand = [row for row in found.values() if not _void(plan, row)]
    both = {pk for row in stand for pk in (row.device_id, row.other_id)}
    devices = Device.objects.in_bulk(both) if both - gone else {}
    owners = {pk: _after(plan, device, "organization_id") for pk, device in devices.items()}
    for row in stand:
        if ends(row, gone, owners):
            plan.change(row, ended_at=truth.now)


def users_end(truth: Truth, plan: Plan) -> None:
    """Let nobody use a device any more that leaves their organization."""
    gone = {pk for label, pk in plan.voids if label == "devices.Device"}
    gone |= {c.pk for c in plan.changes if _is(c, "devices.Device", "removed_on") and c.new is not None}
    gone |= {c.pk for c in plan.changes if _is(c, "devices.Device", "organization_id")}
    if not gone:
        return
    found = sql.read(
        DeviceUser,
        f"void_id IS NULL AND ended_at IS NULL AND {sql.among('device_id')}",
        [sql.array(sorted(gone))],
        locked=True,
    )
    again = {c.pk for c in plan.changes if _is(c, "devices.DeviceUser", "ended_at")}
    for row in found.values():
        if row.pk not in again and not _void(plan, row):
            plan.change(row, ended_at=truth.now)


def users_stand(_truth: Truth, plan: Plan) -> None:
    """Refuse to undo that somebody used a device no longer where it has gone to another customer since."""
    again = {c.pk for c in plan.changes if _is(c, "devices.DeviceUser", "ended_at") and c.new is None}
    if not again:
        return
    for row in DeviceUser.objects.filter(pk__in=again).select_related("device", "contact"):
        owner = _after(plan, row.device, "organization_id")
        if _void(plan, row.device) or owner != row.contact.organization_id:
            raise users.lost(row.device)


def relations_stand(_truth: Truth, plan: Plan) -> None:
    """Refuse to undo that a relation ended where one of the two has left since, or is part of another by now."""
    again = {c.pk for c in plan.changes if _is(c, "devices.Relation", "ended_at") and c.new is None}
    if not again:
        return
    rows = Relation.objects.in_bulk(again)
    devices = Device.objects.in_bulk({pk for row in rows.values() for pk in (row.device_id, row.other_id)})
    others = Relation.objects.filter(
        device__in=[row.device_id for row in rows.values()], kind="parent", void=None, ended_at=None
    ).exclude(pk__in=again)
    elsewhere = {row.device_id for row in others if not _void(plan, row)}
    for row in rows.values():
        part, whole = devices[row.device_id], devices[row.other_id]
        theirs = {_after(plan, one, "organization_id") for one in (part, whole)}
        left = any(_after(plan, one, "removed_on") or _void(plan, one) for one in (part, whole))
        inside = row.kind == "parent" and (
            part.pk in elsewhere or whole.pk in {p.device for p in parts_of_lots([part.lot_id])}
        )
        if left or len(theirs) > 1 or inside:
            raise Refusal(
                "relation_lost",
                N_("{number} and {other} do not belong together any more. Relate them anew where they do."),
                number=part.number,
                other=whole.number,
            )


def _is(change: Change, label: str, field: str) -> bool:
    return (change.label, change.field) == (label, field)


def _touched(plan: Plan, label: str, *fields: str) -> set[int]:
    """The rows of a model that the plan changes in one of these fields, or takes out."""
    changed = {c.pk for c in plan.changes if c.label == label and c.field in fields}
    return changed | {pk for model, pk in plan.voids if model == label}


def _after(plan: Plan, row: models.Model, column: str) -> Any:
    """What a row holds once the plan is done."""
    label, now = row._meta.label, getattr(row, column)
    for change in plan.changes:
        if (change.label, change.pk, change.field) == (label, row.pk, column):
            now = change.new
    return now


def _void(plan: Plan, row: models.Model) -> bool:
    return (row._meta.label, row.pk) in plan.voids


def _comes_back(step: Step) -> bool:
    return step.target.serial and step.target.kind in WITH_CUSTOMER and step.source.kind not in WITH_CUSTOMER


def _theirs_again(plan: Plan, returning: Mapping[int, tuple[Device, int | None]]) -> None:
    """Give devices back what the entries took from them by which their units had left."""
    moves = dict(Move.objects.filter(pk__in=[m for _, m in returning.values()]).values_list("pk", "entry_id"))
    facts = Fact.objects.filter(
        entry_id__in=set(moves.values()),
        subject__in=[f"device:{pk}" for pk in returning],
        field__isnull=False,
    )
    for fact in facts:
        device, move = returning[int(fact.subject.partition(":")[2])]
        if move is None or moves[move] != fact.entry_id or fact.field is None:
            continue
        if dump(getattr(device, fact.field)) == fact.new:
            field = Device._meta.get_field(fact.field)
            assert isinstance(field, models.Field)
            plan.change(device, **{field.attname: field.to_python(json.loads(fact.old or "null"))})
