"""What lacks of a line is split off as a back order: its own line and promise, at the same price, in one entry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.trade import reserved
from tests.purchasing.test_order import refused
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.catalog.actions import change_product
from wharfinger.demand.models import Line
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db

TODAY = clock.today("Europe/Berlin")
LATER = TODAY + timedelta(days=9)


def ordered(company: World, *wishes: LineWish, confirm: bool = True) -> tuple[int, list[int]]:
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, wishes, confirm=confirm))
    return made.one("demand.Sheet"), made.made["ledger.Claim"]


def test_the_rest_is_a_line_of_its_own_at_the_same_price(company: World) -> None:
    product = company.product()
    company.stock(product, 2)
    order, (line,) = reserved(company, (product, 2))
    amend(actor=HOUSE, sheet=order, amends=[Amend(line, 5)])
    total, before = totals_of([order], "order")[order].total, entries()
    done = amend(actor=HOUSE, sheet=order, amends=[Amend(line, None, back_order_on=LATER)])
    assert entries() == before + 1
    row, fresh = Line.objects.get(pk=line), Line.objects.get(came_from=line)
    assert held(line) == {"bin": 2, "covered": 2, "to_bill": 2}
    assert held(fresh.pk) == {"to_order": 3, "to_bill": 3}
    assert (row.quantity, row.promised_on, fresh.quantity, fresh.promised_on) == (2, None, 3, LATER)
    same = ("product_id", "position", "sheet_id", "order_id", "site_id", "description", "tax_code_id")
    assert all(getattr(fresh, name) == getattr(row, name) for name in same)
    assert totals_of([order], "order")[order].total == total
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"bin": 2, "covered": 2, "to_order": 3, "to_bill": 5}
    assert not Line.objects.filter(came_from=line, void__isnull=True).exists()
    clean()


def test_neither_line_is_priced_anew_for_its_smaller_quantity(company: World) -> None:
    product = company.product(price_micro=10_000_000)
    wish = LineWish(product.pk, 10, discount=Discount(share_micro=100_000, each_micro=1_000_000))
    order, (line,) = ordered(company, wish)
    Line.objects.filter(pk=line).update(unit_price_micro=7_000_000)
    amend(actor=HOUSE, sheet=order, amends=[Amend(line, 4, back_order_on=LATER)])
    found = Line.objects.filter(order=order).order_by("pk")
    assert [
        (one.quantity, one.unit_price_micro, one.discount_micro, one.discount_each_micro, one.price_typed)
        for one in found
    ] == [(4, 7_000_000, 100_000, 1_000_000, False), (6, 7_000_000, 100_000, 1_000_000, False)]
    clean()


def test_a_split_asks_for_no_approval(company: World) -> None:
    Setting.objects.create(key="approval", value={"threshold_minor": 5_000})
    product = company.product()
    order, (line,) = ordered(company, LineWish(product.pk, 8))
    assert held(line)["to_order"] == 8
    amend(actor=HOUSE, sheet=order, amends=[Amend(line, 4, back_order_on=LATER)])
    fresh = Line.objects.get(came_from=line)
    assert (held(line), held(fresh.pk)) == ({"to_order": 4, "to_bill": 4}, {"to_order": 4, "to_bill": 4})
    clean()


def test_a_kit_and_a_product_that_is_no_longer_sold_are_split_off(company: World) -> None:
    kit, part, gone = company.product(kind="kit"), company.product(), company.product()
    change_product(actor=HOUSE, product=kit.pk, values={}, components=[{"product": part.pk, "quantity": "2"}])
    order, lines = ordered(company, LineWish(kit.pk, 3), LineWish(gone.pk, 4))
    change_product(actor=HOUSE, product=kit.pk, values={}, components=[{"product": part.pk, "quantity": "5"}])
    change_product(actor=HOUSE, product=gone.pk, values={"retired_on": TODAY})
    whole = Line.objects.get(pk__in=lines, product=kit)
    other = Line.objects.get(pk__in=lines, product=gone)
    amends = [Amend(whole.pk, 1, back_order_on=LATER), Amend(other.pk, 1, back_order_on=LATER)]
    amend(actor=HOUSE, sheet=order, amends=amends)
    fresh = Line.objects.get(came_from=whole)
    inside = Line.objects.get(parent=fresh)
    assert (held(fresh.pk), held(inside.pk)) == ({"to_bill": 2}, {"to_order": 4})
    assert (inside.ratio, inside.promised_on) == (2, LATER)
    assert held(Line.objects.get(came_from=other).pk) == {"to_order": 3, "to_bill": 3}
    clean()


def test_what_cannot_be_split_is_refused(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    order, (line,) = reserved(company, (product, 3))
    before = entries()
    for one, code, field in (
        (Amend(line, None, back_order_on=LATER), "nothing_open", "lines.0.quantity"),
        (Amend(line, 3, back_order_on=LATER), "nothing_open", "lines.0.quantity"),
        (Amend(line, 0, back_order_on=LATER), "all_open", "lines.0.quantity"),
        (Amend(line, 1, back_order_on=TODAY - timedelta(days=1)), "promised_past", "lines.0.back_order_on"),
        (Amend(line, 1, product.pk, LATER), "replaced_or_later", "lines.0.back_order_on"),
    ):
        act = lambda one=one: amend(actor=HOUSE, sheet=order, amends=[one])  # noqa: E731
        assert refused(code, act).field == field
    assert (entries(), Line.objects.count()) == (before, 1)
    clean()


def test_a_split_is_seen_before_it_is_made(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    order, (line,) = ordered(company, LineWish(product.pk, 5))
    path = f"/documents/{order}/amend/"
    assert "Split off as back order" in see(client, f"/orders/{order}/")
    before = entries()
    shown = see(client, f"{path}?quantity-{line}=2&later-{line}={LATER.isoformat()}")
    assert "What will happen" in shown
    for typed, said, code in (
        (
            {f"quantity-{line}": "5", f"later-{line}": LATER.isoformat()},
            "Nothing of this line would stay.",
            409,
        ),
        ({f"quantity-{line}": "2", f"later-{line}": "soon"}, "is not a date", 422),
        ({f"quantity-{line}": "2", f"later-{line}": "2020-01-01"}, "2020-01-01 has passed.", 422),
    ):
        assert said in do(client, path, typed, code).content.decode()
    assert entries() == before
    do(client, path, {f"quantity-{line}": "2", f"later-{line}": LATER.isoformat()})
    assert Line.objects.get(came_from=line).quantity == 3
    clean()


def test_a_split_by_api(client: Client, company: World) -> None:
    product = company.product()
    order, (line,) = ordered(company, LineWish(product.pk, 5))
    body = {"lines": [{"line": line, "quantity": "2", "back_order_on": LATER.isoformat()}]}
    answer = send(client, "POST", f"/orders/{order}/amend", body)
    assert [(one["quantity"], one["promised_on"], one["came_from"]) for one in answer["lines"]] == [
        ("2", None, None),
        ("3", LATER.isoformat(), line),
    ]


def test_statements_do_not_grow_with_split_lines(company: World) -> None:
    counts = []
    for n in (1, 10, 100):
        order, lines = ordered(company, *[LineWish(company.product().pk, 2) for _ in range(n)])
        amends = [Amend(line, 1, back_order_on=LATER) for line in lines]
        with CaptureQueriesContext(connection) as seen:
            amend(actor=HOUSE, sheet=order, amends=amends)
        counts.append(len(seen))
    assert max(counts) == min(counts) < 35, counts
