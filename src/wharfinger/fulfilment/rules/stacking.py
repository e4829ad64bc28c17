"""Pure decisions about pallets: what stands on them, and what leaves with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.fulfilment.rules.packing import Box, container_of, new_container
from wharfinger.ledger.plan import Id, Plan, Truth


def plan_stack(truth: Truth, *, containers: Sequence[int], pallet: int | None, box: Box) -> Plan:
    """Put boxes onto a pallet, or onto a new one; nothing moves, as goods stay in their own box."""
    plan = Plan()
    boxes = [container_of(truth, pk, f"containers.{n}") for n, pk in enumerate(dict.fromkeys(containers))]
    if not boxes:
        raise BadInput("no_containers", N_("Name the boxes that are stacked."), field="containers")
    onto = _pallet(truth, pallet) if pallet is not None else boxes[0]
    for n, one in enumerate(boxes):
        field = f"containers.{n}"
        if one.kind == "pallet":
            raise Refusal(
                "pallet_on_pallet",
                N_("{number} is a pallet, and pallets are not stacked. Stack its boxes."),
                field=field,
                number=one.number,
            )
        if (one.site_id, one.location_id) != (onto.site_id, onto.location_id):
            raise Refusal(
                "other_destination_stacked",
                N_("{number} goes to another destination, or stands elsewhere. A pallet goes to one only."),
                field=field,
                number=one.number,
            )
    to: Id
    if pallet is None:
        to = new_container(
            plan, truth, truth.read["sites"][onto.site_id], truth.read["places"][onto.location_id], box
        )[1]
    else:
        to = onto.pk
        plan.mention(onto)
    for one in boxes:
        if one.inside_id is not None and one.inside_id != to:
            plan.mention(("container", one.inside_id))
        plan.change(one, inside_id=to)
        plan.mention(one)
    return plan


def _pallet(truth: Truth, pk: int) -> Any:
    found = container_of(truth, pk, "pallet")
    if found.kind != "pallet":
        raise Refusal(
            "no_pallet",
            N_("{number} is no pallet. Edit its kind, or choose another."),
            field="pallet",
            number=found.number,
        )
    return found


def plan_unstack(truth: Truth, *, containers: Sequence[int]) -> Plan:
    """Take boxes off their pallet."""
    plan = Plan()
    for n, pk in enumerate(dict.fromkeys(containers)):
        one = container_of(truth, pk, f"containers.{n}")
        if one.inside_id is None:
            raise Refusal(
                "not_stacked",
                N_("{number} stands on no pallet."),
                field=f"containers.{n}",
                number=one.number,
            )
        plan.mention(one, ("container", one.inside_id))
        plan.change(one, inside_id=None)
    if not plan.changes:
        raise BadInput("no_containers", N_("Name the boxes that are taken off."), field="containers")
    return plan


def stays_pallet(truth: Truth, row: Any, kind: str) -> None:
    """Refuse to call a pallet a box while boxes stand on it, and a stacked box a pallet."""
    if kind == row.kind:
        return
    if any(one.inside_id == row.pk for one in truth.documents["fulfilment.Container"].values()):
        raise Refusal(
            "boxes_on_it",
            N_("Boxes stand on {number}. Take them off first."),
            field="kind",
            number=row.number,
        )
    if row.inside_id is not None:
        raise Refusal(
            "pallet_on_pallet",
            N_("{number} stands on a pallet, and pallets are not stacked. Take it off first."),
            field="kind",
            number=row.number,
        )


def leave(plan: Plan, boxes: Mapping[int, Any], left_in: Mapping[int, int], gone: Mapping[int, Id]) -> None:
    """Let a pallet leave with the last of its boxes; a box that leaves alone stands on it no more.

    boxes: the containers that are here, by place; left_in: what is left in each place; gone: the shipment by which
    each container leaves, by id.
    """
    by_pallet: dict[int, list[Any]] = {}
    rows = {one.pk: one for one in boxes.values()}
    for one in rows.values():
        if one.inside_id in rows and one.shipment_id is None:
            by_pallet.setdefault(one.inside_id, []).append(one)
    for pk, stacked in by_pallet.items():
        pallet = rows[pk]
        leaving = {gone[one.pk] for one in stacked if one.pk in gone}
        if not leaving:
            continue
        whole = all(one.pk in gone for one in stacked) and not left_in.get(pallet.place_id)
        if pk not in gone and whole:
            plan.change(pallet, shipment_id=next(iter(leaving)))
        elif pk not in gone:
            for one in stacked:
                if one.pk in gone:
                    plan.change(one, inside_id=None)


def come_back(plan: Plan, boxes: Mapping[int, Any], back: Collection[Id]) -> None:
    """Let a pallet be here again with all of its boxes; a box that comes back alone stands on it no more.

    back: the places of the containers that have goods again.
    """
    rows = {one.pk: one for one in boxes.values()}
    here = {one.pk for one in boxes.values() if one.place_id in back}
    for pallet in {one.inside_id for one in rows.values() if one.pk in here and one.inside_id in rows}:
        stacked = [one for one in rows.values() if one.inside_id == pallet]
        if all(one.pk in here for one in stacked):
            if pallet not in here:
                plan.change(rows[pallet], shipment_id=None)
        elif pallet not in here:
            for one in stacked:
                if one.pk in here:
                    plan.change(one, inside_id=None)


def require_together(rows: Mapping[int, Any], void: Collection[int]) -> None:
    """Refuse what would part a pallet from what stands on it; void: the containers that an undo takes away."""
    for box in rows.values():
        pallet = rows.get(box.inside_id)
        if pallet is None or box.pk in void or box.void_id is not None:
            continue
        if (
            pallet.pk in void
            or pallet.void_id is not None
            or pallet.kind != "pallet"
            or pallet.shipment_id != box.shipment_id
        ):
            raise Refusal(
                "stacked_since",
                N_(
                    "{box} and {pallet} would come apart. Take the box off its pallet, or undo what came later first."
                ),
                box=box.number,
                pallet=pallet.number,
            )
