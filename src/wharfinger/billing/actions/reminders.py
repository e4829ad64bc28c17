"""Remind customers of what is overdue, one letter for each customer and currency, and leave some out for a while."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import cast

from wharfinger.base import clock
from wharfinger.base.access import HOUSE, Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.billing.actions.stepping import go_on
from wharfinger.billing.models import Invoice, Reminder, ReminderPause, ReminderRun
from wharfinger.billing.queries.reminding import due_to_remind, overdue_invoices, read_to_remind
from wharfinger.billing.rules import reminders as rules
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization

RIGHT = "billing.remind"


def remind(*, actor: Actor, organization: int, currency: str, key: str | None = None) -> Written:
    """Write a customer one letter about all that is overdue in a currency; it leaves by mail where there is an address.

    Refused where no invoice comes to another level, on the day of the last letter, and where the customer is left out.
    It may be undone until the mail has left.
    """
    require(actor, RIGHT)
    return post(
        "send_reminder",
        Wish(
            documents=[
                (Organization, [organization]),
                (Invoice, overdue_invoices(organization, currency)),
            ],
            reads=(read_to_remind(organization, currency),),
        ),
        partial(rules.plan_remind, organization=organization, currency=currency),
        actor=actor,
        key=key,
    )


def leave_out(
    *,
    actor: Actor,
    organization: int,
    reason: str,
    invoice: int | None = None,
    until: date | None = None,
    key: str | None = None,
) -> Written:
    """Leave a customer, or one invoice of theirs, out of reminders, with a reason and until a day where one is said."""
    require(actor, RIGHT)
    why = tidy(reason, field="reason", most=500, needed=False)
    plan = partial(rules.plan_pause, organization=organization, invoice=invoice, reason=why, until=until)
    wish = Wish(
        documents=[
            (Organization, [organization]),
            (Invoice, [invoice] if invoice is not None else []),
            (
                ReminderPause,
                sql.Found("organization_id = %s AND ended_at IS NULL AND void_id IS NULL", (organization,)),
            ),
        ]
    )
    return post("pause_reminders", wish, plan, actor=actor, key=key, reason=why)


def let_in(*, actor: Actor, pause: int, key: str | None = None) -> Written:
    """Let reminders go on for whoever was left out."""
    require(actor, RIGHT)
    plan = partial(rules.plan_resume, pause=pause)
    return post("resume_reminders", Wish(documents=[(ReminderPause, [pause])]), plan, actor=actor, key=key)


def remind_due(*, actor: Actor, customers: Collection[int] = (), level: int | None = None) -> ReminderRun:
    """Begin to remind all customers who are due for a letter, or these, or those of one level.

    Nothing is written yet: each letter is an entry of its own, and one that is refused stops no other.
    """
    require(actor, RIGHT)
    unknown = set(customers) - set(Organization.objects.filter(pk__in=customers).values_list("pk", flat=True))
    if unknown:
        raise BadInput("no_such_organization", N_("There is no such organization."), field="customers")
    found = [one for one in due_to_remind(customers) if level is None or one.level == level]
    if not found:
        raise BadInput("nobody_to_remind", N_("Nobody is to be reminded. Look at who is left out."))
    asked = [
        {
            "organization": one.organization,
            "currency": one.currency,
            "numbers": [row.of.number for row in one.rows],
        }
        for one in found
    ]
    return ReminderRun.objects.create(by_id=actor.pk, asked=asked, total=len(asked), started_at=clock.now())


def proceed(*, actor: Actor, run: ReminderRun, seconds: float = 2) -> ReminderRun:
    """Go on with a run for about so long; several may, and each letter is written once."""
    require(actor, RIGHT)
    return go_on(run, partial(_one, cast(Actor, run.by or HOUSE), run), seconds)


def under_way() -> ReminderRun | None:
    """A run that is not through, of somebody who may still remind; nothing where there is none."""
    for run in ReminderRun.objects.filter(finished_at=None).select_related("by").order_by("pk"):
        if run.by is None or (run.by.is_active and run.by.may(RIGHT)):
            return run
    return None


def _one(actor: Actor, run: ReminderRun, n: int) -> list[int]:
    """Write the n-th letter; its id."""
    at = run.asked[n]
    done = remind(
        actor=actor,
        organization=at["organization"],
        currency=at["currency"],
        key=f"reminder-run:{run.pk}:{n}",
    )
    return list(Reminder.objects.filter(made=done.id).values_list("pk", flat=True))
