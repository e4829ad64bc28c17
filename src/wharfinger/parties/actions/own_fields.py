"""The verbs of own fields: what a company adds to its nouns. What is decided acts at once, for everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base import own
from wharfinger.base.access import Actor, require
from wharfinger.base.fields import Check, checked, one_of, text, whole, yes_or_no
from wharfinger.base.models import OwnField
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same, tidy
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.rules import row_of

MOST_CHOICES = 200
EVERY = Wish(documents=[(OwnField, sql.Found("id > %s", (0,)))])


def add_own_field(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Add a field to a noun; without a key of its own it gets one by its name, which it keeps."""
    require(actor, "site.own_fields")
    clean = checked(FIELD | BORN, values)
    for name in ("noun", "name", "kind"):
        if not clean.get(name):
            raise BadInput("missing", N_("Please fill this in."), field=name)
    clean.setdefault("key", own.key_of(clean["name"]))
    return post("add", EVERY, partial(_plan, values=clean), actor=actor, key=key)


def change_own_field(
    *, actor: Actor, own_field: int, values: Mapping[str, Any], key: str | None = None
) -> Written:
    """Change what a field is called and asks for, retire it or bring it back; values that stand stay."""
    require(actor, "site.own_fields")
    plan = partial(_plan_change, pk=own_field, values=checked(FIELD | {"retired": yes_or_no}, values))
    return post("change", EVERY, plan, actor=actor, key=key)


def _choices(value: Any, field: str) -> list[str]:
    if not isinstance(value, (list, tuple)) or len(value) > MOST_CHOICES:
        raise BadInput(
            "not_a_list", N_("Send a list of at most {most} choices."), field=field, most=MOST_CHOICES
        )
    found: list[str] = []
    for n, one in enumerate(value):
        word = tidy(one if isinstance(one, str) else "", field=f"{field}.{n}", most=100)
        if same(word) in map(same, found):
            raise BadInput("twice", N_("“{name}” stands here twice. Leave one."), field=field, name=word)
        found.append(word)
    return found


FIELD: dict[str, Check] = {
    "name": text(100, needed=True),
    "choices": _choices,
    "required": yes_or_no,
    "in_lists": yes_or_no,
    "on_documents": yes_or_no,
    "position": whole(0, 10_000),
}
BORN: dict[str, Check] = {"noun": one_of(*own.NOUNS), "key": own.key, "kind": one_of(*own.KINDS)}
"""What is decided once: values hang on it."""


def _plan(truth: Truth, *, values: Mapping[str, Any]) -> Plan:
    rows = [row for row in truth.documents["base.OwnField"].values() if row.noun == values["noun"]]
    if len(rows) >= own.MOST_FIELDS:
        raise Refusal(
            "too_many_own_fields",
            N_("There are {most} own fields here already. Use one of these, or a text for several things."),
            most=own.MOST_FIELDS,
        )
    _is_free(rows, values["name"])
    if values["key"] in [row.key for row in rows]:
        raise BadInput(
            "key_taken",
            N_("There is an own field with the key “{key}” already. Give another, or bring that one back."),
            field="key",
            key=values["key"],
        )
    _has_choices(values["kind"], values.get("choices", []))
    last = max((row.position for row in rows), default=0)
    asked = {"required": False, "in_lists": False, "on_documents": False}
    plan = Plan()
    made = plan.create(
        "base.OwnField", **{"choices": [], **asked, "position": last + 1, "retired_at": None, **values}
    )
    plan.mention(("own_field", made))
    return plan


def _plan_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    row = row_of(truth, "base.OwnField", pk)
    given = dict(values)
    if "name" in given:
        others = [one for one in truth.documents["base.OwnField"].values() if one.noun == row.noun]
        _is_free(others, given["name"], but=pk)
    if "choices" in given:
        _has_choices(row.kind, given["choices"])
    if (retired := given.pop("retired", None)) is not None and retired != (row.retired_at is not None):
        given["retired_at"] = truth.now if retired else None
    plan = Plan()
    plan.change(row, **given)
    plan.mention(row)
    return plan


def _is_free(rows: Sequence[Any], name: str, but: int | None = None) -> None:
    if any(row.pk != but and same(row.name) == same(name) for row in rows):
        raise BadInput(
            "name_taken", N_("There is an own field of this name already. Give another."), field="name"
        )


def _has_choices(kind: str, choices: Sequence[str]) -> None:
    if (kind == "choice") != bool(choices):
        raise BadInput(
            "choices_needed" if kind == "choice" else "no_choices",
            N_("Name at least one thing to choose.")
            if kind == "choice"
            else N_("Only a choice has choices. Leave them out."),
            field="choices",
        )
