"""Families in the browser: the matrix of their variants, and how these are made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import configuration, further
from wharfinger.base.access import Actor
from wharfinger.base.asking import Ask
from wharfinger.base.money import MICRO
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import micro, unit_price
from wharfinger.catalog.actions import families as actions
from wharfinger.catalog.models import Family, Product
from wharfinger.catalog.queries import families as every_family
from wharfinger.catalog.queries import scanned, variants_of
from wharfinger.catalog.rules.families import BETWEEN, MOST_ATTRIBUTES, proposals, values_of
from wharfinger.ledger.telling import timeline

SPARE = 3
"""Empty rows for values, where a page without scripts cannot add any."""


def _rows(ask: Ask) -> Rows:
    found = every_family().annotate(many=Count("variants", filter=Q(variants__retired_on__isnull=True)))
    if ask.tab != "all":
        found = found.filter(retired_on__isnull=True)
    if text := ask.one("name"):
        found = found.filter(name__icontains=text)
    cut = ask.slice(found, {"name": "name"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("catalog:family", args=[one.pk])),
            "attributes": ", ".join(attribute["name"] for attribute in one.attributes),
            "variants": one.many,
            "word": ("grey", _("Retired")) if one.retired_on else None,
        },
    )


FAMILIES = Table(
    name="families",
    title=N_("Families"),
    permission="catalog.read",
    columns=(
        Column("name", N_("Family"), "link", sortable=True),
        Column("attributes", N_("Attributes")),
        Column("variants", N_("Variants"), "number"),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("name", N_("Family")),),
    tabs=(Tab("used", N_("In use")), Tab("all", N_("All"))),
    new=New(N_("New family"), "catalog:new_family", "catalog.product"),
    rows=_rows,
    empty=N_("A family holds products that differ by colour, size or length only, each with its own SKU."),
)


@require_safe
def family_list(request: HttpRequest) -> HttpResponse:
    """Every family of products."""
    return table_page(request, FAMILIES)


def _there(pk: int) -> Family:
    found = every_family().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_family", N_("There is no such family."))
    return found


def _free(products: list[Product], actor: Actor) -> Mapping[int, int]:
    kept = [one.pk for one in products if one.kind != "service"]
    return further.figure("product.available", kept) if actor.may("stock.read") else {}


@require_safe
@page("catalog.read")
def family(request: HttpRequest, pk: int) -> HttpResponse:
    """One family: SKU, what is available and the price of every combination of its values."""
    found = _there(pk)
    actor: Any = request.user
    variants = variants_of([pk])[pk]
    context = {
        "family": found,
        "currency": configuration.one("currency"),
        "tables": _matrix(found, variants, _free(variants, actor)),
        "lacking": len(proposals(found, [values_of(one) for one in variants], most=1)) > 0,
        "variants": variants,
        "parts": further.told("family", request, pk),
        "entries": timeline(f"family:{pk}", most=12),
    }
    return render(request, "catalog/family.html", context)


def _matrix(found: Family, variants: list[Product], free: Mapping[int, int]) -> list[dict[str, Any]]:
    """A table for each value of the third attribute: the first down, the second across."""
    by = {(*values_of(one), "", "")[:3]: one for one in variants}
    down, across, over = (
        [value["value"] for value in found.attributes[n]["values"]] if n < len(found.attributes) else [""]
        for n in range(MOST_ATTRIBUTES)
    )
    tables = []
    for third in over:
        rows = [
            (first, [(second, _cell(by.get((first, second, third)), free)) for second in across])
            for first in down
        ]
        if any(cell for _first, cells in rows for _second, cell in cells):
            tables.append({"over": third, "across": across if across != [""] else [], "rows": rows})
    return tables


def _cell(one: Product | None, free: Mapping[int, int]) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "sku": one.sku,
        "to": reverse("catalog:product", args=[one.pk]),
        "available": (free[one.pk], one.quantity_decimals) if one.pk in free else None,
        "price_micro": one.price_micro,
        "retired": one.retired_on is not None,
    }


def beside(product: Product, actor: Actor) -> dict[str, Any] | None:
    """The family of a product and its other variants, as its page shows them."""
    if product.family_id is None:
        return None
    found = Family.objects.get(pk=product.family_id)
    others = [one for one in variants_of([found.pk])[found.pk] if one.pk != product.pk]
    free, currency = _free(others, actor), configuration.one("currency")
    names = [attribute["name"] for attribute in found.attributes]
    return {
        "id": found.pk,
        "name": found.name,
        "of": list(zip(names, values_of(product), strict=True)),
        "siblings": [
            {
                "product": (one.sku, reverse("catalog:product", args=[one.pk])),
                "values": BETWEEN.join(values_of(one)),
                "available": (free[one.pk], one.quantity_decimals) if one.pk in free else None,
                "price": (one.price_micro, currency),
                "word": ("grey", _("Retired")) if one.retired_on else None,
            }
            for one in others
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def new_family(request: HttpRequest) -> HttpResponse:
    """Make a family."""
    show = partial(_form, request, None)
    if request.method != "POST":
        return show(Form())
    actor: Any = request.user
    return page_act(
        request,
        lambda: _typed(request.POST, lambda values: actions.add_family(actor=actor, values=values), new=True),
        ok=_("Added %(name)s.") % {"name": request.POST.get("name", "").strip()},
        back=lambda done: reverse("catalog:make_variants", args=[done.one("catalog.Family")]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def change_family(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a family, add values, or retire it."""
    found = _there(pk)
    show = partial(_form, request, found)
    if request.method != "POST":
        return show(Form(_as_typed(found)))
    actor: Any = request.user
    return page_act(
        request,
        lambda: _typed(
            request.POST, lambda values: actions.change_family(actor=actor, family=pk, values=values)
        ),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=reverse("catalog:family", args=[pk]),
        again=show,
    )


