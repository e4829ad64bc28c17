"""Delivery & Shipping packs, hands over, transfers and takes back the ticked goods, and exactly these."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import CreditNote
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import deliver, ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Holding
from wharfinger.parties.actions.settings import set_setting
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db
READY, GONE = "/work/delivery/", "/work/delivery/?tab=shipped"


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def row(line: int, kind: str, **where: Any) -> int:
    """The row of a line on the worklist of a kind of place."""
    return Holding.objects.get(claim=line, kind=kind, quantity__gt=0, **where).pk


def act(browser: Client, name: str, page: str, rows: list[int], **typed: str) -> Any:
    answer = browser.post(f"/work/{name}", {"selected": rows, "back": page, **typed})
    assert answer.status_code == 303, answer.content[:2000]
    return answer


def test_goods_are_packed_into_a_new_container_and_into_one_that_is_open(
    company: World, browser: Client
) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = reserved(company, (router, 5))
    act(browser, "pack", READY, [row(line, "bin")], kind="pallet", **{f"quantity-{row(line, 'bin')}": "2"})
    box = Container.objects.get()
    assert (box.kind, held(line)["container"], held(line)["bin"]) == ("pallet", 2, 3)
    page = seen(browser, READY)
    assert f'href="/containers/{box.pk}/"' in page
    assert f'<option value="{box.number}"></option>' in page
    act(
        browser,
        "pack",
        READY,
        [row(line, "bin")],
        container=box.number.lower(),
        **{f"quantity-{row(line, 'bin')}": "1"},
    )
    assert (Container.objects.count(), held(line)["container"]) == (1, 3)
    before = entries()
    act(browser, "pack", READY, [row(line, "bin")], container="BOX-99")
    page = seen(browser, READY)
    assert "There is no container “BOX-99”." in page
    assert re.search(r'<dialog id="ask-pack"[^>]* data-again', page)
    assert (entries(), held(line)["container"]) == (before, 3)
    clean()


def test_goods_are_handed_over_with_who_signed_for_them(company: World, browser: Client) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    set_setting(actor=HOUSE, name="shipment_proof", value=True)
    before = entries()
    act(browser, "hand-over", READY, [row(line, "picked")], way="pick_up")
    assert "A delivery needs a proof here" in seen(browser, READY)
    assert (entries(), held(line)["picked"]) == (before, 1)
    act(browser, "hand-over", READY, [row(line, "picked")], way="pick_up", proof="M. Krause")
    sent = Shipment.objects.get()
    assert (sent.way, sent.proof, sent.delivered_on) == ("pick_up", "M. Krause", sent.shipped_on)
    assert held(line) == {"covered": 3, "customer": 1, "bin": 2, "to_bill": 3}
    act(browser, "hand-over", READY, [row(line, "bin")], proof="B. Lorenz", delivered_on="2026-01-02x")
    assert "is not a date" in seen(browser, READY)
    assert held(line)["customer"] == 1
    clean()


def test_what_is_handed_over_leaves_alone_what_is_under_way(company: World, browser: Client) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment(proof=True))
    act(browser, "hand-over", READY, [row(line, "bin")])
    assert held(line) == {"covered": 2, "customer": 1, "in_transit": 1, "to_bill": 2}
    clean()


def test_goods_go_to_a_van_and_stay_for_whom_they_are(company: World, browser: Client) -> None:
    router, phone = company.product(), company.product(traced="serial", cost_method="specific")
    company.stock(router, 3)
    company.stock(phone, 1, serials=("S1",))
    _, (line, number) = reserved(company, (router, 3), (phone, 1))
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    van = company.other.place_id
    rows = [row(line, "picked"), row(number, "bin")]
    act(browser, "carry", READY, rows, to=str(van), reason="For Monday")
    assert held(line) == {"covered": 3, "picked": 1, "bin": 2, "to_bill": 3}
    assert set(
        Holding.objects.filter(claim__in=(line, number), place__parent=van, quantity__gt=0).values_list(
            "claim", "kind", "quantity"
        )
    ) == {(line, "picked", 1), (number, "bin", 1)}
    assert where("S1") == ("bin", number)
    before = entries()
    act(browser, "carry", READY, [row(line, "bin")], to="999999")
    assert "Choose a location." in seen(browser, READY)
    pack(actor=HOUSE, picks=[Pick(line, 1, location=van)])
    act(browser, "carry", READY, [row(line, "container")], to=str(company.location.place_id))
    assert "Take out first what is in a box." in seen(browser, READY)
    assert entries() == before + 1
    clean()


def test_the_ticked_box_leaves_and_the_ticked_batch(company: World, browser: Client) -> None:
    router, milk = company.product(), company.product(traced="batch")
    company.stock(router, 3)
    for batch in ("OLD", "NEW"):
        found = Adjustment(milk.pk, 2, company.location.place_id, batch=batch)
        adjust(actor=HOUSE, items=[found], reason="Found")
    _, (line,) = reserved(company, (router, 3))
    for _ in range(2):
        pack(actor=HOUSE, picks=[Pick(line, 1)])
    first, second = Container.objects.order_by("pk")
    act(browser, "ship", READY, [row(line, "container", place=second.place_id)])
    assert row(line, "container") == row(line, "container", place=first.place_id)
    act(browser, "ship", READY, [row(line, "bin")])
    assert held(line) == {"covered": 3, "container": 1, "customer": 2, "to_bill": 3}
    _, (drunk,) = order(company, (milk, 4))
    reserve(actor=HOUSE, holds=[Hold(drunk, 4)])
    act(browser, "ship", READY, [row(drunk, "bin", lot__code="NEW")])
    assert row(drunk, "customer") == row(drunk, "customer", lot__code="NEW")
    act(browser, "cancel-delivery", GONE, [row(drunk, "customer")], credit="yes")
    assert held(drunk) == {"covered": 4, "bin": 4, "to_bill": 4}
    clean()


def test_a_delivery_is_cancelled_with_its_credit_or_with_a_reason_for_none(
    company: World, browser: Client
) -> None:
    router = company.product(price_micro=10_000_000)
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 2),)))
    page = seen(browser, GONE)
    assert re.search(r'name="credit"[^>]* checked', page)
    gone, before = row(line, "customer"), entries()
    act(browser, "cancel-delivery", GONE, [gone], **{f"quantity-{gone}": "1"})
    page = seen(browser, GONE)
    assert "Say why they are not credited." in page
    assert re.search(r'<dialog id="ask-cancel_delivery"[^>]* data-again', page)
    assert not re.search(r'name="credit"[^>]* checked', page)
    assert (entries(), held(line)["customer"]) == (before, 2)
    act(browser, "cancel-delivery", GONE, [gone], reason="Sent again", **{f"quantity-{gone}": "1"})
    assert (CreditNote.objects.count(), held(line)["bin"], held(line)["invoiced"]) == (0, 1, 2)
    act(browser, "cancel-delivery", GONE, [row(line, "customer")], credit="yes")
    assert (CreditNote.objects.count(), held(line)["bin"]) == (1, 2)
    clean()


def test_an_order_offers_to_pack_and_to_transfer(company: World, browser: Client) -> None:
    router, phone = company.product(), company.product(traced="serial", cost_method="specific")
    company.stock(router, 4)
    company.stock(phone, 2, serials=("S1", "S2"))
    pk, (line, number) = reserved(company, (router, 4), (phone, 2))
    page = seen(browser, f"/orders/{pk}/")
    assert f'href="/orders/{pk}/pack/"' in page
    assert f'href="/orders/{pk}/carry/"' in page
    assert f'href="/orders/{pk}/pack/?line={line}"' in seen(browser, f"/lines/{line}/")
    to = f"/orders/{pk}/pack/"
    assert browser.post(to, {f"quantity-{line}": "1"}).status_code == 303
    box = Container.objects.get()
    assert browser.post(to, {f"serial-{number}": ["S2"], "container": box.number}).status_code == 303
    assert (where("S2"), held(line)["container"]) == (("container", number), 1)
    before = entries()
    answer = browser.post(to, {f"quantity-{line}": "1", "container": "BOX-99"})
    assert (answer.status_code, 'id="f-container-e"' in answer.content.decode()) == (422, True)
    to = f"/orders/{pk}/carry/"
    answer = browser.post(to, {f"quantity-{line}": "1"})
    assert (answer.status_code, 'id="f-to-e"' in answer.content.decode()) == (422, True)
    van = company.other.place_id
    answer = browser.post(to, {f"quantity-{line}": "9", "to": van})
    assert (answer.status_code, f'id="f-quantity-{line}-e"' in answer.content.decode()) == (409, True)
    assert entries() == before
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    assert (
        browser.post(to, {f"quantity-{line}": "2", f"serial-{number}": ["S1"], "to": van}).status_code == 303
    )
    there = Holding.objects.filter(place__parent=van, quantity__gt=0)
    assert sorted(there.values_list("claim", "kind", "quantity")) == [
        (line, "bin", 1),
        (line, "picked", 1),
        (number, "bin", 1),
    ]
    answer = browser.post(to, {f"serial-{number}": ["S1"], "to": van})
    assert "The goods are there already." in answer.content.decode()
    clean()


def test_what_is_gone_says_by_which_shipment_and_which_is_taken_back_first(
    company: World, browser: Client
) -> None:
    router = company.product()
    company.stock(router, 9)
    _, (line,) = reserved(company, (router, 9))
    ship(actor=HOUSE, picks=[Pick(line, 4)], consignment=Consignment("DHL", tracking="T-ONE"))
    ship(actor=HOUSE, picks=[Pick(line, 3)], consignment=Consignment("DHL", tracking="T-TWO"))
    ship(actor=HOUSE, picks=[Pick(line, 2)], consignment=Consignment("DHL", tracking="T-3", proof=True))
    one, two, three = Shipment.objects.order_by("pk")

    def told(kind: str) -> str:
        found = seen(browser, GONE + "&column=shipment&column=tracking&column=shipped_on")
        return found.partition(f'value="{row(line, kind)}"')[2].partition("</tr>")[0]

    page = seen(browser, GONE)
    assert "Shipped on" in page
    assert f'<a href="/shipments/{three.pk}/">{three.number}</a></td>' in told("in_transit")
    assert "T-3" in told("in_transit")
    assert "T-TWO, T-ONE" in told("customer")
    apart = (
        f'<a href="/shipments/{two.pk}/">{two.number}: 3, taken back first</a>, '
        f'<a href="/shipments/{one.pk}/">{one.number}: 4</a>'
    )
    assert apart in told("customer")
    act(
        browser,
        "cancel-delivery",
        GONE,
        [row(line, "customer")],
        **{f"quantity-{row(line, 'customer')}": "2"},
    )
    assert f"{two.number}: 1, taken back first" in told("customer")
    act(
        browser,
        "cancel-delivery",
        GONE,
        [row(line, "customer")],
        **{f"quantity-{row(line, 'customer')}": "1"},
    )
    assert f'<a href="/shipments/{one.pk}/">{one.number}</a></td>' in told("customer")
    deliver(actor=HOUSE, shipments=[three.pk])
    assert f"{three.number}: 2, taken back first" in told("customer")
    clean()
