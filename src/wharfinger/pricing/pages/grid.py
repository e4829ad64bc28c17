"""The prices of a list as a grid: those that stand, and empty rows for further ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from wharfinger.base.money import MICRO
from wharfinger.base.page import Form
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.typed import micro, scaled, unit_price, written
from wharfinger.catalog.models import Product
from wharfinger.pricing.models import PriceItem
from wharfinger.pricing.queries import sizes_of, standing, start_of

PART = 100
"""So many prices stand on one page."""
SPARE = 5
"""Empty rows for further prices."""
CELLS = ("sku", "unit", "from", "price")


def start_of_page(given: Mapping[str, Any]) -> int:
    """At which price a page begins."""
    text = str(given.get("start", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def part(price_list: int, text: str, start: int) -> tuple[list[PriceItem], bool]:
    """The prices on one page, and whether there are more."""
    found = standing().filter(price_list_id=price_list).select_related("product", "price_list")
    if text:
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    rows = list(found.order_by("product__sku", "unit", "from_quantity")[start : start + PART + 1])
    return rows[:PART], len(rows) > PART


def rows(items: Sequence[PriceItem], form: Form) -> list[dict[str, Any]]:
    """The rows of the grid, each with what stands in its cells: as typed where the form was sent."""
    sizes = sizes_of(items)
    found = []
    for n, one in enumerate(items):
        start = start_of(one, sizes)
        found.append(
            {
                "n": n,
                "standing": True,
                "name": one.product.name,
                "sku": one.product.sku,
                "unit": one.unit or one.product.unit,
                "from": written(int(start.replace(".", "")), _decimals(start)) if start else "",
                "price": form.value(f"price-{n}")
                or unit_price(one.price_micro or 0, one.price_list.currency),
            }
        )
    typed = [int(row[1]) for key in form.values if (row := re.fullmatch(r"sku-(\d{1,4})", key))]
    last = max((n for n in typed if form.value(f"sku-{n}")), default=-1)
    further = range(len(items), max(len(items), last + 1) + SPARE)
    found += [{"n": n, "standing": False} | {c: form.value(f"{c}-{n}") for c in CELLS} for n in further]
    return found


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def known_products() -> list[tuple[str, str]]:
    """Products that a further row may name."""
    used = Product.objects.filter(retired_on__isnull=True).order_by("sku")
    return list(used.values_list("sku", "name")[:1000])


def act(post: QueryDict, do: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """Set the prices that were typed; a refusal names the row in which they stand."""
    items, where = _items(post)
    try:
        return do(items)
    except BadInput as refusal:
        names = {"product": "sku", "from_quantity": "from"}
        if found := re.fullmatch(r"items\.(\d+)\.(.*)", refusal.field or ""):
            refusal.field = f"{names.get(found[2], found[2])}-{where[int(found[1])]}"
        raise


def _items(post: QueryDict) -> tuple[list[dict[str, Any]], list[int]]:
    typed = sorted(int(row[1]) for key in post if (row := re.fullmatch(r"sku-(\d{1,4})", key)))
    cells = {n: [post.get(f"{cell}-{n}", "").strip() for cell in CELLS] for n in typed}
    skus = {sku for sku, *_ in cells.values() if sku}
    wanted = skus | {sku.upper() for sku in skus}
    products = {one.sku.casefold(): one for one in Product.objects.filter(sku__in=wanted)}
    items, where = [], []
    for n, (sku, unit, start, price) in cells.items():
        if not sku and not price:
            continue
        product = products.get(sku.casefold())
        if product is None:
            raise BadInput("no_such_product", N_("There is no such product."), field=f"sku-{n}")
        if not price and not post.get(f"standing-{n}"):
            raise BadInput("missing", N_("Please fill this in."), field=f"price-{n}")
        items.append(
            {
                "product": product.pk,
                "unit": unit,
                "from_quantity": plain(scaled(start or "0", MICRO, field=f"from-{n}"), MICRO),
                "price": plain(micro(price, field=f"price-{n}"), MICRO) if price else None,
            }
        )
        where.append(n)
    return items, where


def percent(post: QueryDict) -> str:
    """By how many percent, as typed."""
    text = post.get("percent", "").strip().replace("−", "-")
    down = text.startswith("-")
    share = plain(scaled(text.lstrip("-") or "0", 4, field="percent"), 4)
    return f"-{share}" if down and share != "0" else share
