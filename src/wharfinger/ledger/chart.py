"""The chart: which verb may move goods, wishes and bills from which kind of place to which.

The whole business on one screen. ``post`` asserts it, the diagram in the docs is drawn from it,
and a module that is switched off is fewer rows of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

WISHES, GOODS, BILLS, NONE = "wishes", "goods", "bills", "none"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of place and what is true of whatever stands there."""

    region: str
    fixed: int | None = None
    """The id of the only place of this kind, where there is only one."""
    unbounded: bool = False
    ours: bool = False
    """Valued: goods here are an asset of the company."""
    on_hand: bool = False
    sellable: bool = False


KINDS: dict[str, Kind] = {
    # Wishes: a line is born with its whole quantity here.
    "want": Kind(WISHES, 1, unbounded=True),
    "quoted": Kind(WISHES, 2),
    "demand": Kind(WISHES, 3),
    "to_approve": Kind(WISHES, 4),
    "to_order": Kind(WISHES, 5),
    "drafted": Kind(WISHES),
    "covered": Kind(WISHES, 6),
    "dropped": Kind(WISHES, 7),
    "returned": Kind(WISHES, 8),
    # Goods: real units, or their promise by a vendor.
    "vendor": Kind(GOODS, 10, unbounded=True),
    "provided": Kind(GOODS, 11, unbounded=True),
    "adjustment": Kind(GOODS, 12, unbounded=True),
    "outside": Kind(GOODS, 13, unbounded=True),
    "assembly": Kind(GOODS, 14, unbounded=True),
    "ready": Kind(GOODS, 15),
    "scrap": Kind(GOODS, 16),
    "on_order": Kind(GOODS),
    "refused": Kind(GOODS),
    "bin": Kind(GOODS, ours=True, on_hand=True, sellable=True),
    "picked": Kind(GOODS, ours=True, on_hand=True),
    "container": Kind(GOODS, ours=True, on_hand=True),
    "quarantine": Kind(GOODS, ours=True, on_hand=True),
    "transfer": Kind(GOODS, ours=True),
    "rented": Kind(GOODS, ours=True),
    "in_transit": Kind(GOODS),
    "customer": Kind(GOODS),
    "returns": Kind(GOODS),
    "bench": Kind(GOODS),
    "at_vendor": Kind(GOODS),
    # Bills: a thread of its own, never a stage of the goods.
    "bill": Kind(BILLS, 20, unbounded=True),
    "offered": Kind(BILLS, 21),
    "to_bill": Kind(BILLS, 22),
    "waived": Kind(BILLS, 23),
    "invoiced": Kind(BILLS),
    "credited": Kind(BILLS),
    # A location groups its bins and stages; nothing ever stands at it.
    "location": Kind(NONE),
}

FIXED: dict[str, int] = {name: kind.fixed for name, kind in KINDS.items() if kind.fixed is not None}
OURS = frozenset(name for name, kind in KINDS.items() if kind.ours)
ON_HAND = frozenset(name for name, kind in KINDS.items() if kind.on_hand)
REGION = {name: kind.region for name, kind in KINDS.items()}
OPEN_WISHES = ("quoted", "demand", "to_approve", "to_order", "drafted")
ENDS = ("covered", "dropped", "returned")

ClaimRule = Literal["same", "takes", "frees", "passes", "any"]
LotRule = Literal["same", "identifies", "corrects"]


@dataclass(frozen=True, slots=True)
class Row:
    """One leg that a verb may post, and how it is undone."""

    verb: str
    source: frozenset[str]
    target: frozenset[str]
    claim: ClaimRule = "same"
    lot: LotRule = "same"
    undo: str = "reverse"


def _row(
    verb: str,
    source: str,
    target: str,
    claim: ClaimRule = "same",
    lot: LotRule = "same",
    undo: str = "reverse",
) -> Row:
    return Row(verb, frozenset(source.split()), frozenset(target.split()), claim, lot, undo)


_WISH = "quoted demand to_approve to_order"
_LEAVES_FROM = "bin picked container ready"
_HELD_AT = ("bin", "on_order", "transfer")
"""Where goods are that a line may hold: in stock, and on their way into it."""

