"""What waits for approval of purchase orders, and what of it asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from wharfinger.base import configuration
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Holding
from wharfinger.ledger.write import Written
from wharfinger.purchasing.models import Approval, PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries.orders import LINE_AT
from wharfinger.purchasing.rules import approving as rules
from wharfinger.purchasing.rules import rising
from wharfinger.purchasing.rules.rising import waits


def asked() -> QuerySet[PurchaseOrder, PurchaseOrder]:
    """The drafts, and the orders with a change, that wait for an approval that somebody asked for."""
    return PurchaseOrder.objects.filter(approval_asked_at__isnull=False, void__isnull=True, done__isnull=True)


def counts_yet() -> Q:
    """Approvals that were given and are not enough: others must give theirs too."""
    too_little = Q()
    for one in ("line", "purchase_line"):
        missing = Q(**{f"{one}__approved_minor__isnull": True})
        less = Q(**{f"{one}__approved_minor__lt": F("amount_minor")})
        too_little |= Q(**{f"{one}__isnull": False}) & (missing | less)
    return Q(granted=True, void__isnull=True) & too_little


def asks_first(done: Written) -> str:
    """What is said of a change that somebody has to approve first; nothing of one that is made."""
    return (
        _(
            "The change waits for approval; whoever may approve it is told. The order stays as it was until then."
        )
        if done.entry.verb == "ask_purchase"
        else ""
    )


def said_yes(asks: Iterable[tuple[PurchaseLine, int]]) -> dict[int, list[str]]:
    """Who has approved what still asks, by line of a draft: only what covers its cost and was not rejected since."""
    costs = {line.pk: cost for line, cost in asks}
    found: dict[int, dict[int, str]] = defaultdict(dict)
    if not costs:
        return {}
    rows = Approval.objects.filter(purchase_line__in=list(costs), void__isnull=True)
    for one in rows.select_related("by").order_by("pk"):
        about = one.purchase_line_id or 0
        if not one.granted:
            found.pop(about, None)
        elif one.by is not None and one.amount_minor >= costs[about]:
            found[about][one.by.pk] = str(one.by)
    return {about: sorted(names.values()) for about, names in found.items()}


def lines_of(orders: Iterable[int]) -> dict[int, list[PurchaseLine]]:
    """The lines of each order."""
    rows = PurchaseLine.objects.filter(
        purchase_order__in=list(orders), void__isnull=True, removed_at__isnull=True
    )
    found: dict[int, list[PurchaseLine]] = defaultdict(list)
    for line in rows.select_related("product").order_by("position", "pk"):
        found[line.purchase_order_id].append(line)
    return found


def as_asked(order: Any, line: PurchaseLine) -> PurchaseLine:
    """A line as the change that waits would have it; as it stands where none is about it."""
    asked = rising.as_asked(order, line)
    if asked is line:
        return line
    then = copy(line)
    then.quantity, then.unit_cost_micro = asked.quantity, asked.unit_cost_micro
    return then


def _drafted(lines: Sequence[int]) -> tuple[dict[int, dict[int, int]], dict[int, Line]]:
    """How many of each line of a draft are for which claim, and the customers' lines by their claims."""
    drafted: dict[int, dict[int, int]] = defaultdict(dict)
    wishes = {}
    rows = Holding.objects.filter(
        kind="drafted", claim__gt=0, quantity__gt=0, **{f"{LINE_AT['drafted']}__in": lines}
    )
    found = rows.order_by("claim").annotate(on=F(LINE_AT["drafted"])).select_related("claim__line")
    for one in found if lines else ():
        drafted[one.on][one.claim_id] = one.quantity
        wishes[one.claim_id] = one.claim.line
    return drafted, wishes


def asking(
    orders: Sequence[Any], lines: Mapping[int, Sequence[PurchaseLine]]
) -> dict[int, list[tuple[PurchaseLine, int]]]:
    """Of each draft the lines that somebody has to approve before it is submitted, as submitting finds them.

    Of an order with a change that waits, its lines as they would be. Each with what it costs in home currency.
    """
    known = configuration.read("approval", "modules", "currency")
    threshold, home = known["approval"]["threshold_minor"], known["currency"]
    rises = {order.pk: _asking_rise(order, lines.get(order.pk, ()), home) for order in orders if waits(order)}
    orders = [order for order in orders if order.pk not in rises]
    if threshold is None or not known["modules"]["procurement"]:
        return {order.pk: [] for order in orders} | rises
    every = [line for order in orders for line in lines.get(order.pk, ())]
    drafted, wishes = _drafted([line.pk for line in every])
    decimals = {line.product_id: line.product.quantity_decimals for line in every}
    return rises | {
        order.pk: [
            (line, rules.cost_at_home(order, line, line.quantity, decimals[line.product_id], home))
            for line in rules.unapproved_of(
                order, list(lines.get(order.pk, ())), drafted, wishes, decimals, threshold, home
            )
        ]
        for order in orders
    }


def _asking_rise(order: Any, lines: Iterable[PurchaseLine], home: str) -> list[tuple[PurchaseLine, int]]:
    """The lines that a change has approved first, as they would be."""
    asked = [as_asked(order, line) for line in lines if rising.asks_for(order, line)]
    costs = [
        (one, rules.cost_at_home(order, one, one.quantity, one.product.quantity_decimals, home))
        for one in asked
    ]
    return [(one, cost) for one, cost in costs if (one.approved_minor or 0) < cost]
