"""IF-10: the location from which goods are taken first comes from the customer, the owner or the company."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.sales.test_order import order_of
from tests.sales.test_pages import do
from tests.sales.test_quote import quote_of
from tests.world import World, clean, refused, seen
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Entry, Holding, Move, Place
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.actions.people import change_user
from wharfinger.parties.models import Organization, Site, User
from wharfinger.purchasing.actions.ordering import draft_per_vendor
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.sales.actions.holds import Hold, reserve
from wharfinger.sales.actions.orders import change_order, create_order
from wharfinger.sales.actions.quotes import copy_quote
from wharfinger.sales.actions.winning import win
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.models import Location
from wharfinger.work.actions import create_work_order, provide
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision

pytestmark = pytest.mark.django_db


def one_of(company: World) -> tuple[LineWish, ...]:
    return (LineWish(company.product().pk, 1),)


def at(sheet: int) -> int | None:
    return Sheet.objects.get(pk=sheet).location_id


def stands(line: int, kind: str) -> str:
    """The location at which goods of a line stand."""
    place = Holding.objects.get(claim=line, kind=kind, quantity__gt=0).place.parent_id
    return Location.objects.get(place=place).name


def of_customer(company: World, location: Location | None) -> None:
    change_organization(
        actor=HOUSE, organization=company.customer.pk, values={"location": location and location.pk}
    )


def of_user(company: World, location: Location | None) -> None:
    change_user(actor=HOUSE, user=company.user.pk, values={"location": location and location.pk})


def test_the_customers_location_goes_before_the_owners_and_the_owners_before_the_default(
    company: World,
) -> None:
    third = another(company)
    assert at(order_of(company, LineWish(company.product().pk, 1))[0]) is None
    of_user(company, third)
    mine = create_order(actor=company.user, wish=OrderWish(company.customer.pk, one_of(company))).one(
        "demand.Sheet"
    )
    named = order_of_owner(company)
    assert [at(mine), at(named), at(order_of(company, LineWish(company.product().pk, 1))[0])] == [
        third.pk,
        third.pk,
        None,
    ]
    of_customer(company, company.other)
    assert at(order_of_owner(company)) == company.other.pk
    assert at(quote_of(company, owner=company.user.pk)[0]) == company.other.pk
    wish = WorkWish("ticket", company.customer.pk, location=third.pk)
    assert at(create_work_order(actor=HOUSE, wish=wish).one("demand.Sheet")) == third.pk
    clean()


def order_of_owner(company: World) -> int:
    wish = OrderWish(company.customer.pk, one_of(company), owner=company.user.pk)
    return create_order(actor=HOUSE, wish=wish).one("demand.Sheet")


def another(company: World, **values: object) -> Location:
    """A third location, without bins."""
    places = [type(company.location.place).objects.create(kind="location")]
    for kind in ("picked", "quarantine"):
        places.append(type(places[0]).objects.create(kind=kind, parent=places[0]))
    return Location.objects.create(
        **{"name": "Third", "place": places[0], "picked_place": places[1], "quarantine_place": places[2]}
        | values
    )


def test_a_persons_or_retired_location_is_nobodys_default(company: World) -> None:
    custody = another(company, kind="person", person=company.user)
    refused(lambda: of_customer(company, custody), "not_a_default", "location")
    refused(lambda: of_user(company, custody), "not_a_default", "location")
    of_customer(company, company.other)
    Location.objects.filter(pk=company.other.pk).update(retired_on=date(2026, 1, 1))
    assert at(order_of(company, LineWish(company.product().pk, 1))[0]) is None
    # What stood there before stays until somebody chooses another.
    change_organization(
        actor=HOUSE,
        organization=company.customer.pk,
        values={"location": company.other.pk, "phone": "1"},
    )
    refused(lambda: of_user(company, company.other), "not_a_default", "location")
    wish = OrderWish(company.customer.pk, one_of(company), location=company.other.pk)
    refused(lambda: create_order(actor=HOUSE, wish=wish), "no_such_location", "location")


def test_goods_are_reserved_picked_and_handed_over_from_there_first(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    company.stock(product, 5, bin=company.bins[2])
    _, (near,) = order_of(company, LineWish(product.pk, 1))
    of_customer(company, company.other)
    _, (held, got) = order_of(company, LineWish(product.pk, 1), LineWish(product.pk, 1))
    job = create_work_order(actor=HOUSE, wish=WorkWish("job", company.customer.pk)).one("demand.Sheet")
    for line in (near, held):
        reserve(actor=HOUSE, holds=[Hold(line, 1)])
    pick(actor=HOUSE, picks=[Pick(got, 1)])
    provide(actor=HOUSE, work_order=job, provisions=[Provision(1, product=product.pk)])
    assert [stands(near, "bin"), stands(held, "bin"), stands(got, "picked")] == ["Main", "Van", "Van"]
    left = Holding.objects.filter(claim=0, kind="bin", quantity__gt=0).order_by("pk")
    assert [row.quantity for row in left] == [4, 2]
    # What is there no more is taken elsewhere.
    _, (more,) = order_of(company, LineWish(product.pk, 3))
    pick(actor=HOUSE, picks=[Pick(more, 3)])
    assert sorted(Holding.objects.filter(claim=more, kind="picked").values_list("quantity", flat=True)) == [
        1,
        2,
    ]
    clean()


def sold(
    company: World, *products: Product, quantity: int = 1, **values: Any
) -> tuple[int | None, list[str]]:
    """Sell so many of each at once: the order's location, and from where each good was taken."""
    lines = tuple(LineWish(product.pk, quantity) for product in products)
    done = sell(actor=HOUSE, sales=[Sale(company.customer.pk, lines, **values)])
    moves = Move.objects.filter(entry=done.id, source__kind="bin").order_by("pk")
    taken = [Location.objects.get(place=move.source.place.parent_id).name for move in moves]
    return at(done.one("demand.Sheet")), taken


