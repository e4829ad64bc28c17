"""How the rows of a worklist are read, narrowed and shown: its columns, its filters, one row per holding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, Value
from django.db.models.functions import Concat
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.base.asking import Ask
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column
from wharfinger.base.typed import written
from wharfinger.billing.queries.due import POLICY, due
from wharfinger.boards.invoicing import PRICED, amount, policy_cell, proposed_cell, today
from wharfinger.boards.selling import arrival_cell, cost_cell, next_free, vendor_cell
from wharfinger.boards.waiting import NOBODY, Turns, due_cell, promise_cell, rank_cell, turns
from wharfinger.demand import pressing
from wharfinger.demand.models import SUBJECTS
from wharfinger.fulfilment.queries.sent import Sent, sent_by
from wharfinger.fulfilment.queries.tasks import pickers
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.purchasing.queries import yeses
from wharfinger.purchasing.queries.asked import offers_of
from wharfinger.purchasing.rules.asking import Sold
from wharfinger.stock.models import Location
from wharfinger.stock.queries import figures as stock
from wharfinger.stock.rules.serving import NORMAL

STAGE = {"drafted": "to_order", "ready": "reserved"}
"""Figures that the stage bar shows under another stage."""

OFFERED = 200
"""No more organizations than this are offered by a filter."""

BOTH = ("worklist_purchasing",)
"""Lists that offer drafts and locations beside organizations."""

MOST_PLACES = 3
"""So many locations are named beneath what is free."""

STATES: dict[str, tuple[str, str]] = {
    "bin": ("violet", N_("Reserved")),
    "picked": ("blue", N_("Picked")),
    "container": ("blue", N_("Packed")),
    "ready": ("teal", N_("Needs no goods")),
    "in_transit": ("teal", N_("On its way")),
    "customer": ("green", N_("Delivered")),
    "returns": ("red", N_("To inspect")),
    "bench": ("amber", N_("In repair")),
    "at_vendor": ("amber", N_("At the vendor")),
}
"""What a row's kind of place is called on a list that shows several."""

OWN = "claim__line__own"
"""The values of the own fields of the line whose goods stand there."""

