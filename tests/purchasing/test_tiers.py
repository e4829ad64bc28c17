"""Tiers decide who approves how much: limits, several approvers, people who stand in, and what a refusal leaves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.purchasing.buying import bought, person, sold, threshold
from tests.purchasing.test_api import Caller
from tests.purchasing.test_order import refused
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules.amend import LineChange
from wharfinger.ledger.reverse import reverse
from wharfinger.purchasing.actions.approving import approve, reject, request
from wharfinger.purchasing.actions.ordering import amend_purchase, ask, draft, submit
from wharfinger.purchasing.actions.tiers import add_tier, change_tier, delegate, end_delegation
from wharfinger.purchasing.models import Approval, ApprovalTier, Delegation, PurchaseOrder
from wharfinger.purchasing.rules.changing import LineChange as PurchaseLineChange
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company where buying for 30.00 needs approval; a unit of its products costs 6.00."""
    made = world()
    threshold(3000)
    return made


def tier(name: str, limit: int | None, *people: Any, needed: int = 1) -> int:
    values = {"name": name, "limit_minor": limit, "people": [one.pk for one in people], "needed": needed}
    return add_tier(actor=HOUSE, values=values).one("purchasing.ApprovalTier")


def today() -> date:
    return clock.today("Europe/Berlin")


def test_the_lowest_tier_that_reaches_decides_and_those_above_may_too(company: World) -> None:
    lead, head = person("lead", "purchasing.approve"), person("head", "purchasing.approve")
    outsider = person("otto", "purchasing.approve")
    tier("Leads", 4000, lead)
    tier("Heads", 10_000, head)
    small, medium, large = (sold(company, company.product(), n) for n in (6, 10, 20))
    refusal = refused("above_limit", lambda: approve(actor=outsider, lines=[small]))
    assert refusal.values["names"] == "Head, Lead"
    approve(actor=lead, lines=[small])
    assert held(small) == {"to_order": 6, "to_bill": 6}
    before = entries()
    assert refused("above_limit", lambda: approve(actor=lead, lines=[medium])).values["names"] == "Head"
    refused("above_every_limit", lambda: approve(actor=head, lines=[large]))
    assert entries() == before
    approve(actor=head, lines=[medium])
    assert held(medium) == {"to_order": 10, "to_bill": 10}
    clean()


def test_splitting_over_lines_of_one_order_dodges_no_limit(company: World) -> None:
    lead, head = person("lead", "purchasing.approve"), person("head", "purchasing.approve")
    tier("Leads", 4000, lead)
    tier("Heads", None, head)
    product = company.product()
    wish = PurchaseWish(company.vendor.pk, tuple(PurchaseLineWish(product.pk, 5) for _ in range(2)))
    made = bought(draft(actor=HOUSE, wish=wish))
    ask(actor=HOUSE, order=made.order)
    refused("above_limit", lambda: approve(actor=lead, purchase_lines=made.lines[:1]))
    approve(actor=head, purchase_orders=[made.order])
    submit(actor=HOUSE, order=made.order)
    clean()


def test_two_different_people_must_approve(company: World) -> None:
    anna, ben, cleo = (person(name, "purchasing.approve") for name in ("anna", "ben", "cleo"))
    tier("Board", None, anna, ben, cleo, needed=2)
    line = sold(company, company.product(), 10)
    first = approve(actor=anna, lines=[line])
    assert held(line) == {"to_approve": 10, "to_bill": 10}
    assert Line.objects.get(pk=line).approved_minor is None
    assert refused("approved_already", lambda: approve(actor=anna, lines=[line])).values["needed"] == 2
    reject(actor=cleo, lines=[line], note="Wait a week")
    request(actor=HOUSE, lines=[line])
    approve(actor=ben, lines=[line])
    assert held(line) == {"to_approve": 10, "to_bill": 10}
    change_line(actor=HOUSE, line=line, change=LineChange(quantity=11))
    approve(actor=cleo, lines=[line])
    assert held(line) == {"to_approve": 11, "to_bill": 11}
    last = approve(actor=ben, lines=[line])
    assert held(line) == {"to_order": 11, "to_bill": 11}
    assert Line.objects.get(pk=line).approved_minor == 6600
    reverse(actor=HOUSE, entry=last.id)
    assert held(line) == {"to_approve": 11, "to_bill": 11}
    approve(actor=anna, lines=[line])
    assert held(line) == {"to_order": 11, "to_bill": 11}
    assert Approval.objects.filter(void__isnull=True, granted=True).count() == 4
    assert first.made["purchasing.Approval"]
    clean()


