"""Pure decisions about cycle counts: the few products that are worth most are counted most often."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MOST_A, MOST_B = 80, 95
"""Per cent of a location's value up to which products are of class A, and of class B; all others are C."""


class Valued(NamedTuple):
    """What all of a product at a location is worth."""

    product: int
    value_minor: int


def classes(products: Iterable[Valued]) -> dict[int, str]:
    """The class of each product: A, B or C by what those that are worth more make up before it."""
    ordered = sorted(products, key=lambda one: (-one.value_minor, one.product))
    total = sum(one.value_minor for one in ordered)
    found, before = {}, 0
    for one in ordered:
        found[one.product] = (
            "C"
            if not one.value_minor
            else "A"
            if before * 100 < total * MOST_A
            else "B"
            if before * 100 < total * MOST_B
            else "C"
        )
        before += one.value_minor
    return found
