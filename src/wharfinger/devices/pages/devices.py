"""Pages of devices: every one of them, one with its life, and what changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import further, owned
from wharfinger.base.asking import Ask, capped
from wharfinger.base.door import there
from wharfinger.base.fields import day
from wharfinger.base.page import Form, came_from, page, page_act, selected
from wharfinger.base.refusal import N_
from wharfinger.base.table import Act, Asked, Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.base.words import same
from wharfinger.demand.pages import typed_id
from wharfinger.devices.actions import keeping
from wharfinger.devices.actions.covering import review_contract
from wharfinger.devices.models import Device
from wharfinger.devices.pages.install import contracts_of
from wharfinger.devices.queries import covering, shown
from wharfinger.devices.queries.covering import covered, ending
from wharfinger.devices.queries.owners import Owner, owners
from wharfinger.devices.rules.covering import COVER, cover_of
from wharfinger.devices.rules.keeping import RELATIONS
from wharfinger.ledger.models import Lot
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Contact

WARRANTY = {
    "none": ("grey", N_("No warranty")),
    "covered": ("green", N_("Under warranty")),
    "ends_soon": ("amber", N_("Warranty ends soon")),
    "ended": ("red", N_("Warranty ended")),
}


COVERED = {
    "contract": ("green", N_("Contract")),
    "subscription": ("teal", N_("Subscription")),
    "reviewed": ("grey", N_("Needs none")),
    "none": ("amber", N_("Nothing")),
}
WITHIN = (30, 60, 90)
"""Within so many days a warranty ends, as one may choose."""


def _within() -> list[tuple[str, str]]:
    return [(str(days), _("%(n)s days") % {"n": days}) for days in WITHIN]


def _rows(ask: Ask) -> Rows:
    day_now, days = covering.soon()
    here = shown.devices().filter(removed_on__isnull=True)
    within = ask.one("within")
    chosen = next((one for one in WITHIN if str(one) == within), days)
    soon = ending(here, chosen, day_now)
    bare = covered(here, "none")
    gone = shown.devices().filter(removed_on__isnull=False)
    found = {"here": here, "soon": soon, "bare": bare, "gone": gone}.get(ask.tab, here)
    if within and ask.tab != "soon":
        found = ending(found, chosen, day_now)
    if ways := [one for one in COVER if one in ask.many("cover")]:
        found = covered(found, *ways)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if text := ask.one("product"):
        found = found.filter(product__name__icontains=text)
    if text := ask.one("serial"):
        # A whole number is found by index among any number of devices.
        whole = found.filter(lot__in=Lot.objects.filter(code_key=same(text), serial=True))
        found = whole if whole.exists() else found.filter(lot__code__icontains=text)
    first, last = ask.days("until")
    found = found.filter(warranty_end_on__gte=first) if first else found
    found = found.filter(warranty_end_on__lte=last) if last else found
    found = owned.narrowed(found, ask, "device")
    sorts = {"number": "number", "installed": "installed_on", "until": "warranty_end_on"}
    cut = ask.slice(found, sorts, by="until" if ask.tab == "soon" or within else "")
    used = shown.used_of(cut.items)
    rows = [_row(one, shown.warranty_word(one, day_now, days), used) for one in cut.items]
    counts = {"here": capped(here), "soon": capped(soon), "bare": capped(bare)}
    return Rows(rows, cut.before, cut.after, counts=counts)


def _row(one: Device, word: str, used: Mapping[int, Any]) -> Row:
    tone, words = WARRANTY[word]
    color, cover = COVERED[cover_of(one, used)]
    return Row(
        id=one.pk,
        name=one.number,
        cells={
            "number": (one.number, reverse("devices:device", args=[one.pk])),
            "product": one.product.name,
            "serial": one.lot.code if one.lot.code != one.number else None,
            "customer": one.organization.name if one.organization else None,
            "site": one.site.name if one.site else None,
            "warranty": (tone, _(words)),
            "until": one.warranty_end_on,
            "installed": one.installed_on,
            "cover": (color, _(cover)) if one.removed_on is None else None,
        },
        own=one.own,
    )


DEVICES = Table(
    name="devices",
    title=N_("Devices"),
    permission="devices.read",
    columns=(
        Column("number", N_("Device"), "link", sortable=True),
        Column("product", N_("Product")),
        Column("serial", N_("Serial number")),
        Column("customer", N_("Customer")),
        Column("site", N_("Site")),
        Column("warranty", N_("Warranty"), "chip"),
        Column("until", N_("Until"), "date", sortable=True),
        Column("installed", N_("Installed"), "date", sortable=True),
        Column("cover", N_("Covered by"), "chip"),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        Filter("product", N_("Product")),
        Filter("serial", N_("Serial number")),
        Filter("until", N_("Warranty until"), "date"),
        Filter("within", N_("Warranty ends within"), "choice", lambda _ask: _within()),
        Filter("cover", N_("Covered by"), "many", lambda _ask: [(key, _(COVERED[key][1])) for key in COVER]),
    ),
    tabs=(
        Tab("here", N_("At customers")),
        Tab("soon", N_("Warranty ends soon")),
        Tab("bare", N_("Without contract")),
        Tab("gone", N_("Returned")),
    ),
    acts=(
        Act(
            "review",
            N_("Reviewed for contract"),
            "devices:review",
            "devices.change",
            asks=(Asked("note", N_("Why it needs none")),),
        ),
        Act("move", N_("Move"), "devices:move_chosen", "devices.move", icon="map-pin"),
    ),
    empty=N_("Devices appear here when delivered units are installed."),
    own="device",
    rows=_rows,
)


def device_list(request: HttpRequest) -> HttpResponse:
    """Every device."""
    return table_page(request, DEVICES)


@page("devices.read")
def device(request: HttpRequest, pk: int) -> HttpResponse:
    """One device: whose it is, its warranty, what belongs to it, and what happened to it."""
    row = there(
        shown.devices().select_related("contact", "line__sheet", "contract", "replaces", "reviewed_by"), pk
    )
    day_now, days = covering.soon()
    tone, words = WARRANTY[shown.warranty_word(row, day_now, days)]
    color, cover = COVERED[cover_of(row, shown.used_of([row]))]
    others = shown.devices().filter(organization_id=row.organization_id or 0, removed_on__isnull=True)
    context = {
        "doc": row,
        "word": (tone, _(words)),
        "cover": (color, _(cover)),
        "bare": row.contract_id is None and row.reviewed_at is None and row.removed_on is None,
        "users": list(shown.users_of([pk]).select_related("contact")),
        "people": _people(row),
        "owners": [_owner(one) for one in owners(row)],
        "after": row.replaced_by.filter(void__isnull=True).first(),
        "related": _related(row),
        "subscriptions": shown.subscriptions().filter(device=row).order_by("-pk"),
        "kinds": [(key, _(said)) for key, said in RELATIONS.items()],
        "others": others.exclude(pk=pk)
        .order_by("-pk")
        .values("pk", "number", "product__name", "lot__code")[:200]
        if row.organization_id
        else (),
        "parts": further.told("device", request, pk),
        "timeline": timeline(f"device:{pk}"),
    }
    return render(request, "devices/device.html", context)


def _people(row: Device) -> list[tuple[int, str]]:
    """Persons of its customer who do not use a device yet."""
    known = shown.users_of([row.pk]).values("contact")
    return list(
        Contact.objects.filter(organization_id=row.organization_id or 0, retired_on__isnull=True)
        .exclude(pk__in=known)
        .order_by("name", "pk")
        .values_list("pk", "name")
    )


def _owner(one: Owner) -> dict[str, Any]:
    return {
        "name": (one.name, reverse("parties:organization", args=[one.organization])),
        "since": one.since,
        "until": one.until,
        "by": (_("Movement %(n)s") % {"n": one.entry}, reverse("site:entry", args=[one.entry])),
    }


def _related(row: Device) -> list[tuple[str, Device]]:
    back = {"parent": "child", "related": "related"}
    return [
        (_(RELATIONS[one.kind]), one.other)
        if one.device_id == row.pk
        else (_(RELATIONS[back[one.kind]]), one.device)
        for one in shown.relations_of([row])
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.change")
def change_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Change contact, contract, reference or warranty of a device."""
    row = there(shown.devices(), pk)
    user: Any = request.user
    contacts = Contact.objects.filter(organization_id=row.organization_id or 0, retired_on__isnull=True)

    def show(form: Form) -> HttpResponse:
        options = list(contacts.order_by("name").values_list("pk", "name"))
        context = {
            "doc": row,
            "form": form,
            "contacts": options,
            "contracts": contracts_of(row.organization_id or 0),
        }
        return render(request, "devices/change.html", context)

    if request.method != "POST":
        return show(
            Form(
                {
                    "reference": row.reference,
                    "contact": row.contact_id or "",
                    "contract": row.contract_id or "",
                    "warranty_start_on": row.warranty_start_on or "",
                    "warranty_end_on": row.warranty_end_on or "",
                }
            )
        )

    def act() -> Any:
        values: dict[str, Any] = {
            "reference": request.POST.get("reference", ""),
            "contact_id": typed_id(request.POST, "contact"),
            "contract_id": typed_id(request.POST, "contract"),
            "own": owned.read(request.POST, "device"),
        }
        if user.may("devices.warranty"):
            for name in ("warranty_start_on", "warranty_end_on"):
                text = request.POST.get(name, "").strip()
                values[name] = day(text, name) if text else None
        return keeping.change(actor=user, device=pk, values=values)

    back = reverse("devices:device", args=[pk])
    return page_act(
        request, act, ok=_("%(number)s is changed.") % {"number": row.number}, back=back, again=show
    )


