"""What deals are worth, by their quotes, before tax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import Case, QuerySet, When

from wharfinger.base import configuration
from wharfinger.base.money import extended, rounded
from wharfinger.base.tax import Second, parts_of
from wharfinger.sales.models import Opportunity


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
    """What these deals come to, in one statement; those without a quote are not named.

    An open deal is worth what its latest quote offers, a won one what was won, a lost one what its latest quote
    offered. What is won weighs all of it, what is lost nothing.
    """
    found = _read(Opportunity.objects.filter(pk__in=list(deals)))
    return {pk: deal.worth() for pk, deal in found.items() if deal.quotes}


def by_step(steps: Sequence[str]) -> list[Step]:
    """What all open deals come to by their step, in the order of these, in one statement.

    A deal without a quote counts as one that comes to nothing yet.
    """
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for deal in _read(Opportunity.objects.filter(won_at=None, lost_at=None, void=None)).values():
        worth = deal.worth()
        of = sums[deal.step, worth.currency]
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


class _Deal:
    """One deal while its lines are gone through."""

    def __init__(self, step: str, percent: int, currency: str, *, won: bool, lost: bool) -> None:
        self.step, self.currency, self.won = step, currency, won
        self.percent = 100 if won else 0 if lost else percent
        self.quotes: dict[int, list[Any]] = {}
        """By quote its currency, and what it comes to."""

    def worth(self) -> Worth:
        """What its won quotes come to together, or its latest; nothing, in the customer's currency, without one."""
        if not self.quotes:
            return Worth(0, 0, self.currency)
        currency, net = self.quotes[max(self.quotes)]
        if self.won:
            net = sum(one for of, one in self.quotes.values() if of == currency)
        return Worth(net, rounded(net * self.percent, 100), currency)


_QUOTE = "quotes__sheet__"
_LINE = f"{_QUOTE}lines__"
_COUNTS = Case(
    When(
        **{f"{_QUOTE}void": None, f"{_LINE}void": None, f"{_LINE}removed_at": None, f"{_LINE}parent": None},
        **{f"{_LINE}taken": True, f"{_LINE}billable": True},
        then=True,
    ),
    default=False,
)


def _read(deals: QuerySet[Opportunity, Opportunity]) -> dict[int, _Deal]:
    """These deals with what their quotes come to; of a deal that is not lost, those that are not."""
    rows = deals.annotate(counts=_COUNTS).values_list(
        *("pk", "pipeline_step", "probability_percent", "organization__currency", "won_at", "lost_at"),
        *("counts", "quotes", "quotes__won_at", "quotes__lost_at", f"{_LINE}currency"),
        *(f"{_LINE}unit_price_micro", f"{_LINE}quantity", f"{_LINE}product__quantity_decimals"),
        *(f"{_LINE}discount_micro", f"{_LINE}per", f"{_LINE}tax_included", f"{_LINE}tax_code__rate_micro"),
        *(f"{_LINE}tax_code__{name}" for name in ("second_name", "second_rate_micro", "compound")),
    )
    found: dict[int, _Deal] = {}
    for pk, step, percent, home, won, lost, counts, quote, quote_won, quote_lost, *line in rows:
        if pk not in found:
            found[pk] = _Deal(step, percent, home, won=won is not None, lost=lost is not None)
        fits = quote_won is not None if won is not None else lost is not None or quote_lost is None
        if counts and fits:
            currency, price, quantity, decimals, less, per, included, rate, *second = line
            net = extended(price, quantity, decimals, currency, less, per)
            if included:
                net = parts_of(net, rate, Second(*second)).net
            found[pk].quotes.setdefault(quote, [currency, 0])[1] += net
    return found
