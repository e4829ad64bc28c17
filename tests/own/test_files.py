"""Own fields come and go with files: as columns of their noun, under their key or their name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest

from tests.own.making import field
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device
from wharfinger.exchange.actions.mappings import save_mapping
from wharfinger.exchange.actions.rollback import go_back, roll_back
from wharfinger.exchange.actions.runs import proceed, start, upload
from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.files import csv_lines
from wharfinger.exchange.lists import rows_of
from wharfinger.exchange.models import Mapping, Run
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.sales.models import Order

pytestmark = pytest.mark.django_db


def brought(kind: str, *rows: Sequence[str]) -> Run:
    """A file with these rows, the first its headings, brought in as its headings say."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    run = upload(actor=HOUSE, content=out.getvalue().encode(), name=f"{kind}.csv", kind=kind)
    start(actor=HOUSE, run=run, columns=run.columns, decimal=run.decimal, dates=run.dates)
    while run.finished_at is None:
        proceed(actor=HOUSE, run=run)
    return run


def refused(run: Run) -> list[tuple[int, str]]:
    """The rows of a file that were refused, and the columns because of which."""
    return [(one["row"], one["column"]) for one in run.problems]


def left(kind: str) -> list[dict[str, str]]:
    """What leaves in a list."""
    text = "".join(csv_lines(kind_of(kind), rows_of(HOUSE, kind)))
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


@pytest.fixture
def fields(company: World) -> None:
    """Own fields of every kind, of a product."""
    field("product", "Colour", "choice", choices=["Red", "Blue"])
    field("product", "Depth in cm", "number")
    field("product", "On sale since", "date")
    field("product", "Fragile", "yes_no")
    field("product", "Remark")


def test_products_come_with_their_own_fields_and_leave_with_them(company: World, fields: None) -> None:
    headings = ["sku", "name", "own.colour", "Depth in cm", "On sale since", "Fragile", "own.remark"]
    run = brought(
        "products",
        headings,
        ["A", "Alpha", "red", "1.234,5", "01.03.2026", "ja", "=first"],
        ["B", "Beta", "", "2,0", "", "no", ""],
    )
    assert (run.added, run.problems) == (2, [])
    first = {
        "colour": "Red",
        "depth_in_cm": "1234.5",
        "on_sale_since": "2026-03-01",
        "fragile": True,
        "remark": "=first",
    }
    assert Product.objects.get(sku="A").own == first
    assert Product.objects.get(sku="B").own == {"depth_in_cm": "2", "fragile": False}
    gone = {row["sku"]: row for row in left("products")}
    assert gone["A"]["own.depth_in_cm"] == "1234.5"
    assert (gone["A"]["own.fragile"], gone["B"]["own.fragile"]) == ("yes", "no")
    # What left comes in again and changes nothing, but for what is written otherwise.
    again = list(gone["A"].values())
    run = brought("products", list(gone["A"]), again)
    assert (run.unchanged, run.changed, run.problems) == (1, 0, [])
    gone["A"]["own.colour"] = "Blue"
    run = brought("products", list(gone["A"]), list(gone["A"].values()))
    assert (run.changed, run.problems) == (1, [])
    assert Product.objects.get(sku="A").own == {**first, "colour": "Blue"}
    roll_back(actor=HOUSE, run=run)
    go_back(actor=HOUSE, run=run)
    assert Product.objects.get(sku="A").own == first
    clean()


def test_a_cell_that_cannot_stand_there_is_named_by_its_column(company: World, fields: None) -> None:
    field("product", "Room", required=True)
    run = brought(
        "products",
        ["sku", "name", "Colour", "own.depth_in_cm", "Room"],
        ["A", "Alpha", "Green", "1", "1.02"],
        ["B", "Beta", "Red", "deep", "1.02"],
        ["C", "Gamma", "Red", "1", ""],
        ["D", "Delta", "Red", "1", "1.02"],
    )
    assert refused(run) == [(2, "own.colour"), (3, "own.depth_in_cm"), (4, "own.room")]
    assert [one.sku for one in Product.objects.exclude(own={})] == ["D"]


def test_organizations_orders_purchase_orders_and_devices_too(company: World) -> None:
    product = company.product(traced="serial")
    field("organization", "Route")
    field("order", "Cost centre")
    field("line", "Cost centre")
    field("line", "Room")
    field("purchase_order", "Project")
    field("device", "MAC", required=True)
    run = brought("organizations", ["reference", "name", "Route"], ["K-9", "Clinic", "North"])
    assert Organization.objects.get(reference="K-9").own == {"route": "North"}, run.problems
    run = brought(
        "orders",
        ["number", "customer", "sku", "quantity", "own.cost_centre", "line.own.room"],
        ["X-1", "K-9", product.sku, "1", "K-7", "1.02"],
        ["X-1", "K-9", product.sku, "2", "K-7", ""],
    )
    order = Order.objects.get()
    assert (order.own, run.problems) == ({"cost_centre": "K-7"}, [])
    assert [one.own for one in Line.objects.order_by("position")] == [{"room": "1.02"}, {}]
    assert [row["line.own.room"] for row in left("orders")] == ["1.02", ""]
    run = brought(
        "orders",
        ["number", "customer", "sku", "quantity", "Cost centre"],
        ["X-1", "K-9", product.sku, "1", "K-8"],
        ["X-1", "K-9", product.sku, "2", "K-8"],
    )
    order.refresh_from_db()
    assert (order.own, run.changed, run.problems) == ({"cost_centre": "K-8"}, 1, [])
    vendor = ["number", "vendor", "sku", "quantity", "unit_cost", "Project"]
    run = brought("purchase_orders", vendor, ["P-1", company.vendor.name, product.sku, "1", "5", "Tower"])
    bought = PurchaseOrder.objects.first()
    assert bought is not None, run.problems
    assert bought.own == {"project": "Tower"}
    assert left("purchase_orders")[0]["own.project"] == "Tower"
    unit = ["sku", "serial", "organization", "MAC"]
    run = brought("devices", unit, [product.sku, "S-1", "Acme", "00:1b"], [product.sku, "S-2", "Acme", ""])
    assert refused(run) == [(3, "own.mac")]
    assert [one.own for one in Device.objects.all()] == [{"mac": "00:1b"}]
    assert [row["own.mac"] for row in left("devices")] == ["00:1b"]
    run = brought("devices", unit, [product.sku, "S-1", "Acme", "00:1c"])
    assert (run.changed, Device.objects.get().own) == (1, {"mac": "00:1c"})


def test_a_mapping_keeps_the_columns_of_own_fields(company: World, fields: None) -> None:
    columns: dict[str, Any] = {"sku": "Artikel", "own.colour": "Farbe", "own.gone": "Weg"}
    save_mapping(actor=HOUSE, name="Ours", kind="products", columns=columns)
    assert Mapping.objects.get().columns == {"sku": "Artikel", "own.colour": "Farbe"}
