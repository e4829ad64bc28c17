"""Pure decisions about what of billing goes to the customer."""

from __future__ import annotations

from datetime import date

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.billing.rules.invoices import the_invoice
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.sending import LETTER, Letter, told


def plan_send_invoice(truth: Truth, *, invoice: int, letter: Letter | None) -> Plan:
    """Send a posted invoice by mail, or say that somebody did it by hand."""
    plan = Plan()
    row = the_invoice(truth, invoice)
    if row.posted_at is None:
        raise Refusal("is_a_draft", N_("This invoice is a draft. Post it first."), field="invoice")
    plan.change(row, sent_at=truth.now)
    plan.notes[LETTER] = told(truth, letter, {"invoice": invoice})
    return plan


def plan_send_credit_note(truth: Truth, *, credit_note: int, letter: Letter | None) -> Plan:
    """Send a credit note by mail, or say that somebody did it by hand."""
    plan = Plan()
    row = truth.documents["billing.CreditNote"].get(credit_note)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_credit_note", N_("There is no such credit note."), field="credit_note")
    plan.change(row, sent_at=truth.now)
    plan.notes[LETTER] = told(truth, letter, {"credit_note": credit_note})
    return plan


def plan_send_statement(
    truth: Truth,
    *,
    organization: int,
    currency: str,
    since: date,
    until: date,
    there: bool,
    letter: Letter,
) -> Plan:
    """Send a customer what they owe and how it came to that; the letter tells the worker of which days."""
    row = truth.documents["parties.Organization"].get(organization)
    if row is None:
        raise NotThere("no_such_organization", N_("There is no such organization."), field="organization")
    if not there:
        raise Refusal(
            "nothing_stated",
            N_("{name} has no statement in {currency} for these days. Choose others."),
            field="currency",
            name=row.name,
            currency=currency,
        )
    plan = Plan()
    plan.mention(row)
    days = {"currency": currency, "first": since.isoformat(), "last": until.isoformat()}
    plan.notes[LETTER] = told(truth, letter, {"organization": organization}) | {"statement": days}
    return plan
