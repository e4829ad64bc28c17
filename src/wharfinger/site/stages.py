"""The stage bar: where everything of a line, an order or a return is, in one look."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext
from markupsafe import Markup

from wharfinger.base.stages import STAGES
from wharfinger.site.formats import quantity

_SEGMENT = Markup('<rect class="st-{}" x="{}" width="{}" height="6"/>')
_BAR = Markup(
    '<svg class="bar" viewBox="0 0 1000 6" preserveAspectRatio="none" role="img"><title>{}</title>{}</svg>'
)


def stage_bar(parts: Mapping[str, int] | None, decimals: int = 0) -> Markup:
    """One thin bar of a segment per stage, with the figures on hover and for screen readers.

    parts: quantity by stage, in the smallest unit; stages without any may be missing.
    """
    here = [(stage, parts[stage]) for stage in STAGES if parts and parts.get(stage, 0) > 0] if parts else []
    total = sum(units for _, units in here)
    if not total:
        return Markup('<span class="quiet">–</span>')
    said = " · ".join(f"{gettext(STAGES[stage])} {quantity(units, decimals)}" for stage, units in here)
    segments, done = [], 0
    for stage, units in here:
        # Every segment stays visible: a share below 3 % is drawn as 3 %.
        left, width = done * 1000 // total, max(units * 1000 // total, 30)
        segments.append(_SEGMENT.format(stage, min(left, 970), width))
        done += units
    return _BAR.format(said, Markup("").join(segments))
