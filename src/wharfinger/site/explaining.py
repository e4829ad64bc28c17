"""What a refusal tells beside its figures: who holds what is wanted, and who did it before."""

from __future__ import annotations

from wharfinger.base.refusal import By, Refusal
from wharfinger.ledger.models import Entry
from wharfinger.ledger.telling import before
from wharfinger.stock.queries import holders

DONE_BY: dict[str, tuple[str, ...]] = {
    "account_held_already": ("hold_account",),
    "already_asked": ("ask_purchase",),
    "already_confirmed": ("confirm",),
    "already_fulfilled": ("mark_fulfilled",),
    "already_on_hold": ("hold_order",),
    "already_submitted": ("submit", "send_purchase"),
    "already_won": ("win",),
    "answered_already": ("give_way", "keep_hold"),
    "approved_already": ("approve_quote",),
    "asked_already": ("ask_approval", "approve_quote"),
    "being_picked": ("start_run", "take_over"),
    "bill_accepted": ("accept_bill", "enter_bill"),
    "bill_cancelled": ("cancel_bill",),
    "bill_twice": ("enter_bill",),
    "cancelled": ("cancel",),
    "claim_sent": ("send_claim",),
    "completed": ("complete",),
    "credited_already": ("credit_vendor_return",),
    "lost": ("lose", "lose_opportunity"),
    "not_waiting": ("approve", "reject"),
    "nothing_to_approve": ("approve",),
    "opportunity_lost": ("lose", "lose_opportunity"),
    "opportunity_won": ("win",),
    "order_cancelled": ("cancel",),
    "ordered_already": ("award_rfq",),
    "purchase_cancelled": ("cancel_purchase",),
    "purchase_closed": ("close_purchase",),
    "quote_lost": ("lose", "lose_opportunity"),
    "receipt_cancelled": ("cancel_receipt",),
    "rejected_already": ("reject_quote",),
    "rfq_closed": ("close_rfq",),
    "run_over": ("stop_run", "pick"),
    "vendor_payment_cancelled": ("cancel_vendor_payment",),
    "won": ("win",),
}
"""By refusal, the verbs of whoever came first to the document that the refusal names as its ``subject``."""

MOVED: dict[str, tuple[str, str]] = {
    "moved_on": ("source", ""),
    "not_waiting": ("source", "to_approve"),
    "on_other_order": ("target", "drafted"),
    "over_receipt": ("source", "on_order"),
    "received_meanwhile": ("source", "on_order"),
}
"""By refusal, from or to which kind of place an act moved what the refusal names as its ``subject``: the goods of a
claim, at a place, or one holding wherever it stands."""


def explain(refusal: Refusal, actor: int | None) -> None:
    """Add to a refusal who holds what is wanted, what arrives when, and who did it before."""
    holders.explain(refusal)
    about = refusal.values.get("subject")
    if about is not None:
        refusal.by = _by(refusal.code, str(about), actor)


def _by(code: str, about: str, actor: int | None) -> By | None:
    """Who did it last, in one statement."""
    noun, _, key = about.partition(":")
    if code in MOVED and noun in ("claim", "holding", "place"):
        end, kind = MOVED[code]
        where = f"moves__{end}" if noun == "holding" else f"moves__{end}__{noun}"
        found = Entry.objects.filter(**{where: int(key)} | ({f"moves__{end}__kind": kind} if kind else {}))
    elif code in DONE_BY:
        found = Entry.objects.filter(facts__subject=about, verb__in=DONE_BY[code])
    else:
        return None
    last = found.select_related("actor").order_by("-pk").first()
    return before(last, actor) if last is not None else None
