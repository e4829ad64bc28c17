"""Who is told of what: every role on the document, by line; also when a step is taken back; nobody who is muted."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.db import connections
from django.test import Client

from tests.fresh import free_port
from tests.notices.conftest import Catcher
from tests.notices.test_outbox import person, work_off
from tests.purchasing.buying import arrive, bought, threshold
from tests.world import World, held
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Outbox
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.rules import event_of
from wharfinger.parties.models import Grant, Role
from wharfinger.purchasing.actions.approving import approve, reject, request
from wharfinger.purchasing.actions.ordering import ask, draft, draft_from_lines, submit
from wharfinger.purchasing.actions.tiers import add_tier
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.sales.actions.holds import expire, reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.quotes import create_opportunity, create_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import OpportunityWish, QuoteWish
from wharfinger.sales.rules.win import Into
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish


@pytest.mark.parametrize(
    ("move", "event"),
    [
        (("bin", 0, "bin", 7, False), ("bin", 7)),
        (("bin", 7, "bin", 7, False), None),
        (("bin", 7, "picked", 7, False), ("picked", 7)),
        (("picked", 7, "bin", 7, True), ("back", 7)),
        (("bin", 7, "bin", 0, True), ("back", 7)),
        (("covered", 7, "to_order", 7, True), ("to_order", 7)),
        (("to_order", 7, "covered", 7, True), None),
        (("to_bill", 7, "invoiced", 7, False), ("invoiced", 7)),
        (("invoiced", 7, "to_bill", 7, True), ("back", 7)),
        (("vendor", 0, "bin", 0, False), None),
        (("bin", 7, "bin", 0, False), None),
        (("bin", 7, "adjustment", 7, False), ("adjustment", 7)),
        (("bin", 0, "adjustment", 0, False), None),
        (("adjustment", 7, "bin", 7, True), ("bin", 7)),
        (("adjustment", 0, "bin", 0, True), None),
    ],
)
def test_which_move_is_news(move: tuple[Any, ...], event: tuple[str, int] | None) -> None:
    *way, back = move
    assert event_of(*way, back=back) == event


def test_only_an_ended_hold_is_told_as_expired() -> None:
    assert event_of("bin", 7, "bin", 0, back=False, expired=True) == ("expired", 7)
    assert event_of("covered", 7, "quoted", 7, back=False, expired=True) is None


def test_what_somebody_refused_to_buy_is_told_as_rejected() -> None:
    assert event_of("to_approve", 7, "demand", 7, back=False, rejected=True) == ("rejected", 7)
    assert event_of("to_approve", 7, "demand", 7, back=False) is None
    assert event_of("demand", 7, "to_approve", 7, back=True) == ("to_approve", 7)


def to(catcher: Catcher) -> Counter[str]:
    return Counter(mail["To"].partition("@")[0] for mail in catcher.mails)


@pytest.mark.django_db
def test_ticket_resource_order_owner_and_opportunity_owner_are_told(company: World, catcher: Catcher) -> None:
    lead, seller, hunter = person("lead"), person("seller"), person("hunter")
    does = person("does")
    Setting.objects.create(key="serve_back_orders", value=False)
    product = company.product()
    company.stock(product, 5)
    ticket = create_work_order(
        actor=HOUSE,
        wish=WorkWish("ticket", company.customer.pk, title="New routers", lead=lead.pk, resource=does.pk),
    ).one("demand.Sheet")
    deal = create_opportunity(
        actor=HOUSE, wish=OpportunityWish(company.customer.pk, "Routers", owner=hunter.pk)
    ).one("sales.Opportunity")
    quote = create_quote(
        actor=HOUSE,
        wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 2),), opportunity=deal, owner=seller.pk),
    ).one("demand.Sheet")
    win(actor=HOUSE, quote=quote, into=Into("ticket", ticket))
    line = Line.objects.get(sheet=ticket)
    work_off()
    catcher.mails.clear()
    held = reserve(actor=HOUSE, holds=[Hold(line.pk, 2, company.location.place_id)])
    work_off()
    assert to(catcher) == {"lead": 1, "does": 1, "seller": 1, "hunter": 1}
    body = catcher.mails[0].get_content()
    assert f"{Sheet.objects.get(pk=ticket).number}: 2 × {product.sku} {product.name} is reserved" in body
    assert f"/work-orders/{ticket}/" in body
    catcher.mails.clear()
    reverse(actor=HOUSE, entry=held.id)
    work_off()
    assert to(catcher) == {"lead": 1, "does": 1, "seller": 1, "hunter": 1}
    assert "has been taken back" in catcher.mails[0].get_content()


@pytest.mark.django_db
def test_an_expired_hold_is_told_to_the_owners_of_quote_and_opportunity(
    company: World, catcher: Catcher
) -> None:
    seller, hunter = person("seller"), person("hunter")
    product = company.product()
    company.stock(product, 5)
    deal = create_opportunity(
        actor=HOUSE, wish=OpportunityWish(company.customer.pk, "Routers", owner=hunter.pk)
    ).one("sales.Opportunity")
    made = create_quote(
        actor=HOUSE,
        wish=QuoteWish(company.customer.pk, (LineWish(product.pk, 3),), opportunity=deal, owner=seller.pk),
    )
    reserve(actor=HOUSE, holds=[Hold(made.one("ledger.Claim"), 3)], until=clock.now() + timedelta(hours=1))
    work_off()
    catcher.mails.clear()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert expire(actor=HOUSE) == 1
        work_off()
    assert to(catcher) == {"seller": 1, "hunter": 1}
    number = Sheet.objects.get(pk=made.one("demand.Sheet")).number
    told = f"{number}: 3 × {product.sku} {product.name} is no longer reserved, as the hold has expired"
    assert told in catcher.mails[0].get_content()
    catcher.mails.clear()
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        assert expire(actor=HOUSE) == 0
        work_off()
    assert catcher.mails == []


@pytest.mark.django_db
def test_one_mutes_for_oneself_at_once(company: World, catcher: Catcher) -> None:
    owner = person("olaf")
    browser = Client()
    browser.force_login(owner)
    assert browser.post("/account/mails/", {"to_order": "bell"}).status_code == 303
    owner.refresh_from_db()
    assert (owner.muted, owner.silenced, owner.digest) == (["to_order"], [], "")
    assert '<option value="bell" selected>' in browser.get("/account/mails/").content.decode()
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 2),), owner=owner.pk, confirm=True)
    create_order(actor=HOUSE, wish=wish)
    work_off()
    assert catcher.mails == []


class Stalling(Catcher):
    """A mail server that says nothing any more at the third mail, until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.stalls = threading.Event(), True

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        if self.stalls and len(self.mails) == 2:
            self.reached.set()
            return await _never()
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 kept"


