"""The settings and the switches of the modules, as a browser asks for them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.world import World, clean, entries, seen, world
from wharfinger.base import configuration
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.ledger.models import Entry
from wharfinger.parties.models import Role, User
from wharfinger.site import formats
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def typed(**values: Any) -> dict[str, Any]:
    return {
        "company.name": "Quay IT",
        "company.country": "de",
        "language": "de",
        "time_zone": "Europe/Berlin",
        "quote_valid_days": "10",
        "terms_days": "14",
        "reminders.level_1": "7",
        "reminders.level_2": "21",
        "reminders.level_3": "35",
        "reminders.pay_within": "7",
        "returnable_days": "30",
        "rma_days": "14",
        "rma_remind_days": "0",
        "expiry_days": "30",
        "warranty_days": "30",
        "attachment_mb": "20",
        "bill_tolerance.percent": "0",
        "counting.tolerance_percent": "0",
        "counting.cycle_days_a": "30",
        "counting.cycle_days_b": "90",
        "counting.cycle_days_c": "365",
        **values,
    }


def test_settings_are_decided_on_one_page(browser: Client, company: World) -> None:
    page = seen(browser, "/settings/")
    assert 'name="currency"' not in page
    for word in ("Users", "Tax codes", "Webhooks", "Messages"):
        assert f">{word}</a>" in page
    values = typed(
        **{
            "approval.threshold_minor": "500.50",
            "purchasing_team": [str(company.user.pk)],
            "closed_until": "2026-01-31",
            "words.de.device": "Anlage",
            "words.de.device.many": "Anlagen",
            "shipment_proof": "yes",
        }
    )
    assert browser.post("/settings/", values).status_code == 303
    known = configuration.read(*configuration.DEFAULTS)
    assert known["company"]["name"] == "Quay IT"
    assert known["approval"] == {"threshold_minor": 50_050, "self_approval": False}
    assert known["purchasing_team"] == [company.user.pk]
    assert (known["quote_valid_days"], known["closed_until"]) == (10, "2026-01-31")
    assert known["words"] == {"de": {"device": ["Anlage", "Anlagen"]}}
    page = seen(browser, "/settings/")
    assert 'value="500.5' in page
    assert re.search(rf'value="{company.user.pk}" checked', page)
    before = entries()
    assert browser.post("/settings/", values).status_code == 303
    assert entries() == before
    opened = values | {"closed_until": "", "approval.threshold_minor": ""}
    assert browser.post("/settings/", opened).status_code == 303
    known = configuration.read("closed_until", "approval")
    assert known["closed_until"] is None
    assert known["approval"]["threshold_minor"] is None
    clean()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company.country", "Germany"),
        ("time_zone", "Mars/Base"),
        ("quote_valid_days", "soon"),
        ("approval.threshold_minor", "-5"),
        ("closed_until", "yesterday"),
        ("company.email", "nobody"),
    ],
)
def test_a_refused_setting_changes_none(browser: Client, field: str, value: str) -> None:
    before = entries()
    response = browser.post("/settings/", typed(**{field: value}))
    assert response.status_code == 422
    page = response.content.decode()
    assert f'id="f-{field}-e"' in page
    assert 'value="Quay IT"' in page
    assert entries() == before
    assert configuration.one("company")["name"] == ""


def test_modules_are_switched_at_once_and_say_what_stands_open(browser: Client, company: World) -> None:
    create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk, title="Cabling"))
    assert browser.get("/jobs/").status_code == 200
    assert "1 job stands open." in seen(browser, "/settings/modules/")
    assert browser.post("/settings/modules/jobs/", {"on": "no"}).status_code == 303
    assert configuration.one("modules") == {"procurement": True, "rma": True, "jobs": False}
    page = seen(browser, "/settings/modules/")
    assert "/settings/job-types/" not in seen(browser, "/settings/")
    assert "Switched off Jobs. 1 job stands open." in page
    assert 'href="/jobs/"' not in page
    followed = browser.get("/jobs/")
    assert followed.status_code == 404
    assert "Settings, Modules" in followed.content.decode()
    assert browser.post("/settings/modules/jobs/", {"on": "yes"}).status_code == 303
    assert "/settings/job-types/" in seen(browser, "/settings/")
    assert browser.get("/jobs/").status_code == 200
    assert browser.post("/settings/modules/inventory/", {"on": "no"}).status_code == 404
    clean()


def test_settings_need_their_permission(client: Client, company: World) -> None:
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["*.read"]))
    client.force_login(clerk)
    assert client.get("/settings/").status_code == 403
    assert client.post("/settings/modules/jobs/", {"on": "no"}).status_code == 403
    assert configuration.one("modules")["jobs"] is True


def told(page: str) -> list[tuple[str, str, str]]:
    """What a timeline says of each change: what, before, after."""
    rows = re.findall(r'<p class="quiet move">(.*?): (.*?) <svg.*?</svg> (.*?)</p>', page, re.S)
    return [(what, old, new) for what, old, new in rows]


def test_the_timeline_says_what_was_decided(browser: Client, company: World) -> None:
    values = {
        "approval.threshold_minor": "500.50",
        "approval.self_approval": "yes",
        "purchasing_team": [str(company.user.pk)],
        "closed_until": "2026-01-31",
        "shipment_proof": "yes",
    }
    before = configuration.read("company", "quote_valid_days", "language")
    browser.post("/settings/", typed(**values))
    found = told(seen(browser, "/settings/"))
    assert set(found) >= {
        ("Purchases from this amount need an approval", "–", formats.money(50050, "EUR")),
        ("One may approve what one asked for", "No", "Yes"),
        ("Purchasing team", "–", str(company.user)),
        ("A delivery needs a proof", "No", "Yes"),
        ("A quote is valid for", "30", "10"),
        ("Language of the company", "English", "Deutsch"),
        ("Name", before["company"]["name"] or "–", "Quay IT"),
    }
    assert [old for what, old, _ in found if what == "Closed up to and with"] == ["–"]
    # Only what is different is told: the country, for one, was the same before.
    assert not [
        what for what, *_ in found if what in ("Country", "Time zone", "Goods can be returned within")
    ]
    browser.post("/settings/modules/jobs/", {"on": "no"})
    assert told(seen(browser, "/settings/modules/"))[:1] == [("Jobs", "Yes", "No")]
    entry = Entry.objects.filter(facts__subject="setting:quote_valid_days").latest("pk")
    page = seen(browser, f"/journal/{entry.pk}/")
    assert "A quote is valid for" in page
    assert ">30<" in page
    clean()


def test_how_is_counted_is_decided(browser: Client) -> None:
    values = {
        "counting.second_count": "yes",
        "counting.tolerance_percent": "5",
        "counting.tolerance_minor": "12.50",
        "listed_reasons_only": "yes",
    }
    assert browser.post("/settings/", typed(**values)).status_code == 303
    assert Setting.objects.get(key="counting").value == {
        "second_count": True,
        "tolerance_percent": 5,
        "tolerance_minor": 1250,
        "cycle_days_a": 30,
        "cycle_days_b": 90,
        "cycle_days_c": 365,
    }
    assert Setting.objects.get(key="listed_reasons_only").value is True
    before = entries()
    for wrong in ({"counting.tolerance_percent": "101"}, {"counting.cycle_days_a": "0"}):
        refused = browser.post("/settings/", typed(**values | wrong))
        assert (refused.status_code, entries()) == (422, before)


def test_by_how_much_a_vendors_bill_may_be_off_is_decided(browser: Client) -> None:
    values = {"bill_tolerance.percent": "2", "bill_tolerance.most_minor": "50.00"}
    assert browser.post("/settings/", typed(**values)).status_code == 303
    assert configuration.one("bill_tolerance") == {"percent": 2, "most_minor": 5000}
    before = entries()
    refused = browser.post("/settings/", typed(**values | {"bill_tolerance.percent": "101"}))
    assert (refused.status_code, entries()) == (422, before)
