"""What can be done with the selected rows of a worklist: each act calls one action of a module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from wharfinger.base.fields import day
from wharfinger.base.page import Link, came_from, page, page_act, selected
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import quantity
from wharfinger.billing.actions import invoices
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.flows.actions import cancel_delivery as flow
from wharfinger.fulfilment.actions import packing, picking, shipping
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Holding
from wharfinger.ledger.post import automation
from wharfinger.purchasing.actions import approving, ordering, receiving
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder, Receipt, VendorReturn
from wharfinger.purchasing.pages.entry import filled_up
from wharfinger.purchasing.queries.approvals import waits_for_others
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.returns.actions import inspecting
from wharfinger.sales.actions import holds
from wharfinger.sales.rules.holds import Hold


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ticked row: the holding as it stands now, and how much of it."""

    id: int
    line: int
    product: int
    lot: int
    kind: str
    place: int
    location: int | None
    serial: bool
    quantity: int


def chosen(request: HttpRequest) -> list[Chosen]:
    """The ticked rows with the quantities typed; raises Refusal when a row's goods have moved on meanwhile."""
    ticked = selected(request)
    rows = {
        h.pk: h
        for h in Holding.objects.filter(pk__in=[row.id for row in ticked], quantity__gt=0).select_related(
            "product", "place"
        )
    }
    found = []
    for row in ticked:
        held = rows.get(row.id)
        if held is None:
            raise _moved_on(request, row.id)
        units = (
            quantity(row.quantity, held.product.quantity_decimals, field=f"quantity-{row.id}")
            if row.quantity
            else held.quantity
        )
        found.append(
            Chosen(
                held.pk,
                held.claim_id,
                held.product_id,
                held.lot_id,
                held.kind,
                held.place_id,
                held.place.parent_id,
                held.serial,
                units,
            )
        )
    return found


def _moved_on(request: HttpRequest, row: int) -> Refusal:
    """What stood in this row is no longer there: who moved it on is told."""
    refusal = Refusal(
        "moved_on",
        N_("Some of these goods have moved on meanwhile. Look at the list again."),
        subject=f"holding:{row}",
    )
    automation.explain(refusal, request.user.pk)
    return refusal


def picks_of(rows: Sequence[Chosen]) -> list[Pick]:
    """The rows as picks: exactly the goods that were ticked, where they stand."""
    return [
        Pick(
            row.line,
            row.quantity,
            location=row.location if row.kind in ("bin", "picked") else None,
            bin=row.place if row.kind == "bin" else None,
            lots=(row.lot,) if row.serial else (),
        )
        for row in rows
    ]


def act_on(
    permission: str,
    worklist: str,
    run: Callable[[Any, list[Chosen], Any], Any],
    sentence: Callable[[int], str],
    more: Callable[[Any], Sequence[Link]] | None = None,
    also: Callable[[Any], str] = lambda _done: "",
) -> Any:
    """The page behind an act of a worklist: run it on the ticked rows, go back, and offer to undo it.

    more: what the bar offers besides, like the document that was made. also: what else is said of what was done.
    """

    @require_POST
    @page(permission)
    def acted(request: HttpRequest) -> HttpResponse:
        back = came_from(request, reverse(f"boards:{worklist}"))
        return page_act(
            request,
            lambda: run(request.user, chosen(request), request.POST),
            ok=lambda done: f"{sentence(len(request.POST.getlist('selected')))} {also(done)}".strip(),
            back=back,
            more=more,
        )

    return acted


def _lines(rows: Sequence[Chosen]) -> list[int]:
    return sorted({row.line for row in rows})


def _arrivals(rows: Sequence[Chosen]) -> list[Arrival]:
    lines = dict(
        PurchaseLine.objects.filter(place_id__in=[row.place for row in rows]).values_list("place_id", "pk")
    )
    return [Arrival(lines[row.place], row.quantity, line=row.line or None) for row in rows]


def _refused(rows: Sequence[Chosen]) -> list[SendBack]:
    places = PurchaseLine.objects.filter(refused_place_id__in=[row.place for row in rows])
    lines = dict(places.values_list("refused_place_id", "pk"))
    return [
        SendBack(row.quantity, purchase_line=lines.get(row.place, 0), lots=(row.lot,) if row.serial else ())
        for row in rows
    ]


def _documents(done: Any, noun: type[Any], page: str) -> list[Link]:
    """Links to the documents of a noun that an act made."""
    made = noun.objects.filter(pk__in=done.made.get(noun._meta.label, ())).order_by("pk")
    return [(number, reverse(page, args=[pk])) for number, pk in made.values_list("number", "pk")]


def _drafts(done: Any) -> list[Link]:
    return _documents(done, PurchaseOrder, "purchasing:order")


def _shipped(done: Any) -> list[Link]:
    """The shipments that were made, each with its packing list to print."""
    links = []
    for number, to in _documents(done, Shipment, "fulfilment:shipment"):
        pk = int(to.strip("/").rpartition("/")[2])
        links += [
            (number, to),
            (_("Print packing list"), reverse("documents:pdf", args=["packing-list", pk])),
        ]
    return links


