"""Bundles built and taken apart in the browser: what it takes, what lacks and what moves is seen before it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration, typed
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.catalog.models import Product
from wharfinger.ledger.pictures import Step, picture
from wharfinger.ledger.post import attempt, dry
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import building as actions
from wharfinger.stock.pages.goods import codes_of, day_of, place_of, place_options, product_of, units_of
from wharfinger.stock.queries import buildable, built, places, units
from wharfinger.stock.rules.building import Build, Exchange, TakeApart

BUILD = (
    *("product", "location", "quantity", "inside", "serials", "batch"),
    *("extra_cost", "effective_on", "reason"),
)
APART = ("product", "location", "quantity", "serials", "reason")
EXCHANGE = ("out", "product", "quantity", "serials", "reason")


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.adjust")
def build(request: HttpRequest) -> HttpResponse:
    """Build a bundle: what goes in, what lacks, what it costs; then do it."""
    actor: Any = request.user

    def wish(given: QueryDict, product: Product, *, codes: tuple[str, ...]) -> Build:
        location, bin = place_of(given.get("location", ""), "location")
        extra = given.get("extra_cost", "").strip()
        return Build(
            product.pk,
            units_of(given, product, codes),
            location,
            bin,
            codes if product.traced == "serial" else (),
            codes[0] if product.traced == "batch" and codes else "",
            tuple(code for code in (*given.getlist("inside"), given.get("inside-scan", "")) if code.strip()),
            typed.minor(extra, configuration.one("currency"), field="extra_cost") if extra else 0,
        )

    def act(given: QueryDict) -> Written:
        product = product_of(given.get("product", ""))
        return actions.build(
            actor=actor,
            build=wish(given, product, codes=codes_of(given)),
            reason=given.get("reason", ""),
            effective_on=day_of(given.get("effective_on", "")),
        )

    def ahead(given: QueryDict, product: Product) -> dict[str, Any]:
        location, _bin = place_of(given.get("location", ""), "location")
        wanted = units_of(given, product, codes_of(given))
        whole = wanted // 10**product.quantity_decimals
        takes = buildable.takes(product, location, whole)
        found: dict[str, Any] = {"takes": takes, "units": whole}
        if takes.parts and not takes.short:
            # Numbers that are still to be scanned stand for any here, so that the picture comes first.
            codes = codes_of(given) or tuple(f"{n + 1}." for n in range(whole if whole <= 1000 else 0))
            shown = wish(given, product, codes=codes if product.traced != "none" else ())
            found |= _seen(lambda: actions.build(actor=actor, build=shown), product)
        return found

    def said(_done: Written) -> str:
        product = product_of(request.POST.get("product", ""))
        return _("Built %(goods)s.") % {"goods": _goods(request.POST, product)}

    return _form(request, "stock/build.html", BUILD, act, ahead, said)


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.adjust")
def take_apart(request: HttpRequest) -> HttpResponse:
    """Take free units of a bundle apart: what comes out is seen first."""
    actor: Any = request.user

    def act(given: QueryDict) -> Written:
        product = product_of(given.get("product", ""))
        codes = codes_of(given)
        location, bin = place_of(given.get("location", ""), "location")
        wish = TakeApart(
            product.pk,
            units_of(given, product, codes),
            location,
            bin,
            tuple(places.unit_of(product.pk, code, field="serials") for code in codes),
        )
        return actions.take_apart(actor=actor, apart=wish, reason=given.get("reason", ""))

    def ahead(given: QueryDict, product: Product) -> dict[str, Any]:
        return _seen(lambda: act(given), product)

    def said(_done: Written) -> str:
        product = product_of(request.POST.get("product", ""))
        return _("Took %(goods)s apart.") % {"goods": _goods(request.POST, product)}

    return _form(request, "stock/take_apart.html", APART, act, ahead, said)


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.adjust")
def exchange_component(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a component out of a unit, and put another in."""
    unit = units.units().filter(pk=pk).first()
    inside = {str(one.lot.pk): one for one in built.contents(pk)} if unit else {}
    chosen = request.POST.get("out") or request.GET.get("out", "")
    if unit is None or not inside:
        raise NotThere("nothing_inside", N_("Nothing is inside this unit."))
    old = inside.get(chosen) or next(iter(inside.values()))
    d = old.lot.product.quantity_decimals
    actor: Any = request.user
    back = reverse("stock:unit", args=[pk])

    def act(given: QueryDict) -> Written:
        product = product_of(given.get("product", ""))
        codes, many = codes_of(given), given.get("quantity", "1")
        exchange = Exchange(
            pk,
            old.lot.pk,
            typed.quantity(many, d),
            product.pk,
            typed.quantity(many, product.quantity_decimals),
            codes[0] if codes else "",
        )
        return actions.replace_component(actor=actor, exchange=exchange, reason=given.get("reason", ""))

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None and refusal.field in ("serial", "into"):
            refusal.field = "serials" if refusal.field == "serial" else "quantity"
        apart = refusal if refusal is not None and refusal.field not in EXCHANGE else None
        options = [(key, f"{one.lot.product.sku} {one.lot.code}".strip()) for key, one in inside.items()]
        context = {"form": form, "apart": apart, "unit": unit, "inside": options, "back": back}
        return render(request, "stock/exchange.html", context)

    if request.method != "POST":
        most = typed.written(min(old.quantity, 10**d), d)
        return show(Form({"out": str(old.lot.pk), "product": old.lot.product.sku, "quantity": most}))
    return page_act(
        request,
        lambda: act(request.POST),
        ok=_("Exchanged a component of %(unit)s.") % {"unit": unit.code},
        back=back,
        again=show,
    )


def _form(
    request: HttpRequest,
    template: str,
    fields: tuple[str, ...],
    act: Callable[[QueryDict], Written],
    ahead: Callable[[QueryDict, Product], dict[str, Any]],
    said: Callable[[Written], str],
) -> HttpResponse:
    back = came_from(request, reverse("stock:inventory"))

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None and refusal.field == "bin":
            refusal.field = "location"
        apart = refusal if refusal is not None and refusal.field not in fields else None
        given = form.values if isinstance(form.values, QueryDict) else request.GET
        seen: dict[str, Any] = {}
        if refusal is None and all(given.get(name, "").strip() for name in ("product", "location")):
            # What is typed only in part has no picture yet; what is wrong with it is said when it is sent.
            try:
                product = product_of(given.get("product", ""))
                seen = {"product": product} | ahead(given, product)
            except Refusal as refused:
                if refused.http_code == 403:
                    raise
                seen |= {"why": refused}
        context = {"form": form, "apart": apart, "spots": place_options(), "back": back, "seen": seen}
        return render(request, template, context)

    if request.method != "POST":
        return show(Form({"quantity": "1", **request.GET.dict()}))
    return page_act(request, lambda: act(request.POST), ok=said, back=back, again=show)


def _seen(act: Callable[[], Written], product: Product) -> dict[str, Any]:
    """The picture of an act that is then not done, and what its goods are worth; or why it cannot be done."""

    def look() -> tuple[list[Step], int]:
        done = act()
        return picture(done.id), buildable.cost_of(done.id, product.pk)

    try:
        steps, cost = attempt(lambda: dry(look))
    except Refusal as refused:
        if refused.http_code == 403:
            raise
        return {"why": refused}
    return {"steps": steps, "cost": cost}


def _goods(given: QueryDict, product: Product) -> str:
    count = typed.written(units_of(given, product, codes_of(given)), product.quantity_decimals)
    return f"{count} × {product.sku}"
