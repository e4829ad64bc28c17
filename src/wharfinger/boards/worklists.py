"""The worklists: one page and one template, configured by this table.

Every row is a holding, filtered by the kind of place it stands at; so a page costs what is open, not what
has been, and a line whose units differ stands on several pages with the right quantity on each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from wharfinger.base import clock
from wharfinger.base.refusal import N_
from wharfinger.base.table import Act, Asked, New, Table
from wharfinger.billing.queries.due import only_due
from wharfinger.boards.dialogs import CANCEL, CARRY, HAND_OVER, ORDER, PACK, SHIP
from wharfinger.boards.invoicing import today
from wharfinger.boards.narrowing import drafts
from wharfinger.boards.waiting import COMING
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Claim, Holding
from wharfinger.purchasing.pages.approving import ORDERS
from wharfinger.purchasing.queries.approvals import asked


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
    columns: str
    """Keys of the columns; one that stands on one tab alone is ``tab:key``, one hidden until chosen ``key?``."""
    filters: tuple[str, ...] = ("find", "organization", "promised")
    stock_too: bool = False
    """Whether goods that no line claims stand here as well."""
    module: str = ""
    """The module that must be switched on."""
    past: frozenset[str] = frozenset()
    """Tabs that show what has been done or waits elsewhere, which nobody counts as waiting."""
    new: New | None = None
    """Where such work is begun at once."""
    beside: Mapping[str, Table] = field(default_factory=dict)
    """Further tabs, by key, each with a list of its own."""
    also: Callable[[], QuerySet[Any, Any]] | None = None
    """What waits there beside holdings, to be counted with them."""
    by: str = ""
    """The column by which it stands where nobody chose one and few enough wait; without it the newest comes first."""
    only: Mapping[str, Callable[[QuerySet[Holding, Any]], QuerySet[Holding, Any]]] = field(
        default_factory=dict
    )
    """By tab, which of the holdings it shows; all of them where a tab is not named."""
    acts_on: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By tab, the names of the acts that make sense there; all of them where a tab is not named."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of place whose holdings wait for somebody."""
        return tuple(k for key, (_, kinds) in self.tabs.items() if key not in self.past for k in kinds)

    def columns_of(self, tab: str) -> tuple[str, ...]:
        """The keys of the columns that a tab shows."""
        named = [key.rstrip("?").rpartition(":") for key in self.columns.split()]
        return tuple(key for on, colon, key in named if not colon or on == tab)


REASON = Asked("reason", N_("Reason"))