async def _never() -> str:
    await asyncio.sleep(3600)
    return "250"


def test_a_worker_that_is_killed_while_it_sends_loses_no_mail_and_sends_none_twice(
    fresh_database: dict[str, str],
) -> None:
    people = [f"p{n}@example.com" for n in range(5)]
    for one in people:
        payload = {"to": [one], "subject": "Hello", "body": "Text"}
        Outbox.objects.create(consumer="mail", payload=payload, due_at=clock.now())
    connections.close_all()
    handler = Stalling()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    environment = os.environ | fresh_database | {"WHARFINGER_SMTP": f"smtp://127.0.0.1:{controller.port}"}
    command = [sys.executable, "-m", "wharfinger", "work"]
    try:
        worker = subprocess.Popen(command, env=environment)
        assert handler.reached.wait(60)
        worker.kill()
        worker.wait()
        handler.stalls = False
        Outbox.objects.filter(finished_at=None).update(leased_until=clock.now())
        connections.close_all()
        assert subprocess.run([*command, "--once"], env=environment, timeout=60).returncode == 0
    finally:
        controller.stop()
    assert Counter(mail["To"] for mail in handler.mails) == Counter(people)
    assert len({mail["Message-ID"] for mail in handler.mails}) == 5
    assert not Outbox.objects.filter(finished_at=None).exists()


@pytest.mark.django_db
def test_approvers_are_told_what_waits_and_who_asked_what_was_decided(
    company: World, catcher: Catcher
) -> None:
    threshold(3000)
    owner, asker, boss, second = person("owner"), person("asker"), person("boss"), person("second")
    team, former = person("team"), person("former")
    rights = {
        "boss": ["purchasing.approve"],
        "second": ["purchasing.*"],
        "asker": ["purchasing.request"],
        "owner": ["sales.read"],
    }
    for user in (boss, second, asker, owner):
        Grant.objects.create(
            user=user, role=Role.objects.create(name=user.name, permissions=rights[user.username])
        )
    Grant.objects.create(user=former, role=Role.objects.get(name="Boss"), ended_at=clock.now())
    Setting.objects.create(key="purchasing_team", value=[team.pk])
    product = company.product()
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 5),), owner=owner.pk, confirm=True)
    line = create_order(actor=HOUSE, wish=wish).one("ledger.Claim")
    work_off()
    assert to(catcher) == {"boss": 1, "second": 1, "owner": 1}
    assert all("waits for approval" in mail["Subject"] for mail in catcher.mails)
    catcher.mails.clear()
    reject(actor=boss, lines=[line], note="Too dear")
    work_off()
    assert to(catcher) == {"owner": 1}
    request(actor=asker, lines=[line])
    work_off()
    assert to(catcher) == {"owner": 2, "boss": 1, "second": 1}
    reject(actor=boss, lines=[line], note="Still too dear")
    work_off()
    assert to(catcher) == {"owner": 3, "boss": 1, "second": 1, "asker": 1}
    (told,) = [mail.get_content() for mail in catcher.mails if mail["To"].startswith("asker")]
    number = Line.objects.get(pk=line).sheet.number
    assert f"{number}: 5 × {product.sku} {product.name} is rejected: Still too dear" in told
    catcher.mails.clear()
    request(actor=asker, lines=[line])
    approve(actor=second, lines=[line])
    work_off()
    assert to(catcher)["team"] == 1
    assert held(line) == {"to_order": 5, "to_bill": 5}
    order = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    submit(actor=HOUSE, order=order.order)
    arrive(order.lines[0], 5)
    work_off()
    assert to(catcher)["team"] == 1
    arrived = [mail["Subject"] for mail in catcher.mails if "has arrived and is reserved" in mail["Subject"]]
    assert len(arrived) == 2


