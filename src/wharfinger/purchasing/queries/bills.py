"""Vendors' bills as people and callers of the API read them: each beside what was ordered, received and billed before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from wharfinger.base import configuration, money
from wharfinger.base.door import known
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger import sql
from wharfinger.ledger.models import Move
from wharfinger.purchasing.models import PurchaseLine, Receipt, VendorBill, VendorBillLine
from wharfinger.purchasing.queries import billed
from wharfinger.purchasing.queries.landed import billed as prices_of
from wharfinger.purchasing.rules.matching import (
    Difference,
    Matched,
    Stands,
    Tolerance,
    by_line,
    match,
    matched,
    stand,
)

WORDS: dict[str, str] = {
    "to_accept": N_("To accept"),
    "accepted": N_("Accepted"),
    "cancelled": N_("Cancelled"),
}
"""What a vendor's bill is called."""
TONES: dict[str, str] = {"to_accept": "amber", "accepted": "green", "cancelled": "red"}


class Due(NamedTuple):
    """What a receipt brought of an order's line, and how many of it are not billed yet."""

    receipt: Any
    line: PurchaseLine
    stands: Stands
    left: int


class Beside(NamedTuple):
    """A bill with its lines, each beside what the books say, and what differs."""

    bill: VendorBill
    rows: list[tuple[VendorBillLine, Matched, Stands]]
    freight_open: int
    off: list[Difference]

    @property
    def net_minor(self) -> int:
        """What its goods come to."""
        return sum(row.net(row.unit_cost_micro, self.bill.currency) for _, row, _ in self.rows)

    @property
    def total_minor(self) -> int:
        """What all of it comes to, as printed where that was typed."""
        known = self.bill.total_minor
        return self.net_minor + self.bill.freight_minor + self.bill.tax_minor if known is None else known


def bills() -> QuerySet[VendorBill]:
    """Every bill that was not undone."""
    found: QuerySet[VendorBill] = billed.bills().select_related("vendor", "accepted_by", "made__actor")
    return found


def bill(pk: int) -> VendorBill:
    """One bill; raises NotThere."""
    return known(bills().filter(pk=pk).first(), pk)


