"""Pure decisions about changing a purchase order while it is a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.ledger import owning
from wharfinger.ledger.plan import PlaceRef, Plan, Truth, fixed
from wharfinger.purchasing.rules.asking import Typed, Worth, asked_of, offered_cost
from wharfinger.purchasing.rules.drafting import (
    PurchaseLineWish,
    PurchaseWish,
    Wanted,
    a_location,
    a_vendor,
    add_line,
    draft_claim,
    wanted_line,
)
from wharfinger.purchasing.rules.ordering import draft_of, live, mention_lines
from wharfinger.purchasing.rules.taxing import sent_by, taxed_as

ALWAYS = frozenset({"external_number", "memo", "expected_on"})
"""What may still be changed once the order is submitted."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """What becomes different about a line of a draft; what is None stays."""

    purchase_line: int
    quantity: int | None = None
    unit_cost_micro: int | None = None
    expected_on: date | None = None
    description: str | None = None
    location: int | None = None
    tax_code: int | None = None
    """How the vendor taxes it from now on, NO_TAX for not at all."""
    wanted: tuple[Wanted, ...] = ()
    """Customers' lines for which more of it is bought; without a quantity, as much more as they want."""


@dataclass(frozen=True, slots=True)
class PurchaseChange:
    """What becomes different about a purchase order."""

    values: tuple[tuple[str, Any], ...] = ()
    """Fields of the order itself: its numbers and notes, its freight, when and how it is sent and paid."""
    add: tuple[PurchaseLineWish, ...] = ()
    change: tuple[LineChange, ...] = field(default=())
    remove: tuple[int, ...] = ()
    add_vendor: bool = False
    """Whether the order's vendor becomes one of the vendors of what is added and it is not known to sell."""
    fill_packs: bool = False
    """Whether what is added is filled up to whole packs and the vendor's minimum."""
    own: Mapping[str, Any] | None = None
    """Its own fields that change, by key; also once it is submitted."""
    vendor: int | None = None
    """Of whom all of it is bought instead, for what that one asks."""
    withdraw: bool = False
    """Whether a change that was asked for is not wanted any more, approved or not."""


def says_little(change: PurchaseChange) -> bool:
    """Whether a change is none to what the vendor was told, so that it may be made at any time."""
    named = {name for name, _ in change.values}
    return named <= ALWAYS and not (change.add or change.change or change.remove or change.vendor)


def kept(change: PurchaseChange) -> dict[str, Any]:
    """A change as it is kept until somebody has approved it; ``change_of`` reads it."""

    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    return {
        "values": {name: plain(value) for name, value in change.values},
        "change": [
            {name: plain(value) for name, value in asdict(one).items() if value not in (None, ())}
            for one in change.change
        ],
        "add_vendor": change.add_vendor,
        "own": None if change.own is None else dict(change.own),
        "vendor": change.vendor,
    }


def change_of(given: Mapping[str, Any]) -> PurchaseChange:
    """A change as it was kept."""

    def read(name: str, value: Any) -> Any:
        if name == "wanted":
            return tuple(Wanted(**one) for one in value)
        return date.fromisoformat(value) if name.endswith("_on") and value is not None else value

    lines = [{name: read(name, value) for name, value in one.items()} for one in given["change"]]
    return PurchaseChange(
        tuple((name, read(name, value)) for name, value in given["values"].items()),
        change=tuple(LineChange(**one) for one in lines),
        add_vendor=given["add_vendor"],
        own=given["own"],
        vendor=given["vendor"],
    )


