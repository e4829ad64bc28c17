"""A law: whatever is changed and undone, in whatever order, own values are what the journal says of them."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.own.making import field
from tests.world import World, clean
from wharfinger.base.access import HOUSE
from wharfinger.base.refusal import Refusal
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Fact
from wharfinger.ledger.reverse import reverse

pytestmark = pytest.mark.django_db

VALUES: dict[str, tuple[Any, ...]] = {
    "colour": ("Red", "Blue", None),
    "depth": ("1", "1.5", "-7", None),
    "fragile": (True, False, None),
}


@pytest.mark.parametrize("seed", range(12))
def test_own_values_are_what_the_journal_says(company: World, seed: int) -> None:
    chance = random.Random(seed)
    product = company.product()
    for name, kind in (("Colour", "text"), ("Depth", "number"), ("Fragile", "yes_no")):
        field("product", name, kind)
    done: list[int] = []
    for _ in range(25):
        before = read(product)
        try:
            if done and chance.random() < 0.4:
                reverse(actor=HOUSE, entry=chance.choice(done))
            else:
                some = chance.sample(list(VALUES), chance.randint(1, 3))
                given = {key: chance.choice(VALUES[key]) for key in some}
                done.append(change_product(actor=HOUSE, product=product.pk, values={"own": given}).id)
        except Refusal:
            assert read(product) == before
        assert read(product) == told(product)
    clean()


def read(product: Product) -> dict[str, Any]:
    """What stands in the product's own fields."""
    found: dict[str, Any] = Product.objects.values_list("own", flat=True).get(pk=product.pk)
    return found


def told(product: Product) -> dict[str, Any]:
    """What the journal says of them: each fact takes up what the one before it left."""
    found: dict[str, Any] = {}
    facts = Fact.objects.filter(subject=f"product:{product.pk}", field__startswith="own.").order_by("pk")
    for fact in facts:
        assert fact.field
        key = fact.field.removeprefix("own.")
        assert json.loads(fact.old or "null") == found.get(key)
        found[key] = json.loads(fact.new or "null")
    return {key: value for key, value in found.items() if value is not None}
