"""One batch: its last day, where every unit of it is, and everything that happened to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.ledger.telling import place_words, timeline
from wharfinger.stock.actions import batches as actions
from wharfinger.stock.queries import batches as queries
from wharfinger.stock.queries.expiring import AT_HAND
from wharfinger.stock.queries.stands import Stand


@require_safe
@page("stock.read")
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """A batch: where every unit of it is, with us and with customers, and what happened to its day."""
    found = _there(pk)
    parts = queries.whereabouts([pk])[pk]
    today, days = queries.soon()
    expires_on = found.expires_on
    return render(
        request,
        "stock/batch.html",
        {
            "lot": found,
            "decimals": found.product.quantity_decimals,
            "word": _word(expires_on, today, days),
            "here": [(one, where(one.stand)) for one in parts if one.stand.kind in AT_HAND],
            "gone": [(one, where(one.stand)) for one in parts if one.stand.kind not in AT_HAND],
            "form": Form({"expires_on": expires_on.isoformat() if expires_on else ""}),
            "entries": timeline(f"lot:{pk}", most=12),
        },
    )


def _there(pk: int) -> Any:
    found = queries.batches().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_batch", N_("There is no such batch."))
    return found


def _word(expires_on: date | None, today: date, days: int) -> tuple[str, str] | None:
    if expires_on is None:
        return None
    if expires_on < today:
        return "red", _("Expired")
    return ("amber", _("Expires soon")) if (expires_on - today).days <= days else None


def where(stand: Stand) -> str:
    """Where units of a batch stand, in words."""
    if stand.bin:
        return f"{stand.location} / {stand.bin}"
    if stand.location:
        return f"{stand.location}: {place_words(stand.kind)}"
    if stand.kind in ("customer", "rented") and stand.organization:
        return f"{stand.organization}, {stand.number}" if stand.number else stand.organization
    return f"{place_words(stand.kind)}: {stand.number}" if stand.number else place_words(stand.kind)


@require_POST
@page("stock.adjust")
def change_expiry(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a batch another day on which it expires."""
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.change_expiry(
            actor=actor,
            lot=pk,
            expires_on=_day(request.POST.get("expires_on", "")),
            reason=request.POST.get("reason", ""),
        ),
        ok=_("Changed the day of the batch."),
        back=reverse("stock:batch", args=[pk]),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field="expires_on",
            text=text[:20],
        ) from None
