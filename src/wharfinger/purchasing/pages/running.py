"""A delivery that is scanned: nobody says first of which orders it is; each code brings its rows in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wharfinger.base.page import Form, came_from, page
from wharfinger.base.words import same
from wharfinger.purchasing.pages.receiving import AT_ONCE, receive_rows, seen_of
from wharfinger.purchasing.queries import expected, paper

CODE = 100
"""So long is the longest code that is looked up."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.receive")
def run(request: HttpRequest) -> HttpResponse:
    """Take in a delivery of any orders of one vendor."""
    vendors = expected.vendors()
    named = request.POST.get("vendor", "") or request.GET.get("vendor", "")
    return receive_rows(
        request,
        "",
        "",
        paper.lines_named(list(seen_of(request.POST))),
        came_from(request, reverse("boards:receiving")),
        order=None,
        run={"vendors": vendors, "vendor": next((pk for pk, _name in vendors if str(pk) == named), "")},
    )


@require_GET
@page("purchasing.receive")
def rows(request: HttpRequest) -> HttpResponse:
    """The rows that a code brings into the form, or why there are none."""
    code = request.GET.get("code", "").strip()[:CODE].replace("\x00", "")
    found, whole = expected.read(code, vendor=_id(request, "vendor"), order=_id(request, "order"))
    vendors = {line.purchase_order.vendor_id: line.purchase_order.vendor.name for line in found}
    if not found or len(vendors) > 1:
        return JsonResponse({"rows": "", "why": _why(code, vendors)})
    lines = paper.to_receive(found[:AT_ONCE])
    bins: dict[int, list[str]] = {
        one["line"].location_id: [name for _pk, name in one["bins"]] for one in lines
    }
    there: dict[str, Any] = {
        "lines": lines,
        "bins": [(location, names) for location, names in bins.items() if len(names) > 1],
        "form": Form(),
    }
    told = {
        "rows": render_to_string("purchasing/receive_rows.html", there, request),
        "bins": render_to_string("purchasing/receive_bins.html", there, request),
        "vendor": next(iter(vendors)),
        "whole": whole,
    }
    return JsonResponse(told)


def _why(code: str, vendors: dict[int, str]) -> str:
    """Why a code brings no rows: several vendors owe what it stands for, or only others than the one that delivers."""
    if vendors:
        return _("On order at %(names)s: choose the vendor first.") % {"names": _names(vendors)}
    others, _whole = expected.read(code)
    owing = {line.purchase_order.vendor_id: line.purchase_order.vendor.name for line in others}
    if not owing:
        return ""
    return _("On order at %(names)s: receive it as a delivery of its own.") % {"names": _names(owing)}


def _names(vendors: dict[int, str]) -> str:
    return ", ".join(sorted(vendors.values()))


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def door_of(text: str) -> str:
    """Where goods of an order or of a vendor are received, by number or by how the name begins; empty where none is expected."""
    lines = expected.expected().order_by("purchase_order", "position")
    one = lines.filter(purchase_order__number__iexact=text).first()
    if one is not None:
        return reverse("purchasing:receive", args=[one.purchase_order_id])
    begins = [pk for pk, name in expected.vendors() if same(name).startswith(same(text))]
    return f"{reverse('purchasing:run')}?vendor={begins[0]}" if len(begins) == 1 else ""
