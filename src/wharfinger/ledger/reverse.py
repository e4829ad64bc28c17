"""``reverse``: the same moves, draws and postings with source and target exchanged, under a new entry.

Undo is one function for every verb. Out-of-order undo is refused because the goods are no longer
where the step left them; a change of a field is undone only while the field still holds what it set.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from wharfinger.base.access import Actor, require
from wharfinger.base.money import rounded
from wharfinger.base.refusal import N_, NotThere, Refusal, Remedy, Words
from wharfinger.ledger import sql
from wharfinger.ledger.again import AGAIN
from wharfinger.ledger.chart import REGION, ROWS
from wharfinger.ledger.create import can_be_retired
from wharfinger.ledger.look import Wish
from wharfinger.ledger.models import Account, Entry, Fact, Move, Posting
from wharfinger.ledger.plan import AccountRef, Change, Held, Plan, Truth, spot_of
from wharfinger.ledger.post import automation, post
from wharfinger.ledger.telling import CORRECTIONS, FINAL
from wharfinger.ledger.write import MADE, Written, dump


def reverse(
    *,
    actor: Actor,
    entry: int,
    claims: Mapping[int, int | None] | None = None,
    moves: Collection[int] | None = None,
    reason: str = "",
    key: str | None = None,
) -> Written:
    """Undo an entry, in whole or for chosen claims and quantities, or for chosen moves.

    claims: for each claim how many units to take back, or None for all that is left; moves: the turns of
    those moves that are taken back, all that is left of each; without either the whole entry is undone, its
    facts and money too. Raises Refusal when later steps stand in the way,
    when it is itself a reversal, or when another verb corrects it (an invoice by its credit note).
    """
    require(actor, "ledger.reverse")
    original = Entry.objects.filter(pk=entry).first()
    if original is None:
        raise NotThere("no_such_entry", N_("There is no such entry in the journal."))
    for permission in automation.undo_needs(original, actor.pk):
        require(actor, permission)
    _may_be_reversed(original)
    each = [m for m in _moves(entry) if moves is None or m["n"] in moves]
    facts = list(Fact.objects.filter(entry_id=entry).order_by("id"))
    wish = Wish(
        documents=[*_parties(entry), *_documents(facts)],
        products={m["product"] for m in each},
        claims={c for m in each for c in (m["source"].claim, m["target"].claim) if c},
        layers=True,
        reads=(lambda truth: _read(truth, original),),
    )

    def plan(truth: Truth) -> Plan:
        truth.read["reason"] = reason
        if moves is not None:
            truth.read["moves"] = [m for m in truth.read["moves"] if m["n"] in moves]
            every = {_claim_of(m): None for m in truth.read["moves"]}
            _may_be_reversed_in_part(truth, every)
            return plan_reversal(truth, whole=False, claims=every)
        if claims is not None:
            _may_be_reversed_in_part(truth, claims)
        return plan_reversal(truth, whole=claims is None, claims=claims or {})

    about = [tuple_of(f.subject) for f in facts if f.field != MADE]
    if moves is not None:
        there = {m["product"] for m in each}
        about = [(noun, pk) for noun, pk in about if noun != "product" or pk in there]
    return post("reverse", wish, plan, actor=actor, key=key, about=about, reason=reason, reverses=entry)


UNBORN = frozenset({"want", "bill"})
"""From where the wishes and bills of a line come when its quantity is decided."""


def tuple_of(subject: str) -> tuple[str, int]:
    """A subject as its name and id."""
    name, _, pk = subject.partition(":")
    return name, int(pk) if pk.isdecimal() else pk  # type: ignore[return-value]


def _may_be_reversed(original: Entry) -> None:
    # An opposite verb that took goods back (unpick, a cancelled delivery) is an undo as well.
    took_back = Move.objects.filter(entry=original, reverses__isnull=False)
    if original.reverses_id is not None or took_back.exists():
        raise _is_a_reversal(original.verb)
    if original.verb in FINAL:
        raise Refusal(
            "stated", N_("This states what the books say, and stays. Nothing stands behind it to undo.")
        )
    corrected_by = next((row.undo for row in ROWS.get(original.verb, ()) if row.undo != "reverse"), None)
    if corrected_by == AGAIN:
        raise _is_a_reversal(original.verb)
    if corrected_by:
        raise Refusal(
            "corrected_by_verb",
            N_("This step is not undone; “{verb}” corrects it."),
            verb=Words((CORRECTIONS[corrected_by],)),
            remedies=[Remedy(corrected_by, {"entry": original.pk})],
        )


def _is_a_reversal(verb: str) -> Refusal:
    """The refusal for an undo, and for a step that took others back: each is taken back once, and done again."""
    again = next((row.undo for row in ROWS.get(verb, ()) if row.undo != "reverse"), "")
    if again in CORRECTIONS:
        return Refusal(
            "is_a_reversal",
            N_(
                "This step took back what was done before, which is taken back once. Do it again by “{verb}”."
            ),
            verb=Words((CORRECTIONS[again],)),
        )
    if again == AGAIN:
        return Refusal(
            "is_a_reversal",
            N_(
                "This step took back many others, each of which is taken back once. Do them again, one by one."
            ),
        )
    return Refusal("is_a_reversal", N_("This entry is an undo itself. Do the step again instead."))


def _may_be_reversed_in_part(truth: Truth, claims: Mapping[int, int | None]) -> None:
    """Refuse a part of a decision: what it changed, or passed from line to line, would contradict the rest.

    A line is born with its whole quantity, so its birth is not undone in part either.
    """
    changed = any(fact.field not in (None, MADE) for fact in truth.read["facts"])
    sides = [(m["source"].claim, m["target"].claim) for m in truth.read["moves"]]
    passed = any(source and target and source != target for source, target in sides)
    born = {m["source"].claim for m in truth.read["moves"] if UNBORN & {m["source"].kind, m["target"].kind}}
    if changed or passed or born & claims.keys():
        raise Refusal("undone_whole", N_("This step decided about a whole document. Undo all of it."))


def _moves(entry: int) -> list[dict[str, Any]]:
    """The moves of an entry in their order, with what is left of each."""
    found = Move.objects.filter(entry_id=entry).select_related("source", "target").order_by("n")
    taken = dict(
        Move.objects.filter(reverses__entry_id=entry).values_list("reverses").annotate(models.Sum("quantity"))
    )
    return [
        {
            "id": m.pk,
            "n": m.n,
            "source": spot_of(m.source),
            "target": spot_of(m.target),
            "product": m.source.product_id,
            "quantity": m.quantity,
            "left": m.quantity - taken.get(m.pk, 0),
        }
        for m in found
    ]


def _documents(facts: list[Fact]) -> list[tuple[type[models.Model], list[int] | sql.Found]]:
    """The rows that facts speak of, by model."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for fact in facts:
        if fact.field == MADE:
            wanted[apps.get_model(fact.subject)].update(json.loads(fact.new or "[]"))
            continue
        model = model_of(fact.subject)
        pk = tuple_of(fact.subject)[1]
        if model is not None:
            wanted[owner_of(model, fact.field) if fact.field else model].add(pk)
    return [
        (model, _these(model, ids))
        for model, ids in sorted(wanted.items(), key=lambda item: item[0]._meta.label)
    ]


