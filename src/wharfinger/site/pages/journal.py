"""The journal: every act, what it wrote, and its undo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse as address_of
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base.asking import Ask
from wharfinger.base.owned import MARK
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.billing.queries.keeping import Paper, posted_by_undo
from wharfinger.ledger import queries
from wharfinger.ledger.models import Draw, Entry, Move
from wharfinger.ledger.pictures import Step, picture
from wharfinger.ledger.post import attempt, dry
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import STANDS, VERBS, ChangeTold, Told, stand_words, tell, verb_words
from wharfinger.parties.models import User
from wharfinger.site.changed import Words, field_words, own_words
from wharfinger.site.decided import decided
from wharfinger.site.queries.search import documents_named
from wharfinger.site.subjects import subject


def _rows(ask: Ask) -> Rows:
    found = queries.entries()
    if verbs := ask.many("verb"):
        found = found.filter(verb__in=verbs)
    if people := ask.ids("who"):
        found = found.filter(actor_id__in=people)
    if about := ask.one("about"):
        found = queries.about(found, [documents_named(actor=ask.actor, text=about)])
    if words := ask.one("reason"):
        found = found.filter(reason__icontains=words)
    first, last = ask.days("day")
    if first:
        found = found.filter(effective_on__gte=first)
    if last:
        found = found.filter(effective_on__lte=last)
    cut = ask.slice(found, {})
    shown = {one["id"]: one["subjects"] for one in queries.show_entries(cut.items)}
    return Rows([_row(one, shown[one.id]) for one in tell(cut.items)], cut.before, cut.after)


def _row(told: Told, subjects: list[str]) -> Row:
    first = subject(subjects[0]) if subjects else ("", "")
    more = f" +{len(subjects) - 1}" if len(subjects) > 1 else ""
    return Row(
        id=told.id,
        name=f"{told.sentence} {told.id}",
        cells={
            "entry": (f"{told.id} · {told.sentence}", told.url),
            "about": (f"{first[0]}{more}", first[1]) if subjects else None,
            "what": ", ".join(f"{q} × {what}" for q, what, _source, _target in told.moves) or None,
            "who": told.who,
            "at": told.at,
            "day": told.effective_on,
            "reason": told.reason or None,
            "undone": ("grey", _("Undone")) if told.undone else None,
        },
    )


def _verbs(ask: Ask) -> list[tuple[str, str]]:
    return sorted(((verb, verb_words(verb)) for verb in VERBS), key=lambda pair: pair[1])


def _people(ask: Ask) -> list[tuple[str, str]]:
    return [(str(user.pk), str(user)) for user in User.objects.order_by("name", "username")]


JOURNAL = Table(
    name="journal",
    title=N_("Journal"),
    permission="ledger.read",
    columns=(
        Column("entry", N_("Entry"), "link"),
        Column("about", N_("About"), "link"),
        Column("what", N_("Goods")),
        Column("who", N_("Who")),
        Column("at", N_("When"), "ago"),
        Column("day", N_("Effective on"), "date", optional=True),
        Column("reason", N_("Reason")),
        Column("undone", N_("Undone"), "chip"),
    ),
    filters=(
        Filter("verb", N_("Act"), "many", _verbs),
        Filter("who", N_("Who"), "many", _people),
        Filter("about", N_("Number of a document")),
        Filter("reason", N_("Reason")),
        Filter("day", N_("Effective on"), "date"),
    ),
    rows=_rows,
    empty=N_("Whatever anybody does stands here, and can be undone from here."),
)


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Every act, newest first."""
    return table_page(request, JOURNAL)


def _entry(pk: int) -> Entry:
    found = queries.entries().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_entry", N_("There is no such entry in the journal."))
    return found


def _moves(entry: int) -> list[dict[str, Any]]:
    rows = Move.objects.filter(entry_id=entry).order_by("n")
    return [
        {
            "quantity": plain(units, decimals),
            "product": (f"{sku} {code}".strip(), ""),
            "from": stand_words(*stands[:4]),
            "to": stand_words(*stands[4:]),
        }
        for units, sku, decimals, code, *stands in rows.values_list(
            "quantity",
            "source__product__sku",
            "source__product__quantity_decimals",
            "target__lot__code",
            *(f"source__{name}" for name in STANDS),
            *(f"target__{name}" for name in STANDS),
        )
    ]


def _in_words(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    words = Words(changes)
    return [
        {"about": words.title(one["subject"]), "field": field, "old": old, "new": new}
        for one in changes
        for field, old, new in _told(words, one)
    ]


def _told(words: Words, change: dict[str, Any]) -> list[ChangeTold]:
    about, name, old, new = (change[key] for key in ("subject", "field", "old", "new"))
    if about.startswith("setting:") and name == "value":
        return decided(about, old, new)
    if name.startswith(MARK):
        return [own_words(about, name, old, new)]
    return [(field_words(name), words.value(about, name, old), words.value(about, name, new))]


@require_safe
@page("ledger.read")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One act with everything it wrote."""
    found = _entry(pk)
    actor: Any = request.user
    costs = actor.may("catalog.see_cost")
    (told,) = tell([found])
    draws = Draw.objects.filter(entry=found).select_related("layer__product").order_by("pk") if costs else ()
    later = Entry.objects.filter(reverses=found).order_by("pk")
    return render(
        request,
        "site/entry.html",
        {
            "entry": found,
            "told": told,
            "moves": _moves(pk),
            "draws": draws,
            "postings": queries.postings(pk) if costs else [],
            "changes": _in_words(queries.changes(pk, costs=costs)),
            "subjects": [subject(one) for one in queries.subjects(pk)],
            "later": later,
        },
    )


def _back(request: HttpRequest, pk: int, gone: list[str]) -> str:
    """The page from which an act was undone, unless it showed what is gone now: then what was undone."""
    entry = address_of("site:entry", args=[pk])
    path = urlsplit(came_from(request, entry)).path
    return entry if path in gone or path.startswith(("/journal/", "/sign-in/")) else came_from(request, entry)


@require_http_methods(["GET", "HEAD", "POST"])
@page("ledger.read")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what undoing an act would move, then do it."""
    found = _entry(pk)
    actor: Any = request.user
    (told,) = tell([found])

    def show(form: Form) -> HttpResponse:
        steps: list[Step] = []
        changes: list[dict[str, Any]] = []
        papers: list[Paper] = []
        refusal = form.refusal
        if refusal is None:
            try:
                steps, changes, papers = attempt(lambda: dry(preview))
            except Refusal as refused:
                if refused.http_code == 403:
                    raise
                refusal = refused
        context = {
            "entry": found,
            "told": told,
            "steps": steps,
            "changes": changes,
            "papers": papers,
            "form": form,
            "refusal": refusal,
            "back": request.POST.get("back") or request.headers.get("Referer", ""),
        }
        return render(request, "site/undo.html", context)

    def preview() -> tuple[list[Step], list[dict[str, Any]], list[Paper]]:
        done = reverse(actor=actor, entry=pk)
        changes = queries.changes(done.id, costs=actor.may("catalog.see_cost"))
        return picture(done.id), _in_words(changes), posted_by_undo(done.made)

    if request.method != "POST":
        return show(Form())
    made = {str(one) for one in queries.made_by(pk)}
    gone = [subject(one)[1] for one in queries.subjects(pk) if one.partition(":")[2] in made]
    return page_act(
        request,
        lambda: reverse(actor=actor, entry=pk, reason=request.POST.get("reason", "")),
        ok=_("Undone: %(verb)s.") % {"verb": verb_words(found.verb)},
        back=_back(request, pk, gone),
        again=show,
    )
