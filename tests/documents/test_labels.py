"""Labels from lists and pages: chosen, counted, and read again by a scanner."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.documents.reading import pages, scanned
from tests.fulfilment.trade import reserved
from tests.world import World, world
from wharfinger.base.access import HOUSE
from wharfinger.documents.actions.printing import LABELS, print_labels
from wharfinger.fulfilment.actions.packing import pack, stack
from wharfinger.fulfilment.actions.runs import pick_in_run, start_run
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Lot
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> World:
    return world()


@pytest.fixture
def client(house: World) -> Client:
    found = Client()
    found.force_login(house.user)
    return found


def test_ticked_products_are_labelled_as_often_as_was_said(house: World, client: Client) -> None:
    first, second = house.product(sku="AA-1"), house.product(sku="AA-2")
    assert "/labels/products/selected/" in client.get(reverse("catalog:products")).content.decode()
    gone = client.post("/labels/products/selected/", {"selected": [first.pk, second.pk]})
    asked = parse_qs(urlsplit(gone["Location"]).query)["ids"]
    assert asked == [str(first.pk), str(second.pk)]
    page = client.get(gone["Location"]).content.decode()
    assert "AA-1" in page
    assert f'name="copies-{second.pk}"' in page
    chosen = {"ids": asked, f"copies-{first.pk}": 3, f"copies-{second.pk}": 0, "paper": "a4-3x8", "start": 23}
    pdf = client.get("/documents/labels/products.pdf", chosen).content
    assert [page.count("AA-1") // 2 or page.count("AA-1") for page in pages(pdf)] == [2, 1]
    assert scanned(pdf, dpi=300) == {"AA-1"}


@pytest.mark.parametrize("square", [False, True])
@pytest.mark.parametrize("of", LABELS)
def test_every_kind_of_label_is_read_at_the_resolution_of_a_label_printer(
    house: World, of: str, square: bool
) -> None:
    """Also of a box and a pallet, and of the totes of a run."""
    product = house.product(sku="AA-1", traced="serial")
    house.stock(product, 2, serials=("SN-4711", "SN-4712"))
    _, (line,) = reserved(house, (product, 2))
    begun = start_run(actor=house.user, location=house.location.pk, lines=[line]).one("fulfilment.PickRun")
    pick_in_run(actor=house.user, run=begun, picks=[Pick(line, 1)])
    box = pack(actor=HOUSE, picks=[Pick(line, 1)]).one("fulfilment.Container")
    pallet = stack(actor=HOUSE, containers=[box]).one("fulfilment.Container")
    wanted = {
        "products": {product.pk: "AA-1"},
        "serials": dict(Lot.objects.exclude(code="").values_list("pk", "code")),
        "bins": {one.pk: one.name for one in house.bins[:2]},
        "locations": {house.location.pk: "Main"},
        "containers": {box: "BOX-1", pallet: "BOX-2"},
        "totes": {begun: "PR-1/1"},
    }[of]
    pdf = print_labels(actor=HOUSE, of=of, copies=dict.fromkeys(wanted, 1), square=square, language="de")
    read = [scanned(pdf, page=n) for n in range(len(pages(pdf)))]
    assert sorted(map(sorted, read)) == sorted([code] for code in wanted.values())


def test_units_bins_locations_and_containers_have_labels(house: World, client: Client) -> None:
    product = house.product(traced="serial")
    house.stock(product, 1, serials=("SN-4711",))
    lot = Lot.objects.get(code="SN-4711")
    for of, pk, code in (
        ("serials", lot.pk, "SN-4711"),
        ("bins", house.bins[1].pk, house.bins[1].name),
        ("locations", house.location.pk, house.location.name),
    ):
        pdf = client.get(f"/documents/labels/{of}.pdf", {"ids": pk, "code": "qr"}).content
        assert scanned(pdf) == {code}
    assert (
        f"/labels/serials/?ids={lot.pk}" in client.get(reverse("stock:unit", args=[lot.pk])).content.decode()
    )
    assert (
        "/labels/bins/?ids="
        in client.get(reverse("stock:location", args=[house.location.pk])).content.decode()
    )
    assert client.get("/labels/containers/?ids=4711").status_code == 422


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"paper": "letter"}, "There are no labels"),
        ({"paper": "a4-3x8", "start": "25"}, "numbered from 1 to 24."),
        ({"start": "2"}, "numbered from 1 to 1."),
        ({"copies": "2001"}, "At most 2000 labels"),
        ({"copies": "0"}, "Select at least one row first."),
        ({"copies": "x"}, "is no whole number"),
    ],
)
def test_what_cannot_be_printed_is_said(
    house: World, client: Client, asked: dict[str, str], sentence: str
) -> None:
    product = house.product()
    answer = client.get("/documents/labels/products.pdf", {"ids": product.pk, **asked})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_who_may_not_see_stock_prints_no_labels_of_it(house: World) -> None:
    other = Client()
    other.force_login(User.objects.create(username="eve"))
    for address in ("/documents/labels/bins.pdf", "/labels/bins/"):
        assert other.get(address, {"ids": house.bins[0].pk}).status_code == 403
