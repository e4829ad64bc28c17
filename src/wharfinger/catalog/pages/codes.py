"""Tax codes and warranty policies in the browser."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.table import Column, Filter, New, Row, Rows, Table, table_page
from wharfinger.base.typed import scaled, written
from wharfinger.catalog import actions
from wharfinger.catalog.models import TaxCode, WarrantyPolicy
from wharfinger.catalog.pages import typed
from wharfinger.catalog.queries import called
from wharfinger.catalog.rules.vatex import CATEGORY_OF

CATEGORIES = {
    "S": N_("Standard rate"),
    "Z": N_("Zero rated"),
    "E": N_("Exempt"),
    "AE": N_("Reverse charge"),
    "K": N_("Supply within the EU"),
    "G": N_("Export"),
    "O": N_("Not subject to tax"),
    "L": N_("Canary Islands"),
    "M": N_("Ceuta and Melilla"),
}
STARTS = {"sold": N_("When sold"), "installed": N_("When installed")}
SWAPS = {"remaining": N_("What remains"), "new": N_("A new one"), "none": N_("None")}
TAX = ("code", "name", "rate", "category", "exemption_reason", "exemption_code", "second_name", "second_rate")
BOUNDS = ("valid_from", "valid_until", "successor")
POLICY = ("name", "category", "start", "on_swap")


def _taxes(ask: Ask) -> Rows:
    found = kept.in_use(ask, TaxCode.objects.select_related("successor"))
    if text := ask.one("code"):
        found = found.filter(code__icontains=text)
    cut = ask.slice(found, {"code": "code"})
    return Rows([_tax_row(one) for one in cut.items], cut.before, cut.after)


def _tax_row(one: TaxCode) -> Row:
    word = ("blue", _("Default")) if one.default else kept.word(one)
    return Row(
        id=one.pk,
        name=one.code,
        cells={
            "code": (one.code, reverse("catalog:tax_code", args=[one.pk])),
            "name": one.name,
            "rate": _rates(one),
            "category": _(CATEGORIES[one.category]),
            "reason": one.exemption_reason or None,
            "exemption": one.exemption_code or None,
            "from": one.valid_from,
            "until": one.valid_until,
            "successor": one.successor
            and (one.successor.code, reverse("catalog:tax_code", args=[one.successor.pk])),
            "word": word,
        },
    )


def _rates(one: TaxCode) -> str:
    """The rates of a code in words: 5 % + 7 % PST."""
    first = f"{written(one.rate_micro, 4)} %"
    return (
        f"{first} + {written(one.second_rate_micro, 4)} % {one.second_name}"
        if one.second_rate_micro
        else first
    )


TAX_CODES = Table(
    name="tax_codes",
    title=N_("Tax codes"),
    permission="catalog.read",
    columns=(
        Column("code", N_("Code"), "link", sortable=True),
        Column("name", N_("Name")),
        Column("rate", N_("Tax rate")),
        Column("category", N_("Category")),
        Column("from", N_("Valid from"), "date", optional=True),
        Column("until", N_("Valid until"), "date"),
        Column("successor", N_("Successor"), "link"),
        Column("reason", N_("Reason of exemption"), optional=True),
        Column("exemption", N_("Exemption code"), optional=True),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("code", N_("Code")),),
    tabs=kept.TABS,
    new=New(N_("New tax code"), "catalog:new_tax_code", "catalog.tax_code"),
    rows=_taxes,
)


@require_safe
def tax_codes(request: HttpRequest) -> HttpResponse:
    """Every rate of tax."""
    return table_page(request, TAX_CODES)


def _tax(post: QueryDict) -> dict[str, Any]:
    values: dict[str, Any] = {name: post.get(name, "").strip() for name in TAX}
    for name in ("rate", "second_rate"):
        values[name] = plain(scaled(values[name] or "0", 4, field=name, most=1000 * 10**4), 4)
    for name in BOUNDS:
        values[name] = post.get(name, "").strip() or None
    if values["successor"] is not None:
        values["successor"] = typed.whole(post, "successor")
    return values | {name: post.get(name) == "yes" for name in ("compound", "default")}


def _tax_stands(found: TaxCode) -> dict[str, Any]:
    start: dict[str, Any] = {name: getattr(found, name, "") for name in (*TAX, "compound", "default")}
    start |= {"valid_from": _day(found.valid_from), "valid_until": _day(found.valid_until)}
    start["successor"] = found.successor_id or ""
    second = written(found.second_rate_micro, 4) if found.second_rate_micro else ""
    return start | {"rate": written(found.rate_micro, 4), "second_rate": second}


def _followers(found: TaxCode | None) -> list[tuple[int, str]]:
    """The codes that may take the place of one."""
    others = TaxCode.objects.filter(retired_on__isnull=True).exclude(pk=found.pk if found else 0)
    kept_already = TaxCode.objects.filter(pk=(found.successor_id if found else None) or 0)
    return [(one.pk, f"{one.code} · {one.name}") for one in (others | kept_already).order_by("code")]


TAX_CODE = Kept(
    rows=TaxCode.objects.all,
    missing=("no_such_tax_code", N_("There is no such tax code.")),
    listed="catalog:tax_codes",
    template="catalog/tax_code.html",
    known_by="code",
    fields=(*TAX, *BOUNDS, "compound", "default"),
    typed=_tax,
    born={"category": "S"},
    stands=_tax_stands,
    add=lambda actor, values: actions.add_tax_code(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_tax_code(actor=actor, tax_code=pk, values=values),
    besides=lambda found: {
        "categories": typed.options(CATEGORIES),
        "exemptions": sorted(CATEGORY_OF),
        "followers": _followers(found),
    },
)


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.tax_code")
def new_tax_code(request: HttpRequest) -> HttpResponse:
    """Add a rate of tax."""
    return kept.add_one(request, TAX_CODE)


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.tax_code")
def tax_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a tax code, make it the default, or retire it."""
    return kept.change_one(request, TAX_CODE, pk)


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _policies(ask: Ask) -> Rows:
    found = WarrantyPolicy.objects.select_related("product")
    if text := ask.one("name"):
        found = found.filter(name__icontains=text)
    if text := ask.one("category"):
        found = found.filter(category__path__icontains=text)
    cut = ask.slice(found, {"name": "name", "from": "valid_from"})
    return Rows([_policy_row(one) for one in cut.items], cut.before, cut.after)


