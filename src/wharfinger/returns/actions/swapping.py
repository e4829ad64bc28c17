"""Exchange devices at customers for others: one by itself, or those of a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, NotThere
from wharfinger.base.words import tidy
from wharfinger.billing.actions.keeping_back import check_kept
from wharfinger.billing.queries.fees import read_kept
from wharfinger.billing.queries.truth import read_invoice_lines
from wharfinger.billing.rules.keeping_back import Kept
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.standing import read_standing
from wharfinger.demand.rules import LineWish
from wharfinger.devices.models import Device
from wharfinger.devices.queries import truth as devices
from wharfinger.devices.queries.about import read_about, read_open_work_about
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.queries import swapping as reads
from wharfinger.returns.queries import truth as returns
from wharfinger.returns.queries.swapping import asked_for
from wharfinger.returns.rules import on_job
from wharfinger.returns.rules.on_job import check_devices
from wharfinger.returns.rules.swapping import Swap, plan_swap
from wharfinger.stock.queries.truth import read_layer_dates, read_lots
from wharfinger.work.models import WorkOrder


def swap(
    *,
    actor: Actor,
    swap: Swap,
    swapped_on: date | None = None,
    kept: Sequence[Kept] = (),
    key: str | None = None,
) -> Written:
    """Exchange a device in one step: the old one leaves, a new unit comes from stock on a line of its own.

    By a line of an approved RMA the old one comes back there, and is settled as replaced.
    Contract and subscriptions follow, open work where it is asked; warranty as the policy says. Raises Refusal where the old device is
    on an open RMA, or the new unit is held for somebody else or serves already. kept: a fee and the freight, kept of
    the credit of the old unit.
    """
    require(actor, "devices.swap")
    check_kept(kept)
    reason = tidy(swap.reason, field="reason", most=500)
    wish = _wish([swap], sheet=swap.sheet, missing=None)
    further = [read_open_work_about(swap.device)] if swap.work else []
    return post(
        "swap",
        replace(wish, reads=(*wish.reads, read_kept(kept), *further)),
        partial(plan_swap, swap=swap, may_credit=actor.may("billing.credit"), kept=tuple(kept)),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=swapped_on,
    )


def swap_on_job(
    *,
    actor: Actor,
    job: int,
    swaps: Sequence[Swap],
    reason: str,
    charge: bool | None = None,
    credit: bool | None = None,
    swapped_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Do a job of scope swap or replacement: the devices that it names leave, and new units take their places.

    charge: whether the new units are billed; credit: whether the old ones are credited. As the job says where nobody
    does: what is billed and no warranty covers is charged, and a replacement credits what was billed of the old unit.
    """
    require(actor, "devices.swap")
    reason = tidy(reason, field="reason", most=500)
    check_devices([one.device for one in swaps])
    named = [replace(one, sheet=job, reason=reason, work=False) for one in swaps]
    wish = _wish(named, sheet=job, missing="devices.{n}.device")
    return post(
        "swap",
        replace(wish, documents=[*wish.documents, (WorkOrder, [job])], reads=(*wish.reads, read_about(job))),
        partial(
            on_job.plan_swap_on_job,
            job=job,
            swaps=tuple(named),
            charge=charge,
            credit=credit,
            may_credit=actor.may("billing.credit"),
        ),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=swapped_on,
    )


def _wish(swaps: Sequence[Swap], *, sheet: int | None, missing: str | None) -> Wish:
    """What is locked and read for swaps. missing: the field of a device that there is not, with its row."""
    found = Device.objects.filter(pk__in={one.device for one in swaps}, void__isnull=True).in_bulk()
    for n, one in enumerate(swaps):
        if one.device not in found:
            raise NotThere(
                "no_such_device",
                N_("There is no such device."),
                field=missing.format(n=n) if missing else None,
            )
    devices_there = [found[one.device] for one in swaps]
    coming = [
        ((one.incoming.product if one.incoming else None) or found[one.device].product_id, one)
        for one in swaps
    ]
    serials = [
        (product, one.incoming.serial) for product, one in coming if one.incoming and one.incoming.serial
    ]
    lines = sorted({device.line_id for device in devices_there if device.line_id is not None})
    charged = [LineWish(product, 1) for product, one in coming if one.charge or missing]

    def lots(truth: Truth) -> list[int]:
        return [
            *(device.lot_id for device in devices_there),
            *(lot.id for lot in truth.read["lots"].values()),
        ]

    return Wish(
        documents=[
            (Sheet, demand.documents_of(lines)),
            *([(Sheet, [sheet])] if sheet is not None else []),
            (Device, sorted(found)),
            *returns.invoices(lines),
            *asked_for(one.rma_line for one in swaps if one.rma_line is not None),
        ],
        first=demand.read_lines(lines),
        products={device.product_id for device in devices_there} | {product for product, _ in coming},
        claims=demand.line_ids,
        free=True,
        layers=True,
        loose=True,
        incoming=("invoiced",),
        reads=(
            demand.read_products,
            read_standing,
            read_lots(serials),
            devices.read_units(lambda _: [device.lot_id for device in devices_there]),
            devices.read_devices(lots),
            devices.read_subscriptions,
            devices.read_relations,
            devices.read_users(*found),
            devices.read_sales,
            devices.read_policies,
            devices.read_sites([device.site_id for device in devices_there]),
            devices.read_people([], []),
            returns.read_homes,
            returns.read_worth,
            read_layer_dates,
            read_invoice_lines,
            reads.read_open_rmas,
            reads.read_holders(serials),
            reads.read_sheet(sheet),
            *((reads.read_prices(sheet, charged),) if charged else ()),
        ),
    )
