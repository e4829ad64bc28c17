"""The order of ten lines (create, reserve, pick, ship, invoice) in three ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.floor import order as bare
from bench.timing import Watch
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

if TYPE_CHECKING:
    from bench.company import Company

QUANTITY = 2

Said = Callable[[str, Any, str], Any]
"""Asks our API: path, body, key."""


def floor(company: Company, watch: Watch, key: str) -> None:
    """By hand-written SQL."""
    db, products = company.bare, company.ten()
    customer, site = company.made.customer.pk, company.made.site
    wanted = [(p, QUANTITY) for p in products]
    sheet, claims = watch.time("create", lambda: bare.create(db, f"c{key}", customer, site.pk, wanted))
    watch.time("reserve", lambda: bare.reserve(db, f"r{key}", sheet, claims, products))
    watch.time("pick", lambda: bare.pick(db, f"p{key}", sheet, claims, products, company.stages))
    watch.time(
        "ship", lambda: bare.ship(db, f"s{key}", sheet, claims, products, customer, site.pk, site.place_id)
    )
    watch.time("invoice", lambda: bare.invoice(db, f"i{key}", sheet, claims, customer, site.pk))


def process(company: Company, watch: Watch, key: str) -> None:
    """By our actions."""
    lines = tuple(LineWish(p, QUANTITY) for p in company.ten())
    wish = OrderWish(company.made.customer.pk, lines, confirm=True)
    made = watch.time("create", lambda: create_order(actor=HOUSE, wish=wish, key=f"c{key}"))
    claims = made.made["ledger.Claim"]
    holds = [Hold(c, QUANTITY) for c in claims]
    picks = [Pick(c, QUANTITY) for c in claims]
    bill = InvoiceWish(tuple(Bill(c, QUANTITY) for c in claims))
    watch.time("reserve", lambda: reserve(actor=HOUSE, holds=holds, key=f"r{key}"))
    watch.time("pick", lambda: pick(actor=HOUSE, picks=picks, key=f"p{key}"))
    watch.time("ship", lambda: ship(actor=HOUSE, picks=picks, key=f"s{key}"))
    watch.time("invoice", lambda: invoice(actor=HOUSE, wish=bill, key=f"i{key}"))


def http(company: Company, said: Said, watch: Watch, key: str) -> None:
    """Over our API."""
    lines = [{"product": p, "quantity": str(QUANTITY)} for p in company.ten()]
    wish = {"organization": company.made.customer.pk, "lines": lines}
    made = watch.time("create", lambda: said("/orders?confirm=true", wish, f"c{key}"))
    picks = [{"line": line["id"], "quantity": str(QUANTITY)} for line in made["lines"]]
    watch.time("reserve", lambda: said(f"/orders/{made['id']}/reserve", {"lines": picks}, f"r{key}"))
    watch.time("pick", lambda: said("/pick", {"picks": picks}, f"p{key}"))
    watch.time("ship", lambda: said("/ship", {"picks": picks}, f"s{key}"))
    watch.time("invoice", lambda: said("/invoices", {"lines": picks}, f"i{key}"))
