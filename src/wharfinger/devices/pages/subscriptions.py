"""Pages of subscriptions: every one of them, one with its device, and what begins, moves and ends it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import typed
from wharfinger.base.asking import Ask, capped
from wharfinger.base.door import there
from wharfinger.base.fields import day
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.catalog.queries import called
from wharfinger.demand.pages import chosen_customer, offers, typed_id
from wharfinger.devices.actions import keeping
from wharfinger.devices.models import Subscription
from wharfinger.devices.pages.install import contracts_of
from wharfinger.devices.queries import shown
from wharfinger.devices.queries.about import choices, customers_device
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.telling import timeline

MOST = 200
"""So many devices are offered to choose from; any other is found by its number."""


def _rows(ask: Ask) -> Rows:
    every = shown.subscriptions().select_related("contract")
    running = every.filter(ended_on__isnull=True)
    found = every.filter(ended_on__isnull=False) if ask.tab == "ended" else running
    if ask.tab == "without":
        found = running.filter(device__isnull=True)
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if text := ask.one("product"):
        found = found.filter(product__name__icontains=text)
    if text := ask.one("device"):
        found = found.filter(device__number__iexact=text)
    cut = ask.slice(found, {"number": "number", "starts": "starts_on", "ended": "ended_on"})
    rows = [_row(one) for one in cut.items]
    return Rows(rows, cut.before, cut.after, counts={"running": capped(running)})


def _row(one: Subscription) -> Row:
    device, contract = one.device, one.contract
    return Row(
        id=one.pk,
        name=one.number,
        cells={
            "number": (one.number, reverse("devices:subscription", args=[one.pk])),
            "customer": one.organization.name,
            "product": one.product.name,
            "device": (device.number, reverse("devices:device", args=[device.pk])) if device else None,
            "contract": (contract.number, reverse("work:work_order", args=[contract.pk]))
            if contract
            else None,
            "price": (one.price_micro, one.organization.currency),
            "starts": one.starts_on,
            "ended": one.ended_on,
        },
    )


SUBSCRIPTIONS = Table(
    name="subscriptions",
    title=N_("Subscriptions"),
    permission="devices.read",
    columns=(
        Column("number", N_("Subscription"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("product", N_("Product")),
        Column("device", N_("Device"), "link"),
        Column("contract", N_("Contract"), "link"),
        Column("price", N_("Price"), "price"),
        Column("starts", N_("Begins"), "date", sortable=True),
        Column("ended", N_("Ended"), "date", sortable=True),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        Filter("product", N_("Product")),
        Filter("device", N_("Device")),
    ),
    tabs=(Tab("running", N_("Running")), Tab("without", N_("Without a device")), Tab("ended", N_("Ended"))),
    new=New(N_("New subscription"), "devices:new_subscription", "devices.subscription"),
    empty=N_("Recurring services of customers appear here, with the devices that they use."),
    rows=_rows,
)


def subscription_list(request: HttpRequest) -> HttpResponse:
    """Every subscription."""
    return table_page(request, SUBSCRIPTIONS)


@page("devices.read")
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """One subscription: what it is, which device it uses, and what happened to it."""
    row = there(shown.subscriptions().select_related("contract"), pk)
    used = [row.device_id] if row.device_id else []
    may = request.user.may("devices.subscription") and row.ended_on is None  # type: ignore[union-attr]
    context = {
        "doc": row,
        "may": may,
        "others": choices(row.organization_id, used, MOST) if may else [],
        "timeline": timeline(f"subscription:{pk}"),
    }
    return render(request, "devices/subscription.html", context)


@require_POST
@page("devices.subscription")
def use_device(request: HttpRequest, subscription: int) -> HttpResponse:
    """Let a subscription use another device of its customer, or none."""
    row = there(shown.subscriptions(), subscription)
    actor: Any = request.user

    def act() -> Any:
        text = request.POST.get("device", "")
        device = customers_device(row.organization_id, text) if text.strip() else None
        return keeping.use_device(actor=actor, subscription=subscription, device=device)

    return page_act(
        request,
        act,
        ok=_("%(number)s is changed.") % {"number": row.number},
        back=reverse("devices:subscription", args=[subscription]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.subscription")
def end_subscription(request: HttpRequest, subscription: int) -> HttpResponse:
    """End a subscription."""
    row = there(shown.subscriptions(), subscription)
    user: Any = request.user
    back = reverse("devices:subscription", args=[subscription])

    def show(form: Form) -> HttpResponse:
        return render(request, "devices/end.html", {"doc": row, "form": form, "back": back})

    if request.method != "POST":
        return show(Form({}))

    def act() -> Any:
        text = request.POST.get("ended_on", "").strip()
        ended = day(text, "ended_on") if text else None
        return keeping.end_subscription(actor=user, subscription=subscription, ended_on=ended)

    return page_act(
        request, act, ok=_("%(number)s has ended.") % {"number": row.number}, back=back, again=show
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("devices.subscription")
def new_subscription(request: HttpRequest) -> HttpResponse:
    """Let a customer have a recurring service, of a device where it uses one."""
    actor: Any = request.user
    asked = offers()
    device = _device(request)

    def show(form: Form) -> HttpResponse:
        owner = device.organization_id if device else None
        contracts = contracts_of(owner) if owner else []
        context = {"form": form, "device": device, "contracts": contracts, **asked}
        return render(request, "devices/subscribe.html", context)

    if request.method != "POST":
        first = {"device": device.number, "organization": device.organization_id} if device else {}
        return show(Form(first))

    def act() -> Any:
        given = request.POST
        customer = chosen_customer(given)
        product = called(given.get("sku", ""))
        if product is None:
            raise BadInput("no_such_product", N_("There is no such product."), field="sku")
        text, price, starts = (given.get(name, "").strip() for name in ("device", "price", "starts_on"))
        wish = SubscriptionWish(
            customer,
            product.pk,
            customers_device(customer, text) if text else None,
            typed_id(given, "contract"),
            typed.micro(price, field="price") if price else None,
            day(starts, "starts_on") if starts else None,
        )
        return keeping.subscribe(actor=actor, wish=wish)

    return page_act(
        request,
        act,
        ok=_("The subscription begins."),
        back=lambda done: reverse("devices:subscription", args=[done.one("devices.Subscription")]),
        again=show,
    )


def _device(request: HttpRequest) -> Any:
    """The device from whose page one comes."""
    pk = typed_id(request.GET, "device")
    return shown.devices().filter(pk=pk, removed_on__isnull=True).first() if pk else None
