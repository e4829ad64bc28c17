"""Fulfilment through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, entries, held
from wharfinger.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_a_line_walks_to_the_customer_and_back(call: Any, company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = order(company, (router, 4))
    one = {"line": line, "quantity": "1"}
    status, done = call("post", "/pick", {"picks": [{"line": line, "quantity": "3"}]})
    assert (status, done["lines"][0]["quantities"]["picked"], done["entry"]) == (
        200,
        "3",
        Entry.objects.latest("pk").pk,
    )
    status, done = call("post", "/unpick", {"picks": [one]})
    assert (status, done["lines"][0]["quantities"]["picked"]) == (200, "2")
    status, done = call("post", "/pack", {"picks": [one], "weight_grams": 900})
    (box,) = done["containers"]
    assert (status, box["number"], box["weight_grams"]) == (200, "BOX-1", 900)
    assert [(row["line"], row["quantity"]) for row in box["contents"]] == [(line, "1")]
    status, done = call(
        "post", "/ship", {"picks": [one], "containers": [box["id"]], "carrier": "DHL", "proof": True}
    )
    (shipment,) = done["shipments"]
    assert (status, shipment["status"], shipment["containers"]) == (200, "in_transit", [box["id"]])
    assert sorted((row["container"] or 0, row["quantity"]) for row in shipment["goods"]) == [
        (0, "1"),
        (box["id"], "1"),
    ]
    status, done = call("post", "/deliver", {"shipments": [shipment["id"]], "proof": "M. Krause"})
    assert status == 200
    status, shipment = call("get", f"/shipments/{shipment['id']}")
    assert (shipment["status"], shipment["proof"]) == ("delivered", "M. Krause")
    status, done = call("post", "/cancel-delivery", {"containers": [box["id"]]})
    assert (status, done["lines"][0]["quantities"]["packed"]) == (200, "1")
    status, done = call("post", "/unpack", {"containers": [box["id"]]})
    assert (status, held(line)) == (
        200,
        {"covered": 2, "picked": 1, "customer": 1, "to_order": 2, "to_bill": 4},
    )
    status, done = call("post", "/pick-pack-ship", {"picks": [{"line": line, "quantity": "3"}]})
    assert (status, held(line)) == (200, {"covered": 4, "customer": 4, "to_bill": 4})
    clean()


def test_lists_are_filtered(call: Any, company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    call("post", "/pack", {"picks": [{"line": line, "quantity": "1"}]})
    call("post", "/ship", {"picks": [{"line": line, "quantity": "2"}], "tracking": "JJD-1"})
    assert [s["number"] for s in call("get", "/shipments?status=delivered")[1]["items"]] == ["SH-1"]
    assert call("get", "/shipments?status=in_transit")[1]["items"] == []
    assert [s["tracking"] for s in call("get", "/shipments?q=jjd")[1]["items"]] == ["JJD-1"]
    assert call("get", "/containers?shipped=false")[1]["items"] == []
    (box,) = call("get", "/containers?shipped=true")[1]["items"]
    status, box = call("patch", f"/containers/{box['id']}", {"tracking": "JJD-2"})
    assert (status, box["code"]) == (409, "container_shipped")
    shipment = call("get", "/shipments")[1]["items"][0]["id"]
    status, changed = call("patch", f"/shipments/{shipment}", {"carrier": "UPS"})
    assert (status, changed["carrier"], changed["tracking"]) == (200, "UPS", "JJD-1")
    assert call("get", "/shipments/999999")[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("/pick", {"picks": [{"line": 999_999, "quantity": "1"}]}, 422, "no_such_line", "picks.0.line"),
        (
            "/pick",
            {"picks": [{"line": 0, "quantity": "1", "bin": 999_999}]},
            422,
            "no_such_bin",
            "picks.0.bin",
        ),
        ("/pick", {"picks": [{"line": 0, "quantity": "0"}]}, 422, "not_positive", "picks.0.quantity"),
        ("/pick", {"picks": [{"line": 0, "quantity": "1.5"}]}, 422, "too_precise", "picks.0.quantity"),
        ("/pick", {"picks": [{"line": 0, "quantity": "9"}]}, 409, "more_than_wanted", "picks.0.quantity"),
        ("/ship", {"picks": []}, 422, "no_lines", "picks"),
        ("/ship", {"containers": [999_999]}, 404, "no_such_container", "containers.0"),
        ("/deliver", {"shipments": [999_999]}, 404, "no_such_shipment", "shipments"),
        (
            "/cancel-delivery",
            {"picks": [{"line": 0, "quantity": "1"}]},
            409,
            "not_delivered",
            "picks.0.quantity",
        ),
    ],
)
def test_bad_input_names_its_field(
    call: Any, company: World, path: str, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = order(company, (router, 2))
    for one in body.get("picks", ()):
        one["line"] = one["line"] or line
    before = entries()
    found, answer = call("post", path, body)
    assert (found, answer["code"], answer.get("field")) == (status, code, field)
    assert entries() == before


def test_of_two_shipments_the_named_one_is_taken_back(call: Any, company: World) -> None:
    product = company.product()
    company.stock(product, 4)
    _, (line,) = reserved(company, (product, 4))
    two = {"picks": [{"line": line, "quantity": "2"}]}
    first, second = (call("post", "/ship", two)[1]["shipments"][0]["id"] for _ in range(2))
    status, done = call("post", "/cancel-delivery", two | {"shipment": first})
    assert (status, done["lines"][0]["quantities"]["delivered"]) == (200, "2")
    words = [call("get", f"/shipments/{one}")[1]["status"] for one in (first, second)]
    assert words == ["cancelled", "delivered"]
    before = entries()
    status, again = call("post", "/cancel-delivery", two | {"shipment": first})
    assert (status, again["code"]) == (409, "not_delivered")
    status, nowhere = call("post", "/cancel-delivery", two | {"shipment": 4711})
    assert (status, nowhere["code"]) == (404, "no_such_shipment")
    assert entries() == before
    clean()
