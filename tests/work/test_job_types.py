"""Types of job, and when a job is expected to be completed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.charging import open_and
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.work.actions import (
    add_job_type,
    change_job_type,
    change_work_order,
    complete,
    create_work_order,
)
from wharfinger.work.models import JobType, WorkOrder
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def type_of(name: str = "Exchange", **values: Any) -> int:
    """A type of job on the list."""
    given = {"name": name, "scope": "swap", "billable": False, "estimate_days": 2, **values}
    return add_job_type(actor=HOUSE, values=given).one("work.JobType")


def opened(company: World, **more: Any) -> WorkOrder:
    """A job that somebody opens."""
    made = create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk, **more))
    return WorkOrder.objects.get(pk=made.one("demand.Sheet"))


def test_a_type_is_kept_changed_and_retired(client: Client, company: World) -> None:
    typed = {"name": " Exchange ", "scope": "swap", "estimate_days": "2", "agreed": "Travel is included."}
    do(client, "/settings/job-types/new/", typed)
    kept = JobType.objects.get()
    assert (kept.name, kept.scope, kept.billable, kept.estimate_days) == ("Exchange", "swap", False, 2)
    see(client, f"/settings/job-types/{kept.pk}/")
    do(
        client,
        f"/settings/job-types/{kept.pk}/",
        {"name": "Barter", "billable": "yes", "retired_on": "2026-11-01"},
    )
    see(client, "/settings/job-types/")
    assert "Barter" not in see(client, "/settings/job-types/")
    reverse(actor=HOUSE, entry=Entry.objects.latest("pk").pk)
    kept.refresh_from_db()
    assert (kept.name, kept.scope, kept.billable, kept.retired_on) == ("Exchange", "swap", False, None)
    before = entries()
    refused(lambda: type_of("exchange"), "name_taken", "name")
    refused(
        lambda: change_job_type(actor=HOUSE, job_type=kept.pk, values={"estimate_days": -1}), "out_of_bounds"
    )
    shown = do(client, f"/settings/job-types/{kept.pk}/", typed | {"estimate_days": "two"}, 422)
    assert "is no whole number" in shown.content.decode()
    assert entries() == before
    clean()


def test_a_job_begins_as_its_type_says_unless_somebody_says_otherwise(company: World) -> None:
    kind = type_of()
    job = opened(company, type=kind, starts_on=date(2026, 12, 30))
    assert (job.scope, job.billable, job.estimate_days) == ("swap", False, 2)
    assert (job.expected_on, Sheet.objects.get(pk=job.pk).promised_on) == (date(2027, 1, 1), date(2027, 1, 1))
    own = opened(
        company, type=kind, scope="return", billable=True, estimate_days=0, starts_on=date(2026, 12, 30)
    )
    assert (own.scope, own.billable, own.expected_on) == ("return", True, date(2026, 12, 30))
    said = opened(company, type=kind, starts_on=date(2026, 12, 30), expected_on=date(2027, 2, 1))
    assert (said.expected_on, said.estimate_days) == (date(2027, 2, 1), 2)
    bare = opened(company)
    assert (bare.scope, bare.billable, bare.expected_on) == ("generic", True, None)
    change_job_type(actor=HOUSE, job_type=kind, values={"scope": "generic", "retired_on": "2026-11-01"})
    job.refresh_from_db()
    assert job.scope == "swap"
    before = entries()
    refused(lambda: opened(company, type=kind), "no_such_job_type", "type")
    refused(
        lambda: opened(company, starts_on=date(9999, 12, 31), estimate_days=1), "day_too_far", "starts_on"
    )
    refused(lambda: opened(company, estimate_days=-1), "out_of_bounds", "estimate_days")
    ticket = WorkWish("ticket", company.customer.pk, type=kind)
    refused(lambda: create_work_order(actor=HOUSE, wish=ticket), "not_a_job", "type")
    assert entries() == before
    clean()


def test_what_starts_later_is_expected_later(company: World) -> None:
    job = opened(company, starts_on=date(2026, 12, 1), estimate_days=3)

    def change(**own: Any) -> date | None:
        change_work_order(actor=HOUSE, work_order=job.pk, values={}, own=own)
        job.refresh_from_db()
        assert Sheet.objects.get(pk=job.pk).promised_on == job.expected_on
        return job.expected_on

    assert change(starts_on=date(2026, 12, 8)) == date(2026, 12, 11)
    assert change(estimate_days=1) == date(2026, 12, 9)
    assert change(expected_on=date(2026, 12, 24)) == date(2026, 12, 24)
    assert change(lead_id=None) == date(2026, 12, 24)
    assert change(expected_on=None) == date(2026, 12, 9)
    assert change(starts_on=None, expected_on=None) is None
    clean()


def test_late_jobs_are_a_list_of_their_own(client: Client, company: World) -> None:
    kind = type_of(billable=True)
    typed = {"organization": company.customer.pk, "type": kind, "billable": "type", "starts_on": "2020-01-01"}
    do(client, "/jobs/new/", typed | {"title": "Rack"})
    do(client, "/jobs/new/", typed | {"title": "Cellar", "starts_on": "2090-01-01"})
    late, later = WorkOrder.objects.order_by("pk")
    assert (late.expected_on, later.billable) == (date(2020, 1, 3), True)
    assert "As the type says" in see(client, "/jobs/new/")
    shown = see(client, "/jobs/?tab=late")
    assert "Rack" in shown
    assert "Cellar" not in shown
    assert "Rack" in see(client, f"/jobs/?type={kind}")
    assert "Exchange" in see(client, f"/work-orders/{late.pk}/")
    edit = {"title": "Rack", "starts_on": "2090-01-01", "estimate_days": "2", "promised_on": "2020-01-03"}
    do(client, f"/work-orders/{late.pk}/edit/", edit)
    late.refresh_from_db()
    assert late.expected_on == date(2090, 1, 3)
    assert "Rack" not in see(client, "/jobs/?tab=late")
    change_work_order(actor=HOUSE, work_order=late.pk, values={}, own={"expected_on": date(2020, 1, 1)})
    assert "Rack" in see(client, "/jobs/?tab=late")
    complete(actor=HOUSE, work_order=late.pk)
    assert "Rack" not in see(client, "/jobs/?tab=late")


def test_a_job_that_is_picked_as_it_is_opened_has_its_type(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    lines = (LineWish(product.pk, 1),)
    wish = WorkWish("job", company.customer.pk, lines, type=type_of(), starts_on=date(2026, 12, 1))
    made = open_and(actor=HOUSE, wish=wish, then="pick")
    job = WorkOrder.objects.get(pk=made.one("demand.Sheet"))
    assert (job.scope, job.billable, job.expected_on) == ("swap", False, date(2026, 12, 3))
    assert held(made.one("ledger.Claim")) == {"covered": 1, "picked": 1}
    clean()


def test_types_and_estimates_over_http(client: Client, company: World) -> None:
    kind = send(client, "POST", "/job-types", {"name": "Exchange", "scope": "swap", "estimate_days": 1}, 201)[
        "id"
    ]
    body = {"kind": "job", "organization": company.customer.pk, "type": kind, "starts_on": "2026-12-01"}
    job = send(client, "POST", "/work-orders", body, 201)
    assert (job["type"], job["scope"], job["billable"], job["expected_on"]) == (
        kind,
        "swap",
        True,
        "2026-12-02",
    )
    found = send(client, "GET", f"/work-orders?type={kind}&starts_on_from=2026-12-01")["items"]
    assert [one["id"] for one in found] == [job["id"]]
    assert (
        send(client, "PATCH", f"/work-orders/{job['id']}", {"estimate_days": 5})["expected_on"]
        == "2026-12-06"
    )
    assert (
        send(client, "PATCH", f"/job-types/{kind}", {"retired_on": "2026-11-01"})["retired_on"]
        == "2026-11-01"
    )
    assert send(client, "GET", "/job-types?retired=false")["items"] == []
    assert send(client, "GET", f"/job-types/{kind}")["name"] == "Exchange"
    assert send(client, "POST", "/work-orders", body, 422)["code"] == "no_such_job_type"
    Setting.objects.create(key="modules", value={"jobs": False})
    send(client, "GET", "/job-types", status=404)
