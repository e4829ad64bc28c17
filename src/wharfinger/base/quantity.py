"""Quantities are integers in the product's smallest unit; people and the API see decimal strings."""

from __future__ import annotations

import re

from wharfinger.base.refusal import N_, BadInput

MOST = 10**15
"""No quantity reaches this many smallest units, so that sums stay within 64 bits."""

_PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,12})?")


def scaled(text: str | int, decimals: int, *, field: str, most: int = MOST, negative: bool = False) -> int:
    """Read a decimal string as an integer in units of 10⁻ᵈ, exactly.

    text: as typed or sent, with a point; decimals: how many places are allowed; field: for the refusal.
    Raises BadInput when it is no plain number, has more places than allowed, or is too large.
    """
    written = str(text).strip()
    if not _PLAIN.fullmatch(written):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is not a number. Write it like {example}."),
            field=field,
            text=written[:40],
            example="12.50",
        )
    whole, _, places = written.lstrip("-").partition(".")
    if places.strip("0") and not decimals:
        raise BadInput("too_precise", N_("Only whole units count here."), field=field, decimals=0)
    if len(places.rstrip("0")) > decimals:
        raise BadInput(
            "too_precise", N_("At most {decimals} decimals are kept here."), field=field, decimals=decimals
        )
    units = int(whole) * 10**decimals + int((places[:decimals]).ljust(decimals, "0") or "0")
    if units >= most:
        raise BadInput("too_large", N_("This number is larger than can be kept."), field=field)
    if written.startswith("-"):
        if not negative and units:
            raise BadInput("negative", N_("Give a number of zero or more here."), field=field)
        units = -units
    return units


def quantity(text: str | int, decimals: int, *, field: str = "quantity") -> int:
    """Read a quantity above zero in the product's smallest unit; raises BadInput otherwise."""
    units = scaled(text, decimals, field=field)
    if units <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field=field)
    return units


def plain(units: int, decimals: int) -> str:
    """Write an integer in units of 10⁻ᵈ as the shortest exact decimal string."""
    if not decimals or not units:
        return str(units)
    sign, units = ("-" if units < 0 else ""), abs(units)
    whole, rest = divmod(units, 10**decimals)
    places = f"{rest:0{decimals}d}".rstrip("0")
    return f"{sign}{whole}.{places}" if places else f"{sign}{whole}"
