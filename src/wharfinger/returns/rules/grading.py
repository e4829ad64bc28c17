"""Pure decisions about grades: the company's list of them, and what one means for the goods that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wharfinger.base.fields import Check, day, one_of, or_nothing, text, yes_or_no
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.returns.rules import OUTCOMES

MOST = 60
"""Letters of a grade's name."""


def _names(value: Any, field: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadInput("wrong_type", N_("Give a name for each language."), field=field)
    return {
        str(language): text(MOST)(name, f"{field}.{language}") for language, name in value.items() if name
    }


GRADE: dict[str, Check] = {
    "code": text(20, needed=True),
    "names": _names,
    "resellable": yes_or_no,
    "outcome": one_of("", *OUTCOMES),
    "retired_on": or_nothing(day),
}
BORN: dict[str, Any] = {"names": {}, "resellable": True, "outcome": "", "retired_on": None}


def plan_grade(truth: Truth, *, values: Mapping[str, Any]) -> Plan:
    """Add a grade to the list."""
    if not values.get("code"):
        raise BadInput("missing", N_("Please fill this in."), field="code")
    _not_known(truth, values["code"], None)
    full = BORN | dict(values)
    _fits(full["resellable"], full["outcome"])
    plan = Plan()
    plan.mention(("grade", plan.create("returns.Grade", **full)))
    return plan


def plan_grade_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Change a grade, or take it off the list by a date; what was found keeps it."""
    row = truth.documents["returns.Grade"].get(pk)
    if row is None:
        raise NotThere("no_such_grade", N_("There is no such grade. Look at the list of grades."))
    if "code" in values:
        _not_known(truth, values["code"], pk)
    _fits(values.get("resellable", row.resellable), values.get("outcome", row.outcome))
    plan = Plan()
    plan.change(row, **values)
    plan.mention(row)
    return plan


def _not_known(truth: Truth, code: str, pk: int | None) -> None:
    if any(
        same(row.code) == same(code) and row.pk != pk for row in truth.documents["returns.Grade"].values()
    ):
        raise BadInput("code_taken", N_("This code is taken. Choose another."), field="code")


def _fits(resellable: bool, outcome: str) -> None:
    if outcome == "restock" and not resellable:
        raise BadInput(
            "not_resellable",
            N_("What is not sold again is not restocked. Choose another outcome."),
            field="outcome",
        )


def grade_of(truth: Truth, pk: int | None, field: str) -> Any:
    """The grade that somebody gave; none where nobody did. Raises NotThere where it is not on the list."""
    if pk is None:
        return None
    row = truth.documents["returns.Grade"].get(pk)
    if row is None or row.retired_on is not None:
        raise NotThere(
            "no_such_grade", N_("There is no such grade. Look at the list of grades."), field=f"{field}.grade"
        )
    return row


def let_restock(grade: Any, outcome: str, field: str) -> None:
    """Let goods of a grade become what is said; raises Refusal where they would be sold again and may not be."""
    if grade is not None and outcome == "restock" and not grade.resellable:
        raise Refusal(
            "grade_not_sold",
            N_("Goods of grade {grade} are not sold again. Choose another outcome, or another grade."),
            field=f"{field}.outcome",
            grade=grade.code,
        )


def in_short(found: Iterable[tuple[str, str]]) -> list[str]:
    """Grades and what was found, as the journal says them: ``B: scratched``."""
    return [f"{code}: {said}" if code and said else code or said for code, said in found]
