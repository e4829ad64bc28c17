"""What the doors of the stories also do between locations: write a transfer order, send it, receive it."""

from __future__ import annotations

from typing import Any

from tests.scenarios.further import Posts, Tells
from wharfinger.purchasing.actions.replenishing import replenish
from wharfinger.purchasing.rules.levels import Item
from wharfinger.stock.actions import transfers
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.rules.keeping import Keep
from wharfinger.stock.rules.transferring import Arrived, Sent, TransferWish

Wanted = list[tuple[int, int, tuple[str, ...], int | None]]
"""Product, quantity, serials, and the line that holds them."""
Filled = list[tuple[int, int, int, int | None, int | None]]
"""Product, location, quantity, and the vendor or the location it comes from."""


class TransportsActions:
    """Calls the actions in process."""

    def write_transfer(self: Tells, source: int, target: int, wanted: Wanted) -> tuple[int, int]:
        """Write a transfer order."""
        lines = tuple(Sent(product, n, codes, None, line) for product, n, codes, line in wanted)
        wish = TransferWish(source, target, lines)
        done = self._said(lambda: transfers.draft_transfer(actor=self.who, wish=wish))
        return done.one("stock.TransferOrder"), done.id

    def on_transfer(self: Tells, verb: str, order: int) -> int:
        """Send, bring back, lose, cancel."""
        acts: dict[str, Any] = {
            "send": lambda: transfers.send_transfer(actor=self.who, order=order),
            "return": lambda: transfers.return_transfer(actor=self.who, order=order),
            "lose": lambda: transfers.lose_transfer(actor=self.who, order=order, reason="As told"),
            "cancel": lambda: transfers.cancel_transfer(actor=self.who, order=order),
        }
        return int(self._said(acts[verb]).id)

    def receive_transfer(
        self: Tells, order: int, product: int, n: int, damaged: int, codes: tuple[str, ...], over: bool
    ) -> int:
        """Take in what came."""
        arrived = [Arrived(product, n, damaged, codes)]
        act = lambda: transfers.receive_transfer(  # noqa: E731
            actor=self.who, order=order, arrived=arrived, accept_over=over
        )
        return int(self._said(act).id)

    def keep_at(self: Tells, product: int, location: int, low: int, high: int, source: int | None) -> int:
        """Say how many are kept."""
        said = Keep(low, high, source=source)
        act = lambda: set_level(actor=self.who, product=product, location=location, keep=said)  # noqa: E731
        return int(self._said(act).id)

    def fill(self: Tells, wanted: Filled) -> int:
        """Get what runs low."""
        items = [Item(*one) for one in wanted]
        return int(self._said(lambda: replenish(actor=self.who, items=items)).id)


class TransportsApi:
    """Speaks JSON over HTTP."""

    def write_transfer(self: Posts, source: int, target: int, wanted: Wanted) -> tuple[int, int]:
        """Write a transfer order."""
        lines = [
            {
                "product": product,
                "quantity": str(n),
                "serials": list(codes),
                **({"line": line} if line else {}),
            }
            for product, n, codes, line in wanted
        ]
        made = self._post("/transfers", {"from": source, "to": target, "lines": lines})
        return made["id"], made["entry"]

    def on_transfer(self: Posts, verb: str, order: int) -> int:
        """Send, bring back, lose, cancel."""
        bodies: dict[str, Any] = {"send": None, "return": {}, "lose": {"reason": "As told"}, "cancel": {}}
        return int(self._post(f"/transfers/{order}/{verb}", bodies[verb])["entry"])

    def receive_transfer(
        self: Posts, order: int, product: int, n: int, damaged: int, codes: tuple[str, ...], over: bool
    ) -> int:
        """Take in what came."""
        line = {"product": product, "quantity": str(n), "damaged": str(damaged), "serials": list(codes)}
        body = {"lines": [line], "accept_over": over}
        return int(self._post(f"/transfers/{order}/receive", body)["entry"])

    def keep_at(self: Posts, product: int, location: int, low: int, high: int, source: int | None) -> int:
        """Say how many are kept."""
        body = {"product": product, "location": location, "minimum": str(low), "maximum": str(high)}
        return int(self._post("/stock/levels", body | {"source": source})["entry"])

    def fill(self: Posts, wanted: Filled) -> int:
        """Get what runs low."""
        lines = [
            {"product": product, "location": location, "quantity": str(n), "vendor": vendor, "source": source}
            for product, location, n, vendor, source in wanted
        ]
        return int(self._post("/replenishment", {"lines": lines})["entry"])
