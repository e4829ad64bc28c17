"""People sign in, five wrong passwords cost a minute, and nobody is sent to a stranger's page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from wharfinger.ledger.models import Entry, Fact
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "harbour-47-crane"


@pytest.fixture
def mara() -> User:
    """Somebody who reads German, with a clean record of tries."""
    cache.clear()
    user = User(username="mara", name="Mara", language="de")
    user.set_password(PASSWORD)
    user.save()
    return user


def enter(client: Client, password: str = PASSWORD, **more: str) -> Any:
    """Send the sign-in form."""
    return client.post("/sign-in/", {"username": "mara", "password": password, **more})


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/account/?x=1", "/account/?x=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_on_within_the_house_only(mara: User, wanted: str, led: str) -> None:
    """The page that was wanted comes next, unless it is not ours; the language is the person's."""
    response = enter(Client(), next=wanted)
    assert (response.status_code, response["Location"]) == (303, led)
    assert response.cookies["django_language"].value == "de"


def test_strangers_are_sent_to_sign_in_and_back(mara: User) -> None:
    """Whoever follows a link before signing in arrives there afterwards."""
    client = Client()
    assert client.get("/account/?x=1")["Location"] == "/sign-in/?next=/account/%3Fx%3D1"
    enter(client)
    assert client.get("/account/").status_code == 200


def test_five_wrong_passwords_cost_a_minute_from_that_address_only(mara: User) -> None:
    """The sixth try is refused even with the right password; elsewhere and a minute later it works."""
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False) as clock:
        for _try in range(5):
            response = enter(Client(), "wrong")
            assert response.status_code == 422
            assert "do not belong together" in response.content.decode()
        response = enter(Client())
        assert response.status_code == 422
        assert "Wait a minute" in response.content.decode()
        assert enter(Client(REMOTE_ADDR="192.0.2.7")).status_code == 303
        clock.shift(timedelta(seconds=61))
        assert enter(Client()).status_code == 303


def test_one_address_does_not_try_a_password_on_everybody(mara: User) -> None:
    """Fifty wrong ones in a minute stop an address, whomever it names; others go on."""
    for n in range(50):
        sent = {"username": f"somebody-{n}", "password": "harbour"}
        assert "do not belong together" in Client().post("/sign-in/", sent).content.decode()
    assert "Wait a minute" in enter(Client()).content.decode()
    assert enter(Client(REMOTE_ADDR="192.0.2.7")).status_code == 303


@pytest.mark.parametrize(("behind_proxy", "status"), [(True, 303), (False, 422)])
def test_tries_are_counted_by_the_address_that_our_proxy_saw(
    mara: User, settings: Any, behind_proxy: bool, status: int
) -> None:
    """What stands before the proxy's own word may be made up, and without a proxy all of it."""
    settings.BEHIND_PROXY = behind_proxy

    def tried(forwarded: str, password: str) -> int:
        client = Client(headers={"x-forwarded-for": forwarded})
        return int(enter(client, password).status_code)

    assert {tried(f"10.0.0.{n}, 192.0.2.7", "wrong") for n in range(5)} == {422}
    assert tried("10.0.0.9, 192.0.2.7", PASSWORD) == 422
    assert tried("192.0.2.7, 198.51.100.3", PASSWORD) == status


def test_sign_out_needs_a_post(mara: User) -> None:
    """A link cannot sign anybody out."""
    client = Client()
    client.force_login(mara)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/account/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/account/").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [("wrong", "quay-side-8812", "nicht Ihr aktuelles Passwort"), (PASSWORD, "password", "f-new-e")],
)
def test_a_refused_new_password_changes_nothing(mara: User, old: str, new: str, says: str) -> None:
    """The sentence stands beside the field, and the old password still holds."""
    client = Client()
    client.force_login(mara)
    client.cookies["django_language"] = "de"
    response = client.post("/account/", {"act": "password", "old": old, "new": new})
    assert response.status_code == 422
    assert says in response.content.decode()
    mara.refresh_from_db()
    assert mara.check_password(PASSWORD)


def test_a_new_password_keeps_the_person_signed_in(mara: User) -> None:
    """Who changes the password stays where they are."""
    client = Client()
    client.force_login(mara)
    assert (
        client.post("/account/", {"act": "password", "old": PASSWORD, "new": "quay-side-8812"}).status_code
        == 303
    )
    assert client.get("/account/").status_code == 200
    mara.refresh_from_db()
    assert mara.check_password("quay-side-8812")
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor) == ("change_password", mara)
    facts = Fact.objects.values_list("subject", "field", "old", "new")
    assert list(facts) == [(f"user:{mara.pk}", None, None, None)]


def test_the_language_is_ones_own_and_in_the_journal(mara: User) -> None:
    """A language that there is not is refused beside its field, and nothing is written."""
    client = Client()
    client.force_login(mara)
    refused = client.post("/account/", {"act": "language", "language": "xx"})
    assert (refused.status_code, Entry.objects.count()) == (422, 0)
    assert "f-language-e" in refused.content.decode()
    assert client.post("/account/", {"act": "language", "language": "en"}).status_code == 303
    mara.refresh_from_db()
    assert mara.language == "en"
    assert list(Fact.objects.values_list("field", "new")) == [("language", '"en"')]


def test_pages_load_nothing_from_elsewhere_and_allow_no_inline_script(mara: User) -> None:
    """The policy allows our own files only, and the page lives by it."""
    client = Client()
    client.force_login(mara)
    response = client.get("/account/")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    body = response.content.decode()
    for forbidden in ("style=", "onclick", "onsubmit", "<style", "javascript:", "http://", "https://"):
        assert forbidden not in body, forbidden
