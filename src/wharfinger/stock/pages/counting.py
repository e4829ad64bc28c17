"""Counting between the shelves: on screen, by scanner or from paper; then review and post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wharfinger.base import configuration
from wharfinger.base import typed as written
from wharfinger.base.asking import MANY, Ask
from wharfinger.base.page import Form, page, page_act, posted
from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.table import Column, Filter, Row, Rows, Tab, Table, table_page
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.ledger.post import attempt
from wharfinger.ledger.telling import place_words, timeline
from wharfinger.ledger.write import Written
from wharfinger.stock.actions import counts as actions
from wharfinger.stock.models import Bin, Count, CountLine
from wharfinger.stock.pages.counts import scope_words, word_of
from wharfinger.stock.pages.goods import owner_of, product_of
from wharfinger.stock.queries import counts as queries
from wharfinger.stock.queries.scans import scans
from wharfinger.stock.rules.counting import Tally

WAITING = 25
"""So many things to count are on the page at once; what is counted makes room for the next."""
FIELDS = ("product", "bin", "counted", "serials", "batch", "owner", "unit_cost", "counted_at", "scanned")


def _there(pk: int) -> Count:
    found = queries.counts().filter(pk=pk).first()
    if found is None:
        raise NotThere("no_such_count", N_("There is no such count. Look at the list of counts."))
    return found


def _open(found: Count) -> bool:
    return queries.word(found) in ("counting", "reviewed")


def _sees_books(found: Count, actor: Any) -> bool:
    return not found.blind or actor.may("stock.review_count") or not _open(found)


@require_safe
@page("stock.read")
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """A count: what is to be counted, what was, and how far the books are off."""
    found = _there(pk)
    return _shown(request, found, Form({"bin": request.GET.get("bin", "")}))


def _shown(request: HttpRequest, found: Count, form: Form) -> HttpResponse:
    actor: Any = request.user
    bins = list(
        Bin.objects.filter(location=found.location_id, retired_on__isnull=True)
        .order_by("place__sequence", "name")
        .values_list("pk", "name")
    )
    bin = _number(form.value("bin"))
    waiting = queries.spots(found, bin=bin or None, most=WAITING + 1) if _open(found) else []
    # Whoever counts is offered the bins that the count looks at, and begins where something waits.
    only = found.scope.get("bins")
    looked_at = [one for one in bins if not only or one[0] in only]
    refusal = form.refusal
    wrong = _wrong(waiting[:WAITING], refusal)
    return table_page(
        request,
        _table(found, bins, actor),
        template="stock/count.html",
        count=found,
        word=word_of(found),
        scope=scope_words(found),
        open=_open(found),
        books=_sees_books(found, actor),
        waiting=waiting[:WAITING],
        beside=[(one, place_words(one.kind)) for one in queries.beside(found)] if _open(found) else [],
        more=len(waiting) > WAITING,
        looked_at=looked_at,
        others=[name for _pk, name in bins if name not in {one for _pk, one in looked_at}],
        bin=bin,
        here=bin or (waiting[0].bin if waiting else None),
        form=form,
        wrong=wrong,
        apart=refusal if refusal is not None and not wrong and refusal.field not in FIELDS else None,
        entries=timeline(f"count:{found.pk}", most=8),
    )


def _wrong(waiting: Sequence[queries.Spot], refusal: Refusal | None) -> str:
    """The row that a refusal is about, if it is among those shown."""
    about = (refusal.field if refusal is not None else "") or ""
    rows = (one.key for one in waiting)
    return next((key for key in rows if about == f"n-{key}" or about.startswith(f"n-{key}.")), "")


def _number(text: Any) -> int:
    text = str(text or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _table(found: Count, bins: Sequence[tuple[int, str]], actor: Any) -> Table:
    books = _sees_books(found, actor)
    columns = [
        Column("bin", N_("Bin"), sortable=True),
        Column("sku", N_("Product"), "link", sortable=True),
        Column("code", N_("Number")),
        Column("owner", N_("Whose goods"), optional=True),
        Column("counted", N_("Counted"), "quantity"),
        Column("first", N_("First count"), "quantity"),
    ]
    if books:
        columns += [Column("difference", N_("Difference"), "quantity")]
        if actor.may("catalog.see_cost"):
            columns += [Column("value", N_("Value"), "money")]
    columns += [
        Column("by", N_("Counted by"), "person", optional=True),
        Column("at", N_("When"), "ago", optional=True),
    ]
    return Table(
        name="count_lines",
        title=N_("Counted"),
        permission="stock.read",
        columns=columns,
        filters=(
            Filter("product", N_("SKU or name")),
            Filter("in", N_("Bin"), "choice", lambda ask: [(str(pk), name) for pk, name in bins]),
        ),
        tabs=(
            Tab("counted", N_("Counted")),
            *((Tab("off", N_("Differences")), Tab("again", N_("Count again"))) if books else ()),
        ),
        rows=partial(_rows, found, books),
        empty=N_("Nothing here yet. What is written down stands here."),
    )


def _rows(found: Count, books: bool, ask: Ask) -> Rows:
    rows = queries.lines_of(found.pk)
    off = {one.pk: one for one in queries.off_lines(found.pk)} if books else {}
    if books and ask.tab == "off":
        rows = rows.exclude(difference=0)
    if books and ask.tab == "again":
        rows = rows.filter(
            pk__in=[one.pk for one in off.values() if one.beyond and one.first_counted is None]
        )
    if text := ask.one("product"):
        rows = _named(rows, text)
    if places := ask.ids("in"):
        rows = rows.filter(bin__in=places)
    cut = ask.slice(rows, {"bin": "bin__name", "sku": "product__sku"})
    currency = configuration.one("currency")
    return Rows([_row(one, off.get(one.pk), books, currency) for one in cut.items], cut.before, cut.after)


def _named(rows: QuerySet[CountLine], text: str) -> QuerySet[CountLine]:
    return rows.filter(product__sku__icontains=text) | rows.filter(product__name__icontains=text)


def _row(line: CountLine, off: queries.Off | None, books: bool, currency: str) -> Row:
    d = line.product.quantity_decimals
    cells: dict[str, Any] = {
        "bin": line.bin.name,
        "sku": (line.product.sku, reverse("stock:product", args=[line.product_id])),
        "code": line.code or None,
        "owner": line.owner.name if line.owner else None,
        "counted": (line.counted, d),
        "first": None if line.first_counted is None else (line.first_counted, d),
        "by": str(line.counted_by) if line.counted_by else None,
        "at": line.counted_at,
    }
    if books:
        cells["difference"] = (line.difference, d)
        cells["value"] = (off.value_minor if off else 0, currency)
    return Row(id=line.pk, name=line.product.sku, cells=cells)


def _recorded(request: HttpRequest, pk: int, tallies: Callable[[QueryDict], Sequence[Tally]]) -> HttpResponse:
    """Write down what a form says, as a first or a second count."""
    found, post = _there(pk), request.POST
    actor: Any = request.user
    act = actions.recount if post.get("second") == "yes" else actions.record_count

    def write() -> Written:
        at = _at(post.get("counted_at", ""))
        return act(actor=actor, count=pk, tallies=tallies(post), counted_at=at)

    bin = _number(post.get("bin", ""))
    back = reverse("stock:count", args=[pk]) + (f"?bin={bin}" if bin else "")
    return page_act(
        request, write, ok=_("Written down."), back=back, again=lambda form: _shown(request, found, form)
    )


def _at(text: str) -> datetime | None:
    """When it was counted, as a time of the company."""
    try:
        at = datetime.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise BadInput(
            "not_a_time",
            N_("“{text}” is no time. Write it like 2026-11-30T14:30."),
            field="counted_at",
            text=text[:20],
        ) from None
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(configuration.one("time_zone")))
    return at


def _place(text: str) -> int:
    found = Bin.objects.filter(pk=_number(text)).values_list("place_id", flat=True).first()
    if found is None:
        raise BadInput("no_such_bin", N_("Choose the bin where you count."), field="bin")
    return found


@page("stock.count")
@posted("stock:count", "pk")
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was counted of a product in a bin."""

    def tallies(post: QueryDict) -> list[Tally]:
        product, place = product_of(post.get("product", "")), _place(post.get("bin", ""))
        batch = post.get("batch", "").strip()
        codes = tuple(" ".join(post.getlist("serials")).replace(",", " ").split())
        typed = post.get("counted", "").strip() or (str(len(codes)) if codes else "")
        cost = post.get("unit_cost", "").strip()
        return [
            Tally(
                product.pk,
                place,
                Packs([product.pk]).typed(typed, product, "counted", read=written.scaled),
                codes,
                batch,
                written.micro(cost, field="unit_cost") if cost else None,
                owner=owner_of(post.get("owner", "")),
            )
        ]

    return _recorded(request, pk, tallies)


