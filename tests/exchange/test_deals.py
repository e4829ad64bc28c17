"""Quotes, orders and purchase orders come in with their groups, options, periods, terms and people, or say why not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchange.test_import import bring
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.demand.models import Line, LineGroup, Sheet
from wharfinger.exchange.lists import rows_of
from wharfinger.exchange.models import Run
from wharfinger.parties.actions.terms import add_terms
from wharfinger.parties.models import User
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder

pytestmark = pytest.mark.django_db

QUOTE = (
    "number,customer,expires on,discount whole,sku,quantity,unit price,discount,group,group discount,every,"
    "option,instead of,taken\n"
)


@pytest.fixture
def company() -> World:
    made = world()
    for sku in ("AP", "SW", "CARE"):
        made.product(sku=sku)
    return made


def quoted(*rows: str) -> Run:
    return bring("quotes", QUOTE + "".join(f"Q-7,Acme,2027-03-31,{row}\n" for row in rows))


def refused(run: Run) -> list[tuple[int, str]]:
    return [(one["row"], one["column"]) for one in run.problems]


def test_a_quote_comes_in_with_its_groups_and_what_recurs(company: World) -> None:
    run = quoted(
        "10,AP,2,100,5,Wireless,20,,,,",
        "10,CARE,1,50,,,,Monatlich,,,",
        "10,SW,1,100,,Wireless,,,optional,,no",
        "10,SW,3,90,,Wireless,20,,alternative,1,no",
    )
    assert (run.added, run.problems) == (1, [])
    group = LineGroup.objects.get()
    assert (group.title, group.discount_micro, Sheet.objects.get().discount_micro) == (
        "Wireless",
        200_000,
        100_000,
    )
    wireless, care, optional, instead = Line.objects.order_by("position")
    # 5 % off, then 20 %, then 10 %.
    assert (wireless.own_discount_micro, wireless.discount_micro, wireless.group) == (50_000, 316_000, group)
    assert (care.every, care.discount_micro, care.group) == ("month", 100_000, None)
    assert (optional.option, optional.taken) == ("optional", False)
    assert (instead.instead_of, instead.taken) == (wireless, False)
    before = entries()
    again = quoted(
        "10,AP,2,100,5,Wireless,20,,,,",
        "10,CARE,1,50,,,,month,,,",
        "10,SW,1,100,,Wireless,,,optional,,no",
        "10,SW,3,90,,Wireless,20,,alternative,1,no",
    )
    assert (again.unchanged, again.problems, entries()) == (1, [], before)
    left = list(rows_of(HOUSE, "quotes"))
    assert [row["sku"] for row in left] == ["CARE", "AP", "SW", "SW"]
    assert left[3]["instead_of"] == 2
    clean()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",SW,1,1,,Wireless,30,,,,", "group_discount"),
        (",SW,1,1,,,,weekly,,,", "every"),
        (",SW,1,1,,,,,alternative,9,", "instead_of"),
        (",SW,1,1,,,,,alternative,2,", "instead_of"),
        (",SW,1,1,,,,,alternative,one,", "instead_of"),
        (",SW,1,1,,,,,now and then,,", "option"),
        (",SW,1,1,,,,,optional,,perhaps", "taken"),
        (f",SW,1,1,,{'x' * 121},,,,,", "group"),
    ],
)
def test_what_no_quote_can_be_is_refused_by_row_and_column(company: World, row: str, column: str) -> None:
    before = entries()
    run = quoted(",AP,2,100,,Wireless,20,,,,", row)
    assert (refused(run), entries()) == ([(3, column)], before)


def test_an_order_comes_in_with_its_priority_owner_and_days(company: World) -> None:
    User.objects.filter(pk=company.user.pk).update(username="Ada")
    heading = "number,customer,promised on,owner,priority,sku,quantity,line promised on\n"
    run = bring("orders", heading + "SO-7,Acme,2026-12-24,ada,Dringend,AP,1,2026-12-01\n")
    assert (run.added, run.problems) == (1, [])
    order = Sheet.objects.get()
    assert (order.owner, order.priority) == (company.user, "urgent")
    assert [str(one.promised_on) for one in Line.objects.all()] == ["2026-12-01"]
    changed = bring("orders", heading + "SO-7,Acme,2026-12-24,ada,low,AP,1,2026-12-01\n")
    assert (changed.changed, Sheet.objects.get().priority) == (1, "low")
    before = entries()
    for row, column in (
        ("SO-8,Acme,,nobody,,AP,1,\n", "owner"),
        ("SO-8,Acme,,,at once,AP,1,\n", "priority"),
        ("SO-8,Acme,,,,AP,1,soon\n", "line_promised_on"),
    ):
        assert (refused(bring("orders", heading + row)), entries()) == ([(2, column)], before)
    clean()


def test_an_order_comes_in_and_goes_out_with_its_terms_of_payment(company: World) -> None:
    terms = add_terms(actor=HOUSE, values={"name": "In two", "days": 30}).one("parties.Terms")
    heading = "number,customer,terms of payment,sku,quantity\n"
    run = bring("orders", heading + "SO-7,Acme,In two,AP,1\n")
    assert (run.added, run.problems) == (1, [])
    assert Sheet.objects.get().terms_id == terms
    assert [row["terms"] for row in rows_of(HOUSE, "orders")] == ["In two"]
    before = entries()
    assert refused(bring("orders", heading + "SO-8,Acme,In three,AP,1\n")) == [(2, "terms")]
    assert entries() == before


def test_a_purchase_order_comes_in_with_its_terms(company: World) -> None:
    heading = (
        "number,vendor,expected on,terms days,shipping method,freight,ship on,sku,quantity,unit cost,tax code,"
        "line expected on\n"
    )
    text = (
        "PO-7,Grossist,2026-12-24,21,By sea,12.50,2026-12-20,AP,3,90,S19,2026-12-27\n"
        "PO-7,Grossist,2026-12-24,21,By sea,12.50,2026-12-20,SW,1,10,none,\n"
    )
    run = bring("purchase_orders", heading + text)
    assert (run.added, run.problems) == (1, [])
    order = PurchaseOrder.objects.get()
    assert (order.terms_days, order.shipping_method, order.freight_minor) == (21, "By sea", 1250)
    assert str(order.ship_on) == "2026-12-20"
    lines: list[Any] = [(one.tax_code, str(one.expected_on)) for one in PurchaseLine.objects.order_by("pk")]
    assert lines == [(company.tax, "2026-12-27"), (None, "2026-12-24")]
    before = entries()
    assert bring("purchase_orders", heading + text).unchanged == 1
    for row, column in (
        ("PO-8,Grossist,,soon,,,,AP,1,1,,\n", "terms_days"),
        ("PO-8,Grossist,,,,much,,AP,1,1,,\n", "freight"),
        ("PO-8,Grossist,,,,,,AP,1,1,X99,\n", "tax_code"),
        ("PO-8,Grossist,,,,,,AP,1,1,,soon\n", "line_expected_on"),
        ("PO-8,Grossist,,-3,,,,AP,1,1,,\n", "terms_days"),
        ("PO-8,Grossist,,,,-3,,AP,1,1,,\n", "freight"),
    ):
        assert (refused(bring("purchase_orders", heading + row)), entries()) == ([(2, column)], before)
    clean()
