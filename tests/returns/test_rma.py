"""RMAs: requested, received, inspected and settled are four facts, each with its own quantity."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.devices.test_install import delivered, refused, traced
from tests.fulfilment.trade import where
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.demand.models import Line
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import end_subscription, subscribe
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.ledger.models import Layer
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.inspecting import inspect, restock, scrap_returned, settle
from wharfinger.returns.actions.receiving import receive
from wharfinger.returns.actions.requesting import approve, close, deny, request
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries.figures import Figures, figures
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company."""
    return world()


def asked(company: World, *items: Asked) -> tuple[int, list[int]]:
    """An approved RMA and its lines."""
    done = request(actor=HOUSE, organization=company.customer.pk, items=items)
    rma = done.one("returns.Rma")
    approve(actor=HOUSE, rma=rma)
    return rma, done.made["returns.RmaLine"]


def of(rma: int, line: int) -> Figures:
    """The figures of a line."""
    return figures([rma])[line]


def loose(company: World, quantity: int) -> int:
    """A delivered line of goods without serial numbers, each at a cost of 6.00."""
    cable = company.product()
    company.stock(cable, quantity)
    return delivered(company, cable, quantity)


def test_the_four_facts_have_their_own_quantities(company: World) -> None:
    """T13, T19: of ten that were asked for nine arrive; one stays open, and each fact counts for itself."""
    line = loose(company, 10)
    rma, (asked_for,) = asked(company, Asked(10, line))
    row = RmaLine.objects.get()
    assert (row.quantity, row.credit_minor) == (10, 10_000)
    receive(actor=HOUSE, rma=rma, items=[Arrived(4, asked_for)])
    receive(actor=HOUSE, rma=rma, items=[Arrived(5, asked_for)])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 3, "restock"), Verdict(asked_for, 2, "scrap")])
    settle(actor=HOUSE, rma=rma, answers=[Answer(asked_for, 1, "none")])
    found = of(rma, asked_for)
    assert (found.received, found.here, found.inspected) == (9, 4, 5)
    assert found.outcomes == {"restock": 3, "scrap": 2}
    assert RmaLine.objects.get().settled_quantity == 1
    assert held(line) == {"covered": 5, "returned": 5, "customer": 1, "returns": 4, "to_bill": 10}
    clean()


def test_never_more_than_was_delivered(company: World) -> None:
    """T09: of 20 delivered 30 cannot come back, whatever was asked for."""
    line = loose(company, 20)
    found = refused(
        "more_than_delivered",
        lambda: request(actor=HOUSE, organization=company.customer.pk, items=[Asked(30, line)]),
    )
    assert (found.wanted, found.free) == (30, 20)
    rma, (asked_for,) = asked(company, Asked(5, line))
    refused("more_than_delivered", lambda: asked(company, Asked(16, line)))
    found = refused(
        "more_than_delivered", lambda: receive(actor=HOUSE, rma=rma, items=[Arrived(21, asked_for)])
    )
    assert (found.wanted, found.free) == (21, 20)
    receive(actor=HOUSE, rma=rma, items=[Arrived(7, asked_for)])
    assert of(rma, asked_for).received == 7
    clean()


def test_nothing_is_not_received(company: World) -> None:
    """T27: a quantity of nothing is refused."""
    rma, (asked_for,) = asked(company, Asked(1, loose(company, 1)))
    refused("not_positive", lambda: receive(actor=HOUSE, rma=rma, items=[Arrived(0, asked_for)]))
    refused("no_lines", lambda: receive(actor=HOUSE, rma=rma, items=[]))


def test_received_goods_are_not_sellable_before_they_are_restocked(company: World) -> None:
    """T23: received goods wait; restocked they are on the shelf, at what they cost."""
    line = loose(company, 1)
    rma, (asked_for,) = asked(company, Asked(1, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    assert Layer.objects.filter(quantity__gt=0).count() == 0
    assert held(0) == {}
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 1, "restock")])
    assert held(0) == {"bin": 1}
    assert list(Layer.objects.filter(quantity__gt=0).values_list("quantity", "value_minor")) == [(1, 600)]
    assert held(line) == {"returned": 1, "to_bill": 1}
    clean()


