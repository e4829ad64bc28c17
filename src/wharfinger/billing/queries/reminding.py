"""Who is to be reminded of what, read from what is open; how far each was reminded, and who is left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from wharfinger.base import configuration, money
from wharfinger.base.door import known
from wharfinger.base.refusal import N_
from wharfinger.billing.models import Invoice, InvoiceDue, Reminder, ReminderLine, ReminderPause, ReminderRun
from wharfinger.billing.queries.dues import instalments_of
from wharfinger.billing.queries.fees import read_services
from wharfinger.billing.queries.shown import today
from wharfinger.billing.queries.supplied import read_in_force
from wharfinger.billing.rules.reminders import Levels, Overdue, Row, letter
from wharfinger.billing.rules.terms import spread
from wharfinger.ledger.models import Account
from wharfinger.ledger.plan import Truth
from wharfinger.parties.models import Organization

LEVELS = {1: N_("Payment reminder"), 2: N_("Second reminder"), 3: N_("Final reminder")}
"""What each level is called."""


@dataclass(slots=True)
class Due:
    """A customer who may be reminded in one currency, or is left out."""

    organization: int
    customer: str
    email: str
    currency: str
    rows: list[Row] = field(default_factory=list)
    credit_minor: int = 0
    last: date | None = None
    """When the customer was reminded in this currency last."""
    fee_minor: int = 0
    """What the letter costs the customer besides, as the setting says it."""

    @property
    def level(self) -> int:
        """The highest level that the letter would have."""
        return max(row.level for row in self.rows)

    @property
    def asked_minor(self) -> int:
        """What the letter would ask for, but for its fee."""
        return sum(row.of.open_minor for row in self.rows) - self.credit_minor


def pauses(on: date) -> QuerySet[ReminderPause, ReminderPause]:
    """What leaves somebody out of reminders on a day."""
    return ReminderPause.objects.filter(Q(until=None) | Q(until__gte=on), void=None, ended_at=None)


def due_to_remind(organizations: Collection[int] = (), on: date | None = None) -> list[Due]:
    """The customers, each with one currency, of whom an invoice comes to its next level; a constant number of statements.

    Without those who are left out, who were reminded today, or whose credit covers what is overdue.
    """
    day = on or today()
    found = overdue(day, organizations)
    whose = {row.organization for row in found}
    out = set(pauses(day).filter(invoice=None, organization__in=whose).values_list("organization", flat=True))
    credit, last = _credit(whose), _last(whose)
    names = dict(Organization.objects.filter(pk__in=whose - out).values_list("pk", "name"))
    mails = dict(Organization.objects.filter(pk__in=whose - out).values_list("pk", "email"))
    by_letter: dict[tuple[int, str], list[Overdue]] = {}
    for row in found:
        if row.organization in names and last.get((row.organization, row.currency)) != day:
            by_letter.setdefault((row.organization, row.currency), []).append(row)
    known = configuration.read("reminders", "currency")
    steps, home = Levels.of(known["reminders"]), known["currency"]
    due = []
    for (pk, currency), rows in by_letter.items():
        one = Due(
            pk,
            names[pk],
            mails[pk],
            currency,
            letter(steps, rows, day),
            credit.get((pk, currency), 0),
            last.get((pk, currency)),
        )
        if one.rows and one.asked_minor > 0:
            one.fee_minor = steps.fees.get(one.level, 0) if currency == home else 0
            due.append(one)
    return sorted(due, key=lambda one: (-one.level, one.customer.casefold(), one.organization, one.currency))


def overdue(on: date, organizations: Collection[int] = (), currency: str = "") -> list[Overdue]:
    """The invoices that are overdue on a day, the oldest first."""
    accounts = Account.objects.filter(kind="receivable", balance_minor__gt=0)
    if organizations:
        accounts = accounts.filter(party__in=organizations)
    if currency:
        accounts = accounts.filter(currency=currency)
    opened = {
        int(document.partition(":")[2]): minor
        for document, minor in accounts.values_list("document", "balance_minor")
    }
    in_parts = InvoiceDue.objects.filter(invoice=OuterRef("pk"), due_on__lt=on)
    rows = {
        row.pk: row
        for row in Invoice.objects.filter(Q(due_on__lt=on) | Exists(in_parts), pk__in=opened, void=None)
        .annotate(is_fee=Exists(Reminder.objects.filter(fee=OuterRef("pk"))))
        .only("number", "organization_id", "currency", "issued_on", "due_on", "total_minor")
    }
    parts = instalments_of(rows)
    late = {
        pk: [
            one
            for one in spread(parts.get(pk, [(row.due_on, opened[pk])]), opened[pk])
            if one.due_on < on and one.open_minor > 0
        ]
        for pk, row in rows.items()
    }
    since = {pk: min(one.due_on for one in found) for pk, found in late.items() if found}
    reached: dict[int, tuple[int, date]] = {}
    done = ReminderLine.objects.filter(invoice__in=since, raised=True, reminder__void=None).values_list(
        "invoice", "level", "reminder__issued_on", Coalesce("due_on", "invoice__due_on")
    )
    for invoice, level, day, due in done:
        # What was reminded of another instalment, which is paid, counts no more.
        if due == since[invoice]:
            reached[invoice] = max(reached.get(invoice, (0, date.min)), (level, day))
    left_out = dict(pauses(on).filter(invoice__in=since).values_list("invoice", "reason"))
    return [
        Overdue(
            pk,
            rows[pk].number or "",
            rows[pk].organization_id,
            rows[pk].currency,
            rows[pk].issued_on,
            due,
            rows[pk].total_minor,
            sum(one.open_minor for one in late[pk]),
            reached[pk][0] if pk in reached else 0,
            reached[pk][1] if pk in reached else None,
            left_out.get(pk, ""),
            is_fee=rows[pk].is_fee,
            in_parts=pk in parts,
        )
        for pk, due in sorted(since.items(), key=lambda one: (one[1], one[0]))
    ]


def _credit(organizations: Iterable[int]) -> dict[tuple[int, str], int]:
    found = Account.objects.filter(kind="store_credit", party__in=organizations, balance_minor__lt=0)
    sums = found.values_list("party", "currency").annotate(sum=Sum("balance_minor")).order_by()
    return {(party, currency): -minor for party, currency, minor in sums}


def _last(organizations: Iterable[int]) -> dict[tuple[int, str], date]:
    found = Reminder.objects.filter(organization__in=organizations, void=None)
    days = found.values_list("organization", "currency").annotate(last=Max("issued_on")).order_by()
    return {(pk, currency): day for pk, currency, day in days}


def read_to_remind(organization: int, currency: str) -> Callable[[Truth], None]:
    """Read under the locks what a letter to a customer would be about."""

    def read(truth: Truth) -> None:
        known = configuration.read("reminders", "fee_products")
        truth.read["levels"] = Levels.of(known["reminders"])
        truth.read["overdue"] = overdue(truth.today, [organization], currency)
        whole = pauses(truth.today).filter(organization=organization, invoice=None)
        truth.read["paused"] = whole.values_list("reason", flat=True).first() or ""
        truth.read["credit"] = _credit([organization]).get((organization, currency), 0)
        truth.read["last"] = _last([organization]).get((organization, currency))
        fee = truth.read["fee_product"] = known["fee_products"]["reminder"]
        if fee is not None and truth.read["levels"].fees:
            read_services(truth, [fee], {organization: truth.documents["parties.Organization"][organization]})
            read_in_force(truth)

    return read


def overdue_invoices(organization: int, currency: str) -> list[int]:
    """Which invoices are locked for a letter: those that it may tell of."""
    return sorted(row.invoice for row in overdue(today(), [organization], currency))


def reminders() -> QuerySet[Reminder, Reminder]:
    """Every reminder that was not undone, with the invoice of its fee."""
    return Reminder.objects.filter(void=None).select_related("fee")


def of_invoice(pk: int) -> list[ReminderLine]:
    """How often a customer was reminded of an invoice, the newest first."""
    found = ReminderLine.objects.filter(invoice=pk, reminder__void=None).select_related("reminder")
    return list(found.order_by("-pk"))


def of_customer(organization: int, most: int = 20) -> list[Reminder]:
    """The newest reminders of a customer."""
    return list(reminders().filter(organization=organization).order_by("-pk")[:most])


def pauses_of(organization: int, invoice: int | None = None) -> list[ReminderPause]:
    """What leaves a customer, or an invoice of theirs, out of reminders today."""
    found = pauses(today()).filter(organization=organization)
    if invoice is not None:
        found = found.filter(Q(invoice=invoice) | Q(invoice=None))
    return list(found.select_related("invoice", "made__actor").order_by("pk"))


def show_reminders(found: Iterable[Reminder]) -> list[dict[str, Any]]:
    """Reminders with their invoices, as callers read them; two statements."""
    rows = list(found)
    lines: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    currency = {row.pk: row.currency for row in rows}
    for one in ReminderLine.objects.filter(reminder__in=rows).select_related("invoice").order_by("pk"):
        lines[one.reminder_id].append(
            {
                "invoice": one.invoice_id,
                "number": one.invoice.number,
                "due_on": one.since.isoformat(),
                "level": one.level,
                "raised": one.raised,
                "open": money.plain(one.open_minor, currency[one.reminder_id]),
            }
        )
    return [
        {
            "id": row.pk,
            "number": row.number,
            "organization": row.organization_id,
            "currency": row.currency,
            "level": row.level,
            "issued_on": row.issued_on.isoformat(),
            "pay_by": row.pay_by.isoformat(),
            "credit": money.plain(row.credit_minor, row.currency),
            "fee": money.plain(row.fee.total_minor if row.fee is not None else 0, row.currency),
            "fee_invoice": row.fee_id,
            "total": money.plain(row.total_minor, row.currency),
            "invoices": lines[row.pk],
        }
        for row in rows
    ]


def show_due(found: Iterable[Due]) -> list[dict[str, Any]]:
    """Who is to be reminded, as callers read it."""
    return [
        {
            "organization": one.organization,
            "name": one.customer,
            "currency": one.currency,
            "level": one.level,
            "credit": money.plain(one.credit_minor, one.currency),
            "fee": money.plain(one.fee_minor, one.currency),
            "total": money.plain(one.asked_minor, one.currency),
            "reminded_on": one.last.isoformat() if one.last else None,
            "invoices": [
                {
                    "invoice": row.of.invoice,
                    "number": row.of.number,
                    "due_on": row.of.due_on.isoformat(),
                    "level": row.level,
                    "raised": row.raised,
                    "open": money.plain(row.of.open_minor, one.currency),
                }
                for row in one.rows
            ],
        }
        for one in found
    ]


def show_pauses(found: Iterable[ReminderPause]) -> list[dict[str, Any]]:
    """What leaves somebody out, as callers read it."""
    return [
        {
            "id": row.pk,
            "organization": row.organization_id,
            "invoice": row.invoice_id,
            "reason": row.reason,
            "until": row.until.isoformat() if row.until else None,
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        }
        for row in found
    ]


def run_of(pk: int) -> ReminderRun:
    """A run; raises NotThere."""
    return known(ReminderRun.objects.select_related("by").filter(pk=pk).first(), pk)


def refused(run: ReminderRun) -> list[dict[str, Any]]:
    """The letters of a run that were refused, with why in the reader's words."""
    asked = [run.asked[one["n"]] for one in run.problems]
    names = dict(
        Organization.objects.filter(pk__in=[at["organization"] for at in asked]).values_list("pk", "name")
    )
    return [
        {
            **at,
            "code": one["code"],
            "customer": names.get(at["organization"], ""),
            "words": gettext(one["sentence"]).format(**one["values"]),
        }
        for one, at in zip(run.problems, asked, strict=True)
    ]


def made(run: ReminderRun) -> list[Reminder]:
    """The letters of a run that still stand."""
    return list(reminders().filter(pk__in=run.made).select_related("organization").order_by("pk"))


def show_runs(rows: Iterable[ReminderRun]) -> list[dict[str, Any]]:
    """Runs as callers read them."""
    return [
        {
            "id": run.pk,
            "total": run.total,
            "done": run.position,
            "started_at": run.started_at.isoformat(),
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "reminders": run.made,
            "refused": [
                {
                    "organization": one["organization"],
                    "currency": one["currency"],
                    "code": one["code"],
                    "message": one["words"],
                }
                for one in refused(run)
            ],
        }
        for run in rows
    ]
