"""Which devices work is about: a card on its page, and one on the device's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base.page import page, page_act
from wharfinger.demand.pages import goods_chip, typed_id
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.queries import shown
from wharfinger.devices.queries.about import choices, customers_device, devices_about, in_place_of, work_about
from wharfinger.work import queries as work
from wharfinger.work.rules import KINDS

BY_SCOPE = ("swap", "replacement", "return")
"""Scopes of jobs that do what is to be done with their devices by a page of their own."""
MOST = 200
"""So many devices are offered to choose from; any other is found by its number."""
FEW = 10
"""So much work stands on the page of a device."""


def of_work(request: HttpRequest, pk: int) -> str:
    """The devices that a ticket, project, contract or job is about, with the means to say so."""
    actor: Any = request.user
    if not actor.may("devices.read"):
        return ""
    row = work.work_order(pk)
    ended = row.work_order.completed_at is not None or row.work_order.cancelled_at is not None
    named = list(shown.devices().filter(pk__in=devices_about([pk])[pk]).order_by("pk"))
    may = not ended and actor.may("work.create")
    others = choices(row.organization_id, [one.pk for one in named], MOST) if may else []
    if not named and not others:
        return ""
    context = {
        "doc": row,
        "named": named,
        "others": others,
        "may": may,
        "swaps": not ended and row.work_order.scope not in BY_SCOPE and actor.may("devices.swap"),
        "instead": in_place_of([one.pk for one in named if one.removed_on is not None]),
    }
    return render_to_string("devices/about.html", context, request)


def of_a_device(request: HttpRequest, pk: int) -> str:
    """The newest tickets, projects, contracts and jobs that are about a device."""
    actor: Any = request.user
    if not actor.may("work.read"):
        return ""
    rows = work.work_orders().filter(pk__in=work_about([pk])[pk], kind__in=work.shown_kinds())
    found = [(row, _(KINDS[row.kind]), goods_chip(row.goods_word)) for row in rows.order_by("-pk")[:FEW]]
    return render_to_string("devices/work.html", {"found": found}, request) if found else ""


@require_POST
@page("work.create")
def name(request: HttpRequest, pk: int) -> HttpResponse:
    """Let work be about a device of its customer, found by its number."""
    row = work.work_order(pk)

    def act() -> Any:
        device = customers_device(row.organization_id, request.POST.get("device", ""))
        return name_devices(actor=request.user, work_order=pk, add=[device])  # type: ignore[arg-type]

    return page_act(
        request,
        act,
        ok=_("%(number)s is about it now.") % {"number": row.number},
        back=reverse("work:work_order", args=[pk]),
    )


@require_POST
@page("work.create")
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Let work be about a device no longer."""
    row = work.work_order(pk)
    device = typed_id(request.POST, "device") or 0
    return page_act(
        request,
        lambda: name_devices(actor=request.user, work_order=pk, remove=[device]),  # type: ignore[arg-type]
        ok=_("%(number)s is no longer about it.") % {"number": row.number},
        back=reverse("work:work_order", args=[pk]),
    )
