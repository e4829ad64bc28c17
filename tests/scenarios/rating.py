"""The stories' words around currencies, vendors that sell packs, and numbers that are given late.

rate USD 0.90 [since 3]                what one is worth at home, from so many days ago on
francs F: 95.00 router                 a price list in another currency: dollars, francs, yen
shop S: 119.00 router                  a price list whose prices include tax
sums SO: 100.00 net 19.00 tax 119.00 total     what a quote or an order comes to
gained 6.55                            what the customer's money was worth more at home than what it settled
abroad SO in USD: 3 router             an order in a currency · offer Q in CHF: 3 router, a quote
got SO router: 11.11 of F from 10    the price that a line got, and from where: typed, product or a list
template Office of Q · quote-of Office as R     what a quote offers is kept, and offered again
retire-template Office                 and is not any more
unsold router                          no vendor is known to sell it
from-vendor PO: 7 router [at 4.00] [packs] [add]     typed into a form; the vendor is added where it says so
bought PO router: 10 at 9.00 offered   how many a draft orders, at what, typed or offered
alter PO 100 router [at 7.50]          another quantity of a draft, or another cost
make-change PO · withdraw PO           what was asked for and is approved, or is not wanted any more
amend-bought PO 4 router [at 5.00] · amend-bought PO more router for SO     what the vendor was told changes
vendor-confirms PO router: after 9 [at 7.00]     when the vendor delivers, and at which cost
vendor-taxes 19 by parcel              what is agreed with the vendor: how it taxes, in percent, and sends
taxed PO router no                     its line is not taxed, or is taxed as so many percent
owed-for PO: 30.15 net 5.73 tax 35.88 total     what the vendor is expected to ask for it
late phone                             its serial numbers are known only when it leaves
"""

from __future__ import annotations

from datetime import timedelta

from tests.scenarios.trading import Trading
from wharfinger.base import clock, configuration
from wharfinger.billing.queries.differences import of_customer
from wharfinger.catalog.models import TaxCode, VendorPrice
from wharfinger.demand.queries.amounts import totals_of
from wharfinger.demand.queries.shown import origin_of
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.queries.shown import order, show_orders

CURRENCIES = {"dollars": "USD", "francs": "CHF", "yen": "JPY"}


