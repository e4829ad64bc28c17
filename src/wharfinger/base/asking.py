"""What a person asks of a list: filters, tab, order, page, columns; all of it in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core import signing
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.http import QueryDict

from wharfinger.base.access import Actor
from wharfinger.base.refusal import N_, BadInput

MANY = 1000
"""Above this many we say “more than”, because counting them all costs more than it tells."""

SORTED = 10_000
"""No more rows than this are sorted by anything but their age: all of them would have to be read."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a queryset and the cursors to the pages beside it."""

    items: list[Any]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One reading of a list: who asks, and for what."""

    table: str
    actor: Actor
    tab: str = ""
    sort: str = ""
    """A column's key, with a minus in front for descending; empty for newest first."""
    limit: int = 50
    cursor: str = ""
    columns: tuple[str, ...] = ()
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The filters, each with all its values as typed."""
    read: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What several parts of the list need, read once."""

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """What this reads, asked of the database once for the whole list."""
        if name not in self.read:
            self.read[name] = read()
        return self.read[name]

    @classmethod
    def from_query(
        cls, query: QueryDict, *, table: str, actor: Actor, filters: Sequence[str], tab: str, limit: int
    ) -> Ask:
        """Read the address; what it does not know it leaves alone."""
        given: dict[str, Sequence[str]] = {}
        for key in filters:
            values = [value.strip()[:200] for value in query.getlist(key) if value.strip()]
            for end in ("from", "to"):
                if text := query.get(f"{key}-{end}"):
                    given[f"{key}-{end}"] = [text]
            if values:
                given[key] = values
        return cls(
            table=table,
            actor=actor,
            tab=query.get("tab") or tab,
            sort=query.get("sort", ""),
            limit=limit,
            cursor=query.get("cursor", ""),
            columns=tuple(query.getlist("column")),
            given=given,
        )

    def one(self, key: str) -> str:
        """The value of a filter, or an empty string."""
        values = self.given.get(key)
        return values[0] if values else ""

    def many(self, key: str) -> list[str]:
        """All values of a filter."""
        return list(self.given.get(key, ()))

    def ids(self, name: str) -> list[int]:
        """The chosen rows of a filter, those that can be ids."""
        return [int(one) for one in self.many(name) if one.isascii() and one.isdecimal() and len(one) < 19]

    def days(self, key: str) -> tuple[date | None, date | None]:
        """The first and last day of a date filter; raises BadInput when one is no date."""
        return self._day(f"{key}-from"), self._day(f"{key}-to")

    def _day(self, key: str) -> date | None:
        text = self.one(key)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise BadInput(
                "not_a_date",
                N_("“{text}” is not a date. Write it like 2026-11-30."),
                field=key,
                text=text[:20],
            ) from None

    def slice(
        self,
        queryset: QuerySet[Any, Any],
        sorts: Mapping[str, str],
        *,
        by: str = "",
        last: str = "id",
        among: tuple[str, Sequence[Any]] | None = None,
        fields: Sequence[str] = (),
    ) -> Slice:
        """Cut one page out of the queryset by keyset, so that a deep page costs what the first one does.

        sorts: queryset field by column key; a queryset of `.values()` must contain it and `last`.
        by: the column that sorts where the reader chose none; without it the newest comes first.
        last: the unique field that decides among equals.
        among: a field and its values to which the queryset is narrowed here, where an index has the field and,
        of each value, the rows in the order of `last`.
        fields: what is read of each row, as by `.values()`, but only of the rows that are shown.
        """
        chosen = self.sort or by
        key, down = chosen.removeprefix("-"), chosen.startswith("-")
        path = sorts.get(key, last)
        if path == last and key not in sorts:
            key, down = "", True
        back, value, mark = self._read_cursor(f"{'-' * down}{key}")
        order = _order(path, last, down=down != back, back=back)
        if among and path == last:
            first = _foremost(queryset, *among, last, mark, self.limit + 1, down=down != back)
            queryset = queryset.filter(**{f"{last}__in": first})
        else:
            if among:
                queryset = queryset.filter(**{f"{among[0]}__in": among[1]})
            if mark is not None:
                queryset = queryset.filter(_beyond(path, last, value, mark, down=down != back, back=back))
        if fields:
            queryset = queryset.values(*fields)
        found = list(queryset.order_by(*order)[: self.limit + 1])
        more, found = len(found) > self.limit, found[: self.limit]
        if back:
            found.reverse()
        earlier, later = (more, True) if back else (mark is not None, more)
        return Slice(
            items=found,
            before=self._write_cursor(key, down, True, found[0], path, last) if found and earlier else None,
            after=self._write_cursor(key, down, False, found[-1], path, last) if found and later else None,
        )

    def portion(
        self,
        read: Callable[[Any, int, bool], list[Any]],
        mark: Callable[[Any], Sequence[int]],
    ) -> Slice:
        """Cut one page out of a list that is put together of several tables, newest first.

        read: given a mark, so many and backwards, the first rows beyond the mark, or before it and the nearest first.
        mark: the numbers of a row by which the list is in order.
        """
        back, _, at = self._read_cursor("")
        found = read(at, self.limit + 1, back)
        more, found = len(found) > self.limit, found[: self.limit]
        if back:
            found.reverse()
        earlier, later = (more, True) if back else (at is not None, more)
        write = partial(signing.dumps, salt=f"list:{self.table}")
        return Slice(
            items=found,
            before=write(["", True, None, list(mark(found[0]))]) if found and earlier else None,
            after=write(["", False, None, list(mark(found[-1]))]) if found and later else None,
        )

    def _write_cursor(self, key: str, down: bool, back: bool, item: Any, path: str, last: str) -> str:
        value = _value(item, path)
        if isinstance(value, (date, datetime)):
            value = value.isoformat()
        return signing.dumps(
            [f"{'-' * down}{key}", back, value, _value(item, last)], salt=f"list:{self.table}"
        )

    def _read_cursor(self, sort: str) -> tuple[bool, Any, Any]:
        if not self.cursor:
            return False, None, None
        try:
            of, back, value, mark = signing.loads(self.cursor, salt=f"list:{self.table}")
        except signing.BadSignature:
            raise BadInput(
                "bad_cursor",
                N_("This page of the list is no longer there. Start from its first page."),
                field="cursor",
            ) from None
        return (back, value, mark) if of == sort else (False, None, None)


