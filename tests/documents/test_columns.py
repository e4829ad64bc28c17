"""What each line of a document shows is chosen by the company, and nothing that is told of money becomes untrue by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.documents import samples
from tests.documents.reading import pages
from tests.world import World, clean, seen, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.catalog.models import VendorPrice
from wharfinger.demand.rules import LineWish
from wharfinger.documents import shapes
from wharfinger.documents.actions.issuing import issue, pdf
from wharfinger.documents.actions.wording import add_wording, change_wording, preview_shipped
from wharfinger.documents.kinds import KINDS
from wharfinger.documents.models import Wording
from wharfinger.documents.render import render
from wharfinger.documents.rules.columns import CHOICE, pruned, shipped
from wharfinger.documents.rules.wording import KINDS as WORDED
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions.ordering import draft
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.sending import send_quote
from wharfinger.sales.rules.quotes import QuoteWish

LINE = shapes.LineRow(
    "1",
    "Access point",
    shapes.Quantity(3, unit="pcs"),
    sku="AP-7",
    part="V-99",
    description="For the ceiling",
    price=shapes.Price(100_000_000, "EUR"),
    less=shapes.Share(100_000),
    less_each=shapes.Each(10_000_000, "EUR"),
    tax=shapes.Share(190_000),
    amount=shapes.Amount(24_300, "EUR"),
    expected_on=date(2026, 12, 1),
    serials=("SN-1",),
)
SAID = {
    "part": "V-99",
    "sku": "AP-7",
    "description": "For the ceiling",
    "unit": "pcs",
    "expected": "1 Dec 2026",
    "serials": "SN-1",
}


@pytest.fixture
def company(db: None, client: Client) -> World:
    made = world()
    client.force_login(made.user)
    return made


def printed(shape: shapes.Shape) -> str:
    (page,) = pages(render(shape, language="en"))
    return page


def test_each_kind_has_a_choice() -> None:
    assert CHOICE.keys() == WORDED.keys()
    assert all("tax" not in shipped(kind, pictures=True) for kind in CHOICE)


@pytest.mark.parametrize("kept", [*SAID, ""])
def test_a_line_shows_what_was_chosen(kept: str) -> None:
    whole = replace(samples.quote(), lines=(LINE,), columns=None)
    assert all(said in printed(whole) for said in SAID.values())
    page = printed(replace(whole, columns=(kept,) if kept else ()))
    assert {name for name, said in SAID.items() if said in page} == ({kept} if kept else set())
    assert "Access point" in page
    assert "243.00" in page


def test_what_is_taken_off_is_in_the_price_where_it_is_not_told() -> None:
    told = replace(samples.quote(), lines=(LINE,), less=shapes.Share(50_000), columns=("discount",))
    assert all(said in printed(told) for said in ("100.00", "10%", "less 5%"))
    page = printed(replace(told, columns=()))
    assert "81.00" in page
    assert not any(said in page for said in ("100.00", "10%", "less 5%"))


def test_the_rate_is_told_where_it_was_chosen_or_rates_differ() -> None:
    one = samples.quote()
    assert printed(one).count("19%") == 1
    assert printed(replace(one, columns=("tax",))).count("19%") == 1 + len(one.lines)
    two = samples.quote(3, rates=(190_000, 70_000))
    assert "7%" in printed(replace(two, columns=()))
    assert printed(replace(two, columns=())).count("19%") > 1


def test_every_box_of_a_packing_list_shows_the_same() -> None:
    listed: Any = pruned(replace(samples.packing_list(), columns=("sku",)))
    rows = [row for box in listed.boxes for row in box.rows]
    assert rows
    assert all(row.sku and not row.serials and not row.quantity.unit for row in rows)


def test_vendors_read_their_own_numbers_or_ours(company: World) -> None:
    product = company.product()
    VendorPrice.objects.filter(organization=company.vendor, product=product).update(part_number="GR-1")
    wish = PurchaseWish(company.vendor.pk, (PurchaseLineWish(product.pk, 2),))
    order = draft(actor=HOUSE, wish=wish).one("purchasing.PurchaseOrder")

    def page() -> str:
        return " ".join(pages(pdf(actor=HOUSE, kind="purchase-order", pk=order)))

    assert f"GR-1 · {product.sku}" in page()
    words = {"name": "Theirs", "kind": "purchase-order", "columns": ["part"]}
    made = add_wording(actor=HOUSE, values=words).one("documents.Wording")
    assert "GR-1" in page()
    assert product.sku not in page()
    change_wording(actor=HOUSE, wording=made, values={"columns": None})
    assert f"GR-1 · {product.sku}" in page()
    clean()


def test_a_quote_that_was_sent_keeps_its_columns(company: World) -> None:
    Organization.objects.filter(pk=company.customer.pk).update(email="acme@example.com")
    lines = (LineWish(company.product().pk, 1),)
    quote = create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, lines)).one("demand.Sheet")
    send_quote(actor=HOUSE, quote=quote)
    kept = issue(actor=HOUSE, kind="quote", pk=quote)
    words = {"name": "Bare", "kind": "quote", "columns": ["picture"]}
    add_wording(actor=HOUSE, values=words)
    shape: Any = KINDS["quote"].of(quote, "en")
    assert shape.columns == ("picture",)
    assert issue(actor=HOUSE, kind="quote", pk=quote).pk == kept.pk


def test_what_we_ship_is_shown_and_copied_but_never_changed(client: Client, company: World) -> None:
    lines = (LineWish(company.product().pk, 1),)
    create_quote(actor=HOUSE, wish=QuoteWish(company.customer.pk, lines))
    page = seen(client, "/settings/words/new/")
    assert "Thank you for your enquiry" in page
    assert "/settings/words/new/vendor-return/" in page
    assert preview_shipped(actor=HOUSE, kind="quote").startswith(b"%PDF")
    assert client.get("/settings/words/new/quote/preview.pdf")["Content-Type"] == "application/pdf"
    assert client.get("/settings/words/new/secret/").status_code == 404
    form = client.get("/settings/words/new/quote/").content.decode()
    assert 'value="sku" checked' in form
    assert 'value="picture" checked' not in form
    Setting.objects.create(key="pictures_on_quotes", value=True)
    sent = {"name": "Ours", "kind": "quote", "language": "", "country": "", "opening": "", "closing": ""}
    as_shipped = list(shipped("quote", pictures=True))
    client.post("/settings/words/new/quote/", sent | {"columns": as_shipped})
    one = Wording.objects.get()
    assert one.columns is None
    client.post(f"/settings/words/{one.pk}/", sent | {"columns": ["unit", "sku"]})
    one.refresh_from_db()
    assert one.columns == ["sku", "unit"]
    copy = client.get(f"/settings/words/new/quote/?copy={one.pk}").content.decode()
    assert 'value="unit" checked' in copy
    assert 'value="tax" checked' not in copy
    refused = client.post("/settings/words/new/quote/", sent | {"columns": ["part"], "country": "AT"})
    assert "Lines of this document have no" in refused.content.decode()
    assert Wording.objects.count() == 1
    told = client.patch(f"/api/v1/wordings/{one.pk}", {"columns": ["tax"]}, "application/json").json()
    assert told["columns"] == ["tax"]
