"""Counts in the browser: parts, rows, scans, blind, second counts, review by name, what is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.stock.test_pages import post, seen
from tests.world import World, clean, entries, held, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.catalog.models import Category
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.orders import create_order, reserve
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.counts import begin_count, record_count
from wharfinger.stock.actions.goods import adjust, hold
from wharfinger.stock.models import Count, CountLine
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.counting import Tally
from wharfinger.stock.rules.moving import Goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    """A browser in which the administrator is signed in."""
    client.force_login(company.user)
    return client


def plain(page: str) -> str:
    """A page with the minus as people type it."""
    return page.replace("−", "-")


def test_a_part_is_counted_row_by_row_until_nothing_waits(browser: Client, company: World) -> None:
    switch = company.product(category="Network / Switches")
    cable = company.product(category="Cable", quantity_decimals=1)
    company.stock(switch, 5)
    company.stock(switch, 2, bin=company.bins[1])
    company.stock(cable, 100)
    response = post(
        browser, "/stock/counts/new/", location=str(company.location.pk), category="Network", blind="yes"
    )
    count = Count.objects.get()
    path = response["Location"]
    page = seen(browser, path)
    assert page.count('name="n-') == 2
    assert cable.sku not in page
    assert page.index(f"{company.bins[0].pk}:{switch.pk}") < page.index(f"{company.bins[1].pk}:{switch.pk}")
    one, other = (f"n-{bin.pk}:{switch.pk}::" for bin in company.bins[:2])
    refused = post(browser, f"{path}rows/", **{one: "x", other: "2"})
    assert (refused.status_code, CountLine.objects.count()) == (422, 0)
    assert 'value="2"' in refused.content.decode()
    assert post(browser, f"{path}rows/", **{one: "4", other: ""}).status_code == 303
    assert seen(browser, path).count('name="n-') == 1
    assert post(browser, f"{path}rows/", **{other: "2"}).status_code == 303
    assert "Everything here is counted." in seen(browser, path)
    assert list(CountLine.objects.order_by("pk").values_list("difference", flat=True)) == [-1, 0]
    assert count.scope == {"category": Category.objects.get(path="Network").pk}


def test_a_bin_is_scanned(browser: Client, company: World) -> None:
    """Each scan of a product is one more; a number nobody knows belongs to the traced product before it."""
    cable = company.product(gtin="4006381333931")
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(cable, 3)
    company.stock(phone, 2, serials=("P-1", "P-2"))
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    assert "data-repeats" in seen(browser, path)
    read = ["4006381333931", cable.sku.lower(), phone.sku, "p-1", "P-9", "P-9"]
    answer = browser.post(f"{path}scans/", {"bin": company.bins[0].pk, "scanned": read[::-1]})
    assert answer.status_code == 303
    found = CountLine.objects.order_by("product", "code").values_list(
        "product", "code", "counted", "difference"
    )
    assert list(found) == [
        (cable.pk, "", 2, -1),
        (phone.pk, "P-1", 1, 0),
        (phone.pk, "P-2", 0, -1),
        (phone.pk, "P-9", 1, 1),
    ]
    before = entries()
    refused = browser.post(f"{path}scans/", {"bin": company.bins[0].pk, "scanned": ["4711", cable.sku]})
    assert refused.status_code == 422
    assert "4711" in refused.content.decode()
    assert entries() == before


def test_whoever_counts_blind_sees_no_figures_of_the_books(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 4711)
    count = begin_count(actor=HOUSE, location=company.location.pk, blind=True).one("stock.Count")
    tally = Tally(product.pk, company.bins[0].place_id, 4700)
    clerk = User.objects.create(username="clerk")
    Role.objects.create(name="counters", permissions=["*.read", "stock.count"]).users.add(clerk)
    client.force_login(clerk)
    path = f"/stock/counts/{count}/"
    assert "4,711" not in seen(client, path)
    record_count(actor=HOUSE, count=count, tallies=[tally])
    page = plain(seen(client, path))
    assert "4,700" in page
    assert ">-11<" not in page
    assert client.get(f"{path}review/").status_code == 403
    shown = client.get(f"/api/v1/stock/counts/{count}").json()["lines"]
    assert [(line["counted"], line["difference"]) for line in shown] == [("4700", None)]
    client.force_login(company.user)
    assert ">-11<" in plain(seen(client, path))


def test_the_review_names_who_goes_without(browser: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 4),), confirm=True, owner=company.user.pk)
    made = create_order(actor=HOUSE, wish=wish)
    order, line = made.one("demand.Sheet"), made.one("ledger.Claim")
    reserve(actor=HOUSE, holds=[Hold(line, 4)])
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    record_count(actor=HOUSE, count=count, tallies=[Tally(product.pk, company.bins[0].place_id, 3)])
    before = entries()
    page = plain(seen(browser, f"{path}review/"))
    assert entries() == before
    assert "Who goes without" in page
    assert "SO-1" in page
    assert "Acme" in page
    assert "Ada" in page
    assert "-12.00" in page
    told = browser.get(f"/api/v1/stock/counts/{count}/differences").json()
    assert (told["gained"], told["lost"]) == ("0.00", "-12.00")
    assert [(one["subject"], one["owner"], one["quantity"]) for one in told["without"]] == [
        (f"order:{order}", "Ada", "1")
    ]
    assert post(browser, f"{path}review/").status_code == 303
    assert post(browser, f"{path}complete/").status_code == 303
    assert held(line) == {"bin": 3, "covered": 3, "demand": 1, "to_bill": 4}
    clean()


def test_what_is_off_is_counted_again_before_the_review(browser: Client, company: World) -> None:
    Setting.objects.create(key="counting", value={"second_count": True})
    product = company.product()
    company.stock(product, 5)
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    typed = {"bin": str(company.bins[0].pk), "product": product.sku}
    post(browser, f"{path}record/", **typed, counted="3")
    assert product.sku in seen(browser, f"{path}?tab=again")
    before = entries()
    assert post(browser, f"{path}review/").status_code == 409
    assert entries() == before
    post(browser, f"{path}record/", **typed, counted="4", second="yes")
    line = CountLine.objects.get()
    assert (line.first_counted, line.counted) == (3, 4)
    assert post(browser, f"{path}review/").status_code == 303


def test_a_count_from_paper_says_when(browser: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    typed = {"bin": str(company.bins[0].pk), "product": product.sku, "counted": "5"}
    for wrong in ("yesterday", "2999-01-01T10:00", "2001-01-01T10:00"):
        refused = post(browser, f"{path}record/", **typed, counted_at=wrong)
        assert refused.status_code == 422
        assert 'id="f-counted_at-e"' in refused.content.decode()
    with time_machine.travel(clock.now() + timedelta(hours=3), tick=False):
        earlier = (clock.now() - timedelta(hours=1)).isoformat()
        assert post(browser, f"{path}record/", **typed, counted_at=earlier).status_code == 303
        assert CountLine.objects.get().counted_at == clock.now() - timedelta(hours=1)


def test_a_count_is_given_up(browser: Client, company: World) -> None:
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    assert post(browser, f"{path}cancel/", reason="Wrong place").status_code == 303
    page = seen(browser, path)
    assert "Given up" in page
    assert "Write down" not in page


def test_what_is_worth_most_is_due_most_often(browser: Client, company: World) -> None:
    dear, middling, cheap = company.product(), company.product(), company.product()
    for product, worth in ((dear, 80_000), (middling, 15_000), (cheap, 5_000)):
        company.stock(product, 10, value_minor=worth)
    location = company.location.pk
    count = begin_count(actor=HOUSE, location=location).one("stock.Count")
    record_count(actor=HOUSE, count=count, tallies=[Tally(dear.pk, company.bins[0].place_id, 10)])
    post(browser, f"/stock/counts/{count}/review/")
    post(browser, f"/stock/counts/{count}/complete/")
    due = browser.get(f"/api/v1/stock/counts/due?location={location}").json()["items"]
    today = clock.today("Europe/Berlin")
    assert [(one["product"], one["letter"], one["due_on"]) for one in due] == [
        (dear.pk, "A", (today + timedelta(days=30)).isoformat()),
        (middling.pk, "B", (today + timedelta(days=90)).isoformat()),
        (cheap.pk, "C", (today + timedelta(days=365)).isoformat()),
    ]
    assert [one["last_counted_on"] for one in due] == [today.isoformat(), None, None]
    page = seen(browser, f"/stock/due/?location={location}&class=A")
    assert dear.sku in page
    assert cheap.sku not in page
    begun = browser.post(
        "/stock/due/begin/",
        {"selected": [f"{location}-{dear.pk}", f"{location}-{cheap.pk}"], "blind": "yes"},
    )
    made = Count.objects.get(pk=int(begun["Location"].rstrip("/").rpartition("/")[2]))
    assert (made.blind, made.scope) == (True, {"products": sorted((dear.pk, cheap.pk))})
    assert browser.post("/stock/due/begin/", {}).status_code == 303
    assert Count.objects.count() == 2


def test_what_moved_since_a_day_is_looked_at(browser: Client, company: World) -> None:
    """Also where nothing is left of it: whether it is really gone."""
    moved, gone = company.product(), company.product()
    company.stock(moved, 5)
    company.stock(gone, 1)
    lost = Adjustment(gone.pk, -1, company.location.place_id)
    adjust(actor=HOUSE, items=[lost], reason="Eaten")
    today = clock.today("Europe/Berlin").isoformat()
    body = {"location": company.location.pk, "scope": {"moved_since": today}}
    begun = browser.post("/api/v1/stock/counts", body, "application/json").json()
    sheet = browser.get(f"/api/v1/stock/counts/{begun['id']}/sheet").json()["items"]
    assert [(one["product"], one["books"]) for one in sheet] == [(moved.pk, "5"), (gone.pk, "0")]


def test_what_stands_in_no_bin_is_named_with_whom_it_is_for(browser: Client, company: World) -> None:
    router = company.product(name="Router")
    company.stock(router, 9)
    wish = OrderWish(company.customer.pk, (LineWish(router.pk, 4),), confirm=True)
    done = create_order(actor=HOUSE, wish=wish)
    (line,) = done.made["ledger.Claim"]
    reserve(actor=HOUSE, holds=[Hold(line, 4)])
    pick(actor=HOUSE, picks=[Pick(line, 3)])
    hold(actor=HOUSE, goods=Goods(router.pk, 2, company.location.place_id), reason="Broken")
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    page = seen(browser, f"/stock/counts/{count}/")
    beside = page[page.index("Not on the shelves") :]
    number = Sheet.objects.get(pk=done.one("demand.Sheet")).number
    assert f"3 · picked · {number}" in beside
    assert "2 · set aside" in beside
    # On the shelf are the 4 others, one of them reserved.
    there = held(product=router.pk)
    assert [there[kind] for kind in ("bin", "picked", "quarantine")] == [4, 3, 2]
    blind = begin_count(actor=HOUSE, location=company.location.pk, blind=True).one("stock.Count")
    Role.objects.update(permissions=["stock.read", "stock.count"])
    page = seen(browser, f"/stock/counts/{blind}/")
    beside = page[page.index("Not on the shelves") :]
    assert f"picked · {number}" in beside
    assert "3 · picked" not in beside
