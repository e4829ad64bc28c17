"""Verbs that span modules, on pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.fulfilment.trade import reserved
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick

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
