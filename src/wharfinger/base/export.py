"""A list as a file: the columns that are shown, every row that the filters leave."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.translation import gettext

from wharfinger.base import clock, configuration, money
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.stages import STAGES

if TYPE_CHECKING:
    from wharfinger.base.table import Column, Row

MOST = 100_000
"""More rows than this make a file that no spreadsheet opens in good time."""


def plain(kind: str, value: Any) -> str | int | Decimal:
    """A cell without its looks: numbers as numbers, days as 2026-11-30."""
    if value is None:
        return ""
    match kind:
        case "link" | "told":
            return str(value[0])
        case "links" | "stage_bar":
            return _several(kind, value)
        case "chip" | "picture":
            return str(value[1])
        case "noted":
            return " · ".join(filter(None, (value[0], *value[1].splitlines())))
        case "number":
            return int(value)
        case "held":
            return plain("quantity", value[:2])
        case "quantity":
            return Decimal(value[0]).scaleb(-value[1])
        case "money":
            return Decimal(value[0]).scaleb(-money.decimals(value[1]))
        case "price":
            return Decimal(value[0]).scaleb(-money.MICRO)
    if isinstance(value, (date, datetime)):
        return (
            value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime) else value.isoformat()
        )
    return str(value)


def _several(kind: str, value: Any) -> str:
    """A cell of several things, one after another."""
    if kind == "links":
        return ", ".join(words for words, _to in value)
    return ", ".join(
        f"{gettext(words)} {Decimal(value[0][stage]).scaleb(-value[1])}"
        for stage, words in STAGES.items()
        if value[0].get(stage)
    )


def answer(form: str, name: str, title: str, columns: Sequence[Column], rows: Iterable[Row]) -> HttpResponse:
    """The file as a download; raises BadInput when the list is too long for one."""
    table = [[gettext(column.label) for column in columns]]
    for row in rows:
        if len(table) > MOST:
            raise BadInput(
                "too_many_rows", N_("More than {most} rows: narrow the list with a filter first."), most=MOST
            )
        table.append([plain(column.kind, row.cells.get(column.key)) for column in columns])  # type: ignore[misc]
    content, media = WRITERS[form](table, title)
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = (
        f'attachment; filename="{name}-{clock.today(configuration.one("time_zone")):%Y-%m-%d}.{form}"'
    )
    return response


def _csv(table: Sequence[Sequence[Any]], title: str) -> tuple[bytes, str]:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in table:
        writer.writerow([harmless(cell) for cell in row])
    return ("\ufeff" + out.getvalue()).encode(), "text/csv; charset=utf-8"


def harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _xlsx(table: Sequence[Sequence[Any]], title: str) -> tuple[bytes, str]:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, bold = (
            book.add_worksheet(title.translate({ord(c): " " for c in "[]:*?/\\'"})[:31]),
            book.add_format({"bold": True}),
        )
        for at, row in enumerate(table):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell, bold if at == 0 else None)
                else:
                    sheet.write_number(at, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return out.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


WRITERS = {"csv": _csv, "xlsx": _xlsx}
