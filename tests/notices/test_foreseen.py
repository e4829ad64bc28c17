"""A dry run lists the mails that the act would send: exactly those that leave once it is done."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.notices.test_outbox import person
from tests.world import World, clean, entries, world
from wharfinger.base.models import Setting
from wharfinger.documents.models import Issued
from wharfinger.ledger.models import Outbox
from wharfinger.notices import outbox
from wharfinger.notices.models import Rule
from wharfinger.parties.models import Organization
from wharfinger.site.consumers import CONSUMERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company whose customer has an address for mail."""
    made = world()
    Organization.objects.filter(pk=made.customer.pk).update(email="buying@acme.example")
    return made


@pytest.fixture
def ada(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def send(client: Client, path: str, body: Any = None) -> dict[str, Any]:
    response = client.post(f"/api/v1{path}", json.dumps(body or {}), "application/json")
    assert response.status_code in (200, 201), response.content
    found: dict[str, Any] = response.json()
    return found


def sent() -> list[tuple[list[str], str, str]]:
    """What has left, once the worker has done everything that is due."""
    while outbox.work(CONSUMERS):
        pass
    return [(one.to, one.subject, one.body) for one in mail.outbox]


def foreseen(found: dict[str, Any]) -> list[tuple[list[str], str, str]]:
    return [(one["to"], one["subject"], one["body"]) for one in found["mails"]]


def bare(mails: list[tuple[list[str], str, str]]) -> list[tuple[list[str], str, str]]:
    """Mails without the numbers in their links: a database counts on after a dry run, too."""
    return [(to, subject, re.sub(r"/[0-9]+/", "/N/", body)) for to, subject, body in mails]


def test_the_mails_of_an_order_are_foreseen(ada: Client, company: World) -> None:
    owner = person("olaf", language="de")
    Setting.objects.create(key="purchasing_team", value=[owner.pk, company.user.pk])
    wanted = {"product": company.product().pk, "quantity": "2"}
    body = {"organization": company.customer.pk, "owner": owner.pk, "lines": [wanted]}
    before = entries(), Outbox.objects.count()
    dry = send(ada, "/orders?confirm=true&dry_run=true", body)
    assert [to for to, _, _ in foreseen(dry)] == [["olaf@example.com"]]
    assert (entries(), Outbox.objects.count()) == before
    send(ada, "/orders?confirm=true", body)
    assert bare(sent()) == bare(foreseen(dry))
    clean()


def test_a_document_that_leaves_is_foreseen_and_not_yet_kept(ada: Client, company: World) -> None:
    wanted = {"product": company.product().pk, "quantity": "2"}
    quote = send(ada, "/quotes", {"organization": company.customer.pk, "lines": [wanted]})
    dry = send(ada, f"/quotes/{quote['id']}/send?dry_run=true")
    (one,) = dry["mails"]
    assert (one["to"], one["attachments"]) == (["buying@acme.example"], [f"{quote['number']}.pdf"])
    assert not Issued.objects.exists()
    send(ada, f"/quotes/{quote['id']}/send")
    assert sent() == foreseen(dry)
    assert mail.outbox[0].attachments[0][0] == one["attachments"][0]


def test_an_act_that_tells_nobody_foresees_no_mail(ada: Client, company: World) -> None:
    assert send(ada, "/organizations?dry_run=true", {"name": "Beta"})["mails"] == []


def test_a_rule_is_set_tried_changed_and_undone_through_the_api(ada: Client, company: World) -> None:
    body = {"event": "to_order", "roles": ["owner"], "users": [company.user.pk]}
    before = entries()
    assert send(ada, "/notification-rules?dry_run=true", body)["document"]["roles"] == ["owner"]
    assert entries() == before
    assert not Rule.objects.exists()
    first = send(ada, "/notification-rules", body)
    assert (first["roles"], first["users"], first["active"]) == (["owner"], [company.user.pk], True)
    changed = ada.patch(
        "/api/v1/notification-rules/to_order", '{"users": [], "active": false}', "application/json"
    ).json()
    assert (changed["roles"], changed["users"], changed["active"]) == (["owner"], [], False)
    send(ada, f"/journal/{changed['entry']}/reverse")
    read = ada.get("/api/v1/notification-rules/to_order").json()
    assert (read["users"], read["active"]) == ([company.user.pk], True)
    assert ada.get("/api/v1/notification-rules/nonsense").status_code == 404
    clean()


def test_sending_again_is_an_entry_and_can_be_tried_first(ada: Client, company: World) -> None:
    send(ada, "/organizations", {"name": "Beta"})
    row = Outbox.objects.latest("pk")
    sent()
    before = entries()
    send(ada, f"/messages/{row.pk}/send-again?dry_run=true")
    row.refresh_from_db()
    assert row.finished_at is not None
    assert entries() == before
    done = send(ada, f"/messages/{row.pk}/send-again")
    row.refresh_from_db()
    assert row.finished_at is None
    assert ada.get(f"/api/v1/journal/{done['entry']}").json()["verb"] == "send_again"
    assert ada.get(f"/api/v1/messages/{row.pk}").json()["id"] == row.pk
    assert ada.post("/api/v1/messages/999999/send-again").status_code == 404
