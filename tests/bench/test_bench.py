"""The bench measures what it says: its floor writes the rows of our acts, and its filled databases hold."""

from __future__ import annotations

import pytest
from django.db import connection

from bench.company import Company
from bench.fill import OPEN, open_work
from bench.fleet import fleet
from tests.world import clean
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Sheet
from wharfinger.devices.models import Device
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.models import Shipment
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry, Holding, Lot, Move
from wharfinger.ledger.reverse import reverse


@pytest.fixture
def company(fresh_database: dict[str, str]) -> Company:
    """The company of the bench, with fewer products."""
    return Company.found(products=20)


@pytest.mark.parametrize(("work", "most"), [("order", 85), ("receipt", 45)])
def test_the_floor_writes_the_same_rows(company: Company, work: str, most: int) -> None:
    needed = company.statements(work)
    assert 0 < needed["floor"] <= needed["process"] <= most
    clean()


def test_finished_orders_are_done_and_true(company: Company) -> None:
    before = Move.objects.count()
    company.fill(7_000)
    assert Move.objects.count() - before == pytest.approx(7_000, rel=0.25)
    assert not Sheet.objects.filter(done__isnull=True).exists()
    clean()


def test_open_work_can_be_worked_on(company: Company) -> None:
    open_work(connection, 3_000, company.made, company.products)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ledger_holding WHERE claim_id > 0 AND {OPEN}")
        assert cursor.fetchone()[0] == pytest.approx(3_000, rel=0.25)
    clean()
    reverse(actor=HOUSE, entry=Entry.objects.filter(verb="ship").latest("pk").pk)
    assert Shipment.objects.latest("pk").void is not None
    reserved = Holding.objects.filter(kind="bin", claim__gt=0, quantity__gt=0).latest("pk")
    pick(actor=HOUSE, picks=[Pick(reserved.claim_id, 1)])
    clean()


def test_a_fleet_of_devices_is_true(company: Company) -> None:
    huge = fleet(company.made, 600, large=200, returned=150)
    here = Device.objects.filter(removed_on__isnull=True)
    assert here.filter(organization=huge).count() == 200
    assert here.count() == 600
    assert Device.objects.filter(removed_on__isnull=False).count() == 150
    assert Lot.objects.filter(serial=True).values("code_key").distinct().count() == 750
    clean()