def _parties(entry: int) -> list[tuple[type[models.Model], list[int]]]:
    """Whose money an entry moved: all that spends what we owe them waits for them, and so does its undo."""
    found = Posting.objects.filter(entry_id=entry).values_list("source__party_id", "target__party_id")
    parties = sorted({party for pair in found for party in pair if party is not None})
    model = Account._meta.get_field("party").related_model
    assert isinstance(model, type)
    return [(model, parties)] if parties else []


def _these(model: type[models.Model], ids: set[Any]) -> list[int] | sql.Found:
    """Rows by primary key; settings have a word for one."""
    if isinstance(model._meta.pk, models.CharField):
        return sql.Found(sql.among(sql.pk_of(model), "text"), (sql.words(sorted(str(pk) for pk in ids)),))
    return sorted(pk for pk in ids if isinstance(pk, int))


def model_of(subject: str) -> type[models.Model] | None:
    """The model whose rows the journal names so."""
    name = subject.partition(":")[0]
    return next((m for m in apps.get_models() if m.__dict__.get("subject") == name), None)


def owner_of(model: type[models.Model], field: str) -> type[models.Model]:
    """The model that keeps a field of a document: its own, or the common part whose key it shares."""
    own = {f.attname for f in model._meta.concrete_fields} | {f.name for f in model._meta.concrete_fields}
    shared = model._meta.pk.remote_field
    kept = field.partition(".")[0] in own
    return model if kept or shared is None else owner_of(shared.model, field)


