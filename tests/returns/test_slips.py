"""The slip of an RMA leaves by mail, and who has not sent their goods is reminded once before their day and once after."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.documents.test_send import worked
from tests.fulfilment.test_pages import do, see
from tests.purchasing.test_api import Caller
from tests.returns.test_rma import loose
from tests.world import World, clean, entries, refused, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.actions.slips import mark_rma_sent, remind_due, remind_rma, send_rma
from wharfinger.returns.models import Rma, RmaReminder
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked

pytestmark = pytest.mark.django_db
DUE = date(2027, 1, 20)


def at(day: date) -> Any:
    """Noon of a day."""
    return clock.standing_at(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


@pytest.fixture
def company(client: Client) -> Any:
    """A small company whose customer has an address for mail; ten days before goods are due."""
    with at(DUE - timedelta(days=10)):
        made = world()
        client.force_login(made.user)
        Organization.objects.filter(pk=made.customer.pk).update(email="it@acme.example")
        yield made


def awaited(company: World, *, approved: bool = True, due: date | None = DUE) -> tuple[int, int]:
    """An RMA whose goods are to come: it and its line."""
    line = loose(company, 2)
    done = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(2, line)], due_on=due)
    rma = done.one("returns.Rma")
    if approved:
        approve(actor=HOUSE, rma=rma)
    return rma, done.made["returns.RmaLine"][0]


def test_the_slip_leaves_with_the_mail_and_by_hand_nobody_is_written_to(company: World) -> None:
    rma, _ = awaited(company, approved=False)
    refused(lambda: send_rma(actor=HOUSE, rma=rma), "not_approved")
    approve(actor=HOUSE, rma=rma)
    send_rma(actor=company.user, rma=rma)
    worked()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject.startswith("Return slip RMA-1")) == (["it@acme.example"], True)
    assert sent.attachments[0][0] == "RMA-1.pdf"
    assert Rma.objects.get().sent_at is not None
    with at(DUE):
        done = mark_rma_sent(actor=HOUSE, rma=rma)
        worked()
    assert len(mail.outbox) == 1
    reverse(actor=HOUSE, entry=done.id)
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    refused(lambda: send_rma(actor=HOUSE, rma=rma), "no_address", "to")
    clean()


def test_each_level_reminds_once_and_a_mail_that_left_is_not_undone(company: World) -> None:
    rma, line = awaited(company)
    first = remind_rma(actor=HOUSE, rma=rma)
    reverse(actor=HOUSE, entry=first.id)
    assert RmaReminder.objects.filter(void__isnull=True).count() == 0
    again = remind_rma(actor=HOUSE, rma=rma)
    worked()
    (sent,) = mail.outbox
    assert sent.subject == "Please send: Return slip RMA-1"
    assert "20 Jan 2027" in sent.body
    refused(lambda: reverse(actor=HOUSE, entry=again.id), "mail_left")
    refused(lambda: remind_rma(actor=HOUSE, rma=rma), "reminded_already")
    with at(DUE + timedelta(days=1)):
        remind_rma(actor=HOUSE, rma=rma)
        refused(lambda: remind_rma(actor=HOUSE, rma=rma), "reminded_already")
    assert list(RmaReminder.objects.filter(void__isnull=True).values_list("level", flat=True)) == [1, 2]
    receive(actor=HOUSE, rma=rma, items=[Arrived(2, line)])
    refused(lambda: remind_rma(actor=HOUSE, rma=rma), "nothing_missing")
    clean()


def test_the_clock_reminds_only_whom_it_should_and_nobody_twice(company: World) -> None:
    rma, _ = awaited(company)
    here, line = awaited(company)
    receive(actor=HOUSE, rma=here, items=[Arrived(2, line)])
    awaited(company, approved=False)
    before = entries()
    with at(DUE):
        assert remind_due(actor=HOUSE) == 0, "it is off until somebody says how many days before"
    set_setting(actor=HOUSE, name="rma_remind_days", value=3)
    assert remind_due(actor=HOUSE) == 0, "ten days before nothing is due"
    assert entries() == before + 1
    for day, told in ((-3, 1), (-2, 0), (0, 0), (1, 1), (2, 0)):
        with at(DUE + timedelta(days=day)):
            assert remind_due(actor=HOUSE) == told, day
    assert set(RmaReminder.objects.values_list("rma", flat=True)) == {rma}
    Organization.objects.filter(pk=company.customer.pk).update(email="")
    other, _ = awaited(company)
    with at(DUE):
        assert remind_due(actor=HOUSE) == 0, "there is nobody to write to"
    assert other not in RmaReminder.objects.values_list("rma", flat=True)
    clean()


def test_the_page_sends_and_reminds(client: Client, company: World) -> None:
    rma, _ = awaited(company)
    to = f"/rmas/{rma}/"
    page = see(client, to)
    assert "/documents/rma-slip/" in page
    assert f"{to}remind/" in page
    see(client, f"/documents/rma-slip/{rma}/send/")
    do(client, f"/documents/rma-slip/{rma}/send/", {"by_hand": "yes"})
    assert Rma.objects.get().sent_at is not None
    do(client, f"{to}remind/", {})
    assert f"{to}remind/" not in see(client, to)
    assert RmaReminder.objects.get().level == 1
    clean()


def test_the_api_sends_and_reminds(company: World) -> None:
    ada = Caller(company.user)
    rma, _ = awaited(company)
    assert ada.good("get", f"/rmas/{rma}")["sent_at"] is None
    assert ada.good("post", f"/rmas/{rma}/send", {"by_hand": True})["sent_at"] is not None
    with at(DUE):
        done = ada.good("post", f"/rmas/{rma}/remind", {"subject": "Your goods", "text": "Please."})
        worked()
    assert [one["level"] for one in done["reminders"]] == [1]
    assert mail.outbox[-1].subject == "Your goods"
    assert ada.refused(f"/rmas/{rma}/remind")[1] == "reminded_already"
    without, _ = awaited(company, due=None)
    Rma.objects.filter(pk=without).update(due_on=None)
    assert ada.refused(f"/rmas/{without}/remind")[1] == "no_due_day"
    clean()