CHART: tuple[Row, ...] = (
    # Selling
    _row("quote", "want", "quoted"),
    _row("quote", "bill", "offered"),
    _row("order", "want", "quoted demand to_approve to_order covered"),
    _row("order", "bill", "offered to_bill"),
    _row("order", "provided", "ready"),
    _row("amend", "want quoted", "quoted demand to_approve to_order dropped"),
    _row("amend", "demand to_approve to_order covered", "dropped quoted"),
    _row("amend", "bill offered to_bill", "offered to_bill waived"),
    _row("amend", "quoted demand to_approve to_order covered", "want"),
    _row("amend", "to_order demand", "to_approve"),
    _row("amend", "bin", "bin", claim="frees"),
    _row("amend", "transfer", "transfer", claim="frees"),
    _row("amend", "covered", "demand to_order"),
    _row("amend", "on_order", "on_order", claim="any"),
    _row("amend", "on_order", "vendor"),
    _row("amend", "drafted", "to_order dropped"),
    _row("amend", "to_order", "covered drafted"),
    _row("amend", "want", "covered"),
    _row("amend", "offered to_bill", "bill"),
    _row("amend", "provided", "ready"),
    _row("amend", "ready", "provided"),
    *(_row("reserve", kind, kind, claim="takes") for kind in _HELD_AT),
    _row("reserve", _WISH, "covered"),
    *(_row("release", kind, kind, claim="frees") for kind in _HELD_AT),
    _row("release", "covered", "quoted demand"),
    *(_row("give_way", kind, kind, claim="passes") for kind in _HELD_AT),
    _row("give_way", _WISH, "covered"),
    _row("give_way", "covered", "quoted demand"),
    *(_row("extend", kind, kind, claim="takes") for kind in _HELD_AT),
    _row("extend", _WISH, "covered"),
    _row("expire", "bin", "bin", claim="frees", undo="reserve"),
    _row("expire", "on_order", "on_order", claim="frees", undo="reserve"),
    _row("expire", "transfer", "transfer", claim="frees", undo="reserve"),
    _row("expire", "covered", "quoted demand", undo="reserve"),
    _row("win", "quoted", "dropped"),
    _row("win", "offered", "waived"),
    _row("win", "covered", "dropped"),
    _row("win", "want", "demand to_approve to_order covered"),
    _row("win", "to_order", "to_approve"),
    _row("win", "bill", "to_bill"),
    _row("win", "bin", "bin", claim="passes"),
    _row("win", "transfer", "transfer", claim="passes"),
    _row("win", "on_order", "on_order", claim="passes"),
    _row("win", "bin", "bin", claim="takes"),
    _row("win", "on_order", "on_order", claim="takes"),
    _row("win", "transfer", "transfer", claim="takes"),
    _row("win", "bin", "bin", claim="frees"),
    _row("win", "transfer", "transfer", claim="frees"),
    _row("win", "on_order", "on_order", claim="frees"),
    _row("win", "provided", "ready"),
    *(
        row
        for verb in ("lose", "lose_opportunity")
        for row in (
            _row(verb, "quoted covered", "dropped"),
            _row(verb, "offered", "waived"),
            *(_row(verb, kind, kind, claim="frees") for kind in _HELD_AT),
        )
    ),
    _row("confirm", "quoted", "demand to_approve to_order covered"),
    _row("confirm", "offered", "to_bill"),
    _row("confirm", "provided", "ready"),
    _row("unconfirm", "demand to_approve to_order covered", "quoted"),
    _row("unconfirm", "to_bill", "offered"),
    _row("unconfirm", "ready", "provided"),
    _row("sell", "want", "covered", undo="reopen"),
    _row("sell", "bin", "customer", claim="takes", lot="identifies", undo="reopen"),
    _row("sell", "bin", "assembly", undo="reopen"),
    _row("sell", "assembly", "bin", undo="reopen"),
    _row("sell", "provided", "ready", undo="reopen"),
    _row("sell", "ready", "customer", undo="reopen"),
    _row("sell", "bill", "invoiced", undo="reopen"),
    _row("charge", "want", "demand to_approve to_order covered"),
    _row("charge", "to_order", "to_approve"),
    _row("charge", "bill", "to_bill"),
    _row("charge", "provided", "ready"),
    _row("cancel", "quoted demand to_approve to_order covered", "dropped"),
    _row("cancel", "offered to_bill", "waived"),
    _row("cancel", "bin", "bin", claim="frees"),
    _row("cancel", "ready", "provided"),
    _row("cancel", "on_order", "on_order", claim="any"),
    _row("cancel", "on_order", "vendor"),
    _row("cancel", "drafted", "dropped"),
    _row("cancel", "to_order", "covered drafted"),
    # Buying
    _row("approve", "to_approve", "to_order"),
    _row("reject", "to_approve", "demand"),
    _row("request", "demand", "to_approve to_order"),
    _row("draft", "to_order demand", "drafted"),
    _row("change_purchase", "to_order demand", "drafted"),
    _row("change_purchase", "drafted", "to_order"),
    _row("submit", "drafted", "covered"),
    _row("submit", "vendor", "on_order"),
    _row("send_purchase", "drafted", "covered"),
    _row("send_purchase", "vendor", "on_order"),
    _row("receive", "on_order", "bin", claim="any", lot="identifies"),
    _row("receive", "on_order", "customer", lot="identifies"),
    _row("receive", "on_order", "refused", claim="any", lot="identifies"),
    _row("receive", "vendor", "on_order"),
    _row("receive", "covered", "to_order quoted"),
    _row("land_cost", "", "", undo="cancel_cost"),
    _row("cancel_cost", "", "", undo="land_cost"),
    _row("reprice", "", "", undo="reprice"),
    _row("enter_bill", "", "", undo="cancel_bill"),
    _row("accept_bill", "", "", undo="cancel_bill"),
    _row("cancel_bill", "", "", undo="enter_bill"),
    _row("pay_bills", "", "", undo="cancel_vendor_payment"),
    _row("cancel_vendor_payment", "", "", undo="pay_bills"),
    _row("send_back", "refused bin", "vendor"),
    _row(
        "cancel_receipt",
        "bin customer refused",
        "on_order vendor",
        claim="any",
        lot="identifies",
        undo="receive",
    ),
    _row("cancel_purchase", "on_order", "vendor"),
    _row("cancel_purchase", "covered drafted", "to_order"),
    _row("cancel_purchase", "covered", "quoted"),
    _row("amend_purchase", "vendor", "on_order"),
    _row("amend_purchase", "on_order", "vendor"),
    _row("amend_purchase", "covered", "to_order quoted"),
    _row("amend_purchase", "to_order demand", "covered"),
    *(
        _row(verb, "", "")
        for verb in ("confirm_purchase", "ask_vendors", "answer_rfq", "close_rfq", "send_rfq")
    ),
    _row("credit_vendor_return", "", ""),
    _row("award_rfq", "to_order demand", "drafted"),
    _row("close_purchase", "on_order", "vendor"),
    _row("close_purchase", "covered", "to_order quoted"),
    # Stock
    _row("adjust", "adjustment", "bin"),
    _row("adjust", "bin", "adjustment", claim="any"),
    _row("adjust", "covered", "demand quoted"),
    _row("count", "adjustment", "bin"),
    _row("count", "bin", "adjustment", claim="any"),
    _row("count", "covered", "demand quoted"),
    _row("count", "bin", "bin"),
    _row("transfer", "bin picked", "bin picked"),
    _row("send_transfer", "bin picked", "transfer"),
    _row("receive_transfer", "transfer", "bin picked"),
    _row("receive_transfer", "transfer", "quarantine", claim="any"),
    _row("receive_transfer", "bin", "transfer"),
    _row("receive_transfer", "covered", "demand quoted"),
    _row("return_transfer", "transfer", "bin picked"),
    _row("lose_transfer", "transfer", "adjustment", claim="any"),
    _row("lose_transfer", "covered", "demand quoted"),
    _row("put_away", "bin", "bin"),
    _row("lend", "bin", "rented"),
    _row("give_back", "rented", "bin"),
    _row("hand_back", "bin", "outside"),
    _row("hold", "bin", "quarantine"),
    _row("unhold", "quarantine", "bin"),
    _row("correct_serial", "bin quarantine", "bin quarantine", lot="corrects"),
    _row("revalue", "", "", undo="revalue"),
    _row("build", "bin", "assembly"),
    _row("build", "assembly", "bin"),
    _row("take_apart", "bin", "assembly", undo="build"),
    _row("take_apart", "assembly", "bin", undo="build"),
    _row("replace_component", "bin", "assembly"),
    _row("replace_component", "assembly", "bin"),
    # Doubles: what stands somewhere goes out as one product and comes in as the other
    _row("merge", "bin picked quarantine", "assembly"),
    _row("merge", "assembly", "bin picked quarantine"),
    _row("merge", "on_order", "vendor"),
    _row("merge", "vendor", "on_order"),
    _row("merge", "ready", "provided"),
    _row("merge", "provided", "ready"),
    _row("merge", f"{_WISH} drafted covered dropped", "want"),
    _row("merge", "want", f"{_WISH} drafted covered dropped"),
    _row("merge", "offered to_bill waived", "bill"),
    _row("merge", "bill", "offered to_bill waived"),
    _row("merge_organizations", "bin quarantine", "assembly"),
    _row("merge_organizations", "assembly", "bin quarantine"),
    # Fulfilment
    _row("pick", "bin", "picked"),
    _row("pick", "bin", "bin", claim="any"),
    _row("pick", _WISH, "covered"),
    _row("pick", "bin", "picked", claim="takes"),
    _row("pick", "bin", "assembly"),
    _row("pick", "assembly", "bin"),
    _row("start_run", "bin", "bin", claim="takes"),
    _row("start_run", _WISH, "covered"),
    _row("stop_run", "bin", "bin", claim="frees", undo="start_run"),
    _row("stop_run", "covered", "quoted demand to_approve to_order", undo="start_run"),
    _row("short_pick", "bin", "quarantine", claim="frees"),
    _row("short_pick", "bin", "bin", claim="takes"),
    _row("short_pick", "covered", "demand to_approve to_order"),
    _row("unpick", "picked", "bin", claim="any", undo="pick"),
    _row("unpick", "covered", "quoted demand", undo="pick"),
    _row("pack", "picked bin", "container"),
    _row("pack", "container", "container"),
    _row("unpack", "container", "picked bin", undo="pack"),
    _row("ship", _LEAVES_FROM, "in_transit customer", lot="identifies"),
    _row("ship", "to_bill", "waived"),
    _row("deliver", "in_transit", "customer", lot="identifies"),
    _row("deliver", _LEAVES_FROM, "customer", lot="identifies"),
    _row("deliver", "bin", "bin", claim="any"),
    _row("deliver", "bin", "assembly"),
    _row("deliver", "assembly", "bin"),
    _row("deliver", _WISH, "covered"),
    _row("deliver", "to_bill", "waived"),
    _row("pick_pack_ship", _LEAVES_FROM, "customer in_transit", claim="any", lot="identifies"),
    _row("pick_pack_ship", "bin", "bin", claim="any"),
    _row("pick_pack_ship", "bin", "assembly"),
    _row("pick_pack_ship", "assembly", "bin"),
    _row("pick_pack_ship", _WISH, "covered"),
    _row("pick_pack_ship", "to_bill", "waived"),
    _row(
        "cancel_delivery", "customer in_transit", "picked container bin ready", lot="identifies", undo="ship"
    ),
    _row("cancel_delivery", "covered", "demand", undo="ship"),
    _row("cancel_delivery", "waived", "to_bill", undo="ship"),
    _row("provide", "bin picked ready", "customer", claim="any", lot="identifies"),
    _row("provide", "bin picked", "rented", claim="any"),
    _row("provide", f"want {_WISH}", "covered"),
    _row("provide", "bin", "assembly"),
    _row("provide", "assembly", "bin"),
    _row("provide", "provided", "ready"),
    _row("provide", "bill", "to_bill"),
    _row("provide", "to_bill", "waived"),
    _row("remove", "customer rented", "bin picked", claim="any", undo="provide"),
    _row("remove", "bin", "bin", claim="frees", undo="provide"),
    _row("remove", "ready", "provided", undo="provide"),
    _row("remove", "covered", "returned demand", undo="provide"),
    _row("remove", "to_bill", "waived", undo="provide"),
    # Billing
    _row("draft_invoice", "to_bill", "invoiced"),
    _row("change_draft", "to_bill", "invoiced"),
    _row("change_draft", "invoiced", "to_bill"),
    _row("discard_draft", "invoiced", "to_bill"),
    _row("post_invoice", "", "", undo="credit"),
    _row("invoice", "to_bill offered", "invoiced", undo="credit"),
    _row("invoice", "credited", "invoiced", undo="credit"),
    _row("credit", "invoiced", "credited", undo="invoice"),
    _row("credit", "invoiced", "to_bill", undo="invoice"),
    _row("pay", "", "", undo="cancel_payment"),
    _row("cancel_payment", "", "", undo="pay"),
    _row("apply", "", "", undo="unapply"),
    _row("unapply", "", "", undo="apply"),
    _row("refund", "", "", undo="cancel_payment"),
    # After the sale
    _row("install", "customer", "customer", lot="identifies"),
    _row("install", "in_transit", "in_transit", lot="identifies"),
    _row("install", "outside", "customer", claim="any"),
    _row("move_device", "customer", "customer", claim="any"),
    _row("receive_return", "customer in_transit", "returns", lot="identifies"),
    _row("receive_return", "outside", "returns"),
    _row("restock", "returns bench at_vendor", "bin", claim="any", lot="identifies"),
    _row("restock", "covered", "returned"),
    _row("scrap", "returns bench at_vendor quarantine bin", "scrap", claim="any"),
    _row("scrap", "covered", "returned demand"),
    _row("repair", "returns", "bench"),
    _row("repair", "bench", "returns"),
    _row("to_vendor", "returns bench bin", "at_vendor"),
    _row("send_back", "returns bench at_vendor", "customer"),
    _row("finish_repair", "at_vendor", "bench"),
    _row("finish_repair", "bin ready", "customer", claim="any", lot="identifies"),
    _row("finish_repair", "want", "covered"),
    _row("finish_repair", "bill", "waived to_bill"),
    _row("finish_repair", "provided", "ready"),
    *(_row(verb, "", "") for verb in ("claim_from_vendor", "extend_ahead")),
    *(_row(verb, "", "") for verb in ("recall_units", "tell_owners", "tell_owners_again", "answer_recall")),
    _row("send_claim", "returns bench bin quarantine", "at_vendor"),
    _row("answer_claim", "at_vendor", "bin returns vendor"),
    _row("answer_claim", "vendor", "bin returns"),
    _row("answer_claim", "covered", "returned"),
    _row("charge_kept", "waived", "to_bill"),
    _row("settle", "to_bill offered", "waived"),
    _row("settle", "bin", "bin customer", claim="takes", lot="identifies"),
    _row("settle", "want", "covered"),
    _row("settle", "bill", "waived to_bill invoiced"),
    _row("swap", "customer", "returns bin scrap customer", claim="any", lot="identifies"),
    _row("swap", "bin picked", "customer", claim="any", lot="identifies"),
    _row("swap", "want", "covered"),
    _row("swap", "bill", "waived to_bill"),
    _row("swap", "covered", "returned"),
    _row("reopen", "picked container in_transit customer ready", "bin ready", "any", "identifies", "again"),
    _row("reopen", "bin", "bin", claim="frees", undo="again"),
    _row("reopen", "ready", "provided", undo="again"),
    _row("reopen", "provided", "ready", undo="again"),
    _row(
        "reopen",
        "covered dropped returned drafted to_order to_approve demand",
        "demand to_approve to_order covered",
        undo="again",
    ),
    _row("reopen", "invoiced waived credited", "to_bill credited", undo="again"),
)

