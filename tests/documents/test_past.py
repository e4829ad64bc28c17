"""What is printed of an invoice is what was true in the act that posted it, however late it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.documents.house import house, ordered
from tests.documents.reading import pages
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.base.configuration import one
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import draft_invoice, invoice, post_invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.catalog.actions import change_product, change_tax_code
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules.amend import LineChange
from wharfinger.documents.actions.issuing import file_of, issue_for
from wharfinger.documents.actions.wording import add_wording, change_wording
from wharfinger.documents.keeping import frozen
from wharfinger.documents.kinds import KINDS
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.organizations import add_contact, add_site, change_organization, change_site
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Contact, Site
from wharfinger.sales.actions.orders import change_order

MONEY = ("invoice", "credit-note")

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company with a German customer."""
    return house()


def content(kind: str, pk: int) -> dict[str, Any]:
    """What would be printed now."""
    of = KINDS[kind]
    return {"language": of.language(pk), **frozen(of.read(pk, of.language(pk)))}


def words(kind: str, **more: Any) -> dict[str, Any]:
    """What stands on a kind of document."""
    return {"name": kind, "kind": kind, "opening": "As agreed:", "closing": "Thank you."} | more


def posted(lines: list[int]) -> Any:
    """An invoice of one unit of each line."""
    return invoice(actor=HOUSE, wish=InvoiceWish(tuple(Bill(line, 1) for line in lines)))


def everything(company: World, order: int, lines: list[int]) -> list[Callable[[], Any]]:
    """Whatever changes something that stands on an invoice."""
    customer, product = company.customer.pk, Line.objects.get(pk=lines[0]).product_id
    yard = add_site(
        actor=HOUSE, organization=customer, values={"name": "Yard", "street": "Am Hof 1", "city": "Plön"}
    ).one("parties.Site")
    contact = add_contact(actor=HOUSE, organization=customer, values={"name": "Ida Grün"}).one(
        "parties.Contact"
    )
    worded = [add_wording(actor=HOUSE, values=words(kind)).one("documents.Wording") for kind in MONEY]
    day = "2026-02-01"
    whole = {"name": "Another GmbH", "street": "Elsewhere 1", "tax_number": "DE 811 569 869"}
    return [
        lambda: change_organization(
            actor=HOUSE,
            organization=customer,
            values={"name": "Renamed", "tax_number": "DE123456788", "language": "en", "reference": "K-8"},
        ),
        lambda: change_site(
            actor=HOUSE, site=company.site.pk, values={"street": "Neue Str. 1", "city": "Bonn"}
        ),
        lambda: change_site(actor=HOUSE, site=company.site.pk, values={"bill_to": False}),
        lambda: change_product(
            actor=HOUSE, product=product, values={"sku": "NEW-1", "name": "Other", "unit": "m"}
        ),
        lambda: change_tax_code(actor=HOUSE, tax_code=company.tax.pk, values={"name": "Other"}),
        lambda: set_setting(actor=HOUSE, name="company", value={**one("company"), **whole}),
        lambda: change_order(
            actor=HOUSE,
            order=order,
            values={"customer_reference": "B-99", "contact_id": contact, "owner_id": company.user.pk},
        ),
        lambda: change_line(actor=HOUSE, line=lines[0], change=LineChange(site_id=yard)),
        lambda: ship(actor=HOUSE, picks=[Pick(lines[1], 1)]),
        lambda: pay(actor=HOUSE, wish=PaymentWish(customer, 500, "EUR")),
        *(partial(change_wording, actor=HOUSE, wording=one, values={"opening": "Later"}) for one in worded),
        *(partial(change_wording, actor=HOUSE, wording=one, values={"retired_on": day}) for one in worded),
        *(partial(add_wording, actor=HOUSE, values=words(kind, organization=customer)) for kind in MONEY),
    ]


def test_an_invoice_drawn_late_says_what_was_true_when_it_was_posted(company: World) -> None:
    order, lines = ordered(company, 2, 3)
    changes = everything(company, order, lines)
    done = posted(lines)
    bill = done.one("billing.Invoice")
    before = content("invoice", bill)
    assert before["language"] == "de"
    told = [change() for change in changes]
    assert content("invoice", bill) == before
    (kept,) = issue_for(done.id)
    assert {"language": kept.language, **kept.content} == before
    (printed,) = pages(file_of(kept).read_bytes())
    assert all(said in printed for said in ("Bäckerei Grünkörn", "As agreed:", "Thank you."))
    reverse(actor=HOUSE, entry=told[0].id)
    assert content("invoice", bill) == before
    clean()
    after = content("invoice", posted([lines[1]]).one("billing.Invoice"))
    assert after["company"] != before["company"]
    assert after["to"] != before["to"]
    assert after["delivered_on"] is not None


def test_a_draft_speaks_of_now_and_its_posting_of_then(company: World) -> None:
    order, lines = ordered(company, 2, 3)
    changes = everything(company, order, lines)
    draft = draft_invoice(actor=HOUSE, wish=InvoiceWish((Bill(lines[0], 1),))).one("billing.Invoice")
    changes[0]()
    assert content("invoice", draft)["to"]["address"]["name"] == "Renamed"
    done = post_invoice(actor=HOUSE, invoice=draft)
    before = content("invoice", draft)
    assert before["to"]["address"]["name"] == "Renamed"
    changes[1]()
    changes[5]()
    assert content("invoice", draft) == before
    (kept,) = issue_for(done.id)
    assert kept.content == {name: value for name, value in before.items() if name != "language"}


def test_a_credit_note_drawn_late_says_what_was_true_when_it_was_made(company: World) -> None:
    order, lines = ordered(company, 2, 3)
    changes = everything(company, order, lines)
    bill = posted(lines).one("billing.Invoice")
    row = InvoiceLine.objects.filter(invoice=bill).first()
    assert row is not None
    done = credit(actor=HOUSE, items=[Credit(row.pk, 1)], reason="Too dear")
    note = done.one("billing.CreditNote")
    before = content("credit-note", note)
    for change in changes:
        change()
    assert content("credit-note", note) == before
    (kept,) = issue_for(done.id)
    assert {"language": kept.language, **kept.content} == before


def test_a_site_that_was_added_later_is_not_the_address_of_an_earlier_invoice(company: World) -> None:
    _order, lines = ordered(company, 2)
    Site.objects.filter(pk=company.site.pk).update(bill_to=False)
    done = posted(lines)
    bill = done.one("billing.Invoice")
    before = content("invoice", bill)
    add_site(
        actor=HOUSE,
        organization=company.customer.pk,
        values={"name": "Books", "street": "Later 1", "city": "Kiel", "bill_to": True},
    )
    assert content("invoice", bill) == before


def test_a_person_is_called_as_they_are_now(company: World) -> None:
    """The journal keeps no names of people, so that they can be erased: they are erased from late papers, too."""
    order, lines = ordered(company, 2)
    contact = add_contact(actor=HOUSE, organization=company.customer.pk, values={"name": "Ida Grün"}).one(
        "parties.Contact"
    )
    change_order(actor=HOUSE, order=order, values={"contact_id": contact})
    bill = posted(lines).one("billing.Invoice")
    Contact.objects.filter(pk=contact).update(name="erased")
    assert content("invoice", bill)["to"]["address"]["attention"] == "erased"
