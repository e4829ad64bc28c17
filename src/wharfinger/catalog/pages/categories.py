"""Categories in the browser."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import kept
from wharfinger.base.asking import Ask
from wharfinger.base.kept import Kept
from wharfinger.base.page import page, page_act, posted
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Table, table_page
from wharfinger.catalog.actions import categories as actions
from wharfinger.catalog.models import Category, Product, TaxCode
from wharfinger.catalog.pages import typed
from wharfinger.catalog.queries import categories as every_category
from wharfinger.catalog.queries import category_of, every_path
from wharfinger.catalog.rules.categories import is_in


def _rows(ask: Ask) -> Rows:
    found = kept.in_use(ask, every_category().select_related("tax_code", "merged_into"))
    if text := ask.one("path"):
        found = found.filter(path__icontains=text)
    cut = ask.slice(found, {"path": "path"})
    used = Product.objects.filter(retired_on__isnull=True, category__isnull=False)
    products = dict(used.values_list("category__path").annotate(n=Count("pk")))
    return Rows([_row(one, products) for one in cut.items], cut.before, cut.after)


def _row(one: Category, products: dict[str, int]) -> Row:
    listed = f"{reverse('catalog:products')}?{urlencode({'category': one.path})}"
    return Row(
        id=one.pk,
        name=one.path,
        cells={
            "path": (one.path, reverse("catalog:category", args=[one.pk])),
            "products": (str(sum(n for path, n in products.items() if is_in(path, one.path))), listed),
            "tax_code": one.tax_code.code if one.tax_code else None,
            "word": _word(one),
        },
    )


def _word(one: Category) -> tuple[str, str] | None:
    if one.merged_into is not None:
        return "grey", _("Merged into %(name)s") % {"name": one.merged_into.path}
    return kept.word(one)


CATEGORIES = Table(
    name="categories",
    title=N_("Categories"),
    permission="catalog.read",
    columns=(
        Column("path", N_("Category"), "link", sortable=True),
        Column("products", N_("Products"), "link"),
        Column("tax_code", N_("Tax code")),
        Column("word", N_("State"), "chip"),
    ),
    tabs=kept.TABS,
    filters=(Filter("path", N_("Category")),),
    new=New(N_("New category"), "catalog:new_category", "catalog.product"),
    rows=_rows,
    empty=N_("A category is written with those above it, like Network / Switches."),
)


def _values(post: QueryDict) -> dict[str, Any]:
    return {"path": post.get("path", "").strip(), "tax_code": typed.whole(post, "tax_code")}


def _besides(found: Category | None) -> dict[str, Any]:
    codes = TaxCode.objects.filter(retired_on__isnull=True).order_by("code")
    others = [path for path in every_path() if found and path != found.path]
    return {
        "known": ("path", "tax_code", "retired_on", *(["into"] if others else [])),
        "tax_codes": [(one.pk, f"{one.code} · {one.name}") for one in codes],
        "others": others,
        "action": reverse("catalog:category", args=[found.pk]) if found else "",
    }


CATEGORY = Kept(
    rows=every_category,
    missing=("no_such_category", N_("There is no such category.")),
    listed="catalog:categories",
    template="catalog/category.html",
    known_by="path",
    fields=("path", "tax_code"),
    typed=_values,
    stands=lambda found: {"path": found.path, "tax_code": found.tax_code_id},
    add=lambda actor, values: actions.add_category(actor=actor, values=values),
    change=lambda actor, pk, values: actions.change_category(actor=actor, category=pk, values=values),
    besides=_besides,
)


@require_safe
def category_list(request: HttpRequest) -> HttpResponse:
    """Every category with how many products are in it and below it."""
    return table_page(request, CATEGORIES)


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def new_category(request: HttpRequest) -> HttpResponse:
    """Add a category."""
    return kept.add_one(request, CATEGORY)


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.product")
def category(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a category, or move it with all that lies below it."""
    return kept.change_one(request, CATEGORY, pk)


@page("catalog.merge")
@posted("catalog:category", "pk")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a category become a part of another, with all that is filed in it and below it."""
    actor: Any = request.user
    found = kept.one_of(CATEGORY, pk)

    def act() -> Any:
        into = category_of(request.POST.get("into", ""), field="into")
        if into is None:
            raise BadInput("missing", N_("Please fill this in."), field="into")
        return actions.merge_categories(actor=actor, category=pk, into=into)

    return page_act(
        request,
        act,
        ok=_("Merged %(name)s.") % {"name": found.path},
        back=reverse("catalog:categories"),
        again=partial(kept.form_of, request, CATEGORY, found),
    )
