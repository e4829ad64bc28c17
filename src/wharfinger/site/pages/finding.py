"""The page behind the search box."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from wharfinger.base.page import page
from wharfinger.site.queries.search import search
from wharfinger.site.subjects import noun, subject


@require_GET
@page()
def find(request: HttpRequest) -> HttpResponse:
    """Whatever goes by this number, code or name; a single hit opens at once."""
    user: Any = request.user
    text = request.GET.get("q", "")
    hits = search(actor=user, text=text)
    if len(hits) == 1 and (to := subject(hits[0].subject)[1]):
        return HttpResponseRedirect(to)
    shown = [
        {"kind": noun(h.subject), "title": (h.title, subject(h.subject)[1]), "about": h.about} for h in hits
    ]
    return render(request, "site/search.html", {"hits": shown, "query": text})
