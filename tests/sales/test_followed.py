"""The list of orders follows goods from their approval to the customer."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.purchasing.buying import arrive, bought, sold, threshold
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.purchasing.actions.approving import approve
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.rules.drafting import Wanted

pytestmark = pytest.mark.django_db


def test_each_line_is_followed_from_its_approval_to_the_customer(client: Client, company: World) -> None:
    threshold(3000)
    product = company.product()
    line = sold(company, product, 5, by=company.user)

    def where() -> str:
        found = client.get("/orders/?export=csv&column=number&column=where").content.decode()
        return found.splitlines()[1]

    told = [where()]
    approve(actor=HOUSE, lines=[line])
    told.append(where())
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    told.append(where())
    submit(actor=HOUSE, order=made.order)
    told.append(where())
    arrive(made.lines[0], 4)
    told.append(where())
    pick(actor=HOUSE, picks=[Pick(line, 2)])
    told.append(where())
    ship(actor=HOUSE, picks=[Pick(line, 2)])
    told.append(where())
    assert [one.replace("SO-1,", "").strip('"') for one in told] == [
        "To approve 5",
        "To order 5",
        "To order 5",
        "On order 5",
        "On order 1, Reserved 4",
        "On order 1, Reserved 2, Picked 2",
        "On order 1, Reserved 2, Delivered 2",
    ]
    clean()
