"""Goods that are handed over, and what proves a delivery."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.fulfilment.trade import order, reserved, where
from tests.world import World, clean, entries, held, refused, world
from wharfinger.base import configuration, further, proving
from wharfinger.base.access import HOUSE
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.shipping import deliver, ship
from wharfinger.fulfilment.models import Container, Shipment
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.notices import store
from wharfinger.notices.models import Attachment
from wharfinger.parties.actions.settings import set_setting
from wharfinger.stock.models import Location

pytestmark = pytest.mark.django_db

DRAWN = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SIGNATURE = "data:image/png;base64," + base64.b64encode(DRAWN).decode()


def looked(*contents: bytes) -> list[Any]:
    """Pictures as a form or the API looked at them."""
    return further.looked_at(HOUSE, [proving.Drawn(content) for content in contents], "photo")


def photo(shade: int) -> bytes:
    """A picture of a doorstep."""
    out = BytesIO()
    Image.new("RGB", (8, 8), (shade, 90, 90)).save(out, "png")
    return out.getvalue()


def files() -> list[str]:
    """The names of all that lies in the store."""
    return sorted(one.name for one in store.folder().glob("??/*"))


@pytest.fixture
def signed_in(client: Client) -> World:
    """A small company, somebody signed in whose own van is the other location."""
    made = world()
    client.force_login(made.user)
    Location.objects.filter(pk=made.other.pk).update(person=made.user)
    return made


def test_what_is_handed_over_makes_a_shipment_that_has_arrived(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    pack(actor=HOUSE, picks=[Pick(line, 2)])
    done = deliver(actor=HOUSE, picks=[Pick(line, 2)], proof="M. Krause", way="pick_up")
    shipment = Shipment.objects.get()
    assert (shipment.way, shipment.proof, shipment.delivered_on) == (
        "pick_up",
        "M. Krause",
        done.entry.effective_on,
    )
    assert Container.objects.get().shipment_id == shipment.pk
    assert held(line) == {"covered": 2, "customer": 2, "to_bill": 2}
    clean()
    reverse(actor=HOUSE, entry=done.id)
    shipment.refresh_from_db()
    assert shipment.void_id is not None
    assert (held(line)["container"], Container.objects.get().shipment_id) == (2, None)
    clean()


def test_free_goods_of_a_van_serve_where_it_is_named(company: World) -> None:
    router = company.product()
    company.stock(router, 1)
    company.stock(router, 3, bin=company.bins[2])
    _, (line, more) = order(company, (router, 2), (router, 4))
    refused(lambda: deliver(actor=HOUSE, picks=[Pick(line, 2)]), "not_ready")
    van = company.other.place_id
    refused(lambda: deliver(actor=HOUSE, picks=[Pick(more, 4, location=van)]), "not_enough")
    done = deliver(actor=HOUSE, picks=[Pick(line, 2, location=van)])
    assert held(line) == {"covered": 2, "customer": 2, "to_bill": 2}
    assert held(0, router.pk) == {"bin": 2}
    assert Shipment.objects.get().way == "hand_over"
    clean()
    reverse(actor=HOUSE, entry=done.id)
    assert (held(line), held(0, router.pk)) == ({"to_order": 2, "to_bill": 2}, {"bin": 4})
    clean()


def test_goods_under_way_do_not_arrive_by_another_shipment(company: World) -> None:
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    for units in (1, 2):
        ship(actor=HOUSE, picks=[Pick(line, units)], consignment=Consignment(proof=True))
    first, second = Shipment.objects.order_by("pk")
    named = Pick(line, 2).by(first.place_id)
    refused(lambda: deliver(actor=HOUSE, picks=[named]), "not_under_way", "picks.0.quantity")
    deliver(actor=HOUSE, picks=[Pick(line, 1).by(second.place_id)])
    second.refresh_from_db()
    assert (second.delivered_on, held(line)["in_transit"]) == (None, 2)
    clean()


def test_a_delivery_without_proof_is_refused_where_the_settings_ask_for_one(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    set_setting(actor=HOUSE, name="shipment_proof", value=True)
    refused(lambda: deliver(actor=HOUSE, picks=[Pick(line, 1)]), "proof_wanted", "proof")
    deliver(actor=HOUSE, picks=[Pick(line, 1)], proof="M. Krause")
    deliver(actor=HOUSE, picks=[Pick(line, 1)], pictures=looked(DRAWN))
    assert held(line)["customer"] == 2


def test_the_api_ships_with_proof_where_the_settings_ask_for_one(call: Any, company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    set_setting(actor=HOUSE, name="shipment_proof", value=True)
    one = {"picks": [{"line": line, "quantity": "1"}]}
    (first,) = call("post", "/ship", one)[1]["shipments"]
    (second,) = call("post", "/ship", {**one, "proof": False})[1]["shipments"]
    assert (first["status"], second["status"]) == ("in_transit", "delivered")
    assert call("post", "/deliver", {"shipments": [first["id"]]})[1]["code"] == "proof_wanted"
    drawn = base64.b64encode(DRAWN).decode()
    status, _ = call("post", "/deliver", {"shipments": [first["id"]], "signature": drawn})
    (file,) = Attachment.objects.filter(about=f"shipment:{first['id']}")
    listed = {one["id"]: one["attachments"] for one in call("get", "/shipments")[1]["items"]}
    assert listed == {first["id"]: [file.pk], second["id"]: []}
    assert (status, Attachment.objects.get().about) == (200, f"shipment:{first['id']}")
    before = entries()
    status, told = call("post", "/deliver", {**one, "signature": "bm90IGEgcGljdHVyZQ=="})
    assert (status, told["code"], told["field"]) == (422, "no_signature", "signature")
    assert entries() == before
    clean()


def test_a_technician_hands_over_from_the_van_with_a_signature(client: Client, signed_in: World) -> None:
    company = signed_in
    phone, router = company.product(traced="serial", cost_method="specific"), company.product()
    company.stock(phone, 2, serials=("S1", "S2"), bin=company.bins[2])
    company.stock(router, 3, bin=company.bins[2])
    pk, (numbered, line) = order(company, (phone, 1), (router, 2))
    at = f"/documents/{pk}/hand-over/"
    page = client.get(at).content.decode()
    assert f'value="{company.other.place_id}" selected' in page
    assert 'value="2"' in page
    van = {"location": str(company.other.place_id), "way": "hand_over", "proof": "M. Krause"}
    before = entries()
    response = client.post(at, {**van, f"quantity-{numbered}": "1"})
    assert (response.status_code, entries()) == (422, before)
    assert f'id="f-serial-{numbered}-scan-e"' in response.content.decode()
    sent = {f"serial-{numbered}": ["S2"], f"quantity-{line}": "2", "signature": SIGNATURE}
    response = client.post(at, {**van, **sent})
    assert (response.status_code, response["Location"]) == (303, f"/orders/{pk}/")
    assert (where("S2"), held(line)["customer"]) == (("customer", numbered), 2)
    shipment = Shipment.objects.get()
    assert (shipment.way, shipment.proof) == ("hand_over", "M. Krause")
    file = Attachment.objects.get()
    assert (file.about, file.name) == (f"shipment:{shipment.pk}", "signature.png")
    shown = client.get(f"/shipments/{shipment.pk}/").content.decode()
    assert "M. Krause" in shown
    assert "Handed over by us" in shown
    note = client.get(f"/documents/delivery-note/{shipment.pk}.pdf")
    assert note.status_code == 200, note
    clean()


def test_part_of_a_shipment_arrives(client: Client, signed_in: World) -> None:
    company = signed_in
    phone = company.product(traced="serial", cost_method="specific")
    company.stock(phone, 3, serials=("S1", "S2", "S3"))
    _, (line,) = reserved(company, (phone, 3))
    ship(actor=HOUSE, picks=[Pick(line, 3)], consignment=Consignment(proof=True))
    shipment = Shipment.objects.get()
    at = f"/shipments/{shipment.pk}/deliver/"
    page = client.get(at).content.decode()
    assert page.count("checked") == 3
    assert client.post(at, {f"serial-{line}": ["S1", "S3"], "proof": "M. Krause"}).status_code == 303
    shipment.refresh_from_db()
    assert (where("S2"), where("S3"), shipment.delivered_on) == (
        ("in_transit", line),
        ("customer", line),
        None,
    )
    assert shipment.proof == "M. Krause"
    assert client.post(at, {f"serial-{line}": ["S2"], "signature": "nonsense"}).status_code == 422
    assert client.post(at, {f"serial-{line}": ["S2"], "proof": "Reception"}).status_code == 303
    shipment.refresh_from_db()
    assert shipment.delivered_on is not None
    assert shipment.proof == "M. Krause, Reception"
    clean()


def test_what_proves_a_delivery_is_of_its_entry_and_undone_with_it(
    company: World, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    router = company.product()
    company.stock(router, 3)
    _, (line,) = reserved(company, (router, 3))
    ship(actor=HOUSE, picks=[Pick(line, 2)], consignment=Consignment(proof=True))
    under_way = Shipment.objects.get()
    before = entries()
    taken = looked(DRAWN, photo(1))
    refused(lambda: deliver(actor=HOUSE, picks=[Pick(line, 4)], pictures=taken), "not_ready")
    assert (entries(), files()) == (before, [])
    first = deliver(actor=HOUSE, picks=[Pick(line, 1)], proof="M. Krause", pictures=taken)
    deliver(actor=HOUSE, picks=[Pick(line, 1)], pictures=looked(photo(1), photo(2)))
    assert entries() == before + 2
    hung = Attachment.objects.order_by("rank")
    assert {one.about for one in hung} == {f"shipment:{under_way.pk}"}
    assert [one.rank for one in hung] == [1, 2, 3], "the photo that hung there already is not had twice"
    assert files() == sorted(one.digest for one in hung)
    clean()
    handed = deliver(actor=HOUSE, picks=[Pick(line, 1)], pictures=looked(photo(3)))
    shipment = handed.one("fulfilment.Shipment")
    assert Attachment.objects.latest("pk").about == f"shipment:{shipment}"
    for done in (handed, first):
        reverse(actor=HOUSE, entry=done.id)
    left = Attachment.objects.filter(void__isnull=True)
    assert [one.rank for one in left] == [3]
    clean()


def test_a_page_takes_photos_and_a_refusal_leaves_none(
    client: Client, signed_in: World, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    router = signed_in.product()
    signed_in.stock(router, 2)
    _, (line,) = reserved(signed_in, (router, 2))
    ship(actor=HOUSE, picks=[Pick(line, 2)], consignment=Consignment(proof=True))
    shipment, before = Shipment.objects.get(), entries()
    at = f"/shipments/{shipment.pk}/deliver/"

    def sent(quantity: str, content: bytes = photo(7)) -> int:
        taken = SimpleUploadedFile("door.png", content, "image/png")
        given = {f"quantity-{line}": quantity, "photo": [taken], "signature": SIGNATURE}
        return client.post(at, given).status_code

    assert sent("3") == 409
    assert sent("2", b"%PDF-1.7 no photo") == 422
    assert (entries(), files()) == (before, [])
    assert sent("2") == 303
    assert entries() == before + 1
    names = [one.name for one in Attachment.objects.order_by("rank")]
    assert names == ["signature.png", "door.png"]
    page = client.get(f"/shipments/{shipment.pk}/").content.decode()
    assert all(name in page for name in names)
    clean()


def test_photos_come_by_the_api(call: Any, company: World, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    router = company.product()
    company.stock(router, 1)
    _, (line,) = reserved(company, (router, 1))
    set_setting(actor=HOUSE, name="shipment_proof", value=True)
    body = {"picks": [{"line": line, "quantity": "1"}], "way": "pick_up"}
    before = entries()
    for wrong, code, field in (
        ("no Base64!", "no_photo", "photos.0"),
        (base64.b64encode(b"%PDF-1.7").decode(), "not_a_picture", "photos"),
    ):
        status, told = call("post", "/deliver", {**body, "photos": [wrong]})
        assert (status, told["code"], told["field"]) == (422, code, field)
    assert (entries(), files()) == (before, [])
    given = {**body, "photos": [base64.b64encode(photo(n)).decode() for n in (1, 2)]}
    status, done = call("post", "/deliver", given)
    assert (status, entries()) == (200, before + 1)
    assert done["entry"] == Entry.objects.latest("pk").pk
    shipment = Shipment.objects.get()
    assert (shipment.way, Attachment.objects.filter(about=f"shipment:{shipment.pk}").count()) == (
        "pick_up",
        2,
    )
    clean()


def test_the_box_is_ticked_where_proof_is_wanted(client: Client, signed_in: World) -> None:
    router = signed_in.product()
    signed_in.stock(router, 1)
    pk, _ = reserved(signed_in, (router, 1))
    ticked = 'name="proof" value="yes" checked'
    assert ticked not in client.get(f"/orders/{pk}/ship/").content.decode()
    set_setting(actor=HOUSE, name="shipment_proof", value=True)
    assert configuration.one("shipment_proof") is True
    assert ticked in client.get(f"/orders/{pk}/ship/").content.decode()
