"""Pure decisions about what we do without of an invoice: how much of it is tax, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.money import share, shares
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.tax import Second, second_of, second_of_both, totals
from wharfinger.base.worded import Amount
from wharfinger.billing.rules import Balance, at_home, even_out, forgone, receivable, tax
from wharfinger.billing.rules.invoices import billed, the_invoice
from wharfinger.billing.rules.terms import discount_of
from wharfinger.ledger.plan import AccountRef, Id, Plan, Truth


@dataclass(slots=True)
class Credited:
    """What is credited of an invoice line already."""

    quantity: int = 0
    net_minor: int = 0
    gross_minor: int = 0


class Discount(NamedTuple):
    """What was taken off an invoice with a payment, as it was posted."""

    payment: int
    amount_minor: int
    tax_minor: int
    owed: AccountRef
    parts: Sequence[tuple[AccountRef, int, int]]
    """From which account how much comes back, and what it was worth at home."""


class Taxed(NamedTuple):
    """What of an invoice is taxed alike, less what is credited of it."""

    category: str
    rate_micro: int
    second: Second | None
    net_minor: int
    tax_minor: int


def plan_write_off(truth: Truth, *, invoice: int, amount_minor: int | None, reason: str) -> Plan:
    """Do without what is open of an invoice, all of it where no amount is given."""
    plan = Plan()
    row = the_invoice(truth, invoice)
    still = truth.read["balances"].get(("invoice", invoice), Balance()).minor
    if row.posted_at is None or still <= 0:
        raise Refusal("nothing_open", N_("Nothing is open of {number}."), number=row.number or "")
    part = still if amount_minor is None else amount_minor
    if part <= 0:
        raise BadInput("not_positive", N_("Give an amount above zero."), field="amount")
    if part > still:
        raise Refusal(
            "more_than_open",
            N_("Only {open} of {number} are open. Apply that much at most."),
            field="amount",
            open=Amount(still, row.currency),
            number=row.number,
        )
    if not reason:
        raise BadInput("missing", N_("Please fill this in."), field="reason")
    relieve(plan, truth, row, "write_off", part, reason=reason)
    plan.mention(row, ("organization", row.organization_id))
    return plan


def take_discount(
    plan: Plan,
    truth: Truth,
    invoice: Any,
    amount_minor: int,
    *,
    payment: Id,
    on: date,
    beyond: bool,
    field: str,
) -> None:
    """Let who pays early take a cash discount off. on: the day of the payment; beyond: whether more or later than agreed is granted, too."""
    credited = credited_of(truth, invoice)
    taken = truth.read["relieved"].get(invoice.pk, {}).get("discount", 0)
    agreed = discount_of(invoice.total_minor - credited, invoice.discount_micro) - taken
    until = invoice.discount_until
    if amount_minor > agreed and not beyond:
        raise Refusal(
            "more_discount",
            N_("{agreed} may be taken off {number}. Who may write off grants more."),
            field=field,
            agreed=Amount(max(agreed, 0), invoice.currency),
            number=invoice.number,
        )
    if until is not None and on > until and not beyond:
        raise Refusal(
            "discount_over",
            N_(
                "The cash discount of {number} was for payments until {until}. Who may write off grants it later."
            ),
            field=field,
            number=invoice.number,
            until=until.isoformat(),
        )
    relieve(plan, truth, invoice, "discount", amount_minor, payment=payment)
    # Another payment of the same act may take the rest of it only.
    relieved = truth.read["relieved"].setdefault(invoice.pk, {})
    relieved["discount"] = relieved.get("discount", 0) + amount_minor


def credited_of(truth: Truth, invoice: Any) -> int:
    """What the credit notes of an invoice come to."""
    lines = [line.pk for line in truth.read["invoice_lines"].values() if line.invoice_id == invoice.pk]
    back = sum(truth.read["credited"].get(line, Credited()).gross_minor for line in lines)
    return back + int(truth.read["credited_rounding"].get(invoice.pk, 0))


def return_discount(plan: Plan, truth: Truth, invoice: int, only: Discount) -> None:
    """Ask again for what was taken off with a payment that does not settle the invoice any more."""
    if truth.read["relieved"].get(invoice, {}).get("discount", 0) < only.amount_minor:
        raise Refusal(
            "credited_since", N_("A credit note took this back since. There is nothing left to undo.")
        )
    for account, minor, home in only.parts:
        plan.pay(account, only.owed, minor, home)
    plan.create(
        "billing.Relief",
        invoice_id=invoice,
        kind="discount",
        payment_id=only.payment,
        amount_minor=-only.amount_minor,
        tax_minor=-only.tax_minor,
        reason="",
    )


def relieve(
    plan: Plan,
    truth: Truth,
    invoice: Any,
    kind: str,
    amount_minor: int,
    *,
    reason: str = "",
    payment: Id | None = None,
) -> None:
    """Let a customer owe so much less of an invoice; revenue and tax are less by their shares."""
    if invoice.kind == "deposit":
        raise Refusal(
            "is_a_deposit",
            N_("{number} asks for a deposit, which is no revenue yet. Credit it instead."),
            number=invoice.number,
        )
    owed = receivable(invoice.organization_id, invoice.pk, invoice.currency)
    before = truth.read["balances"]["invoice", invoice.pk]
    parts = _parts(taxed_alike(truth, invoice), invoice.currency, kind, amount_minor)
    worth = 0
    for account, minor in parts:
        home = at_home(truth, minor, invoice.currency, invoice.rate_micro)
        plan.pay(owed, account, minor, home)
        worth += home
    even_out(plan, owed, worth - before.share(amount_minor))
    truth.read["balances"]["invoice", invoice.pk] = before.less(amount_minor)
    _row(plan, invoice, kind, amount_minor, parts, reason, payment)


def give_back(plan: Plan, truth: Truth, invoice: Any, groups: Sequence[Taxed], amount_minor: int) -> int:
    """Take back what we did without, since a credit note takes back what was asked for; what it is worth at home.

    groups: what the invoice consisted of before the note.
    """
    owed = receivable(invoice.organization_id, invoice.pk, invoice.currency)
    left, worth = amount_minor, 0
    relieved = truth.read["relieved"][invoice.pk]
    for kind in sorted(relieved):
        part = min(left, relieved[kind])
        if part <= 0:
            continue
        parts = _parts(groups, invoice.currency, kind, part)
        for account, minor in parts:
            home = at_home(truth, minor, invoice.currency, invoice.rate_micro)
            plan.pay(account, owed, minor, home)
            worth += home
        _row(plan, invoice, kind, -part, [(account, -minor) for account, minor in parts])
        relieved[kind] -= part
        left -= part
    return worth


def due_back(
    relieved: Mapping[str, int], *, paid: int, credit: int, total: int, credited: int, open_minor: int
) -> int:
    """How much of a credit that exceeds what is open was never paid, since we did without it.

    A part of an invoice takes its share of that with it, and never leaves more to pay back than came.
    """
    without = sum(relieved.values())
    came = total - credited - without - open_minor
    return min(paid, without, max(paid - came, share(without, credit, total - credited))) if without else 0


def _row(
    plan: Plan,
    invoice: Any,
    kind: str,
    amount: int,
    parts: list[tuple[AccountRef, int]],
    reason: str = "",
    payment: Id | None = None,
) -> None:
    plan.create(
        "billing.Relief",
        invoice_id=invoice.pk,
        kind=kind,
        payment_id=payment,
        amount_minor=amount,
        tax_minor=sum(minor for account, minor in parts if account.kind == "tax"),
        reason=reason,
    )


def _parts(
    groups: Sequence[Taxed], currency: str, kind: str, amount_minor: int
) -> list[tuple[AccountRef, int]]:
    """What a part of an invoice consists of, by account: its tax by rate, and the rest."""
    # A deposit that was taxed otherwise is below zero; nothing is taken off of that.
    whole = [max(0, one.net_minor + one.tax_minor) for one in groups]
    found: dict[AccountRef, int] = {}
    net = 0
    for one, gross, part in zip(groups, whole, shares(amount_minor, whole), strict=True):
        taxed = share(one.tax_minor, part, gross) if gross else 0
        further = second_of_both(taxed, one.rate_micro, one.second)
        net += part - taxed
        first = tax(currency, one.category, one.rate_micro)
        found[first] = found.get(first, 0) + taxed - further
        if one.second is not None:
            second = tax(currency, one.second.name, one.second.rate_micro)
            found[second] = found.get(second, 0) + further
    return [*sorted(found.items()), (forgone(currency, kind), net)]


def taxed_alike(truth: Truth, invoice: Any) -> list[Taxed]:
    """What an invoice asks for, by how it is taxed, less what is credited; to the cent of its own tax."""
    rows: dict[tuple[str, int, Second | None], list[Any]] = {}
    for line in truth.read["invoice_lines"].values():
        if line.invoice_id == invoice.pk:
            key = line.tax_code.category, line.rate_micro, second_of(line.tax_code)
            rows.setdefault(key, []).append(line)
    found, asked = [], 0
    for key, lines in rows.items():
        sums = totals(billed(line) for line in lines)
        back = [truth.read["credited"].get(line.pk, Credited()) for line in lines]
        net = sum(one.net_minor for one in back)
        gross = sum(one.gross_minor for one in back)
        found.append(Taxed(*key, sums.net - net, sums.tax - (gross - net)))
        asked += sums.tax
    if found and asked != invoice.tax_minor:
        # One rate with and without a second tax: the document rounds them together.
        found[-1] = found[-1]._replace(tax_minor=found[-1].tax_minor + invoice.tax_minor - asked)
    return found
