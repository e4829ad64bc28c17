"""Pure decisions about charges that are served in the same save in which they are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from wharfinger.base.refusal import N_, Refusal, Remedy
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish, amend
from wharfinger.demand.rules.amend import Standing
from wharfinger.fulfilment.rules import Consignment, Pick, late
from wharfinger.fulfilment.rules.picking import plan_pick
from wharfinger.fulfilment.rules.shipping import plan_pick_pack_ship
from wharfinger.ledger.plan import Held, Id, Plan, Ref, Spot, Truth
from wharfinger.purchasing.rules.drafting import BUYABLE, Wanted, plan_per_vendor
from wharfinger.stock import rules as stock
from wharfinger.stock.rules.building import free_at
from wharfinger.stock.rules.recipes import can_build
from wharfinger.work import rules as work
from wharfinger.work.rules import WorkWish

VERBS = {"pick": "pick", "order": "draft", "deliver": "pick_pack_ship"}
"""What may be done with charges in the same save, and the verb by which it is done."""

NEW = 0
"""The id by which a document goes that the same plan makes."""


class NothingToServe(Exception):
    """Nothing of these charges can be served at once, so that only the charges remain."""


@dataclass(frozen=True, slots=True)
class Charging:
    """What is charged, and what is done with it at once."""

    then: str
    """One of ``VERBS``."""
    wishes: tuple[LineWish, ...]
    codes: tuple[tuple[str, ...], ...] = ()
    """By charge, the serial numbers of the units that are meant."""
    sheet: int | None = None
    """The work that is charged,"""
    work: WorkWish | None = None
    """or that is opened with these charges."""


def plan_charge_and(truth: Truth, *, charging: Charging) -> Plan:
    """Charge work, and serve of the charges what can be served at once; the rest goes the usual way.

    Raises NothingToServe where that is nothing.
    """
    if charging.work is not None:
        plan = work.plan_work_order(truth, wish=charging.work)
        kind = charging.work.kind
    else:
        assert charging.sheet is not None
        plan = amend.plan_add(truth, sheet=charging.sheet, wishes=charging.wishes)
        kind = truth.document("demand.Sheet", charging.sheet).kind
    if charging.then == "deliver" and kind == "job":
        raise Refusal(
            "handed_over",
            N_("Goods of a job are handed over, which may lend them. Charge them first, or hand them over."),
            field="then",
            remedies=[Remedy("provide", {"pk": charging.sheet})] if charging.sheet else [],
        )
    plan.steps = [step._replace(verb="charge") for step in plan.steps]
    made = _Made(truth, plan, kind)
    plan.then(_served(truth, charging, made))
    made.named(truth, plan)
    if charging.work is not None:
        plan.notes["closed"] = [made.sheet]
    return plan


def _served(truth: Truth, charging: Charging, made: _Made) -> Plan:
    """What is done with the new charges."""
    picks: list[tuple[int, Pick]] = []
    wanted: list[tuple[int, Wanted]] = []
    if charging.then == "order":
        lines = [(made.place(line), line) for line in made.lines]
        wanted = [(n, Wanted(line.pk)) for n, line in lines if truth.quantity_of(line.pk, BUYABLE)]
    else:
        picks = _picks(truth, charging, made)
    if not picks and not wanted:
        raise NothingToServe
    asked = [pick for _, pick in picks]
    try:
        if wanted:
            return plan_per_vendor(truth, wanted=[one for _, one in wanted])
        if charging.then == "pick":
            return plan_pick(truth, picks=asked)
        return plan_pick_pack_ship(truth, picks=asked, consignment=Consignment())
    except Refusal as refusal:
        # It names lines by what they are called only here, and where they stand among those that are served.
        refusal.values.pop("line", None)
        refusal.field = "then" if refusal.field == "vendor" else refusal.field
        rows, _, rest = (refusal.field or "").partition(".")
        n, _, what = rest.partition(".")
        if rows in ("picks", "lines") and n.isdecimal():
            place = (wanted or picks)[int(n)][0]
            refusal.field = f"lines.{place}.{'product' if what in ('', 'line') else what}"
        raise


class _Made:
    """The lines that a plan makes, standing in the truth as if they were there already.

    Each goes by an id below zero until the plan is whole, since rules know lines by their ids.
    """

    def __init__(self, truth: Truth, plan: Plan, kind: str) -> None:
        rows = plan.creates.get("demand.Line", [])
        self._claims: dict[Id, int] = {row["claim_id"]: -1 - n for n, row in enumerate(rows)}
        self.sheet = rows[0]["sheet_id"] if rows else None
        sheets = truth.documents.setdefault("demand.Sheet", {})
        if isinstance(self.sheet, Ref):
            at = plan.creates["demand.Sheet"][0]["location_id"]
            sheets[NEW] = SimpleNamespace(
                pk=NEW, kind=kind, number="", location_id=at, subject_name=f"work_order:{NEW}"
            )
            truth.read["standing"] = {NEW: Standing(kind, firm=True)}
        self.lines = [self._line(row, sheets) for row in rows]
        truth.read["lines"] = truth.read.get("lines", {}) | {line.pk: line for line in self.lines}
        self._held(truth, plan)

    def place(self, line: Any) -> int:
        """Where a line's charge stands among those that were asked for; a component's is its kit's."""
        whole = line.pk if line.parent_id is None else line.parent_id
        return [one.pk for one in self.lines if one.parent_id is None].index(whole)

    def _line(self, row: Mapping[str, Any], sheets: Mapping[int, Any]) -> Any:
        sheet = NEW if isinstance(row["sheet_id"], Ref) else row["sheet_id"]
        stands = {
            "pk": self._claims[row["claim_id"]],
            "sheet_id": sheet,
            "sheet": sheets[sheet],
            "order": None,
            "parent_id": self._claims.get(row["parent_id"]),
        }
        return SimpleNamespace(**{**row, **stands})

    def _held(self, truth: Truth, plan: Plan) -> None:
        """Show what the plan lets the lines hold: their wishes, and services that are ready."""
        nets: dict[Spot, int] = defaultdict(int)
        for step in plan.steps:
            nets[step.source] -= step.quantity
            nets[step.target] += step.quantity
        for at, units in nets.items():
            if units > 0 and at.claim in self._claims:
                truth.held.append(Held(0, at.for_claim(self._claims[at.claim]), units))

    def named(self, truth: Truth, plan: Plan) -> None:
        """Let a plan say of its lines and document which row of it they are."""
        of = {pk: claim for claim, pk in self._claims.items()}

        def whose(at: Spot) -> Spot:
            return at.for_claim(of[at.claim]) if at.claim in of else at

        plan.steps = [s._replace(source=whose(s.source), target=whose(s.target)) for s in plan.steps]
        plan.mentions.pop(("work_order", NEW), None)
        truth.documents["demand.Sheet"].pop(NEW, None)


