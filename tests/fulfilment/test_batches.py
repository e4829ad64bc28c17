"""Goods that are kept by batches: which of them leave is chosen, printed and told."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from tests.documents.reading import pages
from tests.fulfilment.trade import order, reserved
from tests.world import World, clean, held, seen
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.documents.actions.printing import print_run_list
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.runs import start_run
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Holding
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db
SOON, LATER = date(2030, 3, 7), date(2030, 9, 21)


def milk(company: World, **batches: tuple[int, date | None]) -> Product:
    """A product of which there are batches: how much, and when it expires."""
    product = company.product(traced="batch")
    for code, (units, until) in batches.items():
        found = Adjustment(product.pk, units, company.location.place_id, batch=code, expires_on=until)
        adjust(actor=HOUSE, items=[found], reason="Found")
    return product


def of_batch(line: int, kind: str) -> dict[str, int]:
    """How much of which batch stands at a kind of place for a line."""
    rows = Holding.objects.filter(claim=line, kind=kind, quantity__gt=0)
    return dict(rows.values_list("lot__code", "quantity"))


def choices(page: str, line: int) -> list[str]:
    """What is offered of the batches of a line, blanks folded."""
    found = re.search(rf'name="batch-{line}">(.*?)</select>', page, re.DOTALL)
    assert found is not None
    return [" ".join(one.split()) for one in re.findall(r"<option[^>]*>(.*?)</option>", found[1], re.DOTALL)]


def test_another_batch_is_picked_than_the_one_that_is_proposed(client: Client, company: World) -> None:
    product = milk(company, LATE=(4, LATER), SOON=(4, SOON), NEVER=(4, None))
    pk, (line,) = reserved(company, (product, 3))
    assert of_batch(line, "bin") == {"SOON": 3}
    told = choices(seen(client, f"/orders/{pk}/pick/"), line)
    assert [one.partition(" ")[0] for one in told] == ["As", "SOON", "LATE", "NEVER"]
    assert "3 pc" in told[1]
    assert "free 1" in told[1]
    assert f"{SOON.day}" in told[1]
    assert "free 4" in told[2]
    done = client.post(f"/orders/{pk}/pick/", {f"quantity-{line}": "2", f"batch-{line}": "LATE"})
    assert done.status_code == 303
    assert (of_batch(line, "picked"), of_batch(line, "bin")) == ({"LATE": 2}, {"SOON": 1})
    client.post(f"/orders/{pk}/pick/", {f"quantity-{line}": "1", f"batch-{line}": ""})
    assert of_batch(line, "picked") == {"LATE": 2, "SOON": 1}
    told = choices(seen(client, f"/orders/{pk}/ship/"), line)
    assert [one.partition(" ")[0] for one in told] == ["As", "SOON", "LATE"]
    client.post(f"/orders/{pk}/ship/", {f"quantity-{line}": "1", f"batch-{line}": "LATE"})
    assert (of_batch(line, "customer"), of_batch(line, "picked")) == ({"LATE": 1}, {"LATE": 1, "SOON": 1})
    refused = client.post(f"/orders/{pk}/ship/", {f"quantity-{line}": "2", f"batch-{line}": "SOON"})
    assert (refused.status_code, f'id="f-quantity-{line}-e"' in refused.content.decode()) == (409, True)
    assert '<option value="SOON" selected>' in refused.content.decode()
    clean()


def test_goods_without_batches_ask_for_none(client: Client, company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    pk, (line,) = reserved(company, (router, 3))
    assert f"batch-{line}" not in seen(client, f"/orders/{pk}/pick/")


def test_serials_are_serials_and_batches_have_quantities(client: Client, company: World) -> None:
    product = milk(company, L1=(2, SOON), L2=(3, LATER))
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 1, serials=("S1",))
    _, (line, number) = reserved(company, (product, 5), (phone, 1))
    box = pack(actor=HOUSE, picks=[Pick(line, 3), Pick(number, 1)]).one("fulfilment.Container")
    told = client.get(f"/api/v1/containers/{box}").json()["contents"]
    assert [(row["line"], row["quantity"], row["serials"], row["batches"]) for row in told] == [
        (line, "3", [], [{"batch": "L1", "quantity": "2"}, {"batch": "L2", "quantity": "1"}]),
        (number, "1", ["S1"], []),
    ]
    assert "L1, L2" in seen(client, f"/containers/{box}/")
    ship(actor=HOUSE, containers=[box])
    sent = Shipment.objects.get()
    (told,) = client.get("/api/v1/shipments").json()["items"]
    assert {row["line"]: (row["serials"], len(row["batches"])) for row in told["goods"]} == {
        line: ([], 2),
        number: (["S1"], 0),
    }
    page = seen(client, f"/shipments/{sent.pk}/")
    assert f'name="batch-{line}"' in page
    typed = {"shipment": str(sent.pk), f"quantity-{line}": "1", f"batch-{line}": "L2", "credit": "yes"}
    client.post("/cancel-delivery/", typed)
    assert (of_batch(line, "customer"), of_batch(line, "container")) == ({"L1": 2}, {"L2": 1})
    assert Container.objects.get().shipment_id is None
    clean()


def test_a_pick_list_tells_when_a_batch_expires(company: World) -> None:
    product = milk(company, L1=(2, SOON), L2=(3, None))
    _, (line,) = order(company, (product, 5))
    run = start_run(actor=company.user, location=company.location.pk, lines=[line]).one("fulfilment.PickRun")
    (page,) = pages(print_run_list(actor=HOUSE, run=run, language="en"))
    assert re.search(rf"Batch L1 · expires on {SOON.day} \w+ {SOON.year}", page)
    assert page.count("expires on") == 1
    (page,) = pages(print_run_list(actor=HOUSE, run=run, language="de"))
    assert f"Charge L1 · läuft ab am {SOON:%d.%m.%Y}" in page
    assert held(line)["bin"] == 5
