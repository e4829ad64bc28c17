"""What the doors of the stories also do with requests for quotation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.scenarios.further import Made, Posts, Tells, micro
from wharfinger.purchasing.actions import quoting
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.quoting import AnswerWish, Asked, Offered, RfqWish

Wants = Sequence[tuple[int | None, int | None, int | None]]
"""A product, how many of it, a customer's line."""
Offers = Sequence[tuple[int, str]]
"""A line of the request, what a unit of it costs."""


class AsksActions:
    """Calls the actions in process."""

    def ask_vendors(self: Tells, vendors: Sequence[int], wants: Wants) -> Made:
        """Vendors are asked: the request."""
        lines = tuple(
            Asked(product, many, () if line is None else (Wanted(line),)) for product, many, line in wants
        )
        wish = RfqWish(tuple(vendors), lines)
        done = self._said(lambda: quoting.ask_vendors(actor=self.who, wish=wish))
        return done.one("purchasing.Rfq"), done.id

    def send_rfq(self: Tells, rfq: int, vendors: Sequence[int] | None, *, by_hand: bool) -> int:
        """A request leaves by mail."""
        act = partial(quoting.send_rfq, actor=self.who, rfq=rfq, vendors=vendors, by_hand=by_hand)
        return int(self._said(act).id)

    def answer_rfq(self: Tells, rfq: int, vendor: int, offers: Offers) -> int:
        """A vendor answers, or declines."""
        wish = AnswerWish(tuple(Offered(line, micro(cost)) for line, cost in offers), declined=not offers)
        act = lambda: quoting.answer_rfq(actor=self.who, rfq=rfq, vendor=vendor, wish=wish)  # noqa: E731
        return int(self._said(act).id)

    def award_rfq(self: Tells, rfq: int) -> int:
        """The cheapest of each line is ordered."""
        return int(self._said(lambda: quoting.award_rfq(actor=self.who, rfq=rfq)).id)

    def close_rfq(self: Tells, rfq: int) -> int:
        """No more answers are expected."""
        return int(self._said(lambda: quoting.close_rfq(actor=self.who, rfq=rfq)).id)


class AsksApi:
    """Speaks JSON over HTTP."""

    def ask_vendors(self: Posts, vendors: Sequence[int], wants: Wants) -> Made:
        """Vendors are asked: the request."""
        lines = [
            {"lines": [{"line": line}]} if line is not None else {"product": product, "quantity": str(many)}
            for product, many, line in wants
        ]
        made = self._post("/rfqs", {"vendors": list(vendors), "lines": lines})
        return made["id"], made["entry"]

    def send_rfq(self: Posts, rfq: int, vendors: Sequence[int] | None, *, by_hand: bool) -> int:
        """A request leaves by mail."""
        body = {"by_hand": by_hand} | ({} if vendors is None else {"vendors": list(vendors)})
        return int(self._post(f"/rfqs/{rfq}/send", body)["entry"])

    def answer_rfq(self: Posts, rfq: int, vendor: int, offers: Offers) -> int:
        """A vendor answers, or declines."""
        lines = [{"line": line, "unit_cost": cost} for line, cost in offers]
        body = {"vendor": vendor, "lines": lines, "declined": not offers}
        return int(self._post(f"/rfqs/{rfq}/answer", body)["entry"])

    def award_rfq(self: Posts, rfq: int) -> int:
        """The cheapest of each line is ordered."""
        return int(self._post(f"/rfqs/{rfq}/award", {})["entry"])

    def close_rfq(self: Posts, rfq: int) -> int:
        """No more answers are expected."""
        return int(self._post(f"/rfqs/{rfq}/close", {})["entry"])
