"""What the audit re-proves of returns."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, Sum

from wharfinger.ledger.audit import Finding
from wharfinger.returns.models import Replacement, RmaLine
from wharfinger.returns.queries.figures import figures
from wharfinger.returns.rules.settling import MONEY


def paid_back(rmas: Iterable[int] | None = None) -> list[RmaLine]:
    """The lines of RMAs whose goods were paid back or replaced without anybody overruling that they had come."""
    replaced = Exists(
        Replacement.objects.filter(rma_line=OuterRef("pk"), back_by__isnull=True, void__isnull=True)
    )
    rows = RmaLine.objects.filter(
        Q(answer__in=MONEY) | replaced,
        void__isnull=True,
        settled_quantity__gt=0,
        rma__authorized=True,
        rma__void__isnull=True,
        rma__overruled_reason="",
    )
    return list((rows if rmas is None else rows.filter(rma__in=list(rmas))).select_related("rma"))


def paid_back_has_come() -> list[Finding]:
    """Of what was asked for, no more is paid back than came, unless somebody overruled that with a reason."""
    lines = paid_back()
    came = figures({line.rma_id for line in lines}, lines)
    wrong = [line for line in lines if line.settled_quantity > came[line.pk].received]
    return [
        Finding(
            "paid back ≤ received",
            f"rma_line {line.pk}",
            f"{line.rma.number}, {line.settled_quantity}, {came[line.pk].received}",
        )
        for line in wrong[:100]
    ]


def replaced_goods_stay() -> list[Finding]:
    """Of what a return is about, no more is replaced or sent back to the customer than was asked for or came."""
    rows = Replacement.objects.filter(void__isnull=True)
    units = dict(rows.order_by().values_list("rma_line").annotate(Sum("quantity")))
    lines = list(RmaLine.objects.filter(pk__in=units, void__isnull=True).select_related("rma"))
    came = figures({line.rma_id for line in lines})
    wrong = [
        line
        for line in lines
        if units[line.pk] + came[line.pk].outcomes.get("send_back", 0)
        > max(line.quantity, came[line.pk].received)
    ]
    return [
        Finding(
            "replaced + sent back ≤ returned", f"rma_line {line.pk}", f"{line.rma.number}, {units[line.pk]}"
        )
        for line in wrong[:100]
    ]
