"""What a swap needs to know, read under the locks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db.models import Exists, Max, OuterRef, Q

from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.words import same
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries import read_offers
from wharfinger.demand.rules import LineWish
from wharfinger.devices.models import Device
from wharfinger.ledger.models import Holding
from wharfinger.ledger.plan import Truth
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.stock.models import Location


def read_open_rmas(truth: Truth) -> None:
    """Read on which open RMAs the devices are that the act locked, by device."""
    rows = truth.documents["devices.Device"]
    lots = {row.lot_id: pk for pk, row in rows.items()}
    found = RmaLine.objects.filter(
        Q(device__in=rows) | Q(lot__in=lots),
        void__isnull=True,
        rma__closed_at__isnull=True,
        rma__denied_at__isnull=True,
        rma__void__isnull=True,
        rma__authorized=True,
    )
    numbers: dict[int, set[str]] = {}
    for device, lot, number in found.values_list("device_id", "lot_id", "rma__number") if rows else ():
        for pk in (device, lots.get(lot)):
            if pk is not None and pk in rows:
                numbers.setdefault(pk, set()).add(number)
    truth.read["open_rmas"] = {pk: sorted(some) for pk, some in numbers.items()}


def read_holders(units: Sequence[tuple[int, str]]) -> Callable[[Truth], None]:
    """Read for whom the chosen units are held, as subject and number, by product and serial number as compared.

    units: of each its product and its number.
    """
    keys = {(product, same(serial)) for product, serial in units if serial}

    def read(truth: Truth) -> None:
        truth.read["holders"] = {}
        if not keys:
            return
        held = Holding.objects.filter(
            lot__code_key__in={key for _, key in keys},
            product_id__in={product for product, _ in keys},
            claim_id__gt=0,
            quantity__gt=0,
            unbounded=False,
        )
        for one in held.select_related("lot", "claim__line__sheet"):
            sheet = one.claim.line.sheet
            for_whom = truth.read["holders"].setdefault((one.product_id, one.lot.code_key), [])
            for_whom.append((sheet.subject_name, sheet.number))

    return read


def read_sheet(sheet: int | None) -> Callable[[Truth], None]:
    """Read how many lines the document of the new line has, and through which channel each location sells."""

    def read(truth: Truth) -> None:
        documents = [sheet] if sheet is not None else [line.sheet_id for line in truth.read["lines"].values()]
        found = Line.objects.filter(sheet__in=documents).aggregate(last=Max("position"))
        truth.read["last_position"] = found["last"] or 0
        truth.read["channels"] = dict(Location.objects.values_list("place_id", "channel"))

    return read


def read_prices(sheet: int | None, wishes: Sequence[LineWish]) -> Callable[[Truth], None]:
    """Read at what new units are offered on the document of their lines."""

    def read(truth: Truth) -> None:
        of = sheet or next((line.sheet_id for line in truth.read["lines"].values()), None)
        read_offers(wishes, sheet=of)(truth)

    return read


def asked_for(rma_lines: Iterable[int]) -> list[tuple[type[Rma] | type[RmaLine], list[int]]]:
    """The lines of RMAs by which devices come back, with their RMAs, to be locked; nothing where there are none."""
    rows = dict(RmaLine.objects.filter(pk__in=list(rma_lines)).values_list("pk", "rma_id"))
    return [(Rma, sorted(set(rows.values()))), (RmaLine, sorted(rows))]


def devices_awaited(rma: int) -> list[RmaLine]:
    """The lines of an approved RMA whose devices are still with the customer."""
    lines = RmaLine.objects.filter(
        rma=rma,
        void__isnull=True,
        rma__approved_at__isnull=False,
        rma__closed_at__isnull=True,
        device__isnull=False,
        device__removed_on__isnull=True,
        settled_quantity=0,
        quantity=1,
    ).exclude(type="repair")
    there = Holding.objects.filter(lot=OuterRef("device__lot"), kind="customer", quantity__gt=0)
    return list(lines.filter(Exists(there)).select_related("device", "product").order_by("position"))


def customer_of(job: int) -> int:
    """Whose a job is; raises NotThere for one that there is not."""
    found = Sheet.objects.filter(pk=job, kind="job", void__isnull=True).first()
    if found is None:
        raise NotThere("no_such_work_order", N_("There is no such ticket, project, contract or job."))
    return found.organization_id


def devices_of_job(job: int) -> list[Device]:
    """The devices that a job names and its customer still has, with what is shown of each."""
    rows = Device.objects.filter(
        work__sheet=job,
        work__void__isnull=True,
        work__ended_at__isnull=True,
        void__isnull=True,
        removed_on__isnull=True,
    )
    return list(rows.select_related("product", "lot", "site").order_by("pk"))
