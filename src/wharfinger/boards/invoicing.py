"""Cells of Approve & Post: what is due by the customer's policy, and since when it may be invoiced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from wharfinger.base import clock, configuration, money
from wharfinger.base.quantity import plain
from wharfinger.billing.queries.due import POLICY, due
from wharfinger.demand.queries import quantities
from wharfinger.ledger.models import Holding, Move
from wharfinger.parties.pages.organizations import POLICIES

if TYPE_CHECKING:
    from wharfinger.boards.showing import Seen

Stage = Literal["wanted", "on_order", "at_hand", "gone"]
FIGURES: dict[Stage, tuple[str, ...]] = {
    "wanted": ("wanted", "to_approve", "to_order", "drafted"),
    "on_order": ("on_order",),
    "at_hand": ("reserved", "picked", "packed", "ready"),
    "gone": ("shipped", "delivered"),
}
"""Where goods of a line are, by the figures that say so."""
PRICED = tuple(f"claim__line__{name}" for name in ("unit_price_micro", "currency", "discount_micro", "per"))
NOT_BILLED = dict.fromkeys(("net", "proposed", "policy", "stage", "since"))
"""What is said of what does not wait to be invoiced."""
DAYS = (7, 30, 60)
"""So many days or more is what is asked for of how long something waits to be invoiced; today is asked for, too."""


def today() -> date:
    """The company's day, as of which something is due."""
    return clock.today(configuration.one("time_zone"))


def with_day(found: QuerySet[Holding, Any]) -> QuerySet[Holding, Any]:
    """These bills, each with the day on which the first of it could be invoiced as ``billable_on``."""
    first = Move.objects.filter(target=OuterRef("pk")).order_by("pk").values("entry__effective_on")[:1]
    return found.annotate(billable_on=Subquery(first))


def waiting_for(found: QuerySet[Holding, Any], age: str, on: date) -> QuerySet[Holding, Any]:
    """Those that could be invoiced since so many days, or since today."""
    days = int(age) if age.isascii() and age.isdecimal() else -1
    came = Move.objects.filter(target=OuterRef("pk"))
    if days in DAYS:
        return found.filter(Exists(came.filter(entry__effective_on__lte=on - timedelta(days))))
    return found.filter(~Exists(came.filter(entry__effective_on__lt=on))) if days == 0 else found


def ages() -> list[tuple[str, str]]:
    """How long something waits to be invoiced, as a filter offers it."""
    longer = [(str(n), _("%(n)s days or longer") % {"n": n}) for n in DAYS]
    return [("0", _("Since today")), *longer]


def proposed_cell(row: Mapping[str, Any], seen: Seen) -> tuple[int, int]:
    """How many units are due."""
    return min(row["quantity"], seen.proposed[row["claim_id"]]), row["product__quantity_decimals"]


def policy_cell(row: Mapping[str, Any], seen: Seen) -> str:
    """When its customer is billed."""
    return _(POLICIES[row[POLICY]])


def amount(row: Mapping[str, Any]) -> tuple[int, str]:
    """What a row comes to at the line's price, and in which currency."""
    price, currency, less, per = (row[name] for name in PRICED)
    return money.extended(
        price, row["quantity"], row["product__quantity_decimals"], currency, less, per
    ), currency


def asked_for(rows: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """By row what it comes to, how much of it is due, and where its goods are, as callers read it."""
    figures = quantities({row["claim_id"] for row in rows})
    asked = due({row["claim_id"]: row[POLICY] for row in rows}, figures, today())
    return {
        row["id"]: {
            "net": money.plain(*amount(row)),
            "proposed": plain(
                min(row["quantity"], asked[row["claim_id"]]), row["product__quantity_decimals"]
            ),
            "policy": row[POLICY],
            "stage": [
                stage
                for stage, names in FIGURES.items()
                if any(figures[row["claim_id"]][name] for name in names)
            ],
            "since": row["billable_on"],
        }
        for row in rows
    }
