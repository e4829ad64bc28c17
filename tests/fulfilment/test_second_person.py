"""Where the settings ask for it, who picked or packed a unit does not ship it or hand it over."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.test_pack import refused
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.fulfilment.actions.packing import pack, unpack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.second import check_container
from wharfinger.fulfilment.actions.shipping import deliver, pick_pack_ship, ship
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db


def asked_for() -> None:
    """From now on two people are needed."""
    set_setting(actor=HOUSE, name="second_person", value=True)


def another(company: World, name: str) -> User:
    """Somebody else who may do the same."""
    made = User.objects.create(username=name, name=name.title())
    made.roles.add(*company.user.roles.all())
    return made


def boxed_by(company: World, picker: User, packer: User, units: int = 2) -> tuple[int, int]:
    """A line whose goods one picked and another packed, and the box."""
    router = company.product()
    company.stock(router, units)
    _, (line,) = reserved(company, (router, units))
    pick(actor=picker, picks=[Pick(line, units)])
    return line, pack(actor=packer, picks=[Pick(line, units)]).one("fulfilment.Container")


def test_who_picked_or_packed_does_not_ship(company: World) -> None:
    asked_for()
    ben, wim = another(company, "ben"), another(company, "wim")
    line, box = boxed_by(company, company.user, ben)
    for who in (company.user, ben):
        with pytest.raises(Refusal) as found:
            ship(actor=who, containers=[box])
        assert found.value.code == "second_person"
        assert found.value.words().startswith(f"{who} picked or packed these goods")
    assert held(line)["container"] == 2
    ship(actor=wim, containers=[box])
    assert held(line)["customer"] == 2
    clean()


def test_who_picked_does_not_hand_over(company: World) -> None:
    asked_for()
    ben = another(company, "ben")
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    pick(actor=ben, picks=[Pick(line, 2)])
    refused("second_person", lambda: deliver(actor=ben, picks=[Pick(line, 1)]))
    deliver(actor=company.user, picks=[Pick(line, 1)])
    assert held(line)["customer"] == 1


def test_only_the_units_that_are_there_count(company: World) -> None:
    asked_for()
    ben = another(company, "ben")
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    pick(actor=ben, picks=[Pick(line, 1)])
    ship(actor=company.user, picks=[Pick(line, 1)])
    pick(actor=company.user, picks=[Pick(line, 1)])
    refused("second_person", lambda: ship(actor=company.user, picks=[Pick(line, 1)]))
    ship(actor=ben, picks=[Pick(line, 1)])
    clean()


def test_a_box_that_another_checked_may_go(company: World) -> None:
    asked_for()
    ben = another(company, "ben")
    line, box = boxed_by(company, company.user, company.user)
    refused("checked_by_oneself", lambda: check_container(actor=company.user, container=box))
    done = check_container(actor=ben, container=box)
    row = Container.objects.get()
    assert (row.checked_by_id, row.checked_at is not None) == (ben.pk, True)
    reverse(actor=HOUSE, entry=done.id)
    refused("second_person", lambda: ship(actor=company.user, containers=[box]))
    check_container(actor=ben, container=box)
    ship(actor=company.user, containers=[box])
    assert held(line)["customer"] == 2
    clean()


def test_what_came_in_after_the_check_was_not_checked(company: World) -> None:
    asked_for()
    ben = another(company, "ben")
    line, box = boxed_by(company, company.user, company.user)
    unpack(actor=company.user, picks=[Pick(line, 1)], containers=[box])
    check_container(actor=ben, container=box)
    pack(actor=company.user, picks=[Pick(line, 1)], container=box)
    refused("second_person", lambda: ship(actor=company.user, containers=[box]))
    unpack(actor=company.user, containers=[box])
    refused("container_empty", lambda: check_container(actor=ben, container=box))


def test_one_step_and_counter_say_that_two_people_are_needed(company: World) -> None:
    asked_for()
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 2))
    one = [Pick(line, 1)]
    refused("two_people_needed", lambda: pick_pack_ship(actor=company.user, picks=one))
    refused("two_people_needed", lambda: ship(actor=company.user, picks=one))
    refused("two_people_needed", lambda: deliver(actor=company.user, picks=one))
    sale = Sale(company.customer.pk, (LineWish(router.pk, 1),))
    refused("two_people_needed", lambda: sell(actor=company.user, sales=[sale]))


def test_what_is_under_way_is_delivered_by_whoever_brings_it(company: World) -> None:
    asked_for()
    ben = another(company, "ben")
    line, box = boxed_by(company, company.user, company.user)
    sent = ship(actor=ben, containers=[box], consignment=Consignment(proof=True)).one("fulfilment.Shipment")
    deliver(actor=company.user, shipments=[sent])
    assert held(line)["customer"] == 2


def test_pages_and_api_tell_it(client: Client, company: World, call: Any) -> None:
    _line, box = boxed_by(company, company.user, company.user)
    assert "/check/" not in see(client, f"/containers/{box}/")
    asked_for()
    assert "/check/" in see(client, f"/containers/{box}/")
    before = entries()
    do(client, f"/containers/{box}/check/", {})
    assert "Let another person check it" in see(client, f"/containers/{box}/")
    status, refusal = call("post", f"/containers/{box}/check")
    assert (status, refusal["code"]) == (409, "checked_by_oneself")
    status, refusal = call("post", "/ship", {"containers": [box]})
    assert (status, refusal["code"]) == (409, "second_person")
    assert entries() == before
    check_container(actor=another(company, "ben"), container=box)
    _, read = call("get", f"/containers/{box}")
    assert read["checked_by"]
    assert read["checked_at"]
    assert "Ben" in see(client, f"/containers/{box}/")


def test_nothing_is_asked_while_it_is_off(company: World) -> None:
    counted = []
    for on in (False, True):
        _line, box = boxed_by(company, company.user, company.user)
        if on:
            asked_for()
        with CaptureQueriesContext(connection) as asked:
            ship(actor=HOUSE if on else company.user, containers=[box])
        counted.append(len(asked))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_who_picked_is_read_at_once_however_many_lines(
    company: World, lines: int, django_assert_max_num_queries: Any
) -> None:
    ben = another(company, "ben")
    router = company.product()
    company.stock(router, lines)
    _, many = order(company, *[(router, 1) for _ in range(lines)])
    pick(actor=ben, picks=[Pick(line, 1) for line in many])
    box = pack(actor=ben, picks=[Pick(line, 1) for line in many]).one("fulfilment.Container")
    asked_for()
    with django_assert_max_num_queries(39):
        ship(actor=company.user, containers=[box])
