"""The fields that an act changed, in words: what each is called, and what it held before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from wharfinger.base import owned
from wharfinger.base.own import Own
from wharfinger.base.refusal import N_
from wharfinger.base.typed import written
from wharfinger.site import formats
from wharfinger.site.subjects import subject
from wharfinger.stock.rules.serving import PRIORITIES

FIELDS: dict[str, str] = {
    "address": N_("Address"),
    "approved": N_("Approved amount"),
    "approval_asked_at": N_("Approval asked for"),
    "approval_note": N_("Why not approved"),
    "approved_at": N_("Approved"),
    "bank": N_("Bank"),
    "batch": N_("Batch"),
    "billing_policy": N_("Billed"),
    "cancelled_at": N_("Cancelled"),
    "carrier": N_("Carrier"),
    "caption": N_("Caption"),
    "category": N_("Category"),
    "channel": N_("Channel"),
    "choices": N_("Choices"),
    "city": N_("City"),
    "closed_at": N_("Closed"),
    "code": N_("Serial number"),
    "columns": N_("Columns"),
    "confirmed_at": N_("Confirmed"),
    "cost": N_("Cost"),
    "cost_method": N_("Valued"),
    "country": N_("Country"),
    "currency": N_("Currency"),
    "customer": N_("Buys from us (customer)"),
    "decimal": N_("Decimal sign"),
    "default": N_("Default"),
    "delivered_on": N_("Delivered"),
    "description": N_("Description"),
    "discount": N_("Discount"),
    "discount_each": N_("Discount per unit"),
    "email": N_("Mail"),
    "expected_on": N_("Expected"),
    "expires_on": N_("Expires"),
    "external_number": N_("Vendor's number"),
    "family": N_("Family"),
    "first": N_("First value"),
    "second": N_("Second value"),
    "third": N_("Third value"),
    "attributes": N_("Attributes"),
    "freight": N_("Freight"),
    "fulfilled_at": N_("Fulfilled"),
    "gtin": N_("GTIN"),
    "serial_pattern": N_("Series of our own serial numbers"),
    "hold_until": N_("Reserved until"),
    "in_lists": N_("In lists"),
    "is_active": N_("May sign in"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "lost_at": N_("Lost"),
    "low_since": N_("Below its minimum since"),
    "lost_reason": N_("Reason"),
    "manufacturer": N_("Manufacturer"),
    "maximum": N_("Maximum"),
    "memo": N_("Note"),
    "merged_into": N_("Merged into"),
    "minimum": N_("Minimum"),
    "name": N_("Name"),
    "next": N_("Next number"),
    "on_documents": N_("On documents"),
    "option": N_("Option"),
    "ordered_on": N_("Ordered"),
    "organization": N_("Organization"),
    "location": N_("Location"),
    "owner": N_("Owner"),
    "path": N_("Category"),
    "pattern": N_("Pattern"),
    "part_number": N_("Number at the vendor"),
    "permissions": N_("Permissions"),
    "phone": N_("Phone"),
    "posted_at": N_("Posted"),
    "price": N_("Price"),
    "priority": N_("Priority"),
    "procured": N_("Subject to procurement"),
    "promised_on": N_("Promised"),
    "quantity": N_("Quantity"),
    "query": N_("View"),
    "rate": N_("Rate"),
    "reference": N_("Reference"),
    "rejected_note": N_("Reason"),
    "required": N_("Required"),
    "retired_at": N_("Retired"),
    "removed_at": N_("Taken off"),
    "order": N_("Sales order"),
    "resource": N_("Resource"),
    "lead": N_("Lead"),
    "pack_quantity": N_("Pack size"),
    "minimum_quantity": N_("Least order"),
    "from_quantity": N_("From quantity"),
    "lead_time_days": N_("Days to deliver"),
    "stock": N_("Vendor's stock"),
    "stock_on": N_("As of"),
    "valid_from": N_("Valid from"),
    "retired_on": N_("Retired on"),
    "sent_at": N_("Sent"),
    "sequence": N_("Turn"),
    "shared": N_("For everybody"),
    "shipment": N_("Shipment"),
    "site": N_("Site"),
    "sku": N_("SKU"),
    "submitted_at": N_("Submitted"),
    "taken": N_("Taken"),
    "tax_code": N_("Tax code"),
    "tax_number": N_("Tax number"),
    "terms_days": N_("Days to pay"),
    "traced": N_("Tracing"),
    "tracking": N_("Tracking number"),
    "unit": N_("Unit"),
    "unit_cost": N_("Unit cost"),
    "unit_price": N_("Unit price"),
    "value": N_("Value"),
    "vendor": N_("Sells to us (vendor)"),
    "version": N_("Version"),
    "won_at": N_("Won"),
}
"""What people call a field, without the unit at the end of its name."""

POINTS = {
    "category": "category",
    "order": "order",
    "family": "family",
    "location": "location",
    "organization": "organization",
    "site": "site",
    "shipment": "shipment",
    "tax_code": "tax_code",
}
"""Fields that hold the id of another noun."""
PEOPLE = frozenset(("owner", "approved_by", "buyer", "resource", "lead", "requested_by"))


def own_words(subject: str, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    """What an own field (``own.colour``) of a subject is called, and what it held before and after."""
    noun, key = subject.partition(":")[0], name.removeprefix(owned.MARK)
    field = next((one for one in owned.fields(noun) if one.key == key), Own(key, key, "text"))
    return field.name, owned.words(field, old) or "–", owned.words(field, new) or "–"


def field_words(name: str) -> str:
    """What a field is called."""
    bare = _bare(name)
    known = FIELDS.get(name) or FIELDS.get(bare)
    return gettext(known) if known else bare.replace("_", " ").capitalize()


def value_words(name: str, value: Any) -> str:
    """What a field held, as people write it."""
    bare = _bare(name)
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if name == "priority" and value in PRIORITIES:
        return gettext(PRIORITIES[value])
    if name.endswith("_id") and (noun := "user" if bare in PEOPLE else POINTS.get(bare)):
        return subject(f"{noun}:{value}")[0]
    if bare == "discount" and isinstance(value, int):
        return f"{written(value, 4)} %"
    if name.endswith("_micro") and isinstance(value, int):
        return written(value, 6)
    if name.endswith("_minor") and isinstance(value, int):
        return written(value, 2)
    if isinstance(value, str) and name.endswith(("_at", "_until", "_since")):
        return str(formats.moment(datetime.fromisoformat(value)))
    if isinstance(value, str) and name.endswith("_on"):
        return formats.day(date.fromisoformat(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{field_words(key)}: {value_words(key, one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value_words(name, one) if isinstance(one, Mapping) else str(one) for one in value)
    return str(value)


def _bare(name: str) -> str:
    for unit in ("_id", "_micro", "_minor"):
        name = name.removesuffix(unit)
    return name