def _picks(truth: Truth, charging: Charging, made: _Made) -> list[tuple[int, Pick]]:
    """What can be picked or handed over at once of each charge, with its place among those that were asked for."""
    left: dict[int, int] = {}
    able: dict[int, int] = {}
    built: set[int] = set()
    parts: dict[int, list[Any]] = defaultdict(list)
    for line in made.lines:
        if line.parent_id is not None:
            parts[line.parent_id].append(line)
    found: list[tuple[int, Pick]] = []
    for n, line in enumerate(line for line in made.lines if line.parent_id is None):
        codes = charging.codes[n] if charging.codes else ()
        of = parts.get(line.pk) or [line]
        for one in of:
            if one.product_id not in left:
                left[one.product_id] = _at_hand(truth, one)
                able[one.product_id] = _can_build(truth, one)
        units = line.quantity
        for one in of:
            ratio = one.ratio if one.parent_id is not None else 1
            if (there := _there(truth, charging.then, one, numbered=bool(codes))) is None:
                there = left[one.product_id] + (0 if built else able[one.product_id])
            units = min(units, there // ratio)
        if codes and not parts.get(line.pk):
            units = min(line.quantity, len(codes))
        if units <= 0:
            continue
        for one in of:
            need = units * (one.ratio if one.parent_id is not None else 1)
            if need > left[one.product_id] and able[one.product_id]:
                built.add(one.product_id)
            left[one.product_id] = max(left[one.product_id] - need, 0)
        found.append((n, Pick(line.pk, units, serials=tuple(codes))))
    return found


def _there(truth: Truth, then: str, line: Any, *, numbered: bool) -> int | None:
    """How many units of a line need no stock, or none where somebody has to say which they are; else None."""
    product = truth.read["products"][line.product_id]
    if truth.quantity_of(line.pk, ("ready",)):
        return line.quantity if then == "deliver" else 0
    if product.traced == "serial" and not numbered and not (then == "pick" and late(product)):
        return 0
    return None


def _at_hand(truth: Truth, line: Any) -> int:
    return stock.at_hand(
        truth.free, line.product_id, channels=demand.selling(truth, line), fresh_on=truth.today
    )


def _can_build(truth: Truth, line: Any) -> int:
    """How many units a pick would build where it can build most of them."""
    product = truth.read["products"][line.product_id]
    if line.product_id not in truth.read["built_on_pick"] or product.traced != "none":
        return 0
    recipes = truth.read["recipes"]
    lending = {at for at, channel in (demand.selling(truth, line) or {}).items() if channel == "rental"}
    at = [
        {part: free_at(truth, part, home) for part in recipes.below(line.product_id)}
        for home in truth.read["homes"]
        if home not in lending
    ]
    most = max((can_build(recipes, line.product_id, free) for free in at), default=0)
    return int(most) * 10**product.quantity_decimals
