"""Pure decisions about taking goods out of their bins for lines, and putting them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, Holder, Refusal, Words
from wharfinger.base.words import same
from wharfinger.demand import rules as demand
from wharfinger.demand.rules import kits
from wharfinger.fulfilment.rules import Pick, firm_line, fitting, line_of, mention_lines, named
from wharfinger.ledger.plan import Held, PlaceRef, Plan, Spot, Truth, fixed
from wharfinger.ledger.reverse import take_back
from wharfinger.stock import rules as stock
from wharfinger.stock.rules import taken_from
from wharfinger.stock.rules.building import build_missing


class Got(NamedTuple):
    """Goods that serve a line, where they stand now, and whether the line holds them there already."""

    spot: Spot
    quantity: int
    location: int | None


def plan_pick(truth: Truth, *, picks: Sequence[Pick]) -> Plan:
    """Take goods out of their bins for lines: reserved goods first, free goods for the rest.

    Units that another line reserved are taken where that line gets equal ones for them.
    """
    plan = Plan()
    for n, asked in kits.onward(truth, picks, "pick"):
        line = firm_line(truth, asked.line, n)
        for got in gather(plan, truth, line, named(truth, line, asked, n), n):
            plan.move(got.spot, got.spot.for_claim(line.pk).at(stage(truth, got.location)), got.quantity)
    mention_lines(plan, truth)
    return plan


def gather(plan: Plan, truth: Truth, line: Any, pick: Pick, n: int) -> list[Got]:
    """Find goods in bins for a line: its own, free ones, and others' where they get equal units for them.

    Raises Refusal when fewer are there, or the line wants fewer.
    """
    found = [
        Got(h.spot, q, h.location)
        for h, q in _fresh(truth, taken_from(_first_to_expire(truth, line, pick), pick.quantity), pick, n)
    ]
    left = pick.quantity - sum(got.quantity for got in found)
    if left and not pick.exact():
        demand.cover(plan, truth, line.pk, left, field=f"picks.{n}.quantity")
        lending = _lending(truth, line)
        at_hand = [h for h in truth.free_of(line.product_id) if h.location not in lending]
        fresh = sum(h.quantity for h in at_hand if not stock.expired_on(h, truth.today))
        _build(plan, truth, line, pick, left - fresh, n)
        chosen = stock.choose(
            truth.free,
            line.product_id,
            left,
            channels=demand.selling(truth, line),
            fresh_on=truth.today,
            first=demand.first_place(truth, line),
            field=f"picks.{n}.quantity",
        )
        found += [Got(h.spot, q, h.location) for h, q in chosen]
    elif left:
        found += _free_here(plan, truth, line, pick, left, n)
        left = pick.quantity - sum(got.quantity for got in found)
        made = _build(plan, truth, line, pick, left, n)
        if made:
            demand.cover(plan, truth, line.pk, sum(got.quantity for got in made), field=f"picks.{n}.quantity")
        found += made
        left = pick.quantity - sum(got.quantity for got in found)
        found += _exchanged(plan, truth, line, pick, left, n) if left else []
    return found


def _build(plan: Plan, truth: Truth, line: Any, pick: Pick, missing: int, n: int) -> list[Got]:
    """Build what is missing of a product that a pick builds, where most of it can be; nothing of any other.

    Who names the bin to pick from means what lies in it.
    """
    if missing <= 0 or pick.bin or pick.place or line.product_id not in truth.read.get("built_on_pick", ()):
        return []
    lending = _lending(truth, line) if pick.location is None else ()
    homes = {
        at: bin
        for at, bin in truth.read["homes"].items()
        if pick.location in (None, at) and at not in lending
    }
    made = build_missing(
        plan,
        truth,
        truth.products[line.product_id],
        missing,
        homes,
        codes=[c for c in pick.codes() if (line.product_id, same(c)) not in truth.read["lots"]],
        batch=pick.batch,
        inside=pick.inside,
        field=f"picks.{n}.",
    )
    if not pick.exact():
        truth.free += [Held(0, stands, quantity, at) for stands, quantity, at in made]
        return []
    found = []
    for stands, quantity, at in made:
        found.append(Got(stands, min(quantity, missing), at))
        missing -= min(quantity, missing)
    return found


def _lending(truth: Truth, line: Any) -> set[int]:
    """The locations that lend, where a line's goods are to be sold."""
    return {at for at, channel in (demand.selling(truth, line) or {}).items() if channel == "rental"}


