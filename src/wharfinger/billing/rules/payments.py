"""Pure decisions about money that comes in, settles invoices, and goes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.worded import Amount
from wharfinger.billing.rules import Balance, at_home, bank, even_out, rate_of, receivable, store_credit
from wharfinger.billing.rules.invoices import the_invoice
from wharfinger.billing.rules.relief import credited_of, return_discount, take_discount
from wharfinger.billing.rules.terms import spread
from wharfinger.ledger.plan import AccountRef, Number, Plan, Truth

PAYMENT = Number("payment", "PAY-{n}")
REFUND = Number("refund", "REF-{n}")


@dataclass(frozen=True, slots=True)
class Allocation:
    """How much of a payment settles an invoice."""

    invoice: int
    amount_minor: int
    discount_minor: int = 0
    """How much less is owed besides, since it is paid early."""


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """Money that came from a customer, or is to go back to one."""

    organization: int
    amount_minor: int
    currency: str
    received_on: date | None = None
    method: str = ""
    reference: str = ""
    allocations: tuple[Allocation, ...] | None = None
    """Which invoices it settles; the oldest first where nobody says."""
    rate_micro: int | None = None


@dataclass(slots=True)
class Credit:
    """A store credit of a customer, by the payment or credit note it came from."""

    subject: str
    pk: int
    left: Balance
    """What we owe of it, above zero."""


class Applied(NamedTuple):
    """How much of a payment settles an invoice."""

    minor: int = 0
    home_minor: int = 0
    """What of the invoice's worth at home that took."""
    gain_minor: int = 0
    """What the money was worth more at home than that; a loss is below zero."""


class GivenBack(NamedTuple):
    """What a refund gave back of a store credit."""

    account: AccountRef
    minor: int
    home_minor: int
    """What left the bank, at home."""
    gain_minor: int = 0
    """What we had owed more at home than that; a loss is below zero."""


def plan_pay(truth: Truth, *, wish: PaymentWish, beyond: bool = False) -> Plan:
    """Take money in and settle invoices with it; what is left over is the customer's store credit.

    beyond: whether more cash discount than is agreed may be granted.
    """
    plan = Plan()
    theirs, left = take_in(plan, truth, wish)
    _settle(plan, truth, wish.organization, wish.currency, wish.allocations, {theirs: left})
    _take_discounts(plan, truth, wish, theirs, beyond=beyond)
    plan.mention(("organization", wish.organization))
    return plan


def _take_discounts(plan: Plan, truth: Truth, wish: PaymentWish, theirs: AccountRef, *, beyond: bool) -> None:
    """Let a payment take off what is agreed for the day on which it came."""
    for n, one in enumerate(wish.allocations or ()):
        if one.discount_minor:
            invoice = truth.documents["billing.Invoice"][one.invoice]
            assert isinstance(theirs.document, tuple)
            at = f"allocations.{n}.discount"
            _require_open(truth, invoice, one.discount_minor, at)
            take_discount(
                plan,
                truth,
                invoice,
                one.discount_minor,
                payment=theirs.document[1],
                on=wish.received_on or truth.effective_on,
                beyond=beyond,
                field=at,
            )


def plan_pay_many(truth: Truth, *, wishes: Sequence[PaymentWish], beyond: bool = False) -> Plan:
    """Take the money of many customers in and settle their invoices with it.

    beyond: whether more cash discount than is agreed may be granted.
    """
    plan = Plan()
    for n, wish in enumerate(wishes):
        if wish.organization not in truth.documents["parties.Organization"]:
            raise NotThere(
                "no_such_organization",
                N_("There is no such organization."),
                field=f"payments.{n}.organization",
            )
        try:
            theirs, left = take_in(plan, truth, wish)
            _settle(plan, truth, wish.organization, wish.currency, wish.allocations, {theirs: left})
            _take_discounts(plan, truth, wish, theirs, beyond=beyond)
        except Refusal as refusal:
            refusal.field = f"payments.{n}.{refusal.field}" if refusal.field else f"payments.{n}"
            raise
        plan.mention(("organization", wish.organization))
    return plan


