"""A vendor's list comes in: tried first, every change listed with its percentage, what is new and what is gone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tests.exchange.test_import import bring, counts
from tests.world import World, clean, entries, seen, world
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import PriceBreak, VendorPrice
from wharfinger.exchange import files, queries
from wharfinger.exchange.actions import runs
from wharfinger.exchange.models import Run
from wharfinger.parties.models import Role, User

pytestmark = pytest.mark.django_db

LIST = """Lieferant;Artikelnummer;Bestellnummer;Bezeichnung;EK;Ab Menge;VPE;Mindestmenge;Bestand;Stichtag
Grossist;RT-1;;Router;6,60;;10;20;140;01.03.2026
Grossist;RT-1;;Router;6,00;100;;;;
Grossist;;K-9;Cable;1,50;;;;7;
Grossist;;Z-1;Something else;9,00;;;;;
Grossist;RT-2;;Switch;1;;0;;;
"""


@pytest.fixture
def company() -> World:
    company = world()
    company.product(sku="RT-1", name="Router")
    cable = company.product(sku="CBL-1", name="Cable")
    company.product(sku="RT-2", name="Switch")
    company.product(sku="OLD-1", name="Modem")
    vendor = {"organization": company.vendor.pk, "part_number": "K-9", "cost": "1.5"}
    change_product(actor=HOUSE, product=cable.pk, values={}, vendors=[vendor])
    return company


def changes(run: Run) -> list[tuple[int, str, str, str, str, str]]:
    return [tuple(one[k] for k in ("row", "about", "what", "old", "new", "percent")) for one in run.changes]  # type: ignore[misc]


def test_a_vendors_list_is_tried_and_brought_in(company: World) -> None:
    before = entries()
    tried = bring("vendor_prices", LIST, decimal=",", dry=True)
    assert entries() == before
    assert changes(tried) == [
        (2, "RT-1 Router", "cost", "6", "6.6", "+10.0"),
        (2, "RT-1 Router", "pack_quantity", "", "10", ""),
        (2, "RT-1 Router", "minimum_quantity", "", "20", ""),
        (2, "RT-1 Router", "stock", "", "140", ""),
        (2, "RT-1 Router", "stock_on", "", "2026-03-01", ""),
        (2, "RT-1 Router", "breaks", "", "100 = 6", ""),
        (4, "CBL-1 Cable", "stock", "", "7", ""),
        (4, "CBL-1 Cable", "stock_on", "", clock.today("Europe/Berlin").isoformat(), ""),
        (5, "Z-1 · Something else", "unknown", "", "9.00", ""),
        (0, "OLD-1 Modem", "gone", "6", "", ""),
    ]
    assert counts(tried) == (0, 2, 1, [(6, "pack_quantity")])
    brought = bring("vendor_prices", LIST, decimal=",")
    assert changes(brought) == changes(tried)
    price = VendorPrice.objects.get(product__sku="RT-1")
    assert (price.cost_micro, price.pack_quantity, price.stock) == (6_600_000, 10, 140)
    assert PriceBreak.objects.get().cost_micro == 6_000_000
    assert entries() == before + 2
    again = bring("vendor_prices", LIST, decimal=",")
    assert counts(again)[:3] == (0, 0, 3)
    assert [one[2] for one in changes(again)] == ["unknown", "gone"]
    clean()


def test_a_list_that_is_valid_later_waits(company: World) -> None:
    day = clock.today("Europe/Berlin") + timedelta(days=20)
    later = f"vendor,sku,cost,from_quantity,valid_from\nGrossist,RT-1,7,,{day}\nGrossist,RT-1,6.5,50,{day}\n"
    assert counts(bring("vendor_prices", later))[:3] == (0, 1, 0)
    assert VendorPrice.objects.get(product__sku="RT-1").cost_micro == 6_000_000
    assert PriceBreak.objects.filter(valid_from=day).count() == 2
    assert counts(bring("vendor_prices", later))[:3] == (0, 0, 1)
    clean()


def test_what_a_list_changes_is_seen_by_who_may_see_costs(client: Client, company: World) -> None:
    run = bring("vendor_prices", LIST, decimal=",", dry=True)
    client.force_login(company.user)
    page = seen(client, f"/import/{run.pk}/")
    for words in ("What the list changes", "+10.0 %", "Not in the list any more", "Not one of our products"):
        assert words in page
    clerk = User.objects.create(username="clerk")
    clerk.roles.add(Role.objects.create(name="brings", permissions=["exchange.import"]))
    client.force_login(clerk)
    assert "What the list changes" not in seen(client, f"/import/{run.pk}/")


def test_what_vendors_ask_goes_out_as_it_comes_in(company: World, tmp_path: Path) -> None:
    bring("vendor_prices", LIST, decimal=",")
    assert files.folder(HOUSE, tmp_path)["vendor_prices"] == 5
    run = bring("vendor_prices", (tmp_path / "vendor_prices.csv").read_bytes())
    assert counts(run) == (0, 0, 4, [])
    assert run.changes == []


def test_what_only_the_whole_file_tells_is_told_once(company: World) -> None:
    """The page and the worker go on with a file side by side; the later one finds it finished."""
    run = runs.upload(actor=HOUSE, content=LIST.encode(), name="list.csv", kind="vendor_prices")
    runs.start(actor=HOUSE, run=run, columns=run.columns, decimal=",", dry=True)
    beside = Run.objects.get(pk=run.pk)
    beside.position = beside.total
    runs.proceed(actor=HOUSE, run=run)
    runs.proceed(actor=HOUSE, run=beside)
    kept = Run.objects.get(pk=run.pk)
    assert [one[2] for one in changes(kept)].count("gone") == 1
    assert (beside.finished_at, beside.changes) == (kept.finished_at, kept.changes)


def test_headings_are_known_by_what_the_page_calls_them(company: World) -> None:
    content = b"Lieferant;Artikelnummer;Kosten;Bestand des Lieferanten\nHansa;RT-1;6,60;3\n"
    with translation.override("de"):
        run = runs.upload(actor=HOUSE, content=content, name="liste.csv")
    assert (run.kind, run.columns) == (
        "vendor_prices",
        {
            "vendor": "Lieferant",
            "sku": "Artikelnummer",
            "cost": "Kosten",
            "stock": "Bestand des Lieferanten",
        },
    )


def test_changes_are_read_as_the_reader_writes_figures(company: World) -> None:
    tried = bring("vendor_prices", LIST, decimal=",", dry=True)
    with translation.override("de"):
        shown = [(one["old"], one["new"]) for one in queries.changes_shown(tried)]
    assert shown[0] == ("6,00", "6,60")
    assert ("", "01.03.2026") in shown
    assert shown[-1] == ("6,00", "")
