"""Pure decisions about who may let the company buy for how much: tiers of approvers, and who stands in for one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.fields import Check, day, or_nothing, text, whole
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Words
from wharfinger.base.worded import Amount
from wharfinger.base.words import same
from wharfinger.ledger.plan import Plan, Truth

MOST_NEEDED = 3


def _people(value: Any, field: str) -> list[int]:
    if not isinstance(value, list) or not value or any(type(one) is not int for one in value):
        raise BadInput("nobody", N_("Name at least one person."), field=field)
    return sorted(set(value))


TIER: dict[str, Check] = {
    "name": text(60, needed=True),
    "limit_minor": or_nothing(whole(1, 10**15)),
    "needed": whole(1, MOST_NEEDED),
    "people": _people,
    "retired_on": or_nothing(day),
}


class Stand(NamedTuple):
    """Somebody who decides in another's place."""

    approver: int
    delegate: int


def in_turn(tiers: Iterable[Any]) -> list[Any]:
    """Tiers from the lowest limit to the highest; one without a limit comes last."""
    return sorted(tiers, key=lambda one: (one.limit_minor is None, one.limit_minor or 0, one.pk))


def reaching(amount_minor: int, tiers: Sequence[Any]) -> list[Any]:
    """The tiers in turn whose limit reaches an amount; the first of them decides, those above it may too."""
    return [one for one in in_turn(tiers) if one.limit_minor is None or amount_minor <= one.limit_minor]


def entitled(amount_minor: int, tiers: Sequence[Any], stands: Iterable[Stand]) -> dict[int, frozenset[int]]:
    """Who may approve an amount, and for whom each would decide: for themselves, or for those who are away."""
    own = {person for one in reaching(amount_minor, tiers) for person in one.people}
    found = {person: {person} for person in own}
    for stand in stands:
        if stand.approver in own:
            found.setdefault(stand.delegate, set()).add(stand.approver)
    return {person: frozenset(for_whom) for person, for_whom in found.items()}


def check_may(truth: Truth, amount_minor: int, asked_by: Collection[int | None], *, field: str) -> int:
    """How many different people must approve an amount; raises Refusal where the actor is none of them.

    Nobody who asked decides, nor whoever stands in only for somebody who asked, unless a setting allows it.
    """
    tiers: Sequence[Any] = truth.read["tiers"]
    if not tiers:
        return 1
    reach = reaching(amount_minor, tiers)
    amount = Amount(amount_minor, truth.home_currency)
    if not reach:
        raise Refusal(
            "above_every_limit",
            N_(
                "{amount} is above the limit of every approval tier. An administrator raises one under Settings."
            ),
            field=field,
            amount=amount,
        )
    needed: int = reach[0].needed
    if truth.actor is None:
        return needed
    may = entitled(amount_minor, tiers, truth.read["stands"])
    if truth.actor not in may:
        names: Mapping[int, str] = truth.read["names"]
        raise Refusal(
            "above_limit",
            N_("{amount} is above what you may approve. These may: {names}."),
            field=field,
            amount=amount,
            names=", ".join(sorted(names.get(one, "?") for one in may)),
        )
    if not truth.read["approval"]["self_approval"] and may[truth.actor] <= set(asked_by):
        raise Refusal(
            "own_request",
            N_(
                "Nobody approves what they asked for themselves, nor does who stands in for them. Ask another approver."
            ),
            field=field,
        )
    return needed


def enough(truth: Truth, about: tuple[str, int], amount_minor: int, needed: int, *, field: str) -> bool:
    """Whether the actor's approval is the last that something needs; raises Refusal where they gave it before.

    An approval counts up to the amount for which it was given, and not beyond a rejection.
    """
    said: Mapping[int | None, int] = truth.read["said_yes"].get(about, {})
    yes = {person for person, up_to in said.items() if up_to >= amount_minor}
    if needed > 1 and truth.actor in yes:
        raise Refusal(
            "approved_already",
            N_("You have approved this already; {needed} different people must. Ask another approver."),
            field=field,
            needed=needed,
        )
    return len(yes | {truth.actor}) >= needed


