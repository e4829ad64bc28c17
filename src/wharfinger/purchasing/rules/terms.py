"""Pure decisions about what is always agreed with a vendor, and what an order says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base.fields import Check, email, or_nothing, text, whole
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.purchasing.rules.drafting import a_vendor
from wharfinger.purchasing.rules.taxing import tax_code_of

TERMS: dict[str, Check] = {
    "tax_code": or_nothing(whole(1, 2**63 - 1)),
    "shipping_method": text(60),
    "orders_email": email,
    "minimum": or_nothing(whole(1, 10**15)),
    "discount_micro": whole(0, 10**6 - 1),
    "discount_days": whole(0, 3650),
}
_BORN = {
    "shipping_method": "",
    "orders_email": "",
    "minimum_minor": None,
    "discount_micro": 0,
    "discount_days": 0,
}


def plan_terms(truth: Truth, *, vendor: int, values: Mapping[str, Any]) -> Plan:
    """Say what is always agreed with a vendor; orders that are there stay as they are."""
    a_vendor(truth, vendor)
    plan = Plan()
    given = {"minimum_minor" if name == "minimum" else name: value for name, value in values.items()}
    if "tax_code" in given:
        given["tax_code_id"] = tax_code_of(truth, given.pop("tax_code"), "tax_code")
    known = [one for one in truth.documents["purchasing.VendorTerms"].values() if one.void_id is None]
    if known:
        plan.change(known[0], **given)
        plan.mention(known[0])
    else:
        full = {"tax_code_id": None, **_BORN, **given}
        plan.mention(("vendor_terms", plan.create("purchasing.VendorTerms", organization_id=vendor, **full)))
    return plan
