"""A return is asked for from a box, a shipment or an invoice: for exactly the units that left with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, traced
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import reserved
from tests.purchasing.test_api import Caller
from tests.returns.test_allowed import nothing_changed
from tests.returns.test_settle import billed
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Organization
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.actions.requesting import request
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries.returnable import SHOWN
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked

pytestmark = pytest.mark.django_db


def boxed(company: World) -> tuple[int, int, list[int]]:
    """Two boxes of one shipment: Two units and two cables in the first, one and a cable in the second; the two lines."""
    router, cable = traced(company, "UNIT-1", "UNIT-2", "UNIT-3"), company.product()
    company.stock(cable, 3)
    _, (routers, cables) = reserved(company, (router, 3), (cable, 3))
    pick(actor=HOUSE, picks=[Pick(routers, 3), Pick(cables, 3)])
    first = pack(actor=HOUSE, picks=[Pick(routers, 2, serials=("UNIT-1", "UNIT-2")), Pick(cables, 2)]).one(
        "fulfilment.Container"
    )
    second = pack(actor=HOUSE, picks=[Pick(routers, 1), Pick(cables, 1)]).one("fulfilment.Container")
    ship(actor=HOUSE, containers=[first, second])
    return routers, cables, [first, second]


def asked_for() -> set[tuple[int | None, str, int]]:
    """Line, number and quantity of what the last RMA asks for."""
    rma = Rma.objects.latest("pk")
    rows = RmaLine.objects.filter(rma=rma).select_related("lot")
    return {(row.line_id, row.lot.code if row.lot else "", row.quantity) for row in rows}


def test_a_box_means_exactly_what_left_in_it(company: World) -> None:
    """And of that only what the customer still has."""
    routers, cables, (first, second) = boxed(company)
    request(actor=HOUSE, organization=company.customer.pk, items=[Asked(container=second)])
    assert asked_for() == {(routers, "UNIT-3", 1), (cables, "", 1)}
    Rma.objects.update(denied_at="2026-11-29T08:00:00Z")
    take_back(
        actor=HOUSE,
        organization=company.customer.pk,
        items=[Returned(Asked(1, routers, serial="UNIT-1")), Returned(Asked(2, cables))],
    )
    request(actor=HOUSE, organization=company.customer.pk, items=[Asked(container=first)])
    assert asked_for() == {(routers, "UNIT-2", 1), (cables, "", 1)}
    clean()


@pytest.mark.parametrize("source", ["shipment", "invoice"])
def test_a_shipment_and_an_invoice_mean_their_goods(company: World, source: str) -> None:
    routers, cables, _ = boxed(company)
    pk = Shipment.objects.get().pk if source == "shipment" else billed(routers, 2).pk
    item: Any = Asked(**{source: pk})
    request(actor=HOUSE, organization=company.customer.pk, items=[item])
    found = asked_for()
    if source == "shipment":
        assert found == {
            (routers, "UNIT-1", 1),
            (routers, "UNIT-2", 1),
            (routers, "UNIT-3", 1),
            (cables, "", 3),
        }
    else:
        assert {(line, units) for line, _, units in found} == {(routers, 1)}
        assert len(found) == 2
    Rma.objects.update(denied_at="2026-11-29T08:00:00Z")
    back = take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(item)])
    assert len(back.made["returns.RmaLine"]) == len(found)
    clean()


def test_what_is_not_theirs_or_not_there_is_refused(company: World) -> None:
    _, cables, (first, second) = boxed(company)
    for source, pk in (("container", 999), ("shipment", 999), ("invoice", 999)):
        item: Any = Asked(**{source: pk})
        found = nothing_changed(
            f"no_such_{source}",
            lambda item=item: request(actor=HOUSE, organization=company.customer.pk, items=[item]),
        )
        assert found.field == f"lines.0.{source}"
    for item in (Asked(container=first), Asked(1, cables)):
        take_back(actor=HOUSE, organization=company.customer.pk, items=[Returned(item, outcome="scrap")])
    again = Asked(container=first)
    found = nothing_changed(
        "nothing_with_them", lambda: request(actor=HOUSE, organization=company.customer.pk, items=[again])
    )
    assert found.field == "lines.0.container"
    other = Organization.objects.create(name="Other", customer=True)
    nothing_changed(
        "no_such_container",
        lambda: request(actor=HOUSE, organization=other.pk, items=[Asked(container=second)]),
    )
    clean()


def test_statements_do_not_grow_with_what_is_in_the_box(company: World) -> None:
    counts = []
    for units in (1, 10, 100):
        router = traced(company, *(f"B{units}-{n}" for n in range(units)))
        line = delivered(company, router, units)
        shipment = Shipment.objects.latest("pk").pk
        with CaptureQueriesContext(connection) as found:
            request(actor=HOUSE, organization=company.customer.pk, items=[Asked(shipment=shipment)])
        assert {row[0] for row in asked_for()} == {line}
        assert len(asked_for()) == units
        counts.append(len(found))
    assert counts[0] == counts[1] == counts[2]
    clean()


def test_the_api_takes_a_box(company: World) -> None:
    routers, cables, (first, _) = boxed(company)
    ada = Caller(company.user)
    body: dict[str, Any] = {"organization": company.customer.pk, "lines": [{"container": first}]}
    made = ada.good("post", "/rmas", body, status=201)
    assert {(row["line"], row["serial"], row["requested"]) for row in made["lines"]} == {
        (routers, "UNIT-1", "1"),
        (routers, "UNIT-2", "1"),
        (cables, "", "2"),
    }
    assert ada.refused("/rmas", body | {"lines": [{"container": 999}]}) == (
        404,
        "no_such_container",
        "lines.0.container",
    )
    clean()


def test_a_scanned_label_asks_for_the_units_of_its_box(client: Client, company: World) -> None:
    """From the search of the form and from the page of the box; other goods of the customer are not there."""
    routers, cables, (first, _) = boxed(company)
    box = Container.objects.get(pk=first)
    to = f"/rmas/new/?organization={company.customer.pk}&container={first}"
    assert to.replace("&", "&amp;") in see(client, f"/containers/{first}/")
    answer = client.get("/rmas/new/", {"find": box.number})
    assert (answer.status_code, answer["Location"]) == (302, to)
    page = see(client, to)
    assert "UNIT-1" in page
    assert "UNIT-2" in page
    assert "UNIT-3" not in page
    rows = {
        h.lot.code if h.serial else "": f"{h.claim_id}-{h.lot_id}"
        for h in Holding.objects.filter(
            claim__in=[routers, cables], kind="customer", quantity__gt=0
        ).select_related("lot")
    }
    typed = {f"unit-{rows['UNIT-1']}": "yes", f"unit-{rows['UNIT-2']}": "yes", f"quantity-{rows['']}": "2"}
    do(client, to, typed | {"type": "return"})
    assert asked_for() == {(routers, "UNIT-1", 1), (routers, "UNIT-2", 1), (cables, "", 2)}
    clean()


def test_numbers_lead_to_their_customer(client: Client, company: World) -> None:
    """A unit's, an order's, a shipment's and an invoice's; what is called nothing is said so."""
    routers, _, _ = boxed(company)
    paper = billed(routers, 1)
    shipment = Shipment.objects.get()
    mine = f"/rmas/new/?organization={company.customer.pk}"
    number = Line.objects.get(pk=routers).sheet.number
    for code, to in (
        ("unit-3", f"{mine}&find=UNIT-3"),
        (number.lower(), f"{mine}&find={number}"),
        (shipment.number, f"{mine}&shipment={shipment.pk}"),
        (paper.number, f"{mine}&invoice={paper.pk}"),
    ):
        answer = client.get("/rmas/new/", {"find": code})
        assert (answer.status_code, answer["Location"]) == (302, to)
    before = entries()
    assert "NO-SUCH" in see(client, "/rmas/new/?find=NO-SUCH")
    assert entries() == before


def test_who_has_much_scans_or_searches(client: Client, company: World) -> None:
    """A form shows the newest forty, and finds the others by number, product or order."""
    router = traced(company, *(f"R{n:03}" for n in range(SHOWN + 10)))
    delivered(company, router, SHOWN + 10)
    mine = f"/rmas/new/?organization={company.customer.pk}"
    page = see(client, mine)
    assert page.count('name="unit-') == SHOWN
    hidden = next(f"R{n:03}" for n in range(SHOWN + 10) if f"R{n:03}" not in page)
    assert hidden in see(client, f"{mine}&find={hidden}")
    assert see(client, f"{mine}&find={router.sku}").count('name="unit-') == SHOWN
    assert see(client, f"{mine}&serial={hidden}").count("checked") >= 1
    assert 'name="unit-' not in see(client, f"{mine}&find=nothing-of-this")
