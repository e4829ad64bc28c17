"""What the doors of the stories do with what a quote holds and becomes; through actions and API."""

from __future__ import annotations

from datetime import date

from tests.scenarios.further import Posts, Tells
from wharfinger.sales.actions import quotes, winning


class ClaimsActions:
    """Calls the actions in process."""

    def expires(self: Tells, quote: int, day: date) -> int:
        """Let a quote expire on another day."""
        done = self._said(lambda: quotes.change_quote(actor=self.who, quote=quote, values={}, expires_on=day))
        return int(done.id)

    def win_anyway(self: Tells, quote: int) -> tuple[int, int]:
        """Win a quote that has expired: the order and the entry."""
        done = self._said(lambda: winning.win(actor=self.who, quote=quote, anyway=True))
        return done.one("sales.Order"), done.id


class ClaimsApi:
    """Speaks JSON over HTTP."""

    def expires(self: Posts, quote: int, day: date) -> int:
        """Let a quote expire on another day."""
        return int(self._patch(f"/quotes/{quote}", {"expires_on": day.isoformat()})["entry"])

    def win_anyway(self: Posts, quote: int) -> tuple[int, int]:
        """Win a quote that has expired: the order and the entry."""
        won = self._post(f"/quotes/{quote}/win", {"anyway": True})
        return won["order"], won["entry"]
