"""A worklist as a list: its rows read part by part, its columns and acts as they make sense on each tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wharfinger.base.asking import Ask, few_enough, too_many
from wharfinger.base.table import Row, Rows, Tab, Table
from wharfinger.boards.invoicing import with_day
from wharfinger.boards.narrowing import FILTERS, narrowed
from wharfinger.boards.showing import COLUMNS, OWN, SORTS, Seen, fields_of, see
from wharfinger.boards.worklists import WORKLISTS, Worklist, workable
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.serving import with_turn
from wharfinger.purchasing.queries.quoting import REQUEST, with_request


def rows_of(worklist: Worklist) -> Callable[[Ask], Rows]:
    """How the page of a worklist reads its rows: one statement for the holdings, one for their lines' figures."""

    def rows(ask: Ask) -> Rows:
        tab = ask.tab if ask.tab in worklist.tabs else next(iter(worklist.tabs))
        columns = worklist.columns_of(tab)
        kinds = worklist.tabs[tab][1]
        found = narrowed(workable(worklist, kinds), ask)
        if tab in worklist.only:
            found = worklist.only[tab](found)
        sorts = {key: path for key, path in SORTS.items() if key in columns}
        chosen = ask.sort.removeprefix("-")
        if chosen in sorts:
            few_enough(found.filter(kind__in=kinds))
        elif worklist.by and not ask.sort and not too_many(found.filter(kind__in=kinds)):
            chosen = worklist.by
        fields = fields_of(columns)
        if sorts.get(chosen) == "turn":
            found, fields = with_turn(found, "claim__line__"), (*fields, "turn")
        if "billable_on" in columns:
            found, fields = with_day(found), (*fields, "billable_on")
        if "rfq" in columns:
            found, fields = with_request(found, "claim"), (*fields, *REQUEST)
        page = ask.slice(found, sorts, by=chosen, among=("kind", kinds), fields=fields)
        seen = see(page.items, columns, quantities, ask)
        return Rows([_row(row, columns, seen) for row in page.items], page.before, page.after, counts={})

    return rows


def _row(row: Mapping[str, Any], columns: Sequence[str], seen: Seen) -> Row:
    return Row(
        id=row["id"],
        name=f"{row['claim__line__sheet__number'] or ''} {row['product__sku']}",
        quantity=(row["quantity"], row["product__quantity_decimals"]),
        cells={key: COLUMNS[key].cell(row, seen) for key in columns},
        own=row[OWN] or {},
        take=min(row["quantity"], seen.proposed[row["claim_id"]]) if "proposed" in columns else None,
    )


def table_of(worklist: Worklist) -> Table:
    """The list of a worklist."""
    tabs = tuple(Tab(key, label) for key, (label, _) in worklist.tabs.items())
    tabs += tuple(Tab(key, table.title) for key, table in worklist.beside.items())
    return Table(
        name=f"worklist_{worklist.name}",
        title=worklist.title,
        permission=worklist.permission,
        columns=(),
        filters=tuple(FILTERS[key] for key in worklist.filters),
        tabs=tabs if len(tabs) > 1 else (),
        acts=worklist.acts,
        new=worklist.new,
        empty=worklist.empty,
        rows=rows_of(worklist),
        own="line",
    )


TABLES = {one.name: table_of(one) for one in WORKLISTS}


def on_tab(table: Table, worklist: Worklist, tab: str, actor: Any) -> Table:
    """The list with the columns and acts that make sense on a tab and for this person."""
    if tab in worklist.beside:
        return replace(worklist.beside[tab], title=table.title, tabs=table.tabs)
    tab = tab if tab in worklist.tabs else next(iter(worklist.tabs))
    shown = [COLUMNS[key] for key in worklist.columns_of(tab)]
    named = [key.rpartition(":") for key in worklist.columns.split() if key.endswith("?")]
    hidden = {key[:-1] for on, colon, key in named if not colon or on == tab}
    acts = worklist.acts_on.get(tab)
    return replace(
        table,
        columns=tuple(
            replace(one.column, optional=True) if one.column.key in hidden else one.column
            for one in shown
            if not one.permission or actor.may(one.permission)
        ),
        acts=tuple(act for act in table.acts if acts is None or act.name in acts),
    )