def test_restocked_goods_come_back_at_the_cost_they_left_with(company: World) -> None:
    """C37, C47: three of seven left at 1000 for all; what comes home in parts adds up to what left."""
    cable = company.product()
    company.stock(cable, 3, value_minor=1000)
    line = delivered(company, cable, 3)
    company.stock(cable, 5, value_minor=9999)
    rma, (asked_for,) = asked(company, Asked(3, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(3, asked_for)])
    for _ in range(3):
        inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 1, "restock")])
    opened = Layer.objects.filter(quantity=1).order_by("pk")
    assert [layer.value_minor for layer in opened] == [333, 334, 333]
    clean()


def test_units_go_back_to_the_customer_in_parts(company: World) -> None:
    """T17: two go back, then eight; planned and done are counted apart."""
    line = loose(company, 10)
    rma, (asked_for,) = asked(company, Asked(10, line, type="repair"))
    receive(actor=HOUSE, rma=rma, items=[Arrived(10, asked_for)])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 10, "repair")])
    for quantity, left in ((2, 8), (8, 0)):
        inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, quantity, "send_back")])
        assert of(rma, asked_for).bench == left
    assert held(line) == {"covered": 10, "customer": 10, "to_bill": 10}
    found = refused(
        "not_received", lambda: inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 1, "restock")])
    )
    assert (found.wanted, found.free) == (1, 0)
    close(actor=HOUSE, rma=rma)
    refused("rma_closed", lambda: receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)]))
    clean()


def test_goods_go_to_the_vendor(company: World) -> None:
    rma, (asked_for,) = asked(company, Asked(2, loose(company, 2)))
    receive(actor=HOUSE, rma=rma, items=[Arrived(2, asked_for)])
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 2, "to_vendor")])
    assert of(rma, asked_for).at_vendor == 2
    found = refused("goods_here", lambda: close(actor=HOUSE, rma=rma))
    assert found.free == 2
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 1, "restock"), Verdict(asked_for, 1, "scrap")])
    close(actor=HOUSE, rma=rma)
    clean()


def test_a_serial_goes_out_and_in_and_out_again(company: World) -> None:
    """T05: shipped, returned, the return undone; the unit is where its last step left it."""
    router = traced(company, "S1")
    line = delivered(company, router, 1)
    rma, (asked_for,) = asked(company, Asked(line=line, serial="S1"))
    assert where("S1") == ("customer", line)
    done = receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    assert where("S1") == ("returns", line)
    reverse(actor=HOUSE, entry=done.id)
    assert where("S1") == ("customer", line)
    assert of(rma, asked_for).received == 0
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    done = inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 1, "restock")])
    assert where("S1") == ("bin", 0)
    reverse(actor=HOUSE, entry=done.id)
    assert where("S1") == ("returns", line)
    assert not Layer.objects.filter(quantity__gt=0).exists()
    clean()


def test_other_goods_that_come_along_get_a_line_of_their_own(company: World) -> None:
    one, two = loose(company, 2), loose(company, 3)
    rma, (asked_for,) = asked(company, Asked(1, one))
    foreign = company.product(traced="serial", cost_method="specific")
    receive(
        actor=HOUSE,
        rma=rma,
        items=[
            Arrived(1, asked_for),
            Arrived(2, line=two),
            Arrived(1, product=foreign.pk, serials=("NEVER-SOLD",)),
        ],
    )
    lines = list(RmaLine.objects.order_by("position"))
    assert [(line.quantity, of(rma, line.pk).received) for line in lines] == [(1, 1), (0, 2), (0, 1)]
    assert where("NEVER-SOLD") == ("returns", 0)
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(lines[2].pk, 1, "send_back")])
    assert where("NEVER-SOLD") == ("customer", 0)
    clean()


def test_a_device_leaves_its_customer_and_a_repaired_one_stays_theirs(company: World) -> None:
    line = delivered(company, traced(company, "S1", "S2"), 2)
    gone, mended = install(
        actor=HOUSE, items=[Installation(line, serial="S1"), Installation(line, serial="S2")]
    ).made["devices.Device"]
    rma, (one, two) = asked(company, Asked(device=gone), Asked(device=mended, type="repair"))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, one), Arrived(1, two)])
    assert [(d.organization_id, d.removed_on is None) for d in Device.objects.order_by("pk")] == [
        (None, False),
        (company.customer.pk, True),
    ]
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(one, 1, "send_back"), Verdict(two, 1, "send_back")])
    assert set(Device.objects.values_list("organization_id", "site_id", "removed_on")) == {
        (company.customer.pk, company.site.pk, None)
    }
    clean()


