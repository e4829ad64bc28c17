"""The margin of an invoice: its share of what went for its lines, less what came back; only for who sees costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.trade import order
from tests.purchasing.buying import person
from tests.site.test_margins import Deal
from tests.world import clean, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import draft_invoice, invoice
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.site.queries.invoice_margins import of_invoices

pytestmark = pytest.mark.django_db


def billed(line: int, units: int) -> int:
    return invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, units),))).one("billing.Invoice")


def margins(client: Client) -> dict[int, Any]:
    rows = client.get("/api/v1/invoices").json()["items"]
    return {row["id"]: row["margin"] for row in rows}


def test_an_invoice_leaves_its_share_of_what_went(client: Client) -> None:
    deal = Deal(world())
    client.force_login(deal.company.user)
    ahead = billed(deal.line, 3)
    # Nothing has gone: what it will cost, nobody knows.
    assert margins(client) == {ahead: None}
    pick_pack_ship(actor=HOUSE, picks=[Pick(deal.line, 2)])
    assert margins(client) == {ahead: None}
    pick_pack_ship(actor=HOUSE, picks=[Pick(deal.line, 2)])
    rest = billed(deal.line, 1)
    # Three at 10 that cost 6 each, and one.
    assert margins(client) == {ahead: "12.00", rest: "4.00"}
    told = client.get(f"/api/v1/invoices/{ahead}").json()
    assert (told["margin"], told["margin_percent"]) == ("12.00", "40")
    row = InvoiceLine.objects.get(invoice=ahead)
    credit(actor=HOUSE, items=[Credit(row.pk, 1)], reason="Bent")
    assert margins(client) == {ahead: "8.00", rest: "4.00"}
    clean()


def test_services_cost_nothing_and_drafts_have_their_margin_too(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    _, (work,) = order(company, (company.product(kind="service", price_micro=50_000_000), 2))
    draft = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(work, 2),))).one("billing.Invoice")
    assert margins(client) == {draft: "100.00"}


def test_only_who_sees_costs_sees_margins(client: Client) -> None:
    deal = Deal(world())
    deal.went(4)
    client.force_login(deal.company.user)
    (pk,) = Invoice.objects.values_list("pk", flat=True)
    assert margins(client) == {pk: "16.00"}
    assert "16.00" in seen(client, "/invoices/?tab=all&column=margin")
    client.force_login(person("clerk", "billing.read"))
    assert margins(client) == {pk: None}
    assert client.get(f"/api/v1/invoices/{pk}").json()["margin"] is None
    page = seen(client, "/invoices/?tab=all&column=margin")
    assert "16.00" not in page
    assert "Margin" not in page


@pytest.mark.parametrize("many", [1, 20])
def test_statements_do_not_grow_with_invoices(client: Client, many: int) -> None:
    company = world()
    for _ in range(many):
        product = company.product(price_micro=10_000_000)
        company.stock(product, 1)
        _, (line,) = order(company, (product, 1))
        pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])
        billed(line, 1)
    pks = list(Invoice.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as found:
        assert len(of_invoices(pks)) == many
    assert len(found) == 4
    client.force_login(company.user)
    seen(client, "/invoices/?tab=all")
    with CaptureQueriesContext(connection) as found:
        seen(client, "/invoices/?tab=all")
    assert len(found) <= 14, [one["sql"][:80] for one in found]
