"""The steps of an order: from its figures alone, each with a colour, an icon and a word, and where it is taken."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sales.test_order import order_of
from tests.world import World, seen
from wharfinger.base.access import HOUSE
from wharfinger.demand.rules import LineWish
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import pick_pack_ship
from wharfinger.fulfilment.rules import Pick
from wharfinger.parties.models import Grant, Role, User
from wharfinger.sales.actions.holds import reserve
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.lights import Counted, lights

STEPS = ("order", "pick", "pack", "ship", "invoice", "return", "restock")


def goods(**figures: int) -> Counted:
    return Counted(figures, goods=True)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "open none none none none none none"),
        ((goods(wanted=2, to_bill=2),), "done open open open open none none"),
        ((goods(reserved=1, picked=1, to_bill=2),), "done part open open open none none"),
        ((goods(packed=2, to_bill=2),), "done done done open open none none"),
        ((goods(packed=1, delivered=1, to_bill=1, invoiced=1),), "done done done part part none none"),
        ((goods(delivered=2, invoiced=2),), "done done done done done none none"),
        ((goods(delivered=1, returned=1, invoiced=2),), "done done done done done part open"),
        ((goods(returned=1, restocked=1, invoiced=1, credited=1),), "done done done done done part part"),
        ((goods(restocked=2, credited=2),), "done done done done done done done"),
        ((Counted({"ready": 3, "to_bill": 3}, goods=False),), "done none none none open none none"),
        ((goods(cancelled=2),), "done none none none none none none"),
    ],
)
def test_a_step_is_as_far_as_the_figures_say(lines: tuple[Counted, ...], words: str) -> None:
    assert lights(lines) == dict(zip(STEPS, words.split(), strict=True))


def shown(page: str) -> list[tuple[str, str, str]]:
    """The address, name and word of each step."""
    (bar,) = re.findall(r'<ul class="lights">(.*?)</ul>', page, re.DOTALL)
    found = re.findall(r'(?:<a href="([^"]*)">)?([^<>]+)(?:</a>)?<span class="vh">: ([^<]*)</span>', bar)
    return [(to, name.strip(), word) for to, name, word in found]


@pytest.mark.django_db
def test_the_page_says_each_step_in_a_word_and_leads_there(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    order, (line,) = order_of(company, LineWish(product.pk, 3))
    first = shown(seen(client, f"/orders/{order}/"))
    assert [word for _, _, word in first] == [
        *("done", "not begun", "not begun", "not begun", "not begun", "nothing to do", "nothing to do")
    ]
    assert [name for _, name, _ in first] == [
        *("Order", "Pick", "Pack", "Ship", "Invoice", "Return", "Restock")
    ]
    for to, _name, _word in first[1:]:
        assert client.get(to).status_code == 200, to
    pick_pack_ship(actor=HOUSE, picks=[Pick(line, 2)])
    later = [word for _, _, word in shown(seen(client, f"/orders/{order}/"))]
    assert later[:4] == ["done", "in part", "in part", "in part"]


@pytest.mark.django_db
def test_a_step_leads_nowhere_for_who_may_not_go_there(client: Client, company: World) -> None:
    order, _ = order_of(company, LineWish(company.product().pk, 1))
    reader = User.objects.create(username="reader")
    Grant.objects.create(user=reader, role=Role.objects.create(name="Sales only", permissions=["sales.read"]))
    client.force_login(reader)
    assert {to for to, _, _ in shown(seen(client, f"/orders/{order}/"))} == {"#lines", ""}


@pytest.mark.django_db
def test_the_steps_cost_no_statement(client: Client, company: World) -> None:
    counts = []
    for lines in (1, 10):
        wishes = [LineWish(company.product().pk, 1) for _ in range(lines)]
        order, _ = order_of(company, *wishes)
        seen(client, f"/orders/{order}/")
        with CaptureQueriesContext(connection) as found:
            seen(client, f"/orders/{order}/")
        counts.append(len(found))
    # Lines, goods, promises, papers, tickets, a card each of notes, to-dos, files and mails, six for what it earns, which
    # only those ask who see costs, and in the timeline one for what no longer can be undone: what is posted.
    assert counts[0] == counts[1] <= 38


@pytest.mark.django_db
def test_the_lights_stand_on_the_page_of_each_step(client: Client, company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    order, (line,) = order_of(company, LineWish(product.pk, 3))
    reserve(actor=HOUSE, holds=[Hold(line, 2)])
    pick(actor=HOUSE, picks=[Pick(line, 1)])
    lights = shown(seen(client, f"/orders/{order}/"))
    steps = {name: to for to, name, _ in lights}
    assert steps["Pack"] == f"/orders/{order}/pack/"
    for name in ("Pick", "Pack", "Ship"):
        page = seen(client, steps[name])
        here = shown(page)
        assert [(one, word) for _, one, word in here] == [(one, word) for _, one, word in lights]
        assert {one: to for to, one, _ in here} == steps | {"Order": f"/orders/{order}/", name: ""}
        assert page.count('aria-current="step"') == 1
