"""The journal's pages: the list, one entry, and its undo."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Entry
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Role
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.stock.actions.goods import adjust, transfer
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def test_the_journal_is_narrowed_by_verb_and_document(browser: Client, company: World) -> None:
    product = company.product()
    adjust(
        actor=company.user,
        items=[Adjustment(product.pk, 5, company.location.place_id)],
        reason="Found in a drawer",
    )
    transfer(
        actor=HOUSE, items=[Transfer(Goods(product.pk, 2, company.location.place_id), company.other.place_id)]
    )
    page = browser.get("/journal/").content.decode()
    assert "Found in a drawer" in page
    assert "Transferred stock" in page
    page = browser.get("/journal/?verb=transfer").content.decode()
    assert "Found in a drawer" not in page
    page = browser.get(f"/journal/?about=product:{product.pk}&verb=adjust").content.decode()
    assert "Found in a drawer" in page
    assert browser.get("/journal/?export=csv").status_code == 200


def test_an_entry_shows_what_it_wrote(browser: Client, company: World) -> None:
    product = company.product()
    made = adjust(
        actor=company.user, items=[Adjustment(product.pk, 5, company.location.place_id)], reason="Found"
    )
    page = browser.get(f"/journal/{made.id}/").content.decode()
    for words in ("Adjusted stock", "Ada", "Found", product.sku, "adjustment", "30.00"):
        assert words in page
    assert browser.get("/journal/999999/").status_code == 404


def test_undo_is_shown_first_and_then_done(browser: Client, company: World) -> None:
    product = company.product()
    made = adjust(
        actor=company.user, items=[Adjustment(product.pk, 5, company.location.place_id)], reason="Found"
    )
    before = entries()
    page = browser.get(f"/journal/{made.id}/undo/").content.decode()
    assert product.sku in page
    assert entries() == before
    response = browser.post(f"/journal/{made.id}/undo/", {"reason": "Mistake"})
    assert (response.status_code, response["Location"]) == (303, f"/journal/{made.id}/")
    assert held(product=product.pk) == {}
    assert Entry.objects.get(reverses=made.id).reason == "Mistake"
    page = browser.get(f"/journal/{made.id}/").content.decode()
    assert "Undone by entry" in page
    response = browser.post(f"/journal/{made.id}/undo/", {})
    assert response.status_code == 409
    assert "Nothing of this step is left to undo." in response.content.decode()
    clean()


def test_an_undo_that_is_refused_says_why_at_once(browser: Client, company: World) -> None:
    product = company.product()
    made = adjust(
        actor=company.user, items=[Adjustment(product.pk, 5, company.location.place_id)], reason="Found"
    )
    transfer(
        actor=HOUSE, items=[Transfer(Goods(product.pk, 2, company.location.place_id), company.other.place_id)]
    )
    before = entries()
    page = browser.get(f"/journal/{made.id}/undo/").content.decode()
    assert "no longer where this step left them" in page
    assert entries() == before


def test_a_timeline_tells_goods_and_people(company: World) -> None:
    product = company.product()
    for n in range(3):
        adjust(
            actor=company.user,
            items=[Adjustment(product.pk, n + 1, company.location.place_id)],
            reason="Found",
        )
    with CaptureQueriesContext(connection) as few:
        told = timeline(f"product:{product.pk}")
    assert (told[0].sentence, told[0].who, told[0].moves) == (
        "Adjusted stock",
        "Ada",
        [("3", product.sku, "adjustment", "Main / A1")],
    )
    assert told[0].undo == f"/journal/{told[0].id}/undo/"
    for _ in range(5):
        adjust(
            actor=company.user, items=[Adjustment(product.pk, 1, company.location.place_id)], reason="Found"
        )
    with CaptureQueriesContext(connection) as many:
        timeline(f"product:{product.pk}")
    assert len(few) == len(many)


def test_a_product_tells_only_what_moved_of_it(company: World) -> None:
    """An act that moved many products stands on the page of each with its own moves."""
    here, there = company.product(), company.product()
    place = company.location.place_id
    found = [Adjustment(one.pk, units, place) for one, units in ((here, 5), (there, 7))]
    adjust(actor=HOUSE, items=found, reason="Opening")
    assert [[move[:2] for move in one.moves] for one in timeline(f"product:{there.pk}")] == [
        [("7", there.sku)]
    ]
    moved = timeline(f"location:{company.other.pk}")
    assert [one.moves for one in moved] == []


def test_undo_is_offered_where_something_is_left(browser: Client, company: World) -> None:
    """A new role leaves nothing that could be taken back; a changed price does, and is told in words."""
    made = browser.post("/roles/new/", {"name": "Tester", "permissions": ["ledger.read"]})
    assert made.status_code == 303
    said = browser.get(made["Location"]).content.decode()
    assert "Tester" in said
    assert "data-undo" not in said
    (added,) = timeline(f"role:{Role.objects.get(name='Tester').pk}")
    assert (added.sentence, added.undo) == ("Added", "")
    product = company.product()
    changed = change_product(actor=company.user, product=product.pk, values={"price": "12.5"})
    assert timeline(f"product:{product.pk}")[0].undo == f"/journal/{changed.id}/undo/"
    page = browser.get(f"/journal/{changed.id}/").content.decode()
    assert "price_micro" not in page
    assert ">Price<" in page
    assert ">12.5<" in page
    german = browser.get(f"/journal/{changed.id}/undo/", headers={"accept-language": "de"}).content.decode()
    assert ">12,5<" in german


def test_whoever_undoes_returns_where_they_were_unless_it_is_gone(browser: Client, company: World) -> None:
    product = company.product()
    made = adjust(
        actor=company.user, items=[Adjustment(product.pk, 5, company.location.place_id)], reason="Found"
    )
    page = browser.get(f"/journal/{made.id}/undo/", headers={"referer": "http://testserver/stock/"})
    assert 'name="back" value="http://testserver/stock/"' in page.content.decode()
    done = browser.post(f"/journal/{made.id}/undo/", {"back": "http://testserver/stock/"})
    assert done["Location"] == "http://testserver/stock/"

    quote = create_quote(actor=company.user, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 1),)))
    back = f"/quotes/{quote.one('demand.Sheet')}/"
    done = browser.post(f"/journal/{quote.id}/undo/", {"back": back})
    assert done["Location"] == f"/journal/{quote.id}/"
    assert browser.get(back).status_code == 404
    quote = create_quote(actor=company.user, wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 1),)))
    done = browser.post(f"/journal/{quote.id}/undo/", {"back": "https://elsewhere.example/"})
    assert done["Location"] == f"/journal/{quote.id}/"