def plan_change(truth: Truth, *, order: int, change: PurchaseChange) -> Plan:
    """Change a draft's lines and terms; what is no longer on it is to be ordered again."""
    plan = Plan()
    row = live(truth, order)
    if not says_little(change):
        draft_of(truth, order)
    if change.withdraw and row.asked_change is not None:
        plan.change(row, asked_change=None, approval_asked_at=None)
    plan.change(row, **dict(change.values))
    owning.change(plan, truth, row, "purchase_order", change.own)
    lines = truth.read["purchase_lines"]
    for n, pk in enumerate(change.remove):
        _remove(plan, truth, line_of(lines, pk, f"remove.{n}"))
    buying = buying_of(plan, truth, row, change)
    for line, one, where in changed(truth, row, change):
        _change(plan, truth, buying, line, one, where)
    last = max((line.position for line in truth.read["positions"]), default=0)
    wish = PurchaseWish(
        buying.vendor.pk,
        change.add,
        currency=row.currency,
        rate_micro=row.rate_micro,
        ship_to=row.ship_to,
        ship_to_site=row.ship_to_site_id,
        expected_on=row.expected_on,
        description_source=row.description_source,
        add_vendor=change.add_vendor,
        fill_packs=change.fill_packs,
    )
    for n, added in enumerate(change.add):
        add_line(plan, truth, row.pk, buying.vendor, last + 1 + n, added, wish, field=f"add.{n}")
    if not (plan.steps or plan.changes or plan.creates):
        raise Refusal("nothing_changed", N_("This changes nothing. Change something first."))
    mention_lines(plan, truth)
    return plan


class Buying(NamedTuple):
    """Of whom an order is bought from now on, in which currency."""

    vendor: Any
    worth: Worth
    anew: bool
    """Whether that is another vendor than until now, who is asked what it all costs."""
    add: bool
    """Whether it becomes one of the vendors of what it is not known to sell."""


def buying_of(plan: Plan, truth: Truth, order: Any, change: PurchaseChange) -> Buying:
    """Let the order be bought of another vendor where the change says so."""
    worth = Worth(order.currency, order.rate_micro)
    if change.vendor in (None, order.vendor_id):
        return Buying(truth.read["vendors"][order.vendor_id], worth, False, change.add_vendor)
    vendor = a_vendor(truth, change.vendor or 0)
    # Who was sent it is not who is to have it.
    plan.change(order, vendor_id=vendor.pk, sent_at=None)
    if order.shipping_method == sent_by(truth, order.vendor_id) and "shipping_method" not in dict(
        change.values
    ):
        plan.change(order, shipping_method=sent_by(truth, vendor.pk))
    return Buying(vendor, worth, True, change.add_vendor)


def changed(truth: Truth, order: Any, change: PurchaseChange) -> Iterator[tuple[Any, LineChange, str]]:
    """The lines that a change is about, with what is to change and the field that says so; of another vendor all."""
    lines = truth.read["purchase_lines"]
    named = [one.purchase_line for one in change.change]
    for n, one in enumerate(change.change):
        where = f"change.{n}"
        yield line_of(lines, one.purchase_line, f"{where}.purchase_line"), one, where
    if change.vendor not in (None, order.vendor_id):
        for pk, line in lines.items():
            if pk not in named and pk not in change.remove:
                yield line, LineChange(pk), "vendor"


def line_of(lines: Mapping[int, Any], pk: int, where: str) -> Any:
    """A line of the order; raises NotThere."""
    if pk not in lines:
        raise NotThere("no_such_purchase_line", N_("There is no such line on this order."), field=where)
    return lines[pk]


def _remove(plan: Plan, truth: Truth, line: Any) -> None:
    for held in truth.at(line.drafted_place_id):
        plan.move(held.spot, held.spot.at(fixed("to_order")), held.quantity)
        held.quantity = 0
    plan.change(line, removed_at=truth.now)


def _change(plan: Plan, truth: Truth, buying: Buying, line: Any, change: LineChange, where: str) -> None:
    into = PlaceRef(line.drafted_place_id, "drafted")
    more = wanted_more(plan, truth, line, change, into, where)
    quantity = quantity_of(line, change, sum(more.values()), where)
    # What is for stock goes first, then whoever asked last.
    drafted = sorted(truth.at(line.drafted_place_id), key=lambda h: -h.claim)
    surplus = sum(h.quantity for h in drafted) + sum(more.values()) - quantity
    for held in drafted:
        part = min(surplus, held.quantity)
        if part > 0:
            plan.move(held.spot, held.spot.at(fixed("to_order")), part)
            held.quantity -= part
            surplus -= part
    cost, typed = cost_of(plan, truth, buying, line, change, quantity, where)
    say(plan, truth, buying, line, change, where)
    bought_at(plan, truth, line, quantity, cost, typed=typed)


