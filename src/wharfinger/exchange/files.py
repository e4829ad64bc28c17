"""Lists as files: CSV and XLSX, row by row, with numbers as numbers and days as days; and all of them in one archive."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext

from wharfinger.base.access import Actor
from wharfinger.base.export import harmless
from wharfinger.base.refusal import N_
from wharfinger.exchange import lists
from wharfinger.exchange.rules.kinds import Column, Kind

Rows = Iterable[Mapping[str, Any]]
FORMS = ("csv", "xlsx")
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
MOST_ROWS = 1_048_575
"""What a sheet of a workbook holds below its headings; a longer list goes on in the next sheet."""


def csv_lines(kind: Kind, rows: Rows) -> Iterator[str]:
    """A list as CSV in UTF-8, line by line; a mark in front lets spreadsheets know."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = kind.leaving()
    out.write("\ufeff")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_text(column, row.get(column.name)) for column in columns])
        if out.tell() > 60_000:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def workbook(out: IO[bytes] | Path, kind: Kind, rows: Rows) -> int:
    """Write a list as XLSX, one row in memory at a time; how many rows it has."""
    target: Any = str(out) if isinstance(out, Path) else out
    written = 0
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        formats = _formats(book)
        sheet = None
        columns = kind.leaving()
        for written, row in enumerate(rows, 1):
            at = (written - 1) % MOST_ROWS
            if sheet is None or at == 0:
                sheet = _sheet(book, kind, columns, formats, n=(written - 1) // MOST_ROWS)
            for n, column in enumerate(columns):
                _write(sheet, at + 1, n, column, row.get(column.name), formats)
        if sheet is None:
            _sheet(book, kind, columns, formats, n=0)
    return written


def folder(actor: Actor, into: Path, form: str = "csv") -> dict[str, int]:
    """Write every list that somebody may take out into a folder; how many rows each has."""
    into.mkdir(parents=True, exist_ok=True)
    written = {}
    for kind in lists.leaving(actor):
        rows = _Counted(lists.rows_of(actor, kind.name))
        path = into / f"{kind.name}.{form}"
        draft = path.with_suffix(".part")
        if form == "csv":
            with draft.open("w", encoding="utf-8", newline="") as out:
                out.writelines(csv_lines(kind, rows))
        else:
            workbook(draft, kind, rows)
        draft.rename(path)
        written[kind.name] = rows.n
    return written


def archive(actor: Actor, out: IO[bytes], form: str = "csv") -> dict[str, int]:
    """Write the whole company into one archive, a file for each list; how many rows each has."""
    with TemporaryDirectory() as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        written = folder(actor, Path(made), form)
        for name in written:
            packed.write(Path(made) / f"{name}.{form}", f"{name}.{form}")
    return written


class _Counted:
    """Rows that are counted while they go by."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.n = rows, 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for row in self.rows:
            self.n += 1
            yield row


def _text(column: Column, value: Any) -> Any:
    """A cell of CSV: as an import reads it, and nothing that a spreadsheet would run."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column.form in ("figure", "whole"):
        return str(value)
    return value.isoformat() if isinstance(value, date) else harmless(str(value))


def _write(sheet: Any, row: int, n: int, column: Column, value: Any, formats: Mapping[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, n, "yes" if value else "no")
    elif column.form in ("figure", "whole"):
        figure = Decimal(str(value))
        # More digits than a workbook keeps exactly stay text.
        if len(figure.as_tuple().digits) > 15:
            sheet.write_string(row, n, str(value))
        else:
            sheet.write_number(row, n, figure)
    elif isinstance(value, date):
        sheet.write_datetime(row, n, value, formats["day"])
    else:
        sheet.write_string(row, n, str(value))


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _sheet(book: Any, kind: Kind, columns: Sequence[Column], formats: Mapping[str, Any], *, n: int) -> Any:
    sheet = book.add_worksheet(f"{kind.name}{n + 1 if n else ''}"[:31])
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, 12 if column.form != "text" else 22)
        sheet.write_string(0, at, column.name, formats["head"])
    return sheet


SAID = {
    "figure": N_("A number."),
    "whole": N_("A whole number."),
    "flag": N_("yes or no."),
    "day": N_("A day, like 2026-11-30."),
}
"""What may stand in a column, by its form."""


def template_csv(kind: Kind) -> str:
    """A file to fill in: the columns of a kind, and one row as an example."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(kind.names())
    writer.writerow([column.example for column in kind.columns])
    return "\ufeff" + out.getvalue()


def template_xlsx(kind: Kind) -> bytes:
    """The same as a workbook, with a sheet that says what stands in each column."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        formats = _formats(book)
        sheet = book.add_worksheet(kind.name[:31])
        sheet.freeze_panes(1, 0)
        for n, column in enumerate(kind.columns):
            sheet.set_column(n, n, max(12, len(column.name) + 2, len(column.example) + 2))
            sheet.write_string(0, n, column.name, formats["head"])
            example: Any = column.example
            if column.form == "day" and example:
                example = date.fromisoformat(example)
            _write(sheet, 1, n, column, example, formats)
        told = book.add_worksheet(gettext("Columns")[:31])
        told.freeze_panes(1, 0)
        heads = (
            gettext("Column"),
            gettext("Means"),
            gettext("Needed"),
            gettext("What it holds"),
            gettext("Example"),
        )
        for n, (head, width) in enumerate(zip(heads, (24, 28, 10, 70, 24), strict=True)):
            told.set_column(n, n, width)
            told.write_string(0, n, head, formats["head"])
        for at, column in enumerate(kind.columns, 1):
            cells = (
                column.name,
                gettext(column.label),
                gettext("yes") if column.needed else "",
                holds(column),
                column.example,
            )
            for n, cell in enumerate(cells):
                told.write_string(at, n, cell, formats["wrap"])
    return out.getvalue()


def holds(column: Column) -> str:
    """What may stand in a column, in the reader's words."""
    words = column.choices()
    first = (
        gettext("One of: {words}.").format(words=", ".join(words))
        if words
        else gettext(SAID[column.form])
        if column.form in SAID
        else ""
    )
    return " ".join(filter(None, (first, gettext(column.help) if column.help else "")))
