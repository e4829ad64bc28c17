"""What happens to devices when other verbs take goods back from customers: they follow, or stay while they are used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import models

from wharfinger.devices.models import Device, Subscription
from wharfinger.devices.rules import HERE_FOR_A_WHILE, WITH_CUSTOMER, leave
from wharfinger.devices.rules.keeping import in_use, lost
from wharfinger.ledger import sql
from wharfinger.ledger.models import Fact, Move
from wharfinger.ledger.plan import Plan, Step, Truth
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
