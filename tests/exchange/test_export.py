"""What is written to a folder can be brought in again, and changes nothing where it came from."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.exchange.test_import import ORGANIZATIONS, PRODUCTS, bring
from tests.world import entries, world
from wharfinger.site.cli import main

pytestmark = pytest.mark.django_db


def test_lists_come_out_as_they_went_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world()
    bring("organizations", ORGANIZATIONS)
    bring("products", PRODUCTS)
    bring("stock", "sku,quantity,unit cost,serial\nA-2,250,1.15,\nA-1,,190,SN-007\n")
    bring("orders", "order,customer,sku,quantity,price,discount\n77,0815,A-1,2,280,5\n77,0815,A-2,10,,\n")
    assert main(["export", str(tmp_path / "out")]) == 0
    rows = {
        path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        for path in (tmp_path / "out").glob("*.csv")
    }
    assert {name: len(found) for name, found in rows.items()} == {
        "organizations": 5,
        "products": 3,
        "stock": 2,
        "orders": 2,
        "invoices": 0,
    }
    assert [(r["sku"], r["quantity"], r["serial"]) for r in rows["stock"]] == [
        ("A-1", "1", "SN-007"),
        ("A-2", "250", ""),
    ]
    assert [(r["unit_price"], r["discount"]) for r in rows["orders"]] == [("280", "5"), ("4.5", "0")]
    before = entries()
    for name in ("organizations", "products", "orders"):
        run = bring(name, (tmp_path / "out" / f"{name}.csv").read_bytes())
        assert (run.added, run.changed, run.problems) == (0, 0, [])
    assert entries() == before
