"""Pure decisions about reasons: the company's list of them, and which one an act gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wharfinger.base.fields import Check, day, or_nothing, text, yes_or_no
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth

USES: dict[str, str] = {
    "found": N_("Goods found"),
    "lost": N_("Goods lost"),
    "hold": N_("Set aside"),
    "scrap": N_("Scrapped"),
    "correct_serial": N_("Serial number corrected"),
    "reject": N_("Rejected at the door"),
}
"""For which acts a reason may be offered."""


def _uses(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or not value or any(one not in USES for one in value):
        raise BadInput("not_one_of", N_("Choose one of: {words}."), field=field, words=", ".join(USES))
    return [use for use in USES if use in value]


REASON: dict[str, Check] = {
    "name": text(60, needed=True),
    "uses": _uses,
    "note_required": yes_or_no,
    "retired_on": or_nothing(day),
}


@dataclass(frozen=True, slots=True)
class Why:
    """The reason that somebody gives for an act, and what they add in their own words."""

    uses: tuple[str, ...]
    """What the act does, of ``USES``."""
    reason: str
    note: str = ""

    def text(self) -> str:
        """As the journal keeps it."""
        return f"{self.reason}: {self.note}" if self.note else self.reason


def plan_reason(truth: Truth, *, values: Mapping[str, Any]) -> Plan:
    """Add a reason to the list."""
    if not values.get("name"):
        raise BadInput("missing", N_("Please fill this in."), field="name")
    _not_known(truth, values["name"], None)
    full = {"uses": ["found", "lost"], "note_required": False, "retired_on": None} | dict(values)
    plan = Plan()
    plan.mention(("reason", plan.create("stock.Reason", **full)))
    return plan


def plan_reason_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Change a reason, or take it off the list by a date; acts that gave it keep it."""
    row = truth.documents["stock.Reason"].get(pk)
    if row is None:
        raise NotThere("no_such_reason", N_("There is no such reason. Look at the list of reasons."))
    if "name" in values:
        _not_known(truth, values["name"], pk)
    plan = Plan()
    plan.change(row, **values)
    plan.mention(row)
    return plan


def _not_known(truth: Truth, name: str, pk: int | None) -> None:
    if any(same(row.name) == same(name) and row.pk != pk for row in truth.documents["stock.Reason"].values()):
        raise BadInput("name_taken", N_("This name is taken. Choose another."), field="name")


def give(plan: Plan, truth: Truth, why: Why, *, before: str = "") -> None:
    """Let the entry name the reason of the list that was given.

    before: what the names of the fields begin with, where an act gives a reason for each of its lines.
    Needs ``truth.read["reasons"]``. Raises BadInput when only the list holds and it has no such reason for
    the act, or when the reason asks for a note.
    """
    listed = [row for row in truth.read["reasons"] if set(why.uses) <= set(row.uses)]
    found = next((row for row in listed if same(row.name) == same(why.reason)), None)
    if found is None:
        if truth.read["house"].listed_reasons_only:
            raise BadInput(
                "reason_not_listed",
                N_("Choose a reason of the list: {words}. Whoever keeps the settings can add one."),
                field=f"{before}reason",
                words=", ".join(row.name for row in listed) or "–",
            )
        return
    if found.note_required and not why.note:
        raise BadInput(
            "note_missing",
            N_("“{reason}” asks for a note. Say what happened."),
            field=f"{before}note",
            reason=found.name,
        )
    plan.mention(("reason", found.pk))
