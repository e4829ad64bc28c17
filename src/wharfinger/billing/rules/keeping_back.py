"""Pure decisions about what is kept of a credit: a fee for taking goods back, and the freight of their return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, Refusal
from wharfinger.base.tax import parts_of, row_of, second_of, totals
from wharfinger.base.worded import Amount
from wharfinger.billing.rules import Balance, at_home, receivable, revenue, store_credit, tax
from wharfinger.billing.rules.fees import a_service
from wharfinger.billing.rules.payments import pay_off
from wharfinger.catalog.rules.validity import that_holds
from wharfinger.demand.rules import taxed_by
from wharfinger.ledger.plan import AccountRef, Plan, Ref, Truth

NOTE = "billing.CreditNote"
WHOLE = 10**6


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a credit: a share of each note at 10⁻⁶, or an amount as the invoice's prices say it."""

    name: str
    """How it is called where it was asked for."""
    product: int
    """The service by which it is named."""
    share_micro: int | None = None
    minor: int | None = None
    currency: str = ""
    """That of the amount."""


class Part(NamedTuple):
    """What is kept on one note."""

    net: int
    first: int
    second: int

    @property
    def total(self) -> int:
        """With tax."""
        return self.net + self.first + self.second


def keep_back(plan: Plan, truth: Truth, kept: Sequence[Kept]) -> dict[AccountRef, Balance]:
    """Keep fees of the notes that a plan makes: rows of their own with tax, which the notes come to less.

    An amount is kept of the first note as far as that goes. What is kept of a note that was paid comes off its store
    credit, else it stays owed for its invoice. What came off each store credit, with its worth at home. Raises Refusal
    where the notes come to less.
    """
    off: dict[AccountRef, Balance] = {}
    notes = plan.creates.get(NOTE, [])
    if not kept:
        return off
    if not notes:
        raise Refusal(
            "nothing_credited",
            N_("Nothing is credited, so nothing can be kept of it. Ask for the fee on an invoice."),
            field=kept[0].name,
        )
    included = [_included(truth, note) for note in notes]
    said = [
        note["total_minor"] if own else note["net_minor"] for note, own in zip(notes, included, strict=True)
    ]
    for one in kept:
        _same_currency(one, notes)
        product = a_service(truth, one.product, one.name)
        left, whole = one.minor or 0, sum(note["total_minor"] for note in notes)
        for n, note in enumerate(notes):
            code = truth.read["fee_codes"][taxed_by(truth, product, None, note["organization_id"])]
            if codes := truth.read["fees_in_force"]:
                code = that_holds(codes, code, truth.effective_on, field=one.name)
            asked = left if one.share_micro is None else rounded(said[n] * one.share_micro, WHOLE)
            minor, part = _fitting(asked, code, included[n], note["total_minor"])
            left = left - minor if one.share_micro is None else left + asked - minor
            if part.total:
                _keep(plan, truth, n, product, code, part, off)
        if left:
            raise Refusal(
                "more_than_credit",
                N_("That is more than the credit of {total}. Keep less of it."),
                field=one.name,
                total=Amount(whole, notes[0]["currency"]),
            )
    return off


def _same_currency(kept: Kept, notes: Sequence[Any]) -> None:
    """Refuse to keep an amount of a credit in another currency, which would be another amount."""
    others = {note["currency"] for note in notes} - {kept.currency}
    if kept.minor is not None and kept.currency and others:
        raise Refusal(
            "other_currency",
            N_(
                "The credit is in {other}, and this amount in {currency}. Give a percentage, or credit them apart."
            ),
            field=kept.name,
            other=", ".join(sorted(others)),
            currency=kept.currency,
        )


def _included(truth: Truth, note: Any) -> bool:
    rows = truth.read["invoice_lines"].values()
    return any(row.gross_minor is not None for row in rows if row.invoice_id == note["invoice_id"])


def _fitting(asked: int, code: Any, included: bool, room: int) -> tuple[int, Part]:
    """So much of an amount as a note has room for, and what that consists of."""
    minor, part = asked, _part(asked, code, included)
    if part.total > room:
        minor = room if included else parts_of(room, code.rate_micro, second_of(code)).net
        while (part := _part(minor, code, included)).total > room:
            minor -= 1
    return minor, part


def _part(minor: int, code: Any, included: bool) -> Part:
    found = totals([row_of(minor, code, included)])
    second = sum(by.tax_minor for by in found.by_rate if by.name)
    return Part(found.net, found.tax - second, second)


def _keep(
    plan: Plan, truth: Truth, n: int, product: Any, code: Any, part: Part, off: dict[AccountRef, Balance]
) -> None:
    """Write a fee on a note, and let the customer owe it; what the note made store credit pays it."""
    note, made = plan.creates[NOTE][n], Ref(NOTE, n)
    note["net_minor"] -= part.net
    note["tax_minor"] -= part.first + part.second
    note["total_minor"] -= part.total
    plan.create(
        "billing.CreditFee",
        credit_note_id=made,
        product_id=product.pk,
        description=product.name,
        tax_code_id=code.pk,
        rate_micro=code.rate_micro,
        net_minor=part.net,
        tax_minor=part.first + part.second,
        second_minor=part.second,
    )
    invoice = truth.documents["billing.Invoice"][note["invoice_id"]]
    currency = invoice.currency
    owed = receivable(invoice.organization_id, invoice.pk, currency)
    worth = 0
    accounts = [
        (revenue(currency), part.net),
        (tax(currency, code.category, code.rate_micro), part.first),
        (tax(currency, code.second_name, code.second_rate_micro), part.second),
    ]
    for account, minor in accounts:
        home = at_home(truth, minor, currency, invoice.rate_micro)
        plan.pay(account, owed, minor, home)
        worth += home
    theirs = store_credit(invoice.organization_id, "credit_note", made, currency)
    paid = [p for p in plan.postings if p.source == theirs]
    before = off.get(theirs, Balance())
    credit = Balance(
        sum(p.amount_minor for p in paid) - before.minor,
        sum(p.home_minor for p in paid) - before.home_minor,
    )
    settled = min(part.total, credit.minor)
    fee = Balance(part.total, worth)
    if settled:
        pay_off(plan, owed, theirs, Balance(settled, fee.share(settled)), credit.share(settled))
        off[theirs] = Balance(before.minor + settled, before.home_minor + credit.share(settled))
    open_before = truth.read["balances"].get(("invoice", invoice.pk), Balance())
    rest = fee.less(settled)
    truth.read["balances"]["invoice", invoice.pk] = Balance(
        open_before.minor + rest.minor, open_before.home_minor + rest.home_minor
    )
