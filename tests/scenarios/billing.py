"""The stories' words around what vendors bill.

tolerance 10 [at most 5.00]                a vendor's bill may be off by so many percent, and by so much
bill B of GR: 2 router at 7.00, 1 cable [freight 12.00]      what a vendor bills of a receipt
bill B ahead of PO: 2 router at 7.00       what a vendor bills of an order, whichever receipt brings it
bill-is B to_accept over_received price      its word, and all that is off and not put up with
accept-bill B because Agreed               · cancel-bill B
return-is VR-1 expected 12.00              the newest returns to vendors by their numbers, and what is to be credited
vendor-credits VR-1 10.00                  what the vendor credited for them
pay-bills B 40.00 less 0.80, B2 [taking VR-1 10.00]    bills are paid, in part where an amount stands there, less
                                           what is taken off, and credits taken
vendor-grants 2 within 10                  what the vendor lets us take off, in percent, within so many days
taken-off B 0.80 0.13                      what was taken off it, and how much of that is tax
cancel-vendor-payment VP-1
paid-is B partly 79.00                     how far it is paid, and what is open of it
credit-left VR-1 10.00                     what may still be taken of it
unbilled PO router: 3                      how many came of an order and no bill asks for
"""

from __future__ import annotations

from tests.scenarios.further import micro
from tests.scenarios.rating import Rating
from wharfinger.base.models import Setting
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.queries import bills, crediting, paying


class Billing(Rating):
    """What a teller also understands of vendors' bills."""

    def say_tolerance(self, rest: str) -> None:
        """tolerance PERCENT [at most AMOUNT]"""
        percent, *most = rest.split(" at most ")
        value = {"percent": int(percent), "most_minor": micro(most[0]) // 10_000 if most else None}
        Setting.objects.update_or_create(key="bill_tolerance", defaults={"value": value})

    def say_bill(self, rest: str, pay: str | None = None) -> None:
        """bill B of GR: ITEMS [freight AMOUNT], or bill B ahead of PO: …"""
        head, _, items = rest.partition(":")
        name, *ahead, _, receipt = head.split()
        items, _, freight = items.partition(" freight ")
        if ahead:
            self.bill_ahead(name, self.documents[receipt], items, freight)
            return
        due = {one.line.product_id: one for one in bills.due(receipts=[self.documents[receipt]])}
        came = bills.came_of([self.documents[receipt]])
        lines = {one.product_id: one.pk for one in PurchaseLine.objects.filter(pk__in=[k for _, k in came])}
        asks = []
        for item in items.split(","):
            n, product, *cost = item.split()
            pk = self.products[product].pk
            line = due[pk].line.pk if pk in due else lines[pk]
            asks.append((line, self.documents[receipt], int(n), cost[1] if cost else None))
        self.keep("bill", name, self.door.bill_goods(name, asks, freight or "0", pay))

    def bill_ahead(self, name: str, order: int, items: str, freight: str) -> None:
        """Bill lines of an order without a word of receipts."""
        bought = PurchaseLine.objects.filter(purchase_order=order, removed_at__isnull=True)
        lines = {line.product_id: line.pk for line in bought}
        asks = []
        for item in items.split(","):
            n, product, *cost = item.split()
            asks.append((lines[self.products[product].pk], None, int(n), cost[1] if cost else None))
        self.keep("bill", name, self.door.bill_goods(name, asks, freight or "0"))

    def say_bill_paid(self, rest: str) -> None:
        """bill-paid B of GR: N PRODUCT [at COST] by METHOD"""
        head, method = rest.split(" by ")
        self.say_bill(head, method.strip())

    def say_bill_is(self, rest: str) -> None:
        """bill-is B WORD CODES"""
        name, word, *codes = rest.split()
        (one,) = bills.beside([bills.bill(self.documents[name])])
        found = [off.code for off in one.off if not off.taken]
        assert (bills.word(one.bill), found) == (word, codes), f"is {bills.word(one.bill)} {found}"

    def say_accept_bill(self, rest: str) -> None:
        """accept-bill B [because NOTE]"""
        name, _, note = rest.partition(" because ")
        self.acts.append(self.door.accept_bill(self.documents[name.strip()], note))

    def say_cancel_bill(self, name: str) -> None:
        """cancel-bill B"""
        self.acts.append(self.door.cancel_bill(self.documents[name]))

    def say_return_is(self, rest: str) -> None:
        """return-is VR WORD AMOUNT"""
        number, word, amount = rest.split()
        row = crediting.returns().get(number=number)
        found = crediting.word(row), f"{row.credit_minor / 100:.2f}"
        assert found == (word, amount), f"is {found}"

    def say_vendor_credits(self, rest: str) -> None:
        """vendor-credits VR AMOUNT"""
        number, amount = rest.split()
        self.acts.append(self.door.vendor_credits(crediting.returns().get(number=number).pk, amount))

    def say_unbilled(self, rest: str) -> None:
        """unbilled PO PRODUCT: N"""
        head, n = rest.split(":")
        purchase, product = head.split()
        rows = bills.unbilled().filter(purchase_order=self.documents[purchase])
        found = sum(one.came - one.billed for one in rows if one.product_id == self.products[product].pk)
        assert found == int(n), f"is {found}"

    def say_pay_bills(self, rest: str) -> None:
        """pay-bills B [AMOUNT] [less DISCOUNT], … [taking VR [AMOUNT], …]"""
        named, _, taken = rest.partition(" taking ")

        def parts(text: str) -> list[tuple[str, str | None, str]]:
            found = []
            for one in text.split(","):
                told, _, less = one.partition(" less ")
                name, *amount = told.split() or [""]
                found += [(name, amount[0] if amount else None, less.strip() or "0")] if name else []
            return found

        owed = [(self.documents[name], *figures) for name, *figures in parts(named)]
        back = [(crediting.returns().get(number=name).pk, *figures) for name, *figures in parts(taken)]
        self.acts.append(self.door.pay_bills(owed, back))

    def say_cancel_vendor_payment(self, number: str) -> None:
        """cancel-vendor-payment VP"""
        pk = paying.payments().get(number=number).pk
        self.acts.append(self.door.cancel_vendor_payment(pk))

    def say_paid_is(self, rest: str) -> None:
        """paid-is B WORD AMOUNT"""
        name, word, amount = rest.split()
        row = bills.bill(self.documents[name])
        found = paying.word(row), f"{row.open_minor / 100:.2f}"
        assert found == (word, amount), f"is {found}"

    def say_vendor_grants(self, rest: str) -> None:
        """vendor-grants PERCENT within DAYS"""
        percent, _, days = rest.split()
        self.acts.append(self.door.grant(self.company.vendor.pk, percent, int(days)))

    def say_taken_off(self, rest: str) -> None:
        """taken-off B AMOUNT, and how much of it is tax"""
        name, amount, tax = rest.split()
        rows = paying.discounts().filter(bill=self.documents[name])
        found = [sum(one.amount_minor for one in rows), sum(one.tax_minor for one in rows)]
        assert [f"{one / 100:.2f}" for one in found] == [amount, tax], f"is {found}"

    def say_credit_left(self, rest: str) -> None:
        """credit-left VR AMOUNT"""
        number, amount = rest.split()
        pk = crediting.returns().get(number=number).pk
        found = f"{paying.left_of([pk]).get(pk, 0) / 100:.2f}"
        assert found == amount, f"is {found}"
