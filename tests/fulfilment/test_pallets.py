"""Pallets, what stands on them, and the codes of boxes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.test_carriers import boxed
from tests.fulfilment.test_pack import branch, refused
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.packing import describe_container, pack, stack, unstack
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger.models import Counter, Entry
from wharfinger.ledger.numbered import check_digit
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.sales.actions.orders import reserve
from wharfinger.sales.rules.orders import Hold

pytestmark = pytest.mark.django_db


def on_pallet(company: World, count: int = 2) -> tuple[int, list[int], int]:
    """A line whose goods are in so many boxes on one pallet: the line, the boxes, the pallet."""
    _, line, boxes = boxed(company, count)
    return line, boxes, stack(actor=HOUSE, containers=boxes).one("fulfilment.Container")


def left() -> dict[str, tuple[int | None, int | None]]:
    """By container its shipment, and on what it stands."""
    rows = Container.objects.filter(void__isnull=True).order_by("pk")
    return {
        number: (shipment, on)
        for number, shipment, on in rows.values_list("number", "shipment_id", "inside_id")
    }


def test_boxes_are_stacked_and_taken_off_and_nothing_moves(company: World) -> None:
    line, (one, _two), pallet = on_pallet(company)
    made = Container.objects.get(pk=pallet)
    assert (made.kind, made.site_id, made.location_id) == ("pallet", company.site.pk, company.location.pk)
    assert held(line)["container"] == 2
    unstack(actor=HOUSE, containers=[one])
    assert left() == {"BOX-1": (None, None), "BOX-2": (None, pallet), "BOX-3": (None, None)}
    done = stack(actor=HOUSE, containers=[one], pallet=pallet)
    assert left()["BOX-1"] == (None, pallet)
    reverse(actor=HOUSE, entry=done.id)
    assert left()["BOX-1"] == (None, None)
    refused("not_stacked", lambda: unstack(actor=HOUSE, containers=[one]))
    clean()


def test_a_pallet_that_is_undone_leaves_its_boxes_alone(company: World) -> None:
    _, boxes, _ = on_pallet(company)
    reverse(actor=HOUSE, entry=Entry.objects.latest("pk").pk)
    assert left() == {"BOX-1": (None, None), "BOX-2": (None, None)}
    ship(actor=HOUSE, containers=boxes)
    clean()


def test_an_undo_parts_no_pallet_from_its_boxes(company: World) -> None:
    _, _, (one, two, three) = boxed(company, 3)
    made = stack(actor=HOUSE, containers=[one])
    pallet = made.one("fulfilment.Container")
    stack(actor=HOUSE, containers=[two, three], pallet=pallet)
    refused("stacked_since", lambda: reverse(actor=HOUSE, entry=made.id))
    alone = ship(actor=HOUSE, containers=[one])
    off = unstack(actor=HOUSE, containers=[two])
    ship(actor=HOUSE, containers=[pallet])
    refused("stacked_since", lambda: reverse(actor=HOUSE, entry=alone.id))
    refused("stacked_since", lambda: reverse(actor=HOUSE, entry=off.id))
    clean()


def test_only_boxes_for_one_destination_that_are_here_stand_on_a_pallet(company: World) -> None:
    _, (one, two), pallet = on_pallet(company)
    router = company.product()
    company.stock(router, 1)
    _, (far,) = order(company, (router, 1), site=branch(company).pk)
    reserve(actor=HOUSE, holds=[Hold(far, 1)])
    other = pack(actor=HOUSE, picks=[Pick(far, 1)]).one("fulfilment.Container")
    refused("other_destination_stacked", lambda: stack(actor=HOUSE, containers=[other], pallet=pallet))
    refused("other_destination_stacked", lambda: stack(actor=HOUSE, containers=[one, other]))
    refused("pallet_on_pallet", lambda: stack(actor=HOUSE, containers=[pallet]))
    refused("no_pallet", lambda: stack(actor=HOUSE, containers=[one], pallet=two))
    refused("boxes_on_it", lambda: describe_container(actor=HOUSE, container=pallet, box=Box()))
    refused("pallet_on_pallet", lambda: describe_container(actor=HOUSE, container=one, box=Box("pallet")))
    ship(actor=HOUSE, containers=[other])
    refused("container_shipped", lambda: stack(actor=HOUSE, containers=[other]))


def test_a_pallet_takes_along_all_that_stands_on_it(company: World) -> None:
    line, _boxes, pallet = on_pallet(company, 3)
    done = ship(actor=HOUSE, containers=[pallet])
    shipment = Shipment.objects.get().pk
    assert {one[0] for one in left().values()} == {shipment}
    assert held(line) == {"covered": 3, "customer": 3, "to_bill": 3}
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert {one[0] for one in left().values()} == {None}
    assert held(line)["container"] == 3
    clean()


def test_a_pallet_leaves_with_the_last_of_its_boxes(company: World) -> None:
    line, (one, _two), pallet = on_pallet(company)
    ship(actor=HOUSE, containers=[one])
    first = Shipment.objects.get().pk
    assert left() == {"BOX-1": (first, None), "BOX-2": (None, pallet), "BOX-3": (None, None)}
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    last = Shipment.objects.latest("pk").pk
    assert left() == {"BOX-1": (first, None), "BOX-2": (last, pallet), "BOX-3": (last, None)}
    clean()


def test_an_empty_pallet_does_not_leave(company: World) -> None:
    _, boxes, pallet = on_pallet(company)
    unstack(actor=HOUSE, containers=boxes)
    refused("container_empty", lambda: ship(actor=HOUSE, containers=[pallet]))


@pytest.mark.parametrize("whole", [True, False])
def test_a_pallet_comes_back_whole_and_a_box_alone(company: World, whole: bool) -> None:
    line, (one, _two), pallet = on_pallet(company)
    ship(actor=HOUSE, containers=[pallet])
    shipment = Shipment.objects.get().pk
    cancel_delivery(actor=HOUSE, containers=[pallet if whole else one], reason="Wrong address")
    if whole:
        assert left() == {"BOX-1": (None, pallet), "BOX-2": (None, pallet), "BOX-3": (None, None)}
    else:
        assert left() == {"BOX-1": (None, None), "BOX-2": (shipment, pallet), "BOX-3": (shipment, None)}
    assert held(line)["container"] == (2 if whole else 1)
    clean()


def test_several_orders_stand_on_one_pallet_and_leave_by_one_shipment(company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    lines = [reserved(company, (router, units))[1][0] for units in (2, 3)]
    boxes = [
        pack(actor=HOUSE, picks=[Pick(line, units)]).one("fulfilment.Container")
        for line, units in zip(lines, (2, 3), strict=True)
    ]
    pallet = stack(actor=HOUSE, containers=boxes).one("fulfilment.Container")
    ship(actor=HOUSE, containers=[pallet])
    assert Shipment.objects.count() == 1
    assert [held(line)["customer"] for line in lines] == [2, 3]
    clean()


@pytest.mark.parametrize("boxes", [1, 10, 100])
def test_a_pallet_asks_as_often_however_many_boxes_it_has(
    company: World, boxes: int, django_assert_max_num_queries: Any
) -> None:
    _line, many, pallet = on_pallet(company, boxes)
    unstack(actor=HOUSE, containers=many)
    with django_assert_max_num_queries(17):
        stack(actor=HOUSE, containers=many, pallet=pallet)
    with django_assert_max_num_queries(36):
        ship(actor=HOUSE, containers=[pallet])


def test_check_digits_are_those_of_the_specification() -> None:
    # An SSCC and a GTIN-13 by which GS1 explains them (General Specifications §7.9).
    assert check_digit("37610425002123456") == 9
    assert check_digit("629104150021") == 3


def test_boxes_and_pallets_get_codes_of_our_prefix(company: World) -> None:
    set_setting(actor=HOUSE, name="sscc_prefix", value="4012345")
    on_pallet(company)
    codes = list(Container.objects.order_by("pk").values_list("sscc", flat=True))
    assert [code[:17] for code in codes] == [f"04012345{n:09}" for n in (1, 2, 3)]
    assert all(int(code[17]) == check_digit(code[:17]) for code in codes)
    box = Container.objects.order_by("pk")[0]
    refused(
        "sscc_ours",
        lambda: describe_container(
            actor=HOUSE,
            container=box.pk,
            box=Box(sscc=f"04012345000000099{check_digit('04012345000000099')}"),
        ),
    )
    describe_container(actor=HOUSE, container=box.pk, box=Box(sscc=box.sscc, weight_grams=5))
    clean()


def test_a_code_is_given_once_while_it_is_in_force(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    code = "340123450000000017"
    packed = pack(actor=HOUSE, picks=[Pick(line, 1)], box=Box(sscc=code))
    refused("sscc_taken", lambda: pack(actor=HOUSE, picks=[Pick(line, 1)], box=Box(sscc=code)))
    other = pack(actor=HOUSE, picks=[Pick(line, 1)]).one("fulfilment.Container")
    refused("sscc_taken", lambda: describe_container(actor=HOUSE, container=other, box=Box(sscc=code)))
    reverse(actor=HOUSE, entry=packed.id)
    describe_container(actor=HOUSE, container=other, box=Box(sscc=code))
    clean()


def test_one_typed_code_is_not_for_several_boxes(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (near,) = reserved(company, (router, 1))
    _, (far,) = order(company, (router, 1), site=branch(company).pk)
    reserve(actor=HOUSE, holds=[Hold(far, 1)])
    both = [Pick(near, 1), Pick(far, 1)]
    refused("sscc_once", lambda: pack(actor=HOUSE, picks=both, box=Box(sscc="340123450000000017")))
    set_setting(actor=HOUSE, name="sscc_prefix", value="4012345")
    pack(actor=HOUSE, picks=both)
    assert len(set(Container.objects.values_list("sscc", flat=True))) == 2


def test_codes_go_on_with_the_next_digit_where_some_were_typed_or_all_are_given(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    typed = "0401234567000001"
    typed = f"{typed}9"
    pack(actor=HOUSE, picks=[Pick(line, 1)], box=Box(sscc=f"{typed}{check_digit(typed)}"))
    set_setting(actor=HOUSE, name="sscc_prefix", value="4012345670")
    pack(actor=HOUSE, picks=[Pick(line, 1)])
    Counter.objects.filter(series="sscc-14012345670").update(next=10**6)
    pack(actor=HOUSE, picks=[Pick(line, 1)])
    codes = Container.objects.order_by("pk").values_list("sscc", flat=True)
    assert [code[:17] for code in codes] == [typed, "14012345670000001", "24012345670000001"]


def test_pages_stack_ship_and_take_off(client: Client, company: World) -> None:
    _pk, line, (one, two) = boxed(company)
    to = do(client, "/containers/stack/", {"selected": [one, two], "back": "/containers/"})
    pallet = Container.objects.get(kind="pallet")
    assert to == f"/containers/{pallet.pk}/"
    do(client, f"/containers/{one}/edit/", {"kind": "box", "weight_kg": "1.5"})
    do(client, f"/containers/{two}/edit/", {"kind": "box", "weight_kg": "2"})
    page = see(client, to)
    for shown in ("On this pallet", "BOX-1", "BOX-2", "3.5 kg", f'name="tracking-{two}"'):
        assert shown in page
    assert f'href="{to}"' in see(client, f"/containers/{one}/")
    do(client, f"/containers/{one}/stack/", {"pallet": "off"})
    assert left()["BOX-1"] == (None, None)
    do(client, f"/containers/{one}/stack/", {"pallet": str(pallet.pk)})
    do(client, f"{to}ship/", {"carrier": "Hanse", f"tracking-{one}": "N1", f"tracking-{two}": "N2"})
    assert list(Container.objects.order_by("pk").values_list("tracking", flat=True)) == ["N1", "N2", ""]
    assert held(line)["customer"] == 2
    assert pallet.number in see(client, f"/shipments/{Shipment.objects.get().pk}/")
    clean()


def test_boxes_are_stacked_by_api(call: Any, company: World) -> None:
    _, _line, (one, two) = boxed(company)
    status, done = call("post", "/stack", {"containers": [one]})
    assert status == 200, done
    first, pallet = done["containers"]
    assert (first["inside"], pallet["holds"], pallet["kind"]) == (pallet["id"], [one], "pallet")
    call("post", "/stack", {"containers": [two], "pallet": pallet["id"]})
    _, read = call("get", f"/containers/{pallet['id']}")
    assert read["holds"] == [one, two]
    status, off = call("post", "/unstack", {"containers": [two]})
    assert off["containers"][0]["inside"] is None
    before = entries()
    status, refusal = call("post", "/unstack", {"containers": [two]})
    assert (status, refusal["code"], refusal["field"]) == (409, "not_stacked", "containers.0")
    assert entries() == before
    status, sent = call("post", "/ship", {"containers": [{"id": pallet["id"], "tracking": "P1"}]})
    assert sent["shipments"][0]["containers"] == [one, pallet["id"]]
