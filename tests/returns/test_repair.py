"""Repairs: on our bench or at the vendor, with parts at their cost, under warranty or for a charge."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, traced
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import where
from tests.purchasing.test_api import Caller
from tests.returns.test_rma import asked, loose, of
from tests.world import World, clean, entries, held, refused, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line, Sheet
from wharfinger.devices.actions.installing import install
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.returns.actions.inspecting import inspect
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.repairing import finish_repair
from wharfinger.returns.models import Repair, RepairPart, RmaLine
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.repairing import Part, Repaired
from wharfinger.returns.rules.requesting import Asked
from wharfinger.site.queries.margins import of_order

pytestmark = pytest.mark.django_db
MICRO = 10**6


@pytest.fixture
def company(client: Client) -> World:
    """A small company whose user is signed in."""
    made = world()
    client.force_login(made.user)
    return made


def in_repair(company: World, units: int = 2, outcome: str = "repair") -> tuple[int, int]:
    """Goods that came back to be repaired: the return and its line."""
    rma, (line,) = asked(company, Asked(units, loose(company, units)))
    receive(actor=HOUSE, rma=rma, items=[Arrived(units, line)])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, units, outcome)])
    return rma, line


def service(company: World) -> int:
    """The service by which repairs are charged."""
    made = company.product(kind="service", sku="REPAIR", name="Repair")
    set_setting(actor=HOUSE, name="fee_products", value={"repair": made.pk})
    return made.pk


def sold_on(line: int) -> Sheet:
    """The order by whose line the goods of a return's line were sold."""
    found = RmaLine.objects.get(pk=line).line
    assert found is not None
    return found.sheet


def test_a_part_under_warranty_leaves_stock_at_its_cost_and_is_not_billed(company: World) -> None:
    rma, line = in_repair(company)
    fan = company.product(sku="FAN")
    company.stock(fan, 5)
    before = of_order(sold_on(line).pk).went
    layer = Layer.objects.get(product=fan)
    each = layer.value_minor // layer.quantity
    done = finish_repair(
        actor=HOUSE,
        rma=rma,
        done=Repaired(line, 1, " Fan replaced ", parts=(Part(fan.pk, 2),), cost_minor=1500, then="send_back"),
    )
    assert Repair.objects.get().text == "Fan replaced"
    part = RepairPart.objects.get().line
    assert held(part.pk) == {"covered": 2, "customer": 2, "waived": 2}
    assert (part.unit_price_micro, part.sheet_id) == (0, sold_on(line).pk)
    assert of_order(sold_on(line).pk).went - before == 1500 + 2 * each
    figure = of(rma, line)
    assert (figure.bench, figure.outcomes["send_back"]) == (1, 1)
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert not Repair.objects.filter(void__isnull=True).exists()
    assert Line.objects.get(pk=part.pk).void_id is not None
    assert of_order(sold_on(line).pk).went == before
    assert (of(rma, line).bench, Layer.objects.get(product=fan).quantity) == (2, 5)
    clean()


def test_work_and_parts_are_charged_on_the_order_of_the_goods(company: World) -> None:
    rma, line = in_repair(company)
    fan, work = company.product(sku="FAN"), service(company)
    company.stock(fan, 1)
    finish_repair(
        actor=HOUSE,
        rma=rma,
        done=Repaired(
            line,
            2,
            "Fan replaced",
            parts=(Part(fan.pk, 1, unit_price_micro=20 * MICRO),),
            charge_micro=45 * MICRO,
            service=work,
        ),
    )
    repair = Repair.objects.get()
    assert repair.charge is not None
    assert repair.charge.description == "Fan replaced"
    assert held(repair.charge_id or 0) == {"covered": 1, "customer": 1, "to_bill": 1}
    assert held(RepairPart.objects.get().line_id) == {"covered": 1, "customer": 1, "to_bill": 1}
    assert of(rma, line).bench == 2, "nobody said where they go, so they wait on the bench"
    clean()


def test_a_unit_comes_back_from_the_vendor_with_its_number_and_stays_its_customers(company: World) -> None:
    sold = delivered(company, traced(company, "S1"), 1)
    device = install(actor=HOUSE, items=[Installation(sold)]).one("devices.Device")
    rma, (line,) = asked(company, Asked(1, sold, device, type="repair"))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, line)])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 1, "to_vendor")])
    assert where("S1")[0] == "at_vendor"
    before = entries()
    wrong = Repaired(line, 1, "Board", vendor=company.customer.pk)
    refused(lambda: finish_repair(actor=HOUSE, rma=rma, done=wrong), "no_such_vendor", "vendor")
    assert entries() == before
    theirs = Repaired(line, 1, "Board", vendor=company.vendor.pk, cost_minor=8000)
    first = finish_repair(actor=HOUSE, rma=rma, done=theirs)
    assert where("S1")[0] == "bench"
    assert Device.objects.get(pk=device).removed_on is None
    assert Repair.objects.get().lot.code == "S1"
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(line, 1, "send_back")])
    assert (where("S1")[0], Device.objects.get(pk=device).removed_on) == ("customer", None)
    reverse(actor=HOUSE, entry=first.id + 1)
    reverse(actor=HOUSE, entry=first.id)
    assert where("S1")[0] == "at_vendor"
    clean()


