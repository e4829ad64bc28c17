"""The stories' words around recalled units.

recall R: router S1 S2 · recall R: batch L7 of paste    units are called back
tell-owners R                                           each who has some and was not told
told-owner R again · told-owner R by-hand               the customer, once more or otherwise
owner-answers R: WORDS                                  what the customer says
recall-is R WORD                                        to_tell, under_way, back
recalled-at R: ours 2, customer 1                       where the units are
recalled-back R N                                       so many came back since the customer was told
"""

from __future__ import annotations

from tests.scenarios.varying import Varying
from wharfinger.returns.queries import recalls


class Recalling(Varying):
    """What a teller also understands of recalls."""

    def say_recall(self, rest: str) -> None:
        """recall R: NAME SERIALS, or batch CODE of NAME"""
        name, _, told = rest.partition(":")
        first, *more = told.split()
        if first == "batch":
            code, _of, product = more
            made = self.door.recall(self.products[product], code, [])
        else:
            made = self.door.recall(self.products[first], "", more)
        self.documents[name] = made[0]
        self.acts.append(made[1])

    def say_tell_owners(self, name: str) -> None:
        """tell-owners R"""
        self.acts.append(self.door.tell_owners(self.documents[name]))

    def say_told_owner(self, rest: str) -> None:
        """told-owner R again, or by-hand"""
        name, way = rest.split()
        self.acts.append(self.door.tell_owner(self.documents[name], self.company.customer.pk, way))

    def say_owner_answers(self, rest: str) -> None:
        """owner-answers R: WORDS"""
        name, _, words = rest.partition(":")
        recall = self.documents[name]
        self.acts.append(self.door.answer_recall(recall, self.company.customer.pk, words.strip()))

    def say_recall_is(self, rest: str) -> None:
        """recall-is R WORD"""
        name, wanted = rest.split()
        found = recalls.word(recalls.one(self.documents[name]))
        assert found == wanted, f"is {found}"

    def say_recalled_at(self, rest: str) -> None:
        """recalled-at R: WHERE N, …"""
        name, _, wanted = rest.partition(":")
        found = {group: units for group, units in recalls.counted(self.documents[name]).items() if units}
        told = {where: int(n) for where, n in (one.split() for one in wanted.split(","))}
        assert found == told, f"are {found}"

    def say_recalled_back(self, rest: str) -> None:
        """recalled-back R N"""
        name, wanted = rest.split()
        recall = self.documents[name]
        told = recalls.told(recall, recalls.owners(recall))
        found = {one.id: one.returned for one in told}.get(self.company.customer.pk, 0)
        assert found == int(wanted), f"are {found}"
