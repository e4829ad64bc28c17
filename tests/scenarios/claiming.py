"""The stories' words around what a quote holds and becomes.

expires Q in 5               its last day, so many days from now
held-for Q router: 5         in how many days the hold of a line ends; or nothing
hold-coming Q 3 router of PO     what is on order for stock, or on its way; and so release-coming
ask-hold SO 2 router of Q as ASK · give-way ASK 2 · keep-hold ASK · requests open: ASK
taken-from Van               of all the customer orders from now on · taken-from Van SO   of an order
short SO router: 2 here, 3 elsewhere, 1 for all, 4 on order     or nothing
coming router: 2 PO          what of it is free; or nothing
win-split Q as SO: router ticket, hours project   lines charged apart; the rest on the order alone
win-anyway Q as SO           although it has expired
"""

from __future__ import annotations

from tests.scenarios.trading import today
from tests.scenarios.varying import Varying
from wharfinger.base import configuration
from wharfinger.demand.models import Sheet
from wharfinger.demand.queries.reading import lines_with
from wharfinger.demand.queries.shown import show_lines
from wharfinger.ledger.models import Claim
from wharfinger.parties.models import Organization
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.sales.queries.giving import OPEN, requests
from wharfinger.sales.queries.holding import arriving
from wharfinger.sales.rules.holds import end_of_day
from wharfinger.stock.models import Location, TransferOrder


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

    def say_hold_coming(self, rest: str, verb: str = "reserve") -> None:
        """hold-coming Q QUANTITY NAME of PO|TR"""
        document, quantity, name, _, source = rest.split()
        line, kind = self.line(document, name), self.kinds[source]
        place: int | None
        if kind == "purchase":
            bought = PurchaseLine.objects.get(
                purchase_order=self.documents[source], product=self.products[name]
            )
            where = {"purchase_line": bought.pk}
            place = bought.place_id
        else:
            where = {"transfer": self.documents[source]}
            place = TransferOrder.objects.get(pk=self.documents[source]).place_id
        made = self.door.hold_coming(verb, self.documents[document], line, int(quantity), place, where)
        self.acts.append(made)

    def say_release_coming(self, rest: str) -> None:
        """release-coming Q QUANTITY NAME of PO|TR"""
        self.say_hold_coming(rest, "release")

    def say_ask_hold(self, rest: str) -> None:
        """ask-hold DOCUMENT QUANTITY NAME of HOLDER as REQUEST"""
        document, quantity, name, _, holder, _, known_as = rest.split()
        made, entry = self.door.ask_hold(self.line(document, name), self.line(holder, name), int(quantity))
        self.documents[known_as], self.kinds[known_as] = made, "hold_request"
        self.acts.append(entry)

    def say_give_way(self, rest: str) -> None:
        """give-way REQUEST QUANTITY"""
        request, quantity = rest.split()
        self.acts.append(self.door.give_way(self.documents[request], int(quantity)))

    def say_keep_hold(self, rest: str) -> None:
        """keep-hold REQUEST"""
        self.acts.append(self.door.keep_hold(self.documents[rest.strip()]))

    def say_requests(self, rest: str) -> None:
        """requests open: REQUEST, …; or nothing"""
        wanted = rest.partition(":")[2].strip()
        rows = set(requests().filter(OPEN).values_list("pk", flat=True))
        asked = [one for one, kind in self.kinds.items() if kind == "hold_request"]
        found = ", ".join(one for one in asked if self.documents[one] in rows) or "nothing"
        assert found == wanted, f"open is {found}"

    def say_taken_from(self, rest: str) -> None:
        """taken-from LOCATION [ORDER]"""
        name, _, order = rest.partition(" ")
        location = Location.objects.get(name=name).pk
        customer = Organization.objects.get(name="Acme").pk
        self.acts.append(self.door.taken_from(self.documents[order] if order else None, customer, location))

    def say_short(self, rest: str) -> None:
        """short ORDER NAME: N here, N elsewhere, N for all, N on order; or nothing"""
        head, _, wanted = rest.partition(":")
        found = show_lines(lines_with([self.line(*head.split())]))[0]["shortage"] or {}
        words = {
            "short_here": "here",
            "elsewhere": "elsewhere",
            "short_for_all": "for all",
            "on_order": "on order",
        }
        said = ", ".join(f"{found[key]} {word}" for key, word in words.items() if found.get(key, "0") != "0")
        assert (said or "nothing") == wanted.strip(), f"is short: {said or 'nothing'}"

    def say_coming(self, rest: str) -> None:
        """coming NAME: N PO, …; or nothing"""
        name, _, wanted = rest.partition(":")
        words = {"purchase": "purchase_order", "transfer": "transfer"}
        names = {
            f"{words[self.kinds[one]]}:{pk}": one
            for one, pk in self.documents.items()
            if self.kinds.get(one) in words
        }
        told = [f"{one.free} {names[one.subject]}" for one in arriving([self.products[name].pk]) if one.free]
        found = ", ".join(told) or "nothing"
        assert found == wanted.strip(), f"comes {found}"

    def say_win_split(self, rest: str) -> None:
        """win-split Q as SO|nothing: NAME KIND, …"""
        head, _, apart = rest.partition(":")
        quote, _, name = head.split()
        each = dict(one.split() for one in apart.split(","))
        lines = {self.line(quote, product): kind for product, kind in each.items()}
        made, works, entry = self.door.win_split(self.documents[quote], lines)
        assert (made is None) == (name == "nothing"), f"the order is {made}"
        if made is not None:
            self.documents[name] = made
        for work in works:
            self.documents[Sheet.objects.get(pk=work).kind] = work
        self.acts.append(entry)

    def say_win_anyway(self, rest: str) -> None:
        """win-anyway Q as SO"""
        quote, _, name = rest.split()
        self.documents[name], entry = self.door.win_anyway(self.documents[quote])
        self.acts.append(entry)
