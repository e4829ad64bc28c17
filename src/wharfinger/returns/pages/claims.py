"""Claims on vendors in the browser: the list, one of them, and the forms that make, send and answer it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wharfinger.base import configuration, further
from wharfinger.base.asking import Ask, capped
from wharfinger.base.page import Form, came_from, page, page_act
from wharfinger.base.refusal import N_
from wharfinger.base.table import Column, Filter, New, Row, Rows, Tab, Table, table_page
from wharfinger.base.typed import minor, quantity, written
from wharfinger.demand.pages import typed_id
from wharfinger.ledger.telling import timeline
from wharfinger.parties.models import Organization
from wharfinger.returns.actions import claiming as actions
from wharfinger.returns.pages.working import in_words, lines_of
from wharfinger.returns.queries import claims as queries
from wharfinger.returns.queries.returnable import bin_options
from wharfinger.returns.rules.claim_answers import ANSWERS, Answered
from wharfinger.returns.rules.claiming import EXPECTED, Faulty
from wharfinger.stock.models import Location
from wharfinger.stock.pages.goods import codes_of, product_of, units_of


def _rows(ask: Ask) -> Rows:
    found = queries.claims()
    if ask.tab != "all":
        found = queries.with_status(found, [ask.tab])
    if text := ask.one("number"):
        found = found.filter(number__icontains=text)
    if text := ask.one("vendor"):
        found = found.filter(vendor__name__icontains=text)
    if text := ask.one("reference"):
        found = found.filter(reference__icontains=text)
    cut = ask.slice(found, {"number": "number", "claimed": "claimed_at"})
    lines, day = queries.lines_of(one.pk for one in cut.items), queries.today()
    waits = capped(queries.with_status(queries.claims(), ["open"]))
    rows = [_row(one, lines[one.pk], day) for one in cut.items]
    return Rows(rows, cut.before, cut.after, counts={"open": waits})


def _row(one: Any, lines: list[Any], day: Any) -> Row:
    tone, words = queries.WORDS[queries.word(one)]
    days = queries.age(one, day)
    return Row(
        one.pk,
        {
            "number": (one.number, reverse("returns:claim", args=[one.pk])),
            "vendor": one.vendor.name,
            "goods": ", ".join(dict.fromkeys(_goods(line) for line in lines[:3])),
            "expected": _(EXPECTED[one.expected]),
            "word": (tone, _(words)),
            "reference": one.reference or None,
            "claimed": one.claimed_at.date(),
            "age": None if days is None else ngettext("%(n)s day", "%(n)s days", days) % {"n": days},
        },
        name=one.number,
    )


def _goods(line: Any) -> str:
    return f"{line.product.sku} {line.lot.code}" if line.lot else str(line.product.sku)


CLAIMS = Table(
    name="vendor_claims",
    title=N_("Claims on vendors"),
    permission="returns.read",
    columns=(
        Column("number", N_("Claim"), "link", sortable=True),
        Column("vendor", N_("Vendor")),
        Column("goods", N_("Goods")),
        Column("expected", N_("Expected")),
        Column("word", N_("Progress"), "chip"),
        Column("reference", N_("Vendor's reference")),
        Column("claimed", N_("Claimed"), "date", sortable=True),
        Column("age", N_("Open for")),
    ),
    filters=(
        Filter("number", N_("Number")),
        Filter("vendor", N_("Vendor")),
        Filter("reference", N_("Vendor's reference")),
    ),
    tabs=(
        Tab("open", N_("Open")),
        Tab("to_send", N_("To send")),
        Tab("answered", N_("Answered")),
        Tab("all", N_("All")),
    ),
    new=New(N_("New claim"), "returns:new_claim", "returns.vendor_claim"),
    empty=N_("Faulty units that a vendor is asked about stand here until it has answered for each."),
    rows=_rows,
)


def claim_list(request: HttpRequest) -> HttpResponse:
    """Every claim on a vendor."""
    return table_page(request, CLAIMS)


@require_GET
@page("returns.read")
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """What a vendor was asked about, and what it did with each unit."""
    row = queries.one(pk)
    tone, words = queries.WORDS[queries.word(row)]
    lines = queries.lines_of([pk])[pk]
    there = {
        "row": row,
        "word": (tone, _(words)),
        "expected": _(EXPECTED[row.expected]),
        "days": queries.age(row, queries.today()),
        "lines": [_line(line) for line in lines],
        "rmas": {line.rma_line.rma_id: line.rma_line.rma.number for line in lines if line.rma_line},
        "entries": timeline(f"vendor_claim:{pk}"),
        "parts": further.told("vendor_claim", request, pk),
    }
    return render(request, "returns/claim.html", there)


def _line(line: Any) -> dict[str, Any]:
    places = line.product.quantity_decimals
    told = []
    for one in line.told:
        units = "" if one.quantity == line.quantity else f"{written(one.quantity, places)} × "
        code = f" {one.replacement.code}" if one.replacement else ""
        told.append(f"{units}{_(ANSWERS[one.answer])}{code}" + (f" ({one.note})" if one.note else ""))
    return {
        "product": (
            f"{line.product.sku} {line.product.name}",
            reverse("catalog:product", args=[line.product_id]),
        ),
        "serial": (line.lot.code, reverse("stock:unit", args=[line.lot_id])) if line.lot else None,
        "cover": line.cover.end_on if line.cover else None,
        "quantity": (line.quantity, places),
        "of": (line.rma_line.rma.number, reverse("returns:rma", args=[line.rma_line.rma_id]))
        if line.rma_line
        else None,
        "answer": ", ".join(told),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.vendor_claim")
def new_claim(request: HttpRequest) -> HttpResponse:
    """Ask a vendor about faulty units: of ours, or of what a customer sent on an RMA."""
    user: Any = request.user
    data = request.POST if request.method == "POST" else request.GET
    back = came_from(request, reverse("returns:claims"))
    rma = typed_id(data, "rma")
    doc, lines = lines_of(rma) if rma is not None else (None, [])
    lines = [(line, figure) for line, figure in lines if figure.here + figure.bench + figure.at_vendor]
    fields = ("product", "location", "quantity", "serials-scan", "vendor", "expected", "reason", "reference")

    def show(form: Form) -> HttpResponse:
        named = [*fields, *(f"quantity-{line.pk}" for line, _figure in lines)]
        apart = form.refusal if form.refusal is not None and form.refusal.field not in named else None
        vendors = Organization.objects.filter(vendor=True, retired_on__isnull=True).order_by("name")
        there = {
            "form": form,
            "apart": apart,
            "doc": doc,
            "lines": lines,
            "vendors": list(vendors.values_list("pk", "name")),
            "locations": list(
                Location.objects.filter(retired_on__isnull=True)
                .order_by("-default", "name")
                .values_list("pk", "name")
            ),
            "expected": in_words(EXPECTED),
            "back": back,
        }
        return render(request, "returns/new_claim.html", there)

    if request.method != "POST":
        first = {
            f"quantity-{line.pk}": written(
                figure.here + figure.bench + figure.at_vendor, line.product.quantity_decimals
            )
            for line, figure in lines
        }
        return show(Form({"expected": "replacement", **first, **data.dict()}))
    named = [line for line, _figure in lines if data.get(f"quantity-{line.pk}", "").strip() not in ("", "0")]

    def again(form: Form) -> HttpResponse:
        if form.refusal is not None:
            form.refusal.field = _field(form.refusal.field or "", named if doc else [])
        return show(form)

    return page_act(
        request,
        lambda: actions.claim_from_vendor(
            actor=user,
            items=_of_rma(data, named) if doc else [_of_ours(data)],
            reason=data.get("reason", ""),
            expected=data.get("expected", ""),
            vendor=typed_id(data, "vendor"),
            location=typed_id(data, "location"),
            reference=data.get("reference", ""),
            key=data.get("key") or None,
        ),
        ok=_("The claim is written down. Send the goods next."),
        back=lambda done: reverse("returns:claim", args=[done.one("returns.VendorClaim")]),
        again=again,
    )


def _field(name: str, lines: list[Any]) -> str:
    """The field of the form that a refusal means."""
    parts = name.split(".")
    if len(parts) < 3:
        return name
    if lines:
        return f"quantity-{lines[min(int(parts[1]), len(lines) - 1)].pk}"
    return "serials-scan" if parts[2] == "serials" else parts[2]


def _of_ours(data: QueryDict) -> Faulty:
    product, codes = product_of(data.get("product", "")), codes_of(data)
    return Faulty(units_of(data, product, codes), product.pk, codes)


def _of_rma(data: QueryDict, lines: list[Any]) -> list[Faulty]:
    found = []
    for line in lines:
        name = f"quantity-{line.pk}"
        units = quantity(data.get(name, ""), line.product.quantity_decimals, field=name)
        found.append(Faulty(units, rma_line=line.pk))
    return found


@require_POST
@page("returns.vendor_claim")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the goods of a claim to the vendor."""
    user: Any = request.user
    return page_act(
        request,
        lambda: actions.send_claim(actor=user, claim=pk, reference=request.POST.get("reference", "")),
        ok=_("The goods are on their way to the vendor."),
        back=came_from(request, reverse("returns:claim", args=[pk])),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page("returns.vendor_claim")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the vendor did with each unit."""
    user: Any = request.user
    row = queries.one(pk)
    lines = [line for line in queries.lines_of([pk])[pk] if line.quantity > line.answered]
    costs = user.may("catalog.see_cost")

    def show(form: Form) -> HttpResponse:
        there = {
            "row": row,
            "lines": lines,
            "form": form,
            "answers": in_words(ANSWERS),
            "bins": bin_options(),
            "currency": configuration.one("currency"),
            "costs": costs,
        }
        return render(request, "returns/answer.html", there)

    if request.method != "POST":
        left = {f"quantity-{line.pk}": _left(line) for line in lines}
        return show(Form({**left, **{f"answer-{line.pk}": row.expected for line in lines}}))
    told = [line for line in lines if request.POST.get(f"answer-{line.pk}")]

    def again(form: Form) -> HttpResponse:
        parts = (form.refusal.field or "").split(".") if form.refusal is not None else []
        if form.refusal is not None and len(parts) == 3 and int(parts[1]) < len(told):
            form.refusal.field = f"{parts[2]}-{told[int(parts[1])].pk}"
        return show(form)

    return page_act(
        request,
        lambda: actions.answer_claim(
            actor=user,
            claim=pk,
            answers=[_answered(request.POST, line) for line in told],
            key=request.POST.get("key") or None,
        ),
        ok=_("What the vendor did is written down."),
        back=reverse("returns:claim", args=[pk]),
        again=again,
    )


def _left(line: Any) -> str:
    return written(line.quantity - line.answered, line.product.quantity_decimals)


def _answered(data: QueryDict, line: Any) -> Answered:
    n = line.pk
    credit = data.get(f"credit-{n}", "").strip()
    said = data.get(f"answer-{n}", "")
    return Answered(
        n,
        quantity(data.get(f"quantity-{n}", ""), line.product.quantity_decimals, field=f"quantity-{n}"),
        said,
        data.get(f"serial-{n}", "") if said == "replacement" else "",
        typed_id(data, f"bin-{n}"),
        minor(credit, configuration.one("currency"), field=f"credit-{n}")
        if credit and said == "credit"
        else None,
        data.get(f"note-{n}", "").strip()[:500],
    )
