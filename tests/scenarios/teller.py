"""Reads a story line by line and has it happen through a door; the books are audited after every line.

product router 10.00 [cost 6.00] [service] [serials] [average|lifo] [taxed 7]   a product of the company
kit set 100.00: 2 router, 1 cable  sold as one line, served by its components
goods 5 router [serials S1 S2] [at A2] [at Van/A1]                    they turn up in a bin
channel Van rental                                                    how a location sells: direct, indirect, rental
setting approval 1000.00 [by-another]                                 purchases from then on need approval · setting proof wanted
order SO [for Borg]: 3 router, 2 cable     firm at once; `draft SO: …` is not
quote Q: 3 router
reserve SO 3 router [serials S1]   and so release, pick, unpick, pack, unpack, ship, pick-pack-ship,
                                   cancel-delivery, invoice, credit; without figures: all lines whole
confirm|cancel|reopen|lose SO      · win Q as SO · approve SO · buy SO as PO · receive PO 3 router [serials …]
pay 35.70                          · undo (the latest act), undo 2 (the second latest)
refused CODE: <line>               the line is refused with this code, and nothing is written
see SO router: reserved 3, to_order 1          · stock router: on_hand 5, available 2 · worth router 18.00
owes 35.70                                     what the customer owes (below zero: what we owe)

The rest of the words are in ``after``, ``asking``, ``billing``, ``claiming``, ``counting``, ``transporting``, ``dealing``, ``trading``, ``doubling``,
``guaranteeing``, ``inspecting``, ``invoicing``,
``leaving``, ``lending``, ``offering``, ``owning``, ``parting``, ``paying``, ``recalling``, ``running``, ``stacking``, ``talking`` and ``varying``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from tests.scenarios.charging import Charging
from tests.scenarios.claiming import Claiming
from tests.scenarios.doors import ActionsDoor, ApiDoor, Refused
from tests.scenarios.further import micro
from tests.scenarios.guaranteeing import Guaranteeing
from tests.scenarios.inspecting import Inspecting
from tests.scenarios.invoicing import Invoicing
from tests.scenarios.leaving import Leaving
from tests.scenarios.lending import Lending
from tests.scenarios.offering import Offering
from tests.scenarios.parting import Parting
from tests.scenarios.paying import Paying
from tests.scenarios.promising import Promising
from tests.scenarios.recalling import Recalling
from tests.scenarios.running import Running
from tests.scenarios.stacking import Stacking
from tests.scenarios.taxing import Taxing
from tests.world import World, clean, entries
from wharfinger.base.access import HOUSE
from wharfinger.base.models import Setting
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product, TaxCode, VendorPrice
from wharfinger.demand.models import Line
from wharfinger.demand.queries import quantities
from wharfinger.ledger.models import Account, Holding, Layer
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Location

ON_LINES = {
    "reserve", "release", "pick", "unpick", "pack", "unpack", "ship", "pick-pack-ship", "cancel-delivery", "invoice", "credit",
}  # fmt: skip
DECISIONS = {"confirm", "cancel", "reopen", "lose", "approve", "deny", "close"}
FIGURES = (
    "wanted", "to_approve", "to_order", "drafted", "on_order", "ready", "reserved", "picked",
    "packed", "shipped", "delivered", "returned", "restocked", "cancelled", "invoiced", "credited",
)  # fmt: skip


class Teller(
    Recalling,
    Running,
    Stacking,
    Promising,
    Offering,
    Charging,
    Claiming,
    Inspecting,
    Guaranteeing,
    Invoicing,
    Leaving,
    Lending,
    Parting,
    Paying,
    Taxing,
):
    """Tells one story."""

    def __init__(self, company: World, door: ActionsDoor | ApiDoor) -> None:
        self.company, self.door = company, door
        self.kinds: dict[str, str] = {}
        self.products: dict[str, Product] = {}
        self.documents: dict[str, int] = {}
        self.acts: list[int] = []

    def tell(self, text: str) -> None:
        """Tell a whole story; whatever goes wrong names its line."""
        try:
            for number, line in enumerate(text.splitlines(), 1):
                if said := line.partition("#")[0].strip():
                    self.tell_line(number, said)
        finally:
            self.stay_here()

    def tell_line(self, number: int, said: str) -> None:
        """One line of a story, after which the books hold."""
        try:
            self.say(said)
            clean()
        except (AssertionError, Refused, LookupError) as error:
            raise AssertionError(f"line {number}: {said}\n  {type(error).__name__}: {error}") from error

    def say(self, said: str) -> None:
        """One line."""
        word, _, rest = said.partition(" ")
        if word in ON_LINES:
            self.acts.append(self.on_lines(word, rest))
        elif word in DECISIONS:
            self.acts.append(self.decide(word, rest))
        else:
            told: Callable[[str], Any] = getattr(self, f"say_{word.replace('-', '_')}")
            told(rest)

    def decide(self, word: str, name: str) -> int:
        """A decision about a document of any kind, or about what it wants to buy."""
        kind, document = self.kinds.get(name), self.documents[name]
        if kind == "purchase":
            return self.door.on_purchase(word, document)
        if kind == "rma":
            return self.door.on_rma(word, document)
        if word == "approve":
            return self.door.approve([line.pk for line in self.lines(name) if line.parent_id is None])
        return self.door.on_document(word, document)

    def say_product(self, rest: str) -> None:
        """product NAME PRICE …"""
        name, price, *more = rest.split()
        values: dict[str, Any] = {"sku": name.upper(), "name": name, "price_micro": micro(price)}
        if "service" in more:
            values |= {"kind": "service", "procured": False}
        if "serials" in more:
            values |= {"traced": "serial", "cost_method": "specific"}
        for method in {"average", "lifo", "fifo"} & set(more):
            values["cost_method"] = method
        if "taxed" in more:
            rate = int(more[more.index("taxed") + 1])
            values["tax_code"] = TaxCode.objects.get_or_create(
                code=f"S{rate}", defaults={"name": f"{rate} %", "rate_micro": rate * 10_000}
            )[0]
        self.products[name] = self.company.product(**values)
        if "cost" in more:
            VendorPrice.objects.filter(product=self.products[name]).update(
                cost_micro=micro(more[more.index("cost") + 1])
            )

    def say_kit(self, rest: str) -> None:
        """kit NAME PRICE: ITEMS"""
        head, items = rest.split(":")
        name, price = head.split()
        made = self.company.product(sku=name.upper(), name=name, price_micro=micro(price), kind="kit")
        parts = [{"product": part, "quantity": str(quantity)} for part, quantity in self.items(items)]
        change_product(actor=HOUSE, product=made.pk, values={}, components=parts)
        self.products[name] = made

    def say_goods(self, rest: str) -> None:
        """goods QUANTITY NAME …"""
        head, serials = split_serials(rest)
        quantity, name, *more = head.split()
        bins = {b.name: b for b in self.company.bins if b.location_id == self.company.location.pk}
        bins |= {f"{b.location.name}/{b.name}": b for b in self.company.bins}
        place = bins[more[more.index("at") + 1]] if "at" in more else None
        worth = int(float(more[more.index("worth") + 1].replace(".", ""))) if "worth" in more else None
        written = self.company.stock(
            self.products[name], int(quantity), bin=place, serials=serials, value_minor=worth
        )
        self.acts.append(written.id)

    def say_channel(self, rest: str) -> None:
        """channel LOCATION WORD"""
        name, channel = rest.split()
        Location.objects.filter(name=name).update(channel=channel)

    def say_setting(self, rest: str) -> None:
        """setting approval AMOUNT [by-another], or proof wanted"""
        name, amount, *more = rest.split()
        if name == "proof":
            Setting.objects.update_or_create(key="shipment_proof", defaults={"value": True})
            return
        assert name == "approval"
        Setting.objects.update_or_create(
            key="approval",
            defaults={"value": {"threshold_minor": micro(amount) // 10_000, "self_approval": not more}},
        )

    def say_order(self, rest: str, *, confirm: bool = True) -> None:
        """order NAME [for CUSTOMER]: ITEMS"""
        head, items = rest.split(":")
        name, _, whose = head.strip().partition(" for ")
        buyer = Organization.objects.get(name=whose).pk if whose else self.company.customer.pk
        made, _, entry = self.door.order(buyer, self.items(items), confirm=confirm)
        self.documents[name] = made
        self.acts.append(entry)

    def say_draft(self, rest: str) -> None:
        """draft NAME: ITEMS"""
        self.say_order(rest, confirm=False)

    def say_quote(self, rest: str) -> None:
        """quote NAME: ITEMS"""
        name, items = rest.split(":")
        made, _, entry = self.door.quote(self.company.customer.pk, self.items(items))
        self.documents[name.strip()] = made
        self.acts.append(entry)

    def say_win(self, rest: str) -> None:
        """win QUOTE as ORDER"""
        quote, _, order = rest.split()
        made, _, entry = self.door.win(self.documents[quote])
        self.documents[order] = made
        self.acts.append(entry)

    def say_buy(self, rest: str) -> None:
        """buy DOCUMENT as PURCHASE"""
        document, _, name = rest.split()
        wanting = [line.pk for line in self.lines(document) if quantities([line.pk])[line.pk]["to_order"]]
        made, entry = self.door.buy(wanting)
        self.keep("purchase", name, (made, entry))

    def say_receive(self, rest: str) -> None:
        """receive PURCHASE QUANTITY PRODUCT [serials …]"""
        head, serials = split_serials(rest)
        purchase, quantity, product = head.split()
        self.acts.append(
            self.door.receive(self.documents[purchase], self.products[product].pk, int(quantity), serials)
        )

    def say_pay(self, rest: str) -> None:
        """pay AMOUNT [in CURRENCY]"""
        amount, _, currency = rest.partition(" in ")
        self.acts.append(self.door.pay(self.company.customer.pk, amount, currency or "EUR"))

    def say_undo(self, rest: str) -> None:
        """undo [N]"""
        back = int(rest or 1)
        self.door.undo(self.acts[-back])
        del self.acts[-back]

    def say_refused(self, rest: str) -> None:
        """refused CODE: LINE"""
        code, _, line = rest.partition(":")
        before, acts = entries(), list(self.acts)
        with pytest.raises(Refused) as refused:
            self.say(line.strip())
        assert refused.value.code == code.strip(), f"refused as {refused.value.code}"
        assert entries() == before, "something was written"
        self.acts = acts

    def say_see(self, rest: str) -> None:
        """see DOCUMENT PRODUCT: FIGURES[; FIGURES], all others none, of each line with the product"""
        head, wanted = rest.split(":")
        name, product = head.split()
        lines = [one.pk for one in self.lines(name) if one.product_id == self.products[product].pk]
        told = quantities(lines)
        found = [{k: v for k, v in told[line].items() if v and k in FIGURES} for line in lines]
        assert found == [figures(one) for one in wanted.split(";")], f"found {found}"

    def say_stock(self, rest: str) -> None:
        """stock PRODUCT: FIGURES"""
        name, wanted = rest.split(":")
        rows = Holding.objects.filter(product=self.products[name.strip()], unbounded=False, owned=True)

        def total(**where: Any) -> int:
            return rows.filter(**where).aggregate(q=Sum("quantity"))["q"] or 0

        found = {
            "on_hand": total(kind__in=("bin", "picked", "container", "quarantine")),
            "available": total(kind="bin", claim=0),
            "reserved": total(kind="bin", claim__gt=0),
            "picked": total(kind__in=("picked", "container")),
            "on_order": total(kind="on_order"),
        }
        for key, value in figures(wanted).items():
            assert found[key] == value, f"{key} is {found[key]}"

    def say_worth(self, rest: str) -> None:
        """worth PRODUCT AMOUNT"""
        name, amount = rest.split()
        left = Layer.objects.filter(product=self.products[name]).aggregate(v=Sum("value_minor"))["v"] or 0
        assert left == micro(amount) // 10_000, f"worth {left / 100:.2f}"

    def say_owes(self, amount: str) -> None:
        """owes AMOUNT"""
        found = Account.objects.filter(party=self.company.customer, kind__in=("receivable", "store_credit"))
        owed = found.aggregate(v=Sum("balance_minor"))["v"] or 0
        sign = -1 if amount.startswith("-") else 1
        assert owed == sign * micro(amount.lstrip("-")) // 10_000, f"owes {owed / 100:.2f}"

    def on_lines(self, verb: str, rest: str) -> int:
        """VERB DOCUMENT [QUANTITY PRODUCT, …] [serials …]"""
        head, serials = split_serials(rest)
        name, _, items = head.partition(" ")
        lines = self.lines(name)
        if items.strip():
            wanted = dict(self.items(items))
            chosen = [(line.pk, wanted[line.product_id]) for line in lines if line.product_id in wanted]
        else:
            chosen = [(line.pk, line.quantity) for line in lines if line.parent_id is None]
        return self.door.on_lines(verb, self.documents[name], chosen, serials)

    def items(self, text: str) -> list[tuple[int, int]]:
        """`3 router, 2 cable` as products and quantities."""
        found = []
        for part in text.split(","):
            quantity, name = part.split()
            found.append((self.products[name].pk, int(quantity)))
        return found

    def lines(self, name: str) -> list[Line]:
        """The lines of a document."""
        return list(
            Line.objects.filter(sheet=self.documents[name], void__isnull=True).order_by("position", "pk")
        )


def figures(text: str) -> dict[str, int]:
    """`reserved 3, to_order 1` as figures; `nothing` is none."""
    return {} if text.strip() == "nothing" else {k: int(v) for k, v in re.findall(r"(\w+) (\d+)", text)}


def split_serials(text: str) -> tuple[str, tuple[str, ...]]:
    """A line and the serials at its end; A1..A3 are A1, A2 and A3."""
    head, _, serials = text.partition(" serials ")
    found: list[str] = []
    for one in serials.split():
        first, _, last = one.partition("..")
        letters = first.rstrip("0123456789")
        numbers = [int(end.removeprefix(letters)) for end in (first, last) if last]
        found += [f"{letters}{n}" for n in range(numbers[0], numbers[1] + 1)] if numbers else [one]
    return head, tuple(found)
