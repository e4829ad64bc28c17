"""Doubles in the browser: which are likely, what merging two would do, and doing exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base.asking import Ask
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.table import Column, Row, Rows, Tab, Table, table_page
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import scanned
from wharfinger.demand.pages import typed_id
from wharfinger.flows.actions.merging import merge_organizations, merge_products
from wharfinger.flows.queries import likely, merged
from wharfinger.flows.queries.likely import Likely
from wharfinger.flows.queries.merged import WORDS, Outcome
from wharfinger.ledger.post import dry
from wharfinger.parties.models import Organization

SUGGESTED = 1000
"""As many products or organizations are offered in the form."""


@dataclass(frozen=True, slots=True)
class Noun:
    """What of products and of organizations differs in the one form that merges them."""

    name: str
    page: str
    """Where one of them is shown."""
    merge: Callable[..., Any]
    outcome: Callable[[int, int], Outcome]
    chosen: Callable[[Any], int | None]
    """The one that stays, as it was typed or chosen."""


def _typed_product(given: Any) -> int | None:
    """A product by any of its codes, or by its number where a list led here."""
    if text := given.get("into", "").strip():
        found = scanned([text]).get(text)
        if found is None:
            raise BadInput("no_such_sku", N_("There is no product “{sku}”."), field="into", sku=text[:60])
        return found.product.pk
    return None


PRODUCT = Noun("product", "catalog:product", merge_products, merged.of_products, _typed_product)
ORGANIZATION = Noun(
    "organization",
    "parties:organization",
    merge_organizations,
    merged.of_organizations,
    lambda given: typed_id(given, "into"),
)


def _rows(ask: Ask) -> Rows:
    organizations = ask.tab == "organizations" and ask.actor.may("parties.read")
    noun = ORGANIZATION if organizations else PRODUCT
    found = likely.organizations() if organizations else likely.products()
    return Rows([_row(pair, noun, ask.actor) for pair in found], None, None)


def _row(pair: Likely, noun: Noun, actor: Any) -> Row:
    into = pair.into.pk if noun is ORGANIZATION else pair.into.sku
    merge = f"{reverse(f'flows:merge_{noun.name}', args=[pair.one.pk])}?into={into}"
    may = actor.may("parties.merge" if noun is ORGANIZATION else "catalog.merge")
    return Row(
        id=pair.one.pk,
        name=str(pair.one),
        cells={
            "one": (str(pair.one), reverse(noun.page, args=[pair.one.pk])),
            "into": (str(pair.into), reverse(noun.page, args=[pair.into.pk])),
            "why": ", ".join(_(likely.WHY[why]) for why in pair.why),
            "merge": (_("What merging does"), merge) if may else None,
        },
    )


DOUBLES = Table(
    name="doubles",
    title=N_("Doubles"),
    permission="catalog.read",
    columns=(
        Column("one", N_("Likely a double"), "link"),
        Column("into", N_("The older one"), "link"),
        Column("why", N_("What says so")),
        Column("merge", N_("Merge"), "link"),
    ),
    tabs=(Tab("products", N_("Products")), Tab("organizations", N_("Organizations"))),
    rows=_rows,
    empty=N_("Nothing looks like a double."),
)


@require_safe
def doubles(request: HttpRequest) -> HttpResponse:
    """Products and organizations that are likely one and the same."""
    return table_page(request, DOUBLES)


@require_http_methods(["GET", "HEAD", "POST"])
@page("catalog.merge")
def merge_product(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what merging a product into its double does, then do exactly that."""
    used = Product.objects.filter(retired_on__isnull=True).exclude(pk=pk).order_by("sku")
    return _merge(request, PRODUCT, there(Product.objects.all(), pk), used.values_list("sku", flat=True))


@require_http_methods(["GET", "HEAD", "POST"])
@page("parties.merge")
def merge_organization(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what merging an organization into its double does, then do exactly that."""
    used = Organization.objects.filter(retired_on__isnull=True).exclude(pk=pk).order_by("name", "pk")
    offered = [
        (one, f"{name} · {reference or one}")
        for one, name, reference in used.values_list("pk", "name", "reference")
    ]
    return _merge(request, ORGANIZATION, there(Organization.objects.all(), pk), offered)


def _merge(request: HttpRequest, noun: Noun, found: Any, offered: Any) -> HttpResponse:
    actor: Any = request.user

    def act(into: int, reason: str = "") -> Any:
        return noun.merge(actor=actor, **{noun.name: found.pk}, into=into, reason=reason)

    def show(form: Form) -> HttpResponse:
        outcome, refusal = None, form.refusal
        into = None
        try:
            into = noun.chosen(form.values)
            if into is not None and refusal is None:
                outcome = dry(lambda: noun.outcome(act(into).id, found.pk))
        except Refusal as refused:
            refusal = refused
        stays = None if into is None else type(found)._default_manager.filter(pk=into).first()
        return render(
            request,
            "flows/merge.html",
            {
                "one": found,
                "noun": noun.name,
                "into": stays,
                "form": Form(form.values, refusal),
                "offered": list(offered[:SUGGESTED]),
                "tried": outcome is not None,
                "rows": _told(outcome) if outcome is not None else [],
                "back": reverse(noun.page, args=[found.pk]),
                "reversed": f"{reverse(f'flows:merge_{noun.name}', args=[into])}?into={found.pk if noun is ORGANIZATION else found.sku}"
                if stays
                else "",
            },
        )

    if request.method != "POST":
        return show(Form({"into": request.GET.get("into", "")}))

    def chosen() -> Any:
        into = noun.chosen(request.POST)
        if into is None:
            raise BadInput("missing", N_("Please fill this in."), field="into")
        return act(into, request.POST.get("reason", ""))

    return page_act(
        request,
        chosen,
        ok=_("Merged %(name)s.") % {"name": found},
        back=reverse(noun.page, args=[found.pk]),
        again=show,
    )


def _told(outcome: Outcome) -> list[dict[str, Any]]:
    """What goes over and what stays, noun by noun."""
    units = {"stock": outcome.stock, "on_order": outcome.on_order}
    rows: list[tuple[str, str, str]] = [(noun, n, "") for noun, n in units.items() if n != "0"]
    rows += [("goods", "", outcome.with_customers)] if outcome.with_customers != "0" else []
    nouns = sorted({*outcome.goes, *outcome.stays}, key=_word)
    rows += [(noun, str(outcome.goes.get(noun, "")), str(outcome.stays.get(noun, ""))) for noun in nouns]
    return [{"what": _word(noun), "goes": goes or None, "stays": stays or None} for noun, goes, stays in rows]


def _word(noun: str) -> str:
    return _(WORDS.get(noun, noun))
