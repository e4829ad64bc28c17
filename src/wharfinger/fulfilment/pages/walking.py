"""A pick run on the telephone: one stop at a time, with a scanner and one thumb."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import clock, configuration
from wharfinger.base.door import there
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.typed import written
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.queries import codes_of
from wharfinger.demand.models import Line
from wharfinger.demand.queries.where import which_unit
from wharfinger.fulfilment.actions.runs import pick_in_run, short_pick
from wharfinger.fulfilment.queries import runs as queries
from wharfinger.fulfilment.queries import what as naming
from wharfinger.fulfilment.queries.runs import Stop
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.short import Short
from wharfinger.stock.models import Bin
from wharfinger.stock.pages.goods import reasons_for

ON_PAGE = {"picks.0.quantity": "quantity", "picks.0.serials": "serial", "picks.0.line": None}
"""Where the fields of a pick stand on the page."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.pick")
def walk(request: HttpRequest, pk: int) -> HttpResponse:
    """The next stop of a run: where, what and how many; each stop is posted by itself."""
    run = there(queries.runs().select_related("location", "picker", "made"), pk)
    tasks = queries.tasks_of([run])
    stops = queries.stops_of([run], tasks).get(pk, [])
    given = request.POST if request.method == "POST" else request.GET
    later = [key for key in given.get("later", "").split(",") if key in {stop.key for stop in stops}]
    user: Any = request.user

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = ON_PAGE.get(form.refusal.field or "", form.refusal.field)
        if not stops:
            return render(request, "fulfilment/walked.html", {"doc": run, "totes": _totes(run, tasks[pk])})
        stop = _next(stops, later, given.get("stop", "") if form.refusal is not None else "")
        return render(
            request, "fulfilment/walk.html", _context(run, stops, stop, later, given.get("at", ""), form)
        )

    if request.method != "POST":
        return show(Form())
    return page_act(
        request,
        lambda: pick_in_run(
            actor=user, run=pk, picks=[_pick(request, stops)], key=request.POST.get("key") or None
        ),
        ok=_("Picked."),
        back=_address(pk, later, request.POST.get("stop", "").partition("-")[0]),
        again=show,
    )


def _next(stops: Sequence[Stop], later: Sequence[str], named: str) -> Stop:
    """The stop at which a refusal is told, else the first that was not put off, else the first of those."""
    order = {key: n for n, key in enumerate(later, start=1)}
    ahead = sorted(stops, key=lambda stop: order.get(stop.key, 0))
    return next((stop for stop in stops if stop.key == named), ahead[0])


def _address(run: int, later: Sequence[str], at: str) -> str:
    asked = {name: value for name, value in (("later", ",".join(later)), ("at", at)) if value}
    return f"{reverse('fulfilment:walk', args=[run])}{'?' + urlencode(asked) if asked else ''}"


def _context(
    run: Any, stops: Sequence[Stop], stop: Stop, later: Sequence[str], at: str, form: Form
) -> dict[str, Any]:
    product = stop.product
    numbered = bool(product.traced == "serial" and product.traced_from == "receipt")
    put_off = [*(key for key in later if key != stop.key), stop.key]
    batches = [one.batch.code for one in stops if one.batch and one.line.pk == stop.line.pk]
    return {
        "doc": run,
        "stop": stop,
        "left": len(stops),
        "order": (stop.line.order or stop.line.sheet).number,
        "numbered": numbered,
        "expired": bool(
            stop.batch
            and stop.batch.expires_on
            and stop.batch.expires_on < clock.today(configuration.one("time_zone"))
        ),
        "elsewhere": str(stop.bin) != at,
        "codes": json.dumps(codes_of([product])[product.pk]),
        "numbers": json.dumps(stop.codes),
        "batches": json.dumps({code.lower(): code for code in batches}),
        "form": form
        if form.refusal
        else Form({} if numbered else {"quantity": written(stop.units, product.quantity_decimals)}),
        "wanted": written(stop.units, product.quantity_decimals),
        "whole": written(stop.units, product.quantity_decimals) if not product.quantity_decimals else "",
        "reasons": reasons_for("hold"),
        "later": ",".join(later),
        "put_off": _address(run.pk, put_off, at) if len(stops) > 1 else "",
        "at": at,
        "key": f"walk-{run.pk}-{secrets.token_hex(12)}",
    }


