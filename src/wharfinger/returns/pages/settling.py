"""The form that says what a customer gets for goods that came back, with what it comes to before it is done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import micro, written
from wharfinger.catalog.queries import called
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import typed_day, typed_id
from wharfinger.ledger.write import Written
from wharfinger.returns.actions import inspecting
from wharfinger.returns.models import RmaLine
from wharfinger.returns.pages.giving import previewed, typed_kept
from wharfinger.returns.pages.working import in_words, lines_of, units_of
from wharfinger.returns.queries.returnable import free_units
from wharfinger.returns.rules import ANSWERS
from wharfinger.returns.rules.replacing import LIKE_FOR_LIKE, Instead
from wharfinger.returns.rules.settling import Answer


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.settle")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the customer gets for goods that came back; *Preview* says what it comes to, and does nothing."""
    user: Any = request.user
    row, lines = lines_of(pk)
    left = {line.pk: max(line.quantity, figure.received) - line.settled_quantity for line, figure in lines}
    lines = [(line, figure) for line, figure in lines if left[line.pk]]
    back = reverse("returns:rma", args=[pk])
    if not lines:
        return HttpResponseRedirect(back)

    sold = [line.line.currency for line, _figure in lines if line.line]
    currency = sold[0] if sold else row.organization.currency

    def act() -> Written:
        answers = [
            Answer(
                line.pk,
                units,
                request.POST.get(f"answer-{line.pk}", ""),
                instead=_instead(request.POST, line),
            )
            for line, _figure in lines
            if (units := units_of(request.POST, line))
        ]
        return inspecting.settle(
            actor=user,
            rma=pk,
            answers=answers,
            overrule=request.POST.get("overrule", ""),
            kept=typed_kept(request.POST, currency),
            key=request.POST.get("key") or None,
        )

    documents = Sheet.objects.filter(
        organization_id=row.organization_id,
        kind__in=("ticket", "job", "project", "contract", "order"),
        void__isnull=True,
    )

    def show(form: Form, told: list[tuple[str, int, str]] | None = None) -> HttpResponse:
        chosen = [line.pk for line, _figure in lines if _typed(request.POST, line)]
        context = {
            "beside": _beside_its_field(form, chosen),
            "doc": row,
            "lines": lines,
            "form": form,
            "answers": in_words(ANSWERS),
            "units": {line.pk: free_units(line.product_id) for line, _figure in lines},
            "documents": list(documents.order_by("-pk").values_list("pk", "number")[:100]),
            "currency": currency,
            "delivers": user.may("fulfilment.deliver"),
            "told": told,
        }
        return render(request, "returns/settle.html", context)

    if request.method != "POST":
        first = {
            f"quantity-{line.pk}": written(left[line.pk], line.product.quantity_decimals)
            for line, _figure in lines
        }
        return show(Form(first))
    if request.POST.get("do") == "preview":
        return previewed(request, act, show)
    return page_act(
        request, act, ok=_("%(number)s is settled.") % {"number": row.number}, back=back, again=show
    )


def _instead(given: QueryDict, line: RmaLine) -> Instead:
    if given.get(f"answer-{line.pk}") != "replace":
        return LIKE_FOR_LIKE
    sku = given.get(f"sku-{line.pk}", "").strip()
    product = called(sku) if sku else None
    if sku and product is None:
        raise BadInput("no_such_product", N_("There is no such product."), field=f"sku-{line.pk}")
    price = given.get(f"price-{line.pk}", "").strip()
    charge = given.get(f"charge-{line.pk}", "").strip()
    return Instead(
        product.pk if product is not None else None,
        given.get(f"serial-{line.pk}", "").strip() or given.get(f"unit-{line.pk}", ""),
        None,
        micro(price, field=f"price-{line.pk}") if price else None,
        typed_id(given, f"ticket-{line.pk}"),
        typed_day(given, f"back_by-{line.pk}"),
        micro(charge, field=f"charge-{line.pk}") if charge else None,
        given.get(f"hand_over-{line.pk}") == "yes",
    )


_FIELDS = {
    "instead.product": "sku",
    "instead.serial": "serial",
    "instead.unit_price": "price",
    "instead.ticket": "ticket",
    "instead.back_by": "back_by",
    "instead.charge": "charge",
    "instead.hand_over": "hand_over",
}


def _beside_its_field(form: Form, chosen: list[int]) -> bool:
    """Let a refusal of what is given instead stand beside the field of its line; whether it does."""
    if form.refusal is None or not (form.refusal.field or "").startswith("lines."):
        return False
    _lines, _dot, rest = (form.refusal.field or "").partition(".")
    n, _dot, name = rest.partition(".")
    if n.isdecimal() and int(n) < len(chosen) and name in _FIELDS:
        form.refusal.field = f"{_FIELDS[name]}-{chosen[int(n)]}"
        return True
    return False


def _typed(given: QueryDict, line: RmaLine) -> int:
    """How many units of a line somebody typed; none where that is no quantity."""
    try:
        return units_of(given, line)
    except Refusal:
        return 0
