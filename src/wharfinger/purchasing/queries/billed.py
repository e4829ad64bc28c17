"""What the plans about vendors' bills read under the locks: what came, what other bills ask for it, what is put up with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Sum

from wharfinger.base import configuration
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import TaxCode
from wharfinger.catalog.rules.validity import is_bounded, that_holds
from wharfinger.ledger import sql
from wharfinger.ledger.models import Fact, Move
from wharfinger.ledger.plan import Truth
from wharfinger.purchasing.models import (
    BilledFreight,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    VendorBill,
    VendorBillLine,
)
from wharfinger.purchasing.queries.orders import arrivals
from wharfinger.purchasing.rules.matching import Tolerance

Read = Callable[[Truth], None]


def vendors_of(purchase_lines: Iterable[int]) -> sql.Found:
    """The vendors of these lines, to be found and locked in one statement: their bills are numbered by them."""
    orders = f"SELECT purchase_order_id FROM purchasing_purchaseline WHERE {sql.among('id')}"
    wanted = f"SELECT vendor_id FROM purchasing_purchaseorder WHERE id IN ({orders})"
    return sql.Found(f"id IN ({wanted})", (sql.array(sorted(set(purchase_lines))),))


def receipts_of(purchase_lines: Iterable[int]) -> dict[int, int]:
    """The receipts that brought something of these lines, each with the entry that made it."""
    moves = Move.objects.filter(
        source__place__purchase_line__in=sorted(set(purchase_lines)), source__kind="on_order"
    )
    found = Receipt.objects.filter(
        made__in=moves.values("entry"), void__isnull=True, cancelled_at__isnull=True
    )
    return dict(found.order_by("pk").values_list("pk", "made"))


def products_of(purchase_lines: Iterable[int]) -> set[int]:
    """The products of these lines, which never change."""
    found = PurchaseLine.objects.filter(pk__in=sorted(set(purchase_lines)))
    return set(found.values_list("product", flat=True))


def lines_of(bill: int) -> list[VendorBillLine]:
    """The lines of a bill; which they are never changes."""
    rows = VendorBillLine.objects.filter(bill=bill, bill__void__isnull=True).order_by("position")
    return list(rows.select_related("receipt", "made"))


def costs_of(bill: int) -> sql.Found:
    """What receipts cost because of a bill, to be found and locked in one statement."""
    return sql.Found("bill_id = %s", (bill,))


def read_bought(purchase_lines: Collection[int]) -> Read:
    """Read these lines of orders, which say what is locked."""

    def read(truth: Truth) -> None:
        rows = PurchaseLine.objects.filter(pk__in=sorted(purchase_lines), void__isnull=True)
        truth.read["purchase_lines"] = {line.pk: line for line in rows.select_related("purchase_order")}

    return read


def read_lines(bill: int) -> Read:
    """Read the lines of a bill, with who entered them."""

    def read(truth: Truth) -> None:
        truth.read["bill_lines"] = lines_of(bill)

    return read


def read_number(number: str) -> Read:
    """Read which vendors at hand have a bill of this number already."""

    def read(truth: Truth) -> None:
        rows = bills().filter(vendor__in=list(truth.documents["parties.Organization"]), number__iexact=number)
        found = rows.filter(cancelled_at__isnull=True).values_list("vendor", "pk", "number")
        truth.read["same_number"] = {vendor: (pk, known) for vendor, pk, known in found}

    return read


def read_billed(purchase_lines: Collection[int], bill: int | None = None) -> Read:
    """Read what came of these lines, what other bills than this ask for it, and what is put up with."""

    def read(truth: Truth) -> None:
        lines, orders = sorted(purchase_lines), list(truth.documents["purchasing.PurchaseOrder"])
        freight: dict[int, int] = defaultdict(int)
        for one in freights(orders):
            if one.bill_id != bill:
                freight[one.purchase_order_id] += one.amount_minor
        truth.read["received_ever"] = received_ever(lines)
        truth.read["billed_elsewhere"] = counting(asked(lines), bill)
        truth.read["freight_billed"] = freight
        truth.read["tolerance"] = tolerance()

    return read


def received_ever(purchase_lines: Sequence[int]) -> dict[int, int]:
    """How many came of these lines, by whichever receipt."""
    ever: dict[int, int] = defaultdict(int)
    for pk, kind, units in arrivals(list(purchase_lines)):
        if kind != "refused":
            ever[pk] += int(units)
    return ever


def asked(purchase_lines: Collection[int]) -> list[VendorBillLine]:
    """What bills that were not cancelled ask of these lines."""
    rows = VendorBillLine.objects.filter(
        purchase_line__in=purchase_lines, bill__void__isnull=True, bill__cancelled_at__isnull=True
    )
    return list(rows.select_related("bill").order_by("pk"))


def of_lines(purchase_lines: Iterable[int]) -> dict[tuple[int, int | None], int]:
    """How many bills that were not cancelled ask of these lines, by line and the receipt that they name."""
    wanted = list(purchase_lines)
    rows = VendorBillLine.objects.filter(
        purchase_line__in=wanted, bill__void__isnull=True, bill__cancelled_at__isnull=True
    ).order_by()
    found = rows.values_list("purchase_line", "receipt").annotate(n=Sum("quantity")) if wanted else ()
    return {(line, receipt): int(units) for line, receipt, units in found}


def by_order_line(asked: Mapping[tuple[int, int | None], int]) -> dict[int, int]:
    """The same by line, whichever receipts are named."""
    found: dict[int, int] = defaultdict(int)
    for (line, _receipt), units in asked.items():
        found[line] += units
    return found


def counting(lines: Iterable[VendorBillLine], bill: int | None) -> list[VendorBillLine]:
    """Those of the lines that count beside a bill: of all that are accepted, and of what was entered before it."""
    if bill is None:
        return list(lines)
    return [
        one
        for one in lines
        if one.bill_id != bill and (one.bill.accepted_at is not None or one.bill_id < bill)
    ]


def freights(orders: Iterable[int]) -> list[BilledFreight]:
    """What bills asked for of the freight that these orders were to cost."""
    rows = BilledFreight.objects.filter(
        purchase_order__in=list(orders), bill__void__isnull=True, bill__cancelled_at__isnull=True
    )
    return list(rows.order_by("pk"))


def submitted_and_billed(entries: Collection[int]) -> set[int]:
    """Those of these entries that submitted an order of which somebody has entered a bill, so that they stay."""
    facts = Fact.objects.filter(
        entry_id__in=entries, field="submitted_at", subject__startswith="purchase_order:"
    )
    orders = {
        int(about.partition(":")[2]): entry for entry, about in facts.values_list("entry_id", "subject")
    }
    if not orders:
        return set()
    live = VendorBillLine.objects.filter(
        purchase_line__purchase_order__in=list(orders),
        bill__void__isnull=True,
        bill__cancelled_at__isnull=True,
    )
    return {orders[pk] for pk in live.values_list("purchase_line__purchase_order", flat=True)}


def freight_due(orders: Iterable[PurchaseOrder]) -> int:
    """What these orders were to cost in freight and no bill asks for yet, accepted or not."""
    wanted = {one.pk: one.freight_minor for one in orders if one.freight_minor}
    if not wanted:
        return 0
    asked = sum(one.amount_minor for one in freights(wanted))
    waiting = VendorBill.objects.filter(
        pk__in=VendorBillLine.objects.filter(purchase_line__purchase_order__in=list(wanted)).values("bill"),
        accepted_at__isnull=True,
        cancelled_at__isnull=True,
        void__isnull=True,
    )
    asked += sum(waiting.values_list("freight_minor", flat=True))
    return max(0, sum(wanted.values()) - asked)


def taxed_on(rows: Sequence[tuple[Any, date]]) -> list[Any]:
    """By which code each of these is taxed on its day; as it stands where none is known. No statement where none ends."""
    bounded = any(code is not None and is_bounded(code) for code, _on in rows)
    codes = {code.pk: code for code in TaxCode.objects.all()} if bounded else {}
    return [_held(codes, code, on) if code is not None and codes else code for code, on in rows]


def _held(codes: Mapping[int, Any], code: Any, on: date) -> Any:
    try:
        return that_holds(codes, code, on)
    except Refusal:
        # It is but proposed; what the bill says is typed over it.
        return code


def tolerance() -> Tolerance:
    """By how much a bill may be off."""
    return Tolerance.of(configuration.one("bill_tolerance"))


def bills() -> Any:
    """Every bill that was not undone."""
    return VendorBill.objects.filter(void__isnull=True)
