"""Pure decisions about what a shipment says and somebody corrects afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.fulfilment.rules.shipping import shipment_of
from wharfinger.ledger.plan import Plan, Truth

REASONED = ("shipped_on", "delivered_on", "proof")
"""What is corrected only with a reason: what somebody stated, and others went by."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a shipment says from now on; what is none stays as it is."""

    carrier: str | None = None
    service: str | None = None
    tracking: str | None = None
    shipped_on: date | None = None
    delivered_on: date | None = None
    proof: str | None = None
    boxes: tuple[tuple[int, str], ...] = ()
    """Under which number the carrier follows a container of it, by the container's id."""

    def given(self) -> dict[str, Any]:
        """The fields that are said of the shipment itself."""
        every = {name: getattr(self, name) for name in self.__slots__ if name != "boxes"}
        return {name: value for name, value in every.items() if value is not None}


def plan_correct(
    truth: Truth, *, shipment: int, said: Correction, reason: str, proof_wanted: bool = False
) -> Plan:
    """Correct what a shipment says; the entries by which its goods moved keep their days.

    proof_wanted: whether a delivery needs a proof here. Raises BadInput where a day cannot be, or a day or the
    proof changes without a reason; Refusal where something is said of an arrival that did not happen yet.
    """
    plan = Plan()
    row = shipment_of(truth, shipment)
    changed = {name: value for name, value in said.given().items() if value != getattr(row, name)}
    _arrived(row, changed)
    _possible(truth, row, changed)
    if "proof" in changed and not changed["proof"] and proof_wanted:
        raise BadInput(
            "proof_wanted",
            N_("A delivery needs a proof here. Write who signed, or how it is known."),
            field="proof",
        )
    if not reason and any(name in changed for name in REASONED):
        raise BadInput(
            "reason_wanted",
            N_("Say why the day or the proof is another one: somebody may have gone by what stood here."),
            field="reason",
        )
    plan.change(row, **changed)
    plan.mention(row)
    _follow(plan, truth, row, said.boxes)
    return plan


def _follow(plan: Plan, truth: Truth, shipment: Any, boxes: Sequence[tuple[int, str]]) -> None:
    """Say under which number the carrier follows each of these containers, which left with this shipment."""
    for pk, tracking in boxes:
        box = truth.documents["fulfilment.Container"].get(pk)
        if box is None or box.void_id is not None or box.shipment_id != shipment.pk:
            raise NotThere(
                "no_such_container", N_("This shipment has no such container."), field=f"tracking-{pk}"
            )
        if box.tracking != tracking:
            plan.change(box, tracking=tracking)
            plan.mention(box)


def _arrived(row: Any, changed: dict[str, Any]) -> None:
    """Let through what may be said of a shipment by how far it is."""
    if row.delivered_on is None and "delivered_on" in changed:
        raise Refusal(
            "not_arrived",
            N_("{number} has not arrived yet. Say first that it is delivered."),
            field="delivered_on",
            number=row.number,
        )
    if row.delivered_on is None and not row.proof and "proof" in changed:
        raise Refusal(
            "not_arrived",
            N_("{number} has not arrived yet. Say first that it is delivered."),
            field="proof",
            number=row.number,
        )


def _possible(truth: Truth, row: Any, changed: dict[str, Any]) -> None:
    """Let days pass that can be: none lies ahead, and nothing arrives before it left."""
    for name in ("shipped_on", "delivered_on"):
        if name in changed and changed[name] > truth.today:
            raise BadInput(
                "in_the_future", N_("The date lies in the future. Choose today or earlier."), field=name
            )
    left = changed.get("shipped_on", row.shipped_on)
    came = changed.get("delivered_on", row.delivered_on)
    if came is not None and came < left and ("shipped_on" in changed or "delivered_on" in changed):
        raise BadInput(
            "arrived_before_it_left",
            N_("It would have arrived on {came}, before it left on {left}. Correct both days."),
            field="delivered_on" if "delivered_on" in changed else "shipped_on",
            came=came.isoformat(),
            left=left.isoformat(),
        )
