"""Pure decisions about deposits: what is asked for beforehand, and what later invoices take off of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.money import MICRO, decimals, extended, rounded, share, shares
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.tax import TaxedRow, nets, row_of
from wharfinger.billing.rules import Balance, deposit, revenue
from wharfinger.billing.rules.in_force import alike, in_force
from wharfinger.ledger.plan import Id, Plan, Truth

WHOLE = 10**6


@dataclass(frozen=True, slots=True)
class DepositWish:
    """A deposit as a person asks for it: a share of the order at 10⁻⁶, or an amount as the order's prices say it."""

    order: int
    product: int
    """The service by which it is named."""
    share_micro: int | None = None
    minor: int | None = None
    issued_on: date | None = None
    due_on: date | None = None
    rate_micro: int | None = None


@dataclass(slots=True)
class Deposit:
    """A row of a deposit that was asked for, and what is left of it to be taken off."""

    row: Any
    order: int
    number: str
    minor: int
    """As its price says it: with tax where that includes it."""
    net_minor: int


class Taken(NamedTuple):
    """What an invoice takes off of a row of a deposit, before tax and as prices say it."""

    deposit: Deposit
    minor: int
    net_minor: int

    @property
    def taxed(self) -> TaxedRow:
        """The row as the invoice's totals take it."""
        return row_of(-self.minor, self.deposit.row.tax_code, self.deposit.row.gross_minor is not None)


def asked(truth: Truth, wish: DepositWish) -> list[tuple[Any, int]]:
    """What is asked for by tax code, as the order's prices say it; raises Refusal where that is more than is left.

    left: what is yet to be billed of the order, without what other deposits ask for.
    """
    lines = [one for one in truth.read["lines"].values() if one.billable and one.parent_id is None]
    if not lines:
        raise NotThere("no_such_order", N_("There is no such sales order."), field="order")
    if any(truth.of_claim(line.pk, ("offered",)) for line in lines):
        raise Refusal(
            "not_firm", N_("{number} is not confirmed. Confirm it first."), number=lines[0].sheet.number
        )
    whole: dict[int, int] = {}
    left: dict[int, int] = {}
    codes: dict[int, Any] = {}
    for line in lines:
        key = alike(truth, line.tax_code_id)
        codes.setdefault(key, line.tax_code)
        whole[key] = whole.get(key, 0) + _said(line, line.quantity)
        billable = truth.quantity_of(line.pk, ("to_bill",))
        left[key] = left.get(key, 0) + _said(line, billable)
    for one in truth.read["deposits"]:
        key = alike(truth, one.row.tax_code_id)
        left[key] = left.get(key, 0) - one.minor
    weights = [max(0, whole[code]) for code in codes]
    if wish.minor is not None:
        parts = shares(wish.minor, weights) if sum(weights) else [0 for _ in weights]
    else:
        parts = [rounded(weight * (wish.share_micro or 0), WHOLE) for weight in weights]
    if any(part > max(0, left[code]) for code, part in zip(codes, parts, strict=True)):
        raise Refusal(
            "more_than_order",
            N_("That is more than is yet to be invoiced of {number}. Ask for less."),
            field="percent" if wish.minor is None else "amount",
            number=lines[0].sheet.number,
        )
    on = wish.issued_on or truth.effective_on
    found = [
        (in_force(truth, code, on), part)
        for code, part in zip(codes.values(), parts, strict=True)
        if part > 0
    ]
    if not found:
        raise BadInput("not_positive", N_("This comes to nothing. Ask for more."), field="percent")
    return found


def _said(line: Any, units: int) -> int:
    decimals = line.product.quantity_decimals
    return extended(line.unit_price_micro, units, decimals, line.currency, line.discount_micro, line.per)


def row_for(
    invoice: Id, position: int, product: Any, words: str, minor: int, currency: str
) -> dict[str, Any]:
    """One unit of a service without a line, at this amount."""
    return {
        "invoice_id": invoice,
        "line_id": None,
        "position": position,
        "product_id": product.pk,
        "description": words,
        "quantity": 10**product.quantity_decimals,
        "unit": "",
        "per": None,
        "unit_price_micro": micro_of(minor, currency),
        "discount_micro": 0,
        "price_reason": "",
    }


def micro_of(minor: int, currency: str) -> int:
    """An amount as a price of one unit."""
    return minor * 10 ** (MICRO - decimals(currency))


def take_off(truth: Truth, rows: Iterable[tuple[int | None, int, bool, int]]) -> list[Taken]:
    """What an invoice takes off of the deposits of its orders: the oldest first, no more than it asks itself.

    rows: order, tax code, whether tax is in the price, and what it comes to, of each row of the invoice.
    """
    deposits = truth.read.get("deposits", ())
    room: dict[tuple[int | None, int, bool], int] = {}
    for order, code, included, minor in rows if deposits else ():
        key = order, alike(truth, code), included
        room[key] = room.get(key, 0) + minor
    found = []
    for one in sorted(deposits, key=lambda one: int(one.row.pk)):
        of = one.order, alike(truth, one.row.tax_code_id), one.row.gross_minor is not None
        part = min(one.minor, room.get(of, 0))
        if part > 0:
            net = share(one.net_minor, part, one.minor)
            room[of] -= part
            one.minor, one.net_minor = one.minor - part, one.net_minor - net
            found.append(Taken(one, part, net))
    return found


def nets_with(rows: Sequence[TaxedRow], taken: Sequence[Taken]) -> list[int]:
    """The net of each row and then of each deduction, which is exactly its share of the deposit.

    What rounding leaves between them goes to the first row that is taxed alike, or where the tax changed to the first.
    """
    found = nets([*rows, *(one.taxed for one in taken)])
    for n, one in enumerate(taken, start=len(rows)):
        over = found[n] + one.net_minor
        found[n] = -one.net_minor
        if over:
            taxed = one.taxed
            same = (n for n, row in enumerate(rows) if row._replace(minor=0) == taxed._replace(minor=0))
            found[next(same, 0)] += over
    return found


def write_taken(plan: Plan, invoice: Id, position: int, taken: Sequence[Taken], currency: str) -> None:
    """Write the rows by which an invoice takes off deposits."""
    for n, one in enumerate(taken, start=position):
        row = one.deposit.row
        words = f"{one.deposit.number}: {row.description}"[:500]
        plan.create(
            "billing.InvoiceLine",
            **row_for(invoice, n, row.product, words, -one.minor, currency),
            tax_code_id=row.tax_code_id,
            rate_micro=row.rate_micro,
            net_minor=-one.net_minor,
            gross_minor=None if row.gross_minor is None else -one.minor,
            takes_off_id=row.pk,
        )


def settle(plan: Plan, truth: Truth, organization: int, currency: str, taken: Sequence[Taken]) -> None:
    """Earn what was asked for beforehand: at home it is worth its share of what the deposit was worth."""
    for one in taken:
        home = spent(truth, one.deposit.order, one.net_minor)
        plan.pay(revenue(currency), deposit(organization, one.deposit.order, currency), one.net_minor, home)


def spent(truth: Truth, order: int, minor: int) -> int:
    """What a part of an order's deposits is worth at home; it is gone from them afterwards."""
    balances: dict[int, Balance] = truth.read["deposit_balances"]
    before = balances.get(order, Balance())
    balances[order] = before.less(minor)
    return before.share(minor)