@require_POST
@page("devices.change")
def name_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody uses a device, or no longer does."""
    user: Any = request.user
    add, remove = (typed_id(request.POST, name) for name in ("add", "remove"))
    return page_act(
        request,
        lambda: keeping.name_users(
            actor=user, device=pk, add=[add] if add else [], remove=[remove] if remove else []
        ),
        ok=_("Who uses the device is changed."),
        back=reverse("devices:device", args=[pk]),
    )


@require_POST
@page("devices.change")
def review(request: HttpRequest) -> HttpResponse:
    """Say that the ticked devices need no contract."""
    user: Any = request.user
    return page_act(
        request,
        lambda: review_contract(
            actor=user, devices=[row.id for row in selected(request)], note=request.POST.get("note", "")
        ),
        ok=_("Reviewed: no contract is needed until something changes."),
        back=came_from(request, f"{reverse('devices:devices')}?tab=bare"),
    )


@require_POST
@page("devices.relate")
def relate_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another device belong to this one."""
    user: Any = request.user
    return page_act(
        request,
        lambda: keeping.relate(
            actor=user,
            device=pk,
            other=typed_id(request.POST, "device") or 0,
            kind=request.POST.get("kind", ""),
        ),
        ok=_("The devices belong together now."),
        back=reverse("devices:device", args=[pk]),
    )


@require_POST
@page("devices.relate")
def unrelate_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another device belong to this one no longer."""
    user: Any = request.user
    return page_act(
        request,
        lambda: keeping.unrelate(actor=user, device=pk, other=typed_id(request.POST, "device") or 0),
        ok=_("The devices no longer belong together."),
        back=reverse("devices:device", args=[pk]),
    )
