"""Say who may approve purchases up to which amount, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User
from wharfinger.parties.queries import who_may
from wharfinger.purchasing.models import ApprovalTier, Delegation
from wharfinger.purchasing.rules import tiers as rules


def add_tier(*, actor: Actor, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Let these people approve up to an amount; from then on only people of tiers approve."""
    require(actor, "purchasing.approval_tier")
    plan = partial(rules.plan_tier, values=checked(rules.TIER, values))
    return post("add", _every_tier(), plan, actor=actor, key=key)


def change_tier(*, actor: Actor, tier: int, values: Mapping[str, Any], key: str | None = None) -> Written:
    """Change a tier, or let it hold no longer by a date in ``retired_on``; it acts at once."""
    require(actor, "purchasing.approval_tier")
    plan = partial(rules.plan_tier_change, pk=tier, values=checked(rules.TIER, values))
    return post("change", _every_tier(), plan, actor=actor, key=key)


def delegate(
    *,
    actor: Any,
    delegate: int,
    first_on: date,
    last_on: date,
    approver: int | None = None,
    key: str | None = None,
) -> Written:
    """Let somebody approve in one's own place on some days, or in another's, for who keeps the tiers."""
    for_whom = actor.pk if approver is None else approver
    require(actor, "purchasing.approve" if for_whom == actor.pk else "purchasing.approval_tier")
    plan = partial(
        rules.plan_delegate, approver=for_whom, delegate=delegate, first_on=first_on, last_on=last_on
    )
    return post("add", Wish(reads=(_read_people,)), plan, actor=actor, key=key)


def end_delegation(*, actor: Any, delegation: int, key: str | None = None) -> Written:
    """Let nobody stand in any more, before the last day."""
    own = Delegation.objects.filter(pk=delegation, approver=actor.pk).exists()
    require(actor, "purchasing.approve" if own else "purchasing.approval_tier")
    plan = partial(rules.plan_end_delegation, pk=delegation)
    return post("change", Wish(documents=[(Delegation, [delegation])]), plan, actor=actor, key=key)


def _every_tier() -> Wish:
    return Wish(documents=[(ApprovalTier, sql.Found("id > %s", (0,)))], reads=(_read_people,))


def _read_people(truth: Truth) -> None:
    truth.read["approvers"] = who_may("purchasing.approve")
    people = User.objects.filter(is_active=True)
    truth.read["names"] = {one.pk: str(one) for one in people}
