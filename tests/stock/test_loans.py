"""Loans: goods of ours that somebody has until a day, are reminded of, and come back to their bins."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import refused, traced
from tests.purchasing.buying import person
from tests.purchasing.test_api import Caller
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Holding, Layer, Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.write import Written
from wharfinger.notices.models import Todo
from wharfinger.parties.models import Organization
from wharfinger.stock.actions.lending import extend_loan, give_back, lend, remind_loans
from wharfinger.stock.models import Loan
from wharfinger.stock.queries.loans import goods_of, one, today, word
from wharfinger.stock.queries.story import for_customer, story
from wharfinger.stock.rules.lending import Borrower, GivenBack
from wharfinger.stock.rules.moving import Goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def day(n: int) -> date:
    """So many days from today."""
    return today() + timedelta(days=n)


def lent(
    company: World, product: Product, quantity: int, *codes: str, due: int = 7, actor: Any = HOUSE, **to: Any
) -> Written:
    """Goods that are lent to the customer."""
    goods = Goods(product.pk, quantity, company.location.place_id, None, codes)
    who = Borrower(**(to or {"organization": company.customer.pk}))
    return lend(actor=actor, to=who, items=[goods], due_on=day(due), accepted_by="M. Krause")


def loan_of(done: Written) -> int:
    """The loan that an act made."""
    return done.one("stock.Loan")


def status(pk: int) -> str:
    """The word that describes a loan."""
    return word(one(pk), today())


def test_goods_are_lent_and_come_back_to_their_bins(company: World) -> None:
    """They stay ours and worth what they are worth, for nobody to sell, and come back where they were."""
    cable = company.product()
    company.stock(cable, 3, bin=company.bins[0])
    company.stock(cable, 2, bin=company.bins[1])
    done = lent(company, cable, 4)
    pk = loan_of(done)
    assert (held(0), status(pk)) == ({"bin": 1, "rented": 4}, "lent")
    assert sum(Layer.objects.filter(product=cable).values_list("value_minor", flat=True)) == 3000
    clean()
    back = give_back(actor=HOUSE, loan=pk, items=[GivenBack(cable.pk, 1)])
    assert (held(0), goods_of([one(pk)])[pk][0][-2:]) == ({"bin": 2, "rented": 3}, (4, 3))
    give_back(actor=HOUSE, loan=pk)
    assert (held(0), status(pk)) == ({"bin": 5}, "back")
    shelves = Holding.objects.filter(product=cable, kind="bin", quantity__gt=0)
    assert sorted(shelves.values_list("quantity", flat=True)) == [2, 3]
    clean()
    refused("all_back", lambda: give_back(actor=HOUSE, loan=pk))
    reverse(actor=HOUSE, entry=back.id + 1)
    assert held(0) == {"bin": 2, "rented": 3}
    refused("goods_moved_on", lambda: reverse(actor=HOUSE, entry=done.id))
    reverse(actor=HOUSE, entry=back.id)
    reverse(actor=HOUSE, entry=done.id)
    assert (held(0), Loan.objects.filter(void=None).count()) == ({"bin": 5}, 0)
    clean()


def test_a_unit_is_lent_by_its_number(company: World) -> None:
    """Its life says to whom, and the customer is told of their part of it."""
    product = traced(company, "S1", "S2")
    refused("serials_wanted", lambda: lent(company, product, 1))
    pk = loan_of(lent(company, product, 1, "S1"))
    unit = Lot.objects.get(code="S1")
    step = story(unit)[0]
    assert (step.chapter.verb, step.target and step.target.number) == ("lend", one(pk).number)
    refused("unit_elsewhere", lambda: lent(company, product, 1, "S1"))
    give_back(actor=HOUSE, loan=pk, items=[GivenBack(product.pk, 1, ("S1",), company.bins[1].place_id)])
    assert Holding.objects.get(lot=unit, quantity=1, unbounded=False).place_id == company.bins[1].place_id
    told = [step.chapter.verb for step in for_customer(story(unit), company.customer.pk)]
    assert told[:2] == ["give_back", "lend"]
    clean()


def test_a_person_of_the_house_borrows(company: World) -> None:
    """Somebody of ours has goods as a customer has."""
    cable = company.product()
    company.stock(cable, 1)
    pk = loan_of(lent(company, cable, 1, person=company.user.pk))
    assert one(pk).person == company.user
    give_back(actor=HOUSE, loan=pk)
    clean()


def test_who_lent_is_reminded_once_before_and_once_after(company: World) -> None:
    """Each day is told once ahead and once when it has passed; another day is told again; what is back is done."""
    cable = company.product()
    company.stock(cable, 2)
    pk = loan_of(lent(company, cable, 1, due=2, actor=company.user))
    lent(company, cable, 1, due=20, actor=company.user)
    assert remind_loans(actor=HOUSE) is not None
    assert remind_loans(actor=HOUSE) is None
    todo = Todo.objects.get()
    assert (todo.about, todo.person, todo.due_on) == (f"loan:{pk}", company.user, day(2))
    api = Caller(company.user)
    assert [one["subject"] for one in api.good("get", "/todos")["items"]] == [f"loan:{pk}"]
    Loan.objects.filter(pk=pk).update(due_on=day(-1))
    assert (status(pk), remind_loans(actor=HOUSE) is not None, remind_loans(actor=HOUSE)) == (
        "overdue",
        True,
        None,
    )
    extend_loan(actor=HOUSE, loan=pk, due_on=day(1), reason="Needs it longer")
    assert (status(pk), remind_loans(actor=HOUSE) is not None) == ("lent", True)
    assert Todo.objects.filter(done_at=None).count() == 3
    give_back(actor=company.user, loan=pk)
    assert Todo.objects.filter(done_at=None).count() == 0
    assert remind_loans(actor=HOUSE) is None
    clean()


def test_nothing_is_lent_that_is_not_there(company: World) -> None:
    """Refusals say what to do, and leave everything as it was."""
    cable = company.product()
    company.stock(cable, 1)
    other = Organization.objects.create(name="Gone", retired_on=today())
    pk = loan_of(lent(company, cable, 1))
    count = entries()
    refused("not_enough", lambda: lent(company, cable, 1))
    refused("day_passed", lambda: lent(company, cable, 1, due=-1))
    refused("no_such_organization", lambda: lent(company, cable, 1, organization=other.pk))
    refused("no_such_user", lambda: lent(company, cable, 1, person=10**9))
    refused("one_of_two", lambda: lent(company, cable, 1, person=company.user.pk, organization=other.pk))
    refused(
        "no_such_contact",
        lambda: lent(company, cable, 1, organization=company.customer.pk, contact=10**9),
    )
    refused("not_positive", lambda: lent(company, cable, 0))
    refused("not_lent", lambda: give_back(actor=HOUSE, loan=pk, items=[GivenBack(cable.pk, 2)]))
    refused("not_positive", lambda: give_back(actor=HOUSE, loan=pk, items=[GivenBack(cable.pk, 0)]))
    refused("no_such_bin", lambda: give_back(actor=HOUSE, loan=pk, items=[GivenBack(cable.pk, 1, (), 10**9)]))
    refused("no_lines", lambda: give_back(actor=HOUSE, loan=pk, items=[]))
    refused("no_such_loan", lambda: give_back(actor=HOUSE, loan=10**9))
    refused("day_passed", lambda: extend_loan(actor=HOUSE, loan=pk, due_on=day(-1)))
    refused("same_day", lambda: extend_loan(actor=HOUSE, loan=pk, due_on=day(7)))
    with pytest.raises(NotAllowed):
        give_back(actor=person("wim", "stock.read"), loan=pk)
    assert entries() == count
    clean()


def test_units_cost_no_further_statements(company: World) -> None:
    """One unit and six take as many statements, there and back."""
    product = traced(company, *(f"S{n}" for n in range(1, 15)))

    def counted(*codes: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as out:
            pk = loan_of(lent(company, product, len(codes), *codes))
        with CaptureQueriesContext(connection) as back:
            give_back(actor=HOUSE, loan=pk)
        return len(out), len(back)

    counted("S14")
    assert counted("S1") == counted("S2", "S3", "S4", "S5", "S6", "S7")


def test_over_http(company: World) -> None:
    """Lend, extend and take back over HTTP; the list is narrowed."""
    product = traced(company, "S1")
    api = Caller(company.user)
    line = {"product": product.pk, "location": company.location.pk, "quantity": "1", "serials": ["S1"]}
    given = {"organization": company.customer.pk, "due_on": day(3).isoformat(), "lines": [line]}
    made = api.good("post", "/loans", given, status=201)
    assert (made["status"], made["days_left"], made["lines"][0]["out"]) == ("lent", 3, "1")
    at = f"/loans/{made['id']}"
    assert api.refused("/loans", given)[1:] == ("unit_elsewhere", "lines.0.serials")
    done = api.good("post", f"{at}/extend", {"due_on": day(9).isoformat()})
    assert done["days_left"] == 9
    listed = api.good("get", f"/loans?status=open&organization={company.customer.pk}")["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    back = {"product": product.pk, "quantity": "1", "serials": ["S1"]}
    done = api.good("post", f"{at}/give-back", {"lines": [back]})
    assert (done["status"], done["days_left"], done["lines"][0]["out"]) == ("back", None, "0")
    assert api.refused(f"{at}/give-back") == (409, "all_back", None)


def test_in_the_browser(company: World) -> None:
    """A unit is lent, extended and taken back on its pages; a refusal stands beside its field."""
    product = traced(company, "S1")
    client = Client()
    client.force_login(company.user)
    assert client.get("/stock/loans/new/").status_code == 200
    given = {
        "product": product.sku,
        "location": f"location-{company.location.pk}",
        "serials": "S1",
        "organization": "Nobody",
        "due_on": day(3).isoformat(),
        "accepted_by": "M. Krause",
    }
    again = client.post("/stock/loans/new/", given)
    assert "There is no organization “Nobody”" in again.content.decode()
    client.post("/stock/loans/new/", given | {"organization": company.customer.name})
    row = Loan.objects.get()
    page = client.get(f"/stock/loans/{row.pk}/").content.decode()
    assert "M. Krause" in page
    assert "in 3 days" in page
    assert row.number in client.get("/stock/loans/").content.decode()
    client.post(f"/stock/loans/{row.pk}/extend/", {"due_on": day(5).isoformat()})
    assert "in 5 days" in client.get(f"/stock/loans/{row.pk}/").content.decode()
    client.post(f"/stock/loans/{row.pk}/give-back/", {f"quantity-{Lot.objects.get(code='S1').pk}": "1"})
    assert "Given back" in client.get(f"/stock/loans/{row.pk}/").content.decode()
    assert row.number not in client.get("/stock/loans/").content.decode()
