"""The search over HTTP."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Router

from wharfinger.base.door import Page, Request, Shown, answer
from wharfinger.site.queries.search import search

router = Router(tags=["search"])


class HitOut(Shown):
    """Something that was found: its subject in the journal, its number or name, and what tells it apart."""

    subject: str
    title: str
    about: str


@router.get("/search", response=Page[HitOut], summary="Search everything")
def find(request: Request, q: str = "") -> HttpResponse:
    """Whatever goes by this number, serial, SKU, GTIN, tracking number or name; only what the caller may see."""
    hits = search(actor=request.auth, text=q)
    return answer(
        {"items": [{"subject": h.subject, "title": h.title, "about": h.about} for h in hits], "next": None}
    )
