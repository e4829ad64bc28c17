"""The columns of own fields in files: ``own.KEY`` of the noun, ``line.own.KEY`` of its lines, or the field's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base import owned
from wharfinger.base.own import Own
from wharfinger.exchange.columns import FURTHER, Further
from wharfinger.exchange.rules import Row
from wharfinger.exchange.rules.kinds.columns import Column, Form

NOUNS: Mapping[str, Sequence[tuple[str, str]]] = {
    "products": (("product", ""),),
    "organizations": (("organization", ""),),
    "devices": (("device", ""),),
    "quotes": (("line", "line."),),
    "orders": (("order", ""), ("line", "line.")),
    "purchase_orders": (("purchase_order", ""),),
}
"""By kind of file whose own fields it has, and what stands before their columns."""
FORMS: Mapping[str, Form] = {"number": "figure", "date": "day", "yes_no": "flag"}


def install() -> None:
    """Let files have columns for own fields; called once, when the house is opened."""
    for kind, nouns in NOUNS.items():
        for noun, before in nouns:
            one = Further(partial(columns, noun, before), partial(said, noun, before), partial(told, before))
            FURTHER.setdefault(kind, []).append(one)


def columns(noun: str, before: str) -> list[Column]:
    """A column for each own field in use."""
    return [_column(field, before) for field in _used(noun)]


def _used(noun: str) -> list[Own]:
    return [field for field in owned.fields(noun) if not field.retired]


def _column(field: Own, before: str) -> Column:
    # A line's column is found by its own name only: the document may have a field that is called alike.
    label = field.name if not before else f"{before}{field.name}"
    return Column(
        f"{before}{owned.MARK}{field.key}",
        label,
        form=FORMS.get(field.kind, "text"),
        words={choice.casefold(): choice for choice in field.choices},
        help=", ".join(field.choices),
    )


def said(noun: str, before: str, row: Row) -> dict[str, Any]:
    """What a row says in them, under ``own``, or ``line.own``; an empty cell leaves what is there."""
    found = {}
    for field in _used(noun):
        name = f"{before}{owned.MARK}{field.key}"
        if row[name]:
            found[field.key] = _value(field, row, name)
    return {f"{before}own": found} if found else {}


def _value(field: Own, row: Row, name: str) -> Any:
    match field.kind:
        case "number":
            return row.figure(name)
        case "date":
            return row.day(name)
        case "yes_no":
            return row.flag(name)
    return row[name]


def told(before: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What leaves in them."""
    kept: Mapping[str, Any] = values.get(f"{before}own", {})
    return {f"{before}{owned.MARK}{key}": value for key, value in kept.items()}


def differing(held: Mapping[str, Any], noun: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of these own values that are not there yet."""
    known = {field.key: field for field in owned.fields(noun)}
    return {key: value for key, value in given.items() if owned.kept(known[key], value) != held.get(key)}