def capped(queryset: QuerySet[Any, Any]) -> int:
    """How many there are, counting no further than one past a thousand."""
    return queryset.order_by()[: MANY + 1].count()


def capped_each(querysets: Mapping[str, QuerySet[Any, Any]]) -> dict[str, int]:
    """The same of each of several, in one statement."""
    texts: list[str] = []
    given: list[Any] = []
    for n, queryset in enumerate(querysets.values()):
        text, params = queryset.order_by().values_list("pk")[: MANY + 1].query.sql_with_params()
        texts.append(f"SELECT {n}, COUNT(*) FROM ({text}) AS part_{n}")
        given += params
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(texts), given)
        found = dict(cursor.fetchall())
    return {key: found[n] for n, key in enumerate(querysets)}


def few_enough(queryset: QuerySet[Any, Any], most: int = SORTED) -> None:
    """Refuse to sort a list in which more rows are left than that."""
    if too_many(queryset, most):
        raise BadInput(
            "too_many_to_sort",
            N_("More than {most} rows are left. Narrow the list by a filter first, then sort it."),
            field="sort",
            most=most,
        )


def too_many(queryset: QuerySet[Any, Any], most: int = SORTED) -> bool:
    """Whether more rows are left in a list than may be sorted."""
    return len(queryset.order_by().values_list("pk")[: most + 1]) > most


def _value(item: Any, path: str) -> Any:
    if isinstance(item, dict):
        return item[path]
    for name in path.split("__"):
        item = getattr(item, name) if item is not None else None
    return item


def _order(path: str, last: str, *, down: bool, back: bool) -> list[Any]:
    """Rows without a value come last whichever way the list is sorted, hence first when read backwards."""
    final = F(last).desc() if down else F(last).asc()
    if path == last:
        return [final]
    place = {"nulls_first": True} if back else {"nulls_last": True}
    return [F(path).desc(**place) if down else F(path).asc(**place), final]


def _foremost(
    queryset: QuerySet[Any, Any],
    field: str,
    values: Sequence[Any],
    last: str,
    mark: Any,
    most: int,
    *,
    down: bool,
) -> list[Any]:
    """The first of each value, all by one statement: the first of all are among them."""
    part_of = _by_range if connection.vendor == "postgresql" else _by_value
    order = "-" if down else ""
    texts: list[str] = []
    given: list[Any] = []
    for n, value in enumerate(values):
        part = part_of(queryset, field, value, last, mark, down=down)
        part = part.order_by(f"{order}{field}", f"{order}{last}").values_list(last)[:most]
        text, params = part.query.sql_with_params()
        # SQLite cuts the parts of a union only where each is a table of its own.
        texts.append(f"SELECT * FROM ({text}) AS part_{n}")
        given += params
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(texts), given)
        return [value for (value,) in cursor.fetchall()]


def _by_value(
    queryset: QuerySet[Any, Any], field: str, value: Any, last: str, mark: Any, *, down: bool
) -> QuerySet[Any, Any]:
    """The rows of a value beyond the mark, as SQLite enters an index over both columns at the mark."""
    part = queryset.filter(**{field: value})
    return part if mark is None else part.filter(**{f"{last}__{'lt' if down else 'gt'}": mark})


def _by_range(
    queryset: QuerySet[Any, Any], field: str, value: Any, last: str, mark: Any, *, down: bool
) -> QuerySet[Any, Any]:
    """The same as a range of one value, whose order no index over `last` alone can give.

    Told that the field is one value, PostgreSQL may go by `last`, through all rows there are where few have the value.
    """
    near, far, beyond = ("lte", "gte", LessThan) if down else ("gte", "lte", GreaterThan)
    part = queryset.filter(**{f"{field}__{far}": value})
    if mark is None:
        return part.filter(**{f"{field}__{near}": value})
    return part.filter(beyond(_Both(field, last), _Both(Value(value), Value(mark))))


class _Both(Func):
    """Two columns as one value, which an index over both compares as such."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


def _beyond(path: str, last: str, value: Any, mark: Any, *, down: bool, back: bool) -> Q:
    side = "lt" if down else "gt"
    if path == last:
        return Q(**{f"{last}__{side}": mark})
    further = Q(**{f"{last}__{side}": mark})
    if value is None:
        rest = Q(**{f"{path}__isnull": True}) & further
        return rest | Q(**{f"{path}__isnull": False}) if back else rest
    # The first half lets the database enter its index at the right row.
    rest = Q(**{f"{path}__{side}e": value}) & (Q(**{f"{path}__{side}": value}) | further)
    return rest if back else rest | Q(**{f"{path}__isnull": True})
