"""What stands on a pallet goes with it, also where something is undone."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.rules import stacking
from wharfinger.ledger.plan import Plan, Truth

CONTAINER = "fulfilment.Container"
FIELDS = frozenset({"inside_id", "shipment_id", "kind"})


def stays_stacked(truth: Truth, plan: Plan) -> None:
    """Refuse an undo that would part a pallet from a box that stands on it."""
    changes = [one for one in plan.changes if one.label == CONTAINER and one.field in FIELDS]
    touched = {one.pk for one in changes} | {pk for label, pk in plan.voids if label == CONTAINER}
    touched |= {one.new for one in changes if one.field == "inside_id" and one.new is not None}
    if not touched:
        return
    near: Any = Q(pk__in=touched) | Q(inside__in=touched) | Q(holds__in=touched)
    rows = {row.pk: row for row in Container.objects.filter(near)}
    for one in changes:
        setattr(rows[one.pk], one.field, one.new)
    void = {pk for label, pk in plan.voids if label == CONTAINER}
    stacking.require_together(rows, void)
