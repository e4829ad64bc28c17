"""What may stand in a field of a noun: a check takes what was sent and returns what is kept, or refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from wharfinger.base import money
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy

Check = Callable[[Any, str], Any]

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


def checked(checks: Mapping[str, Check], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields as they are kept; raises BadInput, naming the field, for what cannot stand there."""
    for name in given:
        if name not in checks:
            raise BadInput(
                "unknown_field", N_("There is no field “{name}” here."), field=name, name=name[:60]
            )
    return {name: checks[name](value, name) for name, value in given.items()}


def text(most: int, *, needed: bool = False) -> Check:
    """A line of text."""

    def check(value: Any, field: str) -> str:
        if not isinstance(value, str):
            raise BadInput("missing", N_("Please fill this in."), field=field)
        return tidy(value, field=field, most=most, needed=needed)

    return check


def one_of(*words: str) -> Check:
    """One of these words."""

    def check(value: Any, field: str) -> str:
        if value not in words:
            raise BadInput("not_one_of", N_("Choose one of: {words}."), field=field, words=", ".join(words))
        return str(value)

    return check


def whole(least: int, most: int) -> Check:
    """A whole number between two bounds."""

    def check(value: Any, field: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadInput(
                "out_of_bounds",
                N_("Give a whole number from {least} to {most}."),
                field=field,
                least=least,
                most=most,
            )
        return value

    return check


def yes_or_no(value: Any, field: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise BadInput("not_yes_or_no", N_("Write true or false."), field=field)
    return value


def currency(value: Any, field: str) -> str:
    """A currency by its three letters (ISO 4217)."""
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise BadInput("not_a_currency", N_("Write a currency by its three letters, like EUR."), field=field)
    return value


def country(value: Any, field: str) -> str:
    """A country by its two letters (ISO 3166-1)."""
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
        raise BadInput("not_a_country", N_("Write a country by its two letters, like DE."), field=field)
    return value


def email(value: Any, field: str) -> str:
    """An address that mail can be sent to, or nothing."""
    found = text(254)(value, field)
    if found and not _EMAIL.fullmatch(found):
        raise BadInput("not_an_address", N_("This is no mail address."), field=field)
    return str(found)


def price(value: Any, field: str) -> int:
    """A unit price or cost, at 10⁻⁶ of the major unit."""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is not a number. Write it like 12.50."),
            field=field,
            text=str(value)[:40],
        )
    return money.micro(value, field=field)


def day(value: Any, field: str) -> date:
    """A calendar day."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field=field,
            text=str(value)[:20],
        ) from None


def or_nothing(check: Check) -> Check:
    """What the check lets pass, or nothing at all."""

    def optional(value: Any, field: str) -> Any:
        return None if value is None else check(value, field)

    return optional