def _read(truth: Truth, original: Entry) -> None:
    truth.read["original"] = original
    truth.read["moves"] = _moves(original.pk)
    truth.read["draws"] = draws_of([m["id"] for m in truth.read["moves"]])
    truth.read["facts"] = list(Fact.objects.filter(entry_id=original.pk).order_by("-id"))
    truth.read["postings"] = list(
        Posting.objects.filter(entry_id=original.pk).select_related("source", "target").order_by("n")
    )


def plan_reversal(truth: Truth, *, whole: bool, claims: Mapping[int, int | None]) -> Plan:
    """The opposite of an entry, in whole or for chosen claims and quantities."""
    plan = Plan()
    taken: list[Taken] = []
    limits: dict[tuple[int, str, str], int | None] = {}
    passed = {(_claim_of(move), move["source"].kind) for move in truth.read["moves"]}
    for move in reversed(truth.read["moves"]):
        quantity = move["left"]
        if not whole:
            claim, kind = _claim_of(move), move["target"].kind
            if claim not in claims:
                continue
            # Goods that end in several kinds of place share the limit; on their way there each step has it.
            leg = (claim, REGION[kind], kind if (claim, kind) in passed else "")
            limit = limits.setdefault(leg, claims[claim])
            if limit is not None:
                quantity = min(quantity, limit)
                limits[leg] = limit - quantity
        if quantity > 0:
            step = plan.move(move["target"], move["source"], quantity, reverses=move["id"])
            taken.append(Taken(move["id"], step, move["quantity"], move["quantity"] - move["left"], quantity))
    reverse_draws(plan, truth.read["draws"], taken)
    if whole:
        _restore(plan, truth)
        for p in truth.read["postings"]:
            plan.pay(_ref(p.target), _ref(p.source), p.amount_minor, p.home_minor, reverses=p.pk)
    _refuse_short(truth, claims, limits)
    if not taken and (truth.read["moves"] or not (plan.changes or plan.postings or plan.voids)):
        raise Refusal("nothing_left", N_("Nothing of this step is left to undo."))
    return plan


def _claim_of(move: Mapping[str, Any]) -> int:
    claim: int = move["target"].claim or move["source"].claim
    return claim


def _refuse_short(
    truth: Truth, claims: Mapping[int, int | None], limits: Mapping[tuple[int, str, str], int | None]
) -> None:
    """Refuse where more of a line is asked back than the entry has left of it."""
    products = {_claim_of(move): move["product"] for move in truth.read["moves"]}
    for claim, wanted in claims.items():
        if wanted is None:
            continue
        free = max((wanted - (left or 0) for leg, left in limits.items() if leg[0] == claim), default=0)
        if free < wanted:
            raise Refusal(
                "less_left" if free else "nothing_left",
                N_("Only {free} of {wanted} are left to undo. Undo fewer."),
                field=f"lines.{claim}",
                wanted=wanted,
                free=free,
                product=products.get(claim),
            )


class Taken(NamedTuple):
    """What a step takes back of a move."""

    move: int
    step: int
    quantity: int
    """Of the move when it was made."""
    before: int
    """Of it already taken back before this step."""
    share: int
    """Of it taken back by this step."""


class Drawn(NamedTuple):
    """A draw that hangs on a move, with what is already reversed of it."""

    id: int
    move: int
    layer: int
    quantity: int
    value_minor: int
    done_quantity: int
    done_value_minor: int


def draws_of(moves: Sequence[int]) -> list[Drawn]:
    """The draws that hang on these moves, with how much of each is already reversed."""
    if not moves:
        return []
    found = sql.fetch(
        "SELECT d.id, d.move_id, d.layer_id, d.quantity, d.value_minor, "
        "COALESCE((SELECT SUM(r.quantity) FROM ledger_draw r WHERE r.reverses_id = d.id), 0), "
        "COALESCE((SELECT SUM(r.value_minor) FROM ledger_draw r WHERE r.reverses_id = d.id), 0) "
        f"FROM ledger_draw d WHERE {sql.among('d.move_id')} AND d.reverses_id IS NULL ORDER BY d.id",
        [sql.array(moves)],
    )
    return [Drawn(*(int(v) for v in row)) for row in found]


