"""The rest of the stories' words: stock found and lost, buying for stock, devices, returns, jobs, other people.

found 10 router [cost 10.00]   lost 15 router   revalue router 15.00
stock-up PO: 400 cable at 8.00, 2 phone at 10000.00 [freight 145.00]    submit|approve|cancel|close PO
drop-ship SO as PO             ordered, to be delivered by the vendor to the customer
arrive PO 5 router [rejected 2] [over] as GR      cancel-receipt GR
receive-all PO as GR   issued 1970.00, the cost of goods that left by the step before
land GR 145.00 quantity as F   freight of a receipt, spread by value, quantity or weight · unland GR F
billed GR router 10.30         the vendor's bill has another price · variance 12.00, what that stated for goods that had left
send-stock 2 router [of GR]    free goods go back to their vendor · weighs router 450, in grams
cost router lifo               it is valued otherwise from now on
send SO 1 router               under way until its delivery is proved · deliver SO 1 router
hand-over SO 1 router from Van signed M. Krause   free goods of the van serve, too · fetched SO 1 router from Main by M. Krause
signed SH-1: M. Krause and 1   who signed for a shipment, and how many pictures prove it
warranty router 24             months from the sale · install SO router as D [serials S1] · became J router as D, by being handed over
swap D as E to bin serials S2 [with-work]  · device D: S1 customer, or removed · covered D 24
subscribe D as S · end S       a service uses a device
needs-none D · bare D E, or none    no contract is needed; what nothing covers
uses Rosa D · people D: Ben Rosa, or none          who uses a device
has S1 of SO billed, 3 cable of SO · had none    what the customer has, and once had
rma R for SO: 2 router [overruled Kind] · approve|deny|close R · back R 2 router · inspect R 1 router restock
along R 1 router [outside] [serials S1]    it came along though nobody asked for it
settle R 1 router credit [overruled Lost it] · asked R router: requested 2, received 1, inspected 0, settled 0
give R 1 router [by switch]    another unit, or another product at its price
give-ahead R 1 router by switch in 5 days else 12.00   it leaves first · wait R 9 days · charge-kept R, as it is not back
return SO 1 router [restock]   without RMA
job J [unbilled] · provide J 1 router · remove J 1 router
called SO: delivered invoiced · called PO: received_full · total PO 23795.00
by ben: LINE                   somebody else does it
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date, timedelta
from typing import Any

from tests.scenarios.doors import ActionsDoor, ApiDoor
from tests.scenarios.further import Bought, micro
from tests.world import World
from wharfinger.base import clock
from wharfinger.base.access import HOUSE
from wharfinger.base.asking import Ask
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.models import Product, WarrantyPolicy
from wharfinger.demand.models import Line
from wharfinger.devices.models import Device, DeviceUser
from wharfinger.devices.queries.assets import assets, history
from wharfinger.devices.queries.covering import covered
from wharfinger.devices.rules.warranty import plus_months
from wharfinger.fulfilment.models import Shipment
from wharfinger.ledger.models import Draw, Holding, Posting
from wharfinger.notices.models import Attachment
from wharfinger.parties.models import Contact, Role, User
from wharfinger.purchasing.models import PurchaseLine, Receipt, Rejection
from wharfinger.purchasing.queries import orders as purchases
from wharfinger.returns.models import Rma, RmaLine
from wharfinger.returns.queries.figures import figures as returned
from wharfinger.sales import queries as sales
from wharfinger.stock.models import Location


def _in_days(days: str) -> date:
    """The company's day, so many days from now."""
    return clock.today("Europe/Berlin") + timedelta(days=int(days))


