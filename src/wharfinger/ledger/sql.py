"""The one room where SQL is written by hand: set-based statements whose text does not depend on how many rows.

PostgreSQL takes a list of rows as one array per column (``unnest``), SQLite as one JSON text
(``json_each``); so ten lines cost as many statements as one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

Row = Sequence[Any]
Model = TypeVar("Model", bound=models.Model)


@cache
def on_postgresql() -> bool:
    """Whether the database is PostgreSQL; it is SQLite otherwise. One process has one database."""
    return connection.vendor == "postgresql"


def plans_kept() -> str:
    """Further columns for the statement that begins an act: until its end, PostgreSQL plans no text twice.

    Our texts take all rows as one parameter, so that one plan serves ten lines and a thousand; planning them
    anew for each act took longer than running them. A plan that is kept must lead from the given rows by index,
    even where it was made while a table held next to nothing; so must those of the checks of foreign keys, which
    are made with the first of them and kept just as long.
    """
    if not on_postgresql():
        return ""
    settings = {"plan_cache_mode": "force_generic_plan", "random_page_cost": "1.1"} | dict.fromkeys(
        ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"), "off"
    )
    return "".join(f", set_config('{name}', '{value}', true)" for name, value in settings.items())


def array(ids: Iterable[int]) -> str:
    """A list of ids as one parameter."""
    # The driver writes a list number by number; as a text it is written in one go.
    if on_postgresql():
        return f"{{{','.join(map(str, ids))}}}"
    listed = list(ids)
    # PostgreSQL refuses what has no id yet; SQLite would find nothing and say nothing.
    assert set(map(type, listed)) <= {int, str}, listed
    return json.dumps(listed)


def words(texts: Iterable[str]) -> Any:
    """A list of texts as one parameter."""
    return list(texts) if on_postgresql() else json.dumps(list(texts))


def among(column: str, kind: str = "bigint") -> str:
    """A condition that the column is among the one parameter made by ``array``."""
    if on_postgresql():
        return f"{column} = ANY(%s::{kind}[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def common(condition: str) -> str:
    """The condition, said so that most rows seem to meet it.

    Of a table that it has not analysed yet PostgreSQL takes ``IS NULL`` or a kind for so rare that it would begin
    there, with all rows there are, and not with the few that are asked for.
    """
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END > 0"


def pk_of(model: type[models.Model]) -> str:
    """The quoted column of a model's primary key."""
    column = model._meta.pk.column
    assert column is not None
    return connection.ops.quote_name(column)


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of one statement."""
    return connection.run(sql, params, rows=True)  # type: ignore[attr-defined]  # our own backends have it


def execute(sql: str, params: Sequence[Any] = ()) -> int:
    """Run one statement; how many rows it touched."""
    return connection.run(sql, params, rows=False)  # type: ignore[attr-defined]  # our own backends have it


def rows(names: Sequence[str], types: Sequence[str], values: Sequence[Row]) -> tuple[str, list[Any]]:
    """A table of these rows, in their order, as a sub-select with its parameters.

    names, types: of the columns, types as PostgreSQL writes them; values: the rows.
    """
    return _table(tuple(names), tuple(types)), _given(types, values)


@cache
def _table(names: tuple[str, ...], types: tuple[str, ...]) -> str:
    if on_postgresql():
        arrays = ", ".join(f"%s::{t}[]" for t in types)
        return f"(SELECT * FROM unnest({arrays}) WITH ORDINALITY AS u({', '.join(names)}, ord))"
    picked = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(names))
    return f"(SELECT {picked}, key AS ord FROM json_each(%s))"


def _given(types: Sequence[str], values: Sequence[Row]) -> list[Any]:
    if not on_postgresql():
        return [json.dumps(values)]
    columns = zip(*values, strict=True) if values else ((),) * len(types)
    return [_column(kind, column) for kind, column in zip(types, columns, strict=True)]


def _column(kind: str, values: Sequence[Any]) -> Any:
    """A column as one parameter; the driver would write a list value by value, a text goes in one piece."""
    plain = kind in ("bigint", "integer", "smallint", "boolean")
    first = values[0] if values else ""
    if (plain or first is None) and values.count(first) == len(values):
        # Half of the columns of many lines are the same in all of them, most of these NULL.
        one = "NULL" if first is None else str(first)
        return f"{{{f'{one},' * (len(values) - 1)}{one}}}"
    if plain:
        if None in values:
            return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"
        return f"{{{','.join(map(str, values))}}}"
    if kind == "text" and set(map(type, values)) == {str}:
        joined = '","'.join(values)
        if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
            joined = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
        return f'{{"{joined}"}}'
    return list(values)


@cache
def _columns(
    model: type[models.Model], names: tuple[str, ...], vendor: str
) -> tuple[str, list[str], list[models.Field[Any, Any]]]:
    fields = [model._meta.get_field(name) for name in names]
    concrete = [f for f in fields if isinstance(f, models.Field)]
    quote = connection.ops.quote_name
    columns = [f.column for f in concrete if f.column]
    assert len(columns) == len(names), f"{model.__name__} has columns that cannot be written: {names}"
    types = [f.db_type(connection) or "text" for f in concrete]
    listed = ", ".join(quote(c) for c in columns)
    return listed, [_array_type(t) for t in types], concrete


def _array_type(db_type: str) -> str:
    # A cast to varchar(40) would cut what is too long in silence; the column itself refuses it.
    return "text" if db_type.startswith("varchar") else db_type


def prepared(field: models.Field[Any, Any], value: Any) -> Any:
    """A value of a field as the database takes it."""
    kind = type(value)
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    if value is None or kind is int or kind is bool or (kind is str and isinstance(field, models.CharField)):
        return value
    return field.get_db_prep_save(value, connection)


@dataclass(frozen=True, slots=True)
class _Insertion:
    """How rows that give the same columns are inserted."""

    text: str
    types: Sequence[str]
    given: Sequence[tuple[str, models.Field[Any, Any]]]
    """Key and field of each column that the rows give."""
    rest: Sequence[Any]
    """What all other columns are filled with, the same in every row."""


@cache
def _insertion(model: type[models.Model], keys: tuple[str, ...]) -> _Insertion:
    fields = [model._meta.get_field(key) for key in keys]
    missing = [
        field
        for field in model._meta.concrete_fields
        if not (field.name in keys or field.attname in keys or isinstance(field, models.AutoField))
    ]
    listed, types, _ = _columns(model, (*keys, *(field.name for field in missing)), connection.vendor)
    aliases = tuple(f"c{i}" for i in range(len(keys)))
    # What is the same in every row is told once, and not taken apart with each of them.
    same = [f"%s::{t}" if on_postgresql() else "%s" for t in types[len(keys) :]]
    text = (
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({listed}) "
        f"SELECT {', '.join((*aliases, *same))} FROM {_table(aliases, tuple(types[: len(keys)]))} AS v "
        f"ORDER BY ord RETURNING {pk_of(model)}"
    )
    given = [(key, field) for key, field in zip(keys, fields, strict=True) if isinstance(field, models.Field)]
    rest = [prepared(field, field.get_default()) for field in missing]
    return _Insertion(text, types[: len(keys)], given, rest)


def insert(model: type[models.Model], given: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rows of one model, all with the same keys, in one statement; their ids in the same order."""
    return insert_columns(model, {key: [row[key] for row in given] for key in given[0]}) if given else []


