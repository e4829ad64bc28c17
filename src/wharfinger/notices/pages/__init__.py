"""Webhooks, notification rules and the messages that left the house, in the browser."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, came_from, page, page_act, posted, selected
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Act, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.models import Outbox
from wharfinger.notices import actions, queries
from wharfinger.notices.models import Attempt, Webhook
from wharfinger.notices.rules import EVENTS, REACHES, WHOLE
from wharfinger.parties.models import User

CONSUMERS = {
    "mail": N_("Mail"),
    "webhook": N_("Webhook"),
    "notices": N_("Who is told"),
    "webhooks": N_("Which webhooks are told"),
    "documents": N_("Documents to send"),
    "winning": N_("Quotes won by themselves"),
}
ROLE_WORDS = {
    "owner": N_("Owner of the document"),
    "lead": N_("Lead of the ticket or project"),
    "resource": N_("Who does the ticket"),
    "opportunity_owner": N_("Owner of the opportunity"),
    "requester": N_("Who asked for it"),
    "purchasing_team": N_("Purchasing team"),
    "approvers": N_("Who may approve it"),
    "buyer": N_("Buyer of the purchase order"),
    "sender": N_("Who sent the mail"),
}


def _webhooks(ask: Ask) -> Rows:
    found = Webhook.objects.all()
    if text := ask.one("name"):
        found = found.filter(name__icontains=text)
    cut = ask.slice(found, {"name": "name"})
    return Rows([_webhook_row(one) for one in cut.items], cut.before, cut.after)


def _webhook_row(one: Webhook) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("notices:webhook", args=[one.pk])),
            "url": one.url,
            "verbs": ", ".join(one.verbs) or _("everything"),
            "word": ("green", _("On")) if one.active else ("grey", _("Off")),
        },
    )


WEBHOOKS = Table(
    name="webhooks",
    title=N_("Webhooks"),
    permission="notices.read",
    columns=(
        Column("name", N_("Name"), "link", sortable=True),
        Column("url", N_("Address")),
        Column("verbs", N_("Told of")),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("name", N_("Name")),),
    new=New(N_("New webhook"), "notices:new_webhook", "notices.webhook"),
    rows=_webhooks,
    empty=N_("Name an address of another program, and it is told what happens here."),
)


@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """Every address that is told of entries."""
    return table_page(request, WEBHOOKS)


@require_http_methods(["GET", "HEAD", "POST"])
@page("notices.webhook")
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Tell an address of entries from now on."""
    show = partial(_webhook_form, request, None)
    if request.method != "POST":
        return show(Form())
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.add_webhook(actor=actor, **_typed(request.POST)),
        ok=_("Added %(name)s.") % {"name": request.POST.get("name", "").strip()},
        back=lambda done: reverse("notices:webhook", args=[done.one("notices.Webhook")]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("notices.webhook")
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook with its signing secret and what its receiver said; changed here, too."""
    found = Webhook.objects.filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_webhook", N_("There is no such webhook."))
    show = partial(_webhook_form, request, found)
    if request.method != "POST":
        start = {"name": found.name, "url": found.url, "verbs": " ".join(found.verbs), "active": found.active}
        return show(Form(start))
    actor: Any = request.user
    values = _typed(request.POST) | {"active": request.POST.get("active") == "yes"}
    return page_act(
        request,
        lambda: actions.change_webhook(actor=actor, webhook=pk, values=values),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=reverse("notices:webhook", args=[pk]),
        again=show,
    )


def _webhook_form(request: HttpRequest, found: Webhook | None, form: Form) -> HttpResponse:
    log = Attempt.objects.filter(webhook=found).order_by("-pk")[:12] if found else []
    return render(request, "notices/webhook.html", {"form": form, "found": found, "log": log})


def _typed(post: QueryDict) -> dict[str, Any]:
    verbs = post.get("verbs", "").replace(",", " ").split()
    return {"name": post.get("name", ""), "url": post.get("url", ""), "verbs": verbs}


@require_safe
@page("notices.read")
def rules(request: HttpRequest) -> HttpResponse:
    """Who is told when units of a line reach a stage."""
    return _rules(request, Form(), "")


@page("notices.rule")
@posted("notices:rules")
def set_rule(request: HttpRequest, event: str) -> HttpResponse:
    """Say who is told of an event."""
    actor: Any = request.user
    post = request.POST
    return page_act(
        request,
        lambda: actions.set_rule(
            actor=actor,
            event=event,
            roles=post.getlist("roles"),
            users=[int(one) for one in post.getlist("users") if one.isdecimal() and len(one) < 19],
            active=post.get("active") == "yes",
        ),
        ok=_("Saved who is told."),
        back=reverse("notices:rules"),
        again=lambda form: _rules(request, form, event),
    )


def _rules(request: HttpRequest, form: Form, event: str) -> HttpResponse:
    """Each event with the roles that somebody may hold for it, and no others."""
    people = [(one.pk, str(one)) for one in User.objects.filter(is_active=True).order_by("name", "username")]
    shown = []
    for one in queries.show_rules():
        happens = EVENTS[one["event"]][0]
        offered = [(role, _(ROLE_WORDS[role])) for role in REACHES[one["event"]]]
        shown.append({**one, "word": _(happens), "whole": _whole(one["event"]), "offered": offered})
    context = {
        "form": form,
        "event": event,
        "rules": shown,
        "people": people,
    }
    return render(request, "notices/rules.html", context)


def _whole(event: str) -> str:
    """What an event is called that is not about units; nothing where it is."""
    return _(WHOLE[event]) if event in WHOLE else ""


def _messages(ask: Ask) -> Rows:
    every = Outbox.objects.all()
    tabs = {
        "waiting": every.filter(finished_at__isnull=True, dead_at__isnull=True),
        "failed": every.filter(dead_at__isnull=False),
        "all": every,
    }
    found = tabs.get(ask.tab, every)
    if kinds := ask.many("kind"):
        found = found.filter(consumer__in=kinds)
    cut = ask.slice(found, {})
    said: dict[int, str] = dict(
        Attempt.objects.filter(outbox__in=[one.pk for one in cut.items])
        .order_by("pk")
        .values_list("outbox_id", "said")
    )
    counts = {key: capped(tabs[key]) for key in ("waiting", "failed")}
    return Rows([_message_row(one, said) for one in cut.items], cut.before, cut.after, counts=counts)


def _message_row(one: Outbox, said: dict[int, str]) -> Row:
    to = one.payload.get("to") if isinstance(one.payload, dict) else None
    if one.dead_at is not None:
        word = ("red", _("Given up"))
    elif one.finished_at is not None:
        word = ("green", _("Sent"))
    else:
        word = ("amber", _("Waiting"))
    return Row(
        id=one.pk,
        name=f"{one.consumer} {one.pk}",
        cells={
            "at": one.due_at,
            "kind": _(CONSUMERS.get(one.consumer, one.consumer)),
            "to": ", ".join(to) if isinstance(to, list) else None,
            "entry": (str(one.entry_id), reverse("site:entry", args=[one.entry_id]))
            if one.entry_id
            else None,
            "attempts": one.attempts,
            "word": word,
            "said": (one.error.strip().splitlines()[-1][:120] if one.error.strip() else said.get(one.pk))
            or None,
        },
    )


MESSAGES = Table(
    name="messages",
    title=N_("Messages"),
    permission="notices.outbox",
    columns=(
        Column("at", N_("Due"), "ago"),
        Column("kind", N_("Kind")),
        Column("to", N_("To")),
        Column("entry", N_("Entry"), "link"),
        Column("attempts", N_("Attempts"), "number"),
        Column("word", N_("State"), "chip"),
        Column("said", N_("What was said")),
    ),
    filters=(
        Filter("kind", N_("Kind"), "many", lambda _ask: [(key, _(word)) for key, word in CONSUMERS.items()]),
    ),
    tabs=(Tab("waiting", N_("Waiting")), Tab("failed", N_("Given up")), Tab("all", N_("All"))),
    acts=(Act("send_again", N_("Send again"), "notices:send_again", "notices.outbox", icon="send"),),
    rows=_messages,
    empty=N_("Mails and webhooks appear here when they are to be sent."),
)


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """What left or is to leave the house by mail and webhook, newest first."""
    return table_page(request, MESSAGES, template="notices/messages.html")


@require_POST
@page("notices.outbox")
def send_again(request: HttpRequest) -> HttpResponse:
    """Send the ticked messages once more, at once."""
    actor: Any = request.user

    def act() -> None:
        for row in selected(request):
            actions.send_again(actor=actor, row=row.id)

    back = came_from(request, reverse("notices:messages"))
    return page_act(request, act, ok=_("They are sent again now."), back=back)