@pytest.mark.django_db
def test_a_purchase_order_that_waits_is_told_to_approvers_and_what_they_say_to_its_buyer(
    company: World, catcher: Catcher
) -> None:
    threshold(1000)
    buyer, boss, _team, small = person("buyer"), person("boss"), person("team"), person("small")
    for user, rights in (
        (buyer, ["purchasing.order"]),
        (boss, ["purchasing.approve"]),
        (small, ["purchasing.approve"]),
    ):
        Grant.objects.create(user=user, role=Role.objects.create(name=user.name, permissions=rights))
    for name, limit, who in (("Small", 2000, small), ("Large", None, boss)):
        add_tier(actor=HOUSE, values={"name": name, "limit_minor": limit, "people": [who.pk]})
    lines = (PurchaseLineWish(company.product().pk, 20),)
    order = draft(actor=buyer, wish=PurchaseWish(company.vendor.pk, lines)).one("purchasing.PurchaseOrder")
    number = PurchaseOrder.objects.get(pk=order).number
    ask(actor=buyer, order=order)
    reject(actor=boss, purchase_orders=[order], note="Not this year")
    ask(actor=buyer, order=order)
    work_off()
    assert to(catcher) == {"boss": 2, "buyer": 1}
    waits, refused, _again = catcher.mails
    assert waits["Subject"] == f"{number} ({company.vendor.name}) waits for approval"
    assert f"/purchase-orders/{order}/" in waits.get_content()
    assert f"{number} ({company.vendor.name}) is rejected: Not this year" in refused.get_content()
    catcher.mails.clear()
    approve(actor=boss, purchase_orders=[order])
    work_off()
    assert [mail["Subject"] for mail in catcher.mails] == [f"{number} ({company.vendor.name}) is approved"]


@pytest.mark.django_db
def test_a_buyer_is_told_what_came_in_and_what_was_turned_away(company: World, catcher: Catcher) -> None:
    buyer, team = person("buyer"), person("team")
    Grant.objects.create(user=buyer, role=Role.objects.create(name="buyer", permissions=["purchasing.order"]))
    Setting.objects.create(key="purchasing_team", value=[team.pk])
    product = company.product()
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 20),))
    made = bought(draft(actor=buyer, wish=wish))
    submit(actor=HOUSE, order=made.order)
    work_off()
    assert catcher.mails == []
    arrive(made.lines[0], 12, rejected=3, reason="Crushed")
    work_off()
    number = f"{PurchaseOrder.objects.get().number} ({company.vendor.name})"
    assert to(catcher) == {"buyer": 1, "team": 1}
    told = {mail["To"].partition("@")[0]: mail.get_content() for mail in catcher.mails}
    turned = f"{number} came with goods that were turned away: 3 × {product.sku}, Crushed"
    assert turned in told["team"]
    assert turned in told["buyer"]
    assert f"{number} has come in, in part or whole" in told["buyer"]
    catcher.mails.clear()
    arrive(made.lines[0], 8, by=company.user)
    work_off()
    assert [mail["Subject"] for mail in catcher.mails] == [f"{number} has come in, in part or whole"]


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_given_up_at_once(company: World, settings: Any) -> None:
    class Refusing(Catcher):
        async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802 - as above
            return "550 no such user"

    controller = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    Setting.objects.filter(key="purchasing_team").delete()
    payload = {"to": ["x@example.com"], "subject": "Hello", "body": "Text"}
    row = Outbox.objects.create(consumer="mail", payload=payload, due_at=clock.now())
    work_off()
    controller.stop()
    row.refresh_from_db()
    assert row.dead_at is not None
    assert "550" in row.error
