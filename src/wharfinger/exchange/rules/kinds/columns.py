"""What a kind of file is: its columns, what a cell of each may say, and what tells its things apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Form = Literal["text", "figure", "whole", "flag", "day"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ours: its name in files, its label, and other headings that mean the same."""

    name: str
    label: str
    also: tuple[str, ...] = ()
    needed: bool = False
    form: Form = "text"
    """What its cells are: figures leave the house as numbers and days as days where a file knows these."""
    example: str = ""
    """What the example of an empty file says here."""
    help: str = ""
    """What is not said by label and form."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Where only certain words may stand: ours, and what others write instead, each with ours."""
    leaves: bool = True
    """Whether an export has it; what is a file of its own is only read here."""

    def choices(self) -> list[str]:
        """The words that may stand in it."""
        return list(dict.fromkeys(self.words.values()))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file."""

    name: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns that tell one thing from another; rows that agree in them are one thing."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Our columns by the fields of the acts, where they are called otherwise."""
    permission: str = ""
    """What somebody needs besides, to have it as a file."""

    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """One of its columns."""
        return next(column for column in self.columns if column.name == name)

    def leaving(self) -> list[Column]:
        """The columns that an export has."""
        return [column for column in self.columns if column.leaves]


def words(**ours: str) -> dict[str, str]:
    """The words of a column: each of ours with what others write for it, between bars."""
    return {
        said.strip().casefold(): word
        for word, others in ours.items()
        for said in (word, *filter(None, others.split("|")))
    }
