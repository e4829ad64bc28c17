"""Which devices work is about, and which work a device has seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Count, Q, QuerySet

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.demand.models import Sheet
from wharfinger.devices.models import Device, WorkDevice
from wharfinger.ledger import sql
from wharfinger.ledger.plan import Truth

_OF_OPEN_WORK = (
    "void_id IS NULL AND sheet_id IN (SELECT a.sheet_id FROM devices_workdevice a "
    "JOIN work_workorder w ON w.sheet_id = a.sheet_id JOIN demand_sheet s ON s.id = a.sheet_id "
    "WHERE a.device_id = %s AND a.void_id IS NULL AND a.ended_at IS NULL AND s.void_id IS NULL "
    "AND w.completed_at IS NULL AND w.cancelled_at IS NULL)"
)


def read_about(work_order: int) -> Callable[[Truth], None]:
    """Lock and read of which devices work was ever said to be about."""

    def read(truth: Truth) -> None:
        found = sql.read(WorkDevice, "sheet_id = %s AND void_id IS NULL", [work_order], locked=True)
        truth.read["about"] = list(found.values())

    return read


def read_open_work_about(device: int) -> Callable[[Truth], None]:
    """The same of all open work that is about a device."""

    def read(truth: Truth) -> None:
        truth.read["about"] = list(sql.read(WorkDevice, _OF_OPEN_WORK, [device], locked=True).values())

    return read


def devices_about(sheets: Sequence[int]) -> dict[int, list[int]]:
    """The devices that each of these tickets, projects, contracts and jobs is about."""
    found: dict[int, list[int]] = {pk: [] for pk in sheets}
    rows = WorkDevice.objects.filter(
        sheet__in=list(sheets), void__isnull=True, ended_at__isnull=True, device__void__isnull=True
    )
    for sheet, device in rows.order_by("device_id").values_list("sheet_id", "device_id"):
        found[sheet].append(device)
    return found


def devices_left(sheets: Sequence[int]) -> dict[int, int]:
    """How many devices that each of these tickets, projects, contracts and jobs is about are still with customers."""
    rows = WorkDevice.objects.filter(
        sheet__in=list(sheets),
        void__isnull=True,
        ended_at__isnull=True,
        device__void__isnull=True,
        device__removed_on__isnull=True,
    )
    return dict(rows.values("sheet_id").annotate(n=Count("pk")).values_list("sheet_id", "n"))


def work_about(device_ids: Sequence[int]) -> dict[int, list[int]]:
    """The tickets, projects, contracts and jobs that are about each of these devices, the newest first."""
    found: dict[int, list[int]] = {pk: [] for pk in device_ids}
    rows = WorkDevice.objects.filter(
        device__in=list(device_ids), void__isnull=True, ended_at__isnull=True, sheet__void__isnull=True
    )
    for device, sheet in rows.order_by("-sheet_id").values_list("device_id", "sheet_id"):
        found[device].append(sheet)
    return found


def open_work_about(device: int) -> list[Sheet]:
    """The tickets, projects, contracts and jobs about a device that are neither completed nor cancelled."""
    found = Sheet.objects.filter(pk__in=work_about([device])[device])
    still = found.filter(work_order__completed_at__isnull=True, work_order__cancelled_at__isnull=True)
    return list(still.order_by("pk"))


def customers_device(organization: int, typed: str) -> int:
    """The device of a customer that is meant by its number or serial number; raises BadInput for any other."""
    text = typed.strip()
    found = list(
        _of(organization).filter(Q(number__iexact=text) | Q(lot__code_key=same(text))).order_by("pk")[:2]
        if text
        else ()
    )
    if not found:
        raise BadInput(
            "no_such_device",
            N_("This customer has no such device. Choose one from the list, or scan its serial number."),
            field="device",
        )
    if len(found) > 1:
        raise BadInput(
            "several_devices",
            N_("Several devices have this number. Choose one by its own number."),
            field="device",
        )
    return found[0].pk


def choices(organization: int, without: Sequence[int], most: int) -> list[Device]:
    """The devices that a customer has, the newest first, without those that are chosen."""
    mine = _of(organization).exclude(pk__in=without).select_related("product", "lot", "site")
    return list(mine.order_by("-pk")[:most])


def in_place_of(devices: Sequence[int]) -> dict[int, Device]:
    """By each of these devices, the one that took its place."""
    found = Device.objects.filter(replaces__in=devices, void__isnull=True) if devices else ()
    return {one.replaces_id: one for one in found if one.replaces_id is not None}


def _of(organization: int) -> QuerySet[Device]:
    return Device.objects.filter(organization_id=organization, removed_on__isnull=True, void__isnull=True)