def _terms(given: Any) -> PurchaseWish:
    """The terms of an order as they were asked for; vendor 0 stands for the default vendor."""
    vendor, expected = given.get("vendor", ""), given.get("expected_on", "").strip()
    return PurchaseWish(
        int(vendor) if vendor.isdecimal() and len(vendor) < 19 else 0,
        (),
        ship_to=given.get("ship_to") or "own",
        add_vendor=given.get("add_vendor") in ("yes", "true"),
        expected_on=day(expected, "expected_on") if expected else None,
    )


def _order(who: Any, rows: Sequence[Chosen], given: Any) -> Any:
    """One order for one vendor, or one for each whom the lines' cost or days choose."""
    wanted, wish = [Wanted(row.line, row.quantity) for row in rows], _terms(given)
    if (by := given.get("vendor", "")) in ("cheapest", "fastest"):
        return ordering.draft_per_vendor(actor=who, wanted=wanted, by=by, wish=wish)
    return ordering.draft_from_lines(actor=who, wanted=wanted, wish=wish)


def _onto(who: Any, rows: Sequence[Chosen], given: Any) -> Any:
    """The rows on a draft that is there: one new line for each product."""
    draft = given.get("draft", "")
    if not (draft.isdecimal() and len(draft) < 19):
        raise BadInput("missing", N_("Please fill this in."), field="draft")
    by_product: dict[int, list[Wanted]] = {}
    for row in rows:
        by_product.setdefault(row.product, []).append(Wanted(row.line, row.quantity))
    add = tuple(PurchaseLineWish(product, wanted=tuple(some)) for product, some in by_product.items())
    return ordering.change_purchase(actor=who, order=int(draft), change=PurchaseChange(add=add))


approve = act_on(
    "purchasing.approve",
    "approval",
    lambda who, rows, given: approving.approve(
        actor=who, lines=_lines(rows), note=given.get("note", ""), key=given.get("key") or None
    ),
    lambda n: ngettext("Approved %(n)s line.", "Approved %(n)s lines.", n) % {"n": n},
    also=lambda done: waits_for_others(done.id),
)
reject = act_on(
    "purchasing.approve",
    "approval",
    lambda who, rows, given: approving.reject(actor=who, lines=_lines(rows), note=given.get("note", "")),
    lambda n: ngettext("Rejected %(n)s line.", "Rejected %(n)s lines.", n) % {"n": n},
)
order = act_on(
    "purchasing.order",
    "purchasing",
    _order,
    lambda n: (
        ngettext("Drafted a purchase order of %(n)s line.", "Drafted a purchase order of %(n)s lines.", n)
        % {"n": n}
    ),
    _drafts,
    filled_up,
)
order_each = act_on(
    "purchasing.order",
    "purchasing",
    lambda who, rows, given: ordering.draft_per_vendor(
        actor=who, wanted=[Wanted(r.line, r.quantity) for r in rows]
    ),
    lambda n: _("Drafted a purchase order for each default vendor."),
    _drafts,
    filled_up,
)
order_onto = act_on(
    "purchasing.order",
    "purchasing",
    _onto,
    lambda n: ngettext("Put %(n)s line on the draft.", "Put %(n)s lines on the draft.", n) % {"n": n},
    also=filled_up,
)
request = act_on(
    "purchasing.request",
    "purchasing",
    lambda who, rows, given: approving.request(actor=who, lines=_lines(rows)),
    lambda n: ngettext("Asked to buy %(n)s line.", "Asked to buy %(n)s lines.", n) % {"n": n},
)
from_stock = act_on(
    "sales.reserve",
    "purchasing",
    lambda who, rows, given: holds.reserve(actor=who, holds=[Hold(r.line, r.quantity) for r in rows]),
    lambda n: ngettext("Reserved stock for %(n)s line.", "Reserved stock for %(n)s lines.", n) % {"n": n},
)


@require_POST
@page("stock.transfer")
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Open the form that says from where each of the ticked rows comes."""
    back = came_from(request, reverse("boards:purchasing"))

    try:
        rows = chosen(request)
    except Refusal as refused:
        why = refused

        def refuse() -> None:
            raise why

        return page_act(request, refuse, ok="", back=back)
    asked = [pair for row in rows for pair in (("line", row.line), (f"take-{row.line}", row.quantity))]
    to = f"{reverse('flows:elsewhere')}?{urlencode([*asked, ('back', back)])}"
    return HttpResponseRedirect(to, status=303)


received = act_on(
    "purchasing.receive",
    "receiving",
    lambda who, rows, given: receiving.receive(actor=who, arrivals=_arrivals(rows)),
    lambda n: ngettext("Received %(n)s line.", "Received %(n)s lines.", n) % {"n": n},
    lambda done: _documents(done, Receipt, "purchasing:receipt"),
)


@require_POST
@page("purchasing.receive")
def receive(request: HttpRequest) -> HttpResponse:
    """Receive what was ticked; where serial numbers or batches are to be told, the scanner's page asks for them."""
    ticked = [int(row) for row in request.POST.getlist("selected") if row.isdecimal() and len(row) < 19]
    lines = PurchaseLine.objects.filter(place__holdings__in=ticked)
    if not lines.filter(product__traced_from="receipt").exclude(product__traced="none").exists():
        answer: HttpResponse = received(request)
        return answer
    chosen_lines = "&".join(f"line={pk}" for pk in sorted(set(lines.values_list("pk", flat=True))))
    return HttpResponseRedirect(f"{reverse('purchasing:receive_lines')}?{chosen_lines}", status=303)


