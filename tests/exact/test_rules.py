"""Each rule of EN 16931-1 on sums, named, held against papers of every category of tax, before tax and with it.

What stands on a paper is what it prints. There are no allowances and charges of a whole document (BG-20, BG-21):
discounts of a group or a quote are worked into its lines (BG-27). A second tax, which the standard does not know,
is left out of the rules on categories and counts in the sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from tests.exact.generated import TAXES, Billed, Deal, Typed
from tests.exact.recomputed import DECIMALS, nearest
from tests.exact.test_documents import Shop
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.demand.rules import LineWish
from wharfinger.documents.queries import billing
from wharfinger.documents.shapes import CreditNote as CreditNoteShape
from wharfinger.documents.shapes import Invoice as InvoiceShape
from wharfinger.flows.actions.sell import sell
from wharfinger.flows.rules.sell import Sale
from wharfinger.parties.actions.settings import set_setting

pytestmark = pytest.mark.django_db
WITHOUT_TAX = ("Z", "E", "AE", "K", "G", "O")
RULE_OF = {"K": "IC"}
"""How the standard's rules call a category that is written otherwise."""


@dataclass(frozen=True)
class Paper:
    """A paper, and the category, rate and net of each of its lines."""

    shape: InvoiceShape | CreditNoteShape
    lines: tuple[tuple[str, int, int], ...]
    exact: bool
    """Whether its taxes are reckoned from what is taxed; else they are what is left of an amount that includes them,
    or of what is taken back in parts."""

    @property
    def net(self) -> int:
        """BT-109."""
        return self.shape.totals.net.minor

    @property
    def gross(self) -> int:
        """BT-112."""
        return self.shape.totals.gross.minor

    def breakdown(self, *categories: str) -> list[tuple[str, int, int, int]]:
        """BG-23: category, rate, what is taxed (BT-116) and the tax (BT-117)."""
        rows = [row for row in self.shape.totals.taxes if not row.name]
        return [
            (row.category, row.rate.micro, row.base.minor, row.tax.minor)
            for row in rows
            if not categories or row.category in categories
        ]


@pytest.fixture
def papers(company: World, call: Any) -> list[Paper]:
    """Invoices of all categories in three currencies, before tax and with it, and credit in parts of each."""
    shop = Shop(company, call)
    lines = tuple(
        Typed(taxed, "piece", 3 + n, f"{n * 7}.{13 + n}", percent="12.5" if n % 3 else "0", group=n % 2)
        for n, taxed in enumerate(TAXES)
    )
    found = []
    for currency, included in [("EUR", False), ("JPY", False), ("KWD", False), ("EUR", True)]:
        rows = tuple((n, line.quantity) for n, line in enumerate(lines))
        notes = tuple(tuple((n, units) for n in range(len(lines))) for units in (1, 2))
        bill = Billed(rows, credits=notes)
        deal = Deal(currency, "en", included, lines, ("5", "0"), "3", (bill,))
        shop.billed(deal, bill, shop.won(deal))
    for one in Invoice.objects.all():
        rows_of = one.lines.select_related("tax_code")
        nets = [(row.tax_code.category, row.rate_micro, row.net_minor) for row in rows_of]
        found.append(Paper(billing.invoice(one.pk, "en"), tuple(nets), rows_of[0].gross_minor is None))
    for note in CreditNote.objects.all():
        taken = note.lines.select_related("invoice_line__tax_code")
        nets = [
            (row.invoice_line.tax_code.category, row.invoice_line.rate_micro, row.net_minor) for row in taken
        ]
        found.append(Paper(billing.credit_note(note.pk, "en"), tuple(nets), exact=False))
    assert len(found) == 12
    return found


def test_br_co_10_the_sum_of_lines_is_the_sum_of_their_net_amounts(papers: list[Paper]) -> None:
    """BT-106 = Σ BT-131; without allowances and charges BT-106 is what the paper calls net."""
    for paper in papers:
        assert paper.net == sum(net for _, _, net in paper.lines)


def test_br_co_11_12_and_13_nothing_is_taken_off_or_added_but_in_the_lines(papers: list[Paper]) -> None:
    """BT-109 = Σ BT-131 − BT-107 + BT-108, of which the last two are nought: Σ BT-116 is Σ BT-131, too."""
    for paper in papers:
        assert paper.net == sum(net for _, _, net in paper.lines)
        assert paper.net == sum(base for _, _, base, _ in paper.breakdown())


def test_br_co_14_the_tax_is_the_sum_of_the_taxes_of_each_category(papers: list[Paper]) -> None:
    """BT-110 = Σ BT-117, second taxes among them."""
    for paper in papers:
        assert paper.gross - paper.net == sum(row.tax.minor for row in paper.shape.totals.taxes)


def test_br_co_15_the_total_with_tax_is_the_total_without_and_the_tax(papers: list[Paper]) -> None:
    """BT-112 = BT-109 + BT-110, as they are kept and as they are printed."""
    kept = [*Invoice.objects.order_by("pk"), *CreditNote.objects.order_by("pk")]
    for paper, row in zip(papers, kept, strict=True):
        assert (row.net_minor, row.total_minor) == (paper.net, paper.gross)
        assert row.total_minor == row.net_minor + row.tax_minor


