"""What happens to purchase orders that people are told of: who holds which role for one, and where it is read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse

from wharfinger.base.quantity import plain
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Entry, Fact, Holding, Move
from wharfinger.notices.rules import News
from wharfinger.purchasing.models import Approval, PurchaseOrder, Rejection
from wharfinger.purchasing.queries.tiers import who_decides


class Paper(NamedTuple):
    """What a document is called, also by the journal, and where people read it in their browser."""

    number: str
    subject: str
    page: str


def news_of(entry: Entry) -> list[News]:
    """Which purchase orders somebody asks to approve, approved or rejected by an entry, or received goods of."""
    if entry.verb == "ask_purchase":
        return [News("order_to_approve", 0, 0, "", "", order=pk) for pk in _decided(entry)]
    if entry.verb == "approve":
        granted = Approval.objects.filter(
            made=entry, purchase_line__isnull=False, purchase_line__approved_minor__gte=F("amount_minor")
        )
        orders = granted.values_list("purchase_line__purchase_order", "note")
        return [
            News("order_approved", 0, 0, "", "", note=note, order=pk)
            for pk, note in sorted(dict(orders).items())
        ]
    if entry.verb == "reject":
        # As it was said then: who asks anew has taken it off the order by the time that this is read.
        said = Fact.objects.filter(entry=entry, field="rejected_note", subject__startswith="purchase_order:")
        notes = {_pk(about): json.loads(note or '""') for about, note in said.values_list("subject", "new")}
        return [
            News("order_rejected", 0, 0, "", "", note=notes.get(pk, ""), order=pk) for pk in _decided(entry)
        ]
    if entry.verb == "receive":
        return _received(entry)
    if entry.verb in ("confirm_purchase", "amend_purchase"):
        return _late(_changed(entry))
    if entry.verb in ("submit", "send_purchase"):
        return _late(_ordered(entry), expected=False)
    return []


def _received(entry: Entry) -> list[News]:
    """Of which purchase orders goods came in, and what was turned away of each, and why."""
    came = Move.objects.filter(entry=entry, source__kind="on_order").exclude(target__kind="refused")
    orders = came.values_list("source__place__purchase_line__purchase_order", flat=True).distinct()
    turned: dict[int, list[str]] = defaultdict(list)
    rejections = Rejection.objects.filter(made=entry).select_related("purchase_line__product").order_by("pk")
    for one in rejections:
        product = one.purchase_line.product
        units = plain(one.quantity, product.quantity_decimals)
        turned[one.purchase_line.purchase_order_id].append(f"{units} × {product.sku}, {one.reason}")
    return [
        *(News("order_received", 0, 0, "", "", order=pk) for pk in sorted(orders)),
        *(
            News("order_refused", 0, 0, "", "", note="; ".join(what), order=pk)
            for pk, what in sorted(turned.items())
        ),
    ]


def _changed(entry: Entry) -> dict[int, tuple[date | None, date | None]]:
    """When goods were and are expected, by line, where an entry changed it."""
    facts = Fact.objects.filter(entry=entry, field="expected_on", subject__startswith="purchase_line:")
    return {
        _pk(about): (_day(old), _day(new)) for about, old, new in facts.values_list("subject", "old", "new")
    }


def _ordered(entry: Entry) -> dict[int, tuple[date | None, date | None]]:
    """When goods are expected that an entry ordered, by line: until then nobody expected them."""
    moves = Move.objects.filter(entry=entry, target__kind="on_order").exclude(source__kind="on_order")
    line = "target__place__purchase_line"
    days = moves.values_list(
        line, Coalesce(f"{line}__expected_on", f"{line}__purchase_order__expected_on")
    ).distinct()
    return {bought: (None, day) for bought, day in days}


def _late(days: Mapping[int, tuple[date | None, date | None]], *, expected: bool = True) -> list[News]:
    """Whose goods on order come after the day that they were promised, as they did not before.

    expected: whether they were on order before, by their own day or else by that of their order.
    """
    waiting = Holding.objects.filter(
        kind="on_order", claim__gt=0, quantity__gt=0, place__purchase_line__in=sorted(days)
    )
    held = list(
        waiting.order_by("claim").values_list(
            "place__purchase_line",
            "place__purchase_line__purchase_order",
            "place__purchase_line__purchase_order__expected_on",
            "claim",
            "quantity",
        )
    )
    lines = Line.objects.select_related("product", "sheet").in_bulk({claim for *_, claim, _ in held})
    news = []
    late: dict[int, list[str]] = defaultdict(list)
    for bought, order, day, line, units in held:
        wanted, (old, new) = lines[line], days[bought]
        old = old or (day if expected else None)
        promised = wanted.promised_on
        if promised and new and new > promised and not (old and old > promised):
            product = wanted.product
            told = f"{product.sku} {product.name}"
            quantity = plain(units, product.quantity_decimals)
            news.append(News("late", wanted.sheet_id, line, told, quantity, note=new.isoformat()))
            late[order].append(f"{wanted.sheet.number}, {quantity} × {product.sku}, {new.isoformat()}")
    return [
        *news,
        *(News("order_late", 0, 0, "", "", note="; ".join(some), order=pk) for pk, some in late.items()),
    ]


def _day(text: str | None) -> date | None:
    value = json.loads(text) if text else None
    return date.fromisoformat(value) if value else None


def approvers(news: Iterable[News]) -> dict[tuple[str, int], list[int]]:
    """Who may approve what waits for it."""
    lines = {one.line for one in news if one.event == "to_approve"}
    orders = {one.order for one in news if one.event == "order_to_approve"}
    return who_decides(lines, orders) if lines or orders else {}


def people_of(
    orders: Iterable[int], common: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], dict[str, Sequence[int]]]:
    """Who holds which role for each purchase order: its buyer, and who asked to have it approved."""
    wanted = set(orders)
    if not wanted:
        return {}
    found = PurchaseOrder.objects.filter(pk__in=wanted).values_list("pk", "buyer", "approval_asked_by")
    return {
        ("order", pk): {**common, "buyer": [user for user in (buyer, asker) if user]}
        for pk, buyer, asker in found
    }


def papers_of(orders: Iterable[int]) -> dict[tuple[str, int], Paper]:
    """What each purchase order is called, with its vendor, and where it is read."""
    wanted = set(orders)
    if not wanted:
        return {}
    found = PurchaseOrder.objects.filter(pk__in=wanted).values_list("pk", "number", "vendor__name")
    return {
        ("order", pk): Paper(
            f"{number} ({vendor})", f"purchase_order:{pk}", reverse("purchasing:order", args=[pk])
        )
        for pk, number, vendor in found
    }


def _decided(entry: Entry) -> list[int]:
    """The purchase orders of which an entry asked for approval, or decided it."""
    about = Fact.objects.filter(entry=entry, field="approval_asked_at", subject__startswith="purchase_order:")
    return sorted(_pk(one) for one in about.values_list("subject", flat=True))


def _pk(subject: str) -> int:
    return int(subject.partition(":")[2])
