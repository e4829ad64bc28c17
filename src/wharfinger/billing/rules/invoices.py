"""Pure decisions about invoices: what is billed, at which price, and when it is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.tax import TaxedRow, Totals, row_of, totals
from wharfinger.billing.rules import at_home, coin_of, rate_of, receivable, revenue, round_off, tax
from wharfinger.billing.rules.deposits import nets_with, settle, take_off, write_taken
from wharfinger.billing.rules.fees import Fee, charged, write_fees
from wharfinger.billing.rules.in_force import in_force
from wharfinger.billing.rules.taxing import numbers_are_known
from wharfinger.billing.rules.terms import Agreed, agreed, instalments
from wharfinger.ledger.plan import Id, Number, PlaceRef, Plan, Ref, Truth

NUMBER = Number("invoice", "INV-{n}")


@dataclass(frozen=True, slots=True)
class Bill:
    """So many units of a line, at its own price unless another is given."""

    line: int
    quantity: int
    unit_price_micro: int | None = None
    discount_micro: int | None = None
    description: str = ""
    reason: str = ""
    """Why another price is asked than the line's; for us, never on paper."""


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """An invoice as a person asks for it."""

    bills: tuple[Bill, ...]
    issued_on: date | None = None
    due_on: date | None = None
    customer_reference: str = ""
    rate_micro: int | None = None
    """What one unit of the currency is worth in home currency, at 10⁻⁶; one where it is the home currency."""
    remarks: str = ""
    fees: tuple[Fee, ...] = ()
    """What is asked for beside the lines."""
    terms: int | None = None
    """Under which it is written; those of its orders, else the customer's, where none are named."""


class Row(NamedTuple):
    """A row of an invoice, priced."""

    bill: Bill
    line: Any
    unit_price_micro: int
    discount_micro: int
    minor: int
    """What it comes to as its price says it: with tax where the line's price includes that."""
    code: Any
    """By which it is taxed on the day of the invoice."""

    @property
    def taxed(self) -> TaxedRow:
        """The row as the invoice's totals take it."""
        return row_of(self.minor, self.code, self.line.tax_included)


def plan_invoice(truth: Truth, *, wish: InvoiceWish, draft: bool) -> Plan:
    """Ask customers to pay for quantities of lines: one invoice for each customer, currency and way of saying prices.

    A draft holds the bills, so that nobody invoices them twice, but has no number and posts nothing.
    """
    plan = Plan()
    groups: dict[tuple[int, str, bool], list[Row]] = {}
    for n, bill in enumerate(wish.bills):
        row = priced(truth, bill, f"lines.{n}", wish.issued_on)
        line = row.line
        groups.setdefault((line.organization_id, line.currency, line.tax_included), []).append(row)
    if wish.fees and len(groups) > 1:
        raise BadInput(
            "several_customers",
            N_(
                "Freight and fees are asked for on one invoice. Choose the lines of one customer and currency."
            ),
            field="fees",
        )
    for rows in groups.values():
        _invoice(plan, truth, wish, rows, draft=draft)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def priced(truth: Truth, bill: Bill, field: str, on: date | None) -> Row:
    """What a bill comes to, rounded at the line; field: where it was asked for; on: when the invoice is issued."""
    line = truth.read["lines"].get(bill.line)
    if line is None:
        raise NotThere("no_such_line", N_("There is no such line."), field=f"{field}.line")
    price = line.unit_price_micro if bill.unit_price_micro is None else bill.unit_price_micro
    less = line.discount_micro if bill.discount_micro is None else bill.discount_micro
    return Row(
        bill,
        line,
        price,
        less,
        extended(price, bill.quantity, line.product.quantity_decimals, line.currency, less, line.per),
        in_force(
            truth,
            line.tax_code,
            on or truth.effective_on,
            line=line.pk,
            units=bill.quantity,
            field=f"{field}.line",
        ),
    )


def summed(rows: Iterable[Row]) -> Totals:
    """Net, tax and total of rows."""
    return totals(row.taxed for row in rows)


def billed(line: Any) -> TaxedRow:
    """A line of an invoice as its totals take it."""
    if line.gross_minor is None:
        return row_of(line.net_minor, line.tax_code)
    return row_of(line.gross_minor, line.tax_code, included=True)


