"""What the doors of the stories also do with bundles, and with goods that are put away."""

from __future__ import annotations

from typing import Any

from tests.scenarios.further import Posts, Tells, micro
from wharfinger.stock.actions import building, goods
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules.building import Build, Exchange, TakeApart
from wharfinger.stock.rules.moving import Goods, Transfer

Codes = tuple[str, ...]
Part = tuple[int, int, str]
"""A product, its lot, and the number of the lot."""


class AssemblesActions:
    """Calls the actions in process."""

    def build(
        self: Tells, product: int, n: int, place: Location, codes: Codes, inside: Codes, cost: str
    ) -> int:
        """Build a bundle."""
        extra = micro(cost) // 10**4 if cost else 0
        wish = Build(product, n, place.place_id, serials=codes, inside=inside, extra_minor=extra)
        return int(self._said(lambda: building.build(actor=self.who, build=wish)).id)

    def take_apart(self: Tells, product: int, n: int, place: Location, lots: dict[str, int]) -> int:
        """Take a bundle apart."""
        wish = TakeApart(product, n, place.place_id, lots=tuple(lots.values()))
        return int(self._said(lambda: building.take_apart(actor=self.who, apart=wish)).id)

    def exchange(self: Tells, unit: Part, out: Part, product: int, code: str) -> int:
        """Exchange a component."""
        wish = Exchange(unit[1], out[1], 1, product, 1, code)
        return int(self._said(lambda: building.replace_component(actor=self.who, exchange=wish)).id)

    def put_away(self: Tells, product: int, n: int, place: Location, bin: Bin, codes: Codes) -> int:
        """Put goods away from wherever they lie there."""
        item = Transfer(Goods(product, n, place.place_id, codes=codes), place.place_id, bin.place_id)
        return int(self._said(lambda: goods.put_away(actor=self.who, items=[item])).id)


class AssemblesApi:
    """Asks over HTTP."""

    def build(
        self: Posts, product: int, n: int, place: Location, codes: Codes, inside: Codes, cost: str
    ) -> int:
        """Build a bundle."""
        body: dict[str, Any] = {"product": product, "location": place.pk, "quantity": str(n)}
        body |= {"serials": list(codes), "inside": list(inside), "extra_cost": cost or "0"}
        return int(self._post("/stock/build", body)["entry"])

    def take_apart(self: Posts, product: int, n: int, place: Location, lots: dict[str, int]) -> int:
        """Take a bundle apart."""
        body = {"product": product, "location": place.pk, "quantity": str(n), "serials": list(lots)}
        return int(self._post("/stock/take-apart", body)["entry"])

    def exchange(self: Posts, unit: Part, out: Part, product: int, code: str) -> int:
        """Exchange a component."""
        body = {
            "product": unit[0],
            "serial": unit[2],
            "component": {"product": out[0], "serial": out[2]},
            "instead": {"product": product, "serial": code},
        }
        return int(self._post("/stock/replace-component", body)["entry"])

    def put_away(self: Posts, product: int, n: int, place: Location, bin: Bin, codes: Codes) -> int:
        """Put goods away from wherever they lie there."""
        body = {"product": product, "quantity": str(n), "from": place.pk, "serials": list(codes)}
        body["to"] = {"location": place.pk, "bin": bin.pk}
        return int(self._post("/stock/put-away", body)["entry"])
