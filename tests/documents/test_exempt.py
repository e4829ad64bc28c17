"""Invoices and credit notes without tax say why, in words and by the code of electronic invoices (EN 16931 BT-120, BT-121)."""

from __future__ import annotations

import pytest

from tests.documents.house import house, ordered
from tests.documents.reading import pages
from tests.documents.test_money import invoiced
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.models import CreditNote
from wharfinger.billing.rules.credits import Credit
from wharfinger.catalog.models import TaxCode
from wharfinger.demand.models import Line
from wharfinger.documents.actions.issuing import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company with a German customer."""
    return house()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Steuerfreie Ausfuhr", "G: Steuerfreie Ausfuhr (VATEX-EU-G)"),
        ("", "G: VATEX-EU-G"),
    ],
)
def test_the_code_stands_beside_the_reason(company: World, reason: str, said: str) -> None:
    export = TaxCode.objects.create(
        code="G",
        name="Export",
        rate_micro=0,
        category="G",
        exemption_reason=reason,
        exemption_code="VATEX-EU-G",
    )
    _, lines = ordered(company, 2, 3)
    Line.objects.filter(pk__in=lines).update(tax_code=export)
    bill = invoiced(lines)
    assert said in " ".join(pages(pdf(actor=HOUSE, kind="invoice", pk=bill.pk)))
    asked = [Credit(row.pk, 1) for row in bill.lines.all()]
    done = credit(actor=HOUSE, items=asked, reason="zu viel")
    note = CreditNote.objects.get(made=done.id)
    assert said in " ".join(pages(pdf(actor=HOUSE, kind="credit-note", pk=note.pk)))


def test_where_tax_is_charged_nothing_is_said(company: World) -> None:
    _, lines = ordered(company, 2)
    text = " ".join(pages(pdf(actor=HOUSE, kind="invoice", pk=invoiced(lines).pk)))
    assert "VATEX" not in text
