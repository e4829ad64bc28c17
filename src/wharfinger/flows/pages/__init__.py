"""Pages of verbs that span modules."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base.door import there
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import quantity
from wharfinger.billing.pages.telling import less_drafted
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address, typed_id
from wharfinger.demand.queries.reading import products_of
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.queries.where import lots_of
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.cancel_order import cancel_order
from wharfinger.flows.actions.remove import remove
from wharfinger.flows.actions.reopen import reopen, try_reopen
from wharfinger.fulfilment.pages import goods
from wharfinger.fulfilment.queries import shown
from wharfinger.fulfilment.queries.at_hand import at_hand
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.pictures import Step, picture
from wharfinger.sales import queries as sales
from wharfinger.sales.rules.orders import PURCHASED
from wharfinger.work import queries as work
from wharfinger.work.rules.providing import Removal


@require_POST
@page("fulfilment.cancel_delivery")
def cancel_units(request: HttpRequest) -> HttpResponse:
    """Take chosen units back from the customer, with the credit note of what is invoiced of them."""
    user: Any = request.user

    def act() -> Any:
        return cancel_delivery(
            actor=user,
            picks=_typed(request),
            reason=request.POST.get("reason", ""),
            credit=request.POST.get("credit") == "yes",
        )

    return page_act(request, act, ok=_("The delivery is cancelled."), back=came_from(request, "/"))


@require_POST
@page("fulfilment.cancel_delivery")
def cancel_container(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back all that left in a container; it stands packed again."""
    user: Any = request.user
    return page_act(
        request,
        lambda: cancel_delivery(
            actor=user,
            containers=[pk],
            reason=request.POST.get("reason", ""),
            credit=request.POST.get("credit") == "yes",
        ),
        ok=_("The delivery is cancelled."),
        back=reverse("fulfilment:container", args=[pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.cancel_delivery")
def cancel_delivery_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Take chosen units of an order or of work back from the customer."""
    user: Any = request.user
    doc = there(Sheet.objects.filter(void__isnull=True).exclude(kind="quote"), pk)
    rows = goods.of_line(request, at_hand(("customer", "in_transit"), order=pk))
    back = document_address(doc)

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = goods.field_on_page(form.refusal.field, request.POST, rows)
        context = {"doc": doc, "rows": rows, "form": form, "back": back}
        return render(request, "flows/cancel_delivery.html", context)

    if request.method != "POST":
        return show(Form({"credit": "yes"}))
    return page_act(
        request,
        lambda: cancel_delivery(
            actor=user,
            picks=goods.typed(request.POST, rows),
            reason=request.POST.get("reason", "").strip()[:500],
            credit=request.POST.get("credit") == "yes",
        ),
        ok=_("The delivery is cancelled."),
        back=back,
        again=show,
    )


def _typed(request: HttpRequest) -> list[Pick]:
    """How many units of which line, or which by their numbers; lines left empty are left out.

    Where the page is that of a shipment, what went with it.
    """
    named = {name: name.removeprefix("quantity-") for name in request.POST if name.startswith("quantity-")}
    figures = {
        int(pk): request.POST.getlist(name)
        for name, pk in named.items()
        if pk.isascii() and pk.isdecimal() and len(pk) < 19
    }
    decimals = products_of(figures)
    totals: dict[int, int] = {}
    for line, texts in figures.items():
        for text in texts:
            if line in decimals and text.strip() not in ("", "0"):
                units = quantity(text, decimals[line][1], field=f"quantity-{line}")
                totals[line] = totals.get(line, 0) + units
    ticked = {line: tuple(request.POST.getlist(f"serial-{line}")) for line in figures}
    picks = [
        Pick(
            line,
            totals.get(line) or len(ticked[line]),
            serials=ticked[line],
            batch=request.POST.get(f"batch-{line}", "").strip(),
        )
        for line in figures
        if totals.get(line) or ticked[line]
    ]
    if "shipment" not in request.POST:
        return picks
    shipment = there(shown.shipments(), typed_id(request.POST, "shipment") or 0)
    return [one.by(shipment.place_id) for one in picks]


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.reopen")
def reopen_order(request: HttpRequest, order: int) -> HttpResponse:
    """Show what re-opening an order takes back, then do exactly that."""
    user: Any = request.user
    row = sales.order(order)

    def show(form: Form) -> HttpResponse:
        steps: list[Step] = []
        refusal: Refusal | None = form.refusal
        if refusal is None:
            try:
                steps = try_reopen(actor=user, order=order, read=lambda done: picture(done.id))
            except Refusal as refused:
                refusal = refused
        context = {"doc": row, "steps": steps, "form": Form(form.values, refusal)}
        return render(request, "flows/reopen.html", context)

    if request.method != "POST":
        return show(Form())
    freshly = _("%(number)s is as freshly confirmed.") % {"number": row.number}
    return page_act(
        request,
        lambda: reopen(actor=user, order=order, reason=request.POST.get("reason", "")),
        ok=lambda done: f"{freshly} {less_drafted(done.id)}".strip(),
        back=reverse("sales:order", args=[order]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.cancel")
def cancel_purchased(request: HttpRequest, order: int) -> HttpResponse:
    """Cancel an order, and say what becomes of the goods that are on purchase orders for it."""
    user: Any = request.user
    row = sales.order(order)
    back = reverse("sales:order", args=[order])

    def show(form: Form) -> HttpResponse:
        choices = [(key, _(label)) for key, label in PURCHASED.items()]
        context = {"doc": row, "form": form, "choices": choices, "back": back}
        return render(request, "flows/cancel_order.html", context)

    if request.method != "POST":
        return show(Form())
    return page_act(
        request,
        lambda: cancel_order(
            actor=user,
            order=order,
            purchased=request.POST.get("purchased", ""),
            reason=request.POST.get("reason", ""),
        ),
        ok=_("The order is cancelled."),
        back=back,
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.provide")
def remove_goods(request: HttpRequest, pk: int) -> HttpResponse:
    """Take goods back that were handed over on a job, with the credit note of what is invoiced of them."""
    user: Any = request.user
    row = work.work_order(pk)
    back = reverse("work:work_order", args=[pk])
    handed_over = lines_of(pk, "sheet").filter(
        claim__holdings__kind__in=("customer", "rented"), claim__holdings__quantity__gt=0
    )
    charges = [
        (line.pk, f"{line.position} · {line.product.sku}")
        for line in handed_over.select_related("product").distinct()
    ]

    def show(form: Form) -> HttpResponse:
        context = {"doc": row, "form": form, "charges": charges, "back": back}
        return render(request, "flows/remove.html", context)

    if request.method != "POST":
        return show(Form())
    return page_act(
        request,
        lambda: _remove(user, pk, request),
        ok=_("Taken back from %(number)s.") % {"number": row.number},
        back=back,
        again=show,
    )


def _remove(user: Any, pk: int, request: HttpRequest) -> Any:
    given = request.POST
    line = typed_id(given, "line")
    if line is None:
        raise BadInput("missing", N_("Please fill this in."), field="line")
    product, decimals = products_of([line]).get(line, (None, 0))
    (lots,) = lots_of([product], [[code.strip() for code in given.getlist("serial") if code.strip()]])
    removal = Removal(line, quantity(given.get("quantity", ""), decimals), lots=lots)
    return remove(
        actor=user,
        work_order=pk,
        removals=[removal],
        reason=given.get("reason", ""),
        credit=given.get("credit") == "yes",
    )
