"""The files that other systems give away: how they are recognised, and what of them is taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Take:
    """A column of theirs, and what its words mean in ours; a word that is not told says what it says."""

    heading: str
    words: Mapping[str, str] = field(default_factory=dict)
    only: bool = False
    """Whether a word that is not told says nothing."""

    def said(self, cell: str) -> str:
        """What a cell of theirs says in our words."""
        return self.words.get(cell.casefold(), "" if self.only else cell)


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
    source: str = ""
    """Where its headings are told."""

    def takes(self, name: str, heading: str) -> tuple[Take, ...]:
        """How a column of ours is read from one of theirs; nothing where somebody chose another."""
        takes = self.columns.get(name, ())
        return takes if heading and bare(heading) in {bare(one.heading) for one in takes} else ()


def bare(heading: str) -> str:
    """A heading as it is compared: letters and digits alone."""
    return "".join(c for c in heading.casefold() if c.isalnum())


SYSTEMS: tuple[System, ...] = ()


def recognised(headings: Sequence[str], kind: str = "") -> System | None:
    """Whose file this is, by headings that only it has; of this kind where one is named."""
    there = {bare(heading) for heading in headings}
    for system in SYSTEMS:
        if kind in ("", system.kind) and any(there >= {bare(one) for one in row} for row in system.by):
            return system
    return None
