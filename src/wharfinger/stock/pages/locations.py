"""Locations and their bins."""

from __future__ import annotations

from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import typed
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page, page_act, posted
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.table import Act, Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.ledger.models import Holding
from wharfinger.ledger.telling import timeline
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User
from wharfinger.stock.actions import locations as actions
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.pages.transfers import word_of
from wharfinger.stock.queries.locations import Standing, standing_at
from wharfinger.stock.queries.transfers import standing, transfers

KINDS = {
    "warehouse": N_("Warehouse"),
    "person": N_("Van or person"),
    "returns": N_("Returns"),
    "virtual": N_("Virtual"),
}
CHANNELS = {"direct": N_("Direct sale"), "indirect": N_("Indirect sale"), "rental": N_("Rental")}
FEW = 12
"""So many of the transfer orders that are open stand on the page; the rest in their list."""
FIELDS = ("name", "kind", "channel", "person", "returns_location")


def _rows(ask: Ask) -> Rows:
    found = Location.objects.select_related("person").annotate(
        count=CountOf("bins", filter=Q(bins__retired_on=None))
    )
    if ask.tab == "open":
        found = found.filter(retired_on__isnull=True)
    if text := ask.one("name"):
        found = found.filter(name__icontains=text)
    if kinds := ask.many("kind"):
        found = found.filter(kind__in=kinds)
    if people := ask.ids("person"):
        found = found.filter(person__in=people)
    cut = ask.slice(found, {"name": "name"})
    there = standing_at([one.place_id for one in cut.items])
    rows = [_row(one, there.get(one.place_id, Standing(0, 0, 0))) for one in cut.items]
    return Rows(rows, cut.before, cut.after)


def _row(location: Any, there: Standing) -> Row:
    return Row(
        id=location.pk,
        name=location.name,
        cells={
            "name": (location.name, reverse("stock:location", args=[location.pk])),
            "kind": _(KINDS[location.kind]),
            "channel": _(CHANNELS[location.channel]),
            "person": str(location.person) if location.person else None,
            "bins": location.count,
            "products": there.products,
            "on_hand": (there.units, there.decimals),
            "word": ("blue", _("Default"))
            if location.default
            else ("grey", _("Retired"))
            if location.retired_on
            else None,
        },
    )


def _kinds(ask: Ask) -> list[tuple[str, str]]:
    return [(kind, _(word)) for kind, word in KINDS.items()]


def _keepers(ask: Ask) -> list[tuple[str, str]]:
    found = User.objects.filter(custody__isnull=False).distinct().order_by("name", "username")
    return [(str(one.pk), str(one)) for one in found]


LOCATIONS = Table(
    name="locations",
    title=N_("Locations"),
    permission="stock.read",
    columns=(
        Column("name", N_("Location"), "link", sortable=True),
        Column("kind", N_("Kind")),
        Column("channel", N_("Channel")),
        Column("person", N_("Person"), "person"),
        Column("bins", N_("Bins"), "number"),
        Column("products", N_("Products"), "number"),
        Column("on_hand", N_("On hand"), "quantity"),
        Column("word", N_("State"), "chip"),
    ),
    filters=(
        Filter("name", N_("Name")),
        Filter("kind", N_("Kind"), "many", _kinds),
        Filter("person", N_("Person"), "many", _keepers),
    ),
    tabs=(Tab("open", N_("In use")), Tab("all", N_("All"))),
    acts=(Act("labels", N_("Print labels"), "documents:label_locations", "stock.read", icon="printer"),),
    new=New(N_("New location"), "stock:new_location", "stock.location"),
    rows=_rows,
    empty=N_("Add the warehouse, van or shelf where goods are kept."),
)


@require_safe
def locations(request: HttpRequest) -> HttpResponse:
    """Every place where goods are kept."""
    return table_page(request, LOCATIONS)


def _there(pk: int) -> Location:
    found = Location.objects.select_related("person", "returns_location").filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_location", N_("There is no such location."))
    return found


@require_safe
@page("stock.read")
def location(request: HttpRequest, pk: int) -> HttpResponse:
    """A location with its bins and what stands in each."""
    return _shown(request, _there(pk), Form())


def _shown(request: HttpRequest, found: Location, form: Form) -> HttpResponse:
    products = dict(
        Holding.objects.filter(place__parent=found.place_id, kind="bin", quantity__gt=0)
        .values_list("place_id")
        .annotate(CountOf("product_id", distinct=True))
        .order_by()
    )
    bins = (
        Bin.objects.filter(location=found)
        .select_related("place")
        .order_by("retired_on", "place__sequence", "name")
    )
    open_orders = standing(transfers(), ("draft", "in_transit"))
    under = open_orders.filter(Q(source=found) | Q(target=found)).order_by("-pk")[:FEW]
    return render(
        request,
        "stock/location.html",
        {
            "location": found,
            "under": [_under(one) for one in under],
            "kind": _(KINDS[found.kind]),
            "channel": _(CHANNELS[found.channel]),
            "bins": [(one, products.get(one.place_id, 0)) for one in bins],
            "form": form,
            "entries": timeline(f"location:{found.pk}", most=12),
        },
    )


