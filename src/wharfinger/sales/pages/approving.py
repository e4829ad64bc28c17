"""Pages that ask for the approval of a quote, and give it or not."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.page import page, page_act
from wharfinger.sales.actions import approving as actions
from wharfinger.sales.rules.approving import word_of


def chip(row: Any) -> tuple[str, str] | None:
    """How far the approval of a quote is; nothing where nobody asked."""
    return {
        "waiting": ("violet", _("Waits for approval")),
        "approved": ("green", _("Approved")),
        "rejected": ("red", _("Not approved")),
    }.get(word_of(row))


@require_POST
@page("sales.read")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the approval of a quote."""
    return page_act(
        request,
        lambda: actions.ask(actor=request.user, quote=pk),  # type: ignore[arg-type]
        ok=_("The quote waits for its approval."),
        back=reverse("sales:quote", args=[pk]),
    )


@require_POST
@page("sales.read")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a quote."""
    return page_act(
        request,
        lambda: actions.approve(actor=request.user, quote=pk),  # type: ignore[arg-type]
        ok=_("The quote is approved."),
        back=reverse("sales:quote", args=[pk]),
    )


@require_POST
@page("sales.read")
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a quote is not approved."""
    note = request.POST.get("note", "")
    return page_act(
        request,
        lambda: actions.reject(actor=request.user, quote=pk, note=note),  # type: ignore[arg-type]
        ok=_("The quote is not approved."),
        back=reverse("sales:quote", args=[pk]),
    )