@page("stock.count")
@posted("stock:count", "pk")
def record_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was typed beside the things that are to be counted."""

    def tallies(post: QueryDict) -> list[Tally]:
        typed = [(key.removeprefix("n-"), text) for key, text in post.items() if key.startswith("n-")]
        rows = [(*_spot(key), key, str(text)) for key, text in typed if str(text).strip()]
        products = Product.objects.in_bulk({row[1] for row in rows})
        places = dict(Bin.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", "place_id"))
        found, packs = [], Packs(products)
        for bin, product, owner, code, key, text in rows:
            if product not in products or bin not in places:
                raise BadInput("no_such_bin", N_("The location has no such bin."), field="bin")
            counted = packs.typed(text, products[product], f"n-{key}", read=written.scaled)
            found.append(Tally(product, places[bin], counted, batch=code, owner=owner, field=f"n-{key}."))
        return found

    return _recorded(request, pk, tallies)


def _spot(key: str) -> tuple[int, int, int | None, str]:
    bin, product, owner, code = [*key.split(":", 3), "", "", ""][:4]
    return _number(bin), _number(product), _number(owner) or None, code


@page("stock.count")
@posted("stock:count", "pk")
def record_scans(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a bin by its scans: each scan of a SKU or GTIN is one more, each serial number one unit."""

    def tallies(post: QueryDict) -> list[Tally]:
        place = _place(post.get("bin", ""))
        # The newest scan stands first in the list.
        codes = [str(code).strip() for code in reversed(post.getlist("scanned")) if str(code).strip()]
        last = post.get("scanned-scan", "").strip()
        return scans(place, [*codes, *([last] if last else [])])

    return _recorded(request, pk, tallies)


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.review_count")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at the differences in units and value, and at who would go without; then say that they are right."""
    actor: Any = request.user
    found = _there(pk)

    def show(form: Form) -> HttpResponse:
        refusal, without = form.refusal, []
        if refusal is None and _open(found):
            try:
                without = attempt(lambda: actions.foresee_count(actor=actor, count=pk))
            except Refusal as refused:
                if refused.http_code == 403:
                    raise
                refusal = refused
        return render(
            request,
            "stock/review_count.html",
            {"count": found, "refusal": refusal, "without": without, **_differences(found, actor)},
        )

    if request.method != "POST":
        return show(Form())
    return page_act(
        request,
        lambda: actions.review_count(actor=actor, count=pk),
        ok=_("Reviewed."),
        back=reverse("stock:count", args=[pk]),
        again=show,
    )


