"""Pages of RMAs and returns: every one, one with its four facts, and the decisions about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wharfinger.base import clock, configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.door import module_on, there
from wharfinger.base.page import page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.demand.pages import typed_day
from wharfinger.ledger.telling import timeline
from wharfinger.ledger.write import Written
from wharfinger.returns.actions import ahead, requesting, slips
from wharfinger.returns.models import RmaLine
from wharfinger.returns.pages import repairing
from wharfinger.returns.pages.grades import told
from wharfinger.returns.queries import claims, shown
from wharfinger.returns.queries.found import by_rma, steps
from wharfinger.returns.queries.swapping import devices_awaited
from wharfinger.returns.queries.words import OPEN, overdue
from wharfinger.returns.rules import ANSWERS, OUTCOMES, TYPES
from wharfinger.returns.rules.slips import level_on

WORDS = {
    "requested": ("amber", N_("Requested")),
    "approved": ("blue", N_("Approved")),
    "partly_received": ("teal", N_("Partly received")),
    "to_inspect": ("amber", N_("To inspect")),
    "inspected": ("violet", N_("Inspected")),
    "settled": ("green", N_("Settled")),
    "denied": ("red", N_("Denied")),
    "closed": ("grey", N_("Closed")),
}


def _rows(ask: Ask) -> Rows:
    still = shown.returns().filter(OPEN)
    late = overdue(shown.rmas())
    found = {
        "open": still,
        "overdue": late,
        "rma": shown.rmas(),
        "returns": shown.returns().filter(authorized=False),
    }.get(ask.tab, shown.returns())
    if text := ask.one("customer"):
        found = found.filter(organization__name__icontains=text)
    first, last = ask.days("due")
    found = found.filter(due_on__gte=first) if first else found
    found = found.filter(due_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "requested": "requested_at"})
    done = shown.with_lines(cut.items)
    rows = []
    for one in cut.items:
        tone, words = WORDS[one.word]
        first_line = next((line for line, _figure in done[one.pk]), None)
        rows.append(
            Row(
                id=one.pk,
                name=one.number,
                cells={
                    "number": (one.number, reverse("returns:rma", args=[one.pk])),
                    "customer": one.organization.name,
                    "word": (tone, _(words)),
                    "goods": first_line.product.name if first_line else None,
                    "location": one.location.name,
                    "requested": one.requested_at.date(),
                    "due": one.due_on,
                },
            )
        )
    return Rows(rows, cut.before, cut.after, counts={"open": capped(still), "overdue": capped(late)})


RMAS = Table(
    name="rmas",
    title=N_("RMAs and returns"),
    permission="returns.read",
    columns=(
        Column("number", N_("Number"), "link", sortable=True),
        Column("customer", N_("Customer")),
        Column("word", N_("Progress"), "chip"),
        Column("goods", N_("Goods")),
        Column("location", N_("Returns to")),
        Column("requested", N_("Requested"), "date", sortable=True),
        Column("due", N_("Due"), "date"),
    ),
    filters=(Filter("customer", N_("Customer")), Filter("due", N_("Due"), "date")),
    tabs=(
        Tab("open", N_("Open")),
        Tab("overdue", N_("Overdue")),
        Tab("rma", N_("RMAs")),
        Tab("returns", N_("Returns without RMA")),
        Tab("all", N_("All")),
    ),
    new=New(N_("New RMA"), "returns:new_rma", "returns.request"),
    empty=N_("RMAs appear here when a customer asks to send goods back."),
    rows=_rows,
)


def rma_list(request: HttpRequest) -> HttpResponse:
    """Every RMA, and every return without one."""
    if request.user.is_authenticated:
        module_on("rma")
    return table_page(request, RMAS)


@page("returns.read")
def rma(request: HttpRequest, pk: int) -> HttpResponse:
    """One return: what was requested, received, inspected and settled, and what happened to it."""
    row: Any = there(shown.returns().select_related("ticket", "overruled_by"), pk)
    done = shown.with_lines([row])[pk]
    tone, words = WORDS[row.word]
    lines = []
    for line, figure in done:
        places = line.product.quantity_decimals
        outcomes = ", ".join(_(OUTCOMES[name]) for name in figure.outcomes)
        lines.append(
            {
                "product": (
                    " · ".join(
                        x
                        for x in (
                            f"{line.device.number if line.device else line.product.sku} {line.product.name}",
                            line.lot.code if line.lot else ", ".join(figure.serials),
                        )
                        if x
                    ),
                    reverse("devices:device", args=[line.device_id])
                    if line.device_id
                    else reverse("catalog:product", args=[line.product_id]),
                ),
                "wish": _wish(line),
                "requested": (line.quantity, places),
                "received": (figure.received, places),
                "inspected": (figure.inspected, places),
                "settled": (line.settled_quantity, places),
                "outcome": ", ".join(
                    x for x in (outcomes, _(ANSWERS[line.answer]) if line.answer else "") if x
                )
                or None,
                "credit": (line.credit_minor, line.line.currency if line.line else row.organization.currency),
            }
        )
    instead = [one for rows in shown.replacements(line.pk for line, _figure in done).values() for one in rows]
    here = sum(figure.here + figure.bench + figure.at_vendor for _line, figure in done)
    reminded = shown.reminders([pk]).get(pk, [])
    context = {
        "doc": row,
        "word": (tone, _(words)),
        "lines": lines,
        "here": here,
        "swaps": devices_awaited(pk) if request.user.may("devices.swap") else [],  # type: ignore[union-attr]
        "missing": any(figure.received < line.quantity for line, figure in done),
        "unsettled": any(
            line.settled_quantity < max(line.quantity, figure.received) for line, figure in done
        ),
        "instead": instead,
        "bench": sum(figure.bench + figure.at_vendor for _line, figure in done),
        "repairs": repairing.told(pk, _user(request)),
        "home": configuration.one("currency"),
        "found": told(by_rma([pk]).get(pk, [])),
        "steps": steps([pk])[pk],
        "with_us": here,
        "claims": claims.of_rma(pk),
        "reminded": reminded,
        "remindable": bool(row.due_on)
        and level_on(clock.today(configuration.one("time_zone")), row.due_on)
        not in {one.level for one in reminded},
        "still_out": any(one.back_by and one.charged_quantity < one.quantity for one in instead)
        and any(figure.received < line.quantity for line, figure in done),
        "parts": further.told("rma", request, pk),
        "timeline": timeline(f"rma:{pk}"),
    }
    return render(request, "returns/rma.html", context)


def _wish(line: RmaLine) -> str:
    """What is asked for a line's goods; of what came along that nobody did, and whether it is from us."""
    if line.quantity:
        return ": ".join(x for x in (_(TYPES[line.type]), line.reason) if x)
    return _("Not asked for") if line.line_id else _("Not asked for, not from us")


