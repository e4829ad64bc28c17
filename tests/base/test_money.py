"""Amounts are written with exactly the decimals of their currency, by every door alike."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import wharfinger
from wharfinger.base.money import minor, plain, reckoned


@pytest.mark.parametrize(
    ("units", "currency", "written"),
    [
        (5950, "EUR", "59.50"),
        (6000, "EUR", "60.00"),
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (-12345, "EUR", "-123.45"),
        (60, "JPY", "60"),
        (0, "JPY", "0"),
        (-60, "JPY", "-60"),
        (59500, "KWD", "59.500"),
        (-1, "KWD", "-0.001"),
    ],
)
def test_an_amount_has_its_currencys_decimals(units: int, currency: str, written: str) -> None:
    assert plain(units, currency) == written
    assert minor(written, currency, negative=True) == units


@pytest.mark.parametrize(
    ("micro", "currency", "shown"),
    [
        (215_333_333, "EUR", 215_330_000),
        (833_333, "EUR", 833_300),
        (3_456, "EUR", 3_500),
        (1_234_567, "KWD", 1_235_000),
        (1_234_567, "JPY", 1_000_000),
        (0, "EUR", 0),
    ],
)
def test_an_average_is_read_to_the_minor_unit_and_what_is_cheap_finer(
    micro: int, currency: str, shown: int
) -> None:
    assert reckoned(micro, currency) == shown


def test_no_amount_is_written_as_a_quantity_is() -> None:
    """``quantity.plain`` cuts noughts off, so it never gets minor units: ``money.plain`` writes them."""
    slips = []
    for path in Path(wharfinger.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or len(call.args) != 2:
                continue
            name = ast.unparse(call.func)
            units, places = (ast.unparse(one) for one in call.args)
            by_quantity = name in ("plain", "quantity.plain", "plainly.plain")
            if by_quantity and ("_minor" in units.replace("per_minor", "") or "money.decimals(" in places):
                slips.append(f"{path.name}:{call.lineno}")
    assert slips == []