def _differences(found: Count, actor: Any) -> dict[str, Any]:
    """What is off, what is worth most first, and the sums of it."""
    off = queries.off_lines(found.pk)
    shown = queries.lines_of(found.pk).in_bulk([one.pk for one in off[:WAITING]])
    currency = configuration.one("currency")
    return {
        "lines": [
            {
                **_row(shown[one.pk], one, True, currency).cells,
                "beyond": ("amber", _("beyond the tolerance")) if one.beyond else None,
            }
            for one in off[:WAITING]
        ],
        "off": len(off),
        "counted": queries.lines_of(found.pk).order_by().count(),
        "waiting": len(queries.spots(found, most=MANY + 1)),
        "gained": sum(max(0, one.value_minor) for one in off),
        "lost": sum(min(0, one.value_minor) for one in off),
        "currency": currency,
        "costs": actor.may("catalog.see_cost"),
    }


@require_POST
@page("stock.complete_count")
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Post the differences."""
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.complete_count(actor=actor, count=pk),
        ok=_("Posted the differences."),
        back=reverse("stock:count", args=[pk]),
    )


@require_POST
@page("stock.count")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the count up."""
    actor: Any = request.user
    return page_act(
        request,
        lambda: actions.cancel_count(actor=actor, count=pk, reason=request.POST.get("reason", "")),
        ok=_("Gave up the count."),
        back=reverse("stock:count", args=[pk]),
    )
