"""The stories' words around what a quote offers.

option Q rack optional       · option Q rack firm · option Q dear instead of router
pick-out Q rack · leave-out Q rack    whether a line counts
discount Q rack 10 · discount Q rack 2.50/each    a share, or money off each unit
arrange Q 5: Net 10 router rack; Rest 0 mount     groups with their discounts, and the whole's
comes-to Q 119.00            what a quote or an order comes to, tax included
"""

from __future__ import annotations

from tests.scenarios.varying import Varying
from wharfinger.base import money
from wharfinger.demand.models import Line, Sheet
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.queries.reading import SHEET


class Offering(Varying):
    """What a teller also understands of options."""

    def say_option(self, rest: str) -> None:
        """option Q NAME firm|optional; option Q NAME instead of NAME"""
        quote, name, word, *more = rest.split()
        line = self.line(quote, name)
        if word == "instead":
            entry = self.door.offer(line, "alternative", self.line(quote, more[1]))
        else:
            entry = self.door.offer(line, "" if word == "firm" else word, None)
        self.acts.append(entry)

    def say_pick_out(self, rest: str) -> None:
        """pick-out Q NAME"""
        self.acts.append(self.door.take(self.line(*rest.split()), taken=True))

    def say_leave_out(self, rest: str) -> None:
        """leave-out Q NAME"""
        self.acts.append(self.door.take(self.line(*rest.split()), taken=False))

    def say_discount(self, rest: str) -> None:
        """discount DOCUMENT NAME PERCENT|MONEY/each"""
        name, what, text = rest.split()
        self.acts.append(self.door.discount(self.line(name, what), text))

    def say_arrange(self, rest: str) -> None:
        """arrange Q PERCENT: TITLE PERCENT NAMES…; …"""
        head, _, groups = rest.partition(":")
        quote, whole = head.split()
        made = [one.split() for one in groups.split(";") if one.strip()]
        self.acts.append(
            self.door.arrange(
                self.documents[quote],
                whole,
                [(title, less, [self.line(quote, name) for name in names]) for title, less, *names in made],
            )
        )

    def say_comes_to(self, rest: str) -> None:
        """comes-to DOCUMENT AMOUNT"""
        name, wanted = rest.split()
        sheet = Sheet.objects.get(pk=self.documents[name])
        ended = [sheet.pk] if Line.objects.filter(sheet=sheet, became__void__isnull=True).exists() else []
        found = totals_of([sheet.pk], SHEET, ended)[sheet.pk].total
        assert money.plain(found, sheet.currency) == wanted, f"comes to {money.plain(found, sheet.currency)}"
