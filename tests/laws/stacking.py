"""Pallets, as somebody might stack them, ship them and have them come back."""

from __future__ import annotations

import random
from typing import Any

from tests.laws.state import State, Verb
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions import packing, shipping
from wharfinger.fulfilment.actions.second import check_container
from wharfinger.fulfilment.models import Container
from wharfinger.parties.models import User


def _some(chance: random.Random, **where: Any) -> list[int]:
    rows = Container.objects.filter(void__isnull=True, **where).order_by("pk").values_list("pk", flat=True)
    found = list(rows)
    return chance.sample(found, min(len(found), chance.randint(1, 3)))


def _stack(state: State, chance: random.Random) -> Any:
    boxes = _some(chance, shipment__isnull=True, kind="box")
    if not boxes:
        return None
    pallets = [None, *_some(chance, shipment__isnull=True, kind="pallet")]
    return packing.stack(actor=state.user, containers=boxes, pallet=chance.choice(pallets))


def _unstack(state: State, chance: random.Random) -> Any:
    boxes = _some(chance, inside__isnull=False)
    return packing.unstack(actor=state.user, containers=boxes) if boxes else None


def ship_containers(state: State, chance: random.Random) -> Any:
    """Whole boxes and pallets leave, or come back."""
    if chance.random() < 0.3:
        gone = _some(chance, shipment__isnull=False)
        return cancel_delivery(actor=state.user, containers=gone[:1], reason="Back") if gone else None
    here = _some(chance, shipment__isnull=True)
    return shipping.ship(actor=state.user, containers=here) if here else None


def _check(state: State, chance: random.Random) -> Any:
    boxes = _some(chance, shipment__isnull=True)
    if not boxes:
        return None
    other, made = User.objects.get_or_create(username="wim")
    if made:
        other.roles.add(*state.user.roles.all())
    return check_container(actor=other, container=boxes[0])


STACKING: dict[str, Verb] = {"stack": _stack, "unstack": _unstack, "check_container": _check}
