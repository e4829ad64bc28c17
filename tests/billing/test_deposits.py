"""Deposits: a part of an order is asked for beforehand, and its next invoices take it off to the cent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.billing.books import credit_left, owed, summed
from tests.documents.reading import pages
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order, reserved
from tests.purchasing.buying import person
from tests.world import World, clean, entries, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.billing.actions.credits import cancel_invoice, credit
from wharfinger.billing.actions.deposits import ask_deposit
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.actions.payments import cancel_payment, pay
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import pdf
from wharfinger.fulfilment.actions.shipping import deliver
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Account
from wharfinger.sales import queries
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.queries import show_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db
PERCENT = 10_000


def service(company: World) -> int:
    """The service by which deposits are named."""
    found = Product.objects.filter(sku="DEPOSIT").first()
    return (found or company.product(kind="service", sku="DEPOSIT", name="Deposit")).pk


def ask(company: World, sheet: int, **values: Any) -> Invoice:
    """Ask for a deposit on an order."""
    done = ask_deposit(actor=HOUSE, wish=DepositWish(sheet, **{"product": service(company), **values}))
    return Invoice.objects.get(pk=done.one("billing.Invoice"))


def bill(*bills: Bill) -> Invoice:
    """The invoice over these."""
    return Invoice.objects.get(pk=invoice(actor=HOUSE, wish=InvoiceWish(bills)).one("billing.Invoice"))


def left() -> int:
    """What is still to be taken off of all orders."""
    return -sum(Account.objects.filter(kind="deposit").values_list("balance_minor", flat=True))


def test_five_percent_beforehand_and_the_rest_at_the_end(company: World) -> None:
    """F15: the deposit is 5 % of the untaxed order; after the final invoice all is invoiced, and nothing more can be."""
    company.customer.billing_policy = "order"
    company.customer.save()
    router = company.product(price_micro=100_000_000)
    sheet, (line,) = order(company, (router, 10))
    made = ask(company, sheet, share_micro=5 * PERCENT)
    assert (made.kind, made.number, made.net_minor, made.tax_minor) == ("deposit", "INV-1", 5000, 950)
    assert (
        made.lines.get().description == f"Deposit, 5 % of {made.sheet}"
        or "5 %" in made.lines.get().description
    )
    assert (left(), summed("revenue"), owed(made.pk)) == (5000, 0, 5950)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 5950, "EUR"))
    clean()
    final = bill(Bill(line, 10))
    assert (final.net_minor, final.tax_minor, final.total_minor) == (95000, 18050, 113050)
    assert list(final.lines.order_by("position").values_list("net_minor", "line")) == [
        (100000, line),
        (-5000, None),
    ]
    assert (left(), summed("revenue"), owed(final.pk)) == (0, -100000, 113050)
    refused(lambda: bill(Bill(line, 1)), "more_than_billable")
    clean()


def test_two_rates_are_taken_off_by_several_invoices_each_by_its_own(company: World) -> None:
    half = TaxCode.objects.create(code="S7", name="7 %", rate_micro=70_000)
    router, book = (
        company.product(price_micro=33_330_000),
        company.product(price_micro=9_990_000, tax_code=half),
    )
    sheet, (one, two) = order(company, (router, 3), (book, 7))
    made = ask(company, sheet, share_micro=30 * PERCENT)
    # 30 % of 99.99 and of 69.93
    assert sorted(made.lines.values_list("net_minor", flat=True)) == [2098, 3000]
    assert (made.net_minor, made.tax_minor) == (5098, 570 + 147)
    first = bill(Bill(one, 1), Bill(two, 1))
    assert sorted(first.lines.values_list("net_minor", flat=True)) == [-3000, -999, 999, 3333]
    assert (first.net_minor, first.tax_minor, left()) == (333, 63, 1099)
    clean()
    draft = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(one, 2), Bill(two, 6)))).one("billing.Invoice")
    assert (Invoice.objects.get(pk=draft).net_minor, left()) == (6666 + 5994, 1099)
    post_invoice(actor=HOUSE, invoice=draft)
    last = Invoice.objects.get(pk=draft)
    assert (last.net_minor, last.tax_minor, left()) == (6666 + 5994 - 1099, 1267 + 343, 0)
    assert summed("revenue") == -(9999 + 6993)
    clean()


def test_what_is_said_with_tax_comes_to_what_was_said(company: World) -> None:
    """Of three at 39.67 with tax, 77.77 are asked for; three invoices take them off, and nothing is left between."""
    router = company.product(price_micro=33_337_000)
    sheet, (line,) = order(company, (router, 3), tax_included=True)
    made = ask(company, sheet, minor=7777)
    assert (made.total_minor, made.net_minor) == (7777, 6535)
    totals = [bill(Bill(line, 1)).total_minor for _ in range(3)]
    assert sum(totals) + 7777 == 3 * 3967
    assert (left(), summed("revenue") + summed("tax")) == (0, -3 * 3967)
    clean()


def test_more_than_the_order_is_refused_and_so_is_nothing(company: World) -> None:
    sheet, (line,) = order(company, (company.product(price_micro=10_000_000), 10))
    thing = service(company)

    def asked(**values: Any) -> Any:
        return ask_deposit(actor=HOUSE, wish=DepositWish(sheet, **{"product": thing, **values}))

    refused(lambda: asked(minor=10001), "more_than_order", "amount")
    refused(asked, "share_or_amount")
    refused(lambda: asked(minor=1, share_micro=1), "share_or_amount")
    refused(lambda: asked(share_micro=1_000_001), "bad_share")
    refused(lambda: asked(minor=-5), "not_positive")
    refused(lambda: asked(minor=100, product=company.product().pk), "no_service", "product")
    refused(lambda: asked(share_micro=1), "not_positive")
    asked(minor=6000)
    refused(lambda: asked(minor=4001), "more_than_order")
    bill(Bill(line, 5))
    refused(lambda: asked(minor=4001), "more_than_order")
    asked(minor=4000)
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 1),))
    unsure = create_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    refused(
        lambda: ask_deposit(actor=HOUSE, wish=DepositWish(unsure, thing, share_micro=100_000)), "not_firm"
    )
    with pytest.raises(NotAllowed):
        ask_deposit(actor=person("reader", "billing.read"), wish=DepositWish(sheet, thing, minor=1))
    clean()


def test_a_deposit_is_credited_while_nothing_took_it_off(company: World) -> None:
    sheet, (line,) = order(company, (company.product(price_micro=100_000_000), 1))
    made = ask(company, sheet, share_micro=50 * PERCENT)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 5950, "EUR"))
    cancel_invoice(actor=HOUSE, invoice=made.pk, reason="Given up", bill_again=False)
    assert (left(), owed(made.pk), credit_left(), summed("revenue")) == (0, 0, 5950, 0)
    again = ask(company, sheet, share_micro=50 * PERCENT, product=made.lines.get().product_id)
    final = bill(Bill(line, 1))
    refused(lambda: cancel_invoice(actor=HOUSE, invoice=again.pk, reason="No", bill_again=False), "taken_off")
    deduction = InvoiceLine.objects.get(invoice=final, line=None)
    refused(lambda: credit(actor=HOUSE, items=[Credit(deduction.pk, 1)]), "deduction_alone")
    cancel_invoice(actor=HOUSE, invoice=final.pk, reason="Wrong", bill_again=True)
    assert (left(), owed(final.pk), summed("revenue")) == (5000, 0, 0)
    clean()
    assert bill(Bill(line, 1)).net_minor == 5000
    assert left() == 0
    clean()


def test_money_abroad_is_earned_at_what_it_was_worth(company: World) -> None:
    """Asked for at 0.90 and billed at 0.95: nothing is left on the deposit, in dollars or at home."""
    abroad = LineWish(company.product().pk, 10, unit_price_micro=10_000_000)
    made = create_order(
        actor=HOUSE, wish=OrderWish(company.customer.pk, (abroad,), currency="USD", confirm=True)
    )
    sheet, line = made.one("demand.Sheet"), made.one("ledger.Claim")
    ask(company, sheet, minor=3333, rate_micro=900_000)
    done = [
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, units),), rate_micro=950_000)) for units in (3, 7)
    ]
    assert len(done) == 2
    account = Account.objects.get(kind="deposit")
    assert (account.balance_minor, account.balance_home_minor) == (0, 0)
    clean()


def test_by_page_it_is_previewed_posted_and_told_where_it_is_left(client: Client, company: World) -> None:
    client.force_login(company.user)
    thing = service(company)
    sheet, (line,) = order(company, (company.product(price_micro=100_000_000), 2))
    assert f"/orders/{sheet}/deposit/" in see(client, f"/orders/{sheet}/")
    path, before = f"/orders/{sheet}/deposit/", entries()
    form: dict[str, Any] = {"percent": "25", "product": thing}
    assert "DEPOSIT" in see(client, path)
    page = do(client, path, {**form, "do": "preview"}, 200)
    assert "59.50" in page
    assert 'id="f-percent-e"' in do(client, path, {**form, "percent": "120"}, 422)
    assert 'id="f-amount-e"' in do(client, path, {"amount": "200.01", "product": thing}, 409)
    assert 'id="f-product-e"' in do(client, path, {"percent": "25"}, 422)
    assert entries() == before
    to = do(client, path, form)
    page = see(client, to)
    assert "Deposit, 25 % of SO-1" in page
    assert "50.00" in see(client, f"/orders/{sheet}/")
    assert "Still to take off of deposits on" in see(client, f"/statements/{company.customer.pk}/")
    bill(Bill(line, 2))
    assert "Still to take off" not in see(client, f"/orders/{sheet}/")
    assert "Still to take off" not in see(client, f"/statements/{company.customer.pk}/")
    clean()


def test_by_api(call: Any, company: World) -> None:
    thing = service(company)
    sheet, (line,) = order(company, (company.product(price_micro=100_000_000), 2))
    status, made = call("post", "/invoices/deposit", {"order": sheet, "product": thing, "percent": "12.5"})
    assert (status, made["kind"], made["net"], made["total"]) == (201, "deposit", "25.00", "29.75")
    assert call("post", "/invoices/deposit", {"order": sheet, "product": thing})[0] == 422
    assert call("post", "/invoices/deposit", {"order": sheet, "product": thing, "amount": "-1"})[0] == 422
    assert call("post", "/invoices/deposit", {"order": 10**9, "product": thing, "amount": "1"})[0] in (
        404,
        422,
    )
    status, final = call("post", "/invoices", {"lines": [{"line": line, "quantity": "2"}]})
    assert (status, final["net"], final["lines"][1]["takes_off"]) == (201, "175.00", made["id"])
    assert [one["id"] for one in call("get", "/invoices?kind=deposit")[1]["items"]] == [made["id"]]
    clean()


def test_a_deposit_is_called_so_on_paper(company: World) -> None:
    company.customer.language = "de"
    company.customer.save()
    sheet, (line,) = order(company, (company.product(price_micro=100_000_000), 2))
    made = ask(company, sheet, share_micro=50 * PERCENT)
    said = " ".join(pages(pdf(actor=HOUSE, kind="invoice", pk=made.pk)))
    for words in ("Anzahlungsrechnung", "Anzahlung, 50 % von SO-1", "119,00"):
        assert words in said
    final = bill(Bill(line, 2))
    said = " ".join(pages(pdf(actor=HOUSE, kind="invoice", pk=final.pk)))
    assert "INV-1: Anzahlung, 50 % von SO-1" in said
    assert "Anzahlungsrechnung" not in said


def still_to_pay(sheet: int) -> int:
    """What the list of orders and the API say that the customer still has to pay."""
    row = queries.orders().get(pk=sheet)
    return int(show_order(row)["open"].replace(".", ""))


def test_an_order_is_done_once_its_deposit_is_paid_and_taken_off(company: World) -> None:
    """Whichever is paid last; what is still to pay counts what was asked for beforehand once."""
    router = company.product(price_micro=100_000_000)
    company.stock(router, 2)
    sheet, (line,) = reserved(company, (router, 2))

    def done() -> bool:
        return Sheet.objects.get(pk=sheet).done_id is not None

    made = ask(company, sheet, share_micro=50 * PERCENT)
    assert (still_to_pay(sheet), owed(made.pk)) == (23800, 11900)
    part = pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 1900, "EUR"))
    assert still_to_pay(sheet) == 21900
    deliver(actor=HOUSE, picks=[Pick(line, 2)])
    final = bill(Bill(line, 2))
    assert (still_to_pay(sheet), owed(made.pk), owed(final.pk)) == (21900, 10000, 11900)
    wish = PaymentWish(company.customer.pk, 11900, "EUR", allocations=(Allocation(final.pk, 11900),))
    pay(actor=HOUSE, wish=wish)
    assert (still_to_pay(sheet), owed(made.pk), done()) == (10000, 10000, False)
    assert queries.orders().get(pk=sheet).money_word == "partial"
    clean()
    last = pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 10000, "EUR"))
    assert (still_to_pay(sheet), done()) == (0, True)
    assert queries.orders().get(pk=sheet).money_word == "paid"
    clean()
    cancel_payment(actor=HOUSE, payment=last.one("billing.Payment"))
    assert (still_to_pay(sheet), done()) == (10000, False)
    assert part.id
    clean()


def test_what_is_still_to_pay_leaves_out_a_deposit_that_was_credited(company: World) -> None:
    sheet, _ = order(company, (company.product(price_micro=100_000_000), 2))
    made = ask(company, sheet, share_micro=50 * PERCENT)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 11900, "EUR"))
    assert still_to_pay(sheet) == 11900
    cancel_invoice(actor=HOUSE, invoice=made.pk, reason="Given up", bill_again=False)
    assert still_to_pay(sheet) == 23800
    clean()
