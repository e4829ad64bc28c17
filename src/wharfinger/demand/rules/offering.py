"""Pure decisions about what a quote offers: what is optional, what stands instead of something else, what is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal

OPTIONAL, ALTERNATIVE = "optional", "alternative"
OPTIONS = {"": N_("Firm"), OPTIONAL: N_("Optional"), ALTERNATIVE: N_("Alternative")}
"""What a line may be on a quote."""


def family(lines: Mapping[int, Any], row: Any) -> list[Any]:
    """The lines of which one is taken: a line, what stands instead of it, or it alone."""
    root = row.instead_of_id or row.pk
    return [one for one in lines.values() if root in (one.pk, one.instead_of_id)]


def open_to_choice(lines: Sequence[Any]) -> list[Any]:
    """The lines that may be taken or not: what is optional, and what stands instead of something, with that."""
    replaced = {line.instead_of_id for line in lines if line.instead_of_id is not None}
    return [line for line in lines if line.option or line.pk in replaced]


def chosen(lines: Mapping[int, Any], row: Any, taken: bool) -> dict[int, bool]:
    """Which lines are taken once a line is, or is not: one of a family at most.

    Of a firm line exactly one of its family; raises Refusal where it would be none.
    """
    if taken:
        return {one.pk: one.pk == row.pk for one in family(lines, row)}
    if not row.option:
        raise Refusal(
            "firm_line",
            N_("This line is firm. Make it optional, or take what stands instead of it."),
            field="taken",
            line=row.pk,
        )
    left = {row.pk: False}
    root = lines.get(row.instead_of_id)
    if row.taken and root is not None and not root.option:
        left[root.pk] = True
    return left


def changed(
    lines: Mapping[int, Any], row: Any, option: str, instead_of: int | None
) -> tuple[dict[str, Any], dict[int, bool]]:
    """What a line becomes on a quote, and which lines are taken then.

    What is not firm any more is not taken until somebody takes it. Raises BadInput for what it cannot stand for.
    """
    if option != ALTERNATIVE:
        instead_of = None
    elif instead_of is None or not _may_stand_for(lines, row, instead_of):
        raise BadInput(
            "no_such_line",
            N_("Choose another line of this quote, one that stands for itself."),
            field="instead_of",
        )
    if (option, instead_of) == (row.option, row.instead_of_id):
        return {}, {}
    left = chosen(lines, row, False) if row.option and row.taken else {}
    if not option and instead_of is None and row.instead_of_id is None and _another(lines, row):
        # An alternative is taken in its place: firm as it is now, it is still not the one.
        return {"option": option, "instead_of_id": None}, left
    return {"option": option, "instead_of_id": instead_of}, left | {row.pk: not option}


def _may_stand_for(lines: Mapping[int, Any], row: Any, other: int) -> bool:
    found = lines.get(other)
    return (
        found is not None
        and found.pk != row.pk
        and found.parent_id is None
        and found.option != ALTERNATIVE
        and len([one for one in lines.values() if one.instead_of_id == row.pk]) == 0
    )


def _another(lines: Mapping[int, Any], row: Any) -> bool:
    return any(one.taken and one.pk != row.pk for one in family(lines, row))


def removed(lines: Mapping[int, Any], row: Any) -> dict[int, bool]:
    """Which lines are taken once a line is off its quote; raises Refusal where others stand instead of it."""
    if any(one.instead_of_id == row.pk for one in lines.values()):
        raise Refusal(
            "has_alternatives",
            N_("Other lines stand instead of this one. Take those off, or make them firm, first."),
            line=row.pk,
        )
    left = chosen(lines, row, False) if row.option and row.taken else {}
    return {pk: taken for pk, taken in left.items() if pk != row.pk}


def stands(lines: Sequence[Any]) -> bool:
    """Whether the lines of a quote offer what can be: exactly one of a firm line and what stands instead of it.

    Of an optional one at most one.
    """
    by_id = {line.pk: line for line in lines}
    for line in lines:
        root = by_id.get(line.instead_of_id) if line.option == ALTERNATIVE else line
        if root is None or root.option == ALTERNATIVE:
            return False
        taken = sum(one.taken for one in family(by_id, root))
        if taken > 1 or (taken == 0 and not root.option):
            return False
    return True


def must_stand_for(lines: Mapping[int, Any], wishes: Sequence[Any]) -> None:
    """Let pass alternatives to lines that stand for themselves, and firm lines that are taken.

    lines: those that the quote has already. Raises BadInput for any other.
    """
    for n, wish in enumerate(wishes):
        if wish.option != ALTERNATIVE:
            if wish.taken is False and not wish.option and not any(one.taken for one in _instead(wishes, n)):
                raise BadInput("firm_line", N_("A firm line is taken."), field=f"lines.{n}.taken")
            continue
        there = lines.get(wish.instead_of)
        other = wishes[wish.instead] if wish.instead is not None else there
        if (
            other is None
            or other.option == ALTERNATIVE
            or (there is not None and there.parent_id is not None)
        ):
            raise BadInput(
                "no_such_line",
                N_("Choose another line of this quote, one that stands for itself."),
                field=f"lines.{n}.instead",
            )
        if wish.taken and (wish.instead is None or other.taken is not False):
            raise BadInput(
                "taken_twice",
                N_("A line and what stands instead of it are not both taken. Take one of them."),
                field=f"lines.{n}.taken",
            )


def _instead(wishes: Sequence[Any], n: int) -> list[Any]:
    return [one for one in wishes if one.instead == n]


def must_be_quoted(kind: str, wishes: Sequence[Any], at: str = "") -> None:
    """Let pass wishes without options where they are not for a quote; raises BadInput otherwise."""
    for n, wish in enumerate(wishes):
        if wish.option and kind != "quote":
            raise BadInput(
                "not_on_a_quote",
                N_("Only lines of a quote are optional or alternatives."),
                field=f"{at}lines.{n}.option",
            )
