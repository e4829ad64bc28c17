"""How many people have approved what waits for approval, of how many must."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration
from wharfinger.purchasing.models import Approval, ApprovalTier, PurchaseOrder
from wharfinger.purchasing.queries import approvals, tiers
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


def of_lines(lines: Collection[int], day: date) -> dict[int, Yeses]:
    """How far the approval of each of these customers' lines is on a day, in a constant number of statements.

    Nothing where no tier is in force: one yes is enough then, and what waits has none.
    """
    kept = tiers.in_force(day) if lines else []
    if not kept:
        return {}
    amounts = tiers.amounts_of_lines(lines, configuration.one("currency"), day)
    needed, yes = _needed(amounts, kept), _said(amounts)
    return {pk: Yeses(yes["line", pk], needed["line", pk]) for pk in lines if ("line", pk) in amounts}


def cells(lines: Collection[int], day: date) -> dict[int, tuple[str, str]]:
    """How far each of these lines is in words, and who has approved it."""
    return {pk: (one.words, ", ".join(one.by)) for pk, one in of_lines(lines, day).items()}


def of_orders(
    orders: Sequence[PurchaseOrder], yes: Mapping[int, Sequence[str]], asks: Mapping[int, Sequence[int]]
) -> dict[int, Yeses]:
    """How far the approval of each of these drafts is: as far as the line that is the least far.

    yes: who has approved each line; asks: the lines that ask, by draft.
    """
    if not orders:
        return {}
    known = configuration.read("currency", "time_zone")
    amounts = tiers.amounts_of_orders([one.pk for one in orders], known["currency"])
    needed = _needed(amounts, tiers.in_force(clock.today(known["time_zone"])))
    found = {}
    for one in orders:
        given = [tuple(yes.get(line, ())) for line in asks.get(one.pk, ())]
        found[one.pk] = Yeses(min(given, key=len, default=()), needed["order", one.pk])
    return found


def of_order(order: PurchaseOrder) -> Yeses | None:
    """How far the approval of one draft is; nothing where it needs none."""
    asks = approvals.asking([order], approvals.lines_of([order.pk]))[order.pk]
    if not asks:
        return None
    return of_orders([order], approvals.said_yes(asks), {order.pk: [line.pk for line, _cost in asks]})[
        order.pk
    ]


def _needed(amounts: Mapping[About, int], kept: Sequence[ApprovalTier]) -> dict[About, int | None]:
    found: dict[About, int | None] = {}
    for about, amount in amounts.items():
        reach = reaching(amount, kept)
        found[about] = 1 if not kept else reach[0].needed if reach else None
    return found


def _said(amounts: Mapping[About, int]) -> dict[About, tuple[str, ...]]:
    """Who has approved each of these lines as it costs now, and was not contradicted since."""
    rows = Approval.objects.filter(line__in=[pk for _noun, pk in amounts], void__isnull=True)
    found: dict[About, dict[int, str]] = defaultdict(dict)
    for one in rows.select_related("by").order_by("pk"):
        about = ("line", one.line_id or 0)
        if not one.granted:
            found.pop(about, None)
        elif one.by is not None and one.amount_minor >= amounts[about]:
            found[about][one.by.pk] = str(one.by)
    return {about: tuple(sorted(found.get(about, {}).values())) for about in amounts}
