"""What a customer could send back, and what a swap may take from stock, as forms offer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from wharfinger.base.quantity import plain
from wharfinger.base.words import same
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.ledger.models import Holding
from wharfinger.stock.models import Bin

MOST = 300
"""So many units a form offers at once."""
SHOWN = 40
"""So many of a customer's goods a form shows; the rest is found by scanning or searching."""


@dataclass(frozen=True, slots=True)
class Returnable:
    """Goods that a customer has: one unit, or so many loose ones of a line."""

    line: Line
    lot: int
    serial: str
    units: int
    device: Device | None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.line.pk}-{self.lot}"

    @property
    def quantity(self) -> str:
        """How many, as a decimal string."""
        return plain(self.units, self.line.product.quantity_decimals)


def returnable(
    organization: int,
    *,
    find: str = "",
    of: dict[tuple[int, str], int] | None = None,
    standing: Sequence[int] | None = None,
) -> list[Returnable]:
    """The goods of lines that a customer has or that are on their way, newest first: one more than a form shows.

    find: a serial number, product or order; of: only these, by line and number; standing: only these holdings.
    """
    found = Holding.objects.filter(
        claim__line__organization=organization,
        kind__in=("customer", "in_transit"),
        quantity__gt=0,
        product__kind__in=("stocked", "non_stocked"),
    ).select_related("lot", "claim__line__product", "claim__line__sheet")
    if of is not None:
        found = found.filter(claim__in={line for line, _ in of})
    if standing is not None:
        found = found.filter(pk__in=standing)
    if find:
        found = found.filter(
            Q(lot__code_key__startswith=same(find), serial=True)
            | Q(product__sku__iexact=find)
            | Q(product__name__icontains=find)
            | Q(claim__line__sheet__number__iexact=find)
        )
    most = SHOWN if of is None and standing is None else MOST
    held = list(found.order_by("-pk")[: most + 1])
    if of is not None:
        held = [h for h in held if (h.claim_id, h.lot.code if h.serial else "") in of]
    devices = {
        d.lot_id: d
        for d in Device.objects.filter(
            lot__in=[h.lot_id for h in held if h.serial], void__isnull=True, removed_on__isnull=True
        )
    }
    return [
        Returnable(h.claim.line, h.lot_id, h.lot.code if h.serial else "", h.quantity, devices.get(h.lot_id))
        for h in held
    ]


def free_units(product: int) -> list[tuple[str, str]]:
    """The free units of a product with serial numbers, as options: number, and where it lies."""
    found = Holding.objects.filter(
        product=product, serial=True, kind="bin", claim=0, quantity__gt=0, owned=True
    ).select_related("lot", "place__bin__location")
    rows = found.order_by("lot__code_key")[:MOST]
    return [(h.lot.code, f"{h.lot.code} · {h.place.bin.location.name} {h.place.bin.name}") for h in rows]


def bin_options(location: int | None = None) -> list[tuple[int, str]]:
    """The bins one may choose, as the place of each and its name."""
    rows = Bin.objects.filter(retired_on__isnull=True, location__retired_on__isnull=True)
    rows = rows.filter(location=location) if location is not None else rows
    named = rows.order_by("location__name", "-default", "name").values_list(
        "place_id", "location__name", "name"
    )
    return [(place, f"{at} {name}") for place, at, name in named]
