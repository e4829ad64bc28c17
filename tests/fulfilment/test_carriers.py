"""The list of carriers, the links by which parcels are followed, and a number for each box."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.fulfilment.test_pages import do, see
from tests.fulfilment.trade import order, reserved
from tests.purchasing.buying import person
from tests.world import World, clean, entries, refused
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import BadInput, NotAllowed
from wharfinger.demand.models import Sheet
from wharfinger.fulfilment.actions.carriers import add_carrier, change_carrier
from wharfinger.fulfilment.actions.packing import pack
from wharfinger.fulfilment.actions.picking import pick
from wharfinger.fulfilment.actions.shipping import correct_shipment, ship
from wharfinger.fulfilment.models import Carrier, Container, Shipment
from wharfinger.fulfilment.queries.carriers import offered
from wharfinger.fulfilment.rules import Consignment, Loaded, Pick
from wharfinger.fulfilment.rules.correcting import Correction
from wharfinger.ledger.models import Entry, Holding
from wharfinger.ledger.reverse import reverse
from wharfinger.ledger.telling import timeline
from wharfinger.notices import mails
from wharfinger.parties.models import User

pytestmark = pytest.mark.django_db

LINK = "https://carrier.example/track?no={number}"


def carrier(name: str = "Hanse", **values: Any) -> int:
    """A carrier of the list."""
    given = {"name": name, "services": ["Standard", "Express"], "link": LINK, **values}
    return add_carrier(actor=HOUSE, values=given).one("fulfilment.Carrier")


def boxed(company: World, count: int = 2) -> tuple[int, int, list[int]]:
    """An order whose goods are packed into so many boxes: its id, its line and the boxes."""
    router = company.product()
    company.stock(router, count)
    pk, (line,) = reserved(company, (router, count))
    pick(actor=HOUSE, picks=[Pick(line, count)])
    boxes = [pack(actor=HOUSE, picks=[Pick(line, 1)]).one("fulfilment.Container") for _ in range(count)]
    return pk, line, boxes


def test_a_carrier_is_kept_changed_and_retired(client: Client, company: World) -> None:
    do(
        client,
        "/settings/carriers/new/",
        {"name": " Hanse ", "services": "Express\n\nexpress\nNight", "link": LINK},
    )
    kept = Carrier.objects.get()
    assert (kept.name, kept.services, kept.link) == ("Hanse", ["Express", "Night"], LINK)
    assert "Night" in see(client, "/settings/carriers/")
    at = f"/settings/carriers/{kept.pk}/"
    do(client, at, {"name": "Hanse Cargo", "services": "Night", "link": "", "retired_on": "2026-11-01"})
    see(client, "/settings/carriers/")
    assert "Hanse Cargo" not in see(client, "/settings/carriers/")
    assert "Hanse Cargo" in see(client, "/settings/carriers/?tab=all")
    reverse(actor=HOUSE, entry=Entry.objects.latest("pk").pk)
    kept.refresh_from_db()
    assert (kept.name, kept.link, kept.retired_on) == ("Hanse", LINK, None)
    clean()


def test_a_name_is_there_once_and_a_link_has_its_place_for_the_number(client: Client, company: World) -> None:
    one = carrier()
    before = entries()
    refused(lambda: carrier("hanse"), "name_taken", "name")
    for wrong in (
        "carrier.example/{number}",
        "https://carrier.example/",
        "javascript:{number}",
        "https:// x/{number}",
    ):
        with pytest.raises(BadInput) as bad:
            change_carrier(actor=HOUSE, carrier=one, values={"link": wrong})
        assert (bad.value.code, bad.value.field) == ("no_link", "link")
    shown = do(client, f"/settings/carriers/{one}/", {"name": "Hanse", "link": "nowhere"}, 422)
    assert "has {number} where the tracking number goes" in shown
    assert entries() == before


def test_each_box_leaves_under_its_number_and_tells_its_link(call: Any, company: World) -> None:
    carrier()
    _, _line, (one, two) = boxed(company)
    body = {"containers": [{"id": one, "tracking": "A 1", "weight_grams": 1500}, two], "carrier": "HANSE"}
    status, answer = call("post", "/ship", body)
    assert status == 200, answer
    (sent,) = answer["shipments"]
    assert (sent["tracking"], sent["tracking_url"], sent["containers"]) == ("", "", [one, two])
    assert list(Container.objects.order_by("pk").values_list("tracking", "weight_grams")) == [
        ("A 1", 1500),
        ("", None),
    ]
    _, box = call("get", f"/containers/{one}")
    assert (box["tracking"], box["tracking_url"]) == ("A 1", "https://carrier.example/track?no=A%201")
    call("patch", f"/shipments/{sent['id']}", {"tracking": "B2"})
    _, read = call("get", f"/shipments/{sent['id']}")
    assert read["tracking_url"] == "https://carrier.example/track?no=B2"
    _, hits = call("get", "/search?q=A 1")
    assert [hit["subject"] for hit in hits["items"]] == [f"container:{one}"]
    clean()


def test_a_retired_carrier_is_proposed_no_more_and_its_links_stay(company: World, call: Any) -> None:
    pk = carrier()
    _, _line, boxes = boxed(company)
    ship(actor=HOUSE, containers=boxes, consignment=Consignment(carrier="Hanse", tracking="T1"))
    change_carrier(actor=HOUSE, carrier=pk, values={"retired_on": "2026-11-01"})
    assert offered(company.customer.pk) == ([], [], {})
    _, read = call("get", f"/shipments/{Shipment.objects.get().pk}")
    assert read["tracking_url"].endswith("T1")


def test_the_last_carrier_of_a_customer_is_proposed_first(client: Client, company: World) -> None:
    carrier("Alster")
    carrier("Hanse")
    pk, _line, boxes = boxed(company)
    assert offered(company.customer.pk).first == {}
    ship(actor=HOUSE, containers=boxes[:1], consignment=Consignment(carrier="Hanse", service="Night"))
    found = offered(company.customer.pk)
    assert (found.carriers, found.first) == (["Hanse", "Alster"], {"carrier": "Hanse", "service": "Night"})
    for page in (f"/orders/{pk}/ship/", f"/containers/{boxes[1]}/"):
        shown = see(client, page)
        assert 'value="Hanse"' in shown
        assert '<option value="Alster">' in shown
        assert f'name="tracking-{boxes[1]}"' in shown
        assert f'name="tracking-{boxes[0]}"' not in shown


def test_pages_take_a_number_for_each_box(client: Client, company: World) -> None:
    carrier()
    pk, line, (one, two) = boxed(company)
    board = see(client, "/work/delivery/?tab=ready")
    assert f'name="tracking-{one}"' in board
    rows = list(Holding.objects.filter(kind="container", quantity__gt=0).order_by("pk"))
    do(
        client,
        "/work/ship",
        {"selected": [rows[0].pk], f"tracking-{one}": "N1", "carrier": "Hanse", "back": "/work/delivery/"},
    )
    do(client, f"/orders/{pk}/ship/", {f"quantity-{line}": "1", f"tracking-{two}": "N2", "carrier": "Hanse"})
    assert list(Container.objects.order_by("pk").values_list("tracking", flat=True)) == ["N1", "N2"]
    first, _last = Shipment.objects.order_by("pk")
    for page in (f"/shipments/{first.pk}/", f"/containers/{one}/", f"/orders/{pk}/"):
        assert 'href="https://carrier.example/track?no=N1"' in see(client, page), page
    before = entries()
    too_long = {"selected": [1], f"tracking-{one}": "x" * 101, "back": "/work/delivery/"}
    do(client, "/work/ship", too_long)
    assert entries() == before
    clean()


def test_a_box_that_stays_keeps_what_it_says(company: World) -> None:
    router = company.product()
    company.stock(router, 2)
    _, (line,) = reserved(company, (router, 2))
    box = pack(actor=HOUSE, picks=[Pick(line, 2)]).one("fulfilment.Container")
    ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment(boxes=(Loaded(box, "N1"),)))
    assert Container.objects.get().tracking == ""


def test_who_is_told_of_goods_under_way_gets_their_links(company: World) -> None:
    carrier()
    seller = User.objects.create(username="mara", email="mara@ours.example")
    _, _line, boxes = boxed(company)
    pk, (_other,) = order(company, (company.product(), 1))
    Sheet.objects.exclude(pk=pk).update(owner=seller)
    loaded = (Loaded(boxes[0], "N1"), Loaded(boxes[1], "N2"))
    done = ship(actor=HOUSE, containers=boxes, consignment=Consignment("Hanse", proof=True, boxes=loaded))
    (mail,) = mails.about(done.entry)
    assert "is on its way: Hanse N1, Hanse N2" in mail["body"]
    assert "\nhttps://carrier.example/track?no=N1\nhttps://carrier.example/track?no=N2" in mail["body"]


def test_lists_read_the_links_by_one_statement(
    call: Any, company: World, django_assert_max_num_queries: Any
) -> None:
    carrier()
    router = company.product()
    company.stock(router, 10)
    for _ in range(10):
        _, (line,) = reserved(company, (router, 1))
        pack(actor=HOUSE, picks=[Pick(line, 1)])
        ship(actor=HOUSE, picks=[Pick(line, 1)], consignment=Consignment("Hanse", tracking=f"T{line}"))
    with django_assert_max_num_queries(12):
        _, answer = call("get", "/shipments")
    assert {one["tracking_url"][:29] for one in answer["items"]} == {"https://carrier.example/track"}


def gone(company: World) -> tuple[int, list[int], list[int]]:
    """A shipment of two boxes of which nobody knew the tracking numbers, its boxes, and one that stayed here."""
    _, _, boxes = boxed(company)
    _, _, stayed = boxed(company, 1)
    sent = ship(actor=HOUSE, containers=boxes, consignment=Consignment("Hanse")).one("fulfilment.Shipment")
    return sent, boxes, stayed


def tracked() -> list[str]:
    """The tracking numbers of all containers, in their order."""
    return list(Container.objects.order_by("pk").values_list("tracking", flat=True))


def test_a_box_gets_its_number_when_the_carrier_told_it_later(company: World) -> None:
    sent, (one, two), (stayed,) = gone(company)

    def follow(actor: Any = HOUSE, **boxes: str) -> Any:
        at = {"one": one, "two": two, "stayed": stayed, "none": 10**9}
        said = Correction(boxes=tuple((at[name], code) for name, code in boxes.items()))
        return correct_shipment(actor=actor, shipment=sent, said=said)

    done = follow(one=" N1 ", two="N2")
    assert tracked() == ["N1", "N2", ""]
    assert done.id in {entry.id for entry in timeline(f"container:{two}")}
    refused(lambda: follow(one="N3", stayed="N4"), "no_such_container", f"tracking-{stayed}")
    refused(lambda: follow(none="N4"), "no_such_container")
    refused(lambda: follow(one="N" * 101), "too_long", f"tracking-{one}")
    packer: Any = person("packer", "fulfilment.pack", "fulfilment.deliver")
    with pytest.raises(NotAllowed):
        follow(packer, one="N3")
    assert tracked() == ["N1", "N2", ""]
    follow(two="")
    assert tracked() == ["N1", "", ""]
    reverse(actor=HOUSE, entry=done.id + 1)
    assert tracked() == ["N1", "N2", ""]
    clean()


def test_page_and_api_say_it_and_lists_find_it(client: Client, call: Any, company: World) -> None:
    carrier()
    sent, (one, two), (stayed,) = gone(company)
    ship(actor=HOUSE, containers=[stayed], consignment=Consignment("Hanse", tracking="N-9"))
    page = see(client, f"/shipments/{sent}/")
    assert f'name="tracking-{two}" value=""' in page
    assert f'name="tracking-{stayed}"' not in page
    do(client, f"/shipments/{sent}/edit/", {f"tracking-{one}": "N1", f"tracking-{two}": "N2"})
    assert tracked() == ["N1", "N2", ""]
    listed = see(client, "/shipments/?tab=all&tracking=n2")
    assert "N1 +1" in listed
    assert "https://carrier.example/track?no=N1" in listed
    assert "N-9" not in listed
    listed = see(client, "/containers/?tab=all&tracking=n2")
    assert ("https://carrier.example/track?no=N2" in listed, "no=N1" in listed) == (True, False)
    status, _ = call("patch", f"/shipments/{sent}", {"containers": [{"id": two, "tracking": "N3"}]})
    assert (status, tracked()) == (200, ["N1", "N3", ""])
    assert call("patch", f"/shipments/{sent}", {"containers": [{"id": stayed, "tracking": "N3"}]})[0] == 404
    for number, found in (("N3", [sent]), ("N2", []), ("N-9", [sent + 1])):
        assert [row["id"] for row in call("get", f"/shipments?tracking={number}")[1]["items"]] == found
