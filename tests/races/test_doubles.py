"""Two people make one of two doubles at the same instant, crosswise: one does it, the other is told."""

from __future__ import annotations

from functools import partial

import pytest

from tests.races.crowd import crowd
from tests.world import World, clean, world
from wharfinger.base.access import HOUSE
from wharfinger.catalog.models import Product
from wharfinger.flows.actions.merging import merge_organizations, merge_products
from wharfinger.parties.models import Organization


@pytest.fixture
def company(fresh_database: dict[str, str]) -> World:
    """A small company in a database where acts really commit."""
    return world()


def test_two_who_merge_crosswise_do_not_lose_both(company: World) -> None:
    for _ in range(5):
        one, two = company.product(), company.product()
        company.stock(one, 3)
        company.stock(two, 2)
        ways = ((one.pk, two.pk), (two.pk, one.pk))
        acts = [partial(merge_products, actor=HOUSE, product=a, into=b) for a, b in ways]
        outcome = crowd(2, acts)
        assert outcome.errors == []
        assert [refusal.code for refusal in outcome.refused] == ["merges_into_retired"]
        assert Product.objects.filter(pk__in=(one.pk, two.pk), merged_into=None).count() == 1
    clean()


def test_organizations_likewise(company: World) -> None:
    for n in range(5):
        one, two = (Organization.objects.create(name=f"{n} {m}") for m in range(2))
        ways = ((one.pk, two.pk), (two.pk, one.pk))
        acts = [partial(merge_organizations, actor=HOUSE, organization=a, into=b) for a, b in ways]
        outcome = crowd(2, acts)
        assert outcome.errors == []
        assert [refusal.code for refusal in outcome.refused] == ["merges_into_retired"]
        assert Organization.objects.filter(pk__in=(one.pk, two.pk), merged_into=None).count() == 1
    clean()
