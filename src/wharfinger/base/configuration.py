"""What can be set, with the value that holds until somebody sets another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from wharfinger.base.models import Setting

DEFAULTS: dict[str, Any] = {
    "company": {
        "name": "",
        "street": "",
        "postcode": "",
        "city": "",
        "country": "DE",
        "tax_number": "",
        "registration": "",
        "directors": "",
        "email": "",
        "phone": "",
        "website": "",
        "bank_name": "",
        "iban": "",
        "bic": "",
        "accent": "",
    },
    "logo": "",
    "currency": "EUR",
    "language": "en",
    "time_zone": "Europe/Berlin",
    "modules": {"procurement": True, "rma": True, "jobs": True},
    "approval": {"threshold_minor": None, "self_approval": False},
    "quote_approval": {"discount_percent": None, "margin_percent": None, "self_approval": False},
    "bill_tolerance": {"percent": 0, "most_minor": None},
    "fee_products": {
        "deposit": None,
        "freight": None,
        "restocking": None,
        "return_freight": None,
        "repair": None,
        "reminder": None,
    },
    "purchasing_team": [],
    "quote_valid_days": 30,
    "pipeline_steps": ["new", "qualified", "proposal", "negotiation"],
    "terms_days": 14,
    "accounts": {},
    "mail_bills": False,
    "reminders": {
        "level_1": 7,
        "level_2": 21,
        "level_3": 35,
        "pay_within": 7,
        "fee_1_minor": None,
        "fee_2_minor": None,
        "fee_3_minor": None,
    },
    "terms": None,
    "cash_rounding": {},
    "closed_until": None,
    "counting": {
        "second_count": False,
        "tolerance_percent": 0,
        "tolerance_minor": None,
        "cycle_days_a": 30,
        "cycle_days_b": 90,
        "cycle_days_c": 365,
    },
    "listed_reasons_only": False,
    "purchase_descriptions": "product",
    "require_vendor_invoice": False,
    "fulfil_automatically": False,
    "serve_back_orders": True,
    "shipment_proof": False,
    "simple_workflow": False,
    "sscc_prefix": "",
    "second_person": False,
    "returnable_days": 30,
    "rma_days": 14,
    "rma_remind_days": 0,
    "expiry_days": 30,
    "warranty_days": 30,
    "attachment_mb": 20,
    "pictures_on_quotes": False,
    "prices_include_tax": False,
    "win_on_acceptance": False,
    "reply_address": "",
    "webhook_private_addresses": False,
    "words": {},
}


_known: ContextVar[Mapping[str, Any] | None] = ContextVar("settings_known", default=None)


@contextmanager
def knowing(values: Mapping[str, Any] | None) -> Iterator[None]:
    """Let what is inside, which only reads, use settings that were read with something else, where they were."""
    token = _known.set(values)
    try:
        yield
    finally:
        _known.reset(token)


def read(*keys: str) -> dict[str, Any]:
    """The values of these settings, in one statement; in none where all are known."""
    known = _known.get()
    if known is not None and known.keys() >= set(keys):
        return {key: known[key] for key in keys}
    stored = dict(Setting.objects.filter(key__in=keys).values_list("key", "value"))
    return {key: filled(key, stored.get(key)) for key in keys}


def one(key: str) -> Any:
    """The value of one setting."""
    return read(key)[key]


def filled(key: str, stored: Any) -> Any:
    """A setting as it stands, with the default of whatever is not stored."""
    default = DEFAULTS[key]
    if stored is None:
        return default
    return {**default, **stored} if isinstance(default, dict) and isinstance(stored, dict) else stored
