"""The documents that came of an order or of work, as a card on its page."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from wharfinger.base.page import Link
from wharfinger.billing.models import CreditNote, Invoice
from wharfinger.demand.models import Line
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.queries.carriers import parcels
from wharfinger.ledger.models import Account, Holding, Move
from wharfinger.purchasing.models import PurchaseOrder
from wharfinger.returns.models import Rma
from wharfinger.site.nav import address

FEW = 8
"""So many of each kind of document are named, newest first."""


def papers(request: HttpRequest, pk: int) -> str:
    """What was bought, packed, shipped, invoiced, credited and returned of the lines of a document."""
    actor: Any = request.user
    asked = Account.objects.filter(kind="deposit", document=f"order:{pk}").values("balance_minor")[:1]
    of = ("order_id", "currency", "order__order__confirmed_at", "order__order__cancelled_at")
    rows = list(
        Line.objects.filter(Q(sheet_id=pk) | Q(order_id=pk), void__isnull=True).values_list(
            "pk", *of, Coalesce(Subquery(asked), 0)
        )
    )
    lines = [line for line, *_ in rows]
    kinds: list[tuple[str, list[Link]]] = []
    if actor.may("purchasing.read"):
        holding = Holding.objects.filter(claim_id__in=lines, kind__in=("drafted", "on_order"), quantity__gt=0)
        places = holding.values("place_id")
        found = PurchaseOrder.objects.filter(
            Q(lines__place_id__in=places) | Q(lines__drafted_place_id__in=places), void__isnull=True
        )
        kinds.append((_("On order"), _links(found, "purchasing:order")))
    if actor.may("fulfilment.read"):
        packed = Holding.objects.filter(claim_id__in=lines, kind="container", quantity__gt=0)
        boxes = Container.objects.filter(place_id__in=packed.values("place_id"), void__isnull=True)
        kinds.append((_("Packed"), _links(boxes, "fulfilment:container")))
        gone = Move.objects.filter(source__claim_id__in=lines, target__kind__in=("in_transit", "customer"))
        sent = Shipment.objects.filter(made_id__in=gone.values("entry_id"), void__isnull=True)
        newest = list(sent.order_by("-pk").distinct()[:FEW])
        kinds.append((_("Shipped"), [(one.number, address("fulfilment:shipment", one.pk)) for one in newest]))
        followed = [one for some in parcels(newest).values() for one in some]
        kinds.append((_("Tracking numbers"), [(one.words, one.link) for one in followed]))
    if actor.may("billing.read"):
        theirs = Q(lines__line_id__in=lines) | Q(kind="deposit", sheet=pk)
        billed = Invoice.objects.filter(theirs, void__isnull=True)
        kinds.append((_("Invoiced"), _links(billed, "billing:invoice")))
        given = CreditNote.objects.filter(lines__invoice_line__line_id__in=lines, void__isnull=True)
        kinds.append((_("Credited"), _links(given, "billing:credit_note")))
    if actor.may("returns.read"):
        back = Rma.objects.filter(lines__line_id__in=lines, void__isnull=True)
        kinds.append((_("Returned"), _links(back, "returns:rma")))
    kinds = [(word, links) for word, links in kinds if links]
    part = render_to_string("site/parts/papers.html", {"kinds": kinds}, request) if kinds else ""
    own = [row for _line, order, *row in rows if order == pk]
    return f"{part}{_beforehand(request, pk, *own[0])}" if own else part


def _beforehand(
    request: HttpRequest, pk: int, currency: str, confirmed: Any, cancelled: Any, stands: int
) -> str:
    """What was asked for beforehand of an order and is still to be taken off, and where one asks for it."""
    actor: Any = request.user
    may = bool(confirmed and not cancelled and actor.may("billing.invoice"))
    if not actor.may("billing.read") or not (may or stands):
        return ""
    context = {"pk": pk, "currency": currency, "left": -stands, "may": may}
    return render_to_string("site/parts/beforehand.html", context, request)


def _links(found: Any, page: str) -> list[Link]:
    newest = found.order_by("-pk").distinct().values_list("pk", "number")[:FEW]
    return [(number or _("Draft"), address(page, pk)) for pk, number in newest]
