"""Purchase orders that wait for approval in the browser, and what is decided of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from wharfinger.base import configuration
from wharfinger.base.asking import Ask
from wharfinger.base.page import came_from, page, page_act, selected
from wharfinger.base.refusal import N_
from wharfinger.base.table import Act, Asked, Column, Filter, Row, Rows, Table
from wharfinger.purchasing.actions import approving, ordering
from wharfinger.purchasing.queries import approvals, yeses
from wharfinger.purchasing.rules.rising import waits


def _rows(ask: Ask) -> Rows:
    found = approvals.asked().select_related("vendor", "approval_asked_by")
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if text := ask.one("vendor"):
        found = found.filter(vendor__name__icontains=text)
    cut = ask.slice(found, {"number": "number", "asked": "approval_asked_at"})
    lines = approvals.lines_of(order.pk for order in cut.items)
    asks = approvals.asking(cut.items, lines)
    home = configuration.one("currency")
    yes = approvals.said_yes(one for some in asks.values() for one in some)
    asking = {pk: [line for line, _cost in some] for pk, some in asks.items()}
    far = yeses.of_orders(cut.items, lines, asking, yes)
    return Rows(
        [_row(one, asks[one.pk], len(lines[one.pk]), home, yes, far[one.pk].words) for one in cut.items],
        cut.before,
        cut.after,
    )


def _row(
    order: Any,
    asks: list[tuple[Any, int]],
    lines: int,
    home: str,
    yes: Mapping[int, Sequence[str]],
    far: str,
) -> Row:
    skus = ", ".join(dict.fromkeys(line.product.sku for line, _cost in asks))
    return Row(
        order.pk,
        {
            "number": (order.number, reverse("purchasing:order", args=[order.pk])),
            "vendor": order.vendor.name,
            "asks": _asks(order, skus, len(asks), lines),
            "amount": (sum(cost for _line, cost in asks), home),
            "by": str(order.approval_asked_by or ""),
            "yes": (
                far if asks else "",
                ", ".join(sorted({name for line, _cost in asks for name in yes.get(line.pk, ())})),
            ),
            "asked": order.approval_asked_at,
        },
        name=order.number,
    )


def _asks(order: Any, skus: str, n: int, lines: int) -> str:
    """What of an order is to be approved."""
    if not n:
        return _("Nothing any more")
    told = _("%(skus)s (%(n)s of %(all)s lines)") % {"skus": skus, "n": n, "all": lines}
    return _("Change: %(what)s") % {"what": told} if waits(order) else told


ORDERS = Table(
    name="orders_to_approve",
    title=N_("Purchase orders"),
    permission="purchasing.read",
    columns=(
        Column("number", N_("Purchase order"), "link", sortable=True),
        Column("vendor", N_("Vendor")),
        Column("asks", N_("To approve")),
        Column("amount", N_("Cost"), "money", permission="catalog.see_cost"),
        Column("by", N_("Asked for by")),
        Column("yes", N_("Approved by"), "noted"),
        Column("asked", N_("Since"), "ago", sortable=True),
    ),
    filters=(Filter("number", N_("Number")), Filter("vendor", N_("Vendor"))),
    acts=(
        Act("approve", N_("Approve"), "purchasing:approve_orders", "purchasing.approve", icon="check"),
        Act(
            "reject",
            N_("Reject"),
            "purchasing:reject_orders",
            "purchasing.approve",
            icon="x",
            tone="danger",
            asks=(Asked("note", N_("Why"), required=True),),
        ),
    ),
    empty=N_(
        "No purchase order waits for approval. Drafts appear here when their buyer asks for it, and orders when a "
        "change makes them dearer than what was approved."
    ),
    rows=_rows,
)


@require_POST
@page("purchasing.order")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the approval that a draft needs."""
    user: Any = request.user
    return page_act(
        request,
        lambda: ordering.ask(actor=user, order=pk),
        ok=_("Whoever may approve it is told."),
        back=reverse("purchasing:order", args=[pk]),
    )


@require_POST
@page("purchasing.approve")
def approve(request: HttpRequest) -> HttpResponse:
    """Approve what the ticked orders, or the one named, need an approval for."""
    user: Any = request.user
    return page_act(
        request,
        lambda: approving.approve(actor=user, purchase_orders=_orders(request)),
        ok=lambda done: yeses.waits_for_others(done.id) or _("The purchase is approved."),
        back=_back(request),
    )


@require_POST
@page("purchasing.approve")
def reject(request: HttpRequest) -> HttpResponse:
    """Refuse what the ticked orders, or the one named, ask for, with the reason."""
    user: Any = request.user

    def said(done: Any) -> str:
        n = len(_orders(request))
        return ngettext("Rejected %(n)s purchase order.", "Rejected %(n)s purchase orders.", n) % {"n": n}

    return page_act(
        request,
        lambda: approving.reject(
            actor=user, purchase_orders=_orders(request), note=request.POST.get("note", "")
        ),
        ok=said,
        back=_back(request),
    )


def _orders(request: HttpRequest) -> list[int]:
    return [row.id for row in selected(request)]


def _back(request: HttpRequest) -> str:
    return came_from(request, reverse("purchasing:orders"))
