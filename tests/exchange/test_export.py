"""What is written to a folder can be brought in again, and changes nothing where it came from."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.exchange.test_import import ORGANIZATIONS, PRODUCTS, bring
from tests.world import clean, entries, world
from wharfinger.site.cli import main
from wharfinger.stock.models import Location

pytestmark = pytest.mark.django_db


def test_lists_come_out_as_they_went_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world()
    bring("organizations", ORGANIZATIONS)
    bring("products", PRODUCTS)
    bring("stock", "sku,quantity,unit cost,serial\nA-2,250,1.15,\nA-1,,190,SN-007\n")
    bring("orders", "order,customer,sku,quantity,price,discount\n77,0815,A-1,2,280,5\n77,0815,A-2,10,,\n")
    assert main(["export", str(tmp_path / "out")]) == 0
    rows = {
        path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        for path in (tmp_path / "out").glob("*.csv")
    }
    assert {name: len(found) for name, found in rows.items() if found} == {
        "tax_codes": 1,
        "categories": 1,
        "organizations": 4,
        "contacts": 2,
        "sites": 2,
        "products": 2,
        "vendor_prices": 3,
        "locations": 4,
        "stock": 2,
        "orders": 2,
    }
    assert [(r["sku"], r["quantity"], r["serial"]) for r in rows["stock"]] == [
        ("A-1", "1", "SN-007"),
        ("A-2", "250", ""),
    ]
    assert [(r["unit_price"], r["discount"]) for r in rows["orders"]] == [("280", "5"), ("4.5", "0")]
    assert [r["unit_cost"] for r in rows["stock"]] == ["190", "1.15"]
    before = entries()
    for name in ("organizations", "contacts", "sites", "products", "vendor_prices", "locations", "orders"):
        run = bring(name, (tmp_path / "out" / f"{name}.csv").read_bytes())
        assert (run.added, run.changed, run.problems) == (0, 0, [])
    assert entries() == before


def test_a_company_that_is_written_out_comes_to_life_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = world()
    Location.objects.filter(pk=company.other.pk).update(kind="person", person=company.user)
    bring("organizations", ORGANIZATIONS)
    bring("products", PRODUCTS)
    bring(
        "stock", f"sku,location,quantity,unit cost,serial\nA-2,,250,1.15,\nA-1,{company.other},,190,SN-007\n"
    )
    assert main(["export", str(tmp_path / "out")]) == 0
    lists = ("organizations", "products", "locations", "stock", "orders")
    first = {name: (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8-sig") for name in lists}
    with_other_names = {
        name: text.replace("A-1,", "B-1,").replace("A-2,", "B-2,").replace(f"{company.other},", "Elsewhere,")
        for name, text in first.items()
    }
    for name in ("products", "locations", "stock"):
        run = bring(name, with_other_names[name])
        assert (run.added > 0, run.problems) == (True, [])
    elsewhere = Location.objects.get(name="Elsewhere")
    assert (elsewhere.kind, elsewhere.person) == ("person", company.user)
    assert [one.name for one in elsewhere.bins.order_by("place__sequence")] == ["A1", "A2"]
    clean()
    before = entries()
    for name in ("products", "locations", "stock"):
        run = bring(name, with_other_names[name])
        assert (run.added, run.changed, run.problems) == (0, 0, [])
    assert entries() == before


def test_a_location_that_cannot_be_is_named_by_its_row() -> None:
    world()
    before = entries()
    run = bring("locations", "location,kind,person\nVan 1,person,nobody\nVan 2,ship,\n")
    assert [(one["row"], one["column"]) for one in run.problems] == [(2, "person"), (3, "kind")]
    assert entries() == before
