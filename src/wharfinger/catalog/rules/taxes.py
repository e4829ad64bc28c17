"""Pure decisions about tax codes: their rates, why nothing is charged, and from when until when each holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base.fields import Check, day, one_of, or_nothing, text, whole, yes_or_no
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.rules import Values, columns, needed, percent, row_of
from wharfinger.catalog.rules.validity import ends_after_it_begins
from wharfinger.catalog.rules.vatex import CATEGORY_OF, REASONED
from wharfinger.ledger.plan import Plan, Truth


def vatex(value: Any, field: str) -> str:
    """A code that says why nothing is charged, of those that electronic invoices know (EN 16931 BT-121)."""
    found = str(text(30)(value, field)).upper()
    if found and found not in CATEGORY_OF:
        raise BadInput(
            "no_such_exemption",
            N_("There is no exemption code “{text}”. Choose one of the list, like VATEX-EU-IC."),
            field=field,
            text=found,
        )
    return found


TAX_CODE: dict[str, Check] = {
    "code": text(20, needed=True),
    "name": text(100, needed=True),
    "rate": percent,
    "category": one_of("S", "Z", "E", "AE", "K", "G", "O", "L", "M"),
    "exemption_reason": text(200),
    "exemption_code": vatex,
    "second_name": text(30),
    "second_rate": percent,
    "compound": yes_or_no,
    "default": yes_or_no,
    "valid_from": or_nothing(day),
    "valid_until": or_nothing(day),
    "successor": or_nothing(whole(1, 2**63 - 1)),
    "retired_on": or_nothing(day),
}


BORN_TAX_CODE = {
    "rate_micro": 0,
    "category": "S",
    "exemption_reason": "",
    "exemption_code": "",
    "second_name": "",
    "second_rate_micro": 0,
    "compound": False,
    "default": False,
    "valid_from": None,
    "valid_until": None,
    "successor_id": None,
    "retired_on": None,
}
RATES = {"rate_micro": "rate", "second_rate_micro": "second_rate", "compound": "compound"}
"""What of a tax code lines were priced with, by the field that says it."""


def plan_tax_code(truth: Truth, *, values: Values) -> Plan:
    """Add a tax code; the first is the default."""
    needed(values, "code", "name")
    plan = Plan()
    full = {**BORN_TAX_CODE, **columns(values)}
    _second_is_named(full)
    _fits_its_category(full["category"], full["exemption_code"])
    _is_followed(truth, None, full)
    full["default"] = full["default"] or not truth.read["tax_codes"]
    if full["default"]:
        _no_other_default(plan, truth)
    _code_is_free(truth, full["code"], None)
    plan.mention(("tax_code", plan.create("catalog.TaxCode", **full)))
    return plan


def plan_tax_code_change(truth: Truth, *, pk: int, values: Values) -> Plan:
    """Change a tax code. Its rates stay once anything uses it: lines were priced with them."""
    row = row_of(truth, "catalog.TaxCode", pk)
    new = columns(values)
    for name, field in RATES.items():
        if new.get(name, getattr(row, name)) != getattr(row, name) and truth.read["used"]:
            raise Refusal(
                "tax_code_used",
                N_("Products use this tax code. Add one with the new rate and give it to them."),
                field=field,
            )
    _second_is_named({name: new.get(name, getattr(row, name)) for name in ("second_name", *RATES)})
    _fits_its_category(*(new.get(name, getattr(row, name)) for name in ("category", "exemption_code")))
    _is_followed(truth, pk, {name: new.get(name, getattr(row, name)) for name in FOLLOWED})
    if new.get("default") is False and row.default:
        raise Refusal(
            "default_needed",
            N_("One must be the default. Make another the default instead."),
            field="default",
        )
    if "code" in new:
        _code_is_free(truth, new["code"], pk)
    plan = Plan()
    if new.get("default") and not row.default:
        _no_other_default(plan, truth)
    plan.change(row, **new)
    plan.mention(row)
    return plan


def _second_is_named(full: Values) -> None:
    if full["second_rate_micro"] and not full["second_name"]:
        raise BadInput("missing", N_("Please fill this in."), field="second_name")
    if full["compound"] and not full["second_rate_micro"]:
        raise BadInput(
            "no_second_tax",
            N_("Give the rate of the second tax that is asked of the first."),
            field="second_rate",
        )


def _code_is_free(truth: Truth, code: str, but: int | None) -> None:
    if any(one.code == code and one.pk != but for one in truth.documents["catalog.TaxCode"].values()):
        raise BadInput("code_taken", N_("This code is taken. Choose another."), field="code")


def _no_other_default(plan: Plan, truth: Truth) -> None:
    for code in truth.documents["catalog.TaxCode"].values():
        if code.default:
            plan.change(code, default=False)


FOLLOWED = ("valid_from", "valid_until", "successor_id")
"""What says when a code holds, and what follows it."""


def _fits_its_category(category: str, code: str) -> None:
    """Refuse an exemption code that another category has, or where tax is charged."""
    if not code:
        return
    if category not in REASONED:
        raise BadInput(
            "taxed_after_all",
            N_(
                "Only where no tax is charged is there an exemption code: in the categories E, AE, K, G and O."
            ),
            field="exemption_code",
        )
    if CATEGORY_OF[code] != category:
        raise BadInput(
            "of_another_category",
            N_("{exemption} belongs to category {category}. Choose another code, or that category."),
            field="exemption_code",
            exemption=code,
            category=CATEGORY_OF[code],
        )


def _is_followed(truth: Truth, pk: int | None, full: Mapping[str, Any]) -> None:
    """Refuse a successor that is not there or leads back, and one of a code that never ends."""
    ends_after_it_begins(full["valid_from"], full["valid_until"])
    next_one = full["successor_id"]
    if next_one is None:
        return
    codes = truth.documents["catalog.TaxCode"]
    if next_one not in codes:
        raise BadInput(
            "no_such_tax_code", N_("There is no such tax code, or it is retired."), field="successor"
        )
    if full["valid_until"] is None:
        raise BadInput(
            "never_ends",
            N_("Say until when this code holds. Its successor takes over on the day after."),
            field="valid_until",
        )
    while next_one is not None:
        if next_one == pk:
            raise BadInput(
                "leads_back",
                N_("This successor leads back to the code itself. Choose one that comes after it."),
                field="successor",
            )
        next_one = codes[next_one].successor_id