class After(ABC):
    """What a teller also understands."""

    company: World
    door: ActionsDoor | ApiDoor
    products: dict[str, Product]
    documents: dict[str, int]
    kinds: dict[str, str]
    acts: list[int]

    @abstractmethod
    def say(self, said: str) -> None:
        """One line."""

    @abstractmethod
    def items(self, text: str) -> list[tuple[int, int]]:
        """Products and quantities."""

    @abstractmethod
    def lines(self, name: str) -> list[Line]:
        """The lines of a document."""

    def keep(self, kind: str, name: str, made: tuple[int, int]) -> None:
        """Remember what was made under its name."""
        self.documents[name], self.kinds[name] = made[0], kind
        self.acts.append(made[1])

    def line(self, name: str, product: str) -> int:
        """The line of a document with this product."""
        (found,) = [one.pk for one in self.lines(name) if one.product_id == self.products[product].pk]
        return found

    def somebody(self, name: str) -> User:
        """The administrator of this name."""
        user, new = User.objects.get_or_create(username=name, defaults={"name": name.title()})
        if new:
            user.roles.add(Role.objects.get(name="administrator"))
        return user

    def say_by(self, rest: str) -> None:
        """by NAME: LINE"""
        name, _, line = rest.partition(":")
        mine = self.door
        self.door = type(mine)(self.company, self.somebody(name))
        try:
            self.say(line.strip())
        finally:
            self.door = mine

    def say_found(self, rest: str, *, sign: int = 1) -> None:
        """found QUANTITY NAME [cost AMOUNT]"""
        quantity, name, *more = rest.split()
        location = self.company.location
        self.acts.append(
            self.door.adjust(
                self.products[name].pk, sign * int(quantity), location, more[1] if more else None
            )
        )

    def say_lost(self, rest: str) -> None:
        """lost QUANTITY NAME"""
        self.say_found(rest, sign=-1)

    def say_revalue(self, rest: str) -> None:
        """revalue NAME COST"""
        name, cost = rest.split()
        self.acts.append(self.door.revalue(self.products[name].pk, cost))

    def say_stock_up(self, rest: str) -> None:
        """stock-up PO: 400 cable at 8.00 [freight 145.00]"""
        head, _, freight = rest.partition(" freight ")
        name, items = head.split(":")
        found = re.findall(r"(\d+) (\w+) at ([\d.]+)", items)
        bought = [Bought(self.products[p].pk, int(q), cost) for q, p, cost in found]
        self.keep("purchase", name, self.door.order_stock(self.company.vendor.pk, bought, freight or "0"))

    def say_drop_ship(self, rest: str) -> None:
        """drop-ship SO as PO"""
        document, _, name = rest.split()
        wanted = [line.pk for line in self.lines(document)]
        made = self.door.drop_ship(self.company.vendor.pk, wanted, self.company.site.pk)
        self.keep("purchase", name, made)
        self.acts.append(self.door.on_purchase("submit", made[0]))

    def say_submit(self, rest: str) -> None:
        """submit PO"""
        self.acts.append(self.door.on_purchase("submit", self.documents[rest]))

    def say_arrive(self, rest: str) -> None:
        """arrive PO QUANTITY NAME [rejected N [because WORD]] [over] as GR"""
        head, receipt = rest.split(" as ")
        purchase, quantity, name, *more = head.split()
        line = PurchaseLine.objects.get(
            purchase_order=self.documents[purchase], product=self.products[name]
        ).pk
        rejected = int(more[more.index("rejected") + 1]) if "rejected" in more else 0
        why = more[more.index("because") + 1] if "because" in more else "told"
        made = self.door.arrive(line, int(quantity), rejected, over="over" in more, why=why.strip("-"))
        self.keep("receipt", receipt, made)

    def say_rejected(self, rest: str) -> None:
        """rejected GR NAME [QUANTITY WORD, …]"""
        receipt, name, *said = rest.split(maxsplit=2)
        rows = Rejection.objects.filter(receipt=self.documents[receipt], void__isnull=True).order_by("pk")
        found = rows.filter(purchase_line__product=self.products[name])
        words = ", ".join(f"{one.quantity} {one.reason}" for one in found)
        assert words == "".join(said), f"is {words}"

    def say_receive_all(self, rest: str) -> None:
        """receive-all PO as GR"""
        purchase, _, name = rest.split()
        lines = PurchaseLine.objects.filter(purchase_order=self.documents[purchase]).order_by("pk")
        self.keep("receipt", name, self.door.arrive_all(list(lines.values_list("pk", "quantity"))))

    def say_issued(self, rest: str) -> None:
        """issued AMOUNT"""
        found = sum(Draw.objects.filter(entry=self.acts[-1]).values_list("value_minor", flat=True))
        assert found == round(float(rest) * 100), f"is {found / 100:.2f}"

    def say_land(self, rest: str) -> None:
        """land GR AMOUNT SPREAD as F"""
        receipt, amount, spread, _, name = rest.split()
        self.keep("cost", name, self.door.land(self.documents[receipt], amount, spread))

    def say_unland(self, rest: str) -> None:
        """unland GR F"""
        receipt, cost = rest.split()
        self.acts.append(self.door.unland(self.documents[receipt], self.documents[cost]))

    def say_billed(self, rest: str) -> None:
        """billed GR NAME PRICE"""
        receipt, name, price = rest.split()
        made = Receipt.objects.get(pk=self.documents[receipt]).made_id
        brought = PurchaseLine.objects.filter(place__holdings__moves_out__entry=made)
        line = brought.distinct().get(product=self.products[name]).pk
        self.acts.append(self.door.reprice(self.documents[receipt], line, price))

    def say_variance(self, rest: str) -> None:
        """variance AMOUNT"""
        found = 0
        for one in Posting.objects.select_related("source", "target"):
            found += one.home_minor * (one.target.kind == "purchase_variance")
            found -= one.home_minor * (one.source.kind == "purchase_variance")
        assert found == round(float(rest) * 100), f"is {found / 100:.2f}"

    def say_send_stock(self, rest: str) -> None:
        """send-stock QUANTITY NAME [of GR]"""
        quantity, name, *more = rest.split()
        receipt = self.documents[more[1]] if more else None
        self.acts.append(self.door.return_stock(self.products[name].pk, int(quantity), receipt))

    def say_weighs(self, rest: str) -> None:
        """weighs NAME GRAMS"""
        name, grams = rest.split()
        change_product(actor=HOUSE, product=self.products[name].pk, values={"weight_grams": int(grams)})

    def say_cost(self, rest: str) -> None:
        """cost NAME METHOD"""
        name, method = rest.split()
        values = {"cost_method": method}
        self.acts.append(change_product(actor=HOUSE, product=self.products[name].pk, values=values).id)

    def say_cancel_receipt(self, rest: str) -> None:
        """cancel-receipt GR"""
        self.acts.append(self.door.cancel_receipt(self.documents[rest]))

    def say_send(self, rest: str) -> None:
        """send SO QUANTITY NAME"""
        document, quantity, name = rest.split()
        self.acts.append(self.door.send(self.line(document, name), int(quantity)))

    def say_deliver(self, rest: str) -> None:
        """deliver SO QUANTITY NAME"""
        document, quantity, name = rest.split()
        self.acts.append(self.door.deliver(self.line(document, name), int(quantity)))

    def say_hand_over(self, rest: str) -> None:
        """hand-over SO QUANTITY NAME from LOCATION signed WHO"""
        what, _, who = rest.partition(" signed ")
        document, quantity, name, _, place = what.split()
        at = Location.objects.get(name=place)
        self.acts.append(self.door.hand_over(self.line(document, name), int(quantity), at, who, "hand_over"))

    def say_fetched(self, rest: str) -> None:
        """fetched SO QUANTITY NAME from LOCATION by WHO: the customer signs for it at the counter"""
        what, _, who = rest.partition(" by ")
        document, quantity, name, _, place = what.split()
        at = Location.objects.get(name=place)
        line = self.line(document, name)
        self.acts.append(self.door.hand_over(line, int(quantity), at, who, "pick_up"))

    def say_signed(self, rest: str) -> None:
        """signed SH-1: WHO and pictures; who signed for a shipment, and how many pictures prove it"""
        number, _, wanted = rest.partition(":")
        shipment = Shipment.objects.get(number=number)
        files = Attachment.objects.filter(about=f"shipment:{shipment.pk}", void__isnull=True).count()
        told = f"{shipment.proof or 'nobody'}{f' and {files}' if files else ''}"
        assert told == wanted.strip(), f"signed by {told}"

    def say_warranty(self, rest: str) -> None:
        """warranty NAME MONTHS"""
        name, months = rest.split()
        WarrantyPolicy.objects.create(
            name=f"{months} months", product=self.products[name], months=int(months), valid_from="2020-01-01"
        )

    def say_install(self, rest: str) -> None:
        """install SO NAME as D [serials S1]"""
        head, _, serial = rest.partition(" serials ")
        document, name, _, device = head.split()
        self.keep("device", device, self.door.install(self.line(document, name), serial))

    def say_became(self, rest: str) -> None:
        """became J NAME as D: the device that the unit of a line is already"""
        document, name, _, device = rest.split()
        found = Device.objects.get(line=self.line(document, name), removed_on=None, void=None)
        self.documents[device], self.kinds[device] = found.pk, "device"

    def say_swap(self, rest: str) -> None:
        """swap D as E to WHERE serials S2 [with-work]"""
        old, _, new, _, to, _, serial, *work = rest.split()
        self.keep("device", new, self.door.swap(self.documents[old], serial, to, bool(work)))

    def say_device(self, rest: str) -> None:
        """device D: SERIAL customer, or SERIAL removed"""
        name, wanted = rest.split(":")
        device = Device.objects.get(pk=self.documents[name])
        found = f"{device.lot.code} {'customer' if device.removed_on is None else 'removed'}"
        assert found == wanted.strip(), f"is {found}"

    def say_has(self, rest: str) -> None:
        """has S1 of SO billed, 3 cable of SO, or none: what the customer has now, by the documents that sold it"""
        self._theirs(assets, rest)

    def say_had(self, rest: str) -> None:
        """had S1 of SO billed credited, or none: what has left the customer"""
        self._theirs(history, rest)

    def _theirs(self, read: Any, wanted: str) -> None:
        names = {pk: name for name, pk in self.documents.items() if self.kinds.get(name, "order") == "order"}
        goods = {one.pk: name for name, one in self.products.items()}
        found = []
        for row in read(Ask("story", HOUSE, limit=500), self.company.customer.pk).items:
            assert (row["sold_on"] is None, row["issued_by"] is None) == (False, False), row
            words = [
                row["serial"] or f"{row['quantity']} {goods[row['product']]}",
                "of",
                names[row["sheet"].pk],
            ]
            words += ["billed"] * bool(row["invoices"]) + ["credited"] * bool(row["credit_notes"])
            found.append(" ".join(words))
        assert sorted(found) == sorted([] if wanted == "none" else wanted.split(", ")), found

    def say_covered(self, rest: str) -> None:
        """covered D MONTHS"""
        name, months = rest.split()
        device = Device.objects.get(pk=self.documents[name])
        assert device.warranty_start_on is not None, "has no warranty"
        end = plus_months(device.warranty_start_on, int(months))
        assert device.warranty_end_on == end, f"is covered until {device.warranty_end_on}"

    def say_bare(self, rest: str) -> None:
        """bare D E, or none: the devices that nothing covers and nobody reviewed"""
        found = covered(Device.objects.filter(void=None), "none").values_list("pk", flat=True)
        wanted = [] if rest == "none" else [self.documents[name] for name in rest.split()]
        assert sorted(found) == sorted(wanted), f"are {sorted(found)}"

    def say_needs_none(self, rest: str) -> None:
        """needs-none D"""
        self.acts.append(self.door.review([self.documents[name] for name in rest.split()]))

    def say_uses(self, rest: str) -> None:
        """uses Rosa D: a person of the customer uses a device"""
        name, device = rest.split()
        person, _ = Contact.objects.get_or_create(organization=self.company.customer, name=name)
        self.acts.append(self.door.name_user(self.documents[device], person.pk))

    def say_people(self, rest: str) -> None:
        """people D: Rosa Ben, or none"""
        device, wanted = rest.split(": ")
        rows = DeviceUser.objects.filter(device=self.documents[device], ended_at=None, void=None)
        found = " ".join(sorted(rows.values_list("contact__name", flat=True))) or "none"
        assert found == wanted, f"are {found}"

    def say_subscribe(self, rest: str) -> None:
        """subscribe D as S"""
        device, _, name = rest.split()
        service = self.company.product(kind="service", procured=False).pk
        made = self.door.subscribe(self.company.customer.pk, service, self.documents[device])
        self.keep("subscription", name, made)

    def say_end(self, rest: str) -> None:
        """end S"""
        self.acts.append(self.door.unsubscribe(self.documents[rest]))

    def say_rma(self, rest: str) -> None:
        """rma R for SO: 2 router [overruled REASON]"""
        told, _, why = rest.partition(" overruled ")
        head, items = told.split(":")
        name, _, document = head.split()
        asked = self.of_lines(document, items)
        self.keep("rma", name, self.door.request(self.company.customer.pk, asked, why))

    def say_back(self, rest: str) -> None:
        """back R QUANTITY NAME"""
        self.on_rma("back", f"{rest} arrived")

    def say_along(self, rest: str) -> None:
        """along R QUANTITY NAME [outside] [serials S1 S2]"""
        told, _, serials = rest.partition(" serials ")
        name, quantity, product, *how = told.split()
        known = self.products[product].pk
        self.acts.append(self.door.came_along(self.documents[name], known, int(quantity), serials, bool(how)))

    def say_inspect(self, rest: str) -> None:
        """inspect R QUANTITY NAME OUTCOME"""
        self.on_rma("inspect", rest)

    def say_settle(self, rest: str) -> None:
        """settle R QUANTITY NAME ANSWER [overruled REASON]"""
        told, _, why = rest.partition(" overruled ")
        self.on_rma("settle", told, why)

    def say_give(self, rest: str) -> None:
        """give R QUANTITY NAME [by NAME]"""
        told, _, other = rest.partition(" by ")
        name, quantity, product = told.split()
        rma = self.documents[name]
        line = RmaLine.objects.get(rma=rma, product=self.products[product]).pk
        by = self.products[other].pk if other else None
        self.acts.append(self.door.give_instead(rma, line, int(quantity), by))

    def say_give_ahead(self, rest: str) -> None:
        """give-ahead R QUANTITY NAME by NAME in N days else PRICE"""
        name, quantity, product, _, other, _, days, _, _, price = rest.split()
        rma = self.documents[name]
        line = RmaLine.objects.get(rma=rma, product=self.products[product]).pk
        day = _in_days(days)
        self.acts.append(self.door.give_ahead(rma, line, int(quantity), self.products[other].pk, day, price))

    def say_wait(self, rest: str) -> None:
        """wait R N days"""
        name, days, _ = rest.split()
        self.acts.append(self.door.wait_longer(self.documents[name], _in_days(days)))

    def say_charge_kept(self, rest: str) -> None:
        """charge-kept R"""
        self.acts.append(self.door.charge_kept(self.documents[rest.strip()]))

    def say_overruled(self, rest: str) -> None:
        """overruled R: REASON, or nothing"""
        name, _, wanted = rest.partition(":")
        found = Rma.objects.get(pk=self.documents[name]).overruled_reason
        assert found == wanted.strip(), f"is {found}"

    def on_rma(self, verb: str, rest: str, why: str = "") -> None:
        """A step of units of an RMA."""
        name, quantity, product, how = rest.split()
        rma = self.documents[name]
        line = RmaLine.objects.get(rma=rma, product=self.products[product]).pk
        self.acts.append(self.door.on_rma_line(verb, rma, line, int(quantity), how, why))

    def say_asked(self, rest: str) -> None:
        """asked R NAME: requested 2, received 1, inspected 0, settled 0"""
        head, wanted = rest.split(":")
        name, product = head.split()
        line = RmaLine.objects.get(rma=self.documents[name], product=self.products[product])
        facts = returned([line.rma_id])[line.pk]
        found = (
            f"requested {line.quantity}, received {facts.received}, "
            f"inspected {facts.inspected}, settled {line.settled_quantity}"
        )
        assert found == wanted.strip(), found

    def say_return(self, rest: str) -> None:
        """return SO QUANTITY NAME [restock] [overruled REASON]"""
        told, _, why = rest.partition(" overruled ")
        document, quantity, name, *outcome = told.split()
        items = [(self.line(document, name), int(quantity))]
        self.acts.append(
            self.door.take_back(self.company.customer.pk, items, outcome[0] if outcome else "", why)
        )

    def say_job(self, rest: str) -> None:
        """job J [unbilled]"""
        name, *more = rest.split()
        self.keep("job", name, self.door.job(self.company.customer.pk, billable="unbilled" not in more))

    def say_provide(self, rest: str) -> None:
        """provide J QUANTITY NAME"""
        job, quantity, name = rest.split()
        self.acts.append(self.door.provide(self.documents[job], self.products[name].pk, int(quantity)))

    def say_remove(self, rest: str) -> None:
        """remove J QUANTITY NAME"""
        job, quantity, name = rest.split()
        self.acts.append(self.door.remove(self.documents[job], self.line(job, name), int(quantity)))

    def say_called(self, rest: str) -> None:
        """called NAME: WORDS"""
        name, wanted = rest.split(":")
        pk = self.documents[name]
        if self.kinds.get(name) == "purchase":
            found = purchases.words([pk])[pk]
        else:
            shown = sales.show_order(sales.orders().get(pk=pk))
            found = f"{shown['goods_status']} {shown['money_status']}"
        assert found == wanted.strip(), f"is called {found}"

    def say_total(self, rest: str) -> None:
        """total PO AMOUNT"""
        name, amount = rest.split()
        found = purchases.totals([self.documents[name]])[self.documents[name]]
        assert found == micro(amount) // 10_000, f"comes to {found / 100:.2f}"

    def say_serial(self, rest: str) -> None:
        """serial S1: KIND OF PLACE"""
        code, wanted = rest.split(":")
        found = Holding.objects.get(lot__code=code, quantity=1, unbounded=False).kind
        assert found == wanted.strip(), f"is at {found}"

    def of_lines(self, document: str, items: str) -> list[tuple[int, int]]:
        """`2 router` as lines of a document and quantities."""
        wanted: dict[Any, int] = dict(self.items(items))
        return [(one.pk, wanted[one.product_id]) for one in self.lines(document) if one.product_id in wanted]
