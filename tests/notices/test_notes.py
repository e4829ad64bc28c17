"""A note about a document is an entry of its timeline."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries, world
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def write(client: Client, query: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    response = client.post(f"/api/v1/notes{query}", json.dumps(body), "application/json")
    return response.status_code, response.json()


def test_a_note_stands_in_the_timeline_of_its_document(client: Client, company: World) -> None:
    client.force_login(company.user)
    wanted = {"product": company.product().pk, "quantity": "2"}
    body = json.dumps({"organization": company.customer.pk, "lines": [wanted]})
    order = client.post("/api/v1/orders", body, "application/json").json()["id"]
    about = f"order:{order}"
    before = entries()
    status, dry = write(client, "?dry_run=true", subject=about, text="Ring first")
    assert (status, dry["documents"], entries()) == (200, [about], before)
    status, made = write(client, subject=about, text="Ring first")
    assert (status, made["text"], made["author"]) == (201, "Ring first", company.user.pk)
    write(client, subject=f"organization:{company.customer.pk}", text="Pays late")
    (listed,) = client.get(f"/api/v1/notes?subject={about}").json()["items"]
    assert listed == client.get(f"/api/v1/notes/{made['id']}").json()
    assert listed == {name: value for name, value in made.items() if name != "entry"}
    assert [n["text"] for n in client.get("/api/v1/notes?q=late").json()["items"]] == ["Pays late"]
    assert "Ring first" in client.get(f"/orders/{order}/").content.decode()
    clean()


def test_a_note_about_nothing_is_refused(client: Client, company: World) -> None:
    client.force_login(company.user)
    before = entries()
    for subject in ("order:999999", "order:x", "nothing:1", "order", f"quote:{'9' * 40}"):
        status, refusal = write(client, subject=subject, text="A")
        assert (status, refusal["field"]) == (404, "subject")
    here = f"organization:{company.customer.pk}"
    assert write(client, subject=here, text=" ")[1]["field"] == "text"
    client.force_login(User.objects.create(username="nobody"))
    assert write(client, subject=here, text="A")[0] == 403
    assert client.get("/api/v1/notes").status_code == 403
    assert entries() == before
