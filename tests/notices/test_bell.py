"""The bell: what one was told, once, with or without a mail; read by its reader alone, and mailed once a day to who wants so."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.notices.test_outbox import order, person, work_off
from tests.world import World, clean, entries, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import BadInput, NotThere
from wharfinger.ledger.models import Outbox
from wharfinger.notices import actions as noting
from wharfinger.notices import digest
from wharfinger.notices.actions import bell, todos
from wharfinger.notices.models import Notice
from wharfinger.parties.models import Role, User

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def company() -> World:
    return world()


def browser_of(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def sent() -> list[tuple[str, str, str]]:
    mail.outbox.clear()
    work_off()
    return [(one.to[0], one.subject, one.body) for one in mail.outbox]


def test_the_bell_rings_without_an_address_and_once_however_often_it_is_told(company: World) -> None:
    owner = person("olaf", language="de")
    User.objects.filter(pk=owner.pk).update(email="")
    order(company, owner)
    assert sent() == []
    (told,) = Notice.objects.all()
    assert (told.user_id, told.event, told.read_at, told.in_digest) == (owner.pk, "to_order", None, False)
    assert "ist zu bestellen" in told.text
    row = Outbox.objects.get(consumer="notices")
    noting.send_again(actor=HOUSE, row=row.pk)
    work_off()
    assert Notice.objects.count() == 1
    clean()


def test_who_wants_no_mail_hears_the_bell_and_who_silenced_it_hears_nothing(company: World) -> None:
    rung, quiet = person("rung", muted=["to_order"]), person("quiet", silenced=["to_order"])
    noting.set_rule(actor=HOUSE, event="to_order", roles=[], users=[rung.pk, quiet.pk])
    order(company)
    assert sent() == []
    assert [one.user_id for one in Notice.objects.all()] == [rung.pk]


def test_a_notice_leads_to_its_document_and_is_read_by_that(company: World) -> None:
    owner = person("olaf")
    order(company, owner)
    work_off()
    browser = browser_of(owner)
    page = browser.get("/notices/").content.decode()
    assert "My notices, 1 new" in page
    told = Notice.objects.get()
    assert f'<b><a href="/notices/{told.pk}/">' in page
    assert browser.get(f"/notices/{told.pk}/")["Location"].startswith("/orders/")
    told.refresh_from_db()
    assert told.read_at is not None
    assert 'aria-label="My notices"' in browser.get("/notices/").content.decode()
    assert browser_of(person("other")).get(f"/notices/{told.pk}/").status_code == 404


def test_everything_is_read_at_once_and_only_by_its_reader(company: World) -> None:
    owner, other = person("olaf"), person("other")
    noting.set_rule(actor=HOUSE, event="to_order", roles=["owner"], users=[other.pk])
    order(company, owner)
    order(company, owner)
    work_off()
    browser, before = browser_of(owner), entries()
    assert browser.post("/notices/read-all/").status_code == 303
    assert Notice.objects.filter(user=owner, read_at__isnull=True).count() == 0
    assert Notice.objects.filter(user=other, read_at__isnull=True).count() == 2
    strange = Notice.objects.filter(user=other).latest("pk").pk
    browser.post("/notices/read/", {"selected": strange})
    with pytest.raises(NotThere):
        bell.read(user=owner, notices=[strange])
    assert Notice.objects.filter(user=other, read_at__isnull=True).count() == 2
    assert entries() == before


def test_what_one_was_told_over_http(company: World) -> None:
    owner = person("olaf")
    order(company, owner)
    order(company, owner)
    work_off()
    browser = browser_of(owner)
    first, second = browser.get("/api/v1/notices").json()["items"]
    assert (first["id"] > second["id"], first["event"], first["read_at"]) == (True, "to_order", None)
    assert first["subject"].startswith("order:")
    assert first["told"] == [first["text"]]

    def read(body: dict[str, Any]) -> Any:
        return browser.post("/api/v1/notices/read", json.dumps(body), "application/json")

    assert read({"ids": [first["id"]]}).json() == {"unread": 1}
    assert [one["id"] for one in browser.get("/api/v1/notices?read=false").json()["items"]] == [second["id"]]
    assert (read({}).status_code, read({}).json()["code"]) == (422, "nothing_chosen")
    assert read({"ids": [999_999]}).status_code == 404
    assert read({"all": True}).json() == {"unread": 0}
    assert browser_of(person("other")).get("/api/v1/notices").json()["items"] == []


def test_what_one_has_to_do_stands_beneath_by_day(company: World) -> None:
    me = company.user
    order(company)
    day = clock.today("Europe/Berlin")
    subject = f"product:{company.product().pk}"
    for text, days in (("Later", 9), ("Sooner", -1)):
        todos.add_todo(
            actor=HOUSE, subject=subject, text=text, person=me.pk, due_on=day + timedelta(days=days)
        )
    work_off()
    page = browser_of(me).get("/notices/").content.decode()
    assert page.index('id="todos"') < page.rindex("Sooner") < page.rindex("Later")


@pytest.mark.parametrize("path", ["/notices/", "/api/v1/notices"])
def test_the_list_takes_a_constant_number_of_statements(company: World, path: str) -> None:
    owner = person("olaf")
    browser, counts = browser_of(owner), []
    for n in (1, 10):
        for _ in range(n):
            order(company, owner)
        work_off()
        browser.get(path)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert browser.get(path).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 12


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def test_a_mail_a_day_tells_what_is_not_read_and_nothing_twice(company: World) -> None:
    owner = person("olaf", digest="daily")
    with time_machine.travel(at("2026-11-27T16:00"), tick=False):
        for _ in range(3):
            order(company, owner)
        assert sent() == []
        bell.read(user=owner, notices=[Notice.objects.earliest("pk").pk])
    with time_machine.travel(at("2026-11-28T06:59"), tick=False):
        assert digest.send() == 0
    with time_machine.travel(at("2026-11-28T07:00"), tick=False):
        order(company, owner)
        work_off()
        assert (digest.send(), digest.send()) == (1, 0)
        ((to, subject, body),) = sent()
        assert (to, subject) == ("olaf@example.com", "2 notices since yesterday")
        assert body.count("is to be ordered") == 2
        assert body.count("/orders/") == 2
        assert body.endswith("/notices/")
    with time_machine.travel(at("2026-11-29T07:10"), tick=False):
        assert digest.send() == 1
        assert [subject for _, subject, _ in sent()] == ["1 notice since yesterday"]
        assert digest.send() == 0


def test_what_is_urgent_is_mailed_at_once_and_what_is_muted_since_not_at_all(company: World) -> None:
    owner = person("olaf", digest="daily")
    Setting.objects.create(key="approval", value={"threshold_minor": 1, "self_approval": False})
    with time_machine.travel(at("2026-11-27T16:00"), tick=False):
        order(company, owner)
        ((_, subject, _),) = sent()
        assert "waits for approval" in subject
        Setting.objects.filter(key="approval").delete()
        order(company, owner)
        assert sent() == []
    bell.mute(user=owner, events=["to_order"])
    with time_machine.travel(at("2026-11-28T08:00"), tick=False):
        assert digest.send() == 0
        assert sent() == []
    assert not Notice.objects.filter(in_digest=True).exists()


def test_one_chooses_how_one_is_told_by_page_and_api(company: World) -> None:
    browser = browser_of(company.user)
    typed = {"digest": "daily", "picked": "bell", "container": "none"}
    assert browser.post("/account/mails/", typed).status_code == 303
    user = User.objects.get(pk=company.user.pk)
    assert (user.digest, user.muted, user.silenced) == ("daily", ["picked", "container"], ["container"])
    done = browser.patch("/api/v1/account/mails", {"digest": "", "silenced": []}, "application/json").json()
    assert (done["digest"], done["silenced"], done["muted"]) == ("", [], ["picked", "container"])
    before = entries()
    for wrong in ({"digest": "hourly"}, {"silenced": ["weather"]}):
        assert browser.patch("/api/v1/account/mails", wrong, "application/json").status_code == 422
    with pytest.raises(BadInput):
        bell.mute(user=user, digest="weekly")
    assert entries() == before


def test_the_page_is_everybodys_and_shows_no_to_dos_to_who_may_not_see_them(company: World) -> None:
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="nothing", permissions=[]))
    todos.add_todo(actor=HOUSE, subject=f"product:{company.product().pk}", text="Secret", person=clerk.pk)
    page = browser_of(clerk).get("/notices/")
    assert page.status_code == 200
    assert 'id="todos"' not in page.content.decode()


def test_what_was_told_ninety_days_ago_is_forgotten(company: World) -> None:
    ada, about = person("ada"), f"organization:{company.customer.pk}"
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=BERLIN), tick=False):
        todos.add_todo(actor=HOUSE, subject=about, text="Old", person=ada.pk)
        sent()
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=BERLIN), tick=False):
        todos.add_todo(actor=HOUSE, subject=about, text="New", person=ada.pk)
        sent()
    before = entries()
    with time_machine.travel(datetime(2026, 5, 30, 14, tzinfo=BERLIN), tick=False):
        assert Notice.objects.filter(user=ada).count() == 2
        assert (bell.clear(), bell.clear()) == (1, 0)
    assert "New" in Notice.objects.get(user=ada).text
    assert entries() == before
