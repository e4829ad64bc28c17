"""Pure decisions about what we owe vendors: posted when a bill is accepted, settled by what we pay and what they credit.

What is owed for a bill stands on its ``payable``, below zero; what a vendor credited on that of the return, above. Money
for bills goes through the payment's own payable, on which nothing stays: bank → payment → bill; a credit that is taken
likewise, credit → payment → bill.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.base.worded import Amount
from wharfinger.ledger.plan import AccountRef, Id, Number, Plan, Truth
from wharfinger.ledger.settling import Balance, bank, even_out
from wharfinger.purchasing.rules.asking import rate_of
from wharfinger.purchasing.rules.discounting import INPUT_TAX, Granted, Owed, take
from wharfinger.purchasing.rules.landing import at_home

NUMBER = Number("vendor_payment", "VP-{n}")
PAYABLE, PURCHASES = "payable", "purchases"


class Part(NamedTuple):
    """How much of a bill is paid, or of a vendor's credit is taken; all that is open where nothing is said."""

    pk: int
    amount_minor: int | None = None
    discount_minor: int = 0
    """How much less is owed for the bill besides, since it is paid early."""


@dataclass(frozen=True, slots=True)
class PayWish:
    """Bills to pay in one act, with the credits that are taken for them; a payment for each vendor and currency."""

    bills: tuple[Part, ...] = ()
    credits: tuple[Part, ...] = ()
    """Returns to vendors whose credits are taken; what exceeds the bills was paid out to us."""
    paid_on: date | None = None
    method: str = ""
    reference: str = ""
    rate_micro: int | None = None
    """Of the only foreign currency; that of the day where nothing is said."""


@dataclass(frozen=True, slots=True)
class PaidAtOnce:
    """How a bill is paid in the act that enters it: all of it, today, at the bill's own rate."""

    method: str = ""
    reference: str = ""
    discount_minor: int = 0
    """How much less is paid, since it is paid early."""


def payable(vendor: int, subject: str, pk: Id, currency: str) -> AccountRef:
    """What we owe a vendor for a bill, below zero; what it owes us because of a return."""
    return AccountRef(PAYABLE, currency, vendor, (subject, pk))


def owe(plan: Plan, truth: Truth, bill: Id, vendor: int, amounts: Any, net_minor: int) -> Balance:
    """Owe a vendor what an accepted bill asks for: as printed where that was typed, tax apart; how much that is."""
    known = amounts.total_minor
    total = net_minor + amounts.freight_minor + amounts.tax_minor if known is None else known
    tax = min(amounts.tax_minor, total)
    home, home_tax = (
        at_home(one, amounts.currency, amounts.rate_micro, truth.home_currency) for one in (total, tax)
    )
    owed = payable(vendor, "vendor_bill", bill, amounts.currency)
    plan.pay(owed, AccountRef(PURCHASES, amounts.currency), total - tax, home - home_tax)
    plan.pay(owed, AccountRef(INPUT_TAX, amounts.currency), tax, home_tax)
    return Balance(total, home)


def pay_at_once(
    plan: Plan,
    truth: Truth,
    bill: Id,
    vendor: int,
    amounts: Any,
    owed: Balance,
    paid: PaidAtOnce,
    granted: Granted,
    *,
    beyond: bool,
) -> None:
    """Pay a bill in the entry that enters it; at its own rate no difference of exchange arises."""
    if not owed.minor:
        raise Refusal(
            "nothing_to_pay",
            N_("{number} asks for nothing, so there is nothing to pay. Enter it without a payment."),
            field="pay",
            number=amounts.number,
        )
    part = owed.minor - paid.discount_minor
    if part <= 0:
        raise _more_than_open(amounts, owed.minor, "pay.discount")
    made = plan.create(
        "purchasing.VendorPayment",
        number=NUMBER,
        vendor_id=vendor,
        currency=amounts.currency,
        rate_micro=amounts.rate_micro,
        amount_minor=part,
        paid_on=truth.effective_on,
        method=paid.method,
        reference=paid.reference,
    )
    purse, worth = payable(vendor, "vendor_payment", made, amounts.currency), owed.share(part)
    plan.pay(bank(amounts.currency), purse, part, worth)
    plan.pay(purse, payable(vendor, "vendor_bill", bill, amounts.currency), part, worth)
    if paid.discount_minor:
        tax = min(amounts.tax_minor, owed.minor)
        one = Owed(
            bill, vendor, amounts.currency, amounts.number, granted, owed.minor, tax, 0, owed.less(part)
        )
        take(plan, truth, one, paid.discount_minor, payment=made, beyond=beyond, field="pay.discount")
    plan.mention(("vendor_payment", made), ("organization", vendor))


