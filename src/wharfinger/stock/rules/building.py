"""Pure decisions about bundles: built of their components, and taken apart again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wharfinger.base.money import share
from wharfinger.base.refusal import N_, BadInput, Refusal
from wharfinger.base.words import same
from wharfinger.ledger.plan import Held, LotRef, PlaceRef, Plan, Spot, Truth, fixed, spot
from wharfinger.ledger.reverse import Taken, reverse_draws
from wharfinger.stock.rules import choose, expired_on, price_issue, value_receipt
from wharfinger.stock.rules.adjusting import check_tracing, identify, target_bin
from wharfinger.stock.rules.recipes import Recipes, can_build, segments


@dataclass(frozen=True, slots=True)
class Build:
    """So many units of a bundle, and where: what goes in is taken from the location's free goods."""

    product: int
    quantity: int
    location: int
    """The place of the location."""
    bin: int | None = None
    """The place of the bin that they go to, the location's default unless given."""
    serials: tuple[str, ...] = ()
    batch: str = ""
    inside: tuple[str, ...] = ()
    """The serial numbers and batches of the components that go in; any will do of those of which none is named."""
    extra_minor: int = 0
    """What building itself costs, in home currency: labour and the like."""


@dataclass(frozen=True, slots=True)
class TakeApart:
    """So many free units of a bundle that become their components again."""

    product: int
    quantity: int
    location: int
    """The place of the location."""
    bin: int | None = None
    lots: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A component that comes out of a unit, and what goes in instead of it."""

    unit: int
    """The lot of the unit that is built."""
    out: int
    """The lot of what comes out: a number of its own, or the product's loose one."""
    quantity: int
    """In the smallest unit of what comes out."""
    product: int
    """What goes in."""
    into: int
    """How much of it, in its smallest unit."""
    code: str = ""
    """Its serial number or batch; any will do where none is named."""


class Inside(NamedTuple):
    """A move by which a component went into what was built, and how much of it has not been taken back."""

    id: int
    source: Spot
    target: Spot
    quantity: int
    left: int
    gone: int = 0
    """How much of it was exchanged for another since."""

    @property
    def there(self) -> int:
        """How much of it is inside."""
        return self.left - self.gone


@dataclass(slots=True)
class Built:
    """Units that were built together, and what went into them."""

    lot: int
    quantity: int
    parts: list[Inside] = field(default_factory=list)

    def by_component(self) -> list[list[int]]:
        """Which of the parts are of the same component: it may have come from several bins and lots."""
        found: dict[int, list[int]] = {}
        for n, one in enumerate(self.parts):
            found.setdefault(one.source.product, []).append(n)
        return list(found.values())

    @property
    def left(self) -> int:
        """How many of them have not been taken apart."""
        return min(
            (
                sum(self.parts[n].there for n in of) * self.quantity // wanted
                for of in self.by_component()
                if (wanted := sum(self.parts[n].quantity - self.parts[n].gone for n in of))
            ),
            default=0,
        )


def plan_build(truth: Truth, *, build: Build) -> Plan:
    """Build a bundle of free components: they go in at what they cost, and what is built costs that together.

    Of a component that is itself built and of which too few are there, the rest goes in as its own components.
    """
    plan = Plan()
    place = target_bin(truth, build.location, build.bin, field="bin")
    assemble(plan, truth, build, place)
    plan.mention(("product", build.product), ("location", truth.read["locations"][build.location]))
    return plan


def assemble(
    plan: Plan, truth: Truth, build: Build, place: PlaceRef, *, field: str = ""
) -> list[tuple[LotRef, int]]:
    """Let components go in and what is built of them stand at a place, free; its lots, and how much of each.

    field: what stands before the names of the fields that a refusal speaks of.
    """
    product = truth.products[build.product]
    if not truth.read["recipes"].of(build.product) or product.kind != "stocked":
        raise Refusal(
            "not_built",
            N_("{sku} is not built: say first which components go into it."),
            field=f"{field}product",
            sku=product.sku,
        )
    check_tracing(product, build.quantity, build.serials, build.batch, field=field)
    units, odd = divmod(build.quantity, 10**product.quantity_decimals)
    if odd:
        raise BadInput("not_whole", N_("Build whole units."), field=f"{field}quantity")
    lots = _named(truth, build, field)
    made: list[tuple[LotRef, int]] = []
    done = 0
    layer = None
    for lot, count, ratios in _groups(plan, truth, build, product, units, field):
        value = share(build.extra_minor, done + count, units) - share(build.extra_minor, done, units)
        for part, ratio in ratios.items():
            value += _put_in(plan, truth, build, part, ratio * count, lots, field)
        at = spot(lot, place, 0)
        quantity = count * 10**product.quantity_decimals
        step = plan.move(at.at(fixed("assembly")), at, quantity)
        into = None if product.cost_method == "specific" else layer
        layer = value_receipt(
            plan, truth, step, product.pk, product.cost_method, quantity, value, lot.id, into=into
        )
        made.append((lot, quantity))
        done += count
    return made