def plan_tier(truth: Truth, *, values: Mapping[str, Any]) -> Plan:
    """Add a tier: these people may approve up to this amount."""
    full = {"needed": 1, "limit_minor": None, "retired_on": None} | dict(values)
    for name in ("name", "people"):
        if not full.get(name):
            raise BadInput("missing", N_("Please fill this in."), field=name)
    _check_tier(truth, full, None)
    plan = Plan()
    plan.mention(("approval_tier", plan.create("purchasing.ApprovalTier", **full)))
    return plan


def plan_tier_change(truth: Truth, *, pk: int, values: Mapping[str, Any]) -> Plan:
    """Change a tier, or let it hold no longer by a date; what waits is decided as the tiers stand by then."""
    row = truth.documents["purchasing.ApprovalTier"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_tier", N_("There is no such approval tier. Look at the list of them."))
    now = {name: getattr(row, name) for name in TIER}
    _check_tier(truth, now | dict(values), pk)
    plan = Plan()
    plan.change(row, **values)
    plan.mention(row)
    return plan


def _check_tier(truth: Truth, full: Mapping[str, Any], pk: int | None) -> None:
    others = [
        row
        for row in truth.documents["purchasing.ApprovalTier"].values()
        if row.pk != pk and row.void_id is None and row.retired_on is None
    ]
    if full["retired_on"] is not None:
        return
    if any(same(row.name) == same(full["name"]) for row in others):
        raise BadInput("name_taken", N_("This name is taken. Choose another."), field="name")
    if any(row.limit_minor == full["limit_minor"] for row in others):
        raise BadInput(
            "limit_taken",
            N_("Another tier has this limit. Change that one, or give another limit."),
            field="limit",
        )
    rights: Collection[int] = truth.read["approvers"]
    _approvers(truth, full["people"], rights, "people")
    if len(full["people"]) < full["needed"]:
        raise BadInput(
            "too_few_people",
            N_(
                "{needed} different people must approve, but only {named} are named. Name more, or need fewer."
            ),
            field="people",
            needed=full["needed"],
            named=len(full["people"]),
        )


def _approvers(truth: Truth, people: Iterable[int], rights: Collection[int], field: str) -> None:
    names: Mapping[int, str] = truth.read["names"]
    for one in people:
        if one not in names:
            raise BadInput("no_such_user", N_("There is no such user."), field=field)
        if one not in rights:
            raise BadInput(
                "not_an_approver",
                N_("{name} may not approve purchases. Give them a role with “{right}” first."),
                field=field,
                name=names[one],
                right=Words([N_("Approve purchases")]),
            )


def plan_delegate(truth: Truth, *, approver: int, delegate: int, first_on: date, last_on: date) -> Plan:
    """Let somebody decide in another's place on these days, the last one included."""
    rights: Collection[int] = truth.read["approvers"]
    _approvers(truth, [approver], rights, "approver")
    _approvers(truth, [delegate], rights, "delegate")
    if approver == delegate:
        raise BadInput(
            "same_person", N_("Name somebody else, who decides in the meantime."), field="delegate"
        )
    if last_on < first_on:
        raise BadInput(
            "ends_before", N_("The last day lies before the first. Choose a later one."), field="last_on"
        )
    if last_on < truth.today:
        raise BadInput("in_the_past", N_("This day is over. Choose today or a later one."), field="last_on")
    plan = Plan()
    made = plan.create(
        "purchasing.Delegation",
        approver_id=approver,
        delegate_id=delegate,
        first_on=first_on,
        last_on=last_on,
    )
    plan.mention(("delegation", made), ("user", approver), ("user", delegate))
    return plan


def plan_end_delegation(truth: Truth, *, pk: int) -> Plan:
    """Let nobody stand in any more, from now on."""
    row = truth.documents["purchasing.Delegation"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere(
            "no_such_delegation", N_("There is no such delegation. Look at the list of those who stand in.")
        )
    if row.ended_at is not None or row.last_on < truth.today:
        raise Refusal("has_ended", N_("This has ended already; there is nothing to end."))
    plan = Plan()
    plan.change(row, ended_at=truth.now)
    plan.mention(row, ("user", row.approver_id), ("user", row.delegate_id))
    return plan
