"""Lists, declared: a module says which columns, filters and acts a list has and how its rows are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from wharfinger.base import export, further, owned
from wharfinger.base.asking import MANY, Ask
from wharfinger.base.own import Own
from wharfinger.base.page import signed_in
from wharfinger.base.refusal import N_, BadInput, Refusal

Kind = Literal[
    "text",
    "link",
    "links",
    "number",
    "share",
    "quantity",
    "held",
    "money",
    "price",
    "date",
    "ago",
    "chip",
    "stage_bar",
    "person",
    "picture",
    "noted",
    "told",
]
RIGHT = frozenset(("number", "quantity", "held", "money", "price"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list. The kind says what a cell holds:

    text: str · link: (text, address) · links: such pairs · number: int · quantity: (units, decimals), and a quiet line beneath if any ·
    held: (units, decimals, address of who holds it) · money: (minor, currency) ·
    price: (micro, currency) · date, ago: date or datetime · chip: (tone, word) · person: name ·
    stage_bar: ({stage: units}, decimals) · picture: (address, what it shows) ·
    noted: (text, quiet lines beneath it) · told: (text, address, whether it is new). Nothing is None.
    """

    key: str
    label: str
    kind: Kind = "text"
    sortable: bool = False
    optional: bool = False
    """Hidden until the person chooses it."""
    permission: str = ""
    """Who may see it; for all others the list has no such column."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow a list; it sits in the address under its key (a date as key-from and key-to)."""

    key: str
    label: str
    kind: Literal["text", "choice", "many", "date"] = "text"
    choices: Callable[[Ask], Iterable[tuple[str, str]]] | None = None
    """Value and translated word of each choice."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the list, by stage."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that an act asks for before it is done, in a dialog."""

    name: str
    label: str
    kind: Literal["text", "date", "yes", "each"] = "text"
    """yes: a box to tick, which is ticked at first; each: one field for each document to which the column of its name links in the ticked rows."""
    choices: Callable[[Ask], Iterable[tuple[str, str]]] | None = None
    """Value and translated word of each choice; without it something is typed."""
    suggest: Callable[[], Iterable[str]] | None = None
    """What is proposed where something is typed."""
    of: str = ""
    """The column that links to the documents of which each is asked; else whose documents are proposed."""
    empty: str = ""
    """What choosing nothing means."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """A verb for the selected rows: its page gets them by POST (`page.selected`)."""

    name: str
    label: str
    url: str
    permission: str
    takes_quantity: bool = False
    icon: str = "check"
    tone: Literal["", "danger"] = ""
    asks: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class New:
    """The first step: where one makes what this list holds."""

    label: str
    url: str
    permission: str


class Row(NamedTuple):
    """One row: its id, a value per column key, how much of it can be acted on, and how it is called aloud."""

    id: int | str
    cells: Mapping[str, Any]
    quantity: tuple[int, int] | None = None
    name: str = ""
    own: Mapping[str, Any] = MappingProxyType({})
    """The values of its own fields, where the list shows those of its noun."""
    take: int | None = None
    """How much of it is proposed, where that is less than all."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a list."""

    rows: Sequence[Row]
    before: str | None = None
    after: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    """Rows by tab, counted by `asking.capped`."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list: one per noun or worklist."""

    name: str
    title: str
    permission: str
    columns: Sequence[Column]
    rows: Callable[[Ask], Rows]
    filters: Sequence[Filter] = ()
    tabs: Sequence[Tab] = ()
    acts: Sequence[Act] = ()
    new: New | None = None
    empty: str = N_("Nothing here yet.")
    limit: int = 50
    own: str = ""
    """The noun whose own fields it shows, and narrows by."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the template needs of a list, decided and translated beforehand."""

    table: Table
    ask: Ask
    rows: Rows
    columns: Sequence[Column]
    tabs: Sequence[tuple[str, str, int | None]]
    filters: Sequence[tuple[Filter, Sequence[tuple[str, str]]]]
    acts: Sequence[Act]
    new: New | None
    filtered: bool
    refusal: Refusal | None

    @property
    def leaves(self) -> bool:
        """Whether its rows can be taken out in the columns that an import reads."""
        return self.table.name in further.files and self.ask.actor.may("exchange.export")

    @property
    def takes_quantity(self) -> bool:
        """Whether a row asks how much of it."""
        return any(act.takes_quantity for act in self.acts)


