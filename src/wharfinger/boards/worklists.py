"""The worklists: one page and one template, configured by this table.

Every row is a holding, filtered by the kind of place it stands at; so a page costs what is open, not what
has been, and a line whose units differ stands on several pages with the right quantity on each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from wharfinger.base.asking import MANY, Ask
from wharfinger.base.refusal import N_
from wharfinger.base.table import Act, Column, Filter, Row, Rows, Tab, Table
from wharfinger.demand.models import SUBJECTS
from wharfinger.demand.queries import quantities
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Location

STAGE = {"drafted": "to_order", "ready": "reserved"}
"""Figures that the stage bar shows under another stage."""


@dataclass(frozen=True, slots=True)
class Worklist:
    """One page of work: which holdings wait there, and what can be done with them."""

    name: str
    title: str
    permission: str
    tabs: Mapping[str, tuple[str, tuple[str, ...]]]
    """By key: label and kinds of place."""
    acts: tuple[Act, ...]
    empty: str
    stock_too: bool = False
    """Whether goods that no line claims stand here as well."""
    module: str = ""
    """The module that must be switched on."""
    past: frozenset[str] = frozenset()
    """Tabs that show what has been done, which nobody counts as waiting."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of place whose holdings wait for somebody."""
        return tuple(k for key, (_, kinds) in self.tabs.items() if key not in self.past for k in kinds)


WORKLISTS: tuple[Worklist, ...] = (
    Worklist(
        "approval",
        N_("Purchase approval"),
        "purchasing.read",
        {"": (N_("Waiting"), ("to_approve",))},
        (
            Act("approve", N_("Approve"), "boards:approve", "purchasing.approve", icon="check"),
            Act("reject", N_("Reject"), "boards:reject", "purchasing.approve", icon="x", tone="danger"),
        ),
        N_("Nothing waits for approval. Purchases at or above the threshold appear here."),
        module="procurement",
    ),
    Worklist(
        "purchasing",
        N_("Purchasing & Fulfillment"),
        "purchasing.read",
        {"": (N_("To order"), ("to_order",))},
        (
            Act(
                "order",
                N_("Make purchase order"),
                "boards:order",
                "purchasing.order",
                takes_quantity=True,
                icon="clipboard-list",
            ),
            Act(
                "order_each",
                N_("One per default vendor"),
                "boards:order_each",
                "purchasing.order",
                takes_quantity=True,
                icon="copy",
            ),
            Act(
                "from_stock",
                N_("Fulfil from stock"),
                "boards:from_stock",
                "sales.reserve",
                takes_quantity=True,
                icon="hand",
            ),
        ),
        N_("Nothing is to be ordered. Won and confirmed lines without stock appear here."),
        module="procurement",
    ),
    Worklist(
        "receiving",
        N_("Receiving"),
        "purchasing.read",
        {"": (N_("On order"), ("on_order",))},
        (
            Act(
                "receive",
                N_("Receive"),
                "boards:receive",
                "purchasing.receive",
                takes_quantity=True,
                icon="package-check",
            ),
        ),
        N_("Nothing is on its way. Submitted purchase orders appear here."),
        stock_too=True,
    ),
    Worklist(
        "to_pick",
        N_("To pick"),
        "fulfilment.read",
        {"": (N_("Reserved"), ("bin",))},
        (
            Act("pick", N_("Pick"), "boards:pick", "fulfilment.pick", takes_quantity=True, icon="hand"),
            Act("pick_list", N_("Print pick list"), "boards:pick_list", "fulfilment.read", icon="printer"),
        ),
        N_("Nothing is to be picked. Reserved and received goods appear here."),
    ),
    Worklist(
        "to_pack",
        N_("To pack"),
        "fulfilment.read",
        {"": (N_("Picked"), ("picked",))},
        (
            Act(
                "pack",
                N_("Pack into a new box"),
                "boards:pack",
                "fulfilment.pack",
                takes_quantity=True,
                icon="package",
            ),
            Act(
                "unpick",
                N_("Put back"),
                "boards:unpick",
                "fulfilment.unpick",
                takes_quantity=True,
                icon="undo-2",
            ),
        ),
        N_("Nothing is to be packed. Picked goods appear here."),
    ),
    Worklist(
        "delivery",
        N_("Delivery & Shipping"),
        "fulfilment.read",
        {
            "ready": (N_("Ready to Deliver/Ship"), ("container", "picked", "bin", "ready")),
            "shipped": (N_("Delivered/Shipped"), ("in_transit", "customer")),
        },
        (
            Act(
                "ship",
                N_("Deliver/Ship"),
                "boards:ship",
                "fulfilment.ship",
                takes_quantity=True,
                icon="truck",
            ),
            Act(
                "packing_list",
                N_("Print packing list"),
                "boards:packing_list",
                "fulfilment.read",
                icon="printer",
            ),
            Act("pick_list", N_("Print pick list"), "boards:pick_list", "fulfilment.read", icon="printer"),
            Act(
                "cancel_delivery",
                N_("Cancel delivery"),
                "boards:cancel_delivery",
                "fulfilment.cancel_delivery",
                takes_quantity=True,
                icon="undo-2",
                tone="danger",
            ),
        ),
        N_("Nothing is ready. Goods at hand of won and confirmed lines appear here."),
        past=frozenset(["shipped"]),
    ),
    Worklist(
        "approve_post",
        N_("Approve & Post"),
        "billing.read",
        {"": (N_("To invoice"), ("to_bill",))},
        (
            Act(
                "invoice",
                N_("Invoice"),
                "boards:invoice",
                "billing.invoice",
                takes_quantity=True,
                icon="receipt-text",
            ),
        ),
        N_(
            "Nothing is to be invoiced. Lines of confirmed orders appear here at once, whatever their goods do."
        ),
    ),
    Worklist(
        "returns",
        N_("Returns"),
        "returns.read",
        {"": (N_("To inspect"), ("returns", "bench", "at_vendor"))},
        (
            Act(
                "restock",
                N_("Restock"),
                "boards:restock",
                "returns.restock",
                takes_quantity=True,
                icon="archive-restore",
            ),
            Act(
                "scrap",
                N_("Scrap"),
                "boards:scrap",
                "returns.scrap",
                takes_quantity=True,
                icon="trash-2",
                tone="danger",
            ),
        ),
        N_("No returned goods wait. What customers send back appears here."),
        stock_too=True,
    ),
)
BY_NAME = {one.name: one for one in WORKLISTS}