WORKLISTS: tuple[Worklist, ...] = (
    Worklist(
        "approval",
        N_("Purchase approval"),
        "purchasing.read",
        {"": (N_("Lines"), ("to_approve",))},
        (
            Act("approve", N_("Approve"), "boards:approve", "purchasing.approve", icon="check"),
            Act(
                "reject",
                N_("Reject"),
                "boards:reject",
                "purchasing.approve",
                icon="x",
                tone="danger",
                asks=(Asked("note", N_("Why"), required=True),),
            ),
        ),
        N_("Nothing waits for approval. Purchases at or above the threshold appear here."),
        "document product organization units vendor? cost yes line promised asker owner",
        ("find", "organization", "vendor", "promised"),
        module="procurement",
        beside={"orders": ORDERS},
        also=asked,
    ),
    Worklist(
        "purchasing",
        N_("Purchasing & Fulfillment"),
        "purchasing.read",
        {
            "": (N_("To order"), ("to_order",)),
            "pending": (N_("Pending"), ("demand",)),
            "drafted": (N_("On a draft"), ("drafted",)),
            "back": (N_("Back orders"), COMING),
        },
        (
            Act(
                "order",
                N_("Make purchase order"),
                "boards:order",
                "purchasing.order",
                takes_quantity=True,
                icon="clipboard-list",
                asks=ORDER,
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
                "order_onto",
                N_("Put on a draft"),
                "boards:order_onto",
                "purchasing.order",
                takes_quantity=True,
                icon="list-plus",
                asks=(Asked("draft", N_("Draft"), choices=drafts, required=True),),
            ),
            Act(
                "from_stock",
                N_("Fulfil from stock"),
                "boards:from_stock",
                "sales.reserve",
                takes_quantity=True,
                icon="hand",
            ),
            Act(
                "elsewhere",
                N_("Transfer"),
                "boards:elsewhere",
                "stock.transfer",
                takes_quantity=True,
                icon="truck",
            ),
            Act(
                "ask_vendors",
                N_("Ask vendors"),
                "boards:ask_vendors",
                "purchasing.rfq",
                icon="message-square-quote",
            ),
            Act("request", N_("Ask to buy"), "boards:request", "purchasing.request", icon="send"),
            Act("serve", N_("Serve now"), "boards:serve", "sales.reserve", icon="hand"),
            Act(
                "promise_anew",
                N_("Promise anew"),
                "boards:promise_anew",
                "sales.order",
                icon="calendar-clock",
            ),
        ),
        N_("Nothing is to be ordered. Won and confirmed lines without stock appear here."),
        "back:rank document drafted:draft priority product organization site units :free back:free "
        ":vendor pending:vendor drafted:vendor :rfq :cost? pending:cost? drafted:cost? :line? pending:line drafted:line "
        "pending:since back:since pending:arrives :promised pending:promised drafted:promised "
        "back:due back:promise asker owner",
        ("find", "organization", "vendor", "priority", "promised"),
        module="procurement",
        past=frozenset(["pending", "drafted", "back"]),
        by="priority",
        acts_on={
            "": frozenset(["order", "order_each", "order_onto", "from_stock", "elsewhere", "ask_vendors"]),
            "pending": frozenset(["request", "from_stock", "elsewhere"]),
            "drafted": frozenset(),
            "back": frozenset(["serve", "promise_anew"]),
        },
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
        "purchase product seller expected document organization? units line promised? owner",
        ("find", "seller", "organization", "expected"),
        stock_too=True,
        new=New(N_("Scan a delivery"), "purchasing:run", "purchasing.receive"),
    ),
    Worklist(
        "refused",
        N_("Refused goods"),
        "purchasing.read",
        {"": (N_("At the door"), ("refused",))},
        (
            Act(
                "send_back",
                N_("Send back"),
                "boards:send_back",
                "purchasing.send_back",
                takes_quantity=True,
                icon="undo-2",
                asks=(REASON,),
            ),
        ),
        N_("Nothing was refused at the door. What is rejected on receiving stands here until it goes back."),
        "refusal product serial refuser units",
        ("find", "refuser"),
        stock_too=True,
    ),
    Worklist(
        "to_pick",
        N_("To pick"),
        "fulfilment.read",
        {"": (N_("Reserved"), ("bin",))},
        (
            Act("start_run", N_("Start picking"), "boards:start_run", "fulfilment.pick", icon="route"),
            Act("pick", N_("Pick"), "boards:pick", "fulfilment.pick", takes_quantity=True, icon="hand"),
            Act("pick_list", N_("Print pick list"), "boards:pick_list", "fulfilment.read", icon="printer"),
        ),
        N_("Nothing is to be picked. Reserved and received goods appear here."),
        "document priority product serial organization site where units picker line promised owner",
        ("find", "organization", "location", "priority", "promised"),
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
        "document priority product serial organization site where units line promised owner",
        ("find", "organization", "location", "priority", "promised"),
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
                asks=SHIP,
            ),
            Act(
                "pack",
                N_("Pack"),
                "boards:pack",
                "fulfilment.pack",
                takes_quantity=True,
                icon="package",
                asks=PACK,
            ),
            Act(
                "hand_over",
                N_("Hand over"),
                "boards:hand_over",
                "fulfilment.deliver",
                takes_quantity=True,
                icon="hand",
                asks=HAND_OVER,
            ),
            Act(
                "carry",
                N_("Transfer"),
                "boards:carry",
                "stock.transfer",
                takes_quantity=True,
                icon="arrow-left-right",
                asks=CARRY,
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
                "picked_list", N_("Print pick list"), "boards:picked_list", "fulfilment.read", icon="printer"
            ),
            Act(
                "cancel_delivery",
                N_("Cancel delivery"),
                "boards:cancel_delivery",
                "fulfilment.cancel_delivery",
                takes_quantity=True,
                icon="undo-2",
                tone="danger",
                asks=CANCEL,
            ),
        ),
        N_("Nothing is ready. Goods at hand of won and confirmed lines appear here."),
        "document ready:priority shipped:priority? product serial organization site state ready:where? ready:box? "
        "units shipped:shipment shipped:shipped_on shipped:tracking? line ready:promised shipped:promised? owner",
        ("find", "organization", "location", "priority", "promised"),
        past=frozenset(["shipped"]),
        acts_on={
            "ready": frozenset(["ship", "pack", "hand_over", "carry", "packing_list", "pick_list"]),
            "shipped": frozenset(["cancel_delivery", "packing_list", "picked_list"]),
        },
    ),
    Worklist(
        "approve_post",
        N_("Approve & Post"),
        "billing.read",
        {"": (N_("To invoice"), ("to_bill",)), "due": (N_("Due"), ("to_bill",))},
        (
            Act(
                "invoice",
                N_("Write invoice"),
                "boards:invoice",
                "billing.invoice",
                takes_quantity=True,
                icon="receipt-text",
            ),
            Act(
                "reprice",
                N_("Change price"),
                "boards:reprice",
                "sales.amend",
                icon="pencil",
                asks=(
                    Asked("price", N_("New unit price"), required=True),
                    Asked("reason", N_("Reason"), required=True),
                ),
            ),
        ),
        N_(
            "Nothing is to be invoiced. Lines of confirmed orders appear here at once, whatever their goods do."
        ),
        "document product organization site? units amount proposed policy billable_on line promised? owner?",
        ("find", "organization", "stage", "policy", "age", "promised"),
        past=frozenset(["due"]),
        new=New(N_("Invoice what is due"), "billing:invoice_due", "billing.invoice"),
        only={"due": lambda found: only_due(found, today())},
    ),
    Worklist(
        "returns",
        N_("Returns"),
        "returns.read",
        {
            "": (N_("To inspect"), ("returns", "bench", "at_vendor")),
            "bench": (N_("On the bench"), ("bench", "at_vendor")),
        },
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
                asks=(REASON,),
            ),
        ),
        N_("No returned goods wait. What customers send back appears here."),
        "document product serial organization state where units line owner",
        ("find", "organization", "location"),
        stock_too=True,
    ),
)
BY_NAME = {one.name: one for one in WORKLISTS}


