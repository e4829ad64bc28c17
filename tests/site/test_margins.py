"""The margin of an order: expected, real so far, after a return, after late freight; only for who sees costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.trade import order
from tests.purchasing.buying import arrive, person, stocked_up
from tests.world import World, clean, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.purchasing.actions.landing import land_cost
from wharfinger.purchasing.rules.landing import Cost
from wharfinger.site.queries.margins import of_order

pytestmark = pytest.mark.django_db


class Deal:
    """Four units bought at six, sold at ten."""

    def __init__(self, company: World) -> None:
        self.company = company
        self.product = company.product(price_micro=10_000_000)
        made = stocked_up(company, (self.product, 4, 6_000_000))
        self.receipt = arrive(made.lines[0], 4).one("purchasing.Receipt")
        self.order, (self.line,) = order(company, (self.product, 4))

    def went(self, units: int) -> None:
        """So many left, and are invoiced."""
        pick_pack_ship(actor=HOUSE, picks=[Pick(self.line, units)])
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(self.line, units),)))

    def margin(self, client: Client) -> Any:
        answer = client.get(f"/api/v1/orders/{self.order}/margin")
        assert answer.status_code == 200, answer.content
        return answer.json()


def test_it_is_expected_then_real_as_goods_go_and_after_late_freight(client: Client) -> None:
    deal = Deal(world())
    client.force_login(deal.company.user)
    told = deal.margin(client)
    assert (told["expected"]["margin"], told["expected"]["margin_percent"]) == ("16.00", "40")
    assert (told["so_far"]["net"], told["so_far"]["cost"], told["so_far"]["margin"]) == (
        "0.00",
        "0.00",
        "0.00",
    )
    deal.went(2)
    told = deal.margin(client)["so_far"]
    assert (told["net"], told["cost"], told["margin"]) == ("20.00", "12.00", "8.00")
    land_cost(actor=HOUSE, receipt=deal.receipt, cost=Cost("Freight", 400))
    deal.went(2)
    told = deal.margin(client)["so_far"]
    assert (told["net"], told["cost"], told["margin"]) == ("40.00", "26.00", "14.00"), (
        "two of four bear their share"
    )
    page = seen(client, f"/orders/{deal.order}/")
    assert "Cost of what went" in page
    assert "35" in page
    clean()


def test_what_comes_back_takes_its_cost_and_its_net_with_it(client: Client) -> None:
    deal = Deal(world())
    client.force_login(deal.company.user)
    deal.went(4)
    credit(actor=HOUSE, items=[Credit(InvoiceLine.objects.get(line=deal.line).pk, 1)], reason="Broken")
    told = deal.margin(client)["so_far"]
    assert (told["net"], told["cost"], told["margin"]) == ("30.00", "24.00", "6.00")
    by_customer = client.get("/api/v1/reports/margin?from=2000-01-01").json()["total"]
    assert (by_customer["net"], by_customer["margin"]) == ("30.00", "6.00")


def test_only_who_sees_costs_is_told(client: Client) -> None:
    deal = Deal(world())
    client.force_login(person("seller", "sales.read", "billing.read"))
    assert client.get(f"/api/v1/orders/{deal.order}/margin").status_code == 403
    assert "Cost of what went" not in seen(client, f"/orders/{deal.order}/")
    client.force_login(deal.company.user)
    assert client.get("/api/v1/orders/999999/margin").status_code == 404


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_statements_do_not_grow_with_lines(lines: int) -> None:
    company = world()
    products = [company.product() for _ in range(lines)]
    for one in products:
        company.stock(one, 1)
    pk, claims = order(company, *((one, 1) for one in products))
    pick_pack_ship(actor=HOUSE, picks=[Pick(claim, 1) for claim in claims])
    with CaptureQueriesContext(connection) as found:
        of_order(pk)
    assert len(found) <= 8, len(found)
