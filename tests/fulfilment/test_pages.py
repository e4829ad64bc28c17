"""Fulfilment in the browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.demand.models import Line
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Consignment, Pick

pytestmark = pytest.mark.django_db


def see(client: Client, path: str) -> str:
    """What a page shows."""
    response = client.get(path)
    assert response.status_code == 200, response.content[:2000]
    return str(response.content.decode())


def do(client: Client, path: str, values: dict[str, Any], status: int = 303) -> str:
    """Send a form; where it leads, or what it shows."""
    response = client.post(path, values)
    assert response.status_code == status, response.content[:3000]
    return str(response["Location"]) if status == 303 else str(response.content.decode())


def test_an_order_is_picked_packed_and_shipped(client: Client, company: World) -> None:
    router = company.product()
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(router, 3)
    company.stock(phone, 1, serials=("S1",))
    pk, (line, number) = reserved(company, (router, 3), (phone, 1))
    page = see(client, f"/orders/{pk}/pick/")
    assert router.sku in page
    assert "S1" in page
    assert (
        do(client, f"/orders/{pk}/pick/", {f"quantity-{line}": "2", f"serial-{number}": ["S1"]})
        == f"/orders/{pk}/"
    )
    assert (held(line), where("S1")) == (
        {"covered": 3, "picked": 2, "bin": 1, "to_bill": 3},
        ("picked", number),
    )
    assert "Acme" in see(client, "/packing/")
    table = f"/packing/{company.site.pk}/"
    assert router.sku in see(client, table)
    assert (
        do(client, table, {"scan": ["S1", router.sku]}) == f"/containers/{Container.objects.get().pk}/fill/"
    )
    box = Container.objects.get()
    to = f"/containers/{box.pk}/"
    assert (held(line)["container"], where("S1")) == (1, ("container", number))
    do(client, f"{to}fill/", {f"quantity-{line}": "1"})
    assert held(line)["container"] == 2
    assert box.number in see(client, "/containers/")
    assert "S1" in see(client, to)
    do(client, f"/containers/{box.pk}/edit/", {"kind": "pallet", "weight_kg": "1.5", "tracking": "JJD-1"})
    assert Container.objects.values_list("kind", "weight_grams", "tracking").get() == (
        "pallet",
        1500,
        "JJD-1",
    )
    do(client, f"/containers/{box.pk}/unpack/", {f"quantity-{line}": "1"})
    assert held(line) == {"covered": 3, "picked": 1, "bin": 1, "container": 1, "to_bill": 3}
    to = do(client, f"/containers/{box.pk}/ship/", {"carrier": "DHL", "proof": "yes"})
    shipment = Shipment.objects.get()
    assert to == f"/shipments/{shipment.pk}/"
    assert "DHL" in see(client, to)
    assert "SH-1" in see(client, "/shipments/")
    assert f'href="/orders/{pk}/"' in see(client, to)
    do(client, f"/shipments/{shipment.pk}/edit/", {"carrier": "UPS"})
    do(
        client,
        f"/shipments/{shipment.pk}/deliver/",
        {f"quantity-{line}": "1", f"serial-{number}": ["S1"], "proof": "M. Krause"},
    )
    shipment.refresh_from_db()
    assert (shipment.carrier, shipment.proof, where("S1")) == ("UPS", "M. Krause", ("customer", number))
    assert do(client, f"/orders/{pk}/ship/", {f"quantity-{line}": "2", "carrier": "DHL"}) == f"/orders/{pk}/"
    assert held(line) == {"covered": 3, "customer": 3, "to_bill": 3}
    clean()
    assert "SH-2" in see(client, "/shipments/?tab=all")
    do(client, "/cancel-delivery/", {f"quantity-{line}": "1", "credit": "yes", "back": to})
    assert held(line)["customer"] == 2
    clean()


def test_a_refusal_stands_beside_its_field(client: Client, company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    pk, (line,) = order(company, (router, 2))
    before = entries()
    page = do(client, f"/orders/{pk}/pick/", {f"quantity-{line}": "3"}, 409)
    assert f'id="f-quantity-{line}-e"' in page
    assert 'value="3"' in page
    page = do(client, f"/orders/{pk}/pick/", {f"quantity-{line}": "x"}, 422)
    assert f'id="f-quantity-{line}-e"' in page
    do(client, f"/orders/{pk}/pick/", {}, 422)
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    assert "f-scan-e" in do(client, f"/packing/{company.site.pk}/", {"scan": ["WHAT"]}, 422)
    assert entries() == before + 1


def test_the_ticked_units_come_out_of_a_box(client: Client, company: World) -> None:
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 3, serials=("S1", "S2", "S3"))
    _, (line,) = reserved(company, (phone, 3))
    box = pack(actor=HOUSE, picks=[Pick(line, 3)]).one("fulfilment.Container")
    assert f'name="serial-{line}" value="S2"' in see(client, f"/containers/{box}/")
    before = entries()
    do(client, f"/containers/{box}/unpack/", {"chosen": "yes"})
    assert entries() == before
    do(client, f"/containers/{box}/unpack/", {"chosen": "yes", f"serial-{line}": ["S2"]})
    assert (where("S1"), where("S2"), where("S3")) == (
        ("container", line),
        ("bin", line),
        ("container", line),
    )
    clean()


def test_lists_cost_the_same_however_long(
    client: Client, company: World, django_assert_max_num_queries: Any
) -> None:
    router = company.product()
    company.stock(router, 20)
    for _ in range(10):
        _, (line,) = reserved(company, (router, 2))
        pack(actor=HOUSE, picks=[Pick(line, 1)])
        ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment(proof=True))
    with django_assert_max_num_queries(12):
        assert "SH-10" in see(client, "/shipments/")
    with django_assert_max_num_queries(12):
        assert "BOX-" in see(client, "/containers/?tab=all")


def test_strangers_and_readers_stay_out(client: Client, company: World) -> None:
    company.user.roles.clear()
    assert client.get("/shipments/").status_code == 403
    assert client.post("/containers/1/ship/").status_code == 403
    client.logout()
    assert client.get("/shipments/").status_code == 303


def test_what_was_typed_in_a_dialog_is_told_once_when_it_is_refused(client: Client, company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    _, (line,) = reserved(company, (router, 1))
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    box = pack(actor=HOUSE, picks=[Pick(line, 1)]).one("fulfilment.Container")
    before = entries()
    at = f"/containers/{box}/"
    assert do(client, f"{at}edit/", {"kind": "pallet", "weight_kg": "heavy"}) == at
    assert entries() == before
    page = see(client, at)
    assert f'data-act="{at}edit/" data-field="weight_kg"' in page
    assert "&#34;heavy&#34;" in page
    assert 'id="typed"' not in see(client, at)


def test_which_of_several_units_leaves_is_asked(client: Client, company: World) -> None:
    router = company.product(sku="RT-1", traced="serial", traced_from="receipt")
    company.stock(router, 2, serials=("S1", "S2"))
    pk, (line,) = reserved(company, (router, 2))
    before = entries()
    for verb in ("pick", "ship"):
        shown = do(client, f"/orders/{pk}/{verb}/", {f"quantity-{line}": "1"}, 422)
        assert "There are 2 such units here" in shown
    assert entries() == before
    do(client, f"/orders/{pk}/pick/", {f"quantity-{line}": "1", f"serial-{line}": ["S2"]})
    assert (where("S1"), where("S2")) == (("bin", line), ("picked", line))
    do(client, f"/orders/{pk}/pick/", {f"quantity-{line}": "1"})
    before = entries()
    at = f"/packing/{Line.objects.get(pk=line).site_id}/"
    shown = do(client, at, {f"quantity-{line}": "1"}, 422)
    assert 'id="f-scan-e"' in shown
    assert "There are 2 such units here" in shown
    assert entries() == before
    do(client, at, {f"quantity-{line}": "1", "scan": ["S1"]})
    assert (where("S1"), where("S2")) == (("container", line), ("picked", line))
    # All that is left leaves: there is nothing to choose.
    do(client, f"/orders/{pk}/ship/", {f"quantity-{line}": "2"})
    assert where("S1")[0] == where("S2")[0] == "customer"
    clean()


def test_a_kit_is_asked_for_by_its_components_alone(client: Client, company: World) -> None:
    part = company.product(sku="PART")
    kit = company.product(sku="KIT", kind="kit")
    change_product(actor=HOUSE, product=kit.pk, values={}, components=[{"product": part.pk, "quantity": "2"}])
    company.stock(part, 4)
    pk, lines = order(company, (kit, 2))
    component = Line.objects.get(parent__in=lines).pk
    for page in (f"/documents/{pk}/hand-over/", f"/documents/{pk}/pick-pack-ship/", f"/orders/{pk}/pick/"):
        shown = see(client, page)
        assert f'name="quantity-{component}"' in shown, page
        assert 'name="quantity-' in shown
        assert shown.count('name="quantity-') == 1, page
