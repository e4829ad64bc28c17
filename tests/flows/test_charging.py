"""Charges that are picked, ordered or handed over in the same save in which they are made."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.test_door import token
from tests.sales.test_pages import do, see
from tests.world import World, clean, entries, held, world
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product, VendorPrice
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.charging import charge_and, open_and
from wharfinger.fulfilment.models import Shipment
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Role, User
from wharfinger.parties.permissions import ROLES
from wharfinger.purchasing.models import PurchaseLine, PurchaseOrder
from wharfinger.work.actions import create_work_order
from wharfinger.work.models import WorkOrder
from wharfinger.work.rules import WorkWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


def ticket(company: World, kind: str = "ticket") -> int:
    wish = WorkWish(kind, company.customer.pk)
    return create_work_order(actor=company.user, wish=wish).one("demand.Sheet")


def charged(company: World, sheet: int, then: str, *wishes: LineWish, **more: object) -> list[int]:
    done = charge_and(actor=company.user, sheet=sheet, wishes=wishes, then=then, **more)  # type: ignore[arg-type]
    return done.made["ledger.Claim"]


def parts(whole: Product, *of: tuple[Product, int]) -> None:
    components = [{"product": part.pk, "quantity": str(ratio)} for part, ratio in of]
    change_product(actor=HOUSE, product=whole.pk, values={}, components=components)


def verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def test_a_charge_is_picked_as_far_as_it_is_there(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    sheet = ticket(company)
    before = entries()
    (line,) = charged(company, sheet, "pick", LineWish(product.pk, 5))
    assert held(line) == {"picked": 3, "covered": 3, "to_order": 2, "to_bill": 5}
    assert entries() == before + 1
    clean()
    reverse(actor=company.user, entry=Entry.objects.latest("pk").pk)
    assert held(product=product.pk)["bin"] == 3
    assert not Line.objects.filter(void__isnull=True).exists()
    clean()


def test_a_charge_of_what_nobody_has_is_only_charged(company: World) -> None:
    product = company.product()
    (line,) = charged(company, ticket(company), "pick", LineWish(product.pk, 5))
    assert verbs()[-1] == "charge"
    assert held(line) == {"to_order": 5, "to_bill": 5}
    clean()


def test_charges_are_drafted_for_each_vendor(company: World) -> None:
    first, second = company.product(), company.product()
    sheet = ticket(company)
    made = charged(company, sheet, "order", LineWish(first.pk, 5), LineWish(second.pk, 2))
    assert [held(line)["drafted"] for line in made] == [5, 2]
    assert PurchaseOrder.objects.count() == 1
    assert PurchaseLine.objects.count() == 2
    clean()
    reverse(actor=company.user, entry=Entry.objects.latest("pk").pk)
    assert not PurchaseOrder.objects.filter(void__isnull=True).exists()
    assert not Line.objects.filter(void__isnull=True).exists()
    clean()


def test_charges_are_handed_over_as_far_as_they_are_there(company: World) -> None:
    product, work = company.product(), company.product(kind="service")
    company.stock(product, 3)
    sheet = ticket(company)
    goods, service = charged(company, sheet, "deliver", LineWish(product.pk, 5), LineWish(work.pk, 60))
    assert held(goods) == {"customer": 3, "covered": 3, "to_order": 2, "to_bill": 5}
    assert held(service) == {"customer": 60, "covered": 60, "to_bill": 60}
    assert Shipment.objects.count() == 1
    clean()
    reverse(actor=company.user, entry=Entry.objects.latest("pk").pk)
    assert held(product=product.pk) == {"bin": 3}
    clean()


def test_new_work_begins_with_what_is_picked_for_it(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    wish = WorkWish("project", company.customer.pk, lines=(LineWish(product.pk, 2),))
    before = entries()
    done = open_and(actor=company.user, wish=wish, then="pick")
    assert entries() == before + 1
    (line,) = done.made["ledger.Claim"]
    assert held(line) == {"picked": 2, "covered": 2, "to_bill": 2}
    assert Sheet.objects.get().kind == "project"
    clean()
    reverse(actor=company.user, entry=done.id)
    assert not WorkOrder.objects.filter(sheet__void__isnull=True).exists()
    clean()


def test_work_that_is_handed_over_whole_and_not_billed_is_done(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    wish = WorkWish("ticket", company.customer.pk, lines=(LineWish(product.pk, 2),), billable=False)
    open_and(actor=company.user, wish=wish, then="deliver")
    assert Sheet.objects.get().done_id is not None
    clean()


@pytest.mark.parametrize("then", ["pick", "order"])
def test_work_that_was_done_is_open_again(company: World, then: str) -> None:
    product = company.product()
    company.stock(product, 3)
    wish = WorkWish("ticket", company.customer.pk, lines=(LineWish(product.pk, 2),), billable=False)
    sheet = open_and(actor=company.user, wish=wish, then="deliver").one("demand.Sheet")
    assert Sheet.objects.get().done_id is not None
    charged(company, sheet, then, LineWish(product.pk, 1))
    assert Sheet.objects.get().done_id is None
    clean()


def test_a_kit_is_picked_and_handed_over_whole(company: World) -> None:
    kit = company.product(kind="kit")
    case, board = company.product(), company.product()
    parts(kit, (case, 1), (board, 2))
    company.stock(case, 3)
    company.stock(board, 5)
    sheet = ticket(company)
    _, one, two, single = charged(company, sheet, "deliver", LineWish(kit.pk, 3), LineWish(board.pk, 2))
    assert (held(one)["customer"], held(two)["customer"], held(single)["customer"]) == (2, 4, 1)
    assert (held(one)["to_order"], held(two)["to_order"], held(single)["to_order"]) == (1, 2, 1)
    clean()


def test_goods_with_numbers_are_served_only_where_somebody_says_which(company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 3, serials=("A", "B", "C"))
    sheet = ticket(company)
    (line,) = charged(company, sheet, "pick", LineWish(product.pk, 2))
    assert held(line) == {"to_order": 2, "to_bill": 2}
    (line,) = charged(company, sheet, "pick", LineWish(product.pk, 2), codes=[["b"]])
    assert held(line) == {"picked": 1, "covered": 1, "to_order": 1, "to_bill": 2}
    before = entries()
    with pytest.raises(Refusal) as refused:
        charged(company, sheet, "pick", LineWish(product.pk, 1), codes=[["A", "C"]])
    assert (refused.value.code, refused.value.field) == ("serials_differ", "lines.0.serials")
    with pytest.raises(Refusal) as refused:
        charged(company, sheet, "pick", LineWish(product.pk, 1), codes=[["Z"]])
    assert (refused.value.code, refused.value.field) == ("unknown_serial", "lines.0.serials")
    assert entries() == before
    clean()


def test_a_product_that_a_pick_builds_is_built(company: World) -> None:
    whole, part = company.product(build_on_pick=True), company.product()
    parts(whole, (part, 2))
    company.stock(part, 5)
    (line,) = charged(company, ticket(company), "pick", LineWish(whole.pk, 3))
    assert held(line) == {"picked": 2, "covered": 2, "to_order": 1, "to_bill": 3}
    assert held(product=part.pk) == {"bin": 1}
    clean()


def test_what_a_job_hands_over_has_a_way_of_its_own(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    job = ticket(company, "job")
    before = entries()
    with pytest.raises(Refusal) as refused:
        charged(company, job, "deliver", LineWish(product.pk, 1))
    assert (refused.value.code, refused.value.field) == ("handed_over", "then")
    assert entries() == before
    (line,) = charged(company, job, "pick", LineWish(product.pk, 1))
    assert held(line)["picked"] == 1
    clean()


def test_a_product_of_no_vendor_is_refused_and_nothing_is_charged(company: World) -> None:
    known, nobodys = company.product(), company.product()
    VendorPrice.objects.filter(product=nobodys).delete()
    sheet = ticket(company)
    before = entries()
    with pytest.raises(Refusal) as refused:
        charged(company, sheet, "order", LineWish(known.pk, 1), LineWish(nobodys.pk, 1))
    assert (refused.value.code, refused.value.field) == ("no_vendor", "then")
    assert (entries(), Line.objects.count()) == (before, 0)


@pytest.mark.parametrize("then", ["pick", "order", "deliver"])
def test_statements_do_not_grow_with_charges(company: World, then: str) -> None:
    counts = []
    for n in (1, 10, 100):
        sheet = ticket(company)
        products = [company.product() for _ in range(n)]
        for product in products:
            company.stock(product, 2)
        with CaptureQueriesContext(connection) as seen:
            charged(company, sheet, then, *(LineWish(one.pk, 2) for one in products))
        counts.append(len(seen))
    assert max(counts) - min(counts) <= 1, counts
    assert max(counts) < 45, counts


def test_whoever_may_not_do_it_does_not_charge_either(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    sheet = ticket(company)
    before = entries()
    for may, then in (
        (["work.*"], "pick"),
        (["work.*"], "order"),
        (["work.*", "fulfilment.pick"], "deliver"),
        (["fulfilment.*", "purchasing.*"], "pick"),
    ):
        user = User.objects.create(username=f"user-{then}-{len(may)}-{may[0]}")
        user.roles.add(Role.objects.create(name=user.username, permissions=may))
        with pytest.raises(NotAllowed):
            charge_and(actor=user, sheet=sheet, wishes=[LineWish(product.pk, 1)], then=then)
        wish = WorkWish("ticket", company.customer.pk, lines=(LineWish(product.pk, 1),))
        with pytest.raises(NotAllowed):
            open_and(actor=user, wish=wish, then=then)
    assert (entries(), Line.objects.count()) == (before, 0)


def test_undoing_it_needs_both_rights(company: World) -> None:
    product = company.product()
    company.stock(product, 3)
    charged(company, ticket(company), "pick", LineWish(product.pk, 1))
    done = Entry.objects.latest("pk").pk
    picker = User.objects.create(username="picker")
    picker.roles.add(Role.objects.create(name="picker", permissions=["fulfilment.*", "ledger.reverse"]))
    with pytest.raises(NotAllowed):
        reverse(actor=picker, entry=done)
    assert Line.objects.filter(void__isnull=True).count() == 1
    picker.roles.add(Role.objects.create(name="charges", permissions=["work.charge"]))
    reverse(actor=User.objects.get(pk=picker.pk), entry=done)
    assert not Line.objects.filter(void__isnull=True).exists()
    clean()


def test_charges_are_picked_from_the_forms(client: Client, company: World) -> None:
    client.force_login(company.user)
    product = company.product(sku="AP-1")
    company.stock(product, 3)
    assert "Pick what is available" in see(client, "/tickets/new/")
    typed = {"organization": company.customer.pk, "billable": "yes", "sku-0": "AP-1"}
    made = do(client, "/tickets/new/", typed | {"quantity-0": "2", "then": "pick"})
    sheet = WorkOrder.objects.get().pk
    assert "Picked 2 × AP-1 for T-1." in see(client, made["Location"])
    form = f"/documents/{sheet}/lines/"
    assert "Deliver what is available" in see(client, form)
    do(client, form, {"sku-0": "AP-1", "quantity-0": "4", "then": "pick"})
    shown = see(client, f"/work-orders/{sheet}/")
    assert "Picked 1 × AP-1 for T-1. Still needed: 3 × AP-1." in shown
    do(client, form, {"sku-0": "AP-1", "quantity-0": "4", "then": "order"})
    assert "Charged, and put on purchase orders." in see(client, f"/work-orders/{sheet}/")
    do(client, form, {"sku-0": "AP-1", "quantity-0": "5", "then": "pick"})
    shown = see(client, f"/work-orders/{sheet}/")
    assert "Charged. Nothing could be done at once. Still needed: 5 × AP-1." in shown
    before = entries()
    refused = do(client, form, {"sku-0": "AP-1", "quantity-0": "1", "then": "burn"}, 422)
    assert "Choose pick, order or deliver." in refused.content.decode()
    assert entries() == before
    clean()


def test_charges_are_picked_by_api(client: Client, company: World) -> None:
    product = company.product(traced="serial", cost_method="specific")
    company.stock(product, 2, serials=("A", "B"))
    headers = token(company.user)

    def post(path: str, body: object) -> dict[str, Any]:
        found = client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)
        assert found.status_code == 201, found.content
        answer: dict[str, Any] = found.json()
        return answer

    charge = {"product": product.pk, "quantity": "2", "serials": ["B"]}
    opened = post(
        "/work-orders",
        {"kind": "job", "organization": company.customer.pk, "then": "pick", "charges": [charge]},
    )
    first = Line.objects.get()
    assert held(first.pk) == {"picked": 1, "covered": 1, "to_order": 1, "to_bill": 2}
    post(f"/work-orders/{opened['id']}/charges", {"then": "order", "charges": [charge | {"serials": []}]})
    assert held(Line.objects.latest("pk").pk) == {"drafted": 2, "to_bill": 2}
    clean()


def test_a_technician_picks_and_delivers_in_the_save_that_opens_his_ticket(
    client: Client, company: World
) -> None:
    """The first role that goes out to customers; what is to be bought is others' to order."""
    timo = User.objects.create(username="timo", name="Timo")
    timo.roles.add(Role.objects.create(name="technician", permissions=list(ROLES["technician"])))
    client.force_login(timo)
    product = company.product()
    company.stock(product, 3)
    page = see(client, "/tickets/new/")
    offered = [then for then in ("pick", "order", "deliver") if f'value="{then}"' in page]
    assert offered == ["pick", "deliver"]
    typed = {"organization": company.customer.pk, "billable": "yes", "sku-0": product.sku}
    do(client, "/tickets/new/", typed | {"quantity-0": "1", "then": "pick"})
    do(client, "/tickets/new/", typed | {"quantity-0": "2", "then": "deliver"})
    picked, delivered = Line.objects.order_by("pk").values_list("pk", flat=True)
    assert (held(picked)["picked"], held(delivered)["customer"]) == (1, 2)
    before = entries()
    do(client, "/tickets/new/", typed | {"quantity-0": "1", "then": "order"}, 403)
    assert entries() == before
    reverse(actor=timo, entry=Entry.objects.latest("pk").pk)
    assert held(product=product.pk)["bin"] == 2
    clean()
