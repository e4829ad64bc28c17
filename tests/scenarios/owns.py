"""What the doors of the stories also do with own fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.scenarios.further import Posts, Tells
from wharfinger.catalog.actions import change_product
from wharfinger.demand.actions import change_line
from wharfinger.demand.rules.amend import LineChange
from wharfinger.parties.actions.own_fields import add_own_field, change_own_field
from wharfinger.sales.actions.orders import change_order

Values = Mapping[str, Any]
PATHS = {"product": "products", "order": "orders", "line": "lines"}


class OwnsActions:
    """Calls the actions in process."""

    def own_field(self: Tells, values: Values) -> None:
        """A company asks for something of its own."""
        self._said(lambda: add_own_field(actor=self.who, values=values))

    def change_own_field(self: Tells, field: int, values: Values) -> int:
        """What it asks for is another."""
        return int(self._said(lambda: change_own_field(actor=self.who, own_field=field, values=values)).id)

    def own(self: Tells, noun: str, pk: int, values: Values) -> int:
        """Give own fields values."""
        act: Mapping[str, Any] = {
            "product": lambda: change_product(actor=self.who, product=pk, values={"own": values}),
            "order": lambda: change_order(actor=self.who, order=pk, values={}, own=values),
            "line": lambda: change_line(actor=self.who, line=pk, change=LineChange(own=values)),
        }
        return int(self._said(act[noun]).id)


class OwnsApi:
    """Asks over HTTP."""

    def own_field(self: Posts, values: Values) -> None:
        """A company asks for something of its own."""
        self._post("/own-fields", values)

    def change_own_field(self: Posts, field: int, values: Values) -> int:
        """What it asks for is another."""
        return int(self._patch(f"/own-fields/{field}", values)["entry"])

    def own(self: Posts, noun: str, pk: int, values: Values) -> int:
        """Give own fields values."""
        return int(self._patch(f"/{PATHS[noun]}/{pk}", {"own": values})["entry"])
