"""From when until when a product is bought, sold and provided, and by which tax code something is taxed on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal


def in_effect(product: Any, day: date, *, field: str) -> None:
    """Let a product pass that is bought, sold and provided on a day; raises Refusal before its first, or after its last."""
    if product.valid_from is not None and day < product.valid_from:
        raise Refusal(
            "not_yet_valid",
            N_("{sku} is neither bought, sold nor provided before {date}. Choose another product."),
            field=field,
            sku=product.sku,
            date=product.valid_from.isoformat(),
        )
    if product.valid_until is not None and day > product.valid_until:
        raise Refusal(
            "no_longer_valid",
            N_("{sku} is neither bought, sold nor provided since {date}. Choose another product."),
            field=field,
            sku=product.sku,
            date=product.valid_until.isoformat(),
        )


def ends_after_it_begins(first: date | None, last: date | None) -> None:
    """Let dates pass of which the last is no earlier than the first."""
    if first is not None and last is not None and last < first:
        raise BadInput(
            "ends_before_it_begins", N_("It ends before it begins. Choose a later day."), field="valid_until"
        )


def is_bounded(code: Any) -> bool:
    """Whether there are days on which a tax code does not hold."""
    return code.valid_from is not None or code.valid_until is not None


def latest(codes: Mapping[int, Any], code: Any, on: date, *, field: str = "") -> Any:
    """The tax code by which something new is taxed on a day: this one, or of one that is over by then its successor.

    codes: all there are. Raises Refusal where none follows.
    """
    found = code
    while found.valid_until is not None and on > found.valid_until:
        follower = codes.get(found.successor_id)
        if follower is None:
            raise Refusal(
                "tax_code_over",
                N_(
                    "Tax code {tax_code} held until {date}, and none follows it. Name its successor under Tax codes."
                ),
                field=field,
                tax_code=found.code,
                date=found.valid_until.isoformat(),
            )
        found = follower
    return found


def that_holds(codes: Mapping[int, Any], code: Any, on: date, *, field: str = "") -> Any:
    """The tax code by which something is taxed on a day: this one, its successor after it, its predecessor before it.

    codes: all there are. Raises Refusal where none follows, or none came before.
    """
    found = latest(codes, code, on, field=field)
    while found.valid_from is not None and on < found.valid_from:
        before = [one for one in codes.values() if one.successor_id == found.pk]
        if len(before) != 1 or (before[0].valid_until is not None and on > before[0].valid_until):
            raise Refusal(
                "tax_code_not_yet",
                N_(
                    "Tax code {tax_code} does not hold before {date}, and none does until then. "
                    "Choose another code on the line, or a later day."
                ),
                field=field,
                tax_code=found.code,
                date=found.valid_from.isoformat(),
            )
        found = before[0]
    return found