def word(row: VendorBill) -> str:
    """The word that describes a bill."""
    if row.cancelled_at is not None:
        return "cancelled"
    return "to_accept" if row.accepted_at is None else "accepted"


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Bills that any of these words describes."""
    found = {
        "to_accept": rows.filter(cancelled_at__isnull=True, accepted_at__isnull=True),
        "accepted": rows.filter(cancelled_at__isnull=True, accepted_at__isnull=False),
        "cancelled": rows.filter(cancelled_at__isnull=False),
    }
    some = rows.none()
    for value in values:
        some = some | found.get(value, rows.none())
    return some


def beside(rows: Iterable[VendorBill]) -> list[Beside]:
    """Bills beside the books in a constant number of statements: accepted ones as they were then, others as they are now."""
    listed = list(rows)
    every = VendorBillLine.objects.filter(bill__in=[one.pk for one in listed]).select_related(
        "purchase_line__product", "purchase_line__purchase_order", "receipt"
    )
    lines: dict[int, list[VendorBillLine]] = defaultdict(list)
    for line in every.order_by("position"):
        lines[line.bill_id].append(line)
    some = [line for found in lines.values() for line in found]
    books = Books({(line.receipt_id, line.purchase_line_id): line for line in some})
    return [_beside(row, lines[row.pk], books) for row in listed]


class Books:
    """What came and was billed of lines of receipts, read once for all of them."""

    def __init__(self, keys: Iterable[tuple[int, int]]) -> None:
        self.keys = list(keys)
        receipts, lines = {receipt for receipt, _ in self.keys}, {line for _, line in self.keys}
        self.came = came_of(receipts) if receipts else {}
        self.ever = billed.received_ever(sorted(lines)) if lines else {}
        self.asked = by_line(billed.asked(lines)) if lines else {}
        self.prices = prices_of(receipts) if receipts else {}
        orders = PurchaseLine.objects.filter(pk__in=lines).values_list("purchase_order", flat=True)
        self.freights = billed.freights(set(orders)) if lines else []
        self.tolerance: Tolerance = billed.tolerance()
        self.home: str = configuration.one("currency")

    def stands(self, receipt: int, line: PurchaseLine, bill: VendorBill | None = None) -> Stands:
        """What they say of one line, beside a bill; beside an accepted one what they said before."""
        key = receipt, line.pk
        others = billed.counting(self.asked.get(line.pk, ()), bill.pk if bill else None)
        if bill is not None and (at := bill.accepted_at) is not None:
            others = [one for one in others if one.bill.accepted_at is not None and one.bill.accepted_at < at]
        now = self.prices.get(key, line.unit_cost_micro)
        return stand(receipt, line, self.came.get(key, 0), self.ever.get(line.pk, 0), now, others)

    def freight_open(self, lines: Iterable[PurchaseLine], bill: int | None = None) -> int:
        """What the orders of these lines were to cost in freight and no other bill asked for."""
        orders = {line.purchase_order_id: line.purchase_order.freight_minor for line in lines}
        for one in self.freights:
            if one.bill_id != bill and one.purchase_order_id in orders:
                orders[one.purchase_order_id] -= one.amount_minor
        return sum(max(0, left) for left in orders.values())


def _beside(row: VendorBill, lines: Sequence[VendorBillLine], books: Books) -> Beside:
    found = []
    for line in lines:
        bought = line.purchase_line
        stands = books.stands(line.receipt_id, bought, row)
        one = matched(line, bought, stands, bought.product.quantity_decimals)
        if line.booked_quantity is not None and line.booked_micro is not None:
            one = one._replace(booked_quantity=line.booked_quantity, booked_micro=line.booked_micro)
        found.append((line, one, stands))
    if row.accepted_at is None:
        freight = books.freight_open([line.purchase_line for line in lines], row.pk)
    else:
        freight = sum(one.amount_minor for one in books.freights if one.bill_id == row.pk)
    off = match([one for _, one, _ in found], row, freight, books.tolerance, books.home)
    return Beside(row, found, freight, off)


def came_of(receipts: Iterable[int]) -> dict[tuple[int, int], int]:
    """What these receipts brought and was not taken back or turned away, by receipt and order's line."""
    rows = sql.fetch(
        "SELECT g.id, p.id, SUM(m.quantity - COALESCE("
        "(SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0)) "
        "FROM purchasing_receipt g JOIN ledger_move m ON m.entry_id = g.made_id "
        "JOIN ledger_holding s ON s.id = m.source_id AND s.kind = 'on_order' "
        "JOIN purchasing_purchaseline p ON p.place_id = s.place_id "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind IN ('bin', 'customer') "
        f"WHERE {sql.among('g.id')} GROUP BY g.id, p.id",
        [sql.array(sorted(receipts))],
    )
    return {(receipt, line): int(units) for receipt, line, units in rows}


def due(*, receipts: Sequence[int] = (), purchase_lines: Sequence[int] = ()) -> list[Due]:
    """What of these receipts, or of these lines by whichever receipt, came and is not billed, in the order it came."""
    if purchase_lines:
        rows = Move.objects.filter(source__place__purchase_line__in=purchase_lines, source__kind="on_order")
        receipts = list(
            Receipt.objects.filter(made__in=rows.values("entry"), void__isnull=True).values_list(
                "pk", flat=True
            )
        )
    came = came_of(receipts)
    lines = {
        line.pk: line
        for line in PurchaseLine.objects.filter(pk__in={line for _, line in came}).select_related(
            "product", "purchase_order__vendor"
        )
        if not purchase_lines or line.pk in purchase_lines
    }
    numbers = Receipt.objects.in_bulk({receipt for receipt, _ in came})
    books = Books(key for key in came if key[1] in lines)
    left: dict[int, int] = {}
    found = []
    for receipt, pk in sorted(books.keys):
        stands = books.stands(receipt, lines[pk])
        left.setdefault(pk, stands.received_ever - stands.billed_ever)
        units = max(0, min(stands.open, left[pk]))
        left[pk] -= units
        if units:
            found.append(Due(numbers[receipt], lines[pk], stands, units))
    return found


