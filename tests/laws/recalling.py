"""Recalls, as somebody might try them."""

from __future__ import annotations

import random
from typing import Any

from tests.laws.state import State, Verb
from wharfinger.ledger.models import Holding, Lot
from wharfinger.parties.models import Organization
from wharfinger.returns.actions import recalling
from wharfinger.returns.models import Recall, RecallNotice
from wharfinger.returns.rules.recalling import Recalled


def _recall_units(state: State, chance: random.Random) -> Any:
    """A unit or a batch, wherever it is."""
    lot = state.one(chance, Lot.objects.exclude(code_key=""))
    if lot is None:
        return None
    what = Recalled(serials=(lot.code,)) if lot.serial else Recalled(batch=lot.code)
    return recalling.recall_units(
        actor=state.user, product=lot.product_id, what=what, reason="Hot", texts={"en": "Please stop."}
    )


def _recalled(state: State, chance: random.Random) -> int | None:
    """A recall; where there is none, one is made for the next time."""
    found: Recall | None = state.one(chance, Recall.objects.filter(void=None))
    if found is None and _recall_units(state, chance) is not None:
        state.stands()
    return found.pk if found else None


def _tell_owners(state: State, chance: random.Random) -> Any:
    """By mail to all, or the customer otherwise."""
    recall = _recalled(state, chance)
    if recall is None:
        return None
    if chance.random() < 0.3:
        return recalling.tell_owners(actor=state.user, recall=recall)
    owners = [state.company.customer.pk]
    return recalling.mark_owners_told(actor=state.user, recall=recall, organizations=owners)


def _notice(state: State, chance: random.Random) -> RecallNotice | None:
    """An owner who was told; where none was, the customer is told of a unit that they have."""
    found: RecallNotice | None = state.one(chance, RecallNotice.objects.filter(void=None))
    if found is not None:
        return found
    theirs = Holding.objects.filter(kind="customer", quantity__gt=0, lot__serial=True).exclude(
        lot__code_key=""
    )
    held = state.one(chance, theirs)
    if held is None:
        return None
    what = Recalled(serials=(held.lot.code,))
    made = recalling.recall_units(
        actor=state.user, product=held.product_id, what=what, reason="Hot", texts={"en": "Please stop."}
    )
    state.stands()
    recalling.mark_owners_told(
        actor=state.user, recall=made.one("returns.Recall"), organizations=[state.company.customer.pk]
    )
    state.stands()
    return RecallNotice.objects.filter(void=None).latest("id")


def _tell_owners_again(state: State, chance: random.Random) -> Any:
    one = _notice(state, chance)
    Organization.objects.filter(pk=state.company.customer.pk).update(email="acme@example.com")
    return one and recalling.tell_owners_again(
        actor=state.user, recall=one.recall_id, organizations=[one.organization_id]
    )


def _answer_recall(state: State, chance: random.Random) -> Any:
    one = _notice(state, chance)
    said = chance.choice(("Comes back", "Is scrapped"))
    return one and recalling.answer_recall(
        actor=state.user, recall=one.recall_id, organization=one.organization_id, answer=said
    )


RECALLING: dict[str, Verb] = {
    "recall_units": _recall_units,
    "tell_owners": _tell_owners,
    "tell_owners_again": _tell_owners_again,
    "answer_recall": _answer_recall,
}