def insert_columns(model: type[models.Model], given: dict[str, list[Any]]) -> list[int]:
    """Insert rows of one model, given as columns, in one statement; their ids in the same order."""
    how = _insertion(model, tuple(given))
    columns = [_prepared(field, given[key]) for key, field in how.given]
    params = (
        [_column(kind, column) for kind, column in zip(how.types, columns, strict=True)]
        if on_postgresql()
        else [json.dumps(list(zip(*columns, strict=True)))]
    )
    ids = [row[0] for row in fetch(how.text, [*how.rest, *params])]
    # Ids rise in the order of insertion, but RETURNING promises no order of its own.
    return sorted(ids) if isinstance(model._meta.pk, models.AutoField) else ids


_AS_THEY_ARE = {int, bool, type(None)}


def _prepared(field: models.Field[Any, Any], values: list[Any]) -> list[Any]:
    """The values of a field as the database takes them; most columns need not be looked at one by one."""
    kinds = set(map(type, values))
    plain = kinds <= _AS_THEY_ARE or (isinstance(field, models.CharField) and kinds <= _AS_THEY_ARE | {str})
    if plain and not isinstance(field, models.JSONField):
        return values
    return [prepared(field, value) for value in values]


def update(model: type[models.Model], changes: Sequence[dict[str, Any]]) -> int:
    """Set columns of several rows by primary key in one statement; each change names ``pk`` and the same fields."""
    keys = tuple(k for k in changes[0] if k != "pk")
    _, types, fields = _columns(model, keys, connection.vendor)
    values = [
        [row["pk"], *(prepared(f, row[k]) for f, k in zip(fields, keys, strict=True))] for row in changes
    ]
    aliases = ["pk", *(f"c{i}" for i in range(len(keys)))]
    pk_type = "bigint" if not isinstance(model._meta.pk, models.CharField) else "text"
    source, params = rows(aliases, [pk_type, *types], values)
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    sets = ", ".join(f"{quote(f.column)} = v.c{i}" for i, f in enumerate(fields) if f.column)
    return execute(
        f"UPDATE {table} SET {sets} FROM {source} AS v WHERE {table}.{pk_of(model)} = v.pk", params
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a model by a condition in SQL, to be found and locked in one statement."""

    where: str
    params: tuple[Any, ...]


@cache
def _reading(
    model: type[models.Model], vendor: str
) -> tuple[str, tuple[str, ...], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    listed = ", ".join(quote(f.column) for f in fields if f.column)
    changed = tuple((n, reads) for n, f in enumerate(fields) if (reads := _converter(f, vendor)) is not None)
    return f"SELECT {listed} FROM {quote(model._meta.db_table)}", tuple(f.attname for f in fields), changed


def _converter(field: models.Field[Any, Any], vendor: str) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return lambda value: json.loads(value) if isinstance(value, str) else value
    if vendor == "sqlite" and isinstance(field, models.DateTimeField):
        # Django's SQLite gives dates and truth values as such, moments without their time zone.
        return lambda value: value and value.replace(tzinfo=UTC)
    return None


def read(
    model: type[Model],
    where: str,
    params: Sequence[Any],
    *,
    locked: bool = False,
    also: Sequence[tuple[str, str]] = (),
) -> dict[int, Model]:
    """Rows of a model by a condition in SQL, sorted by primary key; locked until the transaction ends if asked.

    What the hot paths read, read without building a query each time. also: name and SQL of
    further columns, which are kept as attributes of the rows and never written.
    """
    select, names, converters = _reading(model, connection.vendor)
    if also:
        further = "".join(f", {text} AS {name}" for name, text in also)
        select = select.replace(" FROM ", f"{further} FROM ", 1)
        names = (*names, *(name for name, _ in also))
    pk = pk_of(model)
    tail = " FOR NO KEY UPDATE" if locked and on_postgresql() else ""
    found = {}
    for row in fetch(f"{select} WHERE {where} ORDER BY {pk}{tail}", params):
        values = list(row)
        for n, reads in converters:
            values[n] = reads(values[n])
        made = model.__new__(model)
        made.__dict__.update(zip(names, values, strict=True))
        made._state = ModelState()
        made._state.adding = False
        made._state.db = connection.alias
        found[made.pk] = made
    return found


def by_ids(
    model: type[Model], ids: Iterable[int], *, locked: bool = False, also: Sequence[tuple[str, str]] = ()
) -> dict[int, Model]:
    """Rows of a model by primary key, sorted by it; locked until the transaction ends if asked."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    condition = among(pk_of(model))
    return read(model, condition, [array(wanted)], locked=locked, also=also)


def lock(model: type[models.Model], ids: Iterable[int]) -> None:
    """Lock rows of one model sorted by id until the transaction ends; SQLite's transaction is the lock."""
    wanted = sorted(set(ids))
    if wanted and on_postgresql():
        quote = connection.ops.quote_name
        pk = pk_of(model)
        execute(
            f"SELECT 1 FROM {quote(model._meta.db_table)} WHERE {among(pk)} ORDER BY {pk} FOR NO KEY UPDATE",
            [array(wanted)],
        )
