"""Numbers in the fields of a page: written and read with the comma or the point of the reader's language.

The API, imports and the database write numbers in one way (`quantity`, `money`); people do not.
"""

from __future__ import annotations

import re

from django.utils.formats import get_format

from wharfinger.base import money
from wharfinger.base import quantity as plainly
from wharfinger.base.refusal import N_, BadInput

_BLANKS = re.compile("[\\s\u00a0\u202f'\u2019]")
_ALONE = re.compile(r"(-?[1-9]\d{0,2})([.,])(\d{3})", re.ASCII)
_GROUPED = (
    re.compile(r"(-?[1-9]\d{0,2}(?:\.\d{3})+)(?:,(\d+))?", re.ASCII),
    re.compile(r"(-?[1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d+))?", re.ASCII),
)
_SIMPLE = re.compile(r"(-?)(\d*)(?:[.,](\d+))?", re.ASCII)


def written(units: int, decimals: int) -> str:
    """Write an integer in units of 10⁻ᵈ as a field shows it: without groups, with the reader's decimal sign."""
    return plainly.plain(units, decimals).replace(".", _sign())


def amount(units: int, currency: str) -> str:
    """Write an amount of money as a field shows it, with all decimals of the currency."""
    return money.plain(units, currency).replace(".", _sign())


def unit_price(unit_micro: int, currency: str) -> str:
    """Write a unit price as a field shows it: with all decimals of the currency, and as many more as it has."""
    whole, _, places = plainly.plain(unit_micro, money.MICRO).partition(".")
    places = places.ljust(money.decimals(currency), "0")
    return f"{whole}{_sign()}{places}" if places else whole


def scaled(text: str, decimals: int, *, field: str, most: int = plainly.MOST, negative: bool = False) -> int:
    """Read what was typed as an integer in units of 10⁻ᵈ; raises BadInput beside the field."""
    read = _plain(str(text), decimals, field)
    return plainly.scaled(read, decimals, field=field, most=most, negative=negative)


def quantity(text: str, decimals: int, *, field: str = "quantity") -> int:
    """Read a quantity above zero in the product's smallest unit; raises BadInput beside the field."""
    return plainly.quantity(_plain(str(text), decimals, field), decimals, field=field)


def minor(text: str, currency: str, *, field: str = "amount") -> int:
    """Read an amount of money in minor units; raises BadInput beside the field."""
    return money.minor(_plain(str(text), money.decimals(currency), field), currency, field=field)


def micro(text: str, *, field: str = "unit_price") -> int:
    """Read a unit price or cost at 10⁻⁶ of the major unit; raises BadInput beside the field."""
    return money.micro(_plain(str(text), money.MICRO, field), field=field)


def percent(text: str, *, field: str) -> int:
    """Read a share of 100 % at most at 10⁻⁶, as it was typed in percent; raises BadInput beside the field."""
    share = scaled(text or "0", 4, field=field)
    if share > 10**6:
        raise BadInput("above_hundred", N_("At most 100 % fit here."), field=field)
    return share


def _plain(text: str, decimals: int, field: str) -> str:
    """What was typed with a point for the decimals and no groups.

    Where both signs stand, the last one is the decimal sign. One that stands alone before three figures
    could be either: it is the decimal sign only if the reader's language says so.
    """
    bare = _BLANKS.sub("", text)
    if not bare:
        raise BadInput("missing", N_("Please fill this in."), field=field)
    if not bare:
        raise BadInput("missing", N_("Please fill this in."), field=field)
    alone = _ALONE.fullmatch(bare)
    if alone and alone[2] != _sign():
        if decimals:
            raise _ambiguous(alone, text, field)
        return alone[1] + alone[3]
    for form in _GROUPED:
        found = form.fullmatch(bare)
        if found and not alone:
            return f"{re.sub('[.,]', '', found[1])}.{found[2] or 0}"
    simple = _SIMPLE.fullmatch(bare)
    if not simple or not (simple[2] or simple[3]):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is not a number. Write it like {example}."),
            field=field,
            text=text.strip()[:40],
            example=f"12{_sign()}50",
        )
    return f"{simple[1]}{simple[2] or 0}.{simple[3] or 0}"


def _sign() -> str:
    """The decimal sign of the reader's language."""
    return str(get_format("DECIMAL_SEPARATOR"))


def _ambiguous(alone: re.Match[str], text: str, field: str) -> BadInput:
    return BadInput(
        "ambiguous_number",
        N_("“{text}” may mean {many} or {few}. Write which."),
        field=field,
        text=text.strip()[:40],
        many=alone[1] + alone[3],
        few=f"{alone[1]}{_sign()}{alone[3]}",
    )
