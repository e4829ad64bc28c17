"""A file says which products are variants of which family; what it names and is not there is made."""

from __future__ import annotations

import pytest

from tests.exchange.test_import import bring, counts
from tests.world import World, clean, entries, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Family
from wharfinger.catalog.queries import families, variants_of
from wharfinger.catalog.rules.families import values_of
from wharfinger.exchange.actions import rollback
from wharfinger.exchange.models import Run

pytestmark = pytest.mark.django_db

HEAD = "sku,family,attribute 1,value 1,attribute 2,value 2\n"


@pytest.fixture
def company() -> World:
    return world()


def brought(text: str) -> Run:
    return bring("variants", HEAD + text)


def matrix(name: str) -> list[tuple[str, str]]:
    (family,) = Family.objects.filter(name=name, void__isnull=True)
    return [(one.sku, " ".join(values_of(one))) for one in variants_of([family.pk])[family.pk]]


def test_a_family_comes_in_and_goes_again(company: World) -> None:
    for sku in ("A", "B", "C"):
        company.product(sku=sku)
    text = "A,Cable,Colour,Grey,Length,2 m\nB,Cable,Colour,Blue,Length,2 m\nC,cable,colour,grey,length,5 m\n"
    run = brought(text)
    assert counts(run) == (3, 0, 0, [])
    assert matrix("Cable") == [("A", "Grey 2 m"), ("C", "Grey 5 m"), ("B", "Blue 2 m")]
    before = entries()
    assert brought(text).unchanged == 3
    assert entries() == before
    moved = brought("B,Cable,Colour,Blue,Length,5 m\n")
    assert (moved.changed, dict(matrix("Cable"))["B"]) == (1, "Blue 5 m")
    wrong = brought(
        "A,Cable,Colour,Grey,,\nB,Cable,Colour,Grey,Length,5 m\nNONE,Cable,Colour,Grey,Length,5 m\n"
    )
    assert counts(wrong) == (0, 0, 0, [(2, "attribute_1"), (3, "value_1"), (4, "sku")])
    assert dict(matrix("Cable"))["B"] == "Blue 5 m"
    clean()


def test_it_is_rolled_back_with_the_family_that_it_made(company: World) -> None:
    company.product(sku="A")
    run = brought("A,Cable,Colour,Grey,,\n")
    assert matrix("Cable") == [("A", "Grey")]
    run = rollback.roll_back(actor=HOUSE, run=run)
    while run.back_to is not None:
        run = rollback.go_back(actor=HOUSE, run=run)
    assert list(families()) == []
    clean()
