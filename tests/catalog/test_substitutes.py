"""Substitutes: what may be taken in a product's place is offered where that one lacks."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.test_nouns import Caller
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.actions.substitutes import set_substitutes
from wharfinger.catalog.queries import substitutes_of
from wharfinger.ledger.reverse import reverse
from wharfinger.stock.queries.holders import explain

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def test_substitutes_keep_their_order_and_come_back(company: World) -> None:
    product, one, two = (company.product(sku=sku) for sku in ("P", "ONE", "TWO"))
    set_substitutes(actor=HOUSE, product=product.pk, others=[two.pk, one.pk])
    assert substitutes_of([product.pk]) == {product.pk: [two, one]}
    done = set_substitutes(actor=HOUSE, product=product.pk, others=[one.pk])
    assert substitutes_of([product.pk]) == {product.pk: [one]}
    reverse(actor=HOUSE, entry=done.id)
    assert substitutes_of([product.pk]) == {product.pk: [two, one]}
    before = entries()
    for others in ([product.pk], [one.pk, one.pk], [999_999]):
        with pytest.raises(BadInput):
            set_substitutes(actor=HOUSE, product=product.pk, others=others)
    assert entries() == before
    change_product(actor=HOUSE, product=two.pk, values={"retired_on": "2026-01-01"})
    assert substitutes_of([product.pk]) == {product.pk: [one]}
    clean()


def test_a_refusal_and_the_line_of_a_form_name_what_is_there_instead(client: Client, company: World) -> None:
    product, empty, full = (company.product(sku=sku) for sku in ("P", "EMPTY", "FULL"))
    set_substitutes(actor=HOUSE, product=product.pk, others=[empty.pk, full.pk])
    company.stock(full, 7)
    refusal = Refusal("not_enough", "Short.", product=product.pk, wanted=3, free=0)
    explain(refusal)
    offered = [dict(one.values) for one in refusal.remedies if one.verb == "substitute"]
    assert offered == [{"product": full.pk, "sku": "FULL", "quantity": "7"}]
    client.force_login(company.user)
    assert "Instead FULL: 7 available" in seen(client, "/lines/about/?sku-0=P")
    assert "Instead" not in seen(client, "/lines/about/?sku-0=FULL")


def test_substitutes_in_the_browser_and_over_http(client: Client, company: World) -> None:
    product, other = company.product(sku="P"), company.product(sku="ELSE")
    client.force_login(company.user)
    at = f"/products/{product.pk}/"
    assert client.post(f"{at}substitutes/", {"products": "else\n"}).status_code == 303
    assert "ELSE" in seen(client, at)
    refused = client.post(f"{at}substitutes/", {"products": "nothing"})
    assert refused.status_code == 422
    assert 'id="f-products-e"' in refused.content.decode()
    ada = Caller(company.user)
    path = f"/products/{product.pk}"
    assert ada.good("get", path)["substitutes"] == [other.pk]
    assert ada.good("post", f"{path}/substitutes", {"products": []})["substitutes"] == []
    assert ada.refused("post", f"{path}/substitutes", {"products": [product.pk]}) == (
        422,
        "no_such_substitute",
        "products.0",
    )
