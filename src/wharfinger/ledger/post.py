"""``post``: the one function that writes. Key, locks, plan, goods, money, facts, outbox, in that order."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from wharfinger.base import clock
from wharfinger.base import closed as closed_books
from wharfinger.base.access import Actor
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.ledger import lapsing, sql
from wharfinger.ledger.look import Wish, knowing, look, settings_column
from wharfinger.ledger.models import Answer, Entry
from wharfinger.ledger.plan import Plan, Truth
from wharfinger.ledger.write import Written, write

Result = TypeVar("Result")
Planner = Callable[[Truth], Plan]

_acting: ContextVar[bool] = ContextVar("acting", default=False)

TRIES = 4
"""An act is tried again after a deadlock or a serialization failure, three times at most."""


@dataclass(slots=True)
class Automation:
    """What happens because of an entry, filled by ``site.automation``; the kernel knows nobody above it."""

    guards: dict[str, list[Callable[[Truth, Plan], None]]] = field(default_factory=dict)
    """By verb: may refuse."""
    effects: dict[str, list[Callable[[Truth, Plan], None]]] = field(default_factory=dict)
    """By verb: adds to the plan, in the same entry."""
    after: dict[str, list[Callable[[Truth, Plan, Written], None]]] = field(default_factory=dict)
    """By verb: the last statements of the act, in the same transaction."""
    consumers: Callable[[str], list[str]] = lambda verb: []
    """Who is told afterwards, through the outbox."""
    falls_to: Callable[[Sequence[int]], dict[int, str]] = lambda claims: dict.fromkeys(claims, "demand")
    """To which wish a claim's goods fall back when its hold expires."""
    about: Callable[[Sequence[int]], dict[int, list[tuple[str, int]]]] = lambda claims: {}
    """Of which documents claims are lines, for the journal to mention when their holds expire."""
    explain: Callable[[Refusal, int | None], None] = lambda refusal, actor: None
    """Adds to a refusal of this actor's act who holds what is wanted, what arrives when, and who did it before."""
    undo_needs: Callable[[Entry, int | None], Collection[str]] = lambda entry, actor: ()
    """Which permissions undoing an entry needs beside ``ledger.reverse``."""
    lasting: frozenset[str] = frozenset()
    """Verbs whose entries change words and files alone, and are never undone."""
    stays: Callable[[Mapping[int, str]], set[int]] = lambda entries: set()
    """Those of these entries that made what is never undone, so that nobody is offered it."""


automation = Automation()


def post(
    verb: str,
    wish: Wish,
    plan: Planner,
    *,
    actor: Actor,
    key: str | None = None,
    about: Sequence[Any] = (),
    reason: str | None = None,
    effective_on: date | None = None,
    reverses: int | None = None,
) -> Written:
    """Post one act as one entry: lock, look, plan on what is now true, write all of it or nothing.

    plan: a pure function of the truth; key: repeats of the same act with the same key answer with
    the first entry; about: documents that the entry mentions, beside those the plan names;
    reason: why, of verbs that ask for it; in a closed period every verb needs one, from the act or its door;
    effective_on: when it counts, today unless given. Raises whatever the plan refuses.
    """

    def once() -> Written:
        return _act(verb, wish, plan, actor, key, about, reason, effective_on, reverses)

    if key is None:
        return attempt(once)
    said = (plan.args, plan.keywords) if isinstance(plan, partial) else ()
    digest = hashlib.sha256(repr((verb, about, reason or "", effective_on, said)).encode()).hexdigest()
    found: list[Written] = []

    def run() -> tuple[int, str]:
        found.append(once())
        return 200, str(found[-1].id)

    _, body, replayed = answered(actor, key, digest, run)
    return found[-1] if not replayed else Written(Entry.objects.get(pk=int(body)), replayed=True)


