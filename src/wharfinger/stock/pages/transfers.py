"""The list of transfer orders, and the form that writes one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wharfinger.base import typed
from wharfinger.base.asking import Ask
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput, NotThere
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.catalog.entry import Packs
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import to_choose
from wharfinger.ledger.models import Holding
from wharfinger.stock.actions import transfers as actions
from wharfinger.stock.models import Location, TransferOrder
from wharfinger.stock.pages.goods import product_of
from wharfinger.stock.queries import transfers as queries
from wharfinger.stock.rules.transferring import Sent, TransferWish

WORDS = {
    "draft": ("grey", N_("Draft")),
    "in_transit": ("blue", N_("In transit")),
    "received": ("green", N_("Received")),
    "cancelled": ("grey", N_("Cancelled")),
}
ROWS = 200
"""So many rows of a form are read."""
BEGIN = 5


def word_of(order: Any) -> tuple[str, str]:
    """How far a transfer order is, as a chip."""
    tone, word = WORDS[queries.word(order)]
    return tone, _(word)


def _rows(ask: Ask) -> Rows:
    found = queries.transfers()
    if ask.tab == "open":
        found = queries.standing(found, ("draft", "in_transit"))
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    for name, field in (("from", "source"), ("to", "target")):
        if chosen := ask.ids(name):
            found = found.filter(**{f"{field}__in": chosen})
    if words := ask.many("word"):
        found = queries.standing(found, words)
    cut = ask.slice(found, {"number": "number", "expected": "expected_on"})
    return Rows([_row(one) for one in cut.items], cut.before, cut.after)


def _row(order: Any) -> Row:
    return Row(
        id=order.pk,
        name=order.number,
        cells={
            "number": (order.number, reverse("stock:transfer_order", args=[order.pk])),
            "from": order.source.name,
            "to": order.target.name,
            "word": word_of(order),
            "expected": order.expected_on,
            "note": order.note or None,
        },
    )


def _locations(ask: Ask) -> list[tuple[str, str]]:
    found = Location.objects.order_by("-default", "name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in ask.once("locations", lambda: list(found))]


TRANSFERS = Table(
    name="transfers",
    title=N_("Transfer orders"),
    permission="stock.read",
    columns=(
        Column("number", N_("Transfer order"), "link", sortable=True),
        Column("from", N_("From")),
        Column("to", N_("To")),
        Column("word", N_("State"), "chip"),
        Column("expected", N_("Expected"), "date", sortable=True),
        Column("note", N_("Note")),
    ),
    filters=(
        Filter("number", N_("Number")),
        Filter("from", N_("From"), "many", _locations),
        Filter("to", N_("To"), "many", _locations),
        Filter(
            "word", N_("State"), "many", lambda ask: [(key, _(word)) for key, (_tone, word) in WORDS.items()]
        ),
    ),
    tabs=(Tab("open", N_("Open")), Tab("all", N_("All"))),
    new=New(N_("New transfer order"), "stock:new_transfer", "stock.transfer"),
    rows=_rows,
    empty=N_(
        "Write a transfer order to send goods from one location to another; it shows what is on its way."
    ),
)


@require_safe
def transfer_orders(request: HttpRequest) -> HttpResponse:
    """Every transfer order."""
    return table_page(request, TRANSFERS)


def there(pk: int) -> TransferOrder:
    """A transfer order; raises NotThere when there is none."""
    found = queries.transfers().filter(pk=pk).first()
    if found is None:
        raise NotThere("not_there", N_("There is nothing here with the number {number}."), number=pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.transfer")
def new_transfer(request: HttpRequest) -> HttpResponse:
    """Write a transfer order."""
    start = Form({name: request.GET.get(name, "") for name in ("from", "to", "sku-0", "quantity-0")})
    return _form(
        request,
        _("New transfer order"),
        start,
        actions.draft_transfer,
        _("Wrote the transfer order."),
        lambda done: reverse("stock:transfer_order", args=[done.one("stock.TransferOrder")]),
        reverse("stock:transfer_orders"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("stock.transfer")
def change_transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a draft anew."""
    order = there(pk)
    back = reverse("stock:transfer_order", args=[pk])
    return _form(
        request,
        order.number,
        Form(_as_typed(order)),
        lambda **said: actions.change_transfer(order=pk, **said),
        _("Changed the transfer order."),
        lambda done: back,
        back,
    )


