"""Which products and organizations are likely doubles of each other, and what says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Lower, Replace, StrIndex, Substr, Upper

from wharfinger.base.refusal import N_
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.parties.models import Organization

WHY: dict[str, str] = {
    "gtin": N_("Same GTIN"),
    "part_number": N_("Same number at the vendor"),
    "name": N_("Same name"),
    "tax_number": N_("Same tax number"),
    "email": N_("Same mail domain, and the names begin alike"),
}
"""What says that two are one, in words."""
MOST = 200
"""As many are proposed at a time; merging those brings up the rest."""
LEFT_OUT = (" ", "-", ".", ",", "_", "/", "&", "(", ")")
"""What names are written with and without."""


@dataclass(slots=True)
class Likely:
    """Two that are likely one: the younger goes, the older stays, unless somebody sees it the other way round."""

    one: Any
    into: Any
    why: list[str] = field(default_factory=list)


def products() -> list[Likely]:
    """Products in use with the same GTIN, name or number at a vendor."""
    used = Product.objects.filter(retired_on__isnull=True, merged_into__isnull=True)
    found: dict[tuple[int, int], list[str]] = {}
    _pair(found, "gtin", _alike(used.exclude(gtin=""), F("gtin")))
    offers = VendorPrice.objects.filter(product__in=used).exclude(part_number="")
    same = offers.values("organization", "part_number").annotate(n=Count("product")).filter(n__gt=1)
    numbers = {(one["organization"], one["part_number"]) for one in same[: MOST * 5]}
    rows = offers.filter(part_number__in={number for _, number in numbers}).order_by("product")
    by_number: dict[Any, list[int]] = {}
    for vendor, number, product in rows.values_list("organization", "part_number", "product"):
        by_number.setdefault((vendor, number), []).append(product)
    _pair(found, "part_number", (ids for key, ids in by_number.items() if key in numbers))
    _pair(found, "name", _alike(used, _plain("name")))
    return _told(found, Product.objects.all())


def organizations() -> list[Likely]:
    """Organizations in use with the same name or tax number, or the same mail domain and names that begin alike."""
    used = Organization.objects.filter(retired_on__isnull=True, merged_into__isnull=True)
    found: dict[tuple[int, int], list[str]] = {}
    _pair(found, "tax_number", _alike(used.exclude(tax_number=""), Upper(_plain("tax_number"))))
    _pair(found, "name", _alike(used, _plain("name")))
    at = Lower(Substr("email", StrIndex("email", Value("@")) + 1))
    mailed = used.exclude(email="").annotate(domain=at)
    many = mailed.values("domain").annotate(n=Count("pk")).filter(n__gt=1).order_by("domain")
    # Told one by one: as a part of the question PostgreSQL works it out anew for every organization.
    domains = list(many.values_list("domain", flat=True)[: MOST * 5])
    beginnings: dict[tuple[str, str], list[int]] = {}
    rows = mailed.filter(domain__in=domains).order_by("pk").values_list("pk", "domain", "name")
    for pk, domain, name in rows[: MOST * 25]:
        word = re.split(r"\W+", name.casefold().strip(), maxsplit=1)[0]
        beginnings.setdefault((domain, word), []).append(pk)
    _pair(found, "email", (ids for (_, word), ids in beginnings.items() if word))
    return _told(found, Organization.objects.all())


def _plain(name: str) -> Any:
    """A name without what it is written with and without, in small letters."""
    found: Any = Lower(name)
    for mark in LEFT_OUT:
        found = Replace(found, Value(mark), Value(""))
    return found


def _alike(rows: QuerySet[Any, Any], key: Any) -> Iterable[list[int]]:
    """The ids of rows that agree in a key, together."""
    keyed = rows.annotate(alike=key)
    many = (
        keyed.values("alike")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .order_by("alike")
        .values_list("alike", flat=True)
    )
    found: dict[str, list[int]] = {}
    for alike, pk in keyed.filter(alike__in=list(many[:MOST])).order_by("pk").values_list("alike", "pk"):
        if alike:
            found.setdefault(alike, []).append(pk)
    return found.values()


def _pair(found: dict[tuple[int, int], list[str]], why: str, groups: Iterable[list[int]]) -> None:
    """Let each one of a group be a likely double of its oldest."""
    for ids in groups:
        into, *others = sorted(set(ids))
        for one in others:
            found.setdefault((one, into), []).append(why)


def _told(found: dict[tuple[int, int], list[str]], rows: QuerySet[Any, Any]) -> list[Likely]:
    """The likeliest first: those that agree in most, then the newest."""
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), -pair[0][0]))[:MOST]
    by_id = rows.in_bulk({pk for pair, _ in ordered for pk in pair})
    return [Likely(by_id[one], by_id[into], why) for (one, into), why in ordered]
