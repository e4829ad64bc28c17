"""A company that has worked for years, or that has much to do: some orders by our own actions, copied many times.

``past`` puts finished orders behind the company: delivered, invoiced and paid. ``open_work`` leaves orders in
the middle of their walk, so that every worklist is long.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from bench.copies import Block
from tests.purchasing.buying import threshold
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.models import Product
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding, Move
from wharfinger.purchasing.actions.approving import reject
from wharfinger.purchasing.actions.ordering import draft, draft_from_lines, submit
from wharfinger.purchasing.actions.receiving import receive as arrive
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

LINES = 10
QUANTITY = 2
BLOCK = 20
"""Orders that are made by our actions before they are copied."""

FEW = ["order"] * 8 + ["pick"] * 8 + ["pack"] * 2 + ["arrive", "bill"]
"""What the orders of a block of open work wait for, where some worklists stay empty."""

ALL = ["order"] * 6 + ["pick"] * 6 + ["pack"] * 2 + ["approve", "ask", "draft", "arrive", "inspect", "bill"]
"""The same with something on every worklist."""

OPEN = """quantity > 0 AND NOT unbounded AND kind IN (
    'to_approve', 'demand', 'to_order', 'drafted', 'to_bill', 'bin', 'picked', 'on_order', 'returns')"""


def past(connection: Any, moves: int, company: World, products: Sequence[Product]) -> None:
    """Write so many moves of finished orders, with every row that such orders leave; the books still hold."""
    _fill(connection, partial(_finish, company, products), moves, lambda block: block.rows(Move))


def invoiced(connection: Any, lines: int, company: World, products: Sequence[Product]) -> None:
    """Write so many invoiced lines of finished orders."""
    walk = partial(_finish, company, products)
    _fill(connection, walk, lines, lambda block: block.rows(InvoiceLine))


def bought(connection: Any, lines: int, company: World, products: Sequence[Product]) -> None:
    """Write so many lines of purchase orders that were received."""

    def walk(n: int) -> None:
        chosen = [products[(n * LINES + i) % len(products)].pk for i in range(LINES)]
        wish = PurchaseWish(
            company.vendor.pk, tuple(PurchaseLineWish(product=p, quantity=QUANTITY) for p in chosen)
        )
        made = draft(actor=HOUSE, wish=wish, key=_key())
        submit(actor=HOUSE, order=made.one("purchasing.PurchaseOrder"), key=_key())
        arrivals = [Arrival(line, QUANTITY) for line in made.made["purchasing.PurchaseLine"]]
        arrive(actor=HOUSE, arrivals=arrivals, key=_key())

    _fill(connection, walk, lines, lambda block: block.rows(PurchaseLine))


def _finish(company: World, products: Sequence[Product], n: int) -> None:
    claims = _order(company, products, n)
    _reserve(claims)
    _pick(claims)
    _ship(claims)
    _bill(company, claims)


def open_work(
    connection: Any,
    holdings: int,
    company: World,
    products: Sequence[Product],
    waits: Sequence[str] = FEW,
) -> None:
    """Write orders whose lines wait for somebody, until so many holdings are open (and as many again are done with).

    waits: what each order of a block waits for. Of a hundred lines of FEW forty are to be ordered, forty reserved, ten
    picked, five on order, five to be invoiced.
    """

    def walk(n: int) -> None:
        what = waits[n % BLOCK]
        threshold(1 if what in ("approve", "ask") else None)
        claims = _order(company, products, n)
        if what == "ask":
            reject(actor=HOUSE, lines=claims, note="Too dear", key=_key())
        if what in ("draft", "arrive"):
            made = draft_from_lines(actor=HOUSE, wanted=[Wanted(c) for c in claims], key=_key())
        if what == "arrive":
            submit(actor=HOUSE, order=made.one("purchasing.PurchaseOrder"), key=_key())
        if what in ("pick", "pack", "inspect", "bill"):
            _reserve(claims)
        if what in ("pack", "inspect", "bill"):
            _pick(claims)
        if what in ("inspect", "bill"):
            _ship(claims)
        if what == "inspect":
            _return(company, claims)

    _fill(connection, walk, holdings, lambda block: block.rows(Holding, OPEN))


def _fill(connection: Any, walk: Any, wanted: int, counted: Any) -> None:
    """Do a block of orders twice, since the first makes what all share, and copy the second."""
    for n in range(BLOCK):
        walk(n)
    block = Block(connection)
    for n in range(BLOCK):
        walk(n)
    block.end()
    times = max(wanted // counted(block) - 2, 0)
    if times:
        block.copy(times)


def _order(company: World, products: Sequence[Product], n: int) -> list[int]:
    """The claims of a confirmed order's lines; orders one after another go round all products."""
    chosen = [products[(n * LINES + i) % len(products)].pk for i in range(LINES)]
    wish = OrderWish(company.customer.pk, tuple(LineWish(p, QUANTITY) for p in chosen), confirm=True)
    return create_order(actor=HOUSE, wish=wish, key=_key()).made["ledger.Claim"]


def _reserve(claims: Sequence[int]) -> None:
    reserve(actor=HOUSE, holds=[Hold(c, QUANTITY) for c in claims], key=_key())


def _pick(claims: Sequence[int]) -> None:
    pick(actor=HOUSE, picks=[Pick(c, QUANTITY) for c in claims], key=_key())


def _ship(claims: Sequence[int]) -> None:
    ship(actor=HOUSE, picks=[Pick(c, QUANTITY) for c in claims], key=_key())


def _bill(company: World, claims: Sequence[int]) -> None:
    wish = InvoiceWish(tuple(Bill(c, QUANTITY) for c in claims))
    made = Invoice.objects.get(pk=invoice(actor=HOUSE, wish=wish, key=_key()).one("billing.Invoice"))
    pay(
        actor=HOUSE,
        wish=PaymentWish(company.customer.pk, made.total_minor, made.currency),
        key=_key(),
    )


def _return(company: World, claims: Sequence[int]) -> None:
    items = [Asked(QUANTITY, claim) for claim in claims]
    made = request(actor=HOUSE, organization=company.customer.pk, items=items, key=_key())
    rma = made.one("returns.Rma")
    approve(actor=HOUSE, rma=rma, key=_key())
    arrived = [Arrived(QUANTITY, line) for line in made.made["returns.RmaLine"]]
    receive(actor=HOUSE, rma=rma, items=arrived, key=_key())


def _key() -> str:
    return f"fill-{uuid4()}"
