"""Pure decisions about rows: which column is which, what belongs together, and what a cell says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.exchange.rules import cells, systems
from wharfinger.exchange.rules.countries import COUNTRIES
from wharfinger.exchange.rules.kinds import Kind

YES = frozenset(("yes", "y", "true", "1", "x", "ja", "j", "wahr"))
NO = frozenset(("no", "n", "false", "0", "nein", "falsch", "-"))
_PART = re.compile(r"((\w+)\.\d+)\.(.+)")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its number as a person counts it, and what it says in our columns."""

    number: int
    cells: Mapping[str, str]
    decimal: str = "."
    dates: str = "dmy"

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def figure(self, column: str) -> str:
        """A number as we write it: without marks for thousands, with a point; raises BadInput where they stand wrong."""
        found = cells.figure(self[column], self.decimal)
        if found is None:
            raise BadInput(
                "marks_stand_wrong",
                N_("“{text}” has points or commas where none belong. Say how numbers are written here."),
                field=column,
                text=self[column][:40],
            )
        return found

    def whole(self, column: str) -> int:
        """A whole number; raises BadInput otherwise."""
        found = re.sub(r"\.0*$", "", self.figure(column))
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
        """A day, as 2026-11-30, 30.11.2026 or 30/11/2026, a time behind it left out; nothing where the cell is empty."""
        if not self[column]:
            return None
        found = cells.day(self[column], self.dates)
        if found is None:
            raise BadInput(
                "not_a_date",
                N_("“{text}” is not a date. Write it like 2026-11-30."),
                field=column,
                text=self[column][:20],
            )
        return found

    def said(self, kind: Kind, *columns: str) -> dict[str, Any]:
        """What the cells of these columns say that are not empty, each as its form is kept."""
        read = {"figure": self.figure, "whole": self.whole, "flag": self.flag, "day": self.day}
        return {
            name: read.get(kind.column(name).form, self.__getitem__)(name) for name in columns if self[name]
        }

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


def groups(
    kind: Kind,
    headings: Sequence[str],
    lines: Iterable[tuple[int, Sequence[str]]],
    columns: Mapping[str, str],
    decimal: str,
    dates: str = "dmy",
) -> list[Group]:
    """What the file names, each with its rows, in the order of the file."""
    read = {name: reader(kind, name, heading, headings) for name, heading in columns.items()}
    system = systems.recognised(headings, kind.name)
    found: dict[Any, Group] = {}
    last: Group | None = None
    for number, line in lines:
        row = Row(number, {name: cell(line) for name, cell in read.items()}, decimal, dates)
        key: Any = tuple(row[name].casefold() for name in kind.key if row[name]) or ("", number)
        if last is not None and system is not None and system.continues and key == ("", number):
            last.rows.append(row)
            continue
        last = found.setdefault(key, Group([]))
        last.rows.append(row)
    return list(found.values())


def reader(kind: Kind, name: str, heading: str, headings: Sequence[str]) -> Callable[[Sequence[str]], str]:
    """How a column of ours is read from a line: the same text everywhere, a cell, or as a system writes it."""
    if heading.startswith("="):
        return lambda line: heading[1:].strip()
    place = {one: n for n, one in reversed(list(enumerate(headings)))}
    words = kind.column(name).words
    system = systems.recognised(headings, kind.name)
    takes = system.takes(name, heading) if system is not None else ()
    if not takes:
        at = place[heading]
        return lambda line: _in_our_words(_cell(line, at), words)
    known = {systems.bare(one): n for one, n in place.items()}
    at_each = [(known[systems.bare(one.heading)], one) for one in takes if systems.bare(one.heading) in known]

    def read(line: Sequence[str]) -> str:
        for at, take in at_each:
            if found := _in_our_words(take.said(_cell(line, at)), words):
                return found
        return ""

    return read


def _cell(line: Sequence[str], at: int) -> str:
    return line[at].strip() if at < len(line) else ""


def _in_our_words(said: str, words: Mapping[str, str]) -> str:
    return words.get(said.casefold(), said) if words else said


def called(kind: Kind, group: Group) -> str:
    """What the file calls a thing, by the columns that tell it apart."""
    return " · ".join(group.first[name] for name in kind.key if group.first[name])[:300]


def problem(kind: Kind, group: Group, refusal: Refusal) -> Problem:
    """A refusal of an act, said of the row and column that caused it."""
    row, column = group.first, refusal.field or ""
    part = _PART.fullmatch(column)
    if part and (inner := _PART.fullmatch(part[3])):
        # The line of one sale among many: a group is one sale.
        part = inner
    if part:
        row = group.parts.get(part[1], row)
        column = kind.fields.get(f"{part[2]}.{part[3]}", part[3])
    else:
        column = kind.fields.get(column, column)
    figures = {"wanted": refusal.figure(refusal.wanted), "free": refusal.figure(refusal.free)}
    values = {name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()}
    return Problem(row.number, column, refusal.sentence, figures | values)