@pytest.mark.parametrize(("paid_by", "paid"), [(None, 0), ("cash", 11_900)])
def test_br_co_16_what_is_due_is_the_total_less_what_was_paid(
    company: World, paid_by: str | None, paid: int
) -> None:
    """BT-115 = BT-112 − BT-113 + BT-114 of what goes over the counter."""
    product = company.product(price_micro=50_000_000)
    company.stock(product, 2)
    sale = Sale(company.customer.pk, (LineWish(product.pk, 2),), paid_by=paid_by)
    sell(actor=HOUSE, sales=[sale])
    totals = billing.invoice(Invoice.objects.get().pk, "en").totals
    assert totals.gross.minor == 11_900
    assert (totals.paid.minor if totals.paid else 0) == paid
    assert (totals.due or totals.gross).minor == 11_900 - paid


@pytest.mark.parametrize(("paid_by", "paid"), [(None, 0), ("cash", 2_380)])
def test_br_co_16_what_is_due_is_rounded_so_that_coins_can_pay_it(
    company: World, paid_by: str | None, paid: int
) -> None:
    """BT-115 = BT-112 − BT-113 + BT-114: of 23.78 are due 23.80, and what is paid of that."""
    set_setting(actor=HOUSE, name="cash_rounding", value={"EUR": 5})
    product = company.product(price_micro=9_990_000)
    company.stock(product, 2)
    sale = Sale(company.customer.pk, (LineWish(product.pk, 2),), paid_by=paid_by)
    sell(actor=HOUSE, sales=[sale])
    made = Invoice.objects.get()
    totals = billing.invoice(made.pk, "en").totals
    with_tax = made.net_minor + made.tax_minor
    assert (with_tax, totals.rounding and totals.rounding.minor) == (2_378, 2)
    assert (totals.due or totals.gross).minor == with_tax - paid + 2
    assert (totals.paid.minor if totals.paid else 0) == paid


def test_br_co_17_tax_is_what_is_taxed_times_the_rate(papers: list[Paper]) -> None:
    """BT-117 = BT-116 × BT-119 ÷ 100, rounded once for each category and rate, half away from zero.

    Where an amount includes its taxes, or is taken back in parts, tax is what is left, so that sums come out as they
    were said; it is never further off than one coin for each way of being taxed.
    """
    for paper in papers:
        for _, rate, base, tax in paper.breakdown():
            reckoned = nearest(Fraction(base * rate, 10**6))
            ways = sum(taxed.category == "S" and Fraction(taxed.rate) * 10_000 == rate for taxed in TAXES)
            assert abs(tax - reckoned) <= (0 if paper.exact else max(1, ways))


def test_br_co_18_every_paper_has_a_breakdown(papers: list[Paper]) -> None:
    """At least one BG-23, and one for each category and rate of its lines."""
    for paper in papers:
        found = [(category, rate) for category, rate, _, _ in paper.breakdown()]
        assert len(found) == len(set(found)) == len({line[:2] for line in paper.lines}) > 0


def test_br_dec_no_amount_has_more_decimals_than_its_currency(papers: list[Paper], call: Any) -> None:
    """BR-DEC-09 … -28 allow two; each currency has its own, and amounts are told with exactly these."""
    for path in ("/invoices", "/credit-notes"):
        for row in call("get", path)[1]["items"]:
            told = [row["net"], row["tax"], row["total"], *(line["net"] for line in row["lines"])]
            assert {len(text.partition(".")[2]) for text in told} == {DECIMALS[row["currency"]]}


def test_br_s_08_what_is_taxed_at_a_rate_is_the_sum_of_its_lines(papers: list[Paper]) -> None:
    """For each BT-119 of category S: BT-116 = Σ BT-131 of the lines of that rate."""
    _bases(papers, "S")


def test_br_s_09_the_tax_of_a_rate_is_of_what_is_taxed_at_it(papers: list[Paper]) -> None:
    """BT-117 = BT-116 × BT-119 for category S."""
    for paper in papers:
        assert paper.breakdown("S")
        for _, rate, base, tax in paper.breakdown("S"):
            assert not paper.exact or tax == nearest(Fraction(base * rate, 10**6))
            assert tax > 0 or base * rate < 10**6


@pytest.mark.parametrize("category", WITHOUT_TAX)
def test_br_08_what_stands_without_tax_is_the_sum_of_its_lines(papers: list[Paper], category: str) -> None:
    """BR-Z-08, BR-E-08, BR-AE-08, BR-IC-08, BR-G-08, BR-O-08: BT-116 = Σ BT-131 of the category's lines."""
    _bases(papers, category)


@pytest.mark.parametrize("category", WITHOUT_TAX)
def test_br_09_what_stands_without_tax_has_none(papers: list[Paper], category: str) -> None:
    """BR-Z-09, BR-E-09, BR-AE-09, BR-IC-09, BR-G-09, BR-O-09: BT-117 is nought."""
    for paper in papers:
        assert [(rate, tax) for _, rate, _, tax in paper.breakdown(category)] == [(0, 0)]


@pytest.mark.parametrize("category", WITHOUT_TAX[1:])
def test_br_10_what_is_exempt_says_why(papers: list[Paper], category: str) -> None:
    """BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10: the breakdown has a reason (BT-120)."""
    for paper in papers:
        reasons = [row.reason for row in paper.shape.totals.taxes if row.category == category]
        assert len(reasons) == 1
        assert reasons[0]


def _bases(papers: list[Paper], category: str) -> None:
    for paper in papers:
        expected: dict[int, int] = {}
        for of, rate, net in paper.lines:
            if of == category:
                expected[rate] = expected.get(rate, 0) + net
        assert expected
        assert {rate: base for _, rate, base, _ in paper.breakdown(category)} == expected
