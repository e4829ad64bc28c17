"""The life of a unit in words: which acts of its documents belong to it, and what a customer may be told."""

from __future__ import annotations

from wharfinger.base.refusal import N_

MILESTONES: dict[str, tuple[str, ...]] = {
    "purchase_order": ("draft", "submit", "send_purchase"),
    "quote": ("quote", "send_quote", "win"),
    "order": ("order", "confirm", "win"),
    "work_order": ("order", "win"),
    "invoice": ("post_invoice", "invoice", "credit"),
    "rma": ("request_return", "approve_return", "deny_return", "settle", "close_return"),
    "count": ("count",),
    "vendor_bill": ("enter_bill", "accept_bill", "cancel_bill"),
    "vendor_return": ("credit_vendor_return",),
    "vendor_claim": ("claim_from_vendor",),
    "recall": ("recall_units",),
}
"""By document, the acts that belong to a unit's life though they move no goods of it."""

ITS_OWN = frozenset(("lot", "device"))
"""What the unit itself is called; whatever touches it belongs to its life."""


def is_milestone(subject: str, verb: str) -> bool:
    """Whether an act of a document belongs to the life of its units; an order tells of its other lines, too."""
    noun = subject.partition(":")[0]
    return noun in ITS_OWN or verb in MILESTONES.get(noun, ())


INSPECTED: dict[str, str] = {
    "bench": "repair",
    "at_vendor": "to_vendor",
    "bin": "restock",
    "scrap": "scrap",
    "customer": "send_back",
}
"""What became of goods that had come back, by where they went."""


def act_of(verb: str, source: str, target: str) -> str:
    """What an act was to a unit: an inspection is what became of the unit by it."""
    came_back = source in ("returns", "bench", "at_vendor") and verb in ("inspect", "receive_return")
    return INSPECTED.get(target, verb) if came_back else verb


STAGES: dict[str, tuple[str, str]] = {
    "bought": (N_("Ordered from the vendor"), "on_order"),
    "received": (N_("Received"), "to_order"),
    "reserved": (N_("Reserved"), "reserved"),
    "shipped": (N_("Shipped"), "shipped"),
    "delivered": (N_("Delivered"), "delivered"),
    "installed": (N_("Installed"), "delivered"),
    "returned": (N_("Returned"), "returned"),
}
"""The stations of a life, and the colour of each, as stage bars have it."""

STAGE_OF: dict[str, str] = {
    "draft": "bought",
    "submit": "bought",
    "send_purchase": "bought",
    "receive": "received",
    "adjust": "received",
    "count": "received",
    "reserve": "reserved",
    "win": "reserved",
    "give_way": "reserved",
    "ship": "shipped",
    "pick_pack_ship": "shipped",
    "deliver": "delivered",
    "sell": "delivered",
    "provide": "delivered",
    "install": "installed",
    "receive_return": "returned",
    "restock": "returned",
}

COLOURS: dict[str, str] = {
    **{verb: STAGES[stage][1] for verb, stage in STAGE_OF.items()},
    "pick": "picked",
    "pack": "packed",
    "request_return": "returned",
    "approve_return": "returned",
    "swap": "returned",
}

TOLD: dict[str, str] = {
    "receive": N_("Arrived at our house"),
    "quote": N_("Offered to you"),
    "send_quote": N_("Offer sent to you"),
    "order": N_("Ordered by you"),
    "win": N_("Ordered by you"),
    "confirm": N_("Order confirmed"),
    "reserve": N_("Reserved for you"),
    "pick": N_("Made ready for you"),
    "pack": N_("Packed"),
    "ship": N_("Shipped to you"),
    "pick_pack_ship": N_("Shipped to you"),
    "deliver": N_("Delivered to you"),
    "sell": N_("Handed over to you"),
    "provide": N_("Handed over to you"),
    "post_invoice": N_("Invoiced"),
    "invoice": N_("Invoiced"),
    "credit": N_("Credited"),
    "install": N_("Installed at your site"),
    "move_device": N_("Moved to another site"),
    "request_return": N_("Return requested"),
    "approve_return": N_("Return approved"),
    "receive_return": N_("Came back to us"),
    "repair": N_("In repair"),
    "to_vendor": N_("Sent to the manufacturer"),
    "send_claim": N_("Sent to the manufacturer"),
    "lend": N_("Lent to you"),
    "give_back": N_("Given back by you"),
    "send_back": N_("Sent back to you"),
    "restock": N_("Taken back"),
    "swap": N_("Swapped"),
    "settle": N_("Return settled"),
}
"""What a customer is told of an act; of others nothing: no shelves, no counts, no vendors."""

SHOWN_TO_CUSTOMERS = frozenset(
    ("quote", "order", "work_order", "shipment", "invoice", "credit_note", "device", "rma")
)
"""The documents that a customer knows."""


def customers_part(verb: str, whose: frozenset[int], customer: int) -> bool:
    """Whether a customer may be told of an act: their own, and that the unit came to us; of others' nothing."""
    return verb in TOLD and (customer in whose if verb != "receive" else whose <= {customer})
