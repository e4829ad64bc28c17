"""From when until when a product is bought, sold and provided."""

from __future__ import annotations

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