class Rating(Trading):
    """What a teller also understands of currencies and packs."""

    def say_rate(self, rest: str) -> None:
        """rate CURRENCY RATE [since DAYS]"""
        currency, rate, *since = rest.split()
        day = clock.today(configuration.one("time_zone")) - timedelta(int(since[1]) if since else 0)
        self.acts.append(self.door.rate(currency, rate, day.isoformat()))

    def say_gained(self, amount: str) -> None:
        """gained AMOUNT"""
        gain = of_customer(self.company.customer.pk)
        assert f"{gain / 100:.2f}" == amount, f"gained {gain / 100:.2f}"

    def say_dollars(self, rest: str) -> None:
        """dollars LIST: 95.00 router"""
        self._list("USD", rest)

    def say_francs(self, rest: str) -> None:
        """francs LIST: 95.00 router"""
        self._list("CHF", rest)

    def say_shop(self, rest: str) -> None:
        """shop LIST: 119.00 router"""
        self._list("EUR", rest, tax_included=True)

    def say_sums(self, rest: str) -> None:
        """sums SO: NET net TAX tax TOTAL total"""
        document, _, wanted = rest.partition(":")
        found = totals_of([self.documents[document]], "sheet")[self.documents[document]]
        net, tax, total = (f"{minor / 100:.2f}" for minor in found[:3])
        told = f"{net} net {tax} tax {total} total"
        assert told == wanted.strip(), told

    def say_template(self, rest: str) -> None:
        """template NAME of QUOTE"""
        name, _of, quote = rest.split()
        self.keep("template", name, self.door.keep_template(self.documents[quote], name))

    def say_quote_of(self, rest: str) -> None:
        """quote-of TEMPLATE as QUOTE"""
        name, _as, quote = rest.split()
        made = self.door.quote_of(self.documents[name], self.company.customer.pk)
        self.keep("quote", quote, made)

    def say_retire_template(self, name: str) -> None:
        """retire-template NAME"""
        today = clock.today(configuration.one("time_zone")).isoformat()
        self.acts.append(self.door.retire_template(self.documents[name], today))

    def _list(self, currency: str, rest: str, **more: bool) -> None:
        name, _, item = rest.partition(":")
        price, product = item.split()
        items = [{"product": self.products[product].pk, "price": price, "from_quantity": "0"}]
        self.keep(
            "price_list", name, self.door.price_list({"name": name, "currency": currency, **more}, items)
        )

    def say_abroad(self, rest: str, noun: str = "orders") -> None:
        """abroad SO in CURRENCY: ITEMS"""
        head, _, items = rest.partition(":")
        name, _, currency = head.split()
        made = self.door.abroad(noun, self.company.customer.pk, currency, self.items(items))
        self.keep(noun.removesuffix("s"), name, made)

    def say_offer(self, rest: str) -> None:
        """offer Q in CURRENCY: ITEMS"""
        self.say_abroad(rest, "quotes")

    def say_got(self, rest: str) -> None:
        """got SO NAME: PRICE of WHERE [from N]"""
        head, _, wanted = rest.partition(":")
        document, name = head.split()
        (line,) = [one for one in self.lines(document) if one.product_id == self.products[name].pk]
        where = origin_of(line)
        start = f" from {line.price_from}" if line.price_from else ""
        told = f"{line.unit_price_micro / 10**6:.2f} of {line.price_list.name if line.price_list else where}{start}"
        assert told == wanted.strip(), told

    def say_unsold(self, name: str) -> None:
        """unsold NAME"""
        VendorPrice.objects.filter(product=self.products[name]).delete()

    def say_from_vendor(self, rest: str) -> None:
        """from-vendor PO: 7 NAME [at COST] [packs] [add]"""
        document, _, said = rest.partition(":")
        quantity, name, *more = said.split()
        cost = more[more.index("at") + 1] if "at" in more else None
        made = self.door.from_vendor(
            self.company.vendor.pk,
            self.products[name].pk,
            int(quantity),
            cost,
            packs="packs" in more,
            add="add" in more,
        )
        self.keep("purchase", document, made)

    def say_alter(self, rest: str) -> None:
        """alter PO 100 NAME [at COST]"""
        document, quantity, name, *more = rest.split()
        line = self._bought(document, name)
        self.acts.append(self.door.alter(line, int(quantity), more[1] if more else None))

    def say_amend_bought(self, rest: str) -> None:
        """amend-bought PO 4 NAME [at COST]; amend-bought PO more NAME for SO"""
        document, quantity, name, *more = rest.split()
        wanted = [self.line(more[1], name)] if more[:1] == ["for"] else []
        cost = more[1] if more[:1] == ["at"] else None
        n = None if quantity == "more" else int(quantity)
        self.acts.append(self.door.amend_bought(self._bought(document, name), n, cost, wanted))

    def say_make_change(self, rest: str) -> None:
        """make-change PO: what was asked for and is approved"""
        self.acts.append(self.door.make_change(self.documents[rest]))

    def say_withdraw(self, rest: str) -> None:
        """withdraw PO: what was asked for is not wanted any more"""
        self.acts.append(self.door.withdraw(self.documents[rest]))

    def say_vendor_confirms(self, rest: str) -> None:
        """vendor-confirms PO NAME: after DAYS [at COST]"""
        head, _, said = rest.partition(":")
        line, (_after, days, *more) = self._bought(*head.split()), said.split()
        day = clock.today(configuration.one("time_zone")) + timedelta(int(days))
        self.acts.append(self.door.vendor_confirms(line, day, more[1] if more else None))

    def say_vendor_taxes(self, rest: str) -> None:
        """vendor-taxes PERCENT by METHOD"""
        percent, _by, method = rest.split()
        self.acts.append(self.door.agree(self.company.vendor.pk, self._tax_code(percent), method))

    def say_taxed(self, rest: str) -> None:
        """taxed PO NAME PERCENT; taxed PO NAME no"""
        document, name, percent = rest.split()
        code = None if percent == "no" else self._tax_code(percent)
        self.acts.append(self.door.tax(self._bought(document, name), code))

    def _tax_code(self, percent: str) -> int:
        rate = int(percent) * 10_000
        return TaxCode.objects.get_or_create(code=f"IN{percent}", name=percent, rate_micro=rate)[0].pk

    def say_owed_for(self, rest: str) -> None:
        """owed-for PO: NET net TAX tax TOTAL total"""
        document, _, wanted = rest.partition(":")
        (shown,) = show_orders([order(self.documents[document])], costs=True)
        told = f"{shown['net']} net {shown['tax']} tax {shown['total']} total"
        assert told == wanted.strip(), told

    def say_bought(self, rest: str) -> None:
        """bought PO NAME: 10 at 9.00 offered"""
        head, _, wanted = rest.partition(":")
        line = self._bought(*head.split())
        how = "typed" if line.cost_typed else "offered"
        told = f"{line.quantity} at {line.unit_cost_micro / 10**6:.2f} {how}"
        assert told == wanted.strip(), told

    def _bought(self, document: str, name: str) -> PurchaseLine:
        return PurchaseLine.objects.get(
            purchase_order=self.documents[document], product=self.products[name], removed_at__isnull=True
        )

    def say_late(self, name: str) -> None:
        """late NAME"""
        self._changed(name, {"traced": "serial", "traced_from": "shipping"})
