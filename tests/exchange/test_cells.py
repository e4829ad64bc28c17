"""Numbers, days and headings as people and systems write them."""

from __future__ import annotations

from datetime import date

import pytest

from wharfinger.base.refusal import BadInput
from wharfinger.exchange import sheets
from wharfinger.exchange.rules import Row, cells, headings
from wharfinger.exchange.rules.kinds import KINDS


@pytest.mark.parametrize(
    ("text", "decimal", "figure"),
    [
        ("1234.5", ".", "1234.5"),
        ("1,234.50", ".", "1234.50"),
        ("$1,234.50", ".", "1234.50"),
        ("1.234,50 €", ",", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("-12,5", ",", "-12.5"),
        ("19 %", ".", "19"),
        (".0000", ".", "0.0000"),
        ("-,5", ",", "-0.5"),
        ("5.", ".", "5"),
        ("12.5", ",", None),
        ("1,5", ".", None),
        ("1.23.456", ",", None),
        ("zwölf", ".", "zwölf"),
    ],
)
def test_a_number_is_read_as_the_file_writes_them(text: str, decimal: str, figure: str | None) -> None:
    assert cells.figure(text, decimal) == figure


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["12,50", "3"], ","),
        (["1.234,5", "7"], ","),
        (["12.50", "1,234.56"], "."),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["1.234", "12"], None),
        (["Screws", ""], None),
        (["1,5", "1.5"], None),
    ],
)
def test_the_numbers_of_a_file_tell_how_they_are_written(texts: list[str], decimal: str | None) -> None:
    assert cells.decimal_of(texts) == decimal


@pytest.mark.parametrize(
    ("text", "dates", "day"),
    [
        ("2026-11-30", "dmy", date(2026, 11, 30)),
        ("2026-11-30 12:30:00", "dmy", date(2026, 11, 30)),
        ("2026-11-30T12:30:00", "dmy", date(2026, 11, 30)),
        ("2026/11/30", "dmy", date(2026, 11, 30)),
        ("20261130", "dmy", date(2026, 11, 30)),
        ("30.11.2026", "mdy", date(2026, 11, 30)),
        ("3/4/2026", "dmy", date(2026, 4, 3)),
        ("3/4/2026", "mdy", date(2026, 3, 4)),
        ("3-4-26", "dmy", date(2026, 4, 3)),
        ("30 Nov 2026", "dmy", date(2026, 11, 30)),
        ("30. Dezember 2026", "dmy", date(2026, 12, 30)),
        ("Nov 30, 2026", "dmy", date(2026, 11, 30)),
        ("13/13/2026", "dmy", None),
        ("soon", "dmy", None),
    ],
)
def test_a_day_is_read_as_the_file_writes_them(text: str, dates: str, day: date | None) -> None:
    assert cells.day(text, dates) == day


def test_the_days_of_a_file_tell_how_they_are_written() -> None:
    assert cells.dates_of(["1/2/2026", "30/2/2026"]) == "dmy"
    assert cells.dates_of(["1/2/2026", "2/30/2026"]) == "mdy"
    assert cells.dates_of(["1/2/2026", "2026-01-31"]) is None


def test_a_number_whose_marks_stand_wrong_is_refused_with_its_column() -> None:
    with pytest.raises(BadInput) as refused:
        Row(2, {"price": "12.5"}, ",").figure("price")
    assert (refused.value.code, refused.value.field) == ("marks_stand_wrong", "price")


@pytest.mark.parametrize(
    ("content", "heading", "cell"),
    [
        ("a;b\r\n1;2\r\n", "b", "2"),
        ("sep=;\r\na;b\r\n1;2\r\n", "b", "2"),
        ('"a,b,c";d\n1;2\n', "d", "2"),
        ("a\tb\n1\t2\n", "b", "2"),
        ("a|b\n1|2\n", "b", "2"),
        ("a,b\n1,'=2+3\n", "b", "=2+3"),
        ("a,b\n1,'til noon\n", "b", "'til noon"),
    ],
)
def test_how_a_file_parts_its_cells_is_seen(content: str, heading: str, cell: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        sheet = sheets.read(content.encode(encoding), "x.csv")
        assert sheet.rows[0][1][sheet.headings.index(heading)] == cell


@pytest.mark.parametrize("kind", KINDS)
def test_the_headings_of_our_own_files_tell_what_they_hold(kind: str) -> None:
    columns = [column.name for column in KINDS[kind].leaving()]
    assert headings.kind_of(KINDS.values(), columns, "x.csv") == kind
    assert headings.left(columns, headings.guess(KINDS[kind], columns), kind) == []


def test_headings_that_tell_nothing_are_not_guessed() -> None:
    assert headings.kind_of(KINDS.values(), ["Farbe", "Form"], "x.csv") == ""
