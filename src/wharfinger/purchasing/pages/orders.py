"""Purchase orders in the browser: the list, one order, a new one, a changed one, and its verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import further, owned
from wharfinger.base.asking import Ask, capped
from wharfinger.base.money import MICRO
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import micro, minor, scaled, written
from wharfinger.base.words import tidy
from wharfinger.catalog.queries import scanned, to_choose, units_of
from wharfinger.catalog.rules.units import unit_named
from wharfinger.demand.entry import typed_quantity
from wharfinger.demand.pages import typed_id
from wharfinger.demand.queries.reading import lines_with
from wharfinger.parties.models import Organization
from wharfinger.purchasing.actions import ordering
from wharfinger.purchasing.actions.again import buy_again
from wharfinger.purchasing.pages import entry
from wharfinger.purchasing.queries import approvals, paper, shown
from wharfinger.purchasing.queries import orders as queries
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted

MOST_DAYS = 3650
ROWS = 8
"""Empty rows of a form for new lines."""


def _rows(ask: Ask) -> Rows:
    found = queries.with_due(shown.orders())
    tabs = {
        "open": found.filter(done__isnull=True, submitted_at__isnull=False),
        "drafts": found.filter(submitted_at__isnull=True, cancelled_at__isnull=True),
        "all": found,
    }
    found = tabs.get(ask.tab, found)
    if text := ask.one("vendor"):
        found = found.filter(vendor__name__icontains=text)
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if words := ask.many("word"):
        found = shown.with_status(found, words)
    if (confirmed := ask.one("confirmed")) in ("yes", "no"):
        found = found.filter(submitted_at__isnull=False, confirmed_at__isnull=confirmed == "no")
    first, last = ask.days("expected")
    found = found.filter(due__gte=first) if first else found
    found = found.filter(due__lte=last) if last else found
    found = owned.narrowed(found, ask, "purchase_order")
    cut = ask.slice(found, {"number": "number", "expected": "due", "ordered": "ordered_on"})
    costs = ask.actor.may("catalog.see_cost")
    totals = queries.totals([order.pk for order in cut.items]) if costs else {}
    return Rows(
        [_row(order, totals) for order in cut.items],
        cut.before,
        cut.after,
        counts={name: capped(tabs[name]) for name in ("open", "drafts")},
    )


def _row(order: Any, totals: dict[int, int]) -> Row:
    total = totals.get(order.pk)
    return Row(
        order.pk,
        {
            "number": (order.number, reverse("purchasing:order", args=[order.pk])),
            "vendor": order.vendor.name,
            "word": (queries.TONES[order.word], _(queries.WORDS[order.word])),
            "total": None if total is None else (total, order.currency),
            "expected": order.due,
            "ordered": order.ordered_on,
        },
        name=order.number,
        own=order.own,
    )


ORDERS = Table(
    name="purchase_orders",
    title=N_("Purchase orders"),
    permission="purchasing.read",
    columns=(
        Column("number", N_("Purchase order"), "link", sortable=True),
        Column("vendor", N_("Vendor")),
        Column("word", N_("Progress"), "chip"),
        Column("total", N_("Total"), "money", permission="catalog.see_cost"),
        Column("expected", N_("Expected"), "date", sortable=True),
        Column("ordered", N_("Ordered"), "date", sortable=True),
    ),
    filters=(
        Filter("number", N_("Number")),
        Filter("vendor", N_("Vendor")),
        Filter(
            "word",
            N_("Progress"),
            "many",
            lambda _ask: [(key, _(word)) for key, word in queries.WORDS.items()],
        ),
        Filter(
            "confirmed",
            N_("Confirmation"),
            "choice",
            lambda _ask: [("no", _("Not confirmed")), ("yes", _("Confirmed"))],
        ),
        Filter("expected", N_("Expected"), "date"),
    ),
    tabs=(Tab("open", N_("Open")), Tab("drafts", N_("Drafts")), Tab("all", N_("All"))),
    new=New(N_("New purchase order"), "purchasing:new", "purchasing.order"),
    empty=N_("Purchase orders appear here when lines are ordered, or when one is written by hand."),
    own="purchase_order",
    rows=_rows,
)


def order_list(request: HttpRequest) -> HttpResponse:
    """Every purchase order."""
    return table_page(request, ORDERS)


@require_GET
@page("purchasing.read")
def order(request: HttpRequest, purchase_order: int) -> HttpResponse:
    """One purchase order: its lines, who waits for them, what has arrived."""
    user: Any = request.user
    parts = further.told("purchase_order", request, purchase_order)
    return render(request, "purchasing/order.html", paper.order(purchase_order, user) | {"parts": parts})


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.order")
def new(request: HttpRequest) -> HttpResponse:
    """A new purchase order, written by hand for stock."""

    def show(form: Form) -> HttpResponse:
        return render(request, "purchasing/new.html", {"form": form, "rows": range(ROWS), **choices()})

    if request.method != "POST":
        return show(Form({"vendor": request.GET.get("vendor", "")}))
    return page_act(
        request,
        lambda: ordering.draft(
            actor=_user(request), wish=_wish(request.POST), key=request.POST.get("key") or None
        ),
        ok=lambda done: and_filled(_("The purchase order is drafted."), done, request.POST),
        back=lambda done: reverse("purchasing:order", args=[done.one("purchasing.PurchaseOrder")]),
        again=with_row_names(show, typed_rows(request.POST)),
    )


def _verb(permission: str, run: Callable[[HttpRequest, int], Any], said: str) -> Callable[..., HttpResponse]:
    """The page behind a verb of one order that needs no form."""

    @require_POST
    @page(permission)
    def acted(request: HttpRequest, pk: int) -> HttpResponse:
        back = reverse("purchasing:order", args=[pk])
        return page_act(request, lambda: run(request, pk), ok=_(said), back=back)

    return acted


def _ticked(typed: QueryDict) -> list[int] | None:
    """The lines that were ticked; all of them where the form offered none."""
    if "some" not in typed:
        return None
    return [int(text) for text in typed.getlist("line") if text.isdecimal() and len(text) < 19]


submit = _verb(
    "purchasing.submit",
    lambda request, pk: ordering.submit(actor=_user(request), order=pk),
    N_("The purchase order is submitted; its lines are on order."),
)
send = _verb(
    "purchasing.send",
    lambda request, pk: ordering.send(actor=_user(request), order=pk),
    N_("The purchase order is on its way to the vendor by mail."),
)
cancel = _verb(
    "purchasing.cancel",
    lambda request, pk: ordering.cancel(
        actor=_user(request), order=pk, reason=request.POST.get("reason", "")
    ),
    N_("The purchase order is cancelled; its lines are to be ordered again."),
)
close = _verb(
    "purchasing.close",
    lambda request, pk: ordering.close(
        actor=_user(request), order=pk, lines=_ticked(request.POST), reason=request.POST.get("reason", "")
    ),
    N_("What was ticked is not expected any more; what somebody waits for is to be ordered again."),
)


@require_POST
@page("purchasing.order")
def make_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the change that was asked for and is approved, or ask anew where it has become dearer since."""
    return page_act(
        request,
        lambda: ordering.make_change(actor=_user(request), order=pk),
        ok=lambda done: approvals.asks_first(done) or _("The purchase order is changed."),
        back=reverse("purchasing:order", args=[pk]),
    )


