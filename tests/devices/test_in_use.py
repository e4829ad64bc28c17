"""A device stays with its customer while a subscription uses it, whichever verb would take it away."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, refused, traced
from tests.devices.test_keep import site
from tests.fulfilment.trade import where
from tests.purchasing.buying import sold
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import end_subscription, move, subscribe, use_device
from wharfinger.devices.models import Device, Subscription
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.actions.receiving import cancel_receipt, receive
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.returns.actions import inspecting, receiving, requesting
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.work.actions import create_work_order, provide
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def used(company: World, line: int) -> tuple[int, int, int]:
    """The device that a delivered unit of a line is, a subscription that uses it, and the entry that installed it."""
    done = install(actor=HOUSE, items=[Installation(line)])
    device = done.one("devices.Device")
    return device, serve(company, device), done.id


def serve(company: World, device: int) -> int:
    """A subscription that uses a device."""
    wish = SubscriptionWish(company.customer.pk, company.product(kind="service").pk, device)
    return subscribe(actor=HOUSE, wish=wish).one("devices.Subscription")


def test_the_refusal_says_the_ways_out(company: World) -> None:
    line = delivered(company, traced(company, "S1"), 1)
    device, subscription, _ = used(company, line)
    found = refused(
        "used_by_subscription", lambda: cancel_delivery(actor=HOUSE, picks=[Pick(line, 1, serials=("S1",))])
    )
    assert [(r.verb, dict(r.values)) for r in found.remedies] == [
        ("swap", {"device": device}),
        ("end_subscription", {"subscription": subscription}),
    ]
    assert where("S1") == ("customer", line)


@pytest.mark.parametrize("page", ["remove", "cancel-delivery", "reopen"])
def test_each_page_shows_the_ways_out(company: World, client: Client, page: str) -> None:
    client.force_login(company.user)
    router = traced(company, "S1")
    if page == "remove":
        job = create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk)).one("demand.Sheet")
        line = provide(actor=HOUSE, work_order=job, provisions=[Provision(1, product=router.pk)]).one(
            "ledger.Claim"
        )
        path, said = f"/work-orders/{job}/remove/", {"line": line, "quantity": "1", "credit": "yes"}
    else:
        line = delivered(company, router, 1)
        order = Line.objects.get(pk=line).sheet_id
        path = f"/orders/{order}/reopen/" if page == "reopen" else f"/documents/{order}/{page}/"
        said = {f"serial-{line}": "S1", "credit": "yes"}
    installed = Device.objects.filter(line=line).first()
    device = installed.pk if installed else used(company, line)[0]
    subscription = serve(company, device) if installed else Subscription.objects.get().pk
    shown = client.post(path, said).content.decode()
    assert f"/devices/{device}/swap/" in shown
    assert f"/subscriptions/{subscription}/end/" in shown
    assert where("S1") == ("customer", line)


def test_neither_its_delivery_nor_its_installation_is_undone(company: World) -> None:
    """A loose unit would stop being one, a serial number would be no device any more."""
    cable = company.product()
    company.stock(cable, 1)
    for product in (traced(company, "S1"), cable):
        line = delivered(company, product, 1)
        left = Entry.objects.latest("pk").pk
        device, subscription, installed = used(company, line)
        if product.traced == "serial":
            refused("used_by_subscription", lambda entry=left: reverse(actor=HOUSE, entry=entry))
        refused("used_by_subscription", lambda entry=installed: reverse(actor=HOUSE, entry=entry))
        assert Device.objects.get(pk=device).removed_on is None
        end_subscription(actor=HOUSE, subscription=subscription)
        reverse(actor=HOUSE, entry=installed)
        reverse(actor=HOUSE, entry=left)
        clean()


def test_a_receipt_that_brought_it_is_not_cancelled(company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    line = sold(company, phone, 1)
    wish = PurchaseWish(company.vendor.pk, (), ship_to="organization", ship_to_site=company.site.pk)
    bought = draft_from_lines(actor=HOUSE, wanted=[Wanted(line)], wish=wish).one("purchasing.PurchaseOrder")
    submit(actor=HOUSE, order=bought)
    ordered = PurchaseLine.objects.get(purchase_order=bought).pk
    came = receive(actor=HOUSE, arrivals=[Arrival(ordered, 1, serials=("P1",))], delivery=Delivery()).one(
        "purchasing.Receipt"
    )
    _, subscription, _ = used(company, line)
    refused("used_by_subscription", lambda: cancel_receipt(actor=HOUSE, receipt=came))
    end_subscription(actor=HOUSE, subscription=subscription)
    cancel_receipt(actor=HOUSE, receipt=came)
    assert Device.objects.get().removed_on is not None
    clean()


def test_an_undone_end_or_exchange_needs_the_device(company: World) -> None:
    router = traced(company, "S1", "S2")
    line = delivered(company, router, 2)
    install(actor=HOUSE, items=[Installation(line, quantity=2)])
    one, two = Device.objects.order_by("pk")
    subscription = serve(company, one.pk)
    other = use_device(actor=HOUSE, subscription=subscription, device=two.pk)
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1, serials=(one.lot.code,))])
    refused("device_lost", lambda: reverse(actor=HOUSE, entry=other.id))
    ended = end_subscription(actor=HOUSE, subscription=subscription)
    cancel_delivery(actor=HOUSE, picks=[Pick(line, 1, serials=(two.lot.code,))])
    refused("device_lost", lambda: reverse(actor=HOUSE, entry=ended.id))
    clean()


def test_a_move_to_another_owner_is_not_undone_once_it_serves_there(company: World) -> None:
    line = delivered(company, traced(company, "S1"), 1)
    device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    beta = Organization.objects.create(name="Beta")
    there = site(beta, "Beta house")
    moved = move(actor=HOUSE, device=device, site=there.pk)
    wish = SubscriptionWish(beta.pk, company.product(kind="service").pk, device)
    made = subscribe(actor=HOUSE, wish=wish)
    refused("used_by_subscription", lambda: reverse(actor=HOUSE, entry=moved.id))
    reverse(actor=HOUSE, entry=made.id)
    reverse(actor=HOUSE, entry=moved.id)
    clean()


def test_an_undone_swap_gives_the_subscription_its_device_back(company: World) -> None:
    """Only what serves the new one by itself keeps it."""
    router = traced(company, "S1", "S2")
    line = delivered(company, router, 1)
    device, _, _ = used(company, line)
    done = swap(actor=HOUSE, swap=Swap(device, Incoming(), "bin", reason="Broken"))
    further = serve(company, done.one("devices.Device"))
    refused("used_by_subscription", lambda: reverse(actor=HOUSE, entry=done.id))
    end_subscription(actor=HOUSE, subscription=further)
    reverse(actor=HOUSE, entry=done.id)
    assert Device.objects.get(pk=device).removed_on is None
    clean()


def test_what_is_repaired_stays_its_customers_when_sending_it_back_is_undone(company: World) -> None:
    line = delivered(company, traced(company, "S1"), 1)
    device, _, _ = used(company, line)
    asked = Asked(quantity=1, device=device, type="repair")
    made = requesting.request(actor=HOUSE, organization=company.customer.pk, items=[asked])
    rma, row = made.one("returns.Rma"), made.one("returns.RmaLine")
    requesting.approve(actor=HOUSE, rma=rma)
    receiving.receive(actor=HOUSE, rma=rma, items=[Arrived(1, row)])
    gone = inspecting.inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(row, 1, "send_back")])
    reverse(actor=HOUSE, entry=gone.id)
    assert Device.objects.get(pk=device).removed_on is None
    assert where("S1") == ("returns", line)
    clean()


def test_taking_back_asks_a_constant_number_of_statements(company: World) -> None:
    counts = []
    for n in (1, 10):
        serials = tuple(f"N{n}-{i}" for i in range(n))
        line = delivered(company, traced(company, *serials), n)
        install(actor=HOUSE, items=[Installation(line, quantity=n)])
        with CaptureQueriesContext(connection) as found:
            cancel_delivery(actor=HOUSE, picks=[Pick(line, n)])
        counts.append(len(found))
    assert counts[0] == counts[1]
