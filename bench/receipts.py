"""The receipt of a purchase order of ten lines, all of it with its costs, in three ways.

Five lines were bought for the lines of a customer's order, whose claims get the goods; five are for stock. So
half of the receipt changes holdings that others wait for, and half the free goods that everybody uses. The
purchase order is made and submitted before the watch runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.floor.receipt import receive as bare
from bench.orders import QUANTITY, Said
from bench.timing import Watch
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

if TYPE_CHECKING:
    from bench.company import Company


def floor(company: Company, watch: Watch, key: str) -> None:
    """By hand-written SQL."""
    order, lines = _ordered(company)
    watch.time("receive", lambda: bare(company.bare, key, order, lines))


def process(company: Company, watch: Watch, key: str) -> None:
    """By our action."""
    arrivals = [Arrival(line, QUANTITY) for line in _ordered(company)[1]]
    watch.time("receive", lambda: receive(actor=HOUSE, arrivals=arrivals, key=key))


def http(company: Company, said: Said, watch: Watch, key: str) -> None:
    """Over our API."""
    lines = [{"purchase_line": line, "quantity": str(QUANTITY)} for line in _ordered(company)[1]]
    watch.time("receive", lambda: said("/receipts", {"lines": lines}, key))


def _ordered(company: Company) -> tuple[int, list[int]]:
    """A submitted purchase order and its ten lines."""
    products = company.ten()
    sold = OrderWish(
        company.made.customer.pk, tuple(LineWish(p, QUANTITY) for p in products[:5]), confirm=True
    )
    claims = create_order(actor=HOUSE, wish=sold).made["ledger.Claim"]
    lines = [PurchaseLineWish(wanted=(Wanted(c),)) for c in claims]
    lines += [PurchaseLineWish(product=p, quantity=QUANTITY) for p in products[5:]]
    made = draft(actor=HOUSE, wish=PurchaseWish(company.made.vendor.pk, tuple(lines)))
    order = made.one("purchasing.PurchaseOrder")
    submit(actor=HOUSE, order=order)
    return order, made.made["purchasing.PurchaseLine"]
