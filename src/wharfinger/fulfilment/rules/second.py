"""Pure decisions about the second person: who picked or packed a unit does not ship it or hand it over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.fulfilment.rules.packing import container_of
from wharfinger.ledger.plan import Plan, Truth

GONE = frozenset({"in_transit", "customer"})
FETCHED = frozenset({"bin"})
"""Goods that leave from here were picked by nobody before."""
HANDLED = frozenset({"picked", "container"})


class Came(NamedTuple):
    """Units that came to where they stand: how many, who brought them and when, and by which move."""

    units: int
    person: int | None
    at: datetime
    move: int
    source: int
    picked: bool
    """Whether they stood among what is picked before, so that somebody else picked them, perhaps."""


def newest(came: Iterable[Came], units: int, before: int | None = None) -> list[Came]:
    """By which of these moves, newest first, the last so many units came. before: a move."""
    found, left = [], units
    for one in came:
        if left <= 0:
            break
        if before is None or one.move < before:
            found.append(one)
            left -= one.units
    return found


def handlers(held: Mapping[int, int], came: Mapping[int, list[Came]]) -> dict[int, list[Came]]:
    """By whom the units of each holding were packed and picked. held: how much stands in each."""
    found: dict[int, list[Came]] = {}
    for holding, units in held.items():
        brought = newest(came.get(holding, ()), units)
        picked = [
            one
            for pack in brought
            if pack.picked
            for one in newest(came.get(pack.source, ()), pack.units, pack.move)
        ]
        found[holding] = [*brought, *picked]
    return found


def two_needed(person: str = "") -> Refusal:
    """Why one person does not do it all."""
    if not person:
        return Refusal(
            "two_people_needed",
            N_("Two people are needed here: one picks, another ships or hands over. Pick these goods first."),
        )
    return Refusal(
        "second_person",
        N_(
            "{person} picked or packed these goods, so another person ships them, hands them over, or checks the box."
        ),
        person=person,
    )


def checked(box: Any, by: Iterable[Came]) -> bool:
    """Whether somebody who neither picked nor packed what lies in a box looked into it since."""
    if box is None or box.checked_at is None:
        return False
    return all(one.person != box.checked_by_id and one.at <= box.checked_at for one in by)


def plan_check(truth: Truth, *, container: int) -> Plan:
    """Say that somebody else looked into a box, and that it may leave."""
    row = container_of(truth, container)
    by = truth.read["handlers"]
    if not by:
        raise Refusal(
            "container_empty",
            N_("There is nothing in {number}. Pack something first."),
            field="container",
            number=row.number,
        )
    if truth.actor is None:
        raise NotThere("no_such_user", N_("There is no such user."))
    if truth.actor in {one.person for one in by}:
        raise Refusal(
            "checked_by_oneself",
            N_("You picked or packed what lies in {number}. Let another person check it."),
            field="container",
            number=row.number,
        )
    plan = Plan()
    plan.change(row, checked_by_id=truth.actor, checked_at=truth.now)
    plan.mention(row)
    return plan
