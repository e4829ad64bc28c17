"""Pages on which goods are reserved and quotes are won."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
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
from wharfinger.sales import queries
from wharfinger.sales.actions import holds as actions
from wharfinger.sales.actions import winning
from wharfinger.sales.queries import Shelf, shelves
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.win import Into
from wharfinger.work.queries import open_work
from wharfinger.work.rules import KINDS


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.reserve")
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    """Reserve and release goods for a document, location by location."""
    doc = there(Sheet.objects.filter(void__isnull=True), pk)
    back = document_address(doc)
    by = "order" if doc.kind == "order" else "sheet"
    panel = shelves(list(lines_of(pk, by).select_related("product")))

    def show(form: Form) -> HttpResponse:
        if form.refusal is not None:
            _place(form.refusal, request.POST, panel)
        context = {
            "doc": doc,
            "form": form,
            "panel": panel,
            "has_holds": any(row.reserved for row in panel),
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


def _proposed(panel: Sequence[Shelf]) -> dict[str, str]:
    """As much of each line as is free, one location after the other."""
    found: dict[str, str] = {}
    left = {row.line: row.wanted for row in panel}
    for row in panel:
        units = min(left[row.line], row.free)
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
    others = {row.location: f"{verb}-{row.line}-{row.place}" for row in panel if row.line == here.line}
    refusal.remedies = tuple(
        replace(one, values={**one.values, "fills": {refusal.field: "", others[to]: given[refusal.field]}})
        if (to := one.values.get("location")) in others
        else one
        for one in refusal.remedies
        if one.verb != "take_elsewhere" or one.values.get("location") in others
    )


def _typed(given: Mapping[str, Any], panel: Sequence[Shelf], verb: str) -> list[Hold]:
    found = []
    for row in panel:
        name = f"{verb}-{row.line}-{row.place}"
        text = str(given.get(name, "")).strip()
        if text:
            found.append(Hold(row.line, quantity(text, row.decimals, field=name), location=row.place))
    if not found:
        raise BadInput("nothing_typed", N_("Type how many into at least one row."))
    return found


@require_POST
@page("sales.reserve")
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the holds of a quote last until the end of a day, its last one where none is typed."""

    def act() -> Any:
        until = queries.until(typed_day(request.POST, "until"))
        return actions.extend(actor=request.user, quote=pk, until=until)  # type: ignore[arg-type]

    return page_act(request, act, ok=_("The holds last longer."), back=reverse("sales:quote", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@page("sales.win")
def win(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what winning a quote does, and do it."""
    doc = queries.quote(pk)
    back = reverse("sales:quote", args=[pk])
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("into", "order")

    def show(form: Form) -> HttpResponse:
        picture, refusal = None, form.refusal
        if refusal is None or refusal.code == "quote_expired":
            try:
                picture = winning.picture(actor=request.user, quote=pk, into=_into(chosen))  # type: ignore[arg-type]
            except Refusal as refused:
                refusal = refused
        context = {
            "doc": doc,
            "form": Form({"into": chosen, "anyway": given.get("anyway", "")}, refusal),
            "expired": doc.quote_word == "expired",
            "targets": _places(doc.organization_id),
            "picture": picture,
            "steps": _steps(picture, doc) if picture else [],
            "back": back,
        }
        return render(request, "sales/win.html", context)

    # Whoever chose another place since has not seen what that does.
    if request.method != "POST" or request.POST.get("shown", chosen) != chosen:
        return show(Form())
    return page_act(
        request,
        lambda: winning.win(
            actor=request.user,  # type: ignore[arg-type]
            quote=pk,
            into=_into(chosen),
            anyway=bool(given.get("anyway")),
        ),
        ok=_("%(number)s is won.") % {"number": doc.number},
        back=_to_made,
        again=show,
    )


def _to_made(done: Any) -> str:
    orders = done.made.get("sales.Order")
    if orders:
        return reverse("sales:order", args=[orders[0]])
    work = queries.work_order_of(done.made["ledger.Claim"])
    return reverse("work:work_order", args=[work])


def _into(text: str) -> Into | None:
    kind, _sep, pk = text.partition(":")
    if kind == "order":
        return None
    if kind not in KINDS or (pk and not (pk.isascii() and pk.isdigit() and len(pk) < 19)):
        raise BadInput("no_such_choice", N_("Choose one from the list."), field="into")
    return Into(kind, int(pk) if pk else None)


def _places(organization: int) -> list[tuple[str, str]]:
    fresh = [
        ("ticket", _("A new ticket")),
        ("project", _("A new project")),
        ("contract", _("A new contract")),
        ("job", _("A new job")),
    ]
    known = [(f"{row.kind}:{row.pk}", f"{row.number} {row.title}".strip()) for row in open_work(organization)]
    return [("order", _("The sales order alone")), *fresh, *known]


def _steps(picture: winning.Picture, doc: Any) -> list[tuple[str, str, str, str, str, str]]:
    """What becomes of each line, as the rows of a dry run."""
    products = {line.product_id: line.product for line in lines_of(doc.pk, "sheet").select_related("product")}
    steps = []
    for line in picture.lines:
        product = products[line.product]
        ways = (
            (line.from_stock, _("Reserved"), _("Ready to Deliver/Ship"), ""),
            (line.to_order, _("Wanted"), _("Need to Order/Fulfill"), ""),
            (line.to_approve, _("Wanted"), _("Waiting Approval"), "warn"),
            (line.ready, _("Wanted"), _("Ready to Deliver/Ship"), ""),
            (line.waiting, _("Wanted"), _("Pending"), ""),
        )
        steps += [
            (written(units, product.quantity_decimals), product.sku, source, target, tone, product.name)
            for units, source, target, tone in ways
            if units
        ]
    return steps
