"""What happened to a document, told for people: each act with what it moved and how to undo it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.ledger.chart import GOODS, REGION
from wharfinger.ledger.models import Entry, Fact, Move

VERBS: dict[str, str] = {
    "add": N_("Written down"),
    "adjust": N_("Stock adjusted"),
    "amend": N_("Lines changed"),
    "apply": N_("Payment applied"),
    "approve": N_("Purchase approved"),
    "build": N_("Built"),
    "cancel": N_("Cancelled"),
    "cancel_delivery": N_("Delivery cancelled"),
    "cancel_payment": N_("Payment cancelled"),
    "cancel_purchase": N_("Purchase order cancelled"),
    "cancel_receipt": N_("Receipt cancelled"),
    "change": N_("Changed"),
    "charge": N_("Charged"),
    "complete": N_("Completed"),
    "confirm": N_("Confirmed"),
    "correct_serial": N_("Serial number corrected"),
    "count": N_("Counted"),
    "credit": N_("Credited"),
    "deliver": N_("Delivered"),
    "draft": N_("Put on a purchase order"),
    "expire": N_("Hold expired"),
    "extend": N_("Hold extended"),
    "fulfil": N_("Marked as fulfilled"),
    "hold": N_("Set aside"),
    "hold_order": N_("Put on hold"),
    "install": N_("Installed"),
    "invoice": N_("Invoiced"),
    "lose": N_("Lost"),
    "move_device": N_("Device moved"),
    "order": N_("Order written"),
    "pack": N_("Packed"),
    "pay": N_("Paid"),
    "pick": N_("Picked"),
    "pick_pack_ship": N_("Picked, packed and shipped"),
    "provide": N_("Handed over"),
    "put_away": N_("Put away"),
    "quote": N_("Quote written"),
    "receive": N_("Received"),
    "receive_return": N_("Return received"),
    "refund": N_("Refunded"),
    "reject": N_("Purchase rejected"),
    "release": N_("Released"),
    "remove": N_("Taken back"),
    "reopen": N_("Re-opened"),
    "repair": N_("Repaired"),
    "request": N_("Requested"),
    "reserve": N_("Reserved"),
    "restock": N_("Restocked"),
    "retire": N_("Retired"),
    "reverse": N_("Undone"),
    "scrap": N_("Scrapped"),
    "send_back": N_("Sent back"),
    "send_quote": N_("Quote sent"),
    "ship": N_("Shipped"),
    "submit": N_("Purchase order submitted"),
    "swap": N_("Swapped"),
    "to_vendor": N_("Sent to the vendor"),
    "transfer": N_("Transferred"),
    "unapply": N_("Payment taken off"),
    "unconfirm": N_("Made provisional"),
    "undraft": N_("Taken off a purchase order"),
    "unhold": N_("No longer set aside"),
    "unhold_order": N_("No longer on hold"),
    "unpack": N_("Unpacked"),
    "unpick": N_("Unpicked"),
    "win": N_("Won"),
}
"""What a person reads of each verb in a timeline."""

KINDS: dict[str, str] = {
    "vendor": N_("Vendor"),
    "provided": N_("Provided"),
    "adjustment": N_("Adjustment"),
    "outside": N_("Outside"),
    "assembly": N_("Assembly"),
    "ready": N_("Ready"),
    "scrap": N_("Scrap"),
    "on_order": N_("On order"),
    "refused": N_("Refused"),
    "bin": N_("Bin"),
    "picked": N_("Picked"),
    "container": N_("Container"),
    "quarantine": N_("Quarantine"),
    "transfer": N_("In transfer"),
    "rented": N_("On loan"),
    "in_transit": N_("In transit"),
    "customer": N_("Customer"),
    "returns": N_("Returns"),
    "bench": N_("Workbench"),
    "at_vendor": N_("At the vendor"),
}
"""Where goods stand, as a timeline says it; a bin says whether it is free or reserved."""

MOST = 30
"""Acts that a timeline shows."""


@dataclass(frozen=True, slots=True)
class Told:
    """One act as a timeline tells it."""

    sentence: str
    who: str
    at: datetime
    url: str
    undo: str
    moves: tuple[tuple[str, str, str, str], ...] = ()


def timeline(*subjects: str, may_undo: bool = True) -> list[Told]:
    """What happened to these documents (``order:17``), newest first, in three statements."""
    mentioned = Fact.objects.filter(subject__in=subjects).values("entry_id")
    found = list(Entry.objects.filter(pk__in=mentioned).select_related("actor").order_by("-pk")[:MOST])
    ids = [entry.pk for entry in found]
    undone = set(Entry.objects.filter(reverses_id__in=ids).values_list("reverses_id", flat=True))
    moves = _moves(ids)
    return [
        Told(
            sentence=_sentence(entry, entry.pk in undone),
            who=str(entry.actor) if entry.actor else gettext("Wharfinger"),
            at=entry.recorded_at,
            url=_address("site:entry", entry.pk),
            undo=_address("site:undo", entry.pk)
            if may_undo and entry.reverses_id is None and entry.pk not in undone
            else "",
            moves=tuple(moves[entry.pk]),
        )
        for entry in found
    ]


def said(verb: str) -> str:
    """A verb as a person reads it."""
    return gettext(VERBS[verb]) if verb in VERBS else verb.replace("_", " ").capitalize()


def _sentence(entry: Entry, undone: bool) -> str:
    words = said(entry.verb)
    if entry.reason:
        words = f"{words}: {entry.reason}"
    return f"{words} ({gettext('undone')})" if undone else words


def _address(name: str, entry: int) -> str:
    try:
        return reverse(name, args=[entry])
    except NoReverseMatch:
        return ""


def _moves(entries: list[int]) -> dict[int, list[tuple[str, str, str, str]]]:
    """The moves of goods, summed by product and way; wishes and bills follow from them."""
    goods = [kind for kind, region in REGION.items() if region == GOODS]
    rows: Any = Move.objects.filter(entry_id__in=entries, source__kind__in=goods).order_by("n")
    sums: dict[tuple[int, str, int, str, str], int] = defaultdict(int)
    for row in rows.values(
        "entry_id",
        "quantity",
        sku=F("source__product__sku"),
        decimals=F("source__product__quantity_decimals"),
        source_kind=F("source__kind"),
        target_kind=F("target__kind"),
        source_claim=F("source__claim_id"),
        target_claim=F("target__claim_id"),
    ):
        source = _place(row["source_kind"], row["source_claim"])
        target = _place(row["target_kind"], row["target_claim"])
        sums[row["entry_id"], row["sku"], row["decimals"], source, target] += row["quantity"]
    told: dict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
    for (entry, sku, decimals, source, target), units in sums.items():
        if source != target and len(told[entry]) < MOST:
            told[entry].append((plain(units, decimals), sku, source, target))
    return told


def _place(kind: str, claim: int) -> str:
    if kind == "bin":
        return gettext("Reserved") if claim else gettext("Available")
    return gettext(KINDS[kind])
