"""Pure decisions about rows: which column is which, what belongs together, and what a cell says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.exchange.rules.countries import COUNTRIES
from wharfinger.exchange.rules.kinds import Kind

YES = frozenset(("yes", "y", "true", "1", "x", "ja", "j", "wahr"))
NO = frozenset(("no", "n", "false", "0", "nein", "falsch", "-"))
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_PART = re.compile(r"((\w+)\.\d+)\.(.+)")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its number as a person counts it, and what it says in our columns."""

    number: int
    cells: Mapping[str, str]
    decimal: str = "."

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def figure(self, column: str) -> str:
        """A number as we write it: without marks for thousands, with a point."""
        found = self[column].replace(" ", "").replace("\u00a0", "").replace("'", "")
        return found.replace(".", "").replace(",", ".") if self.decimal == "," else found.replace(",", "")

    def whole(self, column: str) -> int:
        """A whole number; raises BadInput otherwise."""
        found = self.figure(column).removesuffix(".0")
        if not re.fullmatch(r"-?\d{1,15}", found):
            raise BadInput(
                "not_whole",
                N_("“{text}” is no whole number. Write it like 12."),
                field=column,
                text=self[column][:40],
            )
        return int(found)

    def flag(self, column: str) -> bool:
        """Yes or no; raises BadInput otherwise."""
        found = self[column].casefold()
        if found not in YES | NO:
            raise BadInput("not_yes_or_no", N_("Write yes or no."), field=column)
        return found in YES

    def day(self, column: str) -> date | None:
        """A day, as 2026-11-30 or 30.11.2026, a time behind it left out; nothing where the cell is empty."""
        found = self[column]
        if not found:
            return None
        dotted = _DOTTED.fullmatch(found)
        iso = (
            f"{dotted[3]}-{int(dotted[2]):02d}-{int(dotted[1]):02d}" if dotted else re.split("[ T]", found)[0]
        )
        try:
            return date.fromisoformat(iso)
        except ValueError:
            raise BadInput(
                "not_a_date",
                N_("“{text}” is not a date. Write it like 2026-11-30."),
                field=column,
                text=found[:20],
            ) from None

    def country(self, column: str) -> str:
        """A country by its two letters, also where the cell has its name."""
        found = self[column]
        return found.upper() if len(found) == 2 else COUNTRIES.get(found.casefold(), found)


@dataclass(frozen=True, slots=True)
class Led:
    """An entry that rows led to: what it added that is never void, or its moves by their turn."""

    entry: int
    subject: str = ""
    moves: tuple[int, ...] | None = None
    brought: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a file changes, for the list of changes: of which row and product, what it was and is."""

    row: int
    about: str
    what: str
    """A column of the file, or ``new``, ``unknown``, ``gone``."""
    old: str = ""
    new: str = ""

    @property
    def percent(self) -> str:
        """By how much a cost rises or falls, where there was one."""
        before = Decimal(self.old or "0") if self.what == "cost" else Decimal(0)
        if not before:
            return ""
        share = (Decimal(self.new or "0") - before) * 100 / before
        return f"{share.quantize(Decimal('0.1'), ROUND_HALF_UP):+f}"


@dataclass(slots=True)
class Group:
    """The rows that speak of one thing: an order with its lines, a product with its vendors."""

    rows: list[Row]
    parts: dict[str, Row] = field(default_factory=dict)
    """Where the parts of the act come from: ``lines.2`` from its row."""

    made: list[Led] = field(default_factory=list)
    """The entries that it led to."""

    def led_to(
        self, entry: int, subject: str = "", *, moves: Sequence[int] | None = None, brought: str = ""
    ) -> None:
        """Remember an entry that it led to, so that it can be rolled back."""
        self.made.append(Led(entry, subject, tuple(moves) if moves is not None else None, brought))

    told: list[Told] = field(default_factory=list)
    """What it says otherwise than the books did."""

    @property
    def first(self) -> Row:
        """The row that names it."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not brought in."""

    row: int
    column: str
    sentence: str
    values: Mapping[str, Any]


def guess(kind: Kind, headings: Sequence[str]) -> dict[str, str]:
    """Which heading is which of our columns, by its name in English or German."""
    known = {_bare(heading): heading for heading in reversed(headings) if _bare(heading)}
    found = {}
    for column in kind.columns:
        for name in (column.name, column.label, *column.also):
            if _bare(name) in known:
                found[column.name] = known[_bare(name)]
                break
    return found


def check(kind: Kind, columns: Mapping[str, str], headings: Sequence[str]) -> None:
    """Let a mapping pass that fits the file; raises BadInput, naming our column, otherwise."""
    for name, heading in columns.items():
        if name not in kind.names():
            raise BadInput(
                "no_such_column", N_("There is no column “{name}” to map to."), field=name, name=name[:60]
            )
        if not heading.startswith("=") and heading not in headings:
            raise BadInput(
                "no_such_heading",
                N_("The file has no column “{heading}”. Choose another column."),
                field=name,
                heading=heading[:60],
            )
    for column in kind.columns:
        if column.needed and not columns.get(column.name):
            raise BadInput("column_needed", N_("Say which column of the file holds this."), field=column.name)


def groups(
    kind: Kind,
    headings: Sequence[str],
    lines: Iterable[tuple[int, Sequence[str]]],
    columns: Mapping[str, str],
    decimal: str,
) -> list[Group]:
    """What the file names, each with its rows, in the order of the file."""
    place = {heading: n for n, heading in reversed(list(enumerate(headings)))}
    found: dict[Any, Group] = {}
    for number, line in lines:
        cells = {
            name: (
                heading[1:]
                if heading.startswith("=")
                else line[place[heading]]
                if place[heading] < len(line)
                else ""
            )
            for name, heading in columns.items()
        }
        row = Row(number, {name: cell.strip() for name, cell in cells.items()}, decimal)
        key: Any = tuple(row[name].casefold() for name in kind.key if row[name]) or ("", number)
        found.setdefault(key, Group([])).rows.append(row)
    return list(found.values())


def called(kind: Kind, group: Group) -> str:
    """What the file calls a thing, by the columns that tell it apart."""
    return " · ".join(group.first[name] for name in kind.key if group.first[name])[:300]


def problem(kind: Kind, group: Group, refusal: Refusal) -> Problem:
    """A refusal of an act, said of the row and column that caused it."""
    row, column = group.first, refusal.field or ""
    part = _PART.fullmatch(column)
    if part:
        row = group.parts.get(part[1], row)
        column = kind.fields.get(f"{part[2]}.{part[3]}", part[3])
    else:
        column = kind.fields.get(column, column)
    figures = {"wanted": refusal.figure(refusal.wanted), "free": refusal.figure(refusal.free)}
    values = {name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()}
    return Problem(row.number, column, refusal.sentence, figures | values)


def _bare(heading: str) -> str:
    return "".join(c for c in heading.casefold() if c.isalnum())
