"""What may be done with a document's lines now, and what should be done first."""

from __future__ import annotations

from collections.abc import Mapping

WISHES = ("wanted", "to_approve", "to_order")
AT_HAND = ("reserved", "picked", "packed", "ready")
OPEN = (*WISHES, "drafted", "on_order", *AT_HAND, "shipped")
"""Where units stand that the customer does not have yet."""

FIRST = ("approve", "order", "reserve", "pick", "ship", "invoice", "pay")
"""The verbs in the order in which they should happen."""

BY_LINE = ("pick", "pack", "transfer", "ship", "pick_pack_ship", "hand_over", "cancel_delivery")
"""The verbs that a page does with one line only."""


def verbs(figures: Mapping[str, int], money_word: str) -> dict[str, bool]:
    """Each verb that is possible now, and whether it should be done next.

    figures: units of all lines by stage, with what is still to be billed; money_word: how far its money is.
    """
    some = {name: figures.get(name, 0) > 0 for name in (*OPEN, "delivered", "to_bill")}
    open_goods = any(some[name] for name in OPEN)
    due = some["to_bill"] and (some["delivered"] or not open_goods)
    found = {
        "approve": (some["to_approve"], True),
        "order": (some["to_order"], True),
        "reserve": (any(some[name] for name in (*WISHES, "reserved")), some["wanted"]),
        "pick": (some["reserved"], True),
        "pack": (some["reserved"] or some["picked"], False),
        "transfer": (some["reserved"] or some["picked"], False),
        "ship": (any(some[name] for name in AT_HAND), any(some[n] for n in ("picked", "packed", "ready"))),
        "pick_pack_ship": (any(some[name] for name in (*WISHES, *AT_HAND)), False),
        "hand_over": (any(some[name] for name in (*WISHES, *AT_HAND)), False),
        "cancel_delivery": (some["delivered"] or some["shipped"], False),
        "invoice": (some["to_bill"], due),
        "pay": (money_word in ("invoiced", "partial"), True),
        "finish": (True, not open_goods and not some["to_bill"]),
    }
    return {verb: first for verb, (possible, first) in found.items() if possible}


def one_step(found: Mapping[str, bool]) -> dict[str, bool]:
    """The same verbs where goods at hand are picked, packed and shipped in one step."""
    ahead = any(found.get(verb) for verb in ("pick", "ship"))
    return {
        verb: ahead if verb == "pick_pack_ship" else first and verb not in ("pick", "ship")
        for verb, first in found.items()
    }
