"""Webhooks, notification rules and the messages of the outbox over HTTP."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from wharfinger.base.access import require
from wharfinger.base.door import Done, Given, Id, Line, Listing, Page, Request, Shown, Text, answer, there
from wharfinger.base.refusal import N_, NotThere
from wharfinger.ledger.door import detail, make, write
from wharfinger.ledger.models import Outbox
from wharfinger.ledger.queries import about
from wharfinger.notices import actions, queries
from wharfinger.notices.models import Webhook

router = Router(tags=["notices"])

WEBHOOKS = Listing(
    "webhooks", sorts={"name": "name"}, filters={"active": "active"}, days={}, q=("name", "url")
)
NOTES = Listing(
    "notes",
    filters={"subject": about, "author": "actor_id"},
    days={"written_at": "recorded_at"},
    q=("reason",),
)
MESSAGES = Listing("messages", sorts={}, filters={"consumer": "consumer", "entry": "entry_id"}, days={}, q=())


ADDRESS = (
    "It begins with https://; http:// is for your own network, once the settings allow private addresses."
)


class WebhookGiven(Given):
    """An address to tell of entries."""

    name: Text
    url: str = Field(max_length=500, examples=["https://example.com/hook"], description=ADDRESS)
    verbs: list[Text] = Field(default=[], max_length=100, examples=[["ship"]])


class WebhookChange(Given):
    """What is to be different."""

    name: Text | None = None
    url: str | None = Field(
        default=None, max_length=500, examples=["https://example.com/hook"], description=ADDRESS
    )
    verbs: list[Text] | None = Field(default=None, max_length=100, examples=[["ship"]])
    active: bool | None = None


class WebhookOut(Shown):
    """An address that is told of entries; the secret only for those who may change it."""

    id: Id
    name: str
    url: str
    verbs: list[str]
    active: bool
    secret: str | None


class WebhookDone(WebhookOut, Done):
    """A webhook, and the entry that changed it."""


class RuleGiven(Given):
    """Who is to be told of an event."""

    event: Line = Field(examples=["to_order"])
    roles: list[Line] = Field(max_length=10, examples=[["owner"]])
    users: list[Id] = Field(default=[], max_length=200)
    active: bool = True


class RuleOut(Shown):
    """Who is told when units of a line reach a stage."""

    event: str
    roles: list[str]
    users: list[Id]
    active: bool


class RuleChange(Given):
    """What is to be different."""

    roles: list[Line] | None = Field(default=None, max_length=10, examples=[["owner"]])
    users: list[Id] | None = Field(default=None, max_length=200)
    active: bool | None = None


class RuleDone(RuleOut, Done):
    """A notification rule, and the entry that set it."""


class AttemptOut(Shown):
    """One try to hand a message over."""

    at: str
    ok: bool
    code: int | None
    said: str
    took_ms: int


class MessageOut(Shown):
    """A message of the outbox and what became of it."""

    id: Id
    entry: int | None
    consumer: str
    attempts: int
    due_at: str
    finished_at: str | None
    dead_at: str | None
    error: str
    log: list[AttemptOut]


class NoteGiven(Given):
    """Something worth knowing about a document."""

    subject: str = Field(min_length=3, max_length=60, examples=["order:17"])
    text: str = Field(min_length=1, max_length=1000, examples=["Ring before delivery"])


class NoteOut(Shown):
    """A note in the timeline of a document."""

    id: Id
    subject: str = Field(examples=["order:17"])
    text: str
    author: int | None
    written_at: datetime


class NoteDone(NoteOut, Done):
    """A note, and the entry that it is."""


class MessageDone(MessageOut):
    """A message that is sent once more, and the entry that says so."""

    entry: Id


@router.get("/webhooks", response=Page[WebhookOut], openapi_extra=WEBHOOKS.described, summary="List webhooks")
def webhooks(request: Request) -> HttpResponse:
    """Every address that is told of entries."""
    require(request.auth, "notices.read")
    return WEBHOOKS.answer(request, Webhook.objects.all(), partial(queries.show_webhooks, actor=request.auth))


@router.get("/webhooks/{id}", response=WebhookOut, summary="Read a webhook")
def webhook(request: Request, id: Id) -> HttpResponse:
    """One address that is told of entries."""
    require(request.auth, "notices.read")
    return detail(request, f"webhook:{id}", _webhook(request, id))


@router.post("/webhooks", response={201: WebhookDone}, summary="Add a webhook")
def add_webhook(request: Request, body: WebhookGiven) -> HttpResponse:
    """Tell an address of entries from now on; the answer holds its signing secret."""
    act = partial(actions.add_webhook, actor=request.auth, name=body.name, url=body.url, verbs=body.verbs)
    return make(request, act, "notices.Webhook", partial(_webhook, request), subject="webhook")


@router.patch("/webhooks/{id}", response=WebhookDone, summary="Change a webhook")
def change_webhook(request: Request, id: Id, body: WebhookChange) -> HttpResponse:
    """Change its name, address, verbs, or switch it off."""
    values = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    act = partial(actions.change_webhook, actor=request.auth, webhook=id, values=values)
    return write(request, act, lambda _: _webhook(request, id), about=f"webhook:{id}")


def _webhook(request: Request, pk: int) -> dict[str, Any]:
    return queries.show_webhooks([there(Webhook.objects.all(), pk)], actor=request.auth)[0]


@router.get("/notification-rules", response=Page[RuleOut], summary="List notification rules")
def rules(request: Request) -> HttpResponse:
    """Who is told of which event."""
    require(request.auth, "notices.read")
    return answer({"items": queries.show_rules(), "next": None})


@router.get("/notification-rules/{event}", response=RuleOut, summary="Read a notification rule")
def rule(request: Request, event: str) -> HttpResponse:
    """Who is told of one event."""
    require(request.auth, "notices.read")
    return answer(_rule(event))


@router.post("/notification-rules", response=RuleDone, summary="Set a notification rule")
def set_rule(request: Request, body: RuleGiven) -> HttpResponse:
    """Say who is told when units of a line reach a stage; it acts at once."""
    act = partial(actions.set_rule, actor=request.auth, **body.model_dump())
    return write(request, act, lambda _: _rule(body.event))


@router.patch("/notification-rules/{event}", response=RuleDone, summary="Change a notification rule")
def change_rule(request: Request, event: str, body: RuleChange) -> HttpResponse:
    """Change who is told of one event, or switch its mails off."""
    values = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    act = partial(actions.set_rule, actor=request.auth, **{**_rule(event), **values})
    return write(request, act, lambda _: _rule(event))


def _rule(event: str) -> dict[str, Any]:
    for one in queries.show_rules():
        if one["event"] == event:
            return one
    raise NotThere("no_such_event", N_("There is no such event."), field="event")


@router.get("/notes", response=Page[NoteOut], openapi_extra=NOTES.described, summary="List notes")
def notes(request: Request) -> HttpResponse:
    """Notes, newest first; ``?subject=order:17`` are those about one document."""
    require(request.auth, "notices.read")
    return NOTES.answer(request, queries.notes(), queries.show_notes)


@router.get("/notes/{id}", response=NoteOut, summary="Read a note")
def note(request: Request, id: Id) -> HttpResponse:
    """One note."""
    require(request.auth, "notices.read")
    return answer(_note(id))


@router.post("/notes", response={201: NoteDone}, summary="Write a note")
def write_note(request: Request, body: NoteGiven) -> HttpResponse:
    """Write a note into the timeline of a document; it stays there, as all history does."""
    act = partial(actions.note, actor=request.auth, subject=body.subject, text=body.text)
    return write(request, act, lambda done: _note(done.id), status=201)


def _note(pk: int) -> dict[str, Any]:
    return queries.show_notes([there(queries.notes(), pk)])[0]


@router.get("/messages", response=Page[MessageOut], openapi_extra=MESSAGES.described, summary="List messages")
def messages(request: Request) -> HttpResponse:
    """What left or is to leave the house by mail and webhook, newest first."""
    require(request.auth, "notices.outbox")
    return MESSAGES.answer(request, Outbox.objects.all(), queries.show_messages)


@router.get("/messages/{id}", response=MessageOut, summary="Read a message")
def message(request: Request, id: Id) -> HttpResponse:
    """One message of the outbox and what became of it."""
    require(request.auth, "notices.outbox")
    return answer(_message(id))


@router.post("/messages/{id}/send-again", response=MessageDone, summary="Send a message again")
def send_again(request: Request, id: Id) -> HttpResponse:
    """Send a message once more, at once."""
    return write(request, partial(actions.send_again, actor=request.auth, row=id), lambda _: _message(id))


def _message(pk: int) -> dict[str, Any]:
    (shown,) = queries.show_messages([there(Outbox.objects.all(), pk)])
    return shown
