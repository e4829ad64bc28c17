"""The stage bar: where everything of a line, an order or a return is, in one look."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.utils.translation import get_language, gettext
from markupsafe import Markup, escape

from wharfinger.base.stages import STAGES
from wharfinger.site.formats import quantity

_NONE = Markup('<span class="quiet none">–</span>')


def stage_bar(parts: Mapping[str, int] | None, decimals: int = 0) -> Markup:
    """One thin bar of a segment per stage, with the figures on hover and for screen readers.

    parts: quantity by stage, in the smallest unit; stages without any may be missing.
    """
    here = tuple((stage, parts[stage]) for stage in STAGES if parts.get(stage, 0) > 0) if parts else ()
    return _bar(here, decimals, get_language() or "en") if here else _NONE


@lru_cache(maxsize=4096)
def _bar(here: tuple[tuple[str, int], ...], decimals: int, language: str) -> Markup:
    """The bar in the active language: the lines of a list differ less than they are many."""
    total = sum(units for _, units in here)
    said = " · ".join(f"{gettext(STAGES[stage])} {quantity(units, decimals)}" for stage, units in here)
    segments, done = "", 0
    for stage, units in here:
        # Every segment stays visible: a share below 3 % is drawn as 3 %.
        left, width = min(done * 1000 // total, 970), max(units * 1000 // total, 30)
        segments += f'<rect class="st-{stage}" x="{left}" width="{width}" height="6"/>'
        done += units
    bar = '<svg class="bar" viewBox="0 0 1000 6" preserveAspectRatio="none" role="img">'
    return Markup(f"{bar}<title>{escape(said)}</title>{segments}</svg>")  # noqa: S704 - what is said is escaped.
