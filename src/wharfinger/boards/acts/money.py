"""What is done with rows of Approve & Post: invoices are shown before they are written, prices are changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from wharfinger.base.page import Link, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import micro
from wharfinger.billing.actions import invoices
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.boards.acts import Chosen, act_on, chosen
from wharfinger.demand.actions import change_line
from wharfinger.demand.models import Line
from wharfinger.demand.rules.amend import LineChange
from wharfinger.ledger.post import attempt, dry

LISTED = 3
"""So many of the invoices that were written are offered at once."""


@require_POST
@page("billing.invoice")
def invoice(request: HttpRequest) -> HttpResponse:
    """Show what invoices of the ticked rows come to; then post them, or keep them as drafts."""
    user: Any = request.user
    back = came_from(request, reverse("boards:approve_post"))
    said = request.POST.get("do", "")
    if said in ("post", "draft"):
        verb = invoices.invoice if said == "post" else invoices.draft_invoice
        return page_act(
            request,
            lambda: verb(actor=user, wish=_wish(request), key=request.POST.get("key") or None),
            ok=lambda done: _written(len(done.made["billing.Invoice"]), posted=said == "post"),
            back=back,
            more=_links,
        )
    try:
        told = attempt(lambda: dry(lambda: _told(invoices.invoice(actor=user, wish=_wish(request)))))
    except Refusal as refused:
        return _refused(request, refused, back)
    typed = [(key, value) for key in request.POST for value in request.POST.getlist(key)]
    kept = [(key, value) for key, value in typed if key != "csrfmiddlewaretoken"]
    return render(request, "boards/invoice.html", {"told": told, "kept": kept, "back": back})


def _wish(request: HttpRequest) -> InvoiceWish:
    rows = chosen(request, nought=True)
    if not rows:
        raise BadInput(
            "nothing_due",
            N_("Nothing of these rows is due by their customers' policies. Say how many are invoiced."),
        )
    return InvoiceWish(tuple(Bill(row.line, row.quantity) for row in rows))


def _told(done: Any) -> list[dict[str, Any]]:
    """The invoices as they would be: for whom, of what, and what each comes to."""
    made = Invoice.objects.filter(pk__in=done.made["billing.Invoice"]).select_related("organization")
    of: dict[int, dict[str, int]] = {}
    rows = Line.objects.filter(invoice_lines__invoice__in=made)
    for pk, number in rows.values_list("invoice_lines__invoice", "sheet__number").order_by("sheet_id"):
        of.setdefault(pk, {})[number] = of.setdefault(pk, {}).get(number, 0) + 1
    return [
        {
            "customer": one.organization.name,
            "lines": sum(of[one.pk].values()),
            "of": ", ".join(of[one.pk]),
            "due": one.due_on,
            "net": (one.net_minor, one.currency),
            "tax": (one.tax_minor, one.currency),
            "total": (one.total_minor, one.currency),
        }
        for one in made.order_by("pk")
    ]


def _written(n: int, *, posted: bool) -> str:
    words = (
        ngettext("Posted %(n)s invoice.", "Posted %(n)s invoices.", n)
        if posted
        else ngettext("Kept %(n)s draft.", "Kept %(n)s drafts.", n)
    )
    return words % {"n": n}


def _links(done: Any) -> Sequence[Link]:
    found = Invoice.objects.filter(pk__in=done.made["billing.Invoice"]).order_by("pk")[:LISTED]
    return [(one.number or _("Draft"), reverse("billing:invoice", args=[one.pk])) for one in found]


def _refused(request: HttpRequest, refused: Refusal, back: str) -> HttpResponse:
    def again() -> None:
        raise refused

    return page_act(request, again, ok="", back=back)


def _repriced(who: Any, rows: Sequence[Chosen], given: Any) -> Any:
    if len(rows) != 1:
        raise BadInput("one_row", N_("Tick one row: each line has a price of its own."))
    if not given.get("reason", "").strip():
        raise BadInput("missing", N_("Please fill this in."), field="reason")
    price = micro(given.get("price", ""), field="price")
    return change_line(
        actor=who,
        line=rows[0].line,
        change=LineChange(unit_price_micro=price),
        reason=given.get("reason", ""),
    )


reprice = act_on("sales.amend", "approve_post", _repriced, lambda n: _("The price is changed."))
