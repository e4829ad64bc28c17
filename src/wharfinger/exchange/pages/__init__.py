"""The pages of the import: upload, say which column is which, try it, bring it in."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base.access import Actor
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange import lists, queries, serving
from wharfinger.exchange.actions import mappings, rollback, runs
from wharfinger.exchange.columns import kind_of
from wharfinger.exchange.folder import is_archive
from wharfinger.exchange.models import Mapping, Run
from wharfinger.exchange.rules import headings, systems
from wharfinger.exchange.rules.kinds import KINDS
from wharfinger.exchange.sheets import MOST_BYTES


@require_http_methods(["GET", "HEAD", "POST"])
@page("exchange.import")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in, and show what was brought in lately."""

    def show(form: Form) -> HttpResponse:
        kinds = [(kind.name, _(kind.label)) for kind in KINDS.values()]
        return render(
            request, "exchange/import.html", {"form": form, "kinds": kinds, "runs": queries.latest()}
        )

    if request.method != "POST":
        return show(Form())

    def act() -> Run | None:
        given = request.FILES.get("file")
        if given is None:
            raise BadInput("missing", N_("Please fill this in."), field="file")
        if (given.size or 0) > MOST_BYTES:
            raise BadInput("file_too_large", N_("At most 20 MB are taken. Split the file."), field="file")
        kind, content = request.POST.get("kind", ""), given.read()
        if is_archive(content):
            runs.upload_all(actor=_actor(request), content=content)
            return None
        return runs.upload(actor=_actor(request), content=content, name=given.name or "", kind=kind)

    return page_act(
        request,
        act,
        ok=_("The file is here; nothing of it is in the books yet."),
        back=lambda run: reverse("exchange:run", args=[run.pk]) if run else reverse("exchange:import"),
        again=show,
    )


@require_safe
@page("exchange.import")
def template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """A file to be filled in."""
    return serving.template(kind, form)


@require_safe
@page("exchange.export")
def export(request: HttpRequest) -> HttpResponse:
    """What can be taken out: list by list, or the whole company at once."""
    kinds = [(kind, kind.name in lists.HISTORY) for kind in lists.leaving(_actor(request))]
    return render(request, "exchange/export.html", {"kinds": kinds})


@require_safe
@page("exchange.export")
def leaving(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """One list as a file, row by row."""
    return serving.leaving(_actor(request), kind, form)


@require_safe
@page("exchange.export")
def archive(request: HttpRequest, form: str) -> HttpResponseBase:
    """Every list in one archive."""
    return serving.archive(_actor(request), form)


@require_http_methods(["GET", "HEAD", "POST"])
@page("exchange.import")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """A file on its way: which column is which, how far it is, and what was refused."""
    found = queries.run_of(pk)

    def show(form: Form) -> HttpResponse:
        mapping = found.content is not None and (found.started_at is None or found.finished_at is not None)
        sheet = queries.preview(found) if mapping else None
        shown = {
            "run": found,
            "kind": kind_of(found.kind),
            "form": form,
            "problems": list(queries.problems(found)),
            "changes": list(queries.changes_shown(found)) if _actor(request).may("catalog.see_cost") else [],
            "sheet": sheet,
            "system": systems.recognised(sheet.headings, found.kind) if sheet else None,
            "left": headings.left(sheet.headings, found.columns, found.kind) if sheet else [],
            "mappings": queries.mappings(found.kind),
            "made": queries.made(found),
            "back": queries.rollback(found),
        }
        return render(request, "exchange/run.html", shown)

    if request.method != "POST":
        return show(Form(_columns(request, found)))

    def act() -> Run:
        given = {name: request.POST.get(name, "") for name in kind_of(found.kind).names()}
        written = {
            "decimal": request.POST.get("decimal", found.decimal),
            "dates": request.POST.get("dates", found.dates),
        }
        dry = request.POST.get("do") != "import"
        begun = runs.start(actor=_actor(request), run=found, columns=given, dry=dry, **written)
        if name := request.POST.get("save_as", "").strip():
            mappings.save_mapping(actor=_actor(request), name=name, kind=found.kind, columns=given, **written)
        return begun

    return page_act(
        request,
        act,
        ok=_("The file is being read."),
        back=reverse("exchange:run", args=[found.pk]),
        again=show,
    )


@require_POST
@page("exchange.import")
def proceed(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on for some seconds, and say how far it is."""
    found = runs.proceed(actor=_actor(request), run=queries.run_of(pk))
    if not getattr(request, "htmx", None):
        return page_act(
            request, lambda: found, ok=_("The file is being read."), back=reverse("exchange:run", args=[pk])
        )
    if found.finished_at is not None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "exchange/progress.html", {"run": found})


@require_POST
@page("exchange.import")
def roll_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to roll an import back."""
    return page_act(
        request,
        lambda: rollback.roll_back(actor=_actor(request), run=queries.run_of(pk)),
        ok=_("The import is being rolled back."),
        back=reverse("exchange:run", args=[pk]),
    )


@require_POST
@page("exchange.import")
def go_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with rolling back for some seconds, and say how far it is."""
    found = rollback.go_back(actor=_actor(request), run=queries.run_of(pk))
    if not getattr(request, "htmx", None):
        return page_act(
            request,
            lambda: found,
            ok=_("The import is being rolled back."),
            back=reverse("exchange:run", args=[pk]),
        )
    if found.back_to is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "exchange/going_back.html", {"run": found, "back": queries.rollback(found)})


@require_POST
@page("exchange.import")
def drop_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a mapping."""
    return page_act(
        request,
        lambda: mappings.drop_mapping(actor=_actor(request), mapping=pk),
        ok=_("The mapping is gone; what was brought in by it stays."),
        back=came_from(request, reverse("exchange:import")),
    )


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)


def _columns(request: HttpRequest, found: Run) -> dict[str, str]:
    chosen = request.GET.get("mapping", "")
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10:
        saved = Mapping.objects.filter(pk=int(chosen), kind=found.kind).first()
        if saved is not None:
            return {**saved.columns, "decimal": saved.decimal, "dates": saved.dates}
    return {**found.columns, "decimal": found.decimal, "dates": found.dates}
