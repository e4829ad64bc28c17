"""Pure decisions about tickets, projects, contracts and jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Words
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish, kits, sheets
from wharfinger.demand.rules.amend import TAKEN, require_open
from wharfinger.demand.rules.promising import Promised, promise_lines
from wharfinger.demand.rules.words import OPEN_GOODS
from wharfinger.ledger.plan import Number, Plan, Truth
from wharfinger.stock.rules.serving import NORMAL, known_priority

NUMBERS = {
    "ticket": Number("ticket", "T-{n}"),
    "project": Number("project", "P-{n}"),
    "contract": Number("contract", "C-{n}"),
    "job": Number("job", "J-{n}"),
}
KINDS = {"ticket": N_("Ticket"), "project": N_("Project"), "contract": N_("Contract"), "job": N_("Job")}
SCOPE_WORDS = {
    "new_installation": N_("New installation"),
    "generic": N_("Generic"),
    "swap": N_("Swap"),
    "replacement": N_("Replacement"),
    "return": N_("Return"),
}
SCOPES = tuple(SCOPE_WORDS)


@dataclass(frozen=True, slots=True)
class WorkWish:
    """A ticket, project, contract or job as a person asks for it."""

    kind: str
    organization: int
    lines: tuple[LineWish, ...] = ()
    title: str = ""
    contact: int | None = None
    owner: int | None = None
    lead: int | None = None
    resource: int | None = None
    """Who does it."""
    order: int | None = None
    """The sales order of the same customer that it serves."""
    site: int | None = None
    currency: str | None = None
    tax_included: bool | None = None
    """Whether its prices include tax; as the customer's price list says where nobody does."""
    number: str | None = None
    customer_reference: str = ""
    location: int | None = None
    """From where its goods are taken first; as the customer, the owner or the company has it where none is named."""
    billable: bool | None = None
    """As the type has it, or billed, where nobody says."""
    scope: str | None = None
    """As the type has it, or generic, where nobody says."""
    type: int | None = None
    """The type of a job."""
    starts_on: date | None = None
    estimate_days: int | None = None
    """As the type has it where nobody says."""
    expected_on: date | None = None
    """Start and estimate where nobody says."""
    priority: str = NORMAL


def plan_work_order(truth: Truth, *, wish: WorkWish) -> Plan:
    """Open a ticket, project, contract or job, with its first charges."""
    plan = Plan()
    if wish.kind not in NUMBERS:
        raise BadInput("no_such_kind", N_("Choose ticket, project, contract or job."), field="kind")
    _is_on(truth, wish.kind)
    wish = _as_its_type(truth, wish)
    if wish.scope not in SCOPES:
        raise BadInput("no_such_scope", N_("There is no such fulfilment scope."), field="scope")
    number = NUMBERS[wish.kind]
    sheet = sheets.begin(
        plan,
        truth,
        wish,
        kind=wish.kind,
        number=number,
        promised_on=wish.expected_on,
        location=truth.read["location"],
        priority=wish.priority,
    )
    plan.create(
        "work.WorkOrder",
        sheet_id=sheet,
        lead_id=wish.lead or truth.actor,
        resource_id=wish.resource,
        order_id=wish.order,
        billable=wish.billable,
        scope=wish.scope,
        type_id=wish.type,
        starts_on=wish.starts_on,
        estimate_days=wish.estimate_days,
        expected_on=wish.expected_on,
    )
    lines = kits.opened(truth, wish.lines)
    claims = sheets.fill(plan, truth, wish, sheet, lines=lines, promised_on=wish.expected_on)
    routes = demand.route(truth, [(one.product, one.quantity) for one in lines])
    for claim, one in zip(claims, lines, strict=True):
        bill = "to_bill" if one.billable and wish.billable else None
        demand.bear(plan, truth, claim, one.product, one.quantity, to=routes[one.product], bill=bill)
    if not wish.billable:
        for made in plan.creates.get("demand.Line", ()):
            made["billable"] = False
    plan.mention(("work_order", sheet))
    return plan


MOST_DAYS = 3650


def _as_its_type(truth: Truth, wish: WorkWish) -> WorkWish:
    """The wish with what its type says where nobody said otherwise; raises BadInput for a type that does not hold."""
    kind = truth.read["job_type"]
    if wish.type is not None and wish.kind != "job":
        raise BadInput("not_a_job", N_("Only a job has a type. Leave it empty here."), field="type")
    if wish.type is not None and kind is None:
        raise BadInput(
            "no_such_job_type",
            N_("There is no such job type, or it is retired. Look at the list."),
            field="type",
        )
    estimate = wish.estimate_days
    if estimate is None and kind is not None:
        estimate = kind.estimate_days
    billable = wish.billable if wish.billable is not None else kind is None or kind.billable
    return replace(
        wish,
        scope=wish.scope or (kind.scope if kind is not None else "generic"),
        billable=billable,
        estimate_days=estimate,
        expected_on=wish.expected_on or expected(wish.starts_on, estimate),
    )


def expected(starts_on: date | None, estimate_days: int | None) -> date | None:
    """When work is expected to be completed: so many days after its start, where both are known."""
    if estimate_days is not None and not 0 <= estimate_days <= MOST_DAYS:
        raise BadInput(
            "out_of_bounds",
            N_("Give a whole number from {least} to {most}."),
            field="estimate_days",
            least=0,
            most=MOST_DAYS,
        )
    if starts_on is None or estimate_days is None:
        return None
    try:
        return starts_on + timedelta(days=estimate_days)
    except OverflowError:
        raise BadInput(
            "day_too_far", N_("This day is too far away. Give an earlier one."), field="starts_on"
        ) from None


