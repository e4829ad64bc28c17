"""The stories' words around counting and the shelves.

count C [of A1]                          a count of the location begins, or of one of its bins
tally C A1: 3 router                     so many were counted there; `recount C A1: …` is a second count
tally C A1: 2 phone serials S1 S2        these units
review C · post C · give-up C            differences are looked at, posted, or the count is given up
twice                                    what is off is counted a second time from now on
stands A1 router: 3                      how many the books have in a bin, reserved or not
move 2 router to A2                      within the location
aside 2 router · bring-back 2 router     set aside, and back
keeps 5 router for Acme                  somebody else's goods, which we only keep
reason Damaged for lost, hold [note]     a reason of the list; `listed`: no other is taken
loses 1 router because Damaged [: words] · correct S1 to S2 because Misread
mails: ada                               who is told of the step before
"""

from __future__ import annotations

import re

from django.db.models import Sum

from tests.scenarios.transporting import Transporting
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Entry, Holding, Lot
from wharfinger.notices import mails
from wharfinger.parties.models import Organization, User
from wharfinger.stock.actions import reasons
from wharfinger.stock.models import Bin


class Counting(Transporting):
    """What a teller also understands of shelves."""

    def bin(self, name: str) -> Bin:
        """A bin of the first location."""
        return Bin.objects.get(location=self.company.location, name=name)

    def say_count(self, rest: str) -> None:
        """count C [of A1]"""
        name, *more = rest.split()
        bin = self.bin(more[1]).pk if more else None
        self.keep("count", name, self.door.begin_count(self.company.location.pk, bin))

    def say_tally(self, rest: str, *, verb: str = "record") -> None:
        """tally C A1: 3 router [serials S1 …]"""
        head, _, what = rest.partition(":")
        name, place = head.split()
        what, _, serials = what.partition(" serials ")
        n, product = what.split()
        count, bin = self.documents[name], self.bin(place)
        pk = self.products[product].pk
        self.acts.append(self.door.tally(verb, count, bin, pk, int(n), serials.split()))

    def say_recount(self, rest: str) -> None:
        """recount C A1: 3 router"""
        self.say_tally(rest, verb="recount")

    def say_review(self, name: str) -> None:
        """review C"""
        self.acts.append(self.door.on_count("review", self.documents[name]))

    def say_post(self, name: str) -> None:
        """post C"""
        self.acts.append(self.door.on_count("post", self.documents[name]))

    def say_give_up(self, name: str) -> None:
        """give-up C"""
        self.acts.append(self.door.on_count("give-up", self.documents[name]))

    def say_twice(self, rest: str) -> None:
        """twice"""
        assert not rest
        Setting.objects.update_or_create(key="counting", defaults={"value": {"second_count": True}})

    def say_stands(self, rest: str) -> None:
        """stands A1 router: 3"""
        head, n = rest.split(":")
        place, product = head.split()
        there = Holding.objects.filter(place=self.bin(place).place_id, product=self.products[product])
        found = there.aggregate(q=Sum("quantity"))["q"] or 0
        assert found == int(n), f"{found} stand there"

    def say_move(self, rest: str) -> None:
        """move 2 router to A2"""
        n, product, _, place = rest.split()
        location = self.company.location
        self.acts.append(self.door.move(self.products[product].pk, int(n), location, self.bin(place)))

    def say_aside(self, rest: str, *, verb: str = "hold") -> None:
        """aside 2 router [because REASON]"""
        what, _, why = rest.partition(" because ")
        n, product = what.split()
        location = self.company.location
        pk = self.products[product].pk
        self.acts.append(self.door.set_aside(verb, pk, int(n), location, why or "As told"))

    def say_bring_back(self, rest: str) -> None:
        """bring-back 2 router"""
        self.say_aside(rest, verb="unhold")

    def say_keeps(self, rest: str) -> None:
        """keeps 5 router for Acme"""
        what, _, whose = rest.partition(" for ")
        n, product = what.split()
        self._comes(self.products[product], int(n), "As told", Organization.objects.get(name=whose).pk)

    def say_loses(self, rest: str) -> None:
        """loses 1 router because REASON[: words]"""
        what, _, why = rest.partition(" because ")
        n, product = what.split()
        self._comes(self.products[product], -int(n), why, 0)

    def _comes(self, product: Product, n: int, why: str, owner: int) -> None:
        reason, _, note = why.partition(":")
        said = reason.strip(), note.strip()
        self.acts.append(self.door.lose(product.pk, n, self.company.location, said, owner))

    def say_reason(self, rest: str) -> None:
        """reason NAME for lost, hold [note]"""
        name, _, uses = rest.partition(" for ")
        note = uses.endswith(" note")
        values = {
            "name": name,
            "uses": re.findall(r"\w+", uses.removesuffix(" note")),
            "note_required": note,
        }
        reasons.add_reason(actor=HOUSE, values=values)

    def say_listed(self, rest: str) -> None:
        """listed"""
        assert not rest
        Setting.objects.create(key="listed_reasons_only", value=True)

    def say_correct(self, rest: str) -> None:
        """correct S1 to S2 because REASON"""
        what, _, why = rest.partition(" because ")
        old, _, new = what.split()
        self.acts.append(self.door.correct(Lot.objects.get(code=old, serial=True), new, why))

    def say_mails(self, rest: str) -> None:
        """mails: NAME, NAME, or nobody"""
        _, _, wanted = rest.partition(":") if ":" in rest else ("", "", rest)
        told = {to for mail in mails.about(Entry.objects.get(pk=self.acts[-1])) for to in mail["to"]}
        found = sorted(User.objects.filter(email__in=told).values_list("name", flat=True))
        names = [one.strip() for one in wanted.split(",") if one.strip() not in ("", "nobody")]
        assert [one.lower() for one in found] == sorted(names), f"told: {found}"
