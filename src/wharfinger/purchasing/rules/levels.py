"""Pure decisions about buying again what runs low."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, plan_draft


class Need(NamedTuple):
    """A product at a location: what is kept there, and what will be there once all orders have arrived."""

    product: int
    location: int
    vendor: int | None
    minimum: int
    maximum: int
    available: int
    on_order: int
    """On order or drafted for stock there."""
    demanded: int
    """Pending and covered by nothing; counted at the default location."""

    @property
    def projected(self) -> int:
        """How many will be free."""
        return self.available + self.on_order - self.demanded

    @property
    def lacking(self) -> int:
        """How many to buy: up to the maximum, once the minimum is reached or passed."""
        return self.maximum - self.projected if self.projected <= self.minimum else 0


def plan_auto_fill(truth: Truth) -> Plan:
    """Draft one order for each default vendor of what has fallen to its minimum, up to its maximum."""
    by_vendor: dict[int, list[PurchaseLineWish]] = defaultdict(list)
    for need in _needs(truth.read["needs"]):
        assert need.vendor is not None
        by_vendor[need.vendor].append(PurchaseLineWish(need.product, need.lacking, location=need.location))
    if not by_vendor:
        raise Refusal("nothing_lacking", N_("Nothing has fallen to its minimum, or it is on order already."))
    return plan_draft(
        truth, wishes=[PurchaseWish(pk, tuple(lines)) for pk, lines in sorted(by_vendor.items())]
    )


def _needs(needs: Sequence[Need]) -> list[Need]:
    return [need for need in needs if need.lacking > 0 and need.vendor is not None]