def plan_paid_in_all(truth: Truth, *, wish: PaymentWish, invoice: int) -> Plan:
    """Take in what was paid of an invoice in all, less what has come of it already."""
    row = the_invoice(truth, invoice)
    if row.posted_at is None:
        raise Refusal("is_a_draft", N_("This invoice is a draft. Post it first."), field="invoice")
    still = truth.read["balances"].get(("invoice", invoice), Balance()).minor
    credited = credited_of(truth, row)
    without = sum(truth.read["relieved"].get(invoice, {}).values())
    came = row.total_minor - credited - without - still
    if wish.amount_minor <= came:
        raise Refusal(
            "paid_already",
            N_("{came} of {number} was paid already. Give what was paid in all, or cancel a payment."),
            field="paid",
            came=Amount(came, row.currency),
            number=row.number,
        )
    more = wish.amount_minor - came
    part = min(more, still)
    settles = (Allocation(invoice, part),) if part > 0 else ()
    return plan_pay(truth, wish=replace(wish, amount_minor=more, allocations=settles))


def take_in(plan: Plan, truth: Truth, wish: PaymentWish) -> tuple[AccountRef, Balance]:
    """Take money in, and owe it to the customer until something is settled with it: where, and how much."""
    rate = rate_of(truth, wish.currency, wish.rate_micro)
    made = _payment(plan, truth, wish, "payment", rate)
    theirs = store_credit(wish.organization, "payment", made, wish.currency)
    home = at_home(truth, wish.amount_minor, wish.currency, rate)
    plan.pay(theirs, bank(wish.currency), wish.amount_minor, home)
    plan.mention(("payment", made))
    return theirs, Balance(wish.amount_minor, home)


def _payment(plan: Plan, truth: Truth, wish: PaymentWish, kind: str, rate: int) -> Any:
    return plan.create(
        "billing.Payment",
        number=PAYMENT if kind == "payment" else REFUND,
        kind=kind,
        organization_id=wish.organization,
        currency=wish.currency,
        rate_micro=rate,
        amount_minor=wish.amount_minor,
        received_on=wish.received_on or truth.effective_on,
        method=wish.method,
        reference=wish.reference,
    )


def _settle(
    plan: Plan,
    truth: Truth,
    organization: int,
    currency: str,
    allocations: Sequence[Allocation] | None,
    purse: dict[AccountRef, Balance],
) -> int:
    """Settle invoices from store credits, in their order; how much was settled."""
    at_hand = sum(left.minor for left in purse.values())
    chosen = _oldest_first(truth, at_hand, organization, currency) if allocations is None else allocations
    total = sum(one.amount_minor for one in chosen)
    if total > at_hand:
        raise Refusal(
            "more_than_paid",
            N_("{total} are to be settled, but there are only {there}. Apply less."),
            field="allocations",
            total=Amount(total, currency),
            there=Amount(at_hand, currency),
        )
    for n, one in enumerate(chosen):
        invoice = _open_invoice(truth, one, organization, currency, n)
        left = one.amount_minor
        for source, there in list(purse.items()):
            part = min(left, there.minor)
            if part:
                _pay_off(plan, truth, invoice, source, part, there.share(part))
                purse[source] = there.less(part)
                left -= part
    return total


def _oldest_first(truth: Truth, left: int, organization: int, currency: str) -> list[Allocation]:
    """What is due first, instalment by instalment."""
    owing = [
        invoice
        for invoice in truth.documents["billing.Invoice"].values()
        if (invoice.organization_id, invoice.currency) == (organization, currency) and invoice.void_id is None
    ]
    found: dict[int, int] = {}
    for pk, minor in (part for _, *part in sorted(_open_parts(truth, owing))):
        part = min(left, minor)
        if part > 0:
            found[pk] = found.get(pk, 0) + part
            left -= part
    return [Allocation(pk, minor) for pk, minor in found.items()]


def _open_parts(truth: Truth, owing: Sequence[Any]) -> list[tuple[date, int, int]]:
    found = []
    for invoice in owing:
        still = truth.read["balances"].get(("invoice", invoice.pk), Balance()).minor
        parts = truth.read["instalments"].get(invoice.pk, [(invoice.due_on, still)])
        found += [(one.due_on, invoice.pk, one.open_minor) for one in spread(parts, still)]
    return found


