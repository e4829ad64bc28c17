"""The pages of webhooks, rules and messages, as a browser asks for them."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Outbox
from wharfinger.notices.models import Rule, Webhook
from wharfinger.parties.models import Role, User
from wharfinger.sales.actions.orders import change_order, create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def test_webhooks_are_added_and_changed(browser: Client) -> None:
    at = "/settings/webhooks/"
    values = {"name": "Ticket system", "url": "https://example.com/hook", "verbs": "ship, deliver"}
    assert browser.get(f"{at}new/").status_code == 200
    assert browser.post(f"{at}new/", values).status_code == 303
    made = Webhook.objects.get()
    assert made.verbs == ["deliver", "ship"]
    assert made.secret in browser.get(f"{at}{made.pk}/").content.decode()
    assert browser.post(f"{at}{made.pk}/", values | {"verbs": ""}).status_code == 303
    made.refresh_from_db()
    assert (made.active, made.verbs) == (False, [])
    assert "Ticket system" in browser.get(at).content.decode()
    before = entries()
    for change in ({"url": "ftp://example.com"}, {"verbs": "sing"}):
        response = browser.post(f"{at}{made.pk}/", values | change)
        assert response.status_code == 422
        assert f'id="f-{next(iter(change))}-e"' in response.content.decode()
    assert entries() == before
    clean()


def test_a_rule_says_who_is_told(browser: Client, company: World) -> None:
    at = "/settings/notifications/"
    assert "is to be ordered" in browser.get(at).content.decode()
    values = {"active": "yes", "roles": ["owner"], "users": [company.user.pk]}
    assert browser.post(f"{at}to_order/", values).status_code == 303
    rule = Rule.objects.get(event="to_order")
    assert (rule.active, rule.roles, rule.people) == (True, ["owner"], [company.user.pk])
    before = entries()
    response = browser.post(f"{at}to_order/", values | {"roles": ["king"]})
    assert response.status_code == 422
    assert "is no role on a document" in response.content.decode()
    assert entries() == before


def test_messages_are_listed_and_sent_again(browser: Client) -> None:
    now = clock.now()
    payload = {"to": ["ada@example.com"], "subject": "Hello", "body": ""}
    row = Outbox.objects.create(
        consumer="mail", payload=payload, due_at=now, dead_at=now, attempts=8, error="OSError: gone"
    )
    page = browser.get("/settings/messages/?tab=failed").content.decode()
    assert "ada@example.com" in page
    assert "OSError: gone" in page
    assert browser.post("/settings/messages/send-again/", {"selected": row.pk}).status_code == 303
    row.refresh_from_db()
    assert (row.dead_at, row.attempts) == (None, 0)
    assert "ada@example.com" in browser.get("/settings/messages/?tab=waiting").content.decode()


def test_who_may_not_gets_nothing(client: Client, company: World) -> None:
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["*.read"]))
    client.force_login(clerk)
    assert client.get("/settings/notifications/").status_code == 200
    assert client.get("/settings/messages/").status_code == 403
    assert client.post("/settings/notifications/to_order/", {}).status_code == 403
    assert client.get("/settings/webhooks/new/").status_code == 403


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("ConnectionRefusedError: [Errno 111] Connection refused", "The mail server does not answer."),
        ("SMTPDataError: (554, b'Too large')", "(554, b&#39;Too large&#39;)"),
    ],
)
def test_a_mail_that_has_not_left_says_why_in_words(
    browser: Client, company: World, error: str, told: str
) -> None:
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 1),), confirm=True)
    (order,) = create_order(actor=HOUSE, wish=wish).made["demand.Sheet"]
    entry = change_order(actor=HOUSE, order=order, values={"title": "Fans"}).id
    payload = {"to": ["jo@acme.example"], "subject": "SO-1", "body": "", "about": f"order:{order}"}
    Outbox.objects.create(entry_id=entry, consumer="mail", payload=payload, due_at=clock.now(), error=error)
    page = seen(browser, f"/orders/{order}/")
    assert told in page
    assert error.partition(":")[0] not in page
