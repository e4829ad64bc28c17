"""What a company adds to its nouns: defining own fields by API and page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.own.making import Call, field
from tests.world import World, entries
from wharfinger.base.access import HOUSE, Actor
from wharfinger.base.models import OwnField
from wharfinger.base.own import MOST_FIELDS
from wharfinger.base.refusal import BadInput, NotAllowed, Refusal
from wharfinger.ledger.models import Fact
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.own_fields import add_own_field, change_own_field
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db


def test_a_field_gets_its_key_by_its_name_and_keeps_it(company: World) -> None:
    room = field("device", "Raum für Geräte")
    assert room.key == "raum_fuer_geraete"
    change_own_field(actor=HOUSE, own_field=room.pk, values={"name": "Room"})
    room.refresh_from_db()
    assert (room.name, room.key) == ("Room", "raum_fuer_geraete")
    assert Fact.objects.filter(subject=f"own_field:{room.pk}", field="name").count() == 1


def test_the_change_of_a_field_is_undone(company: World) -> None:
    room = field("device", "Room", choices=["A"], kind="choice")
    done = change_own_field(actor=HOUSE, own_field=room.pk, values={"choices": ["A", "B"], "retired": True})
    room.refresh_from_db()
    assert room.choices == ["A", "B"]
    assert room.retired_at is not None
    reverse(actor=HOUSE, entry=done.id)
    room.refresh_from_db()
    assert (room.choices, room.retired_at) == (["A"], None)


@pytest.mark.parametrize(
    ("values", "code", "at"),
    [
        ({"name": "Room", "kind": "text"}, "missing", "noun"),
        ({"noun": "device", "kind": "text"}, "missing", "name"),
        ({"noun": "device", "name": "Room"}, "missing", "kind"),
        ({"noun": "van", "name": "Room", "kind": "text"}, "not_one_of", "noun"),
        ({"noun": "device", "name": "Room", "kind": "float"}, "not_one_of", "kind"),
        ({"noun": "device", "name": "Room", "kind": "choice"}, "choices_needed", "choices"),
        ({"noun": "device", "name": "Room", "kind": "text", "choices": ["A"]}, "no_choices", "choices"),
        ({"noun": "device", "name": "Room", "kind": "choice", "choices": ["A", "a"]}, "twice", "choices"),
        ({"noun": "device", "name": "Room", "kind": "text", "key": "Room 1"}, "no_key", "key"),
        ({"noun": "device", "name": "rack", "kind": "text"}, "name_taken", "name"),
        ({"noun": "device", "name": "Room", "kind": "text", "key": "rack"}, "key_taken", "key"),
    ],
)
def test_a_field_that_cannot_be_is_refused(
    company: World, values: dict[str, Any], code: str, at: str
) -> None:
    field("device", "Rack")
    before = entries()
    with pytest.raises(BadInput) as refused:
        add_own_field(actor=HOUSE, values=values)
    assert (refused.value.code, refused.value.field) == (code, at)
    assert entries() == before
    assert OwnField.objects.count() == 1


def test_the_same_name_may_be_of_two_nouns(company: World) -> None:
    assert field("device", "Rack").key == field("order", "Rack").key == "rack"


def test_keeping_fields_is_a_right_of_its_own(company: World) -> None:
    reader: Actor = User.objects.create(username="reader")
    before = entries()
    with pytest.raises(NotAllowed):
        add_own_field(actor=reader, values={"noun": "device", "name": "Room", "kind": "text"})
    assert entries() == before


def test_fields_over_http(call: Call, company: World) -> None:
    made = call(
        "post",
        "/own-fields",
        {"noun": "device", "name": "Rack unit", "kind": "number", "in_lists": True},
        status=201,
    )
    assert (made["key"], made["position"], made["retired"]) == ("rack_unit", 1, False)
    changed = call("patch", f"/own-fields/{made['id']}", {"name": "Unit", "retired": True})
    assert (changed["name"], changed["key"], changed["retired"]) == ("Unit", "rack_unit", True)
    assert call("get", "/own-fields?noun=device&retired=true")["items"][0]["id"] == made["id"]
    assert call("get", "/own-fields?noun=order")["items"] == []
    refused = call("post", "/own-fields", {"noun": "device", "name": "Unit", "kind": "text"}, status=422)
    assert (refused["code"], refused["field"]) == ("name_taken", "name")


def test_fields_on_their_pages(client: Client, company: World) -> None:
    client.force_login(company.user)
    shown = client.get("/settings/own-fields/")
    assert "New own field" in shown.content.decode()
    typed = {
        "noun": "product",
        "name": "Colour",
        "kind": "choice",
        "choices": "red\nblue\n",
        "in_lists": "yes",
    }
    assert client.post("/settings/own-fields/new/", typed).status_code == 303
    colour = OwnField.objects.get()
    assert (colour.key, colour.choices, colour.in_lists, colour.required) == (
        "colour",
        ["red", "blue"],
        True,
        False,
    )
    page = client.get(f"/settings/own-fields/{colour.pk}/").content.decode()
    assert "red\nblue" in page
    typed = {"name": "Color", "choices": "red", "position": "3", "retired": "yes"}
    assert client.post(f"/settings/own-fields/{colour.pk}/", typed).status_code == 303
    colour.refresh_from_db()
    assert (colour.name, colour.key, colour.choices, colour.position) == ("Color", "colour", ["red"], 3)
    assert colour.retired_at is not None


def test_there_are_not_endlessly_many(company: World) -> None:
    OwnField.objects.bulk_create(
        OwnField(noun="line", key=f"k{n}", name=f"Field {n}", kind="text") for n in range(MOST_FIELDS)
    )
    with pytest.raises(Refusal) as refused:
        field("line", "One more")
    assert refused.value.code == "too_many_own_fields"