def wanted_more(
    plan: Plan, truth: Truth, line: Any, change: LineChange, into: PlaceRef, where: str
) -> dict[int, int]:
    """Let customers' lines be served by more of a line; how many of each."""
    found: dict[int, int] = {}
    for one in change.wanted:
        wish = wanted_line(truth, one.line, f"{where}.wanted")
        if wish.product_id != line.product_id:
            raise BadInput(
                "other_product",
                N_("The customer's line wants another product. Choose a line of this product."),
                field=f"{where}.wanted",
            )
        found[wish.pk] = draft_claim(plan, truth, wish, one.quantity, into, f"{where}.wanted")
    return found


def quantity_of(line: Any, change: LineChange, wanted: int, where: str) -> int:
    """How many are bought from now on; raises BadInput, or Refusal where customers' lines want more."""
    if change.quantity is None:
        return int(line.quantity) + wanted
    if change.quantity <= 0:
        raise BadInput("not_positive", N_("Give a quantity above zero."), field=f"{where}.quantity")
    if wanted and change.quantity < wanted:
        raise Refusal(
            "less_than_lines",
            N_("The lines on it want {wanted}; order at least that."),
            field=f"{where}.quantity",
            wanted=wanted,
        )
    return change.quantity


def say(plan: Plan, truth: Truth, buying: Buying, line: Any, change: LineChange, where: str) -> None:
    """Let a line be expected, called, received and taxed otherwise, as far as somebody says so."""
    if change.tax_code is not None or buying.anew:
        code = taxed_as(truth, buying.vendor.pk, change.tax_code, f"{where}.tax_code")
        plan.change(line, tax_code_id=code)
    if change.expected_on is not None:
        plan.change(line, expected_on=change.expected_on)
    if change.description is not None:
        plan.change(line, description=change.description)
    if change.location is not None:
        plan.change(line, location_id=a_location(truth, change.location, "location"))


def bought_at(plan: Plan, truth: Truth, line: Any, quantity: int, cost: int, *, typed: bool) -> None:
    """Let so many be bought at a cost; whoever raises what that comes to asks for it, and so does not approve it."""
    plan.change(line, quantity=quantity, unit_cost_micro=cost, cost_typed=typed)
    if quantity * cost > line.quantity * line.unit_cost_micro:
        plan.change(line, requested_by_id=truth.actor or line.requested_by_id)


def cost_of(
    plan: Plan, truth: Truth, buying: Buying, line: Any, change: LineChange, quantity: int, where: str
) -> tuple[int, bool]:
    """What the line costs from now on, and whether somebody typed that.

    Of another quantity the vendor's breaks decide where nobody typed a cost, of another vendor what it asks.
    """
    said, product = change.unit_cost_micro, truth.read["products"][line.product_id]
    asked = truth.read["prices"][line.product_id].get(buying.vendor.pk)
    if buying.anew:
        # Who becomes one of the vendors asks what was agreed with the other, unless somebody says otherwise.
        agreed = said if said is not None or not buying.add else line.unit_cost_micro
        typed = Typed(agreed, line.per, buying.worth.currency)
        field = where if where == "vendor" else f"{where}.unit_cost"
        asked = asked_of(plan, truth, product, buying.vendor, typed, add=buying.add, field=field)
    if said is not None:
        return said, True
    if not buying.anew and (line.cost_typed or asked is None or quantity == line.quantity):
        return line.unit_cost_micro, line.cost_typed
    worth, vendor = buying.worth, buying.vendor
    return offered_cost(truth, asked, product, vendor, quantity, line.per, worth, where), False
