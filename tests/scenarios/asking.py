"""The stories' words around what vendors are asked to offer.

ask-vendors RFQ of Acme Bolt: SO router, 10 cable     a line of an order, or so many for stock; vendors made as named
reaches Bolt bolt@x.example                           where a vendor gets its mails
send-rfq RFQ [to Bolt]                                to all who neither have it nor have answered, else to these
rfq-mails RFQ: Acme, Bolt                             who got it, one mail each; or nobody
answers RFQ Acme: router 7.00, cable 2.00             or `declines`
rfq-is RFQ asked                                      · award-rfq RFQ · close-rfq RFQ
drafts Acme: 3 router at 7.00                         what is drafted of a vendor; or nothing
"""

from __future__ import annotations

from tests.scenarios.billing import Billing
from wharfinger.notices import outbox
from wharfinger.notices.queries import mails_of
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.models.quoting import RfqLine
from wharfinger.purchasing.queries import quoting as queries
from wharfinger.site.consumers import CONSUMERS


class Asking(Billing):
    """What a teller also understands of requests for quotation."""

    def asked(self, name: str) -> int:
        """The vendor of a name; one who is not known yet is made."""
        values = {"vendor": True, "customer": False, "currency": "EUR", "language": "en"}
        return Organization.objects.get_or_create(name=name, defaults=values)[0].pk

    def say_ask_vendors(self, rest: str) -> None:
        """ask-vendors RFQ of VENDORS: ITEMS"""
        head, _, items = rest.partition(":")
        name, _, *vendors = head.split()
        wants: list[tuple[int | None, int | None, int | None]] = []
        for item in items.split(","):
            first, product = item.split()
            if first.isdigit():
                wants.append((self.products[product].pk, int(first), None))
            else:
                wants.append((None, None, self.line(first, product)))
        made = self.door.ask_vendors([self.asked(one) for one in vendors], wants)
        self.keep("rfq", name, made)

    def say_reaches(self, rest: str) -> None:
        """reaches VENDOR ADDRESS"""
        name, address = rest.split()
        Organization.objects.filter(pk=self.asked(name)).update(email=address)

    def say_send_rfq(self, rest: str) -> None:
        """send-rfq RFQ [to VENDORS] [by hand]"""
        name, _, vendors = rest.removesuffix(" by hand").partition(" to ")
        named = [self.asked(one) for one in vendors.split()] or None
        by_hand = rest.endswith(" by hand")
        self.acts.append(self.door.send_rfq(self.documents[name], named, by_hand=by_hand))

    def say_rfq_mails(self, rest: str) -> None:
        """rfq-mails RFQ: VENDORS"""
        name, _, wanted = rest.partition(":")
        while outbox.work({"documents": CONSUMERS["documents"]}):
            pass
        to = [row.payload["to"][0] for row in mails_of(f"rfq:{self.documents[name]}")]
        names = dict(Organization.objects.filter(email__in=to).values_list("email", "name"))
        found = ", ".join(sorted(names[one] for one in to)) or "nobody"
        assert found == wanted.strip(), f"went to {found}"

    def say_answers(self, rest: str) -> None:
        """answers RFQ VENDOR: PRODUCT COST, …; or declines"""
        head, _, items = rest.partition(":")
        name, vendor = head.split()
        lines = RfqLine.objects.filter(rfq=self.documents[name])
        offers = []
        for item in items.split(",") if items.strip() != "declines" else ():
            product, cost = item.split()
            offers.append((lines.get(product=self.products[product]).pk, cost))
        self.acts.append(self.door.answer_rfq(self.documents[name], self.asked(vendor), offers))

    def say_award_rfq(self, name: str) -> None:
        """award-rfq RFQ"""
        self.acts.append(self.door.award_rfq(self.documents[name]))

    def say_close_rfq(self, name: str) -> None:
        """close-rfq RFQ"""
        self.acts.append(self.door.close_rfq(self.documents[name]))

    def say_rfq_is(self, rest: str) -> None:
        """rfq-is RFQ WORD"""
        name, word = rest.split()
        (one,) = queries.beside([queries.rfq(self.documents[name])])
        assert one.word == word, f"is {one.word}"

    def say_drafts(self, rest: str) -> None:
        """drafts VENDOR: N PRODUCT at COST, …; or nothing"""
        name, _, wanted = rest.partition(":")
        lines = PurchaseLine.objects.filter(
            void__isnull=True, removed_at__isnull=True, purchase_order__vendor=self.asked(name)
        ).order_by("pk")
        names = {product.pk: one for one, product in self.products.items()}
        found = ", ".join(
            f"{one.quantity} {names[one.product_id]} at {one.unit_cost_micro / 10**6:.2f}" for one in lines
        )
        assert (found or "nothing") == wanted.strip(), f"is {found}"
