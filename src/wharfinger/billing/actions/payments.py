"""Take money in, settle invoices with it, and give it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.billing.models import Invoice, Payment
from wharfinger.billing.queries import truth as reads
from wharfinger.billing.rules import payments as rules
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.pricing.queries import read_rates


def pay(*, actor: Actor, wish: PaymentWish, key: str | None = None) -> Written:
    """Take a customer's money in: it settles the invoices that are named, else the oldest first.

    What is left over becomes the customer's store credit.
    """
    require(actor, "billing.pay")
    wish = _checked(wish)
    named = None if wish.allocations is None else [one.invoice for one in wish.allocations]
    early = any(one.discount_minor for one in wish.allocations or ())
    return post(
        "pay",
        Wish(
            documents=[
                (Organization, [wish.organization]),
                (Invoice, reads.open_invoices(wish.organization, wish.currency, named)),
            ],
            reads=(
                _known_customer(wish.organization),
                reads.read_invoice_lines if early else reads.read_balances,
                partial(_read_rate, wish.currency),
            ),
        ),
        partial(rules.plan_pay, wish=wish, beyond=early and actor.may("billing.write_off")),
        actor=actor,
        key=key,
        effective_on=wish.received_on,
    )


def pay_many(*, actor: Actor, wishes: Sequence[PaymentWish], key: str | None = None) -> Written:
    """Take the money of many customers in, all in one entry: each settles what it names, else the oldest first.

    Each payment says its own day, which decides whether a cash discount may be taken off.
    """
    require(actor, "billing.pay")
    if not wishes:
        raise BadInput("no_payments", N_("Choose at least one payment."), field="payments")
    many = []
    for n, wish in enumerate(wishes):
        try:
            many.append(_checked(wish))
        except BadInput as refusal:
            refusal.field = f"payments.{n}.{refusal.field}"
            raise
    organizations = {wish.organization for wish in many}
    named = {one.invoice for wish in many for one in wish.allocations or ()}
    oldest = {wish.organization for wish in many if wish.allocations is None}
    early = any(one.discount_minor for wish in many for one in wish.allocations or ())
    return post(
        "pay",
        Wish(
            documents=[
                (Organization, organizations),
                (Invoice, sorted(named | reads.all_open_invoices(oldest))),
            ],
            reads=(
                *((reads.read_invoice_lines,) if early else ()),
                reads.read_balances,
                partial(_read_rates, {wish.currency for wish in many}),
            ),
        ),
        partial(rules.plan_pay_many, wishes=tuple(many), beyond=early and actor.may("billing.write_off")),
        actor=actor,
        key=key,
    )


def _read_rates(currencies: Iterable[str], truth: Truth) -> None:
    read_rates(truth, currencies)


def paid_in_all(
    *,
    actor: Actor,
    invoice: int,
    paid_minor: int,
    received_on: date | None = None,
    method: str = "",
    reference: str = "",
    key: str | None = None,
) -> Written:
    """Take in what was paid of an invoice in all; what came of it before is not booked again."""
    require(actor, "billing.pay")
    row = Invoice.objects.filter(pk=invoice, void__isnull=True).first()
    if row is None:
        raise NotThere("no_such_invoice", N_("There is no such invoice."), field="invoice")
    said = PaymentWish(row.organization_id, paid_minor, row.currency, received_on, method, reference)
    wish = _checked(said, field="paid")
    return post(
        "pay",
        Wish(
            documents=[(Organization, [row.organization_id]), (Invoice, [invoice])],
            reads=(reads.read_invoice_lines, partial(_read_rate, row.currency)),
        ),
        partial(rules.plan_paid_in_all, wish=wish, invoice=invoice),
        actor=actor,
        key=key,
        effective_on=received_on,
    )


def _read_rate(currency: str, truth: Truth) -> None:
    read_rates(truth, [currency])


def refund(*, actor: Actor, wish: PaymentWish, key: str | None = None) -> Written:
    """Give a customer's store credit back as money; raises Refusal when there is less."""
    require(actor, "billing.refund")
    wish = _checked(wish)
    return post(
        "refund",
        Wish(
            documents=[(Organization, [wish.organization])],
            reads=(
                _known_customer(wish.organization),
                reads.read_credits(wish.organization, wish.currency),
                partial(_read_rate, wish.currency),
            ),
        ),
        partial(rules.plan_refund, wish=wish),
        actor=actor,
        key=key,
        effective_on=wish.received_on,
    )


