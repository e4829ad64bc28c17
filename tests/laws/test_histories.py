"""Random histories: after every verb and every undo, whatever their order, the books hold."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.laws.apart import parted
from tests.laws.exact import AFTER_SALE, standing
from tests.laws.stacking import STACKING
from tests.laws.state import State
from tests.laws.told import untold
from tests.laws.verbs import VERBS
from tests.world import world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.billing.models import Invoice
from wharfinger.ledger.audit import audit
from wharfinger.ledger.chart import ROWS
from wharfinger.ledger.models import Account, Draw, Entry, Holding, Layer, Lot, Move, Posting
from wharfinger.ledger.reverse import reverse
from wharfinger.site.queries.reports.margin import costs
from wharfinger.site.queries.reports.shape import Wanted
from wharfinger.stock.queries import worth
from wharfinger.stock.queries.worth import Amount

EXAMPLES = int(os.environ.get("WHARFINGER_LAWS", "20"))
TRIES = 1500
REVERSED = {verb for verb, rows in ROWS.items() if rows[0].undo == "reverse"}

DONE: Counter[str] = Counter()
"""How often all histories together did each verb."""


class Histories(RuleBasedStateMachine):
    """A company in which people do what they may, in any order, and take it back."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.state: State | None = None
        self.told = 0
        self.lived = 0

    def teardown(self) -> None:
        """Forget everything: histories are never deleted, so the transaction is given up."""
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(seed=st.integers(0, 2**32))
    def found(self, seed: int) -> None:
        """Found the company, with goods in its bins."""
        self.state = State(world(), seed)

    @rule(seed=st.integers(0, 2**64))
    def step(self, seed: int) -> None:
        """Somebody does something; now and then somebody takes back an entry, or one unit of it."""
        # Small seeds would make histories alike; the hash of the seed is as good as any other number.
        chance = random.Random(hashlib.sha256(str((seed, Entry.objects.count())).encode()).digest())
        kind = chance.random()
        if kind < 0.08:
            self.undo(chance)
        elif kind < 0.15:
            self.undo_a_part(chance)
        else:
            self.do_something(chance)

    def do_something(self, chance: random.Random) -> None:
        """A verb that finds something to do, rather one that this history has not seen yet; or do and undo."""
        assert self.state is not None
        done = self.state.done
        stood, upto = standing(), Entry.objects.count()
        for verb in sorted(chance.sample(sorted(VERBS), 20), key=lambda one: (done[one], DONE[one])):
            before = Entry.objects.count()
            if before > upto:
                # A verb that was refused in the end had prepared something that stands.
                stood, upto = standing(), before
            if not self.attempt(lambda state, verb=verb: VERBS[verb](state, chance.getrandbits(32))):
                continue
            if Entry.objects.count() > before:
                done[verb] += 1
                DONE[verb] += 1
                if chance.random() < 0.3:
                    latest = Entry.objects.latest("id")
                    alone = Entry.objects.count() == before + 1 and latest.verb in AFTER_SALE
                    if self.attempt(partial(_undo, latest.pk)) and alone:
                        assert standing() == stood, f"{latest.verb} was not undone exactly"
                return

    def undo(self, chance: random.Random) -> None:
        """Undo one of the latest entries in whole."""
        entries = list(Entry.objects.order_by("-id").values_list("pk", flat=True)[:12])
        if entries:
            self.attempt(lambda state: reverse(actor=HOUSE, entry=chance.choice(entries)))

    def undo_a_part(self, chance: random.Random) -> None:
        """Undo one unit of one line of an entry."""
        moves = (
            Move.objects.filter(target__claim__gt=0)
            .order_by("-id")
            .values_list("entry_id", "target__claim_id")
        )
        if found := list(moves[:20]):
            entry, claim = chance.choice(found)
            self.attempt(lambda state: reverse(actor=HOUSE, entry=entry, claims={claim: 1}))

    def attempt(self, act: Callable[[State], Any]) -> bool:
        """Do it, or be refused and see that nothing was written since the last thing that stands."""
        assert self.state is not None
        self.state.stands()
        try:
            act(self.state)
        except Refusal:
            assert self.state.journal() == self.state.stood
            return False
        return True

    @invariant()
    def the_books_hold(self) -> None:
        """Every law of the audit."""
        latest = list(Entry.objects.order_by("-id").values_list("id", "verb", "reverses")[:8])
        assert audit() == [], f"after {latest}"

    @invariant()
    def goods_and_money_never_part(self) -> None:
        """Nobody goes on being billed for what was taken back from them since, unless somebody says why."""
        for entry in Entry.objects.filter(pk__gt=self.told).order_by("pk"):
            assert parted(entry) == []
            self.told = entry.pk

    @invariant()
    def a_life_is_what_the_journal_says(self) -> None:
        """Of the newest unit that the latest entries moved, every entry is told."""
        latest = Move.objects.filter(entry__gt=self.lived, target__serial=True).values("target__lot")
        for lot in Lot.objects.filter(pk__in=latest).order_by("-pk")[:1]:
            assert untold(lot) == []
        self.lived = Entry.objects.latest("id").pk

    @invariant()
    def costs_of_lines_are_what_stock_lost_to_customers(self) -> None:
        """What a margin takes off, by whatever it is told, is how stock changed by what was sold and came back."""
        moved = worth.overall(date.min, date.max).causes
        for by in ("product", "customer", "month"):
            went, back = zip(*costs(Wanted(date.min, date.max, by, "EUR")).values(), (0, 0), strict=True)
            assert sum(went) == -moved.get("sold", Amount()).value_minor
            assert sum(back) == moved.get("returned", Amount()).value_minor

    @invariant()
    def the_journal_replays(self) -> None:
        """Moves, draws and postings, added up over nothing, give the balances that stand."""
        standing = dict(Holding.objects.exclude(quantity=0).values_list("pk", "quantity"))
        replayed: dict[int, int] = {}
        for source, target, quantity in Move.objects.values_list("source_id", "target_id", "quantity"):
            replayed[source] = replayed.get(source, 0) - quantity
            replayed[target] = replayed.get(target, 0) + quantity
        assert {k: q for k, q in replayed.items() if q} == standing
        layers = {
            pk: (q, v) for pk, q, v in Layer.objects.values_list("pk", "quantity", "value_minor") if q or v
        }
        drawn: dict[int, tuple[int, int]] = {}
        for layer, quantity, value in Draw.objects.values_list("layer_id", "quantity", "value_minor"):
            q, v = drawn.get(layer, (0, 0))
            drawn[layer] = (q - quantity, v - value)
        assert {k: qv for k, qv in drawn.items() if any(qv)} == layers
        stored = Account.objects.filter(kind__in=Account.STORED)
        balances = {
            pk: (q, h)
            for pk, q, h in stored.values_list("pk", "balance_minor", "balance_home_minor")
            if q or h
        }
        posted: dict[int, tuple[int, int]] = {}
        for source, target, amount, home in Posting.objects.values_list(
            "source_id", "target_id", "amount_minor", "home_minor"
        ):
            for account, sign in ((source, -1), (target, 1)):
                q, h = posted.get(account, (0, 0))
                posted[account] = (q + sign * amount, h + sign * home)
        kept = set(stored.values_list("pk", flat=True))
        assert {k: qh for k, qh in posted.items() if k in kept and any(qh)} == balances


