"""What the acts upon stock are called on *Inventory transfers and updates*."""

from __future__ import annotations

from wharfinger.base.refusal import N_
from wharfinger.ledger.chart import ON_HAND

TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "purchase": (
        N_("Purchase"),
        ("submit", "send_purchase", "amend_purchase", "cancel_purchase", "close_purchase"),
    ),
    "receipt": (N_("Receipt"), ("receive", "cancel_receipt")),
    "vendor_return": (N_("Return to the vendor"), ("to_vendor", "send_back", "send_claim", "answer_claim")),
    "transfer": (
        N_("Transfer"),
        ("transfer", "send_transfer", "receive_transfer", "return_transfer", "lose_transfer"),
    ),
    "put_away": (N_("Put away"), ("put_away",)),
    "loan": (N_("Loan"), ("lend", "give_back")),
    "adjustment": (N_("Manual adjustment"), ("adjust", "hand_back")),
    "count": (N_("Count"), ("count",)),
    "serial": (N_("Serial number corrected"), ("correct_serial",)),
    "merge": (N_("Merged with its double"), ("merge", "merge_organizations")),
    "aside": (N_("Set aside"), ("hold", "unhold", "short_pick")),
    "build": (N_("Build"), ("build", "take_apart", "replace_component")),
    "reservation": (
        N_("Reservation"),
        (
            "reserve",
            "release",
            "give_way",
            "extend",
            "expire",
            "win",
            "lose",
            "lose_opportunity",
            "settle",
            "confirm",
            "unconfirm",
            "amend",
            "cancel",
            "start_run",
            "stop_run",
        ),
    ),
    "pick": (N_("Pick"), ("pick", "unpick")),
    "pack": (N_("Pack"), ("pack", "unpack")),
    "shipment": (N_("Shipment"), ("ship", "pick_pack_ship")),
    "delivery": (N_("Delivery"), ("deliver", "sell", "provide")),
    "taken_back": (N_("Delivery taken back"), ("cancel_delivery", "remove", "reopen")),
    "device": (N_("Device"), ("install", "move_device", "swap")),
    "return": (N_("Return"), ("receive_return", "restock", "repair", "finish_repair")),
    "scrap": (N_("Scrapped"), ("scrap",)),
    "field": (N_("Field changed"), ()),
}
"""Word and verbs of each type; the last is no move but another value of a bin, a level or a location."""

TYPE_OF = {verb: name for name, (_, verbs) in TYPES.items() for verb in verbs}
STOCK_FIELDS = ("bin", "level", "location")
"""The nouns of stock whose changed fields are told beside the moves."""


def verbs_of(types: list[str]) -> list[str]:
    """The verbs of these types; a type that nobody knows has none."""
    return [verb for name in types if name in TYPES for verb in TYPES[name][1]]


def changes_on_hand(source: str, target: str) -> int:
    """Whether goods that go from one kind of place to the other come in (1), leave (-1) or stay (0)."""
    return (target in ON_HAND) - (source in ON_HAND)
