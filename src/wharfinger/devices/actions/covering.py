"""Decide that devices need no contract, and tell whose warranty ends."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.devices.models import Device
from wharfinger.devices.queries.covering import untold
from wharfinger.devices.rules import covering as rules
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written


def review_contract(
    *, actor: Actor, devices: Sequence[int], note: str = "", key: str | None = None
) -> Written:
    """Decide of devices without a contract that they need none: they are off the list until something of them changes."""
    require(actor, "devices.change")
    chosen = list(dict.fromkeys(devices))
    if not chosen:
        raise BadInput("no_device", N_("Choose at least one device."), field="devices")
    return post(
        "review_contract",
        Wish(documents=[(Device, sorted(chosen))]),
        partial(rules.plan_review, devices=chosen, by=actor.pk),
        actor=actor,
        key=key,
        reason=tidy(note, field="note", most=1000, needed=False),
    )


def tell_warranties(*, actor: Actor, key: str | None = None) -> Written | None:
    """Write down whose warranty ends soon, once for each end; nothing where nothing is new."""
    require(actor, "devices.warranty")
    due = untold()
    if not due:
        return None

    def plan(truth: Truth) -> Plan:
        return rules.plan_tell(truth, due=set(untold()))

    return post("tell_warranties", Wish(documents=[(Device, sorted(due))]), plan, actor=actor, key=key)
