"""The stories' words around promises.

promise-anew SO router in 9, cable in 9: WHY    lines of an order or of work are promised for another day
danger SO router: endangered, in 5              late, endangered or kept; in how many days it comes, or unknown
back-order SO router in 9 [keep 1]              what is open of a line, or all but so many, is a line of its own
serve-now [SO router, …]                        what is free goes to these lines, or to all who wait, in their turn
promised SO router: none, 9                     in how many days each line with the product is promised
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from wharfinger.base import clock, configuration
from wharfinger.demand.queries import promises


class Promising:
    """What a teller also understands of promises."""

    door: Any
    documents: dict[str, int]
    acts: list[int]
    line: Any
    lines: Any
    products: dict[str, Any]

    def say_serve_now(self, rest: str) -> None:
        """serve-now DOCUMENT NAME, …"""
        named = [item.split() for item in rest.split(",") if item.strip()]
        self.acts.append(self.door.serve_now([self.line(document, name) for document, name in named]))

    def say_promise_anew(self, rest: str) -> None:
        """promise-anew SO NAME in DAYS, …: WHY"""
        head, _, why = rest.partition(":")
        order, _, items = head.partition(" ")
        wanted = []
        for item in items.split(","):
            name, _, days = item.split()
            wanted.append((self.line(order, name), _today() + timedelta(days=int(days))))
        self.acts.append(self.door.promise_anew(self.documents[order], wanted, why.strip()))

    def say_back_order(self, rest: str) -> None:
        """back-order SO NAME in DAYS [keep QUANTITY]"""
        order, name, _, days, *more = rest.split()
        keep = int(more[1]) if more else None
        line, day = self.line(order, name), _today() + timedelta(days=int(days))
        self.acts.append(self.door.split_off(self.documents[order], line, day, keep))

    def say_promised(self, rest: str) -> None:
        """promised SO NAME: DAYS|none, …, of each line with the product"""
        head, _, wanted = rest.partition(":")
        order, name = head.split()
        days = [one.promised_on for one in self.lines(order) if one.product_id == self.products[name].pk]
        found = ", ".join(str((day - _today()).days) if day else "none" for day in days)
        assert found == wanted.strip(), found

    def say_danger(self, rest: str) -> None:
        """danger SO NAME: late|endangered|kept, in DAYS|unknown"""
        head, _, wanted = rest.partition(":")
        waiting = promises.waits([self.line(*head.split())], _today())
        comes = promises.latest(waiting)
        found = promises.danger_of(waiting) or "kept"
        found += f", in {(comes - _today()).days}" if comes else ", unknown"
        assert found == wanted.strip(), f"is {found}"


def _today() -> date:
    return clock.today(configuration.one("time_zone"))
