"""Invoices, payments and credit notes as callers and pages read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from wharfinger.base import clock, further, money
from wharfinger.base.door import known
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.billing.models import CreditFee, CreditLine, CreditNote, Invoice, InvoiceLine, Payment, Relief
from wharfinger.billing.queries import differences
from wharfinger.billing.queries.dues import UNPAID, parts_of
from wharfinger.billing.queries.truth import applied_to
from wharfinger.billing.rules import words
from wharfinger.billing.rules.terms import Due, discount_of
from wharfinger.ledger.look import house
from wharfinger.ledger.models import Account
from wharfinger.ledger.prepared import Prepared, an_id, ids


def _balance(kind: str, subject: str) -> Any:
    named = Concat(Value(f"{subject}:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    found = Account.objects.filter(kind=kind, party_id=OuterRef("organization_id"), document=named)
    return Coalesce(Subquery(found.values("balance_minor")[:1]), 0, output_field=BigIntegerField())


def _relieved(kind: str) -> Any:
    found = Relief.objects.filter(invoice=OuterRef("pk"), kind=kind, void__isnull=True).order_by()
    sums = found.values("invoice").annotate(sum=Sum("amount_minor")).values("sum")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())


def invoices() -> QuerySet[Any, Any]:
    """Every invoice that is not undone, with what is open of it and what was credited."""
    credited = CreditNote.objects.filter(invoice=OuterRef("pk"), void__isnull=True).values("invoice")
    return Invoice.objects.filter(void__isnull=True).annotate(
        open_minor=_balance("receivable", "invoice"),
        credited_minor=Coalesce(
            Subquery(credited.annotate(sum=Sum("total_minor")).values("sum")),
            0,
            output_field=BigIntegerField(),
        ),
        written_off_minor=_relieved("write_off"),
        taken_minor=_relieved("discount"),
        next_due_on=Coalesce(Subquery(UNPAID.values("due_on")[:1]), F("due_on"), output_field=DateField()),
    )


def payments() -> QuerySet[Any, Any]:
    """Every payment and refund, with what is left of it for other invoices, below zero."""
    return Payment.objects.filter(void__isnull=True).annotate(left_minor=_balance("store_credit", "payment"))


def credit_notes() -> QuerySet[CreditNote, CreditNote]:
    """Every credit note that is not undone, with the invoice that took it back."""
    return CreditNote.objects.filter(void__isnull=True).select_related("taken_back_by")


def taken_back_by(note: CreditNote) -> Invoice | None:
    """The invoice that asks again for what a credit note gave back, as it was read with it."""
    found: Invoice | None = getattr(note, "taken_back_by", None)
    return found


def today() -> date:
    """The company's day, by which an invoice is overdue."""
    return clock.today(house().time_zone)


def with_status(rows: QuerySet[Any, Any], wanted: Sequence[str]) -> QuerySet[Any, Any]:
    """The invoices to which one of these words applies."""
    day = today()
    posted, owing = Q(posted_at__isnull=False), Q(open_minor__gt=0)
    asked = F("total_minor") - F("credited_minor") - F("written_off_minor") - F("taken_minor")
    whole = Q(open_minor__gte=asked)
    credited = Q(total_minor__gt=0, credited_minor=F("total_minor"))
    without = Q(
        written_off_minor__gt=0,
        written_off_minor__gte=F("total_minor") - F("credited_minor") - F("taken_minor"),
    )
    conditions = {
        "draft": Q(posted_at__isnull=True),
        "open": posted & owing & whole & Q(next_due_on__gte=day),
        "partly": posted & owing & ~whole & Q(next_due_on__gte=day),
        "overdue": posted & owing & Q(next_due_on__lt=day),
        "credited": posted & ~owing & credited,
        "written_off": posted & ~owing & ~credited & without,
        "paid": posted & ~owing & ~credited & ~without,
    }
    found = Q(pk__in=())
    for word in wanted:
        found |= conditions.get(word, Q(pk__in=()))
    return rows.filter(found)


