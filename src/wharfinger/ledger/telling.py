"""The journal in words: what each entry did, for the timeline of a document and the journal's own pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from wharfinger.base import clock
from wharfinger.base.refusal import N_, By
from wharfinger.base.typed import written
from wharfinger.ledger.chart import GOODS, KINDS, ROWS
from wharfinger.ledger.look import house
from wharfinger.ledger.models import Entry, Fact, Move, Posting
from wharfinger.ledger.post import automation

VERBS: dict[str, str] = {
    "accept_bill": N_("Accepted a vendor's bill"),
    "accept_quote": N_("The customer accepted"),
    "add": N_("Added"),
    "adjust": N_("Adjusted stock"),
    "amend": N_("Amended"),
    "apply": N_("Applied a payment"),
    "answer_recall": N_("An owner answered a recall"),
    "recall_units": N_("Recalled units"),
    "tell_owners": N_("Told owners of a recall"),
    "tell_owners_again": N_("Told owners of a recall once more"),
    "answer_claim": N_("A vendor answered a claim"),
    "approve": N_("Approved"),
    "approve_quote": N_("Approved a quote"),
    "approve_return": N_("Approved a return"),
    "ask_approval": N_("Asked for approval"),
    "answer_rfq": N_("Noted a vendor's answer"),
    "ask_hold": N_("Asked a holder to give way"),
    "ask_purchase": N_("Asked for approval"),
    "ask_vendors": N_("Asked vendors for a quotation"),
    "award_rfq": N_("Ordered what vendors offered"),
    "close_rfq": N_("Closed a request for quotation"),
    "attach": N_("Attached a file"),
    "begin_count": N_("Began a count"),
    "build": N_("Built"),
    "change_draft": N_("Changed a draft invoice"),
    "change_expiry": N_("Changed the day of a batch"),
    "take_apart": N_("Taken apart"),
    "replace_component": N_("Component exchanged"),
    "cancel": N_("Cancelled"),
    "cancel_bill": N_("Took back a vendor's bill"),
    "cancel_count": N_("Gave up a count"),
    "cancel_delivery": N_("Cancelled a delivery"),
    "cancel_cost": N_("Took back a cost of a receipt"),
    "cancel_payment": N_("Cancelled a payment"),
    "cancel_purchase": N_("Cancelled a purchase"),
    "cancel_receipt": N_("Cancelled a receipt"),
    "cancel_transfer": N_("Gave up a transfer"),
    "cancel_vendor_payment": N_("Cancelled a payment to a vendor"),
    "change": N_("Changed"),
    "amend_purchase": N_("Changed a purchase order"),
    "change_purchase": N_("Changed a purchase order"),
    "change_password": N_("Changed the password"),
    "change_todo": N_("Changed a to-do"),
    "change_transfer": N_("Changed a transfer order"),
    "charge": N_("Charged"),
    "claim_from_vendor": N_("Claimed from a vendor"),
    "charge_kept": N_("Charged what was not sent back"),
    "check_container": N_("Checked a box"),
    "close": N_("Closed"),
    "close_purchase": N_("Closed what was short"),
    "close_return": N_("Closed a return"),
    "complete": N_("Completed"),
    "start_work": N_("Started the work"),
    "confirm": N_("Confirmed"),
    "confirm_purchase": N_("Confirmed by the vendor"),
    "correct_serial": N_("Corrected a serial number"),
    "count": N_("Completed a count"),
    "credit": N_("Credited"),
    "credit_vendor_return": N_("Credited by the vendor"),
    "decline_quote": N_("The customer declined"),
    "deliver": N_("Delivered"),
    "deny_return": N_("Denied a return"),
    "detach": N_("Took a file off"),
    "discard_draft": N_("Discarded a draft invoice"),
    "draft": N_("Drafted a purchase order"),
    "draft_invoice": N_("Drafted an invoice"),
    "draft_transfer": N_("Wrote a transfer order"),
    "end_subscription": N_("Ended a subscription"),
    "enter_bill": N_("Entered a vendor's bill"),
    "erase": N_("Erased a file"),
    "exchange": N_("Stated exchange differences"),
    "expire": N_("A hold expired"),
    "export_accounts": N_("Exported to accounting"),
    "extend": N_("Extended a hold"),
    "extend_loan": N_("Lent for longer"),
    "give_back": N_("Given back from a loan"),
    "lend": N_("Lent"),
    "remind_loans": N_("Told which loans are due"),
    "extend_ahead": N_("Waits longer for what is to come back"),
    "finish_todo": N_("Did what was to do"),
    "give_way": N_("Gave way"),
    "hand_back": N_("Handed back what we kept"),
    "hold": N_("Set goods aside"),
    "hold_account": N_("Put the account on hold"),
    "hold_order": N_("Set on hold"),
    "inspect": N_("Inspected returned goods"),
    "finish_repair": N_("Finished a repair"),
    "install": N_("Installed"),
    "invoice": N_("Invoiced"),
    "join_family": N_("Joined a family"),
    "keep_hold": N_("Kept what was asked for"),
    "land_cost": N_("Added a cost to a receipt"),
    "leave_family": N_("Left its family"),
    "lose": N_("Lost"),
    "lose_opportunity": N_("Lost the opportunity"),
    "lose_transfer": N_("Lost goods on their way"),
    "make_variants": N_("Made variants"),
    "mark_fulfilled": N_("Marked as fulfilled"),
    "merge": N_("Merged with its double"),
    "merge_organizations": N_("Merged with its double"),
    "move_device": N_("Moved a device"),
    "answer": N_("An answer came by mail"),
    "name_devices": N_("Named the devices concerned"),
    "note": N_("Noted"),
    "open_link": N_("The customer opened the link"),
    "order": N_("Wrote an order"),
    "pack": N_("Packed"),
    "pause_reminders": N_("Left out of reminders"),
    "pay": N_("Paid"),
    "pay_bills": N_("Paid vendors' bills"),
    "pick": N_("Picked"),
    "pick_pack_ship": N_("Picked, packed and shipped"),
    "post_invoice": N_("Posted an invoice"),
    "promise": N_("Promised anew"),
    "promise_work": N_("Promised anew"),
    "provide": N_("Provided"),
    "put_away": N_("Put away"),
    "quote": N_("Wrote a quote"),
    "receive": N_("Received"),
    "receive_return": N_("Received a return"),
    "receive_transfer": N_("Received a transfer"),
    "record_count": N_("Recorded a count"),
    "recount": N_("Counted again"),
    "refund": N_("Refunded"),
    "reject": N_("Rejected"),
    "reject_quote": N_("Did not approve a quote"),
    "relate": N_("Related devices"),
    "unrelate": N_("Separated devices"),
    "release": N_("Released"),
    "release_limit": N_("Released in spite of the account"),
    "remind": N_("Reminded of what is due"),
    "remove": N_("Removed"),
    "reopen": N_("Re-opened"),
    "repair": N_("Sent to repair"),
    "replenish": N_("Ordered what ran low"),
    "reprice": N_("Took over the billed price"),
    "request": N_("Asked for goods"),
    "request_return": N_("Requested a return"),
    "reserve": N_("Reserved"),
    "restock": N_("Restocked"),
    "return_transfer": N_("Brought goods back to the sender"),
    "resume_reminders": N_("Reminded again from now on"),
    "retire": N_("Retired"),
    "revoke": N_("Revoked"),
    "revoke_link": N_("Ended the customer's link"),
    "revalue": N_("Valued stock anew"),
    "reverse": N_("Undid"),
    "review_count": N_("Reviewed a count"),
    "run_low": N_("Told what runs low"),
    "scrap": N_("Scrapped"),
    "sell": N_("Sold at once"),
    "send_again": N_("Sent a message again"),
    "send_back": N_("Sent back"),
    "send_claim": N_("Sent to the vendor on a claim"),
    "send_credit_note": N_("Sent a credit note"),
    "send_invoice": N_("Sent an invoice"),
    "send_order": N_("Sent the order confirmation"),
    "send_purchase": N_("Sent the purchase order"),
    "send_reminder": N_("Sent a reminder"),
    "send_rfq": N_("Sent a request for quotation"),
    "send_quote": N_("Sent the quote"),
    "send_rma": N_("Sent an RMA slip"),
    "remind_rma": N_("Reminded of goods of an RMA"),
    "send_statement": N_("Sent a statement"),
    "send_transfer": N_("Sent a transfer"),
    "set": N_("Decided a setting"),
    "settle": N_("Settled a return"),
    "ship": N_("Shipped"),
    "short_pick": N_("Found too few in a bin"),
    "stack": N_("Stacked on a pallet"),
    "start_run": N_("Started a pick run"),
    "stop_run": N_("Stopped a pick run"),
    "submit": N_("Submitted"),
    "subscribe": N_("Began a subscription"),
    "swap": N_("Swapped"),
    "take_over": N_("Took over a pick run"),
    "tell_expiring": N_("Told what expires soon"),
    "tell_warranties": N_("Told whose warranty ends soon"),
    "review_contract": N_("Reviewed for contract"),
    "name_users": N_("Named who uses a device"),
    "todo": N_("Asked somebody to do something"),
    "to_vendor": N_("Sent to the vendor"),
    "transfer": N_("Transferred stock"),
    "unapply": N_("Took a payment off"),
    "unconfirm": N_("Took back the confirmation"),
    "unhold": N_("Brought back goods set aside"),
    "write_off": N_("Written off"),
    "unhold_account": N_("Ended the hold of the account"),
    "unhold_order": N_("Let go on"),
    "unpack": N_("Unpacked"),
    "unstack": N_("Taken off the pallet"),
    "unpick": N_("Unpicked"),
    "win": N_("Won"),
}

CORRECTIONS: dict[str, str] = {
    "apply": N_("Apply to the oldest"),
    "build": N_("Build"),
    "cancel_bill": N_("Cancel the bill"),
    "cancel_cost": N_("Take the cost back"),
    "cancel_payment": N_("Cancel payment"),
    "cancel_vendor_payment": N_("Cancel the payment"),
    "credit": N_("Credit"),
    "enter_bill": N_("Enter a bill"),
    "invoice": N_("New invoice"),
    "land_cost": N_("Add a cost"),
    "pack": N_("Pack"),
    "pay": N_("New payment"),
    "pay_bills": N_("Pay bills"),
    "pick": N_("Pick"),
    "provide": N_("Hand over"),
    "receive": N_("Receive"),
    "reopen": N_("Re-open"),
    "reprice": N_("Take over a billed price"),
    "reserve": N_("Reserve"),
    "revalue": N_("Value anew"),
    "ship": N_("Ship"),
    "start_run": N_("Start picking"),
    "unapply": N_("Unapply"),
}
"""What the verbs that correct others are called on their buttons."""

PLACES: dict[str, str] = {
    "vendor": N_("vendor"),
    "provided": N_("our own service"),
    "adjustment": N_("adjustment"),
    "outside": N_("elsewhere"),
    "assembly": N_("assembly"),
    "ready": N_("ready"),
    "scrap": N_("scrap"),
    "on_order": N_("on order"),
    "refused": N_("refused"),
    "bin": N_("stock"),
    "picked": N_("picked"),
    "container": N_("packed"),
    "quarantine": N_("set aside"),
    "transfer": N_("on its way"),
    "rented": N_("on loan"),
    "in_transit": N_("in transit"),
    "customer": N_("customer"),
    "returns": N_("returns"),
    "bench": N_("repair"),
    "at_vendor": N_("at the vendor"),
    "want": N_("nothing"),
    "quoted": N_("quoted"),
    "demand": N_("wanted"),
    "to_approve": N_("waiting for approval"),
    "to_order": N_("to order"),
    "drafted": N_("on a draft"),
    "covered": N_("covered"),
    "dropped": N_("dropped"),
    "returned": N_("restocked"),
    "bill": N_("nothing"),
    "offered": N_("offered"),
    "to_bill": N_("to bill"),
    "waived": N_("waived"),
    "invoiced": N_("invoiced"),
    "credited": N_("credited"),
}

MoveTold = tuple[str, str, str, str]
"""Quantity, product, from, to."""

ChangeTold = tuple[str, str, str]
"""What a field is called, before, after."""

GOODS_KINDS = tuple(name for name, kind in KINDS.items() if kind.region == GOODS)
MOVES = 5
"""So many moves of an entry are shown in a timeline; the rest stands on the entry's own page."""


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as a timeline tells it."""

    id: int
    sentence: str
    who: str
    at: datetime
    effective_on: date
    reason: str
    url: str
    undo: str
    """The address of its undo; empty where it cannot be undone."""
    undone: bool
    moves: list[MoveTold] = field(default_factory=list)
    changes: list[ChangeTold] = field(default_factory=list)
    """What it changed, where the page tells that."""
    verb: str = ""
    actor: int | None = None


def verb_words(verb: str) -> str:
    """What a verb did, in the reader's language."""
    return gettext(VERBS[verb]) if verb in VERBS else verb.replace("_", " ").capitalize()


