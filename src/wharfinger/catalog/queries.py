"""Reads of products, tax codes and warranty policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from wharfinger.base import further
from wharfinger.base.door import whole
from wharfinger.base.money import MICRO
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import (
    Barcode,
    Category,
    Component,
    Family,
    PriceBreak,
    Product,
    ProductUnit,
    Substitute,
    TaxCode,
    VendorPrice,
    WarrantyPolicy,
)
from wharfinger.catalog.rules.barcodes import forms_of, key_of
from wharfinger.catalog.rules.categories import BETWEEN, path_of
from wharfinger.catalog.rules.families import full_name, values_of


def products() -> QuerySet[Product, Product]:
    """Every product, with its tax code."""
    return Product.objects.select_related("tax_code", "category")


def retired(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Retired ones, or those in use."""
    wanted = {value.lower() == "true" for value in values}
    return rows if len(wanted) > 1 else rows.filter(retired_on__isnull=wanted == {False})


def categories() -> QuerySet[Category, Category]:
    """The categories of which something is kept."""
    return Category.objects.filter(void__isnull=True)


def every_path() -> list[str]:
    """Every category that is in use, for a form."""
    used = categories().filter(retired_on__isnull=True).order_by("path")
    return list(used.values_list("path", flat=True)[:500])


def category_of(said: str, *, field: str = "category") -> int | None:
    """The category that a path names, where one is named; of one that was merged the one that stays."""
    path = path_of(said)
    if not path:
        return None
    row = categories().filter(path=path).first()
    if row is None:
        raise BadInput("no_such_category", N_("There is no such category."), field=field)
    return row.merged_into_id or row.pk


def in_category(rows: QuerySet[Product, Product], values: Sequence[str]) -> QuerySet[Product, Product]:
    """Products in any of these categories, or below them."""
    wanted = Q(pk__in=[])
    for path in map(path_of, values):
        wanted |= Q(path=path) | Q(path__startswith=f"{path}{BETWEEN}")
    return rows.filter(category__in=categories().filter(wanted))


def substitutes_of(products: Iterable[int]) -> dict[int, list[Product]]:
    """What may be taken in place of these products, the best first; retired ones are not."""
    found: dict[int, list[Product]] = defaultdict(list)
    rows = Substitute.objects.filter(
        product__in=list(products),
        retired_on__isnull=True,
        void__isnull=True,
        other__retired_on__isnull=True,
    )
    for one in rows.select_related("other").order_by("rank", "pk"):
        found[one.product_id].append(one.other)
    return found


def sold_by(rows: QuerySet[Product, Product], values: Sequence[str]) -> QuerySet[Product, Product]:
    """Products that any of these vendors sells."""
    vendors = [whole(value, "vendor") for value in values]
    return rows.filter(pk__in=VendorPrice.objects.filter(organization__in=vendors).values("product_id"))


class Scanned(NamedTuple):
    """What a code stands for."""

    product: Product
    quantity: int
    """What one scan means, in the product's smallest unit."""
    unit: str = ""
    """The further unit that one scan is, where it is one."""


def barcodes() -> QuerySet[Barcode, Barcode]:
    """The barcodes that are in use, with the units that they stand for."""
    return Barcode.objects.filter(retired_on__isnull=True, void__isnull=True).select_related("unit")


def means(mark: Barcode) -> int:
    """What one scan of a barcode means, in the smallest unit of its product, which was read with it."""
    if mark.unit is not None:
        return mark.unit.factor
    return mark.quantity or 10**mark.product.quantity_decimals


def unit_of(mark: Barcode) -> str:
    """The further unit that one scan of a barcode is, where it is one that is in use."""
    unit = mark.unit
    return unit.name if unit is not None and unit.retired_on is None and unit.void_id is None else ""


