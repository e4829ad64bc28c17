"""A promise that cannot be kept is seen before it is broken, and given anew with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import bought, sold, stocked_up
from tests.sales.test_api import send
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotAllowed, NotThere, Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries import promises
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.promising import Promised
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import User
from wharfinger.purchasing.actions.ordering import draft_from_lines, submit
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.promising import promise
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


def on(days: int) -> date:
    return clock.today("Europe/Berlin") + timedelta(days=days)


def takes(product: Product, days: int) -> None:
    VendorPrice.objects.filter(product=product).update(lead_time_days=days)


def state(line: int) -> tuple[str, date | None]:
    waiting = promises.waits([line], on(0))
    return promises.danger_of(waiting), promises.latest(waiting)


def why(line: int) -> str:
    worst = promises.worst(promises.waits([line], on(0)))
    return promises.reason(worst) if worst else ""


def order_of(line: int) -> int:
    return Line.objects.get(pk=line).sheet_id


def test_each_stage_says_when_it_comes_and_whether_that_suffices(company: World) -> None:
    product = company.product()
    takes(product, 5)
    kept = sold(company, product, 2, promised_on=on(5))
    short = sold(company, product, 2, promised_on=on(4))
    assert (state(kept), state(short)) == (("", on(5)), ("endangered", on(5)))
    assert why(short).startswith("Not ordered; it would come ")
    VendorPrice.objects.filter(product=product).update(default=False)
    assert state(kept) == ("endangered", None)
    assert why(kept).startswith("Not ordered, and no vendor is known")
    VendorPrice.objects.filter(product=product).update(default=True)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(kept), Wanted(short)]))
    assert (state(kept), state(short)) == (("", on(5)), ("endangered", on(5)))
    assert why(short).startswith("PO-1 is a draft")
    submit(actor=HOUSE, order=made.order)
    PurchaseLine.objects.update(expected_on=on(6))
    assert (state(kept), state(short)) == (("endangered", on(6)), ("endangered", on(6)))
    assert why(short).startswith("PO-1 comes ")
    PurchaseLine.objects.update(expected_on=on(-1))
    assert state(kept) == ("endangered", on(-1))
    assert why(kept).startswith("PO-1 should have come ")
    PurchaseLine.objects.update(expected_on=None)
    PurchaseOrder.objects.update(expected_on=None)
    assert state(kept) == ("endangered", None)
    assert why(kept).startswith("PO-1 names no day")


def test_what_lies_free_endangers_nothing_and_what_nobody_promised_neither(company: World) -> None:
    product = company.product()
    takes(product, 5)
    company.stock(product, 2)
    assert state(sold(company, product, 2, promised_on=on(1))) == ("", on(0))
    assert state(sold(company, product, 3, promised_on=on(1)))[0] == "endangered"
    assert state(sold(company, product, 3))[0] == ""
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 9, promised_on=on(1)),))
    assert promises.waits([create_order(actor=HOUSE, wish=wish).one("ledger.Claim")], on(0)) == []


def test_a_line_without_a_day_is_promised_for_its_documents(company: World) -> None:
    product = company.product()
    takes(product, 5)
    line = sold(company, product, 1)
    Sheet.objects.filter(pk=order_of(line)).update(promised_on=on(2))
    assert state(line)[0] == "endangered"


def test_a_kit_waits_for_its_components(client: Client, company: World) -> None:
    router, kit = company.product(), company.product(kind="kit")
    change_product(
        actor=HOUSE, product=kit.pk, values={}, components=[{"product": router.pk, "quantity": "2"}]
    )
    takes(router, 5)
    line, part = create_order(
        actor=HOUSE,
        wish=OrderWish(company.customer.pk, (LineWish(kit.pk, 1, promised_on=on(2)),), confirm=True),
    ).made["ledger.Claim"]
    assert state(line) == state(part) == ("endangered", on(5))
    order = order_of(line)
    shown = send(client, "GET", f"/orders/{order}")["lines"]
    assert [(one["expected_on"], one["endangered"]) for one in shown] == [(on(5).isoformat(), True)] * 2
    with pytest.raises(Refusal) as refused:
        promise(actor=HOUSE, order=order, promises=[Promised(part, on(6))], reason="Later")
    assert refused.value.code == "part_of_a_kit"
    promise(actor=HOUSE, order=order, promises=[Promised(line, on(6))], reason="Later")
    assert set(Line.objects.values_list("promised_on", flat=True)) == {on(6)}
    assert state(part) == ("", on(5))


def test_lists_and_today_say_what_is_late_and_what_is_in_danger(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    takes(product, 5)
    late, short, kept = (sold(company, product, 1, promised_on=on(days)) for days in (-1, 2, 9))
    numbers = [Sheet.objects.get(pk=order_of(line)).number for line in (late, short, kept)]

    def listed(asked: str) -> list[bool]:
        page = see(client, f"/orders/{asked}")
        return [f">{number}<" in page for number in numbers]

    assert listed("") == [True, True, True]
    assert listed("?promise=late") == [True, False, False]
    assert listed("?promise=endangered") == [False, True, False]
    assert listed("?promise=late&promise=endangered") == [True, True, False]
    assert listed("?promise=nonsense") == [False, False, False]
    page = see(client, "/orders/")
    assert (page.count(">Late<"), page.count(">In danger<")) == (1, 1)
    today = see(client, "/")
    assert [f">{number}<" in today for number in numbers] == [True, True, False]
    assert "Not ordered; it would come" in today
    shown = see(client, f"/orders/{order_of(short)}/")
    assert "Promises in danger" in shown
    assert "Promises in danger" not in see(client, f"/orders/{order_of(kept)}/")
    one = send(client, "GET", f"/lines/{short}")
    assert (one["expected_on"], one["endangered"]) == (on(5).isoformat(), True)
    (one,) = send(client, "GET", f"/orders/{order_of(kept)}")["lines"]
    assert (one["expected_on"], one["endangered"]) == (on(5).isoformat(), False)


def test_what_is_delivered_is_late_no_more(company: World) -> None:
    product = company.product()
    company.stock(product, 1)
    line = sold(company, product, 1, promised_on=on(-1))
    assert state(line)[0] == "late"
    reserve(actor=HOUSE, holds=[Hold(line, 1)])
    assert (state(line), why(line)[:8]) == (("late", None), "Not deli")
    ship(actor=HOUSE, picks=[Pick(line, 1)])
    assert state(line) == ("", None)


def test_lines_are_promised_anew_and_the_order_with_them(company: World) -> None:
    product = company.product()
    wish = OrderWish(
        company.customer.pk,
        (LineWish(product.pk, 1), LineWish(product.pk, 2)),
        confirm=True,
        promised_on=on(3),
    )
    done = create_order(actor=HOUSE, wish=wish)
    order, (one, _other) = done.one("demand.Sheet"), done.made["ledger.Claim"]
    made = promise(actor=HOUSE, order=order, promises=[Promised(one, on(8))], reason=" Later ")
    assert Entry.objects.get(pk=made.id).reason == "Later"
    assert list(Line.objects.order_by("pk").values_list("promised_on", flat=True)) == [on(8), on(3)]
    assert Sheet.objects.get(pk=order).promised_on == on(8)
    clean()
    reverse(actor=HOUSE, entry=made.id)
    assert list(Line.objects.order_by("pk").values_list("promised_on", flat=True)) == [on(3), on(3)]
    assert Sheet.objects.get(pk=order).promised_on == on(3)
    clean()
    stranger = sold(company, product, 1)
    before = entries()
    for wrong, says in (
        ([Promised(one, on(-1))], "promised_past"),
        ([Promised(one, on(1)), Promised(stranger, on(1))], "no_such_line"),
        ([], "no_lines"),
    ):
        with pytest.raises((BadInput, NotThere)) as refused:
            promise(actor=HOUSE, order=order, promises=wrong, reason="Later")
        assert refused.value.code == says
    with pytest.raises(BadInput) as refused:
        promise(actor=HOUSE, order=order, promises=[Promised(one, on(1))], reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(NotAllowed):
        promise(actor=User.objects.create(username="x"), order=order, promises=[], reason="")
    assert entries() == before


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_promising_is_a_constant_number_of_statements(company: World, lines: int) -> None:
    product = company.product()
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, 1),) * lines, confirm=True)
    done = create_order(actor=HOUSE, wish=wish)
    wanted = [Promised(line, on(2)) for line in done.made["ledger.Claim"]]
    with CaptureQueriesContext(connection) as asked:
        promise(actor=HOUSE, order=done.one("demand.Sheet"), promises=wanted, reason="Later")
    assert len(asked) <= 24


def test_the_page_proposes_the_day_on_which_the_last_of_it_comes(client: Client, company: World) -> None:
    product = company.product(sku="AP-1")
    takes(product, 5)
    line = sold(company, product, 1, promised_on=on(2))
    order = order_of(line)
    page = see(client, f"/orders/{order}/promise/")
    assert f'value="{on(5).isoformat()}"' in page
    before = entries()
    typed: dict[str, Any] = {f"on-{line}": on(5).isoformat(), "reason": ""}
    assert (
        "Say why the promise changes" in do(client, f"/orders/{order}/promise/", typed, 422).content.decode()
    )
    past = typed | {f"on-{line}": on(-2).isoformat(), "reason": "Later"}
    assert "has passed" in do(client, f"/orders/{order}/promise/", past, 422).content.decode()
    assert entries() == before
    typed["reason"] = "The vendor delivers later"
    sent = do(client, f"/orders/{order}/promise/", typed | {"send": "yes"})
    assert sent["Location"] == f"/documents/order-confirmation/{order}/send/"
    assert Line.objects.get(pk=line).promised_on == on(5)
    assert "The vendor delivers later" in see(client, f"/orders/{order}/")


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_asks_as_often_however_many_promises_are_in_danger(
    client: Client, company: World, count: int
) -> None:
    product = company.product()
    takes(product, 5)
    for _ in range(count):
        sold(company, product, 1, promised_on=on(2))
    stocked_up(company, (product, 1, 1_000_000))
    see(client, "/orders/")
    for address, most in (("/orders/", 12), ("/orders/?promise=endangered", 12), ("/", 24)):
        with CaptureQueriesContext(connection) as asked:
            see(client, address)
        assert len(asked) <= most, address