def attempt(act: Callable[[], Result]) -> Result:
    """Run an act in a transaction of its own, again after a deadlock; an act within an act just joins it."""
    if _acting.get():
        return act()
    # In somebody else's transaction a savepoint keeps a refusal from leaving half an act behind.
    tries = 1 if connection.in_atomic_block else TRIES
    for tried in range(1, tries + 1):
        try:
            with transaction.atomic(), _act_of_ours():
                return act()
        except OperationalError as error:
            if tried == tries or not _passing(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * 2**tried)  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


@contextmanager
def _act_of_ours() -> Iterator[None]:
    token = _acting.set(True)
    try:
        yield
    finally:
        _acting.reset(token)


def _passing(error: OperationalError) -> bool:
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) in ("40001", "40P01") or "locked" in str(error)


def answered(
    actor: Actor, key: str, digest: str, act: Callable[[], tuple[int, str]]
) -> tuple[int, str, bool]:
    """Run an act once per key: status, body, and whether it is the stored answer of an earlier run.

    Raises Refusal when the key was used with another request; a refused act stores nothing.
    """
    if not key.isprintable() or len(key) > 200:
        raise BadInput(
            "bad_key",
            N_("The idempotency key is too long or holds characters that cannot be printed."),
            field="Idempotency-Key",
        )

    def once() -> tuple[int, str, bool]:
        fresh = sql.fetch(
            "INSERT INTO ledger_answer (actor_id, actor_key, key, hash, made_at) VALUES (%s, %s, %s, %s, %s) "
            f"ON CONFLICT (actor_key, key) DO NOTHING RETURNING id, {settings_column()}{sql.plans_kept()}",
            [actor.pk, actor.pk or 0, key, digest, connection.ops.adapt_datetimefield_value(clock.now())],
        )
        if not fresh:
            known = Answer.objects.get(actor_key=actor.pk or 0, key=key)
            if known.hash != digest:
                raise Refusal(
                    "key_reused", N_("This idempotency key was used for another request. Send a new one.")
                )
            assert known.status is not None
            assert known.body is not None
            return known.status, known.body, True
        with knowing(fresh[0][1]):
            status, body = act()
        sql.execute(
            "UPDATE ledger_answer SET status = %s, body = %s WHERE id = %s", [status, body, fresh[0][0]]
        )
        return status, body, False

    return attempt(once)


class _Rollback(Exception):
    """Carries the result of a dry run out of the transaction that is given up."""


def dry(act: Callable[[], Result]) -> Result:
    """Run an act to the end, read its result, and write nothing."""
    found: list[Result] = []

    def run() -> None:
        with transaction.atomic():
            found.append(act())
            raise _Rollback

    try:
        run()
    except _Rollback:
        return found[0]
    raise AssertionError("unreachable")


def _act(
    verb: str,
    wish: Wish,
    plan: Planner,
    actor: Actor,
    key: str | None,
    about: Sequence[Any],
    reason: str | None,
    effective_on: date | None,
    reverses: int | None,
) -> Written:
    truth = look(wish, actor=actor.pk, effective_on=effective_on, falls_to=automation.falls_to)
    reason = _check_date(truth, actor, reason or "")
    try:
        steps = plan(truth)
        verb = steps.verb or verb
        steps.mention(*about)
        for guard in automation.guards.get(verb, ()):
            guard(truth, steps)
    except Refusal as refusal:
        automation.explain(refusal, actor.pk)
        raise
    for effect in automation.effects.get(verb, ()):
        effect(truth, steps)
    _release_lapsed(truth)
    entry = Entry(
        verb=verb,
        actor_id=actor.pk,
        recorded_at=truth.now,
        effective_on=truth.effective_on,
        reason=reason,
        key=key or "",
        reverses_id=reverses,
    )
    # The id is taken here, after the locks, so that ids follow the order of acts.
    (entry.pk,) = sql.insert(
        Entry,
        [
            {
                "verb": verb,
                "actor_id": actor.pk,
                "recorded_at": truth.now,
                "effective_on": truth.effective_on,
                "reason": reason,
                "key": key or "",
                "reverses_id": reverses,
            }
        ],
    )
    try:
        written = write(steps, truth, entry, automation.consumers(verb))
    except IntegrityError as error:
        raise _in_words(error) from error
    for last in automation.after.get(verb, ()):
        last(truth, steps, written)
    return written


