"""The form that lets lines be served by goods of other locations: from where each, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from wharfinger.base.door import module_on
from wharfinger.base.page import Form, Link, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import quantity, written
from wharfinger.demand.pages import document_address, typed_day, typed_id
from wharfinger.flows.actions.elsewhere import fulfil_elsewhere
from wharfinger.flows.queries.elsewhere import Lacking, lacking
from wharfinger.flows.rules.elsewhere import Fetch, propose
from wharfinger.stock.models import Location, TransferOrder

ANYWHERE = "any"
MOST = 200
"""So many lines are brought at once."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.transfer")
def bring(request: HttpRequest) -> HttpResponse:
    """Reserve goods for lines at other locations, and write the transfer orders that bring them."""
    user: Any = request.user
    module_on("procurement")
    ids = [int(one) for one in request.GET.getlist("line")[:MOST] if one.isdecimal() and len(one) < 19]
    rows = lacking(ids)
    used = {one.place_id: one for one in Location.objects.filter(retired_on__isnull=True).order_by("name")}
    back = came_from(request, reverse("boards:purchasing"))

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field, _coming(request.POST, rows))
        there = {
            "form": form,
            "rows": [(one, document_address(one.line.sheet), _choices(one, used)) for one in rows],
            "locations": [(one.pk, one.name) for one in used.values()],
            "back": back,
        }
        return render(request, "flows/elsewhere.html", there)

    if request.method != "POST":
        return show(Form(_begin(request.GET, rows, used)))
    n = len(_coming(request.POST, rows))
    return page_act(
        request,
        lambda: fulfil_elsewhere(
            actor=user,
            wanted=_wanted(request.POST, rows),
            target=typed_id(request.POST, "target"),
            expected_on=typed_day(request.POST, "expected_on"),
        ),
        ok=ngettext(
            "Reserved goods elsewhere for %(n)s line.", "Reserved goods elsewhere for %(n)s lines.", n
        )
        % {"n": n},
        back=back,
        again=show,
        more=_orders,
    )


def _orders(done: Any) -> list[Link]:
    """The transfer orders that were written."""
    made = TransferOrder.objects.filter(pk__in=done.made.get("stock.TransferOrder", ())).order_by("pk")
    return [(one.number, reverse("stock:transfer_order", args=[one.pk])) for one in made]


def _choices(one: Lacking, used: Mapping[int, Location]) -> list[tuple[str, str]]:
    """From where a row may come: each location that has any, with how many, the most first."""
    decimals = one.line.product.quantity_decimals
    found = []
    for place, n in one.free.most_common():
        if place in used:
            values = {"place": used[place].name, "free": written(n, decimals)}
            found.append((str(used[place].pk), _("%(place)s, %(free)s free") % values))
    return [*found, (ANYWHERE, _("Wherever most is free"))] if len(found) > 1 else found


def _begin(asked: QueryDict, rows: Sequence[Lacking], used: Mapping[int, Location]) -> dict[str, str]:
    """What is proposed: from where each row comes best, and how many of those that were asked for are there."""
    wanted = []
    for one in rows:
        text = asked.get(f"take-{one.line.pk}", "")
        free = Counter({place: n for place, n in one.free.items() if place in used})
        units = int(text) if text.isdecimal() and len(text) < 19 else one.open
        wanted.append((one.line.product_id, min(units, one.open), free))
    found = {}
    for one, (place, units) in zip(rows, propose(wanted), strict=True):
        if place is not None:
            found[f"from-{one.line.pk}"] = str(used[place].pk) if place else ANYWHERE
            found[f"quantity-{one.line.pk}"] = written(units, one.line.product.quantity_decimals)
    return found


def _coming(given: QueryDict, rows: Sequence[Lacking]) -> list[Lacking]:
    """The rows for which a location was chosen; the others stay as they are."""
    return [one for one in rows if given.get(f"from-{one.line.pk}", "").strip()]


def _wanted(given: QueryDict, rows: Sequence[Lacking]) -> list[Fetch]:
    found = []
    for one in _coming(given, rows):
        source, field = f"from-{one.line.pk}", f"quantity-{one.line.pk}"
        units = quantity(given.get(field, ""), one.line.product.quantity_decimals, field=field)
        place = None if given[source] == ANYWHERE else typed_id(given, source)
        found.append(Fetch(one.line.pk, units, place))
    if not found:
        raise BadInput("nothing_selected", N_("Choose for one line at least from where it comes."))
    return found


def _field(field: str | None, coming: Sequence[Lacking]) -> str | None:
    """Where the field of the n-th line that comes stands on the page."""
    head, n, name = [*(field or "").split("."), "", ""][:3]
    if head != "lines" or not n.isdecimal():
        return field
    return f"{'from' if name == 'from' else 'quantity'}-{coming[int(n)].line.pk}"
