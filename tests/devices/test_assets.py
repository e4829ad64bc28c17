"""What a customer has and once had: every row with its documents, however many there are, and what is done with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse as address

from tests.api.test_nouns import Caller
from tests.devices.test_install import delivered, traced
from tests.devices.test_keep import site
from tests.fulfilment.trade import lot
from tests.returns.test_settle import billed
from tests.world import World, clean, entries, refused, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import move, relate, subscribe
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.models import Entry, Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def browser(company: World, client: Client) -> Client:
    """A browser in which the company's user is signed in."""
    client.force_login(company.user)
    return client


def assets(company: World, past: str = "", **asked: Any) -> list[dict[str, Any]]:
    """All rows of the list over the API, part by part."""
    path, rows, cursor = f"/organizations/{company.customer.pk}/assets{past}", [], None
    told = "".join(f"&{name}={value}" for name, value in asked.items())
    while True:
        part = Caller(company.user).good(
            "get", f"{path}?limit=7{told}{f'&cursor={cursor}' if cursor else ''}"
        )
        rows += part["items"]
        cursor = part["next"]
        if not cursor:
            return rows


def page(browser: Client, company: World, query: str = "") -> str:
    """The page of the customer's assets."""
    return seen(browser, f"/organizations/{company.customer.pk}/assets/{query}")


def test_a_unit_stands_beside_its_sale_its_papers_and_what_covers_it(company: World, browser: Client) -> None:
    line = delivered(company, traced(company, "SN-1"), 1)
    shipped = Entry.objects.filter(verb="ship").latest("pk")
    billed(line, 1)
    contract = create_work_order(
        actor=HOUSE, wish=WorkWish("contract", company.customer.pk, title="Care")
    ).one("demand.Sheet")
    (device,) = install(actor=HOUSE, items=[Installation(line, contract=contract)]).made["devices.Device"]
    wish = SubscriptionWish(company.customer.pk, company.product(kind="service").pk, device)
    subscribe(actor=HOUSE, wish=wish)
    cable = delivered(company, _stocked(company, 3), 3)
    loose, unit = sorted(assets(company), key=lambda row: row["serial"])
    assert (unit["device"], unit["serial"], unit["sold_on"], unit["issued_by"]) == (
        device,
        "SN-1",
        shipped.effective_on.isoformat(),
        shipped.pk,
    )
    assert [one["number"] for one in unit["invoices"]] == ["INV-1"]
    assert unit["credit_notes"] == []
    assert unit["contract"]["id"] == contract
    assert [one["number"] for one in unit["subscriptions"]] == ["SUB-1"]
    assert (loose["device"], loose["quantity"], loose["line"], loose["invoices"]) == (None, "3", cable, [])
    assert (loose["contract"], loose["subscriptions"], loose["on_loan"]) == (None, [], False)
    shown = page(browser, company)
    for to in (
        address("devices:device", args=[device]),
        address("site:entry", args=[shipped.pk]),
        address("work:work_order", args=[contract]),
        address("billing:invoice", args=[unit["invoices"][0]["id"]]),
        address("devices:subscription", args=[unit["subscriptions"][0]["id"]]),
    ):
        assert f'href="{to}"' in shown


def _stocked(company: World, units: int) -> Any:
    made = company.product(name="Patch cable")
    company.stock(made, units)
    return made


def test_a_unit_that_is_sold_again_has_both_sales_in_its_history(company: World, browser: Client) -> None:
    router = traced(company, "SN-1")
    first = delivered(company, router, 1)
    billed(first, 1)
    item = Returned(Asked(1, first), (), "restock")
    take_back(actor=HOUSE, organization=company.customer.pk, items=[item], reason="Too slow")
    sold, back = (Entry.objects.filter(verb=verb).latest("pk").pk for verb in ("ship", "receive_return"))
    second = delivered(company, router, 1)
    (now,), (past,) = assets(company), assets(company, "/history")
    assert (now["line"], now["invoices"], now["credit_notes"]) == (second, [], [])
    assert (past["line"], past["issued_by"], past["entry"], past["reason"]) == (first, sold, back, "Too slow")
    assert now["issued_by"] > back
    assert [one["number"] for one in past["invoices"]] == ["INV-1"]
    assert [one["number"] for one in past["credit_notes"]] == ["CN-1"]
    shown = page(browser, company, "?tab=history")
    assert f'href="{address("billing:credit_note", args=[past["credit_notes"][0]["id"]])}"' in shown
    assert f'href="{address("site:entry", args=[back])}"' in shown
    reverse(actor=HOUSE, entry=Entry.objects.filter(verb="ship").latest("pk").pk)
    assert (assets(company), [one["entry"] for one in assets(company, "/history")]) == ([], [back])


