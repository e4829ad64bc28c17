"""Each reference case is shown by a test that there is, or says which subject comes later."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "development" / "cases.md"
ROW = re.compile(r"^\| ((?:[RFPCTSM]\d\d ?)+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
LATER = re.compile(r"^later: (stock|selling|buying|billing|after sale)$|^not offered: .+$")
COUNTS = {"R": 22, "F": 15, "P": 9, "C": 18, "T": 15, "S": 9, "M": 3}
"""How many cases there are of each kind."""


def rows() -> list[tuple[str, str]]:
    """Cases and what shows them."""
    return ROW.findall(PAGE.read_text())


@pytest.mark.parametrize(("cases", "shown"), rows())
def test_what_shows_a_case_is_there(cases: str, shown: str) -> None:
    named = re.match(r"^`([\w./]+)(?:::(\w+))?`$", shown)
    if named is None:
        assert LATER.match(shown), f"{cases}: {shown}"
        return
    file = ROOT / named[1]
    assert file.is_file(), f"{cases}: {named[1]} is not there"
    if named[2]:
        assert f"def {named[2]}(" in file.read_text(), f"{cases}: {named[1]} has no {named[2]}"


def test_what_shows_our_decisions_is_there() -> None:
    told = PAGE.read_text().partition("## Decided by ourselves")[2]
    named = re.findall(r"^\| [^|`]+ \| `([\w./]+)(?:::(\w+))?` \|$", told, re.MULTILINE)
    assert len(named) >= 12
    for file, test in named:
        assert (ROOT / file).is_file(), file
        assert f"def {test}(" in (ROOT / file).read_text() or not test, test


def test_every_case_stands_in_the_table_once() -> None:
    found = [case for cases, _ in rows() for case in cases.split()]
    assert len(found) == len(set(found))
    assert {kind: sum(case[0] == kind for case in found) for kind in COUNTS} == COUNTS
