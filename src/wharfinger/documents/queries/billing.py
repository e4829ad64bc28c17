"""Invoices and credit notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Max, Min, Sum

from wharfinger.base import configuration, money, tax
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.tax import Rate
from wharfinger.billing.models import CreditFee, CreditLine, CreditNote, Invoice, InvoiceLine
from wharfinger.demand.models import Line
from wharfinger.documents.queries.lines import (
    breakdown,
    described,
    off_each,
    own_of,
    own_of_line,
    own_of_order,
    second_share,
    sold_as,
    taxed,
)
from wharfinger.documents.queries.parties import address, billing_site, company, party, person
from wharfinger.documents.queries.past import Past
from wharfinger.documents.queries.picking import order_number
from wharfinger.documents.queries.terms import asked_by, ways_to_pay
from wharfinger.documents.queries.wording import wording_of
from wharfinger.documents.shapes import (
    Address,
    Amount,
    LineRow,
    OwnValue,
    Price,
    Quantity,
    Share,
    Totals,
)
from wharfinger.documents.shapes import CreditNote as CreditNoteShape
from wharfinger.documents.shapes import Invoice as InvoiceShape
from wharfinger.ledger.models import Account, Fact, Move, Posting
from wharfinger.parties.models import Site

DELIVERED = ("customer", "rented", "in_transit")


def invoice(pk: int, language: str) -> InvoiceShape:
    """What we ask a customer to pay, with everything EN 16931 and § 14 UStG want to see."""
    bill = (
        Invoice.objects.filter(pk=pk)
        .select_related("organization", "site__organization", "sheet__owner", "sheet__contact", "takes_back")
        .first()
    )
    if bill is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    lines = _invoice_lines(bill)
    past = Past(_posted_by(bill))
    _restore(past, bill, lines)
    first, last = _delivered(lines, past)
    billed = bill.site or billing_site(bill.organization, past)
    sums = _totals(bill, lines, past)
    return InvoiceShape(
        company=company(past),
        to=party(bill.organization, billed, bill.sheet.contact if bill.sheet else None),
        number=bill.number or "",
        dated=bill.issued_on,
        lines=tuple(
            _row(line, line.quantity, _said(line), bill.currency, n) for n, line in enumerate(lines, 1)
        ),
        totals=sums,
        ways=ways_to_pay(bill, (sums.due or sums.gross).minor, language),
        due_on=bill.due_on,
        deposit=bill.kind == "deposit",
        delivered_on=first,
        delivered_until=last if last != first else None,
        deliver_to=_destination(lines, billed),
        orders=_orders(lines) or ((bill.sheet.number,) if bill.sheet else ()),
        customer_reference=bill.customer_reference or _references(lines),
        contact=person(bill.sheet.owner) if bill.sheet else None,
        payment_terms=asked_by(bill, language),
        note=bill.remarks,
        credit_note_number=bill.takes_back.number if bill.takes_back else "",
        credit_note_dated=bill.takes_back.issued_on if bill.takes_back else None,
        **wording_of("invoice", bill.organization_id, billed, language, past),
        own=_own(lines) + own_of("organization", bill.organization.own),
    )


def called(pk: int) -> str:
    """What an invoice is called: one for a deposit says so."""
    kind = Invoice.objects.values_list("kind", flat=True).get(pk=pk)
    return "deposit_invoice" if kind == "deposit" else "invoice"


def credit_note(pk: int, language: str) -> CreditNoteShape:
    """What we take back of an invoice."""
    note = (
        CreditNote.objects.filter(pk=pk)
        .select_related("organization", "invoice__site__organization", "invoice__sheet__owner")
        .first()
    )
    if note is None:
        raise NotThere("no_such_document", N_("There is no such document."))
    credited = list(
        note.lines.select_related(
            "invoice_line__product",
            "invoice_line__tax_code",
            "invoice_line__line__order__order",
            "invoice_line__line__sheet",
            "invoice_line__line__came_from__sheet",
        ).order_by("invoice_line__position", "pk")
    )
    lines = [one.invoice_line for one in credited]
    fees = list(note.fees.select_related("product", "tax_code").order_by("pk"))
    of = note.invoice
    past = Past(note.made_id)
    _restore(past, of, lines)
    past.restore(note.organization, *(noun for fee in fees for noun in (fee.product, fee.tax_code)))
    billed = of.site or billing_site(note.organization, past)
    return CreditNoteShape(
        company=company(past),
        to=party(note.organization, billed),
        number=note.number,
        dated=note.issued_on,
        lines=tuple(
            _row(one.invoice_line, one.quantity, _taken_back(one), note.currency, n)
            for n, one in enumerate(credited, 1)
        )
        + tuple(
            _fee(fee, note.currency, n, included=any(line.gross_minor is not None for line in lines))
            for n, fee in enumerate(fees, len(credited) + 1)
        ),
        totals=Totals(
            Amount(note.net_minor, note.currency),
            Amount(note.total_minor, note.currency),
            breakdown(_credited(credited, fees), note.currency),
            Amount(note.rounding_minor, note.currency) if note.rounding_minor else None,
            inclusive=any(line.gross_minor is not None for line in lines),
        ),
        invoice_number=of.number or "",
        invoice_dated=of.issued_on,
        orders=_orders(lines),
        customer_reference=of.customer_reference or _references(lines),
        contact=person(of.sheet.owner) if of.sheet else None,
        reason=note.reason,
        **wording_of("credit-note", note.organization_id, billed, language, past),
        own=_own(lines) + own_of("organization", note.organization.own),
    )


def _posted_by(bill: Invoice) -> int | None:
    """The entry that posted an invoice; none where it is a draft still."""
    if bill.posted_at is None:
        return None
    decided = Fact.objects.filter(subject=f"invoice:{bill.pk}", field="posted_at").order_by("-id")
    return decided.values_list("entry_id", flat=True).first() or bill.made_id


def _restore(past: Past, bill: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Let an invoice and its lines refer to what they referred to, and that be as it was."""
    wanted = [line.line for line in lines if line.line]
    past.restore(
        *(bill, bill.sheet),
        *wanted,
        *(line.sheet for line in wanted),
        *(line.order for line in wanted),
        *(line.order.order for line in wanted if line.order),
    )
    sites = [line.site for line in wanted if line.site]
    past.restore(
        *(bill.organization, bill.site),
        *(noun for line in lines for noun in (line.product, line.tax_code)),
        *(noun for site in sites for noun in (site, site.organization)),
    )