def _open_invoice(truth: Truth, one: Allocation, organization: int, currency: str, n: int) -> Any:
    invoice = truth.documents["billing.Invoice"].get(one.invoice)
    if invoice is None or invoice.void_id is not None or invoice.organization_id != organization:
        raise NotThere(
            "no_such_invoice", N_("This customer has no such invoice."), field=f"allocations.{n}.invoice"
        )
    if invoice.currency != currency:
        raise Refusal(
            "other_currency",
            N_("{number} is in {currency}. Choose one in the same currency."),
            field=f"allocations.{n}.invoice",
            number=invoice.number,
            currency=invoice.currency,
        )
    if one.amount_minor <= 0:
        raise BadInput("not_positive", N_("Give an amount above zero."), field=f"allocations.{n}.amount")
    _require_open(truth, invoice, one.amount_minor, f"allocations.{n}.amount")
    return invoice


def _require_open(truth: Truth, invoice: Any, minor: int, field: str) -> None:
    still = truth.read["balances"].get(("invoice", invoice.pk), Balance()).minor
    if minor > still:
        raise Refusal(
            "more_than_open",
            N_("Only {open} of {number} are open. Apply that much at most."),
            field=field,
            open=Amount(still, invoice.currency),
            number=invoice.number or "",
        )


def _pay_off(plan: Plan, truth: Truth, invoice: Any, source: AccountRef, part: int, worth: int) -> None:
    key = "invoice", invoice.pk
    owed = receivable(invoice.organization_id, invoice.pk, invoice.currency)
    before = truth.read["balances"][key]
    pay_off(plan, owed, source, Balance(part, before.share(part)), worth)
    truth.read["balances"][key] = before.less(part)
    plan.mention(invoice)


def pay_off(plan: Plan, owed: AccountRef, source: AccountRef, part: Balance, worth: int) -> None:
    """Settle a part of what is owed with a store credit of which the same is worth so much at home."""
    plan.pay(owed, source, *part)
    even_out(plan, source, worth - part.home_minor)


def plan_apply(
    truth: Truth, *, payment: int | None, organization: int, allocations: Sequence[Allocation] | None
) -> Plan:
    """Settle invoices with what is left of a payment, or with all store credit of a customer."""
    plan = Plan()
    if payment is not None:
        row = the_payment(truth, payment)
        organization, currency = row.organization_id, row.currency
        purse = {store_credit(organization, "payment", payment, currency): _left(truth, payment)}
        plan.mention(row)
    else:
        currency = truth.read["currency"]
        purse = {
            store_credit(organization, one.subject, one.pk, currency): one.left
            for one in truth.read["credits"]
        }
        plan.mention(*((one.subject, one.pk) for one in truth.read["credits"]))
    if not _settle(plan, truth, organization, currency, allocations, purse):
        raise Refusal("nothing_to_apply", N_("There is no credit left, or no open invoice."))
    plan.mention(("organization", organization))
    return plan


def _left(truth: Truth, payment: int) -> Balance:
    """What is left of a payment for other invoices."""
    minor, home = truth.read["balances"].get(("payment", payment), Balance())
    return Balance(-minor, -home)


def plan_unapply(truth: Truth, *, payment: int, invoice: int | None) -> Plan:
    """Let invoices be open again that a payment settled: one of them, or all."""
    plan = Plan()
    row = the_payment(truth, payment)
    _unapply(plan, truth, row, invoice)
    if not plan.postings:
        raise Refusal(
            "nothing_applied",
            N_("Nothing of {number} settles that. Choose an invoice that it settles."),
            number=row.number,
        )
    plan.mention(row)
    return plan


def _unapply(plan: Plan, truth: Truth, payment: Any, only: int | None) -> None:
    for invoice, applied in sorted(truth.read["applied"].items()):
        if applied.minor > 0 and only in (None, invoice):
            theirs = store_credit(payment.organization_id, "payment", payment.pk, payment.currency)
            owed = receivable(payment.organization_id, invoice, payment.currency)
            plan.pay(theirs, owed, applied.minor, applied.home_minor)
            even_out(plan, theirs, -applied.gain_minor)
            for taken in truth.read["discounts"].get(invoice, ()):
                return_discount(plan, truth, invoice, taken)
            plan.mention(("invoice", invoice))