def _first_to_expire(truth: Truth, line: Any, pick: Pick) -> list[Held]:
    """What a line reserved, first to expire first, then the oldest batch, then in walking order."""
    return sorted(fitting(truth.of_claim(line.pk, ("bin",)), pick), key=stock.turn)


def _fresh(truth: Truth, taken: list[tuple[Held, int]], pick: Pick, n: int) -> list[tuple[Held, int]]:
    """Let goods pass that have not expired; a batch that has is picked only where it is named."""
    for held, _quantity in taken:
        if not pick.lots and stock.expired_on(held, truth.today):
            raise Refusal(
                "expired",
                N_("Batch {batch} expired on {date}. Release it and take another, or name it to pick it."),
                field=f"picks.{n}.quantity",
                product=held.product,
                line=pick.line,
                batch=held.code,
                date=held.expires_on.isoformat() if held.expires_on else "",
            )
    return taken


def _free_here(plan: Plan, truth: Truth, line: Any, pick: Pick, left: int, n: int) -> list[Got]:
    """Exactly the free goods that were chosen; a line that wants fewer frees as many it reserved."""
    here = fitting((h for h in truth.free if h.product == line.product_id), pick)
    found = [Got(h.spot, q, h.location) for h, q in taken_from(here, left)]
    taken = surplus = sum(got.quantity for got in found)
    surplus -= demand.cover(plan, truth, line.pk, surplus, partly=True) if surplus else 0
    for held, part in taken_from(truth.of_claim(line.pk, ("bin",)), surplus):
        plan.move(held.spot, held.spot.for_claim(0), part)
        surplus -= part
    if surplus:
        raise _more_than_wanted(pick, n, pick.quantity - left + taken - surplus)
    return found


def _more_than_wanted(pick: Pick, n: int, still: int) -> Refusal:
    return Refusal(
        "more_than_wanted",
        N_("{wanted} asked for, but only {free} of this line are still open."),
        field=f"picks.{n}.quantity",
        wanted=pick.quantity,
        free=still,
        line=pick.line,
    )


def _exchanged(plan: Plan, truth: Truth, line: Any, pick: Pick, left: int, n: int) -> list[Got]:
    """Units that other lines reserved, each against an equal unit: the claims are exchanged in this entry."""
    theirs = fitting(
        (
            h
            for h in truth.held
            if h.kind == "bin" and h.claim not in (0, line.pk) and h.product == line.product_id
        ),
        pick,
    )
    if sum(h.quantity for h in theirs) < left:
        at_hand = pick.quantity - left + sum(h.quantity for h in theirs)
        raise Refusal(
            "not_enough",
            N_("{wanted} wanted, {free} free here. Take less, or choose another place."),
            field=f"picks.{n}.quantity",
            wanted=pick.quantity,
            free=at_hand,
            product=line.product_id,
            location=pick.location,
        )
    found = []
    for held, quantity in taken_from(theirs, left):
        _give_for(plan, truth, line, held, quantity, pick, n)
        plan.move(held.spot, held.spot.for_claim(line.pk), quantity)
        found.append(Got(held.spot.for_claim(line.pk), quantity, held.location))
    return found