def _invoice(plan: Plan, truth: Truth, wish: InvoiceWish, rows: Sequence[Row], *, draft: bool) -> None:
    first = rows[0].line
    taken = [] if draft else take_off(truth, [_as_said(row) for row in rows])
    fees = charged(
        truth,
        wish.fees,
        organization=first.organization_id,
        currency=first.currency,
        included=first.tax_included,
        on=wish.issued_on,
    )
    taxed = [*(row.taxed for row in rows), *(fee.taxed for fee in fees)]
    found = totals([*taxed, *(one.taxed for one in taken)])
    sheets = {row.line.sheet_id for row in rows}
    alone = first.sheet if len(sheets) == 1 else None
    rate = rate_of(truth, first.currency, wish.rate_micro)
    made, place = begin(
        plan,
        truth,
        found,
        organization=first.organization,
        site=first.bill_to,
        sheet=alone.pk if alone else None,
        currency=first.currency,
        rate_micro=rate,
        customer_reference=wish.customer_reference or (_reference(rows) if alone else ""),
        remarks=wish.remarks,
        issued_on=wish.issued_on,
        due_on=wish.due_on,
        terms=truth.read.get("terms_named") or _terms_of(rows),
        draft=draft,
    )
    nets = nets_with(taxed, taken)
    for position, (row, net) in enumerate(zip(rows, nets, strict=False), start=1):
        write_row(plan, truth, made, position, row, net, place, f"lines.{position - 1}")
    write_fees(plan, made, len(rows) + 1, fees, nets[len(rows) : len(taxed)])
    write_taken(plan, made, len(taxed) + 1, taken, first.currency)
    if not draft:
        post_to_accounts(plan, truth, first.organization_id, made, first.currency, rate, found)
        settle(plan, truth, first.organization_id, first.currency, taken)
    plan.mention(("invoice", made), ("organization", first.organization_id))


def _as_said(row: Row) -> tuple[int | None, int, bool, int]:
    line = row.line
    return line.order_id, line.tax_code_id, line.tax_included, row.minor


def _reference(rows: Sequence[Row]) -> str:
    """The customer's number that all rows have; a charge that was won has its quote's, whatever work it is on."""
    found = {
        (row.line.came_from.sheet.customer_reference if _won_onto_work(row.line) else "")
        or row.line.sheet.customer_reference
        for row in rows
    }
    return str(found.pop()) if len(found) == 1 else ""


def _terms_of(rows: Sequence[Row]) -> Any:
    """The terms under which all rows were ordered; nothing where that is as the customer has them, or differs."""
    found = {row.line.sheet.terms_id: row.line.sheet.terms for row in rows}
    return next(iter(found.values())) if len(found) == 1 else None


def _won_onto_work(line: Any) -> bool:
    return line.came_from_id is not None and line.sheet.kind != "order"


def begin(
    plan: Plan,
    truth: Truth,
    found: Totals,
    *,
    organization: Any,
    site: int | None,
    sheet: Id | None,
    currency: str,
    rate_micro: int,
    customer_reference: str,
    remarks: str = "",
    issued_on: date | None = None,
    due_on: date | None = None,
    terms: Any = None,
    draft: bool = False,
    kind: str = "invoice",
    takes_back: int | None = None,
    total_minor: int | None = None,
) -> tuple[Ref, PlaceRef]:
    """Make an invoice that comes to so much, still without rows, and the place where its bills stand.

    sheet: the only document it bills, where it bills one alone; terms: of payment, where they are others than the
    customer's; takes_back: the credit note that it undoes, and total_minor what it comes to then, whatever the coin.
    """
    if not draft:
        numbers_are_known(truth, organization, found)
    exact = found.net + found.tax
    found = found.to_coin(coin_of(truth, currency))
    if total_minor is not None:
        found = found._replace(total=total_minor, rounding=total_minor - exact)
    place = plan.place("invoiced")
    day_stands = draft and issued_on is not None
    issued_on = issued_on or truth.effective_on
    terms = terms or (organization.terms if organization.terms_id else None)
    found_terms = agreed(terms, organization.terms_days, issued_on)
    if kind == "deposit":
        found_terms = Agreed(found_terms.due_on)  # Nothing is taken off what is asked for beforehand.
    if due_on not in (None, found_terms.due_on):
        found_terms = found_terms._replace(due_on=due_on, sooner=())
    made = plan.create(
        "billing.Invoice",
        number=None if draft else NUMBER,
        kind=kind,
        organization_id=organization.pk,
        site_id=site,
        sheet_id=sheet,
        currency=currency,
        rate_micro=rate_micro,
        customer_reference=customer_reference,
        remarks=remarks,
        issued_on=issued_on,
        day_stands=day_stands,
        due_on=found_terms.due_on,
        terms_id=terms.pk if terms else None,
        discount_micro=found_terms.discount_micro,
        discount_until=found_terms.discount_until,
        net_minor=found.net,
        tax_minor=found.tax,
        rounding_minor=found.rounding,
        total_minor=found.total,
        posted_at=None if draft else truth.now,
        place_id=place.id,
        takes_back_id=takes_back,
    )
    if not draft:
        _due_in_parts(plan, made, found.total, found_terms, coin_of(truth, currency))
    return made, place


