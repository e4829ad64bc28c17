"""A purchase order says how it is sent, paid and taxed; tax is expected and printed, and is no cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.documents.reading import pages
from tests.purchasing.buying import arrive, bought, person, stocked_up
from tests.purchasing.test_api import Caller
from tests.world import World, clean, entries, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.catalog.models import TaxCode
from wharfinger.documents.actions.issuing import pdf
from wharfinger.documents.kinds import KINDS
from wharfinger.documents.queries.letters import addresses
from wharfinger.flows.actions.merging import merge_organizations
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import amend_purchase, change_purchase, draft, send
from wharfinger.purchasing.actions.vendor_terms import keep_terms
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder, VendorTerms
from wharfinger.purchasing.queries.orders import sums_of
from wharfinger.purchasing.queries.paper import lines_of
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.taxing import NO_TAX

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(company: World) -> Client:
    client = Client()
    client.force_login(company.user)
    return client


@pytest.fixture
def rates(company: World) -> dict[str, TaxCode]:
    full = TaxCode.objects.create(code="N19", name="Full", rate_micro=190_000)
    less = TaxCode.objects.create(code="N7", name="Less", rate_micro=70_000)
    return {"full": full, "less": less}


def agreed(company: World, **values: Any) -> Any:
    return keep_terms(actor=HOUSE, vendor=company.vendor.pk, values=values)


def refused(code: str, act: Callable[[], Any], field: str | None = None) -> None:
    before = entries()
    with pytest.raises(Refusal) as found:
        act()
    assert (found.value.code, found.value.field) == (code, field), found.value.words()
    assert entries() == before


def figures(order: int) -> tuple[int, int, int, int]:
    row = PurchaseOrder.objects.get(pk=order)
    found = sums_of(row, lines_of(order))
    return found.net, found.freight, found.tax, found.total


def test_orders_begin_with_what_is_agreed_with_their_vendor(
    company: World, rates: dict[str, TaxCode]
) -> None:
    done = agreed(company, tax_code=rates["full"].pk, shipping_method="Parcel", orders_email="o@example.com")
    made = stocked_up(company, (company.product(), 3, 10_050_000), freight_minor=1000)
    assert PurchaseOrder.objects.get().shipping_method == "Parcel"
    # 19 % of 30.15 and 10.00 together, rounded once.
    assert figures(made.order) == (3015, 1000, 763, 4778)
    assert addresses(KINDS["purchase-order"], made.order) == ["o@example.com"]
    reverse(actor=HOUSE, entry=done.id)
    assert figures(made.order) == (3015, 1000, 763, 4778), "an order that is there stays as it is"
    untaxed = stocked_up(company, (company.product(), 3, 10_050_000))
    assert figures(untaxed.order) == (3015, 0, 0, 3015)
    agreed(company, tax_code=rates["less"].pk)
    assert VendorTerms.objects.filter(void__isnull=True).count() == 1
    clean()


def test_each_line_has_its_tax_and_freight_goes_with_most_of_them(
    company: World, rates: dict[str, TaxCode]
) -> None:
    agreed(company, tax_code=rates["full"].pk)
    wishes = tuple(
        PurchaseLineWish(company.product().pk, 1, unit_cost_micro=cost, tax_code=code)
        for cost, code in ((40_000_000, rates["less"].pk), (30_000_000, None), (5_000_000, NO_TAX))
    )
    wish = PurchaseWish(company.vendor.pk, wishes, freight_minor=1000)
    made = bought(draft(actor=HOUSE, wish=wish))
    # 7 % of 40 and of the freight: 3.50; 19 % of 30: 5.70; nothing of 5.
    assert figures(made.order) == (7500, 1000, 920, 9420)
    change = PurchaseChange(change=(LineChange(made.lines[2], tax_code=rates["full"].pk),))
    change_purchase(actor=HOUSE, order=made.order, change=change)
    assert figures(made.order)[2] == 350 + 665
    away = PurchaseChange(change=tuple(LineChange(line, tax_code=NO_TAX) for line in made.lines))
    change_purchase(actor=HOUSE, order=made.order, change=away)
    assert figures(made.order) == (7500, 1000, 0, 8500)


def test_tax_is_no_cost(company: World, rates: dict[str, TaxCode]) -> None:
    agreed(company, tax_code=rates["full"].pk)
    made = stocked_up(company, (company.product(), 3, 10_000_000), freight_minor=300)
    arrive(made.lines[0], 3)
    assert Layer.objects.get().value_minor == 3300
    clean()


def test_another_vendor_taxes_and_sends_its_own_way(company: World, rates: dict[str, TaxCode]) -> None:
    agreed(company, tax_code=rates["full"].pk, shipping_method="Parcel")
    other = Organization.objects.create(name="Other", vendor=True, currency="EUR")
    keep_terms(
        actor=HOUSE, vendor=other.pk, values={"tax_code": rates["less"].pk, "shipping_method": "Truck"}
    )
    product = company.product()
    made = stocked_up(company, (product, 1, 10_000_000))
    change = PurchaseChange(
        vendor=other.pk,
        add_vendor=True,
        change=(LineChange(made.lines[0], unit_cost_micro=10_000_000),),
    )
    amend_purchase(actor=HOUSE, order=made.order, change=change)
    assert PurchaseOrder.objects.get().shipping_method == "Truck"
    assert PurchaseLine.objects.get().tax_code == rates["less"]


def test_what_the_vendor_was_told_of_tax_and_sending_is_amended(
    company: World, rates: dict[str, TaxCode]
) -> None:
    made = stocked_up(company, (company.product(), 1, 10_000_000))
    change = PurchaseChange(
        (("shipping_method", "Truck"), ("ship_on", date(2030, 1, 2)), ("terms_days", 60)),
        change=(LineChange(made.lines[0], tax_code=rates["less"].pk),),
    )
    refused("already_submitted", lambda: change_purchase(actor=HOUSE, order=made.order, change=change))
    amend_purchase(actor=HOUSE, order=made.order, change=change)
    order = PurchaseOrder.objects.get()
    assert (order.shipping_method, order.ship_on, order.terms_days) == ("Truck", date(2030, 1, 2), 60)
    assert order.amended_at is not None
    assert figures(made.order) == (1000, 0, 70, 1070)


def test_a_retired_tax_code_and_an_unknown_one_are_refused(company: World, rates: dict[str, TaxCode]) -> None:
    product = company.product()
    TaxCode.objects.filter(pk=rates["less"].pk).update(retired_on=date(2020, 1, 1))

    def ordered(code: int) -> Any:
        line = PurchaseLineWish(product.pk, 1, unit_cost_micro=1, tax_code=code)
        return draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (line,)))

    refused("no_such_tax_code", lambda: ordered(rates["less"].pk), "lines.0.tax_code")
    refused("no_such_tax_code", lambda: ordered(999_999), "lines.0.tax_code")
    refused("no_such_tax_code", lambda: agreed(company, tax_code=rates["less"].pk), "tax_code")
    refused("not_an_address", lambda: agreed(company, orders_email="nowhere"), "orders_email")
    buyer = person("buyer", "purchasing.order")
    before = entries()
    with pytest.raises(NotAllowed):
        keep_terms(actor=buyer, vendor=company.vendor.pk, values={"shipping_method": "Parcel"})
    assert entries() == before


def test_a_customer_only_has_nothing_agreed(company: World) -> None:
    values = {"shipping_method": "Parcel"}
    refused(
        "not_a_vendor", lambda: keep_terms(actor=HOUSE, vendor=company.customer.pk, values=values), "vendor"
    )


def test_mail_goes_where_orders_are_taken(company: World) -> None:
    made = stocked_up(company, (company.product(), 1, 10_000_000))
    Organization.objects.filter(pk=company.vendor.pk).update(email="")
    refused("no_mail_address", lambda: send(actor=HOUSE, order=made.order), "vendor")
    agreed(company, orders_email="o@example.com")
    send(actor=HOUSE, order=made.order)
    assert PurchaseOrder.objects.get().sent_at is not None


def test_what_is_agreed_with_a_double_holds_where_nothing_else_does(company: World) -> None:
    agreed(company, shipping_method="Parcel")
    double = Organization.objects.create(name="Double", vendor=True, currency="EUR")
    done = merge_organizations(actor=HOUSE, organization=company.vendor.pk, into=double.pk)
    assert VendorTerms.objects.get().organization == double
    reverse(actor=HOUSE, entry=done.id)
    keep_terms(actor=HOUSE, vendor=double.pk, values={"shipping_method": "Truck"})
    merge_organizations(actor=HOUSE, organization=company.vendor.pk, into=double.pk)
    (kept,) = VendorTerms.objects.filter(organization=double)
    assert kept.shipping_method == "Truck"
    clean()


def test_the_api_reads_net_freight_tax_and_total(company: World, rates: dict[str, TaxCode]) -> None:
    api = Caller(person("buyer", "purchasing.*", "catalog.see_cost", "ledger.reverse"))
    terms = f"/organizations/{company.vendor.pk}/purchase-terms"
    body = {"tax_code": rates["full"].pk, "minimum": "50.00", "shipping_method": "Parcel"}
    done = api.good("patch", terms, body)
    assert (done["minimum"], done["tax_code"]) == ("50.00", rates["full"].pk)
    assert api.good("get", terms)["shipping_method"] == "Parcel"
    lines = [
        {"product": company.product().pk, "quantity": "1", "unit_cost": "100"},
        {"product": company.product().pk, "quantity": "1", "unit_cost": "10", "tax_code": None},
    ]
    made = api.good(
        "post",
        "/purchase-orders",
        {
            "vendor": company.vendor.pk,
            "lines": lines,
            "freight": "5",
            "ship_on": "2030-01-02",
            "terms_days": 60,
        },
        status=201,
    )
    sums = [made[name] for name in ("net", "freight", "tax", "total")]
    assert sums == ["110.00", "5.00", "19.95", "134.95"]
    assert [one["tax_code"] for one in made["lines"]] == [rates["full"].pk, None]
    assert (made["ship_on"], made["terms_days"], made["shipping_method"]) == ("2030-01-02", 60, "Parcel")
    change = {"change": [{"purchase_line": made["lines"][0]["id"], "tax_code": None}], "terms_days": None}
    changed = api.good("patch", f"/purchase-orders/{made['id']}", change)
    assert (changed["tax"], changed["total"]) == ("0.00", "115.00")
    assert changed["terms_days"] == company.vendor.terms_days
    assert api.refused(terms, {"minimum": "0"}, method="patch")[2] == "minimum"


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_taxed_orders_cost_the_same_statements_however_many_lines(
    company: World, rates: dict[str, TaxCode], lines: int
) -> None:
    agreed(company, tax_code=rates["less"].pk)
    full = rates["full"].pk
    wishes = tuple(
        PurchaseLineWish(company.product().pk, 1, unit_cost_micro=1_000_000, tax_code=full)
        for _ in range(lines)
    )
    with CaptureQueriesContext(connection) as found:
        draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, wishes))
    assert len(found) <= 26, [q["sql"] for q in found]


def test_an_order_is_typed_with_its_tax_its_days_and_its_words(
    company: World, rates: dict[str, TaxCode], browser: Client
) -> None:
    vendor, product = company.vendor.pk, company.product()
    assert "Nothing is agreed yet" in seen(browser, f"/organizations/{vendor}/")
    seen(browser, f"/vendors/{vendor}/terms/")
    browser.post(
        f"/vendors/{vendor}/terms/", {"tax_code": str(rates["full"].pk), "minimum": "500", "orders_email": ""}
    )
    assert "N19" in seen(browser, f"/organizations/{vendor}/")
    typed = {
        "vendor": str(vendor),
        "sku-0": product.sku,
        "quantity-0": "1",
        "cost-0": "100",
        "expected-0": "2030-01-05",
        "description-0": "Blue ones",
        "shipping_method": "Parcel",
        "terms_days": "60",
        "freight": "10",
        "external_number": "V-4711",
        "memo": "Ring at gate 3",
    }
    before = entries()
    wrong = browser.post("/purchase-orders/new/", typed | {"terms_days": "soon"})
    assert (wrong.status_code, entries()) == (422, before)
    browser.post("/purchase-orders/new/", typed)
    line = PurchaseLine.objects.get()
    assert (line.expected_on, line.description, line.tax_code) == (
        date(2030, 1, 5),
        "Blue ones",
        rates["full"],
    )
    order = PurchaseOrder.objects.get()
    assert (order.external_number, order.memo, order.freight_minor) == ("V-4711", "Ring at gate 3", 1000)
    assert (order.shipping_method, order.terms_days) == ("Parcel", 60)
    text = seen(browser, f"/purchase-orders/{line.purchase_order_id}/")
    for words in ("20.90", "130.90", "500.00", "V-4711", "Ring at gate 3", "Parcel", "Blue ones"):
        assert words in text, words
    assert "5 Jan 2030" in text
    assert re.search(r"Days to pay</dt>\s*<dd[^>]*>\s*60", text)
    assert "130.90" in seen(browser, "/purchase-orders/?tab=all")
    path = f"/purchase-orders/{line.purchase_order_id}/change/"
    seen(browser, path)
    changed = {
        "vendor": str(vendor),
        "ship_on": "2030-01-03",
        "shipping_method": "Parcel",
        f"line-tax-{line.pk}": "0",
        f"line-quantity-{line.pk}": "1",
    }
    browser.post(path, changed)
    order, line = PurchaseOrder.objects.get(), PurchaseLine.objects.get()
    assert (order.ship_on, order.terms_days, line.tax_code) == (date(2030, 1, 3), None, None)


def test_the_paper_says_what_is_taxed_and_how_it_is_sent(company: World, rates: dict[str, TaxCode]) -> None:
    agreed(company, tax_code=rates["full"].pk, shipping_method="By lorry")
    terms: dict[str, Any] = {"freight_minor": 1000, "terms_days": 60, "ship_on": date(2030, 1, 2)}
    terms |= {"external_number": "V-4711", "memo": "Ring at gate 3"}
    made = stocked_up(company, (company.product(), 1, 100_000_000), **terms)
    (text,) = pages(pdf(actor=HOUSE, kind="purchase-order", pk=made.order))
    for words in ("By lorry", "60 days", "2 Jan 2030", "VAT 19%", "€20.90", "€130.90", "V-4711", "gate 3"):
        assert words in text, text
    # Where nothing is taxed, the paper speaks of no tax.
    untaxed = PurchaseLineWish(company.product().pk, 1, unit_cost_micro=1_000_000, tax_code=NO_TAX)
    bare = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (untaxed,))))
    (text,) = pages(pdf(actor=HOUSE, kind="purchase-order", pk=bare.order))
    assert ("without VAT" in text, "VAT 19%" in text) == (True, False)
