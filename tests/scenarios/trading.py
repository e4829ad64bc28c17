"""The stories' words around the catalog, prices, settings, counts of a part, and past days.

module procurement off           switched for everyone
threshold 100.00                 purchases from then on are approved
clerk ben                        somebody who keeps the stock and decides nothing
unstocked licence · unstocked licence unbought · category router Network / Routers
within Network: hub, router      what stands in a category or below it
barcode cable 14006381333938 [means 24] · scan 14006381333938: 24 cable, or nothing
instead router: hub, switch · does-as-well router: hub     said, and what is offered
unit cable case 24 · order-in SO: 2 case cable, 3 cable · line SO cable: 48 at 2 case, 36.00 each
group Acme Resellers · prices R [for Resellers] [from 0] [until 9]: 90.00 router, 80.00 router from 10
asks SO router: 90.00            the price that a line got
vendor router 6.00 [pack 10] [least 20] [100 at 5.50] [in 3 days]     what the vendor asks
night                            the worker lets prices of the day come into force
order-listed PO: 120 router · costs PO router 5.50
ago 3: found 10 router cost 6.00 · ago 3: lost 4 router [because WHY]  dated back
worth-on 3 router 36.00          what it was worth at the end of that day
closed 5                         the books are closed until so many days ago
count-of C: router, cable [blind] · count-category C Network · count-moved C 3
waits C: 5 router                what is still to be counted, as the books have it
due: cable A, router C           what is to be counted, with its class, the longest overdue first
hand-back 3 router to Acme · kept Acme: 2 router
import stock I: sku,quantity / ROUTER,5          a file is brought in · roll-back I
life S1: receive, order, pick                    what happened to a unit, oldest first
told S1 to Acme: order, pick                     what its customer is told of that
chain S1: S1, S2                 which units took the place of one another
send-refused PO                  what was refused at the door goes back to its vendor
held router: 2 A, 1 B            who holds what of a product is reserved
labels products router: 3                        so many labels are printed
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from tests.documents.reading import pages
from tests.laws.told import untold
from tests.scenarios.dealing import Dealing
from tests.scenarios.further import micro
from wharfinger.base import clock, configuration
from wharfinger.base.access import HOUSE
from wharfinger.catalog.actions.offers import come_into_force
from wharfinger.catalog.models import Product, ProductUnit
from wharfinger.catalog.queries import category_of, codes_of, in_category, scanned, substitutes_of
from wharfinger.demand.models import Line
from wharfinger.exchange.actions import rollback, runs
from wharfinger.exchange.models import Run
from wharfinger.ledger.models import Holding, Lot
from wharfinger.parties.models import Organization, Role, User
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.queries.paper import refused
from wharfinger.returns.queries.chain import chain_of
from wharfinger.stock.models import Count
from wharfinger.stock.queries.counts import spots
from wharfinger.stock.queries.cycles import due
from wharfinger.stock.queries.kept import kept_for_others
from wharfinger.stock.queries.story import for_customer, story
from wharfinger.stock.queries.worth import valuation
from wharfinger.stock.rules.counting import Scope


def today(before: int = 0) -> date:
    """The company's day, or so many days before it."""
    return clock.today(configuration.one("time_zone")) - timedelta(days=before)


