"""Write a plan: one set-based statement for each kind of row, whatever the number of rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from wharfinger.base.refusal import N_, Refusal
from wharfinger.ledger import chart, sql
from wharfinger.ledger.create import can_be_retired, can_be_void, create
from wharfinger.ledger.models import Account, Draw, Entry, Fact, Move, Outbox, Posting
from wharfinger.ledger.plan import THIS, AccountRef, Plan, Ref, Spot, Step, Truth

Key = tuple[int, int, int]

MADE = "made"
"""The field of the fact that keeps which rows of a model an entry made, so that undo can make them void or retire them."""


@dataclass(slots=True)
class Written:
    """An entry in the journal, and the rows it made by model."""

    entry: Entry
    made: dict[str, list[int]] = field(default_factory=dict)
    replayed: bool = False

    @property
    def id(self) -> int:
        """The journal id, by which the act is undone."""
        return self.entry.pk

    def one(self, label: str) -> int:
        """The id of the only row made of a model."""
        (pk,) = self.made[label]
        return pk


def write(plan: Plan, truth: Truth, entry: Entry, consumers: list[str]) -> Written:
    """Write everything that the plan says, under the entry; the chart is asserted first."""
    _fill_new_layers(plan)
    ids = create(plan, entry)

    def real(ref: Any) -> Any:
        if ref is THIS:
            return entry.pk
        return ids[ref.label][ref.n] if isinstance(ref, Ref) else ref

    plan.changes = [c._replace(new=real(c.new)) for c in plan.changes]
    moves = _moves(plan.steps, _book(plan.steps, real, entry.verb), entry)
    _draw(plan, moves, real, entry)
    _post(plan, real, entry)
    _change(plan, entry)
    _facts(plan, real, entry, ids)
    if consumers:
        sql.insert(
            Outbox, [{"entry_id": entry.pk, "consumer": c, "due_at": entry.recorded_at} for c in consumers]
        )
    return Written(entry, ids)


def _key(spot: Spot, real: Callable[[Any], Any]) -> Key:
    lot, place, claim = spot.lot, spot.place, spot.claim
    return (
        lot if type(lot) is int else real(lot),
        place if type(place) is int else real(place),
        claim if type(claim) is int else real(claim),
    )


def _book(steps: list[Step], real: Callable[[Any], Any], verb: str) -> tuple[list[int], list[int]]:
    """Subtract from the bounded sources, add to the targets; the holdings that each step left and reached."""
    nets: dict[Key, int] = defaultdict(int)
    spots: dict[Key, Spot] = {}
    legs: list[tuple[Key, Key]] = []
    for step in steps:
        source, target = _key(step.source, real), _key(step.target, real)
        legs.append((source, target))
        if step.reverses is None:
            assert chart.allowed(
                step.verb or verb,
                step.source.kind,
                step.target.kind,
                source_claim=source[2],
                target_claim=target[2],
                same_lot=source[0] == target[0],
            ), (
                f"the chart has no row for {step.verb or verb}: {step.source.kind}[{source[2]}] → {step.target.kind}[{target[2]}]"
            )
        assert chart.REGION[step.source.kind] == chart.REGION[step.target.kind], "a move between regions"
        assert step.source.product == step.target.product, "a move that changes the product"
        nets[source] -= step.quantity
        nets[target] += step.quantity
        spots.setdefault(source, step.source)
        spots.setdefault(target, step.target)
    taken = {k: -q for k, q in nets.items() if q < 0 and not spots[k].unbounded}
    given = {k: q for k, q in nets.items() if k not in taken}
    holdings = _subtract(taken)
    holdings.update(_add(given, spots))
    return [holdings[source] for source, _ in legs], [holdings[target] for _, target in legs]


def _subtract(taken: dict[Key, int]) -> dict[Key, int]:
    if not taken:
        return {}
    ordered = sorted(taken)
    source, params = sql.rows(
        ["lot", "place", "claim", "q"], ["bigint"] * 4, [[*key, taken[key]] for key in ordered]
    )
    found = sql.fetch(
        f"UPDATE ledger_holding SET quantity = quantity - v.q FROM {source} AS v WHERE ledger_holding.lot_id = v.lot "
        "AND ledger_holding.place_id = v.place AND ledger_holding.claim_id = v.claim AND quantity >= v.q "
        "RETURNING ledger_holding.id, ledger_holding.lot_id, ledger_holding.place_id, ledger_holding.claim_id",
        params,
    )
    if len(found) != len(ordered):
        missing = next(iter(set(ordered) - {(r[1], r[2], r[3]) for r in found}))
        raise Refusal(
            "goods_moved_on",
            N_("These goods are no longer where this step left them. Undo the later steps first."),
            wanted=taken[missing],
            lot=missing[0],
            place=missing[1],
        )
    return {(r[1], r[2], r[3]): r[0] for r in found}


def _add(given: dict[Key, int], spots: dict[Key, Spot]) -> dict[Key, int]:
    if not given:
        return {}
    ordered = sorted(given)
    listed = []
    for key in ordered:
        s = spots[key]
        listed.append([key[0], s.product, s.serial, s.owned, key[1], s.kind, s.unbounded, key[2], given[key]])
    names = [
        "lot_id",
        "product_id",
        "serial",
        "owned",
        "place_id",
        "kind",
        "unbounded",
        "claim_id",
        "quantity",
    ]
    types = ["bigint", "bigint", "boolean", "boolean", "bigint", "text", "boolean", "bigint", "bigint"]
    source, params = sql.rows(names, types, listed)
    columns = ", ".join(names)
    found = sql.fetch(
        f"INSERT INTO ledger_holding ({columns}) SELECT {columns} FROM {source} AS v WHERE true ORDER BY ord "
        "ON CONFLICT (lot_id, place_id, claim_id) DO UPDATE SET quantity = ledger_holding.quantity + excluded.quantity "
        "RETURNING id, lot_id, place_id, claim_id",
        params,
    )
    return {(r[1], r[2], r[3]): r[0] for r in found}


def _moves(steps: list[Step], between: tuple[list[int], list[int]], entry: Entry) -> list[int]:
    if not steps:
        return []
    sources, targets = between
    return sql.insert_columns(
        Move,
        {
            "entry_id": [entry.pk] * len(steps),
            "n": list(range(len(steps))),
            "source_id": sources,
            "target_id": targets,
            "quantity": [step.quantity for step in steps],
            "reverses_id": [step.reverses for step in steps],
        },
    )


def _fill_new_layers(plan: Plan) -> None:
    """Make each new cost layer with what is drawn into it, so that no second statement changes it."""
    layers = plan.creates.get("ledger.Layer", [])
    for draw in plan.draws:
        if isinstance(draw.layer, Ref):
            row = layers[draw.layer.n]
            row["quantity"] -= draw.quantity
            row["value_minor"] -= draw.value_minor


def _draw(plan: Plan, moves: list[int], real: Callable[[Any], Any], entry: Entry) -> None:
    if not plan.draws:
        return
    nets: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for d in plan.draws:
        if isinstance(d.layer, Ref):
            continue
        net = nets[d.layer]
        net[0] += d.quantity
        net[1] += d.value_minor
    changed = [[layer, q, v] for layer, (q, v) in sorted(nets.items()) if q or v]
    if changed:
        source, params = sql.rows(["layer", "q", "v"], ["bigint"] * 3, changed)
        found = sql.execute(
            f"UPDATE ledger_layer SET quantity = quantity - v.q, value_minor = value_minor - v.v FROM {source} AS v "
            "WHERE ledger_layer.id = v.layer",
            params,
        )
        assert found == len(changed), "a layer that was drawn from is gone"
    sql.insert(
        Draw,
        [
            {
                "entry_id": entry.pk,
                "move_id": None if d.step is None else moves[d.step],
                "layer_id": real(d.layer),
                "quantity": d.quantity,
                "value_minor": d.value_minor,
                "reverses_id": d.reverses,
            }
            for d in plan.draws
        ],
    )


def _account_key(ref: AccountRef, real: Callable[[Any], Any]) -> tuple[str, int, str, str]:
    document = ref.document if isinstance(ref.document, str) else f"{ref.document[0]}:{real(ref.document[1])}"
    return ref.kind, ref.party or 0, document, ref.currency


def _post(plan: Plan, real: Callable[[Any], Any], entry: Entry) -> None:
    if not plan.postings:
        return
    nets: dict[tuple[str, int, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for p in plan.postings:
        assert p.source.currency == p.target.currency, "a posting between currencies"
        for ref, sign in ((p.source, -1), (p.target, 1)):
            net = nets[_account_key(ref, real)]
            if ref.kind in Account.STORED:
                net[0] += sign * p.amount_minor
                net[1] += sign * p.home_minor
    ordered = sorted(nets)
    source, params = sql.rows(
        ["kind", "party", "document", "currency", "amount", "home"],
        ["text", "bigint", "text", "text", "bigint", "bigint"],
        [[*key, *nets[key]] for key in ordered],
    )
    found = sql.fetch(
        "INSERT INTO ledger_account (kind, party_id, document, currency, balance_minor, balance_home_minor) "
        f"SELECT kind, NULLIF(party, 0), document, currency, amount, home FROM {source} AS v WHERE true ORDER BY ord "
        "ON CONFLICT (kind, COALESCE(party_id, 0), document, currency) DO UPDATE SET "
        "balance_minor = ledger_account.balance_minor + excluded.balance_minor, "
        "balance_home_minor = ledger_account.balance_home_minor + excluded.balance_home_minor "
        "RETURNING id, kind, COALESCE(party_id, 0), document, currency",
        params,
    )
    accounts = {(r[1], r[2], r[3], r[4]): r[0] for r in found}
    sql.insert(
        Posting,
        [
            {
                "entry_id": entry.pk,
                "n": n,
                "source_id": accounts[_account_key(p.source, real)],
                "target_id": accounts[_account_key(p.target, real)],
                "amount_minor": p.amount_minor,
                "home_minor": p.home_minor,
                "reverses_id": p.reverses,
            }
            for n, p in enumerate(plan.postings)
        ],
    )


def _change(plan: Plan, entry: Entry) -> None:
    by_row: dict[tuple[str, Any], dict[str, Any]] = defaultdict(dict)
    for change in plan.changes:
        values = by_row[change.label, change.pk]
        if change.within is None:
            values[change.field] = change.new
        else:
            column, _, key = change.field.partition(".")
            whole = values.setdefault(column, dict(change.within))
            whole[key] = change.new
            if change.new is None:
                del whole[key]
    grouped: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for (label, pk), values in sorted(by_row.items(), key=lambda item: (item[0][0], str(item[0][1]))):
        names = tuple(sorted(values))
        grouped[label, names].append({"pk": pk, **{name: values[name] for name in names}})
    for (label, _), rows in grouped.items():
        found = sql.update(apps.get_model(label), rows)
        assert found == len(rows), f"a {label} that was to change is gone"
    void: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for label, pk in plan.voids:
        void[label].append({"pk": pk, "void_id": entry.pk})
    for label, rows in void.items():
        sql.update(apps.get_model(label), rows)


class _Encoder(DjangoJSONEncoder):
    """Writes a moment in one way, whichever zone it was told in: as the database gives it back."""

    def default(self, o: Any) -> Any:
        return super().default(o.astimezone(UTC) if isinstance(o, datetime) and o.tzinfo else o)


def dump(value: Any) -> str:
    """A value of a field as a fact keeps it."""
    return json.dumps(value, cls=_Encoder, ensure_ascii=False, sort_keys=True)


def _facts(plan: Plan, real: Callable[[Any], Any], entry: Entry, made: dict[str, list[int]]) -> None:
    facts: list[dict[str, Any]] = []
    changed = set()
    for c in plan.changes:
        changed.add(c.subject)
        facts.append(
            {
                "entry_id": entry.pk,
                "subject": c.subject,
                "field": c.field,
                "old": dump(c.old),
                "new": dump(c.new),
            }
        )
    for subject, pk in plan.mentions:
        about = f"{subject}:{real(pk)}"
        if about not in changed:
            facts.append({"entry_id": entry.pk, "subject": about, "field": None, "old": None, "new": None})
    for label, ids in made.items():
        if can_be_void(label) or can_be_retired(label):
            facts.append(
                {"entry_id": entry.pk, "subject": label, "field": MADE, "old": None, "new": dump(ids)}
            )
    sql.insert(Fact, facts)
