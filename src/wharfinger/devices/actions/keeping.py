"""Relate devices, move them, change them, and let subscriptions use them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from wharfinger.base.access import Actor, require
from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import tidy
from wharfinger.demand.queries import read_these_products
from wharfinger.demand.queries.standing import read_customer
from wharfinger.devices.models import Device, Subscription
from wharfinger.devices.queries import truth as reads
from wharfinger.devices.rules import keeping
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.devices.rules.parts import plan_unrelate
from wharfinger.devices.rules.users import plan_name_users
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written


def relate(*, actor: Actor, device: int, other: int, kind: str, key: str | None = None) -> Written:
    """Let two devices of one customer belong together; kind: what the other is to the device."""
    require(actor, "devices.relate")
    devices = reads.family(device, other)
    return post(
        "relate",
        Wish(documents=[(Device, devices)], reads=(reads.read_relations,)),
        partial(keeping.plan_relate, device=device, other=other, kind=kind),
        actor=actor,
        key=key,
    )


def unrelate(*, actor: Actor, device: int, other: int, key: str | None = None) -> Written:
    """Let two devices belong together no longer."""
    require(actor, "devices.relate")
    return post(
        "unrelate",
        Wish(documents=[(Device, [device])], reads=(reads.read_relations,)),
        partial(plan_unrelate, device=device, other=other),
        actor=actor,
        key=key,
    )


def move(
    *,
    actor: Actor,
    device: int | Sequence[int],
    site: int,
    contact: int | None = None,
    reference: str | None = None,
    parts: bool = True,
    moved_on: date | None = None,
    key: str | None = None,
) -> Written:
    """Take a device with its components to another site, of the same customer or of a new owner; or several at once.

    parts: whether its components go along; where they stay with the former owner, they are its components no longer.
    """
    require(actor, "devices.move")
    reference = None if reference is None else tidy(reference, field="reference", most=60, needed=False)
    devices = [device] if isinstance(device, int) else list(dict.fromkeys(device))
    if not devices:
        raise BadInput("no_device", N_("Choose at least one device."), field="device")
    return post(
        "move_device",
        Wish(
            documents=[(Device, reads.family(*devices))],
            products=_products,
            reads=(
                reads.read_units(_lots),
                reads.read_relations,
                reads.read_subscriptions,
                reads.read_sites([site]),
                reads.read_people([contact], []),
            ),
        ),
        partial(
            keeping.plan_move, devices=devices, site=site, contact=contact, reference=reference, parts=parts
        ),
        actor=actor,
        key=key,
        effective_on=moved_on,
    )


def _lots(truth: Truth) -> list[int]:
    return [device.lot_id for device in truth.documents["devices.Device"].values()]


def _products(truth: Truth) -> list[int]:
    return [device.product_id for device in truth.documents["devices.Device"].values()]


def change(*, actor: Actor, device: int, values: dict[str, Any], key: str | None = None) -> Written:
    """Change contact, contract, reference, warranty or own fields of a device; values are its columns."""
    warranty = {name for name in values if name.startswith("warranty_")}
    if warranty:
        require(actor, "devices.warranty")
    if values.keys() - warranty or not values:
        require(actor, "devices.change")
    if "reference" in values:
        values = values | {"reference": tidy(values["reference"], field="reference", most=60, needed=False)}
    people = reads.read_people([values.get("contact_id")], [values.get("contract_id")])
    return post(
        "change",
        Wish(documents=[(Device, [device])], reads=(people,)),
        partial(keeping.plan_change, device=device, values=values),
        actor=actor,
        key=key,
    )


def name_users(
    *,
    actor: Actor,
    device: int,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    key: str | None = None,
) -> Written:
    """Say which persons of its customer use a device, and which no longer do."""
    require(actor, "devices.change")
    if not add and not remove:
        raise BadInput("no_contact", N_("Choose at least one person."), field="add")
    if both := set(add) & set(remove):
        raise BadInput(
            "both_ways",
            N_("Name a person once: added or taken off."),
            field=f"remove.{next(n for n, pk in enumerate(remove) if pk in both)}",
        )
    return post(
        "name_users",
        Wish(documents=[(Device, [device])], reads=(reads.read_users(device), reads.read_people(add, []))),
        partial(
            plan_name_users, device=device, add=tuple(dict.fromkeys(add)), remove=tuple(dict.fromkeys(remove))
        ),
        actor=actor,
        key=key,
    )


def subscribe(*, actor: Actor, wish: SubscriptionWish, key: str | None = None) -> Written:
    """Let a customer have a recurring service, of a device where it uses one."""
    require(actor, "devices.subscription")
    return post(
        "subscribe",
        Wish(
            documents=[(Device, [wish.device] if wish.device is not None else [])],
            reads=(
                read_customer(wish.organization),
                read_these_products([wish.product]),
                reads.read_people([], [wish.contract]),
            ),
        ),
        partial(keeping.plan_subscribe, wish=wish),
        actor=actor,
        key=key,
    )


def end_subscription(
    *, actor: Actor, subscription: int, ended_on: date | None = None, key: str | None = None
) -> Written:
    """End a subscription; its device may be returned then."""
    require(actor, "devices.subscription")
    return post(
        "end_subscription",
        Wish(documents=[(Subscription, [subscription])]),
        partial(keeping.plan_end, subscription=subscription, ended_on=ended_on),
        actor=actor,
        key=key,
    )


def use_device(*, actor: Actor, subscription: int, device: int | None, key: str | None = None) -> Written:
    """Let a subscription use another device of the same customer, or none."""
    require(actor, "devices.subscription")
    return post(
        "change",
        Wish(documents=[(Device, [device] if device is not None else []), (Subscription, [subscription])]),
        partial(keeping.plan_use, subscription=subscription, device=device),
        actor=actor,
        key=key,
    )