def _form(
    request: HttpRequest,
    title: str,
    start: Form,
    act: Callable[..., Any],
    ok: str,
    to: Callable[[Any], str],
    back: str,
) -> HttpResponse:
    rows = _typed_rows(request.POST)

    def show(form: Form) -> HttpResponse:
        refusal = form.refusal
        if refusal is not None:
            refusal.field = _field(refusal.field or "", rows)
        known = {f"{name}-{n}" for n in range(ROWS) for name in ("sku", "quantity", "codes", "document")}
        apart = refusal if refusal is not None and refusal.field not in known | {"from", "to"} else None
        filled = [n for n in range(ROWS) if form.value(f"sku-{n}")]
        return render(
            request,
            "stock/transfer_form.html",
            {
                "title": title,
                "form": form,
                "apart": apart,
                "rows": range(max([BEGIN, *(n + 2 for n in filled)])),
                "back": back,
                "locations": list(
                    Location.objects.filter(retired_on__isnull=True)
                    .order_by("-default", "name")
                    .values_list("pk", "name")
                ),
                "products": to_choose("stocked", "non_stocked", "kit", most=300),
            },
        )

    if request.method != "POST":
        return show(start)
    if request.POST.get("more"):
        return show(Form(request.POST.dict()))
    actor: Any = request.user
    return page_act(
        request,
        lambda: act(actor=actor, wish=_wish(request.POST, rows)),
        ok=ok,
        back=lambda done: to(done) if done else back,
        again=show,
    )


def _typed_rows(post: QueryDict) -> list[int]:
    return [n for n in range(ROWS) if post.get(f"sku-{n}", "").strip()]


def _field(field: str, rows: list[int]) -> str:
    """Where the field of the n-th line stands on the form."""
    parts = field.split(".")
    if len(parts) == 3 and parts[0] == "lines" and parts[1].isdecimal() and int(parts[1]) < len(rows):
        names = {"product": "sku", "serials": "codes", "batch": "codes", "line": "document"}
        return f"{names.get(parts[2], parts[2])}-{rows[int(parts[1])]}"
    return {"source": "from", "target": "to"}.get(field, field)


def _wish(post: QueryDict, rows: list[int]) -> TransferWish:
    source = _location(post, "from")
    lines = []
    products = {n: product_of(post.get(f"sku-{n}", ""), field=f"sku-{n}") for n in rows}
    packs = Packs(product.pk for product in products.values())
    for n, product in products.items():
        codes = tuple(post.get(f"codes-{n}", "").replace(",", " ").split())
        units = post.get(f"quantity-{n}", "").strip()
        if not units and codes and product.traced == "serial":
            count = len(codes)
        else:
            count = packs.typed(units, product, f"quantity-{n}")
        line = _line(post.get(f"document-{n}", "").strip(), product, source, f"document-{n}")
        lines.append(Sent(product.pk, count, codes, None, line))
    day = post.get("expected_on", "").strip()
    return TransferWish(source, _location(post, "to"), tuple(lines), _day(day), post.get("note", "").strip())


def _location(post: QueryDict, name: str) -> int:
    text = post.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput("no_such_location", N_("Choose a location."), field=name)
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date",
            N_("“{text}” is not a date. Write it like 2026-11-30."),
            field="expected_on",
            text=text[:20],
        ) from None


def _line(number: str, product: Product, source: int, field: str) -> int | None:
    """The line of a document that holds goods of a product at a location; raises BadInput when there is none."""
    if not number:
        return None
    here = Holding.objects.filter(
        product=product,
        place__parent__location=source,
        kind__in=("bin", "picked"),
        claim__gt=0,
        quantity__gt=0,
        claim__line__sheet__number__iexact=number,
    )
    found = here.order_by("claim").values_list("claim", flat=True).first()
    if found is None:
        raise BadInput(
            "no_such_line",
            N_("{number} holds nothing of this product there."),
            field=field,
            number=number[:60],
        )
    return int(found)


def _as_typed(order: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "from": order.source_id,
        "to": order.target_id,
        "expected_on": order.expected_on.isoformat() if order.expected_on else "",
        "note": order.note,
    }
    for n, line in enumerate(queries.lines([order])[order.pk]):
        values |= {
            f"sku-{n}": line.product.sku,
            f"quantity-{n}": typed.written(line.quantity, line.product.quantity_decimals),
            f"codes-{n}": " ".join(line.codes),
            f"document-{n}": line.claim.line.sheet.number if line.claim else "",
        }
    return values
