"""All of a company goes out, comes in elsewhere, and goes out again as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from python_calamine import load_workbook

from tests.exchange.test_import import bring
from tests.exchange.test_rollback import back, reasons
from tests.world import clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.billing.models import Invoice
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.exchange import files
from wharfinger.exchange.lists import LEAVING, leaving, rows_of
from wharfinger.exchange.models import Made
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Grant, Role, User
from wharfinger.site.cli import main
from wharfinger.site.commands.init import found_company
from wharfinger.stock.models import Level

pytestmark = pytest.mark.django_db

Lists = dict[str, list[dict[str, str]]]
FILES = {
    "tax_codes": "code,name,rate,category,exemption reason\nEXP,Export,0,G,Export outside the EU\n",
    "rates": "currency,valid from,rate\nUSD,2020-01-01,0.9137\nusd,2026-01-01,0.92\nJPY,2020-01-01,0.006213\n",
    "customer_groups": "name,retired on\nSchools,\nOld friends,2024-12-31\n",
    "reasons": "name,uses,note required\nEaten by mice,lost scrap,yes\n",
    "categories": "path,tax code\nNetwork,\nNetwork / Switches,EXP\n",
    "organizations": (
        "reference,name,customer,vendor,customer group,currency,terms days,email,phone\n"
        "C-1,Dairy Hollow,yes,no,Schools,EUR,30,=info@dairy.example,+49 341 1\n"
        "V-7,Distributor,no,yes,,EUR,14,,\n"
        ",Nameless Number,yes,no,,USD,7,,\n"
    ).replace("=info", "info"),
    "contacts": "organization,name,email\nC-1,Ida Green,ida@dairy.example\nNameless Number,-Dash,\n",
    "sites": (
        "organization,name,street,postcode,city,country,ship to,bill to\n"
        "C-1,Head office,Lane 1,04109,Leipzig,DE,yes,yes\nC-1,Barn,Lane 2,04109,Leipzig,DE,yes,no\n"
    ),
    "products": (
        "sku,name,kind,traced,unit,quantity decimals,price,tax code,category,gtin,cost method,weight grams\n"
        "SW-24,Switch,stocked,serial,pc,0,289,,Network / Switches,4006381333931,,2400\n"
        "CAB,Cable,stocked,,m,2,1.25,,Network,,fifo,\n"
        "SCR,=Screws,stocked,,pc,0,0.0125,,,,average,\n"
        "MILK,Milk,stocked,batch,l,1,0.99,,,,fifo,\n"
        "SET,Set,kit,,pc,0,300,,,,,\n"
        "BOX,Built box,stocked,,pc,0,49.5,,,,fifo,\n"
        "JOB,Hour,service,,h,2,95,,,,,\n"
        "OLD,Old thing,stocked,,pc,0,1,,,,fifo,\n"
    ),
    "variants": (
        "sku,family,attribute 1,value 1,attribute 2,value 2,attribute 3,value 3\n"
        "CAB,Wire,Colour,Grey,Length,2 m,,\nSCR,Wire,Colour,Blue,Length,2 m,,\n"
    ),
    "units": "sku,unit,factor,for buying,for selling\nSCR,case,200,yes,no\nCAB,drum,305,no,yes\n",
    "barcodes": "sku,code,unit,quantity\nSCR,FREE-1,case,\nSCR,FREE-5,,5\nSW-24,0012345678905,,\n",
    "components": "sku,component,quantity\nSET,SW-24,1\nSET,CAB,2.5\nBOX,SCR,4\n",
    "substitutes": "sku,substitute\nSCR,OLD\nSCR,BOX\n",
    "vendor_prices": (
        "vendor,sku,part number,cost,currency,from quantity,pack quantity,lead time days,default\n"
        "V-7,SW-24,7741,198.4,EUR,,,5,yes\nV-7,SW-24,7741,190,,10,,,\nV-7,SCR,S1,0.011,EUR,,200,3,yes\n"
    ),
    "price_lists": (
        "price list,customer group,currency,valid from,valid until,sku,unit,from quantity,price\n"
        "Schools 2026,Schools,EUR,2026-01-01,2026-12-31,SW-24,,,265\n"
        "Schools 2026,Schools,EUR,2026-01-01,2026-12-31,SW-24,,10,255.5\n"
        "Schools 2026,Schools,EUR,2026-01-01,2026-12-31,SCR,case,200,2\n"
        "Empty,,EUR,,,,,,\n"
    ),
    "locations": (
        "location,kind,channel,default,bin,sequence,capacity\n"
        "Warehouse,warehouse,direct,yes,A-1,10,500\nWarehouse,warehouse,direct,yes,A-2,20,\n"
        "Partner,warehouse,indirect,no,Main,1,\n"
    ),
    "levels": (
        "sku,location,minimum,maximum,reorder point,reorder quantity,vendor,source,bin\n"
        "SCR,Warehouse,100,5000,400,200,V-7,,A-1\nSCR,Partner,10,50,,,,Warehouse,\n"
        "BOX,Warehouse,1,9,,,,build,\n"
    ),
    "stock": (
        "sku,location,bin,quantity,unit cost,serial,batch,expires on,owner,as of\n"
        "SCR,Warehouse,A-1,300,0.0111,,,,,2026-02-01\nSCR,Warehouse,A-2,33,0.013,,,,,2026-03-01\n"
        "CAB,Warehouse,A-1,200,0.30,,,,,2026-01-05\nCAB,Warehouse,A-1,305.25,0.33,,,,,2026-03-02\n"
        "CAB,Partner,Main,10,0.35,,,,,2026-03-02\n"
        "SW-24,Warehouse,A-1,1,190,SN-1,,,,2026-01-07\nSW-24,Warehouse,A-2,1,191.5,SN-2,,,,2026-02-07\n"
        "MILK,Warehouse,A-2,12.5,0.4,,L-1,2027-01-31,,2026-04-01\n"
        "SW-24,Warehouse,A-2,1,,SN-9,,,C-1,2026-02-07\nBOX,Warehouse,A-1,3,0.3333,,,,,2026-01-01\n"
    ),
    "devices": (
        "sku,serial,organization,site,contact,reference,installed on,warranty end on\n"
        "SW-24,SN-77,C-1,Barn,Ida Green,INV-4,2025-06-30,2028-06-30\n"
    ),
    "quotes": (
        "number,customer,site,quoted on,expires on,title,owner,sku,quantity,unit,unit price,discount,every,"
        "discount whole,group,group discount,option,instead of,taken,line promised on\n"
        "Q-1,C-1,Barn,2026-03-02,2027-03-31,New barn,ada,SW-24,3,,265,5,,2.5,Network,10,,,no,2026-12-01\n"
        "Q-1,C-1,Barn,2026-03-02,2027-03-31,New barn,ada,SCR,2,case,2.1,,,2.5,Small parts,,,,,\n"
        "Q-1,C-1,Barn,2026-03-02,2027-03-31,New barn,ada,CAB,4,,1.25,,,2.5,Network,,alternative,1,yes,\n"
        "Q-1,C-1,Barn,2026-03-02,2027-03-31,New barn,ada,JOB,1,,95,,month,2.5,,,optional,,no,\n"
        "Q-2,C-1,Barn,2026-03-02,2027-03-31,,,BOX,1,,50,,,,,,alternative,2,no,\n"
        "Q-2,C-1,Barn,2026-03-02,2027-03-31,,,SCR,1,,1,,,,Parts,,,,,\n"
    ),
    "orders": (
        "number,customer,site,ordered on,promised on,customer reference,owner,priority,confirm,sku,quantity,unit,"
        "unit price,tax code,every,line promised on\n"
        "SO-1,C-1,Head office,2026-03-02,2026-12-24,THEIRS,ada,urgent,yes,SW-24,2,,265,EXP,,2026-12-20\n"
        "SO-1,C-1,Head office,2026-03-02,2026-12-24,THEIRS,ada,urgent,yes,SET,1,,300,,,\n"
        "SO-1,C-1,Head office,2026-03-02,2026-12-24,THEIRS,ada,urgent,yes,CAB,1,drum,99,,,\n"
        "SO-2,C-1,Head office,2026-03-03,,,,,no,JOB,1.5,,95,,quarter,\n"
    ),
    "purchase_orders": (
        "number,vendor,expected on,ship on,terms days,shipping method,freight,memo,submit,sku,quantity,unit,unit cost,"
        "tax code,line expected on,location\n"
        "PO-1,V-7,2026-12-01,2026-11-29,21,By sea,12.50,Soon,yes,SW-24,10,,190,EXP,2026-12-05,Warehouse\n"
        "PO-1,V-7,2026-12-01,2026-11-29,21,By sea,12.50,Soon,yes,SCR,2,case,2.2,none,,Warehouse\n"
        "PO-2,V-7,,,,,,,no,SCR,400,pc,0.012,,,Partner\n"
    ),
}
UNSAID = {
    "quotes": {"customer_reference", "discount_each", "promised_on"},
    "orders": {"title", "terms", "discount_each", "sold_on", "location", "paid_by", "serial"},
    "purchase_orders": {"external_number"},
}
"""What no row of ours says, and what only comes in."""


def rich() -> None:
    """A company with some of everything."""
    found_company(name="Rich", country="DE", admin="ada", password="correct horse battery")
    for kind in KINDS:
        if kind in FILES:
            run = bring(kind, FILES[kind])
            assert not run.problems, (kind, run.problems)
            assert run.added or kind == "locations", kind
    Product.objects.filter(sku="OLD").update(retired_on="2025-01-01")
    line = Line.objects.get(sheet__number="SO-1", product__sku="CAB", parent=None)
    pick(actor=HOUSE, picks=[Pick(line.pk, 30500)])


def leave(folder: Path) -> Lists:
    files.folder(HOUSE, folder)
    return {
        path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        for path in folder.glob("*.csv")
    }


def elsewhere(act: Callable[[], Lists]) -> Lists:
    """Do something in a company that is gone afterwards."""
    with transaction.atomic():
        done = act()
        transaction.set_rollback(True)
    return done


def test_all_of_a_company_goes_out_comes_in_and_goes_out_as_it_was(tmp_path: Path) -> None:
    def there() -> Lists:
        rich()
        return leave(tmp_path / "first")

    first = elsewhere(there)
    assert set(first) == set(LEAVING)
    assert [name for name in LEAVING if not first[name]] == ["invoices"]
    for name in ("quotes", "orders", "purchase_orders"):
        said = {column for row in first[name] for column, cell in row.items() if cell}
        assert {one.name for one in KINDS[name].leaving()} - said <= UNSAID[name], name
    found_company(name="Empty", country="DE", admin="ada", password="correct horse battery")
    assert main(["import", str(tmp_path / "first")]) == 0
    second = leave(tmp_path / "second")
    for name in LEAVING:
        assert second[name] == first[name], name
    clean()
    # The same once more changes nothing.
    before = entries()
    assert main(["import", str(tmp_path / "first")]) == 0
    assert entries() == before


def test_every_kind_is_rolled_back_and_comes_in_again() -> None:
    found_company(name="Rich", country="DE", admin="ada", password="correct horse battery")
    came = {kind: bring(kind, FILES[kind]) for kind in KINDS if kind in FILES}
    for run in reversed(came.values()):
        back(run)
        assert reasons(run) == [], run.kind
        assert not Made.objects.filter(run=run, undone__isnull=True).exists(), run.kind
    clean()
    assert not Holding.objects.filter(quantity__gt=0, unbounded=False, kind="bin").exists()
    gone = Line.objects.filter(void__isnull=True).count(), Level.objects.exclude(maximum=0).count()
    assert gone == (0, 0)
    for kind, run in came.items():
        again = bring(kind, FILES[kind])
        assert again.problems == [], kind
        assert again.added + again.changed == run.added + run.changed, kind
    clean()


def test_orders_that_are_long_over_come_in_delivered_and_invoiced() -> None:
    found_company(name="Rich", country="DE", admin="ada", password="correct horse battery")
    for kind in (
        "customer_groups",
        "categories",
        "tax_codes",
        "organizations",
        "sites",
        "products",
        "locations",
        "stock",
    ):
        bring(kind, FILES[kind])
    text = (
        "number,customer,sold on,location,sku,quantity,unit price,serial\n"
        "OLD-1,C-1,2026-03-05,Warehouse,CAB,100,1.25,\nOLD-1,C-1,2026-03-05,Warehouse,SW-24,1,289,SN-1\n"
        "OLD-2,C-1,2026-04-05,,SCR,33,0.02,\n"
    )
    before = entries()
    run = bring("orders", text, dry=True)
    assert (run.added, run.problems, entries()) == (2, [], before)
    run = bring("orders", text)
    assert (run.added, run.problems) == (2, [])
    # One entry for each day, and not one for each order.
    assert entries() == before + 2
    posted = Invoice.objects.filter(posted_at__isnull=False).order_by("pk")
    assert [str(one.issued_on) for one in posted] == ["2026-03-05", "2026-04-05"]
    assert not Line.objects.filter(claim__holdings__kind="bin", claim__holdings__quantity__gt=0).exists()
    again = bring("orders", text)
    assert (again.added, again.changed, again.unchanged, again.problems) == (0, 0, 2, [])
    clean()
    short = bring("orders", "number,customer,sold on,sku,quantity\nOLD-3,C-1,2026-03-06,SCR,9999\n")
    assert [(one["row"], one["column"]) for one in short.problems] == [(2, "quantity")]
    assert entries() == before + 2


def test_a_workbook_holds_numbers_as_numbers_and_days_as_days_and_runs_nothing(tmp_path: Path) -> None:
    rich()
    files.folder(HOUSE, tmp_path, "xlsx")
    with load_workbook(tmp_path / "products.xlsx") as book:
        rows = book.get_sheet_by_index(0).to_python()
    by_sku = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert (by_sku["SCR"]["name"], by_sku["SCR"]["price"]) == ("=Screws", 0.0125)
    assert by_sku["OLD"]["retired_on"] == date(2025, 1, 1)
    text = (tmp_path / "x").with_suffix(".csv")
    with text.open("w", encoding="utf-8", newline="") as out:
        out.writelines(files.csv_lines(KINDS["products"], rows_of(HOUSE, "products")))
    assert "'=Screws" in text.read_text(encoding="utf-8")
    before = entries()
    for name in ("products.xlsx", "x.csv"):
        run = bring("products", (tmp_path / name).read_bytes(), name)
        assert (run.added, run.changed, run.problems) == (0, 0, [])
    assert entries() == before


def test_an_archive_of_all_comes_in_at_once(tmp_path: Path) -> None:
    def there() -> Lists:
        rich()
        assert main(["export", str(tmp_path / "all.zip"), "--form", "xlsx"]) == 0
        return leave(tmp_path / "first")

    first = elsewhere(there)
    found_company(name="Empty", country="DE", admin="ada", password="correct horse battery")
    assert main(["import", str(tmp_path / "all.zip")]) == 0
    assert leave(tmp_path / "second") == first


def test_costs_leave_only_for_who_may_see_them() -> None:
    rich()
    clerk = User.objects.create(username="clerk")
    role = Role.objects.create(name="takes out", permissions=["exchange.export"])
    Grant.objects.create(user=clerk, role=role)
    kinds = [kind.name for kind in leaving(clerk)]
    assert not {"vendor_prices", "purchase_orders", "invoices"} & set(kinds)
    assert all(row["unit_cost"] == "" for row in rows_of(clerk, "stock"))
    with pytest.raises(NotAllowed):
        rows_of(clerk, "purchase_orders")
