"""The rows in which lines are typed: quantities in units, and what is told beside a SKU."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wharfinger.base import clock, configuration, further
from wharfinger.base.locales import day_words
from wharfinger.base.money import reckoned
from wharfinger.base.page import Form, page
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.base.typed import quantity, written
from wharfinger.base.words import same
from wharfinger.catalog.models import Product, TaxCode
from wharfinger.catalog.queries import scanned, substitutes_of, units_of, varied
from wharfinger.catalog.queries import units as every_unit
from wharfinger.catalog.rules.families import BETWEEN, full_name, values_of
from wharfinger.catalog.rules.units import counted, told
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules.kits import INTO
from wharfinger.demand.rules.recurring import PERIODS
from wharfinger.ledger import sql
from wharfinger.parties.models import Organization
from wharfinger.pricing.models import PriceList
from wharfinger.pricing.queries import listed, rates_on, says_tax
from wharfinger.pricing.rules import Money, Taxes, default_price
from wharfinger.stock.queries import buildable
from wharfinger.stock.queries.figures import free
from wharfinger.stock.queries.worth import UnitCosts, unit_costs


def typed_quantity(text: str, product: Product, per: int | None, field: str) -> int:
    """A quantity as typed in a unit of so much, in the product's smallest unit."""
    if per is None:
        return quantity(text, product.quantity_decimals, field=field)
    return counted(text, per, field=field, read=quantity)


def unit_choices(product: Product, chosen: str = "") -> list[tuple[str, str]]:
    """The further units of a product to choose from, each with its size, and one that was chosen before."""
    sizes = units_of([product.pk]).values()
    words = [
        (name, f"{name} ({written(size, product.quantity_decimals)} {product.unit})") for name, size in sizes
    ]
    return words if not chosen or chosen in dict(words) else [*words, (chosen, chosen)]


_CELLS = {"product": "sku", "unit_price": "price", "discount_percent": "discount", "instead": "option"}


def in_rows(show: Callable[[Form], HttpResponse], given: Mapping[str, Any]) -> Callable[[Form], HttpResponse]:
    """Show a form again with a refusal of its n-th line beside the row in which that line was typed."""

    def again(form: Form) -> HttpResponse:
        parts = (form.refusal.field or "").split(".") if form.refusal else []
        if (
            form.refusal
            and len(parts) > 1
            and parts[0] == "lines"
            and "own" not in parts
            and parts[1].isdecimal()
        ):
            typed = [n for n in range(len(given)) if str(given.get(f"sku-{n}", "")).strip()]
            if int(parts[1]) < len(typed):
                what = parts[2] if len(parts) > 2 else "product"
                form.refusal.field = f"{_CELLS.get(what, what)}-{typed[int(parts[1])]}"
        return show(form)

    return again


@require_safe
@page("catalog.read")
def about(request: HttpRequest) -> HttpResponse:
    """Name, price, units and what is available of the product typed in a row, beside its SKU.

    The price is what the customer of the form is offered for so much in that unit; without a customer the list
    price, which is in the company's currency: a document may be in another, so the answer names it.
    """
    given, row = request.GET, (request.headers.get("HX-Trigger-Name") or "").rpartition("-")[2]
    key = f"sku-{row}" if f"sku-{row}" in given else next((k for k in given if k.startswith("sku")), "")
    n, sku = key.removeprefix("sku-"), given.get(key, "").strip()
    means = scanned([sku]).get(sku) if sku else None
    found = means.product if means and means.product.retired_on is None else None
    there = free([found.pk])[found.pk] if found and found.kind in ("stocked", "kit") else None
    units = list(every_unit().filter(product=found, retired_on__isnull=True)) if found else []
    begins = (means.unit if means else "") or next((one.name for one in units if one.for_selling), "")
    unit = given.get(f"unit-{n}", "").strip() or begins
    context = {
        "sku": sku,
        "product": found,
        "called": full_name(found) if found else "",
        "shot": _shot(found, request.user) if found else None,
        "variants": _variants(sku) if sku and not found else [],
        "free": there,
        "buildable": _buildable(found) if found and found.build_on_pick else 0,
        "instead": _instead(found) if found and there is not None and there <= 0 else [],
        "units": [name for _, name in unit_choices(found)] if found and units else [],
        "begins": begins if not given.get(f"unit-{n}", "").strip() else "",
        "n": n,
        "granted": _granted(given, n) if found else "",
        "costs": _costs(found, unit) if found and request.user.may("catalog.see_cost") else None,  # type: ignore[union-attr]
        "home": configuration.one("currency"),
        **(_offered(given, found, given.get(f"quantity-{n}", ""), unit) if found else {}),
    }
    return render(request, "demand/about.html", context)