withdraw = _verb(
    "purchasing.order",
    lambda request, pk: ordering.change_purchase(
        actor=_user(request), order=pk, change=PurchaseChange(withdraw=True)
    ),
    N_("The change is withdrawn; the purchase order stays as it is."),
)


@require_POST
@page("purchasing.order")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the same goods once more."""
    return page_act(
        request,
        lambda: buy_again(actor=_user(request), order=pk),
        ok=_("The same is drafted once more, for stock. Change what is different this time."),
        back=lambda done: reverse("purchasing:order", args=[done.one("purchasing.PurchaseOrder")]),
    )


@require_POST
@page("purchasing.order")
def auto_fill(request: HttpRequest) -> HttpResponse:
    """Draft orders of what has fallen to its minimum."""
    return page_act(
        request,
        lambda: ordering.auto_fill(actor=_user(request)),
        ok=_("Orders are drafted for what runs low."),
        back=f"{reverse('purchasing:orders')}?tab=drafts",
    )


def and_filled(said: str, done: Any, typed: QueryDict) -> str:
    """What an act did, and what it ordered beyond what was typed."""
    wanted: dict[int, int] = {}
    for line in new_lines(typed):
        if line.product is not None:
            part = line.quantity or sum(one.quantity or 0 for one in line.wanted)
            wanted[line.product] = wanted.get(line.product, 0) + part
    return " ".join(filter(None, (said, entry.filled_up(done, wanted))))


def _user(request: HttpRequest) -> Any:
    return request.user


def choices() -> dict[str, Any]:
    """What the forms of orders offer to choose from."""
    waiting = paper.to_buy()
    by_sku: dict[str, list[tuple[int, str]]] = {}
    for one in waiting:
        told = (
            f"{one['number']} · {one['customer']} · {one['sku']} × {written(one['units'], one['decimals'])}"
        )
        by_sku.setdefault(one["sku"], []).append((one["claim_id"], told))
    return {
        "waiting": [told for some in by_sku.values() for told in some],
        "waiting_of": by_sku,
        "sites": sorted(
            {one["site"]: f"{one['customer']}, {one['at']}" for one in waiting if one["site"]}.items(),
            key=lambda site: site[1],
        ),
        "ship_to": [
            ("own", _("Our location")),
            ("organization", _("The customer, by drop shipment")),
            ("other", _("Another address")),
        ],
        "vendors": Organization.objects.filter(vendor=True, retired_on__isnull=True)
        .order_by("name")
        .values_list("pk", "name"),
        "locations": paper.locations(),
        "tax_codes": paper.tax_codes(),
        "products": to_choose("stocked", "non_stocked", most=300),
    }


def typed_rows(typed: QueryDict) -> list[int]:
    """The rows of new lines in which something was typed."""
    return [n for n in range(ROWS) if typed.get(f"sku-{n}", "").strip() or typed.get(f"line-{n}")]


def with_row_names(show: Callable[[Form], HttpResponse], rows: list[int]) -> Callable[[Form], HttpResponse]:
    """Let a refusal about the n-th line stand beside the row in which that line was typed."""

    def again(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _row_name(form.refusal, rows)
        return show(form)

    return again


def _row_name(refusal: Refusal, rows: list[int]) -> str | None:
    parts = (refusal.field or "").split(".")
    if parts[0] in ("lines", "add") and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(rows):
        what = parts[2] if len(parts) == 3 else "line"
        name = {"product": "sku", "unit_cost": "cost", "tax_code": "tax"}.get(what, what)
        return f"{name}-{rows[int(parts[1])]}"
    return refusal.field


def _wish(typed: QueryDict) -> PurchaseWish:
    vendor = typed.get("vendor", "")
    if not (vendor.isascii() and vendor.isdecimal() and len(vendor) < 19):
        raise BadInput("missing", N_("Please fill this in."), field="vendor")
    found = Organization.objects.filter(pk=int(vendor)).first()
    rate = typed.get("rate", "").strip()
    return PurchaseWish(
        int(vendor),
        new_lines(typed),
        rate_micro=scaled(rate, MICRO, field="rate") if rate else None,
        external_number=typed.get("external_number", ""),
        freight_minor=minor(typed.get("freight") or "0", found.currency if found else "EUR", field="freight"),
        shipping_method=typed.get("shipping_method", ""),
        ship_on=typed_day(typed, "ship_on"),
        terms_days=typed_days(typed),
        description_source=typed.get("description_source", ""),
        memo=typed.get("memo", ""),
        expected_on=typed_day(typed, "expected_on"),
        own=owned.read(typed, "purchase_order"),
        ship_to=typed.get("ship_to") or "own",
        ship_to_site=typed_id(typed, "ship_to_site"),
        ship_to_text=typed.get("ship_to_text", ""),
        add_vendor=adds_vendor(typed),
        fill_packs=True,
    )


def adds_vendor(typed: QueryDict) -> bool:
    """Whether somebody said that the vendor sells from now on what it was not known to sell."""
    return typed.get("add_vendor") in ("yes", "true")


def new_lines(typed: QueryDict) -> tuple[PurchaseLineWish, ...]:
    """The new lines that were typed."""
    rows = typed_rows(typed)
    skus = {n: typed.get(f"sku-{n}", "").strip() for n in rows}
    known = scanned(sku for sku in skus.values() if sku)
    asked = {n: typed_id(typed, f"line-{n}") for n in rows}
    wanting = {line.pk: line for line in lines_with(pk for pk in asked.values() if pk is not None)}
    sizes = units_of(
        {one.product.pk for one in known.values()} | {one.product_id for one in wanting.values()}
    )
    lines = []
    for n, sku in skus.items():
        line = wanting.get(asked[n] or 0)
        means = known.get(sku)
        product = line.product if line is not None and not sku else means.product if means else None
        if product is None:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"sku-{n}")
        cost, units = typed.get(f"cost-{n}", "").strip(), typed.get(f"quantity-{n}", "").strip()
        # Whoever scans a case buys cases, unless another unit is typed beside it.
        named = typed.get(f"unit-{n}", "").strip() or (means.unit if means else "")
        unit, per = unit_named(named, product, sizes, f"unit-{n}")
        # Of a customer's line all that is open is bought where nobody says how many.
        bought = typed_quantity(units, product, per, f"quantity-{n}") if units or not line else None
        lines.append(
            PurchaseLineWish(
                product.pk,
                None if line else bought,
                wanted=(Wanted(line.pk, bought),) if line else (),
                unit_cost_micro=micro(cost, field=f"cost-{n}") if cost else None,
                location=typed_id(typed, f"location-{n}"),
                expected_on=typed_day(typed, f"expected-{n}"),
                description=tidy(
                    typed.get(f"description-{n}", ""), field=f"description-{n}", most=500, needed=False
                ),
                tax_code=typed_id(typed, f"tax-{n}"),
                unit=unit if named else None,
                per=per,
            )
        )
    return tuple(lines)


def typed_days(typed: QueryDict) -> int | None:
    """In how many days we pay, as it was typed, if at all; raises BadInput."""
    text = typed.get("terms_days", "").strip()
    if text and not (text.isascii() and text.isdecimal() and int(text[:9]) <= MOST_DAYS):
        raise BadInput(
            "not_a_number",
            N_("Give a whole number of days, {most} at most."),
            field="terms_days",
            most=MOST_DAYS,
        )
    return int(text) if text else None


def typed_day(typed: QueryDict, name: str) -> date | None:
    """A day that was typed, if any; raises BadInput."""
    text = typed.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date", N_("“{text}” is not a date. Write it like 2026-11-30."), field=name, text=text[:20]
        ) from None
