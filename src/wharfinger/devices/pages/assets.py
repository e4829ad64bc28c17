"""What a customer has from us, and what they once had: two lists of one page, and what is done with the rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wharfinger.base import configuration
from wharfinger.base.asking import Ask
from wharfinger.base.door import there
from wharfinger.base.page import came_from, flash_refusal, page, selected
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.table import Act, Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.devices.pages.install import back_to
from wharfinger.devices.queries.assets import GOODS, Narrowed, assets, devices_at, history, sites_of
from wharfinger.ledger.telling import verb_words
from wharfinger.parties.models import Organization

GOODS_WORDS = {
    "device": N_("Devices"),
    "unit": N_("Other units with a serial number"),
    "untraced": N_("Goods without a serial number"),
}
assert tuple(GOODS_WORDS) == GOODS


def _rows(organization: int, ask: Ask) -> Rows:
    sites = ask.once("sites", partial(sites_of, organization))
    site = next((pk for pk, _name in sites if str(pk) == ask.one("site")), None)
    only = Narrowed(
        words=ask.one("product"),
        serials=(ask.one("serial"),) if ask.one("serial") else (),
        sites=(site,) if site else (),
        goods=tuple(one for one in GOODS if one == ask.one("goods")),
    )
    past = ask.tab == "history"
    cut = (history if past else assets)(ask, organization, only)
    names = dict(sites)
    return Rows([_row(one, names) for one in cut.items], cut.before, cut.after)


def _row(one: dict[str, Any], sites: dict[int, str]) -> Row:
    device = (
        (one["device_number"], reverse("devices:device", args=[one["device"]])) if one["device"] else None
    )
    code = one["serial"]
    entry = one["issued_by"]
    return Row(
        id=one["mark"],
        name=one["device_number"] or code or one["name"],
        cells={
            "device": device,
            "product": one["name"],
            "sku": one["sku"],
            "serial": (code, reverse("stock:unit", args=[one["lot"]])) if code else None,
            "quantity": (one["units"], one["decimals"]),
            "site": sites.get(one["site"] or 0),
            "sold": one["sold_on"],
            "issued": (_("Movement %(n)s") % {"n": entry}, reverse("site:entry", args=[entry]))
            if entry
            else None,
            "document": (one["number"], back_to(one["sheet"])) if one["sheet"] else None,
            "shipments": _links(one["shipments"], "fulfilment:shipment"),
            "invoices": _links(one["invoices"], "billing:invoice"),
            "credits": _links(one["credit_notes"], "billing:credit_note"),
            "contract": _links([one["contract"]] if one["contract"] else [], "work:work_order"),
            "subscriptions": _links(one["subscriptions"], "devices:subscription"),
            "until": one["warranty_end_on"],
            "loan": ("violet", _("On loan")) if one.get("on_loan") else None,
            "left": one.get("left_on"),
            "by": (verb_words(one["verb"]), reverse("site:entry", args=[one["entry"]]))
            if one.get("entry")
            else None,
            "reason": one.get("reason") or None,
        },
    )


def _links(papers: list[dict[str, Any]], to: str) -> tuple[tuple[str, str], ...] | None:
    return tuple((one["number"], reverse(to, args=[one["id"]])) for one in papers) or None


COLUMNS = (
    Column("device", N_("Device"), "link"),
    Column("product", N_("Product")),
    Column("sku", N_("SKU"), optional=True),
    Column("serial", N_("Serial number"), "link"),
    Column("quantity", N_("Quantity"), "quantity"),
    Column("site", N_("Site")),
    Column("sold", N_("Sold"), "date"),
    Column("issued", N_("Left us by"), "link"),
    Column("document", N_("Document"), "link"),
    Column("shipments", N_("Shipments"), "links", optional=True),
    Column("invoices", N_("Invoices"), "links"),
    Column("credits", N_("Credit notes"), "links"),
)
NOW = (
    Column("contract", N_("Contract"), "links"),
    Column("subscriptions", N_("Subscriptions"), "links"),
    Column("until", N_("Warranty until"), "date"),
    Column("loan", N_("On loan"), "chip", optional=True),
)
PAST = (
    Column("left", N_("Left"), "date"),
    Column("by", N_("Came back by"), "link"),
    Column("reason", N_("Reason")),
)


def _table(found: Organization, *, past: bool) -> Table:
    acts = [
        Act("return", N_("Take back"), "devices:take_back", "returns.receive", icon="undo-2"),
        Act("swap", N_("Swap"), "devices:swap_selected", "devices.swap", icon="arrow-left-right"),
        Act("move", N_("Move"), "devices:move_selected", "devices.move", icon="map-pin"),
    ]
    if configuration.one("modules")["rma"]:
        acts.insert(
            1, Act("rma", N_("Request an RMA"), "devices:ask_back", "returns.request", icon="rotate-ccw")
        )
    return Table(
        name="assets",
        title=_("Assets of %(name)s") % {"name": found.name},
        permission="devices.read",
        columns=(*COLUMNS, *(PAST if past else NOW)),
        filters=(
            Filter("product", N_("Product")),
            Filter("serial", N_("Serial number")),
            Filter("goods", N_("Goods"), "choice", lambda _ask: [(k, _(w)) for k, w in GOODS_WORDS.items()]),
            Filter(
                "site",
                N_("Site"),
                "choice",
                lambda ask: [(str(pk), name) for pk, name in ask.once("sites", partial(sites_of, found.pk))],
            ),
        ),
        tabs=(Tab("now", N_("Assets")), Tab("history", N_("Assets history"))),
        acts=() if past else tuple(acts),
        empty=N_("The customer has had nothing from us that has left.")
        if past
        else N_("The customer has nothing from us."),
        rows=partial(_rows, found.pk),
    )


@require_safe
@page("devices.read")
def organization_assets(request: HttpRequest, pk: int) -> HttpResponse:
    """What a customer has from us, and what they once had."""
    found = there(Organization.objects.all(), pk)
    past = request.GET.get("tab") == "history"
    return table_page(request, _table(found, past=past), template="devices/assets.html", doc=found)


def _chosen(request: HttpRequest, to: Callable[[list[int]], str]) -> HttpResponse:
    """Lead on with the ticked goods; say what is wrong with them where it began."""
    try:
        return HttpResponseRedirect(to([row.id for row in selected(request)]), status=303)
    except Refusal as refusal:
        flash_refusal(request, refusal)
        return HttpResponseRedirect(came_from(request, reverse("devices:devices")), status=303)


@require_POST
@page("returns.receive")
def take_back(request: HttpRequest) -> HttpResponse:
    """Take the ticked goods back."""
    return _chosen(request, partial(_coming_back, "returns:new_return"))


@require_POST
@page("returns.request")
def ask_back(request: HttpRequest) -> HttpResponse:
    """Request an RMA for the ticked goods."""
    return _chosen(request, partial(_coming_back, "returns:new_rma"))


def _coming_back(form: str, held: list[int]) -> str:
    owner, _devices = devices_at(held)
    return f"{reverse(form)}?{urlencode([('organization', owner), *(('held', one) for one in held)])}"


@require_POST
@page("devices.swap")
def swap_selected(request: HttpRequest) -> HttpResponse:
    """Swap the ticked device."""
    return _chosen(request, _swapped)


def _swapped(held: list[int]) -> str:
    devices = _devices_at(held)
    if len(devices) != 1:
        raise BadInput("one_device", N_("Swap one device at a time. Select a single row."))
    return reverse("returns:swap", args=devices)


@require_POST
@page("devices.move")
def move_selected(request: HttpRequest) -> HttpResponse:
    """Move the ticked devices."""
    return _chosen(
        request,
        lambda held: f"{reverse('devices:move')}?{urlencode({'device': _devices_at(held)}, doseq=True)}",
    )


def _devices_at(held: list[int]) -> list[int]:
    _owner, devices = devices_at(held)
    if not devices:
        raise BadInput("no_device", N_("Choose at least one device."))
    return devices
