"""Pure decisions about the cash discount that vendors grant: how much is taken off until when, and how much of it is tax."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from wharfinger.base.money import MICRO, share
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.worded import Amount
from wharfinger.ledger.plan import AccountRef, Id, Plan, Truth
from wharfinger.ledger.settling import Balance

VENDOR_DISCOUNT, INPUT_TAX = "vendor_discount", "input_tax"
WHOLE = 10**MICRO


class Granted(NamedTuple):
    """What a vendor lets us take off a bill, and until when it is paid for that."""

    discount_micro: int = 0
    discount_until: date | None = None


class Owed(NamedTuple):
    """What a bill asks for and how much of that is tax, what was taken off, and what is open of it."""

    bill: Id
    vendor: int
    currency: str
    number: str
    granted: Granted
    total_minor: int
    tax_minor: int
    taken_minor: int
    left: Balance


def granted(terms: Any, given: Granted | None, billed_on: date) -> Granted:
    """What a bill grants: as it says, else as is always agreed with its vendor. terms: none where nothing is."""
    if given is not None:
        if given.discount_micro and given.discount_until is None:
            raise BadInput("missing", N_("Please fill this in."), field="discount_until")
        if given.discount_until is not None and given.discount_until < billed_on:
            raise BadInput(
                "discount_before",
                N_("A cash discount cannot end before the bill is written. Give a later day."),
                field="discount_until",
            )
        return given if given.discount_micro else Granted()
    if terms is None or not terms.discount_micro:
        return Granted()
    return Granted(terms.discount_micro, billed_on + timedelta(days=terms.discount_days))


def may_take(one: Granted, total_minor: int, taken_minor: int, open_minor: int, on: date) -> int:
    """What may be taken off a bill that is paid on a day."""
    if one.discount_until is None or one.discount_until < on:
        return 0
    return max(0, min(share(total_minor, one.discount_micro, WHOLE) - taken_minor, open_minor))


def take(
    plan: Plan, truth: Truth, owed: Owed, amount_minor: int, *, payment: Id, beyond: bool, field: str
) -> None:
    """Take so much off what is owed for a bill; what its goods cost and the tax we get back are less by their shares.

    beyond: whether more or later than is agreed may be taken, as the vendor granted it.
    """
    agreed = share(owed.total_minor, owed.granted.discount_micro, WHOLE) - owed.taken_minor
    if amount_minor > agreed and not beyond:
        raise Refusal(
            "more_discount",
            N_("{agreed} may be taken off {number}. Who may accept bills takes more."),
            field=field,
            agreed=Amount(max(agreed, 0), owed.currency),
            number=owed.number,
        )
    until = owed.granted.discount_until
    if until is not None and truth.effective_on > until and not beyond:
        raise Refusal(
            "discount_over",
            N_(
                "The cash discount of {number} was for payments until {until}. Who may accept bills takes it later."
            ),
            field=field,
            number=owed.number,
            until=until.isoformat(),
        )
    tax = share(owed.tax_minor, amount_minor, owed.total_minor)
    worth = owed.left.share(amount_minor)
    taxed = share(worth, tax, amount_minor)
    account = AccountRef("payable", owed.currency, owed.vendor, ("vendor_bill", owed.bill))
    plan.pay(AccountRef(INPUT_TAX, owed.currency), account, tax, taxed)
    plan.pay(AccountRef(VENDOR_DISCOUNT, owed.currency), account, amount_minor - tax, worth - taxed)
    plan.create(
        "purchasing.VendorDiscount",
        bill_id=owed.bill,
        payment_id=payment,
        amount_minor=amount_minor,
        tax_minor=tax,
    )
