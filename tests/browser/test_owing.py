"""Money in the browser: terms in parts, a limit that is released, a discount, a bank list, a draft that is changed."""

from __future__ import annotations

from tests.billing.test_invoice import bill
from tests.browser.person import Company, Person
from tests.fulfilment.trade import order
from tests.world import clean
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.invoices import draft_invoice
from wharfinger.billing.models import Invoice, Payment
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.actions.terms import add_terms
from wharfinger.parties.models import Terms
from wharfinger.sales.models import Order


def _invoice(company: Company, units: int = 10) -> Invoice:
    """So many cables, invoiced to Acme."""
    _, (line,) = order(company.world, (company.cable, units))
    return bill(Bill(line, units))


def test_terms_are_made_in_two_parts_and_stand_on_the_invoice(company: Company, person: Person) -> None:
    person.go("/settings/terms/new/")
    person.fill(name="In two parts", days="30", discount="2", discount_days="10")
    person.page.locator("fieldset input[type=text], fieldset input:not([type])").first.fill("50")
    person.page.locator("fieldset input").nth(1).fill("7")
    person.next_step()
    made = Terms.objects.get(name="In two parts")
    assert made.instalments == [{"share_micro": 500_000, "days": 7}]
    change_organization(actor=HOUSE, organization=company.world.customer.pk, values={"terms": made.pk})
    invoice = _invoice(company)
    person.go(f"/invoices/{invoice.pk}/")
    told = person.page.locator("main").inner_text()
    assert "Instalments" in told or "Part" in told, told
    change_organization(actor=HOUSE, organization=company.world.customer.pk, values={"terms": None})
    clean()


def test_what_a_limit_stops_is_released_with_a_reason(company: Company, person: Person) -> None:
    customer = company.world.customer.pk
    change_organization(actor=HOUSE, organization=customer, values={"credit_limit_minor": 100})
    number = person.write("orders", [("CABLE", "10")])
    person.press("Confirm", within="header")
    assert "Acme may owe 1.00" in person.page.locator(".refusal, .said").first.inner_text()
    person.page.get_by_role("link", name="Release").first.click()
    person.fill(reason="Pays on Monday")
    person.next_step()
    assert person.said() == f"{number} is released."
    person.press("Confirm", within="header")
    assert Order.objects.get(pk=company.sheet(number)).confirmed_at is not None
    change_organization(actor=HOUSE, organization=customer, values={"credit_limit_minor": None})
    clean()


def test_a_cash_discount_is_taken_with_the_payment(company: Company, person: Person) -> None:
    values = {"name": "Two percent", "days": 30, "discount_micro": 20_000, "discount_days": 10}
    terms = add_terms(actor=HOUSE, values=values).one("parties.Terms")
    customer = company.world.customer.pk
    change_organization(actor=HOUSE, organization=customer, values={"terms": terms})
    invoice = _invoice(company)
    off = invoice.total_minor * 2 // 100
    person.go(f"/payments/new/?organization={customer}")
    paid = invoice.total_minor - off
    person.page.fill("[name=amount]", f"{paid / 100:.2f}")
    person.page.fill(f"[name=invoice-{invoice.pk}]", f"{paid / 100:.2f}")
    person.page.fill(f"[name=discount-{invoice.pk}]", f"{off / 100:.2f}")
    person.next_step()
    person.go(f"/invoices/{invoice.pk}/")
    assert "Cash discount taken" in person.page.locator("main").inner_text()
    assert person.page.locator("header .chip", has_text="Paid").count()
    change_organization(actor=HOUSE, organization=customer, values={"terms": None})
    clean()


def test_a_bank_list_is_looked_at_and_taken_in(company: Company, person: Person) -> None:
    invoice = _invoice(company, 3)
    before = Payment.objects.count()
    person.go("/payments/many/")
    amount = f"{invoice.total_minor / 100:.2f}"
    person.page.fill("[name=rows]", f";{amount};{invoice.number} Acme\n;1.00;nobody knows")
    person.press("Look")
    assert person.rows(invoice.number, "Acme").count() == 1
    assert person.rows("nobody knows").count() == 1
    assert Payment.objects.count() == before
    person.press("Take payments in")
    assert Payment.objects.count() == before + 1
    person.go(f"/invoices/{invoice.pk}/")
    assert person.page.locator("header .chip", has_text="Paid").count()
    clean()


def test_a_draft_invoice_is_changed(company: Company, person: Person) -> None:
    _, (line,) = order(company.world, (company.cable, 5))
    made = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(line, 5),)))
    draft = made.one("billing.Invoice")
    person.go(f"/invoices/{draft}/change/")
    person.page.locator("[name^=quantity-]").first.fill("4")
    person.page.fill("[name=remarks]", "The fifth comes later")
    person.press("Preview")
    assert "Total" in person.page.locator("tfoot").inner_text()
    assert Invoice.objects.get(pk=draft).lines.get().quantity == 5
    person.next_step()
    assert person.said() == "The draft is changed."
    assert Invoice.objects.get(pk=draft).lines.get().quantity == 4
    clean()
