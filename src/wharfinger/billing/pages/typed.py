"""What people type into the forms of billing."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from wharfinger.base.refusal import N_, BadInput


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
