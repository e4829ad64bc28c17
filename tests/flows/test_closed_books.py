"""Into closed books nothing is dated, except by whoever may, for a reason: whichever verb it is, by every door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.api.test_door import token
from tests.fulfilment.trade import reserved
from tests.world import World, clean, entries, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.billing.models import Payment
from wharfinger.ledger.models import Entry
from wharfinger.parties.models import Role
from wharfinger.parties.permissions import ALL
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A company whose books are closed until the day before yesterday, with goods that came long before."""
    company = world()
    today = clock.today("Europe/Berlin")
    Setting.objects.create(key="closed_until", value=(today - timedelta(days=2)).isoformat())
    return company


def asked(company: World, day: str) -> list[tuple[str, dict[str, Any]]]:
    """Writes that may be dated."""
    router = company.product()
    came = clock.today("Europe/Berlin") - timedelta(days=30)
    item = Adjustment(router.pk, 20, company.location.place_id, unit_cost_micro=6_000_000)
    adjust(actor=HOUSE, items=[item], reason="Opening stock", effective_on=came)
    organization = company.customer.pk
    picks = lambda: [{"line": reserved(company, (router, 1))[1][0], "quantity": "1"}]  # noqa: E731
    line = {"product": router.pk, "quantity": "1"}
    return [
        ("/sell", {"sales": [{"organization": organization, "lines": [line]}], "sold_on": day}),
        ("/pick-pack-ship", {"picks": picks(), "shipped_on": day}),
        ("/ship", {"picks": picks(), "shipped_on": day}),
        ("/deliver", {"picks": picks(), "delivered_on": day}),
        ("/payments", {"organization": organization, "amount": "10.00", "received_on": day}),
    ]


def test_every_verb_needs_a_reason_there(company: World, client: Client) -> None:
    day = clock.today("Europe/Berlin") - timedelta(days=5)
    headers = token(company.user)
    wanted = asked(company, day.isoformat())
    for path, body in wanted:
        before = entries()
        answer = client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "closed_needs_reason"), (
            path,
            answer.content,
        )
        assert entries() == before, path
        answer = client.post(
            f"/api/v1{path}?closed_reason=Forgotten", body, content_type="application/json", headers=headers
        )
        assert answer.status_code in (200, 201), (path, answer.content)
        made = Entry.objects.get(pk=answer.json()["entry"])
        assert (made.effective_on, made.reason) == (day, "Forgotten"), path
    clean()
    may = [one for one in ALL if one != "ledger.post_closed"]
    Role.objects.filter(name="administrator").update(permissions=may)
    for path, body in asked(company, day.isoformat()):
        before = entries()
        answer = client.post(
            f"/api/v1{path}?closed_reason=Forgotten", body, content_type="application/json", headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "period_closed"), (path, answer.content)
        assert entries() == before, path


def test_a_page_asks_why_and_sends_what_was_typed_again(company: World, client: Client) -> None:
    client.force_login(company.user)
    day = clock.today("Europe/Berlin") - timedelta(days=5)
    form = {
        "organization": company.customer.pk,
        "amount": "10.00",
        "received_on": day.isoformat(),
        "currency": "EUR",
    }
    before = entries()
    answer = client.post("/payments/new/", form)
    assert (answer.status_code, entries()) == (422, before)
    page = answer.content.decode()
    assert 'name="closed_reason"' in page
    assert f'name="received_on" value="{day.isoformat()}"' in page
    assert client.post("/payments/new/", form | {"closed_reason": "Forgotten"}).status_code == 303
    assert Payment.objects.get().received_on == day
    assert Entry.objects.latest("pk").reason == "Forgotten"
