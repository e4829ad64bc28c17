"""Random histories: after every verb and every undo, whatever their order, the books hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.laws.verbs import VERBS, State
from tests.world import world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.ledger.audit import audit
from wharfinger.ledger.models import Draw, Entry, Holding, Layer, Move
from wharfinger.ledger.reverse import reverse

EXAMPLES = int(os.environ.get("WHARFINGER_LAWS", "12"))


class Histories(RuleBasedStateMachine):
    """A company in which people do what they may, in any order, and take it back."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.state: State | None = None

    def teardown(self) -> None:
        """Forget everything: histories are never deleted, so the transaction is given up."""
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(seed=st.integers(0, 2**32))
    def found(self, seed: int) -> None:
        """Found the company, with goods in its bins."""
        self.state = State(world(), seed)

    @rule(verb=st.sampled_from(sorted(VERBS)), seed=st.integers(0, 2**32))
    def act(self, verb: str, seed: int) -> None:
        """Somebody tries a verb on something; the house does it or refuses it whole."""
        assert self.state is not None
        self.attempt(lambda state: VERBS[verb](state, seed))

    @rule(seed=st.integers(0, 2**32))
    def undo(self, seed: int) -> None:
        """Somebody undoes an entry, the latest ones more often, in whole."""
        assert self.state is not None
        entries = list(Entry.objects.order_by("-id").values_list("pk", flat=True)[:12])
        if entries:
            self.attempt(lambda state: reverse(actor=HOUSE, entry=entries[seed % len(entries)]))

    @rule(seed=st.integers(0, 2**32))
    def undo_a_part(self, seed: int) -> None:
        """Somebody undoes one unit of one line of an entry."""
        assert self.state is not None
        moves = list(Move.objects.filter(target__claim__gt=0).order_by("-id").values_list("entry_id", "target__claim_id")[:20])
        if moves:
            entry, claim = moves[seed % len(moves)]
            self.attempt(lambda state: reverse(actor=HOUSE, entry=entry, claims={claim: 1}))

    def attempt(self, act: Callable[[State], Any]) -> None:
        """Do it, or be refused and see that nothing was written."""
        assert self.state is not None
        before = Entry.objects.count(), Move.objects.count()
        try:
            act(self.state)
        except Refusal:
            assert (Entry.objects.count(), Move.objects.count()) == before

    @invariant()
    def the_books_hold(self) -> None:
        """Every law of the audit."""
        assert audit() == []

    @invariant()
    def the_journal_replays(self) -> None:
        """Moves and draws, added up over nothing, give the balances that stand."""
        standing = dict(Holding.objects.exclude(quantity=0).values_list("pk", "quantity"))
        replayed: dict[int, int] = {}
        for source, target, quantity in Move.objects.values_list("source_id", "target_id", "quantity"):
            replayed[source] = replayed.get(source, 0) - quantity
            replayed[target] = replayed.get(target, 0) + quantity
        assert {k: q for k, q in replayed.items() if q} == standing
        layers = {pk: (q, v) for pk, q, v in Layer.objects.values_list("pk", "quantity", "value_minor") if q or v}
        drawn: dict[int, tuple[int, int]] = {}
        for layer, quantity, value in Draw.objects.values_list("layer_id", "quantity", "value_minor"):
            q, v = drawn.get(layer, (0, 0))
            drawn[layer] = (q - quantity, v - value)
        assert {k: qv for k, qv in drawn.items() if any(qv)} == layers


@pytest.mark.django_db
@pytest.mark.slow
def test_histories() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
