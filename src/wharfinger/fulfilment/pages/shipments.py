"""Pages of shipments: what is on its way, and what arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base import further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.door import there
from wharfinger.base.page import page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.fulfilment.actions.shipping import correct_shipment
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.pages.goods import day_of, document_of
from wharfinger.fulfilment.pages.handing import WAYS
from wharfinger.fulfilment.queries import carriers, shown
from wharfinger.fulfilment.queries.carriers import Parcel
from wharfinger.fulfilment.rules.correcting import Correction
from wharfinger.ledger.telling import timeline

WORDS = {
    "in_transit": ("blue", N_("In transit")),
    "delivered": ("green", N_("Delivered")),
    "cancelled": ("grey", N_("Taken back")),
}


def _rows(ask: Ask) -> Rows:
    every = shown.shipments()
    under_way = every.filter(delivered_on__isnull=True)
    found = under_way if ask.tab == "in_transit" else every
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    if text := ask.one("tracking"):
        theirs = Container.objects.filter(shipment=OuterRef("pk"), tracking__icontains=text)
        found = found.filter(Q(tracking__icontains=text) | Exists(theirs))
    first, last = ask.days("shipped")
    found = found.filter(shipped_on__gte=first) if first else found
    found = found.filter(shipped_on__lte=last) if last else found
    cut = ask.slice(
        found.select_related("organization", "site"), {"number": "number", "shipped": "shipped_on"}
    )
    goods = shown.goods_of_shipments(cut.items)
    parcels = carriers.parcels(cut.items)
    rows = [_row(one, shown.shipment_word(one, goods[one.pk]), parcels.get(one.pk, [])) for one in cut.items]
    return Rows(rows, cut.before, cut.after, counts={"in_transit": capped(under_way)})


def _row(one: Any, word: str, parcels: Sequence[Parcel]) -> Row:
    tone, words = WORDS[word]
    further = f" +{len(parcels) - 1}" if len(parcels) > 1 else ""
    return Row(
        id=one.pk,
        name=one.number,
        cells={
            "number": (one.number, reverse("fulfilment:shipment", args=[one.pk])),
            "customer": one.organization.name,
            "site": one.site.name,
            "word": (tone, _(words)),
            "carrier": one.carrier or None,
            "tracking": (f"{parcels[0].number}{further}", parcels[0].link) if parcels else None,
            "shipped": one.shipped_on,
            "delivered": one.delivered_on,
        },
    )


SHIPMENTS = Table(
    name="shipments",
    title=N_("Shipments"),
    permission="fulfilment.read",
    columns=(
        Column("number", N_("Shipment"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("site", N_("Site")),
        Column("word", N_("Progress"), "chip"),
        Column("carrier", N_("Carrier")),
        Column("tracking", N_("Tracking number"), "link"),
        Column("shipped", N_("Shipped"), "date", sortable=True),
        Column("delivered", N_("Delivered"), "date"),
    ),
    filters=(
        Filter("customer", N_("Customer")),
        Filter("tracking", N_("Tracking number")),
        Filter("shipped", N_("Shipped"), "date"),
    ),
    tabs=(Tab("in_transit", N_("In transit")), Tab("all", N_("All"))),
    empty=N_("Shipments appear here when goods are shipped."),
    rows=_rows,
)


def shipment_list(request: HttpRequest) -> HttpResponse:
    """Every shipment."""
    return table_page(request, SHIPMENTS)


@page("fulfilment.read")
def shipment(request: HttpRequest, pk: int) -> HttpResponse:
    """One shipment: where it goes, what it took along, and what happened to it."""
    user: Any = request.user
    row = there(shown.shipments().select_related("organization", "site"), pk)
    goods = shown.goods_of_shipments([row])[pk]
    links = carriers.links(bool(goods))
    boxes = list(row.containers.filter(void__isnull=True).order_by("pk"))
    numbers = {box.pk: box for box in boxes}
    rows = [
        {
            "product": (one["sku"], reverse("catalog:product", args=[one["product"]])),
            "description": one["description"],
            "document": (one["document"], document_of(one)),
            "quantity": (one["units"], one["decimals"]),
            "serials": ", ".join(one["codes"]) or None,
            "box": numbers[one["container"]].number if one["container"] in numbers else None,
        }
        for one in goods
    ]
    tone, words = WORDS[shown.shipment_word(row, goods)]
    context = {
        "doc": row,
        "word": (tone, _(words)),
        "goods": goods,
        "rows": rows,
        "boxes": [(box, links.of(row.carrier, box.tracking)) for box in boxes],
        "followed": links.of(row.carrier, row.tracking),
        "travels": carriers.offered(),
        "ships": user.may("fulfilment.ship"),
        "arrived": user.may("fulfilment.deliver") and bool(row.delivered_on or row.proof),
        "way": _(WAYS[row.way]) if row.way in WAYS else "",
        "parts": further.told("shipment", request, pk),
        "timeline": timeline(f"shipment:{pk}"),
    }
    return render(request, "fulfilment/shipment.html", context)


@require_POST
@page("fulfilment.read")
def edit_shipment(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct how it travelled, when it left, when it arrived, or who signed."""
    user: Any = request.user
    given = request.POST

    def act() -> Any:
        said = Correction(
            given.get("carrier"),
            given.get("service"),
            given.get("tracking"),
            shipped_on=day_of(given, "shipped_on"),
            delivered_on=day_of(given, "delivered_on"),
            proof=given.get("proof"),
            boxes=tuple(_followed(given)),
        )
        return correct_shipment(actor=user, shipment=pk, said=said, reason=given.get("reason", ""))

    return page_act(
        request,
        act,
        ok=_("The shipment is corrected."),
        back=reverse("fulfilment:shipment", args=[pk]),
    )


def _followed(given: QueryDict) -> Iterator[tuple[int, str]]:
    """The containers of which a tracking number was sent, also an empty one."""
    for name in given:
        _, mark, pk = name.partition("tracking-")
        if mark and pk.isascii() and pk.isdecimal() and len(pk) < 19:
            yield int(pk), given.get(name, "")
