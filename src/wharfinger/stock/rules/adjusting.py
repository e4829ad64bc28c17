"""Pure decisions about goods that are found or lost: what they are worth, and who goes without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wharfinger.base.money import extended, share
from wharfinger.base.refusal import N_, BadInput, Refusal, Remedy
from wharfinger.base.words import same, tidy
from wharfinger.ledger.plan import Held, Id, LotRef, PlaceRef, Plan, Truth, fixed, spot
from wharfinger.stock.rules import choose, price_issues, value_receipt
from wharfinger.stock.rules.reasons import Why, give
from wharfinger.stock.rules.serving import LAST, Turn


@dataclass(frozen=True, slots=True)
class Adjustment:
    """So many units of a product found in a bin, or lost from it when below zero."""

    product: int
    quantity: int
    location: int
    """The place of the location."""
    bin: int | None = None
    """The place of the bin: the location's default for goods found, any of its bins for goods lost."""
    unit_cost_micro: int | None = None
    """Of goods found; what such goods cost on average where it is not given."""
    serials: tuple[str, ...] = ()
    batch: str = ""
    expires_on: date | None = None
    field: str = ""
    """What stands before the names of its fields, for one of many."""
    owner: int | None = None
    """Whose goods they are, where we only keep them: counted, never valued."""

    def codes(self) -> tuple[str, ...]:
        """The numbers of its serials or of its batch."""
        return self.serials or ((self.batch,) if self.batch else ())


@dataclass(frozen=True, slots=True)
class KnownLot:
    """A serial or batch that is on record, and the kind of place where a unit of it stands now."""

    id: int
    serial: bool
    owned: bool
    code: str
    stands: str = ""
    expires_on: date | None = None


class Shelves:
    """What stands in bins, by product, so that many items are looked up without reading all of it for each."""

    def __init__(self, truth: Truth) -> None:
        self.owners: Mapping[int, int] = truth.read.get("owners", {})
        self._free: dict[int, list[Held]] = {}
        self._held: dict[int, list[Held]] = {}
        for one in truth.free:
            self._free.setdefault(one.product, []).append(one)
        for one in truth.held:
            if one.kind == "bin" and (one.claim or not one.spot.owned):
                self._held.setdefault(one.product, []).append(one)

    def free(self, item: Adjustment) -> list[Held]:
        """Free goods of an item that stand where it says."""
        found = self._free if item.owner is None else self._held
        return [one for one in found.get(item.product, ()) if not one.claim and self._fits(one, item)]

    def claimed(self, item: Adjustment) -> list[Held]:
        """Goods of an item that lines hold where it says."""
        return [one for one in self._held.get(item.product, ()) if one.claim and self._fits(one, item)]

    def unit(self, product: int, lot: int) -> Held | None:
        """Where the unit of a serial number stands, if it stands in a bin."""
        for one in (*self._free.get(product, ()), *self._held.get(product, ())):
            if one.lot == lot and one.quantity > 0:
                return one
        return None

    def _fits(self, one: Held, item: Adjustment) -> bool:
        here = one.place == item.bin if item.bin else one.location == item.location
        codes = item.codes()
        return (
            here
            and one.quantity > 0
            and self.owners.get(one.lot) == item.owner
            and (not codes or same(one.code) in {same(code) for code in codes})
        )


def plan_adjust(truth: Truth, *, items: Sequence[Adjustment], why: Why) -> Plan:
    """Put found goods into their bins at what they cost, and take lost goods out of the books.

    What is lost is taken from free units first, then from the claims with the latest promise, whose
    lines get their wish back in the same entry; ``notes["lost"]`` says which claims lost how many.
    """
    plan = Plan()
    for item in items:
        _check_expiry(truth, item)
    plan_items(plan, truth, items, Shelves(truth))
    for item in items:
        plan.mention(("product", item.product), ("location", truth.read["locations"][item.location]))
    give(plan, truth, why)
    return plan


def _check_expiry(truth: Truth, item: Adjustment) -> None:
    """Let a day of expiry pass that is new or as it is on record: another is said of the batch, with its reason."""
    known: KnownLot | None = truth.read["lots"].get((item.product, same(item.batch)))
    if item.batch and item.expires_on and known is not None and known.expires_on != item.expires_on:
        raise BadInput(
            "expires_otherwise",
            N_(
                "The batch {batch} is on record with another day of expiry. "
                "Leave it out here, or change it on the page of the batch."
            ),
            field=f"{item.field}expires_on",
            batch=known.code,
        )


def plan_items(plan: Plan, truth: Truth, items: Sequence[Adjustment], shelves: Shelves) -> None:
    """Let a plan put what was found into its bins, and take what was lost out of the books."""
    for item in items:
        if item.quantity > 0:
            _find(plan, truth, item)
        else:
            _lose(plan, truth, item, shelves)
    price_issues(plan, truth, lambda product: truth.products[product].cost_method)


