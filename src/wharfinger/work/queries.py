"""Reads of tickets, projects, contracts and jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from wharfinger.base import clock, configuration, further, money
from wharfinger.base.door import known, module_on
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.amounts import money_of, open_on, totals_of
from wharfinger.demand.queries.reading import SHEET, lines_on
from wharfinger.demand.queries.shown import show_lines
from wharfinger.demand.queries.words import with_words
from wharfinger.demand.rules.words import OPEN_GOODS
from wharfinger.ledger.models import Holding
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.prepared import Prepared, an_id
from wharfinger.work.models import JobType
from wharfinger.work.rules import NUMBERS, state_of


def work_orders() -> QuerySet[Any, Any]:
    """Every ticket, project, contract and job that is not undone, with its words."""
    rows = Sheet.objects.filter(kind__in=list(NUMBERS), void__isnull=True)
    return with_words(
        rows.select_related(
            "organization",
            "contact",
            "owner",
            "location",
            "work_order__lead",
            "work_order__resource",
            "work_order__order",
            "work_order__type",
        ),
        SHEET,
    )


def goods_left() -> QuerySet[Holding, Holding]:
    """The units of lines that are not yet with the customer; what is only done is no goods."""
    standing = Holding.objects.filter(kind__in=OPEN_GOODS, quantity__gt=0, claim__line__void__isnull=True)
    return standing.exclude(product__kind="service")


def ended_with_open_goods(found: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Of these the completed and cancelled ones whose charges still have units that are not with the customer."""
    left = goods_left().filter(claim__line__sheet=OuterRef("pk"))
    ended = Q(work_order__completed_at__isnull=False) | Q(work_order__cancelled_at__isnull=False)
    return found.filter(ended, Exists(left))


