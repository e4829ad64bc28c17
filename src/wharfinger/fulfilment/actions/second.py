"""The second person, where the settings ask for one: guards of what leaves, and the check of a box beforehand."""

from __future__ import annotations

from functools import partial

from wharfinger.base.access import Actor, require
from wharfinger.fulfilment.models import Container
from wharfinger.fulfilment.queries.handled import read_handlers, who_handled
from wharfinger.fulfilment.rules import second
from wharfinger.ledger.look import Wish
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.post import post
from wharfinger.ledger.write import Written
from wharfinger.parties.models import User

LEAVING = ("ship", "deliver")
AT_ONCE = ("pick_pack_ship", "sell")
"""The verbs by which one person does it all."""


def check_container(*, actor: Actor, container: int, key: str | None = None) -> Written:
    """Say that one looked into a box which somebody else picked and packed; it may then leave, whoever ships it."""
    require(actor, "fulfilment.check")
    wish = Wish(documents=[(Container, [container])], reads=(read_handlers(container),))
    plan = partial(second.plan_check, container=container)
    return post("check_container", wish, plan, actor=actor, key=key)


def not_at_once(truth: Truth, plan: Plan) -> None:
    """Refuse what one person does alone, where two are asked for."""
    if truth.read["house"].second_person and any(step.target.kind in second.GONE for step in plan.steps):
        raise second.two_needed()


def by_another(truth: Truth, plan: Plan) -> None:
    """Refuse that who picked or packed a unit ships it or hands it over, unless another person checked its box."""
    if not truth.read["house"].second_person or truth.actor is None:
        return
    leaving = [step.source for step in plan.steps if step.target.kind in second.GONE]
    if any(spot.kind in second.FETCHED for spot in leaving):
        raise second.two_needed()
    ids = {held.spot: held.id for held in truth.held}
    boxes = truth.read.get("boxes", {})
    places = {ids[spot]: spot.place for spot in leaving if spot.kind in second.HANDLED and spot in ids}
    for holding, by in who_handled(places).items() if places else ():
        box = boxes.get(places[holding])
        if truth.actor in {one.person for one in by} and not second.checked(box, by):
            raise second.two_needed(str(User.objects.get(pk=truth.actor)))
