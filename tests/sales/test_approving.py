"""Quotes that go out only with somebody's yes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.sales.test_api import send as call
from tests.sales.test_pages import do, see
from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import Discount
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import outbox
from wharfinger.notices.models import Notice
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.approving import approve, ask, reject
from wharfinger.sales.actions.sending import mark_quote_sent
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import Quote
from wharfinger.sales.queries.margins import concerns_of
from wharfinger.sales.rules.approving import Concerns
from wharfinger.site.consumers import CONSUMERS

pytestmark = pytest.mark.django_db


def limits(**values: Any) -> None:
    set_setting(actor=HOUSE, name="quote_approval", value=values)


def approver() -> User:
    role = Role.objects.create(name="Approvers", permissions=["*.read", "sales.approve_quote", "sales.quote"])
    made = User.objects.create(username="boss", name="Ada Boss")
    made.roles.add(role)
    return made


def test_too_much_off_needs_another_persons_yes(company: World) -> None:
    limits(discount_percent=10)
    boss = approver()
    quote, (line,) = quote_of(
        company, LineWish(company.product().pk, 1, discount=Discount(150_000)), owner=company.user.pk
    )
    send = lambda: mark_quote_sent(actor=HOUSE, quote=quote)  # noqa: E731 - said four times
    refused(send, "needs_approval")
    refused(lambda: approve(actor=boss, quote=quote), "not_asked")
    ask(actor=company.user, quote=quote)
    refused(lambda: ask(actor=HOUSE, quote=quote), "asked_already")
    refused(send, "needs_approval")
    refused(lambda: approve(actor=company.user, quote=quote), "own_approval")
    with pytest.raises(BadInput):
        reject(actor=boss, quote=quote, note=" ")
    reject(actor=boss, quote=quote, note="Too cheap")
    refused(send, "needs_approval")
    ask(actor=company.user, quote=quote)
    given = approve(actor=boss, quote=quote)
    reverse(actor=HOUSE, entry=given.entry.pk)
    refused(send, "needs_approval")
    approve(actor=boss, quote=quote)
    send()
    row = Quote.objects.get(pk=quote)
    assert (row.approved_by, row.sent_at is not None) == (boss, True)
    # Another offer needs another yes.
    change_line(actor=HOUSE, line=line, change=LineChange(discount=Discount(200_000)))
    assert Quote.objects.get(pk=quote).approved_at is None
    refused(send, "needs_approval")
    change_line(actor=HOUSE, line=line, change=LineChange(discount=Discount(100_000)))
    refused(lambda: ask(actor=HOUSE, quote=quote), "no_approval_needed")
    send()
    clean()


def test_the_setting_acts_at_once_and_may_let_one_approve_ones_own(company: World) -> None:
    quote, _ = quote_of(company, LineWish(company.product().pk, 1, discount=Discount(150_000)))
    limits(discount_percent=15)
    refused(lambda: ask(actor=HOUSE, quote=quote), "no_approval_needed")
    limits(discount_percent=14, self_approval=True)
    ask(actor=company.user, quote=quote)
    approve(actor=company.user, quote=quote)
    limits(discount_percent=None)
    mark_quote_sent(actor=HOUSE, quote=quote)


def test_a_low_margin_needs_a_yes(company: World) -> None:
    """Stock costs 6.00 on average, what is not in stock what its vendor asks, a kit what is in it."""
    limits(margin_percent=40)
    stocked, bought, service = company.product(), company.product(), company.product(kind="service")
    VendorPrice.objects.filter(product=bought).update(cost_micro=7_000_000)
    VendorPrice.objects.filter(product=service).delete()
    company.stock(stocked, 4)
    today = quote_of(company)
    assert today

    def concerns(*wishes: LineWish) -> Concerns:
        quote, _ = quote_of(company, *wishes)
        return concerns_of(quote, Quote.objects.get(pk=quote).sheet.ordered_on)

    assert concerns(LineWish(stocked.pk, 2)) == Concerns()
    assert concerns(LineWish(bought.pk, 2)) == Concerns(margin_micro=300_000)
    assert concerns(LineWish(bought.pk, 1), LineWish(service.pk, 1)) == Concerns()
    # What may be taken besides is looked at by itself.
    assert (
        concerns(LineWish(stocked.pk, 1), LineWish(bought.pk, 1, option="optional")).margin_micro == 300_000
    )


def test_approval_on_pages_and_by_api(client: Client, company: World) -> None:
    limits(discount_percent=10)
    boss = approver()
    quote, _ = quote_of(company, LineWish(company.product().pk, 1, discount=Discount(150_000)))
    assert "Ask for approval" in see(client, f"/quotes/{quote}/")
    do(client, f"/quotes/{quote}/ask-approval/", {})
    page = see(client, f"/quotes/{quote}/")
    assert "Waits for approval" in page
    assert "Ask for approval" not in page
    listed = see(client, "/quotes/?tab=approval")
    assert f"/quotes/{quote}/" in listed
    client.force_login(boss)
    page = see(client, f"/quotes/{quote}/")
    assert "Do not approve" in page
    do(client, f"/quotes/{quote}/reject/", {"note": "Too cheap"})
    assert "Too cheap" in see(client, f"/quotes/{quote}/")
    assert call(client, "GET", f"/quotes/{quote}")["approval"] == "rejected"
    asked = call(client, "POST", f"/quotes/{quote}/ask-approval", {})
    assert asked["approval"] == "waiting"
    before = entries()
    own = call(client, "POST", f"/quotes/{quote}/approve", {}, 409)
    assert own["code"] == "own_approval"
    assert entries() == before
    client.force_login(company.user)
    call(client, "POST", f"/quotes/{quote}/reject", {"note": "No"})
    call(client, "POST", f"/quotes/{quote}/ask-approval", {})
    client.force_login(boss)
    assert call(client, "POST", f"/quotes/{quote}/approve", {})["approval"] == "approved"


def test_who_may_approve_is_told_and_sees_how_many_wait(company: World, client: Client) -> None:
    limits(discount_percent=10)
    boss = approver()
    User.objects.filter(pk=boss.pk).update(email="boss@house.example")
    quote, _ = quote_of(company, LineWish(company.product().pk, 2, discount=Discount(200_000)))
    Sheet.objects.filter(pk=quote).update(owner=company.user)

    def told() -> list[tuple[str, str]]:
        mail.outbox.clear()
        while outbox.work(CONSUMERS):
            pass
        rung = [(one.user.username, one.event) for one in Notice.objects.order_by("-pk")[:1]]
        return rung + [(one.to[0], one.subject) for one in mail.outbox]

    told()
    number = Sheet.objects.get(pk=quote).number
    ask(actor=company.user, quote=quote)
    waits = f"{number} for {company.customer.name} waits for approval."
    assert told() == [("boss", "quote_to_approve"), ("boss@house.example", waits)]
    seller = User.objects.create(username="seller")
    seller.roles.add(Role.objects.create(name="Sellers", permissions=["*.read"]))
    client.force_login(seller)
    assert nav_count(client) == ""
    other = Client()
    other.force_login(boss)
    assert nav_count(other) == "1"
    reject(actor=boss, quote=quote, note="Too cheap")
    assert told() == [(company.user.username, "quote_rejected")]
    assert Notice.objects.latest("pk").text == f"{number} for {company.customer.name} is rejected. Too cheap"
    ask(actor=company.user, quote=quote)
    approve(actor=boss, quote=quote)
    told()
    assert [one.event for one in Notice.objects.order_by("-pk")[:1]] == ["quote_approved"]
    assert nav_count(other) == ""


def nav_count(client: Client) -> str:
    """How much waits beside Quotes at the left of every page."""
    stop = client.get("/").content.decode().partition('href="/quotes/"')[2].partition("</a>")[0]
    return stop.partition('<b class="n">')[2].partition("<")[0]


def test_the_filled_button_of_a_quote_is_what_comes_next(client: Client, company: World) -> None:
    """First the yes it needs, then sending it, then winning it."""

    def filled(quote: int) -> list[str]:
        found = re.findall(
            r'class="btn primary next"[^>]*>(.*?)</(?:a|button)>', see(client, f"/quotes/{quote}/")
        )
        return [re.sub(r"<.*?>", "", one, flags=re.DOTALL).strip() for one in found]

    quote, _ = quote_of(company, LineWish(company.product().pk, 1, discount=Discount(150_000)))
    limits(discount_percent=10, self_approval=True)
    assert filled(quote) == ["Ask for approval"]
    do(client, f"/quotes/{quote}/ask-approval/", {})
    assert filled(quote) == ["Approve"]
    do(client, f"/quotes/{quote}/approve/", {})
    assert filled(quote) == ["Send"]
    mark_quote_sent(actor=HOUSE, quote=quote)
    assert filled(quote) == ["Win"]
    win(actor=HOUSE, quote=quote)
    assert filled(quote) == ["SO-1"]