def _policy_row(one: WarrantyPolicy) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("catalog:warranty_policy", args=[one.pk])),
            "months": one.months,
            "product": one.product.sku if one.product else None,
            "category": one.category_path or None,
            "start": _(STARTS[one.start]),
            "swap": _(SWAPS[one.on_swap]),
            "from": one.valid_from,
            "until": one.valid_until,
        },
    )


POLICIES = Table(
    name="warranty_policies",
    title=N_("Warranty policies"),
    permission="catalog.read",
    columns=(
        Column("name", N_("Policy"), "link", sortable=True),
        Column("months", N_("Months"), "number"),
        Column("product", N_("Product")),
        Column("category", N_("Category")),
        Column("start", N_("Begins")),
        Column("swap", N_("After a swap")),
        Column("from", N_("Valid from"), "date", sortable=True),
        Column("until", N_("Valid until"), "date"),
    ),
    filters=(Filter("name", N_("Name")), Filter("category", N_("Category"))),
    new=New(N_("New policy"), "catalog:new_warranty_policy", "catalog.warranty_policy"),
    rows=_policies,
    empty=N_("A policy says how long you answer for the devices of a product or a category."),
)


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """How long we answer for what."""
    return table_page(request, POLICIES)


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.warranty_policy")
def new_policy(request: HttpRequest) -> HttpResponse:
    """Add a warranty policy."""
    show = partial(_policy_form, request, None)
    if request.method != "POST":
        return show(Form({"start": "sold", "on_swap": "remaining"}))
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.add_warranty_policy(actor=actor, values=_policy(request.POST)),
        ok=_("Added %(name)s.") % {"name": request.POST.get("name", "").strip()},
        back=reverse("catalog:warranty_policies"),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.warranty_policy")
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a warranty policy; devices sold before keep what they were promised."""
    found = WarrantyPolicy.objects.select_related("product").filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_policy", N_("There is no such warranty policy."))
    show = partial(_policy_form, request, found)
    if request.method != "POST":
        start: dict[str, Any] = {name: getattr(found, name) for name in (*POLICY, "months", "indirect")} | {
            "category": found.category_path
        }
        sku = found.product.sku if found.product else ""
        return show(
            Form(
                start
                | {
                    "product": sku,
                    "valid_from": _day(found.valid_from),
                    "valid_until": _day(found.valid_until),
                }
            )
        )
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.change_warranty_policy(actor=actor, policy=pk, values=_policy(request.POST)),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=reverse("catalog:warranty_policies"),
        again=show,
    )


def _policy_form(request: HttpRequest, found: WarrantyPolicy | None, form: Form) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "starts": typed.options(STARTS),
        "swaps": typed.options(SWAPS),
    }
    return render(request, "catalog/warranty_policy.html", context)


def _policy(post: QueryDict) -> dict[str, Any]:
    values: dict[str, Any] = {name: post.get(name, "").strip() for name in POLICY}
    months = typed.whole(post, "months")
    if months is None:
        raise BadInput("missing", N_("Please fill this in."), field="months")
    values |= {"months": months, "indirect": post.get("indirect") == "yes", "product": None}
    if sku := post.get("product", "").strip():
        found = called(sku)
        values["product"] = found and found.pk
        if values["product"] is None:
            raise BadInput("no_such_product", N_("There is no such product."), field="product")
    if day := post.get("valid_from", "").strip():
        values["valid_from"] = day
    values["valid_until"] = post.get("valid_until", "").strip() or None
    return values
