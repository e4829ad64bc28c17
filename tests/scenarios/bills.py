"""What the doors of the stories also do with what vendors bill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.scenarios.further import Made, Posts, Tells, micro
from wharfinger.purchasing.actions import billing, paying, receiving
from wharfinger.purchasing.actions.vendor_terms import keep_terms
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.paying import PaidAtOnce, Part, PayWish

DAY = date(2026, 3, 2)
Asks = Sequence[tuple[int, int | None, int, str | None]]
"""An order's line, the receipt that brought it if one is named, how many, at which cost."""
Parts = Sequence[tuple[int, str | None, str]]
"""A bill or a return, how much of it where that is said, and what is taken off besides."""


class BillsActions:
    """Calls the actions in process."""

    def bill_goods(self: Tells, number: str, asks: Asks, freight: str, pay: str | None = None) -> Made:
        """A vendor bills something, and is paid at once where a method is said: the bill."""
        lines = tuple(
            BillLine(line, receipt, n, None if cost is None else micro(cost))
            for line, receipt, n, cost in asks
        )
        paid = None if pay is None else PaidAtOnce(pay)
        bill = Bill(number, DAY, lines, freight_minor=micro(freight) // 10_000, pay=paid)
        done = self._said(lambda: billing.enter_bill(actor=self.who, bill=bill))
        return done.one("purchasing.VendorBill"), done.id

    def accept_bill(self: Tells, bill: int, note: str) -> int:
        """Somebody accepts what is off."""
        return int(self._said(lambda: billing.accept_bill(actor=self.who, bill=bill, note=note)).id)

    def cancel_bill(self: Tells, bill: int) -> int:
        """A bill is taken back."""
        return int(self._said(lambda: billing.cancel_bill(actor=self.who, bill=bill)).id)

    def vendor_credits(self: Tells, vendor_return: int, amount: str) -> int:
        """A vendor credits what went back."""
        act = lambda: receiving.credit_vendor_return(  # noqa: E731
            actor=self.who, vendor_return=vendor_return, got_minor=micro(amount) // 10_000
        )
        return int(self._said(act).id)

    def pay_bills(self: Tells, bills: Parts, taken: Parts) -> int:
        """Bills are paid, and credits taken."""
        some = (
            tuple(
                Part(pk, None if n is None else micro(n) // 10_000, micro(less) // 10_000)
                for pk, n, less in parts
            )
            for parts in (bills, taken)
        )
        return int(self._said(lambda: paying.pay_bills(actor=self.who, wish=PayWish(*some))).id)

    def grant(self: Tells, vendor: int, percent: str, days: int) -> int:
        """Say which cash discount a vendor always grants."""
        values = {"discount_micro": micro(percent) // 100, "discount_days": days}
        return int(self._said(lambda: keep_terms(actor=self.who, vendor=vendor, values=values)).id)

    def cancel_vendor_payment(self: Tells, payment: int) -> int:
        """A mistyped payment is cancelled."""
        return int(self._said(lambda: paying.cancel_vendor_payment(actor=self.who, payment=payment)).id)


class BillsApi:
    """Speaks JSON over HTTP."""

    def bill_goods(self: Posts, number: str, asks: Asks, freight: str, pay: str | None = None) -> Made:
        """A vendor bills something, and is paid at once where a method is said: the bill."""
        lines = [
            {"purchase_line": line, "quantity": str(n)}
            | ({} if receipt is None else {"receipt": receipt})
            | ({} if cost is None else {"unit_cost": cost})
            for line, receipt, n, cost in asks
        ]
        body = {"number": number, "billed_on": DAY.isoformat(), "lines": lines, "freight": freight}
        body |= {} if pay is None else {"pay": {"method": pay}}
        made = self._post("/vendor-bills", body)
        return made["id"], made["entry"]

    def accept_bill(self: Posts, bill: int, note: str) -> int:
        """Somebody accepts what is off."""
        return int(self._post(f"/vendor-bills/{bill}/accept", {"note": note})["entry"])

    def cancel_bill(self: Posts, bill: int) -> int:
        """A bill is taken back."""
        return int(self._post(f"/vendor-bills/{bill}/cancel", {})["entry"])

    def vendor_credits(self: Posts, vendor_return: int, amount: str) -> int:
        """A vendor credits what went back."""
        return int(self._post(f"/vendor-returns/{vendor_return}/credit", {"amount": amount})["entry"])

    def pay_bills(self: Posts, bills: Parts, taken: Parts) -> int:
        """Bills are paid, and credits taken."""
        body = {
            key: [
                {name: pk}
                | ({} if n is None else {"amount": n})
                | ({} if less == "0" else {"discount": less})
                for pk, n, less in parts
            ]
            for key, name, parts in (("bills", "bill", bills), ("credits", "vendor_return", taken))
        }
        return int(self._post("/vendor-payments", body)["entry"])

    def grant(self: Posts, vendor: int, percent: str, days: int) -> int:
        """Say which cash discount a vendor always grants."""
        body = {"discount_percent": percent, "discount_days": days}
        return int(self._patch(f"/organizations/{vendor}/purchase-terms", body)["entry"])

    def cancel_vendor_payment(self: Posts, payment: int) -> int:
        """A mistyped payment is cancelled."""
        return int(self._post(f"/vendor-payments/{payment}/cancel", {})["entry"])
