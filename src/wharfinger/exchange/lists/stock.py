"""Where goods are kept and what lies there, as it leaves the house."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from wharfinger.base import configuration
from wharfinger.base.money import MICRO, decimals, rounded
from wharfinger.base.quantity import plain
from wharfinger.devices.models import Device
from wharfinger.exchange.lists.parties import CHUNK, Ids, Rows, among, called
from wharfinger.fulfilment.models import Container
from wharfinger.ledger.models import Holding, Layer
from wharfinger.stock.models import Bin, Level, Location, Reason, TransferOrder

AT_HAND = ("bin", "picked", "container", "quarantine", "transfer")
"""Where goods stand that are in the house, or on their way between our locations."""


def reasons(ids: Ids) -> Rows:
    """The company's list of reasons."""
    for one in Reason.objects.filter(among(ids)).order_by("name"):
        row = {name: getattr(one, name) for name in ("name", "note_required", "retired_on")}
        yield row | {"uses": " ".join(one.uses)}


def locations(ids: Ids) -> Rows:
    """Locations with their bins, the default one first: as many rows as a location has bins."""
    found = Bin.objects.filter(
        among(ids, "location"), retired_on__isnull=True, location__retired_on__isnull=True
    ).select_related("location__person", "location__returns_location", "place")
    for one in found.order_by("-location__default", "location_id", "-default", "place__sequence", "pk"):
        at = one.location
        yield {
            "location": at.name,
            "kind": at.kind,
            "channel": at.channel,
            "default": at.default,
            "person": at.person.username if at.person else "",
            "returns_location": at.returns_location.name if at.returns_location else "",
            "bin": one.name,
            "sequence": one.place.sequence,
            "capacity": one.capacity,
        }


def levels(ids: Ids) -> Rows:
    """How many of products are kept where."""
    every = Level.objects.filter(among(ids)).select_related("product", "location", "vendor", "source", "bin")
    for one in every.order_by("product_id", "location_id").iterator(chunk_size=CHUNK):
        d = one.product.quantity_decimals
        point = one.reorder_point
        yield {
            "sku": one.product.sku,
            "location": one.location.name,
            "minimum": plain(one.minimum, d),
            "maximum": plain(one.maximum, d),
            "reorder_point": "" if point is None else plain(point, d),
            "reorder_quantity": plain(one.reorder_quantity, d),
            "vendor": called(one.vendor),
            "source": "build" if one.built else one.source.name if one.source else "",
            "bin": one.bin.name if one.bin else "",
        }


class _At(NamedTuple):
    """Where goods lie: the location, and the bin where they stand in one."""

    turn: tuple[int, int]
    location: str
    bin: str


def stock(ids: Ids, *, costs: bool) -> Rows:
    """What is in the house, free and reserved together, each part with its cost and the day it came.

    Products without a cost of each lot are taken to lie in the order of the bins as they came.
    """
    at = _places()
    layers = _Layers(ids)
    found = Holding.objects.filter(among(ids, "product"), kind__in=AT_HAND, quantity__gt=0, unbounded=False)
    sums: dict[tuple[Any, ...], int] = {}
    goods: dict[tuple[Any, ...], Holding] = {}
    every = found.select_related("product", "lot__owner").order_by("product_id", "lot_id", "place_id")
    for one in every.iterator(chunk_size=CHUNK):
        if one.place_id in at:
            key = one.product_id, at[one.place_id], one.lot.code, called(one.lot.owner)
            sums[key] = sums.get(key, 0) + one.quantity
            goods.setdefault(key, one)
    for key in sorted(sums):
        held, product, lot = goods[key], goods[key].product, goods[key].lot
        row = {
            "sku": product.sku,
            "location": key[1].location,
            "bin": key[1].bin,
            "serial": lot.code if lot.serial else "",
            "batch": "" if lot.serial else lot.code,
            "expires_on": lot.expires_on,
            "owner": called(lot.owner),
        }
        parts = layers.take(product, lot.pk, sums[key]) if held.owned else [(sums[key], "", None)]
        for units, cost, day in parts:
            yield row | {
                "quantity": plain(units, product.quantity_decimals),
                "unit_cost": cost if costs else "",
                "as_of": day,
            }


def _places() -> dict[int, _At]:
    """Where each place is at which goods stand in the house."""
    first: dict[int, str] = {}
    at: dict[int, _At] = {}
    bins = Bin.objects.select_related("location", "place").order_by("-default", "place__sequence", "pk")
    for one in bins:
        first.setdefault(one.location_id, one.name)
        turn = one.location_id, one.place.sequence if not one.default else -1
        at[one.place_id] = _At(turn, one.location.name, one.name)
    locations = list(Location.objects.all())
    stages = {place: one for one in locations for place in (one.picked_place_id, one.quarantine_place_id)}
    stages |= {one.place_id: one.location for one in Container.objects.select_related("location")}
    stages |= {
        one.place_id: one.target
        for one in TransferOrder.objects.filter(sent_at__isnull=False).select_related("target")
    }
    for place, where in stages.items():
        at[place] = _At((where.pk, -1), where.name, first.get(where.pk, ""))
    return at


class _Layers:
    """What goods are worth, given out from the oldest layer on, exact to the smallest coin."""

    def __init__(self, ids: Ids) -> None:
        self.open: dict[tuple[int, int | None], list[list[Any]]] = {}
        every = Layer.objects.filter(among(ids, "product"), quantity__gt=0)
        for one in every.order_by("product_id", "effective_on", "pk").iterator(chunk_size=CHUNK):
            row = [one.quantity, one.value_minor, one.effective_on]
            self.open.setdefault((one.product_id, one.lot_id), []).append(row)
        self.per_minor = 10 ** (MICRO - decimals(configuration.one("currency")))

    def take(self, product: Any, lot: int, units: int) -> Iterator[tuple[int, str, Any]]:
        """So many units in parts, each with what one costs and the day it came."""
        own = self.open.get((product.pk, lot)) or self.open.get((product.pk, None), [])
        while units and own:
            quantity, value, day = own[0]
            taken = min(units, quantity)
            worth = value if taken == quantity else rounded(value * taken, quantity)
            own[0][:2] = quantity - taken, value - worth
            if taken == quantity:
                own.pop(0)
            units -= taken
            cost = rounded(worth * self.per_minor * 10**product.quantity_decimals, taken)
            yield taken, plain(cost, MICRO), day
        if units:
            yield units, "", None


def devices(ids: Ids) -> Rows:
    """The devices that stand at customers."""
    every = Device.objects.filter(
        among(ids), void__isnull=True, removed_on__isnull=True, organization__isnull=False
    ).select_related("product", "lot", "organization", "site", "contact")
    for one in every.order_by("pk").iterator(chunk_size=CHUNK):
        assert one.organization is not None
        plain_ones = ("reference", "installed_on", "warranty_start_on", "warranty_end_on")
        yield {name: getattr(one, name) for name in plain_ones} | {
            "sku": one.product.sku,
            "serial": one.lot.code,
            "organization": called(one.organization),
            "site": one.site.name if one.site else "",
            "contact": one.contact.name if one.contact else "",
            "own": one.own,
        }
