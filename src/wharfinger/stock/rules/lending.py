"""Pure decisions about loans: goods of ours that somebody has until a day, and that come back to their bins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wharfinger.base.refusal import N_, BadInput, NotThere, Refusal
from wharfinger.base.words import same
from wharfinger.ledger.plan import Held, Number, PlaceRef, Plan, Truth
from wharfinger.stock.rules.moving import Goods, chosen

NUMBER = Number("loan", "L-{n}")
DAYS_AHEAD = 2
"""So many days before goods are to be back whoever lent them is told that the day comes."""


@dataclass(frozen=True, slots=True)
class Borrower:
    """Who has the goods: an organization, and perhaps who of it, or a person of the house."""

    organization: int | None = None
    contact: int | None = None
    person: int | None = None


@dataclass(frozen=True, slots=True)
class GivenBack:
    """So many units of a product that are back."""

    product: int
    quantity: int
    codes: tuple[str, ...] = ()
    bin: int | None = None
    """The place of the bin; where they were taken from unless given."""


def plan_lend(
    truth: Truth, *, to: Borrower, items: Sequence[Goods], due_on: date, accepted_by: str, note: str
) -> Plan:
    """Lend goods until a day; they stay ours, at what they are worth, and for nobody to sell."""
    plan = Plan()
    _known(truth, to)
    if due_on < truth.today:
        raise BadInput("day_passed", N_("This day has passed. Choose a later one."), field="due_on")
    place = plan.place("rented")
    made = plan.create(
        "stock.Loan",
        number=NUMBER,
        organization_id=to.organization,
        contact_id=to.contact,
        person_id=to.person,
        due_on=due_on,
        accepted_by=accepted_by,
        note=note,
        place_id=place.id,
    )
    for goods in items:
        product = truth.products.get(goods.product)
        if product is None or product.kind in ("service", "kit"):
            raise NotThere("no_such_product", N_("There is no such product."), field=f"{goods.field}product")
        if product.traced == "serial" and product.traced_from == "receipt" and not goods.codes:
            raise BadInput(
                "serials_wanted", N_("Say by serial number which units leave."), field=f"{goods.field}serials"
            )
        for held, quantity in chosen(truth, goods):
            plan.move(held.spot, held.spot.at(place), quantity)
        plan.mention(("product", goods.product))
    plan.mention(("loan", made))
    if to.organization is not None:
        plan.mention(("organization", to.organization))
    return plan


def _known(truth: Truth, to: Borrower) -> None:
    if (to.organization is None) == (to.person is None):
        raise BadInput("one_of_two", N_("Lend to an organization, or to a person."), field="organization")
    if to.organization is not None and not truth.read["borrowers"]["organization"]:
        raise BadInput("no_such_organization", N_("There is no such organization."), field="organization")
    if to.person is not None and not truth.read["borrowers"]["person"]:
        raise BadInput("no_such_user", N_("There is no such user."), field="person")
    if to.contact is not None and truth.read["borrowers"]["contact"] != to.organization:
        raise BadInput("no_such_contact", N_("This organization has no such contact."), field="contact")


def loan_of(truth: Truth, pk: int) -> Any:
    """A loan that the act locked; raises NotThere otherwise."""
    row = truth.documents["stock.Loan"].get(pk)
    if row is None or row.void_id is not None:
        raise NotThere("no_such_loan", N_("There is no such loan."))
    return row


def plan_give_back(truth: Truth, *, loan: int, items: Sequence[GivenBack] | None) -> Plan:
    """Put goods that are back where they were taken from, or into another bin; all of them where none are named."""
    plan = Plan()
    row = loan_of(truth, loan)
    there = truth.at(row.place_id)
    if not there:
        raise Refusal("all_back", N_("All goods of {number} are back already."), number=row.number)
    if items is None:
        items = [GivenBack(h.product, h.quantity, (h.code,) if h.code else ()) for h in there]
    for n, one in enumerate(items):
        codes = {same(code) for code in one.codes}
        fitting = [h for h in there if h.product == one.product and (not codes or same(h.code) in codes)]
        units = sum(h.quantity for h in fitting)
        named = sum(1 for h in fitting if h.spot.serial)
        if named and not codes and one.quantity < units:
            raise BadInput(
                "serials_wanted", N_("Say by serial number which units are back."), field=f"lines.{n}.serials"
            )
        if units < one.quantity or (codes and len(codes) != len({same(h.code) for h in fitting})):
            raise Refusal(
                "not_lent",
                N_("{wanted} to give back, but only {free} of these are on this loan."),
                field=f"lines.{n}.quantity",
                wanted=one.quantity,
                free=units,
                product=one.product,
            )
        left = one.quantity
        for held in fitting:
            part = min(left, held.quantity)
            if part:
                _home(plan, truth, held, part, one.bin, f"lines.{n}.bin")
                held.quantity -= part
                left -= part
        plan.mention(("product", one.product))
    if not any(h.quantity for h in there):
        plan.notes["all_back"] = loan
    plan.mention(row)
    return plan


def _home(plan: Plan, truth: Truth, held: Held, quantity: int, bin: int | None, field: str) -> None:
    """Put units into the bin that is named, else into those they came from, the latest first."""
    known = truth.read["open_bins"]
    if bin is not None:
        if bin not in known:
            raise BadInput("no_such_bin", N_("There is no such bin."), field=field)
        plan.move(held.spot, held.spot.at(PlaceRef(bin, "bin")), quantity)
        return
    left = quantity
    for came in truth.incoming.get(held.id, ()):
        part = min(left, came.quantity)
        if came.source.kind == "bin" and came.source.place in known and part:
            plan.move(held.spot, came.source, part)
            left -= part
    if left:
        raise BadInput(
            "bin_wanted", N_("The bin they came from is no longer in use. Choose one."), field=field
        )


def plan_extend(truth: Truth, *, loan: int, due_on: date) -> Plan:
    """Let goods be back on another day."""
    plan = Plan()
    row = loan_of(truth, loan)
    if due_on < truth.today:
        raise BadInput("day_passed", N_("This day has passed. Choose a later one."), field="due_on")
    if due_on == row.due_on:
        raise BadInput("same_day", N_("They are to be back on that day already."), field="due_on")
    plan.change(row, due_on=due_on)
    plan.mention(row)
    return plan


def plan_remind(truth: Truth, *, due: Iterable[int]) -> Plan:
    """Write down of which loans it is told that their day comes, or has passed."""
    plan = Plan()
    wanted = set(due)
    for row in truth.documents["stock.Loan"].values():
        if row.pk not in wanted:
            continue
        if row.due_on < truth.today:
            plan.change(row, overdue_told_of=row.due_on)
        else:
            plan.change(row, told_of=row.due_on)
        plan.mention(row)
    return plan


def until(day: date) -> date:
    """The last day of which is told ahead."""
    return day + timedelta(days=DAYS_AHEAD)
