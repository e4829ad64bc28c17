"""What stands at the left of every page: a table of places to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import gettext

from wharfinger.base.refusal import N_
from wharfinger.base.table import count_words
from wharfinger.boards.counting import counts as waiting
from wharfinger.notices.queries import bell
from wharfinger.purchasing.queries import bills
from wharfinger.sales.queries import approvals
from wharfinger.site.house import house

SELL, BUY, STOCK = N_("Sell and return"), N_("Buy and receive"), N_("Stock")


@dataclass(frozen=True, slots=True)
class Stop:
    """One place to go: hidden while its module is off, the person may not, or there is no such page."""

    group: str
    label: str
    url: str
    icon: str
    permission: str
    module: str = ""
    count: str = ""
    """The worklist whose waiting rows are shown beside it, or what else waits: quotes and vendors' bills for who may approve them."""
    key: str = ""
    """The letter after `g` that goes there."""


STOPS = (
    Stop("", N_("Today"), "site:today", "layout-dashboard", "", key="h"),
    Stop("", N_("To-dos"), "notices:todos", "square-check", "notices.read"),
    Stop(SELL, N_("Opportunities"), "sales:opportunities", "target", "sales.read"),
    Stop(SELL, N_("Quotes"), "sales:quotes", "file-text", "sales.read", count="quotes", key="q"),
    Stop(SELL, N_("Sales orders"), "sales:orders", "shopping-cart", "sales.read", key="o"),
    Stop(SELL, N_("Asked to give way"), "sales:holds_asked", "hand-helping", "sales.read"),
    Stop(SELL, N_("Counter sale"), "flows:counter", "scan-barcode", "sales.sell"),
    Stop(SELL, N_("To pick"), "boards:to_pick", "hand", "fulfilment.read", count="to_pick", key="p"),
    Stop(SELL, N_("Pick runs"), "fulfilment:runs", "route", "fulfilment.read"),
    Stop(SELL, N_("To pack"), "boards:to_pack", "package", "fulfilment.read", count="to_pack", key="k"),
    Stop(
        SELL,
        N_("Delivery & Shipping"),
        "boards:delivery",
        "truck",
        "fulfilment.read",
        count="delivery",
        key="d",
    ),
    Stop(SELL, N_("Shipments"), "fulfilment:shipments", "send", "fulfilment.read"),
    Stop(SELL, N_("Containers"), "fulfilment:containers", "container", "fulfilment.read"),
    Stop(
        SELL,
        N_("Approve & Post"),
        "boards:approve_post",
        "stamp",
        "billing.read",
        count="approve_post",
        key="a",
    ),
    Stop(SELL, N_("Invoices"), "billing:invoices", "receipt-text", "billing.read", key="i"),
    Stop(SELL, N_("Credit notes"), "billing:credit_notes", "receipt", "billing.read"),
    Stop(SELL, N_("Payments"), "billing:payments", "banknote", "billing.read"),
    Stop(SELL, N_("Ageing"), "billing:ageing", "calendar-clock", "billing.read"),
    Stop(SELL, N_("Reminders"), "billing:reminders", "bell-ring", "billing.read"),
    Stop(SELL, N_("Returns"), "boards:returns", "undo-2", "returns.read", count="returns", key="r"),
    Stop(SELL, N_("RMAs"), "returns:rmas", "rotate-ccw", "returns.read", module="rma"),
    Stop(SELL, N_("Tickets"), "work:tickets", "ticket", "work.read", key="t"),
    Stop(SELL, N_("Projects"), "work:projects", "folder-kanban", "work.read"),
    Stop(SELL, N_("Contracts"), "work:contracts", "handshake", "work.read"),
    Stop(SELL, N_("Jobs"), "work:jobs", "wrench", "work.read", module="jobs"),
    Stop(SELL, N_("My work"), "flows:my_work", "route", "work.complete", key="w"),
    Stop(SELL, N_("Price lists"), "pricing:price_lists", "badge-percent", "pricing.read"),
    Stop(SELL, N_("Organizations"), "parties:organizations", "building-2", "parties.read", key="c"),
    Stop(
        BUY,
        N_("Purchase approval"),
        "boards:approval",
        "badge-check",
        "purchasing.read",
        "procurement",
        "approval",
    ),
    Stop(
        BUY,
        N_("Purchasing & Fulfillment"),
        "boards:purchasing",
        "list-todo",
        "purchasing.read",
        "procurement",
        "purchasing",
        "f",
    ),
    Stop(BUY, N_("Auto-fill"), "purchasing:low", "refresh-cw", "purchasing.read"),
    Stop(BUY, N_("Requests for quotation"), "purchasing:rfqs", "message-square-quote", "purchasing.read"),
    Stop(BUY, N_("Purchase orders"), "purchasing:orders", "clipboard-list", "purchasing.read", key="b"),
    Stop(
        BUY,
        N_("Receiving"),
        "boards:receiving",
        "package-check",
        "purchasing.read",
        count="receiving",
        key="e",
    ),
    Stop(BUY, N_("Receipts"), "purchasing:receipts", "inbox", "purchasing.read"),
    Stop(BUY, N_("Refused goods"), "boards:refused", "undo-2", "purchasing.read", count="refused"),
    Stop(BUY, N_("Returns to vendors"), "purchasing:vendor_returns", "package-x", "purchasing.read"),
    Stop(BUY, N_("Claims on vendors"), "returns:claims", "shield-alert", "returns.read"),
    Stop(BUY, N_("Recalls"), "returns:recalls", "megaphone", "returns.read"),
    Stop(BUY, N_("Vendors' bills"), "purchasing:bills", "receipt", "purchasing.read", count="bills"),
    Stop(BUY, N_("Payments to vendors"), "purchasing:vendor_payments", "banknote", "purchasing.read"),
    Stop(STOCK, N_("Products"), "catalog:products", "tag", "catalog.read", key="m"),
    Stop(STOCK, N_("Families"), "catalog:families", "shapes", "catalog.read"),
    Stop(STOCK, N_("Inventory"), "stock:inventory", "boxes", "stock.read", key="s"),
    Stop(STOCK, N_("Serial numbers"), "stock:serials", "barcode", "stock.read"),
    Stop(STOCK, N_("On loan"), "stock:loans", "hand-helping", "stock.read"),
    Stop(STOCK, N_("Kept for others"), "stock:kept", "archive", "stock.read"),
    Stop(STOCK, N_("What expires"), "stock:expiring", "hourglass", "stock.read"),
    Stop(STOCK, N_("What is kept"), "stock:levels", "ruler", "stock.read"),
    Stop(STOCK, N_("Putting away"), "stock:put_away", "package-check", "stock.put_away"),
    Stop(STOCK, N_("Build"), "stock:build", "hammer", "stock.adjust"),
    Stop(STOCK, N_("Transfer orders"), "stock:transfer_orders", "truck", "stock.read"),
    Stop(STOCK, N_("Counts"), "stock:counts", "clipboard-check", "stock.read"),
    Stop(STOCK, N_("Due to be counted"), "stock:due_counts", "calendar-clock", "stock.read"),
    Stop(STOCK, N_("Value of stock"), "stock:worth", "scale", "catalog.see_cost"),
    Stop(STOCK, N_("Transfers & updates"), "site:updates", "arrow-left-right", "stock.read"),
    Stop(STOCK, N_("Locations"), "stock:locations", "warehouse", "stock.read", key="l"),
    Stop(STOCK, N_("Devices"), "devices:devices", "cpu", "devices.read", key="v"),
    Stop(STOCK, N_("Subscriptions"), "devices:subscriptions", "repeat", "devices.read"),
    Stop(STOCK, N_("Journal"), "site:journal", "book-open", "ledger.read", key="j"),
    Stop("", N_("Reports"), "site:reports", "chart-column", "boards.read", key="y"),
    Stop("", N_("Import"), "exchange:import", "upload", "exchange.import"),
    Stop("", N_("Export"), "exchange:export", "download", "exchange.export"),
    Stop("", N_("Accounting"), "exchange:accounting", "landmark", "exchange.accounts"),
    Stop("", N_("Settings"), "site:settings", "settings", "site.settings", key="x"),
)


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page by its URL name; empty when this installation has no such page."""
    if not args and not kwargs:
        return _standing(name, get_script_prefix())
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


@cache
def _standing(name: str, prefix: str) -> str:
    """The address of a page that is the same for all: every page names some fifty of them."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def waits(request: HttpRequest) -> Mapping[str, int]:
    """How much waits on each worklist, and how much is new to this person: counted once for a page, in one statement."""
    known: Mapping[str, int] | None = getattr(request, "waits", None)
    if known is None:
        user: Any = request.user
        besides = {"notices": bell.counted(user.pk or 0)}
        if user.may("sales.approve_quote"):
            besides["quotes"] = approvals.counted()
        if user.may("purchasing.accept_bill"):
            besides["bills"] = bills.counted()
        known = waiting(besides)
        request.waits = known  # type: ignore[attr-defined]
    return known


def nav(
    request: HttpRequest, counts: Mapping[str, int] | None = None
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The places this person may go, in their groups, each with what waits there."""
    user: Any = request.user
    modules = house(request)["modules"]
    counts = waits(request) if counts is None else counts
    groups: list[tuple[str, list[dict[str, Any]]]] = []
    for stop in STOPS:
        to = address(stop.url)
        if (
            not to
            or (stop.module and not modules.get(stop.module))
            or (stop.permission and not user.may(stop.permission))
        ):
            continue
        if not groups or groups[-1][0] != stop.group:
            groups.append((stop.group, []))
        groups[-1][1].append(
            {
                "label": gettext(stop.label),
                "url": to,
                "icon": stop.icon,
                "here": False,
                "key": stop.key,
                "count": count_words(counts.get(stop.count)) if counts.get(stop.count) else "",
            }
        )
    # The value of stock lies under the address of stock, and is a place of its own.
    under = [
        one
        for _group, stops in groups
        for one in stops
        if request.path == one["url"] or (one["url"] != "/" and request.path.startswith(one["url"]))
    ]
    if under:
        max(under, key=lambda one: len(one["url"]))["here"] = True
    return [(gettext(group) if group else "", stops) for group, stops in groups]
