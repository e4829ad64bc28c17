"""Pure decisions about recalls: which units are called back, who is told, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger.plan import Number, Plan, Truth
from wharfinger.sales.rules.sending import LETTER

RECALL = Number("recall", "RC-{n}")
MOST = 10_000
"""So many units fit into one recall."""

THEIRS = ("customer", "rented", "in_transit")
"""Where goods are with an owner, or on their way there."""

GROUPS: dict[str, tuple[str, ...]] = {
    "ours": ("bin", "picked", "container", "quarantine", "returns", "bench"),
    "in_transit": ("in_transit", "transfer"),
    "customer": ("customer", "rented"),
    "vendor": ("vendor", "at_vendor", "on_order", "refused"),
    "scrapped": ("scrap",),
    "elsewhere": ("adjustment", "assembly", "outside", "provided", "ready"),
}
"""Where a unit of a recall may be, each with its kinds of place."""

GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is called back: a batch, serial numbers, or what came in on some days; one of the three."""

    batch: str = ""
    serials: tuple[str, ...] = ()
    spans: tuple[tuple[str, str], ...] = ()
    """Serial numbers from one to another; those on record are meant."""
    received_from: date | None = None
    received_to: date | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has units of a recall, or had when they were told."""

    id: int
    name: str
    address: str
    """Where a mail goes; empty where nobody knows."""


def check_recalled(what: Recalled) -> None:
    """Refuse what names units in two ways, or in none."""
    days = what.received_from is not None or what.received_to is not None
    ways = [bool(what.batch), bool(what.serials or what.spans), days]
    if sum(ways) != 1:
        raise BadInput(
            "one_way_to_recall",
            N_("Name a batch, serial numbers, or the days on which the units came in: one of them."),
            field="batch",
        )
    if days and (what.received_from is None or what.received_to is None):
        raise BadInput(
            "missing",
            N_("Please fill this in."),
            field="received_to" if what.received_to is None else "received_from",
        )
    if what.received_from and what.received_to and what.received_to < what.received_from:
        raise BadInput("ends_before_start", N_("The last day is before the first."), field="received_to")


def plan_recall(truth: Truth, *, product: int, what: Recalled, reason: str, texts: Mapping[str, str]) -> Plan:
    """Call units back; nothing moves, and nobody is told yet."""
    plan = Plan()
    if product not in truth.products:
        raise NotThere("no_such_product", N_("There is no such product."), field="product")
    if truth.read["unknown"]:
        raise BadInput(
            "no_such_serial",
            N_("This product has no unit {serial}."),
            field="serials",
            serial=truth.read["unknown"][0],
        )
    lots: Sequence[int] = truth.read["recalled"]
    if not lots:
        _nothing(what)
    if len(lots) > MOST:
        raise BadInput(
            "too_many_units",
            N_("These are more than {most} units. Recall them in parts."),
            field="received_to" if what.received_to else "serials",
            most=MOST,
        )
    made = plan.create(
        "returns.Recall",
        number=RECALL,
        product_id=product,
        batch=what.batch,
        received_from=what.received_from,
        received_to=what.received_to,
        reason=reason,
        texts=dict(texts),
        recalled_at=truth.now,
    )
    for lot in lots:
        plan.create("returns.RecallUnit", recall_id=made, lot_id=lot)
    plan.mention(("recall", made), ("product", product))
    return plan


def _nothing(what: Recalled) -> None:
    if what.batch:
        raise BadInput(
            "no_such_batch", N_("This product has no batch {batch}."), field="batch", batch=what.batch
        )
    if what.received_from:
        raise Refusal(
            "nothing_to_recall",
            N_(
                "No unit with a number or a batch came in on these days. Goods without either are not told apart."
            ),
            field="received_from",
        )
    raise Refusal(
        "nothing_to_recall", N_("No serial number of this product is in this range."), field="serials"
    )


def plan_tell(
    truth: Truth, *, recall: int, organizations: Sequence[int] | None, by_mail: bool, again: bool
) -> Plan:
    """Tell owners of a recall, each once: those who are named, or all who were not told and can be written to.

    again: those named were told before and are told once more.
    """
    plan = Plan()
    row = recall_of(truth, recall)
    owners: Mapping[int, Owner] = truth.read["owners"]
    told = {one.organization_id: one for one in truth.documents["returns.RecallNotice"].values()}
    if organizations is None:
        chosen = [one for pk, one in owners.items() if pk not in told and (one.address or not by_mail)]
        if not chosen:
            raise Refusal(
                "nobody_to_tell", N_("No owner of {number} is left who can be written to."), number=row.number
            )
    else:
        chosen = [_owner(owners, told, pk, row, again=again) for pk in dict.fromkeys(organizations)]
    for one in chosen if by_mail else ():
        if not one.address:
            raise BadInput(
                "no_address_of_owner",
                N_("{customer} has no mail address. Add one, or tell them otherwise and mark them as told."),
                field="organizations",
                customer=one.name,
            )
    for one in chosen:
        if one.id in told:
            plan.change(told[one.id], told_at=truth.now)
            plan.mention(told[one.id])
        else:
            plan.create("returns.RecallNotice", recall_id=row.pk, organization_id=one.id, told_at=truth.now)
        plan.mention(("organization", one.id))
    plan.mention(row)
    plan.notes[LETTER] = (
        {"recall": row.pk, "owners": [[one.id, one.address] for one in chosen]}
        if by_mail
        else {"by_hand": True}
    )
    return plan


def _owner(owners: Mapping[int, Owner], told: Mapping[int, Any], pk: int, row: Any, *, again: bool) -> Owner:
    if pk not in owners:
        raise BadInput(
            "not_an_owner",
            N_("This customer has no unit of {number}."),
            field="organizations",
            number=row.number,
        )
    if pk in told and not again:
        raise Refusal(
            "told_already",
            N_("{customer} was told of {number} already. Write again if you mean to."),
            field="organizations",
            customer=owners[pk].name,
            number=row.number,
        )
    if pk not in told and again:
        raise Refusal(
            "not_told",
            N_("{customer} was not told of {number} yet."),
            field="organizations",
            customer=owners[pk].name,
            number=row.number,
        )
    return owners[pk]


def plan_answer(truth: Truth, *, recall: int, organization: int, answer: str) -> Plan:
    """Write down what an owner answered."""
    plan = Plan()
    row = recall_of(truth, recall)
    for one in truth.documents["returns.RecallNotice"].values():
        if one.organization_id == organization:
            plan.change(one, answered_at=truth.now, answer=answer)
            plan.mention(row, ("organization", organization))
            return plan
    raise BadInput(
        "not_told_of_recall",
        N_("This customer was not told of {number} yet. Tell them first."),
        field="organization",
        number=row.number,
    )


def recall_of(truth: Truth, pk: int) -> Any:
    """A recall that the act locked; raises NotThere otherwise."""
    row = truth.documents["returns.Recall"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_recall", N_("There is no such recall."))
    return row
