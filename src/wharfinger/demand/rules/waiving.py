"""Pure decisions about bills that were waived by whoever handed goods over: a partner's goods, and what is lent."""

from __future__ import annotations

from collections.abc import Collection

from wharfinger.ledger.plan import Held, Plan, Spot, Truth


def bill_again(plan: Plan, truth: Truth, claim: int, entry: int, quantity: int) -> None:
    """Let a line be billed again for units that came back, as far as the entry that handed them over waived that.

    Whoever hands them over next decides anew. The truth knows what was waived, and by which moves.
    """
    left = quantity
    for waived in truth.of_claim(claim, ("waived",)):
        for bill in truth.incoming.get(waived.id, ()):
            came = bill.entry == entry and bill.source.kind == "to_bill"
            part = min(left, bill.left, waived.quantity) if came else 0
            if part:
                plan.move(waived.spot, bill.source, part, reverses=bill.id)
                bill.left -= part
                waived.quantity -= part
                left -= part
                put(truth, claim, bill.source, part)


def put(truth: Truth, claim: int, spot: Spot, quantity: int) -> None:
    """Let the truth show to whoever decides next what came to a spot of a line."""
    known = next((held for held in truth.of_claim(claim, (spot.kind,)) if held.spot == spot), None)
    if known is None:
        truth.held.append(Held(0, spot, quantity))
    else:
        known.quantity += quantity


def never_billed(truth: Truth, claim: int, entries: Collection[int]) -> int:
    """How many units these entries handed over without a bill, less those that came back since."""
    waived = (bill for held in truth.of_claim(claim, ("waived",)) for bill in truth.incoming.get(held.id, ()))
    return sum(bill.left for bill in waived if bill.entry in entries and bill.source.kind == "to_bill")