def waiting(worklist: Worklist, kinds: Sequence[str], now: Any = None) -> QuerySet[Holding, Any]:
    """The holdings that stand on a worklist at these kinds of place; now: a moment, or a slot for one."""
    return workable(worklist, kinds, now).filter(kind__in=kinds)


def workable(worklist: Worklist, kinds: Sequence[str], now: Any = None) -> QuerySet[Holding, Any]:
    """The holdings on which somebody may work, left to be narrowed to these kinds of place."""
    found = Holding.objects.filter(quantity__gt=0)
    if not worklist.stock_too:
        found = found.filter(claim__gt=0)
    if "bin" in kinds or ("on_order" in kinds and not worklist.stock_too):
        # Holds of open quotes and of orders that nobody confirmed are nobody's work yet; a lapsed one holds nothing.
        # Asked of each holding, so that the list is read by kind of place however many lines there are.
        unconfirmed = Q(order__isnull=False, order__order__confirmed_at__isnull=True)
        nobodys = Line.objects.filter(Q(sheet__kind="quote") | unconfirmed, claim=OuterRef("claim_id"))
        lapsed = Claim.objects.filter(pk=OuterRef("claim_id"), hold_until__lte=now or clock.now())
        found = found.filter(~Exists(nobodys), ~Q(Exists(lapsed), kind="bin"))
    return found
