"""Each line of other systems that we say we hold is shown by a test that there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "development" / "lines.md"
ROW = re.compile(r"^\| ([A-Z]{1,2}-?\d{2,3}) \| [^|]+ \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str]]:
    """Lines and what shows them."""
    return ROW.findall(PAGE.read_text())


@pytest.mark.parametrize(("line", "shown"), rows())
def test_what_shows_a_line_is_there(line: str, shown: str) -> None:
    named = re.findall(r"`([\w./]+)(?:::(\w+))?`", shown)
    assert named, f"{line}: {shown}"
    for file, test in named:
        assert (ROOT / file).is_file(), f"{line}: {file} is not there"
        assert not test or f"def {test}(" in (ROOT / file).read_text(), f"{line}: {file} has no {test}"


def test_every_row_is_read_and_stands_in_its_turn() -> None:
    lines = [line for line, _ in rows()]
    assert len(lines) == PAGE.read_text().count("\n| ") - 1
    assert lines == sorted(set(lines), key=lambda line: (line.rstrip("0123456789"), len(line), line))
