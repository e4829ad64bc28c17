"""How a plan gives own fields their values: one check for all nouns, and one fact for each value that changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base import own
from wharfinger.ledger.plan import Plan, Truth


def born(truth: Truth, noun: str, given: Mapping[str, Any] | None, *, at: str = "own") -> dict[str, Any]:
    """The own values that something begins with; raises BadInput where one cannot be or a required one lacks."""
    return own.born(truth.own.get(noun, ()), given or {}, at=at)


def change(
    plan: Plan, truth: Truth, row: Any, noun: str, given: Mapping[str, Any] | None, *, at: str = "own"
) -> None:
    """Give own fields of a row other values; what is not named stays, and a required one may not be empty."""
    plan.change_within(row, "own", own.changed(truth.own.get(noun, ()), given or {}, row.own, at=at))