def plan_cancel(truth: Truth, *, payment: int) -> Plan:
    """Take a mistyped payment or refund out of the books; invoices that it settled are open again."""
    plan = Plan()
    row = the_payment(truth, payment)
    if row.kind == "refund":
        for one in truth.read["given_back"]:
            plan.pay(one.account, bank(row.currency), one.minor, one.home_minor)
            even_out(plan, one.account, -one.gain_minor)
    else:
        _unapply(plan, truth, row, None)
        unspent, applied = _left(truth, payment), truth.read["applied"].values()
        free = unspent.minor + sum(one.minor for one in applied)
        if free < row.amount_minor:
            raise Refusal(
                "already_refunded",
                N_("{part} of {number} went back to the customer. Cancel that refund first."),
                part=Amount(row.amount_minor - free, row.currency),
                number=row.number,
            )
        theirs = store_credit(row.organization_id, "payment", row.pk, row.currency)
        home = at_home(truth, row.amount_minor, row.currency, row.rate_micro)
        plan.pay(bank(row.currency), theirs, row.amount_minor, home)
        even_out(
            plan, theirs, unspent.home_minor + sum(one.home_minor + one.gain_minor for one in applied) - home
        )
    plan.change(row, cancelled_at=truth.now)
    plan.mention(row, ("organization", row.organization_id))
    return plan


def the_payment(truth: Truth, payment: int) -> Any:
    """A payment that the act locked; raises Refusal when it is cancelled."""
    row = truth.documents["billing.Payment"].get(payment)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_payment", N_("There is no such payment."), field="payment")
    if row.cancelled_at is not None:
        raise Refusal("payment_cancelled", N_("{number} is cancelled. Make a new one."), number=row.number)
    return row


def plan_refund(truth: Truth, *, wish: PaymentWish) -> Plan:
    """Give a customer store credit back as money, the oldest first."""
    plan = Plan()
    at_hand = sum(one.left.minor for one in truth.read["credits"])
    if at_hand < wish.amount_minor:
        raise Refusal(
            "not_enough_credit",
            N_("{wanted_amount} to give back, but the customer's credit is {there}."),
            field="amount",
            wanted_amount=Amount(wish.amount_minor, wish.currency),
            there=Amount(at_hand, wish.currency),
        )
    rate = rate_of(truth, wish.currency, wish.rate_micro)
    made = _payment(plan, truth, wish, "refund", rate)
    left = Balance(wish.amount_minor, at_home(truth, wish.amount_minor, wish.currency, rate))
    for one in truth.read["credits"]:
        part = min(left.minor, one.left.minor)
        if part:
            theirs = store_credit(wish.organization, one.subject, one.pk, wish.currency)
            _give_back(plan, theirs, Balance(part, left.share(part)), one.left.share(part))
            plan.mention((one.subject, one.pk))
            left = left.less(part)
    plan.mention(("payment", made), ("organization", wish.organization))
    return plan


def _give_back(plan: Plan, theirs: AccountRef, part: Balance, worth: int) -> None:
    """Pay a part of a store credit out, which we owed at so much in home currency."""
    plan.pay(bank(theirs.currency), theirs, *part)
    even_out(plan, theirs, worth - part.home_minor)


def refund_credit(
    plan: Plan, truth: Truth, source: AccountRef, amount_minor: int, home_minor: int, *, reference: str = ""
) -> None:
    """Give back as money what a credit note of the same plan made store credit, at the rate of the day."""
    assert source.party is not None
    wish = PaymentWish(source.party, amount_minor, source.currency, reference=reference)
    rate = rate_of(truth, wish.currency, None)
    made = _payment(plan, truth, wish, "refund", rate)
    home = at_home(truth, amount_minor, wish.currency, rate)
    _give_back(plan, source, Balance(amount_minor, home), home_minor)
    plan.mention(("payment", made))
