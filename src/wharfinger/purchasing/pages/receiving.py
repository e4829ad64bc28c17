"""The door in the browser: what arrived of an order, receipts, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import further
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, Link, came_from, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.table import Column, Filter, Row, Rows, Table, table_page
from wharfinger.base.typed import scaled, written
from wharfinger.base.words import same
from wharfinger.ledger.models import Move
from wharfinger.purchasing.actions import receiving as actions
from wharfinger.purchasing.pages.telling import received
from wharfinger.purchasing.queries import paper, shown
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.stock.queries import reasons

AT_ONCE = 100
"""So many lines stand on one page of the form; what is typed for others is kept."""


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.receive")
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what arrived of an order; serial numbers are scanned line by line."""
    order = paper.found(pk)
    back = reverse("purchasing:order", args=[pk])
    return receive_rows(request, order.number, order.vendor.name, paper.lines_of(pk), back, order=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@page("purchasing.receive")
def receive_lines(request: HttpRequest) -> HttpResponse:
    """Take in what arrived of many orders of one vendor, in one scanning run."""
    lines = paper.lines_named(
        [int(text) for text in request.GET.getlist("line")[:500] if text.isdecimal() and len(text) < 19]
    )
    vendors = sorted({line.purchase_order.vendor.name for line in lines})
    back = came_from(request, reverse("purchasing:orders"))
    return receive_rows(request, ", ".join(vendors), "", lines, back, order=None)


def receive_rows(
    request: HttpRequest,
    title: str,
    about: str,
    bought: Sequence[Any],
    back: str,
    *,
    order: int | None,
    run: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form for what arrived of these lines. run: its vendors, where a delivery is scanned and codes bring the lines."""
    user: Any = request.user
    seen = seen_of(request.POST)
    # What somebody else took in since the form was opened stays on it, so that they are told.
    lines = paper.to_receive(bought, {pk for pk in seen if _typed(request.POST, pk)})
    for one in lines:
        one["seen"] = seen.get(one["line"].pk, one["left"])
    chosen = [one for one in lines if _typed(request.POST, one["line"].pk)]
    ahead = (_("Scan the next delivery"), reverse("purchasing:run")) if run else (title, back)

    def show(form: Form) -> HttpResponse:
        there = {"title": title, "about": about, "form": form, "back": back, "order": order, "run": run}
        return render(request, "purchasing/receive.html", there | _shown(request, lines, chosen))

    if request.method != "POST":
        return show(Form(_proposed(lines) | (run or {})))

    def again(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field, chosen)
        return show(form)

    def act() -> Any:
        # Pictures are looked at first: a file that is none keeps goods from being taken in with half their story.
        photos = _photos(request, chosen)
        done = actions.receive(
            actor=user,
            arrivals=[replace(_arrival(request.POST, one), seen=seen.get(one["line"].pk)) for one in chosen],
            delivery=_delivery(request.POST, order),
            reason=request.POST.get("reason", "").strip()[:1000],
            key=request.POST.get("key") or None,
        )
        for caption, files in photos:
            further.attach(user, f"receipt:{done.one('purchasing.Receipt')}", files, caption)
        return done

    return page_act(
        request,
        act,
        ok=lambda done: received(done.id),
        back=_receipt_of,
        again=again,
        more=partial(_afterwards, request, ahead),
    )


def _shown(
    request: HttpRequest, lines: Sequence[dict[str, Any]], chosen: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The lines of one page of the form, with all for which something was typed, and the bins they may go into."""
    text = request.GET.get("after", "")
    first = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    first = first if first < len(lines) else 0
    typed = {one["line"].pk for one in chosen}
    shown = [one for n, one in enumerate(lines) if first <= n < first + AT_ONCE or one["line"].pk in typed]
    names = {one["line"].location_id: [name for _, name in one["bins"]] for one in shown}
    return {
        "lines": shown,
        "every": len(lines),
        "before": max(0, first - AT_ONCE) if first else None,
        "after": first + AT_ONCE,
        "whys": reasons.names("reject"),
        "photos": further.may_attach(request.user),  # type: ignore[arg-type]
        "bins": [(location, some) for location, some in names.items() if len(some) > 1],
    }


def _photos(request: HttpRequest, chosen: Sequence[dict[str, Any]]) -> list[tuple[str, Any]]:
    """The pictures of what is rejected, kept, each with what it shows: of which product, and why it is rejected."""
    found = []
    for one in chosen:
        pk = one["line"].pk
        files = request.FILES.getlist(f"photo-{pk}")
        why = request.POST.get(f"reason-{pk}", "").strip() or request.POST.get("reason", "").strip()
        if files and further.may_attach(request.user):  # type: ignore[arg-type]
            caption = f"{one['line'].product.sku}: {why}" if why else one["line"].product.sku
            found.append((caption, further.pictured(request.user, files, f"photo-{pk}")))  # type: ignore[arg-type]
    return found


def seen_of(typed: QueryDict) -> dict[int, int]:
    """How many of each line were expected when the form was opened."""
    found = {}
    for name in typed:
        pk, units = name.removeprefix("seen-"), typed.get(name, "")
        if name.startswith("seen-") and all(
            text.isascii() and text.isdecimal() and len(text) < 19 for text in (pk, units)
        ):
            found[int(pk)] = int(units)
    return found


def _receipt_of(done: Any) -> str:
    """The receipt that was written: what came in is told there, and where it belongs."""
    return reverse("purchasing:receipt", args=[done.one("purchasing.Receipt")])


def _afterwards(request: HttpRequest, ahead: Link, done: Any) -> list[Link]:
    """Where one came from, and where goods that came into a bin are put away, for who may; what was drop-shipped is gone."""
    links = [ahead]
    may: bool = request.user.may("stock.put_away")  # type: ignore[union-attr]
    if may and Move.objects.filter(entry=done.id, target__kind="bin").exists():
        links.append((_("Putting away"), reverse("stock:put_away")))
    return links


def _proposed(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Everything is expected to arrive; of what has serial numbers only what is scanned counts."""
    return {
        f"quantity-{one['line'].pk}": written(one["left"], one["decimals"])
        for one in lines
        if one["traced"] != "serial"
    }


def _typed(typed: QueryDict, pk: int) -> bool:
    figures = (typed.get(f"{name}-{pk}", "").strip() for name in ("quantity", "rejected", "numbered"))
    return bool(typed.getlist(f"serial-{pk}")) or any(figure not in ("", "0") for figure in figures)


def _arrival(typed: QueryDict, one: dict[str, Any]) -> Arrival:
    pk, product, packs = one["line"].pk, one["line"].product, one["packs"]
    serials = tuple(code.strip()[:100] for code in typed.getlist(f"serial-{pk}") if code.strip())
    figure, rejected = typed.get(f"quantity-{pk}", "").strip(), typed.get(f"rejected-{pk}", "").strip()
    return Arrival(
        pk,
        packs.typed(figure, product, f"quantity-{pk}") if figure else len(serials),
        rejected=packs.typed(rejected, product, f"rejected-{pk}", read=scaled) if rejected else 0,
        serials=serials,
        numbered=typed.get(f"numbered-{pk}") == "yes",
        batch=typed.get(f"batch-{pk}", "").strip()[:100],
        expires_on=_day(typed, f"expires-{pk}"),
        bin=_bin(typed, one),
        reason=typed.get(f"reason-{pk}", "").strip(),
        note=typed.get(f"note-{pk}", "").strip(),
    )


def _bin(typed: QueryDict, one: dict[str, Any]) -> int | None:
    """The bin whose name was typed or scanned, at the line's location."""
    field = f"bin-{one['line'].pk}"
    name = typed.get(field, "").strip()
    if not name:
        return None
    found = next((pk for pk, known in one["bins"] if same(known) == same(name)), None)
    if found is None:
        raise BadInput("no_such_bin", N_("There is no such bin."), field=field)
    return int(found)


def _delivery(typed: QueryDict, order: int | None) -> Delivery:
    return Delivery(
        typed.get("vendor_invoice_number", ""),
        _day(typed, "received_on"),
        accept_over=typed.get("accept_over") == "yes",
        order=order,
    )


def _field(field: str | None, chosen: Sequence[dict[str, Any]]) -> str | None:
    """Where the field of the n-th arrival stands on the page."""
    parts = (field or "").split(".")
    if len(parts) == 3 and parts[0] == "lines" and parts[1].isdecimal() and int(parts[1]) < len(chosen):
        pk = chosen[int(parts[1])]["line"].pk
        return f"serial-{pk}-scan" if parts[2] == "serials" else f"{parts[2]}-{pk}"
    return field


def _day(typed: QueryDict, name: str) -> date | None:
    text = typed.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date", N_("“{text}” is not a date. Write it like 2026-11-30."), field=name, text=text[:20]
        ) from None


def _rows(ask: Ask) -> Rows:
    found = shown.receipts()
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if text := ask.one("vendor"):
        found = found.filter(vendor__name__icontains=text)
    if text := ask.one("invoice"):
        found = found.filter(vendor_invoice_number__icontains=text)
    first, last = ask.days("received")
    found = found.filter(received_on__gte=first) if first else found
    found = found.filter(received_on__lte=last) if last else found
    cut = ask.slice(found, {"number": "number", "received": "received_on"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(one: Any) -> Row:
    return Row(
        one.pk,
        {
            "number": (one.number, reverse("purchasing:receipt", args=[one.pk])),
            "vendor": one.vendor.name,
            "invoice": one.vendor_invoice_number,
            "received": one.received_on,
            "word": ("red", _("Taken back")) if one.cancelled_at else None,
        },
        name=one.number,
    )


RECEIPTS = Table(
    name="receipts",
    title=N_("Receipts"),
    permission="purchasing.read",
    columns=(
        Column("number", N_("Receipt"), "link", sortable=True),
        Column("vendor", N_("Vendor")),
        Column("invoice", N_("Vendor's invoice")),
        Column("received", N_("Received"), "date", sortable=True),
        Column("word", N_("Progress"), "chip"),
    ),
    filters=(
        Filter("number", N_("Number")),
        Filter("vendor", N_("Vendor")),
        Filter("invoice", N_("Vendor's invoice")),
        Filter("received", N_("Received"), "date"),
    ),
    empty=N_("Receipts appear here when goods of a purchase order arrive."),
    rows=_rows,
)


def receipt_list(request: HttpRequest) -> HttpResponse:
    """Every receipt."""
    return table_page(request, RECEIPTS)


@require_GET
@page("purchasing.read")
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """One receipt: what it brought, and for whom."""
    user: Any = request.user
    costs = user.may("catalog.see_cost")
    there = paper.receipt(pk, costs=costs) | {"sees_cost": costs}
    there |= {"parts": further.told("receipt", request, pk)}
    return render(request, "purchasing/receipt.html", there)


@require_POST
@page("purchasing.cancel_receipt")
def cancel_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a receipt back while its goods are untouched."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.cancel_receipt(
            actor=user, receipt=pk, reason=request.POST.get("reason", "").strip()[:1000]
        ),
        ok=_("The receipt is taken back; its goods are on order again."),
        back=came_from(request, reverse("purchasing:receipt", args=[pk])),
    )
