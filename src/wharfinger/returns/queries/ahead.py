"""What left before what it replaces came back: which lines, until when, and what of it is still out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F

from wharfinger.base.refusal import N_, NotThere
from wharfinger.devices.rules import WITH_CUSTOMER
from wharfinger.ledger import sql
from wharfinger.ledger.models import Holding
from wharfinger.ledger.plan import Truth
from wharfinger.returns.models import Replacement, RmaLine
from wharfinger.returns.queries.figures import figures
from wharfinger.returns.rules.ahead import kept


def lines_of(rmas: Iterable[int], *, charged: bool = False) -> list[int]:
    """The lines by which units left first; only those that are charged where somebody asks for these."""
    rows = Replacement.objects.filter(
        rma_line__rma__in=sorted(set(rmas)), back_by__isnull=False, void__isnull=True
    )
    rows = rows.filter(charged_quantity__gt=0) if charged else rows
    return sorted(rows.values_list("line_id", flat=True))


def documents_of(rma: int) -> list[tuple[type[Replacement], sql.Found]]:
    """The replacements of a return, to be found and locked in one statement."""
    named = f"rma_line_id IN (SELECT l.id FROM returns_rmaline l WHERE {sql.among('l.rma_id')})"
    return [(Replacement, sql.Found(named, (sql.array([rma]),)))]


def is_there(truth: Truth, rma: int) -> None:
    """Let a return pass that was locked; raises NotThere where there is none."""
    row = truth.documents["returns.Rma"].get(rma)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_rma", N_("There is no such RMA."))


def overdue(day: date) -> list[int]:
    """The open returns of which something left first that is not charged, and whose old units were to be back before a day."""
    rows = list(
        Replacement.objects.filter(
            back_by__lt=day,
            charged_quantity__lt=F("quantity"),
            void__isnull=True,
            rma_line__rma__closed_at__isnull=True,
            rma_line__rma__void__isnull=True,
        ).select_related("rma_line")
    )
    still = out(rows)
    return sorted({row.rma_line.rma_id for row in rows if still.get(row.pk, 0) > row.charged_quantity})


def out(rows: Iterable[Replacement]) -> dict[int, int]:
    """By replacement, how many units are with the customer whose old ones are not back."""
    listed = [row for row in rows if row.back_by is not None]
    if not listed:
        return {}
    lines = list(RmaLine.objects.filter(pk__in={row.rma_line_id for row in listed}))
    came = figures({line.rma_id for line in lines}, lines)
    every = Replacement.objects.filter(rma_line__in=lines, void__isnull=True)
    of: dict[int, list[Replacement]] = {}
    for row in every:
        of.setdefault(row.rma_line_id, []).append(row)
    still: dict[int, int] = {}
    for line in lines:
        still |= kept(line, of.get(line.pk, ()), came[line.pk].received)
    there: dict[int, int] = {}
    held = Holding.objects.filter(
        claim__in=[row.line_id for row in listed], kind__in=WITH_CUSTOMER, quantity__gt=0
    )
    for claim, units in held.values_list("claim_id", "quantity"):
        there[claim] = there.get(claim, 0) + units
    return {row.pk: min(still[row.pk], there.get(row.line_id, 0)) for row in listed}
