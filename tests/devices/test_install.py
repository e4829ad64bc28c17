"""Installing: a delivered unit becomes a device with a number and a warranty."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.trade import reserved, where
from tests.world import World, category, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.models import Product, WarrantyPolicy
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.warranty import plus_months
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Lot
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def traced(company: World, *serials: str, **values: object) -> Product:
    """A product with serial numbers, and its units on the shelf."""
    router = company.product(traced="serial", cost_method="specific", **values)
    company.stock(router, len(serials), serials=serials)
    return router


def delivered(company: World, product: Product, quantity: int, on: date | None = None, **said: object) -> int:
    """A line whose goods have reached the customer."""
    _, (line,) = reserved(company, (product, quantity))
    ship(actor=HOUSE, picks=[Pick(line, quantity)], consignment=Consignment(shipped_on=on, **said))  # type: ignore[arg-type]
    return line


def refused(code: str, act: object) -> Refusal:
    """The refusal of an act that writes nothing."""
    before = entries()
    with pytest.raises(Refusal) as found:
        act()  # type: ignore[operator]
    assert (found.value.code, entries()) == (code, before)
    return found.value


def test_a_serial_stays_itself_and_becomes_a_device(company: World) -> None:
    router = traced(company, "S1", "S2")
    line = delivered(company, router, 2)
    done = install(actor=HOUSE, items=[Installation(line, serial="S2", reference="Rack 4")])
    device = Device.objects.get(pk=done.one("devices.Device"))
    assert (device.number, device.lot.code, device.line_id, device.reference) == ("D-1", "S2", line, "Rack 4")
    assert (device.organization, device.site) == (company.customer, company.site)
    assert where("S2") == ("customer", line)
    assert refused("already_installed", lambda: install(actor=HOUSE, items=[Installation(line, serial="S2")]))
    clean()


def test_a_loose_unit_becomes_a_lot_of_one_under_the_devices_number(company: World) -> None:
    cable = company.product()
    company.stock(cable, 3)
    line = delivered(company, cable, 3)
    done = install(actor=HOUSE, items=[Installation(line, quantity=2)])
    assert list(Device.objects.order_by("pk").values_list("number", "lot__code", "lot__code_key")) == [
        ("D-1", "D-1", "d-1"),
        ("D-2", "D-2", "d-2"),
    ]
    assert held(line) == {"covered": 3, "customer": 3, "to_bill": 3}
    assert Lot.objects.get(product=cable, serial=False).holdings.get(kind="customer").quantity == 1
    found = refused("not_delivered", lambda: install(actor=HOUSE, items=[Installation(line, quantity=2)]))
    assert (found.wanted, found.free) == (2, 1)
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert not Device.objects.filter(void__isnull=True).exists()
    assert Lot.objects.get(product=cable, serial=False).holdings.get(kind="customer").quantity == 3
    install(actor=HOUSE, items=[Installation(line)])
    assert Device.objects.get(void__isnull=True).number == "D-3"
    clean()


def test_goods_under_way_can_be_installed(company: World) -> None:
    """Installing is possible from the carrier too; the unit then arrives as the device."""
    cable = company.product()
    company.stock(cable, 1)
    line = delivered(company, cable, 1, proof=True)
    install(actor=HOUSE, items=[Installation(line)])
    assert where("D-1") == ("in_transit", line)
    clean()


def test_goods_we_never_sold_come_from_outside(company: World) -> None:
    router = company.product(traced="serial", cost_method="specific")
    done = install(actor=HOUSE, items=[Installation(product=router.pk, serial="OLD-7", site=company.site.pk)])
    device = Device.objects.get(pk=done.one("devices.Device"))
    assert (device.lot.code, device.line_id, device.sold_on, device.warranty_end_on) == (
        "OLD-7",
        None,
        None,
        None,
    )
    assert where("OLD-7") == ("customer", 0)
    again = Installation(product=router.pk, serial="old-7", site=company.site.pk)
    refused("serial_elsewhere", lambda: install(actor=HOUSE, items=[again]))
    clean()
    reverse(actor=HOUSE, entry=done.id)
    install(actor=HOUSE, items=[again])
    assert where("OLD-7") == ("customer", 0)
    clean()


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 15), 24, date(2028, 3, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_end_where_the_month_ends(day: date, months: int, end: date) -> None:
    assert plus_months(day, months) == end


def policy(company: World, **values: object) -> WarrantyPolicy:
    """A warranty policy."""
    given = {"name": "24 months", "months": 24, "valid_from": date(2020, 1, 1)} | values
    if isinstance(path := given.get("category"), str):
        given["category"] = category(path)
    return WarrantyPolicy.objects.create(**given)


def test_the_policy_with_the_latest_valid_from_wins(company: World) -> None:
    router = traced(company, "S1", category="Routers")
    policy(company, product=router, months=12)
    late = policy(company, category="Routers", months=36, valid_from=date(2021, 1, 1))
    policy(company, category="Phones", months=48, valid_from=date(2022, 1, 1))
    policy(company, product=router, months=99, valid_from=date(2999, 1, 1))
    line = delivered(company, router, 1)
    install(actor=HOUSE, items=[Installation(line)])
    device = Device.objects.get()
    assert device.warranty_policy == late
    assert device.sold_on is not None
    assert device.warranty_start_on == device.sold_on
    assert device.warranty_end_on == plus_months(device.sold_on, 36)


def test_a_partners_sale_is_covered_only_by_the_flag(company: World) -> None:
    company.location.channel = "indirect"
    company.location.save()
    router = traced(company, "S1", "S2")
    policy(company, product=router, valid_from=date(2022, 1, 1))
    line = delivered(company, router, 2)
    install(actor=HOUSE, items=[Installation(line, serial="S1")])
    assert Device.objects.get(lot__code="S1").warranty_end_on is None
    flagged = policy(company, product=router, indirect=True, months=6, start="installed")
    install(actor=HOUSE, items=[Installation(line, serial="S2")])
    device = Device.objects.get(lot__code="S2")
    assert (device.warranty_policy, device.warranty_start_on) == (flagged, device.installed_on)


def test_a_device_leaves_with_its_cancelled_delivery_and_comes_back_as_the_same(company: World) -> None:
    router = traced(company, "S1")
    line = delivered(company, router, 1)
    install(actor=HOUSE, items=[Installation(line, reference="Rack")])
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1)], reason="Wrong floor")
    device = Device.objects.get()
    assert (device.organization_id, device.site_id, device.removed_on is None) == (None, None, False)
    assert where("S1")[0] == "bin"
    clean()
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    install(actor=HOUSE, items=[Installation(line)])
    device = Device.objects.get()
    assert (device.number, device.organization_id, device.removed_on) == ("D-1", company.customer.pk, None)
    clean()


def test_installing_ten_costs_as_many_statements_as_one(company: World) -> None:
    counts = []
    for size in (1, 10):
        products = [traced(company, f"{size}-{n}") for n in range(size)]
        _, lines = reserved(company, *((p, 1) for p in products))
        ship(actor=HOUSE, picks=[Pick(line, 1) for line in lines])
        with CaptureQueriesContext(connection) as found:
            install(actor=HOUSE, items=[Installation(line) for line in lines])
        counts.append(len(found))
    assert counts[0] == counts[1] <= 30
