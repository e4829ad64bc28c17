"""Reads about approval tiers and who stands in for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from wharfinger.base import clock, configuration
from wharfinger.base.money import extended
from wharfinger.demand.models import Line
from wharfinger.parties.models import User
from wharfinger.parties.queries import who_may
from wharfinger.pricing.queries import costs_at_home
from wharfinger.purchasing.models import ApprovalTier, Delegation, PurchaseOrder
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


def in_force(day: date) -> list[ApprovalTier]:
    """The tiers that hold on a day."""
    return [one for one in tiers() if one.retired_on is None or one.retired_on > day]


def who_decides(lines: Collection[int], orders: Collection[int]) -> dict[tuple[str, int], list[int]]:
    """Who may approve each of these customers' lines and drafts, whoever asked among them.

    Where no tier is in force, whoever holds the right.
    """
    rights = who_may("purchasing.approve")
    known = configuration.read("currency", "time_zone")
    day = clock.today(known["time_zone"])
    kept = in_force(day)
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
    asked = Line.objects.filter(pk__in=lines)
    near = Line.objects.filter(
        Q(order__in=asked.values("order")) | Q(sheet__in=asked.values("sheet")),
        product__in=asked.values("product"),
        void__isnull=True,
        removed_at__isnull=True,
    )
    found = list(near.select_related("product"))
    costs = costs_at_home({line.product_id for line in found}, home, day)
    sums: dict[tuple[int, int], int] = defaultdict(int)
    for line in found:
        cost = extended(costs.get(line.product_id, 0), line.quantity, line.product.quantity_decimals, home)
        sums[line.order_id or line.sheet_id, line.product_id] += cost
    return {
        ("line", line.pk): sums[line.order_id or line.sheet_id, line.product_id]
        for line in found
        if line.pk in lines
    }


def amounts_of_orders(orders: Collection[int], home: str) -> dict[tuple[str, int], int]:
    """The most that all lines of one product cost of which some ask for approval, by draft."""
    found = list(PurchaseOrder.objects.filter(pk__in=orders))
    lines = approvals.lines_of(orders)
    asks = approvals.asking(found, lines)
    amounts = {}
    for order in found:
        asked = {line.product_id for line, _cost in asks[order.pk]}
        sums: dict[int, int] = defaultdict(int)
        for line in lines[order.pk]:
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
