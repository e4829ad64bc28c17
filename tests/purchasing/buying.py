"""Steps that the tests of buying share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.demand.rules import LineWish
from wharfinger.ledger.models import Holding
from wharfinger.ledger.write import Written
from wharfinger.parties.models import Role, User
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.actions.receiving import receive
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.sales.actions.orders import create_order
from wharfinger.sales.rules.orders import OrderWish


@dataclass(frozen=True)
class Bought:
    """A purchase order and its lines."""

    order: int
    lines: list[int]
    written: Written


def sold(company: World, product: Any, quantity: int, *, by: Any = HOUSE, **values: Any) -> int:
    """A confirmed order's line that wants so many."""
    wish = OrderWish(company.customer.pk, (LineWish(product.pk, quantity, **values),), confirm=True)
    return create_order(actor=by, wish=wish).one("ledger.Claim")


def bought(written: Written) -> Bought:
    """The only order that was drafted."""
    return Bought(written.one("purchasing.PurchaseOrder"), written.made["purchasing.PurchaseLine"], written)


def stocked_up(company: World, *lines: tuple[Any, int, int], submitted: bool = True, **values: Any) -> Bought:
    """An order for stock of product, quantity and unit cost at 10⁻⁶ each."""
    wishes = tuple(
        PurchaseLineWish(product.pk, quantity, unit_cost_micro=cost) for product, quantity, cost in lines
    )
    made = bought(draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, wishes, **values)))
    if submitted:
        submit(actor=HOUSE, order=made.order)
    return made


def arrive(
    purchase_line: int, quantity: int, *, accept_over: bool = False, by: Any = HOUSE, **values: Any
) -> Written:
    """So many arrive of a purchase order's line."""
    return receive(
        actor=by,
        arrivals=[Arrival(purchase_line, quantity, **{"reason": "Damaged"} | values)],
        delivery=Delivery(accept_over=accept_over),
    )


def on_order(line: int) -> int:
    """How many of a purchase order's line are on order."""
    place = PurchaseLine.objects.get(pk=line).place_id
    return sum(Holding.objects.filter(place=place).values_list("quantity", flat=True))


def threshold(minor: int | None, *, self_approval: bool = False) -> None:
    """Set from which amount buying needs approval."""
    value = {"threshold_minor": minor, "self_approval": self_approval}
    Setting.objects.update_or_create(key="approval", defaults={"value": value})


def person(name: str, *permissions: str) -> User:
    """Somebody who may do this."""
    role = Role.objects.create(name=f"role of {name}", permissions=list(permissions))
    user = User.objects.create(username=name, name=name.title())
    user.roles.add(role)
    return user
