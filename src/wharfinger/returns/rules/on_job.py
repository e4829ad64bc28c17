"""Pure decisions about jobs that do what their scope says with the devices that they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal, Remedy, Words
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.returns.rules.receiving import Brought, plan_return
from wharfinger.returns.rules.swapping import Leaving, Swap, exchange, leaving, named_at
from wharfinger.work.rules import SCOPE_WORDS, open_work

SWAPPING = ("swap", "replacement")
"""The scopes by which a job lets new units take the places of devices."""
DONE_BY_DEVICE = (*SWAPPING, "return")
"""The scopes that do something with the devices that a job names."""


def check_devices(devices: Sequence[int]) -> None:
    """Let devices pass of which each is named once; raises BadInput otherwise."""
    if not devices:
        raise BadInput("no_device", N_("Choose at least one device."), field="devices")
    for n, device in enumerate(devices):
        if device in devices[:n]:
            raise BadInput("named_twice", N_("This device is named twice."), field=f"devices.{n}.device")


@contextmanager
def at_devices(devices: Sequence[int]) -> Iterator[None]:
    """Let a refusal of goods that come back name the device that it is about."""
    try:
        yield
    except Refusal as refusal:
        rows, _, rest = (refusal.field or "").partition(".")
        n = rest.partition(".")[0]
        if rows == "lines" and n.isdecimal() and int(n) < len(devices):
            refusal.field = f"devices.{n}.device"
        raise


def plan_swap_on_job(
    truth: Truth,
    *,
    job: int,
    swaps: Sequence[Swap],
    charge: bool | None,
    credit: bool | None,
    may_credit: bool,
) -> Plan:
    """Let new units take the places of devices that an open job names, billed as the job says unless somebody does."""
    row = job_of(truth, job, [one.device for one in swaps], SWAPPING)
    old = []
    for n, swap in enumerate(swaps):
        with named_at(f"devices.{n}."):
            one = leaving(truth, swap, f"devices.{n}.")
        old.append(one._replace(swap=_as_the_job(truth, row, one, charge, credit)))
    plan = exchange(truth, old, may_credit=may_credit)
    plan.mention(truth.document("demand.Sheet", job))
    return plan


def _as_the_job(truth: Truth, row: Any, old: Leaving, charge: bool | None, credit: bool | None) -> Swap:
    """A swap with what the job says about money where nobody did."""
    covered = old.cover.end_on is not None and old.cover.end_on >= truth.effective_on
    free = covered and row.scope == "swap"
    billed = truth.quantity_of(old.held.claim, ("invoiced", "to_bill")) if old.held.claim else 0
    return replace(
        old.swap,
        charge=row.billable and not free if charge is None else charge,
        credit=row.scope == "replacement" and billed > 0 if credit is None else credit,
    )


def plan_return_on_job(
    truth: Truth, *, job: int, devices: Sequence[int], brought: Brought, may_credit: bool
) -> Plan:
    """Take back devices that an open job names."""
    job_of(truth, job, devices, ("return",))
    plan = plan_return(truth, brought=brought, may_credit=may_credit)
    plan.mention(truth.document("demand.Sheet", job))
    return plan


def job_of(truth: Truth, job: int, devices: Sequence[int], scopes: Collection[str]) -> Any:
    """An open job of one of these scopes that names all these devices; raises Refusal otherwise."""
    row = open_work(truth, job)
    document = truth.document("demand.Sheet", job)
    if document.kind != "job" or row.scope not in scopes:
        raise Refusal(
            "other_scope",
            N_("This is not done on {number}: its scope is {scope}. Change the scope of an open job first."),
            number=document.number,
            scope=Words([SCOPE_WORDS[row.scope]]),
            remedies=[Remedy("edit_work", {"pk": job})],
        )
    named = {one.device_id for one in truth.read["about"] if one.ended_at is None}
    for n, device in enumerate(devices):
        if device not in named:
            raise BadInput(
                "not_named", N_("This work is not about this device."), field=f"devices.{n}.device"
            )
    return row
