"""How far a return is, in one word that lists show and filter by, computed by the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import IsNull

from wharfinger.base import clock, configuration
from wharfinger.ledger.models import Holding, Move
from wharfinger.returns.models import Rma, RmaLine

WORDS = (
    "requested",
    "approved",
    "partly_received",
    "to_inspect",
    "inspected",
    "settled",
    "denied",
    "closed",
)
OPEN = Q(denied_at__isnull=True, closed_at__isnull=True)
ARRIVES_FROM = ("customer", "in_transit", "outside")
"""From where goods come that a return receives."""


def with_word(rows: QuerySet[Rma]) -> QuerySet[Rma]:
    """The returns with the word that describes each, as ``word``, from its decisions and its goods."""
    lines = RmaLine.objects.filter(rma=OuterRef("pk"), void__isnull=True).annotate(
        came=Coalesce(_units(_moves()), 0) - Coalesce(_units(_moves(), "reversed_by__quantity"), 0)
    )
    here = Holding.objects.filter(place=OuterRef("place"), quantity__gt=0)
    unsettled = lines.filter(settled_quantity__lt=Greatest("quantity", "came"))
    return rows.annotate(
        word=Case(
            When(denied_at__isnull=False, then=Value("denied")),
            When(closed_at__isnull=False, then=Value("closed")),
            When(authorized=True, approved_at__isnull=True, then=Value("requested")),
            When(~Exists(lines.filter(came__gt=0)), then=Value("approved")),
            When(Exists(here), then=Value("to_inspect")),
            When(Exists(lines.filter(came__lt=F("quantity"))), then=Value("partly_received")),
            When(Exists(unsettled), then=Value("inspected")),
            default=Value("settled"),
            output_field=CharField(),
        )
    )


def among(rows: QuerySet[Rma], values: Sequence[str]) -> QuerySet[Rma]:
    """The returns that any of these words describes; *open* are all that are neither denied nor closed."""
    wanted = Q(word__in=list(values))
    return rows.filter(wanted | OPEN if "open" in values else wanted)


def overdue(rows: QuerySet[Rma]) -> QuerySet[Rma]:
    """The returns whose day has passed, in the company's zone, while goods of theirs are still missing."""
    today = clock.today(configuration.one("time_zone"))
    wanted = Q(due_on__lt=today) & Q(word__in=("approved", "partly_received"))
    return rows.filter(wanted)


def only_overdue(rows: QuerySet[Rma], values: Sequence[str]) -> QuerySet[Rma]:
    """The returns that are overdue; all of them where somebody asks for both."""
    return overdue(rows) if list(values) == ["true"] else rows


def _moves() -> QuerySet[Move, Move]:
    """The moves that brought goods of a return's line: of its lot, else of its sale and of no other line's lot."""
    told = RmaLine.objects.filter(
        rma=OuterRef(OuterRef("rma")), void__isnull=True, lot=OuterRef("target__lot")
    ).filter(Q(line=OuterRef(OuterRef("line"))) | Q(IsNull(OuterRef(OuterRef("line")), True), line=None))
    arrived: Any = Move.objects.filter(
        target__place__rma=OuterRef("rma"),
        target__claim=Coalesce(OuterRef("line"), 0),
        target__product=OuterRef("product"),
        source__kind__in=ARRIVES_FROM,
        reverses__isnull=True,
    )
    own = Q(target__lot=OuterRef("lot"))
    return arrived.filter(own | Q(IsNull(OuterRef("lot"), True)) & ~Exists(told))


def _units(moves: QuerySet[Move, Move], field: str = "quantity") -> Subquery:
    return Subquery(moves.order_by().values("target__place__rma").annotate(q=Sum(field)).values("q"))