def build_missing(
    plan: Plan,
    truth: Truth,
    product: Any,
    missing: int,
    homes: Mapping[int, int],
    *,
    codes: Sequence[str] = (),
    batch: str = "",
    inside: Sequence[str] = (),
    field: str = "",
) -> list[tuple[Spot, int, int]]:
    """Build what is missing of a product, where most of it can be; what stands where then, and at which location.

    It stands free in the default bin of its location, as if it had been there. homes: the locations that may
    serve, and the default bin of each.
    """
    recipes: Recipes = truth.read["recipes"]
    whole = 10**product.quantity_decimals
    units = -(-missing // whole)
    able: dict[int, int] = {}
    for at in homes:
        free = {part: free_at(truth, part, at) for part in recipes.below(product.pk)}
        able[at] = can_build(recipes, product.pk, free)
    found: list[tuple[Spot, int, int]] = []
    for at, can in sorted(able.items(), key=lambda one: (-one[1], one[0])):
        part = min(units, can)
        if not part:
            break
        serials = tuple(codes[:part]) if product.traced == "serial" else ()
        build = Build(product.pk, part * whole, at, serials=serials, batch=batch, inside=tuple(inside))
        place = PlaceRef(homes[at], "bin")
        made = assemble(plan, truth, build, place, field=field)
        found += [(spot(lot, place, 0), quantity, at) for lot, quantity in made]
        units -= part
        codes = codes[part:]
    return found


def _groups(
    plan: Plan, truth: Truth, build: Build, product: Any, units: int, field: str
) -> Iterator[tuple[LotRef, int, dict[int, int]]]:
    """What is built of the same components: each numbered unit by itself, any others together."""
    codes = iter(build.serials)
    together = truth.lot(product.pk)
    recipes: Recipes = truth.read["recipes"]
    if build.batch:
        together = identify(plan, truth, product, build.batch, serial=False, field=f"{field}batch")
    parts = recipes.below(product.pk)
    free = {part: free_at(truth, part, build.location) for part in parts}
    for count, ratios in segments(recipes, product.pk, units, free):
        if build.serials:
            for _ in range(count):
                lot = identify(plan, truth, product, next(codes), serial=True, field=f"{field}serials")
                yield lot, 1, ratios
        else:
            yield together, count, ratios


def free_at(truth: Truth, product: int, location: int) -> int:
    """What is free of a product there; what has expired goes into nothing unless it is named."""
    return sum(
        held.quantity
        for held in truth.free_of(product)
        if held.location == location and not expired_on(held, truth.today)
    )


def _named(truth: Truth, build: Build, field: str) -> dict[int, list[int]]:
    """By component the lots that are named of it, as they were scanned; raises BadInput for an unknown number."""
    parts = truth.read["recipes"].below(build.product)
    found: dict[int, list[int]] = {}
    for code in build.inside:
        lots = {
            part: known.id
            for (part, key), known in truth.read["lots"].items()
            if part in parts and key == same(code)
        }
        if not lots:
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is the number of no component. Check the number."),
                field=f"{field}inside",
                serial=code[:100],
            )
        for part, lot in lots.items():
            found.setdefault(part, []).append(lot)
    return found


def _put_in(
    plan: Plan,
    truth: Truth,
    build: Build,
    part: int,
    quantity: int,
    lots: Mapping[int, list[int]],
    field: str,
) -> int:
    """Let components go in, those that are named in the order in which they are; what they cost.

    Of a component of which none is named any will do.
    """
    value = 0
    named: Collection[int] = ()
    if part in lots:
        there = {h.lot: h for h in truth.free_of(part) if h.quantity > 0 and h.location == build.location}
        found = [lot for lot in lots[part] if lot in there]
        named = (found[:quantity] if found and there[found[0]].spot.serial else found) or (0,)
    at = f"{field}quantity"
    try:
        chosen = choose(
            truth.free, part, quantity, location=build.location, lots=named, fresh_on=truth.today, field=at
        )
    except Refusal as lacking:
        if lacking.code == "not_enough":  # what lacks is not what is to be built, so it is named
            lacking.sentence = N_(
                "{wanted} × {sku} wanted for it, {free} free here. Build fewer, or bring it here."
            )
            lacking.values["sku"] = truth.products[part].sku
        raise
    for held, units in chosen:
        step = plan.move(held.spot, held.spot.at(fixed("assembly")), units)
        value += price_issue(plan, truth, step, truth.products[part].cost_method)
    return value


