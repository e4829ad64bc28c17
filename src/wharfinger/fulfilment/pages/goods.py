"""Pages on which goods of an order, or for a destination, are picked, packed and shipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wharfinger.base import configuration
from wharfinger.base.page import Form, Link, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import written
from wharfinger.base.words import same
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.queries import codes_of
from wharfinger.catalog.rules.barcodes import key_of
from wharfinger.demand.models import Sheet
from wharfinger.demand.pages import document_address
from wharfinger.demand.queries.where import which_unit
from wharfinger.fulfilment.actions import packing, picking, shipping
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.pages.lacking import missing, on_page
from wharfinger.fulfilment.queries.at_hand import (
    AtHand,
    at_hand,
    destinations,
    free_at,
    packed_for,
    totes,
    with_batches,
)
from wharfinger.fulfilment.queries.carriers import offered
from wharfinger.fulfilment.queries.inside import labelled, open_boxes
from wharfinger.fulfilment.rules import Consignment, Loaded, Pick, late
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.fulfilment.rules.shipping import AT_HAND
from wharfinger.sales.pages.lights import steps_of
from wharfinger.stock.pages.goods import reasons_for


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.pick")
def pick(request: HttpRequest, order: int) -> HttpResponse:
    """Take goods of an order out of their bins; what was really picked is what counts."""
    sheet = get_object_or_404(Sheet, pk=order, void__isnull=True)
    rows = of_line(request, at_hand(("bin",), order=order, wanted=True))
    user: Any = request.user

    def act() -> Any:
        short = missing(request.POST, rows)
        return picking.pick(
            actor=user,
            picks=units_named(typed(request.POST, rows, needed=not short), rows),
            short=short,
            key=request.POST.get("key") or None,
        )

    return answer(
        request,
        rows,
        act,
        title=_("Pick %(number)s") % {"number": sheet.number},
        verb=_("Pick"),
        steps=partial(steps_of, sheet),
        step="pick",
        symbol="hand",
        ok=_("Picked for %(number)s.") % {"number": sheet.number},
        fetches=True,
        reasons=reasons_for("hold"),
        back=document_address(sheet),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.ship")
def ship(request: HttpRequest, order: int) -> HttpResponse:
    """Deliver or ship goods of an order, wherever they are at hand; missing steps are done with it."""
    sheet = get_object_or_404(Sheet, pk=order, void__isnull=True)
    rows = of_line(request, at_hand(AT_HAND, order=order))
    user: Any = request.user

    def act() -> Any:
        return shipping.ship(
            actor=user,
            picks=units_named(typed(request.POST, rows), rows),
            consignment=consignment_of(request.POST),
            key=request.POST.get("key") or None,
        )

    return answer(
        request,
        rows,
        act,
        title=_("Ship %(number)s") % {"number": sheet.number},
        verb=_("Deliver/Ship"),
        steps=partial(steps_of, sheet),
        step="ship",
        symbol="truck",
        ok=_("%(number)s is on its way.") % {"number": sheet.number},
        back=document_address(sheet),
        travels=offered(sheet.organization_id),
        parcels=packed_for(order),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.pick_pack_ship")
def pick_pack_ship(request: HttpRequest, pk: int) -> HttpResponse:
    """Pick, pack and ship goods of a document in one step: what its lines hold, and free goods for the rest."""
    sheet = get_object_or_404(Sheet.objects.exclude(kind__in=("quote", "job")), pk=pk, void__isnull=True)
    rows = of_line(request, at_hand(AT_HAND, order=pk, wanted=True))
    free = {line: sum(some.values()) for line, some in free_at(rows).items()}
    user: Any = request.user

    def act() -> Any:
        return shipping.pick_pack_ship(
            actor=user,
            picks=numbered(typed(request.POST, rows), rows),
            consignment=consignment_of(request.POST),
            key=request.POST.get("key") or None,
        )

    return answer(
        request,
        rows,
        act,
        first=proposed(rows, free),
        title=_("Pick, pack & ship %(number)s") % {"number": sheet.number},
        verb=_("Pick, pack & ship"),
        symbol="truck",
        ok=_("%(number)s is on its way.") % {"number": sheet.number},
        back=document_address(sheet),
        travels=offered(sheet.organization_id),
        parcels=packed_for(pk),
        fetches=True,
        free={line: [(_("our locations"), units)] for line, units in free.items()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("fulfilment.pack")
def pack(request: HttpRequest, order: int) -> HttpResponse:
    """Put goods of an order into a container that is open, or into a new one for each destination."""
    sheet = get_object_or_404(Sheet, pk=order, void__isnull=True)
    rows = of_line(request, at_hand(("picked", "bin"), order=order))
    user: Any = request.user

    def act() -> Any:
        return packing.pack(
            actor=user,
            picks=units_named(typed(request.POST, rows), rows),
            container=container_of(request.POST),
            box=box_of(request.POST),
            key=request.POST.get("key") or None,
        )

    return answer(
        request,
        rows,
        act,
        title=_("Pack %(number)s") % {"number": sheet.number},
        verb=_("Pack"),
        steps=partial(steps_of, sheet),
        step="pack",
        symbol="package",
        ok=_("Packed for %(number)s.") % {"number": sheet.number},
        back=document_address(sheet),
        more=packed,
        boxes=open_boxes(),
    )


def container_of(given: QueryDict) -> int | None:
    """The container that was typed or scanned, if any; raises BadInput where there is none of that name."""
    code = given.get("container", "").strip()
    if not code:
        return None
    found = labelled(code)
    if found is None:
        raise BadInput(
            "no_such_container_named",
            N_("There is no container “{text}”. Scan its label, or leave this empty for a new one."),
            field="container",
            text=code[:60],
        )
    return found.pk


def box_of(given: QueryDict) -> Box:
    """What a new container is to be: a box, unless a pallet was chosen."""
    return Box("pallet" if given.get("kind") == "pallet" else "box")


def packed(done: Any) -> list[Link]:
    """The containers that were made, each with its page and its label."""
    made = Container.objects.filter(pk__in=done.made.get("fulfilment.Container", ())).order_by("pk")
    return [
        link
        for pk, number in made.values_list("pk", "number")
        for link in (
            (number, reverse("fulfilment:container", args=[pk])),
            (_("Print label"), reverse("documents:pdf", args=["container-label", pk])),
        )
    ]


@require_http_methods(["GET", "HEAD"])
@page("fulfilment.pack")
def packing_tables(request: HttpRequest) -> HttpResponse:
    """The destinations for which picked goods wait to be packed."""
    return render(request, "fulfilment/destinations.html", {"sites": destinations(), "totes": totes()})


def answer(
    request: HttpRequest,
    rows: Sequence[AtHand],
    act: Callable[[], Any],
    *,
    ok: str,
    back: str | Callable[[Any], str],
    first: Mapping[str, Any] | None = None,
    more: Callable[[Any], Sequence[Link]] | None = None,
    fetches: bool = False,
    **context: Any,
) -> HttpResponse:
    """Show goods and do one act with what is typed and scanned of them; first: what stands there before; more: what the bar offers;
    fetches: whether free goods serve, too.
    """
    rows = with_batches(rows, free=fetches)

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = field_on_page(form.refusal.field, request.POST, rows)
        numbered = {row.line.pk for row in rows if row.traced}
        there = {
            "rows": rows,
            "form": form,
            "numbered": numbered,
            "late": {r.line.pk for r in rows if late(r.line.product)},
            "batched": {r.line.pk for r in rows if r.of_batch},
        }
        return render(
            request,
            "fulfilment/goods.html",
            there | context | {"back": back if isinstance(back, str) else ""},
        )

    if request.method != "POST":
        counted = {
            f"quantity-{r.line.pk}": written(r.units, r.decimals) for r in rows if r.units and not r.traced
        }
        if "travels" in context:
            proof = {"proof": "yes"} if configuration.one("shipment_proof") else {}
            first = {**(counted if first is None else first), **context["travels"].first, **proof}
        return show(Form(counted if first is None else first))
    return page_act(request, act, ok=ok, back=back, again=show, more=more)


def typed(given: QueryDict, rows: Sequence[AtHand], *, needed: bool = True) -> list[Pick]:
    """What was typed and scanned, as picks; lines left empty are left out. needed: whether there must be any."""
    scanned = _scanned([code for code in given.getlist("scan") if code.strip()], rows)
    picks, packs = [], Packs(row.line.product_id for row in rows)
    for row in rows:
        pk = row.line.pk
        figure = given.get(f"quantity-{pk}", "").strip()
        serials = tuple(
            dict.fromkeys([*(s.strip() for s in given.getlist(f"serial-{pk}") if s.strip()), *scanned[pk][1]])
        )
        units = scanned[pk][0]
        if figure not in ("", "0"):
            units = packs.typed(figure, row.line.product, f"quantity-{pk}")
        if units or serials:
            batch = given.get(f"batch-{pk}", "").strip()
            picks.append(Pick(pk, units or len(serials), serials=serials, batch=batch))
    if not picks and needed:
        raise BadInput("no_lines", N_("Give a quantity, or scan something, for at least one line."))
    return picks


def of_line(request: HttpRequest, rows: list[AtHand]) -> list[AtHand]:
    """The rows of the line that the address names, or of its components; all where it names none."""
    chosen = request.GET.get("line", "")
    return [row for row in rows if chosen in (str(row.line.pk), str(row.line.parent_id))] if chosen else rows


def proposed(rows: Sequence[AtHand], free: Mapping[int, int]) -> dict[str, str]:
    """How much of each line can go at once: what it holds, and what it wants as far as that is free."""
    found = {}
    for row in rows:
        units = row.units + min(row.wanted, free.get(row.line.pk, 0))
        if units and not row.traced:
            found[f"quantity-{row.line.pk}"] = written(units, row.decimals)
    return found


def numbered(picks: list[Pick], rows: Sequence[AtHand]) -> list[Pick]:
    """The same picks; raises BadInput where free units with numbers are to go and nobody read which."""
    traced = {row.line.pk: row for row in rows if row.traced and not late(row.line.product)}
    for one in units_named(picks, rows):
        row = traced.get(one.line)
        if row is not None and len(one.serials) < one.quantity and one.quantity > row.units:
            raise which_unit(row.units + row.wanted, f"serial-{one.line}-scan")
    return picks


def units_named(picks: list[Pick], rows: Sequence[AtHand], field: str = "") -> list[Pick]:
    """The same picks; raises BadInput where several units stand there and nobody said which of them leave.

    field: where they are scanned, unless each line has its own.
    """
    codes = {row.line.pk: {same(code) for code in row.codes} for row in rows if row.traced}
    for pick in picks:
        there = len(codes.get(pick.line, ()))
        if len(pick.serials) < pick.quantity < there:
            raise which_unit(there, field or f"serial-{pick.line}-scan")
    return picks


def _scanned(codes: Sequence[str], rows: Sequence[AtHand]) -> dict[int, tuple[int, list[str]]]:
    """To which line each scanned code belongs: a serial number, else a code of its product, by what that means."""
    found: dict[int, tuple[int, list[str]]] = {row.line.pk: (0, []) for row in rows}
    known = codes_of(row.line.product for row in rows) if codes else {}
    means = {pk: {key_of(code): units for code, units in some.items()} for pk, some in known.items()}
    for code in codes:
        row = _row_of(code, rows, means)
        units, serials = found[row.line.pk]
        if same(code) in {same(c) for c in row.codes}:
            found[row.line.pk] = units, [*serials, code]
        else:
            found[row.line.pk] = units + means[row.line.product_id][key_of(code)], serials
    return found


def _row_of(code: str, rows: Sequence[AtHand], means: Mapping[int, Mapping[str, int]]) -> AtHand:
    for row in rows:
        if same(code) in {same(c) for c in row.codes}:
            return row
    for row in rows:
        if key_of(code) in means[row.line.product_id]:
            return row
    raise BadInput(
        "not_here",
        N_("“{serial}” is none of the goods here. Check the number."),
        field="scan",
        serial=code[:60],
    )


def consignment_of(given: QueryDict) -> Consignment:
    """How goods travel, as it was typed."""
    travels = Consignment(given.get("carrier", ""), given.get("service", ""), given.get("tracking", ""))
    boxes = tuple(_loaded(given))
    return replace(
        travels, shipped_on=day_of(given, "shipped_on"), proof=given.get("proof") == "yes", boxes=boxes
    )


def _loaded(given: QueryDict) -> Iterator[Loaded]:
    """The containers of which it was typed under which number the carrier follows them."""
    for name in given:
        _, hyphen, pk = name.partition("tracking-")
        typed = given.get(name, "").strip()
        if typed and hyphen and pk.isascii() and pk.isdecimal() and len(pk) < 19:
            yield Loaded(int(pk), typed)


def day_of(given: QueryDict, name: str) -> date | None:
    """A date that was typed; raises BadInput when it is none."""
    text = given.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date", N_("“{text}” is not a date. Write it like 2026-11-30."), field=name, text=text[:20]
        ) from None


def field_on_page(field: str | None, given: QueryDict, rows: Sequence[AtHand]) -> str | None:
    """Where the field of the n-th pick stands on the page."""
    parts = (field or "").split(".")
    if parts[0] == "short" and len(parts) == 3:
        return on_page(".".join(parts), given, rows)
    if len(parts) != 3 or parts[0] != "picks":
        day = "delivered_on" if "delivered_on" in given else "shipped_on"
        return day if field == "effective_on" else field
    chosen = [pick.line for pick in typed(given, rows)]
    pk = chosen[int(parts[1])]
    return f"serial-{pk}-scan" if parts[2] == "serials" else f"quantity-{pk}"


def document_of(goods: Mapping[str, Any]) -> str:
    """The page of the order that goods serve, else of their line."""
    if goods["order"]:
        return reverse("sales:order", args=[goods["order"]])
    return reverse("demand:line", args=[goods["line"]])
