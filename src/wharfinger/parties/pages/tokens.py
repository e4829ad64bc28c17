"""Tokens for the API: one's own and, where one may, those of others."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import access
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.parties.actions import people as actions
from wharfinger.parties.models import Token, User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page()
def tokens(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The tokens of a person; a new one is shown this once, because it is kept only hashed."""
    actor: Any = request.user
    if pk is not None and pk != actor.pk:
        access.require(actor, "parties.token")
    found = User.objects.filter(pk=pk or actor.pk).first()
    if found is None:
        raise NotThere("no_such_user", N_("There is no such user."))
    form, made, status = Form(), "", 200
    if request.method == "POST":
        try:
            made = _make(request, actor, found.pk)
        except Refusal as refusal:
            if refusal.http_code in (403, 404):
                raise
            form, status = Form(request.POST, refusal), refusal.http_code
    rows = Token.objects.filter(user=found).order_by("-pk")[:100]
    context = {"form": form, "found": found, "made": made, "tokens": rows, "own": found.pk == actor.pk}
    return render(request, "parties/tokens.html", context, status=status)


def _make(request: HttpRequest, actor: Any, user: int) -> str:
    post = request.POST
    return actions.create_token(
        actor=actor,
        user=user,
        name=post.get("name", ""),
        scopes=post.get("scopes", "").replace(",", " ").split(),
        expires_at=_end(post.get("expires_on", "")),
    ).text


def _end(text: str) -> datetime | None:
    """The end of a day in the company's time zone."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field="expires_on",
            text=text[:20],
        ) from None
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


@require_POST
@page()
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token now."""
    actor: Any = request.user
    of = Token.objects.filter(pk=pk).values_list("user_id", flat=True).first()
    back = reverse("parties:tokens") if of == actor.pk else reverse("parties:tokens_of", args=[of or 0])
    act = _("Revoked the token.")
    return page_act(request, lambda: actions.revoke_token(actor=actor, token=pk), ok=act, back=back)
