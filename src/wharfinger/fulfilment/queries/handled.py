"""Who picked and packed goods: read off the entries of the moves that brought them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from wharfinger.fulfilment.rules.second import Came, handlers
from wharfinger.ledger.models import Holding, Move
from wharfinger.ledger.plan import Truth


def who_handled(holdings: Iterable[int]) -> dict[int, list[Came]]:
    """By holding who packed and picked what stands there now; three statements at most."""
    held = dict(Holding.objects.filter(pk__in=set(holdings), quantity__gt=0).values_list("pk", "quantity"))
    came = _came(held)
    before = {one.source for some in came.values() for one in some if one.picked} - came.keys()
    return handlers(held, came | _came(before))


def _came(holdings: Collection[int]) -> dict[int, list[Came]]:
    found: dict[int, list[Came]] = {pk: [] for pk in holdings}
    if not holdings:
        return found
    rows = Move.objects.filter(target__in=holdings, reverses__isnull=True)
    for target, units, person, at, move, source, kind in (
        rows.annotate(left=F("quantity") - Coalesce(Sum("reversed_by__quantity"), 0))
        .filter(left__gt=0)
        .order_by("-pk")
        .values_list(
            "target_id", "left", "entry__actor", "entry__recorded_at", "pk", "source_id", "source__kind"
        )
    ):
        found[target].append(Came(units, person, at, move, source, kind == "picked"))
    return found


def read_handlers(container: int) -> Callable[[Truth], None]:
    """Read who packed and picked what lies in a container."""

    def read(truth: Truth) -> None:
        inside = Holding.objects.filter(place__container=container, quantity__gt=0)
        found = who_handled(inside.values_list("pk", flat=True))
        truth.read["handlers"] = [one for some in found.values() for one in some]

    return read