def _is_on(truth: Truth, kind: str) -> None:
    if kind == "job" and not truth.read["house"].modules.get("jobs", True):
        raise Refusal(
            "module_off", N_("Jobs are switched off. An administrator can switch them on under Modules.")
        )


def open_work(truth: Truth, work_order: int) -> Any:
    """The work order that was locked; raises Refusal when it is unknown, undone, completed or cancelled."""
    sheet: Any = truth.documents.get("demand.Sheet", {}).get(work_order)
    _is_on(truth, sheet.kind if sheet is not None else "")
    row = truth.documents["work.WorkOrder"].get(work_order)
    if row is None:
        raise NotThere("no_such_work_order", N_("There is no such ticket, project, contract or job."))
    require_open(truth.read["standing"].get(work_order))
    return row


def plan_change(truth: Truth, *, work_order: int, values: dict[str, Any], own: dict[str, Any]) -> Plan:
    """Change the words, dates and people of a work order."""
    plan = Plan()
    row = open_work(truth, work_order)
    if "priority" in values:
        known_priority(values["priority"])
    own = own | _expected_anew(row, own)
    if "expected_on" in own:
        values = values | {"promised_on": own["expected_on"]}
    plan.change(truth.document("demand.Sheet", work_order), **values)
    plan.change(row, **own)
    return plan


def _expected_anew(row: Any, own: dict[str, Any]) -> dict[str, date | None]:
    """When work is expected that starts or lasts otherwise now, or of which nobody says any more when it is."""
    starts_on = own.get("starts_on", row.starts_on)
    estimate = own.get("estimate_days", row.estimate_days)
    found = expected(starts_on, estimate)
    moved = (starts_on, estimate) != (row.starts_on, row.estimate_days)
    unsaid = own["expected_on"] is None if "expected_on" in own else moved
    return {"expected_on": found} if unsaid and found is not None else {}


def plan_promise(truth: Truth, *, work_order: int, promises: Sequence[Promised]) -> Plan:
    """Promise charges for another day; once every charge has a day, the work is expected on the latest of them."""
    plan = Plan()
    row = open_work(truth, work_order)
    for n, one in enumerate(promises):
        line = truth.read["lines"].get(one.line)
        if line is not None and line.order_id is not None:
            raise Refusal(
                "promised_by_order",
                N_("A sales order collects this charge. Promise it anew on the order."),
                field=f"lines.{n}.line",
                subject=f"order:{line.order_id}",
            )
    if latest := promise_lines(plan, truth, promises):
        plan.change(truth.document("demand.Sheet", work_order), promised_on=latest)
        plan.change(row, expected_on=latest)
    plan.mention(truth.document("demand.Sheet", work_order))
    return plan


STATES = {
    "open": N_("Open"),
    "started": N_("Started"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
}
"""How far work is, as its decisions say."""


def state_of(row: Any) -> str:
    """How far a work order is."""
    if row.cancelled_at is not None:
        return "cancelled"
    if row.completed_at is not None:
        return "completed"
    return "open" if row.started_at is None else "started"


def plan_start(truth: Truth, *, work_order: int) -> Plan:
    """Say that somebody has begun with the work."""
    plan = Plan()
    row = open_work(truth, work_order)
    if row.started_at is not None:
        raise Refusal("started_already", N_("Somebody has begun with this already."))
    plan.change(row, started_at=truth.now)
    plan.mention(truth.document("demand.Sheet", work_order))
    return plan


def plan_complete(truth: Truth, *, work_order: int, anyway: bool, signed_by: str = "") -> Plan:
    """Declare work completed; open charges are named and need a yes. signed_by: who of the customer signed for it."""
    plan = Plan()
    row = open_work(truth, work_order)
    still = [line for line in truth.read["lines"].values() if truth.quantity_of(line.pk, OPEN_GOODS)]
    if still and not anyway:
        raise Refusal(
            "charges_open",
            N_("{count} charges are still open: {names}. Say yes to complete the work all the same."),
            count=len(still),
            names=", ".join(line.description for line in still),
            lines=[line.pk for line in still],
        )
    plan.change(row, completed_at=truth.now, signed_by=signed_by)
    plan.mention(truth.document("demand.Sheet", work_order))
    return plan


def plan_cancel(truth: Truth, *, work_order: int) -> Plan:
    """Cancel work of which no charge has been ordered, picked, handed over or invoiced."""
    plan = Plan()
    row = open_work(truth, work_order)
    kinds = [
        kind
        for kind in TAKEN
        if kind != "bin" and any(truth.quantity_of(line, (kind,)) for line in truth.read["lines"])
    ]
    if kinds:
        raise Refusal(
            "work_touched",
            N_("Something has happened to these charges already: {what}. Take those steps back first."),
            what=Words(TAKEN[kind] for kind in kinds),
        )
    for line in truth.read["lines"].values():
        demand.end(plan, truth, line)
    plan.change(row, cancelled_at=truth.now)
    plan.mention(truth.document("demand.Sheet", work_order))
    return plan
