"""What a return is refused for, and who lets it through all the same: somebody who may, with a reason that stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wharfinger.base.access import Actor, Whoever, require
from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.base.worded import Day
from wharfinger.base.words import same, tidy
from wharfinger.devices.rules import WITH_CUSTOMER, sale_of
from wharfinger.devices.rules.warranty import cover_by
from wharfinger.ledger.plan import Held, Plan, Truth
from wharfinger.returns.rules import Goods

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

    def born(self, truth: Truth) -> dict[str, Any]:
        """What a new return keeps of it."""
        return {"overruled_by_id": truth.actor, "overruled_reason": self.reason} if self.used else {}


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


def not_received_yet(wanted: int, free: int, product: int, field: str) -> Refusal:
    """The refusal of money for goods that are not here."""
    return overrulable(
        "not_received_yet",
        N_(
            "{wanted} to pay back, but only {free} came and are not settled yet. Receive the goods first, "
            "or give a reason to pay all the same; those who may: {who}."
        ),
        field=field,
        wanted=wanted,
        free=free,
        product=product,
    )


def check_allowed(
    truth: Truth, product: Any, goods: Goods, wish: str, device: Any, field: str, overruling: Overruling
) -> None:
    """Let goods pass that may come back: of a product that does, for money in time, for repair under warranty.

    Within the days in which they could be returned goods are repaired and replaced as well. What we never
    sold has neither days nor warranty.
    """
    if not product.rma_eligible:
        overruling.let(
            overrulable(
                "not_eligible",
                N_(
                    "{sku} is not taken back. Allow it on the product, or give a reason; those who may: {who}."
                ),
                field=field,
                sku=product.sku,
                product=product.pk,
            )
        )
    units = _meant(truth, goods)
    if goods.line is None or not units:
        return
    delivered = _delivered_on(truth, goods, units)
    days = product.returnable_days
    days = truth.read["returnable_days"] if days is None else days
    last = delivered + timedelta(days=days) if delivered is not None else None
    if last is None or truth.effective_on <= last:
        return
    if wish == "return":
        overruling.let(
            overrulable(
                "too_late",
                N_(
                    "{sku} was delivered on {day} and could come back until {last}. Give a reason to take it "
                    "all the same; those who may: {who}."
                ),
                field=field,
                sku=product.sku,
                product=product.pk,
                day=Day(delivered or last),
                last=Day(last),
            )
        )
        return
    end = _covered_until(truth, product, units, device)
    if end is None or end < truth.effective_on:
        overruling.let(_uncovered(product, end, field))


def _uncovered(product: Any, end: date | None, field: str) -> Refusal:
    values: dict[str, Any] = {"field": field, "sku": product.sku, "product": product.pk}
    if end is None:
        return overrulable(
            "out_of_warranty",
            N_(
                "{sku} is under no warranty. Give a reason to repair or replace it all the same; "
                "those who may: {who}."
            ),
            **values,
        )
    return overrulable(
        "out_of_warranty",
        N_(
            "The warranty of {sku} ended on {day}. Give a reason to repair or replace it all the same; "
            "those who may: {who}."
        ),
        day=Day(end),
        **values,
    )


def _meant(truth: Truth, goods: Goods) -> list[Held]:
    """Where the goods that are meant stand."""
    codes = {same(code) for code in goods.serials}
    return [
        h
        for h in truth.held
        if h.claim == goods.line
        and h.kind in WITH_CUSTOMER
        and h.quantity > 0
        and (goods.lot is None or h.lot == goods.lot)
        and (not codes or same(h.code) in codes)
    ]


def _delivered_on(truth: Truth, goods: Goods, units: Sequence[Held]) -> date | None:
    """When goods were delivered: units that are named the first of them, others the last; none while on their way."""
    known = truth.read["delivered"]
    days = [known.get((h.claim, h.lot)) or known.get((h.claim, truth.loose.get(h.product))) for h in units]
    if None in days:
        return None
    return (min if goods.serials or goods.lot is not None else max)(day for day in days if day is not None)


def _covered_until(truth: Truth, product: Any, units: Sequence[Held], device: Any) -> date | None:
    """Until when a warranty covers goods: the device's own, else what the policies grant from the sale on."""
    if device is not None:
        end: date | None = device.warranty_end_on
        return end
    sale = sale_of(truth, units[0])
    if sale is None:
        return None
    return cover_by(
        truth.read["policies"],
        product,
        channel=sale.channel,
        sold_on=sale.sold_on,
        installed_on=sale.sold_on,
    ).end_on