def _checked(wish: PaymentWish, *, field: str = "amount") -> PaymentWish:
    if wish.amount_minor <= 0:
        raise BadInput("not_positive", N_("Give an amount above zero."), field=field)
    for n, one in enumerate(wish.allocations or ()):
        if one.discount_minor < 0:
            at = f"allocations.{n}.discount"
            raise BadInput("not_positive", N_("Give an amount above zero."), field=at)
    return replace(
        wish,
        method=tidy(wish.method, field="method", most=40, needed=False),
        reference=tidy(wish.reference, field="reference", most=100, needed=False),
    )


def _known_customer(organization: int) -> Callable[[Truth], None]:
    def read(truth: Truth) -> None:
        if organization not in truth.documents["parties.Organization"]:
            raise NotThere("no_such_organization", N_("There is no such organization."), field="organization")

    return read


def apply_payment(
    *, actor: Actor, payment: int, allocations: Sequence[Allocation] | None = None, key: str | None = None
) -> Written:
    """Settle invoices with what is left of a payment: those that are named, else the oldest first."""
    require(actor, "billing.pay")
    row = _payment(payment)
    named = None if allocations is None else [one.invoice for one in allocations]
    return post(
        "apply",
        Wish(
            documents=[
                (Organization, [row.organization_id]),
                (Invoice, reads.open_invoices(row.organization_id, row.currency, named)),
                (Payment, [payment]),
            ],
            reads=(reads.read_balances,),
        ),
        partial(
            rules.plan_apply,
            payment=payment,
            organization=row.organization_id,
            allocations=None if allocations is None else tuple(allocations),
        ),
        actor=actor,
        key=key,
    )


def apply_credit(
    *,
    actor: Actor,
    organization: int,
    currency: str,
    allocations: Sequence[Allocation] | None = None,
    key: str | None = None,
) -> Written:
    """Settle a customer's invoices with all their store credit, the oldest first."""
    require(actor, "billing.pay")
    named = None if allocations is None else [one.invoice for one in allocations]
    return post(
        "apply",
        Wish(
            documents=[
                (Organization, [organization]),
                (Invoice, reads.open_invoices(organization, currency, named)),
            ],
            reads=(reads.read_balances, reads.read_credits(organization, currency)),
        ),
        partial(
            rules.plan_apply,
            payment=None,
            organization=organization,
            allocations=None if allocations is None else tuple(allocations),
        ),
        actor=actor,
        key=key,
    )


def unapply(*, actor: Actor, payment: int, invoice: int | None = None, key: str | None = None) -> Written:
    """Let invoices be open again that a payment settled, one or all; the money is store credit then."""
    require(actor, "billing.pay")
    return post(
        "unapply",
        _touching(payment),
        partial(rules.plan_unapply, payment=payment, invoice=invoice),
        actor=actor,
        key=key,
    )


def cancel_payment(*, actor: Actor, payment: int, reason: str = "", key: str | None = None) -> Written:
    """Take a mistyped payment or refund out of the books; invoices that it settled are open again."""
    require(actor, "billing.cancel_payment")
    return post(
        "cancel_payment",
        _touching(payment),
        partial(rules.plan_cancel, payment=payment),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def _payment(pk: int) -> Payment:
    row = Payment.objects.filter(pk=pk, void__isnull=True).first()
    if row is None:
        raise NotThere("no_such_payment", N_("There is no such payment."), field="payment")
    return row


def _touching(payment: int) -> Wish:
    row = _payment(payment)
    return Wish(
        documents=[(Organization, [row.organization_id]), (Payment, [payment])],
        reads=(reads.read_payment(payment),),
    )
