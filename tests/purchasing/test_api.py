"""Buying over HTTP: the same verbs, figures as decimal strings, refusals with code and field."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.purchasing.buying import person, sold, threshold
from tests.world import World, clean, entries, held, world
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


class Caller:
    """A person at the API."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        send = getattr(self.client, method)
        if method == "get":
            return send(f"/api/v1{path}")
        return send(f"/api/v1{path}", body or {}, "application/json", headers=headers)

    def good(self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        response = self.call(method, path, body, **headers)
        assert response.status_code == status, response.content
        return response.json()

    def refused(
        self, path: str, body: Any = None, *, method: str = "post", **headers: str
    ) -> tuple[int, str, str | None]:
        before = entries()
        response = self.call(method, path, body, **headers)
        assert entries() == before
        shown = response.json()
        return response.status_code, shown["code"], shown.get("field")


@pytest.fixture
def ada(company: World) -> Caller:
    return Caller(company.user)


def test_from_lines_to_the_last_receipt(company: World, ada: Caller) -> None:
    line = sold(company, company.product(traced="serial", cost_method="specific"), 5)
    made = ada.good("post", "/purchase-orders/from-lines", {"lines": [line]}, status=201)
    assert (made["number"], made["status"], made["total"], made["vendor"]) == (
        "PO-1",
        "draft",
        "30.00",
        company.vendor.pk,
    )
    (bought,) = made["lines"]
    assert (bought["quantity"], bought["unit_cost"], bought["drafted"]) == ("5", "6", "5")
    assert bought["waiting"] == [{"line": line, "quantity": "5"}]
    path = f"/purchase-orders/{made['id']}"
    arrival = {"lines": [{"purchase_line": bought["id"], "quantity": "3", "serials": ["a", "b", "c"]}]}
    assert ada.refused(f"{path}/receive", arrival) == (409, "not_submitted_yet", "lines.0.purchase_line")
    assert ada.good("post", f"{path}/submit")["status"] == "submitted"
    missing = {"lines": [{"purchase_line": bought["id"], "quantity": "3", "serials": ["a"]}]}
    assert ada.refused(f"{path}/receive", missing) == (422, "serials_needed", "lines.0.serials")
    shown = ada.good("post", f"{path}/receive", arrival | {"vendor_invoice_number": "R-1"})
    assert shown["status"] == "received_partial"
    assert (shown["lines"][0]["on_order"], shown["lines"][0]["received"]) == ("2", "3")
    receipt = ada.good("get", f"/receipts/{shown['receipt']}")
    assert (receipt["number"], receipt["vendor_invoice_number"]) == ("GR-1", "R-1")
    (came,) = receipt["lines"]
    assert (came["quantity"], came["serials"], came["bins"]) == ("3", ["a", "b", "c"], [company.bins[0].pk])
    assert came["served"] == [{"line": line, "quantity": "3"}]
    back = ada.good("post", f"/receipts/{receipt['id']}/cancel", {"reason": "wrong van"})
    assert back["cancelled_at"] is not None
    assert back["lines"][0]["quantity"] == "0"
    whole = {"lines": [{"purchase_line": bought["id"], "quantity": "5", "serials": list("abcde")}]}
    ada.good("post", "/receipts", whole, status=201)
    assert ada.good("get", path)["status"] == "received_full"
    assert held(line) == {"covered": 5, "bin": 5, "to_bill": 5}
    again = {"vendor": company.vendor.pk, "lines": [{"product": company.product().pk, "quantity": "1"}]}
    other = ada.good("post", "/purchase-orders", again, status=201)
    ada.good("post", f"/purchase-orders/{other['id']}/submit")
    both = {"lines": [{"purchase_line": other["lines"][0]["id"], "quantity": "1"}]}
    ada.good("post", "/receipts", both, status=201)
    for orders, numbers in (
        (f"{made['id']}", {"GR-1", "GR-2"}),
        (f"{other['id']}", {"GR-3"}),
        (f"{made['id']}&purchase_order={other['id']}", {"GR-1", "GR-2", "GR-3"}),
        ("99", set()),
    ):
        found = ada.good("get", f"/receipts?purchase_order={orders}")["items"]
        assert {one["number"] for one in found} == numbers
    wrong = ada.call("get", "/receipts?purchase_order=PO-1")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "purchase_order")
    clean()


def test_by_hand_changed_and_closed(company: World, ada: Caller) -> None:
    first, second = company.product(quantity_decimals=2), company.product()
    body = {
        "vendor": company.vendor.pk,
        "lines": [
            {"product": first.pk, "quantity": "2.5", "unit_cost": "4.00"},
            {"product": second.pk, "quantity": "3"},
        ],
        "freight": "5.00",
    }
    made = ada.good("post", "/purchase-orders", body, status=201)
    assert (made["net"], made["total"]) == ("28.00", "33.00")
    path = f"/purchase-orders/{made['id']}"
    change = {"memo": "soon", "change": [{"purchase_line": made["lines"][0]["id"], "quantity": "1.25"}]}
    changed = ada.good("patch", path, change | {"remove": [made["lines"][1]["id"]]})
    assert (changed["memo"], changed["total"], len(changed["lines"])) == ("soon", "10.00", 1)
    etag = ada.call("get", path)["ETag"]
    ada.good("post", f"{path}/submit", **{"If-Match": etag})
    assert ada.refused(f"{path}/close", {}, **{"If-Match": etag}) == (412, "stale", "If-Match")
    assert ada.good("post", f"{path}/close", {"reason": "gone"})["status"] == "closed"
    found = ada.good("get", "/purchase-orders?status=closed,cancelled&vendor=" + str(company.vendor.pk))
    assert [one["id"] for one in found["items"]] == [made["id"]]
    assert ada.good("get", "/purchase-orders?status=draft")["items"] == []
    clean()


