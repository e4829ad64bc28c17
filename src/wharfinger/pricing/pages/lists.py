"""Price lists in the browser: the list of them, one as a grid of prices, its form, copy and rise."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import clock, configuration
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import CustomerGroup
from wharfinger.pricing import actions
from wharfinger.pricing.models import PriceList
from wharfinger.pricing.pages import grid


def group_choices(_ask: Ask | None = None) -> list[tuple[str, str]]:
    """The customer groups in use."""
    used = CustomerGroup.objects.filter(retired_on__isnull=True).order_by("name")
    return [(str(pk), name) for pk, name in used.values_list("pk", "name")]


def _rows(ask: Ask) -> Rows:
    found = PriceList.objects.select_related("customer_group")
    if ask.tab != "all":
        found = found.filter(retired_on__isnull=True)
    if text := ask.one("name"):
        found = found.filter(name__icontains=text)
    if groups := ask.ids("group"):
        found = found.filter(customer_group__in=groups)
    cut = ask.slice(found, {"name": "name", "from": "valid_from"})
    today = clock.today(configuration.one("time_zone"))
    return Rows([_row(one, today) for one in cut.items], cut.before, cut.after)


def _row(one: PriceList, today: Any) -> Row:
    return Row(
        id=one.pk,
        name=one.name,
        cells={
            "name": (one.name, reverse("pricing:price_list", args=[one.pk])),
            "group": group_word(one),
            "currency": one.currency,
            "from": one.valid_from,
            "until": one.valid_until,
            "word": chip_of(one, today),
        },
    )


def group_word(one: PriceList) -> str:
    """For whom a list holds."""
    return one.customer_group.name if one.customer_group else _("Everybody")


def chip_of(one: PriceList, today: Any) -> tuple[str, str]:
    """Whether a list holds today."""
    if one.retired_on:
        return "grey", _("Retired")
    if one.valid_from and one.valid_from > today:
        return "blue", _("Not yet valid")
    if one.valid_until and one.valid_until < today:
        return "grey", _("No longer valid")
    return "green", _("Valid")


LISTS = Table(
    name="price_lists",
    title=N_("Price lists"),
    permission="pricing.read",
    columns=(
        Column("name", N_("Price list"), "link", sortable=True),
        Column("group", N_("Customer group")),
        Column("currency", N_("Currency")),
        Column("from", N_("Valid from"), "date", sortable=True),
        Column("until", N_("Valid until"), "date"),
        Column("word", N_("State"), "chip"),
    ),
    filters=(
        Filter("name", N_("Name")),
        Filter("group", N_("Customer group"), "many", group_choices),
    ),
    tabs=(Tab("used", N_("In use")), Tab("all", N_("All"))),
    new=New(N_("New price list"), "pricing:new_price_list", "pricing.price_list"),
    rows=_rows,
    empty=N_("A price list says what goods cost a group of customers, or everybody, for a time."),
)


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Every price list."""
    return table_page(request, LISTS)


def _there(pk: int) -> PriceList:
    found = PriceList.objects.select_related("customer_group").filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_price_list", N_("There is no such price list."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@page("pricing.read")
def price_list(request: HttpRequest, pk: int) -> HttpResponse:
    """One price list with its prices as a grid to type in."""
    found = _there(pk)
    text = request.GET.get("find", "").strip()
    start = grid.start_of_page(request.GET)

    def show(form: Form) -> HttpResponse:
        items, more = grid.part(pk, text, start)
        context = {
            "list": found,
            "group": group_word(found),
            "chip_of_list": chip_of(found, clock.today(configuration.one("time_zone"))),
            "form": form,
            "find": text,
            "start": start,
            "before": max(0, start - grid.PART),
            "after": start + grid.PART if more else 0,
            "rows": grid.rows(items, form),
            "products": grid.known_products(),
            "may": request.user.may("pricing.price_list"),  # type: ignore[union-attr]
            "groups": group_choices(),
            "entries": timeline(f"price_list:{pk}", most=12),
        }
        return render(request, "pricing/list.html", context)

    if request.method != "POST" or "more" in request.POST:
        return show(Form(request.POST if request.method == "POST" else {}))
    actor: Any = request.user
    return page_act(
        request,
        lambda: grid.act(
            request.POST,
            lambda items: actions.change_price_list(actor=actor, price_list=pk, values={}, items=items),
        ),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=request.get_full_path(),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("pricing.price_list")
def new_list(request: HttpRequest) -> HttpResponse:
    """Add a price list; its prices are typed on its page."""
    show = partial(_form, request, None)
    if request.method != "POST":
        return show(Form({"currency": configuration.one("currency")}))
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.add_price_list(actor=actor, values=_typed(request.POST)),
        ok=_("Added %(name)s.") % {"name": request.POST.get("name", "").strip()},
        back=lambda done: reverse("pricing:price_list", args=[done.one("pricing.PriceList")]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("pricing.price_list")
def change_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Change for whom and when a price list holds, or retire it."""
    found = _there(pk)
    show = partial(_form, request, found)
    if request.method != "POST":
        start: dict[str, Any] = {name: getattr(found, name) or "" for name in ("name", "currency")}
        start["tax_included"] = "yes" if found.tax_included else ""
        start |= {name: _day(getattr(found, name)) for name in ("valid_from", "valid_until", "retired_on")}
        return show(Form(start | {"customer_group": found.customer_group_id or ""}))
    actor: Any = request.user
    values = _typed(request.POST) | {"retired_on": request.POST.get("retired_on", "").strip() or None}
    return page_act(
        request,
        lambda: actions.change_price_list(actor=actor, price_list=pk, values=values),
        ok=_("Changed %(name)s.") % {"name": found.name},
        back=reverse("pricing:price_list", args=[pk]),
        again=show,
    )


@require_POST
@page("pricing.price_list")
def copy_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Make another list of the same prices."""
    actor: Any = request.user
    values = _typed(request.POST)
    del values["currency"], values["tax_included"]
    return page_act(
        request,
        lambda: actions.copy_price_list(
            actor=actor, price_list=pk, values=values, percent=grid.percent(request.POST)
        ),
        ok=_("Added %(name)s.") % {"name": values["name"]},
        back=lambda done: reverse("pricing:price_list", args=[done.one("pricing.PriceList")]),
    )


@require_POST
@page("pricing.price_list")
def raise_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Raise or lower all prices of a list."""
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.raise_prices(actor=actor, price_list=pk, percent=grid.percent(request.POST)),
        ok=_("Changed all prices of the list."),
        back=reverse("pricing:price_list", args=[pk]),
    )


def _form(request: HttpRequest, found: PriceList | None, form: Form) -> HttpResponse:
    groups = group_choices()
    if found and found.customer_group and str(found.customer_group_id) not in dict(groups):
        groups.append((str(found.customer_group_id), found.customer_group.name))
    return render(request, "pricing/list_form.html", {"form": form, "found": found, "groups": groups})


def _typed(post: QueryDict) -> dict[str, Any]:
    group = post.get("customer_group", "").strip()
    return {
        "name": post.get("name", "").strip(),
        "customer_group": int(group) if group.isascii() and group.isdecimal() and len(group) < 19 else None,
        "currency": post.get("currency", "").strip().upper(),
        "tax_included": post.get("tax_included") == "yes",
        "valid_from": post.get("valid_from", "").strip() or None,
        "valid_until": post.get("valid_until", "").strip() or None,
    }


def _day(value: Any) -> str:
    return value.isoformat() if value else ""