def scanned(codes: Iterable[str]) -> dict[str, Scanned]:
    """What each code stands for, by SKU, GTIN or further barcode; products in use before retired ones.

    The codes of a product that was merged lead to the one that stays.
    """
    keys = {code: key_of(code) for code in codes}
    written = {form for code in keys for form in forms_of(code)}
    named = (
        Product.objects.select_related("merged_into")
        .annotate(folded=Lower("sku"))
        .filter(Q(folded__in={code.strip().lower() for code in keys}) | (Q(gtin__in=written) & ~Q(gtin="")))
    )
    found: dict[str, Scanned] = {}
    for one in sorted(named, key=lambda one: (one.retired_on is not None, one.pk)):
        for code in (one.sku, one.gtin):
            if code:
                found.setdefault(key_of(code), Scanned(one.merged_into or one, 10**one.quantity_decimals))
    for mark in barcodes().filter(code_key__in=set(keys.values())).select_related("product"):
        found.setdefault(mark.code_key, Scanned(mark.product, means(mark), unit_of(mark)))
    return {code: found[key] for code, key in keys.items() if key in found}


def goes_by(skus: Iterable[str]) -> dict[str, Product]:
    """The products of SKUs, written exactly so; of those that were merged the ones that stay."""
    found = Product.objects.select_related("merged_into").filter(sku__in=set(skus))
    return {one.sku: one.merged_into or one for one in found}


def called(sku: str) -> Product | None:
    """The product of a SKU, upper and lower case alike; of one that was merged the one that stays."""
    found = Product.objects.select_related("merged_into").filter(sku__iexact=sku.strip()).first()
    return found and (found.merged_into or found)


def codes_of(products: Iterable[Product]) -> dict[int, dict[str, int]]:
    """The codes of each product and of its doubles, and what one scan of each means in its smallest unit."""
    unit = {one.pk: one for one in products}
    found = {
        pk: dict.fromkeys(filter(None, (one.sku, one.gtin)), 10**one.quantity_decimals)
        for pk, one in unit.items()
    }
    for one in Product.objects.filter(merged_into__in=list(found)).order_by("pk"):
        assert one.merged_into_id is not None
        for theirs in filter(None, (one.sku, one.gtin)):
            found[one.merged_into_id].setdefault(theirs, 10**one.quantity_decimals)
    for mark in barcodes().filter(product__in=list(found)).select_related("product").order_by("pk"):
        found[mark.product_id][mark.code] = means(mark)
    return found


def marked(text: str) -> QuerySet[Barcode, Any]:
    """The product of a further barcode, as a subquery."""
    return barcodes().filter(code_key=key_of(text)).values("product_id")


def with_code(rows: QuerySet[Product, Product], values: Sequence[str]) -> QuerySet[Product, Product]:
    """Products that any of these codes stands for, as SKU, GTIN or further barcode."""
    return rows.filter(pk__in=[one.product.pk for one in scanned(values).values()])


def units() -> QuerySet[ProductUnit, ProductUnit]:
    """Every further unit of a product."""
    return ProductUnit.objects.filter(void__isnull=True)


def units_of(products: Iterable[int]) -> dict[tuple[int, str], tuple[str, int]]:
    """The further units in use of these products, by product and name as compared: name and size."""
    found = units().filter(product_id__in=sorted(set(products)), retired_on__isnull=True).order_by("pk")
    rows = found.values_list("product_id", "name", "factor")
    return {(product, same(name)): (name, factor) for product, name, factor in rows}


