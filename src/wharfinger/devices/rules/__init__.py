"""Pure decisions about devices: what a unit at a customer is, and what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Copied, Held, Id, LotRef, Number, Plan, Truth

DEVICE = Number("device", "D-{n}")
UNREVIEWED: dict[str, Any] = {"reviewed_at": None, "reviewed_by_id": None}
"""What was decided about its contract no longer holds once something of a device changes."""
WITH_CUSTOMER = ("customer", "in_transit")
HERE_FOR_A_WHILE = ("returns", "bench", "at_vendor")
"""Where goods of a return stand; a device that is only repaired there stays its customer's."""


class Sale(NamedTuple):
    """How goods of a line left us: when, from which location, and through which channel."""

    sold_on: date
    location: int | None
    """The place of the location."""
    channel: str


class Unit(NamedTuple):
    """A unit that is to be a device: its lot, and the number under which it will be known."""

    lot: LotRef
    number: Number | Copied


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has a device, where, and what it belongs to."""

    organization: int
    site: int | None
    contact: int | None = None
    contract: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """The warranty of a device: by which policy, from when until when."""

    policy: int | None = None
    start_on: date | None = None
    end_on: date | None = None


def sale_of(truth: Truth, held: Held) -> Sale | None:
    """How a unit left us; goods that we never sold have no sale."""
    sales = truth.read["sales"]
    return sales.get((held.claim, held.lot)) or sales.get((held.claim, truth.loose.get(held.product)))


def identified(plan: Plan, truth: Truth, held: Held) -> Unit:
    """The unit as a lot of one: itself if it has a serial number, else one under the device's own number."""
    if held.spot.serial:
        return Unit(LotRef(held.lot, held.product, serial=True), DEVICE)
    return numbered(plan, truth, held.product)


def numbered(plan: Plan, truth: Truth, product: int) -> Unit:
    """A new lot of one under the number of the device that it is to be."""
    whole(truth, product)
    made = plan.create(
        "ledger.Lot", product_id=product, serial=True, code=DEVICE, code_key=Copied("code", folded=True)
    )
    return Unit(LotRef(made, product, serial=True), Copied("code", made))


def whole(truth: Truth, product: int) -> None:
    """Let products pass that are counted in whole units; raises Refusal for cable by the metre."""
    if truth.read["products"][product].quantity_decimals:
        raise Refusal(
            "not_whole", N_("Only what is counted in whole units can be a device."), field="product"
        )


def place_device(
    plan: Plan,
    truth: Truth,
    unit: Unit,
    owner: Owner,
    *,
    line: Id | None,
    sold_on: date | None,
    cover: Cover,
    replaces: int | None = None,
    own: Mapping[str, Any] | None = None,
    at: str = "own",
) -> Id:
    """Let a unit be a device of its owner: a new one, or the same one again where the unit was one before.

    own: the values of own fields, where somebody is asked for them; at: where these stand in what was sent.
    """
    values: dict[str, Any] = {
        "organization_id": owner.organization,
        "site_id": owner.site,
        "contact_id": owner.contact,
        "line_id": line,
        "contract_id": owner.contract,
        "reference": owner.reference,
        "sold_on": sold_on,
        "installed_on": truth.effective_on,
        "warranty_policy_id": cover.policy,
        "warranty_start_on": cover.start_on,
        "warranty_end_on": cover.end_on,
        "replaces_id": replaces,
        "removed_on": None,
    }
    known = truth.read["devices"].get(unit.lot.id) if isinstance(unit.lot.id, int) else None
    if known is None:
        made: Id = plan.create(
            "devices.Device",
            number=unit.number,
            lot_id=unit.lot.id,
            product_id=unit.lot.product,
            own={} if own is None else owning.born(truth, "device", own, at=at),
            **values,
        )
    elif known.removed_on is None:
        raise already(known)
    else:
        if replaces is None:
            # For what it once came stays true, whoever has it now.
            values.pop("replaces_id")
        plan.change(known, **values, **UNREVIEWED)
        if own is not None:
            owning.change(plan, truth, known, "device", own, at=at)
        made = known.pk
    plan.mention(("device", made), ("organization", owner.organization))
    return made


def already(device: Any) -> Refusal:
    """The refusal for a unit that is installed already."""
    return Refusal(
        "already_installed",
        N_("{number} is installed already. Move or swap it instead."),
        field="serial",
        number=device.number,
    )


def leave(plan: Plan, truth: Truth, device: Any) -> None:
    """A device leaves its customer: whatever tied it to them is over, and kept in its history."""
    plan.change(
        device,
        removed_on=truth.effective_on,
        organization_id=None,
        site_id=None,
        contact_id=None,
        contract_id=None,
        **UNREVIEWED,
    )


def device_of(truth: Truth, pk: int, field: str | None = None) -> Any:
    """A device that the act locked and that a customer has; raises Refusal otherwise."""
    found = truth.documents["devices.Device"].get(pk)
    if found is None or found.void_id is not None:
        raise NotThere("no_such_device", N_("There is no such device."), field=field)
    if found.removed_on is not None:
        raise Refusal(
            "device_removed",
            N_("{number} is no longer at a customer. Choose another device."),
            field=field,
            number=found.number,
        )
    return found


def require_contact(truth: Truth, organization: int, contact: int | None, contract: int | None) -> None:
    """Let contact and contract pass that are of the organization; raises BadInput otherwise."""
    if contact is not None and truth.read["contacts"].get(contact) != organization:
        raise BadInput("no_such_contact", N_("This organization has no such contact."), field="contact")
    if contract is not None and truth.read["contracts"].get(contract) != organization:
        raise BadInput("no_such_contract", N_("This organization has no such contract."), field="contract")
