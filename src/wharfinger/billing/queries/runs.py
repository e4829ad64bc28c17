"""What is due, put together to invoices, and how far the runs are that write them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext

from wharfinger.base import money
from wharfinger.base.door import known
from wharfinger.billing.models import Invoice, InvoiceRun
from wharfinger.billing.queries.due import due, only_due
from wharfinger.billing.queries.shown import today
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Organization


@dataclass(slots=True)
class Due:
    """One invoice that is due: whose it is, of which document, and what it comes to before tax where prices say that."""

    organization: int
    customer: str
    sheet: int | None
    """The document it is of; nothing where it collects a month."""
    currency: str
    lines: list[tuple[int, int]] = field(default_factory=list)
    minor: int = 0
    numbers: dict[str, None] = field(default_factory=dict)


def invoices_due(customers: Collection[int] = (), until: date | None = None) -> list[Due]:
    """The invoices that are due, of all customers or of these: one for each document, of a month one for a customer.

    What is priced in other currencies, or says prices otherwise, stands on invoices of its own. A constant number
    of statements.
    """
    day = today()
    waiting = only_due(Holding.objects.filter(kind="to_bill", quantity__gt=0, claim__gt=0), day)
    if customers:
        waiting = waiting.filter(claim__line__organization__in=customers)
    lines = Line.objects.filter(pk__in=waiting.values("claim_id"), void__isnull=True, removed_at__isnull=True)
    rows = list(
        lines.select_related("product", "organization", "sheet").order_by("sheet_id", "position", "pk")
    )
    policies = {line.pk: line.organization.billing_policy for line in rows}
    asked = due(policies, quantities(policies), day, until) if rows else {}
    found: dict[Any, Due] = {}
    for line in rows:
        if not asked[line.pk]:
            continue
        sheet = None if policies[line.pk] == "monthly" else line.sheet_id
        whose = line.organization
        at = whose.name, whose.pk, sheet, line.currency, line.tax_included
        one = found.setdefault(at, Due(whose.pk, whose.name, sheet, line.currency))
        one.lines.append((line.pk, asked[line.pk]))
        one.numbers[line.sheet.number] = None
        one.minor += money.extended(
            line.unit_price_micro,
            asked[line.pk],
            line.product.quantity_decimals,
            line.currency,
            line.discount_micro,
            line.per,
        )
    return [found[at] for at in sorted(found, key=lambda at: (at[0], at[1], at[2] or 0, at[3], at[4]))]


def to_post(drafts: Collection[int]) -> list[dict[str, Any]]:
    """These drafts as a run asks for them, the oldest first; what is posted or gone is left out."""
    found = Invoice.objects.filter(pk__in=drafts, posted_at=None, void=None).order_by("pk")
    return [
        {
            "organization": one.organization_id,
            "currency": one.currency,
            "numbers": [one.sheet.number] if one.sheet else [],
            "posts": one.pk,
        }
        for one in found.select_related("sheet")
    ]


def posts(run: InvoiceRun) -> bool:
    """Whether a run posts drafts, rather than writing what is due."""
    return bool(run.asked) and "posts" in run.asked[0]


def drafts_of(run: InvoiceRun) -> list[int]:
    """What a run wrote and nobody has posted or discarded since."""
    return list(
        Invoice.objects.filter(pk__in=run.made, posted_at=None, void=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def run_of(pk: int) -> InvoiceRun:
    """A run; raises NotThere."""
    return known(InvoiceRun.objects.select_related("by").filter(pk=pk).first(), pk)


def refused(run: InvoiceRun) -> list[dict[str, Any]]:
    """The invoices of a run that were refused, with why in the reader's words."""
    asked = [run.asked[one["n"]] for one in run.problems]
    names = dict(
        Organization.objects.filter(pk__in=[a["organization"] for a in asked]).values_list("pk", "name")
    )
    there = Invoice.objects.filter(pk__in=[a["posts"] for a in asked if "posts" in a], void=None)
    drafts = set(there.values_list("pk", flat=True))
    return [
        {
            "organization": at["organization"],
            "customer": names.get(at["organization"], ""),
            "numbers": at["numbers"],
            "draft": at["posts"] if at.get("posts") in drafts else None,
            "words": _words(one),
        }
        for one, at in zip(run.problems, asked, strict=True)
    ]


def _words(problem: dict[str, Any]) -> str:
    return gettext(problem["sentence"]).format(**problem["values"])


def made(run: InvoiceRun) -> Sequence[Invoice]:
    """The invoices and drafts of a run that still stand, in its order."""
    found = Invoice.objects.filter(pk__in=run.made, void__isnull=True).select_related("organization")
    return list(found.order_by("pk"))


def show_runs(rows: Iterable[InvoiceRun]) -> list[dict[str, Any]]:
    """Runs as callers read them."""
    return [
        {
            "id": run.pk,
            "until": run.until.isoformat() if run.until else None,
            "draft": run.draft,
            "posts": posts(run),
            "total": run.total,
            "done": run.position,
            "started_at": run.started_at.isoformat(),
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "invoices": run.made,
            "refused": [
                {
                    "organization": run.asked[one["n"]]["organization"],
                    "code": one["code"],
                    "message": _words(one),
                }
                for one in run.problems
            ],
        }
        for run in rows
    ]
