"""Stock over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries, held, world
from wharfinger.ledger.models import Holding, Lot
from wharfinger.parties.models import Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def door(client: Client, company: World) -> Client:
    """A client whom the administrator signed in."""
    client.force_login(company.user)
    return client


def send(door: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return door.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def test_adjust_answers_with_the_line_of_numbers(door: Client, company: World) -> None:
    product = company.product(quantity_decimals=1)
    main = company.location.pk
    body = {"product": product.pk, "location": main, "quantity": "2.5", "unit_cost": "4", "reason": "Found"}
    response = send(door, "/stock/adjust", body, **{"Idempotency-Key": "once"})
    assert response.status_code == 200, response.content
    (row,) = response.json()["stock"]
    assert row == {
        "product": product.pk,
        "sku": product.sku,
        "location": main,
        "on_hand": "2.5",
        "available": "2.5",
        "reserved": "0",
        "picked": "0",
        "set_aside": "0",
        "expired": "0",
        "in_transit": "0",
        "on_order": "0",
        "back_order": "0",
        "value": "10.00",
        "average_cost": "4",
        "currency": "EUR",
    }
    again = send(door, "/stock/adjust", body, **{"Idempotency-Key": "once"})
    assert (again.json()["entry"], again["Idempotency-Replayed"]) == (response.json()["entry"], "true")
    undone = send(door, f"/journal/{response.json()['entry']}/reverse", {"reason": "Mistake"})
    assert undone.status_code == 200
    assert held(product=product.pk) == {}
    clean()


def test_a_refused_adjustment_names_its_field_and_writes_nothing(door: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    before = entries()
    body = {"product": product.pk, "location": company.location.pk, "quantity": "-3", "reason": "Lost"}
    response = send(door, "/stock/adjust", body)
    assert response.status_code == 409
    assert {k: response.json()[k] for k in ("code", "field", "wanted", "free")} == {
        "code": "not_enough",
        "field": "quantity",
        "wanted": "3",
        "free": "2",
    }
    for change, field in (
        ({"location": 99999}, "location"),
        ({"bin": 99999}, "bin"),
        ({"quantity": "1.5"}, "quantity"),
    ):
        response = send(door, "/stock/adjust", body | change)
        assert (response.status_code, response.json()["field"]) == (422, field)
    many = {"items": [{k: v for k, v in body.items() if k != "reason"}] * 2, "reason": "Lost"}
    response = send(door, "/stock/adjust-many", many)
    assert (response.status_code, response.json()["field"]) == (409, "items.0.quantity")
    assert entries() == before


def test_transfer_takes_a_location_or_its_bin(door: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    body = {"product": product.pk, "quantity": "2", "from": company.location.pk, "to": company.other.pk}
    response = send(door, "/stock/transfer", body)
    assert response.status_code == 200, response.content
    assert [(r["location"], r["available"]) for r in response.json()["stock"]] == [
        (company.location.pk, "3"),
        (company.other.pk, "2"),
    ]
    target = {"location": company.location.pk, "bin": company.bins[1].pk}
    response = send(door, "/stock/put-away", body | {"from": {"location": company.location.pk}, "to": target})
    assert response.status_code == 200, response.content
    places = dict(Holding.objects.filter(kind="bin", quantity__gt=0).values_list("place_id", "quantity"))
    assert places == {company.bins[0].place_id: 1, company.bins[1].place_id: 2, company.bins[2].place_id: 2}
    dry = door.post(
        "/api/v1/stock/transfer?dry_run=true", body | {"quantity": "1"}, content_type="application/json"
    )
    assert [(m["quantity"], m["from"], m["to"]) for m in dry.json()["moves"]] == [("1", "bin", "bin")]
    clean()


def test_set_aside_bring_back_scrap_and_value_anew(door: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    body = {"product": product.pk, "location": company.location.pk, "quantity": "2", "reason": "Wet"}
    assert send(door, "/stock/hold", body).json()["stock"][0]["available"] == "3"
    assert send(door, "/stock/unhold", body | {"quantity": "1"}).json()["stock"][0]["available"] == "4"
    scrapped = send(door, "/stock/scrap", body | {"quantity": "1", "held": True}).json()["stock"][0]
    assert (scrapped["on_hand"], scrapped["value"]) == ("4", "24.00")
    valued = send(door, "/stock/revalue", {"product": product.pk, "unit_cost": "7.5", "reason": "Market"})
    assert valued.json()["stock"][0]["value"] == "30.00"
    clean()


def test_a_count_is_recorded_reviewed_and_completed(door: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    begun = send(door, "/stock/counts", {"location": company.location.pk, "note": "Spring"})
    assert begun.status_code == 201, begun.content
    path = f"/stock/counts/{begun.json()['id']}"
    line = {"product": product.pk, "bin": company.bins[0].pk, "counted": "4"}
    recorded = send(door, f"{path}/record", {"lines": [line]})
    assert [(r["counted"], r["difference"]) for r in recorded.json()["lines"]] == [("4", "-1")]
    refused = send(door, f"{path}/complete", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_reviewed")
    assert send(door, f"{path}/review", {}).status_code == 200
    done = send(door, f"{path}/complete", {})
    assert done.status_code == 200
    assert done.json()["completed_at"] is not None
    assert held(product=product.pk) == {"bin": 4}
    stale = send(door, f"{path}/record", {"lines": [line]}, **{"If-Match": '"1"'})
    assert stale.status_code == 412
    clean()


def test_the_list_is_narrowed_by_product_and_location(door: Client, company: World) -> None:
    here, there, nowhere = company.product(), company.product(), company.product()
    company.stock(here, 1)
    company.stock(there, 2, bin=company.bins[2])
    van = company.other.pk

    def listed(query: str) -> list[tuple[int, int, str]]:
        response = door.get(f"/api/v1/stock?{query}")
        assert response.status_code == 200, response.content
        return [(r["product"], r["location"], r["available"]) for r in response.json()["items"]]

    assert listed(f"location={van}") == [(there.pk, van, "2")]
    assert listed(f"product={here.pk}&product={there.pk}") == [
        (here.pk, company.location.pk, "1"),
        (there.pk, van, "2"),
    ]
    assert listed(f"product={nowhere.pk}&location={van}") == [(nowhere.pk, van, "0")]
    assert listed(f"sku={here.sku}") == [(here.pk, company.location.pk, "1")]
    assert listed("location=99999") == []
    first = door.get("/api/v1/stock?limit=1").json()
    assert len(first["items"]) == 1
    assert door.get(f"/api/v1/stock?limit=1&cursor={first['next']}").json()["items"][0]["product"] == there.pk


def test_costs_are_for_those_who_may_see_them(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["stock.read"]))
    client.force_login(clerk)
    (row,) = client.get("/api/v1/stock").json()["items"]
    assert (row["on_hand"], row["value"], row["average_cost"]) == ("1", None, None)
    assert client.get("/api/v1/stock/valuation?on=2026-01-01").status_code == 403
    response = send(client, "/stock/revalue", {"product": product.pk, "unit_cost": "1", "reason": "No"})
    assert response.status_code == 403


def test_the_value_of_a_day(door: Client, company: World) -> None:
    product = company.product()
    made = company.stock(product, 2)
    on = made.entry.effective_on
    found = door.get(f"/api/v1/stock/valuation?on={on}").json()
    assert (found["total"], found["items"][0]["quantity"], found["currency"]) == ("12.00", "2", "EUR")
    assert door.get("/api/v1/stock/valuation?on=2001-01-01").json()["items"] == []


def test_a_serial_tells_its_life(door: Client, company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 1, serials=("a/1",))
    unit = Lot.objects.get(code="a/1")
    found = door.get("/api/v1/serials/A/1").json()
    assert (found["id"], found["kind"], found["place"], found["location"]) == (
        unit.pk,
        "bin",
        f"bin:{company.bins[0].pk}",
        company.location.pk,
    )
    assert [c["verb"] for c in found["story"]] == ["adjust"]
    body = {"product": product.pk, "serial": "A/1", "correct": "B-1", "reason": "Misread"}
    response = send(door, "/stock/correct-serial", body)
    assert response.status_code == 200, response.content
    assert [c["verb"] for c in door.get("/api/v1/serials/b-1").json()["story"]] == [
        "correct_serial",
        "adjust",
    ]
    assert [r["serial"] for r in door.get("/api/v1/serials?q=b-").json()["items"]] == ["B-1"]
    assert door.get("/api/v1/serials/none").status_code == 404
    clean()


def test_who_holds_and_what_arrives(door: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    assert door.get(f"/api/v1/stock/holders?product={product.pk}").json() == {"holds": [], "arriving": []}
    assert door.get("/api/v1/stock/holders?product=99999").status_code == 422
