"""The stories' words around goods that go from one location to another.

carry T: 3 router to Van [serials S1 S2 …]        a transfer order from the first location is written
carry T: 3 router of SO to Van                    goods that an order holds
sends T · takes-back T · loses-all T · drops T    sent; what is on its way comes back, is lost; the draft is cancelled
comes T 2 router [damaged 1] [yes] [serials …]    what came; yes to more than was sent
at Van router: on_hand 3, available 2, in_transit 1
keep router 2..6 at Van [from Main]               how many are kept there, and from which location they come
low router at Van: 6 [of which 4]                 so many lack, and so many are proposed
fill                                              everything that is proposed is got
"""

from __future__ import annotations

from tests.scenarios.after import After
from wharfinger.purchasing.queries.needs import current
from wharfinger.stock.models import Location
from wharfinger.stock.queries.figures import stock_rows


class Transporting(After):
    """What a teller also understands of transfers."""

    def say_carry(self, rest: str) -> None:
        """carry T: 3 router [of SO] to Van [serials S1 S2]"""
        name, _, what = rest.partition(":")
        what, _, serials = what.partition(" serials ")
        what, _, place = what.partition(" to ")
        what, _, holder = what.partition(" of ")
        n, product = what.split()
        pk = self.products[product].pk
        line = (
            next((x.pk for x in self.lines(holder.strip()) if x.product_id == pk), None) if holder else None
        )
        target = Location.objects.get(name=place.strip()).pk
        wanted = [(pk, int(n), tuple(serials.split()), line)]
        self.keep("transfer", name, self.door.write_transfer(self.company.location.pk, target, wanted))

    def _on(self, verb: str, name: str) -> None:
        self.acts.append(self.door.on_transfer(verb, self.documents[name]))

    def say_sends(self, name: str) -> None:
        """sends T"""
        self._on("send", name)

    def say_takes_back(self, name: str) -> None:
        """takes-back T"""
        self._on("return", name)

    def say_loses_all(self, name: str) -> None:
        """loses-all T"""
        self._on("lose", name)

    def say_drops(self, name: str) -> None:
        """drops T"""
        self._on("cancel", name)

    def say_comes(self, rest: str) -> None:
        """comes T 2 router [damaged 1] [yes] [serials S1 S2]"""
        what, _, serials = rest.partition(" serials ")
        name, n, product, *more = what.split()
        damaged = int(more[more.index("damaged") + 1]) if "damaged" in more else 0
        order, pk = self.documents[name], self.products[product].pk
        self.acts.append(
            self.door.receive_transfer(order, pk, int(n), damaged, tuple(serials.split()), "yes" in more)
        )

    def say_at(self, rest: str) -> None:
        """at Van router: on_hand 3, available 2, in_transit 1"""
        head, _, wanted = rest.partition(":")
        place, product = head.split()
        location = Location.objects.get(name=place).pk
        rows = [r for r in stock_rows([self.products[product].pk]) if r.location == location]
        for part in wanted.split(","):
            key, value = part.split()
            found = getattr(rows[0], key) if rows else 0
            assert found == int(value), f"{key} is {found}"

    def say_keep(self, rest: str) -> None:
        """keep router 2..6 at Van [from Main]"""
        product, span, _, place, *more = rest.split()
        low, _, high = span.partition("..")
        source = Location.objects.get(name=more[1]).pk if more else None
        where = Location.objects.get(name=place).pk
        self.acts.append(self.door.keep_at(self.products[product].pk, where, int(low), int(high), source))

    def say_low(self, rest: str) -> None:
        """low router at Van: 6 [of which 4]"""
        head, _, wanted = rest.partition(":")
        product, _, place = head.split()
        lacking, _, proposed = wanted.partition(" of which ")
        pk, where = self.products[product].pk, Location.objects.get(name=place).pk
        (need,) = [one for one in current([pk]) if one.location == where]
        assert need.lacking == int(lacking), f"{need.lacking} lack"
        assert not proposed or need.proposed == int(proposed), f"{need.proposed} are proposed"

    def say_fill(self, rest: str) -> None:
        """fill"""
        assert not rest
        low = [one for one in current() if one.proposed]
        wanted = [(o.product, o.location, o.proposed, None if o.source else o.vendor, o.source) for o in low]
        self.acts.append(self.door.fill(wanted))
