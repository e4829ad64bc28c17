"""Reference cases that are no story: what no door accepts, and many units in one act."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.scenarios.doors import ActionsDoor, ApiDoor
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.fulfilment.models import Shipment
from wharfinger.ledger.models import Holding, Layer, Place
from wharfinger.parties.models import Organization, Site
from wharfinger.stock.actions.goods import put_away
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def refused(company: World, path: str, body: Any) -> int:
    """How the API refuses this, nothing written."""
    before = entries()
    door = ApiDoor(company)
    answer = door.client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
    assert entries() == before
    return answer.status_code


def test_a_derived_figure_is_not_taken_from_a_caller(company: World) -> None:
    """R05, S05: reserved is what lines hold; where a unit stands is what was moved."""
    product = company.product()
    found = {"product": product.pk, "location": company.location.pk, "quantity": "2", "reason": "Count"}
    assert refused(company, "/stock/adjust", found | {"reserved": "1000"}) == 422
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 1, serials=("S1",))
    assert refused(company, "/serials/S1", {"location": company.other.pk}) in (404, 405)


def test_goods_go_to_the_customers_own_sites(company: World) -> None:
    """F35: the address of another company is refused; without one it is the customer's."""
    other = Organization.objects.create(name="Beta")
    stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
    there = Site.objects.create(organization=other, name="Yard", place=stand, rented_place=lent)
    line = {"product": company.product().pk, "quantity": "1", "site": there.pk}
    body = {"organization": company.customer.pk, "lines": [line]}
    assert refused(company, "/orders", body) in (404, 409, 422)


@pytest.mark.parametrize("door", [ActionsDoor, ApiDoor])
def test_a_provisional_order_gets_another_address(
    company: World, door: type[ActionsDoor] | type[ApiDoor]
) -> None:
    """F17: sent, taken back, provisional again, another site, firm, sent: only the second address has goods."""
    stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
    yard = Site.objects.create(organization=company.customer, name="Yard", place=stand, rented_place=lent)
    product = company.product()
    company.stock(product, 2)
    through = door(company)
    order, (line,), _ = through.order(company.customer.pk, [(product.pk, 2)], confirm=True)
    through.on_lines("pick-pack-ship", order, [(line, 2)], ())
    through.on_lines("cancel-delivery", order, [(line, 2)], ())
    through.on_lines("release", order, [(line, 2)], ())
    through.unconfirm(order)
    through.readdress(line, yard.pk)
    through.on_document("confirm", order)
    through.on_lines("pick-pack-ship", order, [(line, 2)], ())
    first, second = Shipment.objects.order_by("pk")
    (there,) = Holding.objects.filter(kind="customer", quantity__gt=0)
    assert (there.place_id, there.quantity) == (stand.pk, 2)
    assert (first.site_id, second.site_id) == (company.site.pk, yard.pk)
    clean()


def test_no_more_is_put_away_than_arrived(company: World) -> None:
    """F13: of 10 that arrived 11 are not put away; 10 are."""
    product = company.product()
    company.stock(product, 10)
    here, there = company.bins[0], company.bins[1]

    def away(quantity: int) -> Any:
        goods = Goods(product.pk, quantity, company.location.place_id, here.place_id)
        return put_away(actor=HOUSE, items=[Transfer(goods, company.location.place_id, there.place_id)])

    before = entries()
    with pytest.raises(Refusal) as found:
        away(11)
    assert (found.value.code, entries()) == ("not_enough", before)
    away(10)
    assert Holding.objects.get(place=there.place_id, quantity__gt=0).quantity == 10
    clean()


def test_750_serials_leave_in_one_shipment(company: World) -> None:
    """F33: at most 100 statements and 5 seconds; of 1,500 half are left, each gone one by its own number."""
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 1500, serials=tuple(f"S{n}" for n in range(1500)))
    door = ActionsDoor(company)
    order, lines, _ = door.order(company.customer.pk, [(phone.pk, 750)], confirm=True)
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as found:
        door.on_lines("pick-pack-ship", order, [(lines[0], 750)], ())
    assert time.perf_counter() - begun < 5
    assert len(found) <= 100
    gone = Holding.objects.filter(kind="customer", quantity=1, serial=True)
    assert gone.count() == 750
    assert sum(Layer.objects.values_list("quantity", flat=True)) == 750
    clean()