def test_what_is_undone_was_never_theirs(company: World) -> None:
    line = delivered(company, traced(company, "SN-1"), 1)
    item = Returned(Asked(1, line))
    done = take_back(actor=HOUSE, organization=company.customer.pk, items=[item])
    assert len(assets(company, "/history")) == 1
    reverse(actor=HOUSE, entry=done.id)
    assert (len(assets(company)), assets(company, "/history")) == (1, [])
    reverse(actor=HOUSE, entry=Entry.objects.filter(verb="ship").latest("pk").pk)
    assert (assets(company), assets(company, "/history")) == ([], [])


def test_no_row_is_left_out_and_none_comes_twice(company: World, browser: Client) -> None:
    codes = [f"SN-{n:02}" for n in range(60)]
    line = delivered(company, traced(company, *codes), 60)
    found = assets(company)
    assert sorted(row["serial"] for row in found) == codes
    with CaptureQueriesContext(connection) as few:
        page(browser, company, "?serial=SN-01")
    with CaptureQueriesContext(connection) as many:
        shown = page(browser, company)
    assert len(few) == len(many) <= 20
    assert sum(code in shown for code in codes) == 50
    take_back(
        actor=HOUSE, organization=company.customer.pk, items=[Returned(Asked(60, line))], reason="Too many"
    )
    assert sorted(row["serial"] for row in assets(company, "/history")) == codes
    assert assets(company) == []


def test_the_list_is_narrowed(company: World, browser: Client) -> None:
    router = traced(company, "SN-1", "SN-2")
    line = delivered(company, router, 2)
    install(actor=HOUSE, items=[Installation(line, serial="SN-1")])
    cable = _stocked(company, 2)
    delivered(company, cable, 2)
    branch = site(company.customer, "Branch")
    move(actor=HOUSE, device=Device.objects.get().pk, site=branch.pk)
    assert [row["serial"] for row in assets(company, goods="device")] == ["SN-1"]
    assert [row["serial"] for row in assets(company, goods="unit")] == ["SN-2"]
    assert [row["quantity"] for row in assets(company, goods="untraced")] == ["2"]
    assert {row["serial"] for row in assets(company, goods="unit,device")} == {"SN-1", "SN-2"}
    assert {row["serial"] for row in assets(company, product=router.pk)} == {"SN-1", "SN-2"}
    assert [row["serial"] for row in assets(company, serial="sn-2")] == ["SN-2"]
    assert [(row["serial"], row["site"]) for row in assets(company, site=branch.pk)] == [("SN-1", branch.pk)]
    ada = Caller(company.user)
    path = f"/organizations/{company.customer.pk}/assets"
    assert ada.refused("get", f"{path}?goods=cars") == (422, "not_one_of", "goods")
    assert ada.refused("get", f"{path}?colour=red") == (422, "unknown_filter", "colour")
    assert ada.refused("get", f"{path}?site=x") == (422, "not_a_number", "site")
    assert ada.refused("get", "/organizations/999999/assets")[0] == 404
    shown = page(browser, company, "?product=patch%25")
    assert "Nothing matches these filters." in shown
    assert "Patch cable" in page(browser, company, "?product=patch")
    assert "SN-2" not in page(browser, company, f"?site={branch.pk}")


def test_lent_goods_were_not_sold(company: World) -> None:
    line = delivered(company, traced(company, "SN-1"), 1)
    install(actor=HOUSE, items=[Installation(line)])
    brought = company.product(traced="serial", cost_method="specific")
    done = install(actor=HOUSE, items=[Installation(product=brought.pk, serial="OLD", site=company.site.pk)])
    row = next(row for row in assets(company) if row["serial"] == "OLD")
    assert (row["sold_on"], row["issued_by"], row["line"], row["number"]) == (None, done.id, None, None)


def ticked(browser: Client, name: str, rows: list[int]) -> str:
    """Where an act leads with these rows."""
    back = f"/organizations/{Organization.objects.get(name='Acme').pk}/assets/"
    answer = browser.post(address(f"devices:{name}"), {"selected": rows, "back": back})
    assert answer.status_code == 303
    return answer["Location"]


