"""What happens to purchase orders that people are told of: who holds which role for one, and where it is read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from wharfinger.base import configuration
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Entry, Fact, Holding, Move
from wharfinger.notices.rules import News
from wharfinger.parties.queries import who_may
from wharfinger.purchasing.models import Approval, PurchaseOrder, Rejection, VendorBill
from wharfinger.purchasing.queries import bills
from wharfinger.purchasing.queries.tiers import who_decides


class Paper(NamedTuple):
    """What a document is called, also by the journal, and where people read it in their browser."""

    number: str
    subject: str
    page: str


def news_of(entry: Entry) -> list[News]:
    """Which purchase orders somebody asks to approve, approved or rejected by an entry, or received goods of; which bills wait."""
    if entry.verb == "ask_purchase":
        changes = _of_changes(entry)
        return [
            News("order_to_approve", 0, 0, "", "", CHANGED["ask_purchase"] if pk in changes else "", order=pk)
            for pk in _decided(entry)
        ]
    if entry.verb == "approve":
        granted = Approval.objects.filter(
            made=entry, purchase_line__isnull=False, purchase_line__approved_minor__gte=F("amount_minor")
        )
        orders = granted.values_list("purchase_line__purchase_order", "note")
        changes = _submitted_before(entry, [pk for pk, _note in orders])
        return [
            News(
                "order_approved",
                0,
                0,
                "",
                "",
                CHANGED["approve"] if pk in changes else "",
                note=note,
                order=pk,
            )
            for pk, note in sorted(dict(orders).items())
        ]
    if entry.verb == "reject":
        # As it was said then: who asks anew has taken it off the order by the time that this is read.
        said = Fact.objects.filter(entry=entry, field="rejected_note", subject__startswith="purchase_order:")
        notes = {_pk(about): json.loads(note or '""') for about, note in said.values_list("subject", "new")}
        changes = _of_changes(entry)
        return [
            News(
                "order_rejected",
                0,
                0,
                "",
                "",
                CHANGED["reject"] if pk in changes else "",
                note=notes.get(pk, ""),
                order=pk,
            )
            for pk in _decided(entry)
        ]
    if entry.verb == "enter_bill":
        return _waiting(VendorBill.objects.filter(made=entry))
    if entry.verb == "receive":
        return [*_received(entry), *_waiting(_awaiting(entry))]
    if entry.verb in ("confirm_purchase", "amend_purchase"):
        return _late(_changed(entry))
    if entry.verb in ("submit", "send_purchase"):
        return _late(_ordered(entry), expected=False)
    return []


CHANGED = {
    "ask_purchase": N_("has a change that waits for approval"),
    "approve": N_("has a change that is approved and can be made"),
    "reject": N_("has a change that is rejected"),
}
"""What is told of an order of which a change is asked for, by verb."""


def _of_changes(entry: Entry) -> set[int]:
    """The purchase orders of which an entry asked for a change, or decided it."""
    about = Fact.objects.filter(entry=entry, field="asked_change", subject__startswith="purchase_order:")
    return {_pk(one) for one in about.values_list("subject", flat=True)}


def _submitted_before(entry: Entry, orders: Sequence[int]) -> set[int]:
    """Those of the purchase orders that were no drafts at an entry, so that a change was decided."""
    found = PurchaseOrder.objects.filter(pk__in=orders, submitted_at__lt=entry.recorded_at)
    return set(found.values_list("pk", flat=True))


def _waiting(asked: QuerySet[VendorBill]) -> list[News]:
    """Those of the bills that somebody has to accept, and that wait for no goods."""
    waiting = bills.with_status(bills.bills().filter(pk__in=asked.values("pk")), ["to_accept"])
    return [
        News("bill_to_accept", 0, 0, "", "", bill=pk)
        for pk in waiting.order_by("pk").values_list("pk", flat=True)
    ]


def _awaiting(entry: Entry) -> QuerySet[VendorBill]:
    """The bills that came before goods that an entry received."""
    came = Move.objects.filter(entry=entry, source__kind="on_order").exclude(target__kind="refused")
    lines = came.values("source__place__purchase_line")
    return VendorBill.objects.filter(lines__receipt__isnull=True, lines__purchase_line__in=lines)


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
    late: dict[int, list[tuple[str, date]]] = defaultdict(list)
    for bought, order, day, line, units in held:
        wanted, (old, new) = lines[line], days[bought]
        old = old or (day if expected else None)
        promised = wanted.promised_on
        if promised and new and new > promised and not (old and old > promised):
            product = wanted.product
            told = f"{product.sku} {product.name}"
            quantity = plain(units, product.quantity_decimals)
            news.append(News("late", wanted.sheet_id, line, told, quantity, days=(("", new),)))
            late[order].append((f"{wanted.sheet.number}, {quantity} × {product.sku}", new))
    return [
        *news,
        *(News("order_late", 0, 0, "", "", days=tuple(some), order=pk) for pk, some in late.items()),
    ]


def _day(text: str | None) -> date | None:
    value = json.loads(text) if text else None
    return date.fromisoformat(value) if value else None


def approvers(news: Iterable[News]) -> dict[tuple[str, int], list[int]]:
    """Who may approve what waits for it."""
    lines = {one.line for one in news if one.event == "to_approve"}
    orders = {one.order for one in news if one.event == "order_to_approve"}
    found = who_decides(lines, orders) if lines or orders else {}
    return found | _accepting({one.bill for one in news if one.bill})


def _accepting(asked: set[int]) -> dict[tuple[str, int], list[int]]:
    """Who may accept each of these bills: not who entered it, unless people decide about their own."""
    if not asked:
        return {}
    rights = who_may("purchasing.accept_bill")
    own = configuration.one("approval")["self_approval"]
    entered = VendorBill.objects.filter(pk__in=asked).values_list("pk", "made__actor")
    return {("bill", pk): [one for one in rights if own or one != by] for pk, by in entered}


def people_of(
    news: Iterable[News], common: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], dict[str, Sequence[int]]]:
    """Who holds which role for each purchase order: its buyer, and who asked to have it approved; for each bill."""
    named = list(news)
    of_bills: dict[tuple[str, int], dict[str, Sequence[int]]] = {
        one.about: dict(common) for one in named if one.bill
    }
    wanted = {one.order for one in named if one.order}
    if not wanted:
        return of_bills
    found = PurchaseOrder.objects.filter(pk__in=wanted).values_list("pk", "buyer", "approval_asked_by")
    return of_bills | {
        ("order", pk): {**common, "buyer": [user for user in (buyer, asker) if user]}
        for pk, buyer, asker in found
    }


PAPERS: dict[str, tuple[Any, str, str]] = {
    "order": (PurchaseOrder, "purchase_order", "purchasing:order"),
    "bill": (VendorBill, "vendor_bill", "purchasing:bill"),
}
"""By what news are about, its model, its subject in the journal, and its page."""


def papers_of(news: Iterable[News]) -> dict[tuple[str, int], Paper]:
    """What each purchase order or bill is called, with its vendor, and where it is read."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in news:
        if one.about[0] in PAPERS:
            wanted[one.about[0]].add(one.about[1])
    found = {}
    for noun, pks in wanted.items():
        model, subject, page = PAPERS[noun]
        for pk, number, vendor in model.objects.filter(pk__in=pks).values_list(
            "pk", "number", "vendor__name"
        ):
            found[noun, pk] = Paper(f"{number} ({vendor})", f"{subject}:{pk}", reverse(page, args=[pk]))
    return found


def _decided(entry: Entry) -> list[int]:
    """The purchase orders of which an entry asked for approval, or decided it."""
    about = Fact.objects.filter(entry=entry, field="approval_asked_at", subject__startswith="purchase_order:")
    return sorted(_pk(one) for one in about.values_list("subject", flat=True))


def _pk(subject: str) -> int:
    return int(subject.partition(":")[2])
