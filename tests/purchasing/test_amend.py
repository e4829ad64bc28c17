"""What the vendor was told may still change: more, fewer, dearer, later, elsewhere, of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import Bought, arrive, bought, on_order, person, sold, stocked_up
from tests.purchasing.test_api import Caller
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotAllowed, Refusal
from wharfinger.catalog.models import VendorPrice
from wharfinger.ledger.models import Place
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization, Site
from wharfinger.purchasing.actions.ordering import (
    amend_purchase,
    cancel,
    change_purchase,
    close,
    draft,
    draft_from_lines,
    send,
    submit,
)
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted

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


def change(made: Bought, *changes: LineChange, **values: Any) -> PurchaseChange:
    return PurchaseChange(change=changes, **values)


def amend(made: Bought, quantity: int | None = None, *, by: Any = HOUSE, **values: Any) -> Any:
    """So many of the order's first line, or something else about it."""
    wanted = change(made, LineChange(made.lines[0], quantity, **values))
    return amend_purchase(actor=by, order=made.order, change=wanted)


def mixed(company: World) -> tuple[Bought, int, int]:
    """Ten of a product on order: three for one line, two for a later one, five for stock."""
    product = company.product()
    first, second = sold(company, product, 3), sold(company, product, 2)
    line = PurchaseLineWish(quantity=10, wanted=(Wanted(first), Wanted(second)))
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (line,))))
    submit(actor=HOUSE, order=made.order)
    return made, first, second


def test_fewer_are_first_those_for_stock_then_those_of_who_asked_last(company: World) -> None:
    made, first, second = mixed(company)
    amend(made, 6)
    assert on_order(made.lines[0]) == 6
    assert held(second) == {"covered": 2, "on_order": 2, "to_bill": 2}
    done = amend(made, 4)
    assert held(second) == {"covered": 1, "on_order": 1, "to_order": 1, "to_bill": 2}
    assert held(first) == {"covered": 3, "on_order": 3, "to_bill": 3}
    assert PurchaseLine.objects.get(pk=made.lines[0]).quantity == 4
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert held(second) == {"covered": 2, "on_order": 2, "to_bill": 2}
    assert PurchaseLine.objects.get(pk=made.lines[0]).quantity == 6
    clean()


def test_more_is_for_the_lines_that_are_named_else_for_stock(company: World) -> None:
    made, first, _ = mixed(company)
    product = PurchaseLine.objects.get(pk=made.lines[0]).product
    late, later = sold(company, product, 4), sold(company, product, 1)
    amend(made, wanted=(Wanted(late, 3),))
    assert held(late) == {"covered": 3, "on_order": 3, "to_order": 1, "to_bill": 4}
    assert PurchaseLine.objects.get(pk=made.lines[0]).quantity == 13
    amend(made, 15)
    assert on_order(made.lines[0]) == 15
    # For as many as there are already, what was for stock is for them.
    amend(made, 15, wanted=(Wanted(later),))
    assert held(later) == {"covered": 1, "on_order": 1, "to_bill": 1}
    assert on_order(made.lines[0]) == 15
    clean()
    arrive(made.lines[0], 15)
    assert held(late)["bin"] == 3
    assert held(first)["bin"] == 3
    clean()


def test_who_is_named_wants_so_many_of_this_product(company: World) -> None:
    made, first, _ = mixed(company)
    other = sold(company, company.product(), 2)
    found = refused("other_product", lambda: amend(made, wanted=(Wanted(other),)))
    assert found.field == "change.0.wanted"
    refused("nothing_to_order", lambda: amend(made, wanted=(Wanted(first),)))


def test_what_has_come_stays_and_costs_what_it_did(company: World) -> None:
    made, _, _ = mixed(company)
    arrive(made.lines[0], 4)
    found = refused("less_than_came", lambda: amend(made, 3))
    assert (found.field, found.free) == ("change.0.quantity", 4)
    found = refused("came_at_its_cost", lambda: amend(made, unit_cost_micro=7_000_000))
    assert found.field == "change.0.unit_cost"
    refused("not_positive", lambda: amend(made, 0))
    amend(made, 5)
    assert on_order(made.lines[0]) == 1
    clean()
    amend(made, 4)
    order = PurchaseOrder.objects.get()
    assert order.done_id is not None
    refused("nothing_on_order", lambda: amend(made, 9))
    clean()


