"""The stories' words around faulty units that a vendor is asked about.

claim C: 2 router [serials S1 S2]        of our own stock · claim C of R: 1 router, of what came on an RMA
send-claim C                             the goods leave for the vendor
answer C 1 router replacement [as N1]    and so repair, credit, refused
claim-is C WORD                          to_send, sent, partly_answered, answered
"""

from __future__ import annotations

from tests.scenarios.varying import Varying
from wharfinger.returns.models import RmaLine, VendorClaimLine
from wharfinger.returns.queries import claims


class Guaranteeing(Varying):
    """What a teller also understands of claims on vendors."""

    def say_claim(self, rest: str) -> None:
        """claim C [of R]: N NAME [serials CODES]"""
        head, _, goods = rest.partition(":")
        name, _, rma = head.partition(" of ")
        told, _, serials = goods.partition(" serials ")
        quantity, product = told.split()
        if rma:
            line = RmaLine.objects.get(rma=self.documents[rma], product=self.products[product], void=None)
            made = self.door.claim_theirs(line.pk, int(quantity))
        else:
            made = self.door.claim_ours(self.products[product], int(quantity), serials.split())
        self.documents[name.strip()] = made[0]
        self.acts.append(made[2])

    def say_send_claim(self, name: str) -> None:
        """send-claim C"""
        self.acts.append(self.door.send_claim(self.documents[name]))

    def say_answer(self, rest: str) -> None:
        """answer C N NAME ANSWER [as SERIAL]"""
        told, _, serial = rest.partition(" as ")
        name, quantity, product, answer = told.split()
        claim = self.documents[name]
        line = VendorClaimLine.objects.get(vendor_claim=claim, product=self.products[product], void=None)
        self.acts.append(self.door.answer_claim(claim, line.pk, int(quantity), answer, serial))

    def say_claim_is(self, rest: str) -> None:
        """claim-is C WORD"""
        name, wanted = rest.split()
        found = claims.word(claims.one(self.documents[name]))
        assert found == wanted, f"is {found}"
