"""The verbs of categories, and how a product is filed in one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Q

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.catalog.models import Category, Product, TaxCode, WarrantyPolicy
from wharfinger.catalog.rules import categories as rules
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written

Values = Mapping[str, Any]


def add_category(*, actor: Actor, values: Values, key: str | None = None) -> Written:
    """Add a category, with the tax code that new products in it begin with."""
    require(actor, "catalog.product")
    wish = Wish(documents=[(Category, _every())], reads=(_read_tax_codes,))
    plan = partial(rules.plan_category, values=checked(rules.CATEGORY, values))
    return post("add", wish, plan, actor=actor, key=key)


def change_category(*, actor: Actor, category: int, values: Values, key: str | None = None) -> Written:
    """Change a category; another path takes along the categories, products and policies in it."""
    require(actor, "catalog.product")
    clean = checked(rules.CATEGORY, values)
    path = Category.objects.filter(pk=category).values_list("path", flat=True).first() or ""
    inside = Q(category=path) | Q(category__startswith=f"{path}{rules.BETWEEN}")
    moving = "path" in clean and clean["path"] != path
    products = Product.objects.filter(inside) if moving else Product.objects.none()
    policies = WarrantyPolicy.objects.filter(inside) if moving else WarrantyPolicy.objects.none()
    wish = Wish(
        documents=[
            (Category, _every()),
            (Product, list(products.values_list("pk", flat=True))),
            (WarrantyPolicy, list(policies.values_list("pk", flat=True))),
        ],
        reads=(_read_tax_codes,),
    )
    plan = partial(rules.plan_category_change, pk=category, values=clean)
    return post("change", wish, plan, actor=actor, key=key)


def filed(clean: dict[str, Any], *, born: bool = False) -> dict[str, Any]:
    """A product's fields with its category as it is kept; a new one begins with the tax code of its category."""
    if "category" not in clean:
        return clean
    path = rules.path_of(clean["category"])
    given = clean | {"category": path}
    if not born or given.get("tax_code") is not None:
        return given
    above = rules.ancestors(path)
    found = Category.objects.filter(
        path__in=above, void__isnull=True, tax_code__isnull=False, tax_code__retired_on__isnull=True
    )
    by_path = dict(found.values_list("path", "tax_code_id"))
    nearest = next((by_path[one] for one in above if one in by_path), None)
    return given if nearest is None else given | {"tax_code": nearest}


def _every() -> list[int]:
    return list(Category.objects.values_list("pk", flat=True))


def _read_tax_codes(truth: Truth) -> None:
    codes = TaxCode.objects.filter(retired_on__isnull=True)
    truth.read["tax_codes"] = set(codes.values_list("pk", flat=True))