def reverse_draws(plan: Plan, draws: Sequence[Drawn], taken: Sequence[Taken]) -> None:
    """Put back what moves drew from layers, for what is taken back of each move, the latest draw first.

    Of a draw of quantity Q and value V, of which r is already reversed, x more give back
    round(V·(r+x)/Q) − round(V·r/Q): so the last unit takes the rest.
    """
    by_move: dict[int, list[Drawn]] = defaultdict(list)
    for d in draws:
        by_move[d.move].append(d)
    # A move may be taken back in several steps of one act, each of which counts for the next.
    done = {d.id: (d.done_quantity, d.done_value_minor) for d in draws}
    for one in taken:
        for d in by_move[one.move]:
            before_quantity, before_value = done[d.id]
            end = _reached(by_move[one.move], d, one)
            q = end + before_quantity
            v = part(d.value_minor, end, d.quantity) + before_value if d.quantity else 0
            done[d.id] = before_quantity - q, before_value - v
            if q or v:
                plan.draw(one.step, d.layer, -q, -v, reverses=d.id)


def _reached(draws: Sequence[Drawn], this: Drawn, one: Taken) -> int:
    """How much of a draw is put back once so many units of its move are: one draw after the other, the latest first.

    Shares of every draw, each rounded, would not add up to the units.
    """
    alike = [d for d in draws if (d.quantity > 0) == (this.quantity > 0)]
    units = part(sum(abs(d.quantity) for d in alike), one.before + one.share, one.quantity)
    later = sum(abs(d.quantity) for d in alike if d.id > this.id)
    reached = min(abs(this.quantity), max(0, units - later))
    return reached if this.quantity > 0 else -reached


def part(whole: int, share: int, of: int) -> int:
    """A share of a whole, rounded half away from zero, sign kept; the whole when the share is all of it."""
    return whole if share == of else rounded(whole * share, of)


def _ref(account: Account) -> AccountRef:
    return AccountRef(account.kind, account.currency, account.party_id, account.document)


def _restore(plan: Plan, truth: Truth) -> None:
    """Give changed fields their old values back, and take out what the entry made."""
    for fact in truth.read["facts"]:
        if fact.field == MADE:
            _take_out(plan, truth, fact)
            continue
        model = model_of(fact.subject)
        if fact.field is None or model is None:
            continue
        model = owner_of(model, fact.field)
        pk = tuple_of(fact.subject)[1]
        row = truth.documents[model._meta.label][pk]
        column, _, key = fact.field.partition(".")
        held = getattr(row, column)
        now = held.get(key) if key else held
        # What was a word then and names a row today cannot be what it was.
        if isinstance(now, models.Model) or dump(now) != fact.new:
            raise _changed_since(fact)
        field = model._meta.get_field(column)
        old = json.loads(fact.old)
        old = (
            field.to_python(old)
            if isinstance(field, models.Field) and not isinstance(field, models.JSONField)
            else old
        )
        within = held if key else None
        plan.changes.append(Change(model._meta.label, pk, fact.subject, fact.field, now, old, within))


def _take_out(plan: Plan, truth: Truth, fact: Fact) -> None:
    """Make what an entry made void; what is never void is retired, where nobody has done so since."""
    made = json.loads(fact.new or "[]")
    if not can_be_retired(fact.subject):
        plan.voids.extend((fact.subject, pk) for pk in made)
        return
    for pk in made:
        row = truth.documents[fact.subject][pk]
        plan.change(row, retired_on=row.retired_on or truth.today)


def _changed_since(fact: Fact) -> Refusal:
    later = Fact.objects.filter(subject=fact.subject, field=fact.field, id__gt=fact.pk).order_by("id").first()
    return Refusal(
        "changed_since",
        N_("“{name}” of {subject} was changed later by entry {later}. Undo that one first."),
        name=fact.field,
        subject=fact.subject,
        later=later.entry_id if later else "?",
    )


def take_back(
    plan: Plan, truth: Truth, held: Held, quantity: int, *, kinds: frozenset[str] | None = None
) -> list[Taken]:
    """Send goods back the way they came, newest first, each move at most for what is left of it.

    The opposite verbs (unpick, unpack, cancel delivery) take back a part so, linked to what it took
    back; give what is returned here to ``reverse_draws``. kinds: only back to these kinds of place.
    Raises Refusal when less came in that way.
    """
    taken = []
    missing = quantity
    for move in truth.incoming.get(held.id, ()):
        if kinds is not None and move.source.kind not in kinds:
            continue
        share = min(missing, move.left)
        if share <= 0:
            continue
        step = plan.move(held.spot, move.source, share, reverses=move.id)
        taken.append(Taken(move.id, step, move.quantity, move.quantity - move.left, share))
        move.left -= share
        missing -= share
    if missing:
        raise Refusal(
            "nothing_to_take_back",
            N_("Only {free} of {wanted} can be taken back. Take fewer back."),
            wanted=quantity,
            free=quantity - missing,
        )
    return taken
