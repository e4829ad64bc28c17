"""Pure decisions about cells: numbers and days as people and systems write them, and how a whole file does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

DECIMALS = (".", ",")
DATES = ("dmy", "mdy")
"""Whether 3/4/2026 is in April or in March."""
_MARKS = str.maketrans("", "", " \u00a0\u202f'’€$£%")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_STROKED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
_NAMED = re.compile(
    r"(\d{1,2})[. -]+([a-zä]{3})[a-z]*[.]?[ -]+(\d{4})|([a-zä]{3})[a-z]*[.]? (\d{1,2}), (\d{4})"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_GERMAN = {"mär": "mar", "mrz": "mar", "mai": "may", "okt": "oct", "dez": "dec"}


def figure(text: str, decimal: str) -> str | None:
    """A number with a point, its marks for thousands and signs of currency left out; None where those stand wrong."""
    bare = text.translate(_MARKS)
    other = "," if decimal == "." else "."
    if other in bare and not re.fullmatch(
        rf"-?\d{{1,3}}({re.escape(other)}\d{{3}})+({re.escape(decimal)}\d*)?", bare
    ):
        return None
    # Some systems write .5, or 5. with nothing behind the point.
    found = bare.replace(other, "").replace(decimal, ".").removesuffix(".")
    return re.sub(r"^(-?)\.", r"\g<1>0.", found)


def decimal_of(texts: Iterable[str]) -> str | None:
    """Which sign numbers of a file have before their decimals; None where they tell nothing."""
    told = {".": 0, ",": 0}
    for text in texts:
        bare = text.translate(_MARKS)
        if not re.fullmatch(r"-?[\d.,]+", bare):
            continue
        last = max(bare.rfind("."), bare.rfind(","))
        if last < 0:
            continue
        both = "." in bare and "," in bare
        thousands = bare.count(bare[last]) > 1 or len(bare) - last - 1 == 3
        if both or not thousands:
            told[bare[last]] += 1
        elif bare.count(bare[last]) > 1:
            told["," if bare[last] == "." else "."] += 1
    if told["."] == told[","]:
        return None
    return max(told, key=lambda sign: told[sign])


def day(text: str, dates: str) -> date | None:
    """A day, a time behind it left out; None where it is none."""
    found = text.strip().casefold()
    if dotted := _DOTTED.match(found):
        return _day(dotted[3], dotted[2], dotted[1])
    if stroked := _STROKED.match(found):
        first, second, year = stroked.groups()
        month, in_month = (first, second) if dates == "mdy" else (second, first)
        return _day(year if len(year) == 4 else f"20{year}", month, in_month)
    if named := _NAMED.match(found):
        name, in_month, year = (named[2], named[1], named[3]) if named[1] else (named[4], named[5], named[6])
        name = _GERMAN.get(name, name)
        return _day(year, str(_MONTHS.index(name) + 1), in_month) if name in _MONTHS else None
    bare = re.split("[ t]", found.replace("/", "-"))[0]
    try:
        return date.fromisoformat(bare)
    except ValueError:
        return None


def dates_of(texts: Iterable[str]) -> str | None:
    """In which order days of a file have day and month; None where they tell nothing."""
    for text in texts:
        stroked = _STROKED.match(text.strip())
        if stroked and int(stroked[1]) > 12:
            return "dmy"
        if stroked and int(stroked[2]) > 12:
            return "mdy"
    return None


def _day(year: str, month: str, in_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(in_month))
    except ValueError:
        return None