def _due_in_parts(plan: Plan, invoice: Id, total_minor: int, terms: Agreed, coin: int) -> None:
    """Write in which instalments an invoice is due, where it is due in several."""
    if not terms.sooner or total_minor <= 0:
        return
    for n, (day, minor) in enumerate(instalments(total_minor, terms.due_on, terms.sooner, coin), start=1):
        plan.create("billing.InvoiceDue", invoice_id=invoice, n=n, due_on=day, amount_minor=minor)


def more_than_billable(line: Any, wanted: int, free: int, field: str) -> Refusal:
    """More than is still to be billed of a line cannot be invoiced."""
    return Refusal(
        "more_than_billable",
        N_("{wanted} to invoice, but only {free} of this line are still to be billed."),
        field=field,
        wanted=wanted,
        free=free,
        product=line.product_id,
        line=line.pk,
    )


def _not_firm(line: Any, field: str) -> Refusal:
    """What is only offered is not billed yet."""
    sentence = (
        N_("{number} is a quote. Win it first.")
        if line.sheet.kind == "quote"
        else N_("{number} is not confirmed. Confirm it first.")
    )
    return Refusal("not_firm", sentence, field=field, number=line.sheet.number, line=line.pk)


def write_row(
    plan: Plan,
    truth: Truth,
    invoice: Id,
    position: int,
    row: Row,
    net_minor: int,
    place: PlaceRef,
    field: str,
) -> Ref:
    """Let an invoice bill a row; field: where it was asked for."""
    line, bill = row.line, row.bill
    take_bills(plan, truth, line, bill.quantity, place, f"{field}.quantity")
    return plan.create(
        "billing.InvoiceLine",
        invoice_id=invoice,
        line_id=line.pk,
        position=position,
        product_id=line.product_id,
        description=bill.description or line.description,
        quantity=bill.quantity,
        unit=line.unit,
        per=line.per,
        unit_price_micro=row.unit_price_micro,
        discount_micro=row.discount_micro,
        tax_code_id=row.code.pk,
        rate_micro=row.code.rate_micro,
        net_minor=net_minor,
        gross_minor=row.minor if line.tax_included else None,
        price_reason=bill.reason,
        takes_off_id=None,
    )


def take_bills(plan: Plan, truth: Truth, line: Any, units: int, place: PlaceRef, field: str) -> None:
    """Let so many units of a line be billed at a place; raises Refusal where fewer are to be billed."""
    held_here = truth.of_claim(line.pk, ("to_bill",))
    at_hand = sum(held.quantity for held in held_here)
    if at_hand < units:
        if truth.of_claim(line.pk, ("offered",)):
            raise _not_firm(line, field)
        raise more_than_billable(line, units, at_hand, field)
    for held in held_here:
        part = min(units, held.quantity)
        if part:
            plan.move(held.spot, held.spot.at(place), part)
            held.quantity -= part
            units -= part