def place_words(kind: str) -> str:
    """What a kind of place is called, in the reader's language."""
    return gettext(PLACES.get(kind, kind))


STANDS = ("kind", "claim_id", "place__bin__location__name", "place__bin__name")
"""What tells where goods stand, as fields of a holding."""


def stand_words(kind: str, claim: int, location: str | None, bin: str | None) -> str:
    """Where goods stand in the reader's words: the bin by its name, and whether a line holds them there."""
    if bin is None:
        return place_words(kind)
    name = f"{location} / {bin}"
    return gettext("{bin}, reserved").format(bin=name) if claim else name


def timeline(*subjects: str, most: int = 30) -> list[Told]:
    """What the journal tells of these documents (``order:17``), newest first, in few statements.

    On the page of a product or a location an act tells what it moved of that product, or there.
    """
    about = Fact.objects.filter(subject__in=subjects).values("entry_id")
    own = Q()
    for subject in subjects:
        noun, _, key = subject.partition(":")
        if noun == "product":
            own |= Q(source__product=int(key))
        if noun == "location":
            own |= Q(source__place__bin__location=int(key)) | Q(target__place__bin__location=int(key))
    # Cut before anything is joined, so that a long history costs what a short one does.
    latest = Entry.objects.filter(pk__in=about).order_by("-pk").values("pk")[:most]
    return _tell(_read(latest).order_by("-pk"), own)