def _granted(given: Mapping[str, Any], n: str) -> str:
    """What the customer of a form is granted, where nothing is typed yet as the discount of a row."""
    customer = _customer_of(given)[0] if not given.get(f"discount-{n}", "").strip() else 0
    if not customer:
        return ""
    less = Organization.objects.values_list("discount_micro", flat=True).get(pk=customer)
    return written(less, 4) if less else ""


def _costs(product: Product, unit: str) -> UnitCosts | None:
    """What so much of a product costs where it is in stock, for who may see that, beside its price."""
    per = {same(name): size for name, size in units_of([product.pk]).values()}.get(same(unit))
    found = unit_costs({product.pk: product.quantity_decimals}).get(product.pk)
    home = configuration.one("currency")
    return found and UnitCosts(*(reckoned(one, home) for one in found.of(per, product.quantity_decimals)))


def _buildable(product: Product) -> int:
    """How many more of a product a pick would build, at all locations together."""
    return buildable.totals(buildable.buildable([product.pk])).get(product.pk, 0)


def _shot(product: Product, reader: Any) -> tuple[str, str] | None:
    """The main picture of a product, small, for who may see files."""
    found = further.figure("product.picture", [product.pk] if reader.may("notices.read") else [])
    return found.get(product.pk)


def _variants(text: str) -> list[tuple[str, str]]:
    """The variants of a family whose name, or some of whose values, were typed instead of a SKU."""
    found = Product.objects.filter(varied(text), family__isnull=False, retired_on__isnull=True)
    return [(one.sku, BETWEEN.join(values_of(one))) for one in found.order_by("sku")[:12]]


def _instead(product: Product) -> list[tuple[Product, int]]:
    """What may be taken in place of a product, with how much of it is free."""
    others = substitutes_of([product.pk]).get(product.pk, [])
    there = free([one.pk for one in others]) if others else {}
    return [(one, there[one.pk]) for one in others if there.get(one.pk, 0) > 0][:3]


def _offered(given: Mapping[str, Any], product: Product, text: str, unit: str) -> dict[str, Any]:
    """What the customer of a form is offered for what stands in its row."""
    customer, currency = _customer_of(given)
    unit, per = next(
        ((name, size) for name, size in units_of([product.pk]).values() if same(name) == same(unit)),
        ("", None),
    )
    try:
        units = typed_quantity(text.strip(), product, per, "quantity") if text.strip() else per or 0
    except BadInput:
        units = 0
    home = configuration.one("currency")
    today = clock.today(configuration.one("time_zone"))
    taxes = _taxes(given, product, today)
    try:
        offer = default_price(
            product,
            listed([customer], [product.pk])[customer, product.pk] if customer else (),
            quantity=units or 10**product.quantity_decimals,
            unit=unit,
            per=per,
            money=Money(currency, home, rates_on({currency} - {home}, today).get(currency)),
            on=today,
            taxes=taxes,
        )
    except Refusal as refusal:
        return {"lacks": refusal.words(), "currency": currency, "unit": unit}
    by = PriceList.objects.filter(pk=offer.price_list or 0).values_list("name", flat=True).first()
    if by and offer.from_quantity:
        start = (offer.from_quantity, product.quantity_decimals)
        by = _("%(list)s, from %(n)s") % {
            "list": by,
            "n": written(*(start if per is None else told(offer.from_quantity, per))),
        }
    with_tax = taxes.included
    return {"price": offer.price_micro, "currency": currency, "by": by, "unit": unit, "with_tax": with_tax}