_INVOICE = Prepared(lambda pk: invoices().filter(pk=pk), an_id("invoice"))
_CREDITED = CreditLine.objects.filter(invoice_line=OuterRef("pk"), credit_note__void__isnull=True)
_ROWS = Prepared(
    lambda wanted: (
        InvoiceLine.objects.filter(invoice__in=wanted, quantity__gt=0)
        .select_related("product", "invoice", "tax_code", "takes_off")
        .annotate(
            credited=Coalesce(
                Subquery(_CREDITED.values("invoice_line").annotate(sum=Sum("quantity")).values("sum")),
                0,
                output_field=BigIntegerField(),
            )
        )
        .order_by("position")
    ),
    ids("invoices"),
)


def invoice(pk: int) -> Any:
    """One invoice with what is open of it; raises NotThere."""
    return known(_INVOICE.first(pk), pk)


def show_invoices(found: Iterable[Any], *, costs: bool = False) -> list[dict[str, Any]]:
    """Invoices with their lines, what is open, and the word for it; in a constant number of statements.

    costs: whether their margins are told, too.
    """
    rows = list(found)
    margins = further.figure("invoice.margin", [row.pk for row in rows]) if costs else {}
    parts = parts_of(rows)
    lines: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    for line in _ROWS(list(lines)) if lines else ():
        lines[line.invoice_id].append(_line(line))
    ours = house()
    day = clock.today(ours.time_zone)
    gains = differences.of_invoices(rows, ours.currency)
    return [
        _invoice(row, lines[row.pk], parts[row.pk], day)
        | _difference(gains.get(row.pk, 0), ours.currency)
        | _left(margins.get(row.pk), ours.currency)
        for row in rows
    ]


def _difference(gain: int, home: str) -> dict[str, str]:
    return {"exchange_difference": money.plain(gain, home)}


def _left(margin: Any, home: str) -> dict[str, str | None]:
    if margin is None:
        return {"margin": None, "margin_percent": None}
    share = margin.share_micro
    percent = None if share is None else plain(money.rounded(share, 1000), 1)
    return {"margin": money.plain(margin.minor, home), "margin_percent": percent}


def _invoice(row: Any, lines: list[dict[str, Any]], due: Sequence[Due], day: date) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "kind": row.kind,
        "status": word_of(row, day),
        "organization": row.organization_id,
        "site": row.site_id,
        "sheet": row.sheet_id,
        "currency": row.currency,
        "rate": plain(row.rate_micro, MICRO),
        "customer_reference": row.customer_reference,
        "remarks": row.remarks,
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "terms": row.terms_id,
        "due": [
            {
                "on": one.due_on.isoformat(),
                "amount": money.plain(one.minor, row.currency),
                "open": money.plain(one.open_minor, row.currency),
            }
            for one in due
        ],
        "discount_percent": plain(row.discount_micro, 4),
        "discount_until": row.discount_until.isoformat() if row.discount_until else None,
        "discount": money.plain(discount_of(row.total_minor, row.discount_micro), row.currency),
        "net": money.plain(row.net_minor, row.currency),
        "tax": money.plain(row.tax_minor, row.currency),
        "rounding": money.plain(row.rounding_minor, row.currency),
        "total": money.plain(row.total_minor, row.currency),
        "open": money.plain(row.open_minor, row.currency),
        "credited": money.plain(row.credited_minor, row.currency),
        "written_off": money.plain(row.written_off_minor, row.currency),
        "discount_taken": money.plain(row.taken_minor, row.currency),
        "posted_at": row.posted_at.isoformat() if row.posted_at else None,
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "takes_back": row.takes_back_id,
        "lines": lines,
    }


def _line(line: Any) -> dict[str, Any]:
    decimals = line.product.quantity_decimals
    return {
        "id": line.pk,
        "line": line.line_id,
        "product": line.product_id,
        "sku": line.product.sku,
        "description": line.description,
        "quantity": plain(line.quantity, decimals),
        "price_unit": line.unit or line.product.unit,
        "credited": plain(line.credited, decimals),
        "unit_price": plain(line.unit_price_micro, MICRO),
        "discount_percent": plain(line.discount_micro, 4),
        "tax_code": line.tax_code_id,
        "tax_percent": plain(line.rate_micro, 4),
        "reason": line.price_reason,
        "takes_off": line.takes_off.invoice_id if line.takes_off else None,
        "second_tax_percent": plain(line.tax_code.second_rate_micro, 4),
        "net": money.plain(line.net_minor, line.invoice.currency),
        "gross": None if line.gross_minor is None else money.plain(line.gross_minor, line.invoice.currency),
    }


