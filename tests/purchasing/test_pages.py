"""Buying in the browser: every page answers, forms keep what was typed, a walk from draft to receipt."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.purchasing.buying import arrive, person, sold, stocked_up, threshold
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.boards.counting import counts
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Place
from wharfinger.parties.models import Organization, Site
from wharfinger.purchasing.actions.ordering import draft, draft_from_lines
from wharfinger.purchasing.models import Approval, PurchaseLine, PurchaseOrder, Receipt
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


def test_an_order_is_written_changed_submitted_and_received(company: World, browser: Client) -> None:
    router = company.product(traced="serial", cost_method="specific")
    cable = company.product(quantity_decimals=2)
    typed = {
        "vendor": str(company.vendor.pk),
        "freight": "4.50",
        "sku-0": router.sku,
        "quantity-0": "2",
        "sku-3": cable.sku,
        "quantity-3": "10.5",
        "cost-3": "1.20",
    }
    made = browser.post("/purchase-orders/new/", typed)
    order = PurchaseOrder.objects.get()
    path = f"/purchase-orders/{order.pk}/"
    assert (made.status_code, made["Location"]) == (303, path)
    page = seen(browser, path)
    assert "PO-1" in page
    assert "29.10" in page
    first, second = PurchaseLine.objects.order_by("pk")
    form = seen(browser, f"{path}change/")
    assert f'name="line-quantity-{second.pk}"' in form
    browser.post(
        f"{path}change/",
        {
            "memo": "by Friday",
            f"line-quantity-{first.pk}": "2",
            f"line-cost-{first.pk}": "6",
            f"line-quantity-{second.pk}": "12.25",
            f"line-cost-{second.pk}": "1.2",
        },
    )
    second.refresh_from_db()
    assert second.quantity == 1225
    assert "by Friday" in seen(browser, path)
    before = entries()
    same = {"memo": "by Friday", f"line-quantity-{first.pk}": "2", f"line-quantity-{second.pk}": "12.25"}
    costs = {f"line-cost-{first.pk}": "6", f"line-cost-{second.pk}": "1.2"}
    browser.post(f"{path}change/", same | costs)
    assert entries() == before
    browser.post(f"{path}submit/")
    assert f"{path}receive/" in seen(browser, path)
    assert f'data-name="serial-{first.pk}"' in seen(browser, f"{path}receive/")
    received = browser.post(
        f"{path}receive/",
        {f"serial-{first.pk}": ["A1"], f"quantity-{second.pk}": "", "vendor_invoice_number": "R-9"},
    )
    assert received.status_code == 303
    assert held(product=router.pk) == {"on_order": 1, "bin": 1}
    assert held(product=cable.pk) == {"on_order": 1225}
    receipt = Receipt.objects.get()
    shown = seen(browser, f"/receipts/{receipt.pk}/")
    assert "R-9" in shown
    assert "A1" in shown
    browser.post(f"/receipts/{receipt.pk}/cancel/")
    assert held(product=router.pk) == {"on_order": 2}
    clean()


def test_a_refused_form_keeps_what_was_typed(company: World, browser: Client) -> None:
    product = company.product()
    before = entries()
    typed = {
        "vendor": str(company.vendor.pk),
        "sku-2": product.sku,
        "quantity-2": "1.5",
        "memo": "typed in vain",
    }
    refused = browser.post("/purchase-orders/new/", typed)
    page = refused.content.decode()
    assert (refused.status_code, entries()) == (422, before)
    assert "typed in vain" in page
    assert 'id="quantity-2"' not in page
    assert 'id="f-quantity-2-e"' in page
    made = stocked_up(company, (company.product(traced="serial"), 3, 1_000_000))
    typed = {f"serial-{made.lines[0]}": ["S1", "S2"], f"quantity-{made.lines[0]}": "3"}
    refused = browser.post(f"/purchase-orders/{made.order}/receive/", typed)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert f'id="f-serial-{made.lines[0]}-scan-e"' in page
    assert 'value="S2"' in page


def test_who_counts_what_another_has_taken_in_is_told_by_whom(company: World, browser: Client) -> None:
    product = company.product()
    with time_machine.travel(datetime(2026, 3, 2, 13, 2, tzinfo=UTC), tick=False):
        made = stocked_up(company, (product, 5, 6_000_000))
        (line,) = made.lines
        path = f"/purchase-orders/{made.order}/receive/"
        assert f'name="seen-{line}" value="5"' in seen(browser, path)
        arrive(line, 5, by=person("ben", "purchasing.receive"))
        before = entries()
        typed = {f"seen-{line}": "5", f"quantity-{line}": "5", "accept_over": "yes"}
        answer = browser.post(path, typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"Of {product.sku} only 0 are still expected, no longer 5." in page
    assert "It was Ben (14:02)." in page
    assert "Load the newest" in page
    assert "Accept the rest" not in page
    again = browser.post(path, typed | {"accept_over": ""})
    assert "It was Ben (2 Mar 2026 14:02)." in again.content.decode()
    assert entries() == before
    assert held(product=product.pk) == {"bin": 5}
    assert "Nothing of this order is expected any more." in seen(browser, path)


def test_an_order_by_hand_is_shipped_to_the_customer_of_its_lines(company: World, browser: Client) -> None:
    product, other = company.product(), company.product()
    line, more = sold(company, product, 3), sold(company, product, 2)
    stand, lent = (Place.objects.create(kind=kind, unbounded=False) for kind in ("customer", "rented"))
    elsewhere = Site.objects.create(
        organization=company.customer, name="Annex", place=stand, rented_place=lent
    )
    away = sold(company, product, 1, site=elsewhere.pk)
    form = seen(browser, "/purchase-orders/new/")
    number = Line.objects.get(pk=line).sheet.number
    assert f'<option value="{line}">{number} · {company.customer.name} · {product.sku} × 3</option>' in form
    assert f'<option value="{elsewhere.pk}">{company.customer.name}, Annex</option>' in form
    typed = {"vendor": str(company.vendor.pk), "ship_to": "organization"}

    def in_vain(**values: str) -> str:
        before = entries()
        refused = browser.post("/purchase-orders/new/", typed | values)
        assert (refused.status_code // 100, entries()) == (4, before)
        return str(refused.content.decode())

    page = in_vain(**{"line-0": str(line), "line-1": str(away)})
    assert 'id="f-ship_to_site-e"' in page
    assert f'<option value="{away}" selected>' in page
    assert "A drop shipment holds lines for one site only" in in_vain(
        **{"line-0": str(line), "line-1": str(away), "ship_to_site": str(company.site.pk)}
    )
    assert 'id="f-quantity-1-e"' in in_vain(
        **{"line-0": str(line), "sku-1": other.sku, "quantity-1": "1", "ship_to_site": str(company.site.pk)}
    )
    assert "wants another product" in in_vain(**{"line-0": str(line), "sku-0": other.sku})
    assert 'id="f-ship_to_text-e"' in in_vain(**{"line-0": str(line), "ship_to": "other"})
    made = browser.post(
        "/purchase-orders/new/", typed | {"line-0": str(line), "line-4": str(more), "quantity-4": "1"}
    )
    order = PurchaseOrder.objects.get()
    assert made.status_code == 303
    assert (order.ship_to, order.ship_to_site_id) == ("organization", company.site.pk)
    assert held(line) == {"drafted": 3, "to_bill": 3}
    assert held(more) == {"drafted": 1, "to_order": 1, "to_bill": 2}
    first, second = PurchaseLine.objects.values_list("pk", flat=True)
    kept = {f"line-quantity-{first}": "3", f"line-quantity-{second}": "1"}
    kept |= {f"line-cost-{first}": "6", f"line-cost-{second}": "6"}
    browser.post(f"/purchase-orders/{order.pk}/change/", kept | {"line-0": str(more)})
    assert held(more) == {"drafted": 2, "to_bill": 2}
    clean()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_answers_in_every_word(company: World, browser: Client, language: str) -> None:
    line = sold(company, company.product(), 3)
    drafted = draft_from_lines(actor=HOUSE, wanted=[Wanted(line)]).one("purchasing.PurchaseOrder")
    made = stocked_up(company, (company.product(), 5, 1_000_000))
    arrive(made.lines[0], 2, rejected=1)
    browser.get("/", headers={"accept-language": language})
    for path in (
        "/purchase-orders/?tab=all",
        "/receipts/",
        f"/purchase-orders/{drafted}/",
        f"/purchase-orders/{made.order}/",
    ):
        assert browser.get(path, headers={"accept-language": language}).status_code == 200
    page = browser.get(
        f"/purchase-orders/{made.order}/", headers={"accept-language": language}
    ).content.decode()
    assert {"en": "Received Partial", "de": "Teilweise eingegangen"}[language] in page


def test_the_list_filters_by_word_and_shows_costs_to_few(company: World, browser: Client) -> None:
    stocked_up(company, (company.product(), 5, 1_234_000), submitted=False)
    second = stocked_up(company, (company.product(), 1, 7_000_000))
    listed = seen(browser, "/purchase-orders/?tab=all&word=submitted")
    assert (f"/purchase-orders/{second.order}/" in listed, "PO-1<" in listed) == (True, False)
    assert "7.00" in listed
    reader = Client()
    reader.force_login(person("reader", "*.read"))
    assert "7.00" not in seen(reader, "/purchase-orders/?tab=all")
    assert "7.00" not in seen(reader, f"/purchase-orders/{second.order}/")
    assert reader.get("/purchase-orders/new/").status_code == 403


def test_a_draft_above_the_threshold_is_approved_on_its_page(company: World, browser: Client) -> None:
    threshold(1000, self_approval=True)
    made = stocked_up(company, (company.product(), 5, 10_000_000), submitted=False)
    path = f"/purchase-orders/{made.order}/"
    refused = browser.post(f"{path}submit/", follow=True)
    assert "This must be approved first" in refused.content.decode()
    browser.post("/purchase-orders/approve/", {"selected": str(made.order)})
    browser.post(f"{path}submit/")
    assert PurchaseOrder.objects.get().submitted_at is not None


def test_a_page_costs_few_statements(
    company: World, browser: Client, django_assert_max_num_queries: Any
) -> None:
    made = stocked_up(company, *[(company.product(), 2, 1_000_000) for _ in range(10)])
    # Lines, goods, what is agreed with the vendor, and a card each of files, to-dos, mails and answers.
    with django_assert_max_num_queries(30):
        seen(browser, f"/purchase-orders/{made.order}/")
    with django_assert_max_num_queries(18):
        seen(browser, "/purchase-orders/?tab=all")


def test_rejected_goods_and_stock_go_back_to_the_vendor(company: World, browser: Client) -> None:
    product = company.product()
    made = stocked_up(company, (product, 5, 1_000_000))
    arrive(made.lines[0], 5, rejected=2)
    path = f"/purchase-orders/{made.order}/"
    assert f"{path}send-back/" in seen(browser, path)
    before = entries()
    refused = browser.post(f"{path}send-back/", {f"quantity-{made.lines[0]}": "3"})
    assert (refused.status_code, entries()) == (409, before)
    assert f'id="f-quantity-{made.lines[0]}-e"' in refused.content.decode()
    browser.post(f"{path}send-back/", {f"quantity-{made.lines[0]}": "2"})
    assert held(product=product.pk) == {"bin": 3}
    assert f"{path}send-back/" not in seen(browser, path)
    typed = {"product": product.sku, "location": f"location-{company.location.pk}", "quantity": "4"}
    refused = browser.post("/stock/send-back/", typed)
    assert (refused.status_code, held(product=product.pk)) == (409, {"bin": 3})
    assert 'id="f-quantity-e"' in refused.content.decode()
    browser.post("/stock/send-back/", {**typed, "quantity": "1"})
    assert held(product=product.pk) == {"bin": 2}
    clean()


def test_an_order_is_submitted_and_sent_from_its_page(company: World, browser: Client) -> None:
    made = stocked_up(company, (company.product(), 2, 1_000_000), submitted=False)
    path = f"/purchase-orders/{made.order}/"
    assert f"{path}send/" not in seen(browser, path)
    Organization.objects.filter(pk=company.vendor.pk).update(email="orders@vendor.example")
    assert f"{path}send/" in seen(browser, path)
    browser.post(f"{path}send/")
    order = PurchaseOrder.objects.get()
    assert order.submitted_at is not None
    assert order.sent_at is not None


def test_a_draft_says_whether_it_needs_approval(company: World, browser: Client) -> None:
    threshold(1000, self_approval=True)
    made = stocked_up(company, (company.product(), 1, 9_000_000), submitted=False)
    page = seen(browser, f"/purchase-orders/{made.order}/")
    assert ("Needs approval" in page, "/submit/" in page) == (False, True)
    made = stocked_up(company, (company.product(), 1, 10_000_000), submitted=False)
    page = seen(browser, f"/purchase-orders/{made.order}/")
    assert ("Needs approval" in page, "/submit/" in page, "/approve/" in page) == (True, False, True)


def test_a_purchase_is_asked_for_decided_and_said_why_not(company: World, browser: Client) -> None:
    threshold(1000)
    ben = person("ben", "*.read", "purchasing.order", "purchasing.submit", "catalog.see_cost")
    buyer = Client()
    buyer.force_login(ben)
    dear, cheap = company.product(), company.product()
    order = draft(
        actor=ben,
        wish=PurchaseWish(
            company.vendor.pk,
            (
                PurchaseLineWish(dear.pk, 2, unit_cost_micro=10_000_000),
                PurchaseLineWish(cheap.pk, 1, unit_cost_micro=1_000_000),
            ),
        ),
    ).one("purchasing.PurchaseOrder")
    path, waiting = f"/purchase-orders/{order}/", "/work/approval/?tab=orders"
    assert "No purchase order waits for approval" in seen(browser, waiting)
    page = seen(buyer, path)
    assert ("Ask for approval" in page, "/purchase-orders/approve/" in page) == (True, False)
    assert "Ask for approval" in buyer.post(f"{path}submit/", follow=True).content.decode()
    asked = buyer.post(f"{path}ask/", follow=True).content.decode()
    assert "Whoever may approve it is told." in asked
    assert "Waits for approval" in asked
    listed = seen(browser, waiting)
    assert f"{dear.sku} (1 of 2 lines)" in listed
    assert "20.00" in listed
    assert "Ben" in listed
    assert counts()["approval"] == 1
    assert "20.00" not in seen(_reader(), waiting)
    rejected = browser.post(
        "/purchase-orders/reject/", {"selected": str(order), "back": waiting}, follow=True
    )
    assert "Please fill this in." in rejected.content.decode()
    browser.post("/purchase-orders/reject/", {"selected": str(order), "note": "One will do"})
    assert counts()["approval"] == 0
    page = seen(buyer, path)
    assert "Rejected because" in page
    assert "One will do" in page
    buyer.post(f"{path}ask/")
    again = browser.post("/purchase-orders/approve/", {"selected": str(order), "back": waiting}, follow=True)
    assert "The purchase is approved." in again.content.decode()
    late = browser.post("/purchase-orders/approve/", {"selected": str(order), "back": waiting}, follow=True)
    assert "You did it yourself" in late.content.decode()
    rows = Approval.objects.order_by("pk").values_list("purchase_line__product", "granted", "note")
    assert list(rows) == [(dear.pk, False, "One will do"), (dear.pk, True, "")]
    buyer.post(f"{path}submit/")
    assert PurchaseOrder.objects.get().submitted_at is not None
    clean()


def _reader() -> Client:
    client = Client()
    client.force_login(person("rita", "*.read"))
    return client


def test_numbers_are_typed_as_the_reader_writes_them(company: World, browser: Client) -> None:
    """A German buyer writes 1.249,50 and finds it so again; a point in a cost that is one is asked about."""
    product = company.product(quantity_decimals=2)
    typed = {
        "vendor": str(company.vendor.pk),
        "sku-0": product.sku,
        "quantity-0": "10,5",
        "cost-0": "1.249,50",
        "freight": "4,50",
    }
    german = {"accept-language": "de"}
    made = browser.post("/purchase-orders/new/", typed, headers=german)
    assert made.status_code == 303
    line = PurchaseLine.objects.get()
    assert (line.quantity, line.unit_cost_micro, line.purchase_order.freight_minor) == (
        1050,
        1_249_500_000,
        450,
    )
    form = browser.get(f"{made['Location']}change/", headers=german).content.decode()
    for shown in ("10,5", "1249,50", "4,50"):
        assert f'value="{shown}"' in form


def test_an_order_is_expected_when_the_last_of_its_lines_is(company: World, browser: Client) -> None:
    """A day of its own comes first; else what the vendor's lead times said is shown, sorted and filtered by."""
    cable = company.product()
    for due in ("", "2026-08-03"):
        typed = {"vendor": str(company.vendor.pk), "sku-0": cable.sku, "quantity-0": "2", "cost-0": "1"}
        browser.post("/purchase-orders/new/", typed | {"expected_on": due})
    first, second = PurchaseOrder.objects.order_by("pk")
    PurchaseLine.objects.filter(purchase_order=first).update(expected_on=date(2026, 8, 1))
    assert "1 Aug 2026" in seen(browser, f"/purchase-orders/{first.pk}/")
    path = "/purchase-orders/?tab=all&expected-to=2026-08-02"
    assert first.number in seen(browser, path)
    assert second.number not in seen(browser, path)
    later = seen(browser, "/purchase-orders/?tab=all&sort=-expected")
    assert later.index(f">{second.number}<") < later.index(f">{first.number}<")


