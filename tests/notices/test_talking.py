"""Notes that mention people, and what somebody is to do: who is told, once, and who may."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_quote import quote_of
from tests.world import World, clean, entries, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotAllowed, NotThere, Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import actions as noting
from wharfinger.notices import outbox
from wharfinger.notices.actions import todos
from wharfinger.notices.models import Todo
from wharfinger.notices.rules.talking import mentioned
from wharfinger.parties.models import Role, User
from wharfinger.site.consumers import CONSUMERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company where everybody has an address for mail."""
    made = world()
    User.objects.filter(pk=made.user.pk).update(email="ada@house.example")
    return made


@pytest.fixture
def mara(company: World) -> User:
    """A colleague who reads German."""
    made = User.objects.create(username="mara.k", name="Mara", email="mara@house.example", language="de")
    made.roles.set(company.user.roles.all())
    return made


@pytest.fixture
def quote(company: World) -> int:
    """A quote to talk about."""
    made, _lines = quote_of(company, LineWish(company.product().pk, 2))
    return made


def sent() -> list[tuple[list[str], str]]:
    """Whom the worker has written to since, and about what."""
    mail.outbox.clear()
    while outbox.work(CONSUMERS):
        pass
    return [(one.to, one.subject) for one in mail.outbox]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("@mara.k please", ["mara.k"]),
        ("ask (@Mara.K).", ["mara.k"]),
        ("@a, @b @a", ["a", "b"]),
        ("write to info@house.example", []),
        ("@ nobody, @- either", []),
    ],
)
def test_a_name_after_an_at_is_a_mention(said: str, names: list[str]) -> None:
    assert mentioned(said) == names


def test_whoever_is_mentioned_is_told_once_and_never_oneself(company: World, mara: User, quote: int) -> None:
    subject = f"quote:{quote}"
    sent()
    noting.note(actor=company.user, subject=subject, text="Nothing for anybody")
    assert sent() == []
    noting.note(
        actor=company.user, subject=subject, text=f"@MARA.K and @{company.user.username}: look, @mara.k"
    )
    ((to, words),) = sent()
    assert to == ["mara@house.example"]
    assert "Ada" in words
    assert "look" in words
    User.objects.filter(pk=mara.pk).update(muted=["mentioned"])
    noting.note(actor=company.user, subject=subject, text="@mara.k again")
    User.objects.filter(pk=mara.pk).update(muted=[], is_active=False)
    noting.note(actor=company.user, subject=subject, text="@mara.k again")
    assert sent() == []
    clean()


def test_a_note_is_written_on_the_page_of_its_document(
    client: Client, company: World, mara: User, quote: int
) -> None:
    client.force_login(company.user)
    page = f"/quotes/{quote}/"
    assert "Write a note" in client.get(page).content.decode()
    typed = {"subject": f"quote:{quote}", "back": page, "text": "<i>Ring</i> first", "tell": "mara.k"}
    assert client.post("/notes/write/", typed)["Location"] == page
    shown = client.get(page).content.decode()
    assert "@mara.k &lt;i&gt;Ring&lt;/i&gt; first" in shown
    assert [to for to, _ in sent() if to == ["mara@house.example"]]
    client.post("/notes/write/", typed | {"text": "Ring twice, @mara.k"})
    assert "@mara.k Ring twice" not in client.get(page).content.decode()
    before = entries()
    client.post("/notes/write/", typed | {"text": " "})
    client.post("/notes/write/", typed | {"subject": "quote:999999"})
    assert entries() == before


def test_something_to_do_is_told_done_and_undone(company: World, mara: User, quote: int) -> None:
    sent()
    day = clock.today("Europe/Berlin") + timedelta(days=3)
    made = todos.add_todo(
        actor=company.user, subject=f"quote:{quote}", text="Ring them", person=mara.pk, due_on=day
    ).one("notices.Todo")
    ((to, words),) = sent()
    assert to == ["mara@house.example"]
    assert "Ring them" in words
    done = todos.finish_todo(actor=mara, todo=made)
    assert sent() == []
    before = entries()
    for act in (
        lambda: todos.finish_todo(actor=mara, todo=made),
        lambda: todos.change_todo(actor=mara, todo=made, values={"text": "Other"}),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.code, entries()) == ("done_already", before)
    reverse(actor=mara, entry=done.id, reason="not yet")
    row = Todo.objects.get()
    assert (row.done_at, row.done_by) == (None, None)
    todos.change_todo(actor=mara, todo=made, values={"text": "Ring her"})
    assert sent() == []
    todos.change_todo(actor=mara, todo=made, values={"person": company.user.pk})
    assert [to for to, _ in sent()] == [["ada@house.example"]]
    clean()


