"""Freight and fees: rows of an invoice that bill no line, taxed by their service, and counted wherever sales are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.billing.books import owed, summed
from tests.documents.reading import pages
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order
from tests.world import World, clean, entries, held, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import cancel_invoice, credit
from wharfinger.billing.actions.deposits import ask_deposit
from wharfinger.billing.actions.drafts import change_draft, discard_draft
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.changing import DraftChange, RowChange
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.billing.rules.fees import Fee
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.documents.actions.issuing import pdf
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db


def freight(company: World, **values: Any) -> Product:
    """The service by which freight is named, as the setting says."""
    made = company.product(kind="service", sku="FREIGHT", name="Freight", **values)
    set_setting(actor=HOUSE, name="fee_products", value={"freight": made.pk})
    return made


def bill(*bills: Bill, **values: Any) -> Invoice:
    """The invoice over these."""
    done = invoice(actor=HOUSE, wish=InvoiceWish(bills, **values))
    return Invoice.objects.get(pk=done.one("billing.Invoice"))


def rows(made: Invoice) -> list[tuple[int | None, int, int]]:
    """Line, position and net of its rows."""
    found = made.lines.filter(quantity__gt=0).order_by("position")
    return list(found.values_list("line", "position", "net_minor"))


def test_freight_stands_beside_the_lines_at_its_own_tax_and_is_credited_by_its_row(company: World) -> None:
    half = TaxCode.objects.create(code="S7", name="7 %", rate_micro=70_000)
    parcel = freight(company, tax_code=half)
    _, (line,) = order(company, (company.product(), 3))
    made = bill(Bill(line, 2), fees=(Fee(parcel.pk, 4_990_000, description="Parcel"),))
    assert rows(made) == [(line, 1, 2000), (None, 2, 499)]
    # 20.00 at 19 % and 4.99 at 7 %
    assert (made.net_minor, made.tax_minor, made.total_minor) == (2499, 380 + 35, 2914)
    assert (owed(made.pk), summed("revenue"), held(line)["invoiced"]) == (2914, -2499, 2)
    assert "Parcel" in "".join(pages(pdf(actor=HOUSE, kind="invoice", pk=made.pk)))
    clean()
    row = made.lines.get(line=None)
    credit(actor=HOUSE, items=[Credit(row.pk, 1)], reason="It was free")
    assert (owed(made.pk), summed("revenue")) == (2914 - 534, -2000)
    refused(lambda: credit(actor=HOUSE, items=[Credit(row.pk, 1)]), "more_than_invoiced")
    cancel_invoice(actor=HOUSE, invoice=made.pk, reason="Wrong", bill_again=True)
    assert (owed(made.pk), held(line)["to_bill"]) == (0, 3)
    clean()


def test_freight_is_said_with_tax_where_the_lines_are(company: World) -> None:
    parcel = freight(company)
    _, (line,) = order(company, (company.product(price_micro=11_900_000), 1), tax_included=True)
    made = bill(Bill(line, 1), fees=(Fee(parcel.pk, 5_950_000),))
    assert made.tax_minor + made.net_minor == made.total_minor
    assert made.lines.get(line=None).gross_minor == 595
    clean()


def test_a_customer_who_is_taxed_otherwise_is_so_for_freight(company: World) -> None:
    parcel = freight(company)
    export = TaxCode.objects.create(
        code="G", name="Export", rate_micro=0, category="G", exemption_reason="Export"
    )
    abroad = Organization.objects.create(name="Zurich", tax_code=export)
    _, (line,) = order(company, (company.product(), 1), customer=abroad)
    made = bill(Bill(line, 1), fees=(Fee(parcel.pk, 5_000_000),))
    assert (made.net_minor, made.tax_minor) == (1500, 0)
    assert set(made.lines.values_list("tax_code__category", flat=True)) == {"G"}


def test_a_deposit_is_not_taken_off_of_freight(company: World) -> None:
    parcel = freight(company)
    sheet, (line,) = order(company, (company.product(), 1))
    ask_deposit(actor=HOUSE, wish=DepositWish(sheet, parcel.pk, share_micro=1_000_000))
    made = bill(Bill(line, 1), fees=(Fee(parcel.pk, 5_000_000),))
    assert [net for *_, net in rows(made)] == [1000, 500, -1000]
    assert (made.net_minor, made.tax_minor) == (500, 95)
    clean()


def test_a_draft_takes_freight_on_and_off(company: World) -> None:
    parcel = freight(company)
    _, (line,) = order(company, (company.product(), 2))
    pk = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),))).one("billing.Invoice")
    draft = Invoice.objects.get(pk=pk)
    added = change_draft(actor=HOUSE, invoice=pk, change=DraftChange(fees=(Fee(parcel.pk, 5_000_000, 2),)))
    assert rows(draft) == [(line, 1, 1000), (None, 2, 1000)]
    fee = draft.lines.get(line=None)
    change_draft(actor=HOUSE, invoice=pk, change=DraftChange((RowChange(fee.pk, 1, 4_000_000),)))
    assert rows(draft) == [(line, 1, 1000), (None, 2, 400)]
    refused(lambda: reverse(actor=HOUSE, entry=added.id), "changed_since")
    first = draft.lines.get(line=line)
    change_draft(actor=HOUSE, invoice=pk, change=DraftChange((RowChange(first.pk, 0),)))
    draft.refresh_from_db()
    assert (rows(draft), draft.net_minor, held(line)["to_bill"]) == ([(None, 2, 400)], 400, 2)
    gone = discard_draft(actor=HOUSE, invoice=pk)
    reverse(actor=HOUSE, entry=gone.id)
    post_invoice(actor=HOUSE, invoice=pk)
    assert owed(pk) == 476
    clean()


def test_undo_takes_freight_off_a_draft_again(company: World) -> None:
    parcel = freight(company)
    _, (line,) = order(company, (company.product(), 2))
    pk = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),))).one("billing.Invoice")
    added = change_draft(actor=HOUSE, invoice=pk, change=DraftChange(fees=(Fee(parcel.pk, 5_000_000),)))
    reverse(actor=HOUSE, entry=added.id)
    draft = Invoice.objects.get(pk=pk)
    assert (rows(draft), draft.total_minor) == ([(line, 1, 1000)], 1190)
    clean()


def test_what_is_no_service_comes_to_nothing_or_is_for_several_is_refused(company: World) -> None:
    parcel, router = freight(company), company.product()
    _, (line,) = order(company, (router, 2))
    _, (theirs,) = order(company, (router, 1), customer=Organization.objects.create(name="Beta"))
    before = entries()

    def asked(*fees: Fee, bills: tuple[Bill, ...] = (Bill(line, 1),)) -> Any:
        return bill(*bills, fees=fees)

    refused(lambda: asked(Fee(router.pk, 1_000_000)), "no_service", "fees.0.product")
    refused(lambda: asked(Fee(parcel.pk, 0)), "not_positive", "fees.0.unit_price")
    refused(lambda: asked(Fee(parcel.pk, 1_000_000, 0)), "not_positive", "fees.0.quantity")
    both = (Bill(line, 1), Bill(theirs, 1))
    refused(lambda: asked(Fee(parcel.pk, 1_000_000), bills=both), "several_customers", "fees")
    assert entries() == before


def test_sales_and_margin_count_freight(company: World, call: Any) -> None:
    parcel = freight(company)
    _, (line,) = order(company, (company.product(), 2))
    bill(Bill(line, 2), fees=(Fee(parcel.pk, 5_000_000),), issued_on=date(2020, 5, 5))
    for report in ("sales", "margin"):
        _, told = call("get", f"/reports/{report}?by=product&from=2020-05-01&to=2020-05-31")
        assert sorted(row["net"] for row in told["items"]) == ["20.00", "5.00"], report


def test_freight_takes_no_more_statements_for_many_rows(company: World) -> None:
    parcel, counted = freight(company), []
    for many in (1, 10, 100):
        _, lines = order(company, (company.product(), 1))
        fees = tuple(Fee(parcel.pk, 5_000_000) for _ in range(many))
        with CaptureQueriesContext(connection) as asked:
            bill(Bill(lines[0], 1), fees=fees)
        counted.append(len(asked))
    assert counted[0] == counted[1] == counted[2]


def test_the_api_bills_freight_by_its_kind_or_by_a_service(company: World, call: Any) -> None:
    _, (line,) = order(company, (company.product(), 3))
    body = {"lines": [{"line": line, "quantity": "1"}], "fees": [{"kind": "freight", "unit_price": "5"}]}
    status, answer = call("post", "/invoices", body)
    assert (status, answer["code"]) == (422, "no_fee_product")
    parcel = freight(company)
    _, made = call("post", "/invoices", body | {"draft": True})
    assert [(row["line"], row["net"]) for row in made["lines"]] == [(line, "10.00"), (None, "5.00")]
    more = {"fees": [{"product": parcel.pk, "unit_price": "2.50", "quantity": "2", "description": "Pallets"}]}
    status, changed = call("patch", f"/invoices/{made['id']}", more)
    assert (status, changed["net"], changed["lines"][2]["description"]) == (200, "20.00", "Pallets")
    status, answer = call("patch", f"/invoices/{made['id']}", {"fees": [{"unit_price": "1"}]})
    assert (status, answer["field"]) == (422, "fees.0.kind")


def test_freight_is_typed_in_the_browser(company: World, client: Client) -> None:
    parcel = freight(company)
    _, (line,) = order(company, (company.product(), 3))
    address = f"/invoices/new/?organization={company.customer.pk}"
    assert "Freight and fees" in see(client, address)
    typed = {
        "organization": str(company.customer.pk),
        f"quantity-{line}": "1",
        f"price-{line}": "10",
        "fee-product-0": str(parcel.pk),
        "fee-price-0": "5",
        "fee-words-0": "Parcel",
    }
    assert "17.85" in client.post("/invoices/new/", typed | {"do": "preview"}).content.decode()
    do(client, "/invoices/new/", typed | {"do": "draft"})
    draft = Invoice.objects.get()
    assert draft.total_minor == 1785
    rows_there = {f"quantity-r{row.pk}": "1" for row in draft.lines.all()}
    more = {"fee-product-1": str(parcel.pk), "fee-price-1": "1", "due_on": draft.due_on.isoformat()}
    do(client, f"/invoices/{draft.pk}/change/", rows_there | more)
    draft.refresh_from_db()
    assert draft.net_minor == 1600