def test_what_all_lines_have_in_common_stands_above_them(company: World, browser: Client) -> None:
    several = [(company.product(), 1, 1_000_000) for _ in range(2)]
    made = stocked_up(company, *several, expected_on=date(2030, 1, 2))
    page = seen(browser, f"/purchase-orders/{made.order}/")
    assert "Our location, Main" in page
    assert [f"{word}</th>" in page for word in ("Location", "Expected")] == [False, False]
    PurchaseLine.objects.filter(pk=made.lines[0]).update(expected_on=date(2030, 2, 3))
    page = seen(browser, f"/purchase-orders/{made.order}/")
    assert [f"{word}</th>" in page for word in ("Location", "Expected")] == [False, True]


def test_putting_away_is_offered_where_goods_came_into_a_bin_and_to_who_may(
    company: World, browser: Client
) -> None:
    """What a vendor sends straight to the customer lies nowhere, and a buyer may not put away."""
    product = company.product()
    line = sold(company, product, 3)

    def received(client: Client, **to: str) -> str:
        typed = {"vendor": str(company.vendor.pk), "sku-0": product.sku, "quantity-0": "1"}
        client.post("/purchase-orders/new/", typed | to)
        order = PurchaseOrder.objects.latest("pk")
        path = f"/purchase-orders/{order.pk}"
        client.post(f"{path}/submit/")
        arrived = {f"quantity-{PurchaseLine.objects.get(purchase_order=order).pk}": "1"}
        answer = client.post(f"{path}/receive/", arrived, follow=True).content.decode()
        assert "Received 1" in answer
        return answer.partition('class="said')[2].partition("</div>")[0]

    assert "/stock/put-away/" in received(browser)
    assert "/stock/put-away/" not in received(browser, **{"line-0": str(line), "ship_to": "organization"})
    buyer = Client()
    buyer.force_login(person("buyer", "purchasing.*", "*.read", "catalog.see_cost"))
    assert "/stock/put-away/" not in received(buyer)
    clean()


def test_a_digit_that_is_no_number_is_nobody(company: World, browser: Client) -> None:
    """“²” counts as a digit, and no row has such an id."""
    before = entries()
    for path in ("/work/purchasing/?organization=²", "/receiving/?line=²", "/rfqs/new/?line=²"):
        assert browser.get(path).status_code == 200, path
    for path, typed in (
        ("/purchase-orders/approve/", {"selected": "²"}),
        ("/approval-tiers/new/", {"name": "Small", "people": "²"}),
    ):
        assert browser.post(path, typed).status_code in (303, 422), path
    assert entries() == before
