"""The one step beside the single ones: picked, packed and shipped at once, and taken back from where it shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Pick
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client: Client) -> World:
    """A small company, somebody signed in."""
    made = world()
    client.force_login(made.user)
    return made


def see(client: Client, path: str) -> str:
    """What a page shows."""
    response = client.get(path)
    assert response.status_code == 200, response.content[:2000]
    return str(response.content.decode())


def test_free_goods_are_picked_packed_and_shipped_in_one_entry(client: Client, company: World) -> None:
    router, phone = company.product(), company.product(traced="serial", cost_method="specific")
    company.stock(router, 5)
    company.stock(phone, 2, serials=("S1", "S2"))
    pk, (line, numbered) = order(company, (router, 3), (phone, 1))
    at = f"/documents/{pk}/pick-pack-ship/"
    assert at in see(client, f"/orders/{pk}/")
    assert 'value="3"' in see(client, at)
    before = entries()
    response = client.post(at, {f"quantity-{line}": "3", f"quantity-{numbered}": "1"})
    assert (response.status_code, entries()) == (422, before)
    assert f'id="f-serial-{numbered}-scan-e"' in response.content.decode()
    sent: dict[str, Any] = {f"quantity-{line}": "3", f"serial-{numbered}": ["S2"]}
    response = client.post(at, {**sent, "carrier": "DHL", "tracking": "JJD-1"})
    assert (response.status_code, response["Location"]) == (303, f"/orders/{pk}/")
    assert entries() == before + 1
    assert (held(line)["customer"], where("S2")) == (3, ("customer", numbered))
    assert Shipment.objects.values_list("carrier", "tracking").get() == ("DHL", "JJD-1")
    clean()


def test_the_one_step_is_the_filled_button_where_the_company_works_so(client: Client, company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    pk, _ = reserved(company, (router, 3))
    filled = re.compile(rf'<a class="btn primary next"[^>]*href="([^"]*/{pk}/[^"]*)"')
    assert filled.findall(see(client, f"/orders/{pk}/")) == [f"/orders/{pk}/pick/"]
    set_setting(actor=HOUSE, name="simple_workflow", value=True)
    page = see(client, f"/orders/{pk}/")
    assert filled.findall(page) == [f"/documents/{pk}/pick-pack-ship/"]
    assert f"/orders/{pk}/pick/" in page


def test_a_line_has_the_verbs_of_its_document_for_itself(client: Client, company: World) -> None:
    router, cable = company.product(), company.product()
    company.stock(router, 3)
    company.stock(cable, 3)
    pk, (line, other) = reserved(company, (router, 2), (cable, 2))
    page = see(client, f"/lines/{line}/")
    at = f"/orders/{pk}/ship/?line={line}"
    assert at in page
    assert f"/documents/{pk}/hand-over/?line={line}" in page
    assert cable.sku not in see(client, at)
    assert client.post(at, {f"quantity-{line}": "2"}).status_code == 303
    assert (held(line)["customer"], "customer" in held(other)) == (2, False)
    page = see(client, f"/lines/{line}/")
    assert (at in page, f"/documents/{pk}/cancel-delivery/?line={line}" in page) == (False, True)
    company.user.roles.set([Role.objects.create(name="Reader", permissions=["*.read"])])
    assert "cancel-delivery" not in see(client, f"/lines/{line}/")


def test_a_container_comes_back_from_its_own_page(client: Client, company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    pack(actor=HOUSE, picks=[Pick(line, 2)])
    box = Container.objects.get()
    assert "cancel-delivery" not in see(client, f"/containers/{box.pk}/")
    ship(actor=HOUSE, picks=[Pick(line, 1)], containers=[box.pk])
    at = f"/containers/{box.pk}/cancel-delivery/"
    assert at in see(client, f"/containers/{box.pk}/")
    assert client.post(at, {"credit": "yes"})["Location"] == f"/containers/{box.pk}/"
    box.refresh_from_db()
    assert (held(line)["container"], held(line)["customer"], box.shipment_id) == (2, 1, None)
    before = entries()
    client.post(at, {"credit": "yes"})
    assert entries() == before
    clean()


def test_the_page_of_a_shipment_asks_which_units_come_back(client: Client, company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 2, serials=("S1", "S2"))
    _, (line,) = reserved(company, (phone, 2))
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    at = f"/shipments/{Shipment.objects.get().pk}/"
    assert re.findall(rf'name="serial-{line}" value="(\w+)" checked', see(client, at)) == ["S1", "S2"]
    sent = {f"quantity-{line}": "", f"serial-{line}": ["S2"], "credit": "yes", "back": at}
    assert client.post("/cancel-delivery/", sent)["Location"] == at
    assert (where("S1"), where("S2")) == (("customer", line), ("bin", line))
    clean()
