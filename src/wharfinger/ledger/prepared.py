"""Queries whose text is made once: what every answer reads, without building it anew each time.

The query is still said once and in Django's words; only its SQL text and the way its rows become
objects are kept. A value that differs from call to call stands in the query as a ``Slot``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Expression, QuerySet
from django.db.models.base import ModelState

from wharfinger.ledger import sql

ANY = "/* any of */ "
"""Marks a list in the text of a query, so that PostgreSQL is asked for ``= ANY``, which it answers by index."""

Build = Callable[..., QuerySet[Any, Any]]


class Slot(Expression):
    """A value that is given when the query runs: ids after ``__in``, otherwise one value."""

    def __init__(self, name: str, output_field: models.Field[Any, Any], *, many: bool = False) -> None:
        super().__init__(output_field=output_field)
        self.name, self.many = name, many

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002
        """The place of the value in the text."""
        if not sql.on_postgresql():
            return ("(SELECT value FROM json_each(%s))" if self.many else "%s"), (self,)
        kind = self.output_field.db_type(connection)
        return (f"({ANY}%s::{kind}[])" if self.many else f"%s::{kind}"), (self,)

    def given(self, value: Any) -> Any:
        """The value as the driver takes it."""
        if self.many:
            return sql.array(value)
        return self.output_field.get_db_prep_value(value, connection)


def ids(name: str) -> Slot:
    """A slot for any number of ids."""
    return Slot(name, models.BigIntegerField(), many=True)


class Found(Slot):
    """Ids that a statement of our own finds from the given ones, to stand after ``__in``."""

    def __init__(self, name: str, text: Callable[[], str]) -> None:
        super().__init__(name, models.BigIntegerField(), many=True)
        self.text = text

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002
        """The statement, which PostgreSQL runs before it looks for the rows."""
        found = f"({self.text()})"
        return (f"({ANY}ARRAY{found})" if sql.on_postgresql() else found), (self,)


def an_id(name: str) -> Slot:
    """A slot for one id."""
    return Slot(name, models.BigIntegerField())


def day(name: str) -> Slot:
    """A slot for a date."""
    return Slot(name, models.DateField())


def instant(name: str) -> Slot:
    """A slot for a moment."""
    return Slot(name, models.DateTimeField())


def text(name: str) -> Slot:
    """A slot for a text."""
    return Slot(name, models.TextField())


class _Maker:
    """Makes objects of one model, and of those joined to it, out of rows."""

    def __init__(self, info: dict[str, Any], select: Sequence[Any], more: dict[str, int]) -> None:
        self.model: type[models.Model] = info["model"]
        fields = [(select[n][0].target, n) for n in info["select_fields"]]
        self.key = next(n for field, n in fields if field.primary_key)
        self.columns = [(field.attname, n) for field, n in fields] + list(more.items())
        self.alias = connection.alias
        self.joined = [
            (_Maker(kin, select, {}), kin["local_setter"], kin["remote_setter"])
            for kin in info.get("related_klass_infos", ())
        ]

    def make(self, row: Sequence[Any]) -> Any:
        """The object of a row; none where nothing was joined."""
        if row[self.key] is None:
            return None
        made = self.model.__new__(self.model)
        values = made.__dict__
        for name, n in self.columns:
            values[name] = row[n]
        state = made._state = ModelState()
        state.adding, state.db = False, self.alias
        for maker, set_here, set_there in self.joined:
            kin = maker.make(row)
            set_here(made, kin)
            if kin is not None:
                set_there(kin, made)
        return made


@dataclass(frozen=True, slots=True)
class _Text:
    """What is kept of a query: its text, its parameters, and what its rows become."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Any, Any], ...]
    maker: _Maker | None

    @classmethod
    def of(cls, query: QuerySet[Any, Any]) -> _Text:
        compiler = query.query.get_compiler(connection=connection)
        text, params = compiler.as_sql()
        select: Any = compiler.select
        found = compiler.get_converters([column[0] for column in select])
        converters = tuple((n, tuple(how), column) for n, (how, column) in found.items())
        info: Any = compiler.klass_info if query.query.default_cols else None
        more: Any = compiler.annotation_col_map or {}
        text, given = _with_constants(text.replace(f"IN ({ANY}", "= ANY ("), params)
        return cls(
            text,
            given,
            converters,
            _Maker(info, select, more) if info else None,
        )


def _with_constants(text: str, params: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """The text with the numbers and words that never change written out, and the parameters that are left.

    Only so does a kept plan know that ``quantity > 0`` is the condition of an index, or how rare a kind is.
    """
    pieces = text.split("%s")
    assert len(pieces) == len(params) + 1, f"a percent sign stands before a parameter: {text}"
    written, left = [pieces[0]], []
    for param, piece in zip(params, pieces[1:], strict=True):
        if type(param) is int:
            written.append(str(param))
        elif type(param) is str:
            written.append("'" + param.replace("'", "''").replace("%", "%%") + "'")
        else:
            written.append("%s")
            left.append(param)
        written.append(piece)
    return "".join(written), tuple(left)


class Prepared:
    """A query that is built at its first use only.

    build: the query, given its slots; rows of models, or tuples where it asks for ``values_list``.
    """

    def __init__(self, build: Build, *slots: Slot) -> None:
        self.build, self.slots = build, slots
        self._text: _Text | None = None

    def query(self) -> QuerySet[Any, Any]:
        """The query as Django knows it, with its slots open."""
        return self.build(*self.slots)

    def __call__(self, *values: Any) -> list[Any]:
        """All rows for these values, which are given in the order of the slots."""
        known = self._text
        if known is None:
            known = self._text = _Text.of(self.query())
        given = {slot.name: slot.given(value) for slot, value in zip(self.slots, values, strict=True)}
        params = [given[p.name] if isinstance(p, Slot) else p for p in known.params]
        rows: Sequence[Any] = sql.fetch(known.sql, params)
        if known.converters:
            changed = [list(row) for row in rows]
            for n, how, column in known.converters:
                for row in changed:
                    value = row[n]
                    for convert in how:
                        value = convert(value, column, connection)
                    row[n] = value
            rows = changed
        if known.maker is None:
            return list(rows)
        make = known.maker.make
        return [make(row) for row in rows]

    def first(self, *values: Any) -> Any:
        """The first row, or none."""
        found = self(*values)
        return found[0] if found else None
