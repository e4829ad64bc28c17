"""What documents say before and after their lines: chosen for the reader, shown before, and never on what was issued."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.documents.house import house, ordered
from tests.documents.reading import pages
from tests.world import World, clean, entries, seen
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, NotThere, Refusal
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import issue
from wharfinger.documents.actions.printing import print_lists
from wharfinger.documents.actions.wording import add_wording, change_wording, preview
from wharfinger.documents.kinds import KINDS
from wharfinger.documents.models import Issued
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Organization, Site, User
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.quoting import ask_vendors
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.quoting import Asked, RfqWish
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


def bought(company: World) -> int:
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(company.product().pk, 2),))
    return draft(actor=HOUSE, wish=wish).one("purchasing.PurchaseOrder")


def says(kind: str, pk: int, language: str = "en") -> tuple[str, str]:
    shape: Any = KINDS[kind].of(pk, language)
    return shape.opening, shape.closing


def word(opening: str, kind: str = "purchase-order", **more: Any) -> int:
    values = {"name": opening, "kind": kind, "opening": opening} | more
    return add_wording(actor=HOUSE, values=values).one("documents.Wording")


def test_the_most_particular_words_are_taken(company: World) -> None:
    order = bought(company)
    assert says("purchase-order", order) == ("", "")
    word("To all", closing="Bye")
    assert says("purchase-order", order) == ("To all", "Bye")
    word("An alle", language="de")
    assert says("purchase-order", order, "en") == ("To all", "Bye")
    assert says("purchase-order", order, "de") == ("An alle", "")
    word("To Austria", country="AT")
    assert says("purchase-order", order)[0] == "To all"
    one = word("To Grossist", organization=company.vendor.pk)
    assert says("purchase-order", order, "de")[0] == "To Grossist"
    change_wording(actor=HOUSE, wording=one, values={"retired_on": "2026-01-01"})
    assert says("purchase-order", order, "de")[0] == "An alle"
    clean()


def test_a_country_is_that_of_the_site_to_which_invoices_go(company: World) -> None:
    Site.objects.filter(pk=company.site.pk).update(country="AT", bill_to=True)
    made = create_quote(
        actor=HOUSE, wish=QuoteWish(company.customer.pk, (LineWish(company.product().pk, 1),))
    )
    word("To all", "quote")
    word("To Austria", "quote", country="AT")
    word("To Italy", "quote", country="IT")
    assert says("quote", made.one("demand.Sheet"))[0] == "To Austria"


def test_orders_have_words_too(company: World) -> None:
    wish = OrderWish(company.customer.pk, (LineWish(company.product().pk, 1),), confirm=True)
    order = create_order(actor=HOUSE, wish=wish).one("demand.Sheet")
    word("Thank you for your order of today.", "order-confirmation")
    assert says("order-confirmation", order)[0] == "Thank you for your order of today."


def test_every_paper_that_leaves_the_house_has_words_of_the_company() -> None:
    company, kinds = house(), ("invoice", "credit-note", "delivery-note", "packing-list", "rfq")
    for kind in kinds:
        word(f"{kind} to all.", kind, closing="Bye.")
    _order, lines = ordered(company, 2)
    bill = invoice(actor=HOUSE, wish=InvoiceWish((Bill(lines[0], 2),))).one("billing.Invoice")
    note = credit(actor=HOUSE, items=[Credit(InvoiceLine.objects.get().pk, 1)], reason="Too dear")
    shipment = ship(actor=HOUSE, picks=[Pick(lines[0], 1)]).one("fulfilment.Shipment")
    wish = RfqWish((company.vendor.pk,), (Asked(company.product().pk, 4),))
    asked = ask_vendors(actor=HOUSE, wish=wish).one("purchasing.RfqVendor")
    papers = (bill, note.one("billing.CreditNote"), shipment, shipment, asked)
    for kind, pk in zip(kinds, papers, strict=True):
        assert says(kind, pk, "de") == (f"{kind} to all.", "Bye.")
        shown = pages(preview(actor=HOUSE, wording=word(f"{kind} for us.", kind, country="DE")))
        assert f"{kind} for us." in shown[0]
    assert says("delivery-note", shipment, "de")[0] == "delivery-note for us."
    assert says("invoice", bill, "de")[0] == "invoice to all."
    listed = print_lists(actor=HOUSE, name="packing-lists", lines=lines, holdings=[], language="de")
    assert "packing-list for us." in pages(listed)[0]


def test_what_was_issued_keeps_its_words(company: World) -> None:
    order = bought(company)
    first = word("As agreed")
    submit(actor=HOUSE, order=order)
    kept = issue(actor=HOUSE, kind="purchase-order", pk=order)
    assert json.loads(json.dumps(kept.content))["opening"] == "As agreed"
    change_wording(actor=HOUSE, wording=first, values={"opening": "Otherwise"})
    assert issue(actor=HOUSE, kind="purchase-order", pk=order).pk == kept.pk
    assert Issued.objects.get().content["opening"] == "As agreed"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": ""}, "missing", "name"),
        ({"kind": "container-label"}, "not_one_of", "kind"),
        ({"country": "Austria"}, "not_a_country", "country"),
        ({"language": "fr"}, "not_one_of", "language"),
        ({"organization": 99_999}, "no_such_organization", "organization"),
        ({"opening": "x" * 2001}, "too_long", "opening"),
        ({"columns": "sku"}, "not_a_list", "columns"),
        ({"columns": ["colour"]}, "no_such_column", "columns"),
        ({"columns": ["discount"]}, "no_such_column", "columns"),
        ({"country": "AT", "organization": 1}, "one_or_a_country", "country"),
        ({}, "worded_already", "country"),
    ],
)
def test_words_that_fit_nobody_are_refused(
    company: World, values: dict[str, Any], code: str, field: str
) -> None:
    word("First")
    before = entries()
    given = {"name": "Second", "kind": "purchase-order"} | values
    if given.get("organization") == 1:
        given["organization"] = company.vendor.pk
    with pytest.raises(Refusal) as found:
        add_wording(actor=HOUSE, values=given)
    assert (found.value.code, found.value.field, entries()) == (code, field, before)


def test_words_are_written_changed_and_undone_by_who_keeps_the_settings(company: World) -> None:
    order = bought(company)
    made = add_wording(actor=HOUSE, values={"name": "Mine", "kind": "purchase-order", "opening": "Hello"})
    reverse(actor=HOUSE, entry=made.id)
    assert says("purchase-order", order) == ("", "")
    again = word("Hello again")
    changed = change_wording(actor=HOUSE, wording=again, values={"closing": "Bye"})
    reverse(actor=HOUSE, entry=changed.id)
    assert says("purchase-order", order) == ("Hello again", "")
    nobody = User.objects.create(username="nobody-here")
    for act in (
        lambda: add_wording(actor=nobody, values={}),
        lambda: change_wording(actor=nobody, wording=again, values={}),
        lambda: preview(actor=nobody, wording=again),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(Refusal) as found:
        change_wording(actor=HOUSE, wording=again, values={"kind": "quote"})
    assert found.value.code == "kind_stays"
    clean()


def test_a_preview_shows_the_newest_document_with_the_words(company: World) -> None:
    one = word("Please deliver:\n\nby the back door.", closing="Ring first.")
    with pytest.raises(NotThere):
        preview(actor=company.user, wording=one)
    bought(company)
    before = Issued.objects.count()
    assert preview(actor=company.user, wording=one).startswith(b"%PDF")
    assert Issued.objects.count() == before


def test_the_page_and_the_api_keep_them(client: Client, company: World) -> None:
    bought(company)
    form = {
        "name": "To vendors",
        "kind": "purchase-order",
        "opening": "Please deliver:",
        "language": "",
        "country": "",
    }
    refused = client.post("/settings/words/new/purchase-order/", form | {"country": "Austria"})
    assert "two letters" in refused.content.decode()
    assert client.post("/settings/words/new/purchase-order/", form).status_code == 303
    assert "To vendors" in seen(client, "/settings/words/")
    listed = client.get("/api/v1/wordings").json()["items"]
    (one,) = listed
    assert (one["opening"], one["organization"], one["country"]) == ("Please deliver:", None, "")
    page = seen(client, f"/settings/words/{one['id']}/")
    assert f"/settings/words/{one['id']}/preview.pdf" in page
    answer = client.get(f"/settings/words/{one['id']}/preview.pdf")
    assert answer["Content-Type"] == "application/pdf"
    changed = client.patch(
        f"/api/v1/wordings/{one['id']}", {"organization": company.vendor.pk}, "application/json"
    )
    assert changed.json()["organization"] == company.vendor.pk
    assert Organization.objects.get(pk=company.vendor.pk).name in seen(client, "/settings/words/")