def _as_typed(found: Family) -> dict[str, Any]:
    currency = configuration.one("currency")
    start: dict[str, Any] = {
        "name": found.name,
        "sku_pattern": found.sku_pattern,
        "name_pattern": found.name_pattern,
        "price": unit_price(found.price_micro, currency),
        "retired_on": found.retired_on.isoformat() if found.retired_on else "",
    }
    for a, attribute in enumerate(found.attributes):
        start[f"a{a}-name"] = attribute["name"]
        for n, value in enumerate(attribute["values"]):
            more = unit_price(value["more_micro"], currency) if value["more_micro"] else ""
            start |= {
                f"a{a}-value-{n}": value["value"],
                f"a{a}-code-{n}": value["code"],
                f"a{a}-more-{n}": more,
            }
    return start


def _typed(post: QueryDict, do: Any, *, new: bool = False) -> Any:
    """Do an act with a family as typed; a refusal names the field in which it stands."""
    attributes, where = [], []
    for a in range(MOST_ATTRIBUTES):
        rows = sorted(int(row[1]) for key in post if (row := re.fullmatch(rf"a{a}-value-(\d{{1,3}})", key)))
        rows = [n for n in rows if post.get(f"a{a}-value-{n}", "").strip()]
        name = post.get(f"a{a}-name", "").strip()
        if not name and not rows:
            continue
        values = [
            {
                "value": post.get(f"a{a}-value-{n}", "").strip(),
                "code": post.get(f"a{a}-code-{n}", "").strip(),
                "more": _price(post, f"a{a}-more-{n}"),
            }
            for n in rows
        ]
        attributes.append({"name": name, "values": values})
        where.append((a, rows))
    family: dict[str, Any] = {
        "name": post.get("name", "").strip(),
        "attributes": attributes,
        "sku_pattern": post.get("sku_pattern", "").strip(),
        "name_pattern": post.get("name_pattern", "").strip(),
        "price": _price(post, "price"),
    }
    if not new:
        family["retired_on"] = post.get("retired_on", "").strip() or None
    try:
        return do(family)
    except Refusal as refusal:
        refusal.field = _field(refusal.field or "", where)
        raise


def _field(field: str, where: list[tuple[int, list[int]]]) -> str:
    """The field of the form that the act means."""
    named = re.fullmatch(r"attributes(?:\.(\d)(?:\.(name|values)(?:\.(\d+)\.(value|code|more))?)?)?", field)
    if named is None:
        return field
    a, rows = where[int(named[1])] if named[1] else (0, [])
    if named[3]:
        return f"a{a}-{named[4]}-{rows[int(named[3])]}"
    return f"a{a}-value-0" if named[2] == "values" else f"a{a}-name"


