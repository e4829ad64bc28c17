"""Pure decisions about getting more of what runs low: bought from a vendor, or transferred from another location."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.catalog.rules.offers import to_order
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, plan_draft
from wharfinger.stock.rules.transferring import Sent, TransferWish, add_orders


class Need(NamedTuple):
    """A product at a location: what is kept there, and what will be there once all that is under way has come."""

    product: int
    location: int
    vendor: int | None
    """From whom it is bought, where it comes from no other location."""
    source: int | None
    """From which other location it comes."""
    point: int
    """At how many more is got."""
    maximum: int
    lot: int
    """How many are got at a time; up to the maximum where it is nought."""
    available: int
    on_order: int
    """On order or drafted for stock there."""
    in_transit: int
    """On its way there for nobody, or on the draft of a transfer order."""
    demanded: int
    """Pending and covered by nothing; counted at the default location."""
    spare: int = 0
    """How many the source can give without running low itself."""
    pack: int = 1
    """In how many the vendor sells it."""
    least: int = 0
    """The fewest the vendor sells."""
    built: bool = False
    """Whether it is built there: as many as its components allow are in ``spare``, and ``pack`` is one of it."""

    @property
    def projected(self) -> int:
        """How many will be free."""
        return self.available + self.on_order + self.in_transit - self.demanded

    @property
    def lacking(self) -> int:
        """How many to get, once the point is reached or passed: up to the maximum, or some lots."""
        if self.projected > self.point:
            return 0
        upto = self.maximum - self.projected
        if not self.lot:
            return upto
        if self.maximum:
            return max(1, upto // self.lot) * self.lot
        return -(-(self.point + 1 - self.projected) // self.lot) * self.lot

    @property
    def proposed(self) -> int:
        """How many to get from where it comes: whole packs of a vendor, no more than a location or components can give."""
        if self.source is not None:
            return max(0, min(self.lacking, self.spare))
        if self.built:
            return max(0, min(-(-self.lacking // self.pack) * self.pack, self.spare))
        if self.vendor is None or not self.lacking:
            return 0
        return to_order(self.lacking, self.pack, self.least)


@dataclass(frozen=True, slots=True)
class Item:
    """So many of a product that are to come to a location, from a vendor or from another location."""

    product: int
    location: int
    quantity: int
    vendor: int | None = None
    source: int | None = None


def plan_auto_fill(truth: Truth) -> Plan:
    """Draft one order for each vendor of what has fallen to its point."""
    by_vendor: dict[int, list[PurchaseLineWish]] = defaultdict(list)
    for need in truth.read["needs"]:
        if need.vendor is not None and need.proposed:
            by_vendor[need.vendor].append(
                PurchaseLineWish(need.product, need.proposed, location=need.location)
            )
    if not by_vendor:
        raise Refusal("nothing_lacking", N_("Nothing has fallen to its minimum, or it is on order already."))
    return plan_draft(
        truth, wishes=[PurchaseWish(pk, tuple(lines)) for pk, lines in sorted(by_vendor.items())]
    )


def plan_replenish(truth: Truth, *, items: Sequence[Item]) -> Plan:
    """Draft an order for each vendor and a transfer order for each pair of locations, all in one entry.

    Raises Refusal when somebody else got it in the meantime.
    """
    needs: dict[tuple[int, int], Need] = {(one.product, one.location): one for one in truth.read["needs"]}
    by_vendor: dict[int, list[PurchaseLineWish]] = defaultdict(list)
    by_way: dict[tuple[int, int], list[Sent]] = defaultdict(list)
    for n, item in enumerate(items):
        need = needs.get((item.product, item.location))
        if need is None or need.lacking <= 0:
            product = truth.read["products"].get(item.product)
            raise Refusal(
                "no_longer_lacking",
                N_("Enough of {sku} is there or under way by now. Look again at what is proposed."),
                field=f"lines.{n}",
                sku=product.sku if product else str(item.product),
                product=item.product,
            )
        if (item.vendor is None) == (item.source is None):
            raise BadInput(
                "two_sources",
                N_("It comes from a vendor or from another location. Choose one."),
                field=f"lines.{n}.source",
            )
        if item.vendor is not None:
            by_vendor[item.vendor].append(
                PurchaseLineWish(item.product, item.quantity, location=item.location)
            )
        elif item.source is not None:
            by_way[item.source, item.location].append(Sent(item.product, item.quantity))
    orders = sorted(by_vendor.items())
    plan = plan_draft(truth, wishes=[PurchaseWish(pk, tuple(lines), fill_packs=True) for pk, lines in orders])
    add_orders(plan, truth, [TransferWish(*way, tuple(lines)) for way, lines in sorted(by_way.items())])
    return plan
