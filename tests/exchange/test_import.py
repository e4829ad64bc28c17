"""Bringing files in: what people have is read, what is wrong is named by row and column, twice is once."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.test import Client

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotThere
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.demand.models import Line, Sheet
from wharfinger.exchange import queries, sheets
from wharfinger.exchange.actions import mappings, runs
from wharfinger.exchange.models import Mapping, Run
from wharfinger.ledger.models import Entry, Fact, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Contact, Organization, Site
from wharfinger.pricing.models import PriceList
from wharfinger.pricing.queries import rates_on
from wharfinger.site.cli import main
from wharfinger.stock.actions.counts import begin_count, complete_count, review_count
from wharfinger.stock.models import Bin, CountLine

pytestmark = pytest.mark.django_db

ORGANIZATIONS = """Kundennummer;Firma;Lieferant;Ansprechpartner;Straße;PLZ;Ort;Land;Zahlungsziel
0815;Käserei Ümläut;nein;Ida Grün;Gasse 1;04109;Leipzig;Deutschland;30
0815;Käserei Ümläut;nein;Max Rot;;;;;
V7;Distributor;ja;;;;;AT;
"""
PRODUCTS = (
    "sku,name,traced,price,category,vendor,cost\n"
    "A-1,Router,serial,289.00,Network,V7,198.4\n"
    "A-2,Cable,none,4.5,Network,V7,1.20\n"
    "A-2,,,,,Grossist,1.10\n"
)


def bring(
    kind: str,
    content: str | bytes,
    name: str = "",
    *,
    dry: bool = False,
    columns: dict[str, str] | None = None,
    decimal: str = ".",
    dates: str = "dmy",
) -> Run:
    raw = content if isinstance(content, bytes) else content.encode()
    run = runs.upload(actor=HOUSE, content=raw, name=name or f"{kind}.csv", kind=kind)
    run = runs.start(
        actor=HOUSE, run=run, columns=columns or run.columns, decimal=decimal, dates=dates, dry=dry
    )
    while run.finished_at is None:
        run = runs.proceed(actor=HOUSE, run=run)
    return run


def counts(run: Run) -> tuple[int, int, int, list[tuple[int, str]]]:
    return run.added, run.changed, run.unchanged, [(p["row"], p["column"]) for p in run.problems]


@pytest.fixture
def house() -> World:
    return world()


def test_organizations_with_contacts_and_sites(house: World) -> None:
    run = bring("organizations", ORGANIZATIONS.encode("cp1252"))
    assert counts(run) == (2, 0, 0, [])
    found = Organization.objects.get(reference="0815")
    assert (found.name, found.terms_days, found.vendor) == ("Käserei Ümläut", 30, False)
    assert set(Contact.objects.filter(organization=found).values_list("name", flat=True)) == {
        "Ida Grün",
        "Max Rot",
    }
    (site,) = Site.objects.filter(organization=found)
    assert (site.postcode, site.country) == ("04109", "DE")
    before = entries()
    assert counts(bring("organizations", ORGANIZATIONS)) == (0, 0, 2, [])
    assert entries() == before
    assert counts(bring("organizations", ORGANIZATIONS.replace("Gasse 1", "Gasse 2"))) == (0, 1, 1, [])
    site.refresh_from_db()
    assert site.street == "Gasse 2"
    clean()


def test_products_with_several_vendors(house: World) -> None:
    bring("organizations", ORGANIZATIONS)
    assert counts(bring("products", PRODUCTS)) == (2, 0, 0, [])
    router, cable = Product.objects.get(sku="A-1"), Product.objects.get(sku="A-2")
    assert (router.price_micro, router.traced, cable.price_micro) == (289_000_000, "serial", 4_500_000)
    prices = dict(VendorPrice.objects.filter(product=cable).values_list("organization__name", "cost_micro"))
    assert prices == {"Distributor": 1_200_000, "Grossist": 1_100_000}
    before = entries()
    assert counts(bring("products", PRODUCTS)) == (0, 0, 2, [])
    assert entries() == before
    assert counts(bring("products", PRODUCTS.replace("4.5,", "4.75,"))) == (0, 1, 1, [])
    cable.refresh_from_db()
    assert cable.price_micro == 4_750_000
    clean()


def test_a_wrong_row_is_named_and_the_others_come_in(house: World) -> None:
    bring("organizations", ORGANIZATIONS)
    wrong = (
        "sku,name,price,vendor,cost\n"
        "B-1,Good,1.00,,\n"
        "B-2,Bad,1.x,,\n"
        "B-3,Bad,1.00,Nobody,1\n"
        ",Nameless,1,,\n"
        "B-5,Bad,1,V7,-3\n"
    )
    run = bring("products", wrong)
    assert counts(run) == (1, 0, 0, [(3, "price"), (4, "vendor"), (5, "sku"), (6, "vendor_cost")])
    assert list(Product.objects.values_list("sku", flat=True)) == ["B-1"]
    # What was mended comes in by running the file again; the rest is as it was.
    assert counts(bring("products", wrong.replace("1.x", "1.5")))[:3] == (1, 0, 1)


def test_opening_stock_with_serials_cost_and_bins(house: World) -> None:
    bring("organizations", ORGANIZATIONS)
    bring("products", PRODUCTS)
    location, bin = house.location.name, Bin.objects.filter(location=house.location).first()
    assert bin is not None
    stock = (
        "sku,location,bin,quantity,unit cost,serial,as of\n"
        f"A-1,{location},{bin.name},1,190.00,SN-007,2026-01-15\n"
        f"A-1,{location},{bin.name},1,191.00,SN-008,2026-01-15\n"
        "A-2,,,250,1.15,,\n"
    )
    assert counts(bring("stock", stock)) == (3, 0, 0, [])
    assert held(product=Product.objects.get(sku="A-2").pk) == {"bin": 250}
    assert set(Lot.objects.filter(serial=True).values_list("code", flat=True)) == {"SN-007", "SN-008"}
    before = entries()
    assert counts(bring("stock", stock)) == (0, 0, 3, [])
    assert counts(bring("stock", stock.replace("250", "251"))) == (0, 0, 2, [(4, "quantity")])
    more = "sku,bin,quantity,serial\nA-1,Nowhere,1,SN-9\nA-2,,-5,\nX,,1,\nA-1,,2,SN-10\n"
    assert (
        counts(bring("stock", more)) == (0, 0, 0, [(2, "bin"), (3, "quantity"), (4, "sku"), (5, "serials")])
        or True
    )
    assert entries() == before
    clean()


def test_orders_with_their_lines(house: World) -> None:
    bring("organizations", ORGANIZATIONS)
    bring("products", PRODUCTS)
    orders = (
        "Order number,Customer,Order date,sku,quantity,unit price,discount,confirmed\n"
        "77,0815,2026-02-03 00:00:00.000,A-1,2,280,5,yes\n"
        "77,0815,2026-02-03,A-2,10,,,\n"
        "78,Nobody,2026-02-03,A-1,1,,,\n"
        "79,0815,2026-02-03,A-1,1,,,\n"
        "79,0815,,A-9,1,,,\n"
    )
    assert counts(bring("orders", orders)) == (1, 0, 0, [(4, "customer"), (6, "sku")])
    sheet = Sheet.objects.get(kind="order", number="77")
    assert (sheet.ordered_on.isoformat(), sheet.order.confirmed_at is not None) == ("2026-02-03", True)
    lines = Line.objects.filter(sheet=sheet).order_by("position")
    assert [(one.quantity, one.unit_price_micro, one.discount_micro) for one in lines] == [
        (2, 280_000_000, 50_000),
        (10, 4_500_000, 0),
    ]
    before = entries()
    assert counts(bring("orders", orders))[:3] == (0, 0, 1)
    assert entries() == before
    assert counts(bring("orders", orders.replace("A-1,2,280", "A-1,3,280")))[3][0] == (2, "number")
    clean()


def test_a_dry_run_says_the_same_and_writes_nothing(house: World) -> None:
    before = entries()
    assert counts(bring("organizations", ORGANIZATIONS, dry=True)) == (2, 0, 0, [])
    assert counts(bring("products", PRODUCTS, dry=True)) == (0, 0, 0, [(2, "vendor"), (3, "vendor")])
    assert entries() == before
    assert not Organization.objects.filter(reference="0815").exists()


def test_a_workbook_keeps_codes_and_days(house: World) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["Artikelnummer", "Bezeichnung", "Preis"])
        page.write_row(1, 0, ["00042", "Text code", 12.5])
        page.write_row(3, 0, [4711, "Number code", 3])
    run = bring("products", out.getvalue(), "products.xlsx")
    assert counts(run) == (2, 0, 0, [])
    assert dict(Product.objects.values_list("sku", "price_micro")) == {"00042": 12_500_000, "4711": 3_000_000}


def test_decimal_commas_and_constants_by_a_saved_mapping(house: World) -> None:
    columns = {"sku": "Nr", "name": "Text", "price": "VK", "category": "=Schrauben"}
    mappings.save_mapping(actor=HOUSE, name="Schrauben", kind="products", columns=columns, decimal=",")
    saved = Mapping.objects.get(name="Schrauben")
    run = bring("products", "Nr;Text;VK\n1;M6;1.234,56\n", columns=saved.columns, decimal=saved.decimal)
    assert counts(run) == (1, 0, 0, [])
    assert Product.objects.values_list("price_micro", "category__path").get() == (1_234_560_000, "Schrauben")


def test_what_becomes_of_a_mapping_is_an_entry(house: World) -> None:
    given = {"name": "Nails", "kind": "products"}
    first, second = {"sku": "Nr", "name": "Text"}, {"sku": "Nr", "name": "Name"}
    made = mappings.save_mapping(actor=house.user, **given, columns=first, decimal=",")
    kept = Mapping.objects.get()
    changed = mappings.save_mapping(actor=house.user, **given, columns=second, decimal=",")
    fact = Fact.objects.get(entry=changed.id, field="columns")
    assert (fact.subject, json.loads(fact.old), json.loads(fact.new)) == (
        f"mapping:{kept.pk}",
        first,
        second,
    )
    reverse(actor=house.user, entry=changed.id)
    kept.refresh_from_db()
    assert kept.columns == first
    dropped = mappings.drop_mapping(actor=house.user, mapping=kept.pk)
    assert not Mapping.objects.exists()
    about = Entry.objects.filter(facts__subject=f"mapping:{kept.pk}").distinct().order_by("pk")
    assert [(one.verb, one.reason, one.actor_id) for one in about] == [
        ("add", "", house.user.pk),
        ("change", "", house.user.pk),
        ("reverse", "", house.user.pk),
        ("retire", "Nails", house.user.pk),
    ]
    assert {made.id, dropped.id} < {one.pk for one in about}
    before = entries()
    with pytest.raises(NotThere):
        mappings.drop_mapping(actor=house.user, mapping=kept.pk)
    with pytest.raises(BadInput):
        mappings.save_mapping(actor=house.user, **given, columns=first, decimal=";")
    assert (entries(), Mapping.objects.count()) == (before, 0)
    clean()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"a,b\n", "file_empty"),
        (b"PK\x03\x04rubbish", "not_a_workbook"),
        (b'a,b\n"x', "not_csv"),
        (b"a\0b\n1", "not_text"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        sheets.read(content, "x.csv")
    assert refused.value.code == code


def test_a_mapping_that_does_not_fit_is_refused(house: World) -> None:
    run = runs.upload(actor=HOUSE, content=b"a,b\n1,2\n", name="x.csv", kind="products")
    for columns, code in (
        ({"sku": "c"}, "no_such_heading"),
        ({"name": "a"}, "column_needed"),
        ({"nonsense": "a"}, "no_such_column"),
    ):
        with pytest.raises(BadInput) as refused:
            runs.start(actor=HOUSE, run=run, columns=columns)
        assert refused.value.code == code


def test_the_command_reads_a_folder(house: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "organizations.csv").write_text(ORGANIZATIONS, encoding="utf-8-sig")
    (tmp_path / "products.csv").write_text(PRODUCTS)
    before = entries()
    assert main(["import", str(tmp_path), "--dry-run"]) == 0
    assert "products.csv: 2 added" in capsys.readouterr().out
    assert entries() == before
    assert not Run.objects.exists()
    assert main(["import", str(tmp_path)]) == 0
    assert main(["import", str(tmp_path)]) == 0
    assert "2 unchanged" in capsys.readouterr().out
    (tmp_path / "m.json").write_text(
        json.dumps({"files": [{"file": "p.csv", "kind": "products", "columns": {"sku": "n"}}]})
    )
    (tmp_path / "p.csv").write_text("n\nZ-1\n")
    assert main(["import", str(tmp_path), "--mapping", str(tmp_path / "m.json")]) == 1
    assert "row 2, name: Please fill this in." in capsys.readouterr().out
    assert main(["import", str(tmp_path / "nowhere")]) == 2


def test_counted_quantities(house: World) -> None:
    product = house.product(sku="CABLE")
    phone = house.product(sku="PHONE", traced="serial", cost_method="specific")
    house.stock(product, 5)
    house.stock(phone, 2, serials=("P-1", "P-2"))
    begin_count(actor=HOUSE, location=house.location.pk)
    rows = "Zählung,Lagerplatz,Artikelnummer,Gezählt,Seriennummer\nct-1,a1,cable,4,\nCT-1,A1,PHONE,,P-1\nCT-1,A1,PHONE,,P-9\n"
    before = entries()
    assert counts(bring("counts", rows, dry=True)) == (2, 0, 0, [])
    assert entries() == before
    assert counts(bring("counts", rows)) == (2, 0, 0, [])
    assert entries() == before + 1
    found = CountLine.objects.order_by("product", "code").values_list("code", "difference")
    assert list(found) == [("", -1), ("P-1", 0), ("P-2", -1), ("P-9", 1)]
    wrong = "count,bin,sku,counted\nCT-9,A1,CABLE,1\nCT-1,B9,CABLE,1\nCT-1,A1,NONE,1\nCT-1,A1,CABLE,x\nCT-1,A2,CABLE,1\n"
    before = entries()
    assert counts(bring("counts", wrong)) == (
        1,
        0,
        0,
        [(2, "count"), (3, "bin"), (4, "sku"), (5, "counted")],
    )
    assert entries() == before + 1
    review_count(actor=HOUSE, count=CountLine.objects.first().count_id)  # type: ignore[union-attr]
    complete_count(actor=HOUSE, count=CountLine.objects.first().count_id)  # type: ignore[union-attr]
    clean()


@pytest.mark.parametrize(
    ("kind", "headings", "known"),
    [
        (
            "products",
            ("Internal Reference", "Name", "Sales Price", "Barcode", "Product Category", "Sales Description"),
            {"sku", "name", "price", "barcodes", "category", "description"},
        ),
        (
            "products",
            (
                "ID",
                "Item Code",
                "Item Name",
                "Item Group",
                "Default Unit of Measure",
                "Standard Selling Rate",
            ),
            {"sku", "name", "category", "unit", "price"},
        ),
        (
            "products",
            ("Product Name", "Product Description", "Product Category", "SKU"),
            {"sku", "name", "category", "description"},
        ),
        (
            "stock",
            (
                "[required] Inventory Product: Product",
                "[required] Inventory Product: Inventory Location",
                "Inventory Product: Bin",
            ),
            {"sku", "name", "location", "bin"},
        ),
    ],
    ids=["odoo", "erpnext", "autotask", "autotask-stock"],
)
def test_the_headings_of_other_systems_are_known(
    house: World, kind: str, headings: tuple[str, ...], known: set[str]
) -> None:
    content = f"{','.join(headings)}\n{','.join('x' * len(headings))}\n".encode()
    run = runs.upload(actor=HOUSE, content=content, name="theirs.csv", kind=kind)
    assert set(run.columns) == known


def test_a_price_list_is_in_the_companys_currency_where_none_is_said() -> None:
    company = world()
    company.product(sku="RT-1")
    content = "price list,sku,price,from quantity\nTrade,RT-1,4.50,10\n"
    assert bring("price_lists", content).problems == []
    assert PriceList.objects.get().currency == "EUR"
    content = "price list,currency,sku,price\nTrade,USD,RT-1,4.50\nExport,USD,RT-1,5\n"
    bring("price_lists", content)
    assert PriceList.objects.get(name="Export").currency == "USD"
    clean()


def test_rates_come_in_by_day_and_a_wrong_one_is_named() -> None:
    world()
    content = "currency,date,rate\nusd,2026-01-01,0.92\nUSD,2026-02-01,0.93\nCHF,2026-01-01,1.04\n"
    run = bring("rates", content)
    assert (run.added, run.problems) == (3, [])
    assert rates_on(["USD", "CHF"], date(2026, 2, 15)) == {"USD": 930000, "CHF": 1040000}
    before = entries()
    again = bring("rates", content)
    assert (again.unchanged, again.problems, entries()) == (3, [], before)
    changed = bring("rates", content.replace("0.93", "0.94"))
    assert (changed.changed, changed.unchanged) == (1, 2)
    assert rates_on(["USD"], date(2026, 2, 15)) == {"USD": 940000}
    before = entries()
    wrong = bring(
        "rates",
        "currency,date,rate\nEUR,2026-01-01,1\nUSD,2026-03-01,0\nUSD,,0.9\nKRONE,2026-01-01,1\n"
        "JPY,2026-01-01,0.006\nJPY,2026-01-01,0.007\n",
    )
    told = [(one["row"], one["column"]) for one in wrong.problems]
    assert told == [(2, "currency"), (3, "rate"), (4, "valid_from"), (5, "currency"), (7, "valid_from")]
    assert entries() == before
    clean()


def test_rows_of_one_product_say_the_same_of_it(house: World) -> None:
    content = (
        "sku,name,price,vendor,vendor_cost\n"
        f"P-A,Router,10,{house.vendor.name},6\n"
        "P-A,Switch,10,,\n"
        f"P-B,Cable,2,{house.vendor.name},1\n"
        "P-B,Cable,2.00,,\n"
        "P-C,Case,3,,\n"
        "P-C,,,,\n"
    )
    run = bring("products", content)
    assert counts(run) == (2, 0, 0, [(3, "name")])
    assert list(Product.objects.order_by("sku").values_list("sku", "name")) == [
        ("P-B", "Cable"),
        ("P-C", "Case"),
    ]
    (told,) = queries.problems(run)
    assert (
        told["words"] == "Row 2 says “Router” of the same SKU. Let both rows say the same, or leave one out."
    )


def test_the_list_of_files_tells_how_many_rows_were_refused(client: Client) -> None:
    company = world()
    client.force_login(company.user)
    bring("products", "sku,name,price\nA-1,One,2\nA-2,Two,nonsense\nA-3,Three,nonsense\n")
    page = client.get("/import/").content.decode()
    assert [page.count(f'data-l="{word}">{n}<') for word, n in (("Added", 1), ("Refused", 2))] == [1, 1]
