"""Reads files as people have them: CSV in any usual spelling, and XLSX, every cell as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from python_calamine import CalamineError, load_workbook

from wharfinger.base.refusal import N_, BadInput

MOST_BYTES = 20_000_000
SEPARATORS = (",", ";", "\t", "|")
RUN = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would run."""


class Sheet(NamedTuple):
    """A file as it was read: its headings, and each row that is not empty with its number."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def read(content: bytes, name: str) -> Sheet:
    """Read a file by what it is; raises BadInput when it is neither CSV nor XLSX, or has no rows."""
    if len(content) > MOST_BYTES:
        raise BadInput("file_too_large", N_("At most 20 MB are taken. Split the file."), field="file")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        table = _workbook(content)
    elif name.casefold().endswith((".xlsx", ".xls", ".ods")):
        raise BadInput("not_a_workbook", N_("This is no workbook. Save it as XLSX or CSV."), field="file")
    else:
        table = _csv(content)
    rows = [(n, cells) for n, cells in enumerate(table, 1) if any(cell.strip() for cell in cells)]
    if len(rows) < 2:
        raise BadInput(
            "file_empty", N_("The file has no rows. The first row names the columns."), field="file"
        )
    return Sheet([cell.strip() for cell in rows[0][1]], rows[1:])


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    if len(said := first.strip()) == 5 and said.startswith("sep="):
        # What Excel writes above the headings to say how they are parted.
        text, separator = rest, said[-1]
    else:
        outside = re.sub(r'"[^"]*"', "", first)
        separator = max(SEPARATORS, key=outside.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return [[_unguarded(cell) for cell in row] for row in rows]
    except csv.Error as error:
        raise BadInput(
            "not_csv", N_("This is no whole CSV file: {why}."), field="file", why=str(error)
        ) from None


def _unguarded(cell: str) -> str:
    """A text without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in RUN else cell


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput("not_text", N_("This file is no text. Save it as CSV in UTF-8, or as XLSX."), field="file")


def _workbook(content: bytes) -> list[list[str]]:
    try:
        with load_workbook(io.BytesIO(content)) as book:
            # Rows keep their numbers: empty ones above the first are not left out.
            found: Sequence[Sequence[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise BadInput(
            "not_a_workbook", N_("This is no workbook. Save it as XLSX or CSV."), field="file"
        ) from error
    return [[_text(cell) for cell in row] for row in found]


def _text(cell: Any) -> str:
    """A cell as it would be typed: 4711 and not 4711.0, a day without a clock."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ")
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    shortest = Decimal(str(cell))
    return (
        f"{shortest.to_integral_value():f}" if shortest == shortest.to_integral_value() else f"{shortest:f}"
    )
