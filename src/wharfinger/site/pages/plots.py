"""Bars of a report, reckoned for the page: it is drawn without a script, and its table is its text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST = 10
"""So many groups are drawn where they are no months."""
TALL = 120
"""Pixels of the tallest column."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how it is called, what it says, where it begins and how far it reaches, in percent or pixels."""

    name: str
    value: str
    at: str
    start: float
    size: float
    below: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars from left to right for months, else one below the other."""

    title: str
    bars: Sequence[Bar]
    months: bool
    height: int
    zero: float = 0.0
    wide: str = ""


def plotted(
    title: str, drawn: Sequence[tuple[str, int]], said: Callable[[int], str], *, months: bool
) -> Plot | None:
    """The bars of these amounts, each in words; nothing where there is none to compare."""
    drawn = drawn if months else [one for one in drawn if one[1]][:MOST]
    most, least = max((v for _, v in drawn), default=0), min((v for _, v in drawn), default=0)
    if len(drawn) < 2 or not (most or least):
        return None
    if not months:
        far = max(abs(most), abs(least))
        bars = [
            Bar(_short(name), said(v), str(40 * n), 0, _cut(100 * abs(v) / far), v < 0)
            for n, (name, v) in enumerate(drawn)
        ]
        return Plot(title, bars, months=False, height=40 * len(bars))
    top, bottom = max(most, 0), min(least, 0)
    scale, each = TALL / (top - bottom), 100 / len(drawn)
    zero = 8 + top * scale
    bars = [
        Bar(
            name[:3],
            f"{name}: {said(v)}",
            f"{_cut(n * each)}%",
            _cut(zero - max(v, 0) * scale),
            _cut(abs(v) * scale),
            v < 0,
        )
        for n, (name, v) in enumerate(drawn)
    ]
    return Plot(title, bars, months=True, height=TALL + 34, zero=_cut(zero), wide=f"{_cut(each * 0.7)}%")


def _short(name: str) -> str:
    return name if len(name) <= 32 else f"{name[:31]}…"


def _cut(number: float) -> float:
    return round(number, 2)
