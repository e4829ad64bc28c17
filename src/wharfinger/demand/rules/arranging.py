"""Pure decisions about arranging a quote: its groups, the lines in each, and what is taken off a group or the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import tidy
from wharfinger.demand.rules.amend import require_open
from wharfinger.demand.rules.discounts import worked_in
from wharfinger.demand.rules.grouping import GroupWish, make
from wharfinger.demand.rules.kits import components
from wharfinger.ledger.plan import Id, Plan, Truth


def plan_arrange(
    truth: Truth, *, sheet: int, groups: Sequence[GroupWish], discount_micro: int | None
) -> Plan:
    """Let a quote have these groups in this order, and this discount on the whole; what is in none stands alone.

    A group that is not named is taken off. discount_micro: nothing leaves the whole's as it is.
    """
    plan = Plan()
    require_open(truth.read["standing"].get(sheet))
    document = truth.document("demand.Sheet", sheet)
    standing, lines = truth.read["groups"], truth.read["lines"]
    whole = document.discount_micro if discount_micro is None else discount_micro
    into: dict[int, tuple[Id, int]] = {}
    named: set[int] = set()
    for n, wish in enumerate(groups):
        group: Id
        if wish.group is None:
            group = make(plan, sheet, wish, n)
        else:
            row = standing.get(wish.group)
            if row is None or row.pk in named:
                raise BadInput(
                    "no_such_line_group", N_("This quote has no such group."), field=f"groups.{n}.id"
                )
            named.add(row.pk)
            group = row.pk
            title = tidy(wish.title, field=f"groups.{n}.title", most=120)
            plan.change(row, title=title, discount_micro=wish.discount_micro, position=n + 1)
        for m, line in enumerate(wish.lines):
            field = f"groups.{n}.lines.{m}"
            if line not in lines or lines[line].parent_id is not None:
                raise BadInput("no_such_line", N_("There is no such line here."), field=field)
            if line in into:
                raise BadInput("grouped_twice", N_("A line stands in one group only."), field=field)
            into[line] = (group, wish.discount_micro)
    for row in standing.values():
        if row.pk not in named:
            plan.change(row, removed_at=truth.now)
    plan.change(document, discount_micro=whole)
    for line in lines.values():
        if line.parent_id is None:
            place, less = into.get(line.pk, (None, 0))
            for one in (line, *components(truth, line.pk)):
                off = worked_in(one.own_discount_micro, less, whole)
                plan.change(one, group_id=place, discount_micro=off)
    plan.mention(document)
    return plan


def must_be_quoted(kind: str) -> None:
    """Let quotes pass; raises Refusal for any other document."""
    if kind != "quote":
        raise Refusal(
            "not_on_a_quote",
            N_("Only quotes have groups of lines, and a discount on the whole. Give a discount at the line."),
        )


def stands(whole_micro: int, groups: Mapping[int, Any], lines: Iterable[Any]) -> bool:
    """Whether the lines of a quote stand in groups that are there, each with the discounts worked into it."""
    for line in lines:
        group = groups.get(line.group_id)
        if line.group_id is not None and group is None:
            return False
        less = group.discount_micro if group is not None else 0
        if line.discount_micro != worked_in(line.own_discount_micro, less, whole_micro):
            return False
    return True
