"""Own fields of orders and their lines, of purchase orders and devices."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.own.making import Call, field
from tests.world import World, clean, entries, seen
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Fact
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.models import Order

pytestmark = pytest.mark.django_db


def test_an_order_and_its_lines_have_own_values(company: World, call: Call) -> None:
    product = company.product()
    field("order", "Cost centre")
    field("order", "Crane needed", "yes_no")
    field("line", "Rack unit", "number")
    line = {"product": product.pk, "quantity": "2", "own": {"rack_unit": "7"}}
    body = {"organization": company.customer.pk, "lines": [line], "own": {"cost_centre": "K-7"}}
    made = call("post", "/orders", body, status=201)
    assert made["own"] == {"cost_centre": "K-7"}
    assert made["lines"][0]["own"] == {"rack_unit": "7"}
    path = f"/orders/{made['id']}"
    changed = call("patch", path, {"own": {"crane_needed": True}, "title": "Crane"})
    assert changed["own"] == {"cost_centre": "K-7", "crane_needed": True}
    fact = Fact.objects.get(entry=changed["entry"], field="own.crane_needed")
    assert (fact.subject, fact.old, fact.new) == (f"order:{made['id']}", "null", "true")
    one = call("patch", f"/lines/{made['lines'][0]['id']}", {"own": {"rack_unit": None}})
    assert one["own"] == {}
    reverse(actor=HOUSE, entry=one["entry"])
    reverse(actor=HOUSE, entry=changed["entry"])
    read = call("get", path)
    assert (read["own"], read["title"], read["lines"][0]["own"]) == (
        {"cost_centre": "K-7"},
        "",
        {"rack_unit": "7"},
    )
    assert [one["id"] for one in call("get", "/orders?own.cost_centre=K-7")["items"]] == [made["id"]]
    assert call("get", "/orders?own.cost_centre=K-8")["items"] == []
    assert [one["own"] for one in call("get", "/lines?own.rack_unit=7.0")["items"]] == [{"rack_unit": "7"}]
    clean()


def test_a_required_field_of_a_line_names_its_line(company: World, call: Call) -> None:
    product = company.product()
    field("line", "Room", required=True)
    field("order", "Cost centre", required=True)
    lines: list[dict[str, Any]] = [
        {"product": product.pk, "quantity": "1", "own": {"room": "1.02"}},
        {"product": product.pk, "quantity": "1"},
    ]
    body: dict[str, Any] = {"organization": company.customer.pk, "lines": lines}
    before = entries()
    assert call("post", "/orders", body, status=422)["field"] == "own.cost_centre"
    body["own"] = {"cost_centre": "K-7"}
    refused = call("post", "/orders", body, status=422)
    assert (refused["code"], refused["field"]) == ("own_field_missing", "lines.1.own.room")
    lines[1]["own"] = {"raum": "x"}
    assert call("post", "/orders", body, status=422)["field"] == "lines.1.own.raum"
    assert entries() == before
    lines[1]["own"] = {"room": "1.03"}
    made = call("post", "/orders", body, status=201)
    refused = call("post", f"/orders/{made['id']}/lines", {"lines": [lines[1] | {"own": {}}]}, status=422)
    assert refused["field"] == "lines.0.own.room"


def test_the_lines_of_a_quote_keep_their_values_when_it_is_won_or_copied(company: World, call: Call) -> None:
    product = company.product()
    room = field("line", "Room", required=True)
    line = {"product": product.pk, "quantity": "1", "own": {"room": "1.02"}}
    quote = call("post", "/quotes", {"organization": company.customer.pk, "lines": [line]}, status=201)
    call("patch", f"/own-fields/{room.pk}", {"retired": True})
    field("line", "Floor", required=True)
    copied = call("post", f"/quotes/{quote['id']}/copy", {}, status=201)
    assert copied["lines"][0]["own"] == {"room": "1.02"}
    won = call("post", f"/quotes/{quote['id']}/win", {})
    order = Order.objects.get(quote=won["id"])
    assert order.own == {}
    assert [one.own for one in Line.objects.filter(order=order.pk)] == [{"room": "1.02"}]
    clean()


def test_a_kit_asks_for_its_own_line_only(company: World, call: Call) -> None:
    part = company.product()
    field("line", "Room", required=True)
    kit = call(
        "post",
        "/products",
        {"sku": "K", "name": "K", "kind": "kit", "components": [{"product": part.pk, "quantity": "2"}]},
        status=201,
    )
    line = {"product": kit["id"], "quantity": "1", "own": {"room": "1.02"}}
    made = call("post", "/orders", {"organization": company.customer.pk, "lines": [line]}, status=201)
    assert [one["own"] for one in made["lines"]] == [{"room": "1.02"}, {}]


def test_the_pages_of_an_order_ask_and_show(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    field("order", "Cost centre", in_lists=True)
    field("line", "Room", "choice", choices=["1.02", "1.03"], in_lists=True)
    field("line", "Rack unit", "number")
    form = seen(client, "/orders/new/")
    assert 'name="own.cost_centre"' in form
    assert 'name="lines.0.own.room"' in form
    assert 'name="lines.0.own.rack_unit"' not in form
    typed = {
        "organization": str(company.customer.pk),
        "own.cost_centre": "K-7",
        "sku-0": product.sku,
        "quantity-0": "2",
        "lines.0.own.room": "1.02",
    }
    assert client.post("/orders/new/", typed).status_code == 303
    order = Order.objects.get()
    line = Line.objects.get(order=order.pk)
    assert (order.own, line.own) == ({"cost_centre": "K-7"}, {"room": "1.02"})
    page = seen(client, f"/orders/{order.pk}/")
    assert "<dt>Cost centre</dt>" in page
    assert "1.02" in page
    assert "K-7" in seen(client, "/orders/")
    assert "K-7" not in seen(client, "/orders/?own.cost_centre=K-8")
    words = {"title": "T", "own.cost_centre": "K-9"}
    assert client.post(f"/orders/{order.pk}/edit/", words).status_code == 303
    assert 'name="own.rack_unit"' in seen(client, f"/lines/{line.pk}/")
    change = {"quantity": "2", "unit_price": "1", "tax_code": str(line.tax_code_id), "own.rack_unit": "7,5"}
    assert client.post(f"/lines/{line.pk}/", change).status_code == 303
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.own, line.own) == ({"cost_centre": "K-9"}, {"room": "1.02", "rack_unit": "7.5"})


def test_a_purchase_order_has_own_values(company: World, call: Call, client: Client) -> None:
    product = company.product()
    field("purchase_order", "Project", required=True, in_lists=True)
    vendor = {"vendor": company.vendor.pk, "add_vendor": True}
    body = {**vendor, "lines": [{"product": product.pk, "quantity": "1", "unit_cost": "5"}]}
    before = entries()
    refused = call("post", "/purchase-orders", body, status=422)
    assert (refused["code"], refused["field"]) == ("own_field_missing", "own.project")
    assert entries() == before
    made = call("post", "/purchase-orders", body | {"own": {"project": "Tower"}}, status=201)
    path = f"/purchase-orders/{made['id']}"
    call("post", f"{path}/submit", {})
    changed = call("patch", path, {"own": {"project": "Bridge"}})
    assert changed["own"] == {"project": "Bridge"}
    assert call("patch", path, {"own": {"project": ""}}, status=422)["field"] == "own.project"
    assert [one["id"] for one in call("get", "/purchase-orders?own.project=Bridge")["items"]] == [made["id"]]
    assert call("get", "/purchase-orders?own.project=Tower")["items"] == []
    reverse(actor=HOUSE, entry=changed["entry"])
    assert call("get", path)["own"] == {"project": "Tower"}
    assert "<dt>Project</dt>" in seen(client, path.replace("/api/v1", "") + "/")
    assert "Tower" in seen(client, "/purchase-orders/?tab=all")
    assert 'value="Tower"' in seen(client, f"{path}/change/")
    typed = {"memo": "M", "own.project": "Quay"}
    assert client.post(f"{path}/change/", typed).status_code == 303
    assert call("get", path)["own"] == {"project": "Quay"}
    form = seen(client, "/purchase-orders/new/")
    assert 'name="own.project"' in form
    clean()


def test_a_device_has_own_values(company: World, call: Call, client: Client) -> None:
    product = company.product(traced="serial")
    field("device", "MAC", required=True, in_lists=True)
    field("device", "Rack unit", "number")
    item: dict[str, Any] = {"product": product.pk, "serial": "S-1", "site": company.site.pk}
    before = entries()
    refused = call("post", "/devices/install", {"items": [item]}, status=422)
    assert (refused["code"], refused["field"]) == ("own_field_missing", "items.0.own.mac")
    assert entries() == before
    made = call("post", "/devices/install", {"items": [item | {"own": {"mac": "00:1b"}}]}, status=201)[
        "devices"
    ][0]
    path = f"/devices/{made['id']}"
    assert made["own"] == {"mac": "00:1b"}
    changed = call("patch", path, {"own": {"rack_unit": "12"}})
    assert changed["own"] == {"mac": "00:1b", "rack_unit": "12"}
    assert call("patch", path, {"own": {"mac": None}}, status=422)["field"] == "own.mac"
    assert [one["id"] for one in call("get", "/devices?own.mac=00:1b")["items"]] == [made["id"]]
    assert call("get", "/devices?own.rack_unit=13")["items"] == []
    reverse(actor=HOUSE, entry=changed["entry"])
    assert call("get", path)["own"] == {"mac": "00:1b"}
    assert "<dt>MAC</dt>" in seen(client, f"{path}/")
    assert "00:1b" in seen(client, "/devices/")
    assert 'value="00:1b"' in seen(client, f"{path}/change/")
    assert client.post(f"{path}/change/", {"own.mac": "00:1c"}).status_code == 303
    assert call("get", path)["own"] == {"mac": "00:1c"}
    clean()


def test_whoever_sells_at_once_is_asked_too(company: World, call: Call, client: Client) -> None:
    product = company.product()
    company.stock(product, 5)
    field("order", "Cost centre", required=True)
    sale: dict[str, Any] = {
        "organization": company.customer.pk,
        "lines": [{"product": product.pk, "quantity": "1"}],
    }
    before = entries()
    refused = call("post", "/sell", {"sales": [sale]}, status=422)
    assert (refused["code"], refused["field"]) == ("own_field_missing", "sales.0.own.cost_centre")
    assert entries() == before
    sold = call("post", "/sell", {"sales": [sale | {"own": {"cost_centre": "K-7"}}]})
    assert sold["orders"][0]["own"] == {"cost_centre": "K-7"}
    form = seen(client, "/counter/")
    assert 'name="sales.0.own.cost_centre"' in form
    clean()


def test_worklists_show_the_own_fields_of_lines_and_narrow_by_them(
    company: World, call: Call, client: Client
) -> None:
    field("line", "Room", in_lists=True)
    lines = []
    for room in ("1.02", "1.03"):
        product = company.product(name=f"For {room}")
        company.stock(product, 1)
        lines.append({"product": product.pk, "quantity": "1", "own": {"room": room}})
    made = call(
        "post", "/orders?confirm=true", {"organization": company.customer.pk, "lines": lines}, status=201
    )
    holds = [{"line": one["id"], "quantity": "1"} for one in made["lines"]]
    call("post", f"/orders/{made['id']}/reserve", {"lines": holds})
    page = seen(client, "/work/to-pick/")
    assert "For 1.02" in page
    assert "For 1.03" in page
    for query in ("own.room=1.03", "own.room=1.03&sort=product"):
        page = seen(client, f"/work/to-pick/?{query}")
        assert "For 1.03" in page, query
        assert "For 1.02" not in page, query