def _pick(request: HttpRequest, stops: Sequence[Stop]) -> Pick:
    """What was taken, from what was sent alone: sent twice, it is the same."""
    given = request.POST
    bin_pk, line_pk, lot = _parts(given.get("stop", ""))
    place = Bin.objects.filter(pk=bin_pk).values_list("place_id", flat=True).first()
    line = Line.objects.filter(pk=line_pk).select_related("product").first()
    if place is None or line is None:
        raise NotThere("no_such_line", N_("There is no such line."))
    serials = tuple(dict.fromkeys(code.strip() for code in given.getlist("serial") if code.strip()))
    figure = given.get("quantity", "").strip()
    there_is = next((stop for stop in stops if stop.key == given.get("stop")), None)
    if serials:
        units = len(serials)
    elif figure in ("", "0"):
        units = int(given.get("single") == "yes")
    else:
        units = Packs([line.product_id]).typed(figure, line.product, "quantity")
    if not units:
        raise BadInput("nothing_taken", N_("Scan what you take, or type how many."), field="quantity")
    if there_is and not serials and units < len(there_is.codes):
        raise which_unit(len(there_is.codes), "serial")
    batch = given.get("batch", "").strip()
    lots = (lot,) if lot and not batch else ()
    return Pick(line_pk, units, bin=place, lots=lots, serials=serials, batch=batch)


def _parts(key: str) -> tuple[int, int, int]:
    parts = key.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        raise NotThere("no_such_line", N_("There is no such line."))
    bin_pk, line, lot = map(int, parts)
    return bin_pk, line, lot


@require_POST
@page("fulfilment.pick")
def short(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that fewer are there than the books have, and what becomes of the line."""
    run = there(queries.runs().select_related("location"), pk)
    given, user = request.POST, cast(Any, request.user)
    stops = queries.stops_of([run], queries.tasks_of([run])).get(pk, [])
    later = given.get("later", "").split(",") if given.get("later") else []
    return page_act(
        request,
        lambda: short_pick(
            actor=user,
            run=pk,
            short=_missing(request, stops),
            reason=given.get("reason", ""),
            note=given.get("note", ""),
            key=given.get("key") or None,
        ),
        ok=_("Set aside what is missing."),
        back=_address(pk, later, given.get("stop", "").partition("-")[0]),
    )


def _missing(request: HttpRequest, stops: Sequence[Stop]) -> Short:
    """What is missing: the units that were ticked, else what the books have beyond what is there."""
    given = request.POST
    stop = next((one for one in stops if one.key == given.get("stop")), None)
    if stop is None:
        raise NotThere("no_such_line", N_("There is no such line."))
    serials = tuple(given.getlist("missing"))
    if stop.codes:
        missing = len(serials)
    else:
        found = given.get("there", "").strip() or "0"
        here = Packs([stop.product.pk]).typed(found, stop.product, "there") if found != "0" else 0
        missing = stop.units - here
    if missing <= 0:
        raise BadInput(
            "none_missing",
            N_("Then nothing is missing. Take what is there."),
            field="missing" if stop.codes else "there",
        )
    batch = stop.batch.code if stop.batch else ""
    return Short(stop.line.pk, stop.place, missing, serials, batch, given.get("then", ""))


@require_safe
@page("fulfilment.pick")
def what(request: HttpRequest, pk: int) -> JsonResponse:
    """What a code is that does not belong to the stop at hand, and where it belongs."""
    run = there(queries.runs().select_related("location"), pk)
    stops = queries.stops_of([run], queries.tasks_of([run])).get(pk, [])
    stop = next((one for one in stops if one.key == request.GET.get("stop")), None)
    if stop is None:
        raise NotThere("no_such_line", N_("There is no such line."))
    mine, words = naming.told(request.GET.get("code", "")[:100], stop, run.location)
    return JsonResponse({"mine": mine, "words": words})


def _totes(run: Any, tasks: Sequence[Any]) -> list[dict[str, Any]]:
    """What lies in each tote at the end, and where it is packed."""
    picked = queries.picked_in([run])
    totes: dict[int, dict[str, Any]] = {}
    for task in tasks:
        units = picked.get((run.pk, task.line_id), 0)
        sheet = task.line.order or task.line.sheet
        row = totes.setdefault(
            task.tote,
            {
                "name": f"{run.number}/{task.tote}",
                "order": sheet.number,
                "goods": [],
                "pack": _packing(task.line, sheet, f"{run.number}/{task.tote}"),
            },
        )
        if units:
            row["goods"].append((units, task.line.product))
    return list(totes.values())


def _packing(line: Any, sheet: Any, tote: str) -> str:
    if line.site_id:
        return f"{reverse('fulfilment:pack', args=[line.site_id])}?{urlencode({'tote': tote})}"
    return f"{reverse('boards:to_pack')}?{urlencode({'find': sheet.number})}"
