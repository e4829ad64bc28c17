"""The link by which a customer reads and answers a quote, as the house sees it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.page import page, page_act
from wharfinger.sales.actions import answering


@require_POST
@page("sales.read")
def revoke_link(request: HttpRequest, pk: int) -> HttpResponse:
    """End the link of a quote."""
    actor: Any = request.user
    return page_act(
        request,
        lambda: answering.revoke_link(actor=actor, quote=pk),
        ok=_("The link has ended. Send the quote again to tell a new one."),
        back=reverse("sales:quote", args=[pk]),
    )
