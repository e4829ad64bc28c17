"""Documents that go along with goods, from the pick list to the label on the box."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.documents.house import house, ordered
from tests.documents.reading import pages, scanned
from tests.purchasing.buying import person
from tests.world import World
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import NotAllowed, NotThere, Refusal
from wharfinger.demand.actions import add_lines
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions.issuing import issue, pdf
from wharfinger.documents.actions.printing import (
    print_container_labels,
    print_count_sheet,
    print_labels,
    print_lists,
)
from wharfinger.documents.models import Issued
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.packing import pack, stack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger.models import Holding, Place
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Site
from wharfinger.purchasing.actions.ordering import draft, submit
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions.orders import confirm, create_order, reserve
from wharfinger.sales.models import Order
from wharfinger.sales.rules.orders import Hold, OrderWish
from wharfinger.stock.actions.counts import begin_count
from wharfinger.stock.actions.goods import adjust
from wharfinger.stock.rules.adjusting import Adjustment

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    """A small company with a German customer."""
    return house()


def test_a_pallet_is_labelled_and_listed_with_what_stands_on_it(company: World) -> None:
    set_setting(actor=HOUSE, name="sscc_prefix", value="4012345")
    _, lines = ordered(company, 2, 3)
    pick(actor=HOUSE, picks=[Pick(line, units) for line, units in zip(lines, (2, 3), strict=True)])
    boxes = [
        pack(actor=HOUSE, picks=[Pick(line, units)], box=Box(weight_grams=grams)).one("fulfilment.Container")
        for line, units, grams in zip(lines, (2, 3), (1500, 2250), strict=True)
    ]
    pallet = stack(actor=HOUSE, containers=boxes).one("fulfilment.Container")
    for _ in range(2):
        made = Container.objects.get(pk=pallet)
        label = pdf(actor=HOUSE, kind="container-label", pk=pallet)
        (text,) = pages(label)
        assert "BOX-1, BOX-2" in text
        assert "3,75 kg" in text
        assert scanned(label) == {f"(00){made.sscc}"}
        (text,) = pages(pdf(actor=HOUSE, kind="box-list", pk=pallet))
        assert text.index("BOX-3 › Packstück BOX-1") < text.index("BOX-3 › Packstück BOX-2")
        (text,) = pages(pdf(actor=HOUSE, kind="box-list", pk=boxes[1]))
        assert "BOX-2" in text
        assert "BOX-1" not in text
        if made.shipment_id is None:
            ship(actor=HOUSE, containers=[pallet])
            assert "1 / 1" in pages(pdf(actor=HOUSE, kind="container-label", pk=boxes[1]))[0]


def test_what_left_stands_on_packing_list_and_delivery_note(company: World) -> None:
    order, lines = ordered(company, 2, 3, serials=True)
    ship(
        actor=HOUSE,
        picks=[Pick(lines[0], 2), Pick(lines[1], 1)],
        consignment=Consignment(carrier="Hanse", tracking="T-77"),
    )
    shipment = Shipment.objects.get()
    product = Line.objects.get(pk=lines[0]).product
    for kind, title in (("packing-list", "Packliste"), ("delivery-note", "Lieferschein")):
        printed = pdf(actor=HOUSE, kind=kind, pk=shipment.pk)
        (text,) = pages(printed)
        assert f"{title} {shipment.number}" in text
        assert f"Seriennummern: SN-{product.sku}-0, SN-{product.sku}-1" in text
        assert "Hanse" in text
        assert Order.objects.get(pk=order).sheet.number in text
        assert scanned(printed) == {shipment.number}
    assert "T-77" in pages(pdf(actor=HOUSE, kind="delivery-note", pk=shipment.pk))[0]


def test_a_pick_list_leads_from_bin_to_bin_for_each_destination(company: World) -> None:
    order, lines = ordered(company, 2, 3)
    _other, more = ordered(company, 4)
    elsewhere = Site.objects.create(
        organization=company.customer,
        name="Lager",
        city="Kiel",
        place=Place.objects.create(kind="customer"),
        rented_place=Place.objects.create(kind="rented"),
    )
    Line.objects.filter(pk__in=more).update(site=elsewhere)
    printed = print_lists(actor=HOUSE, name="pick-lists", lines=[*lines, *more], holdings=[], language="en")
    text = pages(printed)
    assert len(text) == 2
    number = Order.objects.get(pk=order).sheet.number
    assert f"Pick list {number}" in text[0]
    assert text[0].index("A1") < text[0].index("A2")
    assert "Page 1 of 1" in text[1]
    skus = set(Line.objects.filter(pk__in=lines).values_list("product__sku", flat=True))
    assert scanned(printed) == {number, *skus}


def test_each_batch_has_a_row_of_its_own_that_says_how_much(company: World) -> None:
    milk = company.product(sku="MILK", traced="batch")
    for batch, units, at in (("L1", 2, 0), ("L2", 3, 0), ("L1", 1, 1)):
        place, bin = company.location.place_id, company.bins[at].place_id
        items = [Adjustment(milk.pk, units, place, bin, batch=batch, unit_cost_micro=0)]
        adjust(actor=HOUSE, items=items, reason="Found")
    order = create_order(actor=HOUSE, wish=OrderWish(company.customer.pk, (LineWish(milk.pk, 6),)))
    (line,) = order.made["ledger.Claim"]
    confirm(actor=HOUSE, order=order.one("demand.Sheet"))
    Line.objects.filter(pk=line).update(site=company.site)
    reserve(actor=HOUSE, holds=[Hold(line, 6)])
    (text,) = pages(print_lists(actor=HOUSE, name="pick-lists", lines=[line], holdings=[], language="en"))
    assert [text.count(words) for words in ("Batch L1", "Batch L2", "Serial number")] == [2, 1, 0]
    assert "3 picks" in text
    pack(actor=HOUSE, picks=[Pick(line, 3, batch="L1")])
    (text,) = pages(print_lists(actor=HOUSE, name="packing-lists", lines=[line], holdings=[], language="en"))
    assert [text.count(words) for words in ("Batch L1", "Batch L2", "Serial number")] == [1, 0, 0]
    assert "3 pc" in text
    ship(actor=HOUSE, picks=[Pick(line, 6)])
    sent = Shipment.objects.get().pk
    for kind, language in (("packing-list", "en"), ("delivery-note", "en")):
        text = " ".join(pages(pdf(actor=HOUSE, kind=kind, pk=sent, language=language)))
        assert [text.count(words) for words in ("Batch L1", "Batch L2", "Serial number")] == [1, 1, 0]
        assert text.count("3 pc") == 2


def test_there_is_no_pick_list_for_nothing(company: World) -> None:
    _order, lines = ordered(company, 2)
    pick(actor=HOUSE, picks=[Pick(lines[0], 2)])
    with pytest.raises(Refusal) as refused:
        print_lists(actor=HOUSE, name="pick-lists", lines=lines, holdings=[], language="en")
    assert refused.value.code == "nothing_to_pick"
    (text,) = pages(print_lists(actor=HOUSE, name="packing-lists", lines=lines, holdings=[], language="en"))
    assert "Not in a container" in text
    assert "2 pc" in text


def test_what_is_gone_prints_as_it_was_picked(company: World) -> None:
    order, lines = ordered(company, 2, 3, serials=True)
    service = company.product(kind="service", name="Installation")
    (charged,) = add_lines(actor=HOUSE, sheet=order, wishes=[LineWish(service.pk, 1)]).made["ledger.Claim"]
    Line.objects.filter(pk=charged).update(site=company.site)
    company.user.name = "Petra Vogt"
    company.user.save()
    pick(actor=company.user, picks=[Pick(lines[0], 2)])
    ship(actor=HOUSE, picks=[Pick(lines[0], 1), Pick(lines[1], 3), Pick(charged, 1)])
    everything = [*lines, charged]
    printed = print_lists(actor=HOUSE, name="picked-lists", lines=everything, holdings=[], language="en")
    (text,) = pages(printed)
    skus = list(Line.objects.filter(pk__in=lines).order_by("pk").values_list("product__sku", flat=True))
    assert scanned(printed) == {Order.objects.get(pk=order).sheet.number, *skus}
    assert "2 picks · as picked" in text
    assert "Petra Vogt" in text
    gone = Holding.objects.get(claim=lines[0], kind="customer", quantity=1).lot.code
    kept = Holding.objects.get(claim=lines[0], kind="picked", quantity=1).lot.code
    assert gone in text
    assert kept not in text
    assert "Not taken from a bin, so not listed: Installation" in text
    cancel_delivery(actor=HOUSE, picks=[Pick(lines[1], 3)], reason="Wrong address")
    (text,) = pages(print_lists(actor=HOUSE, name="picked-lists", lines=lines, holdings=[], language="en"))
    assert "1 pick · as picked" in text
    with pytest.raises(Refusal) as refused:
        print_lists(actor=HOUSE, name="picked-lists", lines=[charged], holdings=[], language="en")
    assert refused.value.code == "nothing_was_picked"


def test_a_purchase_order_uses_the_vendors_numbers_and_no_tax(company: World) -> None:
    product = company.product()
    product.vendors.update(part_number="GR-551")
    wish = PurchaseLineWish(product.pk, 3, unit_cost_micro=6_005_000, location=company.location.pk)
    made = draft(actor=HOUSE, wish=PurchaseWish(company.vendor.pk, (wish,), freight_minor=490))
    order = made.one("purchasing.PurchaseOrder")
    with pytest.raises(Refusal):
        issue(actor=HOUSE, kind="purchase-order", pk=order)
    done = submit(actor=HOUSE, order=order)
    (text,) = pages(pdf(actor=HOUSE, kind="purchase-order", pk=order))
    for wanted in (f"GR-551 · {product.sku}", "6.005 18.02", "Freight", "Total without VAT €22.92", "Main"):
        assert wanted in text, wanted
    assert "VAT 19%" not in text
    assert Issued.objects.get().entry_id == done.id


def test_labels_carry_what_is_scanned(company: World) -> None:
    product = company.product(gtin="4006381333931")
    printed = print_labels(actor=HOUSE, of="products", copies={product.pk: 1}, language="en")
    assert scanned(printed) == {"4006381333931"}
    assert scanned(print_labels(actor=HOUSE, of="bins", copies={company.bins[0].pk: 1}, language="en")) == {
        "A1"
    }


def test_a_box_is_labelled_before_and_after_it_left(company: World) -> None:
    _order, lines = ordered(company, 2, 3)
    skus = [Line.objects.get(pk=line).product.sku for line in lines]
    pack(actor=HOUSE, picks=[Pick(lines[0], 2)], box=Box(weight_grams=14_200, sscc="340123450000031073"))
    pack(actor=HOUSE, picks=[Pick(lines[1], 3)], box=Box(tracking="T-78"))
    first, second = Container.objects.order_by("pk")
    printed = pdf(actor=HOUSE, kind="container-label", pk=first.pk)
    (text,) = pages(printed)
    assert scanned(printed) == {"(00)340123450000031073"}
    assert f"2 Stk. {skus[0]}" in text
    assert skus[1] not in text
    assert "14,2 kg" in text
    assert "1 / 1" in text
    ship(actor=HOUSE, containers=[first.pk, second.pk], consignment=Consignment(carrier="Hanse"))
    left = pdf(actor=HOUSE, kind="container-label", pk=second.pk)
    (text,) = pages(left)
    assert scanned(left) == {second.number}
    assert "2 / 2" in text
    assert f"3 Stk. {skus[1]}" in text
    assert Shipment.objects.get().number in text
    assert not Issued.objects.exists()


def test_the_labels_of_a_shipment_are_one_file(
    client: Client, company: World, django_assert_max_num_queries: Any
) -> None:
    _order, lines = ordered(company, 6, 3)
    skus = [Line.objects.get(pk=line).product.sku for line in lines]
    boxes = [pack(actor=HOUSE, picks=[Pick(lines[0], 1)]).one("fulfilment.Container") for _ in range(6)]
    here = pack(actor=HOUSE, picks=[Pick(lines[1], 3)]).one("fulfilment.Container")
    sent = ship(actor=HOUSE, containers=boxes[:4]).one("fulfilment.Shipment")
    client.force_login(company.user)
    with django_assert_max_num_queries(30):
        printed = print_container_labels(actor=HOUSE, containers=[*boxes, here], language="en")
    sheets = pages(printed)
    assert [(f"{n} / 4" in sheet, skus[0] in sheet) for n, sheet in enumerate(sheets[:4], 1)] == [
        (True, True)
    ] * 4
    assert ["1 / 1" in sheet for sheet in sheets] == [False] * 4 + [True] * 3
    assert (skus[1] in sheets[6], skus[0] in sheets[6], len(sheets)) == (True, False, 7)
    assert scanned(printed) == {"BOX-1"}
    assert all(f"BOX-{n}" in sheet for n, sheet in enumerate(sheets, 1))
    at = f"/documents/container-labels.pdf?containers={','.join(map(str, boxes[:4]))}"
    assert at in client.get(f"/shipments/{sent}/").content.decode()
    assert len(pages(client.get(at).content)) == 4
    ticked = client.post("/containers/labels/", {"selected": boxes[:2]})
    assert (ticked.status_code, len(pages(client.get(ticked["Location"]).content))) == (303, 2)
    assert client.get("/documents/container-labels.pdf?containers=999").status_code == 404
    assert client.get("/documents/container-labels.pdf").status_code == 422
    answer = client.get(f"/api/v1{at}")
    assert (answer["Content-Type"], len(pages(answer.content))) == ("application/pdf", 4)
    assert client.get("/api/v1/documents/container-labels.pdf?containers=999").status_code == 404
    with pytest.raises(NotAllowed):
        print_container_labels(actor=person("clerk", "sales.order"), containers=boxes, language="en")


def test_a_packing_list_says_what_lies_in_which_box(company: World) -> None:
    _order, lines = ordered(company, 4, 3)
    pack(actor=HOUSE, picks=[Pick(lines[0], 3)])
    pick(actor=HOUSE, picks=[Pick(lines[0], 1), Pick(lines[1], 3)])
    box = Container.objects.get()
    rows = list(Holding.objects.filter(claim_id__in=lines, kind="picked").values_list("pk", flat=True))
    (before,) = pages(print_lists(actor=HOUSE, name="packing-lists", lines=[], holdings=rows, language="en"))
    ship(actor=HOUSE, picks=[Pick(lines[0], 1), Pick(lines[1], 3)], containers=[box.pk])
    (after,) = pages(pdf(actor=HOUSE, kind="packing-list", pk=Shipment.objects.get().pk))
    for text, kind, loose, unit in (
        (before, "Container", "Not in a container", "pc"),
        (after, "Packstück", "Ohne Packstück", "Stk."),
    ):
        boxed, rest = text.split(loose)
        assert f"{kind} {box.number}" in boxed
        assert f"3 {unit}" in boxed
        assert f"1 {unit}" in rest
        assert f"3 {unit}" in rest


def test_a_count_sheet_names_what_stands_in_no_bin(company: World) -> None:
    order, (line,) = ordered(company, 37)
    pick(actor=HOUSE, picks=[Pick(line, 37)])
    company.stock(company.product(name="Telephone"), 4)
    product, number = Line.objects.get(pk=line).product, Order.objects.get(pk=order).sheet.number
    for blind in (False, True):
        count = begin_count(actor=HOUSE, location=company.location.pk, blind=blind).one("stock.Count")
        (text,) = pages(print_count_sheet(actor=HOUSE, count=count, bin=None, language="en"))
        beside = text[text.index("in no bin, not to be counted") :]
        assert f"{product.sku} {product.name}" in beside
        assert number in beside
        assert ("37 pc" in beside) is not blind


def test_a_count_sheet_has_what_is_to_be_counted_and_no_figures_where_it_is_blind(company: World) -> None:
    cable, phone = company.product(name="Patch cable"), company.product(name="Telephone", traced="serial")
    company.stock(cable, 47)
    company.stock(phone, 1, serials=("P-0815",), bin=company.bins[1])
    open_count, blind = (
        begin_count(actor=HOUSE, location=company.location.pk, blind=one).one("stock.Count")
        for one in (False, True)
    )
    (text,) = pages(print_count_sheet(actor=HOUSE, count=open_count, bin=None, language="en"))
    for said in ("Count sheet CT-1", "Main", "Patch cable", "47", "P-0815", "Second count"):
        assert said in text
    (text,) = pages(print_count_sheet(actor=HOUSE, count=blind, bin=None, language="en"))
    assert "Patch cable" in text
    for hidden in ("47", "P-0815", "Books"):
        assert hidden not in text
    (text,) = pages(print_count_sheet(actor=HOUSE, count=open_count, bin=company.bins[1].pk, language="en"))
    assert "Telephone" in text
    assert "Patch cable" not in text
    with pytest.raises(Refusal) as refused:
        print_count_sheet(actor=HOUSE, count=open_count, bin=company.bins[2].pk, language="en")
    assert refused.value.code == "nothing_to_count"
    with pytest.raises(NotThere):
        print_count_sheet(actor=HOUSE, count=999, bin=None, language="en")
