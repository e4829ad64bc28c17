"""What becomes of goods on purchase orders, under way or drafted, that their line needs no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger.plan import Held, Plan, Truth, fixed


@dataclass(slots=True)
class LetGo:
    """Lets goods on purchase orders go, all in the way that the person chose."""

    plan: Plan
    truth: Truth
    choice: str
    """One of ``PURCHASED``: kept for stock, passed on to whoever waits next, or cut off their order."""
    waiting: Sequence[tuple[int, int]] = ()
    """Other lines and their products, in the order in which they are served."""
    fewer: dict[int, int] = field(default_factory=dict)
    """By the place of a purchase line, how many units fewer a draft orders."""

    def units(self, held: Held, units: int, *, wish: str = "dropped") -> None:
        """Let so many units go that are on a purchase order for a line.

        wish: where the line's wish stands afterwards, of what is only drafted.
        """
        bought = self.truth.read["bought"][held.place]
        drafted = held.kind == "drafted"
        left = units
        if self.choice == "cut":
            if drafted:
                self.fewer[held.place] = self.fewer.get(held.place, 0) + units
            else:
                self.plan.move(held.spot, held.spot.at(fixed("vendor")), units)
        else:
            _not_sent_to_the_customer(self.truth, bought)
            left = self._passed_on(held, units) if self.choice == "pass_on" else units
            if left and not drafted:
                self.plan.move(held.spot, held.spot.for_claim(0), left)
        if drafted:
            self.plan.move(held.spot, held.spot.at(fixed(wish)), units)
        held.quantity -= units

    def _passed_on(self, held: Held, units: int) -> int:
        """Give goods to the lines that wait for them; how many none of them wants."""
        left = units
        for other in (line for line, product in self.waiting if product == held.product):
            for wish in self.truth.of_claim(other, ("to_order",)):
                part = min(left, wish.quantity)
                if part and held.kind == "on_order":
                    self.plan.move(wish.spot, wish.spot.at(fixed("covered")), part)
                    self.plan.move(held.spot, held.spot.for_claim(other), part)
                elif part:
                    self.plan.move(wish.spot, held.spot.for_claim(other), part)
                wish.quantity -= part
                left -= part
        return left

    def settle(self) -> None:
        """Let drafts order fewer, and expect no more of an order of which nothing is under way any longer."""
        for place, units in self.fewer.items():
            bought = self.truth.read["bought"][place]
            if units >= bought.quantity:
                self.plan.change(bought, removed_at=self.truth.now)
            elif units:
                self.plan.change(bought, quantity=bought.quantity - units)
        if self.choice == "cut":
            self._close_what_is_empty()
        self.plan.mention(*self.truth.documents["purchasing.PurchaseOrder"].values())

    def _close_what_is_empty(self) -> None:
        for row in self.truth.documents["purchasing.PurchaseOrder"].values():
            bought = self.truth.read["bought"].values()
            places = [one.place_id for one in bought if one.purchase_order_id == row.pk]
            if row.submitted_at is not None and not any(self.truth.at(place) for place in places):
                self.plan.change(row, closed_at=self.truth.now)


def _not_sent_to_the_customer(truth: Truth, bought: Any) -> None:
    order = truth.documents["purchasing.PurchaseOrder"][bought.purchase_order_id]
    if order.ship_to == "organization":
        raise Refusal(
            "sent_to_the_customer",
            N_("{number} goes from the vendor to the customer. Take the goods off it."),
            field="purchased",
            number=order.number,
        )