def word_of(row: Any, day: date) -> str:
    """Draft, open, partly paid, overdue, paid or credited: what the balances say."""
    return words.invoice_word(
        posted=row.posted_at is not None,
        total=row.total_minor,
        open_minor=row.open_minor,
        credited=row.credited_minor,
        written_off=row.written_off_minor,
        taken=row.taken_minor,
        overdue=row.next_due_on < day,
    )


def show_payments(found: Iterable[Any]) -> list[dict[str, Any]]:
    """Payments with the invoices they settle and what is left of them."""
    rows = list(found)
    settled = applied_to([row.pk for row in rows])
    home = house().currency
    gains = differences.of_payments(rows, home)
    return [
        {
            "id": row.pk,
            "number": row.number,
            "kind": row.kind,
            "status": "cancelled" if row.cancelled_at else "left" if row.left_minor < 0 else "spent",
            "organization": row.organization_id,
            "currency": row.currency,
            "amount": money.plain(row.amount_minor, row.currency),
            "left": money.plain(-row.left_minor, row.currency),
            "received_on": row.received_on.isoformat(),
            "method": row.method,
            "reference": row.reference,
            "cancelled_at": row.cancelled_at.isoformat() if row.cancelled_at else None,
            "allocations": [
                {"invoice": invoice, "amount": money.plain(one.minor, row.currency)}
                | _difference(one.gain_minor, home)
                for invoice, one in sorted(settled.get(row.pk, {}).items())
            ],
        }
        | _difference(gains.get(row.pk, 0), home)
        for row in rows
    ]


def show_credit_notes(found: Iterable[CreditNote]) -> list[dict[str, Any]]:
    """Credit notes with their lines and what is kept of them; three statements however many."""
    rows = list(found)
    lines: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    currency = {row.pk: row.currency for row in rows}
    listed = (
        CreditLine.objects.filter(credit_note__in=rows).select_related("invoice_line__product").order_by("pk")
    )
    for line in listed:
        of = line.invoice_line
        lines[line.credit_note_id].append(
            {
                "id": line.pk,
                "invoice_line": of.pk,
                "line": of.line_id,
                "product": of.product_id,
                "description": of.description,
                "quantity": plain(line.quantity, of.product.quantity_decimals),
                "net": money.plain(line.net_minor, currency[line.credit_note_id]),
                "tax": money.plain(line.tax_minor, currency[line.credit_note_id]),
            }
        )
    fees: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    for fee in CreditFee.objects.filter(credit_note__in=rows).order_by("pk"):
        fees[fee.credit_note_id].append(
            {
                "product": fee.product_id,
                "description": fee.description,
                "net": money.plain(fee.net_minor, currency[fee.credit_note_id]),
                "tax": money.plain(fee.tax_minor, currency[fee.credit_note_id]),
            }
        )
    return [
        {
            "id": row.pk,
            "number": row.number,
            "invoice": row.invoice_id,
            "organization": row.organization_id,
            "currency": row.currency,
            "issued_on": row.issued_on.isoformat(),
            "reason": row.reason,
            "net": money.plain(row.net_minor, row.currency),
            "tax": money.plain(row.tax_minor, row.currency),
            "rounding": money.plain(row.rounding_minor, row.currency),
            "total": money.plain(row.total_minor, row.currency),
            "sent_at": row.sent_at.isoformat() if row.sent_at else None,
            "taken_back_by": after.pk if (after := taken_back_by(row)) else None,
            "lines": lines[row.pk],
            "fees": fees[row.pk],
        }
        for row in rows
    ]


def credit_of(organization: int) -> dict[str, int]:
    """What we owe a customer, by currency."""
    found = Account.objects.filter(kind="store_credit", party_id=organization, balance_minor__lt=0)
    sums = found.values_list("currency").annotate(sum=Sum("balance_minor")).order_by("currency")
    return {currency: -total for currency, total in sums}
