"""What is typed into the form of a product, as its action takes it, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from wharfinger.base import configuration, owned
from wharfinger.base.money import MICRO
from wharfinger.base.page import Form
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.typed import micro, quantity, scaled, unit_price, written
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.catalog.pages import offers
from wharfinger.catalog.queries import barcodes, called, made_of, means, steps_of, unit_of

TEXTS = ("sku", "name", "description", "kind", "unit", "category", "manufacturer", "gtin", "serial_pattern")
CHOICES = ("traced", "traced_from")
DAYS = ("valid_from", "valid_until", "retired_on")
SPARE = 2
"""Empty rows for further vendors and barcodes."""
BORN = {
    "kind": "stocked",
    "traced": "none",
    "traced_from": "receipt",
    "unit": "pc",
    "quantity_decimals": 0,
    "procured": True,
    "rma_eligible": True,
}

Rows = Sequence[dict[str, Any]]
Act = Callable[[dict[str, Any], Rows, Rows, Rows], Any]


def options(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Values and their words in the reader's language."""
    return [(key, _(word)) for key, word in words.items()]


def prices(product: int) -> QuerySet[VendorPrice, VendorPrice]:
    """What vendors ask for a product, the default first."""
    found = VendorPrice.objects.filter(product_id=product).select_related("organization")
    return found.order_by("-default", "organization__name")


def of(product: Product, *, costs: bool) -> dict[str, Any]:
    """A product as it stands in its form."""
    start: dict[str, Any] = {name: getattr(product, name) for name in (*TEXTS, *CHOICES)}
    start |= {
        "category": product.category_path,
        "price": unit_price(product.price_micro, configuration.one("currency")),
        "cost_method": product.cost_method,
        "tax_code": product.tax_code_id,
        "quantity_decimals": product.quantity_decimals,
        "returnable_days": product.returnable_days,
        "weight_grams": product.weight_grams,
        "procured": product.procured,
        "fixed": product.fixed,
        "build_on_pick": product.build_on_pick,
        "rma_eligible": product.rma_eligible,
        **{name: day.isoformat() if (day := getattr(product, name)) else "" for name in DAYS},
    }
    steps = steps_of([product.pk]) if costs else {}
    for n, one in enumerate(prices(product.pk)):
        shown = offers.start(one, steps.get(one.pk, ()), product, costs)
        start |= {f"vendors.{n}.{name}": value for name, value in shown.items()}
    for n, part in enumerate(made_of([product.pk])):
        start[f"components.{n}.sku"] = part.product.sku
        start[f"components.{n}.quantity"] = written(part.quantity, part.product.quantity_decimals)
    for n, mark in enumerate(barcodes().filter(product=product).select_related("product").order_by("pk")):
        said = written(means(mark), product.quantity_decimals) if mark.quantity or mark.unit_id else ""
        start |= {f"barcodes.{n}.code": mark.code, f"barcodes.{n}.quantity": unit_of(mark) or said}
    return start


def rows_of(form: Form, part: str, named: str) -> int:
    """How many rows for a part (vendors, barcodes) the form has; named: the field that says there is one."""
    filled = [n for n in _rows(form.values, part, named) if form.value(f"{part}.{n}.{named}")]
    return max(filled, default=-1) + 1 + SPARE


def _rows(names: Iterable[str], part: str, named: str) -> list[int]:
    pattern = rf"{part}\.(\d{{1,3}})\.{named}"
    return sorted(int(found[1]) for name in names if (found := re.fullmatch(pattern, name)))


def act(post: QueryDict, do: Act, *, retiring: bool = False) -> Any:
    """Do an act with what was typed; a refusal about a vendor, component or barcode names its row."""
    vendors, sellers = _vendors(post)
    components, parts = _components(post)
    codes, marks = _barcodes(post)
    rows = {"vendors": sellers, "components": parts, "barcodes": marks}
    values = _values(post)
    if retiring:
        values["retired_on"] = post.get("retired_on", "").strip() or None
    try:
        return do(values, vendors, components, codes)
    except Refusal as refusal:
        found = re.fullmatch(r"(vendors|components|barcodes)\.(\d+)(\..*)", refusal.field or "")
        if found and int(found[2]) < len(rows[found[1]]):
            name = {"components.product": ".sku", "barcodes.unit": ".quantity"}.get(
                found[1] + found[3], found[3]
            )
            refusal.field = f"{found[1]}.{rows[found[1]][int(found[2])]}{name}"
        raise


