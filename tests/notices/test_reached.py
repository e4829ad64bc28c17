"""Whom each event can tell: its rule offers the roles that somebody may hold for it, and takes no other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.billing.test_statements import billed
from tests.devices.test_keep import devices
from tests.notices.test_outbox import person
from tests.purchasing.buying import bought
from tests.purchasing.test_landing import received
from tests.sales.test_quote import quote_of
from tests.world import World, entries, seen
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput
from wharfinger.billing.actions.reminders import remind
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.devices.actions.covering import tell_warranties
from wharfinger.devices.actions.keeping import change
from wharfinger.ledger.models import Entry, Outbox
from wharfinger.notices import actions, buying, mails
from wharfinger.notices.actions import todos
from wharfinger.notices.models import Letter, Rule
from wharfinger.notices.rules import EVENTS, REACHES, ROLES, News
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Grant, Role, User
from wharfinger.purchasing.actions.billing import enter_bill
from wharfinger.purchasing.actions.low import tell_low
from wharfinger.purchasing.actions.ordering import draft
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.rules.billing import Bill, BillLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions import approving, giving
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.quotes import create_opportunity
from wharfinger.sales.actions.winning import win
from wharfinger.sales.models import HoldRequest
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import OpportunityWish
from wharfinger.sales.rules.win import Into
from wharfinger.stock.actions.batches import tell_expiring
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.keeping import Keep
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db
Told = dict[str, set[str]]


@pytest.fixture
def holders(company: World) -> dict[str, User]:
    """For each role somebody who is called like it; whoever else there is hears nothing."""
    found = {role: person(role) for role in ROLES}
    rights = ["purchasing.approve", "purchasing.accept_bill", "sales.approve_quote"]
    Grant.objects.create(
        user=found["approvers"], role=Role.objects.create(name="approves", permissions=rights)
    )
    Setting.objects.create(key="purchasing_team", value=[found["purchasing_team"].pk])
    User.objects.filter(pk=company.user.pk).update(silenced=list(EVENTS))
    for event in EVENTS:
        Rule.objects.create(event=event, roles=list(ROLES))
    return found


def told(entry: Entry, verb: str = "") -> set[str]:
    """Who is told of an entry, or of one alike with this verb."""
    entry.verb = verb or entry.verb
    return {one.user.username for one in mails.told(entry)}


def latest() -> Entry:
    return Entry.objects.latest("pk")


def a_quote(company: World, holders: dict[str, User], *wishes: LineWish) -> tuple[int, list[int]]:
    deal = create_opportunity(
        actor=HOUSE, wish=OpportunityWish(company.customer.pk, "Fans", owner=holders["opportunity_owner"].pk)
    ).one("sales.Opportunity")
    return quote_of(company, *wishes, opportunity=deal, owner=holders["owner"].pk)


def a_ticket(company: World, holders: dict[str, User]) -> tuple[int, int]:
    """A ticket and its line that an order of a won quote collects."""
    wish = WorkWish(
        "ticket",
        company.customer.pk,
        title="Fans",
        lead=holders["lead"].pk,
        resource=holders["resource"].pk,
    )
    ticket = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    quote, _ = a_quote(company, holders, LineWish(company.product().pk, 2))
    win(actor=HOUSE, quote=quote, into=Into("ticket", ticket))
    line = Line.objects.get(sheet=ticket)
    Line.objects.filter(pk=line.pk).update(requested_by=holders["requester"])
    return ticket, line.pk


def of_news(
    monkeypatch: pytest.MonkeyPatch, events: Iterable[str], *, sheet: int = 0, line: int = 0, **about: int
) -> Told:
    """Who is told of each event, as if an entry had been it."""
    found = {}
    for event in events:
        news = News(event, sheet, line, "Fan", "1", **about)  # type: ignore[arg-type]
        with monkeypatch.context() as patch:
            patch.setattr(mails, "news_of", lambda _entry, news=news: [news])
            patch.setattr(buying, "news_of", lambda _entry: [])
            found[event] = told(latest(), "change")
    return found


def of_quotes(company: World, holders: dict[str, User]) -> Told:
    set_setting(actor=HOUSE, name="quote_approval", value={"discount_percent": 10})
    Grant.objects.create(
        user=holders["requester"], role=Role.objects.create(name="sells", permissions=["sales.quote"])
    )
    quote, _ = a_quote(company, holders, LineWish(company.product().pk, 1, discount=Discount(150_000)))
    asked = approving.ask(actor=holders["requester"], quote=quote).entry
    found = {"quote_to_approve": told(Entry.objects.get(pk=asked.pk))}
    # Its owner may not give it, but hears of it as its owner.
    approved = approving.approve(actor=HOUSE, quote=quote).entry
    for event, verb in (
        ("quote_approved", "approve_quote"),
        ("quote_rejected", "reject_quote"),
        ("accepted", "accept_quote"),
        ("declined", "decline_quote"),
    ):
        found[event] = told(Entry.objects.get(pk=approved.pk), verb)
    return found


def of_giving(company: World, holders: dict[str, User], on_ticket: int) -> Told:
    product = company.product()
    company.stock(product, 3)
    _, (holding,) = a_quote(company, holders, LineWish(product.pk, 3))
    reserve(actor=HOUSE, holds=[Hold(holding, 3)])
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 2),), confirm=True)
    line = create_order(actor=HOUSE, wish=wish).one("ledger.Claim")
    asked = giving.ask(actor=HOUSE, asking=line, holding=holding, quantity=2).entry
    found: Told = {"asked": set(), "answered": set()}
    HoldRequest.objects.update(asked_by=holders["requester"])
    for held in (holding, on_ticket):
        HoldRequest.objects.update(holding=held)
        found["asked"] |= told(Entry.objects.get(pk=asked.pk))
        found["answered"] |= told(Entry.objects.get(pk=asked.pk), "give_way")
    return found


def of_letters(company: World, holders: dict[str, User], purchase_order: int) -> Told:
    quote, _ = a_quote(company, holders, LineWish(company.product().pk, 1))
    Grant.objects.create(
        user=holders["sender"], role=Role.objects.create(name="writes", permissions=["notices.note"])
    )
    sent = actions.note(actor=holders["sender"], subject=f"quote:{quote}", text="As sent").entry
    mail = Outbox.objects.create(consumer="mail", payload={}, due_at=clock.now(), entry_id=sent.pk)
    found: Told = {"mentioned": told(Entry.objects.get(pk=sent.pk)), "replied": set()}
    came = actions.note(actor=HOUSE, subject=f"quote:{quote}", text="As it came").entry
    for about in (f"quote:{quote}", f"purchase_order:{purchase_order}"):
        values = {"about": about, "message_id": about, "sender": "jo@acme.example", "outbox": mail}
        letter = Letter.objects.create(made_id=came.pk, received_at=clock.now(), **values)
        found["replied"] |= told(Entry.objects.get(pk=came.pk), "answer")
        Letter.objects.filter(pk=letter.pk).update(about="")
    todo = todos.add_todo(actor=HOUSE, subject=f"quote:{quote}", text="Ring", person=company.user.pk).entry
    return found | {"todo": told(Entry.objects.get(pk=todo.pk))}


def of_stock(company: World) -> Told:
    cable, paste = company.product(), company.product(traced="batch")
    company.stock(cable, 2)
    set_level(actor=HOUSE, product=cable.pk, location=company.location.pk, keep=Keep(3, 9))
    tell_low(actor=HOUSE)
    found = {"low": told(latest())}
    day = clock.today("Europe/Berlin") + timedelta(days=9)
    item = Adjustment(paste.pk, 4, company.location.place_id, batch="L-7", expires_on=day)
    adjust(actor=HOUSE, items=[item], reason="Opening stock")
    tell_expiring(actor=HOUSE)
    return found | {"expiring": told(latest())}


def of_warranties(company: World, holders: dict[str, User]) -> Told:
    (device,) = devices(company, "WR-1")
    end = clock.today("Europe/Berlin") + timedelta(days=9)
    change(actor=HOUSE, device=device, values={"warranty_end_on": end})
    Sheet.objects.filter(lines__devices=device).update(owner=holders["owner"])
    tell_warranties(actor=HOUSE)
    return {"warranty_ends": told(latest())}


def of_reminders(company: World, holders: dict[str, User]) -> Told:
    with time_machine.travel("2026-01-10T09:00:00Z", tick=False):
        made = billed(company, 10_000, date(2026, 1, 10))
    Sheet.objects.filter(lines__invoice_lines__invoice=made).update(owner=holders["owner"])
    done = remind(actor=HOUSE, organization=company.customer.pk, currency="EUR")
    return {"reminded": told(Entry.objects.get(pk=done.id))}


def test_each_role_that_an_event_offers_tells_its_holder_and_no_other_role_tells_anybody(
    company: World, holders: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(set(usual) <= set(REACHES[event]) for event, (_, usual) in EVENTS.items())
    assert all(list(roles) == [one for one in ROLES if one in roles] for roles in REACHES.values())
    ticket, line = a_ticket(company, holders)
    lines = (PurchaseLineWish(company.product().pk, 2),)
    order = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, lines))).order
    PurchaseOrder.objects.filter(pk=order).update(buyer=holders["buyer"])
    receipt, (came,) = received(company, (company.product(), 3, 10_000_000))
    bill = enter_bill(actor=HOUSE, bill=Bill("R-1", date(2026, 3, 2), (BillLine(came, receipt, 3),)))
    of_orders = [event for event in EVENTS if event.startswith("order_")]
    reached = (
        of_quotes(company, holders)
        | of_giving(company, holders, line)
        | of_letters(company, holders, order)
        | of_stock(company)
        | of_reminders(company, holders)
        | of_warranties(company, holders)
        | of_news(monkeypatch, of_orders, order=order)
        | of_news(monkeypatch, ["bill_to_accept"], bill=bill.one("purchasing.VendorBill"))
    )
    of_lines = [event for event in EVENTS if event not in reached]
    assert Sheet.objects.get(pk=ticket).owner_id is None
    reached |= of_news(monkeypatch, of_lines, sheet=ticket, line=line)
    assert reached == {event: set(roles) for event, roles in REACHES.items()}


@pytest.mark.parametrize(
    ("event", "role", "remedy"),
    [
        ("bin", "buyer", "Choose among owner, lead,"),
        ("bin", "approvers", "or tick people by name"),
        ("order_received", "requester", "Choose among purchasing_team, buyer,"),
    ],
)
def test_a_role_that_tells_nobody_is_refused_and_not_offered(
    client: Client, company: World, event: str, role: str, remedy: str
) -> None:
    client.force_login(company.user)
    actions.set_rule(actor=HOUSE, event=event, roles=REACHES[event][:1])
    before = entries(), list(Rule.objects.values())
    with pytest.raises(BadInput) as refused:
        actions.set_rule(actor=HOUSE, event=event, roles=[*REACHES[event], role])
    assert refused.value.field == "roles"
    assert f"“{role}”" in refused.value.words()
    assert remedy in refused.value.words()
    at = "/settings/notifications/"
    answer = client.post(f"{at}{event}/", {"active": "yes", "roles": [role]})
    assert (answer.status_code, remedy in answer.content.decode()) == (422, True)
    body: Any = {"event": event, "roles": [role]}
    answer = client.post("/api/v1/notification-rules", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, refused.value.code)
    answer = client.patch(f"/api/v1/notification-rules/{event}", {"roles": [role]}, "application/json")
    assert answer.status_code == 422
    assert (entries(), list(Rule.objects.values())) == before
    assert offered(client, event) == list(REACHES[event])


def test_what_tells_those_whom_it_names_has_no_rule(client: Client, company: World) -> None:
    client.force_login(company.user)
    before = entries()
    for event in ("mentioned", "todo"):
        body: Any = {"event": event, "roles": [], "users": [company.user.pk]}
        answer = client.post("/api/v1/notification-rules", body, "application/json")
        assert (answer.status_code, answer.json()["code"]) == (422, "event_takes_no_rule")
        assert client.get(f"/api/v1/notification-rules/{event}").status_code == 404
        assert offered(client, event) == []
    assert (entries(), Rule.objects.count()) == (before, 0)


def offered(browser: Client, event: str) -> list[str]:
    """The roles that the page lets one tick for an event."""
    form = seen(browser, "/settings/notifications/").partition(f'notifications/{event}/"')[2]
    return re.findall(r'name="roles" value="(\w+)"', form.partition("</form>")[0])


def test_an_older_rule_keeps_telling_and_loses_its_idle_role_when_it_is_saved(
    client: Client, company: World
) -> None:
    client.force_login(company.user)
    Rule.objects.create(event="order_received", roles=["owner", "buyer"])
    at = "/api/v1/notification-rules/order_received"
    assert client.get(at).json()["roles"] == ["buyer"]
    changed = client.patch(at, {"users": [company.user.pk]}, "application/json").json()
    assert (changed["roles"], changed["users"]) == (["buyer"], [company.user.pk])
    assert Rule.objects.get().roles == ["buyer"]
