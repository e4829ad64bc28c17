"""The verbs of categories, and how a product is filed in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.fields import checked
from wharfinger.base.words import tidy
from wharfinger.catalog.models import Category, Product, TaxCode, WarrantyPolicy
from wharfinger.catalog.rules import categories as rules
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written

Values = Mapping[str, Any]
EVERY = (Category, sql.Found("void_id IS NULL", ()))
"""All categories: the tree is small, and is read and moved as a whole."""


def add_category(*, actor: Actor, values: Values, key: str | None = None) -> Written:
    """Add a category, with the tax code that new products in it begin with; those above it come with it."""
    require(actor, "catalog.product")
    wish = Wish(documents=[EVERY], reads=(_read_tax_codes,))
    plan = partial(rules.plan_category, values=checked(rules.CATEGORY, values))
    return post("add", wish, plan, actor=actor, key=key)


def change_category(*, actor: Actor, category: int, values: Values, key: str | None = None) -> Written:
    """Change a category, or retire it; another path takes along what lies below it, and all that is filed there."""
    require(actor, "catalog.product")
    plan = partial(rules.plan_category_change, pk=category, values=checked(rules.CATEGORY, values))
    wish = Wish(documents=[EVERY], reads=(_read_tax_codes,))
    return post("change", wish, plan, actor=actor, key=key)


def merge_categories(
    *, actor: Actor, category: int, into: int, reason: str = "", key: str | None = None
) -> Written:
    """Let a category become a part of another, with all that is filed in it and below it; its path leads there."""
    require(actor, "catalog.merge")
    below = (
        "category_id IN (SELECT c.id FROM catalog_category c JOIN catalog_category o ON o.id = %s "
        f"WHERE c.path = o.path OR SUBSTR(c.path, 1, LENGTH(o.path) + {len(rules.BETWEEN)}) = o.path || '{rules.BETWEEN}')"
    )
    wish = Wish(
        documents=[
            EVERY,
            (Product, sql.Found(below, (category,))),
            (WarrantyPolicy, sql.Found(below, (category,))),
        ]
    )
    plan = partial(rules.plan_merge_categories, pk=category, into=into)
    why = tidy(reason, field="reason", most=1000, needed=False)
    return post("merge", wish, plan, actor=actor, key=key, reason=why)


def filed(clean: dict[str, Any], *, born: bool = False) -> dict[str, Any]:
    """A product's fields with its category by its path; a new one begins with the tax code of its category."""
    return filed_all([clean], born=born)[0]


def filed_all(products: Sequence[dict[str, Any]], *, born: bool = False) -> list[dict[str, Any]]:
    """The same of many products, by one statement."""
    every = [
        one | {"category": rules.path_of(one["category"])} if "category" in one else one for one in products
    ]
    asking = [one for one in every if born and "category" in one and one.get("tax_code") is None]
    above = {path for one in asking for path in rules.ancestors(one["category"])}
    found = Category.objects.filter(
        path__in=above, void__isnull=True, tax_code__isnull=False, tax_code__retired_on__isnull=True
    )
    by_path = dict(found.values_list("path", "tax_code_id")) if above else {}
    for one in asking:
        path = next((path for path in rules.ancestors(one["category"]) if path in by_path), None)
        if path is not None:
            one["tax_code"] = by_path[path]
    return every


def named_by(*products: Values) -> list[tuple[type[Category], sql.Found]]:
    """The rows of the categories that fields name and of those above them, for a wish; none where they name none."""
    named = {path for one in products if one.get("category") for path in rules.ancestors(one["category"])}
    if not any(one.get("category") is not None for one in products):
        return []
    paths = sql.words(sorted(named))
    return [(Category, sql.Found(f"void_id IS NULL AND {sql.among('path', 'text')}", (paths,)))]


def stays_filed(truth: Truth, plan: Plan) -> None:
    """Undoing takes a category away only where nothing else is filed in it by now."""
    gone = [pk for label, pk in plan.voids if label == Category._meta.label]
    if not gone:
        return
    back = {(c.label, c.pk) for c in plan.changes if c.field == "category_id"}
    every = dict(Category.objects.filter(void__isnull=True).values_list("pk", "path"))
    every |= {c.pk: c.new for c in plan.changes if (c.label, c.field) == (Category._meta.label, "path")}
    above = {path for pk, path in every.items() if pk in gone}
    below = {one for pk, path in every.items() if pk not in gone for one in rules.ancestors(path)}
    truth.read["filed"] = next(
        (
            one.category.path
            for model in (Product, WarrantyPolicy)
            for one in model._default_manager.filter(category__in=gone).select_related("category")
            if (model._meta.label, one.pk) not in back and one.category is not None
        ),
        min(above & below, default=""),
    )
    rules.unused(truth, plan)


def _read_tax_codes(truth: Truth) -> None:
    codes = TaxCode.objects.filter(retired_on__isnull=True)
    truth.read["tax_codes"] = set(codes.values_list("pk", flat=True))