def test_rows_lead_to_what_is_done_with_them(company: World, browser: Client) -> None:
    routers = delivered(company, traced(company, "SN-1", "SN-2", "SN-3"), 3)
    (device,) = install(actor=HOUSE, items=[Installation(routers, serial="SN-2")]).made["devices.Device"]
    delivered(company, _stocked(company, 4), 4)
    here = {h.lot.code or "loose": h.pk for h in Holding.objects.filter(kind="customer", quantity__gt=0)}
    for act in ("take_back", "ask_back"):
        form = seen(browser, ticked(browser, act, [here["SN-2"], here["loose"]]))
        assert 'value="4"' in form
        assert "SN-2" in form
        assert "SN-1" not in form
        assert f'name="unit-{routers}-{lot("SN-2")}" value="yes" checked' in form
    assert ticked(browser, "swap_selected", [here["SN-2"]]) == address("returns:swap", args=[device])
    assert ticked(browser, "move_selected", [here["SN-2"]]) == f"{address('devices:move')}?device={device}"
    before, back = entries(), f"/organizations/{company.customer.pk}/assets/"
    assert ticked(browser, "swap_selected", [here["loose"]]) == back
    assert "Choose at least one device." in seen(browser, back)
    assert ticked(browser, "take_back", []) == back
    assert "Select at least one row first." in seen(browser, back)
    assert ticked(browser, "take_back", [999_999]) == back
    assert "no longer with the customer" in seen(browser, back)
    assert entries() == before


def test_several_devices_move_in_one_act(company: World, browser: Client) -> None:
    line = delivered(company, traced(company, "RACK", "PART", "ELSE"), 3)
    rack, part, other = install(
        actor=HOUSE, items=[Installation(line, serial=code) for code in ("RACK", "PART", "ELSE")]
    ).made["devices.Device"]
    relate(actor=HOUSE, device=part, other=rack, kind="parent")
    branch = site(company.customer, "Branch")
    path = f"{address('devices:move')}?device={rack}&device={other}"
    shown = seen(browser, path)
    assert "RACK" in shown
    assert "Branch" in shown
    before = entries()
    assert browser.post(path, {"site": "", "parts": "yes"}).status_code == 422
    assert entries() == before
    answer = browser.post(path, {"site": branch.pk, "parts": "yes"})
    assert answer["Location"] == address("devices:assets", args=[company.customer.pk])
    assert entries() == before + 1
    assert set(Device.objects.filter(site=branch).values_list("pk", flat=True)) == {rack, part, other}
    clean()
    reverse(actor=HOUSE, entry=Entry.objects.latest("pk").pk)
    assert not Device.objects.filter(site=branch).exists()
    clean()
    refused(lambda: move(actor=HOUSE, device=[], site=branch.pk), "no_device", "device")


def test_devices_go_to_a_new_owner_from_their_page(company: World, browser: Client) -> None:
    line = delivered(company, traced(company, "SN-1"), 1)
    (device,) = install(actor=HOUSE, items=[Installation(line)]).made["devices.Device"]
    beta = Organization.objects.create(name="Beta works")
    house = site(beta, "Beta house")
    path = f"{address('devices:move')}?device={device}"
    assert path in seen(browser, address("devices:device", args=[device])).replace("&amp;", "&")
    assert "No customer is called so." in seen(browser, f"{path}&find=Gamma")
    assert f"owner={beta.pk}" in seen(browser, f"{path}&find=beta")
    there = seen(browser, f"{path}&owner={beta.pk}")
    assert "Beta house" in there
    browser.post(f"{path}&owner={beta.pk}", {"site": house.pk, "parts": "yes"})
    assert Device.objects.get().organization == beta
    assert len(assets(company, "/history")) == 1
    assert browser.get(address("devices:move")).status_code == 422
    clean()


def test_moving_costs_the_same_for_any_number(company: World) -> None:
    codes = [f"SN-{n}" for n in range(12)]
    line = delivered(company, traced(company, *codes), 12)
    found = install(actor=HOUSE, items=[Installation(line, serial=code) for code in codes]).made[
        "devices.Device"
    ]
    branch = site(company.customer, "Branch")
    counted = []
    for chosen in (found[:2], found[2:]):
        with CaptureQueriesContext(connection) as done:
            move(actor=HOUSE, device=chosen, site=branch.pk)
        counted.append(len(done))
    assert counted[0] == counted[1]
