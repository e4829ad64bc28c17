"""A line is replaced by another product as far as it is open, at its place, priced anew, in one entry."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.fulfilment.trade import reserved
from tests.purchasing.test_order import refused
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import TODAY, World, clean, entries, held
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


def ordered(company: World, *wishes: LineWish, confirm: bool = True) -> tuple[int, list[int]]:
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, wishes, confirm=confirm))
    return made.one("demand.Sheet"), made.made["ledger.Claim"]


def test_what_is_picked_stays_and_the_rest_is_another_product(company: World) -> None:
    old, new = company.product(), company.product(price_micro=25_000_000)
    company.stock(old, 2)
    order, (line,) = reserved(company, (old, 2))
    amend(actor=HOUSE, sheet=order, amends=[Amend(line, 5)])
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    before = entries()
    done = amend(actor=HOUSE, sheet=order, amends=[Amend(line, None, new.pk)])
    assert entries() == before + 1
    fresh = Line.objects.get(product=new)
    assert held(line) == {"picked": 1, "bin": 1, "covered": 2, "to_bill": 2}
    assert held(fresh.pk) == {"to_order": 3, "to_bill": 3}
    row = Line.objects.get(pk=line)
    assert (row.quantity, fresh.quantity, fresh.came_from_id) == (2, 3, line)
    assert (fresh.position, fresh.site_id, fresh.order_id) == (row.position, row.site_id, order)
    assert (fresh.unit_price_micro, fresh.price_typed) == (25_000_000, False)
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"picked": 1, "bin": 1, "covered": 2, "to_order": 3, "to_bill": 5}
    assert not Line.objects.filter(product=new, void__isnull=True).exists()
    clean()


def test_a_line_of_which_nothing_stays_is_taken_off(company: World) -> None:
    old, new, third = company.product(), company.product(), company.product()
    order, (line, other) = ordered(
        company, LineWish(old.pk, 5, promised_on=TODAY), LineWish(third.pk, 1), confirm=False
    )
    amend(actor=HOUSE, sheet=order, amends=[Amend(line, None, new.pk)])
    fresh = Line.objects.get(product=new)
    assert Line.objects.get(pk=line).removed_at is not None
    assert (fresh.promised_on, fresh.position, Line.objects.get(pk=other).position) == (TODAY, 1, 2)
    assert held(fresh.pk) == {"quoted": 5, "offered": 5}
    clean()


def test_reserved_goods_go_only_where_somebody_says_how_many_stay(company: World) -> None:
    old, new = company.product(), company.product()
    company.stock(old, 3)
    order, (line,) = reserved(company, (old, 3))
    before = entries()
    found = refused(
        "nothing_open", lambda: amend(actor=HOUSE, sheet=order, amends=[Amend(line, None, new.pk)])
    )
    assert found.field == "lines.0.quantity"
    assert (entries(), held(line)) == (before, {"bin": 3, "covered": 3, "to_bill": 3})
    amend(actor=HOUSE, sheet=order, amends=[Amend(line, 1, new.pk)])
    assert held(line) == {"bin": 1, "covered": 1, "to_bill": 1}
    assert Line.objects.get(product=new).quantity == 2
    assert held(product=old.pk)["bin"] == 3
    clean()


def test_a_charge_is_replaced_by_a_kit(company: World) -> None:
    old, kit, part = company.product(), company.product(kind="kit"), company.product()
    change_product(actor=HOUSE, product=kit.pk, values={}, components=[{"product": part.pk, "quantity": "2"}])
    wish = WorkWish("ticket", company.customer.pk, lines=(LineWish(old.pk, 3),))
    made = create_work_order(actor=HOUSE, wish=wish)
    line = made.one("ledger.Claim")
    amend(actor=HOUSE, sheet=made.one("demand.Sheet"), amends=[Amend(line, 1, kit.pk)])
    whole, inside = Line.objects.get(product=kit), Line.objects.get(product=part)
    assert (held(line), held(whole.pk), held(inside.pk)) == (
        {"to_order": 1, "to_bill": 1},
        {"to_bill": 2},
        {"to_order": 4},
    )
    assert (inside.parent_id, inside.position, inside.came_from_id) == (whole.pk, whole.position, None)
    clean()


def test_what_cannot_replace_is_refused(company: World) -> None:
    old, gone = company.product(), company.product(retired_on=TODAY)
    pieces = company.product(quantity_decimals=0)
    metres = company.product(quantity_decimals=2)
    order, (line, cable) = ordered(company, LineWish(old.pk, 3), LineWish(metres.pk, 150))
    before = entries()
    for one, code, field in (
        (Amend(line, None, old.pk), "same_product", "lines.0.replace_by"),
        (Amend(line, None, 99_999), "no_such_product", "lines.0.replace_by"),
        (Amend(line, None, gone.pk), "product_retired", "lines.0.replace_by"),
        (Amend(line, 4, pieces.pk), "nothing_open", "lines.0.quantity"),
        (Amend(cable, None, pieces.pk), "no_whole_number", "lines.0.quantity"),
        (Amend(line, None), "missing", "lines.0.quantity"),
    ):
        act = lambda one=one: amend(actor=HOUSE, sheet=order, amends=[one])  # noqa: E731
        assert refused(code, act).field == field
    assert (entries(), Line.objects.count()) == (before, 2)
    clean()


def test_a_replacement_is_seen_before_it_is_made(client: Client, company: World) -> None:
    old, new = company.product(sku="AP-1"), company.product(sku="AP-2", price_micro=30_000_000)
    order, (line,) = ordered(company, LineWish(old.pk, 2))
    path = f"/documents/{order}/amend/"
    before = entries()
    shown = see(client, f"{path}?quantity-{line}=2&sku-{line}=AP-2")
    assert "What will happen" in shown
    assert "71.40" in shown
    assert "There is no such product." in see(client, f"{path}?quantity-{line}=2&sku-{line}=AP-9")
    refused_ = do(client, path, {f"quantity-{line}": "2", f"sku-{line}": "AP-1"}, 422)
    assert "The line is of this product already." in refused_.content.decode()
    assert entries() == before
    do(client, path, {f"quantity-{line}": "2", f"sku-{line}": "AP-2"})
    assert Line.objects.get(product=new).quantity == 2
    assert "Came from" in see(client, f"/lines/{Line.objects.get(product=new).pk}/")
    clean()


def test_a_replacement_by_api(client: Client, company: World) -> None:
    old, new = company.product(), company.product()
    order, (line,) = ordered(company, LineWish(old.pk, 2))
    send(client, "POST", f"/orders/{order}/amend", {"lines": [{"line": line}]}, 422)
    answer = send(client, "POST", f"/orders/{order}/amend", {"lines": [{"line": line, "replace_by": new.pk}]})
    assert [(one["product"], one["quantity"], one["came_from"]) for one in answer["lines"]] == [
        (new.pk, "2", line)
    ]


def test_statements_do_not_grow_with_replaced_lines(company: World) -> None:
    counts = []
    for n in (1, 10, 100):
        wishes = [LineWish(company.product().pk, 2) for _ in range(n)]
        order, lines = ordered(company, *wishes)
        amends = [Amend(line, None, company.product().pk) for line in lines]
        with CaptureQueriesContext(connection) as seen:
            amend(actor=HOUSE, sheet=order, amends=amends)
        counts.append(len(seen))
    assert max(counts) == min(counts) < 35, counts
