"""Large files: the worker goes on with them, and each slice takes as many statements, whatever is in it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange.test_import import bring
from tests.exchange.test_rollback import back, reasons
from tests.world import World, clean, world
from wharfinger.catalog.models import Product
from wharfinger.exchange.actions import rollback, runs
from wharfinger.exchange.actions.runs import SLICE
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


def spent(kind: str, text: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        run = bring(kind, text)
    assert run.problems == []
    return len(asked)


def test_a_slice_of_products_and_stock_takes_as_many_statements_however_many_are_in_it(house: World) -> None:
    def products(prefix: str, many: int) -> str:
        rows = [
            f"{prefix}-{n},Product {n},{n}.50,Network / Switches,Grossist,{n}.1,F-{prefix}-{n}"
            for n in range(many)
        ]
        return "\n".join(["sku,name,price,category,vendor,vendor cost,barcodes", *rows])

    def stock(prefix: str, many: int) -> str:
        rows = [f"{prefix}-{n},Main,A1,{n + 1},{n}.1" for n in range(many)]
        return "\n".join(["sku,location,bin,quantity,unit cost", *rows])

    spent("products", products("X", 5))
    few, many = spent("products", products("A", 5)), spent("products", products("B", SLICE))
    assert few == many
    assert spent("products", products("A", 5)) == spent("products", products("B", SLICE))
    assert spent("stock", stock("A", 5)) == spent("stock", stock("B", SLICE))
    assert Product.objects.filter(sku__startswith="B-", vendors__isnull=False).count() == SLICE
    clean()


def test_one_bad_row_among_many_is_found_and_the_others_come_in(house: World) -> None:
    rows = [f"R-{n},Product {n},{'twelve' if n == 37 else n},Grossist,F-{n}" for n in range(60)]
    text = "\n".join(["sku,name,price,vendor,barcodes", *rows])
    tried = bring("products", text, dry=True)
    assert (tried.added, [one["row"] for one in tried.problems]) == (59, [39])
    assert not Product.objects.filter(sku__startswith="R-").exists()
    done = bring("products", text)
    assert (done.added, [(one["row"], one["column"]) for one in done.problems]) == (59, [(39, "price")])
    back(done)
    assert reasons(done) == []
    assert not Product.objects.filter(sku__startswith="R-", retired_on__isnull=True).exists()
    clean()