def late(found: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Of these the ones that were expected to be completed before today and are neither completed nor cancelled."""
    today = clock.today(configuration.one("time_zone"))
    still = found.filter(work_order__completed_at__isnull=True, work_order__cancelled_at__isnull=True)
    return still.filter(work_order__expected_on__lt=today)


def job_types() -> QuerySet[JobType, JobType]:
    """Every type of job, unless the entry that added it was undone."""
    return JobType.objects.filter(void__isnull=True)


def retired_types(rows: QuerySet[JobType], values: Iterable[str]) -> QuerySet[JobType]:
    """Those on the list, or those that were taken off it."""
    wanted = {value == "true" for value in values}
    return rows.filter(retired_on__isnull=not wanted.pop()) if len(wanted) == 1 else rows


def show_job_types(found: Iterable[JobType]) -> list[dict[str, Any]]:
    """Types of job for callers."""
    return [
        {
            "id": one.pk,
            "name": one.name,
            "scope": one.scope,
            "billable": one.billable,
            "estimate_days": one.estimate_days,
            "agreed": one.agreed,
            "retired_on": one.retired_on.isoformat() if one.retired_on else None,
        }
        for one in found
    ]


def read_job_type(job_type: int | None, truth: Truth) -> None:
    """The type that a new job is to have, where it is on the list."""
    found = job_types().filter(pk=job_type, retired_on__isnull=True).first() if job_type is not None else None
    truth.read["job_type"] = found


def shown_kinds() -> list[str]:
    """The kinds of work order that are on: jobs can be switched off."""
    return [kind for kind in NUMBERS if kind != "job" or configuration.one("modules")["jobs"]]


def open_work(organization: int) -> list[Sheet]:
    """The tickets, projects, contracts and jobs of a customer that may still be charged, newest first."""
    rows = Sheet.objects.filter(organization_id=organization, kind__in=shown_kinds(), void__isnull=True)
    still = rows.filter(work_order__completed_at__isnull=True, work_order__cancelled_at__isnull=True)
    return list(still.order_by("-pk")[:200])


def orders_of(organization: int) -> list[tuple[int, str]]:
    """The sales orders of a customer that work may serve, the newest first."""
    found = Sheet.objects.filter(organization_id=organization, kind="order", void__isnull=True)
    return list(
        found.exclude(order__cancelled_at__isnull=False).order_by("-pk").values_list("pk", "number")[:200]
    )


def require_order(order: int | None, organization: int, _truth: Truth) -> None:
    """Let pass a sales order of this customer; raises BadInput for any other."""
    orders = Sheet.objects.filter(organization_id=organization, kind="order", void__isnull=True)
    if order is not None and not orders.filter(pk=order).exists():
        raise BadInput("no_such_order", N_("This customer has no such sales order."), field="order")


def read_order_of(work_order: int, order: int | None) -> Callable[[Truth], None]:
    """The same for work that is locked."""

    def read(truth: Truth) -> None:
        document = truth.documents.get("demand.Sheet", {}).get(work_order)
        if document is not None:
            require_order(order, document.organization_id, truth)

    return read


def serving(order: int) -> list[Sheet]:
    """The tickets, projects, contracts and jobs that serve a sales order, with their words, the newest first."""
    return list(work_orders().filter(work_order__order=order, kind__in=shown_kinds()).order_by("-pk"))


def numbered_units(product: int, units: int, *, line: int | None, location: int | None) -> int:
    """From how many units with a number of their own so many are chosen; what a charge holds goes first."""
    goods = Holding.objects.filter(
        product_id=product, kind__in=("bin", "picked"), serial=True, owned=True, quantity__gt=0
    )
    if location is not None:
        goods = goods.filter(place__parent_id=location)
    held = goods.filter(claim_id=line).count() if line is not None else 0
    return held if held >= units else held + goods.filter(kind="bin", claim_id=0).count()


_WORK_ORDER = Prepared(lambda pk: work_orders().filter(pk=pk), an_id("work_order"))


def work_order(pk: int) -> Any:
    """One work order with its words; raises NotThere, for a job also where jobs are switched off."""
    found = known(_WORK_ORDER.first(pk), pk)
    if found.kind == "job":
        module_on("jobs")
    return found


def show_work_order(row: Any) -> dict[str, Any]:
    """A work order with its charges."""
    return show_work_orders([row], include=frozenset(("charges",)))[0]


def show_work_orders(rows: Sequence[Any], include: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """Work orders as callers read them; a constant number of statements."""
    ids = [row.pk for row in rows]
    lines = lines_on(ids, SHEET)
    sums = totals_of(ids, SHEET, {row.pk for row in rows if row.goods_word == "cancelled"}, lines)
    billed = money_of(ids, SHEET)
    about = further.figure("work_order.devices", ids)
    charges: dict[int, list[dict[str, Any]]] = {pk: [] for pk in ids}
    if "charges" in include:
        for line in show_lines(lines):
            charges[line["sheet"]].append(line)
    return [
        {
            "id": row.pk,
            "kind": row.kind,
            "number": row.number,
            "title": row.title,
            "organization": row.organization_id,
            "contact": row.contact_id,
            "owner": row.owner_id,
            "lead": row.work_order.lead_id,
            "resource": row.work_order.resource_id,
            "order": row.work_order.order_id,
            "devices": about.get(row.pk, []),
            "currency": row.currency,
            "tax_included": row.tax_included,
            "customer_reference": row.customer_reference,
            "location": row.location_id,
            "billable": row.work_order.billable,
            "scope": row.work_order.scope,
            "type": row.work_order.type_id,
            "starts_on": row.work_order.starts_on.isoformat() if row.work_order.starts_on else None,
            "estimate_days": row.work_order.estimate_days,
            "priority": row.priority,
            "expected_on": row.work_order.expected_on.isoformat() if row.work_order.expected_on else None,
            "status": state_of(row.work_order),
            "started_at": row.work_order.started_at.isoformat() if row.work_order.started_at else None,
            "completed_at": row.work_order.completed_at.isoformat() if row.work_order.completed_at else None,
            "signed_by": row.work_order.signed_by,
            "cancelled_at": row.work_order.cancelled_at.isoformat() if row.work_order.cancelled_at else None,
            "net": money.plain(sums[row.pk].net, row.currency),
            "tax": money.plain(sums[row.pk].tax, row.currency),
            "total": money.plain(sums[row.pk].total, row.currency),
            "open": money.plain(open_on(row, sums[row.pk].total, billed[row.pk]), row.currency),
            "goods_status": row.goods_word,
            "money_status": row.money_word,
            **({"charges": charges[row.pk]} if "charges" in include else {}),
        }
        for row in rows
    ]
