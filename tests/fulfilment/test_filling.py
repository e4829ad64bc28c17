"""A box is filled by scanning: what lies in it grows with each scan, and the last one is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.test_pack import branch
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.packing import pack, stack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.runs import pick_in_run, start_run
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.sales.actions.orders import reserve
from wharfinger.sales.rules.orders import Hold

pytestmark = pytest.mark.django_db


def picked(company: World, units: int = 3) -> tuple[Any, Any, list[int]]:
    """Picked goods of an order: loose ones, and two with numbers."""
    cable = company.product(sku="CABLE")
    router = company.product(sku="ROUTER", traced="serial", cost_method="specific")
    company.stock(cable, units)
    company.stock(router, 2, serials=("S1", "S2"))
    _, lines = reserved(company, (cable, units), (router, 2))
    pick(actor=HOUSE, picks=[Pick(lines[0], units), Pick(lines[1], 2)])
    return cable, router, lines


def test_each_scan_goes_into_the_box_and_the_last_is_taken_back(client: Client, company: World) -> None:
    _, _, (cables, _routers) = picked(company)
    at = do(client, f"/packing/{company.site.pk}/", {"scan": "CABLE"})
    box = Container.objects.get()
    assert at == f"/containers/{box.pk}/fill/"
    do(client, at, {"scan": "s1"})
    do(client, at, {"scan": "CABLE"})
    page = see(client, at)
    assert "Take back the last" in page
    assert (held(cables)["container"], where("S1")[0], where("S2")[0]) == (2, "container", "picked")
    for _ in range(2):
        do(client, f"/containers/{box.pk}/take-back/", {})
    assert (held(cables)["container"], where("S1")[0]) == (1, "picked")
    do(client, f"/containers/{box.pk}/take-back/", {})
    assert held(cables)["picked"] == 3
    before = entries()
    do(client, f"/containers/{box.pk}/take-back/", {})
    assert entries() == before
    assert "Still empty." in see(client, at)
    clean()


def test_a_pallet_shows_the_boxes_that_stand_on_it(client: Client, company: World) -> None:
    _, _, (cables, _routers) = picked(company)
    box = pack(actor=HOUSE, picks=[Pick(cables, 3)]).one("fulfilment.Container")
    pallet = stack(actor=HOUSE, containers=[box]).one("fulfilment.Container")
    page = see(client, f"/containers/{pallet}/fill/")
    assert f'href="/containers/{box}/fill/">BOX-1<' in page
    assert "On this pallet" in page
    assert "Still empty." not in page


def test_a_scan_that_comes_twice_counts_once(client: Client, company: World) -> None:
    _, _, (cables, _) = picked(company)
    at = do(client, f"/packing/{company.site.pk}/", {"scan": "CABLE"})
    for _ in range(2):
        do(client, at, {"scan": "CABLE", "key": "fill-1"})
    assert held(cables)["container"] == 2


def test_the_label_of_another_box_goes_on_there(client: Client, company: World) -> None:
    _, _, (cables, _) = picked(company)
    first = pack(actor=HOUSE, picks=[Pick(cables, 1)], box=Box(sscc="340123450000000017"))
    one = first.one("fulfilment.Container")
    two = pack(actor=HOUSE, picks=[Pick(cables, 1)]).one("fulfilment.Container")
    before = entries()
    for label in ("BOX-1", "box-1", "340123450000000017", "00340123450000000017", "]C100340123450000000017"):
        assert do(client, f"/containers/{two}/fill/", {"scan": label}) == f"/containers/{one}/fill/"
    ship(actor=HOUSE, containers=[one])
    shown = do(client, f"/containers/{two}/fill/", {"scan": "BOX-1"}, 409)
    assert 'id="f-scan-e"' in shown
    assert "BOX-1 is shipped already" in shown
    assert entries() == before + 1
    assert client.get(f"/containers/{one}/fill/").status_code == 302


def test_the_label_of_a_tote_offers_its_order(client: Client, company: World) -> None:
    _, _, (cables, _) = picked(company)
    other = company.product(sku="OTHER")
    company.stock(other, 3)
    pk, (line,) = reserved(company, (other, 2))
    run = start_run(actor=company.user, orders=[pk], location=company.location.pk)
    pick_in_run(actor=company.user, run=run.one("fulfilment.PickRun"), picks=[Pick(line, 2)])
    to = do(client, f"/packing/{company.site.pk}/", {"scan": "PR-1/1"})
    shown = see(client, to)
    assert f'name="quantity-{line}" value="2"' in shown
    assert f'name="quantity-{cables}"' not in shown
    do(client, to, {f"quantity-{line}": "2", "tote": "PR-1/1"})
    assert held(line)["container"] == 2
    before = entries()
    assert "none of the goods here" in do(client, to, {"scan": "PR-1/9"}, 422)
    _, (far,) = order(company, (other, 1), site=branch(company).pk)
    reserve(actor=HOUSE, holds=[Hold(far, 1)])
    away = pack(actor=HOUSE, picks=[Pick(far, 1)]).one("fulfilment.Container")
    before = entries()
    assert "goes to another destination" in do(client, f"/containers/{away}/fill/", {"scan": "PR-1/1"}, 409)
    assert entries() == before
    clean()


def test_weight_and_size_are_said_at_the_end_and_the_label_prints(client: Client, company: World) -> None:
    _, _, (cables, _) = picked(company)
    box = pack(actor=HOUSE, picks=[Pick(cables, 1)], box=Box(tracking="T1")).one("fulfilment.Container")
    to = do(client, f"/containers/{box}/close/", {"weight_kg": "2.5", "size_mm": "60", "then": "label"})
    assert client.get(to)["Content-Type"] == "application/pdf"
    row = Container.objects.get()
    assert (row.weight_grams, row.size_mm, row.tracking) == (2500, "60", "T1")
    assert do(client, f"/containers/{box}/close/", {}) == f"/containers/{box}/"
    row.refresh_from_db()
    assert (row.weight_grams, row.size_mm) == (2500, "60")


def test_which_unit_and_what_is_none_is_told_beside_the_scan(client: Client, company: World) -> None:
    _, _, (cables, _routers) = picked(company)
    box = pack(actor=HOUSE, picks=[Pick(cables, 1)]).one("fulfilment.Container")
    before = entries()
    for code, words in (("NOBODY", "none of the goods here"), ("ROUTER", "There are 2 such units here")):
        shown = do(client, f"/containers/{box}/fill/", {"scan": code}, 422)
        assert 'id="f-scan-e"' in shown
        assert words in shown
    assert entries() == before


def test_who_may_not_pack_fills_nothing(client: Client, company: World) -> None:
    _, _, (cables, _) = picked(company)
    box = pack(actor=HOUSE, picks=[Pick(cables, 1)]).one("fulfilment.Container")
    company.user.roles.clear()
    assert client.get(f"/containers/{box}/fill/").status_code == 403
    assert client.post(f"/containers/{box}/take-back/").status_code == 403
    assert client.post(f"/containers/{box}/close/").status_code == 403
