"""Which devices customers get others for, and what these take over."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wharfinger.devices.models import Device
from wharfinger.ledger.models import Fact
from wharfinger.returns.models import Replacement


def replaced_devices(lines: Iterable[int]) -> dict[int, list[Device]]:
    """By line, the devices that came back and whose places its units take, without those that have been replaced."""
    rows = Replacement.objects.filter(
        line__in=sorted(lines), void__isnull=True, rma_line__device__isnull=False
    )
    found = list(rows.select_related("rma_line__device__warranty_policy"))
    named = [row.rma_line.device_id for row in found]
    later = Device.objects.filter(replaces__in=named, void__isnull=True) if named else Device.objects.none()
    taken = set(later.values_list("replaces_id", flat=True)) if named else set()
    devices: dict[int, list[Device]] = {}
    for row in found:
        if row.rma_line.device is not None and row.rma_line.device_id not in taken:
            devices.setdefault(row.line_id, []).append(row.rma_line.device)
    return devices


def left_behind(devices: Iterable[int]) -> dict[int, dict[str, Any]]:
    """By device, the contract and the contact that it had until it left its customer."""
    names = {f"device:{pk}": pk for pk in devices}
    facts = Fact.objects.filter(subject__in=names, field__in=("contract_id", "contact_id"), new="null")
    kept: dict[int, dict[str, Any]] = {}
    for fact in facts.order_by("id"):
        kept.setdefault(names[fact.subject], {})[str(fact.field)] = json.loads(fact.old or "null")
    return kept