def _give_for(plan: Plan, truth: Truth, line: Any, theirs: Held, quantity: int, pick: Pick, n: int) -> None:
    """Give another line equal units at the same location: those this line reserved, else free ones."""
    own = [h for h in truth.of_claim(line.pk, ("bin",)) if h.location == theirs.location]
    given = taken_from(own, quantity)
    left = quantity - sum(q for _, q in given)
    free = [
        h
        for h in truth.free
        if h.product == line.product_id and h.location == theirs.location and h.quantity > 0
    ]
    if sum(h.quantity for h in free) < left or demand.open_wish(truth, line.pk) < left:
        raise _held_by_another(truth, theirs, quantity, pick, n)
    if left:
        demand.cover(plan, truth, line.pk, left, field=f"picks.{n}.quantity")
        given += taken_from(free, left)
    for held, part in given:
        target = held.spot.for_claim(theirs.claim)
        plan.move(held.spot, target, part)
        truth.held.append(Held(0, target, part, held.location, held.sequence, held.code, held.expires_on))


def _held_by_another(truth: Truth, theirs: Held, quantity: int, pick: Pick, n: int) -> Refusal:
    subject, number, until = truth.read["holders"][theirs.claim]
    return Refusal(
        "held_by_another",
        N_(
            "{name} is reserved for {holder}, and there is no equal unit to give for it. Choose another unit."
        ),
        field=f"picks.{n}.quantity",
        wanted=pick.quantity,
        free=0,
        product=theirs.product,
        held_by=[Holder(subject, quantity, until)],
        name=theirs.code or Words((N_("The unit"),)),
        holder=number,
    )


def stage(truth: Truth, location: int | None) -> PlaceRef:
    """Where picked goods of a location stand."""
    return PlaceRef(truth.read["stages"][location], "picked")


def plan_unpick(truth: Truth, *, picks: Sequence[Pick]) -> Plan:
    """Put picked goods back into their bins; what came from free stock is free and wanted again."""
    plan = Plan()
    for n, asked in kits.back(truth, picks, ("picked",)):
        line = line_of(truth, asked.line, n)
        pick = named(truth, line, asked, n)
        picked = fitting(truth.of_claim(line.pk, ("picked",)), pick)
        at_hand = sum(h.quantity for h in picked)
        if at_hand < pick.quantity:
            raise Refusal(
                "not_picked",
                N_("{wanted} to put back, but only {free} are picked."),
                field=f"picks.{n}.quantity",
                wanted=pick.quantity,
                free=at_hand,
                product=line.product_id,
            )
        for held, part in taken_from(picked, pick.quantity):
            put_back(plan, truth, held, part)
    mention_lines(plan, truth)
    return plan


def put_back(plan: Plan, truth: Truth, held: Held, quantity: int) -> None:
    """Send picked goods the way they came; what has no such way goes to its location's default bin."""
    came = [m for m in truth.incoming.get(held.id, ()) if m.source.kind == "bin" and m.left]
    known = min(quantity, sum(m.left for m in came))
    before = {m.id: m.left for m in came}
    take_back(plan, truth, held, known, kinds=frozenset({"bin"}))
    for move in came:
        went = before[move.id] - move.left
        if went and move.source.claim == 0:
            want_again(plan, truth, held.claim, move.entry, went)
    if quantity > known:
        home = PlaceRef(truth.read["homes"][held.location], "bin")
        plan.move(held.spot, held.spot.at(home), quantity - known)


def want_again(plan: Plan, truth: Truth, claim: int, entry: int, quantity: int) -> None:
    """Give a line the wish back that an entry discharged by free goods."""
    for covered in truth.of_claim(claim, ("covered",)):
        for wish in truth.incoming.get(covered.id, ()):
            part = min(quantity, wish.left) if wish.entry == entry else 0
            if not part:
                continue
            if wish.source.kind == "want":
                # The line was born covered, so its wish has to stand somewhere for the first time.
                plan.move(covered.spot, covered.spot.at(fixed("demand")), part)
            else:
                plan.move(covered.spot, wish.source, part, reverses=wish.id)
            wish.left -= part
            covered.quantity -= part
            quantity -= part
    assert not quantity, f"entry {entry} covered fewer of line {claim} than it took from free stock"
