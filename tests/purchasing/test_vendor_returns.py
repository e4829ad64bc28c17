"""What goes back to a vendor has a document; its credit is expected, and the difference is stated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.purchasing.buying import arrive, person, stocked_up
from tests.purchasing.test_api import Caller
from tests.purchasing.test_landing import received, variance
from tests.stock.test_cost import stock_of
from tests.world import World, clean, entries, held, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.catalog.models import VendorPrice
from wharfinger.documents.actions.issuing import pdf
from wharfinger.ledger.models import Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.receiving import credit_vendor_return, send_back
from wharfinger.purchasing.models import VendorReturn
from wharfinger.purchasing.rules.crediting import SendBack

pytestmark = pytest.mark.django_db
TEN = 10_000_000


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


def turned_away(company: World, quantity: int = 3, **values: Any) -> int:
    """So many of a new product are refused at the door; the order's line."""
    made = stocked_up(company, (company.product(), quantity, TEN), **values)
    arrive(made.lines[0], quantity, rejected=quantity)
    return made.lines[0]


def back(*goods: SendBack, **values: Any) -> Written:
    return send_back(actor=HOUSE, goods=goods, **values)


def the_return(done: Written) -> VendorReturn:
    return VendorReturn.objects.get(pk=done.one("purchasing.VendorReturn"))


def test_refused_goods_go_back_and_are_to_be_credited_as_ordered(company: World) -> None:
    line = turned_away(company)
    row = the_return(back(SendBack(2, purchase_line=line), reason="Damaged"))
    assert (row.number, row.vendor, row.credit_minor, row.currency) == ("VR-1", company.vendor, 2000, "EUR")
    assert sum(Holding.objects.filter(kind="refused").values_list("quantity", flat=True)) == 1
    clean()


def test_stock_is_to_be_credited_at_its_value_by_who_sells_it(company: World) -> None:
    product = company.product()
    receipt, _ = received(company, (product, 3, TEN))
    row = the_return(back(SendBack(2, product=product.pk, receipt=receipt)))
    assert (row.vendor, row.credit_minor, stock_of(product)) == (company.vendor, 2000, (1, 1000))
    other = Organization.objects.create(name="Other", vendor=True)
    named = the_return(back(SendBack(1, product=product.pk), vendor=other.pk, credit_minor=700))
    assert (named.vendor, named.credit_minor) == (other, 700)
    clean()


def test_what_is_credited_less_is_stated_and_undone_with_it(company: World) -> None:
    line = turned_away(company)
    sent = back(SendBack(3, purchase_line=line))
    row = the_return(sent)
    done = credit_vendor_return(actor=HOUSE, vendor_return=row.pk, got_minor=2500, reference="GS-1")
    assert variance() == 500
    refused("credited_already", lambda: credit_vendor_return(actor=HOUSE, vendor_return=row.pk, got_minor=1))
    refused("credited_since", lambda: reverse(actor=HOUSE, entry=sent.id))
    clean()
    reverse(actor=HOUSE, entry=done.id)
    row.refresh_from_db()
    assert (row.credited_at, row.credit_got_minor, row.credit_reference, variance()) == (None, None, "", 0)
    credit_vendor_return(actor=HOUSE, vendor_return=row.pk, got_minor=3200)
    assert variance() == -200
    clean()


def test_undone_it_never_was(company: World) -> None:
    line = turned_away(company)
    sent = back(SendBack(3, purchase_line=line))
    reverse(actor=HOUSE, entry=sent.id)
    assert the_return(sent).void_id is not None
    assert the_return(back(SendBack(3, purchase_line=line))).void_id is None
    clean()


def test_of_another_currency_it_is_credited_in_it_at_its_rate(company: World) -> None:
    line = turned_away(company, currency="USD", rate_micro=500_000)
    row = the_return(back(SendBack(3, purchase_line=line)))
    assert (row.currency, row.credit_minor) == ("USD", 3000)
    credit_vendor_return(actor=HOUSE, vendor_return=row.pk, got_minor=2000)
    assert variance() == 500
    clean()


def test_what_goes_back_to_nobody_or_to_several_is_refused(company: World) -> None:
    product, line = company.product(), turned_away(company)
    receipt, _ = received(company, (product, 3, TEN))
    other = Organization.objects.create(name="Other", vendor=True)
    goods = SendBack(1, product=product.pk)
    refused("no_such_vendor", lambda: back(goods, vendor=company.customer.pk))
    refused("below_zero", lambda: back(goods, credit_minor=-1))
    refused("many_vendors_sent_back", lambda: back(SendBack(1, purchase_line=line), vendor=other.pk))
    VendorPrice.objects.filter(product=product).delete()
    assert refused("vendor_needed", lambda: back(goods)).field == "vendor"
    assert the_return(back(SendBack(1, product=product.pk, receipt=receipt))).vendor == company.vendor
    refused("no_such_purchase_line", lambda: back(SendBack(1, purchase_line=10**9)))
    before = entries()
    with pytest.raises(NotAllowed):
        credit_vendor_return(actor=person("wim", "purchasing.read"), vendor_return=1, got_minor=1)
    assert entries() == before


