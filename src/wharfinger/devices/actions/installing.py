"""Make devices of units at customers, and let them follow their goods."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from django.db import models

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.demand import queries as demand
from wharfinger.demand.models import Sheet
from wharfinger.devices.models import Device
from wharfinger.devices.queries import truth as reads
from wharfinger.devices.rules import WITH_CUSTOMER, installing, leave
from wharfinger.devices.rules.installing import Installation
from wharfinger.ledger import sql
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Fact, Move
from wharfinger.ledger.plan import Plan, Step, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written, dump
from wharfinger.stock.queries.truth import read_lots


def install(
    *, actor: Actor, items: Sequence[Installation], installed_on: date | None = None, key: str | None = None
) -> Written:
    """Make devices of delivered units, or of goods that we never sold; warranty comes from the policies.

    A unit with a serial number stays itself; one without becomes a lot of one under its device's number.
    """
    require(actor, "devices.install")
    _given(items)
    lines = sorted({one.line for one in items if one.line is not None})
    foreign = {one.product for one in items if one.line is None and one.product is not None}
    codes = reads.codes_of((one.line, one.serial) for one in items)
    codes += [
        (one.product, one.serial)
        for one in items
        if one.line is None and one.product is not None and one.serial
    ]

    def products(truth: Truth) -> set[int]:
        return demand.line_products(truth) | foreign

    def read_products(truth: Truth) -> None:
        demand.read_these_products(products(truth))(truth)

    def lots(truth: Truth) -> list[int]:
        return reads.lots_with_customers(truth) + [lot.id for lot in truth.read["lots"].values()]

    return post(
        "install",
        Wish(
            documents=[(Sheet, demand.documents_of(lines))],
            first=demand.read_lines(lines),
            products=products,
            claims=lines,
            loose=True,
            reads=(
                read_products,
                read_lots(codes),
                reads.read_devices(lots),
                reads.read_sales,
                reads.read_policies,
                reads.read_sites(one.site for one in items),
                reads.read_people((one.contact for one in items), (one.contract for one in items)),
            ),
        ),
        partial(installing.plan_install, items=tuple(items)),
        actor=actor,
        key=key,
        effective_on=installed_on,
    )


def _given(items: Sequence[Installation]) -> None:
    if not items:
        raise BadInput("no_items", N_("Choose at least one unit."), field="items")
    for n, one in enumerate(items):
        if one.quantity <= 0:
            raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"items.{n}.quantity")


FOLLOWING = ("cancel_delivery", "remove", "cancel_receipt", "reopen", "reverse")
"""The verbs that take goods back from customers without knowing of devices."""


def follow_goods(truth: Truth, plan: Plan) -> None:
    """Let devices leave the customer whose units are taken back from them, whichever verb does it.

    Where a part of an entry is undone that took units from customers, their devices are theirs again.
    """
    gone = {s.source.lot: None for s in plan.steps if s.source.kind in WITH_CUSTOMER and _leaves(s)}
    back = {s.target.lot: s.reverses for s in plan.steps if s.reverses is not None and _comes_back(s)}
    lots = sorted(lot for lot in gone.keys() | back.keys() if isinstance(lot, int))
    if not lots:
        return
    settled = {c.pk for c in plan.changes if c.label == "devices.Device" and c.field == "removed_on"}
    settled |= {pk for label, pk in plan.voids if label == "devices.Device"}
    found = sql.read(Device, f"{sql.among('lot_id')} AND void_id IS NULL", [sql.array(lots)], locked=True)
    returning = {}
    for device in found.values():
        if device.pk in settled:
            continue
        if device.lot_id in gone and device.removed_on is None:
            leave(plan, truth, device)
        elif device.lot_id in back and device.removed_on is not None:
            returning[device.pk] = device, back[device.lot_id]
    if returning:
        _theirs_again(plan, returning)


def _leaves(step: Step) -> bool:
    """Whether a unit leaves its customer, or is no unit of its own any more."""
    return step.source.serial and (
        step.target.kind not in WITH_CUSTOMER or step.target.lot != step.source.lot
    )


def _comes_back(step: Step) -> bool:
    return step.target.serial and step.target.kind in WITH_CUSTOMER and step.source.kind not in WITH_CUSTOMER


def _theirs_again(plan: Plan, returning: Mapping[int, tuple[Device, int | None]]) -> None:
    """Give devices back what the entries took from them by which their units had left."""
    moves = dict(Move.objects.filter(pk__in=[m for _, m in returning.values()]).values_list("pk", "entry_id"))
    facts = Fact.objects.filter(
        entry_id__in=set(moves.values()),
        subject__in=[f"device:{pk}" for pk in returning],
        field__isnull=False,
    )
    for fact in facts:
        device, move = returning[int(fact.subject.partition(":")[2])]
        if move is None or moves[move] != fact.entry_id or fact.field is None:
            continue
        if dump(getattr(device, fact.field)) == fact.new:
            field = Device._meta.get_field(fact.field)
            assert isinstance(field, models.Field)
            plan.change(device, **{field.attname: field.to_python(json.loads(fact.old or "null"))})