FIELDS = (
    "id", "kind", "quantity", "place_id", "place__parent_id", "place__bin__name", "lot__code", "product_id", "product__sku",
    "product__name", "product__quantity_decimals", "claim_id", "claim__line__sheet_id", "claim__line__sheet__kind",
    "claim__line__sheet__number", "claim__line__organization__name", "claim__line__site__name", "claim__line__promised_on",
    "claim__line__sheet__owner__name",
)  # fmt: skip


def waiting(worklist: Worklist, kinds: Sequence[str]) -> QuerySet[Holding, Any]:
    """The holdings that stand on a worklist at these kinds of place."""
    found = Holding.objects.filter(kind__in=kinds, quantity__gt=0)
    if not worklist.stock_too:
        found = found.filter(claim__gt=0)
    if "bin" in kinds:
        # Holds of open quotes are nobody's work yet.
        found = found.exclude(claim__line__sheet__kind="quote")
    return found.values(*FIELDS)


def rows_of(worklist: Worklist) -> Callable[[Ask], Rows]:
    """How the page of a worklist reads its rows: one statement for the holdings, one for their lines' figures."""

    def rows(ask: Ask) -> Rows:
        _, kinds = worklist.tabs.get(ask.tab) or next(iter(worklist.tabs.values()))
        page = ask.slice(
            _narrowed(waiting(worklist, kinds), ask),
            {"promised": "claim__line__promised_on", "product": "product__sku"},
        )
        figures = quantities(sorted({row["claim_id"] for row in page.items if row["claim_id"]}))
        locations = dict(Location.objects.values_list("place_id", "name")) if page.items else {}
        shown = [_row(row, figures.get(row["claim_id"], {}), locations) for row in page.items]
        return Rows(shown, page.before, page.after, counts={})

    return rows


def _narrowed(found: QuerySet[Holding, Any], ask: Ask) -> QuerySet[Holding, Any]:
    if text := ask.one("find"):
        number = (
            Q(claim__line__sheet__number__iexact=text)
            | Q(product__sku__iexact=text)
            | Q(lot__code__iexact=text)
        )
        found = found.filter(
            number | Q(claim__line__organization__name__icontains=text) | Q(product__name__icontains=text)
        )
    if customers := ask.many("organization"):
        found = found.filter(claim__line__organization_id__in=[c for c in customers if c.isdigit()])
    if places := ask.many("location"):
        found = found.filter(place__parent_id__in=[p for p in places if p.isdigit()])
    first, last = ask.days("promised")
    if first:
        found = found.filter(claim__line__promised_on__gte=first)
    if last:
        found = found.filter(claim__line__promised_on__lte=last)
    return found


