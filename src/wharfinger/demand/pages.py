"""Lines on pages: how every document with lines shows, takes and changes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wharfinger.base import further, money, owned
from wharfinger.base.access import require
from wharfinger.base.door import there
from wharfinger.base.own import Own
from wharfinger.base.page import Form, page, page_act
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import micro, written
from wharfinger.base.words import same
from wharfinger.catalog.models import TaxCode
from wharfinger.catalog.queries import scanned, to_choose, units_of
from wharfinger.catalog.rules.units import told, unit_named
from wharfinger.demand import actions, discounts, options
from wharfinger.demand.acting import line_verbs
from wharfinger.demand.entry import line_words, said_in, tax_words, typed_quantity, unit_choices, unit_words
from wharfinger.demand.models import CHARGED, Line, Sheet
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.amounts import said_of
from wharfinger.demand.queries.grouping import groups_of
from wharfinger.demand.queries.reading import lines
from wharfinger.demand.queries.shown import lines_of, origin_of
from wharfinger.demand.queries.standing import standing
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.discounts import NONE, before
from wharfinger.demand.rules.recurring import PERIODS, known_period
from wharfinger.demand.rules.words import CHARGE, GOODS, MONEY, OPEN_GOODS, charge_word
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Contact, Organization, Site
from wharfinger.pricing.models import PriceList

ROWS = 6
"""Empty rows that a form for lines offers."""

TONES = {
    "pending": "grey",
    "waiting_approval": "violet",
    "need_to_order": "amber",
    "on_order": "blue",
    "ready": "teal",
    "reserved": "teal",
    "delivered": "green",
    "cancelled": "grey",
    "won": "green",
}
GOODS_TONES = {
    "unconfirmed": "grey",
    "unfulfilled": "amber",
    "started": "blue",
    "delivered": "teal",
    "fulfilled": "green",
    "cancelled": "red",
    "closed": "green",
}
MONEY_TONES = {
    "unconfirmed": "grey",
    "uninvoiced": "grey",
    "invoiced": "blue",
    "partial": "amber",
    "paid": "green",
    "owing": "red",
    "cancelled": "red",
    "closed": "green",
}
COLUMNS = (
    ("product", N_("Product"), "link"),
    ("quantity", N_("Quantity"), "quantity"),
    ("where", N_("Where"), "stage_bar"),
    ("word", N_("Progress"), "chip"),
    ("price", N_("Unit price"), "price"),
    ("origin", N_("Price from"), "text"),
    ("net", N_("Net"), "money"),
)
STAGES = (
    "wanted",
    "to_approve",
    "to_order",
    "on_order",
    "reserved",
    "picked",
    "packed",
    "shipped",
    "delivered",
    "returned",
)


def goods_chip(word: str) -> tuple[str, str]:
    """What is said of a document's goods, as a chip."""
    return GOODS_TONES[word], _(GOODS[word])


def money_chip(word: str) -> tuple[str, str]:
    """What is said of a document's money, as a chip."""
    return MONEY_TONES[word], _(MONEY[word])


def columns(tax_included: bool) -> list[tuple[str, str, str]]:
    """The columns of a table of lines, in the reader's language. tax_included: whether the prices are said so."""
    words = [(key, _(label), kind) for key, label, kind in COLUMNS]
    if tax_included:
        words[-1] = ("net", _("With tax"), "money")
    own = [(f"{owned.MARK}{field.key}", field.name, owned.COLUMN[field.kind]) for field in _listed()]
    return [*words[:-1], *own, words[-1]]


def _listed() -> list[Own]:
    """The own fields of lines that tables of lines show."""
    return [field for field in owned.fields("line") if field.in_lists and not field.retired]


