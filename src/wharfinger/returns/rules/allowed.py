"""What a return is refused for, and who lets it through all the same: somebody who may, with a reason that stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wharfinger.base.access import Actor, Whoever, require
from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.base.words import tidy
from wharfinger.ledger.plan import Plan, Truth

OVERRULE = "returns.overrule"
"""The permission to let through what the rules of returns refuse."""


def overruled(reason: str, *, actor: Actor) -> str:
    """Why somebody lets through what the rules refuse; raises NotAllowed where they may not."""
    reason = tidy(reason, field="overrule", most=500, needed=False)
    if reason:
        require(actor, OVERRULE)
    return reason


@dataclass(slots=True)
class Overruling:
    """Why somebody lets through what the rules refuse, and whether anything asked for it."""

    reason: str = ""
    used: bool = False

    def let(self, refusal: Refusal) -> None:
        """Let pass what would be refused, if there is a reason for it; raises the refusal otherwise."""
        if not self.reason:
            raise refusal
        self.used = True

    def note(self, plan: Plan, truth: Truth, row: Any) -> None:
        """Keep on a return who overruled a rule and why, if anybody had to; earlier reasons stay."""
        if self.used:
            plan.change(
                row, overruled_by_id=truth.actor, overruled_reason=joined(row.overruled_reason, self.reason)
            )


def joined(before: str, reason: str) -> str:
    """One reason after another, each once."""
    return before if reason in before.split("; ") else "; ".join(one for one in (before, reason) if one)


def overrulable(code: str, sentence: str, **values: Any) -> Refusal:
    """A refusal that somebody may overrule: it names who, and asks for the reason."""
    return Refusal(
        code,
        sentence,
        who=Whoever(OVERRULE),
        remedies=[Remedy("overrule", {"overrule": {"reason": ""}})],
        **values,
    )


def check_approved(row: Any) -> None:
    """Let a return pass that was approved, or came without having been asked for; raises Refusal otherwise."""
    if row.authorized and row.approved_at is None:
        raise Refusal(
            "not_approved", N_("{number} is not approved yet. Approve it first."), number=row.number
        )


def not_received_yet(wanted: int, free: int, product: int) -> Refusal:
    """The refusal of money for goods that are not here."""
    return overrulable(
        "not_received_yet",
        N_(
            "{wanted} to pay back, but only {free} came and are not settled yet. Receive the goods first, "
            "or give a reason to pay all the same; those who may: {who}."
        ),
        field="overrule",
        wanted=wanted,
        free=free,
        product=product,
    )
