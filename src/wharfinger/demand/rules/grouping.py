"""Pure decisions about the groups of lines with which a quote begins, and which stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.words import tidy
from wharfinger.demand.rules.discounts import Grouped
from wharfinger.ledger.plan import Id, Plan, Truth


@dataclass(frozen=True, slots=True)
class GroupWish:
    """A group of lines as a person asks for it; with its id one that is there already."""

    title: str
    discount_micro: int = 0
    group: int | None = None
    lines: tuple[int, ...] = ()
    """The lines that stand in it; where a quote begins its lines name their group instead."""


def grouped(truth: Truth, sheet: Any) -> Grouped:
    """The groups of a document that was locked, by their ids."""
    groups = truth.read.get("groups", {}).values()
    return Grouped({one.pk: (one.pk, one.discount_micro) for one in groups}, sheet.discount_micro)


def begin(plan: Plan, sheet: Id, wishes: Sequence[GroupWish], whole_micro: int) -> Grouped:
    """Make the groups that a quote begins with; its lines name them by their place."""
    found: dict[int, tuple[Id, int]] = {}
    for n, wish in enumerate(wishes):
        found[n] = (make(plan, sheet, wish, n), wish.discount_micro)
    return Grouped(found, whole_micro)


def make(plan: Plan, sheet: Id, wish: GroupWish, n: int) -> Id:
    """Make the n-th group of a quote."""
    return plan.create(
        "demand.LineGroup",
        sheet_id=sheet,
        position=n + 1,
        title=tidy(wish.title, field=f"groups.{n}.title", most=120),
        discount_micro=wish.discount_micro,
        removed_at=None,
    )
