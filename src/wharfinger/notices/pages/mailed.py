"""The mails by which a document went to the other side and what came back, as a section of its page; what nobody could place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wharfinger.base import further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import page
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.models import Outbox
from wharfinger.notices import queries
from wharfinger.notices.models import Letter
from wharfinger.notices.queries import letters as replies


def part(request: HttpRequest, subject: str) -> str:
    """What was sent about a document, to whom, and whether it left; what was answered; nothing where nothing was."""
    actor: Any = request.user
    if not actor.may("notices.read"):
        return ""
    rows = [_row(one) for one in queries.mails_of(subject)]
    came = list(replies.of(subject)[: replies.FEW])
    if not (rows or came):
        return ""
    context = {"rows": rows, "came": came, "again": actor.may("notices.outbox")}
    return render_to_string("notices/mailed.html", context, request)


def _row(one: Outbox) -> dict[str, Any]:
    if one.dead_at is not None:
        word = ("red", _("Given up"))
    elif one.finished_at is not None:
        word = ("green", _("Sent"))
    else:
        word = ("amber", _("Waiting"))
    return {
        "id": one.pk,
        "to": ", ".join([*one.payload["to"], *one.payload.get("cc", ())]),
        "subject": one.payload["subject"],
        "at": one.finished_at or one.due_at,
        "word": word,
        "said": _said(one.error.strip()),
    }


UNREACHED = ("ConnectionRefusedError", "ConnectionResetError", "TimeoutError", "gaierror", "SMTPConnectError")
"""Faults before the mail server says anything, as the outbox keeps them by name."""


def _said(error: str) -> str:
    """Why a mail has not left, in words: what the mail server said, or that it says nothing."""
    if error.startswith(UNREACHED):
        return _("The mail server does not answer.")
    return error.splitlines()[-1].partition(": ")[2][:120] if error else ""


def _rows(ask: Ask) -> Rows:
    every = replies.visible(ask.actor)
    unplaced = every.filter(about="")
    found = every if ask.tab == "all" else unplaced
    if text := ask.one("sender"):
        found = found.filter(sender__icontains=text)
    cut = ask.slice(found, {})
    titles = further.titles_of({one.about for one in cut.items if one.about})
    rows = [_letter_row(one, titles) for one in cut.items]
    return Rows(rows, cut.before, cut.after, counts={"unplaced": capped(unplaced)})


def _letter_row(one: Letter, titles: Any) -> Row:
    return Row(
        id=one.pk,
        name=str(one)[:60],
        cells={
            "title": (one.title or _("Without a subject"), reverse("notices:letter", args=[one.pk])),
            "sender": one.sender,
            "about": titles[one.about] if one.about else None,
            "at": one.received_at,
        },
    )


LETTERS = Table(
    name="letters",
    title=N_("Mails that came in"),
    permission="notices.outbox",
    columns=(
        Column("title", N_("Subject"), "link"),
        Column("sender", N_("From")),
        Column("about", N_("About"), "link"),
        Column("at", N_("When"), "ago"),
    ),
    filters=(Filter("sender", N_("From")),),
    tabs=(Tab("unplaced", N_("Answers none of ours")), Tab("all", N_("All"))),
    rows=_rows,
    empty=N_("Mails that your mail server hands in, and that answer none of ours, appear here."),
)


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """Mails that came in, those first that nobody could place."""
    return table_page(request, LETTERS)


@require_safe
@page("notices.read")
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail that came in, as plain text."""
    actor: Any = request.user
    found = replies.visible(actor).filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_letter", N_("There is no such mail."))
    return render(request, "notices/letter.html", {"found": found})