def undoable(entries: Collection[int]) -> set[int]:
    """Those of these entries that left something which can be taken back, as far as they say it themselves."""
    if not entries:
        return set()
    changed = Fact.objects.filter(entry_id__in=entries, field__isnull=False)
    of = ("entry_id", "entry__verb")
    found = changed.exclude(entry__verb__in=automation.lasting).values_list(*of)
    goods = Move.objects.filter(entry_id__in=entries).values_list(*of)
    money = Posting.objects.filter(entry_id__in=entries).values_list(*of)
    left = dict(found.union(goods, money))
    return left.keys() - automation.stays(left) if left else set()


def tell(found: Iterable[Entry]) -> list[Told]:
    """Entries in words, in a constant number of statements however many."""
    ids = [entry.pk for entry in found]
    read = {entry.pk: entry for entry in _read(ids)}
    return _tell([read[pk] for pk in ids], Q())


def _read(ids: Any) -> QuerySet[Any, Any]:
    """Entries with who wrote them, what they undid, and as ``undone`` whether they were undone."""
    undone = Exists(Entry.objects.filter(reverses=OuterRef("pk")))
    return Entry.objects.filter(pk__in=ids).select_related("actor", "reverses").annotate(undone=undone)


def _tell(found: Iterable[Any], own: Q) -> list[Told]:
    """These entries in words. own: which of their moves are told; all of them, where it says nothing."""
    listed = list(found)
    ids = [entry.pk for entry in listed]
    moves, left = _moves(ids, own), undoable(ids)
    return [_told(entry, entry.pk in left, moves[entry.pk]) for entry in listed]


