"""Devices and returns in the browser."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.devices.test_install import delivered, traced
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import where
from tests.returns.test_rma import asked, loose
from tests.returns.test_settle import billed
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.billing.models import CreditNote
from wharfinger.demand.models import Line
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import subscribe
from wharfinger.devices.models import Device, Subscription
from wharfinger.devices.queries.installable import installable
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.models import Entry, Lot
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries.figures import figures as returned
from wharfinger.returns.queries.returnable import returnable
from wharfinger.returns.rules.requesting import Asked

pytestmark = pytest.mark.django_db


def test_delivered_goods_are_installed_and_swapped(client: Client, company: World) -> None:
    router = traced(company, "OLD", "NEW")
    line = delivered(company, router, 1)
    sheet = Line.objects.get(pk=line).sheet_id
    (row,) = installable(sheet)
    assert row.serial in see(client, f"/devices/install/{sheet}/")
    do(client, f"/devices/install/{sheet}/", {}, status=422)
    back = do(
        client, f"/devices/install/{sheet}/", {f"unit-{row.key}": "yes", f"reference-{row.key}": "Rack 4"}
    )
    assert back == f"/orders/{sheet}/"
    device = Device.objects.get()
    assert (device.reference, installable(sheet)) == ("Rack 4", [])
    assert "D-1" in see(client, "/devices/")
    assert f"/devices/{device.pk}/swap/" in see(client, f"/devices/{device.pk}/")
    page = see(client, f"/devices/{device.pk}/swap/")
    other = "NEW" if row.serial == "OLD" else "OLD"
    assert other in page
    swapped = {"new": "yes", "unit": other, "outgoing_to": "returns", "reason": "Broken"}
    refused = do(
        client, f"/devices/{device.pk}/swap/", swapped | {"unit": "", "serial": "NO-SUCH"}, status=422
    )
    assert "NO-SUCH" in refused
    to = do(client, f"/devices/{device.pk}/swap/", swapped)
    new = Device.objects.get(replaces=device)
    assert to == f"/devices/{new.pk}/"
    assert device.number in see(client, to)
    assert new.number in see(client, f"/devices/{device.pk}/")
    assert f"/devices/{new.pk}/" in see(client, f"/organizations/{company.customer.pk}/assets/")
    assert f"/devices/{device.pk}/" in see(
        client, f"/organizations/{company.customer.pk}/assets/?tab=history"
    )
    clean()


def test_an_rma_from_request_to_close(client: Client, company: World) -> None:
    line = loose(company, 3)
    billed(line, 3)
    path = f"/rmas/new/?organization={company.customer.pk}"
    (row,) = returnable(company.customer.pk)
    assert company.customer.name in see(client, "/rmas/new/")
    page = see(client, path)
    assert row.line.product.sku in page
    assert f'id="f-quantity-{row.key}" name="quantity-{row.key}" value=""' in page
    to = do(client, path, {f"quantity-{row.key}": "2", "type": "return", "reason": "Broken"})
    rma, asked_for = Rma.objects.get(), RmaLine.objects.get()
    assert to == f"/rmas/{rma.pk}/"
    assert (asked_for.quantity, asked_for.reason, asked_for.credit_minor) == (2, "Broken", 2000)
    assert "RMA-1" in see(client, "/rmas/")
    assert f"{to}approve/" in see(client, to)
    do(client, f"{to}approve/", {})
    assert f"{to}receive/" in see(client, to)
    assert 'value="2"' in see(client, f"{to}receive/")
    before = entries()
    do(client, f"{to}receive/", {f"quantity-{asked_for.pk}": "4"}, status=409)
    assert entries() == before
    do(client, f"{to}receive/", {f"quantity-{asked_for.pk}": "2"})
    see(client, f"{to}inspect/")
    verdict = {f"quantity-{asked_for.pk}": "2", f"outcome-{asked_for.pk}": "restock"}
    do(client, f"{to}inspect/", verdict | {f"bin-{asked_for.pk}": str(company.bins[1].place_id)})
    assert held(0) == {"bin": 2}
    see(client, f"{to}settle/")
    do(client, f"{to}settle/", {f"quantity-{asked_for.pk}": "2", f"answer-{asked_for.pk}": "credit"})
    assert CreditNote.objects.get().total_minor == 2380
    assert f"{to}close/" in see(client, to)
    do(client, f"{to}close/", {})
    assert Rma.objects.get().closed_at is not None
    clean()


def test_several_outcomes_of_one_line_are_one_act(client: Client, company: World) -> None:
    """Of five three are restocked, one is scrapped and one repaired; of units each by its number, in one entry."""
    line = loose(company, 5)
    sold = delivered(company, traced(company, "S1", "S2", "S3"), 3)
    rma, (cables, routers) = asked(company, Asked(5, line), Asked(3, sold))
    to = f"/rmas/{rma}/"
    received = {
        f"quantity-{cables}": "5",
        f"quantity-{routers}": "3",
        f"serial-{routers}": ["S1", "S2", "S3"],
    }
    do(client, f"{to}receive/", received)
    page = see(client, f"{to}inspect/")
    codes = [row.code for row in Lot.objects.filter(serial=True).order_by("pk")]
    assert all(f'value="{code}"' in page for code in codes)
    typed = {
        f"quantity-{cables}": "3",
        f"outcome-{cables}": "restock",
        f"quantity-{cables}-1": "1",
        f"outcome-{cables}-1": "scrap",
        f"note-{cables}-1": "Cut through",
        f"quantity-{cables}-2": "2",
        f"outcome-{cables}-2": "repair",
    }
    for n, code in enumerate(returned([rma])[routers].serials):
        typed[f"serial-{routers}-unit-{n}"] = code
        if code != "S3":
            typed[f"outcome-{routers}-unit-{n}"] = {"S1": "restock", "S2": "scrap"}[code]
    before = entries()
    do(client, f"{to}inspect/", typed, status=409)
    do(client, f"{to}inspect/", typed | {f"quantity-{cables}-1": "x"}, status=422)
    assert entries() == before
    do(client, f"{to}inspect/", typed | {f"quantity-{cables}-2": "1"})
    assert entries() == before + 1
    found = returned([rma])
    assert found[cables].outcomes == {"restock": 3, "scrap": 1, "repair": 1}
    assert found[routers].outcomes == {"restock": 1, "scrap": 1}
    assert [where(code)[0] for code in ("S1", "S2", "S3")] == ["bin", "scrap", "returns"]
    assert Entry.objects.latest("pk").reason == "Cut through"
    clean()


def test_what_came_along_is_received(client: Client, company: World) -> None:
    """By SKU or by its number, beside what was asked for or after it; what nobody knows is said to be not from us."""
    line, other = loose(company, 1), loose(company, 2)
    sold = delivered(company, traced(company, "S1"), 1)
    router = Line.objects.get(pk=sold).product.sku
    more = Line.objects.get(pk=other).product.sku
    rma, (row,) = asked(company, Asked(1, line))
    to = f"/rmas/{rma}/"
    before = entries()
    for typed, word in (
        ({"along": "NO-SUCH"}, "NO-SUCH"),
        ({"along-quantity": "1"}, "of which product"),
        ({"along": more, "along-quantity": "x"}, "x"),
    ):
        assert word in do(client, f"{to}receive/", typed, status=422)
    assert "3 of these" in do(client, f"{to}receive/", {"along": more, "along-quantity": "5"}, status=409)
    assert entries() == before
    do(client, f"{to}receive/", {f"quantity-{row}": "1", "along": more, "along-quantity": "2"})
    assert f"{to}receive/" in see(client, to)
    do(client, f"{to}receive/", {"along": "S1"})
    do(client, f"{to}receive/", {"along": router, "along-serial": ["X8", "X9"]})
    do(client, f"{to}receive/", {"along": more, "along-outside": "yes"})
    assert where("S1") == ("returns", sold)
    assert where("X9") == ("returns", 0)
    found = [tuple(one) for one in RmaLine.objects.order_by("position").values_list("line", "quantity")]
    assert found == [(line, 1), (other, 0), (sold, 0), (None, 0), (None, 0)]
    assert see(client, to).count("Not asked for, not from us") == 2
    clean()


def test_a_replacement_is_previewed_and_done(client: Client, company: World) -> None:
    line = loose(company, 1)
    billed(line, 1)
    better = company.product(price_micro=15_000_000)
    company.stock(better, 1)
    rma, (row,) = asked(company, Asked(1, line))
    to = f"/rmas/{rma}/"
    do(client, f"{to}receive/", {f"quantity-{row}": "1"})
    typed = {f"quantity-{row}": "1", f"answer-{row}": "replace", f"sku-{row}": better.sku}
    before = entries()
    shown = client.post(f"{to}settle/", typed | {"do": "preview"})
    words = shown.content.decode()
    assert shown.status_code == 200
    assert all(f"{amount}\xa0€" in words for amount in ("11.90", "17.85", "5.95"))
    assert entries() == before
    wrong = client.post(f"{to}settle/", typed | {f"serial-{row}": "NONE"})
    assert (wrong.status_code, f'id="f-serial-{row}-e"' in wrong.content.decode()) == (422, True)
    do(client, f"{to}settle/", typed)
    assert better.sku in see(client, to)
    assert CreditNote.objects.get().total_minor == 1190
    clean()


def test_an_rma_is_denied(client: Client, company: World) -> None:
    line = loose(company, 1)
    (row,) = returnable(company.customer.pk)
    to = do(
        client,
        f"/rmas/new/?organization={company.customer.pk}",
        {f"quantity-{row.key}": "1", "type": "return"},
    )
    do(client, f"{to}deny/", {"reason": "Out of time"})
    assert "Out of time" in see(client, to)
    assert held(line)["customer"] == 1


def test_goods_come_back_without_rma(client: Client, company: World) -> None:
    Setting.objects.create(key="modules", value={"rma": False})
    router = traced(company, "S1")
    line = delivered(company, router, 1)
    billed(line, 1)
    (row,) = returnable(company.customer.pk)
    path = f"/returns/new/?organization={company.customer.pk}"
    assert "S1" in see(client, path)
    to = do(
        client,
        path,
        {
            f"unit-{row.key}": "yes",
            "type": "return",
            "outcome": "restock",
            "credit": "yes",
            "reason": "Moved",
        },
    )
    assert (where("S1"), CreditNote.objects.get().reason) == (("bin", 0), "Moved")
    assert "RET-1" in see(client, to)
    assert client.get("/rmas/").status_code == 404
    clean()


def test_a_device_in_use_offers_the_ways_out(client: Client, company: World) -> None:
    line = delivered(company, traced(company, "S1"), 1)
    device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    service = company.product(kind="service")
    subscribe(actor=HOUSE, wish=SubscriptionWish(company.customer.pk, service.pk, device))
    rma, (asked_for,) = asked(company, Asked(device=device))
    page = do(client, f"/rmas/{rma}/receive/", {f"quantity-{asked_for}": "1"}, status=409)
    subscription = Subscription.objects.get()
    assert f"/devices/{device}/swap/" in page
    assert f"/subscriptions/{subscription.pk}/end/" in page
    see(client, f"/subscriptions/{subscription.pk}/end/")
    do(client, f"/subscriptions/{subscription.pk}/end/", {})
    do(client, f"/rmas/{rma}/receive/", {f"quantity-{asked_for}": "1"})
    assert where("S1") == ("returns", line)


def test_a_device_is_changed(client: Client, company: World) -> None:
    line = delivered(company, traced(company, "S1"), 1)
    device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    see(client, f"/devices/{device}/change/")
    wrong = {"reference": "Desk", "warranty_start_on": "2026-05-01", "warranty_end_on": "2026-04-01"}
    assert "Desk" in do(client, f"/devices/{device}/change/", wrong, status=422)
    do(client, f"/devices/{device}/change/", wrong | {"warranty_end_on": "2028-04-01"})
    row = Device.objects.get()
    assert (row.reference, str(row.warranty_end_on)) == ("Desk", "2028-04-01")


def test_whoever_comes_from_a_device_means_that_unit(client: Client, company: World) -> None:
    router = traced(company, "OLD", "NEW")
    line = delivered(company, router, 2)
    install(actor=HOUSE, items=[Installation(line, serial="NEW")])
    device = Device.objects.get()
    at = f"/rmas/new/?organization={company.customer.pk}&serial=NEW"
    assert at.replace("&", "&amp;") in see(client, f"/devices/{device.pk}/")
    form = see(client, at)
    chosen = [row.key for row in returnable(company.customer.pk) if row.serial == "NEW"]
    assert form.count(" checked") == 1
    assert f'name="unit-{chosen[0]}" value="yes" checked' in form
    assert "<select" in see(client, "/rmas/new/?organization=²")


@pytest.mark.parametrize("junk", ["²", "9" * 30, "-1", "x"])
def test_what_is_no_choice_is_a_refusal_and_never_an_error(client: Client, company: World, junk: str) -> None:
    router = traced(company, "OLD", "NEW")
    line = delivered(company, router, 2)
    sheet = Line.objects.get(pk=line).sheet_id
    install(actor=HOUSE, items=[Installation(line, serial="NEW")])
    device = Device.objects.get().pk
    before = entries()
    swapped = {"new": "yes", "outgoing_to": "returns", "reason": "Broken"}
    do(client, f"/devices/{device}/swap/", swapped | {"ticket": junk}, status=422)
    do(client, f"/devices/{device}/change/", {"contact": junk}, status=422)
    (row,) = installable(sheet)
    do(client, f"/devices/install/{sheet}/", {f"unit-{row.key}": "yes", "site": junk}, status=422)
    do(client, f"/devices/move/?device={device}", {"site": junk}, status=422)
    do(client, f"/devices/{device}/relate/", {"device": junk, "kind": "part"})
    assert entries() == before
    for path in ("/journal/?who=", "/users/?role=", "/stock/?location=", "/inventory/?location="):
        assert client.get(path + junk).status_code in (200, 404)


def test_goods_that_no_list_has_come_back_without_rma(client: Client, company: World) -> None:
    """Unknown serial numbers and goods without a sale, also of a customer who has nothing from us."""
    router = company.product(traced="serial")
    path = f"/returns/new/?organization={company.customer.pk}"
    assert 'name="along"' in see(client, path)
    assert 'name="along"' not in see(client, f"/rmas/new/?organization={company.customer.pk}")
    before = entries()
    do(client, path, {"along": "NOTHING"}, status=422)
    do(client, path, {"along-serial": ["X1"]}, status=422)
    do(client, path, {}, status=422)
    assert entries() == before
    to = do(client, path, {"along": router.sku, "along-serial": ["X1", "X2"], "outcome": "scrap"})
    assert to == f"/rmas/{Rma.objects.get().pk}/"
    assert [where(code)[0] for code in ("X1", "X2")] == ["scrap", "scrap"]
    cable = company.product()
    do(client, path, {"along": cable.sku, "along-quantity": "3"}, status=422)
    do(client, path, {"along": cable.sku, "along-quantity": "3", "along-outside": "yes"})
    line = RmaLine.objects.latest("pk")
    assert (line.product_id, line.quantity, line.line_id) == (cable.pk, 3, None)
    clean()