ROWS: dict[str, tuple[Row, ...]] = {}
for _one in CHART:
    ROWS[_one.verb] = (*ROWS.get(_one.verb, ()), _one)


def allowed(
    verb: str, source: str, target: str, *, source_claim: int, target_claim: int, same_lot: bool
) -> bool:
    """Whether the chart has a row for this leg; a reversal is allowed wherever its original was."""
    return _allowed(
        verb,
        source,
        target,
        same_claim=source_claim == target_claim,
        from_free=source_claim == 0,
        to_free=target_claim == 0,
        same_lot=same_lot,
    )


@cache
def _allowed(
    verb: str, source: str, target: str, *, same_claim: bool, from_free: bool, to_free: bool, same_lot: bool
) -> bool:
    agree = {
        "any": True,
        "takes": from_free and not to_free,
        "frees": to_free and not from_free,
        "passes": not from_free and not to_free,
        "same": same_claim,
    }
    return any(
        source in row.source and target in row.target and (same_lot or row.lot != "same") and agree[row.claim]
        for row in ROWS.get(verb, ())
    )


def drawn() -> str:
    """The chart as a table for the docs, one row for each leg."""
    lines = ["| verb | from | to | claim | lot | undone by |", "|---|---|---|---|---|---|"]
    for row in CHART:
        if row.source:
            places = " | ".join(", ".join(sorted(kinds)) for kinds in (row.source, row.target))
            lines.append(f"| {row.verb} | {places} | {row.claim} | {row.lot} | {row.undo} |")
    return "\n".join(lines)