def unbilled() -> QuerySet[Any, Any]:
    """The orders' lines of which more came than is billed, with both figures."""
    moves = Move.objects.filter(
        source__place=OuterRef("place"),
        source__kind="on_order",
        reverses__isnull=True,
        target__kind__in=("bin", "customer"),
    ).order_by()
    back = Move.objects.filter(
        target__place=OuterRef("place"),
        target__kind="on_order",
        reverses__isnull=False,
        source__kind__in=("bin", "customer"),
    ).order_by()
    lines = VendorBillLine.objects.filter(
        purchase_line=OuterRef("pk"), bill__void__isnull=True, bill__cancelled_at__isnull=True
    ).order_by()

    def summed(rows: Any, by: str) -> Any:
        return Coalesce(
            Subquery(rows.values(by).annotate(n=Sum("quantity")).values("n"), output_field=BigIntegerField()),
            0,
        )

    found = PurchaseLine.objects.filter(void__isnull=True, removed_at__isnull=True)
    found = found.annotate(
        came=summed(moves, "source__place") - summed(back, "target__place"),
        billed=summed(lines, "purchase_line"),
    )
    return found.filter(came__gt=F("billed")).select_related("product", "purchase_order__vendor")


def currency_of(purchase_lines: Iterable[int]) -> str:
    """In which currency a bill of these lines is; raises BadInput where there is no such line."""
    found = PurchaseLine.objects.filter(pk__in=list(purchase_lines)).values_list(
        "purchase_order__currency", flat=True
    )
    currency = found.first()
    if currency is None:
        raise BadInput(
            "no_such_purchase_line",
            N_("There is no such line on a purchase order."),
            field="lines.0.purchase_line",
        )
    return currency


def show_bills(rows: Iterable[VendorBill], *, costs: bool) -> list[dict[str, Any]]:
    """Bills for callers of the API; amounts only for who may see costs."""
    return [_show(one, costs=costs) for one in beside(rows)]


def _show(one: Beside, *, costs: bool) -> dict[str, Any]:
    row = one.bill

    def amount(minor: int | None) -> str | None:
        return money.plain(minor, row.currency) if costs and minor is not None else None

    return {
        "id": row.pk,
        "number": row.number,
        "status": word(row),
        "vendor": row.vendor_id,
        "vendor_name": row.vendor.name,
        "billed_on": row.billed_on,
        "due_on": row.due_on,
        "currency": row.currency,
        "rate": plain(row.rate_micro, MICRO),
        "net": amount(one.net_minor),
        "freight": amount(row.freight_minor),
        "tax": amount(row.tax_minor),
        "total": amount(one.total_minor),
        "note": row.note,
        "accepted_at": row.accepted_at,
        "accepted_by": row.accepted_by_id,
        "cancelled_at": row.cancelled_at,
        "lines": [
            {
                "id": line.pk,
                "receipt": line.receipt_id,
                "receipt_number": line.receipt.number,
                "purchase_line": line.purchase_line_id,
                "purchase_order": line.purchase_line.purchase_order_id,
                "product": line.purchase_line.product_id,
                "sku": line.purchase_line.product.sku,
                "ordered": plain(stands.ordered, row_.decimals),
                "received": plain(stands.received, row_.decimals),
                "billed_before": plain(stands.billed, row_.decimals),
                "quantity": plain(row_.quantity, row_.decimals),
                "unit": line.purchase_line.unit,
                "booked_cost": plain(row_.booked_micro, MICRO) if costs else None,
                "unit_cost": plain(row_.unit_cost_micro, MICRO) if costs else None,
                "net": amount(row_.net(row_.unit_cost_micro, row.currency)),
            }
            for line, row_, stands in one.rows
        ],
        "differences": [_difference(one, off, costs=costs) for off in one.off],
    }


def _difference(one: Beside, off: Difference, *, costs: bool) -> dict[str, Any]:
    counted = off.code in ("over_received", "over_ordered")
    if counted:
        by: str | None = plain(off.off, one.rows[off.line or 0][1].decimals)
    else:
        by = money.plain(off.off, one.bill.currency) if costs else None
    return {"code": off.code, "line": off.line, "by": by, "tolerated": off.taken}