def owe_no_more(plan: Plan, truth: Truth, row: Any) -> None:
    """Take back what a bill that is cancelled let us owe; raises Refusal where some of it is paid."""
    owed = payable(row.vendor_id, "vendor_bill", row.pk, row.currency)
    posted = truth.read["posted"].get(row.pk, ())
    open_minor = -_balance(truth, "vendor_bill", row.pk).minor
    paid = sum(minor for _, minor, _ in posted) - open_minor
    if paid:
        raise Refusal(
            "bill_paid",
            N_("{amount} of {number} are paid. Cancel that payment first."),
            amount=Amount(paid, row.currency),
            number=row.number,
            remedies=[Remedy("see_bill", {"bill": row.pk})],
        )
    for kind, minor, home in posted:
        plan.pay(AccountRef(kind, row.currency), owed, minor, home)


def credited(plan: Plan, truth: Truth, row: Any, net_minor: int, tax_minor: int) -> None:
    """Let a vendor owe us what it credits for a return."""
    theirs = payable(row.vendor_id, "vendor_return", row.pk, row.currency)
    total, tax = (
        at_home(one, row.currency, row.rate_micro, truth.home_currency)
        for one in (net_minor + tax_minor, tax_minor)
    )
    plan.pay(AccountRef(PURCHASES, row.currency), theirs, net_minor, total - tax)
    plan.pay(AccountRef(INPUT_TAX, row.currency), theirs, tax_minor, tax)


def plan_pay(truth: Truth, *, wish: PayWish, beyond: bool = False) -> Plan:
    """Pay bills and take credits: one payment for each vendor and currency, in the order in which they are named.

    beyond: whether more cash discount may be taken than is agreed.
    """
    plan = Plan()
    groups: dict[tuple[int, str], tuple[list[_Settled], list[_Settled]]] = {}
    for n, one in enumerate(wish.bills):
        row, minor = _open_bill(truth, one, f"bills.{n}")
        settled = _Settled(row, minor, one.discount_minor, n)
        groups.setdefault((row.vendor_id, row.currency), ([], []))[0].append(settled)
    for n, one in enumerate(wish.credits):
        row, minor = _open_credit(truth, one, f"credits.{n}")
        groups.setdefault((row.vendor_id, row.currency), ([], []))[1].append(_Settled(row, minor))
    abroad = {currency for _, currency in groups} - {truth.home_currency}
    if wish.rate_micro is not None and len(abroad) > 1:
        raise BadInput(
            "many_rates",
            N_("These bills are in several currencies. Pay each apart, or leave the rate to the day."),
            field="rate",
        )
    for (vendor, currency), (bills, taken) in groups.items():
        _pay(plan, truth, wish, vendor, currency, bills, taken, beyond=beyond)
        plan.mention(("organization", vendor))
    return plan


class _Settled(NamedTuple):
    row: Any
    minor: int
    discount_minor: int = 0
    n: int = 0
    """Its turn among what was wished."""


def _pay(
    plan: Plan,
    truth: Truth,
    wish: PayWish,
    vendor: int,
    currency: str,
    bills: Sequence[_Settled],
    taken: Sequence[_Settled],
    *,
    beyond: bool,
) -> None:
    rate = rate_of(truth, currency, wish.rate_micro)
    amount = sum(one.minor for one in bills) - sum(one.minor for one in taken)
    made = plan.create(
        "purchasing.VendorPayment",
        number=NUMBER,
        vendor_id=vendor,
        currency=currency,
        rate_micro=rate,
        amount_minor=amount,
        paid_on=truth.effective_on,
        method=wish.method,
        reference=wish.reference,
    )
    purse, there = payable(vendor, "vendor_payment", made, currency), Balance()
    worth = at_home(abs(amount), currency, rate, truth.home_currency)
    if amount > 0:
        plan.pay(bank(currency), purse, amount, worth)
        there = Balance(amount, worth)
    for one in taken:
        before = _balance(truth, "vendor_return", one.row.pk)
        part = before.share(one.minor)
        plan.pay(payable(vendor, "vendor_return", one.row.pk, currency), purse, one.minor, part)
        there = Balance(there.minor + one.minor, there.home_minor + part)
        plan.mention(one.row)
    for one in bills:
        before = _balance(truth, "vendor_bill", one.row.pk)
        open_of = Balance(-before.minor, -before.home_minor)
        owed = payable(vendor, "vendor_bill", one.row.pk, currency)
        paid = there.share(one.minor)
        plan.pay(purse, owed, one.minor, paid)
        even_out(plan, owed, open_of.share(one.minor) - paid)
        there = there.less(one.minor)
        if one.discount_minor:
            asked = _owed(truth, one.row, open_of.less(one.minor))
            field = f"bills.{one.n}.discount"
            take(plan, truth, asked, one.discount_minor, payment=made, beyond=beyond, field=field)
        plan.mention(one.row)
    if amount < 0:
        plan.pay(purse, bank(currency), -amount, worth)
        even_out(plan, purse, worth - there.home_minor)
    plan.mention(("vendor_payment", made))


