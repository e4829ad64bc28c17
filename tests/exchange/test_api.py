"""Import and export over HTTP: upload, see, try, confirm, go on, roll back; take out."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.exchange.test_systems import FILES
from tests.world import World, clean, entries, world
from wharfinger.catalog.models import Product
from wharfinger.exchange.models import Run
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.parties.models import Grant, Role, User

pytestmark = pytest.mark.django_db
API = "/api/v1"
PRODUCTS = b"sku,name,price\nZ-1,Pliers,12.50\nZ-2,Compasses,twelve\n"


@pytest.fixture
def house() -> World:
    return world()


@pytest.fixture
def client(house: World) -> Client:
    found = Client()
    found.force_login(house.user)
    return found


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def upload(client: Client, content: bytes = PRODUCTS, kind: str = "", **headers: str) -> Any:
    file = SimpleUploadedFile("goods.csv", content)
    return client.post(f"{API}/imports", {"file": file, "kind": kind}, headers=headers)


def post(client: Client, address: str, said: Any = None, **headers: str) -> Any:
    return client.post(f"{API}{address}", said or {}, content_type="application/json", headers=headers)


def test_a_file_is_uploaded_tried_confirmed_and_rolled_back(client: Client) -> None:
    answer = upload(client)
    run = answer.json()
    assert (answer.status_code, run["status"], run["kind"]) == (201, "uploaded", "products")
    assert run["columns"] == {"sku": "sku", "name": "name", "price": "price"}
    assert run["rows"] == [["Z-1", "Pliers", "12.50"], ["Z-2", "Compasses", "twelve"]]
    before = entries()
    tried = post(client, f"/imports/{run['id']}/try").json()
    assert (tried["status"], tried["added"], tried["refused"], entries()) == ("tried", 1, 1, before)
    (problem,) = tried["problems"]
    assert (problem["row"], problem["column"]) == (3, "price")
    assert problem["message"] == "“twelve” is not a number. Write it like 12.50."
    done = post(client, f"/imports/{run['id']}/confirm").json()
    assert (done["status"], done["added"], done["made"], entries()) == ("brought_in", 1, 1, before + 1)
    assert post(client, f"/imports/{run['id']}/confirm").json()["code"] == "brought_in"
    back = post(client, f"/imports/{run['id']}/roll-back").json()
    assert (back["status"], back["made"], back["undone"]) == ("rolled_back", 1, 1)
    assert Product.objects.get(sku="Z-1").retired_on is not None
    listed = client.get(f"{API}/imports?status=rolled_back&kind=products").json()["items"]
    assert [one["id"] for one in listed] == [run["id"]]
    assert client.get(f"{API}/imports?status=tried").json()["items"] == []
    assert client.get(f"{API}/imports/{run['id']}").json()["undone"] == 1
    clean()


def test_the_same_key_uploads_and_confirms_once(client: Client) -> None:
    first, again = (upload(client, **{"Idempotency-Key": "up-1"}) for _ in range(2))
    assert (first.json(), again["Idempotency-Replayed"], Run.objects.count()) == (again.json(), "true", 1)
    address = f"/imports/{first.json()['id']}/confirm"
    done, replayed = (post(client, address, **{"Idempotency-Key": "go-1"}) for _ in range(2))
    assert (done.status_code, done.json()) == (200, replayed.json())
    assert Product.objects.filter(sku="Z-1").count() == 1
    stale = post(client, address, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_a_mapping_that_does_not_fit_is_refused_with_its_column(client: Client) -> None:
    run = upload(client).json()
    before = entries()
    answer = post(client, f"/imports/{run['id']}/confirm", {"columns": {"sku": "number"}})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        422,
        "no_such_heading",
        "sku",
    )
    assert post(client, f"/imports/{run['id']}/try?dry_run=true").json()["code"] == "no_dry_run"
    unknown = upload(client, b"colour,shape\nred,round\n")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "kind_unknown")
    assert upload(client, kind="dreams").json()["code"] == "no_such_kind"
    assert (entries(), Run.objects.count()) == (before, 1)
    assert client.get(f"{API}/imports/999").status_code == 404


def test_whose_file_it_is_and_what_stays_behind_is_told(client: Client) -> None:
    run = upload(client, FILES[2].text.encode()).json()
    assert (run["system"], run["kind"], run["left"]) == ("Odoo", "products", list(FILES[2].left))


def test_kinds_and_files_to_fill_in(client: Client) -> None:
    kinds = client.get(f"{API}/imports/kinds").json()["items"]
    assert [one["name"] for one in kinds] == list(KINDS)
    (products,) = (one for one in kinds if one["name"] == "products")
    (price,) = (one for one in products["columns"] if one["name"] == "price")
    assert (products["name"], price["label"], price["form"], price["help"]) == (
        "products",
        "Price",
        "figure",
        "A number.",
    )
    for kind in KINDS:
        for form in ("csv", "xlsx"):
            assert body(client.get(f"{API}/imports/templates/{kind}?form={form}"))
    assert client.get(f"{API}/imports/templates/dreams").status_code == 404


def test_lists_and_everything_are_taken_out(client: Client, house: World) -> None:
    house.product(sku="P-1", name="Product")
    lists = client.get(f"{API}/exports").json()["items"]
    assert lists[-1] == {**lists[-1], "name": "invoices", "comes_back": False}
    for one in lists:
        answer = client.get(f"{API}/exports/{one['name']}")
        (headings, *_) = csv.reader(io.StringIO(body(answer).decode("utf-8-sig")))
        assert headings == one["columns"]
        assert body(client.get(f"{API}/exports/{one['name']}?form=xlsx"))[:2] == b"PK"
    archive = zipfile.ZipFile(io.BytesIO(body(client.get(f"{API}/exports/everything"))))
    assert archive.namelist() == [f"{one['name']}.csv" for one in lists]
    assert client.get(f"{API}/exports/dreams").status_code == 404


def test_who_may_not_is_turned_away(client: Client) -> None:
    eve = User.objects.create(username="eve")
    other = Client()
    other.force_login(eve)
    for address in (
        "/imports",
        "/imports/kinds",
        "/imports/templates/products",
        "/exports",
        "/exports/products",
    ):
        assert other.get(f"{API}{address}").status_code == 403
    assert upload(other).status_code == 403
    assert not Run.objects.exists()
    Grant.objects.create(user=eve, role=Role.objects.create(name="out", permissions=["exchange.export"]))
    eve = User.objects.get(pk=eve.pk)
    other.force_login(eve)
    assert other.get(f"{API}/exports/purchase_orders").status_code == 403
    assert other.get(f"{API}/exports/products").status_code == 200
