"""What the worker does of files that are under way."""

from __future__ import annotations

import pytest

from tests.world import World, world
from wharfinger.catalog.models import Product
from wharfinger.exchange.actions import rollback, runs
from wharfinger.ledger.models import Entry
from wharfinger.parties.models import User
from wharfinger.site.consumers import go_on_with_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> World:
    return world()


def test_the_worker_goes_on_with_what_is_under_way_in_the_name_of_who_began_it(house: World) -> None:
    content = ("sku,name\n" + "".join(f"W-{n},Washer {n}\n" for n in range(60))).encode()
    run = runs.upload(actor=house.user, content=content, name="goods.csv")
    assert not go_on_with_files()
    runs.start(actor=house.user, run=run, columns=run.columns)
    while go_on_with_files():
        pass
    run.refresh_from_db()
    assert (run.finished_at is not None, run.added, run.content) == (True, 60, None)
    assert set(Entry.objects.filter(verb="add").values_list("actor", flat=True)) == {house.user.pk}
    rollback.roll_back(actor=house.user, run=run)
    while go_on_with_files():
        pass
    assert not Product.objects.filter(sku__startswith="W-", retired_on__isnull=True).exists()


def test_the_worker_leaves_what_somebody_began_who_may_not_any_more(house: World) -> None:
    run = runs.upload(actor=house.user, content=b"sku,name\nW-1,Washer\n", name="goods.csv")
    runs.start(actor=house.user, run=run, columns=run.columns)
    User.objects.filter(pk=house.user.pk).update(is_active=False)
    assert not go_on_with_files()
    assert not Product.objects.exists()
