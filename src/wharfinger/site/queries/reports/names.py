"""What the groups of a report are called, and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.formats import date_format
from django.utils.translation import gettext

from wharfinger.catalog.models import Category, Product
from wharfinger.catalog.queries import categories
from wharfinger.catalog.rules.categories import BETWEEN
from wharfinger.parties.models import CustomerGroup, Organization, User
from wharfinger.site.queries.reports.shape import Key
from wharfinger.stock.models import Location

Names = dict[Key, str]


def _products(ids: Collection[int]) -> Names:
    found = Product.objects.filter(pk__in=ids).values_list("pk", "sku", "name")
    return {pk: f"{sku} · {name}" for pk, sku, name in found}


def _organizations(ids: Collection[int]) -> Names:
    return dict(Organization.objects.filter(pk__in=ids).values_list("pk", "name"))


def _people(ids: Collection[int]) -> Names:
    return {one.pk: str(one) for one in User.objects.filter(pk__in=ids)}


_READ: dict[str, Callable[[Collection[int]], Names]] = {
    "product": _products,
    "category": lambda ids: dict(Category.objects.filter(pk__in=ids).values_list("pk", "path")),
    "customer": _organizations,
    "vendor": _organizations,
    "buyer": _people,
    "group": lambda ids: dict(CustomerGroup.objects.filter(pk__in=ids).values_list("pk", "name")),
    "person": _people,
    "location": lambda ids: dict(Location.objects.filter(pk__in=ids).values_list("pk", "name")),
}


def names(by: str, keys: Iterable[Key]) -> Names:
    """What each key is called in the language of whoever reads, in one statement."""
    wanted = list(keys)
    found: Names = {None: gettext("Not named")}
    if by in _READ:
        return found | _READ[by]([key for key in wanted if isinstance(key, int)])
    return found | {
        key: date_format(date.fromisoformat(key), "F Y") if by == "month" else key
        for key in wanted
        if isinstance(key, str)
    }


def beneath(wanted: Collection[int]) -> list[int]:
    """These categories and all that are below any of them, in one statement."""
    paths = dict(categories().values_list("pk", "path")) if wanted else {}
    tops = {paths[pk] for pk in wanted if pk in paths}
    below = tuple(f"{top}{BETWEEN}" for top in tops)
    return sorted({*wanted, *(pk for pk, path in paths.items() if path in tops or path.startswith(below))})


def choices() -> dict[str, list[tuple[str, str]]]:
    """What a report can be narrowed to, by name: all lists in one statement."""
    called = Coalesce(NullIf("name", Value("")), "username")
    of: dict[str, QuerySet[Any, Any]] = {
        "category": Category.objects.filter(void__isnull=True).values_list(Value("category"), "pk", "path"),
        "group": CustomerGroup.objects.values_list(Value("group"), "pk", "name"),
        "location": Location.objects.values_list(Value("location"), "pk", "name"),
        "person": User.objects.values_list(Value("person"), "pk", called),
    }
    first, *others = (rows.order_by() for rows in of.values())
    found: dict[str, list[tuple[str, str]]] = {key: [] for key in of}
    for key, pk, words in first.union(*others, all=True):
        found[key].append((str(pk), words))
    found["buyer"] = found["person"]
    return {key: sorted(rows, key=lambda row: row[1].casefold()) for key, rows in found.items()}