def post_to_accounts(
    plan: Plan, truth: Truth, organization: int, invoice: Id, currency: str, rate_micro: int, found: Totals
) -> None:
    """Let the customer owe what the invoice asks for, rounded so that coins can pay it."""
    owed = receivable(organization, invoice, currency)
    plan.pay(revenue(currency), owed, found.net, at_home(truth, found.net, currency, rate_micro))
    for by in found.by_rate:
        home = at_home(truth, by.tax_minor, currency, rate_micro)
        due = tax(currency, by.name or by.category, by.rate_micro)
        if by.tax_minor < 0:  # A deposit is taken off that was taxed otherwise.
            plan.pay(owed, due, -by.tax_minor, -home)
        else:
            plan.pay(due, owed, by.tax_minor, home)
    off = found.to_coin(coin_of(truth, currency)).rounding
    round_off(plan, owed, off, at_home(truth, off, currency, rate_micro))


def plan_post(truth: Truth, *, invoice: int, issued_on: date | None, locked: Collection[int]) -> Plan:
    """Post a draft: it gets its number, and the customer owes it from then on. locked: which lines are."""
    plan = Plan()
    row = the_invoice(truth, invoice)
    if row.posted_at is not None:
        raise Refusal("already_posted", N_("{number} is posted already."), number=row.number)
    as_locked(truth, locked)
    lines = list(truth.read["invoice_lines"].values())
    on = issued_on or truth.effective_on
    anew = _taxed_anew(plan, truth, lines, on)
    orders = truth.read.get("orders", {})
    taken = take_off(
        truth,
        [
            (orders.get(line.line_id), line.tax_code_id, one.included, one.minor)
            for line, one in zip(lines, map(billed, lines), strict=True)
        ],
    )
    taxed = [billed(line) for line in lines]
    found = totals([*taxed, *(one.taxed for one in taken)]).to_coin(coin_of(truth, row.currency))
    numbers_are_known(truth, truth.read["whose"][row.organization_id], found)
    terms = dated(truth, row, on)
    plan.change(row, number=NUMBER, posted_at=truth.now, issued_on=on, due_on=terms.due_on)
    plan.change(row, discount_until=terms.discount_until)
    _due_in_parts(plan, row.pk, found.total, terms, coin_of(truth, row.currency))
    plan.change(row, rounding_minor=found.rounding, total_minor=found.total)
    if taken or anew:
        plan.change(row, net_minor=found.net, tax_minor=found.tax)
        for line, net in zip(lines, nets_with(taxed, taken), strict=False):
            plan.change(line, net_minor=net)
    if taken:
        write_taken(plan, row.pk, lines[-1].position + 1, taken, row.currency)
    post_to_accounts(plan, truth, row.organization_id, row.pk, row.currency, row.rate_micro, found)
    settle(plan, truth, row.organization_id, row.currency, taken)
    plan.mention(row, *truth.documents["demand.Sheet"].values())
    return plan


def _taxed_anew(plan: Plan, truth: Truth, lines: Iterable[Any], on: date) -> bool:
    """Tax the rows of a draft as on the day on which it is posted; whether that is otherwise than they were."""
    anew = False
    for line in lines:
        code = in_force(truth, line.tax_code, on, line=line.line_id, units=line.quantity)
        if code.pk != line.tax_code_id:
            plan.change(line, tax_code_id=code.pk, rate_micro=code.rate_micro)
            line.tax_code, line.rate_micro = code, code.rate_micro
            anew = True
    return anew


def the_invoice(truth: Truth, invoice: int) -> Any:
    """An invoice that the act locked; raises NotThere when there is none."""
    row = truth.documents["billing.Invoice"].get(invoice)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_invoice", N_("There is no such invoice."), field="invoice")
    return row


def as_locked(truth: Truth, lines: Collection[int]) -> None:
    """Refuse where somebody let a draft bill another line before the act had locked it."""
    if {row.line_id for row in truth.read["invoice_lines"].values()} - {None, *lines}:
        raise Refusal(
            "changed_meanwhile",
            N_("Somebody changed this draft just now. Look at it again."),
            field="invoice",
        )


def dated(truth: Truth, row: Any, on: date) -> Agreed:
    """What goes with the day of a draft: by its terms anew; when it is due stays where somebody typed that."""
    until = None if row.discount_until is None else row.discount_until + (on - row.issued_on)
    terms, days = truth.read["terms"].get(row.terms_id), truth.read["whose"][row.organization_id].terms_days
    if agreed(terms, days, row.issued_on).due_on != row.due_on:
        return Agreed(max(row.due_on, on), row.discount_micro, until)
    return agreed(terms, days, on)._replace(discount_micro=row.discount_micro, discount_until=until)
