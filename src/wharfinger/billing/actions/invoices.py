"""Ask customers to pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice
from wharfinger.billing.queries import truth as reads
from wharfinger.billing.queries.deposits import read_deposits_of_draft, read_deposits_of_lines
from wharfinger.billing.queries.fees import read_fees
from wharfinger.billing.queries.supplied import read_in_force
from wharfinger.billing.rules import invoices as rules
from wharfinger.billing.rules.fees import Fee
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Terms
from wharfinger.pricing.queries import read_rates


def invoice(*, actor: Actor, wish: InvoiceWish, key: str | None = None) -> Written:
    """Invoice quantities of lines at any stage of their goods: one invoice for each customer and currency.

    The number is taken last, so the series has no gaps. Raises Refusal when fewer are to be billed.
    """
    require(actor, "billing.invoice")
    return post(
        "invoice",
        _wish(wish),
        partial(rules.plan_invoice, wish=wish, draft=False),
        actor=actor,
        key=key,
        effective_on=wish.issued_on,
    )


def draft_invoice(*, actor: Actor, wish: InvoiceWish, key: str | None = None) -> Written:
    """Prepare an invoice: it holds the bills, but has no number and posts nothing until it is posted."""
    require(actor, "billing.invoice")
    return post(
        "draft_invoice", _wish(wish), partial(rules.plan_invoice, wish=wish, draft=True), actor=actor, key=key
    )


def _wish(wish: InvoiceWish) -> Wish:
    if not wish.bills:
        raise BadInput("no_lines", N_("Choose at least one line."), field="lines")
    for n, bill in enumerate(wish.bills):
        check_bill(bill, f"lines.{n}")
    check_fees(wish.fees)
    tidy(wish.customer_reference, field="customer_reference", most=60, needed=False)
    tidy(wish.remarks, field="remarks", most=2000, needed=False)
    if wish.due_on and wish.issued_on and wish.due_on < wish.issued_on:
        raise BadInput(
            "due_too_early",
            N_("An invoice cannot be due before it is issued. Choose a later date."),
            field="due_on",
        )
    lines = sorted({bill.line for bill in wish.bills})
    return Wish(
        documents=[(Sheet, demand.documents_of(lines))],
        first=reads.read_lines_to_bill(lines),
        claims=lines,
        reads=(
            _read_rates,
            read_deposits_of_lines,
            read_fees(wish.fees),
            read_in_force,
            *_read_named(wish.terms),
        ),
    )


def check_bill(bill: Bill, field: str) -> None:
    """Refuse what no invoice can bill; field: where it was asked for."""
    if bill.quantity <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"{field}.quantity")
    tidy(bill.description, field=f"{field}.description", most=500, needed=False)
    tidy(bill.reason, field=f"{field}.reason", most=200, needed=False)


def check_fees(fees: Sequence[Fee]) -> None:
    """Refuse fees of which nothing is asked for."""
    for n, fee in enumerate(fees):
        if fee.quantity is not None and fee.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"fees.{n}.quantity")
        if fee.unit_price_micro <= 0:
            raise BadInput("not_positive", N_("Give an amount above zero."), field=f"fees.{n}.unit_price")
        tidy(fee.description, field=f"fees.{n}.description", most=500, needed=False)


def _read_named(terms: int | None) -> tuple[Callable[[Truth], None], ...]:
    """Read the terms that a wish names, where it names any; raises BadInput where they are not in use."""

    def read(truth: Truth) -> None:
        found = Terms.objects.filter(pk=terms or 0, retired_on__isnull=True).first()
        if found is None:
            raise BadInput(
                "no_such_terms", N_("There are no such terms, or they are retired."), field="terms"
            )
        truth.read["terms_named"] = found

    return (read,) if terms is not None else ()


def _read_rates(truth: Truth) -> None:
    """Read what the lines' currency is worth on the day of the invoice, where it is another than the home one."""
    read_rates(truth, {line.currency for line in truth.read["lines"].values()})


def post_invoice(
    *, actor: Actor, invoice: int, issued_on: date | None = None, key: str | None = None
) -> Written:
    """Post a draft: it gets its number, and the customer owes it from then on.

    issued_on: on which day; else that which the draft says, else today.
    """
    require(actor, "billing.post")
    lines = reads.lines_of_invoices([invoice])
    issued_on = issued_on or reads.day_said(invoice)
    return post(
        "post_invoice",
        Wish(
            documents=[(Sheet, demand.documents_of(lines)), (Invoice, [invoice])],
            reads=(
                reads.read_invoice_lines,
                reads.read_terms,
                reads.read_whose,
                read_deposits_of_draft,
                read_in_force,
            ),
        ),
        partial(rules.plan_post, invoice=invoice, issued_on=issued_on, locked=tuple(lines)),
        actor=actor,
        key=key,
        effective_on=issued_on,
    )
