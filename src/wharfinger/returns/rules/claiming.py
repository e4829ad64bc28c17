"""Pure decisions about faulty units that a vendor is asked about: claimed, sent, answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.fulfilment.rules import late
from wharfinger.ledger.plan import Held, Id, LotRef, Number, PlaceRef, Plan, Truth
from wharfinger.returns.rules import WITH_US, goods_of, places_of, rma_line_of
from wharfinger.stock import rules as stock

CLAIM = Number("vendor_claim", "VC-{n}")
EXPECTED = {"replacement": N_("Another unit"), "repair": N_("Repair"), "credit": N_("Credit")}
"""What a vendor may be asked for."""
HERE = ("bin", "quarantine")
"""Where goods of our own stand that may be sent to a vendor."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """Units of which one product is claimed: of ours, or of what a customer sent."""

    quantity: int = 1
    product: int | None = None
    serials: tuple[str, ...] = ()
    rma_line: int | None = None


def plan_claim(
    truth: Truth,
    *,
    items: Sequence[Faulty],
    vendor: int | None,
    location: int | None,
    expected: str,
    reason: str,
    reference: str,
) -> Plan:
    """Ask a vendor about faulty units; they stay where they are until they are sent."""
    plan = Plan()
    if expected not in EXPECTED:
        raise BadInput("no_such_wish", N_("Choose another unit, repair or credit."), field="expected")
    rows: list[dict[str, Any]] = []
    for n, item in enumerate(items):
        rows += _of_rma(truth, item, n) if item.rma_line is not None else _of_ours(truth, item, n)
    _once(truth, rows)
    location = location or truth.read["default_location"]
    assert location is not None
    place = plan.place("at_vendor", parent=truth.read["places"][location])
    made = plan.create(
        "returns.VendorClaim",
        number=CLAIM,
        vendor_id=vendor_of(truth, [row["product_id"] for row in rows], vendor),
        location_id=location,
        reference=reference,
        reason=reason,
        expected=expected,
        claimed_at=truth.now,
        place_id=place.id,
    )
    for position, row in enumerate(rows, 1):
        row.pop("n")
        plan.create("returns.VendorClaimLine", vendor_claim_id=made, position=position, **row)
    plan.mention(("vendor_claim", made))
    rmas = {row.rma_id for row in truth.documents["returns.RmaLine"].values()}
    plan.mention(*(("rma", pk) for pk in sorted(rmas)))
    return plan


def vendor_of(truth: Truth, products: Iterable[int], vendor: int | None) -> int:
    """The vendor who is asked: the one that is named, else the one who sells all these products."""
    if vendor is not None:
        if vendor not in truth.read["vendors"]:
            raise BadInput("no_such_vendor", N_("There is no such vendor."), field="vendor")
        return vendor
    wanted = set(products)
    found = {truth.read["sellers"].get(product) for product in wanted}
    known = [one for one in found if one is not None]
    if len(found) != 1 or not known:
        raise BadInput("vendor_needed", N_("Say which vendor is asked."), field="vendor")
    return int(known[0])


def _row(n: int, product: int, quantity: int, lot: int | None, rma_line: int | None) -> dict[str, Any]:
    return {"n": n, "product_id": product, "quantity": quantity, "lot_id": lot, "rma_line_id": rma_line}


def _of_rma(truth: Truth, item: Faulty, n: int) -> list[dict[str, Any]]:
    """The goods of an RMA's line that are with us and on no other claim."""
    at = f"lines.{n}"
    line = rma_line_of(truth, item.rma_line or 0, f"{at}.rma_line")
    asked = truth.read["claimed"]
    there = [
        h
        for h in goods_of(truth, line, WITH_US, item.serials)
        if not (h.spot.serial and h.lot in asked["lots"])
    ]
    loose = asked["rma_lines"].get(line.pk, 0)
    free = sum(h.quantity for h in there) - min(loose, sum(h.quantity for h in there if not h.spot.serial))
    if free < item.quantity:
        raise Refusal(
            "not_received",
            N_("{wanted} to claim, but only {free} of this line are here and on no other claim."),
            field=f"{at}.quantity",
            wanted=item.quantity,
            free=free,
            product=line.product_id,
        )
    rows, left = [], item.quantity
    for held in (h for h in there if h.spot.serial):
        if left:
            rows.append(_row(n, held.product, 1, held.lot, line.pk))
            left -= 1
    return [*rows, *([_row(n, line.product_id, left, None, line.pk)] if left else [])]


def _of_ours(truth: Truth, item: Faulty, n: int) -> list[dict[str, Any]]:
    product = truth.products.get(item.product or 0)
    at = f"lines.{n}"
    if product is None or product.kind in ("service", "kit"):
        raise NotThere("no_such_product", N_("There is no such product."), field=f"{at}.product")
    if not item.serials:
        if product.traced == "serial" and not late(product):
            raise BadInput(
                "serials_wanted", N_("Say by serial number which units are faulty."), field=f"{at}.serials"
            )
        return [_row(n, product.pk, item.quantity, None, None)]
    if len({same(code) for code in item.serials}) != item.quantity:
        raise BadInput(
            "serials_differ",
            N_("{wanted} units, but {given} serial numbers. Give one for each unit."),
            field=f"{at}.serials",
            wanted=item.quantity,
            given=len(item.serials),
        )
    rows = []
    for code in item.serials:
        known = truth.read["lots"].get((product.pk, same(code)))
        if known is None or not known.serial or known.stands not in HERE:
            raise Refusal(
                "not_in_stock",
                N_("“{serial}” is not in our stock. What a customer has comes back on an RMA first."),
                field=f"{at}.serials",
                serial=code,
            )
        rows.append(_row(n, product.pk, 1, known.id, None))
    return rows


