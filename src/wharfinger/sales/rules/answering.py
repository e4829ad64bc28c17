"""Pure decisions about what a customer answers by the link of a quote."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Stale
from wharfinger.base.words import tidy
from wharfinger.demand.rules import offering
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.sales.rules.quotes import open_quote

ASIDE = (
    *("open_link", "accept_quote", "decline_quote", "send_quote", "revoke_link"),
    *("reserve", "release", "extend", "expire", "note", "todo", "attach", "detach"),
)
"""Verbs about a quote that change nothing of what the customer reads."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which offer somebody has before them: of which link, and as of which entry."""

    quote: int
    nonce: int
    version: int = 0


def is_open(row: Any, today: date) -> bool:
    """Whether a quote may be read and answered by its link: it is sent, undecided and not expired."""
    return row.sent_at is not None and row.won_at is None and row.lost_at is None and row.expires_on >= today


def plan_open(truth: Truth, *, seen: Seen) -> Plan:
    """Write down that the link was opened for the first time; refused where it was already."""
    row = _linked(truth, seen)
    if row.opened_at is not None:
        raise Refusal("opened_already", N_("This link was opened before. Read on."))
    plan = Plan()
    plan.change(row, opened_at=truth.now)
    return plan


def plan_accept(truth: Truth, *, seen: Seen, take: Collection[int] | None) -> Plan:
    """The customer takes what is offered, as they read it; whoever declined before may think better of it.

    take: what they take of the lines that can be left out; without it, as the quote has it.
    """
    row = _as_read(truth, seen)
    plan = Plan()
    if take is not None:
        _take(plan, truth, take)
    plan.change(row, accepted_at=truth.now, declined_at=None, decline_reason="")
    return plan


def _take(plan: Plan, truth: Truth, take: Collection[int]) -> None:
    lines = truth.read["lines"]
    alone = [line for line in lines.values() if line.parent_id is None]
    open_ = {line.pk: line.pk in take for line in offering.open_to_choice(alone)}
    become = [copy(line) for line in alone]
    for line in become:
        line.taken = open_.get(line.pk, line.taken)
    if not offering.stands(become):
        raise BadInput("one_of_these", N_("Choose one of what stands for the same."), field="take")
    for line in lines.values():
        root = line.parent_id or line.pk
        if root in open_:
            plan.change(line, taken=open_[root])


def plan_decline(truth: Truth, *, seen: Seen, reason: str) -> Plan:
    """The customer does not take it; nothing is lost by that, the owner decides."""
    row = _as_read(truth, seen)
    plan = Plan()
    plan.change(row, declined_at=truth.now, decline_reason=reason)
    return plan


def plan_revoke(truth: Truth, *, quote: int) -> Plan:
    """End every link of a quote that was told so far."""
    row = open_quote(truth, quote)
    plan = Plan()
    plan.change(row, link_nonce=row.link_nonce + 1)
    return plan


def name(text: str) -> str:
    """The name of whoever accepts, in one line."""
    return " ".join(tidy(text, field="name", most=100).split())


def _linked(truth: Truth, seen: Seen) -> Any:
    row = open_quote(truth, seen.quote)
    if row.link_nonce != seen.nonce or not is_open(row, truth.today):
        raise NotThere("link_ended", N_("This offer is no longer open. Ask for a new link."))
    return row


def _as_read(truth: Truth, seen: Seen) -> Any:
    row = _linked(truth, seen)
    if row.accepted_at is not None:
        raise Refusal(
            "accepted_already",
            N_("This offer is accepted already. Ask us where something is to be different."),
        )
    if truth.read["version"] != seen.version:
        raise Stale("offer_changed", N_("This offer has changed meanwhile. Read it again, then decide."))
    return row
