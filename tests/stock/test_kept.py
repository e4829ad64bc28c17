"""Goods of others in our keeping: taken in, moved, counted, handed back; never valued, sold or offered."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding, Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust, hand_back, transfer
from wharfinger.stock.queries.figures import stock_rows
from wharfinger.stock.queries.kept import kept_for_others
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def kept() -> list[tuple[str, str, int]]:
    return [(one["owner_name"], one["at_name"], one["quantity"]) for one in kept_for_others().order_by("pk")]


def test_others_goods_come_in_move_and_go_back_and_are_never_ours(company: World) -> None:
    product = company.product()
    here, there, acme = company.location.place_id, company.other.place_id, company.customer.pk
    adjust(actor=HOUSE, items=[Adjustment(product.pk, 5, here, owner=acme)], reason="Taken in")
    company.stock(product, 2)
    assert [(row.on_hand, row.available, row.value_minor) for row in stock_rows([product.pk])] == [
        (2, 2, 1200)
    ]
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 3),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    with pytest.raises(Refusal) as refused:
        reserve(actor=HOUSE, holds=[Hold(line, 3)])
    assert (refused.value.code, refused.value.free) == ("not_enough", 2)
    transfer(actor=HOUSE, items=[Transfer(Goods(product.pk, 4, here, owner=acme), there)])
    assert kept() == [("Acme", "Main", 1), ("Acme", "Van", 4)]
    back = hand_back(actor=HOUSE, items=[Goods(product.pk, 3, there, owner=acme)], reason="Collected")
    assert kept() == [("Acme", "Main", 1), ("Acme", "Van", 1)]
    assert sum(Layer.objects.values_list("value_minor", flat=True)) == 1200
    clean()
    before = entries()
    with pytest.raises(Refusal) as refused:
        hand_back(actor=HOUSE, items=[Goods(product.pk, 2, there, owner=acme)])
    assert (refused.value.code, refused.value.wanted, refused.value.free) == ("not_enough", 2, 1)
    with pytest.raises(Refusal):
        hand_back(actor=HOUSE, items=[Goods(product.pk, 1, there, owner=company.vendor.pk)])
    with pytest.raises(BadInput) as bad:
        hand_back(actor=HOUSE, items=[Goods(product.pk, 1, there)])
    assert (bad.value.field, entries()) == ("owner", before)
    reverse(actor=HOUSE, entry=back.id)
    assert kept() == [("Acme", "Main", 1), ("Acme", "Van", 4)]
    clean()


def test_a_serial_of_theirs_is_handed_back_by_its_number(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    here, acme = company.location.place_id, company.customer.pk
    item = Adjustment(phone.pk, 2, here, serials=("A", "B"), owner=acme)
    adjust(actor=HOUSE, items=[item], reason="Taken in")
    hand_back(actor=HOUSE, items=[Goods(phone.pk, 1, here, codes=("b",), owner=acme)])
    there = Holding.objects.filter(product=phone, kind="bin", quantity__gt=0)
    assert [one.lot.code for one in there] == ["A"]
    clean()


def test_what_is_kept_over_http_and_on_its_pages(company: World, client: Client) -> None:
    client.force_login(company.user)
    product = company.product()
    main, acme = company.location.pk, company.customer.pk

    def call(path: str, **body: object) -> int:
        return client.post(f"/api/v1{path}", body, content_type="application/json").status_code

    took = {"product": product.pk, "location": main, "owner": acme, "quantity": "5", "reason": "Taken in"}
    assert call("/stock/adjust", **took) == 200
    moved = {"product": product.pk, "quantity": "2", "from": main, "to": company.other.pk, "owner": acme}
    assert call("/stock/transfer", **moved) == 200
    given = {"product": product.pk, "owner": acme, "location": main, "quantity": "1"}
    assert call("/stock/hand-back", **given) == 200
    items = client.get(f"/api/v1/stock/kept?owner={acme}").json()["items"]
    assert [(one["location"], one["quantity"]) for one in items] == [(main, "2"), (company.other.pk, "2")]
    page = client.get("/stock/for-others/").content.decode()
    assert "Acme" in page
    assert product.sku in page
    form = {"product": product.sku, "owner": "Acme", "location": f"location-{main}", "quantity": "2"}
    assert client.get("/stock/for-others/hand-back/", form).status_code == 200
    assert client.post("/stock/for-others/hand-back/", form).status_code == 303
    assert kept() == [("Acme", "Van", 2)]
    again = client.post("/stock/for-others/hand-back/", form)
    assert "only 0 of them are there" in again.content.decode()
    clean()


def test_a_unit_of_theirs_is_found_and_moved_from_its_row_and_on_their_page(
    company: World, client: Client
) -> None:
    client.force_login(company.user)
    phone = company.product(traced="serial", cost_method="specific")
    acme, van = company.customer, company.other
    for code, place in (("A", company.location.place_id), ("B", van.place_id)):
        item = Adjustment(phone.pk, 1, place, serials=(code,), owner=acme.pk)
        adjust(actor=HOUSE, items=[item], reason="Taken in")
    page = seen(client, f"/stock/for-others/?location={van.pk}")
    assert links(page, "/stock/transfer/") == [["B"]]
    assert links(page, "/stock/for-others/hand-back/") == [["B"]]
    assert links(seen(client, "/stock/for-others/?number=a"), "/stock/transfer/") == [["A"]]
    (asked,) = re.findall(r'href="(/stock/transfer/[^"]+)"', page)
    form = {name: value[0] for name, value in parse_qs(urlsplit(unescape(asked)).query).items()}
    to = f"location-{company.location.pk}"
    assert client.post("/stock/transfer/", form | {"to": to}).status_code == 303
    assert [one[1] for one in kept()] == ["Main", "Main"]
    page = seen(client, f"/organizations/{acme.pk}/")
    assert "Kept for them" in page
    assert phone.sku in page
    assert "Kept for them" not in seen(client, f"/organizations/{company.vendor.pk}/")
    clean()


def links(page: str, to: str) -> list[list[str]]:
    """The serial numbers that links to a form fill in."""
    found = re.findall(rf'href="({to}\?[^"]+)"', page)
    return [parse_qs(urlsplit(unescape(one)).query)["serials-scan"] for one in found]
