"""How each kind of cell looks, for pages and lists alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext
from markupsafe import Markup, escape

from wharfinger.base.table import Column
from wharfinger.site import formats
from wharfinger.site.stages import stage_bar

QUIET = Markup('<span class="quiet">–</span>')
_LINK = Markup('<a href="{}">{}</a>')
_CHIP = Markup('<span class="chip {}">{}</span>')


def chip(tone: str, word: str) -> Markup:
    """A word with its dot and tint. Tones: grey, blue, amber, green, red, violet, teal."""
    return _CHIP.format(tone, word)


def _link(value: tuple[str, str]) -> Markup:
    words, to = value
    return _LINK.format(to, words) if to else escape(words)


def _held(units: int, decimals: int, to: str) -> Markup | str:
    figure = formats.quantity(units, decimals)
    return _LINK.format(to, figure) if units and to else figure


SHOW: dict[str, Callable[[Any], Any]] = {
    "text": escape,
    "link": _link,
    "number": formats.quantity,
    "quantity": lambda value: formats.quantity(*value),
    "held": lambda value: _held(*value),
    "money": lambda value: formats.money(*value),
    "price": lambda value: formats.price(*value),
    "date": formats.day,
    "ago": formats.ago,
    "chip": lambda value: chip(*value),
    "stage_bar": lambda value: stage_bar(*value),
    "person": formats.initials,
}


def show(kind: str) -> Callable[[Any], Any]:
    """The function that draws cells of a kind; nothing is a dash."""
    draw = SHOW[kind]
    return lambda value: QUIET if value is None or value == "" else draw(value)


def drawing(columns: Sequence[Column]) -> list[tuple[str, str, str, Callable[[Any], Any]]]:
    """Key, kind, translated label and drawing function of each column, found once per list."""
    return [(column.key, column.kind, gettext(column.label), show(column.kind)) for column in columns]