def _fee(fee: CreditFee, currency: str, number: int, *, included: bool) -> LineRow:
    """What is kept of a credit note, as a row below zero."""
    minor = -(fee.net_minor + (fee.tax_minor if included else 0))
    one = Quantity(10**fee.product.quantity_decimals, fee.product.quantity_decimals, fee.product.unit)
    return LineRow(
        position=str(number),
        title=fee.product.name,
        sku=fee.product.sku,
        description=described(fee.product, fee.description),
        quantity=one,
        price=Price(minor * 10 ** (money.MICRO - money.decimals(currency)), currency),
        tax=Share(fee.rate_micro),
        second_tax=second_share(fee.tax_code),
        amount=Amount(minor, currency),
    )


def _credited(lines: list[CreditLine], fees: list[CreditFee]) -> list[Rate]:
    """What is taken back by category and rate: the tax as the note decided it, so that all notes add up."""
    found: dict[tuple[str, int, str], Rate] = {}

    def add(category: str, rate: int, why: tuple[str, str], net: int, minor: int, name: str = "") -> None:
        reason, said = why
        before = found.get((category, rate, name), Rate(category, rate, reason, 0, 0, name, said))
        found[category, rate, name] = before._replace(
            net_minor=before.net_minor + net, tax_minor=before.tax_minor + minor
        )

    for one in lines:
        code, rate = one.invoice_line.tax_code, one.invoice_line.rate_micro
        first = one.tax_minor - one.second_minor
        add(code.category, rate, _why(code, rate), one.net_minor, first)
        if (second := tax.second_of(code)) is not None:
            base = one.net_minor + (first if second.compound else 0)
            add(code.category, second.rate_micro, ("", ""), base, one.second_minor, second.name)
    for fee in fees:
        code = fee.tax_code
        first = fee.tax_minor - fee.second_minor
        add(code.category, fee.rate_micro, _why(code, fee.rate_micro), -fee.net_minor, -first)
        if (second := tax.second_of(code)) is not None:
            base = fee.net_minor + (first if second.compound else 0)
            add(code.category, second.rate_micro, ("", ""), -base, -fee.second_minor, second.name)
    return list(found.values())


def _why(code: Any, rate_micro: int) -> tuple[str, str]:
    """Why nothing is charged, in words and as a code."""
    row = taxed(0, code, rate_micro)
    return row.exemption_reason, row.exemption_code


def _invoice_lines(bill: Invoice) -> list[InvoiceLine]:
    found = bill.lines.filter(quantity__gt=0).select_related(
        "product",
        "tax_code",
        "line__order__order",
        "line__sheet",
        "line__came_from__sheet",
        "line__site__organization",
    )
    return list(found.order_by("position", "pk"))


def _said(line: InvoiceLine) -> int:
    """What a line of an invoice comes to as its price says it: with tax where that is included."""
    return line.net_minor if line.gross_minor is None else line.gross_minor