def test_two_people_let_a_purchase_order_go(company: World) -> None:
    anna, ben = person("anna", "purchasing.approve"), person("ben", "purchasing.approve")
    tier("Board", None, anna, ben, needed=2)
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(company.product().pk, 10),))
    made = bought(draft(actor=HOUSE, wish=wish))
    ask(actor=HOUSE, order=made.order)
    approve(actor=anna, purchase_orders=[made.order])
    assert PurchaseOrder.objects.get().approval_asked_at is not None
    browser = Client()
    browser.force_login(company.user)
    for path in (f"/purchase-orders/{made.order}/", "/work/approval/?tab=orders"):
        assert "Approved by" in seen(browser, path)
        assert "Anna" in seen(browser, path)
    refused("needs_approval", lambda: submit(actor=HOUSE, order=made.order))
    refused("approved_already", lambda: approve(actor=anna, purchase_orders=[made.order]))
    approve(actor=ben, purchase_orders=[made.order])
    assert PurchaseOrder.objects.get().approval_asked_at is None
    submit(actor=HOUSE, order=made.order)
    clean()


def test_who_stands_in_decides_on_those_days_and_never_for_who_asked(company: World) -> None:
    head, deputy = person("head", "*"), person("deputy", "purchasing.approve")
    tier("Heads", None, head)
    line = sold(company, company.product(), 10)
    refused("above_limit", lambda: approve(actor=deputy, lines=[line]))
    day = today()
    delegate(
        actor=head, delegate=deputy.pk, first_on=day + timedelta(days=1), last_on=day + timedelta(days=3)
    )
    refused("above_limit", lambda: approve(actor=deputy, lines=[line]))
    made = delegate(actor=head, delegate=deputy.pk, first_on=day, last_on=day)
    approve(actor=deputy, lines=[line])
    assert held(line) == {"to_order": 10, "to_bill": 10}
    own = sold(company, company.product(), 10, by=head)
    assert "stands in" in refused("own_request", lambda: approve(actor=deputy, lines=[own])).words()
    threshold(3000, self_approval=True)
    approve(actor=deputy, lines=[own])
    other = sold(company, company.product(), 10)
    end_delegation(actor=head, delegation=made.one("purchasing.Delegation"))
    refused("above_limit", lambda: approve(actor=deputy, lines=[other]))
    refused("has_ended", lambda: end_delegation(actor=head, delegation=made.one("purchasing.Delegation")))
    clean()


def test_a_day_later_nobody_stands_in(company: World) -> None:
    head, deputy = person("head", "purchasing.approve"), person("deputy", "purchasing.approve")
    tier("Heads", None, head)
    line = sold(company, company.product(), 10)
    day = today()
    delegate(actor=head, delegate=deputy.pk, first_on=day, last_on=day)
    Delegation.objects.update(first_on=day - timedelta(days=2), last_on=day - timedelta(days=1))
    refused("above_limit", lambda: approve(actor=deputy, lines=[line]))
    Delegation.objects.update(last_on=day)
    approve(actor=deputy, lines=[line])
    clean()


def test_a_tier_changes_ends_and_is_taken_back(company: World) -> None:
    lead, other = person("lead", "purchasing.approve"), person("other", "purchasing.approve")
    leads = tier("Leads", 4000, lead)
    line = sold(company, company.product(), 10)
    refused("above_every_limit", lambda: approve(actor=lead, lines=[line]))
    raised = change_tier(actor=HOUSE, tier=leads, values={"limit_minor": 9000})
    approve(actor=lead, lines=[line])
    reverse(actor=HOUSE, entry=raised.id)
    assert ApprovalTier.objects.get().limit_minor == 4000
    more = sold(company, company.product(), 10)
    refused("above_every_limit", lambda: approve(actor=lead, lines=[more]))
    change_tier(actor=HOUSE, tier=leads, values={"retired_on": today().isoformat()})
    approve(actor=other, lines=[more])
    clean()