def test_each_refusal_names_its_field(company: World, ada: Caller) -> None:
    product = company.product()
    vendor = company.vendor.pk

    def line(**values: Any) -> dict[str, Any]:
        return {"vendor": vendor, "lines": [{"product": product.pk, "quantity": "1"} | values]}

    assert ada.refused("/purchase-orders", line(quantity="0")) == (422, "not_positive", "lines.0.quantity")
    assert ada.refused("/purchase-orders", line(quantity="1.5")) == (422, "too_precise", "lines.0.quantity")
    assert ada.refused("/purchase-orders", line(product=10**9)) == (422, "no_such_product", "lines.0.product")
    assert ada.refused("/purchase-orders", line(location=10**9)) == (
        422,
        "no_such_location",
        "lines.0.location",
    )
    assert ada.refused("/purchase-orders", line(line=10**9)) == (404, "no_such_line", "lines.0")
    unknown = line() | {"vendor": 10**9}
    assert ada.refused("/purchase-orders", unknown) == (422, "no_such_organization", "vendor")
    assert ada.refused("/purchase-orders/99/submit")[:2] == (404, "no_such_purchase_order")
    assert ada.refused("/receipts/99/cancel")[:2] == (404, "no_such_receipt")
    arrival = {"lines": [{"purchase_line": 99, "quantity": "1"}]}
    assert ada.refused("/receipts", arrival)[:2] == (404, "no_such_purchase_line")
    assert ada.refused("/send-back", {"lines": [{"quantity": "1"}]}) == (422, "one_of_two", "lines.0.product")


def test_approval_and_what_runs_low(company: World, ada: Caller) -> None:
    threshold(3000)
    line = sold(company, company.product(), 5, by=company.user)
    assert ada.refused("/approvals/approve", {"lines": [line]})[:2] == (409, "own_request")
    boss = Caller(person("boss", "purchasing.approve"))
    assert boss.refused("/approvals/reject", {"lines": [line], "note": ""})[:2] == (422, "missing")
    rejected = boss.good("post", "/approvals/reject", {"lines": [line], "note": "too dear"})
    assert [(one["granted"], one["note"], one["amount"]) for one in rejected["items"]] == [
        (False, "too dear", None)
    ]
    ada.good("post", "/approvals/request", {"lines": [line]})
    boss.good("post", "/approvals/approve", {"lines": [line]})
    decisions = ada.good("get", "/approvals")["items"]
    assert [(one["granted"], one["amount"]) for one in decisions] == [(True, "30.00"), (False, "30.00")]
    made = ada.good(
        "post", "/purchase-orders/per-vendor", {"lines": [{"line": line, "quantity": "4"}]}, status=201
    )
    assert [one["lines"][0]["quantity"] for one in made["items"]] == ["4"]
    assert ada.refused("/purchase-orders/auto-fill")[:2] == (409, "nothing_lacking")
    clean()


def test_a_purchase_order_is_asked_for_and_decided_and_who_comes_second_is_told_by_whom(
    company: World, ada: Caller
) -> None:
    threshold(1000)
    ben = Caller(person("ben", "*"))
    body = {"vendor": company.vendor.pk, "lines": [{"product": company.product().pk, "quantity": "2"}]}
    order = ada.good("post", "/purchase-orders", body, status=201)["id"]
    path = f"/purchase-orders/{order}"
    asked = ada.good("post", f"{path}/ask")
    assert asked["approval_asked_at"] is not None
    assert asked["approval_asked_by"] == company.user.pk
    assert ada.refused(f"{path}/ask")[:2] == (409, "already_asked")
    assert ada.refused("/approvals/approve", {"purchase_orders": [order]}) == (
        409,
        "own_request",
        "purchase_lines",
    )
    assert ben.refused("/approvals/reject", {"purchase_orders": [order], "note": " "})[:2] == (422, "missing")
    rejected = ben.good("post", "/approvals/reject", {"purchase_orders": [order], "note": "One will do"})
    assert [(one["granted"], one["note"]) for one in rejected["items"]] == [(False, "One will do")]
    answer = ada.call("post", "/approvals/reject", {"purchase_orders": [order], "note": "No"}).json()
    assert answer["code"] == "not_waiting"
    assert (answer["by"]["name"], answer["by"]["entry"]) == ("Ben", rejected["entry"])
    shown = ada.good("get", path)
    assert (shown["approval_asked_at"], shown["rejected_note"]) == (None, "One will do")
    missing = {"purchase_orders": [order + 99]}
    assert ben.refused("/approvals/approve", missing) == (404, "no_such_purchase_order", "purchase_orders.0")
    ada.good("post", f"{path}/ask")
    approved = ben.good("post", "/approvals/approve", {"purchase_orders": [order]})
    assert [one["granted"] for one in approved["items"]] == [True]
    submitted = ada.good("post", f"{path}/submit")
    late = ben.call("post", f"{path}/submit").json()
    assert (late["code"], late["by"]["entry"]) == ("already_submitted", submitted["entry"])
    assert str(company.user) in late["message"]
    clean()


def test_a_list_costs_the_same_however_long(
    company: World, ada: Caller, django_assert_max_num_queries: Any
) -> None:
    product = company.product()
    body = {"vendor": company.vendor.pk, "lines": [{"product": product.pk, "quantity": "1"}] * 3}
    for _ in range(5):
        ada.good("post", "/purchase-orders", body, status=201)
    with django_assert_max_num_queries(14):
        assert len(ada.good("get", "/purchase-orders?limit=5")["items"]) == 5