def _find(plan: Plan, truth: Truth, item: Adjustment) -> None:
    product = truth.products[item.product]
    place = target_bin(truth, item.location, item.bin, field=f"{item.field}bin")
    worth = _worth(truth, item, product) if item.owner is None else 0
    layer = None
    done = 0
    for lot, units in _found_lots(plan, truth, item, product):
        at = spot(lot, place, 0)
        step = plan.move(at.at(fixed("adjustment")), at, units)
        if item.owner is not None:
            continue
        # Shares of the running total, so that the units together are worth exactly the whole.
        value = share(worth, done + units, item.quantity) - share(worth, done, item.quantity)
        into = None if product.cost_method == "specific" else layer
        layer = value_receipt(
            plan, truth, step, product.pk, product.cost_method, units, value, lot.id, into=into
        )
        done += units


def _worth(truth: Truth, item: Adjustment, product: Any) -> int:
    layers = [one for one in truth.layers.get(product.pk, ()) if one.quantity > 0]
    known = sum(one.quantity for one in layers)
    if item.unit_cost_micro is None and known and product.cost_method != "specific":
        return share(sum(one.value_minor for one in layers), item.quantity, known)
    cost = truth.read["costs"].get(product.pk, 0) if item.unit_cost_micro is None else item.unit_cost_micro
    return extended(cost, item.quantity, product.quantity_decimals, truth.home_currency)


def _found_lots(plan: Plan, truth: Truth, item: Adjustment, product: Any) -> list[tuple[LotRef, int]]:
    check_tracing(product, item.quantity, item.serials, item.batch, field=item.field)
    if not item.codes():
        return [(_loose(plan, truth, product.pk, item.owner), item.quantity)]
    each = 1 if item.serials else item.quantity
    name = f"{item.field}{'serials' if item.serials else 'batch'}"
    return [
        (
            identify(
                plan,
                truth,
                product,
                code,
                serial=bool(item.serials),
                expires_on=item.expires_on,
                owner=item.owner,
                field=name,
            ),
            each,
        )
        for code in item.codes()
    ]


def _loose(plan: Plan, truth: Truth, product: int, owner: int | None) -> LotRef:
    """The lot of goods without a number: ours, or the one of whoever has us keep them, made where it lacks."""
    if owner is None:
        return truth.lot(product)
    kept = truth.read["kept"]
    if (product, "", owner) not in kept:
        kept[product, "", owner] = _new_lot(plan, product, "", serial=False, expires_on=None, owner=owner)
    return LotRef(kept[product, "", owner], product, owned=False)


def _new_lot(
    plan: Plan, product: int, code: str, *, serial: bool, expires_on: date | None, owner: int | None
) -> Id:
    return plan.create(
        "ledger.Lot",
        product_id=product,
        serial=serial,
        code=code,
        code_key=same(code),
        expires_on=expires_on,
        owner_id=owner,
        owned=owner is None,
    )


def traced_in_stock(product: Any) -> str:
    """What tells units of a product apart on the shelf: nothing yet where their numbers are known from shipping."""
    return str(product.traced) if product.traced_from == "receipt" else "none"


def check_tracing(
    product: Any, quantity: int, serials: Sequence[str], batch: str, *, field: str = ""
) -> None:
    """Let numbers pass that fit how the product is traced; raise BadInput otherwise."""
    if product.kind == "service":
        raise BadInput(
            "not_kept",
            N_("{sku} is a service and is not kept in stock. Choose another product."),
            field=f"{field}product",
            sku=product.sku,
        )
    if product.kind == "kit":
        raise BadInput(
            "kit_not_kept",
            N_("{sku} is a kit; its components are in stock, not the kit. Choose one of them."),
            field=f"{field}product",
            sku=product.sku,
        )
    traced = traced_in_stock(product)
    if traced == "serial" and len(serials) != quantity:
        raise BadInput(
            "serials_missing",
            N_("Each unit has its own serial number: {wanted} wanted, {free} given. Give one for each."),
            field=f"{field}serials",
            wanted=quantity,
            free=len(serials),
        )
    if traced != "serial" and serials:
        raise BadInput(
            "not_traced",
            N_("{sku} has no serial numbers in stock. Leave them out."),
            field=f"{field}serials",
            sku=product.sku,
        )
    if traced == "batch" and not batch:
        raise BadInput("batch_missing", N_("Give the number of the batch."), field=f"{field}batch")
    if traced != "batch" and batch:
        raise BadInput(
            "not_traced",
            N_("{sku} has no batches in stock. Leave the batch out."),
            field=f"{field}batch",
            sku=product.sku,
        )
    if len({same(code) for code in serials}) != len(serials):
        raise BadInput(
            "serial_twice", N_("A serial number is given twice. Give each once."), field=f"{field}serials"
        )


