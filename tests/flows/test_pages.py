"""Verbs that span modules, on pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.fulfilment.trade import reserved
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Holding
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


def test_chosen_units_of_an_order_come_back(client: Client, company: World) -> None:
    cable = company.product(sku="CBL")
    phone = company.product(sku="TEL", traced="serial", cost_method="specific")
    company.stock(cable, 5)
    company.stock(phone, 2, serials=("T1", "T2"))
    order, (cables, phones) = reserved(company, (cable, 5), (phone, 2))
    client.force_login(company.user)
    at = f"/documents/{order}/cancel-delivery/"
    assert "Nothing of this document is with the customer." in client.get(at).content.decode()
    ship(actor=HOUSE, picks=[Pick(cables, 5), Pick(phones, 2)])
    assert at in client.get(f"/orders/{order}/").content.decode()
    assert 'value="T2"' in client.get(at).content.decode()

    before = entries()
    refused = client.post(at, {f"quantity-{cables}": "9", "reason": "Too many", "credit": "yes"})
    assert refused.status_code == 409
    told = refused.content.decode()
    assert f'id="f-quantity-{cables}-e"' in told
    assert 'value="9"' in told
    assert 'value="Too many"' in told
    assert entries() == before

    done = client.post(at, {f"quantity-{cables}": "2", f"serial-{phones}": ["T2"], "credit": "yes"})
    assert done["Location"] == f"/orders/{order}/"
    assert held(cables)["customer"] == 3
    assert held(phones)["customer"] == 1
    clean()


def batched(company: World) -> int:
    """A line with two units of one batch and three of another."""
    milk = company.product(sku="MILK", traced="batch")
    items = [
        Adjustment(milk.pk, units, company.location.place_id, batch=batch, unit_cost_micro=0)
        for batch, units in (("L1", 2), ("L2", 3))
    ]
    adjust(actor=HOUSE, items=items, reason="Found")
    _, (line,) = reserved(company, (milk, 5))
    return int(line)


def test_what_comes_back_of_a_shipment_left_with_it(client: Client, company: World) -> None:
    line = batched(company)
    client.force_login(company.user)
    first, second = (
        ship(actor=HOUSE, picks=[Pick(line, units, batch=batch)]).one("fulfilment.Shipment")
        for batch, units in (("L1", 2), ("L2", 3))
    )
    page = client.get(f"/shipments/{first}/").content.decode()
    assert f'name="serial-{line}"' not in page
    asked = {f"quantity-{line}": "2", "back": "/", "credit": "yes"}
    client.post("/cancel-delivery/", asked | {"shipment": str(first)})
    assert held(line) == {"covered": 5, "bin": 2, "customer": 3, "to_bill": 5}
    before = entries()
    client.post("/cancel-delivery/", asked | {"shipment": str(first)})
    client.post("/cancel-delivery/", asked | {"shipment": "x"})
    client.post("/cancel-delivery/", asked | {"shipment": ""})
    assert entries() == before
    assert Shipment.objects.get(pk=second).delivered_on
    clean()


def test_units_of_a_chosen_batch_come_back(client: Client, company: World) -> None:
    line = batched(company)
    client.force_login(company.user)
    ship(actor=HOUSE, picks=[Pick(line, 5)])
    at = f"/documents/{Line.objects.get(pk=line).sheet_id}/cancel-delivery/"
    assert f'name="batch-{line}"' in client.get(at).content.decode()
    client.post(at, {f"quantity-{line}": "2", f"batch-{line}": "L2", "credit": "yes"})
    back = Holding.objects.filter(claim=line, kind="bin", quantity__gt=0)
    assert list(back.values_list("lot__code", "quantity")) == [("L2", 2)]
    clean()


def test_a_batch_arrives_as_a_whole_or_in_part(client: Client, company: World) -> None:
    line = batched(company)
    client.force_login(company.user)
    sent = ship(actor=HOUSE, picks=[Pick(line, 5)], consignment=Consignment(proof=True))
    at = f"/shipments/{sent.one('fulfilment.Shipment')}/deliver/"
    page = client.get(at).content.decode()
    assert f'name="serial-{line}"' not in page
    assert f'name="quantity-{line}"' in page
    client.post(at, {f"quantity-{line}": "2", f"batch-{line}": "L2", "proof": "M. Krause"})
    arrived = Holding.objects.filter(claim=line, kind="customer", quantity__gt=0)
    assert list(arrived.values_list("lot__code", "quantity")) == [("L2", 2)]
    clean()
