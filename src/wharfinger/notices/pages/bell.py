"""What one was told, newest first, with what one has to do; and what one wants to be told of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import clock, configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import came_from, page, page_act, selected
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Act, Column, Row, Rows, Tab, Table, table_page
from wharfinger.notices.actions import bell as actions
from wharfinger.notices.models import Notice
from wharfinger.notices.queries import bell as queries
from wharfinger.notices.queries import todos
from wharfinger.notices.rules import EVENTS, WHOLE

FEW = 20
"""So many to-dos stand beneath what one was told."""


def _rows(ask: Ask) -> Rows:
    every = queries.mine(ask.actor).select_related("entry__actor")
    new = every.filter(read_at__isnull=True)
    cut = ask.slice(new if ask.tab == "new" else every, {})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after, counts={"new": capped(new)})


def _row(one: Notice) -> Row:
    new = one.read_at is None
    return Row(
        id=one.pk,
        name=one.text[:60],
        cells={
            "text": (one.text, reverse("notices:open", args=[one.pk]), new),
            "who": str(one.entry.actor or "Wharfinger"),
            "at": one.entry.recorded_at,
            "word": ("blue", _("New")) if new else ("grey", _("Seen")),
        },
    )


NOTICES = Table(
    name="notices",
    title=N_("My notices"),
    permission="",
    columns=(
        Column("text", N_("What I was told"), "told"),
        Column("who", N_("Who"), "person"),
        Column("at", N_("When"), "ago"),
        Column("word", N_("State"), "chip"),
    ),
    tabs=(Tab("all", N_("All")), Tab("new", N_("New"))),
    acts=(Act("read", N_("Mark as read"), "notices:read", "", icon="check"),),
    rows=_rows,
    empty=N_("What you are told of your documents and your work appears here."),
)


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What one was told, newest first, and beneath it what one has to do by day."""
    user: Any = request.user
    mine = []
    if user.is_authenticated and user.may("notices.read"):
        rows = todos.standing().filter(person=user.pk).order_by("due_on", "pk")
        mine = list(rows[: FEW + 1])
    titles = further.titles_of({one.about for one in mine})
    context = {
        "todos": [(one, *titles[one.about]) for one in mine[:FEW]],
        "more": len(mine) > FEW,
        "today": clock.today(configuration.one("time_zone")) if mine else None,
    }
    return table_page(request, NOTICES, template="notices/notices.html", **context)


@require_safe
@page()
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what a notice is about, which is read by that."""
    user: Any = request.user
    found = queries.mine(user).filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_notice", N_("There is no such notice."))
    actions.read(user=user, notices=[pk])
    return redirect(queries.leading([found])[pk] or reverse("notices:notices"))


@require_POST
@page()
def read(request: HttpRequest) -> HttpResponse:
    """Take what was ticked as read."""
    user: Any = request.user
    chosen = [row.id for row in selected(request)]
    back = came_from(request, reverse("notices:notices"))
    return page_act(
        request, lambda: actions.read(user=user, notices=chosen), ok=_("Marked as read."), back=back
    )


@require_POST
@page()
def read_all(request: HttpRequest) -> HttpResponse:
    """Take everything that one was told as read."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.read_all(user=user),
        ok=_("Marked as read."),
        back=reverse("notices:notices"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def own_mails(request: HttpRequest) -> HttpResponse:
    """Of which events one wants a mail, only the bell, or nothing; and whether mails come at once or once a day."""
    user: Any = request.user
    if request.method == "POST":
        given = request.POST
        ways = {event: given.get(event, "mail") for event in EVENTS}
        return page_act(
            request,
            lambda: actions.mute(
                user=user,
                events=[event for event, way in ways.items() if way != "mail"],
                silenced=[event for event, way in ways.items() if way == "none"],
                digest=given.get("digest", ""),
            ),
            ok=_("Saved what you are told."),
            back=reverse("notices:own_mails"),
        )
    shown = [
        {
            "event": event,
            "word": _(WHOLE[event]) if event in WHOLE else _("A unit %(happens)s") % {"happens": _(word)},
            "way": "none" if event in user.silenced else "bell" if event in user.muted else "mail",
        }
        for event, (word, _roles) in EVENTS.items()
    ]
    return render(request, "notices/own_mails.html", {"shown": shown, "digest": user.digest})
