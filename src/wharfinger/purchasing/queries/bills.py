"""Vendors' bills as people and callers of the API read them: each beside what was ordered, received and billed before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from wharfinger.base import configuration, money
from wharfinger.base.asking import MANY
from wharfinger.base.door import known
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.ledger import sql
from wharfinger.ledger.models import Move
from wharfinger.purchasing.models import PurchaseLine, Receipt, VendorBill, VendorBillLine
from wharfinger.purchasing.queries import billed, paying
from wharfinger.purchasing.queries.landed import billed as prices_of
from wharfinger.purchasing.queries.orders import figures
from wharfinger.purchasing.rules.matching import (
    Difference,
    Matched,
    Stands,
    Tolerance,
    beside_it,
    by_line,
    match,
    matched,
    stand,
    stand_anywhere,
)

WORDS: dict[str, str] = {
    "goods_missing": N_("Goods missing"),
    "to_accept": N_("To accept"),
    "accepted": N_("Accepted"),
    "cancelled": N_("Cancelled"),
}
"""What a vendor's bill is called."""
TONES: dict[str, str] = {
    "goods_missing": "blue",
    "to_accept": "amber",
    "accepted": "green",
    "cancelled": "red",
}


class Due(NamedTuple):
    """What a receipt brought of an order's line, or all of an order's line, and how many of it are not billed yet."""

    receipt: Receipt | None
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
    """Every bill that was not undone, with what is open of it, and whether it waits for goods on order, as ``missing``."""
    found: QuerySet[VendorBill] = billed.bills().select_related("vendor", "accepted_by", "made__actor")
    return paying.with_balances(found.annotate(missing=Exists(_missing())))


def _missing() -> QuerySet[Any, Any]:
    """Lines of an undecided bill for which with all bills before it more is asked than came, of what is on order yet."""
    asks = VendorBillLine.objects.filter(
        Q(bill__accepted_at__isnull=False) | Q(bill__lte=OuterRef("bill")),
        purchase_line=OuterRef("purchase_line"),
        bill__void__isnull=True,
        bill__cancelled_at__isnull=True,
    ).order_by()
    lines = VendorBillLine.objects.filter(
        bill=OuterRef("pk"),
        bill__accepted_at__isnull=True,
        bill__cancelled_at__isnull=True,
        purchase_line__purchase_order__done__isnull=True,
    ).annotate(asked=_summed(asks, "purchase_line"), came=_came_at("purchase_line__place"))
    return lines.filter(asked__gt=F("came"), asked__lte=F("purchase_line__quantity"))


def bill(pk: int) -> VendorBill:
    """One bill; raises NotThere."""
    return known(bills().filter(pk=pk).first(), pk)


def bills_of(**of: Any) -> list[tuple[VendorBill, str, str]]:
    """The bills of something that were not cancelled, the oldest first, each with the tone and word that describe it."""
    rows = bills().filter(cancelled_at__isnull=True, **of).distinct().order_by("pk")
    day = paying.today()
    return [(row, *chip(row, day)) for row in rows]


def chip(row: Any, day: date | None = None) -> tuple[str, str]:
    """The tone and word that describe a bill as it was listed: how far it is paid, once it is accepted."""
    if (paid := paying.word(row, day)) is not None:
        return paying.TONES[paid], _(paying.WORDS[paid])
    return TONES[word(row)], _(WORDS[word(row)])


def word(row: VendorBill) -> str:
    """The word that describes a bill as it was listed."""
    if row.cancelled_at is not None:
        return "cancelled"
    if row.accepted_at is not None:
        return "accepted"
    return "goods_missing" if row.missing else "to_accept"  # type: ignore[attr-defined]


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Bills that any of these words describes."""
    found = {
        "goods_missing": rows.filter(cancelled_at__isnull=True, accepted_at__isnull=True, missing=True),
        "to_accept": rows.filter(cancelled_at__isnull=True, accepted_at__isnull=True, missing=False),
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

    def __init__(self, keys: Iterable[tuple[int | None, int]]) -> None:
        self.keys = list(keys)
        lines = {line for _, line in self.keys}
        receipts = {receipt for receipt, _ in self.keys if receipt is not None}
        if anywhere := {line for receipt, line in self.keys if receipt is None}:
            receipts |= billed.receipts_of(anywhere).keys()
        self.came = came_of(receipts) if receipts else {}
        self.ever = billed.received_ever(sorted(lines)) if lines else {}
        self.asked = by_line(billed.asked(lines)) if lines else {}
        self.prices = prices_of(receipts) if receipts else {}
        orders = PurchaseLine.objects.filter(pk__in=lines).values_list("purchase_order", flat=True)
        self.freights = billed.freights(set(orders)) if lines else []
        self.tolerance: Tolerance = billed.tolerance()
        self.home: str = configuration.one("currency")

    def stands(
        self,
        receipt: int | None,
        line: PurchaseLine,
        bill: VendorBill | None = None,
        beside: Sequence[VendorBillLine] = (),
    ) -> Stands:
        """What they say of one line, beside a bill; beside an accepted one what they said before.

        beside: what the same bill booked of the line's receipts.
        """
        others = billed.counting(self.asked.get(line.pk, ()), bill.pk if bill else None)
        if bill is not None and (at := bill.accepted_at) is not None:
            others = [one for one in others if one.bill.accepted_at is not None and one.bill.accepted_at < at]
        ever = self.ever.get(line.pk, 0)
        if receipt is None:
            brought = [
                (pk, came, self.prices.get((pk, line.pk), line.unit_cost_micro))
                for (pk, of), came in sorted(self.came.items())
                if of == line.pk
            ]
            return stand_anywhere(line, brought, ever, [*others, *beside])
        key = receipt, line.pk
        now = self.prices.get(key, line.unit_cost_micro)
        return stand(receipt, line, self.came.get(key, 0), ever, now, others)

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
        stands = books.stands(line.receipt_id, bought, row, beside_it(lines, line))
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
        receipts = list(billed.receipts_of(purchase_lines))
    came = came_of(receipts)
    lines = {
        line.pk: line
        for line in PurchaseLine.objects.filter(pk__in={line for _, line in came}).select_related(
            "product", "purchase_order__vendor", "tax_code"
        )
        if not purchase_lines or line.pk in purchase_lines
    }
    numbers = Receipt.objects.select_related("made").in_bulk({receipt for receipt, _ in came})
    books = Books(key for key in came if key[1] in lines)
    left: dict[int, int] = {}
    found = []
    for receipt, pk in sorted(key for key in came if key[1] in lines):
        stands = books.stands(receipt, lines[pk])
        left.setdefault(pk, stands.received_ever - stands.billed_ever)
        units = max(0, min(stands.open, left[pk]))
        left[pk] -= units
        if units:
            found.append(Due(numbers[receipt], lines[pk], stands, units))
    return found


def of_order(order: int) -> list[Due]:
    """What of an order's lines came or is still expected, and is not billed; by whichever receipt."""
    lines = PurchaseLine.objects.filter(
        purchase_order=order,
        purchase_order__submitted_at__isnull=False,
        void__isnull=True,
        removed_at__isnull=True,
    )
    listed = list(
        lines.select_related("product", "purchase_order__vendor", "tax_code").order_by("position", "pk")
    )
    expected = figures([line.pk for line in listed])
    books = Books((None, line.pk) for line in listed)
    found = []
    for line in listed:
        stands = books.stands(None, line)
        left = expected[line.pk].on_order + stands.received_ever - stands.billed_ever
        if left > 0:
            found.append(Due(None, line, stands, left))
    return found