@require_POST
@page("purchasing.rfq")
def ask_vendors(request: HttpRequest) -> HttpResponse:
    """Open the form that asks vendors, with the ticked lines."""
    rows = [row.id for row in selected(request)]
    lines = Holding.objects.filter(pk__in=rows, quantity__gt=0).values_list("claim", flat=True)
    asked = "&".join(f"line={pk}" for pk in sorted(set(lines)))
    return HttpResponseRedirect(f"{reverse('purchasing:new_rfq')}?{asked}", status=303)


send_back = act_on(
    "purchasing.send_back",
    "refused",
    lambda who, rows, given: receiving.send_back(
        actor=who, goods=_refused(rows), reason=given.get("reason", "").strip()[:1000]
    ),
    lambda n: ngettext("Sent back %(n)s line.", "Sent back %(n)s lines.", n) % {"n": n},
    lambda done: _documents(done, VendorReturn, "purchasing:vendor_return"),
)
pick = act_on(
    "fulfilment.pick",
    "to_pick",
    lambda who, rows, given: picking.pick(actor=who, picks=picks_of(rows)),
    lambda n: ngettext("Picked goods of %(n)s line.", "Picked goods of %(n)s lines.", n) % {"n": n},
)
unpick = act_on(
    "fulfilment.unpick",
    "to_pack",
    lambda who, rows, given: picking.unpick(actor=who, picks=picks_of(rows)),
    lambda n: ngettext("Put goods of %(n)s line back.", "Put goods of %(n)s lines back.", n) % {"n": n},
)
pack = act_on(
    "fulfilment.pack",
    "to_pack",
    lambda who, rows, given: packing.pack(actor=who, picks=picks_of(rows)),
    lambda n: ngettext("Packed goods of %(n)s line.", "Packed goods of %(n)s lines.", n) % {"n": n},
    lambda done: _documents(done, Container, "fulfilment:container"),
)
ship = act_on(
    "fulfilment.ship",
    "delivery",
    lambda who, rows, given: shipping.ship(
        actor=who,
        picks=picks_of(rows),
        consignment=Consignment(carrier=given.get("carrier", ""), tracking=given.get("tracking", "")),
    ),
    lambda n: ngettext("Delivered goods of %(n)s line.", "Delivered goods of %(n)s lines.", n) % {"n": n},
    _shipped,
)


def print_list(name: str) -> Any:
    """The act that opens a pick or packing list of the ticked rows, one for each destination."""

    @require_POST
    @page("fulfilment.read")
    def printed(request: HttpRequest) -> HttpResponse:
        ids = "&".join(f"selected={row.id}" for row in selected(request))
        return HttpResponseRedirect(f"{reverse('documents:lists', args=[name])}?{ids}", status=303)

    return printed


pick_list = print_list("pick-lists")
packing_list = print_list("packing-lists")


def _worth_of(rows: Sequence[Chosen]) -> list[tuple[int, int]]:
    return [(row.id, row.quantity) for row in rows]


invoice = act_on(
    "billing.invoice",
    "approve_post",
    lambda who, rows, given: invoices.invoice(
        actor=who, wish=InvoiceWish(tuple(Bill(row.line, row.quantity) for row in rows))
    ),
    lambda n: ngettext("Invoiced %(n)s line.", "Invoiced %(n)s lines.", n) % {"n": n},
)
cancel_delivery = act_on(
    "fulfilment.cancel_delivery",
    "delivery",
    lambda who, rows, given: flow.cancel_delivery(
        actor=who, picks=picks_of(rows), reason=given.get("reason", "") or _("Delivery cancelled")
    ),
    lambda n: (
        ngettext("Took back the delivery of %(n)s line.", "Took back the delivery of %(n)s lines.", n)
        % {"n": n}
    ),
)
restock = act_on(
    "returns.restock",
    "returns",
    lambda who, rows, given: inspecting.restock(actor=who, holdings=_worth_of(rows)),
    lambda n: ngettext("Restocked goods of %(n)s row.", "Restocked goods of %(n)s rows.", n) % {"n": n},
)
scrap = act_on(
    "returns.scrap",
    "returns",
    lambda who, rows, given: inspecting.scrap_returned(
        actor=who, holdings=_worth_of(rows), reason=given.get("reason", "")
    ),
    lambda n: ngettext("Scrapped goods of %(n)s row.", "Scrapped goods of %(n)s rows.", n) % {"n": n},
)
