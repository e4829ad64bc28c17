"""Pay vendors' bills, take what vendors credited, take a mistyped payment back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import tidy
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.pricing.queries import read_rates
from wharfinger.purchasing.models import VendorBill, VendorPayment, VendorReturn
from wharfinger.purchasing.queries import paying as reads
from wharfinger.purchasing.rules import paying as rules
from wharfinger.purchasing.rules.paying import Part, PayWish

MOST = 500
"""So many bills are paid in one act."""


def pay_bills(*, actor: Actor, wish: PayWish, key: str | None = None) -> Written:
    """Pay accepted bills, in part or whole, with money and what their vendors credited: all in one entry.

    Each vendor and currency gets a payment of its own. What money was worth more or less at home than when the bill
    was accepted is stated. What the vendor grants for early payment is taken off where that is wished; more or later
    than agreed by who may accept bills. Raises Refusal where a bill is not accepted, or more is paid than is open.
    """
    require(actor, "purchasing.pay")
    require(actor, "catalog.see_cost")
    wish = _checked(wish)
    bills, taken = [one.pk for one in wish.bills], [one.pk for one in wish.credits]
    return post(
        "pay_bills",
        Wish(
            documents=[
                (Organization, reads.vendors_of(bills, taken)),
                (VendorBill, bills),
                (VendorReturn, taken),
            ],
            reads=(reads.read_owed, _read_rates),
        ),
        partial(rules.plan_pay, wish=wish, beyond=actor.may("purchasing.accept_bill")),
        actor=actor,
        key=key,
        effective_on=wish.paid_on,
    )


def cancel_vendor_payment(*, actor: Actor, payment: int, reason: str = "", key: str | None = None) -> Written:
    """Take a mistyped payment out of the books: its bills are owed again, its credits may be taken again."""
    require(actor, "purchasing.pay")
    require(actor, "catalog.see_cost")
    row = VendorPayment.objects.filter(pk=payment, void__isnull=True).first()
    if row is None:
        raise NotThere("no_such_vendor_payment", N_("There is no such payment to a vendor."))
    # What it settles never changes, so it may say what is locked.
    bills, taken = reads.settled_by(payment)
    return post(
        "cancel_vendor_payment",
        Wish(
            documents=[
                (Organization, [row.vendor_id]),
                (VendorBill, bills),
                (VendorPayment, [payment]),
                (VendorReturn, taken),
            ],
            reads=(reads.read_paid_by(payment),),
        ),
        partial(rules.plan_cancel, payment=payment),
        actor=actor,
        key=key,
        reason=tidy(reason, field="reason", most=1000, needed=False),
    )


def _checked(wish: PayWish) -> PayWish:
    if not wish.bills and not wish.credits:
        raise BadInput("no_bills", N_("Choose at least one bill."), field="bills")
    for name, parts in (("bills", wish.bills), ("credits", wish.credits)):
        _check_parts(name, parts)
    return replace(
        wish,
        method=tidy(wish.method, field="method", most=40, needed=False),
        reference=tidy(wish.reference, field="reference", most=100, needed=False),
    )


def _check_parts(name: str, parts: Sequence[Part]) -> None:
    if len(parts) > MOST:
        raise BadInput("too_many", N_("Pay at most {most} bills at once."), field=name, most=MOST)
    if len({one.pk for one in parts}) != len(parts):
        raise BadInput("bill_named_twice", N_("One of them stands there twice. Send it once."), field=name)
    for n, one in enumerate(parts):
        if one.amount_minor is not None and one.amount_minor <= 0:
            raise BadInput("not_positive", N_("Give an amount above zero."), field=f"{name}.{n}.amount")
        if one.discount_minor < 0:
            raise BadInput(
                "below_zero", N_("Give an amount that is not below zero."), field=f"{name}.{n}.discount"
            )


def _read_rates(truth: Truth) -> None:
    rows = [
        *truth.documents["purchasing.VendorBill"].values(),
        *truth.documents["purchasing.VendorReturn"].values(),
    ]
    read_rates(truth, {row.currency for row in rows})
