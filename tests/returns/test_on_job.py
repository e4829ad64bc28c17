"""Jobs of scope swap, replacement and return: what they do with the devices that they name, in one entry."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import policy, refused, traced
from tests.fulfilment.trade import reserved, where
from tests.returns.test_settle import billed
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.billing.models import CreditNote
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import change, relate, subscribe
from wharfinger.devices.models import Device, Relation, Subscription
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.receiving import take_back_on_job
from wharfinger.returns.actions.requesting import request
from wharfinger.returns.actions.swapping import swap_on_job
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.work.actions import change_work_order, complete, create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def serving(company: World, router: Product, units: int) -> tuple[int, list[int]]:
    """Routers of one line that serve as devices at the customer: the line, the devices."""
    _, (line,) = reserved(company, (router, units))
    ship(actor=HOUSE, picks=[Pick(line, units)])
    return line, install(actor=HOUSE, items=[Installation(line, units)]).made["devices.Device"]


def job_about(company: World, *devices: int, scope: str = "swap", billable: bool = True) -> int:
    """An open job that names devices."""
    wish = WorkWish("job", company.customer.pk, scope=scope, billable=billable)
    job = create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    if devices:
        name_devices(actor=HOUSE, work_order=job, add=devices)
    return job


def test_a_job_swaps_all_that_it_names_in_one_entry(company: World) -> None:
    router = traced(company, "OLD-1", "OLD-2", "NEW-1", "NEW-2")
    line, (one, two) = serving(company, router, 2)
    relate(actor=HOUSE, device=one, other=two, kind="parent")
    subscribe(
        actor=HOUSE, wish=SubscriptionWish(company.customer.pk, company.product(kind="service").pk, two)
    )
    job = job_about(company, one, two)
    swaps = [Swap(one, Incoming(serial="NEW-2")), Swap(two, Incoming())]
    before = Entry.objects.count()
    done = swap_on_job(actor=HOUSE, job=job, swaps=swaps, reason="Recalled")
    assert Entry.objects.count() == before + 1
    new = [Device.objects.get(replaces=pk) for pk in (one, two)]
    assert [device.lot.code for device in new] == ["NEW-2", "NEW-1"]
    lines = Line.objects.filter(sheet=job).order_by("position")
    assert [(row.position, row.unit_price_micro, held(row.pk)) for row in lines] == [
        (n, router.price_micro, {"covered": 1, "customer": 1, "to_bill": 1}) for n in (1, 2)
    ], "the job is billed, and no warranty covers them"
    assert held(line) == {"covered": 2, "returns": 2, "to_bill": 2}
    back = Rma.objects.get()
    assert list(back.lines.order_by("position").values_list("device", "quantity")) == [(one, 1), (two, 1)]
    standing = Relation.objects.filter(void__isnull=True, ended_at__isnull=True)
    assert list(standing.values_list("device", "other", "kind")) == [(new[0].pk, new[1].pk, "parent")]
    assert Subscription.objects.get().device == new[1]
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert [Device.objects.get(pk=pk).removed_on for pk in (one, two)] == [None, None]
    assert {where(code) for code in ("OLD-1", "OLD-2")} == {("customer", line)}
    assert {where(code) for code in ("NEW-1", "NEW-2")} == {("bin", 0)}
    assert Subscription.objects.get().device_id == two
    clean()


@pytest.mark.parametrize(
    ("billable", "covered", "charge", "bill"),
    [
        (True, False, None, "to_bill"),
        (True, True, None, "waived"),
        (False, False, None, "waived"),
        (True, True, True, "to_bill"),
        (True, False, False, "waived"),
        (False, False, True, "to_bill"),
    ],
)
def test_the_job_bills_what_no_warranty_covers_unless_somebody_says_otherwise(
    company: World, billable: bool, covered: bool, charge: bool | None, bill: str
) -> None:
    router = traced(company, "OLD", "NEW")
    _, (old,) = serving(company, router, 1)
    today = clock.today("Europe/Berlin")
    ends = today if covered else today - timedelta(days=1)
    values = {"warranty_start_on": date(2020, 1, 1), "warranty_end_on": ends}
    change(actor=HOUSE, device=old, values=values)
    job = job_about(company, old, billable=billable)
    swap_on_job(actor=HOUSE, job=job, swaps=[Swap(old, Incoming())], reason="Broken", charge=charge)
    row = Line.objects.get(sheet=job)
    assert held(row.pk) == {"covered": 1, "customer": 1, bill: 1}
    assert row.unit_price_micro == (router.price_micro if bill == "to_bill" else 0)
    assert not CreditNote.objects.exists()
    clean()


def test_a_replacement_credits_the_old_unit_and_bills_the_new_one(company: World) -> None:
    router, better = traced(company, "OLD"), company.product(traced="serial", price_micro=250_000_000)
    company.stock(better, 1, serials=("BETTER",))
    policy(company, product=router)
    line, (old,) = serving(company, router, 1)
    billed(line, 1)
    job = job_about(company, old, scope="replacement")
    swaps = [Swap(old, Incoming(better.pk))]
    swap_on_job(actor=HOUSE, job=job, swaps=swaps, reason="Too slow")
    assert held(Line.objects.get(sheet=job).pk) == {"covered": 1, "customer": 1, "to_bill": 1}
    assert CreditNote.objects.count() == 1, (
        "warranty makes no replacement free, and the old unit is paid back"
    )
    assert where("BETTER")[0] == "customer"
    clean()


def test_a_replacement_credits_nothing_of_what_was_never_billed(company: World) -> None:
    router = traced(company, "NEW")
    theirs = Installation(product=router.pk, serial="THEIRS", site=company.site.pk)
    old = install(actor=HOUSE, items=[theirs]).one("devices.Device")
    job = job_about(company, old, scope="replacement", billable=False)
    swap_on_job(actor=HOUSE, job=job, swaps=[Swap(old, Incoming())], reason="Old")
    assert held(Line.objects.get(sheet=job).pk) == {"covered": 1, "customer": 1, "waived": 1}
    assert not CreditNote.objects.exists()
    clean()


def test_a_job_takes_back_what_it_names(company: World) -> None:
    router = traced(company, "ONE", "TWO")
    line, (one, two) = serving(company, router, 2)
    invoice = billed(line, 2)
    job = job_about(company, one, two, scope="return")
    done = take_back_on_job(actor=HOUSE, job=job, devices=[one, two], outcome="restock", reason="Moved out")
    assert held(line)["returned"] == 2
    assert {where("ONE"), where("TWO")} == {("bin", 0)}
    assert sum(note.total_minor for note in CreditNote.objects.all()) == invoice.total_minor
    assert RmaLine.objects.count() == 2
    told = Entry.objects.get(pk=done.id).facts.values_list("subject", flat=True)
    assert f"work_order:{job}" in set(told)
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(line)["customer"] == 2
    clean()


def test_crossing_cases_are_refused_and_change_nothing(company: World) -> None:
    router = traced(company, "ONE", "TWO", "NEW")
    _, (one, two) = serving(company, router, 2)
    swapping, returning = job_about(company, one), job_about(company, one, scope="return")
    generic = job_about(company, one, scope="generic")
    ticket = create_work_order(actor=HOUSE, wish=WorkWish("ticket", company.customer.pk)).one("demand.Sheet")
    before = entries()

    def swapped(job: int, *devices: int, serial: str = "") -> object:
        swaps = [Swap(pk, Incoming(serial=serial)) for pk in devices]
        return swap_on_job(actor=HOUSE, job=job, swaps=swaps, reason="Broken")

    assert refused("not_named", lambda: swapped(swapping, two)).field == "devices.0.device"
    assert refused("named_twice", lambda: swapped(swapping, one, one)).field == "devices.1.device"
    refused("no_device", lambda: swapped(swapping))
    assert refused("no_such_device", lambda: swapped(swapping, 999)).field == "devices.0.device"
    for job in (generic, returning, ticket):
        refused("other_scope", lambda job=job: swapped(job, one))
    refused("other_scope", lambda: take_back_on_job(actor=HOUSE, job=swapping, devices=[one]))
    refused("not_named", lambda: take_back_on_job(actor=HOUSE, job=returning, devices=[two]))
    refused("no_such_work_order", lambda: take_back_on_job(actor=HOUSE, job=ticket, devices=[one]))
    refused("no_such_work_order", lambda: swapped(999, one))
    found = refused("unknown_serial", lambda: swapped(swapping, one, serial="NO"))
    assert found.field == "devices.0.incoming.serial"
    refused("already_serving", lambda: swapped(swapping, one, serial="TWO"))
    assert entries() == before
    request(actor=HOUSE, organization=company.customer.pk, items=[Asked(device=one)])
    refused("on_open_rma", lambda: swapped(swapping, one))
    complete(actor=HOUSE, work_order=swapping)
    refused("completed", lambda: swapped(swapping, one))
    assert where("NEW") == ("bin", 0)
    clean()


def test_a_job_whose_scope_changes_does_the_other_thing(company: World) -> None:
    router = traced(company, "ONE")
    _, (one,) = serving(company, router, 1)
    job = job_about(company, one, scope="generic")
    change_work_order(actor=HOUSE, work_order=job, values={}, own={"scope": "return"})
    take_back_on_job(actor=HOUSE, job=job, devices=[one])
    assert where("ONE")[0] == "returns"
    clean()


def test_a_device_in_use_is_swapped_but_does_not_come_back(company: World) -> None:
    router = traced(company, "ONE", "NEW")
    _, (one,) = serving(company, router, 1)
    subscribe(
        actor=HOUSE, wish=SubscriptionWish(company.customer.pk, company.product(kind="service").pk, one)
    )
    returning = job_about(company, one, scope="return")
    refused("used_by_subscription", lambda: take_back_on_job(actor=HOUSE, job=returning, devices=[one]))
    swapping = job_about(company, one)
    swap_on_job(actor=HOUSE, job=swapping, swaps=[Swap(one, Incoming())], reason="Broken")
    assert Subscription.objects.get().device.lot.code == "NEW"
    clean()


def test_swapping_many_takes_as_many_statements_as_swapping_one(company: World) -> None:
    codes = [f"N{n}" for n in range(12)]
    router = traced(company, *codes)
    _, first = serving(company, router, 1)
    _, more = serving(company, router, 5)
    counted = []
    for devices in (first, more):
        job = job_about(company, *devices)
        swaps = [Swap(pk, Incoming()) for pk in devices]
        with CaptureQueriesContext(
            connection,
        ) as found:
            swap_on_job(actor=HOUSE, job=job, swaps=swaps, reason="Recalled")
        counted.append(len(found))
    assert counted[0] == counted[1]
    clean()


def test_over_http(company: World, client: Client) -> None:
    router = traced(company, "ONE", "TWO", "NEW")
    _, (one, two) = serving(company, router, 2)
    job = job_about(company, one)
    body = {"devices": [{"device": one, "incoming": {"serial": "NEW"}}], "reason": "Broken", "charge": False}
    told = send(client, "post", f"/work-orders/{job}/swap", body)
    assert (told["scope"], told["devices"]) == ("swap", [one])
    assert where("NEW")[0] == "customer"
    wrong = send(client, "post", f"/work-orders/{job}/swap", body, 409)
    assert (wrong["code"], wrong["field"]) == ("device_removed", "devices.0.device")
    returning = job_about(company, two, scope="return")
    body = {"devices": [{"device": two}], "credit": False}
    wrong = send(client, "post", f"/work-orders/{returning}/return", body, 422)
    assert (wrong["code"], wrong["field"]) == ("reason_wanted", "reason")
    send(client, "post", f"/work-orders/{returning}/return", body | {"reason": "Lent it"})
    assert where("TWO")[0] == "returns"
    clean()


def test_the_page_of_a_job_leads_to_what_it_does(company: World, client: Client) -> None:
    router = traced(company, "ONE", "NEW")
    _, (one,) = serving(company, router, 1)
    number = Device.objects.get(pk=one).number
    job = job_about(company, one)
    at = f"/work-orders/{job}/do/"
    assert at in see(client, f"/work-orders/{job}/")
    page = see(client, at)
    assert number in page
    assert f'name="serial-{one}"' in page
    told = client.post(
        at, {f"device-{one}": "yes", f"serial-{one}": "WRONG", "outgoing_to": "returns", "reason": "x"}
    )
    assert told.status_code == 422
    assert "not on record" in told.content.decode()
    do(client, at, {f"device-{one}": "yes", f"serial-{one}": "NEW", "outgoing_to": "returns", "reason": "x"})
    new = Device.objects.get(replaces=one)
    page = see(client, f"/work-orders/{job}/")
    assert new.number in page, "the card of devices says what took its place"
    assert "names no device" in see(client, at)
    assert client.get(f"/work-orders/{job_about(company, scope='generic')}/do/").status_code == 404


def test_a_ticket_leads_to_the_swap_and_stays_where_it_is(company: World, client: Client) -> None:
    router = traced(company, "ONE", "NEW")
    _, (one,) = serving(company, router, 1)
    ticket = create_work_order(actor=HOUSE, wish=WorkWish("ticket", company.customer.pk)).one("demand.Sheet")
    name_devices(actor=HOUSE, work_order=ticket, add=[one])
    at = f"/devices/{one}/swap/?ticket={ticket}"
    assert at in see(client, f"/work-orders/{ticket}/")
    assert f'<option value="{ticket}" selected' in see(client, at)
    told = do(client, at, {"new": "yes", "outgoing_to": "returns", "ticket": str(ticket), "reason": "Broken"})
    assert told.url == f"/work-orders/{ticket}/"
    assert Line.objects.get(sheet=ticket).came_from is not None
    assert list(Device.objects.get(pk=one).work.values_list("sheet", flat=True)) == [ticket]
    clean()
