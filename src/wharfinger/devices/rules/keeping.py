"""Pure decisions about devices that stand: relations, moves between sites and owners, subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal, Remedy
from wharfinger.devices.rules import UNREVIEWED, device_of, require_contact
from wharfinger.ledger import owning
from wharfinger.ledger.plan import Number, PlaceRef, Plan, Truth

SUBSCRIPTION = Number("subscription", "SUB-{n}")
RELATIONS = {"parent": N_("part of"), "child": N_("has the part"), "related": N_("belongs with")}


@dataclass(frozen=True, slots=True)
class SubscriptionWish:
    """A recurring service as a person asks for it. price at 10⁻⁶."""

    organization: int
    product: int
    device: int | None = None
    contract: int | None = None
    price_micro: int | None = None
    starts_on: date | None = None


def plan_relate(truth: Truth, *, device: int, other: int, kind: str) -> Plan:
    """Let two devices of one customer belong together; kind: what the other one is to the device."""
    plan = Plan()
    if kind not in RELATIONS:
        raise BadInput("no_such_relation", N_("Choose parent, child or related."), field="kind")
    if device == other:
        raise BadInput(
            "same_device", N_("A device cannot be related to itself. Choose another device."), field="device"
        )
    one, two = device_of(truth, device), device_of(truth, other, "device")
    if one.organization_id != two.organization_id:
        raise Refusal(
            "other_owner",
            N_("{number} belongs to another customer. Choose one of this customer."),
            field="device",
            number=two.number,
        )
    if kind == "child":
        one, two, kind = two, one, "parent"
    pairs = {(r.device_id, r.other_id) for r in truth.read["relations"]}
    if (one.pk, two.pk) in pairs or (two.pk, one.pk) in pairs:
        raise Refusal("related_already", N_("These two devices are related already."), field="device")
    if kind == "parent":
        _fits(truth, one, two)
    plan.create("devices.Relation", device_id=one.pk, other_id=two.pk, kind=kind)
    plan.mention(one, two)
    return plan


def _fits(truth: Truth, part: Any, whole: Any) -> None:
    parents = {r.device_id: r.other_id for r in truth.read["relations"] if r.kind == "parent"}
    if part.pk in parents:
        raise Refusal(
            "part_already",
            N_("{number} is part of another device already. Separate the two first."),
            field="device",
            number=part.number,
        )
    above: int | None = whole.pk
    while above is not None:
        if above == part.pk:
            raise Refusal(
                "circle",
                N_("A device cannot be part of its own part. Choose another device."),
                field="device",
            )
        above = parents.get(above)


def components(truth: Truth, device: int) -> list[int]:
    """The device and all its parts, and theirs."""
    found = [device]
    for whole in found:
        found += [
            r.device_id
            for r in truth.read["relations"]
            if r.kind == "parent" and r.other_id == whole and r.device_id not in found
        ]
    return found


def plan_move(
    truth: Truth,
    *,
    devices: Sequence[int],
    site: int,
    contact: int | None,
    reference: str | None,
    parts: bool = True,
) -> Plan:
    """Take devices with their components to another site, of the same customer or of a new owner.

    Ownership history is what the journal keeps of it. What hangs on the former owner, contact and
    contract, ends with a new one.
    """
    plan = Plan()
    target = truth.read["sites"].get(site)
    if target is None or target.retired_on is not None:
        raise BadInput("no_such_site", N_("There is no such site."), field="site")
    require_contact(truth, target.organization_id, contact, None)
    going: dict[int, None] = {}
    for device in devices:
        moved = device_of(truth, device)
        if target.pk == moved.site_id:
            raise Refusal(
                "there_already", N_("{number} is at this site already."), field="site", number=moved.number
            )
        going |= dict.fromkeys(components(truth, device) if parts else [device])
    for pk in going:
        values: dict[str, Any] = {}
        if pk in devices and contact is not None:
            values["contact_id"] = contact
        if pk in devices and reference is not None:
            values["reference"] = reference
        _goes(truth, plan, device_of(truth, pk), target, values)
    return plan


def _goes(truth: Truth, plan: Plan, one: Any, target: Any, values: dict[str, Any]) -> None:
    """Let one device go to a site; values: what is said of it there."""
    held = next((h for h in truth.held if h.lot == one.lot_id and h.kind == "customer" and h.quantity), None)
    if held is None:
        raise Refusal(
            "not_at_customer",
            N_("{number} is not at the customer. Wait until it is delivered."),
            number=one.number,
        )
    new_owner = target.organization_id != one.organization_id
    if new_owner and (used := used_by(truth, one)):
        raise in_use(one, used)
    if held.place != target.place_id:
        plan.move(held.spot, held.spot.at(PlaceRef(target.place_id, "customer")), 1)
    left = {"contact_id": None, "contract_id": None} if new_owner else {}
    plan.mention(("organization", one.organization_id), ("organization", target.organization_id))
    plan.change(
        one, organization_id=target.organization_id, site_id=target.pk, **(left | values | UNREVIEWED)
    )


def used_by(truth: Truth, device: Any) -> list[Any]:
    """The subscriptions that use a device now."""
    return [s for s in truth.read["subscriptions"] if s.device_id == device.pk]


def in_use(device: Any, used: Sequence[Any]) -> Refusal:
    """The refusal for a device that a subscription uses, with the ways out."""
    ways = [
        Remedy("swap", {"device": device.pk}),
        *(Remedy("end_subscription", {"subscription": s.pk}) for s in used),
    ]
    return Refusal(
        "used_by_subscription",
        N_("{number} is used by the subscription {subscription}. End or move it, or swap the device."),
        number=device.number,
        subscription=", ".join(s.number for s in used),
        remedies=ways,
    )


def lost(device: Any, subscription: Any) -> Refusal:
    """The refusal for a subscription that would run again on a device that its customer no longer has."""
    return Refusal(
        "device_lost",
        N_(
            "{subscription} would run again on {number}, which its customer no longer has. "
            "Let it use another device, or make a new one."
        ),
        number=device.number,
        subscription=subscription.number,
    )


def plan_change(truth: Truth, *, device: int, values: dict[str, Any]) -> Plan:
    """Change contact, contract, reference, warranty or own fields of a device."""
    plan = Plan()
    row = device_of(truth, device)
    require_contact(truth, row.organization_id, values.get("contact_id"), values.get("contract_id"))
    start = values.get("warranty_start_on", row.warranty_start_on)
    end = values.get("warranty_end_on", row.warranty_end_on)
    if start and end and end < start:
        raise BadInput(
            "ends_before_start",
            N_("The warranty would end before it starts. Choose a later date."),
            field="warranty_end_on",
        )
    own = values.get("own")
    if not all(name.startswith("warranty_") for name in values):
        owning.change(plan, truth, row, "device", own)
    plan.change(row, **{name: value for name, value in values.items() if name != "own"})
    if plan.changes:
        plan.change(row, **UNREVIEWED)
    return plan


def plan_subscribe(truth: Truth, *, wish: SubscriptionWish) -> Plan:
    """Let a customer have a recurring service, of a device where it uses one."""
    plan = Plan()
    product = truth.read["products"].get(wish.product)
    if product is None:
        raise BadInput("no_such_product", N_("There is no such product."), field="product")
    if (
        wish.device is not None
        and device_of(truth, wish.device, "device").organization_id != wish.organization
    ):
        raise BadInput(
            "other_owner",
            N_("This device belongs to another customer. Choose one of this customer."),
            field="device",
        )
    require_contact(truth, wish.organization, None, wish.contract)
    made = plan.create(
        "devices.Subscription",
        number=SUBSCRIPTION,
        organization_id=wish.organization,
        product_id=wish.product,
        device_id=wish.device,
        contract_id=wish.contract,
        price_micro=product.price_micro if wish.price_micro is None else wish.price_micro,
        starts_on=wish.starts_on or truth.effective_on,
    )
    plan.mention(("subscription", made), ("organization", wish.organization))
    if wish.device is not None:
        plan.mention(("device", wish.device))
        plan.change(device_of(truth, wish.device), **UNREVIEWED)
    return plan


def subscription_of(truth: Truth, pk: int) -> Any:
    """A subscription that the act locked and that runs; raises Refusal otherwise."""
    found = truth.documents["devices.Subscription"].get(pk)
    if found is None or found.void_id is not None:
        raise NotThere("no_such_subscription", N_("There is no such subscription."))
    if found.ended_on is not None:
        raise Refusal("ended_already", N_("{number} has ended already."), number=found.number)
    return found


def plan_end(truth: Truth, *, subscription: int, ended_on: date | None) -> Plan:
    """End a subscription; its device may be returned then."""
    plan = Plan()
    row = subscription_of(truth, subscription)
    day = ended_on or truth.effective_on
    if day < row.starts_on:
        raise BadInput(
            "ends_before_start", N_("It would end before it starts. Choose a later date."), field="ended_on"
        )
    plan.change(row, ended_on=day)
    if row.device_id:
        plan.mention(("device", row.device_id))
    return plan


def plan_use(truth: Truth, *, subscription: int, device: int | None) -> Plan:
    """Let a subscription use another device of the same customer, or none."""
    plan = Plan()
    row = subscription_of(truth, subscription)
    if device is not None and device_of(truth, device, "device").organization_id != row.organization_id:
        raise BadInput(
            "other_owner",
            N_("This device belongs to another customer. Choose one of this customer."),
            field="device",
        )
    plan.mention(*(("device", pk) for pk in (row.device_id, device) if pk is not None))
    plan.change(row, device_id=device)
    if device is not None and device != row.device_id:
        plan.change(device_of(truth, device), **UNREVIEWED)
    return plan
