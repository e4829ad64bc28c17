"""How each kind of cell looks, for pages and lists alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from markupsafe import Markup, escape

from wharfinger.base.table import Column
from wharfinger.site import formats
from wharfinger.site.stages import stage_bar

QUIET = Markup('<span class="quiet none">–</span>')


def chip(tone: str, word: str) -> Markup:
    """A word with its dot and tint. Tones: grey, blue, amber, green, red, violet, teal."""
    return Markup(f'<span class="chip {escape(tone)}">{escape(word)}</span>')  # noqa: S704 - both are escaped.


def _link(words: str, to: str) -> Markup:
    if not to:
        return escape(words)
    return Markup(f'<a href="{escape(to)}">{escape(words)}</a>')  # noqa: S704 - both are escaped.


def _news(words: str, to: str, new: bool) -> Markup:
    """What one is told; what is new stands out."""
    return Markup("<b>{}</b>").format(_link(words, to)) if new else _link(words, to)


def _held(units: int, decimals: int, to: str) -> Markup:
    return _link(formats.quantity(units, decimals), to if units else "")


def _noted(words: str, note: str) -> Markup:
    if not note:
        return escape(words)
    return Markup('{}<span class="quiet">{}</span>').format(words or "–", note)


def _counted(units: int, decimals: int, note: str = "") -> Any:
    told = formats.quantity(units, decimals)
    return Markup('{}<span class="quiet">{}</span>').format(told, note) if note else told


def _picture(to: str, words: str) -> Markup:
    """A small picture; what it shows stands beside it, so it says nothing aloud."""
    return Markup(
        '<img class="shot" src="{}" alt="" title="{}" width="32" height="32" loading="lazy">'
    ).format(to, words)


SHOW: dict[str, Callable[[Any], Any]] = {
    "text": escape,
    "link": lambda value: _link(*value),
    "links": lambda value: Markup(", ").join(_link(*one) for one in value),
    "number": formats.quantity,
    "share": escape,
    "quantity": lambda value: _counted(*value),
    "held": lambda value: _held(*value),
    "money": lambda value: formats.money(*value),
    "price": lambda value: formats.price(*value),
    "date": formats.day,
    "ago": formats.ago,
    "chip": lambda value: chip(*value),
    "chips": lambda value: Markup(" ").join(chip(*one) for one in value),
    "stage_bar": lambda value: stage_bar(*value),
    "person": formats.initials,
    "picture": lambda value: _picture(*value),
    "noted": lambda value: _noted(*value),
    "told": lambda value: _news(*value),
}


def show(kind: str) -> Callable[[Any], Any]:
    """The function that draws cells of a kind; nothing is a dash."""
    draw = SHOW[kind]
    return lambda value: QUIET if value is None or value == "" else draw(value)


def _safe(drawn: Any) -> str:
    # Most is markup already, and a list has a thousand cells.
    return drawn if type(drawn) is Markup else escape(drawn)


def drawing(columns: Sequence[Column]) -> Callable[[Mapping[str, Any]], Markup]:
    """How the cells of a row are drawn: decided once for a list, since it has many rows."""
    cells = [
        (
            column.key,
            f'<td class="k-{column.kind}" data-l="{escape(gettext(column.label))}">',
            SHOW[column.kind],
        )
        for column in columns
    ]
    dash = f"{QUIET}</td>"

    def row(values: Mapping[str, Any]) -> Markup:
        drawn = ""
        for key, start, draw in cells:
            value = values.get(key)
            drawn += start + (dash if value is None or value == "" else f"{_safe(draw(value))}</td>")
        return Markup(drawn)  # noqa: S704 - every cell is escaped.

    return row
