"""Billing in the browser."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.billing.books import credit_left, owed
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import CreditNote, Invoice, Payment
from wharfinger.billing.rules.invoices import Bill, InvoiceWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client: Client, company: World) -> World:
    """A small company, somebody signed in."""
    client.force_login(company.user)
    return company


def test_lines_are_previewed_invoiced_paid_and_credited(client: Client, company: World) -> None:
    router = company.product(price_micro=49_900_000)
    company.customer.billing_policy = "order"
    company.customer.save()
    _, (line,) = order(company, (router, 3))
    customer = company.customer.pk
    assert "Acme" in see(client, "/invoices/new/")
    page = see(client, f"/invoices/new/?organization={customer}")
    assert f'name="quantity-{line}" id="f-quantity-{line}" value="3"' in page
    form: dict[str, Any] = {
        "organization": customer,
        f"quantity-{line}": "2",
        f"price-{line}": "50",
        f"reason-{line}": "Agreed",
    }
    before = entries()
    page = do(client, "/invoices/new/", form | {"do": "preview"}, 200)
    assert "119.00" in page
    assert entries() == before
    page = do(client, "/invoices/new/", form | {f"quantity-{line}": "4"}, 409)
    assert f'id="f-quantity-{line}-e"' in page
    assert entries() == before
    to = do(client, "/invoices/new/", form)
    made = Invoice.objects.get()
    assert (to, made.number, made.total_minor) == (f"/invoices/{made.pk}/", "INV-1", 11900)
    assert "INV-1" in see(client, to)
    assert "INV-1" in see(client, "/invoices/")
    do(client, f"/documents/invoice/{made.pk}/send/", {"by_hand": "yes"})
    assert made.number in see(client, f"/payments/new/?organization={customer}&invoice={made.pk}")
    to = do(
        client,
        "/payments/new/",
        {"organization": customer, "amount": "150.00", f"invoice-{made.pk}": "100.00"},
    )
    paid = Payment.objects.get()
    assert (to, owed(made.pk), credit_left()) == (f"/payments/{paid.pk}/", 1900, 5000)
    assert "PAY-1" in see(client, to)
    assert "PAY-1" in see(client, "/payments/")
    do(client, f"{to}apply/", {})
    assert (owed(made.pk), credit_left()) == (0, 3100)
    do(client, f"{to}unapply/", {})
    assert (owed(made.pk), credit_left()) == (11900, 15000)
    do(client, f"/statements/{customer}/apply-credit/", {"currency": "EUR"})
    row = made.lines.get().pk
    to = do(client, f"/invoices/{made.pk}/credit/", {f"quantity-{row}": "1", "reason": "Broken"})
    note = CreditNote.objects.get()
    assert (to, credit_left()) == (f"/credit-notes/{note.pk}/", 3100 + 5950)
    assert "CN-1" in see(client, to)
    assert "CN-1" in see(client, "/credit-notes/")
    assert "90.50" in see(client, f"/statements/{customer}/")
    assert 'value="90.50"' in see(client, f"/payments/refund/?organization={customer}")
    to = do(client, "/payments/refund/", {"organization": customer, "amount": "90.50"})
    assert credit_left() == 0
    do(client, f"{to}cancel/", {"reason": "Wrong account"})
    assert credit_left() == 9050
    clean()


def test_a_draft_is_kept_and_posted(client: Client, company: World) -> None:
    _, (line,) = order(company, (company.product(), 1))
    form = {"organization": company.customer.pk, f"quantity-{line}": "1", "do": "draft"}
    to = do(client, "/invoices/new/", form)
    assert "Draft" in see(client, "/invoices/?tab=draft")
    do(client, f"{to}post/", {})
    assert Invoice.objects.get().number == "INV-1"
    assert "INV-1" in see(client, to)


def test_a_refusal_stands_beside_its_field(client: Client, company: World) -> None:
    customer = company.customer.pk
    before = entries()
    assert "f-amount-e" in do(client, "/payments/new/", {"organization": customer, "amount": "x"}, 422)
    assert "f-amount-e" in do(client, "/payments/refund/", {"organization": customer, "amount": "1"}, 409)
    assert "Acme" in see(client, "/payments/new/")
    assert "Nobody owes" in see(client, f"/statements/{customer}/")
    assert entries() == before


def test_a_part_of_a_proposed_sum_settles_that_part(client: Client, company: World) -> None:
    _, (line,) = order(company, (company.product(), 2))
    do(client, "/invoices/new/", {"organization": company.customer.pk, f"quantity-{line}": "2"})
    made = Invoice.objects.get()
    proposed = {"organization": company.customer.pk, f"invoice-{made.pk}": "23.80"}
    do(client, "/payments/new/", proposed | {"amount": "10.00"})
    assert (owed(made.pk), credit_left()) == (1380, 0)
    before = entries()
    do(client, "/payments/new/", proposed | {"amount": "5.00", f"invoice-{made.pk}": "7.00"}, 409)
    assert entries() == before
    clean()


def test_a_preview_refuses_what_posting_would(client: Client, company: World) -> None:
    _, (line,) = order(company, (company.product(), 2))
    form = {"organization": company.customer.pk, f"quantity-{line}": "3", "do": "preview"}
    page = do(client, "/invoices/new/", form, 409)
    assert f'id="f-quantity-{line}-e"' in page
    assert 'value="3"' in page


def test_lists_cost_the_same_however_long(
    client: Client, company: World, django_assert_max_num_queries: Any
) -> None:
    _, (line,) = order(company, (company.product(), 10))
    for _ in range(10):
        invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    with django_assert_max_num_queries(12):
        assert "INV-10" in see(client, "/invoices/")
