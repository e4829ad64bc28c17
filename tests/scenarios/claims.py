"""What the doors of the stories do with what a quote holds and becomes; through actions and API."""

from __future__ import annotations

from datetime import date

from tests.scenarios.further import Posts, Tells
from wharfinger.demand.models import Sheet
from wharfinger.sales.actions import holds, quotes, winning
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.win import Into


class ClaimsActions:
    """Calls the actions in process."""

    def expires(self: Tells, quote: int, day: date) -> int:
        """Let a quote expire on another day."""
        done = self._said(lambda: quotes.change_quote(actor=self.who, quote=quote, values={}, expires_on=day))
        return int(done.id)

    def hold_coming(
        self: Tells, verb: str, document: int, line: int, quantity: int, place: int, where: dict[str, int]
    ) -> int:
        """Hold or free goods that have yet to arrive."""
        act = {"reserve": holds.reserve, "release": holds.release}[verb]
        done = self._said(lambda: act(actor=self.who, holds=[Hold(line, quantity, arrival=place)]))
        return int(done.id)

    def win_split(self: Tells, quote: int, kinds: dict[int, str]) -> tuple[int | None, list[int], int]:
        """Win a quote, some lines on new work of a kind: the order, the work and the entry."""
        each = {line: Into(kind) for line, kind in kinds.items()}
        done = self._said(lambda: winning.win(actor=self.who, quote=quote, each=each))
        return done.made.get("sales.Order", [None])[0], done.made["work.WorkOrder"], done.id

    def win_anyway(self: Tells, quote: int) -> tuple[int, int]:
        """Win a quote that has expired: the order and the entry."""
        done = self._said(lambda: winning.win(actor=self.who, quote=quote, anyway=True))
        return done.one("sales.Order"), done.id


class ClaimsApi:
    """Speaks JSON over HTTP."""

    def expires(self: Posts, quote: int, day: date) -> int:
        """Let a quote expire on another day."""
        return int(self._patch(f"/quotes/{quote}", {"expires_on": day.isoformat()})["entry"])

    def hold_coming(
        self: Posts, verb: str, document: int, line: int, quantity: int, place: int, where: dict[str, int]
    ) -> int:
        """Hold or free goods that have yet to arrive."""
        kind = "quotes" if Sheet.objects.get(pk=document).kind == "quote" else "orders"
        body = {"lines": [{"line": line, "quantity": str(quantity), **where}]}
        return int(self._post(f"/{kind}/{document}/{verb}", body)["entry"])

    def win_split(self: Posts, quote: int, kinds: dict[int, str]) -> tuple[int | None, list[int], int]:
        """Win a quote, some lines on new work of a kind: the order, the work and the entry."""
        lines = [{"line": line, "into": {kind: "new"}} for line, kind in kinds.items()]
        won = self._post(f"/quotes/{quote}/win", {"lines": lines})
        return won["order"], won["work_orders"], won["entry"]

    def win_anyway(self: Posts, quote: int) -> tuple[int, int]:
        """Win a quote that has expired: the order and the entry."""
        won = self._post(f"/quotes/{quote}/win", {"anyway": True})
        return won["order"], won["entry"]
