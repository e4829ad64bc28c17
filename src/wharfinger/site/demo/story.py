"""The words in which the demo company's past is told: each is one act at one moment, by one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from heapq import heapify, heappop, heappush
from typing import cast
from zoneinfo import ZoneInfo

from wharfinger.base import clock, further
from wharfinger.base.access import Actor
from wharfinger.billing.actions import deposits, invoices, payments, reminders
from wharfinger.billing.actions import sending as mailing
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.models import Invoice
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.deposits import DepositWish
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import Allocation, PaymentWish
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.discounts import Discount
from wharfinger.fulfilment.actions import packing, picking, shipping
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.fulfilment.rules.packing import Box
from wharfinger.ledger.models import Holding
from wharfinger.parties.models import Contact, Organization, Site, User
from wharfinger.purchasing.actions import approving, ordering, receiving
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.sales.actions import giving, orders, quotes, sending, winning
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import OpportunityWish, QuoteWish
from wharfinger.sales.rules.win import Into
from wharfinger.site.demo.people import CARRIERS
from wharfinger.site.demo.scribble import drawn
from wharfinger.stock.models import Location

ZONE = ZoneInfo("Europe/Berlin")
Chapter = Generator[int]
"""A part of the story: it yields how many days ago what it tells next happened."""


@dataclass
class Deal:
    """A quote, an order or a work order of the story: its document, and its lines by SKU."""

    sheet: int
    lines: dict[str, int]
    quantities: dict[str, int]


@dataclass
class Story:
    """The company while its past is told."""

    today: date
    users: dict[str, Actor] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    serials: Counter[str] = field(default_factory=Counter)
    acts: Counter[int] = field(default_factory=Counter)
    day: int = 0
    """How many days ago what is told now happened."""
    shipments: int = 0
    deals: dict[str, Deal] = field(default_factory=dict)
    """Orders by their title, so that a later chapter can come back to them."""

    def look(self) -> None:
        """Read the company as it was founded."""
        self.users = {user.username: cast(Actor, user) for user in User.objects.all()}
        self.organizations = {one.reference: one for one in Organization.objects.all()}
        self.products = {product.sku: product for product in Product.objects.all()}
        self.locations = {location.name: location for location in Location.objects.all()}

    def tell(self, chapters: Iterable[Chapter]) -> None:
        """Tell chapters side by side, each day of one before any later day of another."""
        told = [(-next(chapter), n, chapter) for n, chapter in enumerate(chapters)]
        heapify(told)
        while told:
            day, n, chapter = heappop(told)
            self.day = -day
            later = next(chapter, None)
            if later is not None:
                heappush(told, (-later, n, chapter))

    @contextmanager
    def now(self) -> Iterator[None]:
        """One act of the day that is told: some minutes after the one before."""
        self.acts[self.day] += 1
        morning = datetime.combine(self.date(), time(7, 30), ZONE)
        with clock.standing_at(min(morning + timedelta(minutes=4 * self.acts[self.day]), clock.now())):
            yield

    def date(self, later: int = 0) -> date:
        """The day that is told, or so many days later."""
        return self.today - timedelta(days=self.day - later)

    def numbers(self, sku: str, quantity: int) -> tuple[str, ...]:
        """The next serial numbers that the maker of a product gave out."""
        start = self.serials[sku]
        self.serials[sku] += quantity
        return tuple(f"{sku.replace('-', '')}-{26000 + start + n + 1}" for n in range(quantity))

    def customer(self, reference: str) -> tuple[Organization, Contact | None, Sequence[Site]]:
        """A customer with its contact and its sites in their order."""
        found = self.organizations[reference]
        return found, found.contacts.order_by("pk").first(), list(found.sites.order_by("pk"))

    def wishes(self, goods: Mapping[str, int], discount: int = 0) -> tuple[LineWish, ...]:
        """Lines at list price, with a discount in percent."""
        return tuple(
            LineWish(self.products[sku].pk, units, discount=Discount(discount * 10_000))
            for sku, units in goods.items()
        )

    def deal(self, sheet: int) -> Deal:
        """A document with its lines."""
        lines = list(Line.objects.filter(sheet_id=sheet, void__isnull=True).select_related("product"))
        return Deal(
            sheet,
            {one.product.sku: one.pk for one in lines},
            {one.product.sku: one.quantity for one in lines},
        )

    def quote(
        self,
        by: str,
        customer: str,
        title: str,
        goods: Mapping[str, int],
        *,
        discount: int = 0,
        valid: int = 30,
        tax_included: bool | None = None,
        opportunity: int | None = None,
    ) -> Deal:
        """Offer goods."""
        who, contact, sites = self.customer(customer)
        with self.now():
            wish = QuoteWish(
                organization=who.pk,
                lines=self.wishes(goods, discount),
                site=sites[0].pk,
                contact=contact.pk if contact else None,
                title=title,
                expires_on=self.date(valid),
                tax_included=tax_included,
                opportunity=opportunity,
            )
            return self.deal(quotes.create_quote(actor=self.users[by], wish=wish).one("sales.Quote"))

    def opportunity(
        self, by: str, customer: str, title: str, *, step: str = "new", percent: int = 20, close: int = 30
    ) -> int:
        """Write a deal down that may be won. close: in how many days it is expected to be."""
        wish = OpportunityWish(
            self.organizations[customer].pk,
            title,
            pipeline_step=step,
            probability_percent=percent,
            expected_close_on=self.date(close),
        )
        with self.now():
            return quotes.create_opportunity(actor=self.users[by], wish=wish).one("sales.Opportunity")

    def send(self, by: str, quote: Deal) -> None:
        """Send a quote to the customer."""
        with self.now():
            sending.send_quote(actor=self.users[by], quote=quote.sheet)

    def lose(self, by: str, quote: Deal, reason: str) -> None:
        """Lose a quote."""
        with self.now():
            quotes.lose(actor=self.users[by], quote=quote.sheet, reason=reason)

    def win(self, by: str, quote: Deal, into: str | None = None) -> Deal:
        """Win a quote: what it becomes, charged on new work of a kind where one is named."""
        with self.now():
            made = winning.win(actor=self.users[by], quote=quote.sheet, into=Into(into) if into else None)
            lines = Line.objects.filter(pk__in=made.made["ledger.Claim"])
            return self.deal(lines.values_list("sheet_id", flat=True)[0])

    def order(
        self,
        by: str,
        customer: str,
        title: str,
        goods: Mapping[str, int],
        *,
        site: int = 0,
        discount: int = 0,
        confirm: bool = True,
        reference: str = "",
        due: int = 7,
        priority: str = "normal",
    ) -> Deal:
        """Write an order down. site: which of the customer's; due: in how many days it is promised."""
        who, contact, sites = self.customer(customer)
        with self.now():
            wish = OrderWish(
                organization=who.pk,
                lines=self.wishes(goods, discount),
                site=sites[site].pk,
                contact=contact.pk if contact else None,
                title=title,
                customer_reference=reference,
                promised_on=self.date(due),
                priority=priority,
                confirm=confirm,
            )
            self.deals[title] = self.deal(
                orders.create_order(actor=self.users[by], wish=wish).one("sales.Order")
            )
        return self.deals[title]

    def cancel(self, by: str, order: Deal, reason: str) -> None:
        """Take an order back."""
        with self.now():
            orders.cancel(actor=self.users[by], order=order.sheet, reason=reason)

    def reserve(
        self, by: str, deal: Deal, goods: Mapping[str, int] | None = None, *, at: str = "Hamburg"
    ) -> None:
        """Hold goods for a document, all that are wanted where nothing is said."""
        place = self.locations[at].place_id
        holds = [
            Hold(deal.lines[sku], units, location=place) for sku, units in self.goods_of(deal, goods).items()
        ]
        with self.now():
            orders.reserve(actor=self.users[by], holds=holds)

    def ask(self, by: str, deal: Deal, holder: Deal, sku: str, *, note: str) -> None:
        """Ask another document to give way, for all of a product that a deal wants."""
        with self.now():
            giving.ask(
                actor=self.users[by],
                asking=deal.lines[sku],
                holding=holder.lines[sku],
                quantity=deal.quantities[sku],
                note=note,
            )

    def goods_of(self, deal: Deal, goods: Mapping[str, int] | None = None) -> Mapping[str, int]:
        """What is named, or all of a deal that is kept in stock."""
        kept = {sku: units for sku, units in deal.quantities.items() if self.products[sku].kind == "stocked"}
        return kept if goods is None else goods

    def approve(self, deal: Deal, *skus: str, note: str = "") -> None:
        """Grant buying."""
        with self.now():
            approving.approve(actor=self.users["georg"], lines=[deal.lines[sku] for sku in skus], note=note)

    def reject(self, deal: Deal, *skus: str, note: str) -> None:
        """Refuse buying, with a reason."""
        with self.now():
            approving.reject(actor=self.users["georg"], lines=[deal.lines[sku] for sku in skus], note=note)

    def buy(self, deals: Sequence[tuple[Deal, Mapping[str, int]]], *, submit: bool = True) -> list[int]:
        """Order what customers wait for, one purchase order for each vendor."""
        wanted = [Wanted(deal.lines[sku], units) for deal, goods in deals for sku, units in goods.items()]
        with self.now():
            made = ordering.draft_per_vendor(actor=self.users["petra"], wanted=wanted)
        return self._submitted(made.made["purchasing.PurchaseOrder"], submit)

    def stock_up(
        self,
        vendor: str,
        goods: Mapping[str, int],
        *,
        at: str = "Hamburg",
        due: int = 5,
        granted: Sequence[str] = (),
        submit: bool = True,
    ) -> list[int]:
        """Order goods for stock. granted: which of them are so dear that buying them is approved first."""
        lines = tuple(
            PurchaseLineWish(self.products[sku].pk, units, location=self.locations[at].pk)
            for sku, units in goods.items()
        )
        wish = PurchaseWish(vendor=self.organizations[vendor].pk, lines=lines, expected_on=self.date(due))
        with self.now():
            made = ordering.draft(actor=self.users["petra"], wish=wish)
        if granted:
            dear = PurchaseLine.objects.filter(made=made.id, product__sku__in=granted).values_list(
                "pk", flat=True
            )
            with self.now():
                approving.approve(actor=self.users["georg"], purchase_lines=list(dear))
        return self._submitted(made.made["purchasing.PurchaseOrder"], submit)

    def _submitted(self, purchases: list[int], submit: bool) -> list[int]:
        for one in purchases if submit else ():
            with self.now():
                ordering.submit(actor=self.users["petra"], order=one)
        return purchases

    def receive(
        self,
        purchase: int,
        goods: Mapping[str, int] | None = None,
        *,
        invoice: str = "",
        rejected: Mapping[str, int] | None = None,
    ) -> None:
        """Take in what a purchase order brought, all of it where nothing is named."""
        lines = PurchaseLine.objects.filter(
            purchase_order_id=purchase, void__isnull=True, removed_at__isnull=True
        )
        arrivals = []
        for line in lines.select_related("product"):
            units = line.quantity if goods is None else goods.get(line.product.sku, 0)
            if units:
                arrivals.append(
                    Arrival(
                        line.pk,
                        units,
                        rejected=(rejected or {}).get(line.product.sku, 0),
                        reason="Damaged on the way",
                        serials=self.numbers(line.product.sku, units)
                        if (line.product.traced, line.product.traced_from) == ("serial", "receipt")
                        else (),
                        batch=f"L{self.today:%y}-{line.pk:03d}" if line.product.traced == "batch" else "",
                        expires_on=self.date(400) if line.product.traced == "batch" else None,
                    )
                )
        with self.now():
            receiving.receive(
                actor=self.users["wim"], arrivals=arrivals, delivery=Delivery(vendor_invoice_number=invoice)
            )

    def pick(self, deal: Deal, goods: Mapping[str, int] | None = None, *, by: str = "wim") -> None:
        """Take goods of a document out of their bins."""
        with self.now():
            picking.pick(actor=self.users[by], picks=self.picks(deal, goods))

    def picks(self, deal: Deal, goods: Mapping[str, int] | None, *, leaving: bool = False) -> list[Pick]:
        """Goods as the warehouse names them. leaving: those numbered on the way out get their numbers."""
        named = self.goods_of(deal, goods)
        return [
            Pick(
                deal.lines[sku],
                units,
                serials=self.numbers(sku, units)
                if leaving and self.products[sku].traced_from == "shipping"
                else (),
            )
            for sku, units in named.items()
        ]

    def pack(self, deal: Deal, goods: Mapping[str, int] | None = None, *, grams: int = 4200) -> int:
        """Put goods of a document into a box."""
        with self.now():
            box = Box(weight_grams=grams, size_mm="600 × 400 × 300")
            made = packing.pack(actor=self.users["lale"], picks=self.picks(deal, goods), box=box)
        return made.one("fulfilment.Container")

    def stack(self, *boxes: int) -> int:
        """Put boxes onto a new pallet."""
        with self.now():
            made = packing.stack(actor=self.users["lale"], containers=boxes)
        return made.one("fulfilment.Container")

    def ship(self, deal: Deal, goods: Mapping[str, int] | None = None, *, proof: bool = False) -> int:
        """Hand goods of a document over to a carrier."""
        with self.now():
            made = shipping.ship(
                actor=self.users["wim"],
                picks=self.picks(deal, goods, leaving=True),
                consignment=self.consignment(proof=proof),
            )
        return made.one("fulfilment.Shipment")

    def ship_boxes(self, *boxes: int, proof: bool = False) -> int:
        """Hand boxes over to a carrier."""
        with self.now():
            made = shipping.ship(
                actor=self.users["wim"], containers=boxes, consignment=self.consignment(proof=proof)
            )
        return made.one("fulfilment.Shipment")

    def consignment(self, *, proof: bool = False) -> Consignment:
        """The next parcel's carrier and tracking number."""
        self.shipments += 1
        carrier, service, prefix = CARRIERS[self.shipments % len(CARRIERS)]
        return Consignment(carrier, service, f"{prefix}{730_000_000 + self.shipments * 7919}DE", proof=proof)

    def deliver(self, shipment: int, proof: str) -> None:
        """Let a shipment reach its customer, who signs with a finger."""
        pictures = further.looked_at(self.users["timo"], [drawn(proof)], "signature")
        with self.now():
            shipping.deliver(actor=self.users["timo"], shipments=[shipment], proof=proof, pictures=pictures)

    def bill(self, deal: Deal, goods: Mapping[str, int] | None = None) -> Invoice:
        """Invoice a document, all of it where nothing is named."""
        named = deal.quantities if goods is None else goods
        with self.now():
            wish = InvoiceWish(bills=tuple(Bill(deal.lines[sku], units) for sku, units in named.items()))
            made = invoices.invoice(actor=self.users["clara"], wish=wish)
        return Invoice.objects.get(pk=made.one("billing.Invoice"))

    def ask_beforehand(self, deal: Deal, percent: int) -> Invoice:
        """Ask for a part of an order as a deposit."""
        wish = DepositWish(deal.sheet, self.products["SVC-DEP"].pk, share_micro=percent * 10_000)
        with self.now():
            made = deposits.ask_deposit(actor=self.users["clara"], wish=wish)
        return Invoice.objects.get(pk=made.one("billing.Invoice"))

    def pay(self, invoice: Invoice, *, percent: int = 100) -> None:
        """Take the customer's money in for an invoice, all of it or a part."""
        amount = invoice.total_minor * percent // 100
        settles = (Allocation(invoice.pk, amount),) if invoice.kind == "deposit" else None
        whose, currency = invoice.organization_id, invoice.currency
        wish = PaymentWish(
            whose, amount, currency, method="transfer", reference=str(invoice), allocations=settles
        )
        with self.now():
            payments.pay(actor=self.users["clara"], wish=wish)

    def credit(self, invoice: Invoice, reason: str) -> None:
        """Take one unit of the first line of an invoice back, and mail the credit note."""
        line = invoice.lines.order_by("position")[0]
        actor = self.users["clara"]
        with self.now():
            made = credit(actor=actor, items=[Credit(line.pk, 1)], reason=reason)
        with self.now():
            mailing.send_credit_note(actor=actor, credit_note=made.one("billing.CreditNote"))

    def remind(self, reference: str) -> None:
        """Write a customer about what is overdue."""
        with self.now():
            reminders.remind(
                actor=self.users["clara"], organization=self.organizations[reference].pk, currency="EUR"
            )

    def free(self, sku: str, at: str) -> int:
        """How many units of a product nobody claims at a location."""
        found = Holding.objects.filter(
            product=self.products[sku], claim=0, kind="bin", place__parent=self.locations[at].place_id
        )
        return sum(found.values_list("quantity", flat=True))
