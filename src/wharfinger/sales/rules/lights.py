"""How far an order is with each step that it may take, from figures that are read already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

STEPS = ("order", "pick", "pack", "ship", "invoice", "return", "restock")
AWAY = ("shipped", "delivered", "returned", "restocked")
PASSED = {
    "pick": ("picked", "packed", *AWAY),
    "pack": ("packed", *AWAY),
    "ship": AWAY,
}
"""By step, where units are that have taken it, or went past it."""
BEFORE = ("wanted", "to_approve", "to_order", "drafted", "on_order", "reserved")
"""Where goods are that no step has reached yet."""


class Counted(NamedTuple):
    """What a line's figures say, and whether its goods are handled by themselves."""

    figures: Mapping[str, int]
    goods: bool
    """Neither a service, which nobody picks, nor a kit, whose components are lines of their own."""


def lights(lines: Iterable[Counted]) -> dict[str, str]:
    """For each step *none* where there is nothing to do, *open*, *part*, or *done*.

    A return is done once all that came back is credited, restocking once all of it is back in stock or gone.
    """
    found = list(lines)
    goods: dict[str, int] = {}
    every: dict[str, int] = {}
    for one in found:
        for figure, units in one.figures.items():
            every[figure] = every.get(figure, 0) + units
            if one.goods:
                goods[figure] = goods.get(figure, 0) + units
    there = _sum(goods, (*BEFORE, *PASSED["pick"]))
    billed = _sum(every, ("invoiced", "credited"))
    back = _sum(goods, ("returned", "restocked"))
    return {
        "order": "done" if found else "open",
        **{step: _word(_sum(goods, passed), there) for step, passed in PASSED.items()},
        "invoice": _word(billed, billed + every.get("to_bill", 0)),
        "return": "none" if not back else "done" if every.get("credited", 0) >= back else "part",
        "restock": _word(goods.get("restocked", 0), back),
    }


def _word(done: int, whole: int) -> str:
    if not whole:
        return "none"
    return "done" if done == whole else "part" if done else "open"


def _sum(figures: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(figures.get(name, 0) for name in names)
