"""Pure decisions about credit notes: what is taken back of an invoice, to the last cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.money import share, to_coin
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.tax import first_tax, second_of, second_of_both, second_tax
from wharfinger.billing.rules import (
    Balance,
    at_home,
    coin_of,
    deposit,
    even_out,
    receivable,
    revenue,
    round_off,
    store_credit,
    tax,
)
from wharfinger.billing.rules.deposits import spent
from wharfinger.billing.rules.invoices import the_invoice
from wharfinger.billing.rules.relief import Credited, Taxed, credited_of, due_back, give_back, taxed_alike
from wharfinger.ledger.plan import Number, PlaceRef, Plan, Ref, Truth, fixed

NUMBER = Number("credit_note", "CN-{n}")


@dataclass(frozen=True, slots=True)
class Credit:
    """So many units of an invoice line, taken back at the price they were billed at."""

    invoice_line: int
    quantity: int


class Row(NamedTuple):
    """A row of a credit note."""

    line: Any
    quantity: int
    net_minor: int
    tax_minor: int
    second_minor: int
    """How much of the tax is the second one."""


def plan_credit(
    truth: Truth, *, items: Sequence[Credit], reason: str, issued_on: date | None, bill_again: bool = False
) -> Plan:
    """Take back quantities of posted invoice lines: one credit note for each invoice."""
    plan = Plan()
    credit(plan, truth, items, reason=reason, issued_on=issued_on, bill_again=bill_again)
    plan.mention(*truth.documents["demand.Sheet"].values())
    return plan


def plan_cancel(truth: Truth, *, invoice: int, reason: str, issued_on: date | None, bill_again: bool) -> Plan:
    """Take back all that is left of a posted invoice, by one credit note."""
    the_invoice(truth, invoice)
    rows = truth.read["invoice_lines"].values()
    done = truth.read["credited"]
    left = [(row.pk, row.quantity - done.get(row.pk, Credited()).quantity) for row in rows]
    items = [Credit(pk, units) for pk, units in left if units]
    if not items:
        raise Refusal(
            "nothing_left",
            N_("All of this invoice is credited already."),
            field="invoice",
        )
    return plan_credit(truth, items=items, reason=reason, issued_on=issued_on, bill_again=bill_again)


def credit(
    plan: Plan,
    truth: Truth,
    items: Sequence[Credit],
    *,
    reason: str,
    issued_on: date | None = None,
    bill_again: bool = False,
) -> list[Ref]:
    """Add credit notes to a plan; what is paid of them already becomes the customer's store credit.

    bill_again: whether the units are to be billed again, since they are still to be delivered.
    """
    groups: dict[int, list[tuple[int, Credit]]] = {}
    for n, one in enumerate(items):
        line = truth.read["invoice_lines"].get(one.invoice_line)
        if line is None:
            raise NotThere(
                "no_such_invoice_line", N_("There is no such invoice line."), field=f"lines.{n}.invoice_line"
            )
        groups.setdefault(line.invoice_id, []).append((n, one))
    return [
        _note(plan, truth, the_invoice(truth, invoice), wanted, reason, issued_on, bill_again)
        for invoice, wanted in groups.items()
    ]


def _note(
    plan: Plan,
    truth: Truth,
    invoice: Any,
    wanted: Sequence[tuple[int, Credit]],
    reason: str,
    issued_on: date | None,
    bill_again: bool,
) -> Ref:
    if invoice.posted_at is None:
        raise Refusal("is_a_draft", N_("This invoice is a draft. Undo it instead."), field="invoice")
    without = _without(truth, invoice)
    before = credited_of(truth, invoice)
    rows = _rows(truth, invoice, wanted)
    _deposits_stand(truth, invoice, rows)
    net, taxed = sum(row.net_minor for row in rows), sum(row.tax_minor for row in rows)
    off = _rounding(truth, invoice, before, net + taxed)
    place = plan.place("credited")
    made = plan.create(
        "billing.CreditNote",
        number=NUMBER,
        invoice_id=invoice.pk,
        organization_id=invoice.organization_id,
        currency=invoice.currency,
        issued_on=issued_on or truth.effective_on,
        reason=reason,
        net_minor=net,
        tax_minor=taxed,
        rounding_minor=off,
        total_minor=net + taxed + off,
        place_id=place.id,
    )
    for row in rows:
        plan.create(
            "billing.CreditLine",
            credit_note_id=made,
            invoice_line_id=row.line.pk,
            quantity=row.quantity,
            net_minor=row.net_minor,
            tax_minor=row.tax_minor,
            second_minor=row.second_minor,
        )
        _take_bill_back(plan, truth, invoice, row, fixed("to_bill") if bill_again else place)
    _post(plan, truth, invoice, made, rows, off, without)
    plan.mention(("credit_note", made), invoice)
    return made


def _rounding(truth: Truth, invoice: Any, before: int, credit: int) -> int:
    """What a note takes back more than its rows say, so that coins can pay it; all notes come to the invoice.

    before: what all notes before it took back. What all of them take back is rounded as one, so that none of them
    takes back more by it than is left.
    """
    exact = before - truth.read["credited_rounding"].get(invoice.pk, 0) + credit
    whole = exact == invoice.net_minor + invoice.tax_minor
    then = invoice.total_minor if whole else to_coin(exact, coin_of(truth, invoice.currency))
    off = then - before - credit
    found = truth.read["credited_rounding"]
    found[invoice.pk] = found.get(invoice.pk, 0) + off
    return off


def _rows(truth: Truth, invoice: Any, wanted: Sequence[tuple[int, Credit]]) -> list[Row]:
    """The rows of a note: net by quantity, tax so that all notes of an invoice add up to its own.

    Of a net N for a quantity Q, of which r is credited, x more give back round(N·(r+x)/Q) − round(N·r/Q);
    tax is the difference of the tax on all that is credited of its category and rate, before and after; so is a second
    tax, on all that is taxed alike in both.
    """
    rows = []
    for n, one in wanted:
        line = truth.read["invoice_lines"][one.invoice_line]
        before = truth.read["credited"].setdefault(line.pk, Credited())
        left = line.quantity - before.quantity
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"lines.{n}.quantity")
        if one.quantity > left:
            raise Refusal(
                "more_than_invoiced",
                N_("{wanted} to credit, but only {free} of this invoice line are left."),
                field=f"lines.{n}.quantity",
                wanted=one.quantity,
                free=left,
                product=line.product_id,
            )
        if line.gross_minor is not None:
            rows.append(_with_tax(truth, invoice, line, one.quantity, before))
            continue
        net = share(line.net_minor, before.quantity + one.quantity, line.quantity) - before.net_minor
        key = invoice.pk, line.tax_code.category, line.rate_micro
        base = truth.read["credited_bases"].get(key, 0)
        taxed = first_tax(base + net, line.rate_micro) - first_tax(base, line.rate_micro)
        truth.read["credited_bases"][key] = base + net
        further = 0
        if (second := second_of(line.tax_code)) is not None:
            both = truth.read["credited_bases"].get((*key, second), 0)
            further = second_tax(both + net, line.rate_micro, second) - second_tax(
                both, line.rate_micro, second
            )
            truth.read["credited_bases"][*key, second] = both + net
        before.quantity += one.quantity
        before.net_minor += net
        before.gross_minor += net + taxed + further
        rows.append(Row(line, one.quantity, net, taxed + further, further))
    return rows


def _with_tax(truth: Truth, invoice: Any, line: Any, quantity: int, before: Credited) -> Row:
    """A row of which the price includes tax: its gross by quantity, its net by gross, and tax is what is between.

    So none of them falls with more units, and with the last one exactly what was asked for has come back.
    """
    sofar = before.gross_minor
    gross = share(line.gross_minor, before.quantity + quantity, line.quantity) - sofar
    net = share(line.net_minor, sofar + gross, line.gross_minor) - before.net_minor
    taxed, further = gross - net, 0
    if (second := second_of(line.tax_code)) is not None:
        key = invoice.pk, line.tax_code.category, line.rate_micro, second, "included"
        base = truth.read["credited_bases"].get(key, 0)
        truth.read["credited_bases"][key] = base + taxed
        further = second_of_both(base + taxed, line.rate_micro, second) - second_of_both(
            base, line.rate_micro, second
        )
    before.quantity += quantity
    before.net_minor += net
    before.gross_minor += gross
    return Row(line, quantity, net, taxed, further)


def _deposits_stand(truth: Truth, invoice: Any, rows: Sequence[Row]) -> None:
    """Refuse to credit a deposit that was taken off, and to give a deduction back without what it was taken off."""
    if invoice.kind == "deposit":
        left = {one.row.pk: one.minor for one in truth.read["deposits"]}
        for row in rows:
            said = row.net_minor + (row.tax_minor if row.line.gross_minor is not None else 0)
            if said > left.get(row.line.pk, 0):
                raise Refusal(
                    "taken_off",
                    N_("A later invoice of the order has taken this deposit off. Credit that one first."),
                    field="invoice",
                )
    elif any(row.line.takes_off_id for row in rows):
        by_rate: dict[tuple[str, int], int] = {}
        for row in rows:
            key = row.line.tax_code.category, row.line.rate_micro
            by_rate[key] = by_rate.get(key, 0) + row.net_minor
        if any(net < 0 for net in by_rate.values()):
            raise Refusal(
                "deduction_alone",
                N_("A deposit that was taken off comes back only together with what it was taken off."),
                field="lines",
            )


def _take_bill_back(plan: Plan, truth: Truth, invoice: Any, row: Row, place: PlaceRef) -> None:
    if row.line.line_id is None:
        return
    left = row.quantity
    for held in truth.of_claim(row.line.line_id, ("invoiced",)):
        part = min(left, held.quantity) if held.place == invoice.place_id else 0
        if part:
            step = plan.move(held.spot, held.spot.at(place), part)
            plan.steps[step] = plan.steps[step]._replace(verb="credit")
            held.quantity -= part
            left -= part
    assert not left, f"{left} units of invoice line {row.line.pk} have no bill to take back"


class _Without(NamedTuple):
    """What was credited of an invoice that we do without a part of, and how the rest is taxed."""

    credited_minor: int
    groups: Sequence[Taxed]


def _without(truth: Truth, invoice: Any) -> _Without | None:
    if not truth.read["relieved"].get(invoice.pk):
        return None
    return _Without(credited_of(truth, invoice), taxed_alike(truth, invoice))


def _post(
    plan: Plan,
    truth: Truth,
    invoice: Any,
    note: Ref,
    rows: Sequence[Row],
    off: int,
    without: _Without | None,
) -> None:
    """Let the customer owe that much less; what is paid already is theirs as store credit.

    What we did without was never paid, so it is taken back instead.

    Revenue and tax go back at the invoice's rate. What was open takes its own share of its worth at home, and the
    store credit is worth the rest.
    """
    owed = receivable(invoice.organization_id, invoice.pk, invoice.currency)

    def home(minor: int) -> int:
        return at_home(truth, minor, invoice.currency, invoice.rate_micro)

    net = sum(row.net_minor for row in rows)
    by_rate: dict[tuple[str, int], int] = {}
    for row in rows:
        code = row.line.tax_code
        key = code.category, row.line.rate_micro
        by_rate[key] = by_rate.get(key, 0) + row.tax_minor - row.second_minor
        if code.second_rate_micro:
            key = code.second_name, code.second_rate_micro
            by_rate[key] = by_rate.get(key, 0) + row.second_minor
    if invoice.kind == "deposit":
        ours = deposit(invoice.organization_id, invoice.sheet_id, invoice.currency)
        parts = [(ours, net, spent(truth, invoice.sheet_id, net))]
    else:
        parts = [(revenue(invoice.currency), net, home(net))]
    parts += [(tax(invoice.currency, *key), taxed, home(taxed)) for key, taxed in sorted(by_rate.items())]
    for account, minor, there in parts:
        plan.pay(owed, account, minor, there)
    for row in rows:
        if row.line.takes_off_id is not None:
            order = truth.read["deposit_orders"][row.line.takes_off_id]
            ours = deposit(invoice.organization_id, order, invoice.currency)
            plan.pay(ours, revenue(invoice.currency), -row.net_minor, home(-row.net_minor))
    round_off(plan, owed, -off, -home(off))
    total = sum(minor for _, minor, _ in parts) + off
    worth = sum(there for *_, there in parts) + home(off)
    before = truth.read["balances"].get(("invoice", invoice.pk), Balance())
    lessened = min(total, before.minor)
    paid, credit_worth = total - lessened, 0
    if without is not None and paid > 0:
        unpaid = due_back(
            truth.read["relieved"][invoice.pk],
            paid=paid,
            credit=total,
            total=invoice.total_minor,
            credited=without.credited_minor,
            open_minor=before.minor,
        )
        paid -= unpaid
        worth -= give_back(plan, truth, invoice, without.groups, unpaid)
    if paid > 0:
        theirs = store_credit(invoice.organization_id, "credit_note", note, invoice.currency)
        credit_worth = max(0, worth - before.home_minor)
        plan.pay(theirs, owed, paid, credit_worth)
    even_out(plan, owed, worth - credit_worth - before.share(lessened))
    truth.read["balances"]["invoice", invoice.pk] = before.less(lessened)


def rows_of(truth: Truth, line: int) -> list[Any]:
    """The rows by which posted invoices bill a line, the newest first; found in one pass for all lines."""
    if "rows_of" not in truth.read:
        found: dict[int, list[Any]] = {}
        for one in sorted(truth.read["invoice_lines"].values(), key=lambda row: -row.pk):
            if truth.documents["billing.Invoice"][one.invoice_id].posted_at is not None:
                found.setdefault(one.line_id, []).append(one)
        truth.read["rows_of"] = found
    rows: list[Any] = truth.read["rows_of"].get(line, [])
    return rows


def cover_of(truth: Truth, line: int, quantity: int) -> list[Credit]:
    """Which invoice lines give back so many units of a line: the newest invoice first, as far as they go."""
    chosen = []
    for one in rows_of(truth, line):
        done = truth.read["credited"].get(one.pk, Credited())
        part = min(quantity, one.quantity - done.quantity)
        if part > 0:
            chosen.append(Credit(one.pk, part))
            quantity -= part
    return chosen
