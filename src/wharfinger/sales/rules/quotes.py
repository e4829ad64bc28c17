"""Pure decisions about opportunities and quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import tidy
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish, grouping, kits, offering, sheets
from wharfinger.demand.rules.grouping import GroupWish
from wharfinger.ledger.plan import Id, Number, Plan, Truth
from wharfinger.sales.rules.holds import end_of_day

NUMBER = Number("quote", "Q-{n}")
OPPORTUNITY = Number("opportunity", "OP-{n}")


@dataclass(frozen=True, slots=True)
class OpportunityWish:
    """A deal that may be won, as a person writes it down."""

    organization: int
    title: str
    owner: int | None = None
    pipeline_step: str | None = None
    """One that the company knows; without it the first."""
    probability_percent: int = 50
    expected_close_on: date | None = None


@dataclass(frozen=True, slots=True)
class QuoteWish:
    """A quote as a person asks for it."""

    organization: int
    lines: tuple[LineWish, ...] = ()
    opportunity: int | None = None
    site: int | None = None
    contact: int | None = None
    owner: int | None = None
    currency: str | None = None
    tax_included: bool | None = None
    """Whether its prices include tax; as the customer's price list says where nobody does."""
    number: str | None = None
    title: str = ""
    customer_reference: str = ""
    location: int | None = None
    """From where its goods are taken first; as the customer, the owner or the company has it where none is named."""
    quoted_on: date | None = None
    expires_on: date | None = None
    promised_on: date | None = None
    introduction: str = ""
    note: str = ""
    groups: tuple[GroupWish, ...] = ()
    """Its groups; lines name theirs by its place among them."""
    discount_micro: int = 0
    """What is taken off the whole."""


def plan_opportunity(truth: Truth, *, wish: OpportunityWish) -> Plan:
    """Write a deal down."""
    plan = Plan()
    made = _opportunity(
        plan,
        truth,
        title=wish.title,
        organization=wish.organization,
        owner=wish.owner,
        pipeline_step=wish.pipeline_step,
        probability=wish.probability_percent,
        close_on=wish.expected_close_on,
    )
    plan.mention(("opportunity", made))
    return plan


def _opportunity(
    plan: Plan,
    truth: Truth,
    *,
    title: str,
    organization: int,
    owner: int | None,
    pipeline_step: str | None = None,
    probability: int = 50,
    close_on: date | None = None,
) -> Id:
    return plan.create(
        "sales.Opportunity",
        number=OPPORTUNITY,
        title=title,
        organization_id=organization,
        owner_id=owner or truth.actor,
        pipeline_step=_step(truth, pipeline_step),
        probability_percent=probability,
        expected_close_on=close_on,
    )


def _step(truth: Truth, step: str | None) -> str:
    """A pipeline step that the company knows, the first where none is named; raises BadInput for any other."""
    known: list[str] = truth.read["pipeline_steps"]
    if step is not None and step not in known:
        raise BadInput(
            "no_such_step",
            N_("There is no step “{step}”. Choose one of those under Settings."),
            field="pipeline_step",
            step=step,
        )
    return step or known[0]


def plan_quote(truth: Truth, *, wish: QuoteWish) -> Plan:
    """Make a quote with its lines; an opportunity is made for it where none is named."""
    plan = Plan()
    organization = truth.read["organization"]
    expires_on = wish.expires_on or truth.today + timedelta(days=truth.read["quote_valid_days"])
    quoted_on = wish.quoted_on or truth.effective_on
    if expires_on < quoted_on:
        raise BadInput(
            "expires_before",
            N_("A quote cannot expire before its own date. Choose a later date."),
            field="expires_on",
        )
    opportunity: Id
    if wish.opportunity is None:
        title = wish.title or organization.name
        opportunity = _opportunity(
            plan, truth, title=title, organization=organization.pk, owner=wish.owner, close_on=expires_on
        )
    else:
        opportunity = _open_opportunity(truth, wish.opportunity).pk
    sheet = sheets.begin(
        plan,
        truth,
        wish,
        kind="quote",
        number=NUMBER,
        ordered_on=quoted_on,
        promised_on=wish.promised_on,
        location=truth.read["location"],
        discount_micro=wish.discount_micro,
    )
    plan.create(
        "sales.Quote",
        sheet_id=sheet,
        opportunity_id=opportunity,
        expires_on=expires_on,
        introduction=_text(wish.introduction, "introduction"),
        note=_text(wish.note, "note"),
    )
    offering.must_stand_for({}, wish.lines)
    lines = kits.opened(truth, wish.lines)
    grouped = grouping.begin(plan, sheet, wish.groups, wish.discount_micro)
    claims = sheets.fill(plan, truth, wish, sheet, lines=lines, promised_on=wish.promised_on, grouped=grouped)
    for claim, one in zip(claims, lines, strict=True):
        bill = "offered" if one.billable else None
        demand.bear(plan, truth, claim, one.product, one.quantity, to="quoted", bill=bill)
    plan.mention(("quote", sheet), ("opportunity", opportunity))
    return plan


def _open_opportunity(truth: Truth, opportunity: int) -> Any:
    row = truth.documents["sales.Opportunity"].get(opportunity)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_opportunity", N_("There is no such opportunity."), field="opportunity")
    if row.lost_at is not None:
        raise Refusal(
            "opportunity_lost",
            N_("This opportunity is lost. Write down a new one."),
            field="opportunity",
            subject=f"opportunity:{opportunity}",
        )
    return row


