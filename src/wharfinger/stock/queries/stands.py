"""Places and lines as people call them: the bin, the shipment, the site; and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from wharfinger.ledger.models import Place

_NAMED: tuple[tuple[str, str, str], ...] = (
    ("purchase_order", "purchase_line__purchase_order", "vendor"),
    ("purchase_order", "refused_line__purchase_order", "vendor"),
    ("shipment", "shipment", "organization"),
    ("container", "container", "organization"),
    ("rma", "rma", "organization"),
    ("rma", "rma_bench", "organization"),
    ("rma", "rma_vendor", "organization"),
    ("vendor_claim", "vendor_claim", "vendor"),
    ("loan", "loan", "organization"),
)
"""What a place may belong to, the way to it, and whose it then is."""


class Stand(NamedTuple):
    """Where goods come from or go to."""

    kind: str
    location: str = ""
    bin: str = ""
    subject: str = ""
    """What the place belongs to, ``shipment:4``."""
    number: str = ""
    """Its number or name."""
    organization: str = ""
    """Whose it is: the customer's, or the vendor's."""
    line: int | None = None
    organization_id: int | None = None


def stands_of(places: Iterable[int]) -> dict[int, Stand]:
    """What each place is called, in one statement."""
    ways = [
        name
        for _, way, whose in _NAMED
        for name in (f"{way}__pk", f"{way}__number", f"{way}__{whose}__name", f"{way}__{whose}__pk")
    ]
    rows = Place.objects.filter(pk__in=set(places)).values_list(
        "pk",
        "kind",
        "parent__location__name",
        "bin__name",
        "site__pk",
        "site__name",
        "site__organization__name",
        "site__organization__pk",
        "rented_site__pk",
        "rented_site__name",
        "rented_site__organization__name",
        "rented_site__organization__pk",
        *ways,
    )
    return {row[0]: _stand(*row[1:]) for row in rows}


def _stand(kind: str, location: str | None, bin: str | None, *ways: Any) -> Stand:
    named = ("site", "site", *(subject for subject, _, _ in _NAMED))
    for n, subject in enumerate(named):
        pk, number, whose, of = ways[4 * n : 4 * n + 4]
        if pk is not None:
            return Stand(
                kind, location or "", bin or "", f"{subject}:{pk}", number or "", whose or "", None, of
            )
    return Stand(kind, location or "", bin or "")
