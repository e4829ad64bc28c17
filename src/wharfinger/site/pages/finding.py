"""The page behind the search box."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wharfinger.base.page import page
from wharfinger.base.refusal import N_
from wharfinger.base.words import same
from wharfinger.purchasing.pages.running import door_of
from wharfinger.site.queries.search import search
from wharfinger.site.subjects import noun, subject

RECEIVE = N_("receive")
"""What begins a command to receive goods: ``receive PO-12``, ``receive Acme``."""


def _command(user: Any, text: str) -> str:
    """The page where a command is done that was typed into the search box; empty where it is none."""
    verb, _space, of = text.strip()[:100].partition(" ")
    if same(verb) not in {RECEIVE, same(gettext(RECEIVE))} or not of.strip() or "\x00" in of:
        return ""
    return door_of(of.strip()) if user.may("purchasing.receive") else ""


@require_GET
@page()
def find(request: HttpRequest) -> HttpResponse:
    """Whatever goes by this number, code or name; a single hit opens at once."""
    user: Any = request.user
    text = request.GET.get("q", "")
    if to := _command(user, text):
        return HttpResponseRedirect(to)
    hits = search(actor=user, text=text)
    if len(hits) == 1 and (to := subject(hits[0].subject)[1]):
        return HttpResponseRedirect(to)
    shown = [
        {"kind": noun(h.subject), "title": (h.title, subject(h.subject)[1]), "about": h.about} for h in hits
    ]
    return render(request, "site/search.html", {"hits": shown, "query": text})
