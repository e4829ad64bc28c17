"""A product is bought and sold in other units than the one it is counted in."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.world import World, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import add_product, change_product
from wharfinger.catalog.models import ProductUnit
from wharfinger.catalog.queries import units, units_of
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db
CASE = {"name": "case", "factor": "24", "for_buying": True}


@pytest.fixture
def company() -> World:
    return world()


def test_a_cable_is_sold_by_the_drum(company: World) -> None:
    made = add_product(
        actor=HOUSE,
        values={"sku": "CB-1", "name": "Cable", "unit": "m", "quantity_decimals": 2},
        units=[{"name": "drum", "factor": "305.50", "for_selling": True}],
    )
    pk = made.one("catalog.Product")
    assert units_of([pk]) == {(pk, "drum"): ("drum", 30550)}
    (drum,) = units()
    assert (drum.for_selling, drum.for_buying) == (True, False)


def test_a_unit_keeps_its_size_and_undo_takes_it_away(company: World) -> None:
    product = company.product()
    added = change_product(actor=HOUSE, product=product.pk, values={}, units=[CASE])
    before = entries()
    for unit, code, field in (
        ({"name": "CASE", "factor": "20"}, "unit_keeps_its_size", "units.0.factor"),
        ({"name": "pc", "factor": "1"}, "unit_twice", "units.0.name"),
        ({"name": "box", "factor": "0"}, "not_positive", "units.0.factor"),
        ({"name": "box", "factor": "1.5"}, "too_precise", "units.0.factor"),
        ({"name": "box"}, "missing", "units.0.factor"),
    ):
        with pytest.raises(Refusal) as refused:
            change_product(actor=HOUSE, product=product.pk, values={}, units=[unit])
        assert (refused.value.code, refused.value.field) == (code, field)
    with pytest.raises(Refusal) as refused:
        change_product(actor=HOUSE, product=product.pk, values={"quantity_decimals": 2})
    assert refused.value.code == "has_units"
    assert entries() == before
    reverse(actor=HOUSE, entry=added.id)
    assert not units().exists()
    change_product(actor=HOUSE, product=product.pk, values={}, units=[{"name": "case", "factor": "20"}])
    assert units_of([product.pk]) == {(product.pk, "case"): ("case", 20)}


def test_orders_begin_with_one_unit_only(company: World) -> None:
    product = company.product()
    change_product(actor=HOUSE, product=product.pk, values={}, units=[CASE])
    pallet = {"name": "pallet", "factor": "960", "for_buying": True}
    change_product(actor=HOUSE, product=product.pk, values={}, units=[pallet])
    assert dict(units().values_list("name", "for_buying")) == {"case": False, "pallet": True}
    before = entries()
    with pytest.raises(Refusal) as refused:
        change_product(actor=HOUSE, product=product.pk, values={}, units=[CASE, pallet])
    assert refused.value.code == "one_default"
    assert entries() == before


def test_the_page_and_the_api_keep_units(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = company.product(sku="SW-24")
    address = f"/products/{product.pk}/units/"
    form = {"units.0.name": "case", "units.0.factor": "24", "units.0.for_selling": "yes"}
    assert client.post(address, form).status_code == 303
    assert "case" in seen(client, f"/products/{product.pk}/")
    wrong = client.post(address, {**form, "units.1.name": "pc", "units.1.factor": "3"})
    assert wrong.status_code == 422
    assert 'id="f-units.1.name-e"' in wrong.content.decode()
    retired = {**form, "units.0.retired": "yes"}
    assert client.post(address, retired).status_code == 303
    assert ProductUnit.objects.get().retired_on is not None
    json = "application/json"
    body = {"units": [{"name": "box", "factor": "6", "for_selling": True}]}
    changed = client.patch(f"/api/v1/products/{product.pk}", body, content_type=json)
    assert changed.status_code == 200, changed.content
    shown = {one["name"]: one for one in changed.json()["units"]}
    assert shown["box"]["factor"] == "6"
    assert shown["case"]["retired_on"] is not None