def _price(post: QueryDict, name: str) -> str:
    text = post.get(name, "").strip()
    return plain(micro(text, field=name), MICRO) if text else "0"


def _form(request: HttpRequest, found: Family | None, form: Form) -> HttpResponse:
    count = [
        max(
            (int(row[1]) for key in form.values if (row := re.fullmatch(rf"a{a}-value-(\d+)", key))),
            default=-1,
        )
        for a in range(MOST_ATTRIBUTES)
    ]
    context = {
        "form": form,
        "found": found,
        "attributes": [(f"a{a}", a + 1, range(last + 1 + SPARE)) for a, last in enumerate(count)],
        "currency": configuration.one("currency"),
    }
    return render(request, "catalog/family_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose which variants are made, and how they are called."""
    found = _there(pk)
    actor: Any = request.user
    variants = variants_of([pk])[pk]
    proposed = proposals(found, [values_of(one) for one in variants])

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "family": found,
            "rows": [(n, BETWEEN.join(one.values)) for n, one in enumerate(proposed)],
            "currency": configuration.one("currency"),
        }
        return render(request, "catalog/variants.html", context)

    if request.method != "POST":
        start: dict[str, Any] = {"like": variants[0].sku if variants else ""}
        for n, one in enumerate(proposed):
            start |= {
                f"make-{n}": "yes",
                f"sku-{n}": one.sku,
                f"name-{n}": one.name,
                f"price-{n}": unit_price(one.price_micro, configuration.one("currency")),
            }
        return show(Form(start))

    def act() -> Any:
        post = request.POST
        like = _product(post.get("like", "").strip(), "like") if post.get("like", "").strip() else None
        rows = [n for n in range(len(proposed)) if post.get(f"make-{n}") == "yes"]
        wishes = [
            {
                "values": proposed[n].values,
                "sku": post.get(f"sku-{n}", "").strip(),
                "name": post.get(f"name-{n}", "").strip(),
                "price": _price(post, f"price-{n}"),
            }
            for n in rows
        ]
        try:
            return actions.make_variants(actor=actor, family=pk, variants=wishes, like=like)
        except Refusal as refusal:
            if row := re.fullmatch(r"variants\.(\d+)\.(sku|name|price)", refusal.field or ""):
                refusal.field = f"{row[2]}-{rows[int(row[1])]}"
            raise

    many = sum(1 for n in range(len(proposed)) if request.POST.get(f"make-{n}") == "yes")
    return page_act(
        request,
        act,
        ok=ngettext("Made %(n)s variant.", "Made %(n)s variants.", many) % {"n": many},
        back=reverse("catalog:family", args=[pk]),
        again=show,
    )


def _product(code: str, field: str) -> int:
    means = scanned([code]).get(code)
    if means is None:
        raise BadInput("no_such_product", N_("There is no such product."), field=field)
    return means.product.pk


@require_POST
@page("catalog.product")
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a product that there is already be a variant."""
    found = _there(pk)
    post = request.POST
    values = [post.get(f"value-{n}", "") for n in range(len(found.attributes))]
    sku = post.get("product", "").strip()
    return page_act(
        request,
        lambda: actions.join_family(
            actor=request.user,  # type: ignore[arg-type]
            family=pk,
            product=_product(sku, "product"),
            values=values,
        ),
        ok=_("%(sku)s joined %(family)s.") % {"sku": sku, "family": found.name},
        back=reverse("catalog:family", args=[pk]),
    )


@require_POST
@page("catalog.product")
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a value otherwise."""
    found = _there(pk)
    post = request.POST
    attribute, _mark, value = post.get("which", "").partition(":")
    return page_act(
        request,
        lambda: actions.rename_value(
            actor=request.user,  # type: ignore[arg-type]
            family=pk,
            attribute=int(attribute) if attribute in ("1", "2", "3") else 0,
            value=value,
            to=post.get("to", ""),
        ),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=reverse("catalog:family", args=[pk]),
    )


@require_POST
@page("catalog.product")
def leave(request: HttpRequest, pk: int, product: int) -> HttpResponse:
    """Let a product be no variant any more."""
    return page_act(
        request,
        lambda: actions.leave_family(actor=request.user, family=pk, product=product),  # type: ignore[arg-type]
        ok=_("It is no variant any more."),
        back=reverse("catalog:product", args=[product]),
    )
