"""What pydantic finds wrong with a request, as a refusal in our words, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wharfinger.base.refusal import N_, BadInput

NUMBER = N_('This is not a number as it is written here. Write it as text, like "12.50".')

SENTENCES: dict[str, str] = {
    "missing": N_("Please fill this in."),
    "extra_forbidden": N_("There is no field of this name here."),
    "string_too_short": N_("Please fill this in."),
    "string_too_long": N_("At most {max_length} characters fit here."),
    "string_type": N_("Send text here."),
    "string_unicode": N_("This holds characters that cannot be printed."),
    "int_type": N_("Send a whole number here."),
    "int_parsing": N_("Send a whole number here."),
    "int_parsing_size": N_("This number is larger than can be kept."),
    "int_from_float": N_("Send a whole number here."),
    "greater_than_equal": N_("Give {ge} or more."),
    "greater_than": N_("Give more than {gt}."),
    "less_than_equal": N_("Give {le} or less."),
    "less_than": N_("Give less than {lt}."),
    "literal_error": N_("Choose one of: {expected}."),
    "enum": N_("Choose one of: {expected}."),
    "bool_type": N_("Write true or false."),
    "bool_parsing": N_("Write true or false."),
    "list_type": N_("Send a list."),
    "dict_type": N_("Send names with their values."),
    "model_type": N_("Send names with their values."),
    "model_attributes_type": N_("Send names with their values."),
    "too_long": N_("At most {max_length} fit here."),
    "too_short": N_("At least {min_length} must be here."),
    "timezone_aware": N_("Give the time with its offset, like 2026-11-30T10:00:00+01:00."),
}
DATE = N_("This is not a date. Write it like 2026-11-30.")
MOMENT = N_("This is not a point in time. Write it like 2026-11-30T10:00:00+01:00.")
OTHER = N_("This cannot be read as what it should be.")


def in_words(invalid: Mapping[str, Any]) -> BadInput:
    """The refusal for one finding of pydantic: which field, what is wrong with it, how to write it."""
    source, *way = invalid["loc"]
    # A body is one parameter, whose name the caller never sees.
    steps = [str(step) for step in (way[1:] if source == "body" else way)]
    kind = str(invalid["type"])
    values: dict[str, Any] = dict(invalid.get("ctx") or {})
    return BadInput(
        "bad_input",
        _sentence(kind, values),
        field=".".join(steps) or str(source),
        **dict[str, Any](_plain(values)),
    )


def _sentence(kind: str, values: Mapping[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return NUMBER if "[0-9]" in str(values.get("pattern")) else OTHER
    if kind.startswith("datetime"):
        return MOMENT
    if kind.startswith("date"):
        return DATE
    return SENTENCES.get(kind, OTHER)


def _plain(values: Mapping[str, Any]) -> dict[str, str]:
    """What the sentences name; the rest would collide with what a refusal is made of."""
    named = ("max_length", "min_length", "ge", "gt", "le", "lt", "expected")
    return {name: str(values[name]) for name in named if name in values}