def show_products(found: Iterable[Product], *, costs: bool) -> list[dict[str, Any]]:
    """Products with what vendors ask for them; costs only for who may see them."""
    listed = list(found)
    vendors: dict[int, list[dict[str, Any]]] = defaultdict(list)
    prices = VendorPrice.objects.filter(product_id__in=[p.pk for p in listed]).select_related("organization")
    steps = steps_of([p.pk for p in listed]) if costs else {}
    exact = {p.pk: p.quantity_decimals for p in listed}
    for price in prices.order_by("-default", "pk"):
        vendors[price.product_id].append(
            _show_offer(price, steps.get(price.pk, ()), exact[price.product_id], costs=costs)
        )
    codes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    decimals = {p.pk: p.quantity_decimals for p in listed}
    for mark in barcodes().filter(product__in=decimals).select_related("product").order_by("pk"):
        quantity = plain(means(mark), decimals[mark.product_id])
        codes[mark.product_id].append(
            {"code": mark.code, "unit": unit_of(mark) or mark.product.unit, "quantity": quantity}
        )
    counted: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for unit in units().filter(product__in=decimals).order_by("pk"):
        counted[unit.product_id].append(
            {
                "name": unit.name,
                "factor": plain(unit.factor, decimals[unit.product_id]),
                "for_buying": unit.for_buying,
                "for_selling": unit.for_selling,
                "retired_on": _day(unit.retired_on),
            }
        )
    parts: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for part in made_of(p.pk for p in listed):
        in_one = plain(part.quantity, part.product.quantity_decimals)
        parts[part.whole_id].append({"product": part.product_id, "sku": part.product.sku, "quantity": in_one})
    instead = substitutes_of([p.pk for p in listed])
    levels = further.figure("product.levels", [p.pk for p in listed])
    return [
        {
            "id": p.pk,
            "sku": p.sku,
            "name": p.name,
            "description": p.description,
            "kind": p.kind,
            "traced": p.traced,
            "traced_from": p.traced_from,
            "serial_pattern": p.serial_pattern,
            "unit": p.unit,
            "quantity_decimals": p.quantity_decimals,
            "price": plain(p.price_micro, MICRO),
            "cost_method": p.cost_method,
            "procured": p.procured,
            "fixed": p.fixed,
            "build_on_pick": p.build_on_pick,
            "rma_eligible": p.rma_eligible,
            "returnable_days": p.returnable_days,
            "weight_grams": p.weight_grams,
            "tax_code": p.tax_code_id,
            "category": p.category_path,
            "manufacturer": p.manufacturer,
            "gtin": p.gtin,
            "family": p.family_id,
            "values": list(values_of(p)),
            "own": p.own,
            "barcodes": codes[p.pk],
            "substitutes": [one.pk for one in instead.get(p.pk, ())],
            "valid_from": _day(p.valid_from),
            "valid_until": _day(p.valid_until),
            "retired_on": _day(p.retired_on),
            "merged_into": p.merged_into_id,
            "vendors": vendors[p.pk],
            "units": counted[p.pk],
            "components": parts[p.pk],
            "levels": levels.get(p.pk, []),
        }
        for p in listed
    ]


def steps_of(products: Iterable[int]) -> dict[int, list[PriceBreak]]:
    """The price breaks of each vendor's price of these products, those of lists to come last."""
    found: dict[int, list[PriceBreak]] = defaultdict(list)
    live = PriceBreak.objects.filter(retired_on__isnull=True, void__isnull=True)
    of = live.filter(price__product__in=list(products))
    for step in of.order_by(F("valid_from").asc(nulls_first=True), "from_quantity"):
        found[step.price_id].append(step)
    return found


def _show_offer(
    price: VendorPrice, steps: Iterable[PriceBreak], decimals: int, *, costs: bool
) -> dict[str, Any]:
    shown = [
        {
            "from_quantity": plain(step.from_quantity, decimals),
            "cost": plain(step.cost_micro, MICRO),
            "valid_from": _day(step.valid_from),
        }
        for step in steps
    ]
    return {
        "organization": price.organization_id,
        "cost": plain(price.cost_micro, MICRO) if costs else None,
        "currency": price.currency or price.organization.currency,
        "part_number": price.part_number,
        "default": price.default,
        "lead_time_days": price.lead_time_days,
        "warranty_months": price.warranty_months,
        "pack_quantity": _amount(price.pack_quantity, decimals),
        "minimum_quantity": _amount(price.minimum_quantity, decimals),
        "valid_from": _day(price.valid_from),
        "stock": _amount(price.stock, decimals),
        "stock_on": _day(price.stock_on),
        "breaks": [step for step in shown if step["valid_from"] is None],
        "coming": [step for step in shown if step["valid_from"] is not None],
    }


def _amount(units: int | None, decimals: int) -> str | None:
    return None if units is None else plain(units, decimals)


def made_of(products: Iterable[int]) -> QuerySet[Component, Component]:
    """What goes into these kits and bundles, with the products."""
    found = Component.objects.filter(whole__in=list(products), quantity__gt=0, void__isnull=True)
    return found.select_related("product").order_by("pk")


