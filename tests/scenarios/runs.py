"""What the doors of the stories do with pick runs; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence

from tests.scenarios.further import Posts, Tells
from wharfinger.fulfilment.actions import runs
from wharfinger.fulfilment.actions.picking import Missing, pick
from wharfinger.fulfilment.rules import Pick
from wharfinger.fulfilment.rules.short import Short
from wharfinger.stock.models import Bin

WHY = "Not in its bin"


class RunsActions:
    """Calls the actions in process."""

    def start_run(self: Tells, location: int, orders: Sequence[int]) -> int:
        """Begin to pick orders."""
        done = self._said(lambda: runs.start_run(actor=self.who, location=location, orders=orders))
        return int(done.id)

    def pick_in_run(self: Tells, run: int, line: int, quantity: int) -> int:
        """Pick so many of a line."""
        picks = [Pick(line, quantity)]
        return int(self._said(lambda: runs.pick_in_run(actor=self.who, run=run, picks=picks)).id)

    def lacks(self: Tells, run: int, line: int, quantity: int, here: Bin, then: str) -> int:
        """So many are not in that bin."""
        short = Short(line, here.place_id, quantity, then=then)
        return int(self._said(lambda: runs.short_pick(actor=self.who, run=run, short=short, reason=WHY)).id)

    def pick_short(self: Tells, line: int, picked: int, quantity: int, here: Bin, then: str) -> int:
        """So many are picked, and so many are not in that bin."""
        picks = [Pick(line, picked)] if picked else []
        short = [Missing(Short(line, here.place_id, quantity, then=then), WHY)]
        return int(self._said(lambda: pick(actor=self.who, picks=picks, short=short)).id)

    def on_run(self: Tells, verb: str, run: int) -> int:
        """Stop a run, or take it over."""
        act = {"stop": runs.stop_run, "take-over": runs.take_over}[verb]
        return int(self._said(lambda: act(actor=self.who, run=run)).id)


class RunsApi:
    """Speaks JSON over HTTP."""

    def start_run(self: Posts, location: int, orders: Sequence[int]) -> int:
        """Begin to pick orders."""
        return int(self._post("/pick-runs", {"location": location, "orders": list(orders)})["entry"])

    def pick_in_run(self: Posts, run: int, line: int, quantity: int) -> int:
        """Pick so many of a line."""
        picks = [{"line": line, "quantity": str(quantity)}]
        return int(self._post(f"/pick-runs/{run}/pick", {"picks": picks})["entry"])

    def lacks(self: Posts, run: int, line: int, quantity: int, here: Bin, then: str) -> int:
        """So many are not in that bin."""
        said = {"line": line, "bin": here.pk, "quantity": str(quantity), "reason": WHY, "then": then}
        return int(self._post(f"/pick-runs/{run}/short", said)["entry"])

    def pick_short(self: Posts, line: int, picked: int, quantity: int, here: Bin, then: str) -> int:
        """So many are picked, and so many are not in that bin."""
        picks = [{"line": line, "quantity": str(picked)}] if picked else []
        said = {"line": line, "bin": here.pk, "quantity": str(quantity), "reason": WHY, "then": then}
        return int(self._post("/pick", {"picks": picks, "short": [said]})["entry"])

    def on_run(self: Posts, verb: str, run: int) -> int:
        """Stop a run, or take it over."""
        return int(self._post(f"/pick-runs/{run}/{verb}", {})["entry"])
