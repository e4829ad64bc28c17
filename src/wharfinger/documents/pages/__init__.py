"""Documents in the browser: always a PDF, shown beside the page."""

from __future__ import annotations

import base64
import re
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import configuration
from wharfinger.base.access import require
from wharfinger.base.fields import day
from wharfinger.base.page import Form, page, page_act, selected
from wharfinger.base.refusal import N_, BadInput
from wharfinger.billing.queries.statements import period
from wharfinger.documents.actions import issuing, printing
from wharfinger.documents.actions.letterhead import preview_letterhead
from wharfinger.documents.codes import as_svg
from wharfinger.documents.papers import NAMES, USUAL, paper_named
from wharfinger.documents.render import drawable
from wharfinger.parties.actions.settings import set_setting

MOST_FILE = 60_001


@require_GET
@page()
def document(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One document, as issued where it is final."""
    actor: Any = request.user
    language = request.GET.get("language")
    return pdf_answer(
        issuing.pdf(actor=actor, kind=kind, pk=pk, language=_language(language)), f"{kind}-{pk}"
    )


@require_GET
@page()
def issued(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier issue of a document, as it was."""
    actor: Any = request.user
    return pdf_answer(issuing.reprint(actor=actor, issued=pk), f"issued-{pk}")


@require_GET
@page("fulfilment.read")
def lists(request: HttpRequest, name: str) -> HttpResponse:
    """Pick or packing lists for selected lines or rows of a worklist, one for each destination."""
    actor: Any = request.user
    made = printing.print_lists(
        actor=actor,
        name=name,
        lines=_ids(request, "lines"),
        holdings=_ids(request, "selected"),
        language=get_language() or "en",
    )
    return pdf_answer(made, name)


@require_GET
@page("fulfilment.read")
def container_labels(request: HttpRequest) -> HttpResponse:
    """The shipping labels of several containers, in one file."""
    actor: Any = request.user
    made = printing.print_container_labels(
        actor=actor, containers=_ids(request, "containers"), language=get_language() or "en"
    )
    return pdf_answer(made, "container-labels")


@require_POST
@page("fulfilment.read")
def selected_container_labels(request: HttpRequest) -> HttpResponse:
    """The act of a list that opens the shipping labels of the ticked containers."""
    ids = ",".join(str(row.id) for row in selected(request))
    return HttpResponseRedirect(f"{reverse('documents:container_labels')}?containers={ids}", status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def letterhead(request: HttpRequest) -> HttpResponse:
    """The logo on the company's documents."""
    actor: Any = request.user

    def show(form: Form) -> HttpResponse:
        known = configuration.one("logo")
        picture = "data:image/svg+xml;base64," + base64.b64encode(known.encode()).decode() if known else ""
        return render(request, "documents/letterhead.html", {"form": form, "picture": picture})

    if request.method != "POST":
        return show(Form())
    return page_act(
        request,
        lambda: set_setting(actor=actor, name="logo", value=_logo(request)),
        ok=_("Saved the logo."),
        back=reverse("documents:letterhead"),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("site.settings")
def letterhead_preview(request: HttpRequest) -> HttpResponse:
    """A specimen with what is typed into the settings or given as logo, before it is saved."""
    actor: Any = request.user
    typed: dict[str, Any] = {}
    if "company.name" in request.POST:
        typed["company"] = {
            name: request.POST.get(f"company.{name}", "").strip()
            for name in configuration.DEFAULTS["company"]
        }
        typed["company"]["country"] = typed["company"]["country"].upper()
        typed["language"] = request.POST.get("language", "")
    if request.FILES.get("logo") is not None:
        typed["logo"] = _logo(request)
    return pdf_answer(preview_letterhead(actor=actor, settings=typed), "letterhead")


def _logo(request: HttpRequest) -> str:
    """The picture that was given, as SVG that can be drawn; nothing where it is to be taken away."""
    if request.POST.get("act") == "remove":
        return ""
    given = request.FILES.get("logo")
    content = given.read(MOST_FILE) if given is not None else b""
    wrapped = as_svg(content)
    if not drawable(wrapped):
        raise BadInput(
            "no_picture", N_("Choose an SVG or PNG picture of at most {most} kB."), field="logo", most=40
        )
    return wrapped


@require_GET
@page()
def labels(request: HttpRequest, of: str) -> HttpResponse:
    """Small labels: so many of each (``copies-17=3``, else ``copies``) on the paper that was chosen."""
    actor: Any = request.user
    each = _number(request, "copies", 1)
    made = printing.print_labels(
        actor=actor,
        of=of,
        copies={pk: _number(request, f"copies-{pk}", each) for pk in _ids(request, "ids")},
        paper=request.GET.get("paper") or USUAL,
        start=_number(request, "start", 1),
        square=request.GET.get("code") == "qr",
        language=get_language() or "en",
    )
    return pdf_answer(made, f"labels-{of}")


@require_GET
@page()
def choose_labels(request: HttpRequest, of: str) -> HttpResponse:
    """How many labels of each, on which paper, from which place on, with which code."""
    actor: Any = request.user
    ids = _ids(request, "ids")
    found = list(printing.labels(actor=actor, of=of, ids=ids))
    if not found:
        raise BadInput("nothing_selected", N_("Select at least one row first."))
    shown = {"of": of, "labels": found, "papers": [(name, _paper(name)) for name in NAMES], "form": Form()}
    return render(request, "documents/labels.html", shown)


def selected_labels(of: str) -> Any:
    """The act of a list that goes on to the labels of the ticked rows."""

    @require_POST
    @page()
    def chosen(request: HttpRequest) -> HttpResponse:
        actor: Any = request.user
        require(actor, printing.LABELS[of][0])
        ids = "&".join(f"ids={row.id}" for row in selected(request))
        return HttpResponseRedirect(f"{reverse('documents:choose_labels', args=[of])}?{ids}", status=303)

    return chosen


def _paper(name: str) -> str:
    """A paper in words, with its size and how many labels it has."""
    paper = paper_named(name)
    size = f"{paper.width / 100:g} × {paper.height / 100:g} mm"
    if paper.columns * paper.rows == 1:
        return _("Roll, %(size)s") % {"size": size}
    many = {"columns": paper.columns, "rows": paper.rows, "size": size}
    return _("A4, %(columns)s × %(rows)s, each %(size)s") % many


def _number(request: HttpRequest, name: str, usual: int) -> int:
    text = request.GET.get(name, "").strip()
    if not text:
        return usual
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise BadInput(
            "not_whole_number",
            N_("“{text}” is no whole number. Write it like 12."),
            field=name,
            text=text[:40],
        )
    return int(text)


@require_GET
@page("stock.read")
def count_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a count, of one bin where the address names it."""
    actor: Any = request.user
    bins = _ids(request, "bin")
    made = printing.print_count_sheet(
        actor=actor, count=pk, bin=bins[0] if bins else None, language=get_language() or "en"
    )
    return pdf_answer(made, f"count-sheet-{pk}")


@require_GET
@page("stock.read")
def put_away_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What came in at a location and into which bins it goes."""
    actor: Any = request.user
    language = _language(request.GET.get("language")) or get_language() or "en"
    made = printing.print_put_away_list(actor=actor, location=pk, language=language)
    return pdf_answer(made, f"put-away-list-{pk}")


@require_GET
@page("fulfilment.read")
def run_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The pick list of a run, with its totes."""
    actor: Any = request.user
    language = _language(request.GET.get("language")) or get_language() or "en"
    return pdf_answer(printing.print_run_list(actor=actor, run=pk, language=language), f"pick-run-{pk}")


@require_GET
@page("stock.read")
def transfer_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """The slip that goes along with the goods of a transfer order."""
    actor: Any = request.user
    language = _language(request.GET.get("language")) or get_language() or "en"
    made = printing.print_transfer_slip(actor=actor, transfer=pk, language=language)
    return pdf_answer(made, f"transfer-slip-{pk}")


@require_GET
@page("billing.read")
def statement(request: HttpRequest, organization: int) -> HttpResponse:
    """A customer's statement of account, to be sent or handed over."""
    actor: Any = request.user
    first, last = period(_day(request, "since"), _day(request, "until"))
    made = printing.print_statement(
        actor=actor,
        organization=organization,
        currency=request.GET.get("currency") or configuration.one("currency"),
        first=first,
        last=last,
        language=_language(request.GET.get("language")),
    )
    return pdf_answer(made, f"statement-{organization}")


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    return day(text, name) if text else None


@require_GET
@page("stock.read")
def unit_life(request: HttpRequest, pk: int) -> HttpResponse:
    """The life of a unit as a customer may see it, to be handed over."""
    actor: Any = request.user
    customers = _ids(request, "for")
    language = _language(request.GET.get("language")) or get_language() or "en"
    made = printing.print_unit_life(
        actor=actor, lot=pk, customer=customers[0] if customers else None, language=language
    )
    return pdf_answer(made, f"unit-{pk}")


def _ids(request: HttpRequest, name: str) -> list[int]:
    """Numbers given as ``lines=1&lines=2`` or ``lines=1,2``."""
    written = [part for value in request.GET.getlist(name) for part in value.split(",") if part]
    if not all(re.fullmatch(r"\d{1,18}", part) for part in written):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is not a number. Write it like 12.50."),
            field=name,
            text=written[0][:40],
        )
    return [int(part) for part in written]


def _language(asked: str | None) -> str | None:
    return asked if asked in ("en", "de") else None


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer
