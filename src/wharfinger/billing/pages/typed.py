"""What people type into the forms of billing."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import micro
from wharfinger.billing.rules.fees import Fee

FEE_ROWS = 2
"""So many rows for freight and fees stand on a form."""


def day_of(given: QueryDict, name: str) -> date | None:
    """A date that was typed; raises BadInput when it is none."""
    text = given.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date", N_("“{text}” is not a date. Write it like 2026-11-30."), field=name, text=text[:20]
        ) from None


def id_of(given: QueryDict, name: str) -> int | None:
    """A chosen row, or none."""
    text = given.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def fees_of(given: QueryDict) -> tuple[Fee, ...]:
    """Freight and fees that were typed; rows without an amount are left out."""
    fees = []
    for n in range(FEE_ROWS):
        typed = given.get(f"fee-price-{n}", "").strip()
        if not typed:
            continue
        product = id_of(given, f"fee-product-{n}")
        if product is None:
            raise BadInput("missing", N_("Please fill this in."), field=f"fee-product-{n}")
        price = micro(typed, field=f"fee-price-{n}")
        fees.append(Fee(product, price, description=given.get(f"fee-words-{n}", "").strip()))
    return tuple(fees)


def fee_field(field: str | None, given: QueryDict) -> str | None:
    """Where the field of the n-th fee stands on the form; any other as it is."""
    parts = (field or "").split(".")
    if len(parts) != 3 or parts[0] != "fees":
        return field
    rows = [n for n in range(FEE_ROWS) if given.get(f"fee-price-{n}", "").strip()]
    what = {"product": "product", "description": "words"}.get(parts[2], "price")
    return f"fee-{what}-{rows[int(parts[1])]}"
