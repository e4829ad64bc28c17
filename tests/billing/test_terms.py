"""Terms of payment say when an invoice is due, and what is taken off until when; page, paper and API say the same."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.billing.test_invoice import bill
from tests.flows.test_sell import sold
from tests.fulfilment.trade import order
from tests.world import World, clean, refused
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import draft_invoice, post_invoice
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.terms import Agreed, agreed
from wharfinger.demand.models import Line
from wharfinger.documents.queries.billing import invoice as paper
from wharfinger.documents.queries.selling import order_confirmation as order_paper
from wharfinger.documents.queries.terms import agreed_with
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.organizations import add_organization, change_organization
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.actions.terms import add_terms, change_terms
from wharfinger.parties.models import Organization, Terms
from wharfinger.sales.actions.orders import change_order

pytestmark = pytest.mark.django_db


def named(company: World, **values: Any) -> Terms:
    """Terms that the customer has from now on."""
    made = add_terms(actor=HOUSE, values={"name": "Ours", **values}).one("parties.Terms")
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"terms": made})
    return Terms.objects.get(pk=made)


def line_of(company: World, units: int = 1) -> int:
    """A line of so many routers at 119.00 with tax."""
    _, (line,) = order(company, (company.product(price_micro=100_000_000), units))
    return line


PLAIN = {
    "days": 0,
    "end_of_month": False,
    "day_of_month": None,
    "instalments": [],
    "discount_micro": 0,
    "discount_days": 0,
}


@pytest.mark.parametrize(
    ("values", "issued", "due"),
    [
        ({"days": 30}, (2027, 1, 31), (2027, 3, 2)),
        ({"end_of_month": True}, (2027, 1, 31), (2027, 1, 31)),
        ({"days": 30, "end_of_month": True}, (2027, 1, 31), (2027, 3, 31)),
        ({"days": 28, "end_of_month": True}, (2027, 1, 31), (2027, 2, 28)),
        ({"day_of_month": 15}, (2027, 1, 15), (2027, 1, 15)),
        ({"day_of_month": 15}, (2027, 12, 16), (2028, 1, 15)),
        ({"day_of_month": 31}, (2028, 2, 10), (2028, 2, 29)),
        ({"end_of_month": True, "day_of_month": 10}, (2027, 1, 5), (2027, 2, 10)),
    ],
)
def test_due_days_are_reckoned_by_the_calendar(
    values: dict[str, Any], issued: tuple[int, int, int], due: tuple[int, int, int]
) -> None:
    assert agreed(SimpleNamespace(**PLAIN | values), 14, date(*issued)) == Agreed(date(*due))


def test_an_invoice_says_what_its_terms_say(company: World, call: Any) -> None:
    named(company, days=30, discount_micro=20_000, discount_days=10)
    made = bill(Bill(line_of(company), 1), issued_on=date(2020, 1, 31))
    assert (made.due_on, made.discount_micro, made.discount_until) == (
        date(2020, 3, 1),
        20_000,
        date(2020, 2, 10),
    )
    found = call("get", f"/invoices/{made.pk}")[1]
    assert (found["discount_percent"], found["discount_until"], found["discount"]) == (
        "2",
        "2020-02-10",
        "2.38",
    )
    assert (
        paper(made.pk, "en").payment_terms
        == "2% cash discount until 10 Feb 2020: €2.38 less. Net until 1 Mar 2020"
    )
    clean()


def test_without_terms_the_days_to_pay_hold(company: World) -> None:
    made = bill(Bill(line_of(company), 1), issued_on=date(2020, 1, 31))
    assert (made.due_on, made.terms_id, made.discount_until) == (date(2020, 2, 14), None, None)


def test_a_draft_is_due_by_the_day_it_is_posted(company: World) -> None:
    named(company, days=30, end_of_month=True, discount_micro=20_000, discount_days=10)
    pk = draft_invoice(
        actor=HOUSE, wish=InvoiceWish((Bill(line_of(company), 1),), issued_on=date(2020, 1, 1))
    ).one("billing.Invoice")
    assert Invoice.objects.get(pk=pk).due_on == date(2020, 1, 31)
    post_invoice(actor=HOUSE, invoice=pk, issued_on=date(2020, 1, 31))
    made = Invoice.objects.get(pk=pk)
    assert (made.due_on, made.discount_until) == (date(2020, 3, 31), date(2020, 2, 10))


def test_what_is_sold_at_once_has_the_terms_of_the_customer(company: World) -> None:
    router = company.product(price_micro=100_000_000)
    company.stock(router, 1)
    terms = named(company, days=7)
    sold(company, (router, 1))
    made = Invoice.objects.get()
    assert (made.terms_id, (made.due_on - made.issued_on).days) == (terms.pk, 7)


def test_changed_terms_leave_invoices_as_they_are(company: World) -> None:
    terms = named(company, days=30, discount_micro=20_000, discount_days=10)
    made = bill(Bill(line_of(company, 2), 1))
    done = change_terms(actor=HOUSE, terms=terms.pk, values={"days": 60, "discount_micro": 0})
    made.refresh_from_db()
    assert ((made.due_on - made.issued_on).days, made.discount_micro) == (30, 20_000)
    reverse(actor=HOUSE, entry=done.id)
    assert Terms.objects.get().days == 30


def test_terms_are_new_and_in_use(company: World) -> None:
    terms = named(company, days=30)
    refused(lambda: add_terms(actor=HOUSE, values={"name": "ours"}), "name_taken", "name")
    refused(lambda: add_terms(actor=HOUSE, values={"name": "x", "day_of_month": 32}), "out_of_bounds")
    change_terms(actor=HOUSE, terms=terms.pk, values={"retired_on": date(2020, 1, 1)})
    # Who has them keeps them.
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"terms": terms.pk})
    other = company.vendor.pk
    refused(
        lambda: change_organization(actor=HOUSE, organization=other, values={"terms": terms.pk}),
        "no_such_terms",
        "terms",
    )


def test_papers_tell_terms_in_words(company: World) -> None:
    def told(language: str, **values: Any) -> str:
        Terms.objects.filter(pk=terms.pk).update(**values)
        return agreed_with(Organization.objects.get(pk=company.customer.pk), language)

    terms = named(company, days=30)
    assert told("en") == "Payable within 30 days without deduction"
    assert (
        told("en", discount_micro=20_000, discount_days=10)
        == "2% cash discount within 10 days. Payable within 30 days without deduction"
    )
    assert told("de", discount_micro=0, end_of_month=True) == (
        "Zahlbar 30 Tage nach Rechnung, bis zum Ende dieses Monats"
    )


def test_the_pages_keep_terms_and_show_them(company: World, client: Client) -> None:
    client.force_login(company.user)
    given = {"name": "2 % in 10", "days": "30", "discount": "2", "discount_days": "10", "day_of_month": ""}
    client.post("/settings/terms/new/", given)
    terms = Terms.objects.get()
    assert (terms.days, terms.discount_micro, terms.discount_days) == (30, 20_000, 10)
    assert "2 % in 10" in client.get("/settings/terms/").content.decode()
    assert 'value="2"' in client.get(f"/settings/terms/{terms.pk}/").content.decode()
    change_organization(actor=HOUSE, organization=company.customer.pk, values={"terms": terms.pk})
    assert "2 % in 10" in client.get(f"/organizations/{company.customer.pk}/").content.decode()
    made = bill(Bill(line_of(company), 1))
    assert "Cash discount" in client.get(f"/invoices/{made.pk}/").content.decode()


def test_the_api_keeps_terms(company: World, call: Any) -> None:
    status, made = call("post", "/terms", {"name": "Ours", "days": 30, "discount_percent": "2.5"})
    assert (status, made["discount_percent"], made["end_of_month"]) == (201, "2.5", False)
    status, found = call("patch", f"/organizations/{company.customer.pk}", {"terms": made["id"]})
    assert (status, found["terms"]) == (200, made["id"])
    assert call("patch", f"/terms/{made['id']}", {"end_of_month": True})[1]["end_of_month"] is True
    assert [one["id"] for one in call("get", "/terms")[1]["items"]] == [made["id"]]


def test_an_order_has_its_own_terms(company: World, call: Any) -> None:
    named(company, days=30)
    other = add_terms(actor=HOUSE, values={"name": "At once", "days": 3}).one("parties.Terms")
    line = line_of(company, 2)
    pk = Line.objects.get(pk=line).order_id
    assert call("patch", f"/orders/{pk}", {"terms": other})[1]["terms"] == other
    made = bill(Bill(line, 1), issued_on=date(2020, 1, 31))
    assert (made.terms_id, made.due_on) == (other, date(2020, 2, 3))
    assert order_paper(pk, "en").payment_terms == "Payable within 3 days without deduction"
    assert call("patch", f"/orders/{pk}", {"terms": None})[1]["terms"] is None
    assert bill(Bill(line, 1), issued_on=date(2020, 1, 31)).due_on == date(2020, 3, 1)
    refused(lambda: change_order(actor=HOUSE, order=pk, values={"terms_id": 99}), "no_such_terms", "terms")


def test_an_order_is_written_with_its_own_terms(company: World, call: Any) -> None:
    other = add_terms(actor=HOUSE, values={"name": "At once", "days": 3}).one("parties.Terms")
    router = company.product()
    given = {"organization": company.customer.pk, "lines": [{"product": router.pk, "quantity": "1"}]}
    assert call("post", "/orders", given | {"terms": other})[1]["terms"] == other
    status, found = call("post", "/orders", given | {"terms": 99})
    assert (status, found["field"]) == (422 if status == 422 else 400, "terms")


def test_a_draft_has_the_terms_that_are_chosen_for_it(company: World, call: Any) -> None:
    named(company, days=30)
    other = add_terms(actor=HOUSE, values={"name": "At once", "days": 3}).one("parties.Terms")
    line = line_of(company, 2)
    given = {"lines": [{"line": line, "quantity": "1"}], "draft": True, "issued_on": "2020-01-01"}
    made = call("post", "/invoices", given | {"terms": other})[1]
    assert (made["terms"], made["due_on"]) == (other, "2020-01-04")
    post_invoice(actor=HOUSE, invoice=made["id"], issued_on=date(2020, 1, 31))
    assert Invoice.objects.get(pk=made["id"]).due_on == date(2020, 2, 3)
    before = Invoice.objects.count()
    assert call("post", "/invoices", given | {"terms": 99})[1]["field"] == "terms"
    assert Invoice.objects.count() == before


def test_new_customers_get_the_terms_of_the_company(company: World) -> None:
    def made(**values: Any) -> Organization:
        done = add_organization(actor=HOUSE, values={"name": "New", **values})
        return Organization.objects.get(pk=done.one("parties.Organization"))

    terms = add_terms(actor=HOUSE, values={"name": "Ours", "days": 30}).one("parties.Terms")
    assert made().terms_id is None
    set_setting(actor=HOUSE, name="terms", value=terms)
    assert made().terms_id == terms
    assert made(terms=None).terms_id is None
    assert (made(terms_days=5).terms_id, made(terms_days=5).terms_days) == (None, 5)
    refused(lambda: set_setting(actor=HOUSE, name="terms", value=99), "no_such_terms", "terms")
    change_terms(actor=HOUSE, terms=terms, values={"retired_on": date(2020, 1, 1)})
    assert made().terms_id is None


def test_the_pages_choose_terms_for_order_and_company(company: World, client: Client) -> None:
    client.force_login(company.user)
    terms = add_terms(actor=HOUSE, values={"name": "At once", "days": 3}).one("parties.Terms")
    line = line_of(company)
    pk = Line.objects.get(pk=line).order_id
    assert "within 14 days" in client.get(f"/orders/{pk}/").content.decode()
    client.post(f"/orders/{pk}/edit/", {"terms": terms, "priority": "normal"})
    assert "At once" in client.get(f"/orders/{pk}/").content.decode()
    for page in ("/orders/new/", f"/invoices/new/?organization={company.customer.pk}", "/settings/"):
        assert "At once" in client.get(page).content.decode()
