"""Purchase orders take a vendor's price breaks and count in further units; goods arrive in the product's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Layer
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.queries.orders import totals
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.receiving import Arrival

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def offered(company: World, product: Product, cost: str, **more: Any) -> None:
    offer = {"organization": company.vendor.pk, "cost": cost, **more}
    change_product(actor=HOUSE, product=product.pk, values={}, vendors=[offer])


def in_units(product: Product, *units: dict[str, Any]) -> None:
    change_product(actor=HOUSE, product=product.pk, values={}, units=units)


def ordered(company: World, *wishes: PurchaseLineWish, freight: int = 0) -> tuple[int, list[PurchaseLine]]:
    wish = PurchaseWish(company.vendor.pk, wishes, freight_minor=freight)
    pk = draft(actor=HOUSE, wish=wish).one("purchasing.PurchaseOrder")
    return pk, list(PurchaseLine.objects.filter(purchase_order=pk).order_by("position"))


def test_the_break_that_is_reached_decides_the_cost(company: World) -> None:
    """Reference case P15: 400 at 8.00 of 100 on, 100 at 4.50, 2 devices at 10000, freight 145: 23 795.00."""
    cable, plug, device = company.product(), company.product(), company.product(traced="serial")
    offered(company, cable, "9", breaks=[{"from_quantity": "100", "cost": "8"}])
    offered(company, plug, "4.50")
    offered(company, device, "10000")
    order, lines = ordered(
        company,
        PurchaseLineWish(cable.pk, 400),
        PurchaseLineWish(plug.pk, 100),
        PurchaseLineWish(device.pk, 2),
        freight=145_00,
    )
    assert [line.unit_cost_micro for line in lines] == [8_000_000, 4_500_000, 10_000_000_000]
    assert totals([order])[order] == 23_795_00
    _, (few,) = ordered(company, PurchaseLineWish(cable.pk, 99))
    assert few.unit_cost_micro == 9_000_000


def test_packs_of_any_size_arrive_at_what_one_costs(company: World) -> None:
    """Reference case P03: packs of 10 at 1000 and of 0.1 at 10 both cost 100 a piece."""
    product = company.product(quantity_decimals=1)
    in_units(product, {"name": "pack", "factor": "10"}, {"name": "sample", "factor": "0.1"})
    order, (packs, samples) = ordered(
        company,
        PurchaseLineWish(product.pk, 300, unit="pack", per=100, unit_cost_micro=1_000_000_000),
        PurchaseLineWish(product.pk, 13, unit="sample", per=1, unit_cost_micro=10_000_000),
    )
    submit(actor=HOUSE, order=order)
    assert held(product=product.pk)["on_order"] == 313
    receive(actor=HOUSE, arrivals=[Arrival(packs.pk, 100), Arrival(samples.pk, 5)])
    assert (held(product=product.pk)["bin"], held(product=product.pk)["on_order"]) == (105, 208)
    assert sorted(Layer.objects.values_list("quantity", "value_minor")) == [(5, 50_00), (100, 1_000_00)]
    assert totals([order])[order] == 3_000_00 + 130_00
    clean()


def test_a_case_of_serials_arrives_one_by_one(client: Client, company: World) -> None:
    product = company.product(traced="serial")
    in_units(product, {"name": "case", "factor": "3", "for_buying": True})
    offered(company, product, "31.50")
    order, (line,) = ordered(company, PurchaseLineWish(product.pk, 6))
    assert (line.unit, line.per, line.unit_cost_micro) == ("case", 3, 94_500_000)
    submit(actor=HOUSE, order=order)
    receive(actor=HOUSE, arrivals=[Arrival(line.pk, 3, serials=("A", "B", "C"))])
    assert held(product=product.pk) == {"bin": 3, "on_order": 3}
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 94_50
    # Quantities of a receipt are in the product's own unit, its cost is said in the line's.
    client.force_login(company.user)
    came = client.get("/api/v1/receipts").json()["items"][0]
    (brought,) = came["lines"]
    assert (brought["quantity"], brought["unit_cost"], brought["unit"]) == ("3", "94.5", "case")
    page = seen(client, f"/receipts/{came['id']}/")
    assert f"{product.sku}, cost per case" in page
    assert "EUR / case" in seen(client, f"/receipts/{came['id']}/price/")
    _, (odd,) = ordered(company, PurchaseLineWish(product.pk, 4))
    assert (odd.unit, odd.per, odd.unit_cost_micro) == ("", None, 31_500_000)
    clean()


def test_the_api_and_the_pages_order_in_units(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = company.product(sku="SW-1")
    in_units(product, {"name": "case", "factor": "24"})
    json = "application/json"
    line = {"product": product.pk, "quantity": "3", "unit": "case", "unit_cost": "120"}
    made = client.post(
        "/api/v1/purchase-orders", {"vendor": company.vendor.pk, "lines": [line]}, content_type=json
    )
    assert made.status_code == 201, made.content
    (shown,) = made.json()["lines"]
    assert (shown["quantity"], shown["unit"], shown["base_quantity"]) == ("3", "case", "72")
    assert (shown["unit_cost"], shown["net"]) == ("120", "360.00")
    order = made.json()["id"]
    assert "3 case" in seen(client, f"/purchase-orders/{order}/")
    address = f"/api/v1/purchase-orders/{order}"
    changed = client.patch(
        address, {"change": [{"purchase_line": shown["id"], "quantity": "2"}]}, content_type=json
    )
    assert changed.status_code == 200, changed.content
    assert changed.json()["lines"][0]["base_quantity"] == "48"
    before = entries()
    refused = client.post(
        "/api/v1/purchase-orders",
        {"vendor": company.vendor.pk, "lines": [{**line, "unit": "drum"}]},
        content_type=json,
    )
    assert (refused.status_code, refused.json()["field"]) == (422, "lines.0.unit")
    assert entries() == before
    form = {
        "vendor": str(company.vendor.pk),
        "ship_to": "own",
        "sku-0": "SW-1",
        "quantity-0": "2",
        "unit-0": "case",
    }
    assert client.post("/purchase-orders/new/", form).status_code == 303
    typed = PurchaseLine.objects.order_by("pk").last()
    assert typed is not None
    assert (typed.quantity, typed.unit, typed.unit_cost_micro) == (48, "case", 144_000_000)
