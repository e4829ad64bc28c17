"""What is due to be invoiced by each customer's policy: of lines that are at hand, and as a condition of holdings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThan

from wharfinger.billing.rules.policy import month_over, proposed, settled_by
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.demand.queries.came import came_after
from wharfinger.ledger.models import Holding, Move

ARRIVED = ("customer", "rented")
LEFT = (*ARRIVED, "in_transit")
POLICY = "claim__line__organization__billing_policy"


def due(
    policies: Mapping[int, str],
    figures: Mapping[int, Mapping[str, int]],
    today: date,
    until: date | None = None,
) -> dict[int, int]:
    """How many units of each line are due, by the policy of its customer.

    figures: those of the lines as they are. until: the last day that counts. Where a customer is billed once a month,
    the month that is over counts. Two statements tell what was there on such a day, and none where there is none.
    """
    cuts = {policy: settled_by(policy, today, until) for policy in set(policies.values())}
    then: dict[int, Mapping[str, int]] = {}
    for day in {one for one in cuts.values() if one is not None}:
        lines = [line for line, policy in policies.items() if cuts[policy] == day]
        then |= quantities(lines, came_after(lines, day))
    return {line: proposed(policy, figures[line], then.get(line)) for line, policy in policies.items()}


def only_due(found: QuerySet[Holding, Any], today: date) -> QuerySet[Holding, Any]:
    """Of holdings of what is to be billed, those of lines of which anything is due."""
    over = month_over(today)
    return found.filter(
        Q(**{POLICY: "order"})
        | Q(**{POLICY: "shipment"}) & _unbilled(LEFT)
        | Q(**{POLICY: "delivery"}) & _unbilled(ARRIVED)
        | Q(**{POLICY: "monthly"}) & _unbilled(ARRIVED) & _unbilled(ARRIVED, over)
    )


def _unbilled(kinds: tuple[str, ...], day: date | None = None) -> Q:
    """Whether more of a line is gone than is billed; of a kit, of each of its components. day: as of its end."""
    parts = Line.objects.filter(parent_id=OuterRef("claim_id"), void__isnull=True, removed_at__isnull=True)
    wanted = F("ratio") * (_held("parent_id", ("invoiced",)) + 1)
    short = parts.filter(LessThan(_gone("pk", kinds, day), wanted))
    kit = Q(product__kind="kit")
    alone = Q(GreaterThan(_gone("claim_id", kinds, day), _held("claim_id", ("invoiced",))))
    return ~kit & alone | kit & Q(Exists(parts)) & ~Q(Exists(short))


def _gone(of: str, kinds: tuple[str, ...], day: date | None) -> Any:
    here = _held(of, kinds)
    return here if day is None else here - _moved("target", of, kinds, day) + _moved("source", of, kinds, day)


def _held(of: str, kinds: tuple[str, ...]) -> Any:
    """How many units of a line stand at these kinds of place."""
    there = Holding.objects.filter(claim=OuterRef(of), kind__in=kinds, quantity__gt=0).order_by()
    return _summed(there, "claim")


def _moved(end: str, of: str, kinds: tuple[str, ...], day: date) -> Any:
    """How many units of a line came there after a day, or left from there."""
    at = {f"{end}__claim": OuterRef(of), f"{end}__kind__in": kinds, "entry__effective_on__gt": day}
    return _summed(Move.objects.filter(**at).order_by(), f"{end}__claim")


def _summed(rows: QuerySet[Any, Any], by: str) -> Any:
    sums = rows.values(by).annotate(sum=Sum("quantity")).values("sum")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())