def test_another_quantity_asks_anew_what_was_not_typed(company: World) -> None:
    product = company.product()
    line = sold(company, product, 2)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    submit(actor=HOUSE, order=made.order)
    VendorPrice.objects.filter(product=product).update(cost_micro=5_000_000)
    amend(made, 4)
    bought_line = PurchaseLine.objects.get(pk=made.lines[0])
    assert (bought_line.unit_cost_micro, bought_line.cost_typed) == (5_000_000, False)
    amend(made, unit_cost_micro=4_500_000)
    VendorPrice.objects.filter(product=product).update(cost_micro=1_000_000)
    amend(made, 5)
    bought_line.refresh_from_db()
    assert (bought_line.unit_cost_micro, bought_line.cost_typed) == (4_500_000, True)
    clean()


def test_days_words_and_places_change_and_what_changes_nothing_is_refused(company: World) -> None:
    made, _, _ = mixed(company)
    day = clock.today("Europe/Berlin") + timedelta(days=9)
    amend(made, expected_on=day, description="Blue ones", location=company.other.pk)
    line = PurchaseLine.objects.get(pk=made.lines[0])
    assert (line.expected_on, line.description, line.location_id) == (day, "Blue ones", company.other.pk)
    refused("nothing_changed", lambda: amend(made, 10, expected_on=day))
    arrive(made.lines[0], 1)
    assert held(product=line.product_id)["bin"] == 1
    refused("no_such_location", lambda: amend(made, location=10**9))


def test_lines_are_added_and_taken_off_only_in_a_draft(company: World) -> None:
    made, _, _ = mixed(company)
    more = PurchaseChange(add=(PurchaseLineWish(company.product().pk, 1),))
    found = refused("already_submitted", lambda: amend_purchase(actor=HOUSE, order=made.order, change=more))
    assert [remedy.verb for remedy in found.remedies] == ["new_purchase"]
    less = PurchaseChange(remove=(made.lines[0],))
    refused("already_submitted", lambda: amend_purchase(actor=HOUSE, order=made.order, change=less))
    planned = stocked_up(company, (company.product(), 1, 1_000_000), submitted=False)
    refused("not_submitted", lambda: amend(planned, 2))


def test_another_vendor_is_asked_what_all_of_it_costs_until_something_came(company: World) -> None:
    other = Organization.objects.create(name="Distri", vendor=True, customer=False, email="d@example.com")
    made, _, second = mixed(company)
    line = PurchaseLine.objects.get(pk=made.lines[0])
    elsewhere = PurchaseChange(vendor=other.pk)

    def change_vendor(**more: Any) -> Any:
        return amend_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(vendor=other.pk, **more))

    refused("other_vendor", change_vendor)
    done = change_vendor(add_vendor=True)
    order = PurchaseOrder.objects.get()
    assert (order.vendor_id, order.sent_at) == (other.pk, None)
    price = VendorPrice.objects.get(product=line.product_id, organization=other)
    assert (price.cost_micro, price.default) == (6_000_000, False)
    assert held(second) == {"covered": 2, "on_order": 2, "to_bill": 2}
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert PurchaseOrder.objects.get().vendor_id == company.vendor.pk
    VendorPrice.objects.create(product_id=line.product_id, organization=other, cost_micro=4_000_000)
    change_vendor()
    line.refresh_from_db()
    assert line.unit_cost_micro == 4_000_000
    arrive(made.lines[0], 1)
    back = PurchaseChange(vendor=company.vendor.pk)
    refused("partly_received", lambda: amend_purchase(actor=HOUSE, order=made.order, change=back))
    assert elsewhere.vendor == other.pk
    clean()


