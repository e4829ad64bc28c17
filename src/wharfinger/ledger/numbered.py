"""How a number is written by its pattern, with the year where the pattern names it."""

from __future__ import annotations

import re

YEARLY = "{yy"
"""What a pattern has that names the year: ``{yyyy}``, or ``{yy}`` for its last two digits."""


CHECKED = "{check}"
"""What a pattern ends with whose numbers have a check digit."""


def said(pattern: str, n: int, year: int) -> str:
    """The number of these figures, given in that year."""
    if pattern.endswith(CHECKED):
        digits = pattern.removesuffix(CHECKED).format(n=n)
        return f"{digits}{check_digit(digits)}"
    return pattern.format(n=n, **_year(year))


def check_digit(digits: str) -> int:
    """The last digit of a number of GS1, from those before it (GS1 General Specifications §7.9)."""
    return -sum(int(d) * (1 if n % 2 else 3) for n, d in enumerate(reversed(digits))) % 10


def within(pattern: str, year: int) -> str:
    """The pattern in that year, with its figures still open."""
    for name, text in _year(year).items():
        pattern = pattern.replace(f"{{{name}}}", text)
    return pattern


def of_year(series: str, year: int) -> str:
    """The counter that has the figures of a year."""
    return f"{series}:{year}"


def form(pattern: str) -> re.Pattern[str]:
    """By which a number of this pattern, of whatever year, is known; its group are the figures."""
    text = re.escape(pattern).replace(r"\{yyyy\}", "[0-9]{4}").replace(r"\{yy\}", "[0-9]{2}")
    return re.compile(re.sub(r"\\\{n(:0[1-9])?\\\}", "([0-9]{1,18})", text))


def _year(year: int) -> dict[str, str]:
    return {"yyyy": f"{year:04}", "yy": f"{year % 100:02}"}
