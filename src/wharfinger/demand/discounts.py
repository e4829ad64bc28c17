"""Discounts as people type and read them: a share, or money off each unit of a line."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import micro, percent, unit_price, written
from wharfinger.demand.rules.discounts import WHOLE, Discount, in_all, of_line

_TYPED = re.compile(r"([^A-Za-z%/€£$]+?)\s*(?:(%)|([A-Za-z]{3}|[€£])?\s*(/.*)?)")
_SIGNS = {"€": "EUR", "£": "GBP"}
"""Signs of one currency alone; dollars and yen there are several of."""


def typed(text: str, field: str, *, currency: str = "") -> Discount | None:
    """A discount as typed: `10` percent, or `5.00 EUR`, `5 €` and `5.00/each` off each unit; none if nothing is.

    Both may be joined by a plus. currency: of the document, where it is known already. Raises BadInput beside the
    field.
    """
    parts = [part.strip() for part in text.split("+")] if text.strip() else []
    if not parts:
        return None
    found = [_one(part, field, currency) for part in parts]
    money, shares = [one for one in found if one.each_micro], [one for one in found if not one.each_micro]
    if len(money) > 1 or len(shares) > 1:
        raise _none(text, field)
    return Discount(
        shares[0].share_micro if shares else 0,
        money[0].each_micro if money else 0,
        money[0].currency if money else "",
    )


def _one(text: str, field: str, currency: str) -> Discount:
    found = _TYPED.fullmatch(text)
    each = found[4][1:].strip().casefold() if found and found[4] else ""
    if not found or (found[4] and each not in ("each", _("each").casefold())):
        raise _none(text, field)
    if found[3] or found[4]:
        return Discount(
            each_micro=micro(found[1], field=field),
            currency=_SIGNS.get(found[3], found[3] or currency).upper(),
        )
    return Discount(percent(found[1], field=field))


def _none(text: str, field: str) -> BadInput:
    return BadInput(
        "not_a_discount",
        N_("“{text}” is no discount. Write percent like 10, or money off each unit like {example}."),
        field=field,
        text=text[:40],
        example=f"{unit_price(5 * WHOLE, 'EUR')}/{_('each')}",
    )


def as_typed(line: Any) -> str:
    """The own discount of a line as its field shows it, and as it may be typed again."""
    less = of_line(line)
    each = f"{unit_price(less.each_micro, line.currency)}/{_('each')}" if less.each_micro else ""
    share = written(less.share_micro, 4) if less.share_micro else ""
    return " + ".join(filter(None, (each, share)))


def told(line: Any) -> str:
    """What is taken off a line in all, in words; nothing where nothing is."""
    less = in_all(line)
    money = {"money": f"{unit_price(less.each_micro, line.currency)} {line.currency}"}
    each = _("−%(money)s each") % money if less.each_micro else ""
    share = f"−{written(less.share_micro, 4)}\u00a0%" if less.share_micro else ""
    return " ".join(filter(None, (each, share)))
