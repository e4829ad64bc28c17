"""Pure decisions about the list of job types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base.fields import Check, day, one_of, or_nothing, text, whole, yes_or_no
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.work.rules import MOST_DAYS, SCOPES

TYPE: dict[str, Check] = {
    "name": text(60, needed=True),
    "scope": one_of(*SCOPES),
    "billable": yes_or_no,
    "estimate_days": or_nothing(whole(0, MOST_DAYS)),
    "agreed": text(1000),
    "retired_on": or_nothing(day),
}
BORN = {"scope": "generic", "billable": True, "estimate_days": None, "agreed": "", "retired_on": None}


def plan_job_type(truth: Truth, *, values: Mapping[str, Any]) -> Plan:
    """Add a type of job to the list."""
    if not values.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field="name")
    _not_known(truth, values["name"], None)
    plan = Plan()
    plan.mention(("job_type", plan.create("work.JobType", **(BORN | dict(values)))))
    return plan


def plan_job_type_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Change a type of job, or take it off the list by a date; jobs keep what they began with."""
    row = truth.documents["work.JobType"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere(
            "no_such_job_type", N_("There is no such job type, or it is retired. Look at the list.")
        )
    if "name" in values:
        _not_known(truth, values["name"], pk)
    plan = Plan()
    plan.change(row, **values)
    plan.mention(row)
    return plan


def _not_known(truth: Truth, name: str, but: int | None) -> None:
    for row in truth.documents["work.JobType"].values():
        if row.pk != but and same(row.name) == same(name):
            raise BadInput("name_taken", N_("This name is taken. Choose another."), field="name")
