"""What the doors of the stories also do with promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.scenarios.further import Posts, Tells
from wharfinger.demand.models import CHARGED, Sheet
from wharfinger.demand.rules.promising import Promised
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.rules.amend import Amend
from wharfinger.sales.actions.promising import promise
from wharfinger.sales.actions.serving import serve_now
from wharfinger.work.actions import promise_work

Days = Sequence[tuple[int, date]]


class PromisesActions:
    """Calls the actions in process."""

    def promise_anew(self: Tells, order: int, days: Days, why: str) -> int:
        """Promise lines for another day."""
        wanted = [Promised(line, day) for line, day in days]
        if _is_work(order):
            act = lambda: promise_work(actor=self.who, work_order=order, promises=wanted, reason=why)  # noqa: E731
        else:
            act = lambda: promise(actor=self.who, order=order, promises=wanted, reason=why)  # noqa: E731
        return int(self._said(act).id)

    def serve_now(self: Tells, lines: list[int]) -> int:
        """Let what is free go to these lines, or to all who wait."""
        return int(self._said(lambda: serve_now(actor=self.who, lines=lines)).id)

    def split_off(self: Tells, order: int, line: int, day: date, keep: int | None) -> int:
        """Let a line's rest be a line of its own that is promised for this day."""
        amends = [Amend(line, keep, back_order_on=day)]
        return int(self._said(lambda: amend(actor=self.who, sheet=order, amends=amends)).id)


class PromisesApi:
    """Speaks JSON over HTTP."""

    def promise_anew(self: Posts, order: int, days: Days, why: str) -> int:
        """Promise lines for another day."""
        lines = [{"line": line, "promised_on": day.isoformat()} for line, day in days]
        documents = "work-orders" if _is_work(order) else "orders"
        return int(self._post(f"/{documents}/{order}/promise", {"lines": lines, "reason": why})["entry"])

    def serve_now(self: Posts, lines: list[int]) -> int:
        """Let what is free go to these lines, or to all who wait."""
        return int(self._post("/back-orders/serve", {"lines": lines})["entry"])

    def split_off(self: Posts, order: int, line: int, day: date, keep: int | None) -> int:
        """Let a line's rest be a line of its own that is promised for this day."""
        kept = {} if keep is None else {"quantity": str(keep)}
        lines = [{"line": line, "back_order_on": day.isoformat(), **kept}]
        return int(self._post(f"/orders/{order}/amend", {"lines": lines})["entry"])


def _is_work(document: int) -> bool:
    return Sheet.objects.get(pk=document).kind in CHARGED