def identify(
    plan: Plan,
    truth: Truth,
    product: Any,
    code: str,
    *,
    serial: bool,
    expires_on: date | None = None,
    owner: int | None = None,
    field: str = "serials",
) -> LotRef:
    """The lot of a number: the one on record if its unit stands nowhere, else a new one.

    owner: whose goods it is, where we only keep them. Needs ``truth.read["lots"]``. Raises Refusal when a
    unit of that serial number is somewhere, or is known as somebody else's.
    """
    code = tidy(code, field=field, most=100)
    known: KnownLot | None = truth.read["lots"].get((product.pk, same(code)))
    theirs = truth.read.get("kept", {}).get((product.pk, same(code), owner))
    found: Id | None = theirs if owner else known.id if known is not None and known.owned else None
    if known is not None and known.serial and (known.stands or found != known.id):
        raise Refusal(
            "serial_elsewhere",
            N_("The serial number {serial} is already in our books. Look it up before you enter it again."),
            field=field,
            product=product.pk,
            serial=known.code,
            remedies=[Remedy("see_unit", {"code": known.code})],
        )
    if found is None:
        found = _new_lot(plan, product.pk, code, serial=serial, expires_on=expires_on, owner=owner)
        if owner:
            # Another item of the same act finds it.
            truth.read["kept"][product.pk, same(code), owner] = found
    return LotRef(found, product.pk, serial=serial, owned=owner is None)


def target_bin(truth: Truth, location: int, bin: int | None, *, field: str = "bin") -> PlaceRef:
    """The bin where goods are put: the one named, else the default; raises Refusal when it is retired."""
    found = [
        row
        for row in truth.documents["stock.Bin"].values()
        if (row.place_id == bin if bin else row.default and truth.read["places"][row.location_id] == location)
    ]
    if location in truth.read["retired"]:
        raise Refusal(
            "location_retired",
            N_("This location is no longer in use and takes no goods. Choose another."),
            field=field.replace("bin", "location"),
        )
    if not found:
        raise Refusal("no_default_bin", N_("This location has no default bin. Name a bin."), field=field)
    if found[0].retired_on is not None:
        raise Refusal(
            "bin_retired",
            N_("The bin {name} is no longer in use. Choose another."),
            field=field,
            name=found[0].name,
        )
    return PlaceRef(found[0].place_id, "bin")


def known_lots(truth: Truth, product: int, codes: Iterable[str], *, field: str) -> tuple[int, ...]:
    """The lots of these numbers; raises Refusal, naming the first that is not on record."""
    lots = []
    for code in codes:
        known = truth.read["lots"].get((product, same(code)))
        if known is None:
            raise Refusal(
                "no_such_serial",
                N_("There is no {serial} of this product. Check the number."),
                field=field,
                product=product,
                serial=code,
            )
        lots.append(known.id)
    return tuple(lots)


def _lose(plan: Plan, truth: Truth, item: Adjustment, shelves: Shelves) -> None:
    wanted = -item.quantity
    name = f"{item.field}{'serials' if item.serials else 'batch'}"
    lots = known_lots(truth, item.product, item.codes(), field=name)
    if item.serials and len(lots) != wanted:
        check_tracing(truth.products[item.product], wanted, item.serials, "", field=item.field)
    free, claimed = shelves.free(item), shelves.claimed(item)
    at_hand = sum(h.quantity for h in free)
    there = at_hand + sum(h.quantity for h in claimed)
    if there < wanted:
        raise Refusal(
            "not_enough",
            N_("{wanted} of {sku} to take out, but only {free} are there. Count again what is there."),
            field=f"{item.field}quantity",
            wanted=wanted,
            free=there,
            product=item.product,
            sku=truth.products[item.product].sku,
        )
    part = min(at_hand, wanted)
    for held, quantity in choose(free, item.product, part):
        plan.move(held.spot, held.spot.at(fixed("adjustment")), quantity)
    _deprive(plan, truth, claimed, wanted - part)


def _deprive(plan: Plan, truth: Truth, claimed: list[Held], wanted: int) -> None:
    """Take lost goods from claims, who is served last first; their lines want the goods again."""
    turns: Mapping[int, Turn] = truth.read["turns"]
    claimed.sort(key=lambda h: (turns.get(h.claim, LAST), h.id), reverse=True)
    for held in claimed:
        part = min(wanted, held.quantity)
        if not part:
            return
        plan.move(held.spot, held.spot.at(fixed("adjustment")), part)
        held.quantity -= part
        wanted -= part
        want_again(plan, truth, held, part)


def want_again(plan: Plan, truth: Truth, held: Held, quantity: int) -> None:
    """Let the line whose goods are gone want so many again; ``notes["lost"]`` says which claims lost how many."""
    covered = spot(truth.lot(held.product), fixed("covered"), held.claim)
    plan.move(covered, covered.at(fixed(truth.read["falls_to"][held.claim])), quantity)
    plan.mention(*truth.read["sheets"].get(held.claim, ()))
    lost = plan.notes.setdefault("lost", {})
    lost[held.claim] = lost.get(held.claim, 0) + quantity
