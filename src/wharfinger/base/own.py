"""Own fields: what a company adds to a noun. Each value is checked here, whoever gives it and to whatever noun.

A value is kept by its field's key in the noun's column ``own``, in the form the API shows: a number as the
shortest exact decimal text, a date as 2026-11-30, yes or no as true or false. What has no value is not kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.quantity import plain, scaled
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import tidy

NOUNS = {
    "product": N_("Product"),
    "organization": N_("Organization"),
    "order": N_("Sales order"),
    "line": N_("Line"),
    "purchase_order": N_("Purchase order"),
    "device": N_("Device"),
}
"""What can have own fields."""
KINDS = {
    "text": N_("Text"),
    "number": N_("Number"),
    "date": N_("Date"),
    "choice": N_("Choice"),
    "yes_no": N_("Yes or no"),
}
"""What an own field can hold."""

DECIMALS = 6
MOST_TEXT = 500
MOST_NUMBER = 10**21
"""At six decimals: fifteen digits before the point."""
MOST_FIELDS = 500
"""Of one noun, the retired ones among them."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Own(NamedTuple):
    """An own field as it is defined."""

    key: str
    name: str
    kind: str
    choices: tuple[str, ...] = ()
    required: bool = False
    in_lists: bool = False
    on_documents: bool = False
    retired: bool = False


def by_noun(rows: Iterable[Sequence[Any]] | None) -> dict[str, list[Own]]:
    """The own fields of each noun that has any, from rows of noun, key, name, kind, choices and four yes or no."""
    found: dict[str, list[Own]] = {}
    for noun, key, name, kind, choices, *marks in rows or ():
        found.setdefault(noun, []).append(Own(key, name, kind, tuple(choices), *map(bool, marks)))
    return found


def key_of(name: str) -> str:
    """The key that a field is given by its name: Wall bracket → wall_bracket."""
    german = name.lower().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    bare = unicodedata.normalize("NFKD", german).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "_", bare).strip("_")[:40]
    return found if _KEY.fullmatch(found) else f"field_{found}"[:40].rstrip("_")


def key(value: Any, field: str) -> str:
    """A key by which values are kept; raises BadInput for any other text."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise BadInput(
            "no_key",
            N_("Write a key in small letters, digits and underscores, beginning with a letter: rack_unit."),
            field=field,
        )
    return value


def sent(value: Any, field: str) -> dict[str, Any]:
    """Values by key as they were sent; raises BadInput when it is something else."""
    if not isinstance(value, Mapping):
        raise BadInput("not_an_object", N_("Send names with their values."), field=field)
    return dict(value)


def kept(own: Own, value: Any, field: str) -> Any:
    """A value as it is kept, nothing where it is empty; raises BadInput for what the field cannot hold."""
    if value is None or value == "":
        return None
    match own.kind:
        case "number":
            if isinstance(value, (bool, float)) or not isinstance(value, (str, int)):
                raise BadInput(
                    "not_a_number",
                    N_("“{text}” is not a number. Write it like {example}."),
                    field=field,
                    text=str(value)[:40],
                    example="12.50",
                )
            return plain(scaled(value, DECIMALS, field=field, most=MOST_NUMBER, negative=True), DECIMALS)
        case "date":
            return _day(value, field)
        case "yes_no":
            if not isinstance(value, bool):
                raise BadInput("not_yes_or_no", N_("Write true or false."), field=field)
            return value
        case "choice" if value not in own.choices:
            raise BadInput(
                "not_one_of", N_("Choose one of: {words}."), field=field, words=", ".join(own.choices)
            )
    if not isinstance(value, str):
        raise BadInput("not_a_text", N_("Write this as text."), field=field)
    return tidy(value, field=field, most=MOST_TEXT, needed=False) or None


def _day(value: Any, field: str) -> str:
    try:
        found = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field=field,
            text=str(value)[:20],
        ) from None
    return found.isoformat()


def changed(
    fields: Sequence[Own], given: Mapping[str, Any], held: Mapping[str, Any], *, at: str = "own"
) -> dict[str, Any]:
    """What is to change of the own fields of something, each value as it is kept, None where it goes.

    given: values by key, what is not named stays; held: what stands there. What stands may stay, though its choice
    was taken away or its field retired since. Raises BadInput for a key that there is not and a value that
    cannot stand there, and where a required field would have none.
    """
    known = {own.key: own for own in fields}
    changes = {}
    for name, value in given.items():
        field = f"{at}.{str(name)[:60]}"
        own = known.get(name)
        if own is None:
            raise unknown(name, fields, field)
        if value == held.get(name):
            continue
        new = kept(own, value, field)
        if new == held.get(name):
            continue
        if own.retired and new is not None:
            raise BadInput(
                "own_field_retired",
                N_("“{name}” is retired and takes no new value. Leave it out, or bring it back in Settings."),
                field=field,
                name=own.name,
            )
        changes[name] = new
    require_all(fields, {**held, **changes}, at=at)
    return changes


def born(fields: Sequence[Own], given: Mapping[str, Any], *, at: str = "own") -> dict[str, Any]:
    """The own values that something begins with; raises BadInput as ``changed`` does."""
    return {name: value for name, value in changed(fields, given, {}, at=at).items() if value is not None}


def require_all(fields: Sequence[Own], values: Mapping[str, Any], *, at: str = "own") -> None:
    """Let pass values that leave no required field empty; raises BadInput naming the first that is."""
    for own in fields:
        if own.required and not own.retired and values.get(own.key) is None:
            raise BadInput(
                "own_field_missing",
                N_("“{name}” is required. Fill it in."),
                field=f"{at}.{own.key}",
                name=own.name,
            )


def unknown(name: object, fields: Sequence[Own], field: str) -> Refusal:
    """That there is no own field of this key, and which there are."""
    keys = ", ".join(own.key for own in fields if not own.retired)
    sentence = (
        N_("There is no own field “{name}” here. There are: {keys}. Add another in Settings, Own fields.")
        if keys
        else N_("There is no own field “{name}” here. Add it in Settings, Own fields.")
    )
    return BadInput("no_such_own_field", sentence, field=field, name=str(name)[:60], keys=keys)


def shown(fields: Sequence[Own], values: Mapping[str, Any]) -> list[tuple[Own, Any]]:
    """The fields that a page shows of something, each with its value: those in use, and whatever has a value."""
    return [
        (own, values.get(own.key)) for own in fields if not own.retired or values.get(own.key) is not None
    ]
