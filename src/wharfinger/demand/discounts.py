"""Discounts as people type and read them: a share, or money off each unit of a line."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import micro, percent, unit_price, written
from wharfinger.demand.rules.discounts import WHOLE, Discount, of_line

_TYPED = re.compile(r"([^A-Za-z%/]+?)\s*(?:(%)|([A-Za-z]{3})?\s*(/.*)?)")


def typed(text: str, field: str, *, currency: str = "") -> Discount | None:
    """A discount as typed: `10` percent, or `5.00 EUR` and `5.00/each` off each unit; none where nothing is typed.

    currency: of the document, where it is known already. Raises BadInput beside the field.
    """
    text = text.strip()
    if not text:
        return None
    found = _TYPED.fullmatch(text)
    each = found[4][1:].strip().casefold() if found and found[4] else ""
    if not found or (found[4] and each not in ("each", _("each").casefold())):
        raise BadInput(
            "not_a_discount",
            N_("“{text}” is no discount. Write percent like 10, or money off each unit like {example}."),
            field=field,
            text=text[:40],
            example=f"{unit_price(5 * WHOLE, 'EUR')}/{_('each')}",
        )
    if found[3] or found[4]:
        return Discount(each_micro=micro(found[1], field=field), currency=(found[3] or currency).upper())
    return Discount(percent(found[1], field=field))


def as_typed(line: Any) -> str:
    """The discount of a line as its field shows it, and as it may be typed again."""
    less = of_line(line)
    if less.each_micro:
        return f"{unit_price(less.each_micro, line.currency)}/{_('each')}"
    return written(less.share_micro, 4) if less.share_micro else ""


def told(line: Any) -> str:
    """What is taken off a line, in words; nothing where nothing is."""
    less = of_line(line)
    if less.each_micro:
        return _("−%(money)s each") % {
            "money": f"{unit_price(less.each_micro, line.currency)} {line.currency}"
        }
    return f"−{written(less.share_micro, 4)} %" if less.share_micro else ""
