"""Documents of real orders: the right figures on them, kept once they are final, printed again as issued."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.documents.house import house, ordered
from tests.documents.reading import pages, scanned
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.base.refusal import NotThere, Refusal
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.documents.actions.issuing import issue, pdf, reprint
from wharfinger.documents.models import Issued
from wharfinger.ledger.models import Entry, Place
from wharfinger.parties.models import Organization
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.actions.quotes import create_quote
from wharfinger.sales.actions.sending import mark_quote_sent
from wharfinger.sales.models import Order
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company with a German customer."""
    return house()


def test_a_confirmed_order_is_confirmed_in_the_customers_language(company: World) -> None:
    order, _lines = ordered(company, 2, 3)
    (text,) = pages(pdf(actor=HOUSE, kind="order-confirmation", pk=order))
    assert f"Auftragsbestätigung {Order.objects.get(pk=order).sheet.number}" in text
    assert "Bäckerei Grünkörn" in text
    assert "Summe netto 50,00 € USt 19 % 9,50 € Gesamtbetrag 59,50 €" in text
    assert "Kundennr. K-7" in text
    assert "Königstr. 11 24103 Kiel" in text


def test_a_draft_is_printed_and_not_kept(company: World) -> None:
    product = company.product()
    made = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(product.pk, 3),)))
    order = made.one("demand.Sheet")
    (text,) = pages(pdf(actor=HOUSE, kind="order-confirmation", pk=order))
    assert "Gesamtbetrag 35,70 €" in text
    assert "ENTWURF" in text
    with pytest.raises(Refusal) as refused:
        issue(actor=HOUSE, kind="order-confirmation", pk=order)
    assert refused.value.code == "not_final"
    assert not Issued.objects.exists()


def test_a_quote_is_kept_once_it_is_sent(company: World) -> None:
    wish = LineWish(company.product().pk, 3, discount=Discount(100_000), description="auf Rollen")
    made = create_quote(
        actor=HOUSE, wish=QuoteWish(company.customer.pk, (wish,), title="Backstube", number="Q-7")
    )
    quote = made.one("demand.Sheet")
    (text,) = pages(pdf(actor=HOUSE, kind="quote", pk=quote))
    for wanted in (
        "Angebot Q-7",
        "Backstube",
        "auf Rollen",
        "10 % 27,00",
        "Gesamtbetrag 32,13 €",
        "Gültig bis",
    ):
        assert wanted in text, wanted
    assert not Issued.objects.exists()
    sent = mark_quote_sent(actor=HOUSE, quote=quote)
    kept = issue(actor=HOUSE, kind="quote", pk=quote)
    assert (kept.number, kept.entry_id) == ("Q-7", sent.id)


def test_an_amended_order_is_a_further_issue_beside_the_earlier(company: World) -> None:
    order, lines = ordered(company, 2)
    first = issue(actor=HOUSE, kind="order-confirmation", pk=order)
    assert issue(actor=HOUSE, kind="order-confirmation", pk=order) == first
    Line.objects.filter(pk=lines[0]).update(description="as agreed by phone")
    second = issue(actor=HOUSE, kind="order-confirmation", pk=order)
    assert second.pk != first.pk
    assert "as agreed by phone" not in pages(reprint(actor=HOUSE, issued=first.pk))[0]
    assert "as agreed by phone" in pages(pdf(actor=HOUSE, kind="order-confirmation", pk=order))[0]


def test_our_own_move_makes_no_new_issue(company: World) -> None:
    order, _lines = ordered(company, 2)
    first = issue(actor=HOUSE, kind="order-confirmation", pk=order)
    Setting.objects.update(value={"name": "A new name"})
    assert issue(actor=HOUSE, kind="order-confirmation", pk=order) == first


def test_an_rma_slip_says_what_is_asked_for(company: World) -> None:
    _order, lines = ordered(company, 2)
    entry = Entry.objects.latest("pk")
    rma = Rma.objects.create(
        made=entry,
        number="RMA-1",
        organization=company.customer,
        location=company.location,
        requested_at=entry.recorded_at,
        place=Place.objects.create(kind="returns"),
        bench_place=Place.objects.create(kind="bench"),
        vendor_place=Place.objects.create(kind="at_vendor"),
    )
    line = Line.objects.get(pk=lines[0])
    RmaLine.objects.create(
        made=entry,
        rma=rma,
        position=1,
        product=line.product,
        line=line,
        quantity=1,
        type="replace",
        reason="defekt",
    )
    printed = pdf(actor=HOUSE, kind="rma-slip", pk=rma.pk)
    (text,) = pages(printed)
    for wanted in ("Rücksendeschein RMA-1", "Ersatz", "defekt", "Hafenkontor IT GmbH Main Am Sandtorkai 48"):
        assert wanted in text, wanted
    assert scanned(printed) == {"RMA-1"}


def test_an_exempt_line_prints_its_reason(company: World) -> None:
    order, lines = ordered(company, 2)
    exempt = TaxCode.objects.create(
        code="K0", name="0 %", rate_micro=0, category="K", exemption_reason="VATEX-EU-IC"
    )
    Line.objects.filter(pk__in=lines).update(tax_code=exempt)
    assert "K: VATEX-EU-IC" in pages(pdf(actor=HOUSE, kind="order-confirmation", pk=order))[0]


@pytest.mark.parametrize(
    "kind",
    [
        "invoice",
        "quote",
        "order-confirmation",
        "purchase-order",
        "packing-list",
        "container-label",
        "nonsense",
    ],
)
def test_what_is_not_there_is_said_so(company: World, kind: str) -> None:
    with pytest.raises(NotThere):
        pdf(actor=HOUSE, kind=kind, pk=4711)


def test_a_lost_file_is_made_again_from_what_was_kept(company: World) -> None:
    order, _lines = ordered(company, 5)
    first = pdf(actor=HOUSE, kind="order-confirmation", pk=order)
    kept = Issued.objects.get()
    file = Path(settings.MEDIA_ROOT) / kept.file
    assert file.read_bytes() == first
    file.unlink()
    Organization.objects.filter(pk=company.customer.pk).update(name="Somebody else")
    assert reprint(actor=HOUSE, issued=kept.pk) == first
