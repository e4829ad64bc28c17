"""Selling through the API: the same verbs, the same refusals, in figures that are text."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.models import Order, Quote

pytestmark = pytest.mark.django_db


def send(client: Client, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    response = client.generic(
        method,
        f"/api/v1{path}",
        "" if body is None else json.dumps(body),
        "application/json",
        headers=headers,
    )
    assert response.status_code == status, response.content
    return response.json()


def test_a_deal_from_quote_to_order(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    made = send(
        client,
        "POST",
        "/quotes",
        {
            "organization": company.customer.pk,
            "title": "New network",
            "customer_reference": "PO 7",
            "lines": [{"product": product.pk, "quantity": "5", "unit_price": "20", "discount_percent": "10"}],
        },
        201,
    )
    assert (made["net"], made["tax"], made["total"], made["status"]) == ("90.00", "17.10", "107.10", "open")
    quote, line = made["id"], made["lines"][0]["id"]
    held = send(
        client,
        "POST",
        f"/quotes/{quote}/reserve",
        {"lines": [{"line": line, "location": company.location.pk, "quantity": "3"}], "until": "2099-05-01"},
    )
    assert held["lines"][0]["quantities"]["reserved"] == "3"
    assert held["lines"][0]["reserved_until"] == "2099-05-01T22:00:00+00:00"
    assert send(client, "POST", f"/quotes/{quote}/send", {"by_hand": True})["status"] == "sent"
    picture = send(client, "POST", f"/quotes/{quote}/win?dry_run=true", {})
    assert picture["moves"]
    assert Order.objects.count() == 0
    won = send(client, "POST", f"/quotes/{quote}/win", {})
    assert (won["status"], won["work_order"], Order.objects.count()) == ("won", None, 1)
    again = send(client, "POST", f"/quotes/{quote}/win", {})
    assert (again["order"], again["entry"]) == (won["order"], won["entry"])
    order = send(client, "GET", f"/orders/{won['order']}")
    assert (order["goods_status"], order["money_status"]) == ("unfulfilled", "uninvoiced")
    assert (order["customer_reference"], order["total"], order["open"]) == ("PO 7", "107.10", "107.10")
    figures = order["lines"][0]["quantities"]
    assert (figures["reserved"], figures["to_order"], figures["to_bill"]) == ("3", "2", "5")
    assert order["lines"][0]["charge_status"] == "partly_ready"
    clean()


def test_winning_into_a_new_project(client: Client, company: World) -> None:
    product = company.product()
    body = {"organization": company.customer.pk, "lines": [{"product": product.pk, "quantity": "1"}]}
    quote = send(client, "POST", "/quotes", body, 201)["id"]
    refused = send(client, "POST", f"/quotes/{quote}/win", {"into": {"ticket": "new", "job": "new"}}, 422)
    assert refused["field"] == "into"
    won = send(client, "POST", f"/quotes/{quote}/win", {"into": {"project": "new"}})
    assert (won["work_orders"], won["won_by"]) == ([won["work_order"]], company.user.pk)
    project = send(client, "GET", f"/work-orders/{won['work_order']}")
    assert (project["kind"], project["number"]) == ("project", "P-1")
    assert project["charges"][0]["order"] == won["order"]
    charges = send(client, "GET", f"/work-orders/{won['work_order']}/charges")["items"]
    assert [charge["charge_status"] for charge in charges] == ["need_to_order"]


def test_an_order_is_written_changed_and_cancelled(client: Client, company: World) -> None:
    product = company.product(quantity_decimals=2)
    body = {"organization": company.customer.pk, "lines": [{"product": product.pk, "quantity": "2.5"}]}
    order = send(client, "POST", "/orders?confirm=true", body, 201)
    assert order["goods_status"] == "unfulfilled"
    line = order["lines"][0]["id"]
    changed = send(client, "PATCH", f"/lines/{line}", {"quantity": "1.25"})
    assert changed["quantity"] == "1.25"
    more = send(
        client, "POST", f"/orders/{order['id']}/lines", {"lines": [{"product": product.pk, "quantity": "1"}]}
    )
    send(client, "DELETE", f"/lines/{more['lines'][1]['id']}")
    assert len(send(client, "GET", f"/orders/{order['id']}")["lines"]) == 1
    refused = send(client, "POST", f"/orders/{order['id']}/mark-fulfilled", {}, 409)
    assert (refused["code"], refused["remedies"][0]["verb"]) == ("lines_open", "mark-fulfilled")
    assert (
        send(client, "POST", f"/orders/{order['id']}/hold", {"reason": "Credit"})["hold_reason"] == "Credit"
    )
    send(client, "POST", f"/orders/{order['id']}/unhold")
    send(client, "POST", f"/orders/{order['id']}/unconfirm")
    assert send(client, "POST", f"/orders/{order['id']}/cancel")["goods_status"] == "cancelled"
    found = send(client, "GET", "/orders?goods_status=cancelled&goods_status=closed&include=lines")["items"]
    assert [one["id"] for one in found] == [order["id"]]
    clean()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"organization": 99_999}, "organization"),
        ({"contact": 99_999}, "contact"),
        ({"owner": 99_999}, "owner"),
        ({"site": 99_999}, "site"),
        ({"lines": [{"product": 99_999, "quantity": "1"}]}, "lines.0.product"),
        ({"lines": [{"product": 1, "quantity": "1.5"}]}, "lines.0.quantity"),
        ({"lines": [{"product": 1, "quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [{"product": 1, "quantity": "1", "tax_code": 99_999}]}, "lines.0.tax_code"),
        ({"lines": [{"product": 1, "quantity": "1", "site": 99_999}]}, "lines.0.site"),
    ],
)
def test_nonsense_is_refused_beside_its_field(
    client: Client, company: World, change: dict[str, Any], field: str
) -> None:
    product = company.product()
    body: dict[str, Any] = {
        "organization": company.customer.pk,
        "lines": [{"product": product.pk, "quantity": "1"}],
    }
    for line in change.get("lines", ()):
        line["product"] = product.pk if line["product"] == 1 else line["product"]
    before = entries()
    for path in ("/quotes", "/orders"):
        assert send(client, "POST", path, body | change, 422)["field"] == field
    assert entries() == before
    assert Quote.objects.count() == 0


def test_a_stale_change_is_refused(client: Client, company: World) -> None:
    product = company.product()
    body = {"organization": company.customer.pk, "lines": [{"product": product.pk, "quantity": "1"}]}
    order = send(client, "POST", "/orders", body, 201)["id"]
    tag = client.get(f"/api/v1/orders/{order}")["ETag"]
    send(client, "PATCH", f"/orders/{order}", {"title": "One"}, **{"if-match": tag})
    refused = send(client, "PATCH", f"/orders/{order}", {"title": "Two"}, 412, **{"if-match": tag})
    assert refused["code"] == "stale"


def test_a_hold_names_what_is_missing(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    body = {"organization": company.customer.pk, "lines": [{"product": product.pk, "quantity": "2"}]}
    quote = send(client, "POST", "/quotes", body, 201)
    hold = {"line": quote["lines"][0]["id"], "quantity": "2"}
    refused = send(client, "POST", f"/quotes/{quote['id']}/reserve", {"lines": [hold]}, 409)
    assert (refused["code"], refused["wanted"], refused["free"]) == ("not_enough", "2", "1")
    for extra, field in (({"location": 99_999}, "lines.0.location"), ({"serials": ["X"]}, "lines.0.serials")):
        refused = send(client, "POST", f"/quotes/{quote['id']}/reserve", {"lines": [hold | extra]}, 422)
        assert refused["field"] == field
    refused = send(
        client, "POST", f"/quotes/{quote['id']}/reserve", {"lines": [hold | {"line": 99_999}]}, 422
    )
    assert refused["field"] == "lines.0.line"


def test_a_job_provides_and_takes_back(client: Client, company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 2, serials=("A", "B"))
    job = send(client, "POST", "/work-orders", {"kind": "job", "organization": company.customer.pk}, 201)[
        "id"
    ]
    done = send(
        client,
        "POST",
        f"/work-orders/{job}/provide",
        {"lines": [{"product": product.pk, "quantity": "1", "serials": ["b"], "unit_price": "99"}]},
    )
    charge = done["charges"][0]
    assert (charge["charge_status"], charge["unit_price"], done["net"]) == ("delivered", "99", "99.00")
    body = {"lines": [{"line": charge["id"], "quantity": "1", "serials": ["B"]}]}
    taken = send(client, "POST", f"/work-orders/{job}/remove", body)
    assert (taken["charges"][0]["quantities"]["restocked"], taken["net"]) == ("1", "0.00")
    assert send(client, "POST", f"/work-orders/{job}/complete")["completed_at"] is not None
    clean()


def test_deals_are_written_and_changed(client: Client, company: World) -> None:
    deal = send(
        client, "POST", "/opportunities", {"organization": company.customer.pk, "title": "Fibre"}, 201
    )
    changed = send(
        client,
        "PATCH",
        f"/opportunities/{deal['id']}",
        {"pipeline_step": "proposal", "probability_percent": 80},
    )
    assert (changed["pipeline_step"], changed["probability_percent"]) == ("proposal", 80)
    refused = send(client, "PATCH", f"/opportunities/{deal['id']}", {"owner": 99_999}, 422)
    assert refused["field"] == "owner"
    assert [one["id"] for one in send(client, "GET", "/opportunities?q=fibre")["items"]] == [deal["id"]]


def test_whose_an_order_is_and_its_number_stay_and_all_else_changes(client: Client, company: World) -> None:
    body = {
        "organization": company.customer.pk,
        "lines": [{"product": company.product().pk, "quantity": "1"}],
    }
    order = send(client, "POST", "/orders", body, 201)
    path, before = f"/orders/{order['id']}", entries()
    for field, value in (("organization", company.vendor.pk), ("number", "SO-99")):
        assert send(client, "PATCH", path, {field: value}, 422)["field"] == field
    assert entries() == before
    told = {
        "title": "New office",
        "customer_reference": "PO 9",
        "promised_on": "2027-01-31",
        "priority": "urgent",
        "owner": company.user.pk,
    }
    changed = send(client, "PATCH", path, told)
    assert {name: changed[name] for name in told} == told
    assert (changed["organization"], changed["number"]) == (order["organization"], order["number"])


def test_a_deal_is_lost_with_its_quotes(client: Client, company: World) -> None:
    product = company.product()
    body = {"organization": company.customer.pk, "lines": [{"product": product.pk, "quantity": "1"}]}
    quote = send(client, "POST", "/quotes", body, 201)
    deal = quote["opportunity"]
    foreseen = send(client, "POST", f"/opportunities/{deal}/lose?dry_run=true", {"reason": "No budget"})
    assert f"quote:{quote['id']}" in foreseen["documents"]
    assert send(client, "GET", f"/quotes/{quote['id']}")["status"] == "open"
    lost = send(client, "POST", f"/opportunities/{deal}/lose", {"reason": "No budget"})
    assert lost["lost_at"] is not None
    assert send(client, "GET", f"/quotes/{quote['id']}")["lost_reason"] == "No budget"
    assert send(client, "POST", f"/opportunities/{deal}/lose", {}, 409)["code"] == "opportunity_lost"


def test_lines_of_all_documents_are_listed(client: Client, company: World) -> None:
    product = company.product()
    body = {"organization": company.customer.pk, "lines": [{"product": product.pk, "quantity": "1"}]}
    order = send(client, "POST", "/orders", body, 201)
    quote = send(client, "POST", "/quotes", body, 201)
    found = send(client, "GET", f"/lines?product={product.pk}")["items"]
    assert [line["id"] for line in found] == [quote["lines"][0]["id"], order["lines"][0]["id"]]
    assert send(client, "GET", "/lines?kind=order")["items"] == order["lines"]
    line = order["lines"][0]["id"]
    assert send(client, "GET", f"/lines/{line}") == order["lines"][0]


def test_a_line_says_what_it_holds_where_and_until_when(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    body = {"organization": company.customer.pk, "lines": [{"product": product.pk, "quantity": "5"}]}
    quote = send(client, "POST", "/quotes", body, 201)
    line = quote["lines"][0]
    assert line["held"] == []
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 5),), expected_on=date(2031, 5, 1))
    bought = draft(actor=HOUSE, wish=wish)
    submit(actor=HOUSE, order=bought.one("purchasing.PurchaseOrder"))
    (arrival,) = bought.made["purchasing.PurchaseLine"]
    holds = [
        {"line": line["id"], "quantity": "2", "location": company.location.pk},
        {"line": line["id"], "quantity": "1", "purchase_line": arrival},
    ]
    held = send(client, "POST", f"/quotes/{quote['id']}/reserve", {"lines": holds})["lines"][0]
    until = held["reserved_until"]
    nowhere = {"location": None, "purchase_line": None, "transfer": None, "expected_on": None, "until": until}
    assert sorted(held["held"], key=lambda one: one["quantity"]) == [
        nowhere | {"purchase_line": arrival, "quantity": "1", "expected_on": "2031-05-01"},
        nowhere | {"location": company.location.pk, "quantity": "2"},
    ]
    assert send(client, "GET", f"/lines/{line['id']}")["held"] == held["held"]
