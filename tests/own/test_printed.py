"""Own fields that are printed stand on documents, in the language of whoever reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.documents.reading import pages
from tests.own.making import Call, field
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.devices.models import Device
from wharfinger.documents.actions.issuing import issue, pdf
from wharfinger.documents.actions.printing import print_unit_life
from wharfinger.documents.models import Issued
from wharfinger.parties.models import Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(company: World, call: Call) -> dict[str, Any]:
    """An order of a German customer with own values everywhere."""
    Organization.objects.filter(pk=company.customer.pk).update(language="de")
    product = company.product()
    company.stock(product, 5)
    field("product", "Material", on_documents=True)
    field("product", "Secret supplier")
    field("line", "Depth", "number", on_documents=True)
    field("order", "Crane needed", "yes_no", on_documents=True)
    field("order", "Fixed day", "date", on_documents=True)
    field("organization", "Route", on_documents=True)
    call("patch", f"/products/{product.pk}", {"own": {"material": "Oak", "secret_supplier": "X-1"}})
    call("patch", f"/organizations/{company.customer.pk}", {"own": {"route": "North"}})
    line = {"product": product.pk, "quantity": "2", "own": {"depth": "1234.5"}}
    body = {
        "organization": company.customer.pk,
        "lines": [line],
        "own": {"crane_needed": True, "fixed_day": "2026-03-01"},
    }
    made: dict[str, Any] = call("post", "/orders?confirm=true", body, status=201)
    return made


def test_an_order_prints_them_in_both_languages(sold: dict[str, Any], call: Call) -> None:
    (german,) = pages(pdf(actor=HOUSE, kind="order-confirmation", pk=sold["id"]))
    for words in (
        "Material: Oak",
        "Depth: 1.234,5",
        "Crane needed Ja",
        "Fixed day 01.03.2026",
        "Route North",
    ):
        assert words in german
    assert "X-1" not in german
    (english,) = pages(pdf(actor=HOUSE, kind="order-confirmation", pk=sold["id"], language="en"))
    for words in ("Depth: 1,234.5", "Crane needed Yes", "Fixed day 1 Mar 2026"):
        assert words in english


def test_a_quote_a_delivery_note_and_an_invoice_print_them(
    company: World, sold: dict[str, Any], call: Call
) -> None:
    line = sold["lines"][0]
    offered = {"product": line["product"], "quantity": "1", "own": {"depth": "7"}}
    quote = call("post", "/quotes", {"organization": company.customer.pk, "lines": [offered]}, status=201)
    (text,) = pages(pdf(actor=HOUSE, kind="quote", pk=quote["id"]))
    for words in ("Material: Oak", "Depth: 7", "Route North"):
        assert words in text
    call("post", f"/orders/{sold['id']}/reserve", {"lines": [{"line": line["id"], "quantity": "2"}]})
    ship = call("post", "/ship", {"picks": [{"line": line["id"], "quantity": "2"}]})
    (note,) = pages(pdf(actor=HOUSE, kind="delivery-note", pk=ship["shipments"][0]["id"]))
    billed = call("post", "/invoices", {"lines": [{"line": line["id"], "quantity": "2"}]}, status=201)
    (bill,) = pages(pdf(actor=HOUSE, kind="invoice", pk=billed["id"]))
    for paper in (note, bill):
        for words in ("Material: Oak", "Depth: 1.234,5", "Crane needed Ja", "Route North"):
            assert words in paper
        assert "X-1" not in paper


def test_an_invoice_printed_late_has_what_stood_when_it_was_posted(sold: dict[str, Any], call: Call) -> None:
    line = sold["lines"][0]
    billed = call("post", "/invoices", {"lines": [{"line": line["id"], "quantity": "2"}]}, status=201)
    call("patch", f"/orders/{sold['id']}", {"own": {"crane_needed": False}})
    call("patch", f"/products/{line['product']}", {"own": {"material": "Pine"}})
    call("patch", f"/lines/{line['id']}", {"own": {"depth": None}})
    (bill,) = pages(pdf(actor=HOUSE, kind="invoice", pk=billed["id"]))
    for words in ("Material: Oak", "Depth: 1.234,5", "Crane needed Ja"):
        assert words in bill


def test_a_purchase_order_prints_its_own(company: World, call: Call) -> None:
    product = company.product()
    field("purchase_order", "Project", on_documents=True)
    field("product", "Material", on_documents=True)
    call("patch", f"/products/{product.pk}", {"own": {"material": "Oak"}})
    lines = [{"product": product.pk, "quantity": "1", "unit_cost": "5"}]
    body = {"vendor": company.vendor.pk, "add_vendor": True, "lines": lines, "own": {"project": "Tower"}}
    made = call("post", "/purchase-orders", body, status=201)
    (text,) = pages(pdf(actor=HOUSE, kind="purchase-order", pk=made["id"]))
    assert "Project Tower" in text
    assert "Material: Oak" in text


def test_what_was_kept_before_there_were_own_fields_is_no_other_issue(
    sold: dict[str, Any], call: Call
) -> None:
    for name in ("crane_needed", "fixed_day"):
        call("patch", f"/orders/{sold['id']}", {"own": {name: None}})
    call("patch", f"/products/{sold['lines'][0]['product']}", {"own": {"material": None}})
    call("patch", f"/lines/{sold['lines'][0]['id']}", {"own": {"depth": None}})
    call("patch", f"/organizations/{sold['organization']}", {"own": {"route": None}})
    kept = issue(actor=HOUSE, kind="order-confirmation", pk=sold["id"])
    del kept.content["own"]
    for row in kept.content["lines"]:
        del row["own"]
    Issued.objects.filter(pk=kept.pk).update(content=kept.content)
    assert issue(actor=HOUSE, kind="order-confirmation", pk=sold["id"]).pk == kept.pk


def test_the_life_of_a_unit_prints_them_while_the_customer_has_it(company: World, call: Call) -> None:
    phone = company.product(name="Telephone", traced="serial")
    field("device", "Extension", on_documents=True)
    field("device", "Pin")
    company.stock(phone, 1, serials=("P-1",))
    made = call(
        "post",
        "/orders?confirm=true",
        {"organization": company.customer.pk, "lines": [{"product": phone.pk, "quantity": "1"}]},
        status=201,
    )
    line = made["lines"][0]["id"]
    call("post", "/pick-pack-ship", {"picks": [{"line": line, "quantity": "1", "serials": ["P-1"]}]})
    item = {"line": line, "serial": "P-1", "own": {"extension": "204", "pin": "0000"}}
    device = call("post", "/devices/install", {"items": [item]}, status=201)["devices"][0]
    lot = Device.objects.get(pk=device["id"]).lot_id
    (text,) = pages(print_unit_life(actor=HOUSE, lot=lot, customer=None, language="de"))
    assert "Extension: 204" in text
    assert "0000" not in text
