"""What a swap needs to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Max, Q

from wharfinger.base.words import same
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Holding
from wharfinger.ledger.plan import Truth
from wharfinger.returns.models import Rma
from wharfinger.stock.models import Location


def read_open_rmas(device: int) -> Callable[[Truth], None]:
    """Read on which open RMAs a device is."""

    def read(truth: Truth) -> None:
        row = truth.documents["devices.Device"].get(device)
        found = Rma.objects.filter(
            Q(lines__device=device) | Q(lines__lot=row.lot_id if row else None),
            lines__void__isnull=True,
            closed_at__isnull=True,
            denied_at__isnull=True,
            void__isnull=True,
            authorized=True,
        )
        truth.read["open_rmas"] = sorted(set(found.values_list("number", flat=True))) if row else []

    return read


def read_holder(product: int, serial: str) -> Callable[[Truth], None]:
    """Read for whom the chosen unit is held, as subject and number."""

    def read(truth: Truth) -> None:
        truth.read["holder"] = []
        if not serial:
            return
        held = Holding.objects.filter(
            lot__code_key=same(serial), product_id=product, claim_id__gt=0, quantity__gt=0, unbounded=False
        )
        for one in held.select_related("claim__line__sheet"):
            sheet = one.claim.line.sheet
            truth.read["holder"].append((sheet.subject_name, sheet.number))

    return read


def read_sheet(sheet: int | None) -> Callable[[Truth], None]:
    """Read how many lines the document of the new line has, and through which channel each location sells."""

    def read(truth: Truth) -> None:
        documents = [sheet] if sheet is not None else [line.sheet_id for line in truth.read["lines"].values()]
        found = Line.objects.filter(sheet__in=documents).aggregate(last=Max("position"))
        truth.read["last_position"] = found["last"] or 0
        truth.read["channels"] = dict(Location.objects.values_list("place_id", "channel"))

    return read