def _undo(entry: int, state: State) -> Any:
    return reverse(actor=HOUSE, entry=entry)


def test_every_verb_of_the_chart_is_in_the_histories() -> None:
    """And some that move nothing, yet say what others move: how boxes stand on one another, and who looked into them."""
    assert set(VERBS) - set(ROWS) == set(STACKING)
    assert set(VERBS) >= set(ROWS)


def balances() -> tuple[Any, ...]:
    """Where everything stands, what each product is worth, and what every account says."""
    standing = Holding.objects.exclude(quantity=0).values_list("place", "lot__product", "claim")
    layers = Layer.objects.exclude(quantity=0).values_list("product")
    accounts = Account.objects.exclude(balance_minor=0).values_list("pk", "balance_minor")
    return (
        sorted(standing.annotate(q=Sum("quantity"))),
        sorted(layers.annotate(q=Sum("quantity"), v=Sum("value_minor"))),
        sorted(accounts),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_is_done_and_undone(verb: str) -> None:
    """In the midst of other acts; undone at once, everything stands and is worth what it was before."""
    chance = random.Random(verb)
    state = State(world(), 1)
    for _ in range(TRIES):
        state.stands()
        before, stood, count = balances(), standing(), Entry.objects.count()
        with contextlib.suppress(Refusal):
            VERBS[verb](state, chance.getrandbits(32))
        if Entry.objects.count() > state.stood[0]:
            assert audit() == []
            if verb not in REVERSED:
                return
            latest = Entry.objects.latest("id")
            with contextlib.suppress(Refusal):
                papers = Invoice.objects.count()
                reverse(actor=HOUSE, entry=latest.pk)
                # What credited is taken back by another paper, so that only what it all comes to is as before; what
                # was made ready for the verb by entries of its own stays.
                ready = Entry.objects.count() > count + 2
                assert Invoice.objects.count() > papers or ready or balances() == before
                assert latest.verb not in AFTER_SALE or ready or standing() == stood
                assert audit() == []
                return
        other = min(chance.sample(sorted(VERBS), 8), key=lambda one: state.done[one])
        state.done[other] += 1
        with contextlib.suppress(Refusal):
            VERBS[other](state, chance.getrandbits(32))
    pytest.fail(f"{verb} found nothing to do, or was never undone")


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.timeout(900)  # Each step proves every law; on PostgreSQL they take longer than other tests may.
def test_histories() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=60,
            deadline=None,
            derandomize=True,
            # Steps are numbers that stand for what chance chooses; smaller numbers are no simpler history.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Each verb is done and undone by the test above; here nearly all of them have to meet one another.
    never = sorted(set(VERBS) - set(DONE))
    assert len(never) <= len(VERBS) // 20 or EXAMPLES < 20, f"in {EXAMPLES} histories too few verbs: {never}"