def _once(truth: Truth, rows: Sequence[dict[str, Any]]) -> None:
    """Let units pass that no open claim and no other line names."""
    seen: set[int] = set()
    for row in rows:
        if (lot := row["lot_id"]) is None:
            continue
        if lot in seen:
            raise BadInput(
                "named_twice", N_("This stands here twice. Leave one out."), field=f"lines.{row['n']}.serials"
            )
        if (number := truth.read["claimed"]["lots"].get(lot)) is not None:
            raise Refusal(
                "claimed_already",
                N_("This unit is on {number} already. Wait for the vendor's answer."),
                field=f"lines.{row['n']}.serials",
                number=number,
            )
        seen.add(lot)


def claim_of(truth: Truth, pk: int) -> Any:
    """A claim that the act locked; raises NotThere otherwise."""
    row = truth.documents["returns.VendorClaim"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_vendor_claim", N_("There is no such claim."))
    return row


def lines_of(truth: Truth) -> list[Any]:
    """The lines of the claims at hand, in their order."""
    found = (one for one in truth.documents["returns.VendorClaimLine"].values() if one.void_id is None)
    return sorted(found, key=lambda one: one.position)


def plan_send(truth: Truth, *, claim: int, reference: str) -> Plan:
    """Send what a vendor is asked about: our own goods leave stock with their value, a customer's their RMA's place."""
    plan = Plan()
    row = claim_of(truth, claim)
    if row.sent_at is not None:
        raise Refusal(
            "claim_sent",
            N_("{number} is sent already."),
            number=row.number,
            subject=f"vendor_claim:{claim}",
        )
    for line in lines_of(truth):
        if line.rma_line_id is not None:
            _send_theirs(plan, truth, line)
            continue
        for held, units in _ours(truth, row, line):
            plan.move(held.spot, held.spot.at(PlaceRef(row.place_id, "at_vendor")), units)
    stock.price_issues(plan, truth, lambda product: str(truth.products[product].cost_method))
    plan.change(row, sent_at=truth.now, reference=reference or row.reference)
    mention(plan, truth, row)
    return plan


def _ours(truth: Truth, row: Any, line: Any) -> list[tuple[Held, int]]:
    if line.lot_id is None:
        at = truth.read["places"][row.location_id]
        return stock.choose(truth.free, line.product_id, line.quantity, location=at, field="lines")
    aside = (h for h in truth.held if h.kind == "quarantine" and h.claim == 0)
    for held in (*truth.free, *aside):
        if held.lot == line.lot_id and held.quantity:
            held.quantity -= 1
            return [(held, 1)]
    raise Refusal(
        "not_free",
        N_("Unit {serial} is not free in our stock any more. Undo the claim, or release the unit first."),
        field="lines",
        serial=truth.read["codes"].get(line.lot_id, ""),
        product=line.product_id,
    )


def _send_theirs(plan: Plan, truth: Truth, line: Any) -> None:
    asked = truth.documents["returns.RmaLine"][line.rma_line_id]
    places = places_of(truth, truth.documents["returns.Rma"][asked.rma_id])
    there = goods_of(truth, asked, WITH_US)
    there = [h for h in there if line.lot_id is None or h.lot == line.lot_id]
    taken = stock.taken_from(there, line.quantity)
    units = sum(part for _, part in taken)
    if units < line.quantity:
        raise Refusal(
            "not_received",
            N_("{wanted} to send, but only {free} of this line are here."),
            field="lines",
            wanted=line.quantity,
            free=units,
            product=line.product_id,
        )
    for held, part in taken:
        if held.kind != "at_vendor":
            plan.move(held.spot, held.spot.at(places.vendor), part)


def mention(plan: Plan, truth: Truth, row: Any) -> None:
    """Let the claim and the RMAs whose goods it is about show the entry."""
    plan.mention(row)
    plan.mention(*(one for one in truth.documents["returns.Rma"].values()))


def new_unit(plan: Plan, truth: Truth, product: int, code: str, field: str) -> LotRef:
    """The lot of a unit that a vendor gives for another; raises Refusal where it stands somewhere."""
    known = truth.read["lots"].get((product, same(code)))
    if known is None:
        made: Id = plan.create("ledger.Lot", product_id=product, serial=True, code=code, code_key=same(code))
        return LotRef(made, product, serial=True)
    if known.stands or not known.owned:
        raise Refusal(
            "serial_elsewhere",
            N_("“{serial}” stands somewhere else already. A serial stands in one place only."),
            field=field,
            serial=known.code,
        )
    return LotRef(known.id, product, serial=True)
