"""What the doors of the stories also do between the shelves: count, move, set aside, give reasons."""

from __future__ import annotations

from typing import Any

from tests.scenarios.further import Posts, Tells
from tests.scenarios.transports import TransportsActions, TransportsApi
from wharfinger.ledger.models import Lot
from wharfinger.stock.actions import counts, goods
from wharfinger.stock.models import Bin, Location
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.counting import Scope, Tally
from wharfinger.stock.rules.moving import Goods, Transfer

Made = tuple[int, int]


class CountsActions(TransportsActions):
    """Calls the actions in process."""

    def begin_count(self: Tells, location: int, bin: int | None) -> Made:
        """Begin a count."""
        scope = Scope(bins=(bin,) if bin else ())
        done = self._said(lambda: counts.begin_count(actor=self.who, location=location, scope=scope))
        return done.one("stock.Count"), done.id

    def tally(self: Tells, verb: str, count: int, bin: Bin, product: int, n: int, serials: Any) -> int:
        """Write down what was counted."""
        act = counts.recount if verb == "recount" else counts.record_count
        tallies = [Tally(product, bin.place_id, n, tuple(serials))]
        return int(self._said(lambda: act(actor=self.who, count=count, tallies=tallies)).id)

    def on_count(self: Tells, verb: str, count: int) -> int:
        """Review, post, give up."""
        acts = {"review": counts.review_count, "post": counts.complete_count, "give-up": counts.cancel_count}
        return int(self._said(lambda: acts[verb](actor=self.who, count=count)).id)

    def move(self: Tells, product: int, n: int, location: Location, bin: Bin) -> int:
        """Bring free goods to a bin."""
        item = Transfer(Goods(product, n, location.place_id), location.place_id, bin.place_id)
        return int(self._said(lambda: goods.transfer(actor=self.who, items=[item])).id)

    def set_aside(self: Tells, verb: str, product: int, n: int, location: Location, reason: str) -> int:
        """Set aside, bring back."""
        if verb == "hold":
            what = Goods(product, n, location.place_id)
            return int(self._said(lambda: goods.hold(actor=self.who, goods=what, reason=reason)).id)
        what = Goods(product, n, location.place_id, kind="quarantine")
        return int(self._said(lambda: goods.unhold(actor=self.who, goods=what)).id)

    def lose(self: Tells, product: int, n: int, location: Location, why: tuple[str, str], owner: int) -> int:
        """Goods come or go for a reason; owner: whose they are, where not ours."""
        item = Adjustment(product, n, location.place_id, owner=owner or None)
        act = lambda: goods.adjust(actor=self.who, items=[item], reason=why[0], note=why[1])  # noqa: E731
        return int(self._said(act).id)

    def correct(self: Tells, lot: Lot, serial: str, reason: str) -> int:
        """A unit gets its right number."""
        act = lambda: goods.correct_serial(actor=self.who, lot=lot.pk, serial=serial, reason=reason)  # noqa: E731
        return int(self._said(act).id)


class CountsApi(TransportsApi):
    """Speaks JSON over HTTP."""

    def begin_count(self: Posts, location: int, bin: int | None) -> Made:
        """Begin a count."""
        made = self._post("/stock/counts", {"location": location, "scope": {"bins": [bin] if bin else []}})
        return made["id"], made["entry"]

    def tally(self: Posts, verb: str, count: int, bin: Bin, product: int, n: int, serials: Any) -> int:
        """Write down what was counted."""
        line = {"product": product, "bin": bin.pk, "counted": str(n), "serials": list(serials)}
        path = "recount" if verb == "recount" else "record"
        return int(self._post(f"/stock/counts/{count}/{path}", {"lines": [line]})["entry"])

    def on_count(self: Posts, verb: str, count: int) -> int:
        """Review, post, give up."""
        path = {"post": "complete", "give-up": "cancel"}.get(verb, verb)
        return int(self._post(f"/stock/counts/{count}/{path}", {} if path == "cancel" else None)["entry"])

    def move(self: Posts, product: int, n: int, location: Location, bin: Bin) -> int:
        """Bring free goods to a bin."""
        body = {"product": product, "quantity": str(n), "from": location.pk}
        return int(
            self._post("/stock/transfer", body | {"to": {"location": location.pk, "bin": bin.pk}})["entry"]
        )

    def set_aside(self: Posts, verb: str, product: int, n: int, location: Location, reason: str) -> int:
        """Set aside, bring back."""
        body = {"product": product, "quantity": str(n), "location": location.pk, "reason": reason}
        return int(self._post(f"/stock/{verb}", body)["entry"])

    def lose(self: Posts, product: int, n: int, location: Location, why: tuple[str, str], owner: int) -> int:
        """Goods come or go for a reason; owner: whose they are, where not ours."""
        body = {"product": product, "quantity": str(n), "location": location.pk, "reason": why[0]}
        more = {"note": why[1], **({"owner": owner} if owner else {})}
        return int(self._post("/stock/adjust", body | more)["entry"])

    def correct(self: Posts, lot: Lot, serial: str, reason: str) -> int:
        """A unit gets its right number."""
        body = {"product": lot.product_id, "serial": lot.code, "correct": serial, "reason": reason}
        return int(self._post("/stock/correct-serial", body)["entry"])
