"""How many people have approved what waits for approval, of how many must."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, CharField, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.pricing.queries import costs_at_home
from wharfinger.purchasing.models import Approval, PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries import approvals, tiers
from wharfinger.purchasing.rules.asking import Sold, asked_at_home
from wharfinger.purchasing.rules.tiers import reaching

About = tuple[str, int]


class Yeses(NamedTuple):
    """Who has approved something, and how many different people must; nothing where no tier reaches it."""

    by: tuple[str, ...]
    needed: int | None

    @property
    def words(self) -> str:
        """How far it is, in words."""
        if self.needed is None:
            return _("above every limit")
        return _("%(given)s of %(needed)s") % {"given": len(self.by), "needed": self.needed}


def of_lines(
    lines: Collection[int], day: date, sold: Mapping[int, Mapping[int, Sold]] | None = None
) -> dict[int, Yeses]:
    """How far the approval of each of these customers' lines is on a day, in one or two statements and one for rates.

    sold: who sells their products, with rates, where somebody has read it. Nothing where no tier is in force: one
    yes is enough then, and what waits has none.
    """
    kept, near, decided = _read(lines, day) if lines else ([], [], [])
    if not kept:
        return {}
    home = configuration.one("currency")
    products = {one.product for one in near}
    costs = costs_at_home(products, home, day) if sold is None else asked_at_home(sold, home)
    amounts = tiers.together(near, lines, costs, home)
    needed, yes = _needed(amounts, kept), _said(decided, amounts)
    return {pk: Yeses(yes["line", pk], needed["line", pk]) for pk in lines if ("line", pk) in amounts}


def cells(
    lines: Collection[int], day: date, sold: Mapping[int, Mapping[int, Sold]] | None
) -> dict[int, tuple[str, str]]:
    """How far each of these lines is in words, and who has approved it."""
    return {pk: (one.words, ", ".join(one.by)) for pk, one in of_lines(lines, day, sold).items()}


def of_orders(
    orders: Sequence[PurchaseOrder],
    lines: Mapping[int, Sequence[PurchaseLine]],
    asks: Mapping[int, Sequence[PurchaseLine]],
    yes: Mapping[int, Sequence[str]],
) -> dict[int, Yeses]:
    """How far the approval of each of these drafts is: as far as the line that is the least far.

    lines: of each draft; asks: those of them that need approval; yes: who has approved each line.
    """
    if not orders:
        return {}
    known = configuration.read("currency", "time_zone")
    amounts = tiers.at_most(orders, lines, asks, known["currency"])
    needed = _needed(amounts, list(tiers.in_force(clock.today(known["time_zone"]))))
    found = {}
    for one in orders:
        given = [tuple(yes.get(line.pk, ())) for line in asks.get(one.pk, ())]
        found[one.pk] = Yeses(min(given, key=len, default=()), needed["order", one.pk])
    return found


def of_order(order: PurchaseOrder) -> Yeses | None:
    """How far the approval of one draft is; nothing where it needs none."""
    lines = approvals.lines_of([order.pk])
    asks = approvals.asking([order], lines)[order.pk]
    if not asks:
        return None
    asking = {order.pk: [line for line, _cost in asks]}
    return of_orders([order], lines, asking, approvals.said_yes(asks))[order.pk]


class _Tier(NamedTuple):
    pk: int
    limit_minor: int | None
    needed: int


class _Decision(NamedTuple):
    pk: int
    line: int
    by: int | None
    granted: int
    amount_minor: int
    name: str


def _read(lines: Collection[int], day: date) -> tuple[list[_Tier], list[tiers.Near], list[_Decision]]:
    """The tiers in force, the lines that are approved together and what was decided of these, in one statement.

    A worklist has none to spare.
    """
    nothing, unnamed = Value(0), Value("", output_field=CharField())
    name = Coalesce(NullIf("by__name", unnamed), "by__username", unnamed)
    granted = Case(When(granted=True, then=Value(1)), default=nothing)
    near: QuerySet[Any, Any] = tiers.near(lines).values_list(Value("near"), *tiers.NEAR, unnamed)
    kept = tiers.in_force(day).values_list(
        Value("tier"), "pk", "limit_minor", "needed", nothing, nothing, unnamed
    )
    decided = Approval.objects.filter(line__in=lines, void__isnull=True).values_list(
        Value("decision"), "pk", "line_id", "by_id", granted, "amount_minor", name
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for what, *figures, by in near.union(kept, decided, all=True):
        found[what].append((*figures, by))
    return (
        [_Tier(*one[:3]) for one in found["tier"]],
        [tiers.Near(*one[:5]) for one in found["near"]],
        [_Decision(*one) for one in found["decision"]],
    )


def _needed(amounts: Mapping[About, int], kept: Sequence[Any]) -> dict[About, int | None]:
    found: dict[About, int | None] = {}
    for about, amount in amounts.items():
        reach = reaching(amount, kept)
        found[about] = 1 if not kept else reach[0].needed if reach else None
    return found


def _said(decided: Iterable[_Decision], amounts: Mapping[About, int]) -> dict[About, tuple[str, ...]]:
    """Who has approved each of these lines as it costs now, and was not contradicted since."""
    found: dict[About, dict[int, str]] = defaultdict(dict)
    for one in sorted(decided):
        about = ("line", one.line)
        if not one.granted:
            found.pop(about, None)
        elif one.by is not None and one.amount_minor >= amounts[about]:
            found[about][one.by] = one.name
    return {about: tuple(sorted(found.get(about, {}).values())) for about in amounts}
