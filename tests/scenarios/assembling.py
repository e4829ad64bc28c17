"""The stories' words around bundles, and around goods that are put away.

bundle server 100.00 [serials] [on-pick] [fixed]: 1 case, 4 board       a stocked product that is built
build 2 server [costs 1.50] [serials S1 S2] [inside D1 D2]
apart 1 server [serials S1]
exchange S1: D1 for D2 · exchange S1: board for board                   a component by its number, or by its name
inside S1: 4 board, 1 drive D1                                          what is inside a unit
could server 3                                                          so many can be built where we are
own-bin router A2 · belongs router: A2 own · put-away 3 router into A2 [serials S1 …]
"""

from __future__ import annotations

from tests.scenarios.further import micro
from tests.scenarios.owning import Owning
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions import change_product
from wharfinger.ledger.models import Lot
from wharfinger.stock.actions.levels import set_level
from wharfinger.stock.models import Bin
from wharfinger.stock.queries.buildable import buildable
from wharfinger.stock.queries.built import contents
from wharfinger.stock.queries.putting_away import waiting
from wharfinger.stock.rules.keeping import Keep


def split(rest: str, *words: str) -> tuple[str, ...]:
    """What is said before each of these words and after them, in their order."""
    found = []
    for word in reversed(words):
        rest, _, after = rest.partition(f" {word} ")
        found.append(after)
    return (rest, *reversed(found))


class Assembling(Owning):
    """What a teller also understands of bundles."""

    def say_bundle(self, rest: str) -> None:
        """bundle NAME PRICE [serials] [on-pick] [fixed]: ITEMS"""
        head, items = rest.split(":")
        name, price, *more = head.split()
        traced = {"traced": "serial", "cost_method": "specific"} if "serials" in more else {}
        made = self.company.product(
            sku=name.upper(),
            name=name,
            price_micro=micro(price),
            build_on_pick="on-pick" in more,
            fixed="fixed" in more,
            **traced,
        )
        parts = [{"product": part, "quantity": str(quantity)} for part, quantity in self.items(items)]
        change_product(actor=HOUSE, product=made.pk, values={}, components=parts)
        self.products[name] = made

    def say_build(self, rest: str) -> None:
        """build N NAME [costs AMOUNT] [serials CODES] [inside CODES]"""
        head, serials, inside = split(rest, "serials", "inside")
        head, cost = split(head, "costs")
        n, name = head.split()
        pk, here = self.products[name].pk, self.company.location
        codes, within = tuple(serials.split()), tuple(inside.split())
        self.acts.append(self.door.build(pk, int(n), here, codes, within, cost))

    def say_apart(self, rest: str) -> None:
        """apart N NAME [serials CODES]"""
        head, serials = split(rest, "serials")
        n, name = head.split()
        pk = self.products[name].pk
        lots = {code: Lot.objects.get(product=pk, code=code).pk for code in serials.split()}
        self.acts.append(self.door.take_apart(pk, int(n), self.company.location, lots))

    def say_exchange(self, rest: str) -> None:
        """exchange UNIT: OUT for IN"""
        unit, _, parts = rest.partition(":")
        out, instead = parts.strip().split(" for ")
        whole, old = Lot.objects.get(code=unit), self._lot(out)
        product, code = (
            (self.products[instead].pk, "") if instead in self.products else (old.product_id, instead)
        )
        self.acts.append(
            self.door.exchange(
                (whole.product_id, whole.pk, unit), (old.product_id, old.pk, old.code), product, code
            )
        )

    def _lot(self, said: str) -> Lot:
        """A lot by its number, or the loose one of a product by its name."""
        if said in self.products:
            return Lot.objects.get(product=self.products[said], code="", owner__isnull=True)
        return Lot.objects.get(code=said)

    def say_inside(self, rest: str) -> None:
        """inside UNIT: ITEMS, each with its number where it has one; or nothing"""
        unit, _, wanted = rest.partition(":")
        found = sorted(
            f"{one.quantity} {one.lot.product.name} {one.lot.code}".strip()
            for one in contents(Lot.objects.get(code=unit).pk)
        )
        assert (", ".join(found) or "nothing") == wanted.strip(), f"inside is {found}"

    def say_could(self, rest: str) -> None:
        """could NAME N"""
        name, n = rest.split()
        pk = self.products[name].pk
        found = buildable([pk]).get((pk, self.company.location.place_id), 0)
        assert found == int(n), f"{found} can be built"

    def say_own_bin(self, rest: str) -> None:
        """own-bin NAME BIN"""
        name, bin = rest.split()
        keep = Keep(0, 0, bin=self._bin(bin).pk)
        set_level(actor=HOUSE, product=self.products[name].pk, location=self.company.location.pk, keep=keep)

    def _bin(self, name: str) -> Bin:
        return Bin.objects.get(location=self.company.location, name=name)

    def say_belongs(self, rest: str) -> None:
        """belongs NAME: BIN WHY; or nowhere, where nothing of it waits to be put away"""
        name, _, wanted = rest.partition(":")
        rows = [row for row in waiting(self.company.location).rows if row.product == self.products[name]]
        found = " ".join(f"{row.bin.name if row.bin else '-'} {row.put.why}".strip() for row in rows[:1])
        assert (found or "nowhere") == wanted.strip(), f"belongs {found}"

    def say_put_away(self, rest: str) -> None:
        """put-away N NAME into BIN [serials CODES]"""
        head, serials = split(rest, "serials")
        head, bin = head.split(" into ")
        n, name = head.split()
        here, codes = self.company.location, tuple(serials.split())
        self.acts.append(self.door.put_away(self.products[name].pk, int(n), here, self._bin(bin), codes))
