"""What the doors of the stories also do with promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.scenarios.further import Posts, Tells
from wharfinger.sales.actions.promising import promise
from wharfinger.sales.rules.promising import Promised

Days = Sequence[tuple[int, date]]


class PromisesActions:
    """Calls the actions in process."""

    def promise_anew(self: Tells, order: int, days: Days, why: str) -> int:
        """Promise lines for another day."""
        wanted = [Promised(line, day) for line, day in days]
        act = lambda: promise(actor=self.who, order=order, promises=wanted, reason=why)  # noqa: E731
        return int(self._said(act).id)


class PromisesApi:
    """Speaks JSON over HTTP."""

    def promise_anew(self: Posts, order: int, days: Days, why: str) -> int:
        """Promise lines for another day."""
        lines = [{"line": line, "promised_on": day.isoformat()} for line, day in days]
        return int(self._post(f"/orders/{order}/promise", {"lines": lines, "reason": why})["entry"])
