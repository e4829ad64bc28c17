"""What receipts cost beside the price of their goods, and at which price these were billed, in the browser."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import configuration
from wharfinger.base.money import MICRO
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.typed import micro, minor, scaled, unit_price
from wharfinger.demand.pages import typed_day, typed_id
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions import landing as actions
from wharfinger.purchasing.queries import paper, shown
from wharfinger.purchasing.rules.landing import Billed, Cost


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.land_cost")
def land_cost(request: HttpRequest, pk: int) -> HttpResponse:
    """Add freight, customs or the like to a receipt."""
    user: Any = request.user
    back = reverse("purchasing:receipt", args=[pk])
    home = configuration.one("currency")

    def show(form: Form) -> HttpResponse:
        vendors = Organization.objects.filter(vendor=True).order_by("name").values_list("pk", "name")
        there = {
            "receipt": shown.receipt(pk),
            "form": form,
            "back": back,
            "home": home,
            "vendors": list(vendors),
            "spreads": [(key, _(word)) for key, word in paper.SPREADS.items()],
        }
        return render(request, "purchasing/cost.html", there)

    if request.method != "POST":
        return show(Form({"spread": "value", "currency": home}))

    def act() -> Written:
        typed = request.POST
        currency = typed.get("currency", "").strip().upper() or home
        rate = typed.get("rate", "").strip()
        cost = Cost(
            typed.get("name", ""),
            minor(typed.get("amount", ""), currency, field="amount"),
            currency,
            scaled(rate, MICRO, field="rate") if rate else None,
            typed.get("spread", ""),
            typed_id(typed, "vendor"),
            typed.get("reference", ""),
        )
        return actions.land_cost(
            actor=user,
            receipt=pk,
            cost=cost,
            reason=typed.get("reason", ""),
            effective_on=typed_day(typed, "effective_on"),
            key=typed.get("key") or None,
        )

    return page_act(request, act, ok=_("Added the cost to the receipt."), back=back, again=show)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.reprice")
def reprice(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over what the vendor billed for the lines of a receipt."""
    user: Any = request.user
    back = reverse("purchasing:receipt", args=[pk])
    prices = paper.billed_prices(pk)
    (what,) = shown.show_receipts([shown.receipt(pk)], costs=False)
    rows = [(line, *prices[line["purchase_line"]]) for line in what["lines"] if line["quantity"] != "0"]
    chosen: list[int] = []

    def show(form: Form) -> HttpResponse:
        there = {"receipt": shown.receipt(pk), "form": form, "back": back, "rows": rows}
        return render(request, "purchasing/price.html", there)

    if request.method != "POST":
        asked = {f"cost-{line['purchase_line']}": unit_price(cost, currency) for line, cost, currency in rows}
        return show(Form(asked))

    def act() -> Written:
        billed = _billed(request.POST, [line["purchase_line"] for line, _cost, _in in rows])
        chosen.extend(one.purchase_line for one in billed)
        return actions.reprice(
            actor=user,
            receipt=pk,
            prices=billed,
            reference=request.POST.get("reference", ""),
            reason=request.POST.get("reason", ""),
            effective_on=typed_day(request.POST, "effective_on"),
            key=request.POST.get("key") or None,
        )

    def again(form: Form) -> HttpResponse:
        parts = (form.refusal.field or "").split(".") if form.refusal is not None else []
        if form.refusal is not None and len(parts) == 3 and int(parts[1]) < len(chosen):
            form.refusal.field = f"cost-{chosen[int(parts[1])]}"
        return show(form)

    return page_act(request, act, ok=_("Took over the billed price."), back=back, again=again)


def _billed(typed: QueryDict, lines: list[int]) -> list[Billed]:
    """The prices that were typed; an empty one stays as it is."""
    given = [(line, typed.get(f"cost-{line}", "").strip()) for line in lines]
    return [Billed(line, micro(text, field=f"cost-{line}")) for line, text in given if text]


@require_POST
@page("purchasing.land_cost")
def cancel_cost(request: HttpRequest, pk: int, cost: int) -> HttpResponse:
    """Take a cost of a receipt back."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.cancel_cost(actor=user, receipt=pk, cost=cost),
        ok=_("Took the cost back."),
        back=came_from(request, reverse("purchasing:receipt", args=[pk])),
    )
