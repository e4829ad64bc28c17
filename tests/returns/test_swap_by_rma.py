"""A swap by the RMA that asks for the device: received, settled as replaced and in its place another, in one entry."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.devices.test_install import refused
from tests.fulfilment.trade import where
from tests.returns.test_swap import serving
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.devices.models import Device
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.requesting import approve, request
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries.shown import returns, show_return
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.swapping import Incoming, Swap

pytestmark = pytest.mark.django_db


def asked_for(company: World, device: int, *, approved: bool = True) -> tuple[int, int]:
    """An RMA about a device: the RMA and its line."""
    made = request(
        actor=HOUSE, organization=company.customer.pk, items=[Asked(device=device, type="replace")]
    )
    if approved:
        approve(actor=HOUSE, rma=made.one("returns.Rma"))
    return made.one("returns.Rma"), made.one("returns.RmaLine")


def test_the_old_device_comes_back_by_its_rma_and_is_replaced(company: World) -> None:
    _, line, old = serving(company, "OLD", "NEW")
    rma, asked = asked_for(company, old)
    done = swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="Broken", rma_line=asked))
    assert Rma.objects.count() == 1, "no return beside the RMA"
    row = RmaLine.objects.get(pk=asked)
    assert (row.answer, row.settled_quantity, where("OLD")) == ("replace", 1, ("returns", line))
    assert where("NEW")[0] == "customer"
    shown = show_return(returns().get(pk=rma))["lines"][0]
    assert (shown["received"], shown["settled"]) == ("1", "1")
    clean()
    reverse(actor=HOUSE, entry=done.id)
    row.refresh_from_db()
    assert (row.answer, row.settled_quantity, where("OLD")) == ("", 0, ("customer", line))
    assert not Device.objects.filter(replaces=old, void__isnull=True).exists()
    clean()


def test_what_no_approved_rma_asks_for_is_refused(company: World) -> None:
    router, _, old = serving(company, "OLD", "NEW")
    rma, asked = asked_for(company, old, approved=False)
    refused(
        "not_approved",
        lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="Broken", rma_line=asked)),
    )
    refused("on_open_rma", lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="Broken")))
    refused(
        "no_such_rma_line",
        lambda: swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="Broken", rma_line=999)),
    )
    approve(actor=HOUSE, rma=rma)
    swap(actor=HOUSE, swap=Swap(old, Incoming(), reason="Broken", rma_line=asked))
    new = Device.objects.get(replaces=old)
    company.stock(router, 1, serials=("SPARE",))
    found = refused(
        "other_device",
        lambda: swap(actor=HOUSE, swap=Swap(new.pk, Incoming(), reason="Broken", rma_line=asked)),
    )
    assert found.field == "rma_line"
    clean()


def test_the_page_of_an_rma_leads_to_the_swap_and_back(company: World, client: Client) -> None:
    _, _, old = serving(company, "OLD", "NEW", "SPARE")
    rma, asked = asked_for(company, old)
    at = f"/devices/{old}/swap/?rma_line={asked}&back=/rmas/{rma}/"
    assert at.replace("&", "&amp;") in see(client, f"/rmas/{rma}/") or at in see(client, f"/rmas/{rma}/")
    assert "settled as replaced" in see(client, at)
    told = do(client, at, {"new": "yes", "rma_line": str(asked), "serial": "SPARE", "reason": "Broken"})
    assert told.url == f"/rmas/{rma}/"
    assert RmaLine.objects.get(pk=asked).answer == "replace"
    assert f"/devices/{old}/swap/" not in see(client, f"/rmas/{rma}/")
    body = {"incoming": {"serial": "OLD"}, "reason": "x", "rma_line": asked}
    assert send(client, "post", f"/devices/{old}/swap", body, 409)["code"] == "device_removed"
    clean()