def table_page(request: HttpRequest, table: Table, **context: Any) -> HttpResponse:
    """Answer a request for a list: the page, its changed part for htmx, or a file of what is shown.

    context: further values for a template of the module's own, named by `template`, and for what of it changes with
    the filters, named by `part`.
    """
    if (door := signed_in(request, table.permission)) is not None:
        return door
    actor: Any = request.user
    table = _seen_by(actor, _with_own(table))
    ask = Ask.from_query(
        request.GET,
        table=table.name,
        actor=actor,
        filters=[item.key for item in table.filters],
        tab=table.tabs[0].key if table.tabs else "",
        limit=table.limit,
    )
    columns = chosen(table, ask)
    if request.GET.get("export") in export.WRITERS:
        return export.answer(
            request.GET["export"], table.name, gettext(table.title), columns, _all(table, ask)
        )
    said, _, form = request.GET.get("export", "").partition("-")
    if said == "import" and form in export.WRITERS and table.name in further.files:
        return further.files[table.name](request, form, _ids(_all(table, ask)))
    template, part = context.pop("template", "boards/table.html"), context.pop("part", "boards/list.html")
    if getattr(request, "htmx", None) and not request.htmx.boosted:  # type: ignore[attr-defined]
        template = part
    refusal: Refusal | None = None
    try:
        rows = table.rows(ask)
    except BadInput as refused:
        rows, refusal = Rows(()), refused
    return render(
        request,
        template,
        {"shown": _shown(table, ask, columns, rows, refusal), **context},
        status=200 if refusal is None else refusal.http_code,
    )


def _seen_by(actor: Any, table: Table) -> Table:
    """The list without the columns that a person may not see."""
    seen = tuple(one for one in table.columns if not one.permission or actor.may(one.permission))
    return table if len(seen) == len(table.columns) else replace(table, columns=seen)


def _with_own(table: Table) -> Table:
    """The list with a column and a filter for each own field of its noun that is shown in lists."""
    known = [field for field in owned.fields(table.own) if field.in_lists] if table.own else []
    if not known:
        return table
    columns = [
        Column(f"{owned.MARK}{field.key}", field.name, owned.COLUMN[field.kind], optional=field.retired)  # type: ignore[arg-type]
        for field in known
    ]
    filters = [_own_filter(field) for field in known if not field.retired]

    def rows(ask: Ask) -> Rows:
        found = table.rows(ask)
        return replace(
            found,
            rows=[
                row._replace(cells={**row.cells, **owned.cells(known, row.own)}) if row.own else row
                for row in found.rows
            ],
        )

    return replace(table, columns=(*table.columns, *columns), filters=(*table.filters, *filters), rows=rows)


def _own_filter(field: Own) -> Filter:
    kind: Literal["text", "many", "date"] = {"choice": "many", "yes_no": "many", "date": "date"}.get(
        field.kind, "text"
    )  # type: ignore[assignment]
    choices = (lambda _ask: owned.choices(field)) if kind == "many" else None
    return Filter(f"{owned.MARK}{field.key}", field.name, kind, choices)


def chosen(table: Table, ask: Ask) -> list[Column]:
    """The columns to show: the person's choice, else all that are not optional."""
    if ask.columns:
        return [column for column in table.columns if column.key in ask.columns] or list(table.columns)
    return [column for column in table.columns if not column.optional]


def count_words(count: int | None) -> str:
    """A count as people read it: exact up to a thousand, then “1000+”."""
    return "" if count is None else str(count) if count <= MANY else f"{MANY}+"


def _shown(table: Table, ask: Ask, columns: Sequence[Column], rows: Rows, refusal: Refusal | None) -> Shown:
    return Shown(
        table=table,
        ask=ask,
        rows=rows,
        columns=columns,
        tabs=[(tab.key, gettext(tab.label), rows.counts.get(tab.key)) for tab in table.tabs],
        filters=[(item, list(item.choices(ask)) if item.choices else []) for item in table.filters],
        acts=[act for act in table.acts if not act.permission or ask.actor.may(act.permission)],
        new=table.new if table.new and ask.actor.may(table.new.permission) else None,
        filtered=bool(ask.given),
        refusal=refusal,
    )


def _ids(rows: Iterable[Row]) -> list[int]:
    """The nouns of all rows that the filters leave; of a row that is one of several things, the first."""
    found: dict[int, None] = {}
    for row in rows:
        if len(found) >= export.MOST:
            raise BadInput(
                "too_many_rows",
                N_("More than {most} rows: narrow the list with a filter first."),
                most=export.MOST,
            )
        found.setdefault(int(str(row.id).partition("-")[0]))
    return list(found)


def _all(table: Table, ask: Ask) -> Iterable[Row]:
    ask = replace(ask, limit=500, cursor="")
    while True:
        rows = table.rows(ask)
        yield from rows.rows
        if not rows.after:
            return
        ask = replace(ask, cursor=rows.after)
