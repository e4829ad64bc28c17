"""What may be invoiced, and what of it each customer's policy proposes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from wharfinger.base import clock, configuration
from wharfinger.billing.queries.due import due
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Organization


@dataclass(slots=True)
class ToBill:
    """A line, how many units of it may be invoiced, and how many are proposed."""

    line: Any
    units: int
    proposed: int


def customers() -> QuerySet[Organization, Organization]:
    """The customers for whom something may be invoiced."""
    waiting = Holding.objects.filter(kind="to_bill", quantity__gt=0, claim__line__void__isnull=True)
    return Organization.objects.filter(pk__in=waiting.values("claim__line__organization_id")).order_by(
        "name", "pk"
    )


def to_bill(organization: int, sheet: int | None = None) -> list[ToBill]:
    """The lines of a customer, or of one document, that may be invoiced, at any stage of their goods."""
    held = Holding.objects.filter(kind="to_bill", quantity__gt=0, claim__line__organization_id=organization)
    units: dict[int, int] = dict(held.values_list("claim_id").annotate(Sum("quantity")))
    lines = Line.objects.filter(pk__in=units, void__isnull=True).select_related(
        "product", "sheet", "organization", "tax_code"
    )
    if sheet is not None:
        lines = lines.filter(sheet_id=sheet)
    found = list(lines.order_by("sheet_id", "position", "pk"))
    policies = {line.pk: line.organization.billing_policy for line in found}
    asked = due(policies, quantities(units), clock.today(configuration.one("time_zone")))
    return [ToBill(line, units[line.pk], asked[line.pk]) for line in found]
