"""What the doors of the stories also do with options of a quote."""

from __future__ import annotations

from collections.abc import Sequence

from tests.scenarios.further import Posts, Tells
from wharfinger.demand.actions import arrange, change_line
from wharfinger.demand.discounts import typed
from wharfinger.demand.rules.amend import LineChange
from wharfinger.demand.rules.grouping import GroupWish


class OffersActions:
    """Calls the actions in process."""

    def offer(self: Tells, line: int, option: str, instead_of: int | None) -> int:
        """Let a line be optional, an alternative, or firm again."""
        change = LineChange(option=option, instead_of=instead_of)
        return int(self._said(lambda: change_line(actor=self.who, line=line, change=change)).id)

    def take(self: Tells, line: int, *, taken: bool) -> int:
        """Let a line count, or not."""
        return int(
            self._said(lambda: change_line(actor=self.who, line=line, change=LineChange(taken=taken))).id
        )

    def discount(self: Tells, line: int, text: str) -> int:
        """Take so much off a line."""
        change = LineChange(discount=typed(text, "discount"))
        return int(self._said(lambda: change_line(actor=self.who, line=line, change=change)).id)

    def arrange(self: Tells, quote: int, whole: str, groups: Sequence[tuple[str, str, list[int]]]) -> int:
        """Put lines in groups, with what is taken off each and off the whole."""
        wishes = [GroupWish(title, int(less) * 10_000, lines=tuple(lines)) for title, less, lines in groups]
        micro = int(whole) * 10_000
        return int(
            self._said(lambda: arrange(actor=self.who, sheet=quote, groups=wishes, discount_micro=micro)).id
        )


class OffersApi:
    """Asks over HTTP."""

    def offer(self: Posts, line: int, option: str, instead_of: int | None) -> int:
        """Let a line be optional, an alternative, or firm again."""
        return int(self._patch(f"/lines/{line}", {"option": option, "instead_of": instead_of})["entry"])

    def take(self: Posts, line: int, *, taken: bool) -> int:
        """Let a line count, or not."""
        return int(self._patch(f"/lines/{line}", {"taken": taken})["entry"])

    def discount(self: Posts, line: int, text: str) -> int:
        """Take so much off a line."""
        each = {"discount_each": text.partition("/")[0]}
        return int(
            self._patch(f"/lines/{line}", each if "/" in text else {"discount_percent": text})["entry"]
        )

    def arrange(self: Posts, quote: int, whole: str, groups: Sequence[tuple[str, str, list[int]]]) -> int:
        """Put lines in groups, with what is taken off each and off the whole."""
        made = [{"title": title, "discount_percent": less, "lines": lines} for title, less, lines in groups]
        return int(self._put(f"/quotes/{quote}/groups", {"discount_percent": whole, "groups": made})["entry"])
