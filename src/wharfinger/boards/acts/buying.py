"""What is done with rows of approval, purchasing, receiving and refused goods."""

from __future__ import annotations

from collections.abc import Sequence
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
from wharfinger.boards.acts import Chosen, act_on, chosen, documents_of, lines_of
from wharfinger.ledger.models import Holding
from wharfinger.purchasing.actions import approving, ordering, receiving
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder, Receipt, VendorReturn
from wharfinger.purchasing.pages.entry import filled_up
from wharfinger.purchasing.queries.yeses import waits_for_others
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions import holds
from wharfinger.sales.rules.holds import Hold


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


def _drafts(done: Any) -> list[Link]:
    return documents_of(done, PurchaseOrder, "purchasing:order")


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
        actor=who, lines=lines_of(rows), note=given.get("note", ""), key=given.get("key") or None
    ),
    lambda n: ngettext("Approved %(n)s line.", "Approved %(n)s lines.", n) % {"n": n},
    also=lambda done: waits_for_others(done.id),
)
reject = act_on(
    "purchasing.approve",
    "approval",
    lambda who, rows, given: approving.reject(actor=who, lines=lines_of(rows), note=given.get("note", "")),
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
    lambda who, rows, given: approving.request(actor=who, lines=lines_of(rows)),
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
    lambda done: documents_of(done, Receipt, "purchasing:receipt"),
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
    lambda done: documents_of(done, VendorReturn, "purchasing:vendor_return"),
)
