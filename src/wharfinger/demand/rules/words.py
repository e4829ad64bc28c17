"""The words that a person reads of a line or a document, derived from decisions and holdings."""

from __future__ import annotations

from collections.abc import Mapping

from wharfinger.base.refusal import N_

OPEN_WISHES = ("quoted", "demand", "to_approve", "to_order", "drafted")
OPEN_GOODS = (
    *OPEN_WISHES,
    "on_order",
    "ready",
    "bin",
    "picked",
    "container",
    "quarantine",
    "transfer",
    "in_transit",
)
"""Where something of a line is still to be done before its goods are with the customer."""

BEGUN = ("picked", "container", "in_transit", "customer", "rented", "returns", "bench", "at_vendor", "scrap")
"""Where goods of a line stand once somebody has begun to fulfil it."""

OPEN_BILLS = ("offered", "to_bill")

GOODS = {
    "quote": N_("Quote"),
    "unconfirmed": N_("Unconfirmed"),
    "unfulfilled": N_("Unfulfilled"),
    "started": N_("Started"),
    "delivered": N_("Delivered"),
    "fulfilled": N_("Fulfilled"),
    "cancelled": N_("Cancelled"),
    "closed": N_("Closed"),
}
"""What is said of a document's goods."""

MONEY = {
    "quote": N_("Quote"),
    "unconfirmed": N_("Unconfirmed"),
    "uninvoiced": N_("Uninvoiced"),
    "invoiced": N_("Invoiced"),
    "partial": N_("Partial"),
    "paid": N_("Paid"),
    "owing": N_("Owing"),
    "cancelled": N_("Cancelled"),
    "closed": N_("Closed"),
}
"""What is said of a document's money."""

CHARGE = {
    "pending": N_("Pending"),
    "waiting_approval": N_("Waiting Approval"),
    "need_to_order": N_("Need to Order/Fulfill"),
    "on_order": N_("On Order"),
    "ready": N_("Ready to Deliver/Ship"),
    "delivered": N_("Delivered/Shipped"),
    "cancelled": N_("Cancelled"),
    "partly_pending": N_("Partly Pending"),
    "partly_waiting_approval": N_("Partly Waiting Approval"),
    "partly_need_to_order": N_("Partly Need to Order/Fulfill"),
    "partly_on_order": N_("Partly On Order"),
    "partly_ready": N_("Partly Ready to Deliver/Ship"),
    "partly_delivered": N_("Partly Delivered/Shipped"),
    "won": N_("Won"),
    "reserved": N_("Reserved"),
    "partly_reserved": N_("Partly Reserved"),
}
"""What is said of a charge, as Autotask says it; a line that is not firm yet is at most reserved.

A won quote's line is called so: what it wanted and held has passed to the line that came from it.
"""

_PROGRESS = (
    ("pending", ("wanted",)),
    ("waiting_approval", ("to_approve",)),
    ("need_to_order", ("to_order", "drafted")),
    ("on_order", ("on_order",)),
    ("ready", ("ready", "reserved", "picked", "packed")),
    ("delivered", ("shipped", "delivered", "returned", "restocked")),
)


def charge_word(figures: Mapping[str, int], *, firm: bool, won: bool) -> str:
    """The word of a line: how far its foremost units are, *partly* where others are behind.

    figures: the line's quantities; firm: whether its document is confirmed, so that it is served;
    won: whether its document is a quote that was won, so that its units are another line's.
    """
    here = [word for word, names in _PROGRESS if any(figures[name] for name in names)]
    if not here:
        return "won" if won else "cancelled"
    word = here[-1]
    if not firm and word == "ready":
        word = "reserved"
    return word if len(here) == 1 else f"partly_{word}"
