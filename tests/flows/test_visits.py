"""Work at customers on the telephone: what is mine, and what a scanned number leads to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.devices.test_install import refused, traced
from tests.fulfilment.test_proof import DRAWN, looked
from tests.fulfilment.trade import where
from tests.returns.test_on_job import job_about, serving
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.demand.actions import add_lines
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.devices.models import Device, WorkDevice
from wharfinger.flows.queries.visiting import visits
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.models import Attachment
from wharfinger.parties.actions.settings import set_setting
from wharfinger.work.actions import complete, create_work_order, start_work
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def today() -> date:
    """The company's day."""
    return clock.today("Europe/Berlin")


def job(company: World, **more: object) -> int:
    """An open job of the customer."""
    wish = WorkWish("job", company.customer.pk, **more)  # type: ignore[arg-type]
    return create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")


def test_my_work_is_what_i_do_or_lead_where_nobody_does_it(company: World, client: Client) -> None:
    me = company.user.pk
    day = timedelta(days=1)
    late = job(company, resource=me, expected_on=today() - day)
    due = job(company, lead=me, expected_on=today())
    undated = job(company, resource=me)
    ahead = job(company, resource=me, starts_on=today() + day, expected_on=today() + 2 * day)
    begun = job(company, resource=me, expected_on=today() + 2 * day)
    start_work(actor=HOUSE, work_order=begun)
    over = job(company, resource=me, expected_on=today() - day)
    complete(actor=HOUSE, work_order=over)
    job(company, title="Nobody's")
    found = {one.row.pk: one.group for one in visits(me, today())}
    assert found == {late: "late", due: "today", undated: "today", ahead: "later", begun: "today"}
    page = see(client, "/my-work/")
    assert page.index(f"/work-orders/{late}/visit/") < page.index(f"/work-orders/{due}/visit/")
    assert "Nobody" not in page
    set_setting(actor=HOUSE, name="modules", value={"jobs": False})
    assert visits(me, today()) == []


def test_a_scanned_unit_is_handed_over_and_taken_back_by_undo(company: World, client: Client) -> None:
    router = traced(company, "ONE", "TWO", "THREE")
    work = job(company)
    (charge,) = add_lines(actor=HOUSE, sheet=work, wishes=[LineWish(router.pk, 1)]).made["ledger.Claim"]
    at = f"/work-orders/{work}/visit/"
    see(client, at)
    assert do(client, at, {"code": "two"}).url == at
    assert where("TWO") == ("customer", charge), "the charge that wants it gets it"
    do(client, at, {"code": "ONE"})
    assert Line.objects.filter(sheet=work).count() == 2, "one more is charged anew"
    assert where("ONE")[0] == "customer"
    before = entries()
    told = client.post(at, {"code": "NOTHING"})
    assert (told.status_code, entries()) == (422, before)
    assert "no device of this customer" in told.content.decode()
    clean()


def test_a_scanned_device_leads_to_what_its_job_does(company: World, client: Client) -> None:
    router = traced(company, "OLD", "NEW")
    _, (old,) = serving(company, router, 1)
    swapping = job_about(company)
    at = f"/work-orders/{swapping}/visit/"
    told = do(client, at, {"code": "OLD"})
    assert told.url.startswith(f"/work-orders/{swapping}/do/?back=")
    assert WorkDevice.objects.filter(sheet=swapping, device=old, ended_at=None).exists(), (
        "it is named by that"
    )
    told = do(client, at, {"code": "NEW"})
    assert told.url.startswith(f"/work-orders/{swapping}/do/?serial=NEW")
    assert 'value="NEW"' in see(client, told.url)
    assert where("NEW") == ("bin", 0)
    generic = job_about(company, scope="generic")
    told = do(client, f"/work-orders/{generic}/visit/", {"code": Device.objects.get(pk=old).number})
    assert told.url.startswith(f"/devices/{old}/swap/?ticket={generic}&back=")
    cable = company.product(sku="CABLE")
    told = do(client, f"/work-orders/{generic}/visit/", {"code": "cable"})
    assert told.url.startswith(f"/work-orders/{generic}/provide/?sku=CABLE&back=")
    assert f'value="{cable.sku}"' in see(client, told.url)


def test_the_customer_signs_that_it_is_done(company: World, client: Client) -> None:
    work = job(company)
    before = entries()
    refused("too_long", lambda: complete(actor=HOUSE, work_order=work, signed_by="x" * 101))
    assert entries() == before
    done = complete(actor=HOUSE, work_order=work, signed_by=" M. Krause ", pictures=looked(DRAWN))
    row = WorkOrder.objects.get(pk=work)
    assert (row.signed_by, row.completed_at is None) == ("M. Krause", False)
    assert Attachment.objects.get(void__isnull=True).about == f"work_order:{work}"
    assert "M. Krause" in see(client, f"/work-orders/{work}/")
    assert send(client, "get", f"/work-orders/{work}")["signed_by"] == "M. Krause"
    reverse(actor=HOUSE, entry=done.id)
    row.refresh_from_db()
    assert (row.signed_by, row.completed_at) == ("", None)
    assert not Attachment.objects.filter(void__isnull=True).exists()
    told = do(client, f"/work-orders/{work}/complete/", {"signed_by": "R. Falk", "back": "/my-work/"})
    assert told.url == "/my-work/"
    assert WorkOrder.objects.get(pk=work).signed_by == "R. Falk"
    other = job(company)
    wrong = send(client, "post", f"/work-orders/{other}/complete", {"signature": "no picture"}, 422)
    assert (wrong["code"], wrong["field"]) == ("no_signature", "signature")
    assert send(client, "post", f"/work-orders/{other}/complete", {"signed_by": "A"})["signed_by"] == "A"
    clean()