def _told(entry: Any, left: bool, moves: list[MoveTold]) -> Told:
    sentence = verb_words(entry.verb)
    if entry.reverses is not None:
        sentence = gettext("Undid: {verb}").format(verb=verb_words(entry.reverses.verb))
    can_be = left and entry.reverses is None and not entry.undone and may_be_undone(entry.verb)
    return Told(
        entry.pk,
        sentence,
        str(entry.actor or gettext("Wharfinger")),
        entry.recorded_at,
        entry.effective_on,
        entry.reason,
        reverse("site:entry", args=[entry.pk]),
        reverse("site:undo", args=[entry.pk]) if can_be else "",
        entry.undone,
        moves,
        verb=entry.verb,
        actor=entry.actor_id,
    )


FINAL = frozenset({"exchange", "export_accounts"})
"""What the house stated of its books when it learned to; nothing is true again by taking it back."""


def may_be_undone(verb: str) -> bool:
    """Whether entries of this verb are undone as they are, and not corrected by another verb."""
    return verb not in FINAL and all(row.undo == "reverse" for row in ROWS.get(verb, ()))


def _moves(entries: list[int], own: Q) -> dict[int, list[MoveTold]]:
    """The goods that each entry moved, a few of each."""
    found: dict[int, list[MoveTold]] = defaultdict(list)
    few = own or Q(n__lt=4 * MOVES)
    rows = Move.objects.filter(few, entry_id__in=entries, source__kind__in=GOODS_KINDS).order_by(
        "entry_id", "n"
    )
    for entry, units, decimals, sku, code, *stands in rows.values_list(
        "entry_id",
        "quantity",
        "source__product__quantity_decimals",
        "source__product__sku",
        "target__lot__code",
        *(f"source__{name}" for name in STANDS),
        *(f"target__{name}" for name in STANDS),
    ):
        source, target = stand_words(*stands[:4]), stand_words(*stands[4:])
        # Goods that pass from one line to another where they stand have not moved for anybody.
        if source != target and len(found[entry]) < MOVES:
            found[entry].append((written(units, decimals), f"{sku} {code}".strip(), source, target))
    return found


def before(entry: Entry, actor: int | None) -> By:
    """Who did by this entry what somebody else wanted to do, as it is said to whoever comes second."""
    zone = ZoneInfo(house().time_zone)
    at = entry.recorded_at.astimezone(zone)
    name = str(entry.actor or gettext("Wharfinger"))
    own = actor is not None and entry.actor_id == actor
    return By(name, at, entry.pk, at.date() == clock.today(zone), own)
