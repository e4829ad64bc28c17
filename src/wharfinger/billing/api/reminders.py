"""Reminders of what is overdue, over HTTP."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import (
    Currency,
    Done,
    Given,
    Id,
    Listing,
    Note,
    Page,
    Request,
    Shown,
    answer,
    there,
)
from wharfinger.billing.actions import reminders
from wharfinger.billing.models import ReminderPause, ReminderRun
from wharfinger.billing.queries import reminding
from wharfinger.billing.queries.shown import today
from wharfinger.ledger.door import detail, make, stepped, write

router = Router(tags=["billing"])
LEVEL = Field(examples=[1], ge=1, le=3)


class RemindedOut(Shown):
    """An invoice on a reminder."""

    invoice: Id
    number: str = Field(examples=["INV-9"])
    due_on: date
    level: int = LEVEL
    raised: bool = Field(description="Whether it comes to this level by the letter.")
    open: str = Field(examples=["178.14"])


class DueOut(Shown):
    """A letter that is due to a customer in one currency."""

    organization: Id
    name: str
    currency: str = Field(examples=["EUR"])
    level: int = LEVEL
    credit: str = Field(examples=["0.00"], description="What settles nothing yet and is taken off.")
    fee: str = Field(
        examples=["5.00"], description="What the letter costs besides, before tax unless prices include it."
    )
    total: str = Field(examples=["178.14"], description="What the letter would ask for, but for its fee.")
    reminded_on: date | None
    invoices: list[RemindedOut]


class DuesOut(Shown):
    """Who is to be reminded today."""

    due: list[DueOut]


class ReminderOut(Shown):
    """A letter to a customer about all that was overdue in one currency."""

    id: Id
    number: str = Field(examples=["REM-1"])
    organization: Id
    currency: str = Field(examples=["EUR"])
    level: int = LEVEL
    issued_on: date
    pay_by: date
    credit: str = Field(examples=["0.00"])
    fee: str = Field(examples=["5.95"], description="What the letter itself costs, with tax.")
    fee_invoice: Id | None = Field(description="The invoice that asks for the fee.")
    total: str = Field(examples=["178.14"], description="What it asks for, the fee among it.")
    invoices: list[RemindedOut]


class ReminderDone(ReminderOut, Done):
    """A letter, and the entry that wrote it."""


class RemindGiven(Given):
    """Whom to remind, and of what in which currency."""

    organization: Id
    currency: Currency = Field(examples=["EUR"])


REMINDERS = Listing(
    "reminders",
    sorts={"number": "number", "issued_on": "issued_on"},
    filters={
        "number": "number",
        "organization": "organization_id",
        "level": "level",
        "invoice": "lines__invoice_id",
    },
    days={"issued_on": "issued_on"},
    q=("number", "organization__name"),
)


@router.get(
    "/reminders",
    response=Page[ReminderOut],
    openapi_extra=REMINDERS.described,
    summary="List reminders",
)
def list_reminders(request: Request) -> HttpResponse:
    """The letters about what was overdue, the newest first."""
    require(request.auth, "billing.read")
    return REMINDERS.answer(request, reminding.reminders(), reminding.show_reminders)


@router.get("/reminders/due", response=DuesOut, summary="Read who is to be reminded")
def due(request: Request) -> HttpResponse:
    """The customers of whom an invoice comes to its next level today, those of the highest first.

    Without who is left out, was reminded today, or has more credit than is overdue.
    """
    require(request.auth, "billing.read")
    return answer({"due": reminding.show_due(reminding.due_to_remind())})


@router.get("/reminders/{id}", response=ReminderOut, summary="Read a reminder")
def reminder(request: Request, id: Id) -> HttpResponse:
    """One letter with its invoices."""
    require(request.auth, "billing.read")
    return detail(request, f"reminder:{id}", _reminder(id))


@router.post("/reminders", response={201: ReminderDone}, summary="Remind a customer")
def remind(request: Request, body: RemindGiven) -> HttpResponse:
    """Write a customer one letter about all that is overdue in a currency; it leaves by mail where there is an address."""
    act = partial(
        reminders.remind, actor=request.auth, organization=body.organization, currency=body.currency
    )
    return make(request, act, "billing.Reminder", _reminder, subject="reminder")


class PauseGiven(Given):
    """Who is left out of reminders, why, and until when."""

    organization: Id
    invoice: Id | None = Field(
        default=None, examples=[None], description="Only this one; without it all of the customer's."
    )
    reason: Note = Field(examples=["They have complained about the goods."])
    until: date | None = Field(
        default=None, examples=[None], description="The last day; without one until somebody ends it."
    )


class PauseOut(Shown):
    """Who is left out of reminders, and why."""

    id: Id
    organization: Id
    invoice: Id | None
    reason: str
    until: date | None
    ended_at: str | None


class PauseDone(PauseOut, Done):
    """Who is left out, and the entry that says so."""


def _for_now(rows: Any, values: Any) -> Any:
    now = reminding.pauses(today()).values("pk")
    return rows.filter(pk__in=now) if "yes" in values else rows.exclude(pk__in=now)


PAUSES = Listing(
    "reminder_pauses",
    filters={"organization": "organization_id", "invoice": "invoice_id", "holds": _for_now},
)


@router.get(
    "/reminder-pauses",
    response=Page[PauseOut],
    openapi_extra=PAUSES.described,
    summary="List who is left out of reminders",
)
def list_pauses(request: Request) -> HttpResponse:
    """Customers and invoices that are or were left out, the newest first; `holds=yes` for those of today."""
    require(request.auth, "billing.read")
    return PAUSES.answer(request, _pauses(), reminding.show_pauses)


@router.post("/reminder-pauses", response={201: PauseDone}, summary="Leave somebody out of reminders")
def leave_out(request: Request, body: PauseGiven) -> HttpResponse:
    """Leave a customer, or one invoice, out of reminders until a day, or until somebody ends it."""
    act = partial(
        reminders.leave_out,
        actor=request.auth,
        organization=body.organization,
        invoice=body.invoice,
        reason=body.reason,
        until=body.until,
    )
    return make(request, act, "billing.ReminderPause", _pause, subject="reminder_pause")


@router.post("/reminder-pauses/{id}/end", response=PauseDone, summary="Remind again")
def let_in(request: Request, id: Id) -> HttpResponse:
    """Let reminders go on for whoever was left out."""
    act = partial(reminders.let_in, actor=request.auth, pause=id)
    return write(request, act, lambda _: _pause(id), about=f"reminder_pause:{id}")


class ReminderRunGiven(Given):
    """Who of those that are due is reminded."""

    customers: list[Id] = Field(
        default=[], max_length=1000, examples=[[]], description="Without any: all of them."
    )
    level: Literal[1, 2, 3] | None = Field(
        default=None, examples=[None], description="Only letters of this level."
    )


class NotRemindedOut(Shown):
    """A letter of a run that was refused, and why."""

    organization: Id
    currency: str
    code: str = Field(examples=["reminded_today"])
    message: str


class ReminderRunOut(Shown):
    """How far the letters of a run are."""

    id: Id
    total: int = Field(description="How many letters were asked for.")
    done: int = Field(description="How many of them are written or refused.")
    started_at: str
    finished_at: str | None
    reminders: list[Id]
    refused: list[NotRemindedOut]


RUNS = Listing("reminder_runs", sorts={"started_at": "started_at"})


@router.get(
    "/reminder-runs",
    response=Page[ReminderRunOut],
    openapi_extra=RUNS.described,
    summary="List runs of reminders",
)
def list_runs(request: Request) -> HttpResponse:
    """Runs that reminded who was due, the newest first."""
    require(request.auth, "billing.read")
    return RUNS.answer(request, ReminderRun.objects.all(), reminding.show_runs)


@router.get("/reminder-runs/{id}", response=ReminderRunOut, summary="Read a run of reminders")
def one_run(request: Request, id: Id) -> HttpResponse:
    """How far a run is, what it wrote, and what was refused and why."""
    require(request.auth, "billing.read")
    return answer(_run(reminding.run_of(id)))


@router.post("/reminder-runs", response={201: ReminderRunOut}, summary="Remind who is due")
def begin(request: Request, body: ReminderRunGiven) -> HttpResponse:
    """Begin to remind all who are due, or these; the worker writes each letter by itself."""
    require(request.auth, reminders.RIGHT)

    def step() -> dict[str, Any]:
        return _run(reminders.remind_due(actor=request.auth, customers=body.customers, level=body.level))

    return stepped(request, step, status=201)


def _run(found: ReminderRun) -> dict[str, Any]:
    return reminding.show_runs([found])[0]


def _reminder(pk: int) -> dict[str, Any]:
    return reminding.show_reminders([there(reminding.reminders(), pk)])[0]


def _pauses() -> Any:
    return ReminderPause.objects.filter(void=None)


def _pause(pk: int) -> dict[str, Any]:
    return reminding.show_pauses([there(_pauses(), pk)])[0]
