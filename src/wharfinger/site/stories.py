"""The documents behind a unit that only higher modules know: what bought it, sold it, billed it, took it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, Value
from django.http import HttpRequest
from django.template.loader import render_to_string

from wharfinger.base import further
from wharfinger.billing.models import InvoiceLine
from wharfinger.demand.models import SUBJECTS, Line
from wharfinger.devices.models import Device
from wharfinger.devices.queries.shown import today, warranty_word
from wharfinger.ledger.models import Move
from wharfinger.purchasing.models import PurchaseLine, VendorBillLine, VendorReturn
from wharfinger.returns.models import RecallUnit, RmaLine, VendorClaimLine
from wharfinger.returns.queries.chain import chain_of
from wharfinger.returns.queries.vendors_cover import covers
from wharfinger.stock.models import Loan


def install() -> None:
    """Hang the reading into the life of a unit; called once, when Django is ready."""
    further.papers[:] = [papers]
    further.chains[:] = [chain_of]
    further.parts["unit"] = [device]


def device(request: HttpRequest, pk: int) -> str:
    """The device that a unit is, with its warranty; to a customer only their own."""
    actor: Any = request.user
    found = Device.objects.filter(lot_id=pk, void__isnull=True).select_related("organization", "site").first()
    customer = request.GET.get("for", "")
    if not actor.may("devices.read") or (
        customer and (found is None or customer != str(found.organization_id))
    ):
        return ""
    chain = chain_of([pk]) if not customer else []
    cover = covers([pk]).get(pk) if not customer and actor.may("purchasing.read") else None
    if found is None and not chain and cover is None:
        return ""
    warranty = warranty_word(found, today()) if found is not None else ""
    context = {"device": found, "warranty": warranty, "chain": chain, "lot": pk, "cover": cover}
    return render_to_string("site/parts/unit_device.html", context, request)


def papers(lots: Sequence[int], lines: Sequence[int], places: Sequence[int]) -> Iterable[str]:
    """Purchase orders, quotes and orders, bills, invoices, devices and RMAs of these units, claims on vendors and recalls, in nine statements."""
    bought = PurchaseLine.objects.filter(Q(place__in=places) | Q(refused_place__in=places), void__isnull=True)
    orders = dict(bought.values_list("pk", "purchase_order_id"))
    yield from (f"purchase_order:{pk}" for pk in orders.values())
    if orders:
        arrived = Move.objects.filter(target__lot__in=lots).values("entry")
        theirs = VendorBillLine.objects.filter(
            Q(receipt__isnull=True) | Q(receipt__made__in=arrived), purchase_line__in=orders
        )
        yield from (f"vendor_bill:{pk}" for pk in theirs.values_list("bill_id", flat=True))
        left = Move.objects.filter(source__lot__in=lots).values("entry")
        yield from (
            f"vendor_return:{pk}"
            for pk in VendorReturn.objects.filter(made__in=left).values_list("pk", flat=True)
        )
    sold = Line.objects.filter(pk__in=lines).values_list(
        "sheet__kind", "sheet_id", "order__kind", "order_id", "came_from__sheet__kind", "came_from__sheet_id"
    )
    for row in sold:
        yield from (
            f"{SUBJECTS[kind]}:{pk}" for kind, pk in zip(row[::2], row[1::2], strict=True) if pk is not None
        )
    billed = InvoiceLine.objects.filter(
        line__in=lines, invoice__void__isnull=True, invoice__posted_at__isnull=False, quantity__gt=0
    )
    yield from (f"invoice:{pk}" for pk in billed.values_list("invoice_id", flat=True))
    # What was done to a device stays told where the device itself was taken back.
    devices = Device.objects.filter(lot__in=lots)
    yield from (f"device:{pk}" for pk in devices.values_list("pk", flat=True))
    stood = Q(rma__place__in=places) | Q(rma__bench_place__in=places) | Q(rma__vendor_place__in=places)
    back = RmaLine.objects.filter(Q(lot__in=lots) | Q(device__lot__in=lots) | stood)
    yield from (f"rma:{pk}" for pk in back.values_list("rma_id", flat=True))
    lent = Loan.objects.filter(place__in=places)
    yield from (f"loan:{pk}" for pk in lent.values_list("pk", flat=True))
    claimed = VendorClaimLine.objects.filter(Q(lot__in=lots) | Q(answers__replacement__in=lots))
    recalled = RecallUnit.objects.filter(lot__in=lots).values_list(Value("recall"), "recall_id")
    both = claimed.values_list(Value("vendor_claim"), "vendor_claim_id").union(recalled, all=True)
    yield from (f"{noun}:{pk}" for noun, pk in both)
