"""The stories' words around what a quote holds and becomes.

expires Q in 5               its last day, so many days from now
held-for Q router: 5         in how many days the hold of a line ends; or nothing
win-anyway Q as SO           although it has expired
"""

from __future__ import annotations

from tests.scenarios.trading import today
from tests.scenarios.varying import Varying
from wharfinger.base import configuration
from wharfinger.ledger.models import Claim
from wharfinger.sales.rules.holds import end_of_day


class Claiming(Varying):
    """What a teller also understands of holds and of winning."""

    def say_expires(self, rest: str) -> None:
        """expires Q in DAYS"""
        quote, _, days = rest.split()
        self.acts.append(self.door.expires(self.documents[quote], today(-int(days))))

    def say_held_for(self, rest: str) -> None:
        """held-for Q NAME: DAYS; or nothing"""
        head, _, wanted = rest.partition(":")
        until = Claim.objects.get(pk=self.line(*head.split())).hold_until
        zone = configuration.one("time_zone")
        ends = {end_of_day(today(-n), zone): str(n) for n in range(-60, 90)}
        found = "nothing" if until is None else ends.get(until, str(until))
        assert found == wanted.strip(), f"is held for {found}"

    def say_win_anyway(self, rest: str) -> None:
        """win-anyway Q as SO"""
        quote, _, name = rest.split()
        self.documents[name], entry = self.door.win_anyway(self.documents[quote])
        self.acts.append(entry)