def _values(post: QueryDict) -> dict[str, Any]:
    values: dict[str, Any] = {name: post.get(name, "").strip() for name in (*TEXTS, *CHOICES)}
    values["price"] = plain(micro(post.get("price", "").strip() or "0", field="price"), MICRO)
    values["quantity_decimals"] = whole(post, "quantity_decimals") or 0
    values["returnable_days"] = whole(post, "returnable_days")
    values["weight_grams"] = whole(post, "weight_grams")
    values["procured"] = post.get("procured") == "yes"
    values["rma_eligible"] = post.get("rma_eligible") == "yes"
    values["fixed"] = post.get("fixed") == "yes"
    values["build_on_pick"] = post.get("build_on_pick") == "yes"
    if method := post.get("cost_method", ""):
        values["cost_method"] = method
    values["tax_code"] = whole(post, "tax_code")
    values |= {name: post.get(name, "").strip() or None for name in DAYS[:2] if name in post}
    values["own"] = owned.read(post, "product")
    return values


def _vendors(post: QueryDict) -> tuple[list[dict[str, Any]], list[int]]:
    """What vendors ask, and the row of the form in which each stands."""
    found: list[dict[str, Any]] = []
    where: list[int] = []
    for n in _rows(post, "vendors", "organization"):
        at = f"vendors.{n}"
        vendor = whole(post, f"{at}.organization")
        if vendor is None:
            continue
        one: dict[str, Any] = {
            "organization": vendor,
            "part_number": post.get(f"{at}.part_number", "").strip(),
            "lead_time_days": whole(post, f"{at}.lead_time_days") or 0,
            "default": post.get(f"{at}.default") == "yes",
        }
        for name in ("pack_quantity", "minimum_quantity"):
            if f"{at}.{name}" in post:
                one[name] = offers.amount(post.get(f"{at}.{name}", "").strip(), f"{at}.{name}")
        if f"{at}.warranty_months" in post:
            one["warranty_months"] = whole(post, f"{at}.warranty_months") or 0
        if f"{at}.currency" in post:
            one["currency"] = post.get(f"{at}.currency", "").strip().upper()
        if f"{at}.breaks" in post:
            one["breaks"] = offers.breaks(post.get(f"{at}.breaks", ""), f"{at}.breaks")
        # Who may not see costs leaves the field empty, and the cost as it is.
        if cost := post.get(f"{at}.cost", "").strip():
            one["cost"] = plain(micro(cost, field=f"{at}.cost"), MICRO)
        found.append(one)
        where.append(n)
    return found, where


def _components(post: QueryDict) -> tuple[list[dict[str, Any]], list[int]]:
    """What the product is made of, and the row of the form in which each component stands."""
    rows = sorted(int(row[1]) for key in post if (row := re.fullmatch(r"components\.(\d{1,3})\.sku", key)))
    found: list[dict[str, Any]] = []
    where: list[int] = []
    for n in rows:
        sku = post.get(f"components.{n}.sku", "").strip()
        if not sku:
            continue
        part = called(sku)
        if part is None:
            raise BadInput(
                "no_such_sku", N_("There is no product “{sku}”."), field=f"components.{n}.sku", sku=sku[:60]
            )
        at, d = f"components.{n}.quantity", part.quantity_decimals
        units = plain(quantity(post.get(at, "").strip(), d, field=at), d)
        found.append({"product": part.pk, "quantity": units})
        where.append(n)
    return found, where


def _barcodes(post: QueryDict) -> tuple[list[dict[str, Any]], list[int]]:
    """The barcodes, and the row of the form in which each stands."""
    found: list[dict[str, Any]] = []
    where: list[int] = []
    for n in _rows(post, "barcodes", "code"):
        if code := post.get(f"barcodes.{n}.code", "").strip():
            at = f"barcodes.{n}.quantity"
            said = post.get(at, "").strip()
            if said and not said[0].isdecimal():
                found.append({"code": code, "unit": said})
            else:
                found.append(
                    {"code": code, "quantity": plain(scaled(said, 6, field=at), 6) if said else None}
                )
            where.append(n)
    return found, where


def whole(post: QueryDict, name: str) -> int | None:
    """A whole number as typed, nothing where nothing was; raises BadInput for anything else."""
    text = post.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadInput(
            "not_a_number",
            N_("“{text}” is no whole number. Write it like 12."),
            field=name,
            text=text[:40],
        )
    return int(text)
