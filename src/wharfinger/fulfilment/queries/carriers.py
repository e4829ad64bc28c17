"""Carriers as forms propose them, and the links by which parcels are followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from wharfinger.base.words import same
from wharfinger.fulfilment.models import Carrier, Container, Shipment
from wharfinger.fulfilment.rules.carriers import Links


class Offered(NamedTuple):
    """What a form proposes: carriers and services, those of this customer's last shipment first."""

    carriers: list[str]
    services: list[str]
    first: dict[str, str]
    """What stands in the form to begin with."""


class Parcel(NamedTuple):
    """What is on its way under a number of its own: what is said of it, and where it is followed."""

    number: str
    words: str
    link: str


def carriers() -> QuerySet[Carrier, Carrier]:
    """Every carrier, unless the entry that added it was undone."""
    return Carrier.objects.filter(void__isnull=True)


def retired(rows: QuerySet[Carrier], values: Iterable[str]) -> QuerySet[Carrier]:
    """Those on the list, or those that were taken off it."""
    wanted = {value == "true" for value in values}
    return rows.filter(retired_on__isnull=not wanted.pop()) if len(wanted) == 1 else rows


def links(wanted: bool = True) -> Links:
    """Where parcels are followed; wanted: whether any has a number, without which nothing is read."""
    return Links(carriers().exclude(link="").values_list("name", "link") if wanted else ())


def links_of(boxes: Iterable[Container]) -> dict[int, str]:
    """Where these containers are followed that have left under a number, by their shipments' carriers."""
    gone = {one.pk: one for one in boxes if one.tracking and one.shipment_id}
    if not gone:
        return {}
    sent = {one.shipment_id for one in gone.values() if one.shipment_id}
    carried = dict(Shipment.objects.filter(pk__in=sent).values_list("pk", "carrier"))
    known = links()
    return {pk: known.of(carried[one.shipment_id or 0], one.tracking) for pk, one in gone.items()}


def parcels(sent: Iterable[Shipment]) -> dict[int, list[Parcel]]:
    """Under which numbers shipments travel, by shipment: their own, then those of their containers."""
    found = {one.pk: one for one in sent}
    if not found:
        return {}
    boxes = (
        Container.objects.filter(shipment__in=found, void__isnull=True).exclude(tracking="").order_by("pk")
    )
    numbers = [(pk, one.tracking) for pk, one in found.items() if one.tracking]
    numbers += boxes.values_list("shipment_id", "tracking")
    known = links(bool(numbers))
    told: dict[int, dict[str, Parcel]] = {}
    for pk, number in numbers:
        carrier = found[pk].carrier
        told.setdefault(pk, {})[number] = Parcel(
            number, f"{carrier} {number}".strip(), known.of(carrier, number)
        )
    return {pk: list(some.values()) for pk, some in told.items()}


def parcels_of(entry: int) -> dict[int, list[Parcel]]:
    """Under which numbers the shipments travel that an entry made, by the site to which they go."""
    sent = {one.pk: one for one in Shipment.objects.filter(made=entry, void__isnull=True)}
    return {sent[pk].site_id: some for pk, some in parcels(sent.values()).items()}


def offered(organization: int | None = None) -> Offered:
    """What a form proposes for goods of a customer."""
    found = list(carriers().filter(retired_on__isnull=True).order_by("name"))
    sent = Shipment.objects.filter(organization=organization, void__isnull=True, way="carrier")
    last = sent.exclude(carrier="").order_by("-pk").first() if organization and found else None
    of_last = next((one for one in found if last and same(one.name) == same(last.carrier)), None)
    if of_last is None:
        return Offered([one.name for one in found], _services(found), {})
    assert last is not None
    rest = [one for one in found if one is not of_last]
    first = {"carrier": of_last.name, **({"service": last.service} if last.service else {})}
    return Offered([of_last.name, *(one.name for one in rest)], _services([of_last, *rest]), first)


def _services(found: Iterable[Carrier]) -> list[str]:
    return list(dict.fromkeys(service for one in found for service in one.services))


def show_carriers(found: Iterable[Carrier]) -> list[dict[str, Any]]:
    """Carriers for callers."""
    return [
        {
            "id": one.pk,
            "name": one.name,
            "services": one.services,
            "link": one.link,
            "retired_on": one.retired_on.isoformat() if one.retired_on else None,
        }
        for one in found
    ]
