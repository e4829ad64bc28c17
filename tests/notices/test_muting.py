"""Everybody chooses their own mails over HTTP, by the action that the account page calls."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.world import entries, world
from wharfinger.ledger.models import Entry

pytestmark = pytest.mark.django_db
AT = "/api/v1/account/mails"


def test_one_mutes_events_for_oneself_and_nobody_else() -> None:
    user = world().user
    client = Client()
    client.force_login(user)
    assert client.get(AT).json() == {"muted": [], "silenced": [], "digest": ""}
    done = client.patch(AT, {"muted": ["customer", "picked"]}, "application/json")
    assert (done.status_code, done.json()["muted"]) == (200, ["picked", "customer"])
    entry = Entry.objects.get(pk=done.json()["entry"])
    assert (entry.verb, entry.actor_id) == ("change", user.pk)
    user.refresh_from_db()
    assert user.muted == client.get(AT).json()["muted"] == ["picked", "customer"]
    before = entries()
    refused = client.patch(AT, {"muted": ["weather"]}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_such_event")
    assert entries() == before
    assert Client().patch(AT, {"muted": []}, "application/json").status_code == 401