def _taken_back(one: CreditLine) -> int:
    """What is taken back of a line, said as its invoice says it."""
    return one.net_minor + (0 if one.invoice_line.gross_minor is None else one.tax_minor)


def _row(line: InvoiceLine, units: int, minor: int, currency: str, number: int) -> LineRow:
    product = line.product
    quantity, price = sold_as(line, units, currency)
    of = line.line
    as_agreed = of and (of.unit_price_micro, of.per) == (line.unit_price_micro, line.per)
    price, each = off_each(line, of.discount_each_micro if of and as_agreed else 0, units, price)
    return LineRow(
        position=str(number),
        title=product.name,
        sku=product.sku,
        description=described(product, line.description),
        quantity=quantity,
        price=price,
        less_each=each,
        less=Share(line.discount_micro) if line.discount_micro else None,
        tax=Share(line.rate_micro),
        second_tax=second_share(line.tax_code),
        amount=Amount(minor, currency),
        own=own_of_line(product, line.line),
    )


def _totals(bill: Invoice, lines: list[InvoiceLine], past: Past) -> Totals:
    """The invoice's own sums; what was paid in advance is taken off what is due."""
    rates = tax.totals(
        taxed(_said(line), line.tax_code, line.rate_micro, line.gross_minor is not None) for line in lines
    ).by_rate
    paid = _paid(bill, past)
    home = past.value("setting:currency", "value", configuration.one("currency"))
    return Totals(
        net=Amount(bill.net_minor, bill.currency),
        gross=Amount(bill.total_minor, bill.currency),
        taxes=breakdown(rates, bill.currency),
        rounding=Amount(bill.rounding_minor, bill.currency) if bill.rounding_minor else None,
        paid=Amount(paid, bill.currency) if paid > 0 else None,
        due=Amount(bill.total_minor - paid, bill.currency) if paid > 0 else None,
        inclusive=any(line.gross_minor is not None for line in lines),
        home_tax=Amount(_at_home(bill, home), home) if bill.tax_minor and bill.currency != home else None,
    )


def _paid(bill: Invoice, past: Past) -> int:
    """What payments had settled of an invoice when it was posted, less what was taken back of that."""
    subject = f"invoice:{bill.pk}"
    owed = Account.objects.filter(kind="receivable", document=subject, currency=bill.currency).first()
    then = Posting.objects.filter(entry_id__lte=past.entry) if past.entry else Posting.objects.all()
    settled = then.filter(source=owed, target__kind="store_credit")
    opened = then.filter(target=owed, source__kind="store_credit")
    sums = [rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0 for rows in (settled, opened)]
    return sums[0] - sums[1] if owed else 0


def _at_home(bill: Invoice, home: str) -> int:
    """The tax in our own currency, at the rate that the invoice fixed (EN 16931 BT-111)."""
    at_rate = bill.tax_minor * bill.rate_micro * 10 ** money.decimals(home)
    return money.rounded(at_rate, 10 ** (6 + money.decimals(bill.currency)))


def _delivered(lines: list[InvoiceLine], past: Past) -> tuple[date | None, date | None]:
    """The first and the last day on which goods of these lines had gone out."""
    claims = [line.line_id for line in lines if line.line_id]
    then = Move.objects.filter(entry_id__lte=past.entry) if past.entry else Move.objects.all()
    days = then.filter(target__claim_id__in=claims, target__kind__in=DELIVERED, reverses=None).aggregate(
        first=Min("entry__effective_on"), last=Max("entry__effective_on")
    )
    return days["first"], days["last"]


def _destination(lines: list[InvoiceLine], billed: Site | None) -> Address | None:
    """Where the goods went, if that is one place and not the address of the invoice itself."""
    sites = {line.line.site_id: line.line.site for line in lines if line.line and line.line.site}
    if len(sites) != 1 or (billed and billed.pk in sites):
        return None
    (site,) = sites.values()
    return address(site.organization, site)


def _orders(lines: list[InvoiceLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(order_number(line.line) for line in lines if line.line))


def _own(lines: list[InvoiceLine]) -> tuple[OwnValue, ...]:
    """The own fields that are printed of the order of all lines, where it is one."""
    return own_of_order(line.line for line in lines if line.line)


def _references(lines: list[InvoiceLine]) -> str:
    found = dict.fromkeys(_reference(line.line) for line in lines if line.line)
    return ", ".join(reference for reference in found if reference)


def _reference(line: Line) -> str:
    """The customer's number for a line: its order's, else that of the quote it was won from, else of its work."""
    quoted = line.came_from.sheet.customer_reference if line.came_from and not line.order else ""
    return quoted or (line.order or line.sheet).customer_reference