def _under(order: Any) -> dict[str, Any]:
    return {
        "number": (order.number, reverse("stock:transfer_order", args=[order.pk])),
        "from": order.source.name,
        "to": order.target.name,
        "word": word_of(order),
        "expected": order.expected_on,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.location")
def new_location(request: HttpRequest) -> HttpResponse:
    """Add a warehouse, a van, a person's custody or a place for returns."""

    def show(form: Form) -> HttpResponse:
        return render(request, "stock/location_form.html", {"form": form, **_choices()})

    if request.method != "POST":
        return show(Form({"kind": "warehouse", "channel": "direct"}))
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.add_location(actor=actor, values=_values(request)),
        ok=_("Added the location."),
        back=lambda done: reverse("stock:location", args=[done.one("stock.Location")]),
        again=show,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.location")
def change_location(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a location, or retire it once it is empty."""
    found = _there(pk)

    def show(form: Form) -> HttpResponse:
        return render(request, "stock/location_form.html", {"form": form, "location": found, **_choices()})

    if request.method != "POST":
        start = {
            "name": found.name,
            "kind": found.kind,
            "channel": found.channel,
            "person": found.person_id,
            "returns_location": found.returns_location_id,
            "default": found.default,
            "retired_on": found.retired_on.isoformat() if found.retired_on else "",
        }
        return show(Form(start))
    actor: Any = request.user
    values = _values(request) | {"retired_on": request.POST.get("retired_on") or None}
    return page_act(
        request,
        lambda: actions.change_location(actor=actor, location=pk, values=values),
        ok=_("Changed the location."),
        back=reverse("stock:location", args=[pk]),
        again=show,
    )


def _values(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {name: request.POST.get(name, "") for name in ("name", "kind", "channel")}
    for name in ("person", "returns_location"):
        text = request.POST.get(name, "")
        values[name] = int(text) if text.isdecimal() else None
    if request.POST.get("default") == "yes":
        values["default"] = True
    return values


def _choices() -> dict[str, Any]:
    return {
        "kinds": [(kind, _(word)) for kind, word in KINDS.items()],
        "channels": [(channel, _(word)) for channel, word in CHANNELS.items()],
        "people": [
            (user.pk, str(user)) for user in User.objects.filter(is_active=True).order_by("name", "username")
        ],
        "others": list(
            Location.objects.filter(retired_on__isnull=True).order_by("name").values_list("pk", "name")
        ),
    }


@page("stock.location")
@posted("stock:location", "pk")
def add_bin(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a bin to a location."""
    found = _there(pk)
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.add_bin(actor=actor, location=pk, values=_bin_values(request)),
        ok=_("Added the bin."),
        back=reverse("stock:location", args=[pk]),
        again=lambda form: _shown(request, found, form),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.location")
def change_bin(request: HttpRequest, pk: int, bin: int) -> HttpResponse:
    """Rename a bin, give it another turn or room, make it the default, or retire it once it is empty."""
    found = Bin.objects.select_related("place", "location").filter(pk=bin, location=pk).first()
    if found is None:
        raise NotThere("no_such_bin", N_("The location has no such bin."))
    back = reverse("stock:location", args=[pk])

    def show(form: Form) -> HttpResponse:
        return render(request, "stock/bin_form.html", {"form": form, "bin": found, "back": back})

    if request.method != "POST":
        start = {
            "name": found.name,
            "sequence": found.place.sequence,
            "capacity": found.capacity or "",
            "default": found.default,
            "retired_on": found.retired_on.isoformat() if found.retired_on else "",
        }
        return show(Form(start))
    actor: Any = request.user

    def act() -> Written:
        values = {"capacity": None, **_bin_values(request)}
        values["retired_on"] = request.POST.get("retired_on") or None
        if request.POST.get("default") == "yes":
            values["default"] = True
        return actions.change_bin(actor=actor, bin=bin, values=values)

    return page_act(request, act, ok=_("Changed the bin."), back=back, again=show)


def _bin_values(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {"name": request.POST.get("name", "")}
    for name in ("sequence", "capacity"):
        if text := request.POST.get(name, "").strip():
            values[name] = typed.scaled(text, 0, field=name)
    return values
