"""What labels are printed on: rolls of any size, and A4 sheets with so many labels across and down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wharfinger.base.refusal import N_, BadInput


@dataclass(frozen=True, slots=True)
class Paper:
    """A page and the labels on it, in hundredths of a millimetre."""

    width: int
    height: int
    columns: int = 1
    rows: int = 1
    left: int = 0
    top: int = 0
    between: int = 0
    """From one column to the next; rows touch."""

    @property
    def page(self) -> tuple[int, int]:
        """Width and height of the page: the label itself on a roll."""
        return (self.width, self.height) if self.columns * self.rows == 1 else A4


ROLL = Paper(6200, 2900)
"""The usual roll."""
A4 = (21000, 29700)
ROLLS = ("62x29", "54x25", "57x32", "38x25", "76x51", "100x50")
SHEETS = {
    "a4-3x7": Paper(6350, 3810, 3, 7, 725, 1515, 250),
    "a4-2x7": Paper(9910, 3810, 2, 7, 465, 1515, 250),
    "a4-4x10": Paper(4850, 2540, 4, 10, 800, 2150),
    "a4-5x13": Paper(3810, 2120, 5, 13, 475, 1070, 250),
}
"""Sheets whose labels have gaps; any other parts the whole sheet evenly."""
NAMES = (*(f"roll-{size}" for size in ROLLS), "a4-3x8", *SHEETS, "a4-2x4")
"""Those that are offered; others can be named."""
USUAL = NAMES[0]
_ROLL = re.compile(r"roll-(\d{2,3})x(\d{2,3})")
_SHEET = re.compile(r"a4-(\d{1,2})x(\d{1,2})")


def paper_named(name: str) -> Paper:
    """The paper of a name: ``roll-62x29`` in millimetres, ``a4-3x8`` across and down; raises BadInput otherwise."""
    if name in SHEETS:
        return SHEETS[name]
    if (size := _ROLL.fullmatch(name)) and 25 <= int(size[1]) <= 210 and 15 <= int(size[2]) <= 300:
        return Paper(int(size[1]) * 100, int(size[2]) * 100)
    if (many := _SHEET.fullmatch(name)) and 1 <= int(many[1]) <= 6 and 2 <= int(many[2]) <= 16:
        return Paper(A4[0] // int(many[1]), A4[1] // int(many[2]), int(many[1]), int(many[2]))
    raise BadInput(
        "no_such_paper",
        N_("There are no labels “{name}”. Write roll-62x29 for a roll in mm, a4-3x8 for a sheet."),
        field="paper",
        name=name[:40],
    )
