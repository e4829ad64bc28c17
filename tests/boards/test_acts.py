"""Acts on the ticked rows of a worklist: what they ask for, what a refusal keeps, what the bar offers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.purchasing.buying import person, sold, stocked_up, threshold
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base import clock, configuration
from wharfinger.base.access import HOUSE
from wharfinger.boards.counting import counts
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization, Site
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import confirm, create_order
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def row(line: int, kind: str) -> int:
    """The row of a line on the worklist of a kind of place."""
    return Holding.objects.get(claim=line, kind=kind, quantity__gt=0).pk


def act(browser: Client, name: str, page: str, rows: list[int], **typed: str) -> Any:
    return browser.post(f"/work/{name}", {"selected": rows, "back": page, **typed})


def test_a_rejection_needs_a_note(company: World, browser: Client) -> None:
    threshold(100, self_approval=True)
    line = sold(company, company.product(), 3)
    waiting, before = row(line, "to_approve"), entries()
    assert act(browser, "reject", "/work/approval/", [waiting]).status_code == 303
    assert (entries(), held(line)) == (before, {"to_approve": 3, "to_bill": 3})
    page = seen(browser, "/work/approval/")
    assert "data-again" in page
    assert "Please fill this in." in page
    assert re.search(rf'name="selected" value="{waiting}"[^>]* checked', page)
    act(browser, "reject", "/work/approval/", [waiting], note="Too dear")
    assert held(line) == {"demand": 3, "to_bill": 3}
    pending = seen(browser, "/work/purchasing/?tab=pending")
    assert "boards:request" not in pending
    assert "/work/request" in pending
    act(browser, "request", "/work/purchasing/", [row(line, "demand")])
    assert held(line) == {"to_approve": 3, "to_bill": 3}


def test_a_quantity_that_is_none_is_kept_and_named_beside_its_row(company: World, browser: Client) -> None:
    first, second = sold(company, company.product(), 3), sold(company, company.product(), 5)
    rows, before = [row(first, "to_order"), row(second, "to_order")], entries()
    typed = {f"quantity-{rows[0]}": "two", f"quantity-{rows[1]}": "4"}
    act(browser, "order-each", "/work/purchasing/", rows, **typed)
    assert entries() == before
    page = seen(browser, "/work/purchasing/")
    assert f'id="quantity-{rows[0]}-e"' in page
    assert 'value="two"' in page
    assert 'value="4"' in page
    assert 'value="two"' not in seen(browser, "/work/purchasing/")


def test_one_order_for_one_vendor_or_one_for_each(company: World, browser: Client) -> None:
    other = Organization.objects.create(name="Other vendor", vendor=True, currency="EUR", language="en")
    here, there = company.product(), company.product()
    VendorPrice.objects.filter(product=there).update(organization=other)
    VendorPrice.objects.create(product=there, organization=company.vendor, cost_micro=9_000_000)
    rows = [row(sold(company, product, 2), "to_order") for product in (here, there)]
    before = entries()
    act(browser, "order", "/work/purchasing/", rows)
    assert entries() == before
    page = seen(browser, "/work/purchasing/")
    assert "different default vendors" in page
    assert 'formaction="/work/order-each"' in page
    act(browser, "order", "/work/purchasing/", rows, vendor=str(company.vendor.pk), expected_on="2030-01-02")
    (order,) = PurchaseOrder.objects.all()
    assert (order.vendor_id, order.lines.count(), order.expected_on.isoformat()) == (
        company.vendor.pk,
        2,
        "2030-01-02",
    )
    assert f'href="/purchase-orders/{order.pk}/"' in seen(browser, "/work/purchasing/")
    assert order.number in seen(browser, "/work/purchasing/?tab=drafted")
    clean()


def test_the_vendor_ships_to_the_customer(company: World, browser: Client) -> None:
    site = Site.objects.filter(organization=company.customer).first()
    line = sold(company, company.product(), 2, site=site.pk if site else None)
    act(browser, "order", "/work/purchasing/", [row(line, "to_order")], ship_to="organization")
    order = PurchaseOrder.objects.get()
    assert (order.ship_to, order.ship_to_site_id) == ("organization", site.pk if site else None)
    submit(actor=HOUSE, order=order.pk)
    act(browser, "receive", "/work/receiving/", [row(line, "on_order")])
    assert held(line) == {"customer": 2, "covered": 2, "to_bill": 2} or held(line) == {
        "customer": 2,
        "to_bill": 2,
    }
    clean()


def test_goods_with_serials_are_received_where_they_are_scanned(company: World, browser: Client) -> None:
    router, cable = company.product(traced="serial", cost_method="specific"), company.product()
    first = stocked_up(company, (router, 2, 1_000_000))
    second = stocked_up(company, (cable, 5, 1_000_000))
    rows = list(Holding.objects.filter(kind="on_order").order_by("pk").values_list("pk", flat=True))
    sent = act(browser, "receive", "/work/receiving/", rows)
    path = f"/receiving/?line={first.lines[0]}&line={second.lines[0]}"
    assert (sent.status_code, sent["Location"]) == (303, path)
    page = seen(browser, path)
    assert "PO-1" in page
    assert "PO-2" in page
    done = browser.post(path, {f"serial-{first.lines[0]}": ["A1", "A2"], f"quantity-{second.lines[0]}": "3"})
    assert held(product=router.pk) == {"bin": 2}
    assert held(product=cable.pk) == {"bin": 3, "on_order": 2}
    assert "GR-1" in seen(browser, done["Location"])
    clean()


def test_each_worklist_says_what_its_work_needs(company: World, browser: Client) -> None:
    made = stocked_up(company, (company.product(), 5, 1_000_000))
    receiving = seen(browser, "/work/receiving/")
    assert f"/purchase-orders/{made.order}/" in receiving
    assert company.vendor.name in receiving
    assert (
        "/purchase-orders/"
        not in seen(browser, f"/work/receiving/?seller={company.customer.pk}").partition('id="board"')[2]
    )
    line = sold(company, company.product(), 4)
    assert "24.00" in seen(browser, "/work/purchasing/?column=cost&column=document")
    reader = Client()
    reader.force_login(person("reader", "*.read"))
    assert "24.00" not in seen(reader, "/work/purchasing/?column=cost&column=document")
    draft_from_lines(actor=HOUSE, wanted=[Wanted(line)])
    assert seen(browser, "/work/approve-post/?stage=wanted").count('name="selected"') == 1
    assert seen(browser, "/work/approve-post/?stage=gone").count('name="selected"') == 0


def test_only_what_is_confirmed_and_really_held_is_to_be_picked(company: World, browser: Client) -> None:
    """Goods held for an unconfirmed order, or by a hold that has lapsed, are nobody's work."""
    product = company.product()
    company.stock(product, 10)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 2),))
    made = create_order(actor=HOUSE, wish=wish)
    line, order = made.one("ledger.Claim"), made.one("demand.Sheet")
    soon = clock.now() + timedelta(days=1)
    reserve(actor=HOUSE, holds=[Hold(line, 2)], until=soon)
    for path in ("to-pick", "delivery"):
        assert 'name="selected"' not in seen(browser, f"/work/{path}/")
    assert (counts()["to_pick"], counts()["delivery"]) == (0, 0)
    confirm(actor=HOUSE, order=order)
    for path in ("to-pick", "delivery"):
        assert seen(browser, f"/work/{path}/").count('name="selected"') == 1
    assert (counts()["to_pick"], counts()["delivery"]) == (1, 1)
    with time_machine.travel(soon + timedelta(seconds=1), tick=False):
        assert 'name="selected"' not in seen(browser, "/work/to-pick/")
        assert counts()["to_pick"] == 0


def test_a_file_says_where_a_line_is_in_words(company: World, browser: Client) -> None:
    """What stands behind a stage bar is written out, and what is to be billed is no stage of the goods."""
    sold(company, company.product(), 3)
    here = "/work/purchasing/?export=csv"
    german = {"accept-language": "de"}
    assert "Zu disponieren 3" not in browser.get(here, headers=german).content.decode(), "until it is chosen"
    told = browser.get(f"{here}&column=document&column=line", headers=german).content.decode()
    assert ",Zu disponieren 3" in told
    assert "to_bill" not in told


def test_a_module_that_is_off_is_named(company: World, browser: Client) -> None:
    set_setting(
        actor=HOUSE,
        name="modules",
        value={**configuration.one("modules"), "procurement": False, "rma": False},
    )
    for path, name in (("/work/purchasing/", "Procurement"), ("/rmas/", "RMA")):
        gone = browser.get(path)
        assert gone.status_code == 404
        assert f"“{name}” is switched off" in gone.content.decode()