def test_what_cannot_be_is_refused_and_nothing_is_written(company: World) -> None:
    rma, line = in_repair(company)
    fan, kit = company.product(sku="FAN"), company.product(sku="WORK", kind="service")
    company.stock(fan, 1)
    (other,) = [delivered(company, traced(company, "T1"), 1)]
    for done, code, field in (
        (Repaired(line, 3, "x"), "not_in_repair", "quantity"),
        (Repaired(line, 0, "x"), "not_positive", "quantity"),
        (Repaired(line, 1, " "), "missing", "text"),
        (Repaired(line, 1, "x", cost_minor=-1), "below_zero", "cost"),
        (Repaired(line, 1, "x", then="sell"), "no_such_outcome", "then"),
        (Repaired(line, 1, "x", parts=(Part(kit.pk, 1),)), "no_such_product", "parts.0.product"),
        (Repaired(line, 1, "x", parts=(Part(fan.pk, 0),)), "not_positive", "parts.0.quantity"),
        (Repaired(line, 1, "x", charge_micro=MICRO, service=fan.pk), "no_such_service", "service"),
        (Repaired(line, 1, "x", sheet=10**6), "document_wanted", "ticket"),
    ):
        before = entries()
        refused(lambda done=done: finish_repair(actor=HOUSE, rma=rma, done=done), code, field)
        assert entries() == before
    short = Repaired(line, 1, "x", parts=(Part(fan.pk, 2),))
    refused(lambda: finish_repair(actor=HOUSE, rma=rma, done=short), "not_enough", "parts.0.quantity")
    router = Line.objects.get(pk=other).product_id
    unnamed = Repaired(line, 1, "x", parts=(Part(router, 1),))
    refused(lambda: finish_repair(actor=HOUSE, rma=rma, done=unnamed), "serials_differ", "parts.0.serials")
    assert (Repair.objects.count(), of(rma, line).bench) == (0, 2)
    clean()


def test_parts_cost_the_same_number_of_statements_however_many(company: World) -> None:
    counts = []
    for many in (1, 6):
        rma, line = in_repair(company)
        parts = []
        for _ in range(many):
            product = company.product()
            company.stock(product, 1)
            parts.append(Part(product.pk, 1))
        with CaptureQueriesContext(connection) as told:
            finish_repair(actor=HOUSE, rma=rma, done=Repaired(line, 1, "Done", parts=tuple(parts)))
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_the_page_of_a_repair_and_the_list_of_what_is_on_the_bench(client: Client, company: World) -> None:
    rma, line = in_repair(company)
    fan = company.product(sku="FAN")
    company.stock(fan, 1)
    to = f"/rmas/{rma}/"
    assert f"{to}repair/" in see(client, to)
    sku = RmaLine.objects.get().product.sku
    assert sku in see(client, "/work/returns/?tab=bench")
    see(client, f"{to}repair/?line={line}")
    typed = {"quantity": "2", "text": "Fan replaced", "sku-1": "FAN", "cost": "12.50", "then": "restock"}
    before = entries()
    do(client, f"{to}repair/", typed | {"sku-1": "NONE"}, status=422)
    do(client, f"{to}repair/", typed | {"charge": "30"}, status=422)
    assert entries() == before
    service(company)
    do(client, f"{to}repair/", typed | {"charge": "30"})
    repair = Repair.objects.get()
    assert (repair.cost_minor, repair.quantity) == (1250, 2)
    assert of(rma, line).outcomes == {"repair": 2, "restock": 2}
    page = see(client, to)
    assert "Fan replaced" in page
    assert f"{to}repair/" not in page
    assert client.get(f"{to}repair/").status_code == 302
    clean()


def test_the_api_lists_repairs_and_hides_their_costs(company: World) -> None:
    ada = Caller(company.user)
    rma, line = in_repair(company)
    fan = company.product(sku="FAN")
    company.stock(fan, 1)
    body = {"rma_line": line, "quantity": "1", "text": "Fan replaced", "parts": [{"product": fan.pk}]}
    assert ada.refused(f"/rmas/{rma}/repair", body | {"charge": "30"})[1] == "no_fee_product"
    assert ada.refused(f"/rmas/{rma}/repair", body | {"rma_line": 10**6})[1:] == (
        "no_such_rma_line",
        "rma_line",
    )
    done = ada.good("post", f"/rmas/{rma}/repair", body | {"cost": "40.00", "then": "send_back"})
    (row,) = done["lines"]
    assert (row["bench"], row["outcomes"]["send_back"]) == ("1", "1")
    (told,) = ada.good("get", f"/repairs?rma={rma}")["items"]
    assert (told["text"], told["work_cost"], told["charge"], told["entry"]) == (
        "Fan replaced",
        "40.00",
        None,
        done["entry"],
    )
    assert [one["product"] for one in told["parts"]] == [fan.pk]
    company.user.roles.clear()
    from_clerk = ada.call("get", "/repairs")
    assert from_clerk.status_code == 403
    clean()
