"""What vendors are paid, as somebody might try it."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tests.laws.state import State, Verb
from wharfinger.purchasing.actions import paying
from wharfinger.purchasing.actions.billing import enter_bill
from wharfinger.purchasing.models import Receipt, VendorPayment
from wharfinger.purchasing.queries.bills import bills, due
from wharfinger.purchasing.queries.paying import credits_left, to_pay
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.paying import Part, PayWish


def _owed(state: State, chance: random.Random) -> Any:
    """A bill that is to be paid; where there is none, what came last is billed as it was booked."""
    if not to_pay(bills()).exists():
        came: Any = state.one(chance, Receipt.objects.filter(void__isnull=True, cancelled_at__isnull=True))
        rows = due(receipts=[came.pk]) if came else []
        lines = tuple(BillLine(one.line.pk, came.pk, one.left) for one in rows)
        if lines:
            state.bills += 1
            enter_bill(actor=state.user, bill=Bill(f"R-{state.bills}", date(2026, 3, 1), lines))
    return state.one(chance, to_pay(bills()))


def _pay_bills(state: State, chance: random.Random) -> Any:
    """A part of a bill, or all of it, sometimes with a credit that its vendor gave."""
    bill = _owed(state, chance)
    if bill is None:
        return None
    less = chance.randint(1, bill.open_minor - 1) if bill.open_minor > 1 and chance.random() < 0.3 else 0
    part = None if chance.random() < 0.5 else chance.randint(1, bill.open_minor - less)
    taken = [Part(row.pk) for row, _left in credits_left([bill.vendor_id]) if chance.random() < 0.5]
    return paying.pay_bills(actor=state.user, wish=PayWish((Part(bill.pk, part, less),), tuple(taken)))


def _cancel_vendor_payment(state: State, chance: random.Random) -> Any:
    rows = VendorPayment.objects.filter(cancelled_at__isnull=True)
    if not rows.exists():
        _pay_bills(state, chance)
    row = state.one(chance, rows)
    return row and paying.cancel_vendor_payment(actor=state.user, payment=row.pk)


PAYING: dict[str, Verb] = {"pay_bills": _pay_bills, "cancel_vendor_payment": _cancel_vendor_payment}
