"""Columns go to the database in one piece, whatever is written in them."""

from __future__ import annotations

import pytest

from tests.world import world
from wharfinger.base import clock
from wharfinger.ledger import sql
from wharfinger.ledger.models import Counter, Entry, Fact, Lot
from wharfinger.ledger.post import attempt

pytestmark = pytest.mark.django_db

AWKWARD = ("", "NULL", "null", '"', '","', "\\", '\\"', "{}", "a,b", "ä€😀", "two\nlines", " ", "'", "%s")


def test_every_text_comes_back_as_it_was_written() -> None:
    (entry,) = sql.insert(
        Entry,
        [{"verb": "note", "actor_id": None, "recorded_at": clock.now(), "effective_on": clock.now().date()}],
    )
    rows = [
        {
            "entry_id": entry,
            "subject": f"{n}{text}",
            "field": text if n % 2 else None,
            "old": text,
            "new": None,
        }
        for n, text in enumerate(AWKWARD)
    ]
    ids = attempt(lambda: sql.insert(Fact, rows))
    assert ids == sorted(ids)
    found = (
        Fact.objects.filter(pk__in=ids).order_by("pk").values("entry_id", "subject", "field", "old", "new")
    )
    assert list(found) == rows


@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_alone_comes_back_as_it_was_written(text: str) -> None:
    sql.insert(Counter, [{"series": f"s{text}", "pattern": text, "next": 2**62}])
    assert list(Counter.objects.values_list("series", "pattern", "next")) == [(f"s{text}", text, 2**62)]


def test_what_is_left_out_gets_its_default_in_every_row() -> None:
    company = world()
    products = [company.product() for _ in range(3)]
    before = Lot.objects.count()
    ids = sql.insert(
        Lot,
        [
            {"product_id": p.pk, "serial": n == 1, "code": f"C{n}", "code_key": f"c{n}"}
            for n, p in enumerate(products)
        ],
    )
    assert Lot.objects.count() == before + 3
    found = (
        Lot.objects.filter(pk__in=ids)
        .order_by("pk")
        .values_list("product", "serial", "owned", "owner", "expires_on")
    )
    assert list(found) == [(p.pk, n == 1, True, None, None) for n, p in enumerate(products)]