def _summed(rows: Any, by: str) -> Any:
    return Coalesce(
        Subquery(rows.values(by).annotate(n=Sum("quantity")).values("n"), output_field=BigIntegerField()), 0
    )


def _came_at(place: str) -> Any:
    """How many came of what was on order at a place, and were not taken back."""
    goods = ("bin", "customer")
    moves = Move.objects.filter(
        source__place=OuterRef(place),
        source__kind="on_order",
        reverses__isnull=True,
        target__kind__in=goods,
    )
    back = Move.objects.filter(
        target__place=OuterRef(place),
        target__kind="on_order",
        reverses__isnull=False,
        source__kind__in=goods,
    )
    return _summed(moves.order_by(), "source__place") - _summed(back.order_by(), "target__place")


def unbilled() -> QuerySet[Any, Any]:
    """The orders' lines of which more came than is billed, with both figures."""
    lines = VendorBillLine.objects.filter(
        purchase_line=OuterRef("pk"), bill__void__isnull=True, bill__cancelled_at__isnull=True
    ).order_by()
    found = PurchaseLine.objects.filter(void__isnull=True, removed_at__isnull=True)
    found = found.annotate(
        came=_came_at("place"),
        billed=_summed(lines, "purchase_line"),
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


def show_unbilled(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Lines of which more came than is billed, for callers of the API."""
    return [
        {
            "id": line.pk,
            "purchase_order": line.purchase_order_id,
            "purchase_order_number": line.purchase_order.number,
            "vendor": line.purchase_order.vendor_id,
            "vendor_name": line.purchase_order.vendor.name,
            "product": line.product_id,
            "sku": line.product.sku,
            "received": plain(line.came, line.product.quantity_decimals),
            "billed": plain(line.billed, line.product.quantity_decimals),
            "unbilled": plain(line.came - line.billed, line.product.quantity_decimals),
        }
        for line in rows
    ]


@cache
def counted() -> tuple[str, list[Any]]:
    """The statement that finds the bills that wait for somebody to accept them, for whoever counts several things at once."""
    waiting = with_status(bills(), ["to_accept"]).order_by("pk").values("pk")[: MANY + 1]
    text, params = waiting.query.sql_with_params()
    return text, list(params)


def show_bills(rows: Iterable[VendorBill], *, costs: bool) -> list[dict[str, Any]]:
    """Bills for callers of the API; amounts only for who may see costs."""
    day = paying.today()
    return [_show(one, day, costs=costs) for one in beside(rows)]


def _show(one: Beside, day: date, *, costs: bool) -> dict[str, Any]:
    row = one.bill

    def amount(minor: int | None) -> str | None:
        return money.plain(minor, row.currency) if costs and minor is not None else None

    return {
        "id": row.pk,
        "number": row.number,
        "status": word(row),
        "payment": paying.word(row, day),
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
        "open": amount(row.open_minor),  # type: ignore[attr-defined]
        "discount_percent": plain(row.discount_micro, 4),
        "discount_until": row.discount_until,
        "discount": amount(paying.may_be_taken(row, day)),
        "discount_taken": amount(row.taken_minor),  # type: ignore[attr-defined]
        "note": row.note,
        "accepted_at": row.accepted_at,
        "accepted_by": row.accepted_by_id,
        "cancelled_at": row.cancelled_at,
        "lines": [
            {
                "id": line.pk,
                "receipt": line.receipt_id,
                "receipt_number": line.receipt.number if line.receipt is not None else None,
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
