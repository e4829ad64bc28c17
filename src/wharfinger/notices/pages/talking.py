"""Notes and to-dos of documents, in the browser, and the list of what is to be done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import clock, configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, came_from, page, page_act, selected
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Act, Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.notices import actions as noting
from wharfinger.notices import queries as notes
from wharfinger.notices.actions import todos as actions
from wharfinger.notices.models import Todo
from wharfinger.notices.queries import todos as queries
from wharfinger.notices.rules.talking import mentioned
from wharfinger.parties.models import User

FEW = 5
"""So many notes stand on the page of a document; all of them in its timeline."""


def part(request: HttpRequest, subject: str) -> str:
    """What is said and to be done about a document, with the means to say and ask more."""
    actor: Any = request.user
    if not actor.may("notices.read"):
        return ""
    writes, asks = actor.may("notices.note"), actor.may("notices.todo")
    said = list(notes.notes_of(subject)[: FEW + 1])
    to_do = list(queries.of(subject))
    if not (said or to_do or writes or asks):
        return ""
    context = {
        "about": subject,
        "notes": said[:FEW],
        "more": len(said) > FEW,
        "todos": to_do,
        "today": clock.today(configuration.one("time_zone")) if to_do else None,
        "writes": writes,
        "asks": asks,
        "people": people() if writes or asks else [],
    }
    return render_to_string("notices/talk.html", context, request)


def people() -> list[tuple[int, str, str]]:
    """Whom one can tell and ask: id, name and user name."""
    rows = User.objects.filter(is_active=True).order_by("name", "username")
    return [(pk, name or known, known) for pk, name, known in rows.values_list("pk", "name", "username")]


@require_POST
@page("notices.note")
def note(request: HttpRequest) -> HttpResponse:
    """Write a note; whoever is chosen beside it is mentioned in it."""
    actor: Any = request.user
    given = request.POST
    text, tell = given.get("text", "").strip(), given.get("tell", "").strip()
    named = tell.casefold() in mentioned(text)
    said = f"@{tell} {text}" if tell and text and not named else text
    return page_act(
        request,
        lambda: noting.note(actor=actor, subject=given.get("subject", ""), text=said),
        ok=_("Noted."),
        back=came_from(request, "/"),
    )


@require_POST
@page("notices.todo")
def add(request: HttpRequest) -> HttpResponse:
    """Write down what somebody is to do."""
    actor: Any = request.user
    given = request.POST
    return page_act(
        request,
        lambda: actions.add_todo(
            actor=actor,
            subject=given.get("subject", ""),
            text=given.get("todo", ""),
            person=_person(given.get("person", ""), actor.pk),
            due_on=given.get("due_on") or None,
        ),
        ok=_("Written down."),
        back=came_from(request, reverse("notices:todos")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("notices.todo")
def todo(request: HttpRequest, pk: int) -> HttpResponse:
    """One to-do, changed here."""
    actor: Any = request.user
    found = queries.seen(actor, pk)
    back = came_from(request, reverse("notices:todos"))

    def show(form: Form) -> HttpResponse:
        options = [(key, name) for key, name, _known in people()]
        context = {"form": form, "found": found, "people": options, "back": back}
        return render(request, "notices/todo.html", context)

    if request.method != "POST":
        due = found.due_on.isoformat() if found.due_on else ""
        return show(Form({"text": found.text, "person": found.person_id, "due_on": due}))
    given = request.POST
    return page_act(
        request,
        lambda: actions.change_todo(
            actor=actor,
            todo=pk,
            values={
                "text": given.get("text", ""),
                "person": _person(given.get("person", ""), found.person_id),
                "due_on": given.get("due_on") or None,
            },
        ),
        ok=_("Changed."),
        back=back,
        again=show,
    )


@require_POST
@page("notices.todo")
def finish(request: HttpRequest) -> HttpResponse:
    """Say that what was ticked is done."""
    actor: Any = request.user

    def act() -> Any:
        rows = selected(request)
        done = [actions.finish_todo(actor=actor, todo=row.id) for row in rows]
        return done[0] if len(done) == 1 else None

    return page_act(request, act, ok=_("Done."), back=came_from(request, reverse("notices:todos")))


def _person(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput("no_such_user", N_("There is no such user."), field="person")
    return int(text)


def _rows(ask: Ask) -> Rows:
    actor: Any = ask.actor
    today = clock.today(configuration.one("time_zone"))
    every = queries.visible(actor).select_related("person")
    still = every.filter(done_at__isnull=True)
    tabs = {
        "mine": still.filter(person=actor.pk),
        "late": still.filter(due_on__lt=today),
        "all": still,
        "done": every.filter(done_at__isnull=False),
    }
    found = tabs.get(ask.tab, tabs["mine"])
    if text := ask.one("text"):
        found = found.filter(text__icontains=text)
    first, last = ask.days("due")
    if first:
        found = found.filter(due_on__gte=first)
    if last:
        found = found.filter(due_on__lte=last)
    cut = ask.slice(found, {})
    counts = {key: capped(tabs[key]) for key in ("mine", "late")}
    titles = further.titles_of({one.about for one in cut.items})
    return Rows(
        [_row(one, today, titles[one.about]) for one in cut.items], cut.before, cut.after, counts=counts
    )


def _row(one: Todo, today: date, about: tuple[str, str]) -> Row:
    late = one.done_at is None and one.due_on is not None and one.due_on < today
    return Row(
        id=one.pk,
        name=one.text[:60],
        cells={
            "text": (one.text, reverse("notices:todo", args=[one.pk])),
            "about": about,
            "person": str(one.person),
            "due": one.due_on,
            "word": ("green", _("Done"))
            if one.done_at
            else ("red", _("Late"))
            if late
            else ("grey", _("Open")),
        },
    )


TODOS = Table(
    name="todos",
    title=N_("To-dos"),
    permission="notices.read",
    columns=(
        Column("text", N_("To do"), "link"),
        Column("about", N_("About"), "link"),
        Column("person", N_("Who"), "person"),
        Column("due", N_("Until"), "date"),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("text", N_("To do")), Filter("due", N_("Until"), "date")),
    tabs=(
        Tab("mine", N_("Mine")),
        Tab("late", N_("Late")),
        Tab("all", N_("Open")),
        Tab("done", N_("Done")),
    ),
    acts=(Act("finish", N_("Done"), "notices:finish_todos", "notices.todo", icon="check"),),
    rows=_rows,
    empty=N_("What you are to do about quotes, orders and other documents appears here."),
)


@require_safe
def todos(request: HttpRequest) -> HttpResponse:
    """What is to be done, mine first."""
    return table_page(request, TODOS)
