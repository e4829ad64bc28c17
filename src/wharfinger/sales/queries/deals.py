"""What deals are worth: by the latest quote of each that is not lost, before tax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import F, QuerySet

from wharfinger.base import configuration
from wharfinger.base.money import extended, rounded
from wharfinger.base.tax import Second, parts_of
from wharfinger.demand.models import Line


class Worth(NamedTuple):
    """What a deal comes to, in minor units; weighted: times its probability."""

    net: int
    weighted: int
    currency: str


class Step(NamedTuple):
    """What the open deals at a pipeline step come to, in one currency."""

    step: str
    deals: int
    net: int
    weighted: int
    currency: str


def worth_of(deals: Iterable[int]) -> dict[int, Worth]:
    """What these deals come to, in one statement; those without a quote are not named."""
    return {
        deal: worth
        for deal, (_, worth) in _worth(_offered().filter(sheet__quote__opportunity__in=list(deals))).items()
    }


def by_step(steps: Sequence[str]) -> list[Step]:
    """What all open deals come to by their step, in the order of these, in one statement."""
    deal = "sheet__quote__opportunity__"
    found = _worth(_offered().filter(**{f"{deal}won_at": None, f"{deal}lost_at": None, f"{deal}void": None}))
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for step, worth in found.values():
        of = sums[step, worth.currency]
        for n, more in enumerate((1, worth.net, worth.weighted)):
            of[n] += more
    turn = {step: n for n, step in enumerate(steps)}
    return [
        Step(step, count, net, weighted, currency)
        for (step, currency), (count, net, weighted) in sorted(
            sums.items(), key=lambda one: (turn.get(one[0][0], len(turn)), *one[0])
        )
    ]


def pipeline() -> list[str]:
    """The steps that a deal goes, as the company calls them."""
    steps: list[str] = configuration.one("pipeline_steps")
    return steps


def _offered() -> QuerySet[Line, Line]:
    standing = {"void": None, "removed_at": None, "parent": None, "taken": True, "billable": True}
    quoted = {"sheet__void": None, "sheet__quote__isnull": False, "sheet__quote__lost_at": None}
    return Line.objects.filter(**standing, **quoted).annotate(of=F("sheet__quote__opportunity_id"))


def _worth(lines: QuerySet[Line, Line]) -> dict[int, tuple[str, Worth]]:
    """By deal its step, and what its latest quote comes to."""
    deal = "sheet__quote__opportunity__"
    rows = lines.order_by("sheet_id").values_list(
        *("of", "sheet_id", f"{deal}pipeline_step", f"{deal}probability_percent", "currency"),
        *("unit_price_micro", "quantity", "product__quantity_decimals", "discount_micro", "per"),
        *("tax_included", "tax_code__rate_micro"),
        *(f"tax_code__{name}" for name in ("second_name", "second_rate_micro", "compound")),
    )
    latest: dict[int, tuple[int, str, int, str, int]] = {}
    for of, sheet, step, percent, currency, price, quantity, decimals, less, per, included, *taxed in rows:
        net = extended(price, quantity, decimals, currency, less, per)
        if included:
            net = parts_of(net, taxed[0], Second(*taxed[1:])).net
        known = latest.get(of)
        sofar = known[4] if known is not None and known[0] == sheet else 0
        latest[of] = (sheet, step, percent, currency, sofar + net)
    return {
        of: (step, Worth(net, rounded(net * percent, 100), currency))
        for of, (_, step, percent, currency, net) in latest.items()
    }