FIELDS = (
    "id", "kind", "quantity", "place_id", "place__parent_id", "place__bin__name", "lot__code", "product_id", "product__sku",
    "product__name", "product__quantity_decimals", "claim_id", "claim__line__sheet_id", "claim__line__sheet__kind",
    "claim__line__sheet__number", "claim__line__organization__name", "claim__line__site__name", "claim__line__promised_on",
    "claim__line__sheet__owner__name", "claim__line__sheet__priority", "claim__line__sheet__location__place_id", OWN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page of a worklist reads once for all its rows."""

    figures: Mapping[int, Mapping[str, int]]
    locations: Mapping[int, str]
    sold: Mapping[int, Mapping[int, Sold]]
    """Who sells each product, by product and vendor."""
    worths: Mapping[str, int]
    """What one unit of each currency in which they ask is worth, to compare them."""
    free: Mapping[int, Mapping[int, int]]
    """What is free of each product, by product and the place of the location."""
    arrives: Mapping[int, date]
    """When the next goods of each product come that nobody has a claim on."""
    yeses: Mapping[int, tuple[str, str]]
    """How far the approval of each line is, and who has given theirs."""
    turns: Turns
    """Whose turn it is, and what endangers what was promised."""
    proposed: Mapping[int, int]
    """How many units of each line are due to be invoiced."""
    pickers: Mapping[tuple[int, int], tuple[int, str, str]]
    """Who is picking a line at a location."""
    sent: Mapping[int, Sequence[Sent]]
    """By which shipments the goods of each row left, first the one that is taken back first."""
    costs: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of a worklist: its declaration, what it reads of a holding, and how a cell is made of that."""

    column: Column
    cell: Callable[[Mapping[str, Any], Seen], Any]
    fields: tuple[str, ...] = ()
    reads: str = ""
    """What it needs besides, read once for the page: sold, free, arrives, yeses, turns, proposed, pickers or sent."""
    permission: str = ""


def address(name: str, pk: Any) -> str:
    """Where the page of a noun is; empty where there is none."""
    try:
        return reverse(name, args=[pk]) if pk else ""
    except NoReverseMatch:
        return ""


PAGES = {"order": "sales:order", "quote": "sales:quote", "work_order": "work:work_order"}


def _document(row: Mapping[str, Any], seen: Seen) -> Any:
    number, kind = row["claim__line__sheet__number"], row["claim__line__sheet__kind"]
    return (number, address(PAGES[SUBJECTS[kind]], row["claim__line__sheet_id"])) if number else None


def _product(row: Mapping[str, Any], seen: Seen) -> Any:
    kit = row[KIT]
    name = f"{row['product__sku']} · {row['product__name']}" + (f" ({kit})" if kit else "")
    return name, address("catalog:product", row["product_id"])


def _where(row: Mapping[str, Any], seen: Seen) -> str:
    where, name = seen.locations.get(row["place__parent_id"], ""), row["place__bin__name"]
    return f"{where} {name}" if name else where


def _line(row: Mapping[str, Any], seen: Seen) -> Any:
    found = seen.figures.get(row["claim_id"])
    return (bar(found), row["product__quantity_decimals"]) if found else None


def _through(path: str, page: str) -> Callable[[Mapping[str, Any], Seen], Any]:
    """A link to the document that stands at this path: its number and its page."""

    def cell(row: Mapping[str, Any], seen: Seen) -> Any:
        number = row[f"{path}__number"]
        return (number, address(page, row[f"{path}__id"])) if number else None

    return cell


def _request(row: Mapping[str, Any], seen: Seen) -> Any:
    return (row["rfq_number"], address("purchasing:rfq", row["rfq"])) if row["rfq"] else None


def _state(row: Mapping[str, Any], seen: Seen) -> Any:
    tone, word = STATES.get(row["kind"], ("grey", row["kind"]))
    return tone, _(word)


def _pressing(row: Mapping[str, Any], seen: Seen) -> Any:
    return pressing.chip(row["claim__line__sheet__priority"] or NORMAL)


def _free(row: Mapping[str, Any], seen: Seen) -> Any:
    """What is free of the product; beneath, how much of it at which location, the document's and then the most first."""
    decimals, there = row["product__quantity_decimals"], seen.free.get(row["product_id"], {})
    first = row["claim__line__sheet__location__place_id"]
    listed = sorted(there.items(), key=lambda one: (one[0] != first, -one[1], seen.locations.get(one[0], "")))
    told = [
        f"{seen.locations.get(place, '?')} {written(units, decimals)}" for place, units in listed if units > 0
    ]
    more = len(told) - MOST_PLACES
    note = "\n".join([*told[:MOST_PLACES], *([_("%(n)s more") % {"n": more}] if more > 0 else [])])
    return sum(there.values()), decimals, note


def _yes(row: Mapping[str, Any], seen: Seen) -> Any:
    return seen.yeses.get(row["claim_id"])


def _picker(row: Mapping[str, Any], seen: Seen) -> Any:
    run, number, name = seen.pickers.get((row["claim_id"], row["place__parent_id"]), (0, "", ""))
    return (f"{name} · {number}", address("fulfilment:run", run)) if run else None


def _shipment(row: Mapping[str, Any], seen: Seen) -> Any:
    """The shipments by which it left; where there are several, how much by each and which is taken back first."""
    sent, decimals = seen.sent.get(row["id"], ()), row["product__quantity_decimals"]
    told = [(one.number, written(one.units, decimals), one.shipment) for one in sent]
    apart = (_("%(number)s: %(units)s, taken back first"), "%(number)s: %(units)s")
    return [
        (
            apart[n > 0] % {"number": number, "units": units} if len(told) > 1 else number,
            address("fulfilment:shipment", pk),
        )
        for n, (number, units, pk) in enumerate(told)
    ] or None


def _tracking(row: Mapping[str, Any], seen: Seen) -> str:
    numbers = (one.tracking for one in seen.sent.get(row["id"], ()))
    return ", ".join(dict.fromkeys(number for number in numbers if number))


def _shipped_on(row: Mapping[str, Any], seen: Seen) -> date | None:
    return next((one.shipped_on for one in seen.sent.get(row["id"], ())), None)


def _plain(field: str) -> Callable[[Mapping[str, Any], Seen], Any]:
    return lambda row, seen: row[field]


KIT = "claim__line__parent__product__sku"
"""Of a component, the kit that it goes into."""
ON_ORDER, DRAFTED = "place__purchase_line__", "place__drafted_line__"
REFUSED = "place__refused_line__"
BOX, SHIPMENT = "place__container", "place__shipment"

COLUMNS: dict[str, Shown] = {
    one.column.key: one
    for one in (
        Shown(
            Column("purchase", N_("Purchase order"), "link"),
            _through(f"{ON_ORDER}purchase_order", "purchasing:order"),
            (f"{ON_ORDER}purchase_order__id", f"{ON_ORDER}purchase_order__number"),
        ),
        Shown(
            Column("draft", N_("Purchase order"), "link"),
            _through(f"{DRAFTED}purchase_order", "purchasing:order"),
            (f"{DRAFTED}purchase_order__id", f"{DRAFTED}purchase_order__number"),
        ),
        Shown(
            Column("refusal", N_("Purchase order"), "link"),
            _through(f"{REFUSED}purchase_order", "purchasing:order"),
            (f"{REFUSED}purchase_order__id", f"{REFUSED}purchase_order__number"),
        ),
        Shown(Column("document", N_("Document"), "link"), _document),
        Shown(Column("product", N_("Product"), "link", sortable=True), _product, (KIT,)),
        Shown(Column("serial", N_("Serial number")), _plain("lot__code")),
        Shown(Column("organization", N_("Organization")), _plain("claim__line__organization__name")),
        Shown(Column("site", N_("Site"), optional=True), _plain("claim__line__site__name")),
        Shown(
            Column("seller", N_("Vendor")),
            _plain(f"{ON_ORDER}purchase_order__vendor__name"),
            (f"{ON_ORDER}purchase_order__vendor__name",),
        ),
        Shown(
            Column("refuser", N_("Vendor")),
            _plain(f"{REFUSED}purchase_order__vendor__name"),
            (f"{REFUSED}purchase_order__vendor__name",),
        ),
        Shown(Column("vendor", N_("Default vendor"), "noted"), vendor_cell, reads="sold"),
        Shown(Column("rfq", N_("Asked"), "link"), _request),
        Shown(Column("where", N_("Where")), _where),
        Shown(Column("state", N_("State"), "chip"), _state),
        Shown(
            Column("box", N_("Box"), "link"),
            _through(BOX, "fulfilment:container"),
            (f"{BOX}__id", f"{BOX}__number"),
        ),
        Shown(Column("shipment", N_("Shipment"), "links"), _shipment, reads="sent"),
        Shown(Column("shipped_on", N_("Shipped on"), "date"), _shipped_on, reads="sent"),
        Shown(Column("tracking", N_("Tracking number")), _tracking, reads="sent"),
        Shown(
            Column("units", N_("Quantity"), "quantity"),
            lambda row, seen: (row["quantity"], row["product__quantity_decimals"]),
        ),
        Shown(Column("free", N_("Available"), "quantity"), _free, reads="free"),
        Shown(Column("cost", N_("Cost"), "money"), cost_cell, reads="sold", permission="catalog.see_cost"),
        Shown(
            Column("amount", N_("Net"), "money"),
            lambda row, seen: amount(row),
            PRICED,
        ),
        Shown(Column("proposed", N_("Due"), "quantity"), proposed_cell, (POLICY,), reads="proposed"),
        Shown(Column("policy", N_("Billed")), policy_cell, (POLICY,)),
        Shown(Column("billable_on", N_("Since"), "date"), _plain("billable_on")),
        Shown(
            Column("since", N_("Waits since"), "date"),
            _plain("claim__line__made__effective_on"),
            ("claim__line__made__effective_on",),
        ),
        Shown(Column("arrives", N_("Next free arrival"), "date"), arrival_cell, reads="arrives"),
        Shown(Column("rank", N_("Turn"), "number"), rank_cell, reads="turns"),
        Shown(Column("due", N_("Promised"), "date"), due_cell, reads="turns"),
        Shown(Column("promise", N_("Promise"), "noted"), promise_cell, reads="turns"),
        Shown(Column("picker", N_("Picker"), "link"), _picker, reads="pickers"),
        Shown(Column("line", N_("Whole line"), "stage_bar"), _line),
        Shown(Column("yes", N_("Approved by"), "noted"), _yes, reads="yeses"),
        Shown(
            Column("expected", N_("Expected"), "date", sortable=True),
            _plain(f"{ON_ORDER}expected_on"),
            (f"{ON_ORDER}expected_on",),
        ),
        Shown(Column("promised", N_("Promised"), "date", sortable=True), _plain("claim__line__promised_on")),
        Shown(replace(pressing.COLUMN, sortable=True), _pressing),
        Shown(
            Column("asker", N_("Asked by"), "person", optional=True),
            _plain("claim__line__requested_by__name"),
            ("claim__line__requested_by__name",),
        ),
        Shown(
            Column("owner", N_("Owner"), "person", optional=True), _plain("claim__line__sheet__owner__name")
        ),
    )
}
SORTS = {
    "priority": "turn",
    "promised": "claim__line__promised_on",
    "product": "product__sku",
    "expected": f"{ON_ORDER}expected_on",
}


def fields_of(columns: Sequence[str]) -> tuple[str, ...]:
    """What must be read of a holding for these columns."""
    return (*FIELDS, *(name for key in columns for name in COLUMNS[key].fields))


def see(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], quantities: Any, ask: Ask) -> Seen:
    """What these rows need besides themselves, one statement each."""
    reads = {COLUMNS[key].reads for key in columns}
    products = sorted({row["product_id"] for row in rows})
    sold = (
        offers_of(products, on=clock.today(configuration.one("time_zone")))
        if "sold" in reads and rows
        else {}
    )
    free: dict[int, dict[int, int]] = defaultdict(dict)
    if "free" in reads and rows:
        for (product, place), units in stock.available(products).items():
            free[product][place] = units
    counted = "line" in columns or "proposed" in reads
    claims = sorted({row["claim_id"] for row in rows if row["claim_id"]}) if counted else []
    figures = quantities(claims) if claims else {}
    policies = {row["claim_id"]: row[POLICY] for row in rows} if "proposed" in reads else {}
    return Seen(
        figures,
        {place: name for place, name, _ in places(ask)} if rows and {"where", "free"} & set(columns) else {},
        sold,
        {
            one.asks.currency: one.rate_micro
            for vendors in sold.values()
            for one in vendors.values()
            if one.rate_micro
        },
        free,
        next_free(products) if "arrives" in reads and rows else {},
        yeses.cells(
            {row["claim_id"] for row in rows},
            clock.today(configuration.one("time_zone")),
            sold if "sold" in reads else None,
        )
        if "yeses" in reads
        else {},
        turns(rows) if "turns" in reads and rows else NOBODY,
        due(policies, figures, today()) if policies else {},
        pickers({row["claim_id"] for row in rows}) if "pickers" in reads and rows else {},
        sent_by({row["id"]: row["quantity"] for row in rows}) if "sent" in reads and rows else {},
        ask.actor.may("catalog.see_cost"),
    )


