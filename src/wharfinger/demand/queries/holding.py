"""What lines hold, where, and until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, Q, Sum, When

from wharfinger.base import clock
from wharfinger.base.quantity import plain
from wharfinger.ledger.look import AHEAD
from wharfinger.ledger.models import Holding

PROVISIONAL = Q(claim__line__sheet__kind="quote") | Q(
    claim__line__sheet__kind="order", claim__line__sheet__order__confirmed_at__isnull=True
)
"""Holdings of lines that are not firm: what they hold of goods that have yet to arrive ends with its hold."""


BOUGHT, SENT = "place__purchase_line", "place__transfer_order"
TOLD = {
    "bought": F(f"{BOUGHT}__pk"),
    "purchase": F(f"{BOUGHT}__purchase_order_id"),
    "purchase_number": F(f"{BOUGHT}__purchase_order__number"),
    "purchase_to": F(f"{BOUGHT}__location__name"),
    "line_on": F(f"{BOUGHT}__expected_on"),
    "purchase_on": F(f"{BOUGHT}__purchase_order__expected_on"),
    "transfer": F(f"{SENT}__pk"),
    "transfer_number": F(f"{SENT}__number"),
    "transfer_to": F(f"{SENT}__target__name"),
    "transfer_on": F(f"{SENT}__expected_on"),
}
"""What is told of the place of goods that have yet to arrive."""


def told(row: Mapping[str, Any]) -> tuple[str, str, str, date | None]:
    """With what goods arrive, its number, where they will lie, and when; nothing of what is there."""
    if row["purchase"]:
        on = row["line_on"] or row["purchase_on"]
        return f"purchase_order:{row['purchase']}", row["purchase_number"], row["purchase_to"], on
    if row["transfer"]:
        of = row["transfer_number"], row["transfer_to"], row["transfer_on"]
        return f"transfer:{row['transfer']}", *of
    return "", "", "", None


@dataclass(frozen=True, slots=True)
class Reserved:
    """How many of a product a document holds at a location or of what has yet to arrive, and until when."""

    line: int
    sku: str
    location: str
    quantity: int
    decimals: int
    until: datetime | None
    subject: str = ""
    """Of what has yet to arrive: ``purchase_order:12`` or ``transfer:3``, its number, and when."""
    number: str = ""
    on: date | None = None
    place: int = 0
    """Of the location, or of what has yet to arrive."""
    location_id: int | None = None
    purchase_line: int | None = None
    transfer: int | None = None


def held_of(lines: Sequence[int]) -> list[Reserved]:
    """What these lines hold, by location and by what has yet to arrive, in one statement."""
    rows = Holding.objects.filter(claim_id__in=lines, kind__in=("bin", *AHEAD), quantity__gt=0)
    lapsed = Q(claim__hold_until__lte=clock.now())
    rows = rows.exclude(lapsed & (Q(kind="bin") | PROVISIONAL))
    sums = rows.values(
        "claim_id",
        "product__sku",
        "product__quantity_decimals",
        "claim__hold_until",
        "place__parent__location__name",
        "place__parent__location__pk",
        **TOLD,
        at=Case(When(kind="bin", then=F("place__parent")), default=F("place")),
    ).annotate(units=Sum("quantity"))
    found = []
    rows_told: Any = sums.order_by("product__sku", "place__parent__location__name", *TOLD, "claim_id")
    for row in rows_told:
        subject, number, location, on = told(row)
        found.append(
            Reserved(
                row["claim_id"],
                row["product__sku"],
                location or row["place__parent__location__name"],
                row["units"],
                row["product__quantity_decimals"],
                row["claim__hold_until"],
                subject,
                number,
                on,
                row["at"],
                row["place__parent__location__pk"],
                row["bought"],
                row["transfer"],
            )
        )
    return found


def show_held(lines: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What lines hold as callers read it, in one statement; none where nothing is asked about."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in held_of(lines) if lines else ():
        found[one.line].append(
            {
                "location": one.location_id,
                "purchase_line": one.purchase_line,
                "transfer": one.transfer,
                "quantity": plain(one.quantity, one.decimals),
                "expected_on": one.on.isoformat() if one.on else None,
                "until": one.until.isoformat() if one.until else None,
            }
        )
    return found
