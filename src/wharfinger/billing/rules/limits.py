"""Pure decisions about what a customer may owe us: how much it is, and who answers for more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.base.worded import Amount
from wharfinger.ledger.plan import Plan, Truth


@dataclass(slots=True)
class Exposure:
    """What a customer owes us and will owe us, in home currency."""

    owed_minor: int = 0
    """What invoices ask for, less what was paid beforehand and is theirs still."""
    drafted_minor: int = 0
    """What drafts of invoices will ask for."""
    to_bill: dict[int, int] = field(default_factory=dict)
    """What firm lines will be billed at, with tax, by their document."""

    @property
    def to_bill_minor(self) -> int:
        """All that is yet to be billed, drafts among it."""
        return self.drafted_minor + sum(self.to_bill.values())

    @property
    def minor(self) -> int:
        """All together."""
        return self.owed_minor + self.to_bill_minor


class Asked(NamedTuple):
    """Whose limit an act meets, and with which documents."""

    name: str
    limit_minor: int | None
    held: bool
    hold_reason: str
    sheets: Collection[int]
    """Its documents that may have been released; none where they are only being made."""
    this_minor: int
    """What the customer owes more by what is sold, in home currency."""


def decide(
    asked: Asked, found: Exposure, released: Mapping[int, int], home: str, who: Mapping[str, str]
) -> None:
    """Let documents go on, or raise Refusal: the account is on hold, or the customer would owe more than they may.

    released: up to how much documents may go on all the same; who: who may end a hold, and who may release.
    """
    up_to = min((released.get(sheet, -1) for sheet in asked.sheets), default=-1)
    if found.minor <= up_to:
        return
    remedies = [Remedy("release_limit", {"pk": sheet}) for sheet in sorted(asked.sheets)[:1]]
    if asked.held:
        raise Refusal(
            "account_on_hold",
            N_(
                "The account of {name} is on hold: {why}. {holders} may end that, {releasers} may release one document."
            ),
            name=asked.name,
            why=asked.hold_reason.rstrip("."),
            holders=who["parties.hold"],
            releasers=who["billing.limit"],
            remedies=remedies,
        )
    raise Refusal(
        "over_limit",
        N_(
            "{name} may owe {limit}, and it would be {all}: {owed} is owed, {to_bill} is yet to be billed, {this} of "
            "both is for this. Take a payment first, or let {releasers} release it."
        )
        if asked.sheets
        else N_(
            "{name} may owe {limit}, and it would be {all}: {owed} is owed, {to_bill} is yet to be billed, {this} of "
            "both is for this. Take a payment first, or write an order that is not confirmed, which {releasers} may "
            "release."
        ),
        name=asked.name,
        limit=Amount(asked.limit_minor or 0, home),
        all=Amount(found.minor, home),
        owed=Amount(found.owed_minor, home),
        to_bill=Amount(found.to_bill_minor, home),
        this=Amount(asked.this_minor, home),
        releasers=who["billing.limit"],
        remedies=remedies,
    )


def plan_release_limit(truth: Truth, *, sheet: int, up_to_minor: int, reason: str) -> Plan:
    """Let a document go on up to so much that its customer owes; says why."""
    plan = Plan()
    row = truth.documents["demand.Sheet"].get(sheet)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_document", N_("There is no such document."))
    found: Any = truth.read["standing"][sheet]
    if found.closed_by:
        raise Refusal(
            "document_closed", N_("{number} is over. There is nothing to release."), number=row.number
        )
    if found.limited is None:
        raise Refusal(
            "not_limited",
            N_("The account of this customer is not on hold, and what they may owe has no limit."),
        )
    if not reason:
        raise BadInput("missing", N_("Please fill this in."), field="reason")
    if up_to_minor <= 0:
        raise BadInput("not_positive", N_("Give an amount above zero."), field="up_to")
    plan.create("billing.LimitRelease", sheet_id=sheet, up_to_minor=up_to_minor, reason=reason)
    plan.mention(row, ("organization", row.organization_id))
    return plan
