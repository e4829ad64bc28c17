"""Pages on which goods are reserved and quotes are won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import quantity, written
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address, typed_day
from wharfinger.demand.queries.shown import lines_of
from wharfinger.demand.queries.where import lots_of
from wharfinger.sales import queries
from wharfinger.sales.actions import holds as actions
from wharfinger.sales.queries.holding import Shelf, shelves
from wharfinger.sales.rules.holds import Hold


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.reserve")
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    """Reserve and release goods for a document, location by location."""
    doc = there(Sheet.objects.filter(void__isnull=True).select_related("quote"), pk)
    back = document_address(doc)
    by = "order" if doc.kind == "order" else "sheet"
    panel = shelves(list(lines_of(pk, by).select_related("product", "sheet")), doc.location_id)

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            _place(form.refusal, request.POST, panel)
        context = {
            "doc": doc,
            "form": form,
            "panel": panel,
            "has_holds": any(row.reserved for row in panel),
            "where": where_to,
            "back": back,
        }
        if doc.kind == "quote":
            today = queries.today()
            context |= {"today": today, "longer": max(doc.quote.expires_on, today)}
        return render(request, "sales/reserve.html", context)

    if request.method != "POST":
        return show(Form(_proposed(panel)))

    def act() -> Any:
        verb = "release" if request.POST.get("verb") == "release" else "reserve"
        wanted = _typed(request.POST, panel, verb)
        if verb == "release":
            return actions.release(actor=request.user, holds=wanted)  # type: ignore[arg-type]
        until = queries.until(typed_day(request.POST, "until"))
        return actions.reserve(actor=request.user, holds=wanted, until=until)  # type: ignore[arg-type]

    released = request.POST.get("verb") == "release"
    ok = _("Released for %(number)s.") if released else _("Reserved for %(number)s.")
    return page_act(request, act, ok=ok % {"number": doc.number}, back=back, again=show)


def where_to(shelf: Shelf) -> list[tuple[str, str, int, Any, str]]:
    """Who has the rest of a row, as the page links it: number, address, units, the last day, and where to ask."""
    return [
        (
            one.number,
            document_address(Sheet(pk=one.sheet, kind=one.kind)),
            one.units,
            one.until,
            f"{reverse('sales:ask_hold')}?holding={one.line}&asking={shelf.line}&place={shelf.place}"
            if shelf.wanted
            else "",
        )
        for one in shelf.held_by[:3]
    ]


def _proposed(panel: Sequence[Shelf]) -> dict[str, str]:
    """As much of each line as is free, one location after the other, then what arrives, the earliest first.

    Nothing of an option that nobody has taken, nor of what is only lent; whoever types how many holds these, too.
    """
    found: dict[str, str] = {}
    left = {row.line: row.wanted if row.taken else 0 for row in panel}
    for row in panel:
        units = 0 if row.lends else min(left[row.line], row.free)
        if units:
            found[f"reserve-{row.line}-{row.place}"] = written(units, row.decimals)
            left[row.line] -= units
    return found


def _place(refusal: Refusal, given: Mapping[str, Any], panel: Sequence[Shelf]) -> None:
    """Say beside which field of the panel a refusal stands, and what its remedies type there."""
    parts = (refusal.field or "").split(".")
    if len(parts) != 3 or parts[0] != "lines":
        return
    verb = "release" if given.get("verb") == "release" else "reserve"
    fields = [f"{verb}-{row.line}-{row.place}" for row in panel]
    typed_in = [name for name in fields if str(given.get(name, "")).strip()]
    refusal.field = typed_in[int(parts[1])]
    here = panel[fields.index(refusal.field)]
    others = {
        row.location: f"{verb}-{row.line}-{row.place}"
        for row in panel
        if row.line == here.line and not row.arrival
    }
    refusal.remedies = tuple(
        replace(one, values={**one.values, "asking": here.line})
        if one.verb == "ask_holder"
        else replace(
            one, values={**one.values, "fills": {refusal.field: "", others[to]: given[refusal.field]}}
        )
        if (to := one.values.get("location")) in others
        else one
        for one in refusal.remedies
        if one.verb != "take_elsewhere" or one.values.get("location") in others
    )


def _typed(given: QueryDict, panel: Sequence[Shelf], verb: str) -> list[Hold]:
    found = []
    for row in panel:
        name = f"{verb}-{row.line}-{row.place}"
        text = str(given.get(name, "")).strip()
        codes = given.getlist(f"serial-{row.line}-{row.place}") if row.numbered else []
        if codes and text:
            # Whoever scans numbers means these units and no others.
            lots = _lots(row, codes, name)
            found.append(Hold(row.line, len(codes), location=row.place, lots=lots))
        elif text:
            units = quantity(text, row.decimals, field=name)
            place, ahead = (None, row.place) if row.arrival else (row.place, None)
            found.append(Hold(row.line, units, location=place, arrival=ahead))
    if not found:
        raise BadInput("nothing_typed", N_("Type how many into at least one row."))
    return found


def _lots(row: Shelf, codes: Sequence[str], field: str) -> tuple[int, ...]:
    """The units with these numbers; raises BadInput beside the field of the row for one we do not know."""
    try:
        return lots_of([row.product], [codes])[0]
    except BadInput as refused:
        refused.field = field
        raise


@require_POST
@page("sales.reserve")
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the holds of a quote last until the end of a day, its last one where none is typed."""

    def act() -> Any:
        until = queries.until(typed_day(request.POST, "until"))
        return actions.extend(actor=request.user, quote=pk, until=until)  # type: ignore[arg-type]

    return page_act(request, act, ok=_("The holds last longer."), back=reverse("sales:quote", args=[pk]))