def _owed(truth: Truth, row: Any, left: Balance) -> Owed:
    posted = truth.read["posted"].get(row.pk, ())
    return Owed(
        row.pk,
        row.vendor_id,
        row.currency,
        row.number,
        Granted(row.discount_micro, row.discount_until),
        sum(minor for _, minor, _ in posted),
        sum(minor for kind, minor, _ in posted if kind == INPUT_TAX),
        truth.read["taken_off"].get(row.pk, 0),
        left,
    )


def _open_bill(truth: Truth, one: Part, at: str) -> tuple[Any, int]:
    row = truth.documents["purchasing.VendorBill"].get(one.pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_bill", N_("There is no such bill."), field=f"{at}.bill")
    if row.cancelled_at is not None or row.accepted_at is None:
        raise Refusal(
            "not_accepted",
            N_("{number} is not accepted, so nothing is owed for it. Accept it first."),
            field=f"{at}.bill",
            number=row.number,
        )
    open_minor = -_balance(truth, "vendor_bill", one.pk).minor
    return row, _part(row, one, open_minor, f"{at}.amount")


def _open_credit(truth: Truth, one: Part, at: str) -> tuple[Any, int]:
    row = truth.documents["purchasing.VendorReturn"].get(one.pk)
    if row is None or row.void_id is not None:
        raise NotThere(
            "no_such_vendor_return", N_("There is no such return to a vendor."), field=f"{at}.vendor_return"
        )
    left = _balance(truth, "vendor_return", one.pk).minor
    return row, _part(row, one, left, f"{at}.amount")


def _part(row: Any, one: Part, open_minor: int, field: str) -> int:
    """How much of it is settled: what is said, else all that is open; raises where that is nothing, or more."""
    if open_minor <= 0:
        raise Refusal(
            "nothing_open",
            N_("Nothing of {number} is open. Leave it out."),
            field=field,
            number=row.number,
            subject=f"{row.subject}:{row.pk}",
        )
    if one.discount_minor >= open_minor:
        raise _more_than_open(row, open_minor, field.replace("amount", "discount"))
    minor = open_minor - one.discount_minor if one.amount_minor is None else one.amount_minor
    if minor + one.discount_minor > open_minor:
        raise _more_than_open(row, open_minor, field)
    return minor


def _more_than_open(row: Any, open_minor: int, field: str) -> Refusal:
    return Refusal(
        "more_than_open",
        N_("Only {open} of {number} are open. Apply that much at most."),
        field=field,
        open=Amount(open_minor, row.currency),
        number=row.number,
    )


def plan_cancel(truth: Truth, *, payment: int) -> Plan:
    """Take a mistyped payment out of the books: its bills are owed again, its credits may be taken again."""
    plan = Plan()
    row = truth.documents["purchasing.VendorPayment"].get(payment)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_vendor_payment", N_("There is no such payment to a vendor."))
    if row.cancelled_at is not None:
        raise Refusal(
            "vendor_payment_cancelled",
            N_("{number} is cancelled already."),
            number=row.number,
            subject=f"vendor_payment:{payment}",
        )
    for source, target, minor, home in truth.read["paid_by"]:
        plan.pay(target, source, minor, home)
        for account in (source, target):
            subject, _, pk = str(account.document).partition(":")
            if subject in ("vendor_bill", "vendor_return"):
                plan.mention((subject, int(pk)))
    plan.change(row, cancelled_at=truth.now)
    plan.mention(row, ("organization", row.vendor_id))
    return plan


def _balance(truth: Truth, subject: str, pk: int) -> Balance:
    found: Balance = truth.read["payables"].get((subject, pk), Balance())
    return found


def credits_stay(balances: Iterable[tuple[str, int, int]]) -> None:
    """Refuse to undo a credit of which something was taken since; of each: number, what is left, what it was."""
    for number, left, whole in balances:
        if left < whole:
            raise Refusal(
                "credit_taken",
                N_("What the vendor credited for {number} was taken since. Cancel that payment first."),
                number=number,
            )


def bill_word(*, kept: bool, asked: int, open_minor: int, overdue: bool) -> str:
    """How far an accepted bill is paid; nothing but accepted where it was before payables were kept."""
    if not kept:
        return "accepted"
    if open_minor <= 0:
        return "paid"
    if overdue:
        return "overdue"
    return "open" if open_minor >= asked else "partly"
