"""What a vendor confirms is written down: a day and a cost for each line; who waits longer than promised is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import Bought, arrive, bought, person, sold, stocked_up
from tests.purchasing.test_api import Caller
from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.notices.buying import news_of
from wharfinger.purchasing.actions.ordering import (
    amend_purchase,
    change_purchase,
    confirm_purchase,
    draft_from_lines,
    submit,
)
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.confirming import Confirmed
from wharfinger.purchasing.rules.drafting import Wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def refused(code: str, act: Callable[[], Any]) -> Refusal:
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert found.value.code == code, found.value.words()
    assert entries() == before
    return found.value


def confirm(made: Bought, *lines: Confirmed, by: Any = HOUSE, **values: Any) -> Any:
    return confirm_purchase(actor=by, order=made.order, lines=lines, **values)


def test_without_a_word_all_is_confirmed_as_it_was_ordered(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000), expected_on=date(2030, 1, 2))
    done = confirm(made, confirmation="AB-4711")
    order, line = PurchaseOrder.objects.get(), PurchaseLine.objects.get()
    assert (order.confirmation, order.confirmed_at is not None) == ("AB-4711", True)
    assert (line.confirmed_on, line.unit_cost_micro) == (date(2030, 1, 2), 1_000_000)
    reverse(actor=HOUSE, entry=done.id)
    order, line = PurchaseOrder.objects.get(), PurchaseLine.objects.get()
    assert (order.confirmation, order.confirmed_at, line.confirmed_on) == ("", None, None)
    clean()


def test_what_is_amended_is_to_be_confirmed_anew(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000))
    confirm(made)
    change = PurchaseChange(change=(LineChange(made.lines[0], 3),))
    amend_purchase(actor=HOUSE, order=made.order, change=change)
    assert PurchaseOrder.objects.get().confirmed_at is None
    assert PurchaseOrder.objects.get().amended_at is not None


def test_what_came_keeps_its_cost(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 10_000_000))
    confirm(made, Confirmed(made.lines[0], unit_cost_micro=12_000_000))
    assert PurchaseLine.objects.get().unit_cost_micro == 12_000_000
    arrive(made.lines[0], 1)
    dearer = Confirmed(made.lines[0], unit_cost_micro=20_000_000)
    refused("came_at_its_cost", lambda: confirm(made, dearer))
    refused("no_such_purchase_line", lambda: confirm(made, Confirmed(10**9)))
    arrive(made.lines[0], 1)
    refused("nothing_on_order", lambda: confirm(made))
    clean()


def test_who_sees_no_costs_confirms_days_alone(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000))
    buyer = person("buyer", "purchasing.order")
    with pytest.raises(NotAllowed):
        confirm(made, Confirmed(made.lines[0], unit_cost_micro=2_000_000), by=buyer)
    with pytest.raises(NotAllowed):
        confirm(made, by=person("reader", "*.read"))
    confirm(made, Confirmed(made.lines[0], date(2030, 1, 2)), by=buyer)
    assert PurchaseLine.objects.get().expected_on == date(2030, 1, 2)


def test_who_waits_longer_than_promised_is_told_once(company: World) -> None:
    """Only those whose goods came in time until then; stock is nobody's."""
    product, today = company.product(), clock.today("Europe/Berlin")
    soon = sold(company, product, 2, promised_on=today + timedelta(days=5))
    sold(company, product, 1, promised_on=today + timedelta(days=30))
    sold(company, product, 1)
    wanted = [Wanted(pk) for pk in range(soon, soon + 3)]
    made = bought(draft_from_lines(actor=HOUSE, wanted=wanted))
    submit(actor=HOUSE, order=made.order)

    def told(days: int) -> list[tuple[str, int, str, tuple[tuple[str, date], ...]]]:
        done = confirm(made, Confirmed(made.lines[0], today + timedelta(days=days)))
        return [
            (one.event, one.line, one.quantity, one.days) for one in news_of(Entry.objects.get(pk=done.id))
        ]

    assert told(3) == []
    day = today + timedelta(days=9)
    number = Line.objects.get(pk=soon).sheet.number
    assert told(9) == [
        ("late", soon, "2", (("", day),)),
        # The buyer of the order is told whom it concerns.
        ("order_late", 0, "", ((f"{number}, 2 × {product.sku}", day),)),
    ]
    assert told(12) == []


def test_who_waits_longer_than_promised_is_told_when_it_is_ordered(company: World) -> None:
    """And not again when the vendor confirms a day that is later still."""
    product, today = company.product(), clock.today("Europe/Berlin")
    soon = sold(company, product, 2, promised_on=today + timedelta(days=5))
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(soon)]))
    day = today + timedelta(days=9)
    change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange((("expected_on", day),)))
    done = submit(actor=HOUSE, order=made.order)
    news = news_of(Entry.objects.get(pk=done.id))
    assert [(one.event, one.line, one.quantity) for one in news] == [
        ("late", soon, "2"),
        ("order_late", 0, ""),
    ]
    assert news[0].days == (("", day),)
    done = confirm(made, Confirmed(made.lines[0], day + timedelta(days=1)))
    assert news_of(Entry.objects.get(pk=done.id)) == []


def test_it_is_typed_on_a_page_and_the_list_tells_what_is_not_confirmed(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000), expected_on=date(2030, 1, 2))
    browser = Client()
    browser.force_login(company.user)
    assert "PO-1" in seen(browser, "/purchase-orders/?confirmed=no")
    page = f"/purchase-orders/{made.order}/confirm/"
    form = seen(browser, page)
    assert 'value="2030-01-02"' in form
    assert 'value="1.00"' in form
    line = made.lines[0]
    answer = browser.post(page, {f"expected-{line}": "soon", f"cost-{line}": "1.00"})
    assert f'id="f-expected-{line}-e"' in answer.content.decode()
    typed = {"confirmation": "AB-1", f"expected-{line}": "2030-02-03", f"cost-{line}": "1.50"}
    assert browser.post(page, typed).status_code == 303
    bought_line = PurchaseLine.objects.get()
    assert (bought_line.confirmed_on, bought_line.unit_cost_micro) == (date(2030, 2, 3), 1_500_000)
    assert "AB-1" in seen(browser, f"/purchase-orders/{made.order}/")
    assert "PO-1" in seen(browser, "/purchase-orders/?confirmed=yes")
    assert "PO-1" not in seen(browser, "/purchase-orders/?confirmed=no").partition('id="board"')[2]


def test_it_is_sent_over_http(company: World) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000))
    ada = Caller(company.user)
    body = {
        "confirmation": "AB-1",
        "lines": [{"purchase_line": made.lines[0], "expected_on": "2030-01-02", "unit_cost": "1.25"}],
    }
    told = ada.good("post", f"/purchase-orders/{made.order}/confirm", body)
    assert (told["confirmation"], told["confirmed_at"] is not None) == ("AB-1", True)
    assert (told["lines"][0]["confirmed_on"], told["lines"][0]["unit_cost"]) == ("2030-01-02", "1.25")
    clean()


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_confirming_costs_the_same_statements(company: World, lines: int) -> None:
    made = stocked_up(company, *((company.product(), 2, 1_000_000) for _ in range(lines)))
    said = [Confirmed(line, date(2030, 1, 2), 1_100_000) for line in made.lines]
    with CaptureQueriesContext(connection) as found:
        confirm(made, *said, key="c")
    asked = [q for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(asked) <= 24, len(asked)
