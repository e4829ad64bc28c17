"""Pure decisions about what falls due to be invoiced by a customer's policy, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta


def proposed(policy: str, figures: Mapping[str, int], then: Mapping[str, int] | None = None) -> int:
    """How many units of a line are due by the customer's policy.

    On order: all that is to be billed. On shipment: what has left, on delivery or monthly: what has
    arrived, each less what is invoiced and not credited. By hand: none. What came back is not proposed.
    then: the figures as of an earlier day, since which nothing more falls due.
    """
    if policy == "hand":
        return 0
    if then is not None:
        return min(proposed(policy, figures), proposed(policy, {**then, "invoiced": figures["invoiced"]}))
    to_bill = figures["to_bill"]
    if policy == "order":
        return to_bill
    gone = figures["delivered"] + (figures["shipped"] if policy == "shipment" else 0)
    return max(0, min(to_bill, gone - figures["invoiced"]))


def settled_by(policy: str, today: date, until: date | None) -> date | None:
    """The day after which nothing of a customer falls due; nothing where all that is there does.

    Once a month counts months that are over. until: the last day that counts, where one is said.
    """
    said = until is not None and until < today
    if policy != "monthly":
        return until if said else None
    if until is None or not said:
        return month_over(today)
    return until if (until + timedelta(days=1)).day == 1 else month_over(until)


def month_over(day: date) -> date:
    """The last day of the last month that is over before a day."""
    return day.replace(day=1) - timedelta(days=1)
