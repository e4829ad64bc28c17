"""The fields that an act changed, in words: what each is called, and what it held before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext, ngettext

from wharfinger.base import owned
from wharfinger.base.money import MICRO
from wharfinger.base.own import Own
from wharfinger.base.typed import written
from wharfinger.ledger.reverse import model_of, owner_of
from wharfinger.site import formats
from wharfinger.site.fields import FIELDS
from wharfinger.site.measures import PLAIN, QUANTITIES, Measure, bare, measures, share
from wharfinger.site.subjects import several, subject
from wharfinger.stock.rules.serving import PRIORITIES

POINTS = {
    "category": "category",
    "contract": "work_order",
    "family": "family",
    "location": "location",
    "order": "order",
    "organization": "organization",
    "receipt": "receipt",
    "shipment": "shipment",
    "site": "site",
    "successor": "tax_code",
    "tax_code": "tax_code",
    "ticket": "work_order",
}
"""Fields that hold the id of another noun, where the noun that has the field does not say of which."""
PEOPLE = frozenset(
    (
        "accepted_by",
        "approval_asked_by",
        "approved_by",
        "approver",
        "asked_by",
        "buyer",
        "counted_by",
        "delegate",
        "done_by",
        "lead",
        "owner",
        "person",
        "requested_by",
        "resource",
        "reviewed_by",
    )
)
DAYS = frozenset(
    ("answer_by", "valid_from", "valid_until", "warned_of", "warranty_told_of", "told_of", "overdue_told_of")
)
"""Fields that hold a day though their names do not end so."""


class Words:
    """The fields of several subjects in words, their figures in their own units; read at once for all of them."""

    def __init__(self, changes: Sequence[Mapping[str, Any]]) -> None:
        self.measures = measures(changes)
        told = [
            pointed(one["subject"], one["field"], value)
            for one in changes
            for value in (one["old"], one["new"])
        ]
        self.titles = several({one["subject"] for one in changes} | {text for text in told if text})

    def title(self, text: str) -> tuple[str, str]:
        """Title and address of a subject."""
        return self.titles.get(text) or subject(text)

    def value(self, about: str, name: str, value: Any) -> str:
        """What a field of a subject held, as people write it."""
        if text := pointed(about, name, value):
            return self.title(text)[0]
        return value_words(name, value, self.measures[about])


@cache
def _points(noun: str, name: str) -> str:
    """The noun that a field of a noun names by its id; empty where it holds no such thing."""
    model = model_of(noun)
    if model is not None:
        found = {field.attname: field for field in owner_of(model, name)._meta.concrete_fields}.get(name)
        other: Any = found.related_model if found is not None and found.is_relation else None
        if isinstance(known := other.__dict__.get("subject") if other else None, str):
            return known
    return "user" if bare(name) in PEOPLE else POINTS.get(bare(name), "")


def pointed(about: str, name: str, value: Any) -> str:
    """The subject that a field of a subject names, ``organization:4``; empty where it names none."""
    if not name.endswith("_id") or not isinstance(value, int):
        return ""
    noun = _points(about.partition(":")[0], name)
    return f"{noun}:{value}" if noun else ""


def own_words(subject: str, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    """What an own field (``own.colour``) of a subject is called, and what it held before and after."""
    noun, key = subject.partition(":")[0], name.removeprefix(owned.MARK)
    field = next((one for one in owned.fields(noun) if one.key == key), Own(key, key, "text"))
    return field.name, owned.words(field, old) or "–", owned.words(field, new) or "–"


def field_words(name: str) -> str:
    """What a field is called."""
    known = FIELDS.get(name) or FIELDS.get(bare(name))
    return gettext(known) if known else bare(name).replace("_", " ").capitalize()


def value_words(name: str, value: Any, measure: Measure = PLAIN, *, about: str = "") -> str:
    """What a field of a subject held, as people write it; its figures as they are measured."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool) or name == "void_id":
        return gettext("Yes") if value else gettext("No")
    if name == "priority" and value in PRIORITIES:
        return gettext(PRIORITIES[value])
    if text := pointed(about, name, value):
        return subject(text)[0]
    if isinstance(value, int):
        return _figure(name, value, measure)
    if isinstance(value, str) and (name.endswith("_on") or name in DAYS):
        return formats.day(date.fromisoformat(value))
    if isinstance(value, str) and name.endswith(("_at", "_until", "_since")):
        return str(formats.moment(datetime.fromisoformat(value)))
    if name == "asked_change":
        n = len(value["lines"])
        return ngettext("%(n)s line", "%(n)s lines", n) % {"n": n}
    if isinstance(value, Mapping):
        return ", ".join(
            f"{field_words(key)}: {value_words(key, one, measure)}" for key, one in value.items()
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(
            value_words(name, one, measure) if isinstance(one, Mapping) else str(one) for one in value
        )
    return str(value)


def _figure(name: str, value: int, measure: Measure) -> str:
    if share(measure.noun, name):
        return f"{written(value, 4)} %"
    if name.endswith("_micro"):
        return written(value, MICRO)
    if name.endswith("_minor"):
        return formats.money(value, measure.of(name))
    return written(value, measure.decimals) if name in QUANTITIES else str(value)
