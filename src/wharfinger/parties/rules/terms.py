"""Pure decisions about terms of payment."""

from __future__ import annotations

from wharfinger.base.fields import Check, day, or_nothing, text, whole, yes_or_no
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.parties.rules import Values, born, plan_change

TERMS: dict[str, Check] = {
    "name": text(100, needed=True),
    "days": whole(0, 3650),
    "end_of_month": yes_or_no,
    "day_of_month": or_nothing(whole(1, 31)),
    "discount_micro": whole(0, 10**6),
    "discount_days": whole(0, 3650),
    "retired_on": or_nothing(day),
}
BORN_TERMS = {
    "days": 0,
    "end_of_month": False,
    "day_of_month": None,
    "discount_micro": 0,
    "discount_days": 0,
    "retired_on": None,
}


def plan_terms(truth: Truth, *, values: Values) -> Plan:
    """Add terms of payment."""
    plan = Plan()
    _terms_are_new(truth, values.get("name", ""), None)
    plan.mention(("terms", plan.create("parties.Terms", **born(BORN_TERMS, values))))
    return plan


def plan_terms_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change or retire terms of payment; invoices keep those they were written under."""
    if "name" in values:
        _terms_are_new(truth, values["name"], pk)
    return plan_change(truth, label="parties.Terms", pk=pk, values=values)


def _terms_are_new(truth: Truth, name: str, but: int | None) -> None:
    for one in truth.documents["parties.Terms"].values():
        if one.pk != but and same(one.name) == same(name):
            raise BadInput(
                "name_taken", N_("There are terms of this name already. Give another."), field="name"
            )
