"""Reads about approval tiers and who stands in for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from wharfinger.base import clock, configuration
from wharfinger.base.money import extended
from wharfinger.demand.models import Line
from wharfinger.parties.models import User
from wharfinger.parties.queries import who_may
from wharfinger.pricing.queries import costs_at_home
from wharfinger.purchasing.models import ApprovalTier, Delegation, PurchaseLine, PurchaseOrder
from wharfinger.purchasing.queries import approvals
from wharfinger.purchasing.queries.truth import standing_in
from wharfinger.purchasing.rules import tiers as rules
from wharfinger.purchasing.rules.approving import cost_at_home


def tiers() -> QuerySet[ApprovalTier, ApprovalTier]:
    """Every tier that was not undone."""
    return ApprovalTier.objects.filter(void__isnull=True)


def delegations() -> QuerySet[Delegation, Delegation]:
    """Every delegation that was not undone."""
    return Delegation.objects.filter(void__isnull=True)


def in_force(day: date) -> QuerySet[ApprovalTier, ApprovalTier]:
    """The tiers that hold on a day."""
    return tiers().filter(Q(retired_on__isnull=True) | Q(retired_on__gt=day))


class Near(NamedTuple):
    """A line that is approved together with those that name its product on its document."""

    line: int
    document: int
    product: int
    quantity: int
    decimals: int


NEAR = ("pk", Coalesce("order_id", "sheet_id"), "product_id", "quantity", "product__quantity_decimals")
"""What is read of a line for a ``Near``."""


def near(lines: Collection[int]) -> QuerySet[Line, Line]:
    """All lines that name the same product on the same order as one of these."""
    asked = Line.objects.filter(pk__in=lines)
    return Line.objects.filter(
        Q(order__in=asked.values("order")) | Q(sheet__in=asked.values("sheet")),
        product__in=asked.values("product"),
        void__isnull=True,
        removed_at__isnull=True,
    )


def who_decides(lines: Collection[int], orders: Collection[int]) -> dict[tuple[str, int], list[int]]:
    """Who may approve each of these customers' lines and drafts, whoever asked among them.

    Where no tier is in force, whoever holds the right.
    """
    rights = who_may("purchasing.approve")
    known = configuration.read("currency", "time_zone")
    day = clock.today(known["time_zone"])
    kept = list(in_force(day))
    if not kept:
        return {**{("line", pk): rights for pk in lines}, **{("order", pk): rights for pk in orders}}
    stands = standing_in(day)
    amounts = amounts_of_lines(lines, known["currency"], day) if lines else {}
    amounts |= amounts_of_orders(orders, known["currency"]) if orders else {}
    return {
        about: [one for one in rules.entitled(amount, kept, stands) if one in rights]
        for about, amount in amounts.items()
    }


def amounts_of_lines(lines: Collection[int], home: str, day: date) -> dict[tuple[str, int], int]:
    """What all lines that name the same product on the same order cost, by each of these lines."""
    found = [Near(*one) for one in near(lines).values_list(*NEAR)]
    costs = costs_at_home({one.product for one in found}, home, day)
    return together(found, lines, costs, home)


def together(
    found: Iterable[Near], lines: Collection[int], costs: Mapping[int, int], home: str
) -> dict[tuple[str, int], int]:
    """The same of lines that are read already. costs: what one of each product costs in home currency."""
    sums: dict[tuple[int, int], int] = defaultdict(int)
    of = {}
    for one in found:
        cost = extended(costs.get(one.product, 0), one.quantity, one.decimals, home)
        sums[one.document, one.product] += cost
        if one.line in lines:
            of["line", one.line] = one.document, one.product
    return {about: sums[key] for about, key in of.items()}


def amounts_of_orders(orders: Collection[int], home: str) -> dict[tuple[str, int], int]:
    """The most that all lines of one product cost of which some ask for approval, by draft or changed order."""
    found = list(PurchaseOrder.objects.filter(pk__in=orders))
    lines = approvals.lines_of(orders)
    asks = approvals.asking(found, lines)
    return at_most(found, lines, {pk: [line for line, _cost in some] for pk, some in asks.items()}, home)


def at_most(
    orders: Iterable[PurchaseOrder],
    lines: Mapping[int, Sequence[PurchaseLine]],
    asks: Mapping[int, Sequence[PurchaseLine]],
    home: str,
) -> dict[tuple[str, int], int]:
    """The same of drafts and changes that are read already. lines: of each; asks: those that need approval."""
    amounts = {}
    for order in orders:
        asked = {line.product_id for line in asks[order.pk]}
        sums: dict[int, int] = defaultdict(int)
        for line in (approvals.as_asked(order, line) for line in lines[order.pk]):
            decimals = line.product.quantity_decimals
            sums[line.product_id] += cost_at_home(order, line, line.quantity, decimals, home)
        amounts["order", order.pk] = max((sums[product] for product in asked), default=0)
    return amounts


def names(found: Iterable[ApprovalTier]) -> dict[int, str]:
    """What the people of these tiers are called."""
    people = {person for one in found for person in one.people}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=people)} if people else {}


def approvers() -> list[tuple[int, str]]:
    """Who may approve purchases, by name."""
    users = User.objects.filter(pk__in=who_may("purchasing.approve")).order_by("name", "username")
    return [(user.pk, str(user)) for user in users]


def shown_of(approver: int, today: date) -> list[dict[str, Any]]:
    """Who stands in for somebody now and later, the next first."""
    found = delegations().filter(approver=approver, ended_at__isnull=True, last_on__gte=today)
    return [
        {"id": one.pk, "delegate": str(one.delegate), "first_on": one.first_on, "last_on": one.last_on}
        for one in found.select_related("delegate").order_by("first_on", "pk")
    ]
