"""Claims on vendors as pages and callers read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wharfinger.base import clock, configuration
from wharfinger.base.door import known
from wharfinger.base.quantity import plain
from wharfinger.base.refusal import N_
from wharfinger.returns.models import RmaLine, VendorAnswer, VendorClaim, VendorClaimLine
from wharfinger.returns.queries.claiming import answered_units, with_answered
from wharfinger.returns.queries.vendors_cover import covers

WORDS: dict[str, tuple[str, str]] = {
    "to_send": ("amber", N_("To send")),
    "sent": ("blue", N_("With the vendor")),
    "partly_answered": ("teal", N_("Partly answered")),
    "answered": ("green", N_("Answered")),
}
"""What a claim is called, and its tone."""


def claims() -> QuerySet[VendorClaim]:
    """Every claim that was not undone, with whether it waits for its vendor, and whether it has answered anything."""
    lines = VendorClaimLine.objects.filter(vendor_claim=OuterRef("pk"), void__isnull=True)
    answers = VendorAnswer.objects.filter(line__vendor_claim=OuterRef("pk"), void__isnull=True)
    waiting = lines.annotate(answered=answered_units()).filter(quantity__gt=F("answered"))
    rows = VendorClaim.objects.filter(void__isnull=True).select_related("vendor", "location", "made__actor")
    return rows.annotate(waits=Exists(waiting), begun=Exists(answers))


def one(pk: int) -> VendorClaim:
    """One claim; raises NotThere."""
    return known(claims().filter(pk=pk).first(), pk)


_FOUND: dict[str, Q] = {
    "to_send": Q(sent_at__isnull=True),
    "sent": Q(sent_at__isnull=False, begun=False),
    "partly_answered": Q(sent_at__isnull=False, begun=True, waits=True),
    "answered": Q(waits=False),
    "open": Q(waits=True),
}


def with_status(rows: QuerySet[Any, Any], values: Sequence[str]) -> QuerySet[Any, Any]:
    """Claims that any of these words describes; *open* are all that wait for something."""
    wanted = Q(pk__in=())
    for value in values:
        wanted |= _FOUND.get(value, Q(pk__in=()))
    return rows.filter(wanted)


def word(row: Any) -> str:
    """The word that describes a claim."""
    if row.sent_at is None:
        return "to_send"
    if not row.waits:
        return "answered"
    return "partly_answered" if row.begun else "sent"


def today() -> date:
    """The company's day."""
    return clock.today(configuration.one("time_zone"))


def age(row: Any, day: date) -> int | None:
    """For how many days a claim has been open; nothing once it is answered."""
    return max(0, (day - row.made.effective_on).days) if row.waits else None


def lines_of(claims: Iterable[int]) -> dict[int, list[Any]]:
    """The lines of claims with how many of each are answered, their answers, and until when the vendor answers for them."""
    rows = with_answered().filter(vendor_claim__in=list(claims))
    rows = rows.select_related("product", "lot", "rma_line__rma").order_by("vendor_claim", "position")
    found: dict[int, list[Any]] = defaultdict(list)
    listed: list[Any] = list(rows)
    answers: dict[int, list[VendorAnswer]] = defaultdict(list)
    said = VendorAnswer.objects.filter(line__in=[line.pk for line in listed], void__isnull=True)
    for answer in said.select_related("replacement", "made").order_by("pk"):
        answers[answer.line_id].append(answer)
    cover = covers(line.lot_id for line in listed if line.lot_id is not None)
    for line in listed:
        line.told = answers[line.pk]
        line.cover = cover.get(line.lot_id)
        found[line.vendor_claim_id].append(line)
    return found


def show_claims(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Claims for callers of the API."""
    listed, day = list(rows), today()
    lines = lines_of(row.pk for row in listed)
    return [
        {
            "id": row.pk,
            "number": row.number,
            "status": word(row),
            "vendor": row.vendor_id,
            "vendor_name": row.vendor.name,
            "location": row.location_id,
            "reference": row.reference,
            "reason": row.reason,
            "expected": row.expected,
            "claimed_at": row.claimed_at,
            "sent_at": row.sent_at,
            "age_days": age(row, day),
            "lines": [_line(line) for line in lines[row.pk]],
        }
        for row in listed
    ]


def _line(line: Any) -> dict[str, Any]:
    places = line.product.quantity_decimals
    return {
        "id": line.pk,
        "product": line.product_id,
        "sku": line.product.sku,
        "serial": line.lot.code if line.lot else "",
        "quantity": plain(line.quantity, places),
        "answered": plain(line.answered, places),
        "warranty_end_on": line.cover.end_on if line.cover else None,
        "rma": line.rma_line.rma_id if line.rma_line else None,
        "rma_line": line.rma_line_id,
        "answers": [
            {
                "answer": one.answer,
                "quantity": plain(one.quantity, places),
                "serial": one.replacement.code if one.replacement else "",
                "answered_on": one.made.effective_on,
                "note": one.note,
            }
            for one in line.told
        ],
    }


def decimals_of_lines(lines: Iterable[int]) -> dict[int, int]:
    """How many decimals the quantities of lines of claims have."""
    found = VendorClaimLine.objects.filter(pk__in=set(lines), void__isnull=True)
    return dict(found.values_list("pk", "product__quantity_decimals"))


def decimals_of_rma_lines(lines: Iterable[int]) -> dict[int, int]:
    """How many decimals the quantities of lines of RMAs have."""
    found = RmaLine.objects.filter(pk__in=set(lines), void__isnull=True)
    return dict(found.values_list("pk", "product__quantity_decimals"))


def of_rma(rma: int) -> list[VendorClaim]:
    """The claims about goods of an RMA."""
    found = claims().filter(lines__rma_line__rma=rma, lines__void__isnull=True)
    return list(found.distinct().order_by("pk"))