def plan_take_apart(truth: Truth, *, apart: TakeApart) -> Plan:
    """Take bundles apart: the very components that went in stand again where they came from, at what they cost.

    Of what has no number of its own, what was built last comes apart first.
    """
    plan = Plan()
    product = truth.products[apart.product]
    if product.fixed:
        raise Refusal(
            "stays_whole",
            N_("{sku} stays whole once it is built: its components move only with it."),
            field="product",
            sku=product.sku,
        )
    chosen = choose(
        truth.free, apart.product, apart.quantity, location=apart.location, bin=apart.bin, lots=apart.lots
    )
    taken: list[Taken] = []
    for held, units in chosen:
        step = plan.move(held.spot, held.spot.at(fixed("assembly")), units)
        price_issue(plan, truth, step, product.cost_method)
        left = units
        for built in truth.read["built"]:
            count = min(left, built.left) if built.lot == held.lot else 0
            if count > 0:
                taken += _come_out(plan, built, count)
                left -= count
        if left:
            raise Refusal(
                "not_built_here",
                N_("{wanted} to take apart, but only {free} of these were built here."),
                field="quantity",
                wanted=units,
                free=units - left,
                product=product.pk,
            )
    reverse_draws(plan, truth.read["draws"], taken)
    plan.mention(("product", product.pk), ("location", truth.read["locations"][apart.location]))
    return plan


def plan_exchange(truth: Truth, *, exchange: Exchange) -> Plan:
    """Take a component out of a unit in a bin and put another in: it lies where the unit lies, at what it cost.

    The unit is worth what it was, less what came out, and what went in on top.
    """
    plan = Plan()
    stands = [h for h in (*truth.held, *truth.free) if h.lot == exchange.unit and h.quantity > 0]
    if not stands or stands[0].kind != "bin":
        raise Refusal(
            "not_in_a_bin",
            N_(
                "A component is exchanged while its unit lies in a bin. This one is picked, delivered or gone."
            ),
            field="unit",
        )
    held = stands[0]
    product = truth.products[held.product]
    if product.fixed:
        raise Refusal(
            "stays_whole",
            N_("{sku} stays whole once it is built: its components move only with it."),
            field="unit",
            sku=product.sku,
        )
    inside = [
        one
        for built in truth.read["built"]
        for one in built.parts
        if one.source.lot == exchange.out and one.there >= exchange.quantity
    ]
    if not inside:
        raise Refusal(
            "not_inside",
            N_("That is not inside this unit, or not so much of it. Look at what is inside."),
            field="out",
            wanted=exchange.quantity,
            free=max(
                (
                    one.there
                    for built in truth.read["built"]
                    for one in built.parts
                    if one.source.lot == exchange.out
                ),
                default=0,
            ),
        )
    old = inside[-1]
    assembly = held.spot.at(fixed("assembly"))
    worth = price_issue(plan, truth, plan.move(held.spot, assembly, held.quantity), product.cost_method)
    drawn = [one for one in truth.read["draws"] if one.move == old.id]
    value, quantity = sum(one.value_minor for one in drawn), sum(one.quantity for one in drawn)
    share_out = share(value, old.gone + exchange.quantity, quantity) - share(value, old.gone, quantity)
    place = PlaceRef(held.place, "bin")
    free = old.source.at(place).for_claim(0)
    step = plan.move(old.target, free, exchange.quantity)
    method = truth.products[free.product].cost_method
    value_receipt(plan, truth, step, free.product, method, exchange.quantity, share_out, free.lot)
    worth = max(0, worth - share_out) + _put_in_one(plan, truth, exchange, held)
    step = plan.move(assembly, held.spot, held.quantity)
    value_receipt(plan, truth, step, product.pk, product.cost_method, held.quantity, worth, held.lot)
    plan.mention(("product", product.pk), ("product", free.product), ("product", exchange.product))
    return plan


def _put_in_one(plan: Plan, truth: Truth, exchange: Exchange, unit: Held) -> int:
    """Let what goes in instead go in, from the unit's location; what it costs."""
    lots: Collection[int] = ()
    if exchange.code:
        known = truth.read["lots"].get((exchange.product, same(exchange.code)))
        if known is None:
            raise BadInput(
                "unknown_serial",
                N_("“{serial}” is the number of no component. Check the number."),
                field="serial",
                serial=exchange.code[:100],
            )
        lots = (known.id,)
    chosen = choose(
        truth.free,
        exchange.product,
        exchange.into,
        location=unit.location,
        lots=lots,
        fresh_on=truth.today,
        field="into",
    )
    value = 0
    for held, units in chosen:
        step = plan.move(held.spot, held.spot.at(fixed("assembly")), units)
        value += price_issue(plan, truth, step, truth.products[exchange.product].cost_method)
    return value


def still_inside(truth: Truth, exchanged: Collection[int]) -> None:
    """Let an undoing pass that takes no unit apart of which a component was exchanged since; raises Refusal otherwise."""
    if exchanged:
        raise Refusal(
            "exchanged_since",
            N_("A component of this unit was exchanged later by entry {later}. Undo that one first."),
            later=min(exchanged),
        )


def _come_out(plan: Plan, built: Built, count: int) -> list[Taken]:
    """Bring the components of so many units back to where they came from."""
    found = []
    for of in built.by_component():
        wanted = sum(built.parts[n].quantity - built.parts[n].gone for n in of) * count // built.quantity
        for n in of:
            one = built.parts[n]
            part = min(one.there, wanted)
            if part:
                step = plan.move(one.target, one.source, part, reverses=one.id)
                found.append(Taken(one.id, step, one.quantity, one.quantity - one.left, part))
                built.parts[n] = one._replace(left=one.left - part)
                wanted -= part
    return found
