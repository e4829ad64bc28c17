"""Rolling an import back: undone by entries, kept where goods have moved on, and brought in again afterwards."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.exchange.test_import import ORGANIZATIONS, PRODUCTS, bring, counts
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Sheet
from wharfinger.exchange.actions import rollback
from wharfinger.exchange.models import Brought, Made, Run
from wharfinger.exchange.queries import made
from wharfinger.ledger.models import Entry, Lot
from wharfinger.parties.models import Contact, Organization
from wharfinger.stock.actions.goods import transfer
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db

STOCK = "sku,name,quantity,unit cost,serial\nA-2,,250,1.15,\nA-1,,,190,SN-007\nN-1,Brand new,5,2,\n"


@pytest.fixture
def house() -> World:
    found = world()
    bring("organizations", ORGANIZATIONS)
    bring("products", PRODUCTS)
    return found


def back(run: Run) -> Run:
    run = rollback.roll_back(actor=HOUSE, run=Run.objects.get(pk=run.pk))
    while run.back_to is not None:
        run = rollback.go_back(actor=HOUSE, run=run)
    return run


def reasons(run: Run) -> list[tuple[str, str]]:
    return [(one["name"], one["why"]) for one in made(run) if one["why"]]


def test_opening_stock_and_the_products_it_made_go_and_come_again(house: World) -> None:
    run = bring("stock", STOCK)
    assert counts(run) == (3, 0, 0, [])
    new = Product.objects.get(sku="N-1")
    before = Entry.objects.latest("pk").pk
    back(run)
    new.refresh_from_db()
    assert (held(), new.retired_on is not None, Brought.objects.count()) == ({}, True, 0)
    told = Entry.objects.filter(pk__gt=before).order_by("pk")
    assert [(one.verb, one.reason) for one in told] == [("reverse", "Rolled back: stock.csv"), ("change", "")]
    assert not Made.objects.filter(run=run, undone__isnull=True).exists()
    clean()
    with pytest.raises(Refusal) as refused:
        rollback.roll_back(actor=HOUSE, run=run)
    assert refused.value.code == "nothing_to_roll_back"
    assert counts(bring("products", "sku,name\nN-1,Brand new\n")) == (0, 1, 0, [])
    assert counts(bring("stock", STOCK)) == (3, 0, 0, [])
    new.refresh_from_db()
    assert (held(), new.retired_on) == ({"bin": 256}, None)
    clean()


def test_goods_that_moved_on_stay_and_are_named(house: World) -> None:
    run = bring("stock", STOCK)
    unit = Product.objects.get(sku="A-1")
    place, other = house.location.place_id, house.other
    transfer(
        actor=HOUSE,
        items=[Transfer(Goods(unit.pk, 1, place, codes=("SN-007",)), other.place_id)],
    )
    back(run)
    assert held() == {"bin": 1}
    assert reasons(run) == [
        ("A-1 · SN-007", "“A-1 · SN-007” has moved on: Van / A1. Bring it back first."),
    ]
    clean()
    # What is in the books still is known still; the rest comes in again.
    assert counts(bring("stock", STOCK))[:3] == (2, 0, 1)
    transfer(actor=HOUSE, items=[Transfer(Goods(unit.pk, 1, other.place_id, codes=("SN-007",)), place)])
    back(run)
    assert (held(product=unit.pk), reasons(run)) == ({}, [])
    clean()


def test_products_in_use_stay_and_what_was_changed_is_as_before(house: World) -> None:
    first = Run.objects.get(kind="products")
    bring("stock", "sku,quantity\nA-2,5\n")
    changed = bring("products", "sku,name,price\nA-1,Better router,290\n")
    back(changed)
    router = Product.objects.get(sku="A-1")
    assert (router.name, router.price_micro, router.retired_on) == ("Router", 289_000_000, None)
    back(first)
    router.refresh_from_db()
    assert router.retired_on is not None
    assert reasons(first) == [
        ("A-2", "“A-2” is used already: Main / A1. See to that first."),
    ]
    # A person who retires something is not overruled by a file.
    assert counts(bring("products", PRODUCTS)) == (0, 1, 1, [])
    router.refresh_from_db()
    assert router.retired_on is None
    clean()


def test_organizations_locations_and_orders_are_rolled_back(house: World) -> None:
    orders = bring("orders", "order,customer,sku,quantity\n77,0815,A-1,2\n")
    places = bring("locations", "location,bin\nDepot,D1\nMain,Z9\n")
    people = Run.objects.get(kind="organizations")
    back(people)
    assert [why.split(". See")[0] for _name, why in reasons(people)] == [
        "“V7” is used already: A-1 Router",
        "“0815” is used already: 77",
    ]
    assert Organization.objects.get(reference="V7").retired_on is None  # its prices stand on products
    back(orders)
    assert not Sheet.objects.filter(number="77", void__isnull=True).exists()
    back(places)
    assert Location.objects.get(name="Depot").retired_on is not None
    assert Bin.objects.get(name="Z9").retired_on is not None
    back(Run.objects.get(kind="products"))
    back(people)
    assert Organization.objects.get(reference="0815").retired_on is not None
    assert Contact.objects.filter(retired_on__isnull=True).exists()
    clean()


def test_what_was_only_tried_is_not_rolled_back(house: World) -> None:
    run = bring("stock", STOCK, dry=True)
    before = (entries(), Made.objects.count())
    with pytest.raises(Refusal) as refused:
        rollback.roll_back(actor=HOUSE, run=run)
    assert refused.value.code == "not_brought_in"
    assert ((entries(), Made.objects.count()), Lot.objects.filter(serial=True).count()) == (before, 0)


def test_the_page_rolls_back_and_shows_what_stays(house: World) -> None:
    client = Client()
    client.force_login(house.user)
    run = bring("stock", STOCK)
    page = client.get(f"/import/{run.pk}/").content.decode()
    assert "A-1 · SN-007" in page
    assert "Roll back" in page
    assert client.post(f"/import/{run.pk}/roll-back/").status_code == 303
    assert "0 of 4 rolled back" in client.get(f"/import/{run.pk}/").content.decode()
    done = client.post(f"/import/{run.pk}/go-back/", headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"
    assert held() == {}
    assert "Rolled back" in client.get("/import/").content.decode()
    before = entries()
    assert client.post(f"/import/{run.pk}/roll-back/").status_code == 303
    assert entries() == before
    clean()