def test_a_draft_goes_to_another_vendor_too(company: World) -> None:
    other = Organization.objects.create(name="Distri", vendor=True, customer=False)
    product = company.product()
    VendorPrice.objects.create(product=product, organization=other, cost_micro=4_000_000)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(sold(company, product, 2))]))
    change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(vendor=other.pk))
    line = PurchaseLine.objects.get(pk=made.lines[0])
    assert (line.unit_cost_micro, line.purchase_order.vendor_id) == (4_000_000, other.pk)
    nobody = PurchaseChange(vendor=company.customer.pk)
    refused("not_a_vendor", lambda: change_purchase(actor=HOUSE, order=made.order, change=nobody))
    clean()


def test_freight_that_came_in_is_not_spread_anew(company: World) -> None:
    made = stocked_up(company, (company.product(), 4, 1_000_000), freight_minor=400)
    arrive(made.lines[0], 2)
    refused("freight_has_come", lambda: amend(made, 5))
    freight = PurchaseChange((("freight_minor", 500),))
    refused("freight_has_come", lambda: amend_purchase(actor=HOUSE, order=made.order, change=freight))
    amend(made, 3)
    clean()


def test_a_drop_shipment_stays_one_for_its_customer(company: World) -> None:
    product = company.product()
    line = sold(company, product, 2)
    site = Site.objects.get(organization=company.customer)
    stand, lent = (Place.objects.create(kind=kind) for kind in ("customer", "rented"))
    yard = Site.objects.create(organization=company.customer, name="Yard", place=stand, rented_place=lent)
    away = sold(company, product, 1, site=yard.pk)
    wish = PurchaseWish(company.vendor.pk, (), ship_to="organization")
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)], wish=wish))
    submit(actor=HOUSE, order=made.order)
    assert PurchaseOrder.objects.get().ship_to_site_id == site.pk
    refused("stock_to_customer", lambda: amend(made, 3))
    refused("other_site", lambda: amend(made, wanted=(Wanted(away),)))


def test_who_may_not_submit_or_see_costs_amends_neither(company: World) -> None:
    made, _, _ = mixed(company)
    writer = person("writer", "purchasing.order")
    with pytest.raises(NotAllowed):
        amend(made, 11, by=writer)
    buyer = person("buyer", "purchasing.order", "purchasing.submit")
    with pytest.raises(NotAllowed):
        amend(made, unit_cost_micro=1, by=buyer)
    amend(made, 11, by=buyer)
    assert PurchaseLine.objects.get(pk=made.lines[0]).requested_by_id == buyer.pk


def test_what_was_sent_and_has_changed_is_to_be_sent_again(company: World) -> None:
    Organization.objects.filter(pk=company.vendor.pk).update(email="orders@example.com")
    made, _, _ = mixed(company)
    browser = Client()
    browser.force_login(company.user)
    page = f"/purchase-orders/{made.order}/"
    amend(made, 9)
    assert "Changed since sent" not in seen(browser, page)
    send(actor=HOUSE, order=made.order)
    amend(made, 8)
    assert "Changed since sent" in seen(browser, page)
    send(actor=HOUSE, order=made.order)
    assert "Changed since sent" not in seen(browser, page)
    change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange((("memo", "Call first"),)))
    assert "Changed since sent" not in seen(browser, page)


def test_one_form_changes_what_was_submitted(company: World) -> None:
    made, first, _ = mixed(company)
    (line,) = PurchaseLine.objects.filter(pk=made.lines[0]).select_related("product")
    late = sold(company, line.product, 2)
    browser = Client()
    browser.force_login(company.user)
    page = f"/purchase-orders/{made.order}/change/"
    form = seen(browser, page)
    assert f'name="line-quantity-{line.pk}"' in form
    assert 'name="sku-0"' not in form
    assert f'name="line-for-{line.pk}"' in form
    typed = {
        "vendor": str(company.vendor.pk),
        "freight": "0",
        f"line-quantity-{line.pk}": "10",
        f"line-cost-{line.pk}": "6.00",
        f"line-description-{line.pk}": line.description,
        f"line-location-{line.pk}": str(line.location_id),
    }
    browser.post(page, typed | {"memo": "Call first"})
    assert PurchaseOrder.objects.get().amended_at is None
    answer = browser.post(page, typed | {f"line-quantity-{line.pk}": "0"})
    assert f'id="f-line-quantity-{line.pk}-e"' in answer.content.decode()
    browser.post(page, typed | {f"line-quantity-{line.pk}": "4", f"line-expected-{line.pk}": "2030-01-02"})
    assert held(first) == {"covered": 3, "on_order": 3, "to_bill": 3}
    line.refresh_from_db()
    assert (line.quantity, line.expected_on) == (4, date(2030, 1, 2))
    typed |= {f"line-quantity-{line.pk}": "4", f"line-expected-{line.pk}": "2030-01-02"}
    del typed[f"line-quantity-{line.pk}"]
    browser.post(page, typed | {f"line-for-{line.pk}": str(late)})
    assert held(late) == {"covered": 2, "on_order": 2, "to_bill": 2}
    clean()


