"""An invoice is cancelled whole: all that is left of it, with a reason, to be billed again or not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.billing.books import credit_left, owed
from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order
from tests.world import World, clean, entries, held, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import cancel_invoice, credit
from wharfinger.billing.actions.invoices import draft_invoice, invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditNote, InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


def billed(company: World) -> tuple[int, list[int]]:
    """An invoice over 3 and 2 units at 10.00, and its lines."""
    _, lines = order(company, (company.product(), 3), (company.product(), 2))
    done = invoice(
        actor=HOUSE, wish=InvoiceWish(tuple(Bill(line, n) for line, n in zip(lines, (3, 2), strict=True)))
    )
    return done.one("billing.Invoice"), lines


def test_what_is_left_comes_back_to_the_cent_and_may_be_billed_again(company: World) -> None:
    pk, (one, two) = billed(company)
    row = InvoiceLine.objects.get(line=one).pk
    credit(actor=HOUSE, items=[Credit(row, 1)], reason="Broken", bill_again=False)
    done = cancel_invoice(actor=HOUSE, invoice=pk, reason="Wrong address", bill_again=True)
    assert [held(line) for line in (one, two)] == [
        {"to_order": 3, "to_bill": 2, "credited": 1},
        {"to_order": 2, "to_bill": 2},
    ]
    assert (owed(pk), sum(CreditNote.objects.values_list("total_minor", flat=True))) == (0, 5950)
    clean()
    refused(lambda: cancel_invoice(actor=HOUSE, invoice=pk, reason="Again", bill_again=True), "nothing_left")
    refused(lambda: reverse(actor=HOUSE, entry=done.id), "corrected_by_verb")


def test_what_was_paid_of_it_is_store_credit(company: World) -> None:
    pk, _ = billed(company)
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 5950, "EUR"))
    cancel_invoice(actor=HOUSE, invoice=pk, reason="Given up", bill_again=False)
    assert (owed(pk), credit_left()) == (0, 5950)
    clean()


def test_a_draft_is_not_cancelled_and_a_reason_is_wanted(company: World) -> None:
    _, (line,) = order(company, (company.product(), 1))
    draft = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),))).one("billing.Invoice")
    refused(lambda: cancel_invoice(actor=HOUSE, invoice=draft, reason="No", bill_again=True), "is_a_draft")
    pk, _ = billed(company)
    refused(lambda: cancel_invoice(actor=HOUSE, invoice=pk, reason=" ", bill_again=True), "missing", "reason")


def test_by_page_one_says_whether_it_is_billed_again(client: Client, company: World) -> None:
    client.force_login(company.user)
    pk, (one, two) = billed(company)
    path, before = f"/invoices/{pk}/", entries()
    do(client, f"{path}cancel/", {"reason": "Wrong", "back": path})
    assert "billed again" in see(client, path)
    assert entries() == before
    row = InvoiceLine.objects.get(line=two).pk
    do(client, f"{path}credit/", {f"quantity-{row}": "1", "bill_again": "yes", "reason": "Later"})
    assert held(two) == {"to_order": 2, "invoiced": 1, "to_bill": 1}
    to = do(client, f"{path}cancel/", {"reason": "Wrong", "bill_again": "no"})
    assert "CN-2" in see(client, to)
    assert held(one) == {"to_order": 3, "credited": 3}
    assert "Cancel invoice" not in see(client, path)
    clean()


def test_by_api(call: Any, company: World) -> None:
    pk, (one, _) = billed(company)
    assert call("post", f"/invoices/{pk}/cancel", {"bill_again": True})[0] == 422
    row = InvoiceLine.objects.get(line=one).pk
    given = {"invoice_line": row, "quantity": "1", "bill_again": True}
    assert call("post", "/credit-notes", given)[0] == 201
    assert held(one) == {"to_order": 3, "invoiced": 2, "to_bill": 1}
    status, note = call("post", f"/invoices/{pk}/cancel", {"reason": "Wrong", "bill_again": False})
    assert (status, note["total"], len(note["lines"])) == (201, "47.60", 2)
    assert call("get", f"/invoices/{pk}")[1]["status"] == "credited"
    clean()