def _decision(permission: str, act: Callable[..., Any], sentence: str) -> Any:
    @require_POST
    @page(permission)
    def decided(request: HttpRequest, pk: int) -> HttpResponse:
        row = there(shown.returns(), pk)
        given = {} if act is requesting.close else {"reason": request.POST.get("reason", "")}
        return page_act(
            request,
            lambda: act(actor=request.user, rma=pk, **given),
            ok=_(sentence) % {"number": row.number},
            back=reverse("returns:rma", args=[pk]),
        )

    return decided


@require_POST
@page("returns.settle")
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the goods whose place others took already be back by a later day."""
    row = there(shown.returns(), pk)

    def act() -> Written:
        day = typed_day(request.POST, "back_by")
        if day is None:
            raise BadInput("day_wanted", N_("Choose a day."), field="back_by")
        reason = request.POST.get("reason", "")
        return ahead.extend_ahead(actor=_user(request), rma=pk, back_by=day, reason=reason)

    return page_act(
        request,
        act,
        ok=_("%(number)s waits longer.") % {"number": row.number},
        back=reverse("returns:rma", args=[pk]),
    )


@require_POST
@page("returns.settle")
def charge(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what left first be billed."""
    row = there(shown.returns(), pk)
    reason = request.POST.get("reason", "")
    return page_act(
        request,
        lambda: ahead.charge_kept(actor=_user(request), rma=pk, reason=reason),
        ok=_("What is not back of %(number)s is to be billed.") % {"number": row.number},
        back=reverse("returns:rma", args=[pk]),
    )


@require_POST
@page("returns.approve")
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the customer of goods that have not come."""
    row = there(shown.returns(), pk)
    return page_act(
        request,
        lambda: slips.remind_rma(actor=_user(request), rma=pk),
        ok=_("%(customer)s is reminded of %(number)s.")
        % {"customer": row.organization.name, "number": row.number},
        back=reverse("returns:rma", args=[pk]),
    )


def _user(request: HttpRequest) -> Any:
    return request.user


approve = _decision("returns.approve", requesting.approve, N_("%(number)s is approved."))
deny = _decision("returns.approve", requesting.deny, N_("%(number)s is denied."))
close = _decision("returns.close", requesting.close, N_("%(number)s is closed."))
