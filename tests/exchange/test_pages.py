"""The pages of the import: upload, map, try, bring in, read what was refused."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.world import clean, entries, world
from wharfinger.catalog.models import Product
from wharfinger.exchange import lists, sheets
from wharfinger.exchange.models import Mapping, Run
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.parties.models import Grant, Role, User

pytestmark = pytest.mark.django_db

CONTENT = "Nr;Text;VK\nZ-1;Zange;12,50\nZ-2;Zirkel;zwölf\n".encode()


@pytest.fixture
def client() -> Client:
    found = Client()
    found.force_login(world().user)
    return found


def test_a_file_is_mapped_tried_and_brought_in(client: Client) -> None:
    assert "Files that you bring in are listed here." in client.get("/import/").content.decode()
    answer = client.post("/import/", {"kind": "products", "file": SimpleUploadedFile("waren.csv", CONTENT)})
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/import/{run.pk}/")
    shown = client.get(f"/import/{run.pk}/").content.decode()
    assert "Zirkel" in shown
    before = entries()
    said = {"sku": "Nr", "name": "Text", "price": "VK", "decimal": ",", "save_as": "Waren"}
    refused = client.post(f"/import/{run.pk}/", {**said, "sku": "", "do": "try"})
    assert refused.status_code == 422
    assert "Say which column of the file holds this." in refused.content.decode()
    assert (entries(), Mapping.objects.count()) == (before, 0)
    client.post(f"/import/{run.pk}/", {**said, "do": "try"})
    assert "0 of 2 read" in client.get(f"/import/{run.pk}/").content.decode()
    client.post(f"/import/{run.pk}/proceed/")
    shown = client.get(f"/import/{run.pk}/").content.decode()
    assert "Nothing was written." in shown
    assert "“zwölf” is not a number." in shown
    # Only the mapping was kept.
    assert entries() == before + 1
    del said["save_as"]
    client.post(f"/import/{run.pk}/", {**said, "do": "import"})
    done = client.post(f"/import/{run.pk}/proceed/", headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"
    assert Product.objects.get(sku="Z-1").price_micro == 12_500_000
    assert Mapping.objects.get(name="Waren").columns["price"] == "VK"
    shown = client.get(f"/import/{run.pk}/").content.decode()
    assert "Mend these rows" in shown
    assert client.post(f"/import/{run.pk}/", {**said, "do": "import"}).status_code == 409
    clean()


def test_what_is_no_table_is_refused_beside_the_field(client: Client) -> None:
    answer = client.post(
        "/import/", {"kind": "products", "file": SimpleUploadedFile("x.xlsx", b"no workbook")}
    )
    assert answer.status_code == 422
    assert "This is no workbook." in answer.content.decode()
    assert client.post("/import/", {"kind": "products"}).status_code == 422
    assert not Run.objects.exists()


def test_an_empty_file_has_the_columns_of_its_kind(client: Client) -> None:
    page = client.get("/import/").content.decode()
    for kind in KINDS.values():
        assert f"/import/templates/{kind.name}.csv" in page
        answer = client.get(f"/import/templates/{kind.name}.csv")
        headings, example = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert headings == kind.names()
        assert example == [column.example for column in kind.columns]
        assert all(column.example for column in kind.columns if column.needed)
        book = client.get(f"/import/templates/{kind.name}.xlsx")
        sheet = sheets.read(book.content, "template.xlsx")
        assert sheet.headings == kind.names()
        figures = [column.form == "figure" for column in kind.columns]
        assert sheet.rows[0][1] == [
            f"{Decimal(cell):f}".rstrip("0").rstrip(".") if figure and "." in cell else cell
            for figure, cell in zip(figures, example, strict=True)
        ]
    assert client.get("/import/templates/dreams.csv").status_code == 404


def test_who_may_not_import_is_turned_away(client: Client) -> None:
    other = Client()
    other.force_login(User.objects.create(username="eve"))
    assert other.get("/import/").status_code == 403


LISTS = {
    "catalog:products": "products",
    "parties:organizations": "organizations",
    "stock:locations": "locations",
    "stock:inventory": "stock",
    "stock:levels": "levels",
    "pricing:price_lists": "price_lists",
    "pricing:rates": "rates",
    "devices:devices": "devices",
    "sales:quotes": "quotes",
    "sales:orders": "orders",
    "purchasing:orders": "purchase_orders",
    "billing:invoices": "invoices",
}


def taken(client: Client, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_leaves_in_the_columns_of_the_import(client: Client, name: str) -> None:
    kind = {**KINDS, **lists.HISTORY}[LISTS[name]]
    address = reverse(name)
    assert "As the import reads it (CSV)" in client.get(address).content.decode()
    (headings, *_) = taken(client, f"{address}?export=import-csv")
    assert headings == [column.name for column in kind.leaving()]
    book = client.get(f"{address}?export=import-xlsx")
    assert b"".join(book)[:2] == b"PK"


def test_only_what_the_filter_leaves_is_taken_out() -> None:
    company = world()
    client = Client()
    client.force_login(company.user)
    for sku in ("A-1", "B-1"):
        company.stock(company.product(sku=sku, name=f"Product {sku}"), 3)
    rows = taken(client, reverse("catalog:products") + "?export=import-csv&product=B-1")
    assert [row[0] for row in rows[1:]] == ["B-1"]
    (of_stock,) = (
        row for row in taken(client, reverse("stock:inventory") + "?export=import-csv") if row[0] == "A-1"
    )
    assert of_stock[:4] == ["A-1", "Main", "A1", "3"]
    clerk = User.objects.create(username="clerk")
    Grant.objects.create(user=clerk, role=Role.objects.create(name="looks", permissions=["catalog.read"]))
    client.force_login(User.objects.get(pk=clerk.pk))
    assert "As the import reads it" not in client.get(reverse("catalog:products")).content.decode()
    assert client.get(reverse("catalog:products") + "?export=import-csv").status_code == 403


def test_an_archive_of_everything_is_uploaded_as_its_files_the_first_to_bring_in_on_top() -> None:
    company = world()
    client = Client()
    client.force_login(company.user)
    company.stock(company.product(sku="A-1", name="Product"), 3)
    archive = b"".join(client.get("/export/everything-csv.zip"))
    answer = client.post("/import/", {"file": SimpleUploadedFile("all.zip", archive)})
    assert (answer.status_code, answer["Location"]) == (303, "/import/")
    names = list(Run.objects.order_by("-pk").values_list("name", flat=True))
    wanted = ("tax_codes", "organizations", "sites", "products", "vendor_prices", "locations", "stock")
    assert names == [f"{name}.csv" for name in wanted]
    broken = client.post("/import/", {"file": SimpleUploadedFile("all.zip", archive[:400])})
    assert broken.status_code == 422
    assert Run.objects.count() == len(wanted)
