"""Pure decisions about offers that go out only with somebody's yes: too cheap, or with too much taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, Refusal, Remedy, Words
from wharfinger.base.words import tidy
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.quotes import open_quote


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to which discount, and from which margin on, a quote goes out without a yes; shares at 10⁻⁶."""

    discount_micro: int | None = None
    margin_micro: int | None = None

    @property
    def any(self) -> bool:
        """Whether the company asks for a yes at all."""
        return self.discount_micro is not None or self.margin_micro is not None


@dataclass(frozen=True, slots=True)
class Concerns:
    """Beyond which limits an offer is: its highest discount, and its lowest margin; nothing where within."""

    discount_micro: int | None = None
    margin_micro: int | None = None

    @property
    def any(self) -> bool:
        """Whether it needs a yes."""
        return self.discount_micro is not None or self.margin_micro is not None


def limits_of(setting: dict[str, Any]) -> Limits:
    """The limits as the setting says them, in percent."""
    return Limits(*(None if (of := setting[k]) is None else of * 10_000 for k in _PERCENT))


_PERCENT = ("discount_percent", "margin_percent")


def concerns(limits: Limits, discounts: Sequence[int], margins: Sequence[int | None]) -> Concerns:
    """Beyond which limits an offer is.

    discounts: of each of its lines; margins: of all that counts, and of each line that may be taken besides.
    """
    most = max(discounts, default=0)
    known = [one for one in margins if one is not None]
    least = min(known, default=None)
    return Concerns(
        most if limits.discount_micro is not None and most > limits.discount_micro else None,
        least
        if limits.margin_micro is not None and least is not None and least < limits.margin_micro
        else None,
    )


ANSWERED = {
    "approved_already": N_("This quote is approved already."),
    "rejected_already": N_("This quote is not approved. Change it, then ask again."),
}


def word_of(row: Any) -> str:
    """How far the approval of a quote is: waiting, approved, rejected, or nothing where nobody asked."""
    if row.approved_at is not None:
        return "approved"
    if row.approval_asked_at is not None:
        return "waiting"
    return "rejected" if row.approval_note else ""


def needs_approval(number: str, quote: int, found: Concerns) -> Refusal:
    """Why a quote does not go out yet; how low its margin is, is not for everybody."""
    figures: dict[str, Any] = (
        {} if found.discount_micro is None else {"discount_percent": plain(found.discount_micro, 4)}
    )
    return Refusal(
        "needs_approval",
        N_("{number} goes out only with an approval, for its {what}. Ask for it first."),
        number=number,
        what=Words(
            word
            for word, one in ((N_("discount"), found.discount_micro), (N_("margin"), found.margin_micro))
            if one is not None
        ),
        remedies=[Remedy("ask_approval", {"pk": quote})],
        **figures,
    )


def plan_ask(truth: Truth, *, quote: int) -> Plan:
    """Ask for the yes that a quote needs before it goes out."""
    row = open_quote(truth, quote)
    if row.approved_at is not None or row.approval_asked_at is not None:
        raise Refusal(
            "asked_already",
            N_("This quote is approved already, or somebody asked for it."),
            subject=f"quote:{quote}",
        )
    if not truth.read["concerns"].any:
        raise Refusal("no_approval_needed", N_("This quote needs no approval. Send it."))
    plan = Plan()
    plan.change(row, approval_asked_at=truth.now, approval_asked_by_id=truth.actor, approval_note="")
    return plan


def plan_approve(truth: Truth, *, quote: int) -> Plan:
    """Say yes to a quote as it stands: it may go out."""
    row = _asked(truth, quote)
    plan = Plan()
    plan.change(row, approved_at=truth.now, approved_by_id=truth.actor)
    return plan


def plan_reject(truth: Truth, *, quote: int, note: str) -> Plan:
    """Say no, and why: whoever wrote it changes it and asks again."""
    row = _asked(truth, quote)
    plan = Plan()
    plan.change(
        row,
        approval_asked_at=None,
        approval_asked_by_id=None,
        approval_note=tidy(note, field="note", most=500),
    )
    return plan


def _asked(truth: Truth, quote: int) -> Any:
    row = open_quote(truth, quote)
    answered = {"approved": "approved_already", "rejected": "rejected_already"}.get(word_of(row))
    if answered is not None:
        raise Refusal(answered, ANSWERED[answered], subject=f"quote:{quote}")
    if row.approval_asked_at is None:
        raise Refusal("not_asked", N_("Nobody waits for an approval of this quote."))
    mine = {
        row.approval_asked_by_id,
        truth.read["written_by"],
        truth.document("demand.Sheet", quote).owner_id,
    }
    if truth.actor is not None and truth.actor in mine and not truth.read["self_approval"]:
        raise Refusal(
            "own_approval",
            N_("Whoever wrote a quote, or asks for its approval, does not give it. Another person has to."),
        )
    return row


def again_unapproved(plan: Plan, row: Any) -> None:
    """What was approved, or asked for, was another offer."""
    if row.approved_at is None and row.approval_asked_at is None:
        return
    plan.change(row, approval_asked_at=None, approval_asked_by_id=None, approved_at=None, approved_by_id=None)
