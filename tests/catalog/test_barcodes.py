"""Further barcodes of a product: a code stands for one product, and a scan means as much as is in the package."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.test_nouns import Caller
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.catalog.actions import add_product, change_product
from wharfinger.catalog.models import Barcode, Product
from wharfinger.catalog.queries import codes_of, scanned
from wharfinger.catalog.rules.barcodes import forms_of, key_of
from wharfinger.demand.pages import typed_lines
from wharfinger.ledger.reverse import reverse
from wharfinger.stock.queries.scans import scans

pytestmark = pytest.mark.django_db

PIECE, CARTON = "4006381333931", "14006381333938"


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def marked(company: World, **values: Any) -> Product:
    product = company.product(**values)
    codes = [{"code": PIECE}, {"code": CARTON, "quantity": "24"}, {"code": "Shelf-7"}]
    change_product(actor=HOUSE, product=product.pk, values={}, barcodes=codes)
    return product


def test_a_gtin_is_the_same_with_and_without_leading_zeros() -> None:
    assert key_of("012345678905") == key_of("0012345678905") == "00012345678905"
    assert key_of("12345678") == "12345678"
    assert forms_of("0012345678905") == {"012345678905", "0012345678905", "00012345678905"}


def test_a_scan_of_a_carton_means_what_is_in_it(company: World) -> None:
    product = marked(company, sku="CBL-1")
    found = scanned([PIECE, f"0{PIECE}", CARTON, "shelf-7", "cbl-1", "else"])
    assert {code: one.quantity for code, one in found.items()} == {
        PIECE: 1,
        f"0{PIECE}": 1,
        CARTON: 24,
        "shelf-7": 1,
        "cbl-1": 1,
    }
    place = company.bins[0].place_id
    (tally,) = scans(place, [CARTON, PIECE, "CBL-1", CARTON])
    assert (tally.product, tally.counted) == (product.pk, 50)
    (line,) = typed_lines({"sku-0": CARTON})
    assert (line.product, line.quantity) == (product.pk, 24)
    (line,) = typed_lines({"sku-0": CARTON, "quantity-0": "3"})
    assert line.quantity == 3
    with CaptureQueriesContext(connection) as asked:
        assert codes_of([product])[product.pk][CARTON] == 24
    assert len(asked) == 2


def test_a_scan_of_a_unit_enters_the_unit(company: World) -> None:
    product = company.product(sku="CBL-1")
    case = {"name": "case", "factor": "24"}
    with pytest.raises(BadInput) as refused:
        change_product(
            actor=HOUSE, product=product.pk, values={}, barcodes=[{"code": CARTON, "unit": "case"}]
        )
    assert (refused.value.code, refused.value.field) == ("no_such_unit_here", "barcodes.0.unit")
    change_product(
        actor=HOUSE,
        product=product.pk,
        values={},
        units=[case],
        barcodes=[
            {"code": CARTON, "unit": "Case"},
            {"code": "BOX", "quantity": "24"},
            {"code": "P-7", "unit": "pc"},
        ],
    )
    assert {code: one[1:] for code, one in scanned([CARTON, "box", "P-7", "CBL-1"]).items()} == {
        CARTON: (24, "case"),
        "box": (24, "case"),
        "P-7": (1, ""),
        "CBL-1": (1, ""),
    }
    assert codes_of([product])[product.pk] == {"CBL-1": 1, CARTON: 24, "BOX": 24, "P-7": 1}
    (line,) = typed_lines({"sku-0": CARTON})
    assert (line.quantity, line.unit, line.per) == (24, "case", 24)
    (line,) = typed_lines({"sku-0": CARTON, "quantity-0": "3"})
    assert (line.quantity, line.unit) == (72, "case")
    (line,) = typed_lines({"sku-0": CARTON, "quantity-0": "3", "unit-0": "pc"})
    assert (line.quantity, line.unit) == (3, "")
    place = company.bins[0].place_id
    (tally,) = scans(place, [CARTON, "P-7"])
    assert tally.counted == 25
    retired = {**case, "retired_on": "2026-11-01"}
    change_product(actor=HOUSE, product=product.pk, values={}, units=[retired])
    assert scanned([CARTON])[CARTON][1:] == (24, "")


def test_a_code_of_another_product_is_refused(company: World) -> None:
    marked(company, sku="CBL-1")
    other = company.product(sku="CBL-2", gtin="96385074")
    before = entries()
    for codes, why, field in (
        ([{"code": f"0{PIECE}"}], "code_of_another", "barcodes.0.code"),
        ([{"code": "cbl-1"}], "code_of_another", "barcodes.0.code"),
        ([{"code": "X"}, {"code": "x"}], "named_twice", "barcodes.1.code"),
        ([{"code": "4006381333932"}], "not_a_gtin", "barcodes.0.code"),
        ([{"code": "X", "quantity": "1.5"}], "too_precise", "barcodes.0.quantity"),
        ([{"code": "X", "quantity": "0"}], "not_positive", "barcodes.0.quantity"),
    ):
        with pytest.raises(BadInput) as refused:
            change_product(actor=HOUSE, product=other.pk, values={}, barcodes=codes)
        assert (refused.value.code, refused.value.field) == (why, field)
    with pytest.raises(BadInput):
        add_product(actor=HOUSE, values={"sku": "N", "name": "N"}, barcodes=[{"code": "96385074"}])
    assert entries() == before
    change_product(actor=HOUSE, product=other.pk, values={}, barcodes=[{"code": "96385074"}])
    clean()


def test_a_code_that_was_taken_off_is_free_again_and_undo_brings_it_back(company: World) -> None:
    product, other = marked(company, sku="CBL-1"), company.product()
    taken = change_product(actor=HOUSE, product=product.pk, values={}, barcodes=[{"code": "Shelf-7"}])
    assert set(scanned([PIECE, CARTON, "shelf-7"])) == {"shelf-7"}
    reverse(actor=HOUSE, entry=taken.id)
    assert len(scanned([PIECE, CARTON, "shelf-7"])) == 3
    change_product(actor=HOUSE, product=product.pk, values={}, barcodes=[])
    given = change_product(actor=HOUSE, product=other.pk, values={}, barcodes=[{"code": PIECE}])
    assert scanned([PIECE])[PIECE].product == other
    reverse(actor=HOUSE, entry=given.id)
    assert not scanned([PIECE])
    assert Barcode.objects.filter(void__isnull=False).count() == 1
    clean()


def test_a_product_is_found_by_every_code(browser: Client, company: World) -> None:
    product = marked(company, sku="CBL-1", name="Patch cable")
    company.stock(product, 30)
    for address in (f"/products/?product={PIECE}", f"/stock/?product={CARTON}"):
        assert "CBL-1" in seen(browser, address)
    assert browser.get(f"/search/?q={CARTON}")["Location"] == f"/products/{product.pk}/"
    page = seen(browser, f"/products/{product.pk}/")
    assert CARTON in page
    assert ">24<" in page
    form = seen(browser, f"/products/{product.pk}/change/")
    assert f'value="{CARTON}"' in form
    assert 'name="barcodes.4.code"' in form


def test_barcodes_are_typed_into_the_form(browser: Client, company: World) -> None:
    typed = {
        "sku": "CBL-1",
        "name": "Patch cable",
        "kind": "stocked",
        "traced": "none",
        "traced_from": "receipt",
        "unit": "m",
        "quantity_decimals": "2",
        "barcodes.1.code": "Drum",
        "barcodes.1.quantity": "305.5",
    }
    assert browser.post("/products/new/", typed).status_code == 303
    assert Barcode.objects.get().quantity == 30550
    before = entries()
    answer = browser.post("/products/new/", {**typed, "sku": "CBL-2"})
    assert answer.status_code == 422
    assert 'id="f-barcodes.1.code-e"' in answer.content.decode()
    assert entries() == before


def test_barcodes_over_http(company: World) -> None:
    ada = Caller(company.user)
    codes = [{"code": PIECE}, {"code": CARTON, "quantity": "24"}]
    made = ada.good("post", "/products", {"sku": "CBL-1", "name": "Cable", "barcodes": codes})
    shown = [
        {"code": PIECE, "unit": "pc", "quantity": "1"},
        {"code": CARTON, "unit": "pc", "quantity": "24"},
    ]
    assert made["barcodes"] == shown
    assert ada.good("patch", f"/products/{made['id']}", {"name": "Patch cable"})["barcodes"] == shown
    found = ada.good("get", f"/products?code={CARTON}")["items"]
    assert [one["sku"] for one in found] == ["CBL-1"]
    other = {"sku": "CBL-2", "name": "Cable", "barcodes": [{"code": PIECE}]}
    assert ada.refused("post", "/products", other) == (422, "code_of_another", "barcodes.0.code")
    assert ada.good("patch", f"/products/{made['id']}", {"barcodes": []})["barcodes"] == []
