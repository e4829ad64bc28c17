"""Counts in the browser: parts, rows, scans, blind, second counts, review by name, what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

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
from wharfinger.stock.models import Bin, Count, CountLine
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
    told = refused.content.decode()
    assert 'value="2"' in told
    # The sentence stands in its row, and once.
    assert told.count("“x” is not a number") == 1
    assert told.index('id="n-e"') < told.index(f'name="{one}"') < told.index('aria-invalid="true"')
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


def scan(browser: Client, path: str, bin: Bin, *codes: str) -> Any:
    """Write down a bin by its scans, the newest of which stands first."""
    return browser.post(f"{path}scans/", {"bin": bin.pk, "scanned": codes[::-1]})


def told(count: int) -> list[tuple[int, str, int | None, int, int]]:
    """Product, number, whose goods, counted and how far off, of each line of a count."""
    rows = CountLine.objects.filter(count=count).order_by("product", "code", "owner")
    return list(rows.values_list("product", "code", "owner", "counted", "difference"))


def test_units_whose_numbers_are_known_from_shipping_are_counted_by_their_code(
    browser: Client, company: World
) -> None:
    display = company.product(traced="serial", traced_from="shipping")
    company.stock(display, 3)
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    assert f'name="n-{company.bins[0].pk}:{display.pk}::"' in seen(browser, path)
    assert scan(browser, path, company.bins[0], display.sku, display.sku).status_code == 303
    assert told(count) == [(display.pk, "", None, 2, -1)]


def test_batches_are_scanned_by_their_number(browser: Client, company: World) -> None:
    """Pieces first, then their batch; the label of a batch alone is one piece more."""
    battery = company.product(traced="batch")
    place = company.location.place_id
    found = Adjustment(battery.pk, 5, place, company.bins[0].place_id, batch="L1")
    adjust(actor=HOUSE, items=[found], reason="Found")
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    before = entries()
    refused = scan(browser, path, company.bins[0], battery.sku, "L1", battery.sku)
    assert (refused.status_code, entries()) == (422, before)
    assert f"{battery.sku} is kept by batches." in refused.content.decode()
    read = [battery.sku, battery.sku, "l1", "L1", battery.sku, "L2"]
    assert scan(browser, path, company.bins[0], *read).status_code == 303
    assert told(count) == [(battery.pk, "L1", None, 3, -2), (battery.pk, "L2", None, 1, 1)]


def test_a_units_number_says_whose_it_is(browser: Client, company: World) -> None:
    phone = company.product(traced="serial")
    company.stock(phone, 1, serials=("OURS",))
    place, shelf, whose = company.location.place_id, company.bins[0].place_id, company.customer.pk
    theirs = Adjustment(phone.pk, 1, place, shelf, serials=("THEIRS",), owner=whose)
    adjust(actor=HOUSE, items=[theirs], reason="Found")
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    assert scan(browser, f"/stock/counts/{count}/", company.bins[0], "ours", "theirs").status_code == 303
    assert told(count) == [(phone.pk, "OURS", None, 1, 0), (phone.pk, "THEIRS", company.customer.pk, 1, 0)]


def test_nothing_typed_is_not_none_counted(browser: Client, company: World) -> None:
    """Whoever found none says 0."""
    phone = company.product(traced="serial")
    company.stock(phone, 1, serials=("P-1",))
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    values = {"bin": str(company.bins[0].pk), "product": phone.sku}
    before = entries()
    assert post(browser, f"/stock/counts/{count}/record/", **values).status_code == 422
    assert (told(count), entries()) == ([], before)
    assert post(browser, f"/stock/counts/{count}/record/", **values, counted="0").status_code == 303
    assert told(count) == [(phone.pk, "P-1", None, 0, -1)]


def test_a_form_that_came_back_leads_to_its_page(browser: Client, company: World) -> None:
    """Lists and filters of a refused form, a reload, and signing in again meanwhile."""
    company.stock(company.product(), 1)
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    path = f"/stock/counts/{count}/"
    for part in ("rows/", "scans/", "record/"):
        assert browser.get(f"{path}{part}?tab=off")["Location"] == f"{path}?tab=off"
    again = Client().post(f"{path}rows/", headers={"referer": f"http://testserver{path}?bin=1"})
    assert again["Location"] == f"/sign-in/?next={path}%3Fbin%3D1"
    lost = browser.get(f"{path}complete/")
    assert (lost.status_code, lost["Allow"]) == (405, "POST")
    assert "Go back and send the form again." in lost.content.decode()


def test_a_unit_that_stands_elsewhere_is_named_with_its_page(browser: Client, company: World) -> None:
    phone = company.product(traced="serial")
    company.stock(phone, 1, serials=("P-1",))
    hold(actor=HOUSE, goods=Goods(phone.pk, 1, company.location.place_id, codes=("P-1",)), reason="Dented")
    count = begin_count(actor=HOUSE, location=company.location.pk).one("stock.Count")
    assert scan(browser, f"/stock/counts/{count}/", company.bins[0], phone.sku, "p-1").status_code == 303
    page = seen(browser, f"/stock/counts/{count}/review/")
    assert 'href="/serials/number/P-1/"' in page
    assert "Look at P-1" in page


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