def test_what_is_sold_at_once_is_taken_from_there_first_too(company: World) -> None:
    product, rare = company.product(), company.product()
    company.stock(product, 9)
    company.stock(rare, 1)
    company.stock(product, 5, bin=company.bins[2])
    assert sold(company, product) == (None, ["Main"])
    of_user(company, company.other)
    assert sold(company, product, owner=company.user.pk) == (company.other.pk, ["Van"])
    third = another(company)
    of_customer(company, third)
    assert sold(company, product, owner=company.user.pk) == (third.pk, ["Main"])
    of_customer(company, company.other)
    # What is there no more, or never was, is taken elsewhere.
    assert sold(company, product, rare, quantity=1) == (company.other.pk, ["Van", "Main"])
    assert sold(company, product, quantity=4) == (company.other.pk, ["Van", "Main"])
    # Who names a location means no other.
    assert sold(company, product, location=company.location.place_id) == (company.location.pk, ["Main"])
    before = Entry.objects.count()
    refused(lambda: sold(company, product, location=company.other.place_id), "not_enough")
    assert Entry.objects.count() == before
    Location.objects.filter(pk=company.other.pk).update(retired_on=date(2026, 1, 1))
    assert sold(company, product) == (None, ["Main"])
    clean()


def test_several_sales_each_take_from_their_own_location(company: World) -> None:
    product = company.product()
    company.stock(product, 5)
    company.stock(product, 5, bin=company.bins[2])
    near = Organization.objects.create(name="Near", customer=True, currency="EUR")
    places = {name: Place.objects.create(kind="customer") for name in ("place", "rented_place")}
    Site.objects.create(organization=near, name="Near", ship_to=True, **places)
    of_customer(company, company.other)
    line = (LineWish(product.pk, 2),)
    done = sell(actor=HOUSE, sales=[Sale(company.customer.pk, line), Sale(near.pk, line)])
    assert [at(pk) for pk in done.made["demand.Sheet"]] == [company.other.pk, None]
    left = Holding.objects.filter(claim=0, kind="bin", product=product, quantity__gt=0)
    assert sorted(left.values_list("quantity", flat=True)) == [3, 3]
    clean()


