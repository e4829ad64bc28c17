"""The pages of tax codes and warranty policies, as a browser asks for them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.world import World, clean, entries, world
from wharfinger.catalog.models import TaxCode, WarrantyPolicy

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def test_tax_codes_are_added_and_changed(browser: Client, company: World) -> None:
    at = "/settings/tax-codes/"
    values = {"code": "S7", "name": "7 %", "rate": "7", "category": "S"}
    assert browser.get(f"{at}new/").status_code == 200
    assert browser.post(f"{at}new/", values).status_code == 303
    made = TaxCode.objects.get(code="S7")
    assert (made.rate_micro, made.default) == (70_000, False)
    assert browser.post(f"{at}{made.pk}/", values | {"default": "yes"}).status_code == 303
    assert [code.code for code in TaxCode.objects.filter(default=True)] == ["S7"]
    page = browser.get(at).content.decode()
    assert "S19" in page
    assert "7 %" in page
    company.product()
    before = entries()
    for pk, change, code in (
        ("new", {"code": "S19"}, 422),
        ("new", {"code": "N", "rate": "100"}, 422),
        (company.tax.pk, {"code": "S19", "rate": "20"}, 409),
    ):
        response = browser.post(f"{at}{pk}/", values | change)
        assert response.status_code == code
        assert f'id="f-{list(change)[-1]}-e"' in response.content.decode()
    assert entries() == before
    clean()


def test_warranty_policies_are_added_and_changed(browser: Client, company: World) -> None:
    at = "/settings/warranties/"
    product = company.product()
    values = {"name": "Two years", "months": "24", "start": "sold", "on_swap": "new", "product": product.sku}
    assert browser.get(f"{at}new/").status_code == 200
    assert browser.post(f"{at}new/", values).status_code == 303
    made = WarrantyPolicy.objects.get()
    assert (made.months, made.product, made.on_swap) == (24, product, "new")
    assert f'value="{product.sku}"' in browser.get(f"{at}{made.pk}/").content.decode()
    assert browser.post(f"{at}{made.pk}/", values | {"months": "36"}).status_code == 303
    made.refresh_from_db()
    assert made.months == 36
    ends = {"valid_from": "2026-01-01", "valid_until": "2026-12-31"}
    assert browser.post(f"{at}{made.pk}/", values | ends).status_code == 303
    assert 'value="2026-12-31"' in browser.get(f"{at}{made.pk}/").content.decode()
    assert browser.post(f"{at}{made.pk}/", values | ends | {"valid_until": "2025-12-31"}).status_code == 422
    assert "Two years" in browser.get(at).content.decode()
    before = entries()
    for change in (
        {"months": ""},
        {"product": "nothing"},
        {"name": ""},
        {"valid_from": "soon"},
        {"valid_until": "never"},
    ):
        response = browser.post(f"{at}{made.pk}/", values | change)
        assert response.status_code == 422
        assert f'id="f-{next(iter(change))}-e"' in response.content.decode()
    assert entries() == before
    clean()