def test_what_a_tier_and_a_delegation_refuse(company: World) -> None:
    lead, clerk = person("lead", "purchasing.approve"), person("clerk", "purchasing.order")
    leads = tier("Leads", 4000, lead)
    before = entries()
    good = {"name": "Heads", "limit_minor": 9000, "people": [lead.pk], "needed": 1}

    def refuses(code: str, **values: Any) -> str | None:
        return refused(code, lambda: add_tier(actor=HOUSE, values=good | values)).field

    assert refuses("missing", name=" ") == "name"
    assert refuses("name_taken", name="leads") == "name"
    assert refuses("limit_taken", limit_minor=4000) == "limit"
    assert refuses("out_of_bounds", limit_minor=0) == "limit_minor"
    assert refuses("out_of_bounds", needed=4) == "needed"
    assert refuses("too_few_people", needed=2) == "people"
    assert refuses("nobody", people=[]) == "people"
    assert refuses("not_an_approver", people=[clerk.pk]) == "people"
    assert refuses("no_such_user", people=[lead.pk + 99]) == "people"
    refused("no_such_tier", lambda: change_tier(actor=HOUSE, tier=leads + 9, values={"name": "X"}))
    refused("not_allowed", lambda: add_tier(actor=lead, values=good))
    day = today()

    def away(code: str, **values: Any) -> str | None:
        asked = {"delegate": clerk.pk, "first_on": day, "last_on": day} | values
        return refused(code, lambda: delegate(actor=lead, **asked)).field

    assert away("not_an_approver") == "delegate"
    assert away("same_person", delegate=lead.pk) == "delegate"
    other = person("other", "purchasing.approve")
    assert away("ends_before", delegate=other.pk, last_on=day - timedelta(days=1)) == "last_on"
    past = {"first_on": day - timedelta(days=3), "last_on": day - timedelta(days=1)}
    assert away("in_the_past", delegate=other.pk, **past) == "last_on"
    assert away("not_allowed", delegate=other.pk, approver=other.pk) is None
    assert entries() == before


def test_tiers_and_delegations_over_http(company: World) -> None:
    ada = Caller(company.user)
    lead, head = person("lead", "purchasing.*", "*.read"), person("head", "purchasing.approve", "*.read")
    body = {"name": "Leads", "limit": "40.00", "people": [lead.pk]}
    made = ada.good("post", "/approval-tiers", body, status=201)
    assert (made["limit"], made["needed"], made["retired_on"]) == ("40.00", 1, None)
    changed = ada.good(
        "patch", f"/approval-tiers/{made['id']}", {"limit": None, "people": [lead.pk, head.pk]}
    )
    assert (changed["limit"], changed["people"]) == (None, sorted([lead.pk, head.pk]))
    assert [one["name"] for one in ada.good("get", "/approval-tiers")["items"]] == ["Leads"]
    assert ada.good("get", f"/approval-tiers/{made['id']}")["name"] == "Leads"
    day = today().isoformat()
    asked = {"delegate": head.pk, "first_on": day, "last_on": day}
    stands = Caller(lead).good("post", "/delegations", asked, status=201)
    assert (stands["approver"], stands["ended_at"]) == (lead.pk, None)
    assert Caller(head).refused("/delegations", asked | {"approver": lead.pk})[:2] == (403, "not_allowed")
    assert len(ada.good("get", "/delegations")["items"]) == 1
    ended = Caller(lead).good("post", f"/delegations/{stands['id']}/end")
    assert ended["ended_at"] is not None


