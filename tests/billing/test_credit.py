"""Credit notes: what is taken back of an invoice, to the last cent."""

from __future__ import annotations

import pytest

from tests.billing.books import credit_left, owed, summed
from tests.billing.test_invoice import bill
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order
from tests.world import World, clean, held
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import draft_invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import CreditNote, InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.models import TaxCode
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db


def note(*items: Credit, reason: str = "") -> CreditNote:
    """The credit note that was made for these."""
    done = credit(actor=HOUSE, items=items, reason=reason)
    return CreditNote.objects.get(pk=done.one("billing.CreditNote"))


def test_a_part_and_a_whole_line_are_credited(company: World) -> None:
    """T21: 1 of a line at 5.00 and all 2 of another at 10.00 take back 25.00."""
    free = TaxCode.objects.create(code="Z", name="0 %", rate_micro=0, category="Z")
    one = company.product(price_micro=5_000_000, tax_code=free)
    two = company.product(price_micro=10_000_000, tax_code=free)
    _, lines = order(company, (one, 3), (two, 2))
    made = bill(Bill(lines[0], 3), Bill(lines[1], 2))
    rows = list(made.lines.order_by("position").values_list("pk", flat=True))
    taken = note(Credit(rows[0], 1), Credit(rows[1], 2), reason="Wrong colour")
    assert (taken.number, taken.total_minor, taken.reason) == ("CN-1", 2500, "Wrong colour")
    assert sum(taken.lines.values_list("quantity", flat=True)) == 3
    assert owed(made.pk) == 1000
    assert held(lines[0]) == {"to_order": 3, "invoiced": 2, "credited": 1}
    assert held(lines[1]) == {"to_order": 2, "credited": 2}
    clean()


def test_a_refund_with_tax_leaves_nothing_unpaid(company: World) -> None:
    """T31: 1 at 10.00 with 10 % on top is paid and credited: 11.00 are the customer's."""
    ten = TaxCode.objects.create(code="S10", name="10 %", rate_micro=100_000)
    router = company.product(tax_code=ten)
    _, (line,) = order(company, (router, 1))
    made = bill(Bill(line, 1))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 1100, "EUR"))
    taken = note(Credit(made.lines.get().pk, 1))
    assert (taken.net_minor, taken.tax_minor, taken.total_minor) == (1000, 100, 1100)
    assert (owed(made.pk), credit_left(), summed("revenue"), summed("tax")) == (0, 1100, 0, 0)
    clean()


def test_the_last_credit_note_takes_the_rest(company: World) -> None:
    """Three for 1.00: 0.33, 0.34 and 0.33 net, with a tax that adds up to the invoice's own."""
    third = company.product(price_micro=333_333)
    _, (line,) = order(company, (third, 3))
    made = bill(Bill(line, 3))
    row = made.lines.get().pk
    assert (made.net_minor, made.tax_minor) == (100, 19)
    taken = [note(Credit(row, 1)) for _ in range(3)]
    assert [n.net_minor for n in taken] == [33, 34, 33]
    assert [n.tax_minor for n in taken] == [6, 7, 6]
    assert (owed(made.pk), summed("revenue"), summed("tax")) == (0, 0, 0)
    clean()
    refused("more_than_invoiced", lambda: note(Credit(row, 1)))


def test_more_than_is_left_is_refused_until_it_fits(company: World) -> None:
    """T15: of 10 invoiced, 11 are refused; 10 are credited, and nothing more then."""
    router = company.product()
    _, (line,) = order(company, (router, 10))
    row = bill(Bill(line, 10)).lines.get().pk
    refused("more_than_invoiced", lambda: note(Credit(row, 11)))
    refused("not_positive", lambda: note(Credit(row, 0)))
    assert note(Credit(row, 10)).total_minor == 11900
    refused("more_than_invoiced", lambda: note(Credit(row, 1)))
    assert held(line) == {"to_order": 10, "credited": 10}
    clean()


def test_only_what_was_paid_becomes_store_credit(company: World) -> None:
    router = company.product(price_micro=100_000_000)
    _, (line,) = order(company, (router, 2))
    made = bill(Bill(line, 2))
    pay(actor=HOUSE, wish=PaymentWish(company.customer.pk, 20000, "EUR"))
    assert owed(made.pk) == 3800
    note(Credit(made.lines.get().pk, 1))
    assert (owed(made.pk), credit_left()) == (0, 8100)
    note(Credit(made.lines.get().pk, 1))
    assert (owed(made.pk), credit_left()) == (0, 20000)
    clean()


def test_a_draft_and_a_credit_note_have_their_own_ways_back(company: World) -> None:
    router = company.product()
    _, (line,) = order(company, (router, 2))
    draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    refused("is_a_draft", lambda: note(Credit(InvoiceLine.objects.get().pk, 1)))
    row = bill(Bill(line, 1)).lines.get().pk
    done = credit(actor=HOUSE, items=[Credit(row, 1)])
    refused("corrected_by_verb", lambda: reverse(actor=HOUSE, entry=done.id))
    refused("no_such_invoice_line", lambda: note(Credit(999_999, 1)))