def bar(figures: Mapping[str, int]) -> dict[str, int]:
    """The figures of a line as its stage bar shows them."""
    stages = dict(figures)
    for figure, stage in STAGE.items():
        if figure in stages:
            stages[stage] = stages.get(stage, 0) + stages.pop(figure)
    return stages


def places(ask: Ask) -> list[tuple[int, str, bool]]:
    """Every location: its place, its name, and whether it is retired."""
    if ask.table in BOTH:
        return [(place, name, retired) for _pk, name, _, retired, place in listed(ask) if place]
    found = Location.objects.order_by("name").values_list("place_id", "name", "retired_on")
    return ask.once("locations", lambda: [(place, name, bool(day)) for place, name, day in found])


def listed(ask: Ask) -> list[tuple[int, str, bool, bool, int]]:
    """What filters and dialogs offer, by one statement, since a page may offer all of it.

    Organizations have no place; where lines are to be ordered, drafts and locations come with them.
    """
    active = Organization.objects.filter(retired_on__isnull=True)
    customers, vendors = (
        active.filter(**{kind: True}).order_by("name").values("pk")[:OFFERED]
        for kind in ("customer", "vendor")
    )
    no, nowhere = Value(value=False), Value(0)
    chosen = active.filter(Q(pk__in=customers) | Q(pk__in=vendors))
    found: Any = chosen.values_list("pk", "name", "customer", "vendor", nowhere)
    if ask.table in BOTH:
        orders = PurchaseOrder.objects.filter(submitted_at=None, cancelled_at=None, void=None)
        called = Concat("number", Value(" · "), "vendor__name")
        retired = ExpressionWrapper(Q(retired_on__isnull=False), BooleanField())
        found = found.union(
            orders.values_list("pk", called, no, no, nowhere),
            Location.objects.values_list("pk", "name", no, retired, "place_id"),
            all=True,
        )
    return ask.once("parties", lambda: list(found.order_by("name")))
