"""Pure decisions about reminders: which level an overdue invoice has come to, and what a letter says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.base.tax import nets, totals
from wharfinger.base.worded import Amount
from wharfinger.billing.rules import coin_of, rate_of
from wharfinger.billing.rules.deposits import micro_of
from wharfinger.billing.rules.fees import Fee, charged, write_fees
from wharfinger.billing.rules.invoices import begin, post_to_accounts
from wharfinger.ledger.plan import Number, Plan, Ref, Truth

NUMBER = Number("reminder", "REM-{n}")
LEVELS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Levels:
    """After how many days overdue each level is due, of those that the company has, and how long a letter gives."""

    days: Mapping[int, int]
    pay_within: int
    fees: Mapping[int, int] = field(default_factory=dict)
    """What a letter of a level costs its customer, in minor units of the home currency."""

    @classmethod
    def of(cls, setting: Mapping[str, Any]) -> Levels:
        """As the company has set them."""
        days = {level: setting[f"level_{level}"] for level in LEVELS}
        fees = {level: setting[f"fee_{level}_minor"] for level in LEVELS}
        return cls(
            {level: n for level, n in days.items() if n is not None},
            setting["pay_within"],
            {level: minor for level, minor in fees.items() if minor},
        )


@dataclass(frozen=True, slots=True)
class Overdue:
    """An invoice that is overdue, what is open of it, and how far its customer was reminded of it."""

    invoice: int
    number: str
    organization: int
    currency: str
    issued_on: date
    due_on: date
    total_minor: int
    open_minor: int
    reached: int = 0
    """The level of its last reminder; nothing where there was none."""
    reached_on: date | None = None
    paused: str = ""
    """Why it is left out, where it is."""
    is_fee: bool = False
    """Whether it asks for the fee of a letter: it is told again, and raises no other."""
    in_parts: bool = False
    """Whether it is due in instalments: the day is that of the oldest that is overdue, and open what is overdue of them."""

    def late(self, on: date) -> int:
        """By how many days it is overdue."""
        return (on - self.due_on).days


class Row(NamedTuple):
    """An invoice as a letter tells of it."""

    of: Overdue
    level: int
    raised: bool
    """Whether it comes to this level by the letter; else the letter tells of it again."""


def next_level(levels: Levels, row: Overdue, on: date) -> int | None:
    """The level that an invoice comes to on a day: one after the other, with the days between them that lie between the levels."""
    level = next((one for one in LEVELS if one > row.reached and one in levels.days), None)
    if level is None or row.late(on) < levels.days[level]:
        return None
    if row.reached_on is not None:
        between = levels.days[level] - levels.days.get(row.reached, 0)
        if (on - row.reached_on).days < max(between, 1):
            return None
    return level


def letter(levels: Levels, rows: Iterable[Overdue], on: date) -> list[Row]:
    """What a letter of a day tells: all that comes to its next level, and beside it what was reminded of before.

    Nothing where no invoice comes to another level.
    """
    told = []
    for row in rows:
        if row.paused:
            continue
        level = None if row.is_fee else next_level(levels, row, on)
        if level is not None:
            told.append(Row(row, level, True))
        elif row.reached or row.is_fee:
            told.append(Row(row, row.reached or LEVELS[0], False))
    return told if any(row.raised for row in told) else []


def plan_remind(truth: Truth, *, organization: int, currency: str) -> Plan:
    """Write a customer one letter about all that is overdue in a currency; no second one on the same day."""
    whose = truth.documents["parties.Organization"].get(organization)
    if whose is None:
        raise NotThere("no_such_organization", N_("There is no such organization."), field="organization")
    overdue: Sequence[Overdue] = truth.read["overdue"]
    levels: Levels = truth.read["levels"]
    if why := truth.read["paused"]:
        raise Refusal(
            "left_out",
            N_("{name} is left out of reminders: {reason}. End that first."),
            name=whose.name,
            reason=why,
        )
    if truth.read["last"] == truth.today:
        raise Refusal(
            "reminded_today",
            N_("{name} was reminded in {currency} today. Nobody is reminded twice a day."),
            name=whose.name,
            currency=currency,
        )
    rows = letter(levels, overdue, truth.today)
    if not rows:
        raise Refusal(
            "nothing_to_remind",
            N_("No invoice of {name} in {currency} has come to a level of reminders. Look at the levels."),
            name=whose.name,
            currency=currency,
        )
    asked, credit = sum(row.of.open_minor for row in rows), truth.read["credit"]
    if credit >= asked:
        raise Refusal(
            "credit_covers",
            N_("{name} has {credit} with us, which covers the {asked} that is overdue. Apply it instead."),
            name=whose.name,
            credit=Amount(credit, currency),
            asked=Amount(asked, currency),
        )
    plan, pay_by = Plan(), truth.today + timedelta(days=levels.pay_within)
    level = max(row.level for row in rows)
    fee, fee_minor = _ask_fee(plan, truth, whose, currency, levels.fees.get(level, 0), pay_by)
    made = plan.create(
        "billing.Reminder",
        number=NUMBER,
        organization_id=organization,
        currency=currency,
        level=level,
        issued_on=truth.today,
        pay_by=pay_by,
        credit_minor=credit,
        fee_id=fee,
        total_minor=asked - credit + fee_minor,
    )
    for row in rows:
        plan.create(
            "billing.ReminderLine",
            reminder_id=made,
            invoice_id=row.of.invoice,
            level=row.level,
            raised=row.raised,
            open_minor=row.of.open_minor,
            due_on=row.of.due_on if row.of.in_parts else None,
        )
        plan.mention(("invoice", row.of.invoice))
    plan.mention(("reminder", made), whose)
    return plan


def _ask_fee(
    plan: Plan, truth: Truth, whose: Any, currency: str, minor: int, pay_by: date
) -> tuple[Ref | None, int]:
    """Invoice what a letter costs its customer, as an invoice of its own: which, and what it comes to. None abroad."""
    if not minor or currency != truth.home_currency:
        return None, 0
    if truth.read["fee_product"] is None:
        raise BadInput(
            "no_fee_product",
            N_("No service is named for this yet. Name one here, or under Settings for good."),
            field="organization",
            remedies=[Remedy("fee_products", {})],
        )
    included = bool(truth.read["house"].prices_include_tax)
    fee = Fee(truth.read["fee_product"], micro_of(minor, currency))
    rows = charged(truth, [fee], organization=whose.pk, currency=currency, included=included)
    found = totals([row.taxed for row in rows])
    made, _place = begin(
        plan,
        truth,
        found,
        organization=whose,
        site=None,
        sheet=None,
        currency=currency,
        rate_micro=rate_of(truth, currency, None),
        customer_reference="",
        due_on=pay_by,
    )
    write_fees(plan, made, 1, rows, nets([row.taxed for row in rows]))
    post_to_accounts(plan, truth, whose.pk, made, currency, rate_of(truth, currency, None), found)
    plan.mention(("invoice", made))
    return made, found.to_coin(coin_of(truth, currency)).total


def plan_pause(
    truth: Truth, *, organization: int, invoice: int | None, reason: str, until: date | None
) -> Plan:
    """Leave a customer, or one invoice, out of reminders until a day, or until somebody ends it."""
    whose = truth.documents["parties.Organization"].get(organization)
    if whose is None:
        raise NotThere("no_such_organization", N_("There is no such organization."), field="organization")
    paper = None
    if invoice is not None:
        paper = truth.documents["billing.Invoice"].get(invoice)
        if paper is None or paper.void_id is not None or paper.organization_id != organization:
            raise NotThere("no_such_invoice", N_("There is no such invoice."), field="invoice")
        if paper.posted_at is None:
            raise Refusal(
                "is_a_draft", N_("This invoice is a draft. Nobody is reminded of it."), field="invoice"
            )
    if not reason:
        raise BadInput("missing", N_("Please fill this in."), field="reason")
    if until is not None and until < truth.today:
        raise BadInput(
            "over_already", N_("This day is over. Choose a later one, or leave it empty."), field="until"
        )
    for row in truth.documents["billing.ReminderPause"].values():
        if row.invoice_id == invoice and holds(row, truth.today):
            raise Refusal(
                "left_out_already",
                N_("This is left out of reminders already: {reason}. End that first."),
                field="invoice" if invoice else "organization",
                reason=row.reason,
            )
    plan = Plan()
    made = plan.create(
        "billing.ReminderPause", organization_id=organization, invoice_id=invoice, reason=reason, until=until
    )
    plan.mention(("reminder_pause", made), whose, *([paper] if paper is not None else []))
    return plan


def plan_resume(truth: Truth, *, pause: int) -> Plan:
    """Let reminders go on for whoever was left out."""
    row = truth.documents["billing.ReminderPause"].get(pause)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_reminder_pause", N_("Nobody is left out of reminders by that."))
    if not holds(row, truth.today):
        raise Refusal("ended_already", N_("This has ended already."))
    plan = Plan()
    plan.change(row, ended_at=truth.now)
    about = ("invoice", row.invoice_id) if row.invoice_id else ("organization", row.organization_id)
    plan.mention(about)
    return plan


def holds(row: Any, on: date) -> bool:
    """Whether somebody is still left out on a day."""
    return row.void_id is None and row.ended_at is None and (row.until is None or row.until >= on)