class Trading(Dealing):
    """What a teller also understands of the catalog and of past days."""

    def say_module(self, rest: str) -> None:
        """module NAME on|off"""
        name, word = rest.split()
        self.acts.append(self.door.decide_setting("modules", {name: word == "on"}))

    def say_threshold(self, rest: str) -> None:
        """threshold AMOUNT"""
        value = {"threshold_minor": micro(rest) // 10_000, "self_approval": True}
        self.acts.append(self.door.decide_setting("approval", value))

    def say_clerk(self, name: str) -> None:
        """clerk NAME"""
        user = User.objects.create(username=name, name=name.title())
        user.roles.add(
            Role.objects.create(
                name=f"stock of {name}",
                permissions=["stock.read", "stock.adjust", "catalog.read", "catalog.see_cost"],
            )
        )

    def say_unstocked(self, rest: str) -> None:
        """unstocked NAME [unbought]"""
        name, *more = rest.split()
        self._changed(name, {"kind": "non_stocked", "procured": not more})

    def say_category(self, rest: str) -> None:
        """category NAME PATH"""
        name, _, path = rest.partition(" ")
        self._changed(name, {"category": path})

    def _changed(self, name: str, values: dict[str, Any], **lists: Any) -> None:
        self.acts.append(self.door.change_kind(self.products[name].pk, values, **lists))
        self.products[name].refresh_from_db()

    def say_within(self, rest: str) -> None:
        """within PATH: NAMES"""
        path, _, wanted = rest.partition(":")
        found = in_category(Product.objects.all(), [path.strip()])
        assert self._names(found) == names(wanted), self._names(found)

    def _names(self, products: Any) -> list[str]:
        return sorted(one.name for one in products)

    def say_barcode(self, rest: str) -> None:
        """barcode NAME CODE [means N]"""
        name, code, *more = rest.split()
        known = [
            {"code": code, "quantity": str(n)}
            for code, n in codes_of([self.products[name]])[self.products[name].pk].items()
        ]
        added = {"code": code} | ({"quantity": more[1]} if more else {})
        self._changed(name, {}, barcodes=[*known, added])

    def say_scan(self, rest: str) -> None:
        """scan CODE: N NAME; or nothing"""
        code, _, wanted = rest.partition(":")
        said = scanned([code]).get(code)
        found = f"{said.quantity} {said.product.name}" if said else "nothing"
        assert found == wanted.strip(), f"means {found}"

    def say_instead(self, rest: str) -> None:
        """instead NAME: NAMES"""
        name, _, others = rest.partition(":")
        ids = [self.products[one.strip()].pk for one in others.split(",") if one.strip() != "nothing"]
        self.acts.append(self.door.instead_of(self.products[name].pk, ids))

    def say_does_as_well(self, rest: str) -> None:
        """does-as-well NAME: NAMES, the best first"""
        name, _, wanted = rest.partition(":")
        pk = self.products[name].pk
        found = ", ".join(one.name for one in substitutes_of([pk])[pk]) or "nothing"
        assert found == wanted.strip(), found

    def say_unit(self, rest: str) -> None:
        """unit NAME UNIT SIZE"""
        name, unit, size = rest.split()
        self._changed(name, {}, units=[{"name": unit, "factor": size}])

    def say_order_in(self, rest: str) -> None:
        """order-in NAME: 2 case cable, 3 cable"""
        name, _, items = rest.partition(":")
        said = []
        for part in items.split(","):
            n, *unit, product = part.split()
            pk = self.products[product].pk
            size = ProductUnit.objects.get(product=pk, name=unit[0]).factor if unit else None
            said.append((pk, int(n), unit[0] if unit else "", size, int(n) * (size or 1)))
        self.keep("order", name, self.door.order_units(self.company.customer.pk, said))

    def say_line(self, rest: str) -> None:
        """line SO NAME: 48 in case at 36.00"""
        head, _, wanted = rest.partition(":")
        document, name = head.split()
        (found,) = [one for one in self.lines(document) if one.product_id == self.products[name].pk]
        told = f"{found.quantity} in {found.unit or 'pc'} at {found.unit_price_micro / 10**6:.2f}"
        assert told == wanted.strip(), told

    def say_group(self, rest: str) -> None:
        """group CUSTOMER NAME"""
        customer, name = rest.split()
        self.documents[name] = self.door.group(Organization.objects.get(name=customer).pk, name)

    def say_prices(self, rest: str) -> None:
        """prices NAME [for GROUP] [from DAYS] [until DAYS]: 90.00 router, 80.00 router from 10"""
        head, _, items = rest.partition(":")
        name, *more = head.split()
        said = dict(zip(more[::2], more[1::2], strict=True))
        values: dict[str, Any] = {"name": name, "currency": "EUR"}
        if "for" in said:
            values["customer_group"] = self.documents[said["for"]]
        for word, key in (("from", "valid_from"), ("until", "valid_until")):
            if word in said:
                values[key] = today(-int(said[word])).isoformat()
        prices = []
        for part in items.split(","):
            price, product, *start = part.split()
            prices.append(
                {
                    "product": self.products[product].pk,
                    "price": price,
                    "from_quantity": start[1] if start else "0",
                }
            )
        self.keep("price_list", name, self.door.price_list(values, prices))

    def say_asks(self, rest: str) -> None:
        """asks SO NAME: PRICE"""
        head, _, wanted = rest.partition(":")
        document, name = head.split()
        (found,) = [one for one in self.lines(document) if one.product_id == self.products[name].pk]
        assert found.unit_price_micro == micro(wanted.strip()), found.unit_price_micro

    def say_vendor(self, rest: str) -> None:
        """vendor NAME COST [pack N] [least N] [N at COST …] [in DAYS days]"""
        name, cost, *more = rest.split()
        asked: dict[str, Any] = {
            "organization": self.company.vendor.pk,
            "cost": cost,
            "part_number": f"G-{name}",
            "default": True,
        }
        words = " ".join(more)
        for word, key in (("pack", "pack_quantity"), ("least", "minimum_quantity")):
            if found := re.search(rf"{word} (\d+)", words):
                asked[key] = found[1]
        if steps := re.findall(r"(\d+) at ([\d.]+)", words):
            asked["breaks"] = [{"from_quantity": n, "cost": c} for n, c in steps]
        if later := re.search(r"in (\d+) days", words):
            asked["valid_from"] = today(-int(later[1])).isoformat()
        self._changed(name, {}, vendors=[asked])

    def say_night(self, rest: str) -> None:
        """night"""
        assert not rest
        come_into_force(actor=HOUSE)

    def say_order_listed(self, rest: str) -> None:
        """order-listed PO: 120 router"""
        name, _, items = rest.partition(":")
        self.keep("purchase", name, self.door.order_listed(self.company.vendor.pk, self.items(items)))

    def say_costs(self, rest: str) -> None:
        """costs PO NAME COST"""
        document, name, cost = rest.split()
        line = PurchaseLine.objects.get(purchase_order=self.documents[document], product=self.products[name])
        assert line.unit_cost_micro == micro(cost), f"costs {line.unit_cost_micro / 10**6}"

    def say_ago(self, rest: str) -> None:
        """ago DAYS: found 10 NAME cost 6.00; or lost 4 NAME [because WHY]"""
        days, _, what = rest.partition(":")
        what, _, why = what.partition(" because ")
        verb, n, name, *more = what.split()
        sign = -1 if verb == "lost" else 1
        cost = micro(more[1]) if more else None
        product, location = self.products[name].pk, self.company.location
        self.acts.append(
            self.door.adjust_on(product, sign * int(n), location, cost, today(int(days)), why or "As told")
        )

    def say_worth_on(self, rest: str) -> None:
        """worth-on DAYS NAME AMOUNT"""
        days, name, amount = rest.split()
        found = sum(one.value_minor for one in valuation(today(int(days)), [self.products[name].pk]))
        assert found == micro(amount) // 10_000, f"was worth {found / 100:.2f}"

    def say_closed(self, days: str) -> None:
        """closed DAYS"""
        self.acts.append(self.door.decide_setting("closed_until", today(int(days)).isoformat()))

    def say_count_of(self, rest: str) -> None:
        """count-of C: NAMES [blind]"""
        name, _, wanted = rest.partition(":")
        blind = wanted.endswith(" blind")
        products = tuple(self.products[one].pk for one in names(wanted.removesuffix(" blind")))
        self._counts(name, Scope(products=products), blind=blind)

    def say_count_category(self, rest: str) -> None:
        """count-category C PATH"""
        name, _, path = rest.partition(" ")
        self._counts(name, Scope(category=category_of(path)))

    def say_count_moved(self, rest: str) -> None:
        """count-moved C DAYS"""
        name, days = rest.split()
        self._counts(name, Scope(moved_since=today(int(days))))

    def _counts(self, name: str, scope: Scope, *, blind: bool = False) -> None:
        made = self.door.count_part(self.company.location.pk, scope, blind=blind)
        self.keep("count", name, made)

    def say_waits(self, rest: str) -> None:
        """waits C: N NAME, …; or nothing"""
        name, _, wanted = rest.partition(":")
        known = {one.pk: product for product, one in self.products.items()}
        left = spots(Count.objects.get(pk=self.documents[name]))
        found = ", ".join(f"{one.units} {known[one.product]}" for one in left) or "nothing"
        assert found == wanted.strip(), found

    def say_due(self, rest: str) -> None:
        """due: NAME LETTER, …; or nothing"""
        wanted = rest.partition(":")[2] if ":" in rest else rest
        known = {one.pk: name for name, one in self.products.items()}
        found = [f"{known[one.product]} {one.letter}" for one in due(self.company.location.pk)]
        assert (", ".join(found) or "nothing") == wanted.strip(), found

    def say_hand_back(self, rest: str) -> None:
        """hand-back N NAME to CUSTOMER"""
        n, name, _, whose = rest.split()
        owner = Organization.objects.get(name=whose).pk
        product = self.products[name].pk
        self.acts.append(self.door.give_back(product, int(n), self.company.location, owner))

    def say_kept(self, rest: str) -> None:
        """kept CUSTOMER: N NAME; or nothing"""
        whose, _, wanted = rest.partition(":")
        rows = kept_for_others().filter(lot__owner__name=whose)
        found = {one["product_id"]: one["quantity"] for one in rows}
        known = {one.pk: name for name, one in self.products.items()}
        told = ", ".join(f"{n} {known[product]}" for product, n in found.items()) or "nothing"
        assert told == wanted.strip(), told

    def say_import(self, rest: str) -> None:
        """import KIND NAME: HEADINGS / ROW / ROW"""
        head, _, text = rest.partition(":")
        kind, name = head.split()
        content = "\n".join(row.strip() for row in text.split("/")).encode()
        run = runs.upload(actor=HOUSE, content=content, name=f"{name}.csv", kind=kind)
        run = runs.start(actor=HOUSE, run=run, columns=run.columns, decimal=".", dry=False)
        while run.finished_at is None:
            run = runs.proceed(actor=HOUSE, run=run)
        assert not run.problems, run.problems
        self.documents[name] = run.pk
        for one in Product.objects.exclude(pk__in=[known.pk for known in self.products.values()]):
            self.products[one.sku.lower()] = one

    def say_roll_back(self, name: str) -> None:
        """roll-back I"""
        run = rollback.roll_back(actor=HOUSE, run=Run.objects.get(pk=self.documents[name]))
        while run.back_to is not None:
            run = rollback.go_back(actor=HOUSE, run=run)

    def say_life(self, rest: str) -> None:
        """life SERIAL: VERBS"""
        code, _, wanted = rest.partition(":")
        steps = story(Lot.objects.get(code=code, serial=True))
        found = [step.chapter.verb for step in reversed(steps) if step.chapter.verb != "change"]
        assert found == names(wanted), found
        assert untold(Lot.objects.get(code=code, serial=True)) == []

    def say_chain(self, rest: str) -> None:
        """chain SERIAL: SERIALS"""
        code, _, wanted = rest.partition(":")
        found = [turn.code for turn in chain_of([Lot.objects.get(code=code, serial=True).pk])]
        assert found == [one for one in names(wanted) if one != "nothing"], found

    def say_told(self, rest: str) -> None:
        """told SERIAL to CUSTOMER: VERBS"""
        head, _, wanted = rest.partition(":")
        code, _, whose = head.split()
        steps = for_customer(
            story(Lot.objects.get(code=code, serial=True)), Organization.objects.get(name=whose).pk
        )
        found = [step.chapter.verb for step in reversed(steps)]
        assert found == [one for one in names(wanted) if one != "nothing"], found

    def say_send_refused(self, name: str) -> None:
        """send-refused PO"""
        standing = [(line.pk, n) for line, n in refused(self.documents[name])]
        self.acts.append(self.door.send_refused(standing))

    def say_held(self, rest: str) -> None:
        """held NAME: N DOCUMENT, …"""
        name, _, wanted = rest.partition(":")
        known = {pk: document for document, pk in self.documents.items()}
        rows = Holding.objects.filter(
            product=self.products[name], kind="bin", claim__gt=0, quantity__gt=0
        ).order_by("claim")
        sheets = dict(Line.objects.values_list("pk", "sheet"))
        found = [f"{row.quantity} {known[sheets[row.claim_id]]}" for row in rows]
        assert found == names(wanted), found

    def say_labels(self, rest: str) -> None:
        """labels OF NAME: N"""
        head, _, wanted = rest.partition(":")
        of, name = head.split()
        rows = {
            "products": lambda: self.products[name].pk,
            "serials": lambda: Lot.objects.get(code=name, serial=True).pk,
            "bins": lambda: self.bin(name).pk,
        }
        pdf = self.door.labels(of, rows[of](), int(wanted))
        printed = pages(pdf)
        code = self.products[name].sku if of == "products" else name
        assert len(printed) == int(wanted)
        assert all(code in one for one in printed), printed


def names(text: str) -> list[str]:
    """Words with commas between them."""
    return [one.strip() for one in text.split(",") if one.strip()]
