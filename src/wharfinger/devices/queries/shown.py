"""Devices and subscriptions as people and callers read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from wharfinger.base import clock, configuration
from wharfinger.base.quantity import plain
from wharfinger.devices.models import Device, DeviceUser, Relation, Subscription
from wharfinger.devices.queries.about import work_about
from wharfinger.devices.queries.covering import soon
from wharfinger.devices.rules.covering import cover_of
from wharfinger.ledger.models import Fact


def devices() -> QuerySet[Device]:
    """Every device that somebody has or had."""
    return Device.objects.filter(void__isnull=True).select_related("product", "lot", "organization", "site")


def subscriptions() -> QuerySet[Subscription]:
    """Every subscription, running or ended."""
    return Subscription.objects.filter(void__isnull=True).select_related("organization", "product", "device")


def relations_of(found: Sequence[Device]) -> list[Relation]:
    """How these devices are related."""
    ids = [one.pk for one in found]
    rows = Relation.objects.filter(void__isnull=True, ended_at__isnull=True).select_related(
        "device__product", "other__product"
    )
    return list((rows.filter(device__in=ids) | rows.filter(other__in=ids)).order_by("pk"))


def today() -> date:
    """The company's day."""
    return clock.today(configuration.one("time_zone"))


def warranty_word(device: Device, day: date, days: int | None = None) -> str:
    """Whether a device is under warranty: none, covered, ends_soon or ended; days: before its end, as the company says."""
    if device.warranty_end_on is None:
        return "none"
    left = (device.warranty_end_on - day).days
    return (
        "ended" if left < 0 else "ends_soon" if left <= (soon()[1] if days is None else days) else "covered"
    )


def used_of(found: Sequence[Device]) -> dict[int, list[int]]:
    """The subscriptions that use these devices now."""
    used: dict[int, list[int]] = {}
    running = subscriptions().filter(device__in=[one.pk for one in found], ended_on__isnull=True)
    for pk, device in running.values_list("pk", "device_id"):
        used.setdefault(device or 0, []).append(pk)
    return used


def users_of(devices: Sequence[int]) -> QuerySet[DeviceUser]:
    """Who uses these devices now."""
    found = DeviceUser.objects.filter(device__in=devices, ended_at__isnull=True, void__isnull=True)
    return found.order_by("pk")


def show_devices(found: Sequence[Device]) -> list[dict[str, Any]]:
    """Devices as callers read them, in a constant number of statements."""
    ids = [one.pk for one in found]
    day, days = soon()
    after = dict(Device.objects.filter(replaces__in=ids, void__isnull=True).values_list("replaces_id", "pk"))
    used = used_of(found)
    work = work_about(ids)
    people: dict[int, list[int]] = {}
    for device, contact in users_of(ids).values_list("device_id", "contact_id"):
        people.setdefault(device, []).append(contact)
    related: dict[int, list[dict[str, Any]]] = {}
    for row in relations_of(found):
        back = {"parent": "child", "related": "related"}[row.kind]
        related.setdefault(row.device_id, []).append({"device": row.other_id, "kind": row.kind})
        related.setdefault(row.other_id, []).append({"device": row.device_id, "kind": back})
    return [
        {
            "id": one.pk,
            "number": one.number,
            "product": one.product_id,
            "serial": one.lot.code,
            "organization": one.organization_id,
            "site": one.site_id,
            "contact": one.contact_id,
            "line": one.line_id,
            "contract": one.contract_id,
            "reference": one.reference,
            "own": one.own,
            "sold_on": one.sold_on,
            "installed_on": one.installed_on,
            "removed_on": one.removed_on,
            "warranty_policy": one.warranty_policy_id,
            "warranty_start_on": one.warranty_start_on,
            "warranty_end_on": one.warranty_end_on,
            "warranty": warranty_word(one, day, days),
            "cover": cover_of(one, used),
            "reviewed_at": one.reviewed_at,
            "reviewed_by": one.reviewed_by_id,
            "replaces": one.replaces_id,
            "replaced_by": after.get(one.pk),
            "related": related.get(one.pk, []),
            "subscriptions": used.get(one.pk, []),
            "work_orders": work[one.pk],
            "users": people.get(one.pk, []),
        }
        for one in found
    ]


def show_device(device: Device) -> dict[str, Any]:
    """One device as callers read it."""
    return show_devices([device])[0]


def show_subscriptions(found: Sequence[Subscription]) -> list[dict[str, Any]]:
    """Subscriptions as callers read them."""
    return [
        {
            "id": one.pk,
            "number": one.number,
            "organization": one.organization_id,
            "product": one.product_id,
            "device": one.device_id,
            "contract": one.contract_id,
            "price": plain(one.price_micro, 6),
            "currency": one.organization.currency,
            "starts_on": one.starts_on,
            "ended_on": one.ended_on,
        }
        for one in found
    ]


def show_subscription(one: Subscription) -> dict[str, Any]:
    """One subscription as callers read it."""
    return show_subscriptions([one])[0]


def devices_of(entry: int) -> list[int]:
    """The devices that the journal names with an entry."""
    found = Fact.objects.filter(entry_id=entry, subject__startswith="device:")
    return sorted({int(subject.partition(":")[2]) for subject in found.values_list("subject", flat=True)})
