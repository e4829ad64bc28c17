"""What the audit re-proves of returns."""

from __future__ import annotations

from collections.abc import Iterable

from wharfinger.ledger.audit import Finding
from wharfinger.returns.models import RmaLine
from wharfinger.returns.queries.figures import figures
from wharfinger.returns.rules.settling import MONEY


def paid_back(rmas: Iterable[int] | None = None) -> list[RmaLine]:
    """The lines of RMAs whose goods were paid back without anybody overruling that they had come."""
    rows = RmaLine.objects.filter(
        void__isnull=True,
        answer__in=MONEY,
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
