"""The page on which a job does what its scope says with its devices; it fits a phone in front of the rack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.access import require
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.devices.models import Device
from wharfinger.returns.actions.receiving import take_back_on_job
from wharfinger.returns.actions.swapping import swap_on_job
from wharfinger.returns.pages.swapping import product_of
from wharfinger.returns.queries.returnable import free_units
from wharfinger.returns.queries.swapping import devices_of_job
from wharfinger.returns.rules import OUTCOMES
from wharfinger.returns.rules.on_job import DONE_BY_DEVICE, SWAPPING
from wharfinger.returns.rules.swapping import OUTGOING, WARRANTY, Incoming, Swap
from wharfinger.work import queries as work
from wharfinger.work.rules import SCOPE_WORDS

VERBS = {"swap": N_("Swap"), "replacement": N_("Replace"), "return": N_("Take back")}
DONE = {
    "swap": N_("Swapped on %(number)s."),
    "replacement": N_("Replaced on %(number)s."),
    "return": N_("Taken back on %(number)s."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.read")
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Swap, replace or take back the devices that a job names, as its scope says."""
    row = work.work_order(pk)
    user: Any = request.user
    scope = row.work_order.scope
    if row.kind != "job" or scope not in DONE_BY_DEVICE:
        raise NotThere(
            "other_scope",
            N_("Only a job of scope swap, replacement or return does something with its devices."),
        )
    require(user, "devices.swap" if scope in SWAPPING else "returns.receive")
    devices = devices_of_job(pk)
    back = came_from(request, reverse("work:work_order", args=[pk]))

    def show(form: Form) -> HttpResponse:
        context = {
            "doc": row,
            "form": form,
            "back": back,
            "devices": devices,
            "swaps": scope in SWAPPING,
            "scope": _(SCOPE_WORDS[scope]),
            "verb": _(VERBS[scope]),
            "units": free_units(devices[0].product_id) if scope in SWAPPING and len(devices) == 1 else [],
            "outgoing": [(key, _(word)) for key, word in OUTGOING.items()],
            "warranty": [(key, _(word)) for key, word in WARRANTY.items()],
            "outcomes": [(key, _(OUTCOMES[key])) for key in ("restock", "scrap")],
            "yes_or_no": [("yes", _("Yes")), ("no", _("No"))],
        }
        return render(request, "returns/on_job.html", context)

    if request.method != "POST":
        return show(Form(_first(request, devices)))
    given = request.POST
    chosen = [one for one in devices if given.get(f"device-{one.pk}") == "yes"]

    def act() -> Any:
        if scope not in SWAPPING:
            return take_back_on_job(
                actor=user,
                job=pk,
                devices=[one.pk for one in chosen],
                outcome=given.get("outcome", ""),
                credit=given.get("credit") != "no",
                reason=given.get("reason", ""),
                key=given.get("key") or None,
            )
        return swap_on_job(
            actor=user,
            job=pk,
            swaps=[_swap(one, given) for one in chosen],
            reason=given.get("reason", ""),
            charge=_said(given, "charge"),
            credit=_said(given, "credit"),
            key=given.get("key") or None,
        )

    def again(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _beside(form.refusal.field, chosen)
        return show(form)

    return page_act(request, act, ok=_(DONE[scope]) % {"number": row.number}, back=back, again=again)


def _first(request: HttpRequest, devices: Sequence[Device]) -> dict[str, str]:
    """What the form begins with: all devices, and what was scanned on the page that led here."""
    user: Any = request.user
    first = {"outgoing_to": "returns", **{f"device-{one.pk}": "yes" for one in devices}}
    if len(devices) == 1 and (scanned := request.GET.get("serial", "")):
        first[f"serial-{devices[0].pk}"] = scanned
    # Who may not credit leaves that to those who may, instead of being refused.
    return first if user.may("billing.credit") else first | {"credit": "no"}


def _swap(device: Device, given: QueryDict) -> Swap:
    serial = (given.get(f"serial-{device.pk}", "") or given.get("unit", "")).strip()
    return Swap(
        device.pk,
        Incoming(product_of(given.get(f"sku-{device.pk}", ""), f"sku-{device.pk}"), serial),
        given.get("outgoing_to", ""),
        warranty=given.get("warranty") or None,
    )


def _said(given: QueryDict, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(given.get(name, ""))


def _beside(field: str | None, chosen: list[Device]) -> str | None:
    """The field of the form beside which a refusal stands."""
    rows, _dot, rest = (field or "").partition(".")
    n, _dot, what = rest.partition(".")
    if rows != "devices" or not n.isdecimal() or int(n) >= len(chosen):
        return field
    names = {"incoming.serial": "serial", "incoming.product": "sku"}
    shared = {"outgoing_to", "warranty"}
    return what if what in shared else f"{names.get(what, 'device')}-{chosen[int(n)].pk}"
