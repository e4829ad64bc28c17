"""Own fields as doors and pages use them: one reading, one filter, one form and one wording for all nouns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from babel.dates import format_date
from babel.numbers import format_decimal
from django.db.models import Model, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import GreaterThanOrEqual, IContains, In, LessThanOrEqual
from django.utils.translation import get_language, gettext

from wharfinger.base import own, typed
from wharfinger.base.asking import Ask
from wharfinger.base.locales import locale_of
from wharfinger.base.models import OwnField
from wharfinger.base.own import DECIMALS, Own
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput

Found = TypeVar("Found", bound=Model)

_known: ContextVar[Mapping[str, Sequence[Own]] | None] = ContextVar("own_fields", default=None)

MARK = "own."
"""What stands before a field's key in forms, filters, columns of files and facts."""


@contextmanager
def knowing(rows: Iterable[Sequence[Any]] | None) -> Iterator[None]:
    """Let what is inside use definitions that were read with something else."""
    token = _known.set(own.by_noun(rows))
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def at_hand() -> Iterator[None]:
    """Let what is inside read the definitions once."""
    token = _known.set(every()) if _known.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _known.reset(token)


def fields(noun: str) -> Sequence[Own]:
    """The own fields of a noun in their order, the retired ones among them."""
    known = _known.get()
    if known is not None:
        return known.get(noun, ())
    found = OwnField.objects.filter(noun=noun).order_by("position", "pk")
    return [_own(row) for row in found]


def every() -> dict[str, list[Own]]:
    """The own fields of all nouns, in one statement."""
    found: dict[str, list[Own]] = {}
    for row in OwnField.objects.order_by("position", "pk"):
        found.setdefault(row.noun, []).append(_own(row))
    return found


def _own(row: OwnField) -> Own:
    marks = (row.required, row.in_lists, row.on_documents, row.retired_at is not None)
    return Own(row.key, row.name, row.kind, tuple(row.choices), *marks)


def words(field: Own, value: Any, language: str | None = None) -> str:
    """A value as the reader's language writes it; nothing where there is none."""
    if value is None:
        return ""
    locale = locale_of(language or get_language() or "en")
    match field.kind:
        case "number":
            return format_decimal(Decimal(value), format="#,##0." + "#" * DECIMALS, locale=locale)
        case "date":
            return format_date(date.fromisoformat(value), "medium", locale=locale)
        case "yes_no":
            return gettext("Yes") if value else gettext("No")
    return str(value)


def kept(field: Own, value: Any) -> Any:
    """A value as it is kept; raises BadInput for what the field cannot hold."""
    return own.kept(field, value, f"{MARK}{field.key}")


