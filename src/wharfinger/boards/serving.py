"""What can be done with back orders: serve them now, or promise them for another day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from wharfinger.base.page import came_from, page, page_act, selected
from wharfinger.base.refusal import N_, BadInput
from wharfinger.boards.acts import act_on
from wharfinger.demand.models import Line
from wharfinger.ledger.models import Holding
from wharfinger.sales.actions.serving import serve_now

serve = act_on(
    "sales.reserve",
    "purchasing",
    lambda who, rows, given: serve_now(actor=who, lines=[row.line for row in rows]),
    lambda n: (
        ngettext(
            "Reserved what is free for %(n)s line.",
            "Reserved what is free for %(n)s lines, in their order.",
            n,
        )
        % {"n": n}
    ),
)


@require_POST
@page("sales.order")
def promise_anew(request: HttpRequest) -> HttpResponse:
    """Open the form that promises lines of the ticked rows' document for another day."""
    rows = [row.id for row in selected(request)]
    claims = Holding.objects.filter(pk__in=rows, quantity__gt=0).values("claim")
    documents = set(Line.objects.filter(pk__in=claims).values_list("order", "sheet"))
    orders = {order for order, _sheet in documents}
    if len(orders) == 1 and None not in orders:
        return HttpResponseRedirect(reverse("sales:promise_order", args=[*orders]), status=303)
    if len(documents) == 1:
        ((_order, work),) = documents
        return HttpResponseRedirect(reverse("work:promise", args=[work]), status=303)

    def refuse() -> None:
        raise BadInput("one_document", N_("Tick lines of one sales order, ticket, project, contract or job."))

    return page_act(request, refuse, ok="", back=came_from(request, reverse("boards:purchasing")))