def plan_change_opportunity(truth: Truth, *, opportunity: int, values: dict[str, Any]) -> Plan:
    """Change the words and figures of a deal."""
    plan = Plan()
    row = _open_opportunity(truth, opportunity)
    if values.get("pipeline_step", row.pipeline_step) != row.pipeline_step:
        _step(truth, values["pipeline_step"])
    plan.change(row, **values)
    return plan


def plan_lose_opportunity(truth: Truth, *, opportunity: int, reason: str) -> Plan:
    """Lose a deal and every open quote of it: what they held is free again."""
    plan = Plan()
    deal = _open_opportunity(truth, opportunity)
    if deal.won_at is not None:
        raise Refusal(
            "opportunity_won",
            N_("{number} is won. Cancel its orders instead."),
            number=deal.number,
            subject=f"opportunity:{opportunity}",
        )
    for line in truth.read["lines"].values():
        demand.end(plan, truth, line)
    for quote in truth.read["open_quotes"]:
        plan.change(truth.document("sales.Quote", quote), lost_at=truth.now, lost_reason=reason)
    plan.change(deal, lost_at=truth.now, lost_reason=reason)
    plan.mention(deal)
    return plan


def open_quote(truth: Truth, quote: int) -> Any:
    """The quote that was locked; raises Refusal when it is unknown, undone, won or lost."""
    row = truth.documents["sales.Quote"].get(quote)
    if row is None or truth.document("demand.Sheet", quote).void_id is not None:
        raise NotThere("no_such_quote", N_("There is no such quote."))
    if row.won_at is not None:
        raise Refusal("already_won", N_("This quote is won already."), subject=f"quote:{quote}")
    if row.lost_at is not None:
        raise Refusal(
            "quote_lost", N_("This quote is lost. Copy it to offer again."), subject=f"quote:{quote}"
        )
    return row


OF_QUOTE = ("introduction", "note", "opportunity_id")
"""What of a quote stands on it alone; its other words are its common part's."""


def _text(text: str, field: str) -> str:
    return tidy(text, field=field, most=2000, needed=False)


def _say(plan: Plan, truth: Truth, row: Any, values: dict[str, Any]) -> None:
    """Give a quote other words of its own, or let it be another deal's."""
    for name in ("introduction", "note"):
        if name in values:
            plan.change(row, **{name: _text(values[name], name)})
    to = values.get("opportunity_id")
    if to is None or to == row.opportunity_id:
        return
    deal = _open_opportunity(truth, to)
    if deal.organization_id != truth.document("demand.Sheet", row.pk).organization_id:
        raise Refusal(
            "other_customers_deal",
            N_("{number} is another customer's. Choose an opportunity of this quote's customer."),
            field="opportunity",
            number=deal.number,
        )
    plan.change(row, opportunity_id=to)
    plan.mention(deal)


def again_unsent(plan: Plan, row: Any) -> None:
    """Let a sent quote that changes be its next version: not sent, its link ended, unanswered.

    What was sent stays as it was issued.
    """
    if row.sent_at is None:
        return
    plan.change(
        row,
        sent_at=None,
        version=row.version + 1,
        link_nonce=row.link_nonce + 1,
        opened_at=None,
        accepted_at=None,
        declined_at=None,
        decline_reason="",
    )


def plan_change_quote(truth: Truth, *, quote: int, values: dict[str, Any], expires_on: date | None) -> Plan:
    """Change the words, dates and people of a quote; what it holds until it expires follows its new day."""
    plan = Plan()
    row = open_quote(truth, quote)
    common = {name: value for name, value in values.items() if name not in OF_QUOTE}
    plan.change(truth.document("demand.Sheet", quote), **common)
    _say(plan, truth, row, values)
    if expires_on is not None and expires_on != row.expires_on:
        _expire_on(plan, truth, row, expires_on)
    if plan.changes:
        again_unsent(plan, row)
    return plan


def _expire_on(plan: Plan, truth: Truth, row: Any, day: date) -> None:
    """Let a quote expire on another day; a hold that has a day of its own, or has ended, stays as it is."""
    if day < truth.today:
        raise BadInput(
            "in_the_past", N_("This day is over. Choose today or a later one."), field="expires_on"
        )
    zone = truth.read["house"].time_zone
    before, now = end_of_day(row.expires_on, zone), end_of_day(day, zone)
    plan.change(row, expires_on=day)
    for claim in truth.documents["ledger.Claim"].values():
        if claim.hold_until == before and before > truth.now:
            plan.change(claim, hold_until=now)


def plan_lose(truth: Truth, *, quote: int, reason: str) -> Plan:
    """Lose a quote: what it held is free again, its wishes and bills end."""
    plan = Plan()
    row = open_quote(truth, quote)
    for line in truth.read["lines"].values():
        demand.end(plan, truth, line)
    plan.change(row, lost_at=truth.now, lost_reason=reason)
    opportunity = truth.read["opportunity"]
    if not truth.read["other_quotes"] and opportunity.won_at is None and opportunity.lost_at is None:
        plan.change(opportunity, lost_at=truth.now, lost_reason=reason)
    plan.mention(truth.document("demand.Sheet", quote), opportunity)
    return plan
