"""What is known of a file of another system, and how a column of it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

OFF = dict.fromkeys(("false", "no", "n", "0", "inactive", "nein", "falsch"), "yes")
"""A column that says whether something is in use, read as whether it is retired."""
ON = dict.fromkeys(("true", "yes", "y", "1", "ja", "wahr"), "yes")
"""A column that says whether something is retired."""
PIECES = dict.fromkeys(("unit", "units", "unit(s)", "nos", "ea", "ea.", "each", "piece", "pcs"), "pc")
"""What others call a piece."""


def each(word: str) -> dict[str, str]:
    """A column that says yes, read as this word."""
    return dict.fromkeys(ON, word)


@dataclass(frozen=True, slots=True)
class Take:
    """A column of theirs, and what its words mean in ours; a word that is not told says what it says."""

    heading: str
    words: Mapping[str, str] = field(default_factory=dict)
    only: bool = False
    """Whether a word that is not told says nothing."""
    part: str = ""
    """The part of the cell that is meant, as a pattern with one group."""
    times: int = 1
    """How many of ours one of theirs is: 1000 grams in a kilogram."""

    def said(self, cell: str) -> str:
        """What a cell of theirs says in our words."""
        found = self.words.get(cell.casefold(), "" if self.only else cell)
        if self.part and found:
            there = re.match(self.part, found)
            found = there[1].strip() if there else ""
        if self.times != 1 and found:
            try:
                figure = Decimal(found.replace(",", ".")) * self.times
            except InvalidOperation:
                return found
            return f"{figure:f}".rstrip("0").rstrip(".") if figure else ""
        return found


@dataclass(frozen=True, slots=True)
class System:
    """A file of a system."""

    name: str
    """What the system is called."""
    file: str
    """What it calls the file."""
    kind: str
    by: tuple[tuple[str, ...], ...]
    """The headings that only this file has: all of one of these rows."""
    columns: Mapping[str, tuple[Take, ...]]
    """Our column → theirs; where it has several, the first that says something."""
    always: Mapping[str, str] = field(default_factory=dict)
    """What every row says besides, in our columns."""
    continues: bool = False
    """Whether a row that names nothing goes on with the one above it."""
    source: str = ""
    """Where its headings are told; nothing where they are known from use alone."""

    def takes(self, name: str, heading: str) -> tuple[Take, ...]:
        """How a column of ours is read from one of theirs; nothing where somebody chose another."""
        takes = self.columns.get(name, ())
        return takes if bare(heading) in {bare(one.heading) for one in takes} else ()


def bare(heading: str) -> str:
    """A heading as it is compared: letters and digits alone."""
    return "".join(c for c in heading.casefold() if c.isalnum())


def named(*headings: str) -> tuple[Take, ...]:
    """A column of theirs by its name, or by one of several."""
    return tuple(Take(one) for one in headings)
