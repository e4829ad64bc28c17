"""Inventory transfers and updates: one list of whatever happened to stock, read and never written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.ledger.chart import CHART, KINDS
from wharfinger.ledger.models import Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Role, User
from wharfinger.stock.actions.counts import begin_count
from wharfinger.stock.actions.goods import adjust, correct_serial, hold, transfer
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.actions.locations import change_bin
from wharfinger.stock.actions.transfers import draft_transfer, send_transfer
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.narrow import Narrow
from wharfinger.stock.queries.updates import Update, portion
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.keeping import Keep
from wharfinger.stock.rules.moving import Goods, Transfer
from wharfinger.stock.rules.transferring import Sent, TransferWish
from wharfinger.stock.rules.updates import TYPE_OF

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> World:
    return world()


@pytest.fixture
def browser(client: Client, company: World) -> Client:
    client.force_login(company.user)
    return client


def _told(**narrow: Any) -> list[Update]:
    return portion(Narrow(**narrow), None, 100, False, costs=True)


def _stocked(company: World, serials: tuple[str, ...] = (), pieces: int = 0) -> Any:
    product = company.product(traced="serial" if serials else "none")
    adjust(
        actor=company.user,
        items=[
            Adjustment(
                product.pk,
                pieces or len(serials),
                company.location.place_id,
                serials=serials,
                unit_cost_micro=7_000_000,
            )
        ],
        reason="Found in a drawer",
    )
    return product


def test_every_act_that_moves_goods_has_a_type() -> None:
    moving = {row.verb for row in CHART if any(KINDS[kind].region == "goods" for kind in row.source)}
    assert moving - set(TYPE_OF) <= {"order", "charge"}


def test_a_manual_addition_is_a_record_with_its_note(company: World) -> None:
    product = _stocked(company, pieces=5)
    (one,) = _told()
    assert (one.type, one.reason, one.who) == ("adjustment", "Found in a drawer", str(company.user))
    assert (one.product, one.quantity, one.on_hand, one.value_minor) == (product.pk, 5, 5, 3500)


def test_a_transfer_is_a_record_of_from_to_quantity_serial_and_note(company: World) -> None:
    product = _stocked(company, ("SN-1", "SN-2"))
    transfer(
        actor=company.user,
        items=[
            Transfer(Goods(product.pk, 1, company.location.place_id, codes=("SN-2",)), company.other.place_id)
        ],
        reason="For the van",
    )
    one = _told(types=["transfer"])[0]
    assert one.source is not None
    assert one.target is not None
    assert (one.source.location, one.target.location) == (company.location.name, company.other.name)
    assert (one.serial, one.quantity, one.on_hand, one.reason) == ("SN-2", 1, 0, "For the van")


def test_a_serial_shows_its_whole_history_under_every_number(company: World) -> None:
    product = _stocked(company, ("SN-1", "SN-2"))
    lot = Lot.objects.get(code="SN-1")
    correct_serial(actor=company.user, lot=lot.pk, serial="SN-100", reason="Misread")
    transfer(
        actor=company.user,
        items=[
            Transfer(
                Goods(product.pk, 1, company.location.place_id, codes=("SN-100",)), company.other.place_id
            )
        ],
    )
    for number in ("SN-1", "sn-100"):
        assert [one.type for one in _told(serial=number)] == ["transfer", "serial", "adjustment"]
    corrected = _told(serial="SN-1")[1]
    assert (corrected.was, corrected.serial) == ("SN-1", "SN-100")
    assert _told(serial="SN-9") == []


def test_changed_fields_of_shelves_stand_with_the_moves(company: World) -> None:
    product = _stocked(company, pieces=5)
    set_level(actor=company.user, product=product.pk, location=company.location.pk, keep=Keep(2, 9))
    set_level(actor=company.user, product=product.pk, location=company.location.pk, keep=Keep(3, 9))
    bin = Bin.objects.filter(location=company.location).first()
    assert bin is not None
    change_bin(actor=company.user, bin=bin.pk, values={"name": "A-01"})
    found = [(one.subject.partition(":")[0], one.field, one.old, one.new) for one in _told(fields=True)]
    assert found == [("bin", "name", bin.name, "A-01"), ("level", "minimum", 2, 3)]
    assert [one.field for one in _told(products=[product.pk])] == ["minimum", ""]
    assert {one.field for one in _told(locations=[company.location.pk])} == {"name", "minimum", ""}


def test_an_undone_act_and_its_undo_are_both_told(company: World) -> None:
    product = _stocked(company, pieces=5)
    done = hold(actor=company.user, goods=Goods(product.pk, 2, company.location.place_id), reason="Wet")
    reverse(actor=company.user, entry=done.entry.pk)
    undo, aside = _told(types=["aside"])
    assert (undo.undoes, undo.undone, aside.undone) == (done.entry.pk, False, True)


def test_filters_narrow_and_pages_meet(company: World) -> None:
    product = _stocked(company, tuple(f"SN-{n}" for n in range(7)))
    _stocked(company, pieces=3)
    entry = _told(products=[product.pk])[0].entry
    assert len(_told(products=[product.pk])) == 7
    assert len(_told(subject=f"product:{product.pk}")) == 7
    assert len(_told(actors=[company.user.pk])) == 8
    assert _told(locations=[company.other.pk]) == []
    seen: list[Update] = []
    mark = None
    while part := portion(Narrow(), mark, 3, False, costs=False):
        seen += part
        mark = list(part[-1].mark)
    assert [one.mark for one in seen] == [one.mark for one in _told()]
    back = portion(Narrow(), list(seen[-1].mark), 3, True, costs=False)
    assert [one.mark for one in back] == [one.mark for one in reversed(seen[-4:-1])]
    assert entry in {one.entry for one in seen}
    assert all(one.value_minor is None for one in seen)


def test_the_page_is_read_only_and_few_statements(browser: Client, company: World) -> None:
    product = _stocked(company, tuple(f"SN-{n}" for n in range(60)))
    before = entries()
    with CaptureQueriesContext(connection) as caught:
        answer = browser.get("/stock/updates/")
    assert len(caught) <= 12, "\n".join(one["sql"][:150] for one in caught)
    page = answer.content.decode()
    assert "Manual adjustment" in page
    assert "SN-59" in page
    assert browser.post("/stock/updates/").status_code == 405
    page = browser.get(f"/stock/updates/?serial=SN-3&product={product.sku}&tab=on_hand").content.decode()
    assert "SN-3" in page
    assert "SN-30" not in page
    sheet = browser.get("/stock/updates/?export=csv").content.decode()
    assert sheet.count("SN-") == 60
    assert entries() == before
    clean()


def test_who_may_not_see_costs_sees_none(client: Client, company: World) -> None:
    _stocked(company, pieces=5)
    clerk = User.objects.create(username="looks")
    clerk.roles.add(Role.objects.create(name="looks", permissions=["stock.read"]))
    client.force_login(clerk)
    page = client.get("/stock/updates/").content.decode()
    assert "Found in a drawer" in page
    assert "35.00" not in page


def test_callers_read_the_same(browser: Client, company: World) -> None:
    product = _stocked(company, ("SN-1",))
    transfer(
        actor=HOUSE,
        items=[
            Transfer(Goods(product.pk, 1, company.location.place_id, codes=("SN-1",)), company.other.place_id)
        ],
    )
    answer = browser.get("/api/v1/stock/updates?serial=sn-1&type=transfer,adjustment&limit=1").json()
    (one,) = answer["items"]
    assert (one["type"], one["quantity"], one["on_hand"]) == ("transfer", "1", "0")
    assert one["from"]["location"] == company.location.name
    (one,) = browser.get(f"/api/v1/stock/updates?serial=sn-1&limit=1&cursor={answer['next']}").json()["items"]
    assert (one["type"], one["value"]) == ("adjustment", "7.00")
    assert browser.get("/api/v1/stock/updates?type=none").status_code == 422


def test_moves_of_a_document_are_found_by_its_number(browser: Client, company: World) -> None:
    """In any spelling; the search box knows what stands on the papers of a warehouse, too."""
    product = _stocked(company, ("SN-1", "SN-2"))
    wish = TransferWish(company.location.pk, company.other.pk, (Sent(product.pk, 1, ("SN-1",)),))
    order = draft_transfer(actor=company.user, wish=wish).one("stock.TransferOrder")
    send_transfer(actor=company.user, order=order)
    count = begin_count(actor=company.user, location=company.location.pk).one("stock.Count")
    for about in ("tr-1", f"transfer:{order}"):
        page = browser.get(f"/stock/updates/?about={about}").content.decode()
        assert "SN-1" in page
        assert "SN-2" not in page
        assert "Sent a transfer" in browser.get(f"/journal/?about={about}").content.decode()
    assert "SN-1" not in browser.get("/stock/updates/?about=TR-99").content.decode()
    there, bin = company.other, company.bins[0]
    for text, to in (
        ("TR-1", f"/stock/transfers/{order}/"),
        ("ct-1", f"/stock/counts/{count}/"),
        (there.name, f"/locations/{there.pk}/"),
    ):
        assert browser.get("/search/", {"q": text})["Location"] == to
    # Every location has a bin of that name.
    assert (
        f'href="/stock/bins/{bin.pk}/"' in browser.get("/search/", {"q": bin.name.lower()}).content.decode()
    )
