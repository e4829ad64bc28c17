"""Work at customers on the telephone: what is mine today, and one visit with a scanner, a signature and one thumb."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import clock, configuration
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.demand import pressing
from wharfinger.demand.pages import line_rows
from wharfinger.demand.queries.shown import lines_of
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.queries.installable import installable
from wharfinger.flows.queries.visiting import Scanned, scanned, visits, whereabouts
from wharfinger.returns.rules.on_job import DONE_BY_DEVICE, SWAPPING
from wharfinger.work import actions
from wharfinger.work import queries as work
from wharfinger.work.pages import doing
from wharfinger.work.rules import KINDS, SCOPE_WORDS
from wharfinger.work.rules.providing import Provision

GROUPS = {"late": N_("Late"), "today": N_("Today"), "later": N_("Later")}


@page("work.read")
def my_work(request: HttpRequest) -> HttpResponse:
    """What I have to do at customers: what is late, what is for today, and what comes later."""
    user: Any = request.user
    found = visits(user.pk, clock.today(configuration.one("time_zone")))
    groups = [
        (key, _(word), [_card(one) for one in found if one.group == key]) for key, word in GROUPS.items()
    ]
    return render(request, "flows/my_work.html", {"groups": [one for one in groups if one[2]]})


def _card(one: Any) -> dict[str, Any]:
    row = one.row
    scope = _(SCOPE_WORDS[row.work_order.scope]) if row.kind == "job" else _(KINDS[row.kind])
    return {"visit": one, "what": scope, "pressing": pressing.chip(row.priority)}


@require_http_methods(["GET", "HEAD", "POST"])
@page("work.read")
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: what is to be done, one field that takes every number, and the customer's signature at its end."""
    row = work.work_order(pk)
    user: Any = request.user
    here = reverse("flows:visit", args=[pk])
    still_open = row.work_order.completed_at is None and row.work_order.cancelled_at is None

    def show(form: Form) -> HttpResponse:
        (where,) = whereabouts([row], clock.today(configuration.one("time_zone")))
        does = doing.offered(row, user) if still_open else None
        lines = list(lines_of(pk, "sheet").select_related("product", "tax_code"))
        context = {
            "doc": row,
            "work": row.work_order,
            "form": form,
            "open": still_open,
            "where": where,
            "what": _card(where)["what"],
            "contact": row.contact,
            "back": "?" + urlencode({"back": here}),
            "does": does,
            "left": [one for one in where.devices if one.removed_on is None],
            "lines": line_rows(lines),
            "installs": still_open and user.may("devices.install") and bool(installable(pk)),
        }
        return render(request, "flows/visit.html", context)

    if request.method != "POST":
        return show(Form())
    code = request.POST.get("code", "").strip()
    try:
        found = _known(row, code)
        if (to := _leads_to(user, row, found, code, here)) is not None:
            return HttpResponseRedirect(to, status=303)
    except Refusal as refusal:
        if refusal.http_code in (403, 404):
            raise
        response = show(Form(request.POST, refusal))
        response.status_code = refusal.http_code
        return response
    return page_act(
        request,
        lambda: _handed_over(user, pk, found),
        ok=_("Handed over on %(number)s.") % {"number": row.number},
        back=here,
        again=show,
    )


def _known(row: Any, code: str) -> Scanned:
    found = scanned(row, code) if code else Scanned()
    if found == Scanned():
        raise BadInput(
            "unknown_number",
            N_(
                "“{number}” is no device of this customer, no unit at hand, and no product. Check the number."
            ),
            field="code",
            number=code,
        )
    return found


def _leads_to(user: Any, row: Any, found: Scanned, code: str, here: str) -> str | None:
    """The page on which goes on what was scanned; none for a unit that is handed over at once."""
    scope = row.work_order.scope if row.kind == "job" else ""
    back = {"back": here}
    at_devices = f"{reverse('returns:do_job', args=[row.pk])}?" if scope in DONE_BY_DEVICE else ""
    if found.device is not None:
        about = {one.pk for one in whereabouts([row], clock.today(configuration.one("time_zone")))[0].devices}
        if found.device.pk not in about:
            name_devices(actor=user, work_order=row.pk, add=[found.device.pk])
        swap = f"{reverse('returns:swap', args=[found.device.pk])}?{urlencode({'ticket': row.pk} | back)}"
        return at_devices + urlencode(back) if at_devices else swap
    if found.unit is None:
        assert found.product is not None
        asked = {"sku": found.product.sku} | back
        return f"{reverse('work:provide', args=[row.pk])}?{urlencode(asked)}"
    if scope in SWAPPING:
        return at_devices + urlencode({"serial": code} | back)
    return None


def _handed_over(user: Any, pk: int, found: Scanned) -> Any:
    unit = found.unit
    assert unit is not None
    provision = Provision(
        1,
        line=found.line,
        product=None if found.line is not None else unit.product_id,
        lots=(unit.lot_id,),
    )
    return actions.provide(actor=user, work_order=pk, provisions=[provision])
