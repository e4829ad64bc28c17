"""The rows of Online Retail, and what each of them is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet

CODE = re.compile(r"\d{5}[A-Z]*|DCGS.*|PADS")
"""What a code of goods looks like, in capitals; the others are postage, charges, vouchers and the like."""
FOUND, LOST, SOLD, BACK = "found", "lost", "sold", "back"
NOT_BOOKED = {
    "bad debt": "invoices that begin with A: bad debt written off, and its correction",
    "money back": "credit invoices of postage, charges, discounts and the like: money without goods",
    "nothing": "postage, charges and vouchers at no price and for nobody",
}
"""Kinds of rows that neither move goods nor sell anything."""


class Row(NamedTuple):
    """A line of an invoice."""

    kind: str
    sku: str
    quantity: int
    """As the file has it: below zero for what comes back or was lost."""
    price_micro: int
    description: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice, a credit invoice, or a correction of stock."""

    number: str
    day: date
    customer: str
    country: str
    rows: tuple[Row, ...]

    def of(self, kind: str) -> list[Row]:
        """Its rows of one kind."""
        return [row for row in self.rows if row.kind == kind]


def kind_of(number: str, sku: str, quantity: int, price: Decimal, customer: str) -> str:
    """What a row is: sold, back, found, lost, or one of ``NOT_BOOKED``."""
    goods = CODE.fullmatch(sku) is not None
    if number.startswith("A"):
        return "bad debt"
    if number.startswith("C"):
        return BACK if goods else "money back"
    if quantity > 0 and (price or customer):
        return SOLD
    if not goods:
        return "nothing"
    return FOUND if quantity > 0 else LOST


def invoices(file: Path) -> Iterator[Invoice]:
    """The invoices in the order of the file, which is the order of time."""
    names = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    table = pyarrow.parquet.read_table(file, columns=[*names, "Country"])
    rows = zip(*(table.column(name).to_pylist() for name in (*names, "Country")), strict=True)
    most = int(os.environ.get("RETAIL_DAYS", "0"))
    for n, (day, of_day) in enumerate(groupby(rows, key=lambda row: row[4][:10])):
        if most and n == most:
            return
        # An invoice of one day may stand in several pieces.
        together: dict[str, list[tuple[str, ...]]] = {}
        for line in of_day:
            together.setdefault(line[0], []).append(line)
        for number, lines in together.items():
            customer, country = _number(lines[0][6]), lines[0][7]
            yield Invoice(
                number,
                date.fromisoformat(day),
                customer or f"Cash {country}",
                country,
                tuple(_row(number, customer, line) for line in lines),
            )


def _number(customer: str | None) -> str:
    return "" if customer in (None, "", "nan") else str(customer).partition(".")[0]


def _row(number: str, customer: str, line: tuple[str, ...]) -> Row:
    sku, quantity, price = line[1].strip().upper(), int(line[3]), Decimal(line[5])
    kind = kind_of(number, sku, quantity, price, customer)
    return Row(kind, sku, quantity, int(price * 10**6), (line[2] or "").strip())