def test_a_device_in_use_does_not_come_back(company: World) -> None:
    """T33: refused while a subscription uses it; the refusal offers the ways out."""
    line = delivered(company, traced(company, "S1"), 1)
    device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    service = company.product(kind="service")
    used = subscribe(actor=HOUSE, wish=SubscriptionWish(company.customer.pk, service.pk, device))
    rma, (asked_for,) = asked(company, Asked(device=device))
    found = refused(
        "used_by_subscription", lambda: receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    )
    assert [r.verb for r in found.remedies] == ["swap", "end_subscription"]
    end_subscription(actor=HOUSE, subscription=used.one("devices.Subscription"))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    assert where("S1") == ("returns", line)
    clean()


def test_a_loose_device_is_loose_again_once_restocked(company: World) -> None:
    line = loose(company, 2)
    device = install(actor=HOUSE, items=[Installation(line)]).one("devices.Device")
    rma, (asked_for,) = asked(company, Asked(device=device))
    receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)])
    assert where("D-1") == ("returns", line)
    inspect(actor=HOUSE, rma=rma, verdicts=[Verdict(asked_for, 1, "restock")])
    assert held(0) == {"bin": 1}
    assert list(Layer.objects.filter(quantity__gt=0).values_list("quantity", "value_minor")) == [(1, 600)]
    clean()


def test_the_worklist_restocks_and_scraps_by_where_goods_stand(company: World) -> None:
    line = loose(company, 3)
    rma, (asked_for,) = asked(company, Asked(3, line))
    receive(actor=HOUSE, rma=rma, items=[Arrived(3, asked_for)])
    place = Rma.objects.get().place
    (standing,) = place.holdings.filter(quantity__gt=0).values_list("pk", flat=True)
    done = restock(actor=HOUSE, holdings=[(standing, 2)], bin=company.bins[1].place_id)
    scrap_returned(actor=HOUSE, holdings=[(standing, 1)], reason="Broken")
    assert held(0) == {"bin": 2, "scrap": 1}
    assert company.bins[1].place.holdings.get(claim=0).quantity == 2
    refused("no_such_goods_here", lambda: restock(actor=HOUSE, holdings=[(standing, 1)]))
    reverse(actor=HOUSE, entry=done.id)
    assert held(line) == {"covered": 2, "returned": 1, "returns": 2, "to_bill": 3}
    clean()


def test_an_rma_is_denied_with_a_reason(company: World) -> None:
    line = loose(company, 1)
    rma = request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)]).one("returns.Rma")
    (asked_for,) = RmaLine.objects.values_list("pk", flat=True)
    refused("not_approved", lambda: receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for)]))
    deny(actor=HOUSE, rma=rma, reason="Out of time")
    refused("rma_denied", lambda: approve(actor=HOUSE, rma=rma))
    request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)])
    clean()


def test_rmas_can_be_switched_off(company: World) -> None:
    line = loose(company, 1)
    Setting.objects.create(key="modules", value={"rma": False})
    refused(
        "module_off", lambda: request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)])
    )


def test_what_is_not_eligible_is_refused(company: World) -> None:
    cable = company.product(rma_eligible=False)
    company.stock(cable, 1)
    line = delivered(company, cable, 1)
    refused(
        "not_eligible", lambda: request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)])
    )