def facts(noun: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a page says of the own fields of something: name and value."""
    return [(field.name, words(field, value)) for field, value in own.shown(fields(noun), values)]


COLUMN = {"text": "text", "choice": "text", "yes_no": "text", "number": "quantity", "date": "date"}
"""As what a list shows a kind of field."""


def cells(known: Sequence[Own], values: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row for the columns of own fields."""
    return {f"{MARK}{field.key}": _cell(field, values.get(field.key)) for field in known}


def _cell(field: Own, value: Any) -> Any:
    if value is None:
        return None
    match field.kind:
        case "number":
            number = Decimal(value)
            places = max(0, -int(number.as_tuple().exponent))
            return int(number.scaleb(places)), places
        case "date":
            return date.fromisoformat(value)
        case "yes_no":
            return gettext("Yes") if value else gettext("No")
    return value


def choices(field: Own) -> list[tuple[str, str]]:
    """What a filter of a field offers to choose: value and word."""
    if field.kind == "yes_no":
        return [("true", gettext("Yes")), ("false", gettext("No"))]
    return [(one, one) for one in field.choices]


def narrowed(rows: QuerySet[Any, Any], ask: Ask, noun: str, *, at: str = "own") -> QuerySet[Any, Any]:
    """The rows of a list that its filters of own fields let pass; at: where their values stand."""
    if not any(name.startswith(MARK) for name in ask.given):
        return rows
    for field in fields(noun):
        name, value = f"{MARK}{field.key}", KeyTextTransform(field.key, at)
        first, last = ask.days(name) if field.kind == "date" else (None, None)
        if first:
            rows = rows.filter(GreaterThanOrEqual(value, first.isoformat()))
        if last:
            rows = rows.filter(LessThanOrEqual(value, last.isoformat()))
        if field.kind == "text" and (text := ask.one(name)):
            rows = rows.filter(IContains(value, text))
        elif field.kind == "number" and (text := ask.one(name)):
            number = typed.scaled(text, DECIMALS, field=name, most=own.MOST_NUMBER, negative=True)
            rows = rows.filter(In(value, [plain(number, DECIMALS)]))
        elif field.kind in ("choice", "yes_no") and (wanted := ask.many(name)):
            rows = rows.filter(In(value, wanted))
    return rows


def matching(
    rows: QuerySet[Found, Any], given: Mapping[str, Sequence[str]], noun: str, at: str
) -> QuerySet[Found, Any]:
    """The rows whose own fields have one of the values given by key; raises BadInput for a key there is not."""
    known = {field.key: field for field in fields(noun)} if given else {}
    for key, values in given.items():
        field = known.get(key)
        if field is None:
            raise own.unknown(key, list(known.values()), f"{MARK}{key[:60]}")
        wanted = [_sought(field, value) for value in values]
        rows = rows.filter(In(KeyTextTransform(key, at), wanted))
    return rows


def _sought(field: Own, value: str) -> str:
    name = f"{MARK}{field.key}"
    if field.kind == "yes_no":
        if value.lower() not in ("true", "false"):
            raise BadInput("not_yes_or_no", N_("Write true or false."), field=name)
        return value.lower()
    # What was taken from the choices since may still be looked for.
    loose = field._replace(kind="text") if field.kind == "choice" else field
    return str(own.kept(loose, value, name))


class Asked(NamedTuple):
    """An own field as a form asks for it."""

    name: str
    label: str
    type: str
    required: bool
    options: Sequence[tuple[str, str]]
    value: str
    always: bool
    """Whether rows ask for it too, where there is little room."""


def asked(noun: str, values: Mapping[str, Any], before: str = "") -> list[Asked]:
    """The own fields that a form asks for, with what stands in them; before: what their names begin with."""
    found = []
    for field in fields(noun):
        if field.retired:
            continue
        value, options = values.get(field.key), choices(field)
        if field.kind == "yes_no":
            options = [("yes", gettext("Yes")), ("no", gettext("No"))]
        elif field.kind == "choice" and value is not None and value not in field.choices:
            options.append((value, value))
        kind = {"choice": "select", "yes_no": "select"}.get(field.kind, field.kind)
        name = f"{before}{MARK}{field.key}"
        always = field.required or field.in_lists
        found.append(Asked(name, field.name, kind, field.required, options, _field(field, value), always))
    return found


def _field(field: Own, value: Any) -> str:
    """A value as it stands in a form."""
    if value is None:
        return ""
    if field.kind == "yes_no":
        return "yes" if value else "no"
    if field.kind == "number":
        return typed.written(*_cell(field, value))
    return str(value)


def read(post: Mapping[str, Any], noun: str, before: str = "") -> dict[str, Any]:
    """The values of own fields as they were typed; what the form did not ask for stays."""
    found: dict[str, Any] = {}
    for field in fields(noun):
        name = f"{before}{MARK}{field.key}"
        text = post.get(name)
        if text is not None:
            found[field.key] = _typed(field, str(text).strip(), name)
    return found


def _typed(field: Own, text: str, name: str) -> Any:
    if not text:
        return None
    if field.kind == "number":
        number = typed.scaled(text, DECIMALS, field=name, most=own.MOST_NUMBER, negative=True)
        return plain(number, DECIMALS)
    if field.kind == "yes_no":
        return {"yes": True, "no": False}.get(text, text)
    return text
