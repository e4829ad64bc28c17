"""The journal's pages: the list, one entry, and its undo."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BigIntegerField
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import stocked_up
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Entry
from wharfinger.ledger.queries import changes
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Role
from wharfinger.purchasing.actions.ordering import change_purchase
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.quotes import QuoteWish
from wharfinger.site.changed import Words, pointed
from wharfinger.site.fields import FIELDS
from wharfinger.site.measures import CURRENCIES, PRODUCTS, QUANTITIES
from wharfinger.site.subjects import SUBJECTS
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
    assert told[0].at == Entry.objects.get(pk=told[0].id).recorded_at
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


def test_changed_figures_are_written_in_their_own_units(browser: Client, company: World) -> None:
    """A quantity has the decimals of its product, an amount its currency, what is approved the home currency."""
    cable, other = company.product(quantity_decimals=1), company.product()
    made = stocked_up(
        company,
        (cable, 25, 300_000_000),
        (other, 4, 100_000_000),
        submitted=False,
        currency="JPY",
        rate_micro=6_131,
        freight_minor=500,
    )
    line, second = made.lines
    changed = change_purchase(
        actor=HOUSE,
        order=made.order,
        change=PurchaseChange(
            (("freight_minor", 900),), change=(LineChange(line, 35), LineChange(second, 5))
        ),
    )
    page = browser.get(f"/journal/{changed.id}/").content.decode()
    assert {
        ("Quantity", "2.5", "3.5"),
        ("Quantity", "4", "5"),
        ("Freight", "500\xa0JP¥", "900\xa0JP¥"),
    } <= told(page)
    about = f"purchase_line:{line}"
    fact = {"subject": about, "field": "approved_minor", "old": 1250, "new": None}
    words = Words(
        [fact, {"subject": f"purchase_order:{made.order}", "field": "freight_minor", "old": 1, "new": 2}]
    )
    assert words.value(about, "approved_minor", 1250) == "12.50\xa0€"
    german = browser.get(f"/journal/{changed.id}/undo/", headers={"accept-language": "de"}).content.decode()
    assert ">2,5<" in german
    assert ">500\xa0¥<" in german
    # What goods cost us is told to who may see costs, freight too.
    assert {one["field"] for one in changes(changed.id, costs=True)} == {"freight_minor", "quantity"}
    assert {one["field"] for one in changes(changed.id, costs=False)} == {"quantity"}


def test_an_entry_costs_the_same_however_much_it_changed(browser: Client, company: World) -> None:
    taken = []
    for many in (1, 12):
        lines = [(company.product(quantity_decimals=1), 20, 1_000_000) for _ in range(many)]
        made = stocked_up(company, *lines, submitted=False)
        here = tuple(LineChange(one, 35, location=company.other.pk) for one in made.lines)
        changed = change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(change=here))
        browser.get(f"/journal/{changed.id}/")
        with CaptureQueriesContext(connection) as found:
            page = browser.get(f"/journal/{changed.id}/").content.decode()
        assert page.count(">3.5<") == many
        taken.append(found)
    assert len(taken[0]) == len(taken[1])


def test_every_field_that_may_change_has_its_word() -> None:
    """So has every noun; who is named by an id is told by name, and what counts goods in their unit."""
    silent, ids, uncounted = set(), set(), set()
    nouns = {one.__dict__["subject"]: one for one in apps.get_models() if "subject" in one.__dict__}
    nouns = {noun: model for noun, model in nouns.items() if isinstance(noun, str)}
    assert len(nouns) > 60
    assert nouns.keys() <= SUBJECTS.keys()
    for noun, model in nouns.items():
        for field in model._meta.concrete_fields:
            name = field.attname
            if field.primary_key or name in SILENT.split() or noun in ("import", "mapping"):
                continue
            if not FIELDS.keys() & {
                name,
                name.removesuffix("_id").removesuffix("_micro").removesuffix("_minor"),
            }:
                silent.add(f"{noun}.{name}")
            if field.is_relation and not pointed(f"{noun}:1", name, 1):
                ids.add(f"{noun}.{name}")
            if isinstance(field, BigIntegerField) and noun not in (PRODUCTS if name in QUANTITIES else nouns):
                uncounted.add(f"{noun}.{name}")
            if name.endswith("_minor") and not name.startswith(HOME) and hasattr(model, "currency"):
                uncounted |= {noun} - CURRENCIES.keys()
    assert (silent, ids, uncounted) == (set(), set(), set())


HOME = ("approved_", "credit_limit_")
"""How fields are called whose amounts are in home currency, whatever the currency of their noun."""
SILENT = (
    "made_id void_id done_id entry_id place_id bench_place_id drafted_place_id quarantine_place_id "
    "refused_place_id rented_place_id vendor_place_id own claim_id sheet_id code_key digest password "
    "last_login key noun message_id outbox_id size_bytes width height left_out sender at by_id "
    "granted balance_minor balance_home_minor document party_id owned serial unbounded made_at "
    "prefix user_id ratio price_id purchase_line_id purchase_order_id invoice_line_id credit_note_id "
    "rma_id count_id rfq_vendor_id rfq_id rfq_line_id came_from_id reminder_id raised rows upto file rma_line_id"
)
"""What no act changes once it is there, or what is told otherwise."""


def told(page: str) -> set[tuple[str, ...]]:
    """The rows of the changes on the page of an entry: field, before, after."""
    rows = re.findall(
        r'data-l="Field">(.*?)</td><td data-l="Before">(.*?)</td><td data-l="After">(.*?)</td>', page
    )
    return set(rows)
