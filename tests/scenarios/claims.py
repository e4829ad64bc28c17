"""What the doors of the stories do with what a quote holds and becomes; through actions and API."""

from __future__ import annotations

from datetime import date
from functools import partial

from tests.scenarios.further import Made, Posts, Tells
from wharfinger.demand.models import Sheet
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.sales.actions import giving, holds, quotes, winning
from wharfinger.sales.actions.orders import change_order
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

    def taken_from(self: Tells, order: int | None, organization: int, location: int) -> int:
        """Take goods of an order, or else of all a customer orders from now on, from a location first."""
        if order is None:
            change = partial(change_organization, organization=organization, values={"location": location})
        else:
            change = partial(change_order, order=order, values={"location_id": location})
        return int(self._said(lambda: change(actor=self.who)).id)

    def ask_hold(self: Tells, line: int, holding: int, quantity: int) -> Made:
        """Ask a line that holds goods to give way."""
        done = self._said(lambda: giving.ask(actor=self.who, asking=line, holding=holding, quantity=quantity))
        return done.one("sales.HoldRequest"), done.id

    def give_way(self: Tells, request: int, quantity: int) -> int:
        """Give goods to the line that asked."""
        done = self._said(lambda: giving.give_way(actor=self.who, request=request, quantity=quantity))
        return int(done.id)

    def keep_hold(self: Tells, request: int) -> int:
        """Keep them."""
        return int(self._said(lambda: giving.keep(actor=self.who, request=request)).id)

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

    def taken_from(self: Posts, order: int | None, organization: int, location: int) -> int:
        """Take goods of an order, or else of all a customer orders from now on, from a location first."""
        where = f"/organizations/{organization}" if order is None else f"/orders/{order}"
        return int(self._patch(where, {"location": location})["entry"])

    def ask_hold(self: Posts, line: int, holding: int, quantity: int) -> Made:
        """Ask a line that holds goods to give way."""
        made = self._post("/hold-requests", {"line": line, "holding": holding, "quantity": str(quantity)})
        return made["id"], made["entry"]

    def give_way(self: Posts, request: int, quantity: int) -> int:
        """Give goods to the line that asked."""
        return int(self._post(f"/hold-requests/{request}/give-way", {"quantity": str(quantity)})["entry"])

    def keep_hold(self: Posts, request: int) -> int:
        """Keep them."""
        return int(self._post(f"/hold-requests/{request}/keep", {})["entry"])

    def win_split(self: Posts, quote: int, kinds: dict[int, str]) -> tuple[int | None, list[int], int]:
        """Win a quote, some lines on new work of a kind: the order, the work and the entry."""
        lines = [{"line": line, "into": {kind: "new"}} for line, kind in kinds.items()]
        won = self._post(f"/quotes/{quote}/win", {"lines": lines})
        return won["order"], won["work_orders"], won["entry"]

    def win_anyway(self: Posts, quote: int) -> tuple[int, int]:
        """Win a quote that has expired: the order and the entry."""
        won = self._post(f"/quotes/{quote}/win", {"anyway": True})
        return won["order"], won["entry"]
