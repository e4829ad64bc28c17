"""Until when the goods of an RMA are to arrive, and which are overdue."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.test import Client

from tests.fulfilment.test_pages import see
from tests.purchasing.test_api import Caller
from tests.returns.test_rma import loose
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.models import Rma
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked

pytestmark = pytest.mark.django_db

NIGHT = "2027-03-31T22:30:00Z"
"""Half past midnight of the first of April in Berlin."""


def requested(company: World, due_on: date | None = None) -> tuple[int, int]:
    """An RMA for two units that nobody has approved yet, and its line."""
    items = [Asked(2, loose(company, 2))]
    done = request(actor=HOUSE, organization=company.customer.pk, items=items, due_on=due_on)
    return done.one("returns.Rma"), done.one("returns.RmaLine")


def test_approval_says_until_when(company: World) -> None:
    """So many days after it, in the company's zone; a day that was asked for stays, and undo takes it back."""
    with time_machine.travel(NIGHT, tick=False):
        rma, _ = requested(company)
        done = approve(actor=HOUSE, rma=rma)
        assert Rma.objects.get(pk=rma).due_on == date(2027, 4, 15)
        reverse(actor=HOUSE, entry=done.id)
        assert Rma.objects.get(pk=rma).due_on is None
        Setting.objects.create(key="rma_days", value=3)
        approve(actor=HOUSE, rma=rma)
        assert Rma.objects.get(pk=rma).due_on == date(2027, 4, 4)
        own, _ = requested(company, date(2027, 5, 1))
        approve(actor=HOUSE, rma=own)
        assert Rma.objects.get(pk=own).due_on == date(2027, 5, 1)
        Setting.objects.update(value=0)
        never, _ = requested(company)
        approve(actor=HOUSE, rma=never)
        assert Rma.objects.get(pk=never).due_on is None
    clean()


def test_what_is_missing_after_its_day_is_overdue(client: Client, company: World) -> None:
    """On the day itself it is not; what came, was not approved or is closed never is."""
    with time_machine.travel(NIGHT, tick=False):
        late, _ = requested(company, date(2027, 4, 10))
        approve(actor=HOUSE, rma=late)
        part, row = requested(company, date(2027, 4, 10))
        approve(actor=HOUSE, rma=part)
        receive(actor=HOUSE, rma=part, items=[Arrived(1, row)])
        came, row = requested(company, date(2027, 4, 10))
        approve(actor=HOUSE, rma=came)
        receive(actor=HOUSE, rma=came, items=[Arrived(2, row)])
        requested(company, date(2027, 4, 10))
    with time_machine.travel("2027-04-10T21:59:00Z", tick=False):
        assert Caller(company.user).good("get", "/rmas?overdue=true")["items"] == []
    with time_machine.travel("2027-04-10T22:00:00Z", tick=False):
        ada = Caller(company.user)
        # What stands here to be inspected is not waited for in the first place.
        assert [row["id"] for row in ada.good("get", "/rmas?overdue=true")["items"]] == [late]
        client.force_login(company.user)
        page = see(client, "/rmas/?tab=overdue")
        assert f'href="/rmas/{late}/"' in page
        assert f'href="/rmas/{came}/"' not in page
        assert len(ada.good("get", "/rmas")["items"]) == 4
    clean()
