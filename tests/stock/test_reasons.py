"""The list of reasons: who keeps it, what it demands, and what happened for which reason."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.stock.test_pages import post, seen
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput, NotAllowed
from wharfinger.ledger.models import Entry, Fact, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import User
from wharfinger.stock.actions.goods import adjust, correct_serial, hold, scrap
from wharfinger.stock.actions.reasons import add_reason, change_reason
from wharfinger.stock.models import Reason
from wharfinger.stock.rules.adjusting import Adjustment
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


def reason(name: str, *uses: str, note: bool = False) -> int:
    """A reason of the list."""
    values = {"name": name, "uses": list(uses), "note_required": note}
    return add_reason(actor=HOUSE, values=values).one("stock.Reason")


def test_a_listed_reason_is_named_by_the_entry(company: World) -> None:
    pk = reason("Damaged", "lost", "scrap", note=True)
    product = company.product()
    company.stock(product, 5)
    lost = Adjustment(product.pk, -1, company.location.place_id)
    before = entries()
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[lost], reason="damaged")
    assert (bad.value.code, bad.value.field) == ("note_missing", "note")
    assert entries() == before
    made = adjust(actor=HOUSE, items=[lost], reason="Damaged", note="Fell off the forklift")
    assert made.entry.reason == "Damaged: Fell off the forklift"
    assert Fact.objects.filter(entry=made.entry, subject=f"reason:{pk}").exists()
    # Other words go where the list does not bind, and name none of its reasons.
    free = adjust(actor=HOUSE, items=[lost], reason="Fell off the forklift")
    assert not Fact.objects.filter(entry=free.entry, subject__startswith="reason:").exists()
    clean()


def test_where_the_list_binds_no_other_reason_is_taken(company: World) -> None:
    Setting.objects.create(key="listed_reasons_only", value=True)
    reason("Found", "found")
    reason("Broken", "lost", "hold", "scrap")
    reason("Misread", "correct_serial")
    product = company.product(traced="serial", cost_method="specific")
    place = company.location.place_id
    found = Adjustment(product.pk, 1, place, serials=("A",))
    goods = Goods(product.pk, 1, place, codes=("A",))
    before = entries()
    with pytest.raises(BadInput) as bad:
        adjust(actor=HOUSE, items=[found], reason="Broken")
    assert (bad.value.code, bad.value.field) == ("reason_not_listed", "reason")
    assert "Found" in bad.value.words()
    assert entries() == before
    adjust(actor=HOUSE, items=[found], reason="found")
    lot = Lot.objects.get(code="A").pk
    before = entries()
    for act in (
        lambda: hold(actor=HOUSE, goods=goods, reason="Dented"),
        lambda: scrap(actor=HOUSE, goods=goods, reason="Dented"),
        lambda: correct_serial(actor=HOUSE, lot=lot, serial="B", reason="Broken"),
    ):
        with pytest.raises(BadInput) as bad:
            act()
        assert bad.value.code == "reason_not_listed"
    assert entries() == before
    correct_serial(actor=HOUSE, lot=lot, serial="B", reason="Misread", note="8, not B")
    goods = Goods(product.pk, 1, place, codes=("B",))
    hold(actor=HOUSE, goods=goods, reason="Broken")
    clean()


def test_a_reason_is_kept_by_whoever_keeps_the_settings(company: World) -> None:
    pk = reason("Damaged", "lost")
    before = entries()
    with pytest.raises(BadInput) as bad:
        reason("DAMAGED", "lost")
    assert (bad.value.code, bad.value.field) == ("name_taken", "name")
    with pytest.raises(BadInput) as bad:
        reason("Eaten", "eaten")
    assert (bad.value.code, bad.value.field) == ("not_one_of", "uses")
    with pytest.raises(NotAllowed):
        add_reason(actor=User.objects.create(username="clerk"), values={"name": "Mine"})
    assert entries() == before
    changed = change_reason(actor=HOUSE, reason=pk, values={"name": "Broken", "retired_on": "2026-11-28"})
    assert (Reason.objects.get().name, str(Reason.objects.get().retired_on)) == ("Broken", "2026-11-28")
    reverse(actor=HOUSE, entry=changed.id)
    assert (Reason.objects.get().name, Reason.objects.get().retired_on) == ("Damaged", None)


def test_reasons_in_the_browser(browser: Client, company: World) -> None:
    assert seen(browser, "/stock/reasons/")
    assert seen(browser, "/stock/reasons/new/")
    made = post(browser, "/stock/reasons/new/", name="Damaged", uses="lost", note_required="yes")
    assert made.status_code == 303
    row = Reason.objects.get()
    assert (row.uses, row.note_required) == (["lost"], True)
    assert "Damaged" in seen(browser, "/stock/reasons/")
    assert post(browser, "/stock/reasons/new/", name="damaged", uses="lost").status_code == 422
    path = f"/stock/reasons/{row.pk}/"
    assert "Damaged" in seen(browser, path)
    assert post(browser, path, name="Damaged", uses="scrap", retired_on="2026-11-28").status_code == 303
    assert Reason.objects.get().uses == ["scrap"]
    assert browser.get("/stock/reasons/999/").status_code == 404
    product = company.product()
    page = seen(browser, "/stock/adjust/")
    assert "<datalist" not in page
    reason("Theft", "lost")
    assert '<option value="Theft">' in seen(browser, "/stock/adjust/")
    Setting.objects.create(key="listed_reasons_only", value=True)
    assert '<select id="f-reason"' in seen(browser, "/stock/adjust/")
    typed = {"product": product.sku, "location": f"location-{company.location.pk}", "quantity": "1"}
    before = entries()
    refused = post(browser, "/stock/adjust/", **typed, way="found", reason="Theft")
    assert (refused.status_code, entries()) == (422, before)
    assert 'id="f-reason-e"' in refused.content.decode()


def test_reasons_over_http(browser: Client, company: World) -> None:
    api = "/api/v1/stock/reasons"
    made = browser.post(api, {"name": "Damaged", "uses": ["lost", "scrap"]}, "application/json")
    assert made.status_code == 201
    pk = made.json()["id"]
    assert browser.get(f"{api}?use=scrap").json()["items"][0]["name"] == "Damaged"
    assert browser.get(f"{api}?use=found").json()["items"] == []
    assert browser.get(f"{api}?retired=true").json()["items"] == []
    changed = browser.patch(f"{api}/{pk}", {"note_required": True}, "application/json")
    assert changed.json()["note_required"] is True
    product = company.product()
    company.stock(product, 2)
    body = {"product": product.pk, "location": company.location.pk, "quantity": "-1", "reason": "Damaged"}
    before = entries()
    refused = browser.post("/api/v1/stock/adjust", body, "application/json")
    assert (refused.status_code, refused.json()["field"], entries()) == (422, "note", before)
    done = browser.post("/api/v1/stock/adjust", body | {"note": "Wet"}, "application/json")
    assert Entry.objects.get(pk=done.json()["entry"]).reason == "Damaged: Wet"
    assert browser.post(api, {"name": "x", "uses": []}, "application/json").status_code == 422


def test_goods_of_others_come_and_go_by_page_and_api(browser: Client, company: World) -> None:
    product = company.product()
    typed = {"product": product.sku, "location": f"location-{company.location.pk}", "reason": "Kept"}
    assert (
        post(browser, "/stock/adjust/", **typed, quantity="3", way="found", owner="acme").status_code == 303
    )
    unknown = post(browser, "/stock/adjust/", **typed, quantity="3", way="found", owner="Nobody")
    assert unknown.status_code == 422
    assert 'id="f-owner-e"' in unknown.content.decode()
    body = {"product": product.pk, "location": company.location.pk, "quantity": "-1", "reason": "Fetched"}
    owner = company.customer.pk
    answer = browser.post("/api/v1/stock/adjust", body | {"owner": owner}, "application/json")
    assert answer.status_code == 200
    # They are nobody's to sell.
    assert answer.json()["stock"][0]["available"] == "0"
    lots = Lot.objects.filter(product=product, owner=owner).values_list("holdings__quantity", flat=True)
    assert sorted(q for q in lots if q > 0) == [2]
    before = entries()
    assert browser.post("/api/v1/stock/adjust", body, "application/json").status_code == 409
    wrong = browser.post("/api/v1/stock/adjust", body | {"owner": 999_999}, "application/json")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "owner")
    assert entries() == before
    clean()


def test_what_happened_is_told_by_reason(browser: Client, company: World) -> None:
    """What was undone does not count; what was given in other words stands under no reason."""
    damaged, found = reason("Damaged", "lost", "hold", "scrap"), reason("Found", "found")
    product = company.product()
    place = company.location.place_id
    up = Adjustment(product.pk, 10, place, unit_cost_micro=3_330_000)
    adjust(actor=HOUSE, items=[up], reason="Found")
    adjust(actor=HOUSE, items=[Adjustment(product.pk, -2, place)], reason="Damaged", note="Wet")
    hold(actor=HOUSE, goods=Goods(product.pk, 1, place), reason="Damaged")
    scrap(actor=HOUSE, goods=Goods(product.pk, 1, place, kind="quarantine"), reason="Damaged")
    adjust(actor=HOUSE, items=[Adjustment(product.pk, -1, place)], reason="Whatever")
    undone = adjust(actor=HOUSE, items=[Adjustment(product.pk, -3, place)], reason="Damaged")
    reverse(actor=HOUSE, entry=undone.id)
    report = browser.get("/api/v1/reports/stock-by-reason")
    assert report.status_code == 200, report.content
    told = [
        (one["reason"], one["verb"], one["came"], one["went"], one["came_value"], one["went_value"])
        for one in report.json()["items"]
    ]
    assert told == [
        ("", "adjust", "0", "1", "0.00", "3.33"),
        ("Damaged", "adjust", "0", "2", "0.00", "6.66"),
        ("Damaged", "hold", "0", "1", "0.00", "0.00"),
        ("Damaged", "scrap", "0", "1", "0.00", "3.33"),
        ("Found", "adjust", "10", "0", "33.30", "0.00"),
    ]
    assert (damaged, found) == tuple(Reason.objects.order_by("name").values_list("pk", flat=True))
    page = seen(browser, f"/stock/reasons/given/?reason={damaged}")
    assert page.count(f">{product.sku}<") == 3
    assert browser.get("/stock/reasons/given/?on-from=x").status_code == 422
    earlier = browser.get("/api/v1/reports/stock-by-reason?since=2001-01-01&on=2001-12-31").json()
    assert earlier["items"] == []
    assert browser.get("/api/v1/reports/receivables?since=2001-01-01").status_code == 422