def test_what_is_due_is_told_once_in_one_mail(company: World, mara: User, quote: int) -> None:
    day = clock.today("Europe/Berlin") + timedelta(days=2)
    rows = [
        todos.add_todo(
            actor=company.user, subject=f"quote:{quote}", text=f"Step {n}", person=mara.pk, due_on=day
        ).one("notices.Todo")
        for n in range(3)
    ]
    todos.finish_todo(actor=mara, todo=rows[2])
    sent()
    assert todos.remind(actor=HOUSE) is None
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert todos.remind(actor=HOUSE) is not None
        assert todos.remind(actor=HOUSE) is None
        ((to, words),) = sent()
        assert to == ["mara@house.example"]
        assert "Step 0" in words
        assert "Step 1" in words
        assert "Step 2" not in words
        later = clock.today("Europe/Berlin") + timedelta(days=1)
        todos.change_todo(actor=mara, todo=rows[0], values={"due_on": later})
    with time_machine.travel(clock.now() + timedelta(days=3)):
        assert todos.remind(actor=HOUSE) is not None
    clean()


def test_who_may_not_writes_no_to_do(company: World, mara: User, quote: int) -> None:
    mara.roles.set([Role.objects.create(name="buyer", permissions=["purchasing.read", "notices.*"])])
    mara = User.objects.get(pk=mara.pk)
    mine = todos.add_todo(actor=HOUSE, subject=f"quote:{quote}", text="See", person=mara.pk)
    other = todos.add_todo(actor=HOUSE, subject=f"quote:{quote}", text="Not yours", person=company.user.pk)
    before = entries()
    for act in (
        lambda: todos.add_todo(actor=mara, subject=f"quote:{quote}", text="No", person=mara.pk),
        lambda: todos.finish_todo(actor=mara, todo=other.one("notices.Todo")),
    ):
        with pytest.raises(NotAllowed):
            act()
    for values, raised in (
        ({"subject": "quote:999999"}, NotThere),
        ({"subject": "role:1"}, NotThere),
        ({"text": ""}, BadInput),
        ({"text": "x" * 501}, BadInput),
        ({"person": 999_999}, BadInput),
        ({"due_on": "soon"}, BadInput),
    ):
        given: dict[str, Any] = {"subject": f"quote:{quote}", "text": "Ring", "person": mara.pk} | values
        with pytest.raises(raised):
            todos.add_todo(actor=HOUSE, **given)
    assert entries() == before
    todos.finish_todo(actor=mara, todo=mine.one("notices.Todo"))


def test_to_dos_over_http(client: Client, company: World, mara: User, quote: int) -> None:
    client.force_login(company.user)

    def call(method: str, path: str, body: Any = None) -> Any:
        send = getattr(client, method)
        return send(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")

    made = call("post", "/todos", {"subject": f"quote:{quote}", "text": "Ring", "due_on": "2031-01-05"})
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["person"], row["due_on"], row["done_at"]) == (company.user.pk, "2031-01-05", None)
    changed = call("patch", f"/todos/{row['id']}", {"person": mara.pk, "due_on": None}).json()
    assert (changed["person"], changed["due_on"], changed["text"]) == (mara.pk, None, "Ring")
    listed = client.get(f"/api/v1/todos?done=false&person={mara.pk}&subject=quote:{quote}").json()["items"]
    assert [one["id"] for one in listed] == [row["id"]]
    assert call("post", f"/todos/{row['id']}/finish").json()["done_by"] == company.user.pk
    assert client.get("/api/v1/todos?done=false").json()["items"] == []
    assert client.get(f"/api/v1/todos/{row['id']}").json()["done_at"] is not None


def test_to_dos_on_pages(client: Client, company: World, mara: User, quote: int) -> None:
    client.force_login(company.user)
    page = f"/quotes/{quote}/"
    typed = {"subject": f"quote:{quote}", "back": page, "todo": "Ring & ask", "person": company.user.pk}
    assert client.post("/todos/add/", typed)["Location"] == page
    assert "Ring &amp; ask" in client.get(page).content.decode()
    row = Todo.objects.get()
    listed = client.get("/todos/").content.decode()
    assert "Ring &amp; ask" in listed
    assert f"/quotes/{quote}/" in listed
    assert "Ring" in client.get(f"/todos/{row.pk}/").content.decode()
    changed = {"text": "Ring twice", "person": mara.pk, "due_on": "2020-01-01"}
    assert client.post(f"/todos/{row.pk}/", changed).status_code == 303
    assert "Ring twice" not in client.get("/todos/").content.decode()
    assert "Late" in client.get("/todos/?tab=late").content.decode()
    with CaptureQueriesContext(connection) as asked:
        client.get("/todos/?tab=all")
    assert len(asked) <= 12
    assert client.post("/todos/finish/", {"selected": row.pk, "back": page})["Location"] == page
    assert "Ring twice" not in client.get(page).content.decode()
    assert "Ring twice" in client.get("/todos/?tab=done").content.decode()
    clean()
