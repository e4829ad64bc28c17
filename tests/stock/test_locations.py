"""Locations of every kind: names, the one default, custody, what stands there, and their end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import sold, stocked_up
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.stock.actions.goods import adjust, transfer
from wharfinger.stock.actions.locations import add_location, change_location
from wharfinger.stock.actions.transfers import draft_transfer, receive_transfer, send_transfer
from wharfinger.stock.models import Location
from wharfinger.stock.queries.figures import stock_rows
from wharfinger.stock.queries.locations import Standing, standing_at
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer
from wharfinger.stock.rules.transferring import Arrived, Sent, TransferWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def refused(act: Any) -> tuple[str, str | None]:
    """How an act is refused; nothing is written."""
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert entries() == before
    return found.value.code, found.value.field


def test_a_name_is_one_locations_alone_and_short(company: World) -> None:
    assert refused(lambda: add_location(actor=HOUSE, values={"name": company.location.name})) == (
        "name_taken",
        "name",
    )
    assert refused(lambda: add_location(actor=HOUSE, values={"name": "x" * 51}))[1] == "name"
    add_location(actor=HOUSE, values={"name": "x" * 50})


def test_one_location_is_the_default_never_a_persons_and_never_retired(company: World) -> None:
    made = add_location(actor=HOUSE, values={"name": "Annex", "default": True}).one("stock.Location")
    assert list(Location.objects.filter(default=True).values_list("pk", flat=True)) == [made]
    for change in ({"retired_on": "2026-01-01"}, {"kind": "person", "person": company.user.pk}):
        code = refused(lambda change=change: change_location(actor=HOUSE, location=made, values=change))
        assert code == ("no_default", "default")
    gives_up = {"default": False}
    assert refused(lambda: change_location(actor=HOUSE, location=made, values=gives_up)) == (
        "default_needed",
        "default",
    )


@pytest.mark.parametrize("kind", ["warehouse", "person", "returns", "virtual"])
def test_every_kind_holds_goods_as_any_other_and_ends_only_empty(company: World, kind: str) -> None:
    person = {"person": company.user.pk} if kind == "person" else {}
    made = add_location(actor=HOUSE, values={"name": "There", "kind": kind, **person}).one("stock.Location")
    there = Location.objects.get(pk=made)
    product = company.product()
    company.stock(product, 3)
    out = Transfer(Goods(product.pk, 2, company.location.place_id), there.place_id)
    transfer(actor=HOUSE, items=[out])
    assert {row.location: row.on_hand for row in stock_rows([product.pk])} == {
        company.location.pk: 1,
        made: 2,
    }
    end = {"retired_on": "2026-01-01"}
    assert refused(lambda: change_location(actor=HOUSE, location=made, values=end)) == (
        "not_empty",
        "retired_on",
    )
    back = Transfer(Goods(product.pk, 2, there.place_id), company.location.place_id)
    transfer(actor=HOUSE, items=[back])
    change_location(actor=HOUSE, location=made, values=end)
    assert refused(lambda: transfer(actor=HOUSE, items=[out]))[0] == "location_retired"
    found = [Adjustment(product.pk, 1, there.place_id)]
    assert refused(lambda: adjust(actor=HOUSE, items=found, reason="Found"))[0] == "location_retired"
    clean()


def test_the_list_says_how_much_is_on_hand_and_not_what_is_on_order(company: World, client: Client) -> None:
    """AT-12: products and units at each location, picked ones among them; what comes or was refused is not there."""
    metres, product = company.product(quantity_decimals=1), company.product()
    company.stock(metres, 25)
    company.stock(product, 3)
    company.stock(product, 4, bin=company.bins[2])
    line = sold(company, product, 2)
    pick(actor=HOUSE, picks=[Pick(line, 2, location=company.location.place_id)])
    stocked_up(company, (product, 50, 1_000_000))
    client.force_login(company.user)
    page = client.get("/locations/").content.decode()
    cells = re.findall(r'<td class="k-(?:number|quantity)"[^>]*>(.*?)</td>', page)
    assert [cells[n : n + 3] for n in range(0, len(cells), 3)] == [["2", "1", "4"], ["2", "2", "5.5"]]
    place = company.location.place_id
    assert standing_at([place])[place] == Standing(products=2, units=55, decimals=1)
    assert standing_at([]) == {}


def test_a_persons_custody_says_what_is_on_its_way_to_whom(company: World, client: Client) -> None:
    client.force_login(company.user)
    keeper = {"name": "Ada's bag", "kind": "person", "person": company.user.pk}
    bag = add_location(actor=HOUSE, values=keeper).one("stock.Location")
    product = company.product()
    company.stock(product, 3)
    wish = TransferWish(company.location.pk, bag, (Sent(product.pk, 2),))
    order = draft_transfer(actor=HOUSE, wish=wish).one("stock.TransferOrder")
    send_transfer(actor=HOUSE, order=order)
    for at in (bag, company.location.pk):
        page = seen(client, f"/locations/{at}/")
        assert f"/stock/transfers/{order}/" in page
        assert "In transit" in page
    assert f"/stock/transfers/{order}/" not in seen(client, f"/locations/{company.other.pk}/")
    assert product.sku in seen(client, f"/stock/?tab=all&location={bag}")
    receive_transfer(actor=HOUSE, order=order, arrived=[Arrived(product.pk, 2)])
    assert f"/stock/transfers/{order}/" not in seen(client, f"/locations/{bag}/")
    page = seen(client, f"/locations/?person={company.user.pk}")
    assert f"/locations/{bag}/" in page
    assert f"/locations/{company.location.pk}/" not in page
    clean()


def test_stock_leaves_out_where_nothing_of_a_product_is(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    company.stock(product, 1)
    move = Transfer(Goods(product.pk, 1, company.location.place_id), company.other.place_id)
    transfer(actor=HOUSE, items=[move])
    page = seen(client, "/stock/")
    assert page.count(f'href="/stock/products/{product.pk}/"') == 1
    assert f"/locations/{company.location.pk}/" not in page


def test_a_bin_tells_what_lies_in_it(client: Client, company: World) -> None:
    """Each lot with its number and for whom; nothing of the next bin; few statements."""
    client.force_login(company.user)
    phone, cable = company.product(traced="serial"), company.product()
    company.stock(phone, 2, serials=("P-1", "P-2"))
    company.stock(cable, 7)
    company.stock(cable, 9, bin=company.bins[1])
    path = f"/stock/bins/{company.bins[0].pk}/"
    with CaptureQueriesContext(connection) as caught:
        page = seen(client, path)
    assert len(caught) <= 12
    assert all(said in page for said in ("P-1", "P-2", ">7<", cable.sku))
    assert page.index("P-2") < page.index(f">{cable.sku}<"), "by SKU"
    assert ">9<" not in page
    assert f'href="{path}"' in seen(client, f"/locations/{company.location.pk}/")
    assert cable.sku not in seen(client, f"{path}?product={phone.sku}")
    assert client.get("/stock/bins/99/").status_code == 404