def test_what_lacks_is_bought_to_there(company: World) -> None:
    product = company.product()
    _, (here,) = order_of(company, LineWish(product.pk, 2))
    of_customer(company, company.other)
    _, (there, too) = order_of(company, LineWish(product.pk, 1), LineWish(product.pk, 4))
    draft_per_vendor(actor=HOUSE, wanted=[Wanted(line) for line in (here, there, too)])
    rows = PurchaseLine.objects.order_by("position").values_list("location__name", "quantity")
    assert list(rows) == [("Main", 2), ("Van", 5)]
    clean()


def test_a_won_or_copied_quote_keeps_its_location(company: World) -> None:
    quote, _ = quote_of(company, LineWish(company.product().pk, 1), location=company.other.pk)
    copy = copy_quote(actor=HOUSE, quote=quote).one("demand.Sheet")
    won = win(actor=HOUSE, quote=quote)
    order = Sheet.objects.get(kind="order", made=won.entry.pk)
    assert [at(copy), order.location_id] == [company.other.pk, company.other.pk]


def test_it_is_changed_seen_and_taken_back(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    company.stock(product, 2, bin=company.bins[2])
    order, (line,) = order_of(company, LineWish(product.pk, 3))
    assert "Default location" in seen(client, f"/orders/{order}/")
    values = {"title": "", "customer_reference": "", "promised_on": "", "contact": ""}
    do(client, f"/orders/{order}/edit/", values | {"location": company.other.pk, "priority": "normal"})
    assert at(order) == company.other.pk
    page = seen(client, f"/orders/{order}/")
    assert "Default location" not in page
    assert "1 short in Van, 3 free elsewhere" in page
    panel = seen(client, f"/orders/{order}/reserve/")
    assert panel.index(f"reserve-{line}-{company.other.place_id}") < panel.index(
        f"reserve-{line}-{company.location.place_id}"
    )
    assert f'id="f-reserve-{line}-{company.other.place_id}" value="2"' in panel
    reverse(actor=HOUSE, entry=Entry.objects.latest("pk").pk)
    assert at(order) is None
    do(client, f"/orders/{order}/edit/", values | {"location": company.other.pk, "priority": "normal"})
    refused(lambda: change_order(actor=HOUSE, order=order, values={"location_id": 10**6}), "no_such_location")
    do(client, f"/orders/{order}/edit/", values | {"location": "", "priority": "normal"})
    assert at(order) is None


def test_customers_and_people_carry_it(client: Client, company: World) -> None:
    page = f"/organizations/{company.customer.pk}/"
    assert "Van" not in seen(client, page)
    of_customer(company, company.other)
    assert "Van" in seen(client, page)
    assert f'<option value="{company.other.pk}" selected>Van' in seen(client, f"{page}change/")
    of_user(company, company.other)
    assert f'<option value="{company.other.pk}" selected>Van' in seen(client, f"/users/{company.user.pk}/")
    assert User.objects.get(pk=company.user.pk).location_id == company.other.pk


def test_programs_read_and_change_it(client: Client, company: World) -> None:
    van = company.other.pk

    def call(method: str, path: str, body: dict[str, object]) -> dict[str, object]:
        answer = getattr(client, method)(f"/api/v1{path}", body, "application/json")
        assert answer.status_code in (200, 201), answer.content
        return dict(answer.json())

    customer = {"organization": company.customer.pk}
    lines = [{"product": company.product().pk, "quantity": "1"}]
    for path in ("/quotes", "/orders"):
        made = call("post", path, customer | {"lines": lines, "location": van})
        assert made["location"] == van
        assert call("patch", f"{path}/{made['id']}", {"location": None})["location"] is None
    made = call("post", "/work-orders", customer | {"kind": "ticket"})
    assert made["location"] is None
    assert call("patch", f"/work-orders/{made['id']}", {"location": van})["location"] == van
    where = f"/organizations/{company.customer.pk}"
    assert call("patch", where, {"location": van})["location"] == van
    assert call("patch", where, {"location": None})["location"] is None
    assert call("patch", f"/users/{company.user.pk}", {"location": van})["location"] == van
