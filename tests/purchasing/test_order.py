"""Drafting, changing, submitting, cancelling and closing purchase orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.purchasing.buying import arrive, bought, on_order, sold, stocked_up
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotAllowed, NotThere, Refusal
from wharfinger.catalog.actions.offers import set_offers
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.again import buy_again
from wharfinger.purchasing.actions.ordering import (
    auto_fill,
    cancel,
    change_purchase,
    close,
    draft,
    draft_from_lines,
    draft_per_vendor,
    submit,
)
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.models import Level
from wharfinger.stock.queries.holders import arrivals

from .buying import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def refused(code: str, act) -> Refusal:  # type: ignore[no-untyped-def]
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert found.value.code == code, found.value.words()
    assert entries() == before
    return found.value


def test_lines_leave_the_list_when_drafted_and_are_on_order_when_submitted(company: World) -> None:
    product = company.product()
    first, second = sold(company, product, 3), sold(company, product, 2)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(first), Wanted(second, 1)]))
    (line,) = PurchaseLine.objects.filter(purchase_order=made.order)
    assert (line.quantity, line.unit_cost_micro, line.location_id) == (4, 6_000_000, company.location.pk)
    assert PurchaseOrder.objects.get().number == "PO-1"
    assert held(first) == {"drafted": 3, "to_bill": 3}
    assert held(second) == {"drafted": 1, "to_order": 1, "to_bill": 2}
    clean()
    submit(actor=HOUSE, order=made.order)
    assert held(first) == {"covered": 3, "on_order": 3, "to_bill": 3}
    assert held(second) == {"covered": 1, "on_order": 1, "to_order": 1, "to_bill": 2}
    assert PurchaseOrder.objects.get().done_id is None
    clean()
    refused("already_submitted", lambda: submit(actor=HOUSE, order=made.order))


def test_a_line_is_not_put_on_a_second_order(company: World) -> None:
    line = sold(company, company.product(), 3)
    draft_from_lines(actor=HOUSE, wanted=[Wanted(line)])
    found = refused("on_other_order", lambda: draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    assert found.values["numbers"] == "PO-1"


def test_one_order_for_each_default_vendor(company: World) -> None:
    other = Organization.objects.create(name="Distri", vendor=True, customer=False)
    mine, theirs = company.product(), company.product()
    VendorPrice.objects.filter(product=theirs).update(default=False)
    VendorPrice.objects.create(product=theirs, organization=other, cost_micro=5_000_000, default=True)
    lines = [Wanted(sold(company, mine, 1)), Wanted(sold(company, theirs, 2))]
    found = refused("many_vendors", lambda: draft_from_lines(actor=HOUSE, wanted=lines))
    assert found.values["names"] == "Distri, Grossist"
    written = draft_per_vendor(actor=HOUSE, wanted=lines)
    orders = PurchaseOrder.objects.order_by("pk").values_list("vendor", "number")
    assert list(orders) == [(company.vendor.pk, "PO-1"), (other.pk, "PO-2")]
    assert len(written.made["purchasing.PurchaseLine"]) == 2
    clean()
    reverse(actor=HOUSE, entry=written.id)
    assert held(lines[1].line) == {"to_order": 2, "to_bill": 2}
    assert not PurchaseOrder.objects.filter(void__isnull=True).exists()
    clean()


def test_a_part_of_another_supplier_is_refused(company: World) -> None:
    other = Organization.objects.create(name="Distri", vendor=True, customer=False)
    product = company.product()
    wish = PurchaseWish(other.pk, (PurchaseLineWish(product.pk, 3),))
    found = refused("other_vendor", lambda: draft(actor=HOUSE, wish=wish))
    assert found.field == "lines.0.unit_cost"
    assert (
        found.words()
        == f"Distri is not listed as a vendor of {product.sku}. Give its cost, choose another vendor, or add this one."
    )


def test_lines_of_several_customers_and_stock_stand_on_one_order_a_product_twice(company: World) -> None:
    product = company.product()
    other = Organization.objects.create(name="Second customer", customer=True)
    mine = sold(company, product, 2)
    theirs = create_order(
        actor=HOUSE, wish=OrderWish(other.pk, (LineWish(product.pk, 3),), confirm=True)
    ).one("ledger.Claim")
    at = company.location.pk
    wish = PurchaseWish(
        company.vendor.pk,
        (
            PurchaseLineWish(wanted=(Wanted(mine), Wanted(theirs)), location=at),
            PurchaseLineWish(product.pk, 4, location=at),
        ),
    )
    made = bought(draft(actor=HOUSE, wish=wish))
    submit(actor=HOUSE, order=made.order)
    assert [on_order(line) for line in made.lines] == [5, 4]
    assert held(mine) == {"covered": 2, "on_order": 2, "to_bill": 2}
    assert held(theirs) == {"covered": 3, "on_order": 3, "to_bill": 3}
    clean()


def test_by_hand_for_stock_and_a_line_at_once(company: World) -> None:
    product = company.product()
    line = sold(company, product, 2)
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(quantity=5, wanted=(Wanted(line),)),))
    made = bought(draft(actor=HOUSE, wish=wish))
    submit(actor=HOUSE, order=made.order)
    assert on_order(made.lines[0]) == 5
    assert held(product=product.pk) == {"covered": 2, "on_order": 5, "to_bill": 2}
    clean()


def test_the_total_is_the_lines_and_the_freight(company: World) -> None:
    small, smaller, device = (
        company.product(),
        company.product(),
        company.product(traced="serial", cost_method="specific"),
    )
    made = stocked_up(
        company,
        (small, 400, 8_000_000),
        (smaller, 100, 4_500_000),
        (device, 2, 10_000_000_000),
        freight_minor=14_500,
    )
    from wharfinger.purchasing.queries.orders import totals

    assert totals([made.order])[made.order] == 2_379_500


def test_cancelling_a_draft_brings_the_lines_back(company: World) -> None:
    line = sold(company, company.product(), 3)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    cancel(actor=HOUSE, order=made.order)
    assert held(line) == {"to_order": 3, "to_bill": 3}
    assert PurchaseOrder.objects.get().done_id is not None
    clean()
    refused("purchase_cancelled", lambda: submit(actor=HOUSE, order=made.order))
    again = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]))
    assert held(line) == {"drafted": 3, "to_bill": 3}
    submitted = submit(actor=HOUSE, order=again.order)
    cancelled = cancel(actor=HOUSE, order=again.order)
    assert held(line) == {"to_order": 3, "to_bill": 3}
    clean()
    reverse(actor=HOUSE, entry=cancelled.id)
    assert held(line) == {"covered": 3, "on_order": 3, "to_bill": 3}
    row = PurchaseOrder.objects.get(pk=again.order)
    assert (row.cancelled_at, row.done_id) == (None, None)
    reverse(actor=HOUSE, entry=submitted.id)
    assert held(line) == {"drafted": 3, "to_bill": 3}
    clean()


def test_what_is_short_is_closed(company: World) -> None:
    product = company.product()
    line = sold(company, product, 3)
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(quantity=5, wanted=(Wanted(line),)),))
    made = bought(draft(actor=HOUSE, wish=wish))
    refused("not_submitted", lambda: close(actor=HOUSE, order=made.order))
    submit(actor=HOUSE, order=made.order)
    arrive(made.lines[0], 1)
    found = refused("partly_received", lambda: cancel(actor=HOUSE, order=made.order))
    assert found.remedies[0].verb == "close"
    close(actor=HOUSE, order=made.order, reason="discontinued")
    assert held(line) == {"covered": 1, "bin": 1, "to_order": 2, "to_bill": 3}
    row = PurchaseOrder.objects.get()
    assert row.closed_at is not None
    assert row.done_id is not None
    clean()
    refused("purchase_closed", lambda: arrive(made.lines[0], 1))


def test_what_nobody_said_when_to_expect_comes_after_the_vendors_days(company: World) -> None:
    known, said, unknown = company.product(), company.product(), company.product()
    VendorPrice.objects.filter(product__in=[known, said]).update(lead_time_days=10)
    VendorPrice.objects.create(product=unknown, organization=company.customer, lead_time_days=3)
    day = date(2027, 1, 8)
    wishes = (PurchaseLineWish(known.pk, 1), PurchaseLineWish(said.pk, 1, expected_on=day))
    more = (PurchaseLineWish(unknown.pk, 1),)
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, wishes + more)))

    def expected(order: int) -> list[date | None]:
        return list(PurchaseLine.objects.filter(purchase_order=order).values_list("expected_on", flat=True))

    assert expected(made.order) == [None, day, None]
    submitted = submit(actor=HOUSE, order=made.order)
    assert expected(made.order) == [
        PurchaseOrder.objects.get(pk=made.order).ordered_on + timedelta(days=10),
        day,
        None,
    ]
    reverse(actor=HOUSE, entry=submitted.id)
    assert expected(made.order) == [None, day, None]
    whole = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, wishes[:1])))
    change = PurchaseChange(values=(("expected_on", day),))
    change_purchase(actor=HOUSE, order=whole.order, change=change)
    submit(actor=HOUSE, order=whole.order)
    (arriving,) = arrivals([known.pk])
    assert (expected(whole.order), arriving.on) == ([None], day)
    clean()


def test_a_draft_is_changed(company: World) -> None:
    product, other = company.product(), company.product()
    first, second = sold(company, product, 3), sold(company, product, 2)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(first), Wanted(second)]))
    (line,) = made.lines
    changed = change_purchase(
        actor=HOUSE,
        order=made.order,
        change=PurchaseChange(
            values=(("memo", "urgent"),),
            change=(LineChange(line, quantity=4, unit_cost_micro=5_500_000),),
            add=(PurchaseLineWish(other.pk, 7),),
        ),
    )
    assert held(first) == {"drafted": 3, "to_bill": 3}
    assert held(second) == {"drafted": 1, "to_order": 1, "to_bill": 2}
    added = changed.one("purchasing.PurchaseLine")
    assert PurchaseLine.objects.get(pk=added).position == 2
    clean()
    removed = change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(remove=(line,)))
    assert held(first) == {"to_order": 3, "to_bill": 3}
    clean()
    reverse(actor=HOUSE, entry=removed.id)
    assert held(first) == {"drafted": 3, "to_bill": 3}
    submit(actor=HOUSE, order=made.order)
    assert (on_order(line), on_order(added)) == (4, 7)
    nothing = PurchaseChange(change=(LineChange(line, quantity=4),))
    refused("already_submitted", lambda: change_purchase(actor=HOUSE, order=made.order, change=nothing))
    change_purchase(actor=HOUSE, order=made.order, change=PurchaseChange(values=(("memo", "very urgent"),)))
    assert PurchaseOrder.objects.get().memo == "very urgent"
    clean()


def test_what_was_submitted_is_not_unmade(company: World) -> None:
    made = stocked_up(company, (company.product(), 3, 1_000_000))
    refused("submitted_since", lambda: reverse(actor=HOUSE, entry=made.written.id))


def test_what_runs_low_is_drafted_up_to_its_maximum(company: World) -> None:
    low, enough, coming = company.product(), company.product(), company.product()
    for product in (low, enough, coming):
        Level.objects.create(product=product, location=company.location, minimum=5, maximum=20)
    company.stock(low, 5)
    company.stock(enough, 6)
    stocked_up(company, (coming, 15, 1_000_000))
    made = bought(auto_fill(actor=HOUSE))
    lines = PurchaseLine.objects.filter(purchase_order=made.order).values_list(
        "product", "quantity", "location"
    )
    assert list(lines) == [(low.pk, 15, company.location.pk)]
    refused("nothing_lacking", lambda: auto_fill(actor=HOUSE))
    clean()


def test_bad_input_is_refused_at_its_field(company: World) -> None:
    product = company.product()
    empty = PurchaseWish(company.vendor.pk, ())
    assert refused("no_lines", lambda: draft(actor=HOUSE, wish=empty)).field == "lines"
    customer = PurchaseWish(company.customer.pk, (PurchaseLineWish(product.pk, 1),))
    assert refused("not_a_vendor", lambda: draft(actor=HOUSE, wish=customer)).field == "vendor"
    none = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 0),))
    assert isinstance(refused("not_positive", lambda: draft(actor=HOUSE, wish=none)), BadInput)
    dollars = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 1),), currency="USD")
    assert refused("rate_missing", lambda: draft(actor=HOUSE, wish=dollars)).field == "rate"
    reader = person("reader", "purchasing.read")
    assert isinstance(refused("not_allowed", lambda: draft(actor=reader, wish=none)), NotAllowed)


def test_a_line_costs_what_the_vendor_asks_for_so_many(company: World) -> None:
    """From 1 on 9.00, from 100 on 8.00; what is typed goes before both."""
    product = company.product()
    steps = [{"from_quantity": "100", "cost": "8"}, {"from_quantity": "500", "cost": "7"}]
    offer = {"product": product.pk, "cost": "9", "breaks": steps}
    set_offers(actor=HOUSE, vendor=company.vendor.pk, offers=[offer])
    wishes = tuple(PurchaseLineWish(product.pk, units) for units in (99, 100, 700))
    typed = PurchaseLineWish(product.pk, 700, unit_cost_micro=6_900_000)
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (*wishes, typed))))
    lines = PurchaseLine.objects.filter(pk__in=made.lines).order_by("position")
    costs = list(lines.values_list("unit_cost_micro", flat=True))
    assert costs == [9_000_000, 8_000_000, 7_000_000, 6_900_000]
    clean()


def test_a_price_in_another_currency_is_no_cost(company: World) -> None:
    product = company.product()
    offer = {"product": product.pk, "cost": "9", "currency": "USD"}
    set_offers(actor=HOUSE, vendor=company.vendor.pk, offers=[offer])
    before = entries()
    with pytest.raises(Refusal) as refused:
        draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 1),)))
    assert (refused.value.code, refused.value.field) == ("other_currency", "lines.0.unit_cost")
    assert entries() == before


def test_the_same_is_bought_again_for_stock_at_what_it_costs_now(company: World) -> None:
    """What was typed stays for who may see costs, days and freight do not; nothing of the old order changes."""
    asked, typed = company.product(), company.product()
    wishes = (
        PurchaseLineWish(asked.pk, 3, expected_on=date(2030, 1, 2), description="Blue ones"),
        PurchaseLineWish(typed.pk, 2, unit_cost_micro=7_000_000),
    )
    terms: dict[str, Any] = {
        "freight_minor": 900,
        "shipping_method": "Lorry",
        "terms_days": 60,
        "memo": "Ring",
    }
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, wishes, **terms)))
    submit(actor=HOUSE, order=made.order)
    VendorPrice.objects.filter(product=asked).update(cost_micro=8_000_000)
    again = bought(buy_again(actor=HOUSE, order=made.order))
    order = PurchaseOrder.objects.get(pk=again.order)
    assert (order.submitted_at, order.freight_minor, order.expected_on) == (None, 0, None)
    assert (order.shipping_method, order.terms_days, order.memo) == ("Lorry", 60, "Ring")
    lines = PurchaseLine.objects.filter(purchase_order=again.order).order_by("position")
    assert [(one.quantity, one.unit_cost_micro, one.cost_typed) for one in lines] == [
        (3, 8_000_000, False),
        (2, 7_000_000, True),
    ]
    assert (lines[0].description, lines[0].expected_on) == ("Blue ones", None)
    blind = bought(buy_again(actor=person("blind", "purchasing.order"), order=made.order))
    unseen = PurchaseLine.objects.filter(purchase_order=blind.order).order_by("position")
    assert unseen[1].unit_cost_micro == VendorPrice.objects.get(product=typed).cost_micro
    before = entries()
    with pytest.raises(NotAllowed):
        buy_again(actor=person("reader", "*.read"), order=made.order)
    with pytest.raises(NotThere):
        buy_again(actor=HOUSE, order=999_999)
    assert entries() == before
    reverse(actor=HOUSE, entry=again.written.id)
    assert PurchaseOrder.objects.get(pk=again.order).void_id is not None
    clean()


def test_what_went_to_a_customer_is_bought_again_for_us(company: World) -> None:
    product = company.product()
    line = sold(company, product, 2, site=company.site.pk)
    wish = PurchaseWish(company.vendor.pk, (), ship_to="organization", ship_to_site=company.site.pk)
    made = bought(draft_from_lines(actor=HOUSE, wanted=[Wanted(line)], wish=wish))
    submit(actor=HOUSE, order=made.order)
    browser = Client()
    browser.force_login(company.user)
    page = f"/purchase-orders/{made.order}/"
    assert f"{page}again/" in seen(browser, page)
    assert browser.post(f"{page}again/").status_code == 303
    order = PurchaseOrder.objects.latest("pk")
    assert (order.ship_to, order.lines.get().quantity) == ("own", 2)
    made_over_http = browser.post(f"/api/v1{page}copy", content_type="application/json")
    assert (made_over_http.status_code, made_over_http.json()["status"]) == (201, "draft")
    clean()
