"""Pure decisions about the words on documents: for whom they are, and that no two are for the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base.fields import Check, country, day, one_of, or_nothing, text
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.documents.rules.columns import chosen, fits
from wharfinger.ledger.plan import Plan, Truth

LABEL = "documents.Wording"
KINDS: dict[str, str] = {
    "quote": N_("Quote"),
    "order-confirmation": N_("Order confirmation"),
    "delivery-note": N_("Delivery note"),
    "packing-list": N_("Packing list"),
    "invoice": N_("Invoice"),
    "credit-note": N_("Credit note"),
    "reminder-1": N_("Payment reminder"),
    "reminder-2": N_("Second reminder"),
    "reminder-3": N_("Final reminder"),
    "purchase-order": N_("Purchase order"),
    "rfq": N_("Request for quotation"),
    "vendor-return": N_("Return to the vendor"),
    "vendor-claim": N_("Claim on a vendor"),
}
"""The documents whose words a company writes itself."""
REMINDERS = {f"reminder-{level}": level for level in (1, 2, 3)}
"""Those that are one kind of document, whose words depend on its level."""


def _whose(value: Any, field: str) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise BadInput("no_such_organization", N_("There is no such organization."), field=field)


def _country(value: Any, field: str) -> str:
    return country(value, field) if value else ""


WORDING: dict[str, Check] = {
    "name": text(60, needed=True),
    "kind": one_of(*KINDS),
    "organization": _whose,
    "country": _country,
    "language": one_of("", "en", "de"),
    "opening": text(2000),
    "closing": text(2000),
    "columns": or_nothing(chosen),
    "retired_on": or_nothing(day),
}
BORN: dict[str, Any] = {
    "organization": None,
    "country": "",
    "language": "",
    "opening": "",
    "closing": "",
    "columns": None,
    "retired_on": None,
}


def plan_wording(truth: Truth, *, values: Mapping[str, Any]) -> Plan:
    """Write what a kind of document says to somebody."""
    for name in ("name", "kind"):
        if not values.get(name):
            raise BadInput("missing", N_("Please fill this in."), field=name)
    full = _named(BORN | dict(values))
    fits(full["kind"], full["columns"])
    _fits(truth, full, None)
    plan = Plan()
    plan.mention(("wording", plan.create(LABEL, **full)))
    return plan


def plan_wording_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Write something else, or retire it by a day: then the next that fits is taken."""
    row = truth.documents[LABEL].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_wording", N_("There are no such words. Look at the list of them."))
    if values.get("kind", row.kind) != row.kind:
        raise Refusal("kind_stays", N_("Words stay on their kind of document. Add others."), field="kind")
    changed = _named(values)
    fits(row.kind, changed.get("columns"))
    now = {name: getattr(row, name) for name in ("kind", "organization_id", "country", "language")}
    if changed.get("retired_on", row.retired_on) is None:
        _fits(truth, now | changed, pk)
    plan = Plan()
    plan.change(row, **changed)
    plan.mention(row)
    return plan


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"organization_id" if name == "organization" else name: value for name, value in values.items()}


def _fits(truth: Truth, values: Mapping[str, Any], pk: int | None) -> None:
    """Let pass words for one organization or one country, which nobody else has written."""
    whose = values["organization_id"]
    if whose is not None and values["country"]:
        raise BadInput(
            "one_or_a_country", N_("Choose an organization or a country, not both."), field="country"
        )
    if whose is not None and whose not in truth.read["organizations"]:
        raise BadInput("no_such_organization", N_("There is no such organization."), field="organization")
    for row in truth.documents[LABEL].values():
        alike = all(
            getattr(row, name) == values[name] for name in ("kind", "organization_id", "country", "language")
        )
        if alike and row.pk != pk and row.void_id is None and row.retired_on is None:
            raise Refusal(
                "worded_already",
                N_("“{name}” is for the same documents. Change that one, or choose for whom this one is."),
                field="organization" if whose is not None else "country",
                name=row.name,
            )
