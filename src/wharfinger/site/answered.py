"""The fields that an act changed as the API answers them: exact figures, names beside ids, nothing as null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wharfinger.base import money
from wharfinger.base.money import MICRO
from wharfinger.base.owned import MARK
from wharfinger.base.quantity import plain
from wharfinger.catalog.models import Product
from wharfinger.site.changed import Words, pointed
from wharfinger.site.measures import QUANTITIES, Measure, bare, share

PERCENT = {"discount_micro": "discount_percent", "own_discount_micro": "own_discount_percent"}
"""Shares whose name at the door says that they are told in per cent."""


def answered(changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Changed fields under the names of the API, in a statement for each kind of what they are about and name."""
    words = Words(changes)
    decimals = _decimals(changes)
    return [_change(one, words, decimals) for one in changes]


def _change(one: Mapping[str, Any], words: Words, decimals: Mapping[int, int]) -> dict[str, Any]:
    about, name = one["subject"], one["field"]
    measure = words.measures[about]

    def told(value: Any) -> Any:
        # A setting and an own field are told as their own doors tell them: just as they are kept.
        if measure.noun == "setting" or name.startswith(MARK):
            return value
        if text := pointed(about, name, value):
            return {"subject": text, "title": words.title(text)[0]}
        return value_told(name, value, measure, decimals)

    return {
        "subject": about,
        "field": _called(name),
        "old": told(one["old"]),
        "new": told(one["new"]),
        "currency": measure.of(name) if name.endswith("_minor") else None,
    }


def _called(name: str) -> str:
    return PERCENT.get(name) or bare(name)


def value_told(name: str, value: Any, measure: Measure, decimals: Mapping[int, int]) -> Any:
    """What a field held: figures exactly, as decimal strings; null where nothing stood.

    measure: the unit of its goods and money. decimals: those of each product that is named inside.
    """
    if value == "" or value == []:
        return None
    if isinstance(value, Mapping):
        # What a document keeps of several products counts each in its own unit.
        inside = measure._replace(decimals=decimals.get(value.get("product", 0), measure.decimals))
        return {_called(key): value_told(key, one, inside, decimals) for key, one in value.items()}
    if isinstance(value, list):
        return [value_told(name, one, measure, decimals) for one in value]
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if share(measure.noun, name):
        return plain(value, MICRO - 2)
    if name.endswith("_micro"):
        return plain(value, MICRO)
    if name.endswith("_minor"):
        return money.plain(value, measure.of(name))
    return plain(value, measure.decimals) if name in QUANTITIES else value


def _decimals(changes: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """How many decimals the products have that are named inside what changed."""
    named = {pk for one in changes for side in ("old", "new") for pk in _products(one[side])}
    if not named:
        return {}
    return dict(Product.objects.filter(pk__in=named).values_list("pk", "quantity_decimals"))


def _products(value: Any) -> list[int]:
    if isinstance(value, Mapping):
        own = value.get("product")
        return [
            *([own] if isinstance(own, int) else []),
            *(pk for one in value.values() for pk in _products(one)),
        ]
    return [pk for one in value for pk in _products(one)] if isinstance(value, list) else []