def line_rows(found: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines as cells of a table: what, how many, where, and what they come to."""
    figures = quantities([line.pk for line in found])
    standings = standing(line.sheet_id for line in found)
    own = _listed()
    lists = PriceList.objects.in_bulk({line.price_list_id for line in found if line.price_list_id})
    rows = []
    for line in found:
        here = figures[line.pk]
        decimals = line.product.quantity_decimals
        document = standings[line.sheet_id]
        word = charge_word(here, firm=document.firm, won=document.closed_by == "won")
        rows.append(
            {
                "id": line.pk,
                "figures": here,
                "product": (
                    line_words(line, beneath=line.parent_id in figures),
                    reverse("demand:line", args=[line.pk]),
                ),
                "quantity": (line.quantity, decimals),
                "where": (bar_of([here]), decimals),
                "word": (TONES[word.removeprefix("partly_")], _(CHARGE[word])),
                "price": (before(line), line.currency) if line.parent_id is None else None,
                "origin": origin_words(line, lists.get(line.price_list_id or 0))
                if line.parent_id is None
                else None,
                "net": (said_of(line), line.currency) if line.parent_id is None else None,
                **owned.cells(own, line.own),
            }
        )
    return rows


def origin_words(line: Line, price_list: PriceList | None) -> str:
    """Where a line's price is from, and what is taken off it."""
    words = {"typed": _("Typed"), "product": _("Product"), "list": price_list.name if price_list else ""}
    start = words[origin_of(line)]
    if line.price_from is not None:
        start = _("%(list)s, from %(n)s") % {"list": start, "n": said_in(line.price_from, line)}
    with_tax = _("with tax") if line.tax_included else ""
    return " · ".join(filter(None, (start, with_tax, discounts.told(line))))


def open_rows(document: int, by: str) -> list[dict[str, Any]]:
    """The lines of a document on which something is still to be done, as cells; by: "order" or "sheet"."""
    standing = Holding.objects.filter(kind__in=OPEN_GOODS, quantity__gt=0)
    found = lines_of(document, by).filter(pk__in=standing.values("claim_id"))
    return line_rows(list(found.select_related("product", "tax_code")))


def bar_of(figures: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Where the units of lines are, as one bar."""
    stages = dict.fromkeys(STAGES, 0)
    for here in figures:
        for stage in STAGES:
            stages[stage] += here[stage]
        stages["to_order"] += here["drafted"]
        stages["reserved"] += here["ready"]
    return stages


def stages_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Where everything of a document is, as one bar."""
    total: dict[str, int] = {}
    for row in rows:
        for stage, units in row["where"][0].items():
            total[stage] = total.get(stage, 0) + units
    return total


def typed_lines(given: Mapping[str, Any]) -> tuple[LineWish, ...]:
    """The lines typed into a form, empty rows left out; raises BadInput beside the field."""
    rows: list[list[str]] = []
    while f"sku-{len(rows)}" in given:
        n = len(rows)
        rows.append(
            [
                str(given.get(f"{name}-{n}", "")).strip()
                for name in ("sku", "quantity", "unit", "price", "discount")
            ]
        )
    products = scanned(row[0] for row in rows if row[0])
    found: list[LineWish] = []
    counted = any(row[2] for row in rows) or any(one.unit for one in products.values())
    sizes = units_of(one.product.pk for one in products.values()) if counted else {}
    for n, (sku, units, unit, price, discount) in enumerate(rows):
        if not sku and not (units or price or discount):
            continue
        if not sku:
            raise BadInput("no_product", N_("Which product? Give its SKU."), field=f"sku-{n}")
        means = products.get(sku)
        if means is None:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"sku-{n}")
        product = means.product
        # Whoever scans a case means cases, unless another unit is typed beside it.
        named, per = unit_named(unit or means.unit, product, sizes, f"unit-{n}")
        wish = LineWish(
            product.pk,
            typed_quantity(units, product, per, f"quantity-{n}") if units else per or means.quantity,
            unit=named,
            per=per,
            unit_price_micro=micro(price, field=f"price-{n}") if price else None,
            discount=discounts.typed(discount, f"discount-{n}"),
            own=owned.read(given, "line", f"lines.{n}."),
        )
        wish = replace(wish, every=known_period(str(given.get(f"every-{n}", "")), f"every-{n}"))
        option = str(given.get(f"option-{n}", ""))
        found.append(options.with_option(wish, option, found, f"option-{n}") if option else wish)
    return tuple(found)


def typed_taxes(given: Mapping[str, Any]) -> bool | None:
    """Whether the prices of a form include tax, where somebody chose; raises BadInput for what is no choice."""
    text = str(given.get("tax_included", "")).strip()
    if text not in ("", "yes", "no"):
        raise BadInput("no_such_choice", N_("Choose one from the list."), field="tax_included")
    return text == "yes" if text else None


def typed_day(given: Mapping[str, Any], name: str) -> date | None:
    """A day from a form; raises BadInput when it is none."""
    text = str(given.get(name, "")).strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "not_a_date", N_("“{text}” is not a date. Write it like 2026-11-30."), field=name, text=text[:20]
        ) from None


