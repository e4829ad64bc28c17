"""Purchase orders and receipts as people see them: words, totals, what has arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Case, CharField, Exists, F, Max, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from wharfinger.base.money import extended
from wharfinger.base.refusal import N_
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding
from wharfinger.ledger.prepared import Prepared, ids
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder, Receipt
from wharfinger.purchasing.rules.taxing import Sums, sums

WORDS: dict[str, str] = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "received_partial": N_("Received Partial"),
    "received_full": N_("Received Full"),
    "closed": N_("Closed"),
    "cancelled": N_("Cancelled"),
}
"""What a purchase order is called, derived from decisions and from what is still on order."""


TONES: dict[str, str] = {
    "draft": "grey",
    "submitted": "blue",
    "received_partial": "amber",
    "received_full": "green",
    "closed": "grey",
    "cancelled": "red",
}
"""The colour of each word."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Where the goods of a purchase order's line are, in the product's smallest unit."""

    drafted: int = 0
    on_order: int = 0
    received: int = 0
    rejected: int = 0


def with_due(orders: QuerySet[PurchaseOrder]) -> QuerySet[Any, Any]:
    """The orders with the day on which each is complete as ``due``: its own, else the last one of its lines."""
    lines = PurchaseLine.objects.filter(
        purchase_order=OuterRef("pk"), void__isnull=True, removed_at__isnull=True
    )
    last = lines.values("purchase_order").annotate(last=Max("expected_on")).values("last")
    return orders.annotate(due=Coalesce("expected_on", Subquery(last)))


def with_word(orders: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """The orders with the word that describes each, as ``word``, to be shown and filtered by."""
    lines = PurchaseLine.objects.filter(
        purchase_order=OuterRef("pk"), void__isnull=True, removed_at__isnull=True
    )
    left = (
        Holding.objects.filter(place=OuterRef("place"), quantity__gt=0)
        .values("place")
        .annotate(q=Sum("quantity"))
    )
    arrived = lines.annotate(left=Coalesce(Subquery(left.values("q")), 0)).filter(left__lt=F("quantity"))
    return orders.annotate(
        word=Case(
            When(cancelled_at__isnull=False, then=Value("cancelled")),
            When(closed_at__isnull=False, then=Value("closed")),
            When(submitted_at__isnull=True, then=Value("draft")),
            When(done__isnull=False, then=Value("received_full")),
            When(Exists(arrived), then=Value("received_partial")),
            default=Value("submitted"),
            output_field=CharField(),
        )
    )


def words(orders: Iterable[int]) -> dict[int, str]:
    """The word that describes each of these orders, in one statement."""
    found: Any = with_word(PurchaseOrder.objects.filter(pk__in=list(orders)))
    return dict(found.values_list("pk", "word"))


def totals(orders: Iterable[int]) -> dict[int, int]:
    """What each order comes to in its currency: every line extended and rounded, the freight, and the tax."""
    found: dict[int, list[PurchaseLine]] = defaultdict(list)
    rows = PurchaseLine.objects.filter(
        purchase_order__in=list(orders), void__isnull=True, removed_at__isnull=True
    )
    for line in rows.select_related("purchase_order", "product", "tax_code").order_by("position", "pk"):
        found[line.purchase_order_id].append(line)
    return {pk: sums_of(some[0].purchase_order, some).total for pk, some in found.items()}


def net_of(order: Any, line: PurchaseLine) -> int:
    """What a line costs before tax, in minor units of its order."""
    return extended(
        line.unit_cost_micro, line.quantity, line.product.quantity_decimals, order.currency, per=line.per
    )


def sums_of(order: Any, lines: Iterable[PurchaseLine]) -> Sums:
    """What an order of these lines comes to."""
    return sums([(net_of(order, line), line.tax_code) for line in lines], order.freight_minor)


LINE_AT = {"drafted": "place__drafted_line", "on_order": "place__purchase_line"}
"""By kind of place, the purchase order's line whose place it is."""


def _at(lines: Any, kind: str) -> QuerySet[Any, Any]:
    standing = Holding.objects.filter(quantity__gt=0, kind__in=LINE_AT, **{f"{LINE_AT[kind]}__in": lines})
    return standing.values_list(LINE_AT[kind]).annotate(Sum("quantity"))


_STANDING = {kind: Prepared(partial(_at, kind=kind), ids("lines")) for kind in LINE_AT}


def figures(lines: Iterable[int]) -> dict[int, Figures]:
    """Where the goods of these lines are, read from holdings and moves alone, in two statements."""
    wanted = list(lines)
    found: dict[int, dict[str, int]] = {pk: defaultdict(int) for pk in wanted}
    for kind, standing in _STANDING.items() if wanted else ():
        for line, quantity in standing(wanted):
            found[line][kind] = int(quantity)
    for line, kind, quantity in arrivals(wanted):
        found[line]["rejected" if kind == "refused" else "received"] += int(quantity)
    return {pk: Figures(**values) for pk, values in found.items()}


def arrivals(lines: list[int]) -> list[tuple[Any, ...]]:
    """How many of each of these lines came in, or were refused, by what they went to; what was taken back is none."""
    # Goods on order are holdings of the loose lot, whose id leads the index that finds those at zero too.
    return sql.fetch(
        "SELECT p.id, t.kind, SUM(m.quantity - COALESCE("
        "(SELECT SUM(r.quantity) FROM ledger_move r WHERE r.reverses_id = m.id), 0)) "
        "FROM purchasing_purchaseline p "
        "JOIN ledger_lot l ON l.product_id = p.product_id AND l.code_key = '' "
        "AND COALESCE(l.owner_id, 0) = 0 "
        "JOIN ledger_holding h ON h.lot_id = l.id AND h.place_id = p.place_id "
        "JOIN ledger_move m ON m.source_id = h.id AND m.reverses_id IS NULL "
        "JOIN ledger_holding t ON t.id = m.target_id AND t.kind IN ('bin', 'customer', 'refused') "
        f"WHERE {sql.among('p.id')} GROUP BY p.id, t.kind",
        [sql.array(lines)],
    )


def receipts_of(order: int) -> QuerySet[Receipt]:
    """The receipts by which goods of an order came in, newest first."""
    place = Holding.objects.filter(kind="on_order", place__purchase_line__purchase_order=order)
    entries = place.filter(moves_out__target__kind__in=("bin", "customer", "refused")).values(
        "moves_out__entry"
    )
    return Receipt.objects.filter(made__in=entries, void__isnull=True).order_by("-pk")
