"""The pages of users, roles and tokens, as a browser asks for them."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.parties.models import Role, Token, User
from wharfinger.parties.permissions import ROLES
from wharfinger.parties.queries import user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def test_a_user_is_added_changed_and_deactivated(browser: Client, company: World) -> None:
    role = Role.objects.create(name="sales", permissions=["sales.*"])
    values = {"username": "mara", "name": "Mara", "language": "de", "roles": [role.pk]}
    assert "New user" in seen(browser, "/users/new/")
    assert browser.post("/users/new/", values | {"password": "Quay-side-91"}).status_code == 303
    mara = User.objects.get(username="mara")
    assert mara.may("sales.read")
    assert mara.check_password("Quay-side-91")
    assert "mara" in seen(browser, f"/users/?role={role.pk}")
    at = f"/users/{mara.pk}/"
    assert 'value="Mara"' in seen(browser, at)
    assert browser.post(at, values | {"name": "Mara Klein", "roles": []}).status_code == 303
    mara = User.objects.get(username="mara")
    assert (mara.name, mara.is_active, mara.may("sales.read")) == ("Mara Klein", False, False)
    assert mara.check_password("Quay-side-91")
    assert "Mara Klein" not in seen(browser, "/users/")
    clean()


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", ""), ("email", "nobody"), ("password", "1234"), ("language", "xx")],
)
def test_a_refusal_stands_beside_its_field(browser: Client, field: str, value: str) -> None:
    before = entries()
    values = {"username": "mara", "name": "Mara", "language": "de", field: value}
    response = browser.post("/users/new/", values)
    assert response.status_code == 422
    assert f'id="f-{field}-e"' in response.content.decode()
    assert entries() == before


def test_the_last_administrator_stays(browser: Client, company: World) -> None:
    before = entries()
    values = {"username": company.user.username, "name": "Ada", "language": "en"}
    response = browser.post(f"/users/{company.user.pk}/", values)
    assert response.status_code == 409
    assert "Somebody must remain" in response.content.decode()
    assert entries() == before


def test_roles_are_made_and_changed(browser: Client, company: World) -> None:
    assert "stock.adjust" in seen(browser, "/roles/new/")
    names = {"name": "counter", "permissions": ["stock.read", "stock.count"]}
    assert browser.post("/roles/new/", names).status_code == 303
    made = Role.objects.get(name="counter")
    assert made.permissions == ["stock.count", "stock.read"]
    assert browser.post(f"/roles/{made.pk}/", names | {"permissions": ["stock.read"]}).status_code == 303
    made.refresh_from_db()
    assert made.permissions == ["stock.read"]
    assert "counter" in seen(browser, "/roles/")
    before = entries()
    assert browser.post(f"/roles/{made.pk}/", {"name": "", "permissions": []}).status_code == 422
    assert entries() == before
    clean()


def test_rights_that_came_since_are_said_and_ticked_at_a_wish(browser: Client, company: World) -> None:
    """A role of a company that is older than a right is not changed behind anybody's back."""
    old = [one for one in ROLES["warehouse"] if one != "purchasing.send_back"]
    role = Role.objects.create(name="warehouse", permissions=old)
    own = Role.objects.create(name="counter", permissions=["stock.read"])
    page = seen(browser, f"/roles/{role.pk}/")
    assert "Buying: Send back to the vendor" in page
    before = entries()
    ticked = re.findall(r'value="([a-z*_.]+)" checked', seen(browser, f"/roles/{role.pk}/?more=1"))
    assert entries() == before
    assert "purchasing.send_back" in ticked
    assert browser.post(f"/roles/{role.pk}/", {"name": "warehouse", "permissions": ticked}).status_code == 303
    role.refresh_from_db()
    assert set(role.permissions) == set(ROLES["warehouse"])
    for pk in (role.pk, own.pk):
        assert "In a new company this role may also" not in seen(browser, f"/roles/{pk}/")
    clean()


def test_a_token_is_shown_once_and_revoked(browser: Client, company: World) -> None:
    assert "/account/tokens/" in seen(browser, "/account/")
    response = browser.post("/account/tokens/", {"name": "Scanner", "scopes": "*.read"})
    assert response.status_code == 200
    (text,) = re.findall(r"<code>(wh_[\w-]+)</code>", response.content.decode())
    found = user_of(text, now=clock.now())
    assert found == company.user
    assert text not in seen(browser, "/account/tokens/")
    before = entries()
    for change in ({"name": ""}, {"scopes": "all"}, {"expires_on": "soon"}):
        refused = browser.post("/account/tokens/", {"name": "Scanner", **change})
        assert refused.status_code == 422
        assert f'id="f-{next(iter(change))}-e"' in refused.content.decode()
    assert entries() == before
    token = Token.objects.get()
    assert browser.post(f"/tokens/{token.pk}/revoke/").status_code == 303
    assert user_of(text, now=clock.now()) is None
    clean()


def test_tokens_of_others_need_a_permission(client: Client, company: World) -> None:
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["parties.read"]))
    client.force_login(clerk)
    assert client.get(f"/users/{company.user.pk}/tokens/").status_code == 403
    assert client.get("/users/").status_code == 403
    assert client.get(f"/users/{clerk.pk}/tokens/").status_code == 200


def test_the_list_of_users_takes_few_statements(browser: Client) -> None:
    for n in range(30):
        User.objects.create(username=f"user-{n}")
    seen(browser, "/users/")
    with CaptureQueriesContext(connection) as found:
        seen(browser, "/users/")
    assert len(found) <= 12
