"""Approve & Post: what is due by each customer's policy, what invoices come to, and why a price is another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.billing.conftest import call
from tests.catalog.test_components import kit_of
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order
from tests.purchasing.buying import person
from tests.world import World, clean, entries, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.queries.due import due, only_due
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.policy import month_over
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.shipping import deliver, pick_pack_ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Entry, Holding, Place
from wharfinger.parties.models import Organization, Site

pytestmark = pytest.mark.django_db
POLICIES = ("order", "shipment", "delivery", "monthly", "hand")
ON_ITS_WAY = Consignment(proof=True)
__all__ = ["call"]


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def customers() -> dict[str, Organization]:
    """One customer of each policy."""
    found = {}
    for policy in POLICIES:
        found[policy] = Organization.objects.create(name=f"By {policy}", billing_policy=policy)
        Site.objects.create(
            organization=found[policy],
            name="Works",
            place=Place.objects.create(kind="customer"),
            rented_place=Place.objects.create(kind="rented"),
        )
    return found


def row(line: int) -> Holding:
    """The bills of a line on Approve & Post."""
    return Holding.objects.get(claim=line, kind="to_bill", quantity__gt=0)


def lines_due(today: date) -> set[int]:
    """The lines that the tab *Due* shows."""
    waiting = Holding.objects.filter(kind="to_bill", quantity__gt=0, claim__gt=0)
    return set(only_due(waiting, today).values_list("claim_id", flat=True))


def figured(today: date) -> dict[int, int]:
    """How many of each line are due, line by line."""
    policies = dict(Line.objects.values_list("pk", "organization__billing_policy"))
    return {line: units for line, units in due(policies, quantities(policies), today).items() if units}


@pytest.mark.parametrize("kit", [False, True], ids=["goods", "kit"])
def test_each_policy_finds_its_lines_due_on_the_page_by_figure_and_by_api(
    company: World, browser: Client, call: Any, *, kit: bool
) -> None:
    """Of a kit as many are due as its scarcest component makes whole."""
    router, cable = company.product(), company.product()
    sold = Product.objects.get(pk=kit_of(company, (router.pk, 1), (cable.pk, 2))) if kit else router
    for part in (router, cable):
        company.stock(part, 100)
    with time_machine.travel("2026-01-20T09:00:00Z", tick=False):
        lines = {policy: order(company, (sold, 4), customer=who)[1] for policy, who in customers().items()}
        for line, *parts in lines.values():
            goods = [Pick(parts[0], 2), Pick(parts[1], 5)] if kit else [Pick(line, 2)]
            pick_pack_ship(actor=HOUSE, picks=goods)
    with time_machine.travel("2026-02-03T09:00:00Z", tick=False):
        for line, *parts in lines.values():
            goods = [Pick(parts[0], 1), Pick(parts[1], 3)] if kit else [Pick(line, 1)]
            pick_pack_ship(actor=HOUSE, picks=goods, consignment=ON_ITS_WAY)
        today = date(2026, 2, 3)
        first = {policy: of[0] for policy, of in lines.items()}
        asked = {first["order"]: 4, first["shipment"]: 3, first["delivery"]: 2, first["monthly"]: 2}
        assert figured(today) == asked
        assert lines_due(today) == set(asked)
        assert figured(date(2026, 1, 31)).get(first["monthly"], 0) == 0
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(first["delivery"], 2), Bill(first["shipment"], 1))))
        assert lines_due(today) == {first["order"], first["shipment"], first["monthly"]}
        page = see(browser, "/work/approve-post/?tab=due")
        assert page.count('name="selected"') == 3
        assert f'name="quantity-{row(first["shipment"]).pk}" value="2"' in page
        every = see(browser, "/work/approve-post/")
        assert f'name="quantity-{row(first["hand"]).pk}" value="0"' in every
        assert see(browser, "/work/approve-post/?policy=hand&policy=order").count('name="selected"') == 2
        status, answer = call("get", "/worklists/approve_post")
        assert status == 200
        told = {one["line"]: one for one in answer["items"]}
        assert {key: told[first["shipment"]][key] for key in ("proposed", "policy", "since")} == {
            "proposed": "2",
            "policy": "shipment",
            "since": "2026-01-20",
        }
        assert "gone" in told[first["shipment"]]["stage"]
        assert told[first["hand"]]["proposed"] == "0"
        assert told[first["hand"]]["net"] == ("400.00" if kit else "40.00")


def test_a_month_is_collected_when_it_is_over(company: World) -> None:
    """What came back since is not due, and what arrived since waits for its own month."""
    company.customer.billing_policy = "monthly"
    company.customer.save()
    router = company.product()
    company.stock(router, 10)
    with time_machine.travel("2026-03-31T20:00:00Z", tick=False):
        _, (line,) = order(company, (router, 6))
        pick_pack_ship(actor=HOUSE, picks=[Pick(line, 4)])
        assert figured(date(2026, 3, 31)) == {}
    with time_machine.travel("2026-04-01T09:00:00Z", tick=False):
        assert figured(date(2026, 4, 1)) == {line: 4}
        pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
        assert figured(date(2026, 4, 1)) == {line: 4}
        assert figured(date(2026, 5, 1)) == {line: 6}
        cancel_delivery(actor=HOUSE, picks=[Pick(line, 3)], reason="Broken")
        assert figured(date(2026, 4, 1)) == {line: 3}
        assert lines_due(date(2026, 4, 1)) == {line}
    assert month_over(date(2026, 1, 1)) == date(2025, 12, 31)


def test_how_long_something_waits_narrows_the_list(company: World, browser: Client) -> None:
    product = company.product()
    today = clock.today("Europe/Berlin")
    for days in (70, 31, 8, 0):
        with time_machine.travel(clock.now() - timedelta(days), tick=False):
            order(company, (product, 1))
    assert today
    found = {
        age: see(browser, f"/work/approve-post/?age={age}").count('name="selected"')
        for age in ("", "0", "7", "30", "60", "x")
    }
    assert found == {"": 4, "0": 1, "7": 3, "30": 2, "60": 1, "x": 4}


def test_what_invoices_come_to_is_shown_before_they_are_written(company: World, browser: Client) -> None:
    router = company.product(price_micro=100_000_000)
    _, (one,) = order(company, (router, 3))
    other = Organization.objects.create(name="Beta")
    _, (two,) = order(company, (router, 2), customer=other)
    _, (left,) = order(company, (router, 1))
    ticked = {"selected": [row(one).pk, row(two).pk, row(left).pk], f"quantity-{row(left).pk}": "0"}
    typed = {**ticked, f"quantity-{row(one).pk}": "2", f"quantity-{row(two).pk}": "2"}
    before = entries()
    page = do(browser, "/work/invoice", typed, 200)
    assert entries() == before
    assert not Invoice.objects.exists()
    for told in ("2 invoices", "Acme", "Beta", "238.00", "38.00"):
        assert told in page
    do(browser, "/work/invoice", {**typed, "do": "draft"})
    assert list(Invoice.objects.order_by("pk").values_list("number", "net_minor")) == [
        (None, 20000),
        (None, 20000),
    ]
    do(browser, "/work/invoice", {"selected": [row(one).pk], f"quantity-{row(one).pk}": "1", "do": "post"})
    assert Invoice.objects.get(number="INV-1").net_minor == 10000
    assert row(left).quantity == 1
    clean()


def test_nothing_due_and_too_many_are_refused_in_words(company: World, browser: Client) -> None:
    _, (line,) = order(company, (company.product(), 2))
    back, before = "/work/approve-post/", entries()
    asked = row(line).pk
    for units, said in (("0", "Nothing of these rows is due"), ("3", "still to be billed")):
        do(browser, "/work/invoice", {"selected": [asked], f"quantity-{asked}": units, "back": back})
        assert said in see(browser, back)
    assert entries() == before


def test_a_price_is_changed_with_a_reason_by_whoever_may(company: World, browser: Client) -> None:
    router = company.product()
    _, (one, two) = order(company, (router, 2), (router, 1))
    back = "/work/approve-post/"
    typed: dict[str, Any] = {"selected": [row(one).pk], "price": "8.50", "back": back}
    before = entries()
    do(browser, "/work/reprice", typed)
    assert "Please fill this in." in see(browser, back)
    do(browser, "/work/reprice", {**typed, "reason": "Agreed", "selected": [row(one).pk, row(two).pk]})
    assert "Tick one row" in see(browser, back)
    assert entries() == before
    do(browser, "/work/reprice", {**typed, "reason": "Agreed by phone"})
    assert Line.objects.get(pk=one).unit_price_micro == 8_500_000
    assert Entry.objects.latest("pk").reason == "Agreed by phone"
    invoice(actor=HOUSE, wish=InvoiceWish((Bill(one, 1),)))
    before = entries()
    do(browser, "/work/reprice", {**typed, "price": "9", "reason": "Again"})
    assert "invoiced already" in see(browser, back)
    reader = Client()
    reader.force_login(person("biller", "billing.*"))
    assert reader.post("/work/reprice", {**typed, "reason": "Mine"}).status_code == 403
    assert "Change price" not in see(reader, back)
    assert entries() == before


def test_another_price_has_a_reason_that_is_kept_and_stays_off_the_paper(
    company: World, browser: Client, call: Any
) -> None:
    router = company.product()
    _, (line,) = order(company, (router, 3))
    form: dict[str, Any] = {
        "organization": company.customer.pk,
        f"quantity-{line}": "1",
        f"price-{line}": "9.00",
    }
    before = entries()
    page = do(browser, "/invoices/new/", form, 422)
    assert f'id="f-reason-{line}-e"' in page
    assert entries() == before
    to = do(browser, "/invoices/new/", {**form, f"reason-{line}": "Scratched box"})
    made = InvoiceLine.objects.get()
    assert (made.price_reason, made.unit_price_micro) == ("Scratched box", 9_000_000)
    assert "Scratched box" in see(browser, to)
    do(browser, "/invoices/new/", {**form, f"price-{line}": "10.00", f"reason-{line}": "Typed in vain"})
    assert InvoiceLine.objects.latest("pk").price_reason == ""
    given = {"line": line, "quantity": "1", "unit_price": "8.00", "reason": "As agreed"}
    status, answer = call("post", "/invoices", {"lines": [given]})
    assert (status, answer["lines"][0]["reason"]) == (201, "As agreed")
    status, answer = call("post", "/invoices", {"lines": [{**given, "reason": "x" * 201}]})
    assert status == 422
    clean()


def test_goods_handed_over_are_due(company: World) -> None:
    """A service that was delivered is due, too; it is nowhere before."""
    company.customer.billing_policy = "delivery"
    company.customer.save()
    work = company.product(kind="service")
    _, (line,) = order(company, (work, 2))
    today = clock.today("Europe/Berlin")
    assert figured(today) == {}
    deliver(actor=HOUSE, picks=[Pick(line, 2)])
    assert figured(today) == {line: 2}
