"""Today: a picture of the flow with what waits at each stage, what is late and what is short."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from wharfinger.base import clock
from wharfinger.base.page import page
from wharfinger.base.table import count_words
from wharfinger.billing.queries.reminding import LEVELS, due_to_remind
from wharfinger.billing.queries.stopped import held_orders
from wharfinger.boards import counting, worklists
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries import promises
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.site.house import house
from wharfinger.site.nav import address
from wharfinger.stock.models import Level
from wharfinger.stock.queries.figures import available

MOST = 8
"""So many rows of each list stand here; the rest on its own page."""

STAGES = {
    "approval": "to_approve",
    "purchasing": "to_order",
    "receiving": "on_order",
    "to_pick": "reserved",
    "to_pack": "picked",
    "delivery": "packed",
    "returns": "returned",
}
"""The stage whose colour a worklist has."""

FLOW = ("approval", "purchasing", "receiving", "to_pick", "to_pack", "delivery", "approve_post", "returns")


@require_GET
@page()
def today(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    user: Any = request.user
    modules = house(request)["modules"]
    counts = counting.counts()
    stages = [
        {
            "label": gettext(one.title),
            "stage": STAGES.get(one.name, ""),
            "url": address(f"boards:{one.name}"),
            "count": count_words(counts[one.name]),
        }
        for one in (worklists.BY_NAME[name] for name in FLOW)
        if user.may(one.permission) and modules.get(one.module, True)
    ]
    day = clock.today(house(request)["time_zone"])
    return render(
        request,
        "site/today.html",
        {
            "stages": stages,
            "late": _late(user, day),
            "arriving": _arriving(user, day),
            "short": _short(user),
            "held": _held(user, day),
            "to_remind": _to_remind(user),
            "most": MOST,
        },
    )


def _late(user: Any, day: Any) -> list[dict[str, Any]]:
    """The orders whose promise is late or in danger, the earliest first, each with what endangers it most."""
    if not user.may("sales.read"):
        return []
    found = promises.foremost(MOST, day)
    orders = Sheet.objects.select_related("organization").in_bulk([one.document for one in found])
    return [
        {
            "order": (orders[one.document].number, address("sales:order", one.document)),
            "organization": (orders[one.document].organization.name, promises.reason(one)),
        }
        for one in found
    ]


def _arriving(user: Any, day: Any) -> list[dict[str, Any]]:
    if not user.may("purchasing.read"):
        return []
    found = (
        PurchaseLine.objects.filter(place__holdings__quantity__gt=0, expected_on__lte=day + timedelta(days=7))
        .values("purchase_order_id", "purchase_order__number", "purchase_order__vendor__name", "expected_on")
        .annotate(units=Sum("place__holdings__quantity"))
        .order_by("expected_on", "purchase_order_id")[:MOST]
    )
    return [
        {
            "order": (row["purchase_order__number"], address("purchasing:order", row["purchase_order_id"])),
            "vendor": row["purchase_order__vendor__name"],
            "on": row["expected_on"],
            "late": ("red", gettext("Late")) if row["expected_on"] < day else None,
        }
        for row in found
    ]


def _to_remind(user: Any) -> list[dict[str, Any]]:
    """Who is to be reminded of what is overdue, those of the highest level first, where this person may do it."""
    if not user.may("billing.remind"):
        return []
    return [
        {
            "customer": (one.customer, address("billing:statement", one.organization)),
            "level": gettext(LEVELS[one.level]),
            "asked": (one.asked_minor, one.currency),
        }
        for one in due_to_remind()
    ]


def _held(user: Any, day: Any) -> list[dict[str, Any]]:
    """The open orders whose customer's account is on hold or over its limit, unless they are released."""
    if not (user.may("sales.read") and user.may("billing.read")):
        return []
    return [
        {
            "order": (one.order.number, address("sales:order", one.order.pk)),
            "customer": (one.order.organization.name, one.why),
        }
        for one in held_orders(day, MOST)
    ]


def _short(user: Any) -> list[dict[str, Any]]:
    if not user.may("stock.read"):
        return []
    levels = list(
        Level.objects.filter(minimum__gt=0).select_related("product", "location").order_by("pk")[:500]
    )
    free = available([one.product_id for one in levels])
    short = [(one, free.get((one.product_id, one.location.place_id), 0)) for one in levels]
    return [
        {
            "product": (one.product.sku, address("catalog:product", one.product_id)),
            "location": one.location.name,
            "free": (units, one.product.quantity_decimals),
            "minimum": (one.minimum, one.product.quantity_decimals),
        }
        for one, units in short
        if units < one.minimum
    ][:MOST]