def test_tiers_and_absence_in_the_browser(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    lead, head = (
        person("lead", "purchasing.approve", "*.read"),
        person("head", "purchasing.approve", "*.read"),
    )
    assert "Whoever may approve purchases approves any amount." in seen(browser, "/approval-tiers/")
    typed = {"name": "Leads", "limit": "40.00", "needed": "2", "people": [str(lead.pk)]}
    answer = browser.post("/approval-tiers/new/", typed)
    assert answer.status_code == 422
    assert "2 different people must approve, but only 1 are named." in answer.content.decode()
    assert f'value="{lead.pk}" checked' in answer.content.decode()
    browser.post("/approval-tiers/new/", typed | {"people": [str(lead.pk), str(head.pk)]})
    found = ApprovalTier.objects.get()
    assert (found.limit_minor, found.needed, found.people) == (4000, 2, sorted([lead.pk, head.pk]))
    page = seen(browser, "/approval-tiers/")
    assert "40.00" in page
    assert "Lead, Head" in page
    assert 'value="40.00"' in seen(browser, f"/approval-tiers/{found.pk}/")
    line = sold(company, company.product(), 6)
    row = Line.objects.get(pk=line).claim.holdings.get(kind="to_approve").pk
    mine = Client()
    mine.force_login(lead)
    said = mine.post("/work/approve", {"selected": str(row)}, follow=True).content.decode()
    assert "1 of 2 approvals are given. These may give another: Head." in said
    day = today().isoformat()
    mine.post("/account/absence/", {"delegate": str(head.pk), "first_on": day, "last_on": day})
    away = seen(mine, "/account/absence/")
    assert "Head" in away
    mine.post(f"/account/absence/{Delegation.objects.get().pk}/end/")
    assert Delegation.objects.get().ended_at is not None
    assert "My absence" in seen(mine, "/account/")


def test_pages_and_api_say_how_many_of_those_who_must_have_approved(company: World, client: Client) -> None:
    ben, cleo = person("ben", "purchasing.approve"), person("cleo", "purchasing.approve")
    tier("Leads", 4000, ben)
    tier("Board", 50_000, ben, cleo, needed=2)
    small, large = sold(company, company.product(), 6), sold(company, company.product(), 20)
    beyond = sold(company, company.product(), 100)
    lines = (PurchaseLineWish(company.product().pk, 20), PurchaseLineWish(company.product().pk, 30))
    order = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, lines)).one("purchasing.PurchaseOrder")
    ask(actor=HOUSE, order=order)
    approve(actor=ben, lines=[large], purchase_orders=[order])
    client.force_login(company.user)
    rows = client.get("/api/v1/worklists/approval").json()["items"]
    assert {row["line"]: row["approval"] for row in rows} == {
        small: {"given": 0, "needed": 1},
        large: {"given": 1, "needed": 2},
        beyond: {"given": 0, "needed": None},
    }
    assert client.get(f"/api/v1/purchase-orders/{order}/approval").json() == {
        "asks": True,
        "given": 1,
        "needed": 2,
        "by": ["Ben"],
    }
    page = client.get("/work/approval/").content.decode()
    assert '1 of 2<span class="quiet">Ben</span>' in page
    assert "0 of 1" in page
    assert "above every limit" in page
    assert '1 of 2<span class="quiet">Ben</span>' in client.get("/work/approval/?tab=orders").content.decode()
    done = Caller(cleo).good("post", "/approvals/approve", {"purchase_orders": [order]})
    assert (done["enough"], done["given"], done["needed"], done["may_approve"]) == (True, None, None, [])
    assert client.get(f"/api/v1/purchase-orders/{order}/approval").json()["asks"] is False
    assert client.get("/api/v1/purchase-orders/999999/approval").status_code == 404


def test_whoever_gives_half_an_approval_is_told_who_may_give_the_rest(company: World) -> None:
    """Neither who gave theirs nor who asked; for a line, a draft and a change."""
    anna, ben, cleo = (person(name, "purchasing.*", "*.read") for name in ("anna", "ben", "cleo"))
    tier("Board", None, anna, ben, cleo, needed=2)
    line = sold(company, company.product(), 10, by=person("seller", "*"))
    done = Caller(anna).good("post", "/approvals/approve", {"lines": [line]})
    assert (done["enough"], done["given"], done["needed"]) == (False, 1, 2)
    assert done["may_approve"] == ["Ben", "Cleo"]
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(company.product().pk, 10),))
    made = bought(draft(actor=ben, wish=wish))
    ask(actor=ben, order=made.order)
    body = {"purchase_orders": [made.order]}
    assert Caller(anna).good("post", "/approvals/approve", body)["may_approve"] == ["Cleo"]
    browser = Client()
    browser.force_login(cleo)
    told = browser.post("/purchase-orders/approve/", {"selected": str(made.order)}, follow=True)
    assert "The purchase is approved." in told.content.decode()
    submit(actor=ben, order=made.order)
    change = PurchaseChange(change=(PurchaseLineChange(made.lines[0], 20),))
    amend_purchase(actor=cleo, order=made.order, change=change)
    assert Caller(ben).good("post", "/approvals/approve", body)["may_approve"] == ["Anna"]
    clean()