def _taxes(given: Mapping[str, Any], product: Product, today: date) -> Taxes:
    """Whether the prices of a form include tax: as its document does or as is chosen, else as its customer is asked."""
    home = configuration.one("prices_include_tax")
    chosen = given.get("tax_included", "")
    sheet, customer = (_an_id(given, name) for name in ("sheet", "organization"))
    said = None
    if sheet:
        said = Sheet.objects.filter(pk=sheet).values_list("tax_included", flat=True).first()
    elif chosen in ("yes", "no"):
        said = chosen == "yes"
    elif customer:
        ((said,),) = sql.fetch(
            f"SELECT {says_tax(today)} FROM parties_organization WHERE id = %s", [customer]
        ) or [(None,)]
    code: TaxCode = product.tax_code
    theirs = _treated(sheet, customer) if code.category == "S" and code.rate_micro else None
    return Taxes(bool(home if said is None else said), home, code, theirs or code)


def _treated(sheet: int, customer: int) -> TaxCode | None:
    """By which tax code the customer of a form is taxed in place of a standard rate, if by any."""
    if not (sheet or customer):
        return None
    whose = Q(pk__in=Sheet.objects.filter(pk=sheet).values("organization")) if sheet else Q(pk=customer)
    return TaxCode.objects.filter(pk__in=Organization.objects.filter(whose).values("tax_code")).first()


def _an_id(given: Mapping[str, Any], name: str) -> int:
    text = str(given.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _customer_of(given: Mapping[str, Any]) -> tuple[int, str]:
    """The customer of a form with lines, by its document or its choice, and in which currency they are asked."""
    home = configuration.one("currency")
    for name, rows in (("sheet", Sheet.objects), ("organization", Organization.objects)):
        if pk := _an_id(given, name):
            whose = "organization_id" if name == "sheet" else "pk"
            found = rows.filter(pk=pk).values_list(whose, "currency").first()
            if found:
                return found
    return 0, home


def said_in(units: int, line: Any) -> str:
    """So much of a line's product, in the line's unit."""
    return written(*((units, line.product.quantity_decimals) if line.per is None else told(units, line.per)))


def tax_words(lines: Iterable[Any], customer: Any, *, undecided: bool = True) -> list[str]:
    """Why lines are taxed otherwise than by a standard rate, and until when, a sentence for each tax code.

    undecided: whether another day may still decide.
    """
    found, ends = {}, {}
    for line in lines:
        code = line.tax_code
        if undecided and code.valid_until is not None:
            words = _(
                "%(code)s holds until %(day)s: what is supplied or invoiced later is taxed by its successor."
            )
            ends[code.pk] = words % {"code": code.code, "day": day_words(code.valid_until)}
        if code.category == "S" or code.pk in found:
            continue
        said = {"code": code.code, "reason": code.exemption_reason or code.name, "name": customer.name}
        if code.pk == customer.tax_code_id:
            words = _("%(code)s: %(reason)s, as written down for %(name)s.")
        elif code.pk == line.product.tax_code_id:
            words = _("%(code)s: %(reason)s, as written down for the product.")
        else:
            words = _("%(code)s: %(reason)s, as chosen on the line.")
        found[code.pk] = words % said
    return [*found.values(), *ends.values()]


def unit_words(line: Any) -> str:
    """What a line counts in a further unit of its product, like 3 case; nothing where it counts in its own."""
    return "" if line.per is None else f"{written(*told(line.quantity, line.per))} {line.unit}"


def line_words(line: Any, *, beneath: bool) -> str:
    """What a line is of, as a table of lines says it. beneath: whether its kit stands above it and need not be named."""
    text = line.description.partition(INTO)[0] if beneath else line.description
    name = f"{'↳ ' if line.parent_id else ''}{line.product.sku} {text}".strip()
    every = _(PERIODS[line.every]) if line.every else ""
    return " · ".join(filter(None, (name, unit_words(line), every)))
