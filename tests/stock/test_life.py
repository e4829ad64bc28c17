"""The life of a unit: its story with every document, and the part of it that a customer may see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.laws.told import untold
from tests.world import World, clean, entries, world
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import change
from wharfinger.devices.rules.installing import Installation
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.__init__ import Consignment
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions.goods import adjust, correct_serial
from wharfinger.stock.queries import units
from wharfinger.stock.queries.story import for_customer, story
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.story import MILESTONES, TOLD, act_of, customers_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


@pytest.fixture
def sold(company: World) -> Lot:
    """A unit that was found, sold, shipped and billed."""
    product = company.product(traced="serial")
    place = company.location.place_id
    adjust(
        actor=company.user,
        items=[Adjustment(product.pk, 1, place, serials=("SN-1",))],
        reason="Opening stock",
    )
    create_order(
        actor=company.user, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 1),), confirm=True)
    )
    line = Line.objects.get()
    pick(actor=company.user, picks=[Pick(line.pk, 1, location=place, serials=("SN-1",))])
    ship(
        actor=company.user, picks=[Pick(line.pk, 1)], consignment=Consignment(carrier="UPS", tracking="1Z-77")
    )
    invoice(actor=company.user, wish=InvoiceWish(bills=(Bill(line.pk, 1),)))
    return Lot.objects.get(code="SN-1")


def test_the_story_has_every_document(sold: Lot) -> None:
    steps = story(sold)
    verbs = [step.chapter.verb for step in steps]
    assert verbs[0] == "invoice"
    assert [verb for verb in verbs if verb in ("ship", "pick", "order", "adjust")] == [
        "ship",
        "pick",
        "order",
        "adjust",
    ]
    papers = {one.subject.partition(":")[0] for step in steps for one in step.papers}
    assert {"invoice", "shipment", "order"} <= papers
    assert "UPS 1Z-77" in {one.about for step in steps for one in step.papers}


def test_a_customer_sees_their_own_part(sold: Lot, company: World) -> None:
    other = Organization.objects.exclude(pk=company.customer.pk).filter(customer=True).first()
    steps = story(sold)
    told = [step.chapter.verb for step in for_customer(steps, company.customer.pk)]
    assert "adjust" not in told
    assert {"order", "pick", "ship", "invoice"} <= set(told)
    assert for_customer(steps, other.pk if other else 0) == []
    assert not customers_part("ship", frozenset((1,)), 2)
    assert not customers_part("receive", frozenset((1,)), 2)
    assert customers_part("receive", frozenset(), 2)
    assert not customers_part("count", frozenset((2,)), 2)


def test_the_pages_of_a_unit(browser: Client, sold: Lot, company: World) -> None:
    before = entries()
    with CaptureQueriesContext(connection) as caught:
        page = browser.get(f"/serials/{sold.pk}/").content.decode()
    assert len(caught) <= 40
    assert "Opening stock" in page
    assert company.user.name in page
    shown = browser.get(f"/serials/{sold.pk}/?for={company.customer.pk}").content.decode()
    assert "Shipped to you" in shown
    assert "1Z-77" in shown
    assert "Opening stock" not in shown
    assert company.location.name + " /" not in shown
    assert entries() == before
    clean()


def test_one_answer_tells_all_of_it(browser: Client, sold: Lot, company: World) -> None:
    """In words, with the documents, and as many statements for a long life as for a short one."""
    with CaptureQueriesContext(connection) as short:
        found = browser.get("/api/v1/serials/sn-1").json()
    words = [(one["verb"], one["words"]) for one in found["story"]]
    assert ("ship", "Shipped") in words
    (left,) = (one for one in found["story"] if one["verb"] == "ship")
    assert left["to_words"].startswith("Acme")
    assert {one["subject"].partition(":")[0] for one in left["papers"]} == {"order", "shipment"}
    assert found["chain"] == []
    assert untold(sold) == []
    other = company.product(traced="serial")
    adjust(
        actor=company.user,
        items=[Adjustment(other.pk, 1, company.location.place_id, serials=("SN-9",))],
        reason="Found",
    )
    line = Line.objects.get()
    device = install(actor=company.user, items=[Installation(line.pk)]).one("devices.Device")
    for reason in ("Misread", "Misread again"):
        change(actor=company.user, device=device, values={"reference": reason})
    swap(actor=company.user, swap=Swap(device, Incoming(product=other.pk, serial="SN-9"), reason="Broken"))
    with CaptureQueriesContext(connection) as long:
        found = browser.get("/api/v1/serials/sn-1").json()
    assert [one["serial"] for one in found["chain"]] == ["SN-1", "SN-9"]
    assert [one["verb"] for one in found["story"]][:3] == ["swap", "change", "change"]
    assert len(long) <= len(short) + 3
    assert untold(sold) == []
    page = browser.get(f"/serials/{sold.pk}/").content.decode()
    assert "SN-9" in page
    clean()


def test_what_the_law_of_a_life_finds(sold: Lot, monkeypatch: pytest.MonkeyPatch) -> None:
    told = units.life(sold)
    last, first = told[0].entry, told[-1].entry
    for wrong, found in (
        (told, []),
        (told[:-1], [f"{first} moved it and is not told"]),
        ([told[0], *told], [f"{last} is told 2 times"]),
        (told[::-1], ["not in order"]),
        ([replace(told[0], subjects=[]), *told[1:]], [f"{last} is of no document of it"]),
        ([replace(told[0], subjects=["order:0"]), *told[1:]], [f"{last} does not name order:0"]),
    ):
        monkeypatch.setattr("tests.laws.told.life", lambda lot, wrong=wrong: wrong)
        assert untold(sold) == found


def test_an_inspection_is_what_became_of_the_unit() -> None:
    assert act_of("inspect", "returns", "bench") == "repair"
    assert act_of("inspect", "bench", "at_vendor") == "to_vendor"
    assert act_of("receive_return", "returns", "bin") == "restock"
    assert act_of("receive_return", "customer", "returns") == "receive_return"
    assert act_of("inspect", "", "") == "inspect"


def test_a_label_leads_to_the_unit(browser: Client, company: World) -> None:
    place = company.location.place_id
    for name in ("SN-1", "SN-2"):
        product = company.product(traced="serial")
        adjust(actor=company.user, items=[Adjustment(product.pk, 1, place, serials=(name,))], reason="Found")
    first, second = Lot.objects.filter(serial=True).order_by("pk")
    correct_serial(actor=company.user, lot=first.pk, serial="A/7", reason="Misread")
    now = Lot.objects.get(code="A/7")
    for number in ("sn-1", "A/7"):
        assert browser.get(f"/serials/number/{number}/")["Location"] == f"/serials/{now.pk}/"
    correct_serial(actor=company.user, lot=second.pk, serial="A/7", reason="The same, of another maker")
    both = browser.get("/serials/number/a/7/").content.decode()
    assert both.count("A/7") >= 2
    assert browser.get("/serials/number/none/").status_code == 404


def test_what_is_told_is_a_verb_of_the_journal() -> None:
    known: Any = {verb for verbs in MILESTONES.values() for verb in verbs} | set(TOLD)
    assert "count" not in TOLD
    assert all(verb.islower() for verb in known)


def test_the_search_box_reads_a_label(browser: Client, sold: Lot) -> None:
    found = browser.get("/search/", {"q": "https://stock.example.com/serials/number/sn-1/"})
    assert found["Location"] == f"/serials/{sold.pk}/"
