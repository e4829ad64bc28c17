"""Pure decisions about categories: a tree written as paths, ``Network / Switches``, with what holds in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.fields import Check, or_nothing, text, whole
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.rules import row_of
from wharfinger.ledger.plan import Plan, Truth

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


CATEGORY: dict[str, Check] = {"path": path, "tax_code": or_nothing(whole(1, 2**63 - 1))}


def plan_category(truth: Truth, *, values: Values) -> Plan:
    """Add a category; the ones above it are there by their path."""
    if not values.get("path"):
        raise BadInput("missing", N_("Please fill this in."), field="path")
    _may_be(truth, values, None)
    plan = Plan()
    made = plan.create("catalog.Category", path=values["path"], tax_code_id=values.get("tax_code"))
    plan.mention(("category", made))
    return plan


def plan_category_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change a category. Another path takes along what lies below it: categories, products and policies."""
    row = row_of(truth, "catalog.Category", pk)
    _may_be(truth, values, pk)
    plan = Plan()
    if "tax_code" in values:
        plan.change(row, tax_code_id=values["tax_code"])
    old, new = row.path, values.get("path", row.path)
    if new != old and is_in(new, old):
        raise BadInput("below_itself", N_("A category cannot lie below itself."), field="path")
    if new != old:
        for other in truth.documents["catalog.Category"].values():
            if is_in(other.path, old):
                plan.change(other, path=_moved(other.path, old, new))
        for label in ("catalog.Product", "catalog.WarrantyPolicy"):
            for one in truth.documents[label].values():
                if is_in(one.category, old):
                    plan.change(one, category=_moved(one.category, old, new))
    plan.mention(row)
    return plan


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
