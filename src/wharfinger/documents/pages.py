"""Documents in the browser: always a PDF, shown beside the page."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from wharfinger.base.page import page
from wharfinger.base.refusal import N_, BadInput
from wharfinger.documents.actions import issuing, printing


@require_GET
@page()
def document(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One document, as issued where it is final."""
    actor: Any = request.user
    language = request.GET.get("language")
    return _pdf(issuing.pdf(actor=actor, kind=kind, pk=pk, language=_language(language)), f"{kind}-{pk}")


@require_GET
@page()
def issued(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier issue of a document, as it was."""
    actor: Any = request.user
    return _pdf(issuing.reprint(actor=actor, issued=pk), f"issued-{pk}")


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
    return _pdf(made, name)


@require_GET
@page()
def labels(request: HttpRequest, of: str) -> HttpResponse:
    """Small labels for products, units or bins."""
    actor: Any = request.user
    made = printing.print_labels(
        actor=actor, of=of, ids=_ids(request, "ids"), language=get_language() or "en"
    )
    return _pdf(made, f"labels-{of}")


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


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer
