"""The stories' words around families, and products that are retired.

family cable 3.90: colour grey|blue, length 2m|5m+1.50    its attributes with their values, and what these add
variants cable [like router]: grey 2m, blue 5m            made as products: cable-grey-2m, cable-blue-5m
joins cable router: blue 2m · leaves cable router
matrix cable: grey 2m, blue 5m                            which there are, in the order of the values
costs-each cable-blue-5m 5.40                             what one is sold for
retire router · unretire router · offered router, cable   what is offered to choose
"""

from __future__ import annotations

from typing import Any

from tests.scenarios.assembling import Assembling
from tests.scenarios.further import micro
from tests.scenarios.trading import names
from wharfinger.base import clock
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import to_choose, variants_of
from wharfinger.catalog.rules.families import values_of


class Varying(Assembling):
    """What a teller also understands of families and of retiring."""

    families: dict[str, int]

    def say_family(self, rest: str) -> None:
        """family NAME PRICE: ATTRIBUTE VALUE|VALUE, …"""
        head, _, items = rest.partition(":")
        name, price = head.split()
        attributes = []
        for item in items.split(","):
            attribute, values = item.split()
            attributes.append({"name": attribute, "values": [self._value(one) for one in values.split("|")]})
        made, entry = self.door.add_family({"name": name, "price": price, "attributes": attributes})
        self.families = {**getattr(self, "families", {}), name: made}
        self.acts.append(entry)

    def _value(self, text: str) -> dict[str, Any]:
        value, _, more = text.partition("+")
        return {"value": value, **({"more": more} if more else {})}

    def say_variants(self, rest: str) -> None:
        """variants FAMILY [like NAME]: VALUES, …"""
        head, _, items = rest.partition(":")
        name, *more = head.split()
        wanted = [one.split() for one in items.split(",")]
        like = self.products[more[1]].pk if more else None
        made, entry = self.door.make_variants(self.families[name], like, wanted)
        for pk, values in zip(made, wanted, strict=True):
            self.products["-".join([name, *values])] = Product.objects.get(pk=pk)
        self.acts.append(entry)

    def say_joins(self, rest: str) -> None:
        """joins FAMILY NAME: VALUES"""
        head, _, values = rest.partition(":")
        family, name = head.split()
        self.acts.append(self.door.join_family(self.families[family], self.products[name].pk, values.split()))

    def say_leaves(self, rest: str) -> None:
        """leaves FAMILY NAME"""
        family, name = rest.split()
        self.acts.append(self.door.leave_family(self.families[family], self.products[name].pk))

    def say_matrix(self, rest: str) -> None:
        """matrix FAMILY: VALUES, …; or nothing"""
        name, _, wanted = rest.partition(":")
        pk = self.families[name.strip()]
        found = [" ".join(values_of(one)) for one in variants_of([pk])[pk]]
        assert found == [one for one in names(wanted) if one != "nothing"], found

    def say_costs_each(self, rest: str) -> None:
        """costs-each NAME PRICE"""
        name, price = rest.split()
        assert self.products[name].price_micro == micro(price), self.products[name].price_micro

    def say_retire(self, name: str) -> None:
        """retire NAME"""
        self._changed(name, {"retired_on": clock.today("Europe/Berlin").isoformat()})

    def say_unretire(self, name: str) -> None:
        """unretire NAME"""
        self._changed(name, {"retired_on": None})

    def say_offered(self, rest: str) -> None:
        """offered NAMES, all that are offered to choose"""
        found = sorted(name for _sku, name in to_choose())
        assert found == names(rest), found
