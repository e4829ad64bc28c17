"""Pages on which people ask a holder of goods to give way, and answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base.asking import Ask, capped
from wharfinger.base.door import known, there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import quantity, written
from wharfinger.demand.models import Line
from wharfinger.demand.pages import document_address, typed_id
from wharfinger.demand.queries.holding import held_of
from wharfinger.sales.actions import giving as actions
from wharfinger.sales.models import HoldRequest
from wharfinger.sales.queries import giving as queries
from wharfinger.sales.queries.giving import Still


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.reserve")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the document that holds goods to give them to another; the line that asks is chosen where none is named."""
    actor: Any = request.user
    given = request.POST if request.method == "POST" else request.GET
    line = known(queries.holder(typed_id(given, "holding") or 0), typed_id(given, "holding") or 0)
    place = typed_id(given, "place")
    held = held_of([line.pk])
    units = queries.places_of(held).get(place, 0)
    decimals = line.product.quantity_decimals
    lines = queries.wanting(line.product_id, besides=line.sheet_id, user=actor.pk)
    wanted = {one.pk: still for one, still in lines}

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "line": line,
            "place": place,
            "where": next((one.location for one in held if one.place == place), _("Anywhere")),
            "units": units,
            "decimals": decimals,
            "until": next((one.until for one in held if one.until), None),
            "to": document_address(line.sheet),
            "options": [(one.pk, _named(one, still, decimals)) for one, still in lines],
            "back": reverse("sales:holds_asked"),
        }
        return render(request, "sales/ask_hold.html", context)

    if request.method != "POST":
        asking = typed_id(given, "asking") or next(iter(wanted), 0)
        least = min(units, wanted.get(asking, units))
        typed = given.get("quantity", "") or (written(least, decimals) if least else "")
        return show(Form({"asking": asking, "quantity": typed}))

    def act() -> Any:
        return actions.ask(
            actor=actor,
            asking=typed_id(given, "asking") or 0,
            holding=line.pk,
            quantity=quantity(given.get("quantity", ""), decimals, field="quantity"),
            place=place,
            note=given.get("note", ""),
        )

    ok = _("%(number)s is asked to give way.") % {"number": line.sheet.number}
    return page_act(request, act, ok=ok, back=f"{reverse('sales:holds_asked')}?tab=mine", again=show)


def _named(line: Line, units: int, decimals: int) -> str:
    facts = {
        "number": line.sheet.number,
        "customer": line.sheet.organization.name,
        "units": written(units, decimals),
    }
    return _("%(number)s, %(customer)s: %(units)s wanted") % facts


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.read")
def request_for(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked for, and the two answers."""
    actor: Any = request.user
    row = there(queries.named(), pk)
    still = queries.still([row])[pk]
    decimals = row.holding.product.quantity_decimals

    def show(form: Form) -> HttpResponse:
        context = {
            "form": form,
            "row": row,
            "word": word_of(row, still),
            "still": still,
            "where": place_name(row),
            "decimals": decimals,
            "open": row.given_at is None and row.kept_at is None,
            "asking_at": document_address(row.asking.sheet),
            "holding_at": document_address(row.holding.sheet),
            "mine": row.asked_by_id == actor.pk,
            "back": reverse("sales:holds_asked"),
        }
        return render(request, "sales/hold_request.html", context)

    if request.method != "POST":
        most = min(row.quantity, still.held, still.wanted)
        return show(Form({"quantity": written(most, decimals) if most else ""}))
    given = request.POST
    keeps = given.get("verb") == "keep"

    def act() -> Any:
        if keeps:
            return actions.keep(actor=actor, request=pk, answer=given.get("answer", ""))
        units = quantity(given.get("quantity", ""), decimals, field="quantity")
        return actions.give_way(actor=actor, request=pk, quantity=units, answer=given.get("answer", ""))

    facts = {"holder": row.holding.sheet.number, "number": row.asking.sheet.number}
    ok = (
        _("%(holder)s keeps its goods. Who asked is told.")
        if keeps
        else _("%(holder)s has given way to %(number)s.")
    )
    return page_act(request, act, ok=ok % facts, back=reverse("sales:holds_asked"), again=show)


def word_of(row: HoldRequest, still: Still) -> tuple[str, str]:
    """How far a request is, as a chip: what nobody holds or wants any more needs no answer."""
    if row.given_at is not None:
        return ("green", _("Given"))
    if row.kept_at is not None:
        return ("red", _("Kept"))
    if not still.held:
        return ("grey", _("No longer held"))
    return ("amber", _("Waits for an answer")) if still.wanted else ("grey", _("No longer wanted"))


def place_name(row: HoldRequest) -> str:
    """Where the goods are that are asked for: a location, or what they arrive with."""
    place: Any = row.place
    for owner in ("location", "transfer_order"):
        if (found := getattr(place, owner, None)) is not None:
            return str(found)
    bought = getattr(place, "purchase_line", None)
    return bought.purchase_order.number if bought is not None else ""


def _rows(ask: Ask) -> Rows:
    actor: Any = ask.actor
    tabs = {
        "asked": queries.waiting(actor.pk),
        "mine": queries.requests().filter(asked_by=actor.pk),
        "open": queries.requests().filter(queries.OPEN),
        "all": queries.requests(),
    }
    found = tabs.get(ask.tab, tabs["asked"])
    if text := ask.one("product"):
        found = found.filter(holding__product__sku__icontains=text)
    names = ("asking__sheet__organization", "holding__sheet__organization", "holding__product", "asked_by")
    cut = ask.slice(found.select_related(*names), {})
    left = queries.still(cut.items)
    counts = {key: capped(tabs[key]) for key in ("asked", "open")}
    return Rows([_row(one, left[one.pk]) for one in cut.items], cut.before, cut.after, counts=counts)


def _row(one: HoldRequest, still: Still) -> Row:
    product = one.holding.product
    return Row(
        id=one.pk,
        name=product.sku,
        cells={
            "product": (f"{product.sku} {product.name}", reverse("sales:hold_request", args=[one.pk])),
            "quantity": (one.quantity, product.quantity_decimals),
            "holder": (one.holding.sheet.number, document_address(one.holding.sheet)),
            "asking": (one.asking.sheet.number, document_address(one.asking.sheet)),
            "customer": one.asking.sheet.organization.name,
            "who": str(one.asked_by) if one.asked_by else None,
            "asked": one.asked_at,
            "word": word_of(one, still),
        },
    )


REQUESTS = Table(
    name="hold_requests",
    title=N_("Asked to give way"),
    permission="sales.read",
    columns=(
        Column("product", N_("Product"), "link"),
        Column("quantity", N_("Quantity"), "quantity"),
        Column("holder", N_("Held for"), "link"),
        Column("asking", N_("Asked for"), "link"),
        Column("customer", N_("Customer")),
        Column("who", N_("Who asks"), "person"),
        Column("asked", N_("Asked on"), "ago"),
        Column("word", N_("State"), "chip"),
    ),
    filters=(Filter("product", N_("Product")),),
    tabs=(
        Tab("asked", N_("Asked of me")),
        Tab("mine", N_("I asked")),
        Tab("open", N_("Open")),
        Tab("all", N_("All")),
    ),
    rows=_rows,
    empty=N_(
        "Whoever needs goods that a document of yours holds may ask for them; the request appears here."
    ),
)


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Who asks for goods that others hold, those asked of me first."""
    return table_page(request, REQUESTS)
