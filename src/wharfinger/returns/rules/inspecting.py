"""Pure decisions about goods that came back: restocked at the cost they left with, scrapped, sent on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.demand import rules as demand
from wharfinger.fulfilment.rules import late, mention_lines
from wharfinger.ledger.plan import Held, PlaceRef, Plan, Spot, Truth, fixed
from wharfinger.ledger.reverse import part
from wharfinger.returns.rules import (
    OUTCOMES,
    WITH_US,
    Places,
    came_for,
    goods_of,
    places_of,
    rma_line_of,
    rma_of,
)
from wharfinger.returns.rules.grading import grade_of, let_restock
from wharfinger.stock.rules import value_receipt


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of so many units of a return's line."""

    rma_line: int
    quantity: int
    outcome: str
    bin: int | None = None
    """The place of the bin; the location's default one unless given."""
    serials: tuple[str, ...] = ()
    note: str = ""
    grade: int | None = None
    """In which state they are; where no outcome is said, it says one."""


@dataclass(slots=True)
class Worth:
    """What goods of a line cost when they left us, and how many of them have come home since."""

    quantity: int = 0
    value_minor: int = 0
    back: int = 0

    def take(self, quantity: int) -> int:
        """What so many more of them are worth: shares of the whole, so that the last unit takes the rest."""
        if not self.quantity:
            return 0
        before = min(self.back, self.quantity)
        after = min(self.back + quantity, self.quantity)
        self.back += quantity
        return part(self.value_minor, after, self.quantity) - part(self.value_minor, before, self.quantity)


def worth_of(truth: Truth, source: Spot) -> Worth:
    """What goods cost when they left: the very unit's cost, else that of the line's loose goods."""
    known = truth.read["worth"]
    own = known.get((source.claim, source.lot)) or known.get((source.claim, came_for(truth, source.lot)))
    return own or known.get((source.claim, truth.loose.get(source.product))) or Worth()


def _says(plan: Plan, step: int, verb: str) -> int:
    plan.steps[step] = plan.steps[step]._replace(verb=verb)
    return step


def restock(
    plan: Plan, truth: Truth, source: Spot, quantity: int, bin: PlaceRef, verb: str = "restock"
) -> None:
    """Put goods back into a bin as ours, at the cost they left with; their line ends as returned."""
    product = truth.products[source.product]
    target = source.at(bin).for_claim(0)
    if product.traced != "serial" or late(product):
        target = target.as_lot(truth.lot(product.pk)) if source.serial else target
    value = worth_of(truth, source).take(quantity)
    step = _says(plan, plan.move(source, target, quantity), verb)
    value_receipt(
        plan,
        truth,
        step,
        product.pk,
        product.cost_method,
        quantity,
        value,
        target.lot if target.serial else None,
    )
    _end(plan, truth, source, quantity, verb)


def scrap(plan: Plan, truth: Truth, source: Spot, quantity: int, verb: str = "scrap") -> None:
    """Throw goods away; their line ends as returned by so many."""
    worth_of(truth, source).take(quantity)
    _says(plan, plan.move(source, source.at(fixed("scrap")).for_claim(0), quantity), verb)
    _end(plan, truth, source, quantity, verb)


def _end(plan: Plan, truth: Truth, source: Spot, quantity: int, verb: str) -> None:
    if not source.claim:
        return
    assert isinstance(source.claim, int)
    before = len(plan.steps)
    demand.uncover(plan, truth, source.claim, quantity, "returned")
    for step in range(before, len(plan.steps)):
        _says(plan, step, verb)


def bin_of(truth: Truth, location: int, chosen: int | None, field: str) -> PlaceRef:
    """The bin that goods go to: the chosen one, else the location's default."""
    if chosen is None:
        home = truth.read["default_bins"].get(location)
        if home is None:
            raise BadInput("bin_wanted", N_("This location has no default bin. Choose one."), field=field)
        return PlaceRef(home, "bin")
    if chosen not in truth.read["bins"]:
        raise BadInput("no_such_bin", N_("There is no such bin."), field=field)
    return PlaceRef(chosen, "bin")


def decide(
    plan: Plan,
    truth: Truth,
    source: Spot,
    quantity: int,
    outcome: str,
    places: Places,
    bin: int | None,
    field: str,
) -> None:
    """Let one outcome happen to goods that are with us."""
    if outcome == "restock":
        restock(
            plan, truth, source, quantity, bin_of(truth, places.location, bin, f"{field}.bin".lstrip("."))
        )
    elif outcome == "scrap":
        scrap(plan, truth, source, quantity)
    elif outcome == "repair":
        _says(plan, plan.move(source, source.at(places.bench), quantity), "repair")
    elif outcome == "to_vendor":
        _says(plan, plan.move(source, source.at(places.vendor), quantity), "to_vendor")
    else:
        _send_back(plan, truth, source, quantity, field)


