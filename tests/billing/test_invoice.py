"""Invoices: what is asked for, numbered without gaps, posted once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.billing.books import owed, summed
from tests.fulfilment.test_pack import refused
from tests.fulfilment.trade import order
from tests.world import World, clean, held
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.actions.sending import mark_invoice_sent, send_invoice
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.policy import proposed
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.queries import quantities
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Account
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import undoable
from wharfinger.parties.models import Organization
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish

pytestmark = pytest.mark.django_db


def bill(*bills: Bill, **values: object) -> Invoice:
    """The invoice that was posted for these bills."""
    done = invoice(actor=HOUSE, wish=InvoiceWish(bills, **values))  # type: ignore[arg-type]
    return Invoice.objects.get(pk=done.one("billing.Invoice"))


def test_an_invoice_asks_for_what_its_lines_cost(company: World) -> None:
    """F01: of 2 and 3 at 10.00, invoiced on order, 50.00 net are owed at once."""
    router = company.product()
    sheet, lines = order(company, (router, 2), (router, 3), customer_reference="PO-77")
    made = bill(Bill(lines[0], 2), Bill(lines[1], 3), issued_on=date(2020, 11, 1))
    assert (made.number, made.net_minor, made.tax_minor, made.total_minor) == ("INV-1", 5000, 950, 5950)
    assert (made.issued_on, made.due_on) == (date(2020, 11, 1), date(2020, 11, 15))
    assert (made.customer_reference, made.site_id, made.sheet_id) == ("PO-77", company.site.pk, sheet)
    assert (owed(made.pk), summed("revenue"), summed("tax")) == (5950, -5000, -950)
    assert held(lines[0]) == {"to_order": 2, "invoiced": 2}
    assert list(made.lines.order_by("position").values_list("position", "quantity", "net_minor")) == [
        (1, 2, 2000),
        (2, 3, 3000),
    ]
    clean()


def test_more_than_is_to_be_billed_is_refused(company: World) -> None:
    """F27: 10 wanted; 2, then 4 are invoiced; 5 more are one too many, 4 are the rest."""
    router = company.product(price_micro=100_000_000)
    _, (line,) = order(company, (router, 10))
    assert bill(Bill(line, 2)).net_minor == 20000
    assert bill(Bill(line, 4)).net_minor == 40000
    refused("more_than_billable", lambda: bill(Bill(line, 5)))
    refused("more_than_billable", lambda: bill(Bill(line, 3), Bill(line, 2)))
    assert bill(Bill(line, 4)).number == "INV-3"
    refused("more_than_billable", lambda: bill(Bill(line, 1)))
    assert held(line) == {"to_order": 10, "invoiced": 10}
    assert sum(owed(pk) for pk in Invoice.objects.values_list("pk", flat=True)) == 119000


def test_what_was_delivered_is_invoiced(company: World) -> None:
    """F25: of 10 at 100.00, 2 are delivered; nothing is billed before, 200.00 after."""
    router = company.product(price_micro=100_000_000)
    company.stock(router, 10)
    _, (line,) = order(company, (router, 10))
    assert proposed("shipment", quantities([line])[line]) == 0
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
    assert proposed("shipment", quantities([line])[line]) == 2
    assert bill(Bill(line, 2)).net_minor == 20000
    assert proposed("shipment", quantities([line])[line]) == 0
    clean()


def test_each_policy_proposes_what_it_says(company: World) -> None:
    router = company.product()
    company.stock(router, 5)
    _, (line,) = order(company, (router, 5))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)], consignment=Consignment(proof=True))
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 1)])
    figures = quantities([line])[line]
    assert {p: proposed(p, figures) for p in ("order", "shipment", "delivery", "monthly", "hand")} == {
        "order": 5,
        "shipment": 3,
        "delivery": 1,
        "monthly": 1,
        "hand": 0,
    }


def test_tax_is_rounded_once_for_each_rate(company: World) -> None:
    """EN 16931 BR-CO-17: three lines of 0.03 at 19 % owe 0.02 of tax, not 3 × 0.01."""
    half = TaxCode.objects.create(code="S7", name="7 %", rate_micro=70_000)
    cheap = company.product(price_micro=30_000)
    book = company.product(price_micro=9_990_000, tax_code=half)
    _, lines = order(company, (cheap, 1), (cheap, 1), (cheap, 1), (book, 3))
    made = bill(*(Bill(line, 1) for line in lines[:3]), Bill(lines[3], 3))
    assert (made.net_minor, made.tax_minor, made.total_minor) == (9 + 2997, 2 + 210, 3218)
    found = Account.objects.filter(kind="tax").order_by("document").values_list("document", flat=True)
    assert list(found) == ["tax:S:190000", "tax:S:70000"]
    clean()


def test_an_invoice_may_differ_from_its_order(company: World) -> None:
    router = company.product()
    _, (line,) = order(company, (router, 3))
    made = bill(Bill(line, 2, unit_price_micro=8_000_000, discount_micro=100_000, description="As agreed"))
    assert InvoiceLine.objects.values_list(
        "description", "unit_price_micro", "discount_micro", "net_minor"
    ).get() == (
        "As agreed",
        8_000_000,
        100_000,
        1440,
    )
    assert (made.net_minor, made.tax_minor) == (1440, 274)


def test_one_invoice_is_made_for_each_customer(company: World) -> None:
    router = company.product()
    _, (one,) = order(company, (router, 1))
    other = Organization.objects.create(name="Beta", terms_days=0)
    _, (two,) = order(company, (router, 2), customer=other)
    done = invoice(actor=HOUSE, wish=InvoiceWish((Bill(one, 1), Bill(two, 2))))
    found = Invoice.objects.filter(pk__in=done.made["billing.Invoice"]).order_by("pk")
    assert list(found.values_list("number", "organization_id", "net_minor")) == [
        ("INV-1", company.customer.pk, 1000),
        ("INV-2", other.pk, 2000),
    ]
    assert found[1].due_on == found[1].issued_on
    clean()


def test_a_draft_holds_the_bills_and_has_no_number(company: World) -> None:
    router = company.product()
    _, (line,) = order(company, (router, 3))
    done = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 3),)))
    draft = Invoice.objects.get()
    assert (draft.number, draft.posted_at, owed(draft.pk)) == (None, None, 0)
    assert held(line) == {"to_order": 3, "invoiced": 3}
    refused("more_than_billable", lambda: bill(Bill(line, 1)))
    refused("is_a_draft", lambda: send_invoice(actor=HOUSE, invoice=draft.pk))
    refused("draft_is_whole", lambda: reverse(actor=HOUSE, entry=done.id, claims={line: 1}))
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"to_order": 3, "to_bill": 3}
    assert bill(Bill(line, 1)).number == "INV-1"
    second = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 2),)))
    assert undoable([second.id]) == {second.id}
    posted = post_invoice(actor=HOUSE, invoice=second.one("billing.Invoice"), issued_on=date(2020, 11, 2))
    made = Invoice.objects.get(pk=second.one("billing.Invoice"))
    assert (made.number, made.issued_on, made.due_on - made.issued_on) == (
        "INV-2",
        date(2020, 11, 2),
        timedelta(days=14),
    )
    assert owed(made.pk) == 2380
    clean()
    assert undoable([second.id]) == set()
    refused("corrected_by_verb", lambda: reverse(actor=HOUSE, entry=second.id))
    refused("already_posted", lambda: post_invoice(actor=HOUSE, invoice=made.pk))
    refused("corrected_by_verb", lambda: reverse(actor=HOUSE, entry=posted.id))
    refused("no_address", lambda: send_invoice(actor=HOUSE, invoice=made.pk))
    mark_invoice_sent(actor=HOUSE, invoice=made.pk)
    assert Invoice.objects.get(pk=made.pk).sent_at is not None


def test_a_posted_invoice_is_corrected_and_not_undone(company: World) -> None:
    router = company.product()
    _, (line,) = order(company, (router, 1))
    done = invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 1),)))
    refused("corrected_by_verb", lambda: reverse(actor=HOUSE, entry=done.id))
    clean()


def test_a_foreign_currency_wants_its_rate(company: World) -> None:
    router = company.product()
    american = Organization.objects.create(name="Gamma", currency="USD")
    wish = OrderWish(american.pk, (LineWish(router.pk, 2, unit_price_micro=10_000_000),), confirm=True)
    (line,) = create_order(actor=HOUSE, wish=wish).made["ledger.Claim"]
    refused("rate_wanted", lambda: bill(Bill(line, 2)))
    made = bill(Bill(line, 2), rate_micro=900_000)
    account = Account.objects.get(kind="receivable", document=f"invoice:{made.pk}")
    assert (account.currency, account.balance_minor, account.balance_home_minor) == ("USD", 2380, 2142)
    clean()


def test_an_unconfirmed_order_is_not_billed(company: World) -> None:
    router = company.product()
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(router.pk, 1),)))
    refused("not_firm", lambda: bill(Bill(made.made["ledger.Claim"][0], 1)))


@pytest.mark.parametrize("count", [1, 10, 100])
def test_statements_do_not_grow_with_lines(company: World, count: int) -> None:
    products = [company.product() for _ in range(count)]
    _, lines = order(company, *((product, 1) for product in products))
    with CaptureQueriesContext(connection) as found:
        invoice(actor=HOUSE, wish=InvoiceWish(tuple(Bill(line, 1) for line in lines)), key="k")
    counted = [q["sql"] for q in found if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(counted) <= 19