def _row(row: Mapping[str, Any], figures: Mapping[str, int], locations: Mapping[int, str]) -> Row:
    decimals = row["product__quantity_decimals"]
    number = row["claim__line__sheet__number"]
    where = locations.get(row["place__parent_id"], "")
    bin_name = row["place__bin__name"]
    return Row(
        id=row["id"],
        name=f"{number or ''} {row['product__sku']}",
        quantity=(row["quantity"], decimals),
        cells={
            "document": (
                number,
                address(SUBJECTS[row["claim__line__sheet__kind"]], row["claim__line__sheet_id"]),
            )
            if number
            else None,
            "product": (
                f"{row['product__sku']} · {row['product__name']}",
                address("product", row["product_id"]),
            ),
            "serial": row["lot__code"],
            "organization": row["claim__line__organization__name"],
            "site": row["claim__line__site__name"],
            "where": f"{where} {bin_name}" if bin_name else where,
            "units": (row["quantity"], decimals),
            "line": (bar(figures), decimals),
            "promised": row["claim__line__promised_on"],
            "owner": row["claim__line__sheet__owner__name"],
        },
    )


def bar(figures: Mapping[str, int]) -> dict[str, int]:
    """The figures of a line as its stage bar shows them."""
    stages = dict(figures)
    for figure, stage in STAGE.items():
        if figure in stages:
            stages[stage] = stages.get(stage, 0) + stages.pop(figure)
    return stages


PAGES = {
    "order": "sales:order",
    "quote": "sales:quote",
    "work_order": "work:work_order",
    "product": "catalog:product",
}


def address(subject: str, pk: int) -> str:
    """Where the page of a noun is; empty where there is none."""
    try:
        return reverse(PAGES[subject], args=[pk])
    except NoReverseMatch:
        return ""


COLUMNS = (
    Column("document", N_("Document"), "link"),
    Column("product", N_("Product"), "link", sortable=True),
    Column("serial", N_("Serial number"), optional=True),
    Column("organization", N_("Organization")),
    Column("site", N_("Site"), optional=True),
    Column("where", N_("Where")),
    Column("units", N_("Quantity"), "quantity"),
    Column("line", N_("Whole line"), "stage_bar"),
    Column("promised", N_("Promised"), "date", sortable=True),
    Column("owner", N_("Owner"), "person", optional=True),
)


def _organizations(ask: Ask) -> Iterable[tuple[str, str]]:
    found = Organization.objects.filter(customer=True, retired_on__isnull=True).order_by("name")[:200]
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")]


def _locations(ask: Ask) -> Iterable[tuple[str, str]]:
    found = Location.objects.filter(retired_on__isnull=True).order_by("name")
    return [(str(place), name) for place, name in found.values_list("place_id", "name")]


FILTERS = (
    Filter("find", N_("Number, product, customer")),
    Filter("organization", N_("Organization"), "choice", _organizations),
    Filter("location", N_("Location"), "choice", _locations),
    Filter("promised", N_("Promised"), "date"),
)


def table_of(worklist: Worklist) -> Table:
    """The list of a worklist."""
    tabs = (
        tuple(Tab(key, label) for key, (label, _) in worklist.tabs.items()) if len(worklist.tabs) > 1 else ()
    )
    return Table(
        name=f"worklist_{worklist.name}",
        title=worklist.title,
        permission=worklist.permission,
        columns=COLUMNS,
        filters=FILTERS,
        tabs=tabs,
        acts=worklist.acts,
        empty=worklist.empty,
        rows=rows_of(worklist),
    )


TABLES = {one.name: table_of(one) for one in WORKLISTS}


def on_tab(table: Table, worklist: Worklist, tab: str) -> Table:
    """The list with the acts that make sense on a tab: what has been done is only taken back or printed."""
    if not worklist.past:
        return table
    undoing = {"cancel_delivery", "packing_list"}
    past = tab in worklist.past
    return replace(
        table,
        acts=tuple(a for a in table.acts if (a.name in undoing if past else a.name != "cancel_delivery")),
    )


def counts() -> dict[str, int]:
    """How much waits on each worklist, counted no further than one past a thousand, in one statement."""
    parts = []
    for one in WORKLISTS:
        kinds = ", ".join(f"'{k}'" for k in one.kinds)
        claimed = "" if one.stock_too else "AND h.claim_id > 0 "
        quoted = (
            "AND NOT EXISTS (SELECT 1 FROM demand_line l JOIN demand_sheet s ON s.id = l.sheet_id "
            "WHERE l.claim_id = h.claim_id AND s.kind = 'quote') "
            if "bin" in one.kinds
            else ""
        )
        parts.append(
            f"SELECT '{one.name}', COUNT(*) FROM (SELECT 1 FROM ledger_holding h WHERE h.kind IN ({kinds}) AND h.quantity > 0 "
            f"{claimed}{quoted}LIMIT {MANY + 1}) AS {one.name}_rows"
        )
    return {name: int(count) for name, count in sql.fetch(" UNION ALL ".join(parts))}
