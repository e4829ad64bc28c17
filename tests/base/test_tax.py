"""What a document costs, as EN 16931 computes it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wharfinger.base.tax import Rate, Second, TaxedRow, nets, parts_of, totals


def test_tax_is_rounded_once_per_rate() -> None:
    # Each line alone would round to 1 cent of tax; together they owe two, not three.
    found = totals([TaxedRow(4, "S", 190_000)] * 3)
    assert (found.net, found.tax, found.total) == (12, 2, 14)


def test_rates_are_listed_apart() -> None:
    found = totals(
        [
            TaxedRow(10_000, "S", 190_000),
            TaxedRow(5_000, "S", 70_000),
            TaxedRow(2_000, "AE", 0, "Reverse charge"),
        ]
    )
    assert found.by_rate == (
        Rate("AE", 0, "Reverse charge", 2_000, 0),
        Rate("S", 70_000, "", 5_000, 350),
        Rate("S", 190_000, "", 10_000, 1_900),
    )
    assert (found.net, found.tax, found.total) == (17_000, 2_250, 19_250)


def test_half_a_cent_rounds_away_from_zero_also_in_a_credit() -> None:
    assert totals([TaxedRow(50, "S", 50_000)]).tax == 3
    assert totals([TaxedRow(-50, "S", 50_000)]).tax == -3


def test_a_document_without_lines_costs_nothing() -> None:
    assert totals([]) == (0, 0, 0, (), 0)


GST, QST = (50_000, Second("PST", 70_000)), (50_000, Second("QST", 95_000, compound=True))


def test_a_second_tax_stands_beside_the_first_or_on_top_of_it() -> None:
    """100.00 at 5 % and 7 % are 112.00; at 5 % and 9.5 % on both 114.98, as 9.975 rounds up."""
    beside = totals([TaxedRow(10_000, "S", GST[0], second=GST[1])])
    assert (beside.net, beside.tax, beside.total) == (10_000, 1_200, 11_200)
    on_top = totals([TaxedRow(10_000, "S", QST[0], second=QST[1])])
    assert (on_top.tax, on_top.total) == (500 + 998, 11_498)
    assert on_top.by_rate == (
        Rate("S", 50_000, "", 10_000, 500),
        Rate("S", 95_000, "", 10_500, 998, "QST"),
    )


def test_a_second_tax_is_rounded_once_for_all_that_is_taxed_alike() -> None:
    """Three times 0.07 owe 0.01 and 0.01, not three times nothing; what has one tax only is in the first basis."""
    rows = [TaxedRow(7, "S", GST[0], second=GST[1])] * 3
    assert totals(rows).tax == 1 + 1
    found = totals([*rows, TaxedRow(1_000, "S", 50_000)])
    assert [(one.net_minor, one.tax_minor) for one in found.by_rate] == [(1_021, 51), (21, 1)]
    assert found.net == 1_021


AMOUNTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=40)
CODES = st.sampled_from(
    [(0, None), (190_000, None), (77_000, None), GST, QST, (0, Second("PST", 70_000)), (1_000_000, None)]
)


def test_119_with_tax_are_100_and_19() -> None:
    found = totals([TaxedRow(11_900, "S", 190_000, included=True)])
    assert (found.net, found.tax, found.total) == (10_000, 1_900, 11_900)
    assert parts_of(11_498, *QST) == (10_000, 500, 998)


@given(AMOUNTS, CODES)
def test_what_is_said_with_tax_is_the_total(amounts: list[int], code: tuple[int, Second | None]) -> None:
    """To the cent; the nets of the lines are the net of the document, each within a cent of its own."""
    rows = [TaxedRow(minor, "S", code[0], second=code[1], included=True) for minor in amounts]
    found = totals(rows)
    assert found.total == sum(amounts)
    assert found.tax == sum(one.tax_minor for one in found.by_rate)
    assert sum(nets(rows)) == found.net
    for row, net in zip(rows, nets(rows), strict=True):
        assert abs(net - parts_of(row.minor, *code).net) <= 1
        assert 0 <= net <= row.minor


@given(st.integers(0, 10**9), CODES)
def test_no_part_of_an_amount_with_tax_is_less_of_one_more_cent(
    minor: int, code: tuple[int, Second | None]
) -> None:
    """So that crediting more never takes tax back that was credited."""
    less, more = parts_of(minor, *code), parts_of(minor + 1, *code)
    assert all(0 <= b - a <= 1 for a, b in zip(less, more, strict=True))
    assert sum(less) == minor


def test_lines_with_tax_and_before_tax_stand_side_by_side() -> None:
    """Charges that were won onto other work keep the way in which they were offered."""
    found = totals([TaxedRow(10_000, "S", 190_000), TaxedRow(11_900, "S", 190_000, included=True)])
    assert (found.net, found.tax, found.total) == (20_000, 3_800, 23_800)
    assert found.by_rate == (Rate("S", 190_000, "", 20_000, 3_800),)
