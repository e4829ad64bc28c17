"""The page that moves devices: to another site of their customer, or to a new owner."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base.door import there
from wharfinger.base.fields import day
from wharfinger.base.page import Form, came_from, flash_refusal, page, page_act, selected
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.pages import contacts_of, typed_id
from wharfinger.devices.actions import keeping
from wharfinger.devices.queries import shown
from wharfinger.parties.models import Organization, Site

FOUND = 20
"""So many customers of a name are offered."""
MOST = 500
"""So many devices go at once."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.move")
def move(request: HttpRequest) -> HttpResponse:
    """Take devices with their parts to another site, of the same customer or of a new owner."""
    actor: Any = request.user
    asked = [
        int(one)
        for one in request.GET.getlist("device")
        if one.isascii() and one.isdecimal() and len(one) < 19
    ]
    devices = list(shown.devices().filter(pk__in=asked[:MOST], removed_on__isnull=True).order_by("pk"))
    if not devices:
        raise BadInput("no_device", N_("Choose at least one device."), field="device")
    first = devices[0]
    if len({one.organization_id for one in devices}) > 1:
        raise BadInput(
            "several_owners", N_("Move devices of one customer at a time. Select them anew."), field="device"
        )
    given = typed_id(request.GET, "owner") or first.organization_id or 0
    owner = there(Organization.objects.filter(retired_on__isnull=True), given)
    here = {one.site_id for one in devices}
    sites = Site.objects.filter(organization=owner, retired_on__isnull=True).order_by("name", "pk")
    options = [(pk, name) for pk, name in sites.values_list("pk", "name") if here != {pk}]
    chosen = urlencode({"device": [one.pk for one in devices]}, doseq=True)

    def show(form: Form) -> HttpResponse:
        context = {
            "devices": devices,
            "owner": owner,
            "stays": owner.pk == first.organization_id,
            "sites": options,
            "contacts": contacts_of(owner.pk),
            "found": _named(request.GET.get("find", ""), owner.pk),
            "form": form,
            "chosen": chosen,
            "back": reverse("devices:device", args=[first.pk]),
        }
        return render(request, "devices/move.html", context)

    if request.method != "POST":
        return show(Form({"parts": "yes", "find": request.GET.get("find", "")}))

    def act() -> Any:
        site = typed_id(request.POST, "site")
        if site is None:
            raise BadInput("missing", N_("Please fill this in."), field="site")
        on = request.POST.get("moved_on", "").strip()
        reference = request.POST.get("reference", "").strip()
        return keeping.move(
            actor=actor,
            device=[one.pk for one in devices],
            site=site,
            contact=typed_id(request.POST, "contact"),
            reference=reference or None,
            parts=request.POST.get("parts") == "yes",
            moved_on=day(on, "moved_on") if on else None,
        )

    told = (
        _("%(n)s devices are moved.") % {"n": len(devices)} if len(devices) > 1 else _("The device is moved.")
    )
    back = (
        reverse("devices:assets", args=[owner.pk])
        if len(devices) > 1
        else reverse("devices:device", args=[first.pk])
    )
    return page_act(request, act, ok=told, back=back, again=show)


@require_POST
@page("devices.move")
def move_chosen(request: HttpRequest) -> HttpResponse:
    """Move the ticked devices."""
    try:
        ticked = urlencode({"device": [row.id for row in selected(request)[:MOST]]}, doseq=True)
    except BadInput as refusal:
        flash_refusal(request, refusal)
        return HttpResponseRedirect(came_from(request, reverse("devices:devices")), status=303)
    return HttpResponseRedirect(f"{reverse('devices:move')}?{ticked}", status=303)


def _named(text: str, without: int) -> list[tuple[int, str]] | None:
    """Customers whose name begins so, or whose number it is; nothing where nobody asked."""
    text = text.strip()[:100]
    if not text:
        return None
    rows = Organization.objects.filter(
        Q(name__istartswith=text) | Q(reference=text), customer=True, retired_on__isnull=True
    ).exclude(pk=without)
    return list(rows.order_by("name", "pk").values_list("pk", "name")[:FOUND])
