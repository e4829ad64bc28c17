"""Exchange a device at a customer for another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from wharfinger.devices.models import Device
from wharfinger.devices.queries import truth as devices
from wharfinger.devices.queries.about import read_open_work_about
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.returns.queries import swapping as reads
from wharfinger.returns.queries import truth as returns
from wharfinger.returns.rules.swapping import Swap, plan_swap
from wharfinger.stock.queries.truth import read_layer_dates, read_lots


def swap(
    *,
    actor: Actor,
    swap: Swap,
    swapped_on: date | None = None,
    kept: Sequence[Kept] = (),
    key: str | None = None,
) -> Written:
    """Exchange a device in one step: the old one leaves, a new unit comes from stock on a line of its own.

    Contract and subscriptions follow, open work where it is asked; warranty as the policy says. Raises Refusal where the old device is
    on an open RMA, or the new unit is held for somebody else or serves already. kept: a fee and the freight, kept of
    the credit of the old unit.
    """
    require(actor, "devices.swap")
    check_kept(kept)
    reason = tidy(swap.reason, field="reason", most=500)
    device = Device.objects.filter(pk=swap.device, void__isnull=True).first()
    if device is None:
        raise NotThere("no_such_device", N_("There is no such device."))
    wanted = (swap.incoming.product if swap.incoming else None) or device.product_id
    serial = swap.incoming.serial if swap.incoming else ""
    lines = [device.line_id] if device.line_id is not None else []

    return post(
        "swap",
        Wish(
            documents=[
                (Sheet, demand.documents_of(lines)),
                *([(Sheet, [swap.sheet])] if swap.sheet is not None else []),
                (Device, [swap.device]),
                *returns.invoices(lines),
            ],
            first=demand.read_lines(lines),
            products={device.product_id, wanted},
            claims=demand.line_ids,
            free=True,
            layers=True,
            loose=True,
            incoming=("invoiced",),
            reads=(*_reads(device, swap, wanted, serial), read_kept(kept)),
        ),
        partial(plan_swap, swap=swap, may_credit=actor.may("billing.credit"), kept=tuple(kept)),
        actor=actor,
        key=key,
        reason=reason,
        effective_on=swapped_on,
    )


def _reads(device: Device, swap: Swap, product: int, serial: str) -> Sequence[Callable[[Truth], None]]:
    def lots(truth: Truth) -> list[int]:
        return [device.lot_id, *(lot.id for lot in truth.read["lots"].values())]

    return (
        demand.read_products,
        read_standing,
        read_lots([(product, serial)] if serial else []),
        devices.read_units(lambda _: [device.lot_id]),
        devices.read_devices(lots),
        devices.read_subscriptions,
        devices.read_relations,
        devices.read_users(device.pk),
        devices.read_sales,
        devices.read_policies,
        devices.read_sites([device.site_id]),
        devices.read_people([], []),
        returns.read_homes,
        returns.read_worth,
        read_layer_dates,
        read_invoice_lines,
        reads.read_open_rmas(swap.device),
        reads.read_holder(product, serial),
        reads.read_sheet(swap.sheet),
        *([read_open_work_about(swap.device)] if swap.work else []),
    )