def _release_lapsed(truth: Truth) -> list[Written]:
    return lapsing.release(truth, about=automation.about, consumers=automation.consumers(lapsing.VERB))


def expire(products: Sequence[int]) -> list[Written]:
    """Post the release of every hold on goods of these products that has expired; nothing where none has."""

    def act() -> list[Written]:
        wish = Wish(products=products, free=True)
        return _release_lapsed(look(wish, actor=None, effective_on=None, falls_to=automation.falls_to))

    return attempt(act)


def _check_date(truth: Truth, actor: Actor, reason: str) -> str:
    """Whether an act may be dated as it is, whichever verb it is; the reason under which it is written."""
    if truth.effective_on > truth.today:
        raise BadInput(
            "in_the_future", N_("The date lies in the future. Choose today or earlier."), field="effective_on"
        )
    closed = truth.read["house"].closed_until
    if not closed or truth.effective_on > closed:
        return reason
    if not actor.may("ledger.post_closed"):
        raise Refusal(
            "period_closed",
            N_("The books are closed until {closed}. Choose a later date, or ask an administrator."),
            field="effective_on",
            closed=closed.isoformat(),
        )
    # What the house does by the clock on a day that is closed already needs no reason.
    why = reason.strip() or closed_books.said()
    if not why and actor.pk is not None:
        raise BadInput(
            closed_books.NEEDED,
            N_("The books are closed until {closed}. Say why this belongs there, or choose a later date."),
            field="reason",
            closed=closed.isoformat(),
        )
    return why


_CONSTRAINTS = {
    "one_serial_one_place": (
        "serial_elsewhere",
        N_("This serial number is already in a place. A serial stands in one place only."),
    ),
    "serial_once": (
        "serial_known",
        N_("This serial number is already known for this product. Check the number."),
    ),
    "holding_not_below_zero": (
        "not_enough",
        N_("There are not enough goods there any more. Look again and take less."),
    ),
    "layer_quantity_value": (
        "cost_moved_on",
        N_(
            "The cost of these goods has been used since by other goods that left. Adjust the stock instead of undoing this."
        ),
    ),
    "pick_task_once": (
        "picked_by_others",
        N_("Goods of these lines are being picked here already. Look at the list again."),
    ),
    "sheet_number": ("number_taken", N_("This number is taken. Choose another.")),
    "purchase_number": ("number_taken", N_("This number is taken. Choose another.")),
    "vendor_once": (
        "vendor_known",
        N_("This vendor is already listed for the product. Change that row instead."),
    ),
    "bin_once": ("bin_known", N_("The location has a bin of this name already. Choose another name.")),
}
_COLUMNS = {
    "ledger_lot.product_id, ledger_lot.code_key": "serial_once",
    "ledger_holding.lot_id": "one_serial_one_place",
    "demand_sheet.kind, demand_sheet.number": "sheet_number",
    "fulfilment_picktask.line_id, fulfilment_picktask.location_id": "pick_task_once",
    "purchasing_purchaseorder.number": "purchase_number",
}


def _in_words(error: IntegrityError) -> Refusal:
    text = str(error)
    for columns, name in _COLUMNS.items():
        text = f"{text} {name}" if text.endswith(columns) else text
    for name, (code, sentence) in _CONSTRAINTS.items():
        if name in text:
            return Refusal(code, sentence)
    if "unique" in text.lower():
        return Refusal("taken", N_("Something with this name or number exists already. Choose another."))
    return Refusal(
        "against_the_rules",
        N_(
            "This cannot be booked consistently ({rule}). Nothing was written. Look again, then tell an administrator."
        ),
        rule=text.split("\n")[0][:200],
    )