def families() -> QuerySet[Family, Family]:
    """Every family that nothing has made void."""
    return Family.objects.filter(void__isnull=True)


def variants_of(families: Iterable[int]) -> dict[int, list[Product]]:
    """The variants of each of these families, in the order of its values."""
    listed = {one.pk: one for one in Family.objects.filter(pk__in=set(families))}
    found: dict[int, list[Product]] = {pk: [] for pk in listed}
    for one in Product.objects.filter(family__in=listed).order_by("pk"):
        found[one.family_id or 0].append(one)
    for pk, family in listed.items():
        turns = [{v["value"]: n for n, v in enumerate(a["values"])} for a in family.attributes]
        found[pk].sort(key=lambda one: [turn[v] for turn, v in zip(turns, values_of(one), strict=False)])
    return found


def varied(text: str) -> Q:
    """Products whose family has a name that begins so, or that have such a value, or both by several words."""
    whole = _varied(text)
    words = text.split()
    if len(words) < 2:
        return whole
    each = Q(family__isnull=False)
    for word in words[:6]:
        each &= _varied(word) | Q(family__name__icontains=word)
    return whole | each


def _varied(text: str) -> Q:
    named = Q(family__name__istartswith=text)
    return named | Q(first__iexact=text) | Q(second__iexact=text) | Q(third__iexact=text)


def to_choose(*kinds: str, most: int = 1000) -> list[tuple[str, str]]:
    """The products in use as forms offer them: SKU and name, with the family and values of a variant."""
    found = Product.objects.filter(retired_on__isnull=True).order_by("sku").select_related("family")
    found = found.filter(kind__in=kinds) if kinds else found
    return [(one.sku, _offered(one)) for one in found[:most]]


def _offered(one: Product) -> str:
    named = full_name(one)
    family = one.family.name if one.family is not None else ""
    return named if not family or same(family) in same(named) else f"{named} ({family})"


def show_families(found: Iterable[Family]) -> list[dict[str, Any]]:
    """Families with their attributes and variants."""
    listed = list(found)
    variants = variants_of(one.pk for one in listed)
    return [
        {
            "id": one.pk,
            "name": one.name,
            "attributes": [
                {
                    "name": attribute["name"],
                    "values": [
                        {
                            "value": value["value"],
                            "code": value["code"],
                            "more": plain(value["more_micro"], MICRO),
                        }
                        for value in attribute["values"]
                    ],
                }
                for attribute in one.attributes
            ],
            "sku_pattern": one.sku_pattern,
            "name_pattern": one.name_pattern,
            "price": plain(one.price_micro, MICRO),
            "retired_on": _day(one.retired_on),
            "variants": [
                {
                    "product": variant.pk,
                    "sku": variant.sku,
                    "values": list(values_of(variant)),
                    "price": plain(variant.price_micro, MICRO),
                    "retired_on": _day(variant.retired_on),
                }
                for variant in variants[one.pk]
            ],
        }
        for one in listed
    ]


_SAID_OF_TAX = ("code", "name", "category", "exemption_reason", "exemption_code", "second_name", "compound")


def show_tax_codes(found: Iterable[TaxCode]) -> list[dict[str, Any]]:
    """Tax codes."""
    return [
        {
            "id": code.pk,
            **{name: getattr(code, name) for name in _SAID_OF_TAX},
            "default": code.default,
            "rate": plain(code.rate_micro, 4),
            "second_rate": plain(code.second_rate_micro, 4),
            "successor": code.successor_id,
            **{name: _day(getattr(code, name)) for name in ("valid_from", "valid_until", "retired_on")},
        }
        for code in found
    ]


def show_policies(found: Iterable[WarrantyPolicy]) -> list[dict[str, Any]]:
    """Warranty policies."""
    return [
        {
            "id": policy.pk,
            "name": policy.name,
            "product": policy.product_id,
            "category": policy.category_path,
            "start": policy.start,
            "months": policy.months,
            "indirect": policy.indirect,
            "on_swap": policy.on_swap,
            "valid_from": policy.valid_from.isoformat(),
            "valid_until": _day(policy.valid_until),
        }
        for policy in found
    ]


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