def typed_id(given: Mapping[str, Any], name: str) -> int | None:
    """A choice from a form; raises BadInput when it is none of them."""
    text = str(given.get(name, "")).strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput("no_such_choice", N_("Choose one from the list."), field=name)
    return int(text) if text else None


def chosen_customer(given: Mapping[str, Any]) -> int:
    """The customer of a new document; raises BadInput when none is chosen."""
    found = typed_id(given, "organization")
    if found is None:
        raise BadInput("missing", N_("Please fill this in."), field="organization")
    return found


def another_row(request: HttpRequest) -> bool:
    """Whether a form was sent only to get more rows for lines."""
    return "more" in request.POST


def offers(typed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the forms of documents offer to choose from. typed: what stands in the form already."""
    given = typed or {}
    count = next(n for n in range(len(given) + 1) if f"sku-{n}" not in given)
    return {
        "rows": range(max(ROWS, count) + (ROWS if "more" in given else 0)),
        "customers": list(
            Organization.objects.filter(customer=True, retired_on__isnull=True)
            .order_by("name")
            .values_list("pk", "name")
        ),
        "products": to_choose(),
        "prices": _prices(),
    }


def _prices() -> list[tuple[str, str]]:
    """How the prices of a new document may be said; nothing chosen, as the customer's price list says."""
    return [("yes", _("With tax")), ("no", _("Before tax"))]


def contacts_of(organization: int) -> list[tuple[int, str]]:
    """The contacts one may choose for a document of this customer."""
    rows = Contact.objects.filter(organization_id=organization, retired_on__isnull=True).order_by("name")
    return list(rows.values_list("pk", "name"))


def _readable(request: HttpRequest, sheet: Sheet) -> None:
    require(request.user, "work.read" if sheet.kind in CHARGED else "sales.read")  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@page()
def line(request: HttpRequest, line: int) -> HttpResponse:
    """One line: where its units are, and its words, price and quantity to change."""
    found = there(lines().select_related("product", "sheet", "tax_code", "site"), line)
    _readable(request, found.sheet)
    back = document_address(found.sheet)

    def show(form: Form) -> HttpResponse:
        rows = line_rows([found])
        codes = TaxCode.objects.filter(retired_on__isnull=True).order_by("code").values_list("pk", "name")
        sites = Site.objects.filter(organization_id=found.organization_id, retired_on__isnull=True)
        context = {
            "line": found,
            "taxed": " ".join(tax_words([found], found.sheet.organization)),
            "row": rows[0],
            "form": form,
            "back": back,
            "codes": list(codes),
            "sites": list(sites.values_list("pk", "name")),
            "units": unit_choices(found.product, found.unit),
            "options": options.choices(found),
            "periods": periods(),
            "groups": list(groups_of(found.sheet_id).values_list("pk", "title")),
            "unit_words": unit_words(found),
            "kin": _kin(found),
            "verbs": line_verbs(found, rows),
        }
        return render(request, "demand/line.html", context)

    if request.method != "POST":
        return show(Form(_as_typed(found)))
    return page_act(
        request,
        lambda: actions.change_line(actor=request.user, line=line, change=_change(request.POST, found)),  # type: ignore[arg-type]
        ok=_("Changed %(sku)s.") % {"sku": found.product.sku},
        back=back,
        again=show,
    )


def periods() -> list[tuple[str, str]]:
    """In which periods a line may recur."""
    return [(every, _(words)) for every, words in PERIODS.items()]


def _kin(line: Line) -> list[tuple[str, str, str]]:
    """The line of the quote that was won into this one, and the one that this became: label, words, address."""
    rows = Line.objects.filter(Q(pk=line.came_from_id) | Q(came_from=line.pk), void__isnull=True)
    return [
        (
            _("Came from") if one.pk == line.came_from_id else _("Became"),
            _("%(number)s, line %(position)s") % {"number": one.sheet.number, "position": one.position},
            reverse("demand:line", args=[one.pk]),
        )
        for one in rows.select_related("sheet").order_by("pk")
    ]


def _as_typed(line: Line) -> dict[str, Any]:
    return {
        "quantity": written(
            *(
                (line.quantity, line.product.quantity_decimals)
                if line.per is None
                else told(line.quantity, line.per)
            )
        ),
        "unit": line.unit,
        "unit_price": written(before(line), money.MICRO),
        "discount": discounts.as_typed(line),
        "description": line.description,
        "tax_code": line.tax_code_id,
        "site": line.site_id or "",
        "promised_on": line.promised_on.isoformat() if line.promised_on else "",
        "billable": "yes" if line.billable else "",
        "option": line.instead_of_id or line.option,
        "group": line.group_id or "",
        "every": line.every,
    }


def _change(given: Mapping[str, Any], line: Line) -> LineChange:
    price = micro(given.get("unit_price", ""))
    named = str(given.get("unit", line.unit)).strip()
    unit, per = (line.unit, line.per)
    if same(named) != same(unit):
        unit, per = unit_named(named, line.product, units_of([line.product_id]), "unit")
    return LineChange(
        quantity=typed_quantity(given.get("quantity", ""), line.product, per, "quantity"),
        unit=unit,
        per=per,
        # A price that was left as it stood was not typed: it is offered anew, or rescaled to another unit.
        unit_price_micro=None if price == before(line) else price,
        discount=discounts.typed(given.get("discount", ""), "discount", currency=line.currency) or NONE,
        description=str(given.get("description", ""))[:500],
        tax_code_id=typed_id(given, "tax_code"),
        site_id=typed_id(given, "site"),
        promised_on=typed_day(given, "promised_on"),
        billable=given.get("billable") == "yes",
        own=owned.read(given, "line"),
        every=str(given["every"]) if "every" in given else None,
        group=(typed_id(given, "group") or 0) if "group" in given else None,
        **(options.typed_change(given, line) if line.sheet.kind == "quote" else {}),
    )


@require_POST
@page()
def remove(request: HttpRequest, line: int) -> HttpResponse:
    """Take a line off its document."""
    found = there(lines().select_related("product", "sheet"), line)
    back = document_address(found.sheet)
    return page_act(
        request,
        lambda: actions.remove_line(actor=request.user, line=line),  # type: ignore[arg-type]
        ok=_("Took %(sku)s off.") % {"sku": found.product.sku},
        back=back,
    )


def limited(request: HttpRequest, sheet: Any) -> list[str]:
    """What higher modules say beside a document whose customer is on hold, or may owe us so much only."""
    return further.told("limited", request, sheet.pk) if sheet.organization.limited else []


def document_address(sheet: Sheet) -> str:
    """The page of the document on which a line stands."""
    names = {"quote": "sales:quote", "order": "sales:order"}
    return reverse(names.get(sheet.kind, "work:work_order"), args=[sheet.pk])
