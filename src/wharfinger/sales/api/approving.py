"""The approval of quotes over HTTP."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from ninja import Router

from wharfinger.base.door import Given, Id, Request, Text
from wharfinger.sales.actions import approving
from wharfinger.sales.api.quotes import QuoteDone, done_with

router = Router(tags=["selling"])


class Rejected(Given):
    """Why a quote is not approved."""

    note: Text


@router.post("/quotes/{id}/ask-approval", response=QuoteDone, summary="Ask for the approval of a quote")
def ask(request: Request, id: Id) -> HttpResponse:
    """Ask for the approval that a quote beyond the company's limits needs before it goes out."""
    return done_with(request, partial(approving.ask, actor=request.auth, quote=id), id)


@router.post("/quotes/{id}/approve", response=QuoteDone, summary="Approve a quote")
def approve(request: Request, id: Id) -> HttpResponse:
    """Approve a quote as it stands; another change of its lines needs it anew."""
    return done_with(request, partial(approving.approve, actor=request.auth, quote=id), id)


@router.post("/quotes/{id}/reject", response=QuoteDone, summary="Do not approve a quote")
def reject(request: Request, id: Id, body: Rejected) -> HttpResponse:
    """Say why a quote does not go out as it stands."""
    return done_with(request, partial(approving.reject, actor=request.auth, quote=id, note=body.note), id)
