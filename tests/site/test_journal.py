"""The journal's pages: the list, one entry, and its undo."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.ledger.models import Entry
from wharfinger.ledger.telling import timeline
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
    assert browser.get("/stock/updates/")["Location"].startswith("/journal/?verb=adjust&verb=transfer")
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
