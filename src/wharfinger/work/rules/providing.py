"""Pure decisions about goods that are handed over on work, and come back from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from wharfinger.base.refusal import N_, NotThere, Refusal
from wharfinger.catalog.rules.validity import in_effect
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import LineWish, kits
from wharfinger.demand.rules.waiving import bill_again
from wharfinger.ledger.plan import Held, Id, PlaceRef, Plan, Spot, Truth, fixed, spot
from wharfinger.ledger.reverse import Taken, reverse_draws, take_back
from wharfinger.stock import rules as stock
from wharfinger.stock.rules.building import build_missing
from wharfinger.work.rules import open_work


@dataclass(frozen=True, slots=True)
class Provision:
    """A good handed over on a job: of a charge that stands, or of a product as a new charge."""

    quantity: int
    line: int | None = None
    product: int | None = None
    location: int | None = None
    """The place of the location."""
    bin: int | None = None
    lots: tuple[int, ...] = ()
    unit_price_micro: int | None = None
    part: bool = False
    """Whether it goes into a kit that is handed over with it, and billed for it."""


@dataclass(frozen=True, slots=True)
class Charged:
    """So many units of a charge."""

    line: int
    quantity: int
    lots: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """So many units of a charge that come back from the customer."""

    line: int
    quantity: int
    lots: tuple[int, ...] = ()


def plan_provide(truth: Truth, *, work_order: int, provisions: Sequence[Provision]) -> Plan:
    """Hand goods over on a job: sold at once, or lent where they are rented out or not billed."""
    plan = Plan()
    row = open_work(truth, work_order)
    first = truth.read["first_places"].get(truth.document("demand.Sheet", work_order).location_id)
    for n, provision, claim in _lines_for(plan, truth, row, work_order, provisions):
        field = f"lines.{n}.quantity"
        line = truth.read["lines"].get(claim) if isinstance(claim, int) else None
        product = line.product_id if line else provision.product
        if line is None and truth.read["products"][product].kind == "kit":
            assert product is not None
            _bill(plan, truth, row, line, claim, product, provision.quantity, 0)
            continue
        site_id = line.site_id if line else truth.read["default_site"]
        if site_id is None:
            raise Refusal(
                "no_site",
                N_("This customer has no site to which goods could go. Add one first."),
                field=f"lines.{n}.line",
            )
        site = truth.read["sites"][site_id]
        assert product is not None
        in_effect(truth.read["products"][product], truth.effective_on, field=f"lines.{n}.product")
        unbilled = 0
        chosen, ready = _goods(plan, truth, line, claim, product, provision, first, field)
        for held, units in chosen:
            channel = truth.read["channels"].get(held.location)
            lends = not row.billable or channel == "rental"
            place = PlaceRef(site.rented_place_id, "rented") if lends else PlaceRef(site.place_id, "customer")
            plan.move(held.spot, held.spot.for_claim(claim).at(place), units)
            unbilled += units if lends or channel == "indirect" else 0
            if channel == "indirect" and (provision.part or (line and line.parent_id is not None)):
                raise kits.of_a_partner(field, units, product)
        for source, units in ready:
            plan.move(source, source.at(PlaceRef(site.place_id, "customer")), units)
        if not provision.part:
            _bill(plan, truth, row, line, claim, product, provision.quantity, unbilled)
    stock.price_issues(plan, truth, lambda product: truth.read["products"][product].cost_method)
    plan.mention(truth.document("demand.Sheet", work_order))
    return plan


def _lines_for(
    plan: Plan, truth: Truth, row: Any, work_order: int, provisions: Sequence[Provision]
) -> list[tuple[int, Provision, Id]]:
    """The charge of each provision, with its place among them; a product without one gets its own.

    A kit is handed over by its components.
    """
    lines = truth.read["lines"]
    document = truth.document("demand.Sheet", work_order)
    for n, p in enumerate(provisions):
        if p.line is not None and p.line not in lines:
            raise NotThere("no_such_line", N_("There is no such charge here."), field=f"lines.{n}.line")
    fresh = [(n, p) for n, p in enumerate(provisions) if p.line is None]
    wishes = kits.opened(
        truth,
        [
            LineWish(p.product or 0, p.quantity, unit_price_micro=p.unit_price_micro, billable=row.billable)
            for _, p in fresh
        ],
    )
    made = demand.make_lines(
        plan,
        truth,
        wishes,
        sheet=work_order,
        order=None,
        organization=document.organization_id,
        site=truth.read["default_site"],
        currency=document.currency,
        tax_included=document.tax_included,
        products=truth.read["products"],
        first_position=max((line.position for line in lines.values()), default=0) + 1,
    )
    found: list[tuple[int, Provision, Id]] = []
    for n, p in enumerate(provisions):
        if p.line is not None:
            for _, part in kits.onward(truth, [Charged(p.line, p.quantity, p.lots)], "ship", rows="lines"):
                found.append((n, replace(p, quantity=part.quantity), part.line))
    kit = iter(fresh)
    n, p = 0, Provision(0)
    for wish, claim in zip(wishes, made, strict=True):
        if wish.kit is None:
            n, p = next(kit)
            found.append((n, p, claim))
        else:
            goods = replace(p, product=wish.product, quantity=wish.quantity, lots=(), part=True)
            found.append((n, goods, claim))
    return sorted(found, key=lambda one: one[0])


def _goods(
    plan: Plan,
    truth: Truth,
    line: Any,
    claim: Id,
    product: int,
    provision: Provision,
    first: int | None,
    field: str,
) -> tuple[list[tuple[Held, int]], list[tuple[Spot, int]]]:
    """Which goods are handed over: picked and reserved, then of the location ``first``; what needs no stock is provided."""
    loose = truth.lot(product)
    kind = truth.read["products"][product]
    left = provision.quantity
    chosen: list[tuple[Held, int]] = []
    ready: list[tuple[Spot, int]] = []
    held = truth.of_claim(line.pk, ("picked", "bin", "ready")) if line else []
    for one in held:
        fits = one.kind == "ready" or (
            (provision.location is None or one.location == provision.location)
            and (provision.bin is None or one.place == provision.bin or one.kind != "bin")
            and (not provision.lots or one.lot in provision.lots)
        )
        part = min(left, one.quantity) if fits else 0
        if part:
            if one.kind == "ready":
                ready.append((one.spot, part))
            else:
                chosen.append((one, part))
            one.quantity -= part
            left -= part
    if not left:
        return chosen, ready
    if line is not None:
        demand.cover(plan, truth, line.pk, left, field=field)
    elif kind.kind == "service" or (kind.kind == "non_stocked" and not kind.procured):
        demand.want(plan, loose, claim, left, wish="covered", bill=None)
        source = spot(loose, fixed("ready"), claim)
        plan.move(spot(loose, fixed("provided"), claim), source, left)
        return chosen, [(source, left)]
    else:
        demand.want(plan, loose, claim, left, wish="covered", bill=None)
    _build(plan, truth, kind, provision, left, field)
    found = stock.choose(
        truth.free,
        product,
        left,
        location=provision.location,
        bin=provision.bin,
        lots=provision.lots,
        fresh_on=truth.today,
        first=first,
        field=field,
    )
    return [*chosen, *found], ready


def _build(plan: Plan, truth: Truth, product: Any, provision: Provision, wanted: int, field: str) -> None:
    """Build what is not there of a product that a pick builds, as far as its units have no numbers.

    Who names the bin means what lies in it; at a location that lends it is built where that location is named.
    """
    if not product.build_on_pick or product.traced != "none" or provision.bin or provision.lots:
        return
    channels = truth.read["channels"]
    homes = {
        at: bin
        for at, bin in truth.read.get("homes", {}).items()
        if provision.location == at or (provision.location is None and channels.get(at) != "rental")
    }
    at_hand = [h for h in truth.free_of(product.pk) if provision.location in (None, h.location)]
    missing = wanted - sum(h.quantity for h in at_hand)
    if missing > 0:
        made = build_missing(plan, truth, product, missing, homes, field=f"{field}.")
        truth.free += [Held(0, stands, quantity, at) for stands, quantity, at in made]


def _bill(
    plan: Plan, truth: Truth, row: Any, line: Any, claim: Id, product: int, quantity: int, unbilled: int
) -> None:
    """What is lent or sold by a partner is never invoiced by us."""
    if line is None:
        if row.billable:
            loose = truth.lot(product)
            plan.move(spot(loose, fixed("bill"), claim), spot(loose, fixed("to_bill"), claim), quantity)
            if unbilled:
                plan.move(spot(loose, fixed("to_bill"), claim), spot(loose, fixed("waived"), claim), unbilled)
    elif unbilled:
        demand.advance(plan, truth, line.pk, ("to_bill",), "waived", unbilled)


def take_off(plan: Plan, truth: Truth, *, work_order: int, removals: Sequence[Removal]) -> dict[int, int]:
    """Let goods that were handed over return to the bins they came from; how many units of which charge.

    On open work only, except for what is on loan, which comes back at any time.
    """
    if not _only_loans_come_back(truth, work_order, removals):
        open_work(truth, work_order)
    taken: list[Taken] = []
    units: dict[int, int] = {}
    for n, removal in kits.back(truth, removals, ("customer", "rented"), rows="lines"):
        if removal.line not in truth.read["lines"]:
            raise NotThere("no_such_line", N_("There is no such charge here."), field=f"lines.{n}.line")
        left = removal.quantity
        for held in truth.of_claim(removal.line, ("customer", "rented")):
            part = min(left, held.quantity) if not removal.lots or held.lot in removal.lots else 0
            if part:
                taken += _back(plan, truth, held, part)
                held.quantity -= part
                left -= part
        if left:
            raise Refusal(
                "not_provided",
                N_("{wanted} to remove, but only {free} were handed over."),
                field=f"lines.{n}.quantity",
                wanted=removal.quantity,
                free=removal.quantity - left,
            )
        demand.uncover(plan, truth, removal.line, removal.quantity, "returned")
        units[removal.line] = units.get(removal.line, 0) + removal.quantity
    reverse_draws(plan, truth.read["draws"], taken)
    plan.mention(truth.document("demand.Sheet", work_order))
    return units


def _only_loans_come_back(truth: Truth, work_order: int, removals: Sequence[Removal]) -> bool:
    """Whether work is completed, but all that comes back is ours still."""
    standing = truth.read["standing"].get(work_order)
    lent = all(
        truth.quantity_of(one.line, ("rented",)) and not truth.quantity_of(one.line, ("customer",))
        for _, one in kits.back(truth, removals, ("customer", "rented"), rows="lines")
    )
    return standing is not None and standing.closed_by == "completed" and lent


def _back(plan: Plan, truth: Truth, held: Held, quantity: int) -> list[Taken]:
    """The same way back; what the charge had reserved there is free again."""
    before = len(plan.steps)
    by = {move.id: move.entry for move in truth.incoming.get(held.id, ())}
    taken = take_back(plan, truth, held, quantity)
    for step in plan.steps[before:]:
        if step.target.kind == "bin" and step.target.claim:
            plan.move(step.target, step.target.for_claim(0), step.quantity)
        elif step.target.kind == "ready":
            plan.move(step.target, step.target.at(fixed("provided")), step.quantity)
        elif step.target.kind != "bin":
            raise Refusal(
                "not_from_a_bin",
                N_("These units were picked or delivered apart. Use “cancel delivery” for them."),
                wanted=quantity,
            )
    for one in taken:
        bill_again(plan, truth, held.claim, by[one.move], one.share)
    return taken