def test_the_very_unit_that_is_ticked_goes_back(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    made = stocked_up(company, (product, 2, TEN))
    arrive(made.lines[0], 2, rejected=2, serials=("S1", "S2"))
    browser = Client()
    browser.force_login(company.user)
    page = seen(browser, "/work/refused/")
    assert "S2" in page
    row = Holding.objects.get(kind="refused", lot__code="S2")
    answer = browser.post("/work/send-back", {"selected": [row.pk], "reason": "Dented"})
    assert answer.status_code == 303
    assert list(Holding.objects.filter(kind="refused", quantity=1).values_list("lot__code", flat=True)) == [
        "S1"
    ]
    found = VendorReturn.objects.get()
    page = seen(browser, f"/vendor-returns/{found.pk}/")
    assert "S2" in page
    assert "Dented" in page
    assert found.number in seen(browser, "/vendor-returns/")
    before = entries()
    assert browser.post(f"/vendor-returns/{found.pk}/credit/", {"amount": "much"}).status_code == 303
    assert entries() == before
    browser.post(f"/vendor-returns/{found.pk}/credit/", {"amount": "9.50", "reference": "GS-7"})
    assert found.number in seen(browser, "/vendor-returns/?tab=credited")
    assert variance() == 50
    assert pdf(actor=HOUSE, kind="vendor-return", pk=found.pk).startswith(b"%PDF")
    clean()


def test_the_forms_lead_to_the_document(company: World) -> None:
    browser = Client()
    browser.force_login(company.user)
    line = turned_away(company)
    order = stocked_up(company, (company.product(), 1, TEN)).order - 1
    form = f"/purchase-orders/{order}/send-back/"
    before = entries()
    wrong = browser.post(form, {f"quantity-{line}": "1", "credit": "much"})
    assert (wrong.status_code, entries()) == (422, before)
    done = browser.post(form, {f"quantity-{line}": "1", "credit": "8.00", "reason": "Damaged"})
    row = VendorReturn.objects.get()
    assert (done.headers["Location"], row.credit_minor) == (f"/vendor-returns/{row.pk}/", 800)
    product = company.product()
    company.stock(product, 2)
    spot = seen(browser, "/stock/send-back/")
    assert "Credit expected" in spot
    assert held(product=product.pk) == {"bin": 2}


def test_the_api_makes_shows_and_credits_returns(company: World) -> None:
    ada = Caller(company.user)
    line = turned_away(company)
    sent = ada.good(
        "post", "/send-back", {"lines": [{"purchase_line": line, "quantity": "2"}], "reason": "Damaged"}
    )
    pk = sent["vendor_return"]
    shown = ada.good("get", f"/vendor-returns/{pk}")
    assert (shown["status"], shown["credit"], shown["reason"]) == ("expected", "20.00", "Damaged")
    assert [(one["quantity"], one["refused"]) for one in shown["lines"]] == [("2", True)]
    body = {"amount": "19.50", "reference": "GS-1"}
    done = ada.good("post", f"/vendor-returns/{pk}/credit", body)
    assert (done["status"], done["credit_got"]) == ("credited", "19.50")
    assert ada.refused(f"/vendor-returns/{pk}/credit", body)[1] == "credited_already"
    assert [one["id"] for one in ada.good("get", "/vendor-returns?status=credited")["items"]] == [pk]
    wim = Caller(person("wim", "purchasing.read"))
    assert wim.good("get", f"/vendor-returns/{pk}")["credit"] is None


@pytest.mark.parametrize("lines", [1, 10, 100])
def test_statements_do_not_grow_with_lines(company: World, lines: int) -> None:
    made = stocked_up(company, *[(company.product(), 2, TEN) for _ in range(lines)])
    for line in made.lines:
        arrive(line, 2, rejected=1)
    goods = [SendBack(1, purchase_line=line) for line in made.lines]
    with CaptureQueriesContext(connection) as found:
        done = back(*goods)
    with CaptureQueriesContext(connection) as credit:
        credit_vendor_return(actor=HOUSE, vendor_return=done.one("purchasing.VendorReturn"), got_minor=1)
    assert len(found) <= 26, len(found)
    assert len(credit) <= 12, len(credit)
    clean()
