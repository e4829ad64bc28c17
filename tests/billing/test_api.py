"""Billing through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fulfilment.trade import order
from tests.world import World, clean, entries
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db


def test_money_walks_from_the_invoice_to_the_refund(call: Any, company: World) -> None:
    router = company.product(price_micro=49_900_000)
    _, (line,) = order(company, (router, 3))
    customer = company.customer.pk
    status, made = call(
        "post", "/invoices", {"lines": [{"line": line, "quantity": "3"}], "issued_on": "2020-11-02"}
    )
    assert (status, made["number"], made["status"], made["due_on"]) == (201, "INV-1", "overdue", "2020-11-16")
    assert (made["net"], made["tax"], made["total"], made["open"]) == ("149.70", "28.44", "178.14", "178.14")
    assert [(r["quantity"], r["unit_price"], r["net"]) for r in made["lines"]] == [("3", "49.9", "149.70")]
    status, paid = call("post", "/payments", {"organization": customer, "amount": "200.00", "reference": "R"})
    assert (status, paid["number"], paid["left"], paid["status"]) == (201, "PAY-1", "21.86", "left")
    assert paid["allocations"] == [{"invoice": made["id"], "amount": "178.14", "exchange_difference": "0.00"}]
    assert call("get", f"/invoices/{made['id']}")[1]["status"] == "paid"
    status, freed = call("post", f"/payments/{paid['id']}/unapply", {})
    assert (status, freed["left"], freed["allocations"]) == (200, "200.00", [])
    status, again = call(
        "post", f"/payments/{paid['id']}/apply", {"allocations": [{"invoice": made["id"], "amount": "100"}]}
    )
    assert (status, again["left"]) == (200, "100.00")
    assert call("get", f"/invoices/{made['id']}")[1]["open"] == "78.14"
    status, owed = call("post", f"/organizations/{customer}/apply-credit", {})
    assert (status, owed["store_credit"]) == (200, {"EUR": "21.86"})
    row = made["lines"][0]["id"]
    status, note = call(
        "post", "/credit-notes", {"lines": [{"invoice_line": row, "quantity": "1"}], "reason": "Broken"}
    )
    assert (status, note["number"], note["total"], note["reason"]) == (201, "CN-1", "59.38", "Broken")
    assert [(r["quantity"], r["net"], r["tax"]) for r in note["lines"]] == [("1", "49.90", "9.48")]
    status, alone = call("post", "/credit-notes?dry_run=true", {"invoice_line": row, "quantity": "1"})
    assert (status, alone["document"]["total"]) == (200, "59.38")
    status, back = call("post", "/refunds", {"organization": customer, "amount": "81.24"})
    assert (status, back["number"], back["kind"]) == (201, "REF-1", "refund")
    status, refused = call("post", "/refunds", {"organization": customer, "amount": "0.01"})
    assert (status, refused["code"], refused["field"]) == (409, "not_enough_credit", "amount")
    status, cancelled = call("post", f"/payments/{back['id']}/cancel", {"reason": "Typed twice"})
    assert (status, cancelled["status"]) == (200, "cancelled")
    clean()


def test_a_draft_is_posted_and_sent(call: Any, company: World) -> None:
    _, (line,) = order(company, (company.product(), 1))
    status, draft = call("post", "/invoices", {"lines": [{"line": line, "quantity": "1"}], "draft": True})
    assert (status, draft["number"], draft["status"], draft["open"]) == (201, None, "draft", "0.00")
    assert [i["id"] for i in call("get", "/invoices?status=draft")[1]["items"]] == [draft["id"]]
    status, made = call("post", f"/invoices/{draft['id']}/post", {})
    assert (status, made["number"], made["status"]) == (200, "INV-1", "open")
    status, sent = call("post", f"/invoices/{draft['id']}/send", {"by_hand": True})
    assert (status, sent["sent_at"] is not None) == (200, True)
    assert [i["number"] for i in call("get", "/invoices?status=open&status=paid")[1]["items"]] == ["INV-1"]
    assert call("get", "/invoices?status=overdue,partly,draft,credited,paid")[1]["items"] == []


def test_an_invoice_has_one_customer(call: Any, company: World) -> None:
    router = company.product()
    _, (one,) = order(company, (router, 1))
    _, (two,) = order(company, (router, 1), customer=Organization.objects.create(name="Beta"))
    before = entries()
    status, refused = call(
        "post", "/invoices", {"lines": [{"line": one, "quantity": "1"}, {"line": two, "quantity": "1"}]}
    )
    assert (status, refused["code"], refused["field"]) == (422, "several_customers", "lines.1.line")
    assert entries() == before


def test_a_list_costs_the_same_however_long(
    call: Any, company: World, django_assert_max_num_queries: Any
) -> None:
    router = company.product()
    _, (line,) = order(company, (router, 30))
    for _ in range(10):
        call("post", "/invoices", {"lines": [{"line": line, "quantity": "1"}]})
    with django_assert_max_num_queries(9):
        status, found = call("get", "/invoices?limit=50")
    assert (status, len(found["items"])) == (200, 10)


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("/invoices", {"lines": []}, 422, None, "lines"),
        ("/invoices", {"lines": [{"line": 999_999, "quantity": "1"}]}, 422, "no_such_line", "lines.0.line"),
        (
            "/invoices",
            {"lines": [{"line": 0, "quantity": "9"}]},
            409,
            "more_than_billable",
            "lines.0.quantity",
        ),
        ("/payments", {"organization": 999_999, "amount": "1"}, 404, "no_such_organization", "organization"),
        ("/payments", {"organization": 1, "amount": "0.00"}, 422, "not_positive", "amount"),
        ("/payments", {"organization": 1, "amount": "1.005"}, 422, "too_precise", "amount"),
        (
            "/credit-notes",
            {"lines": [{"invoice_line": 9, "quantity": "1"}]},
            422,
            "no_such_invoice_line",
            "lines.0.invoice_line",
        ),
        ("/credit-notes", {"reason": "Broken"}, 422, "missing", "lines"),
        ("/credit-notes", {"invoice_line": 9}, 422, "missing", "quantity"),
    ],
)
def test_bad_input_names_its_field(
    call: Any,
    company: World,
    path: str,
    body: dict[str, Any],
    status: int,
    code: str | None,
    field: str,
) -> None:
    _, (line,) = order(company, (company.product(), 1))
    for one in body.get("lines", ()):
        one.update({"line": one["line"] or line} if "line" in one else {})
    before = entries()
    found, answer = call("post", path, body)
    assert (found, answer.get("field")) == (status, field)
    assert code is None or answer["code"] == code
    assert entries() == before
