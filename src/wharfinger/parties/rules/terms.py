"""Pure decisions about terms of payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base.fields import Check, day, or_nothing, text, whole, yes_or_no
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.parties.rules import Values, born, plan_change, row_of

WHOLE = 10**6
MOST_PARTS = 11
"""So many parts may be due sooner than the rest."""


def _parts(value: Any, field: str) -> list[dict[str, int]]:
    """Shares and days of what is due sooner; raises BadInput unless something is left for the last day."""
    if not isinstance(value, list | tuple) or len(value) > MOST_PARTS:
        raise BadInput(
            "too_many_parts",
            N_("Name at most {most} instalments before the last one."),
            field=field,
            most=MOST_PARTS,
        )
    found = []
    for n, one in enumerate(value):
        at = f"{field}.{n}"
        share = whole(1, WHOLE - 1)(one["share_micro"], f"{at}.percent")
        found.append({"share_micro": share, "days": whole(0, 3650)(one["days"], f"{at}.days")})
    if sum(one["share_micro"] for one in found) >= WHOLE:
        raise BadInput(
            "nothing_for_the_last",
            N_("These instalments come to the whole. Leave something for the last day."),
            field=field,
        )
    return found


TERMS: dict[str, Check] = {
    "name": text(100, needed=True),
    "days": whole(0, 3650),
    "end_of_month": yes_or_no,
    "day_of_month": or_nothing(whole(1, 31)),
    "instalments": _parts,
    "discount_micro": whole(0, 10**6),
    "discount_days": whole(0, 3650),
    "retired_on": or_nothing(day),
}
BORN_TERMS: dict[str, Any] = {
    "days": 0,
    "end_of_month": False,
    "day_of_month": None,
    "instalments": [],
    "discount_micro": 0,
    "discount_days": 0,
    "retired_on": None,
}


def plan_terms(truth: Truth, *, values: Values) -> Plan:
    """Add terms of payment."""
    plan = Plan()
    _terms_are_new(truth, values.get("name", ""), None)
    full = born(BORN_TERMS, values)
    _each_is_sooner(full["instalments"], full["days"])
    plan.mention(("terms", plan.create("parties.Terms", **full)))
    return plan


def plan_terms_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change or retire terms of payment; invoices keep those they were written under."""
    if "name" in values:
        _terms_are_new(truth, values["name"], pk)
    if {"instalments", "days"} & values.keys():
        row = row_of(truth, "parties.Terms", pk)
        _each_is_sooner(values.get("instalments", row.instalments), values.get("days", row.days))
    return plan_change(truth, label="parties.Terms", pk=pk, values=values)


def _each_is_sooner(parts: Sequence[Mapping[str, int]], days: int) -> None:
    """Let pass instalments that are due one after the other, and each before the last."""
    ends = [one["days"] for one in parts]
    for n, (end, then) in enumerate(zip(ends, [*ends, days][1:], strict=True)):
        if end >= then:
            raise BadInput(
                "not_in_turn",
                N_("Each instalment is due before the next, and the last after {days} days."),
                field=f"instalments.{n}.days",
                days=days,
            )


def _terms_are_new(truth: Truth, name: str, but: int | None) -> None:
    for one in truth.documents["parties.Terms"].values():
        if one.pk != but and same(one.name) == same(name):
            raise BadInput(
                "name_taken", N_("There are terms of this name already. Give another."), field="name"
            )
