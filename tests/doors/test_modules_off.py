"""What is switched off is absent: no link leads there, no answer speaks of it, and an old link says where it is switched on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.doors.test_costs import crawl
from tests.fuzz.company import let_in
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.parties.actions.people import create_token
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import User
from wharfinger.returns.models import Rma
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

PLACES = re.compile(r"^/(rmas/(new/)?$|jobs|work/purchasing|work/approval)")
"""Of one RMA the history of other documents speaks; such a link says where the module is switched on."""
LINK = re.compile(r'href="(/[^"#?]*)')


@pytest.fixture
def off(company: None) -> Iterator[Client]:
    """An administrator's browser, with all three modules off."""
    client = Client(headers={"authorization": f"Bearer {let_in()}"})
    if not Sheet.objects.filter(kind="job").exists():
        create_work_order(actor=HOUSE, wish=WorkWish("job", 1, (LineWish(1, 1),), title="Cabling"))
        line = Sheet.objects.filter(order__isnull=False).latest("pk").lines.all()[0]
        body = {
            "organization": 1,
            "lines": [{"line": line.pk, "quantity": "1", "type": "return", "reason": "Broken"}],
        }
        client.post("/api/v1/rmas", body, "application/json")
    set_setting(actor=HOUSE, name="modules", value=dict.fromkeys(("procurement", "rma", "jobs"), False))
    browser = Client()
    browser.force_login(User.objects.get(username="eve"))
    yield browser
    set_setting(actor=HOUSE, name="modules", value=dict.fromkeys(("procurement", "rma", "jobs"), True))
    assert Setting.objects.get(key="modules").value["rma"] is True


def test_no_page_leads_there(off: Client) -> None:
    led = {
        at: found
        for at, words in crawl(off)
        if (found := {to for to in LINK.findall(words) if PLACES.match(to)})
    }
    assert led == {}


@pytest.mark.parametrize("at", ["/rmas/", "/jobs/", "/jobs/new/", "/work/purchasing/", "/work/approval/"])
def test_an_old_link_says_where_it_is_switched_on(off: Client, at: str) -> None:
    response = off.get(at)
    assert response.status_code == 404
    assert "Settings, Modules" in response.content.decode()


def test_a_jobs_own_page_is_off_too(off: Client) -> None:
    job = Sheet.objects.filter(kind="job").latest("pk")
    response = off.get(f"/work-orders/{job.pk}/")
    assert response.status_code == 404
    assert "Settings, Modules" in response.content.decode()
    found = off.get("/api/v1/search", {"q": job.number}).json()["items"]
    assert found == []


@pytest.mark.parametrize(
    "at", ["approvals", "rmas", "worklists/approval", "worklists/purchasing", "work-orders?kind=job"]
)
def test_the_api_knows_nothing_of_it(off: Client, at: str) -> None:
    response = off.get(f"/api/v1/{at}")
    assert response.status_code == 404 or response.json()["items"] == [], response.content[:200]


def test_the_api_makes_nothing_of_it(off: Client) -> None:
    client = Client(headers={"authorization": f"Bearer {let_in_as_is()}"})
    before = (Sheet.objects.count(), Rma.objects.count())
    job = {"kind": "job", "organization": 1, "charges": []}
    assert client.post("/api/v1/work-orders", job, "application/json").status_code == 404
    rma = {"organization": 1, "lines": []}
    assert client.post("/api/v1/rmas", rma, "application/json").status_code in (404, 422)
    assert (Sheet.objects.count(), Rma.objects.count()) == before


def let_in_as_is() -> str:
    return create_token(actor=HOUSE, user=User.objects.get(username="eve").pk, name="off").text


def test_switching_off_names_what_stands_open(company: None) -> None:
    let_in()
    browser = Client()
    browser.force_login(User.objects.get(username="eve"))
    page = browser.get("/settings/modules/").content.decode()
    assert re.search(r"\d+ jobs? stands? open", page)
    assert re.search(r"\d+ lines? waits? there", page)