SOURCES = {
    "restock": WITH_US,
    "scrap": WITH_US,
    "repair": ("returns",),
    "to_vendor": ("returns", "bench"),
    "send_back": ("bench", "at_vendor", "returns"),
}
"""From where each outcome takes goods, in this order."""


def plan_inspect(truth: Truth, *, rma: int, verdicts: Sequence[Verdict]) -> Plan:
    """Say what becomes of goods that came back, each quantity on its own."""
    plan = Plan()
    row = rma_of(truth, rma)
    places = places_of(truth, row)
    for n, verdict in enumerate(verdicts):
        field = f"lines.{n}"
        grade = grade_of(truth, verdict.grade, field)
        outcome = verdict.outcome or (grade.outcome if grade is not None else "")
        if outcome not in OUTCOMES:
            raise BadInput("no_such_outcome", N_("There is no such outcome."), field=f"{field}.outcome")
        let_restock(grade, outcome, field)
        line = rma_line_of(truth, verdict.rma_line, f"{field}.rma_line")
        found = goods_of(truth, line, SOURCES[outcome], verdict.serials)
        at_hand = sum(h.quantity for h in found)
        if at_hand < verdict.quantity:
            raise Refusal(
                "not_received",
                N_("{wanted} to inspect, but only {free} of this line are here."),
                field=f"{field}.quantity",
                wanted=verdict.quantity,
                free=at_hand,
                product=line.product_id,
            )
        if outcome == "send_back":
            not_replaced(truth, line, verdict.quantity, f"{field}.outcome")
        left = verdict.quantity
        for held in found:
            units = min(left, held.quantity)
            if units:
                decide(plan, truth, held.spot, units, outcome, places, verdict.bin, field)
                _found(plan, line, held, units, grade, outcome, verdict.note)
                held.quantity -= units
                left -= units
    plan.mention(row)
    mention_lines(plan, truth)
    return plan


def _found(plan: Plan, line: Any, held: Held, units: int, grade: Any, outcome: str, note: str) -> None:
    """Keep what was found of goods, where something was: a grade, or words."""
    if grade is None and not note:
        return
    plan.create(
        "returns.Finding",
        rma_line_id=line.pk,
        lot_id=held.lot if held.spot.serial else None,
        quantity=units,
        grade_id=grade.pk if grade is not None else None,
        outcome=outcome,
        text=note,
    )


def not_replaced(truth: Truth, line: Any, quantity: int, field: str) -> None:
    """Let goods go back to the customer who got no others for them; raises Refusal otherwise."""
    gone = truth.read["sent_back"].get(line.pk, 0)
    replaced = truth.read["replaced"].get(line.pk, 0)
    free = truth.read["received"].get(line.pk, 0) - gone - replaced
    if quantity > free and replaced:
        raise Refusal(
            "replaced",
            N_(
                "{wanted} to send back, but the customer gets others for {replaced} of these. Restock or scrap them, "
                "or undo the replacement."
            ),
            field=field,
            wanted=quantity,
            replaced=replaced,
            free=max(0, free),
            product=line.product_id,
        )
    truth.read["sent_back"][line.pk] = gone + quantity


def _send_back(plan: Plan, truth: Truth, source: Spot, quantity: int, field: str) -> None:
    """Goods go back to the customer's site they came from, and a device is theirs again."""
    row = truth.read["rma_at"][source.place]
    site = truth.read["came_from"].get((came_for(truth, source.lot), source.claim)) or truth.read[
        "home_sites"
    ].get(row.organization_id)
    if site is None:
        raise Refusal(
            "no_site", N_("This customer has no site to which goods could go. Add one first."), field=field
        )
    _says(plan, plan.move(source, source.at(PlaceRef(site.place_id, "customer")), quantity), "send_back")
    device = truth.read["devices"].get(source.lot)
    if device is not None:
        plan.change(device, removed_on=None, organization_id=site.organization_id, site_id=site.pk)
        plan.mention(device)


def plan_these(truth: Truth, *, holdings: Sequence[tuple[int, int]], outcome: str, bin: int | None) -> Plan:
    """Restock or scrap goods by where they stand, of whichever return they are."""
    plan = Plan()
    by_id = {h.id: h for h in truth.held}
    for n, (pk, quantity) in enumerate(holdings):
        held = by_id.get(pk)
        if held is None or held.kind not in WITH_US:
            raise NotThere(
                "no_such_goods_here",
                N_("These goods are not here any more. Look at the list again."),
                field=f"holdings.{n}",
            )
        if quantity > held.quantity:
            raise Refusal(
                "not_received",
                N_("{wanted} to inspect, but only {free} of this line are here."),
                field=f"holdings.{n}",
                wanted=quantity,
                free=held.quantity,
                product=held.product,
            )
        row = truth.read["rma_at"][held.place]
        decide(plan, truth, held.spot, quantity, outcome, places_of(truth, row), bin, f"holdings.{n}")
        held.quantity -= quantity
        plan.mention(row)
    mention_lines(plan, truth)
    return plan