def test_the_api_chooses_what_may_be_changed(company: World) -> None:
    made, first, _ = mixed(company)
    ada = Caller(company.user)
    path = f"/purchase-orders/{made.order}"
    told = ada.good("patch", path, {"memo": "Call first"})
    assert told["amended_at"] is None
    told = ada.good("patch", path, {"change": [{"purchase_line": made.lines[0], "quantity": "12"}]})
    assert told["amended_at"] is not None
    assert told["lines"][0]["on_order"] == "12"
    late = sold(company, PurchaseLine.objects.get(pk=made.lines[0]).product, 2)
    body = {"change": [{"purchase_line": made.lines[0], "wanted": [{"line": late, "quantity": "1"}]}]}
    told = ada.good("patch", path, body)
    assert {one["line"] for one in told["lines"][0]["waiting"]} >= {first, late}
    assert told["lines"][0]["quantity"] == "13"
    clean()


def test_an_order_is_cancelled_and_closed_with_its_reason(company: World) -> None:
    """The page says who waits, asks why, and closes the lines that are ticked."""
    product, other = company.product(), company.product()
    made = stocked_up(company, (product, 4, 1_000_000), (other, 2, 1_000_000))
    browser = Client()
    browser.force_login(company.user)
    arrive(made.lines[0], 1)
    page = seen(browser, f"/purchase-orders/{made.order}/")
    assert page.count('name="line"') == 2
    assert 'data-dialog="cancel"' not in page
    before = entries()
    browser.post(f"/purchase-orders/{made.order}/close/", {"some": "1"})
    assert entries() == before
    browser.post(
        f"/purchase-orders/{made.order}/close/", {"some": "1", "line": made.lines[0], "reason": "Sold out"}
    )
    assert [on_order(line) for line in made.lines] == [0, 2]
    assert "Sold out" in seen(browser, f"/purchase-orders/{made.order}/")
    waits = mixed(company)[0]
    page = seen(browser, f"/purchase-orders/{waits.order}/")
    assert "are to be ordered again" in page
    browser.post(f"/purchase-orders/{waits.order}/cancel/", {"reason": "Too late"})
    assert PurchaseOrder.objects.get(pk=waits.order).cancelled_at is not None
    with pytest.raises(Refusal):
        cancel(actor=HOUSE, order=waits.order)
    close(actor=HOUSE, order=made.order)
    clean()


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_amending_costs_the_same_statements(company: World, lines: int) -> None:
    products = [company.product() for _ in range(lines)]
    made = bought(
        draft_from_lines(actor=HOUSE, wanted=[Wanted(sold(company, product, 2)) for product in products])
    )
    submit(actor=HOUSE, order=made.order)
    wanted = change(made, *(LineChange(line, 1 + n % 3 * 2) for n, line in enumerate(made.lines)))
    with CaptureQueriesContext(connection) as found:
        amend_purchase(actor=HOUSE, order=made.order, change=wanted, key="a")
    asked = [q for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(asked) <= 26, len(asked)
    clean()


def test_a_line_that_is_not_there_is_not_changed(company: World) -> None:
    made, _, _ = mixed(company)
    unknown = change(made, LineChange(10**9, 1))
    refused("no_such_purchase_line", lambda: amend_purchase(actor=HOUSE, order=made.order, change=unknown))
    with pytest.raises(BadInput):
        amend(made, -1)
