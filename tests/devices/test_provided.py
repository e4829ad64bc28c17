"""What work hands over for good is a device with its warranty, where it has a serial number."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import policy, traced
from tests.fulfilment.trade import where
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import WarrantyPolicy
from wharfinger.devices.models import Device
from wharfinger.flows.actions.remove import remove
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.stock.models import Location
from wharfinger.work.actions import create_work_order, provide
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision, Removal

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def handed_over(company: World, *provisions: Provision, billable: bool = True) -> Written:
    """What a new job hands over, as one entry."""
    wish = WorkWish("job", company.customer.pk, billable=billable)
    job = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    return provide(actor=HOUSE, work_order=job, provisions=provisions)


def test_a_sold_unit_is_a_device_of_the_customer_at_once(company: World) -> None:
    """CC-10, CC-26: in the same entry, with the policy that holds, and gone with it."""
    router = traced(company, "S1")
    policy(company, product=router, months=36)
    done = handed_over(company, Provision(1, product=router.pk))
    device = Device.objects.get(pk=done.one("devices.Device"))
    assert (device.organization, device.site, device.lot.code) == (company.customer, company.site, "S1")
    assert device.line_id == done.one("ledger.Claim")
    today = device.made.effective_on
    assert device.sold_on == device.installed_on == device.warranty_start_on == today
    assert device.warranty_end_on == today.replace(year=today.year + 3)
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert not Device.objects.filter(void__isnull=True).exists()
    assert where("S1") == ("bin", 0)
    clean()


def test_what_comes_off_the_job_is_no_device_any_more_and_may_be_one_again(company: World) -> None:
    router = traced(company, "S1")
    first = handed_over(company, Provision(1, product=router.pk))
    job = Device.objects.get().line.sheet_id  # type: ignore[union-attr]
    remove(actor=HOUSE, work_order=job, removals=[Removal(first.one("ledger.Claim"), 1)])
    assert Device.objects.get().organization is None
    again = handed_over(company, Provision(1, product=router.pk))
    assert Device.objects.get().line_id == again.one("ledger.Claim")
    clean()
    reverse(actor=HOUSE, entry=again.id)
    assert Device.objects.get().removed_on is not None
    clean()


def test_what_is_lent_or_loose_is_no_device(company: World) -> None:
    """CC-26: goods that stay ours have no warranty."""
    router, cable = traced(company, "S1"), company.product()
    company.stock(cable, 2)
    policy(company)
    handed_over(company, Provision(1, product=router.pk), billable=False)
    handed_over(company, Provision(2, product=cable.pk))
    assert not Device.objects.exists()
    clean()


def test_what_a_partner_sold_is_covered_only_where_the_policy_says_so(company: World) -> None:
    """CC-27: the user's unit is not allowed."""
    router = company.product(traced="serial", cost_method="specific")
    company.stock(router, 2, serials=("S1", "S2"), bin=company.bins[2])
    Location.objects.filter(pk=company.other.pk).update(channel="indirect")
    two_years = policy(company)
    theirs = Provision(1, product=router.pk, location=company.other.place_id)
    handed_over(company, theirs)
    assert Device.objects.get().warranty_end_on is None
    WarrantyPolicy.objects.filter(pk=two_years.pk).update(indirect=True)
    handed_over(company, theirs)
    assert Device.objects.latest("pk").warranty_policy == two_years


@pytest.mark.parametrize(
    ("begins", "ends"), [(date(2999, 1, 1), None), (date(2020, 1, 1), date(2020, 12, 31))]
)
def test_a_policy_that_does_not_hold_yet_or_any_more_grants_nothing(
    company: World, begins: date, ends: date | None
) -> None:
    """CC-27: the one that still holds does."""
    router = traced(company, "S1", "S2")
    policy(company, valid_from=begins, valid_until=ends)
    handed_over(company, Provision(1, product=router.pk))
    assert Device.objects.get().warranty_policy is None
    older = policy(company, valid_from=date(2019, 1, 1))
    handed_over(company, Provision(1, product=router.pk))
    assert Device.objects.latest("pk").warranty_policy == older


def test_many_units_take_the_statements_of_one(company: World) -> None:
    counts = []
    for n in (1, 10, 100):
        router = traced(company, *(f"N{n}-{i}" for i in range(n)))
        policy(company, product=router)
        wish = WorkWish("job", company.customer.pk)
        job = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
        with CaptureQueriesContext(connection) as found:
            provide(actor=HOUSE, work_order=job, provisions=[Provision(n, product=router.pk)])
        counts.append(len(found))
    assert len(set(counts)) == 1, counts
    assert Device.objects.filter(warranty_end_on__isnull=False).count() == 111
