"""What a document costs, as EN 16931 computes it."""

from __future__ import annotations

from wharfinger.base.tax import Rate, TaxedRow, totals


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
    assert totals([]) == (0, 0, 0, ())
