"""Pure decisions about categories: a tree written as paths, ``Network / Switches``, with what holds in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.fields import Check, day, or_nothing, text, whole
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import Id, Plan, Truth

BETWEEN = " / "
MOST = 100
"""As many letters as a path may have."""
Values = Mapping[str, Any]


def path_of(said: str) -> str:
    """A path as it is kept: its names trimmed, empty ones left out."""
    return BETWEEN.join(name for part in said.split("/") if (name := " ".join(part.split())))


def ancestors(path: str) -> list[str]:
    """A category and those above it, the nearest first."""
    names = path.split(BETWEEN) if path else []
    return [BETWEEN.join(names[:n]) for n in range(len(names), 0, -1)]


def is_in(path: str, category: str) -> bool:
    """Whether a path is a category or lies below it."""
    return path == category or path.startswith(f"{category}{BETWEEN}")


def depth(path: str) -> int:
    """How many names lead to it."""
    return len(path.split(BETWEEN)) if path else 0


def path(value: Any, field: str) -> str:
    """The path of a category; raises BadInput where there is none."""
    return path_of(str(text(MOST, needed=True)(path_of(str(value)), field)))


CATEGORY: dict[str, Check] = {
    "path": path,
    "tax_code": or_nothing(whole(1, 2**63 - 1)),
    "retired_on": or_nothing(day),
}


def standing(truth: Truth) -> dict[str, Any]:
    """The categories that the act read, by path."""
    rows = truth.documents["catalog.Category"].values()
    return {one.path: one for one in rows if one.void_id is None}


def file_under(plan: Plan, truth: Truth, values: Values, *, now: int | None = None) -> dict[str, Any]:
    """A noun's fields with the category that its path names; one that nobody knows is made, with those above it.

    One that was merged leads to the one that stays. now: where it is filed, which may be retired by now.
    Needs the path and those above it among ``truth.documents``.
    """
    found = dict(values)
    if "category" not in found:
        return found
    path = found.pop("category")
    if not path:
        return found | {"category_id": None}
    known = standing(truth)
    row = known.get(path)
    if row is None:
        return found | {"category_id": _grow(plan, known, path)}
    pk = row.merged_into_id or row.pk
    if row.retired_on is not None and row.merged_into_id is None and pk != now:
        raise Refusal(
            "category_retired",
            N_("“{path}” is retired, and nothing new is filed there. Choose another category."),
            field="category",
            path=path,
        )
    return found | {"category_id": pk}


def _grow(plan: Plan, known: Mapping[str, Any], path: str, **values: Any) -> Id:
    """Make a category, and those above it that are not there; the category itself."""
    made = {row["path"] for row in plan.creates.get("catalog.Category", ())}
    for one in reversed(ancestors(path)[1:]):
        if one not in known and one not in made:
            plan.create("catalog.Category", path=one, tax_code_id=None)
    return plan.create("catalog.Category", path=path, tax_code_id=values.get("tax_code"))


def plan_category(truth: Truth, *, values: Values) -> Plan:
    """Add a category, and those above it that are not there."""
    if not values.get("path"):
        raise BadInput("missing", N_("Please fill this in."), field="path")
    _may_be(truth, values, None)
    plan = Plan()
    made = _grow(plan, standing(truth), values["path"], tax_code=values.get("tax_code"))
    plan.mention(("category", made))
    return plan


def _row(truth: Truth, pk: int) -> Any:
    row = truth.documents["catalog.Category"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    return row


def plan_category_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change a category. Another path takes along what lies below it; what is filed there stays filed there."""
    row = _row(truth, pk)
    _may_be(truth, values, pk)
    if row.merged_into_id is not None and values.get("retired_on", row.retired_on) is None:
        raise Refusal(
            "is_merged",
            N_("It is merged into another one, and what was filed there is there. Undo the merge instead."),
            field="retired_on",
        )
    plan = Plan()
    if "tax_code" in values:
        plan.change(row, tax_code_id=values["tax_code"])
    if "retired_on" in values:
        plan.change(row, retired_on=values["retired_on"])
    old, new = row.path, values.get("path", row.path)
    if new != old and is_in(new, old):
        raise BadInput("below_itself", N_("A category cannot lie below itself."), field="path")
    if new != old:
        known = standing(truth)
        for other in known.values():
            if is_in(other.path, old):
                plan.change(other, path=_moved(other.path, old, new))
        if len(above := ancestors(new)) > 1 and above[1] not in known:
            _grow(plan, known, above[1])
    plan.mention(row)
    return plan


def plan_merge_categories(truth: Truth, *, pk: int, into: int) -> Plan:
    """Let a category become a part of another: what is filed there, what lies below it, and its path lead there.

    What both have below them becomes one, too.
    """
    row, target = _row(truth, pk), _row(truth, into)
    if is_in(target.path, row.path):
        raise BadInput("merges_itself", N_("Choose a category that does not lie below it."), field="into")
    if target.retired_on is not None:
        raise Refusal(
            "merges_into_retired",
            N_("“{path}” is retired. Choose a category that is in use."),
            field="into",
            path=target.path,
        )
    plan = Plan()
    known = standing(truth)
    leads: dict[int, int] = {}
    for other in known.values():
        if not is_in(other.path, row.path):
            continue
        there = known.get(_moved(other.path, row.path, target.path))
        if there is None:
            plan.change(other, path=_moved(other.path, row.path, target.path))
        else:
            leads[other.pk] = there.merged_into_id or there.pk
            plan.change(other, retired_on=other.retired_on or truth.today)
    for other in known.values():
        if (to := leads.get(other.merged_into_id or other.pk)) is not None:
            plan.change(other, merged_into_id=to)
    for label in ("catalog.Product", "catalog.WarrantyPolicy"):
        for one in truth.documents[label].values():
            if one.category_id in leads:
                plan.change(one, category_id=leads[one.category_id])
    plan.mention(row, target)
    return plan


def unused(truth: Truth, plan: Plan) -> None:
    """Refuse to undo what made a category in which something else is filed since. Needs ``read["filed"]``."""
    if truth.read["filed"]:
        raise Refusal(
            "category_used",
            N_(
                "The category “{path}” came with it, and something else is filed there by now. File that elsewhere."
            ),
            path=truth.read["filed"],
        )


def _moved(path: str, old: str, new: str) -> str:
    moved = new + path[len(old) :]
    if len(moved) > MOST:
        raise BadInput("too_long", N_("At most {most} characters fit here."), field="path", most=MOST)
    return moved


def _may_be(truth: Truth, values: Values, but: int | None) -> None:
    taken: Sequence[Any] = list(truth.documents["catalog.Category"].values())
    if any(one.path == values.get("path") and one.pk != but for one in taken if one.void_id is None):
        raise Refusal("category_there", N_("There is such a category already."), field="path")
    code = values.get("tax_code")
    if code is not None and code not in truth.read["tax_codes"]:
        raise BadInput(
            "no_such_tax_code", N_("There is no such tax code, or it is retired."), field="tax_code"
        )