def test_what_came_along_is_of_the_line_by_which_the_customer_got_it(company: World) -> None:
    """More of the product counts for its line as far as it was delivered; the rest is refused, or is nobody's."""
    cable = company.product()
    company.stock(cable, 5)
    first, second = delivered(company, cable, 2), delivered(company, cable, 3)
    rma, (asked_for,) = asked(company, Asked(1, first))
    before = entries()
    found = refused(
        "never_had",
        lambda: receive(actor=HOUSE, rma=rma, items=[Arrived(1, asked_for), Arrived(5, product=cable.pk)]),
    )
    assert (found.wanted, found.field, entries()) == (1, "lines.1.quantity", before)
    items = [Arrived(1, asked_for), Arrived(5, product=cable.pk, outside=True)]
    receive(actor=HOUSE, rma=rma, items=items)
    rows = RmaLine.objects.order_by("position").values_list("line", "quantity", "pk")
    assert [(line, units, of(rma, pk).received) for line, units, pk in rows] == [
        (first, 1, 2),
        (second, 0, 3),
        (None, 0, 1),
    ]
    receive(actor=HOUSE, rma=rma, items=[Arrived(2, product=cable.pk, outside=True)])
    assert (RmaLine.objects.count(), of(rma, rows[2][2]).received) == (3, 3)
    clean()


def test_numbers_that_came_along_are_told_apart(company: World) -> None:
    """Of three numbers one is asked for, one was delivered, and one nobody knows; another's is refused."""
    line = delivered(company, traced(company, "S1", "S2", "S3"), 2)
    product = Line.objects.get(pk=line).product_id
    theirs = sorted(code for code in ("S1", "S2", "S3") if where(code) == ("customer", line))
    (ours,) = {"S1", "S2", "S3"} - set(theirs)
    rma, (asked_for,) = asked(company, Asked(line=line, serial=theirs[0]))
    before = entries()
    refused(
        "serial_elsewhere",
        lambda: receive(actor=HOUSE, rma=rma, items=[Arrived(1, serials=(ours,), product=product)]),
    )
    assert entries() == before
    done = receive(actor=HOUSE, rma=rma, items=[Arrived(3, serials=(*theirs, "X9"), product=product)])
    rows = RmaLine.objects.order_by("position").values_list("line", "quantity", "pk")
    assert [(on, units, of(rma, pk).serials) for on, units, pk in rows] == [
        (line, 1, [theirs[0]]),
        (line, 0, [theirs[1]]),
        (None, 0, ["X9"]),
    ]
    assert (rows[0][2], where("X9")) == (asked_for, ("returns", 0))
    reverse(actor=HOUSE, entry=done.id)
    assert (where(theirs[1]), of(rma, asked_for).received) == (("customer", line), 0)
    clean()


def test_what_came_along_is_goods_that_exist(company: World) -> None:
    rma, (asked_for,) = asked(company, Asked(1, loose(company, 1)))
    service = company.product(kind="service", procured=False)
    for product in (service.pk, 10**9):
        found = refused(
            "no_such_product",
            lambda product=product: receive(
                actor=HOUSE, rma=rma, items=[Arrived(1, product=product, outside=True)]
            ),
        )
        assert found.field == "lines.0.product"
    assert of(rma, asked_for).received == 0


def test_what_came_along_costs_no_further_statement_for_each(company: World) -> None:
    """However many lines and numbers came along, the act reads and writes as often."""
    counted = []
    for n in (1, 4):
        lines = [loose(company, 2) for _ in range(n + 1)]
        rma, (asked_for,) = asked(company, Asked(1, lines[0]))
        products = Line.objects.filter(pk__in=lines[1:]).values_list("product_id", flat=True)
        items = [Arrived(1, asked_for), *(Arrived(3, product=one, outside=True) for one in products)]
        with CaptureQueriesContext(connection) as told:
            receive(actor=HOUSE, rma=rma, items=items)
        counted.append(len(told))
    assert counted[0] == counted[1]


def test_why_a_claim_is_good_stays_on_it(company: World) -> None:
    """As why one is not; taken back with the approval."""
    line = loose(company, 2)
    rmas = [
        request(actor=HOUSE, organization=company.customer.pk, items=[Asked(1, line)]).one("returns.Rma")
        for _ in range(2)
    ]
    done = approve(actor=HOUSE, rma=rmas[0], reason=" Fan is stuck ")
    deny(actor=HOUSE, rma=rmas[1], reason="Fell into water")
    told = Rma.objects.order_by("pk").values_list("approved_reason", "denied_reason")
    assert list(told) == [("Fan is stuck", ""), ("", "Fell into water")]
    assert done.entry.reason == "Fan is stuck"
    reverse(actor=HOUSE, entry=done.id)
    assert Rma.objects.get(pk=rmas[0]).approved_reason == ""
    clean()
