"""What the doors of the stories also do with currencies, and with what vendors sell in packs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.scenarios.further import Made, Posts, Tells, micro
from wharfinger.demand.rules import LineWish
from wharfinger.pricing.actions import set_rates
from wharfinger.purchasing.actions import ordering
from wharfinger.purchasing.actions.vendor_terms import keep_terms
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.changing import LineChange, PurchaseChange
from wharfinger.purchasing.rules.confirming import Confirmed
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.taxing import NO_TAX
from wharfinger.sales.actions import orders, quotes, templates
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish

Items = Sequence[tuple[int, int]]


class RatesActions:
    """Calls the actions in process."""

    def rate(self: Tells, currency: str, rate: str, day: str) -> int:
        """Say what a currency is worth."""
        rates = [{"currency": currency, "rate": rate, "valid_from": day}]
        return int(self._said(lambda: set_rates(actor=self.who, rates=rates)).id)

    def abroad(self: Tells, noun: str, customer: int, currency: str, items: Items) -> Made:
        """An order or a quote in a currency."""
        lines = tuple(LineWish(product, n) for product, n in items)
        order = OrderWish(customer, lines, currency=currency, confirm=True)
        quote = QuoteWish(customer, lines, currency=currency)
        act: dict[str, Any] = {
            "orders": lambda: orders.create_order(actor=self.who, wish=order),
            "quotes": lambda: quotes.create_quote(actor=self.who, wish=quote),
        }
        done = self._said(act[noun])
        return done.one("demand.Sheet"), done.id

    def keep_template(self: Tells, quote: int, name: str) -> Made:
        """Keep what a quote offers."""
        done = self._said(lambda: templates.keep_template(actor=self.who, quote=quote, name=name))
        return done.one("sales.QuoteTemplate"), done.id

    def quote_of(self: Tells, template: int, customer: int) -> Made:
        """Offer what a template has."""
        wish = QuoteWish(customer)
        done = self._said(lambda: templates.quote_from(actor=self.who, template=template, wish=wish))
        return done.one("demand.Sheet"), done.id

    def retire_template(self: Tells, template: int, day: str) -> int:
        """Retire a template."""
        values = {"retired_on": day}
        act = lambda: templates.change_template(actor=self.who, template=template, values=values)  # noqa: E731
        return int(self._said(act).id)

    def from_vendor(
        self: Tells, vendor: int, product: int, n: int, cost: str | None, *, packs: bool, add: bool
    ) -> Made:
        """A purchase order as it is typed into a form."""
        line = PurchaseLineWish(product, n, unit_cost_micro=None if cost is None else micro(cost))
        wish = PurchaseWish(vendor, (line,), fill_packs=packs, add_vendor=add)
        done = self._said(lambda: ordering.draft(actor=self.who, wish=wish))
        return done.one("purchasing.PurchaseOrder"), done.id

    def alter(self: Tells, line: PurchaseLine, n: int, cost: str | None) -> int:
        """Another quantity or cost of a draft's line."""
        change = LineChange(line.pk, n, None if cost is None else micro(cost))
        wanted = PurchaseChange(change=(change,))
        order = line.purchase_order_id
        act = lambda: ordering.change_purchase(actor=self.who, order=order, change=wanted)  # noqa: E731
        return int(self._said(act).id)

    def amend_bought(
        self: Tells, line: PurchaseLine, n: int | None, cost: str | None, wanted: Sequence[int]
    ) -> int:
        """Another quantity or cost of what the vendor was told, or more of it for customers' lines."""
        asks = tuple(Wanted(one) for one in wanted)
        change = LineChange(line.pk, n, None if cost is None else micro(cost), wanted=asks)
        whole = PurchaseChange(change=(change,))
        order = line.purchase_order_id
        act = lambda: ordering.amend_purchase(actor=self.who, order=order, change=whole)  # noqa: E731
        return int(self._said(act).id)

    def make_change(self: Tells, order: int) -> int:
        """Make the change of an order that is approved."""
        return int(self._said(lambda: ordering.make_change(actor=self.who, order=order)).id)

    def withdraw(self: Tells, order: int) -> int:
        """Want a change no more that was asked for."""
        no = PurchaseChange(withdraw=True)
        act = lambda: ordering.change_purchase(actor=self.who, order=order, change=no)  # noqa: E731
        return int(self._said(act).id)

    def vendor_confirms(self: Tells, line: PurchaseLine, day: date, cost: str | None) -> int:
        """The vendor says when it delivers, and at which cost."""
        said = [Confirmed(line.pk, day, None if cost is None else micro(cost))]
        order = line.purchase_order_id
        act = lambda: ordering.confirm_purchase(actor=self.who, order=order, lines=said)  # noqa: E731
        return int(self._said(act).id)

    def agree(self: Tells, vendor: int, code: int, method: str) -> int:
        """Say how a vendor taxes and sends."""
        values = {"tax_code": code, "shipping_method": method}
        return int(self._said(lambda: keep_terms(actor=self.who, vendor=vendor, values=values)).id)

    def tax(self: Tells, line: PurchaseLine, code: int | None) -> int:
        """Tax a draft's line otherwise."""
        change = PurchaseChange(change=(LineChange(line.pk, tax_code=code or NO_TAX),))
        order = line.purchase_order_id
        act = lambda: ordering.change_purchase(actor=self.who, order=order, change=change)  # noqa: E731
        return int(self._said(act).id)


class RatesApi:
    """Speaks JSON over HTTP."""

    def rate(self: Posts, currency: str, rate: str, day: str) -> int:
        """Say what a currency is worth."""
        body = {"rates": [{"currency": currency, "rate": rate, "valid_from": day}]}
        return int(self._post("/rates", body)["entry"])

    def abroad(self: Posts, noun: str, customer: int, currency: str, items: Items) -> Made:
        """An order or a quote in a currency."""
        lines = [{"product": product, "quantity": str(n)} for product, n in items]
        body = {"organization": customer, "currency": currency, "lines": lines}
        made = self._post(f"/{noun}{'?confirm=true' if noun == 'orders' else ''}", body)
        return made["id"], made["entry"]

    def keep_template(self: Posts, quote: int, name: str) -> Made:
        """Keep what a quote offers."""
        made = self._post("/quote-templates", {"quote": quote, "name": name})
        return made["id"], made["entry"]

    def quote_of(self: Posts, template: int, customer: int) -> Made:
        """Offer what a template has."""
        made = self._post("/quotes", {"organization": customer, "template": template})
        return made["id"], made["entry"]

    def retire_template(self: Posts, template: int, day: str) -> int:
        """Retire a template."""
        return int(self._patch(f"/quote-templates/{template}", {"retired_on": day})["entry"])

    def from_vendor(
        self: Posts, vendor: int, product: int, n: int, cost: str | None, *, packs: bool, add: bool
    ) -> Made:
        """A purchase order as it is typed into a form."""
        line = {"product": product, "quantity": str(n)} | ({} if cost is None else {"unit_cost": cost})
        body = {"vendor": vendor, "lines": [line], "fill_packs": packs, "add_vendor": add}
        made = self._post("/purchase-orders", body)
        return made["id"], made["entry"]

    def alter(self: Posts, line: PurchaseLine, n: int, cost: str | None) -> int:
        """Another quantity or cost of a draft's line."""
        change = {"purchase_line": line.pk, "quantity": str(n)} | (
            {} if cost is None else {"unit_cost": cost}
        )
        return int(self._patch(f"/purchase-orders/{line.purchase_order_id}", {"change": [change]})["entry"])

    def amend_bought(
        self: Posts, line: PurchaseLine, n: int | None, cost: str | None, wanted: Sequence[int]
    ) -> int:
        """Another quantity or cost of what the vendor was told, or more of it for customers' lines."""
        change: dict[str, Any] = {"purchase_line": line.pk, "wanted": list(wanted)}
        change |= {} if n is None else {"quantity": str(n)}
        change |= {} if cost is None else {"unit_cost": cost}
        return int(self._patch(f"/purchase-orders/{line.purchase_order_id}", {"change": [change]})["entry"])

    def make_change(self: Posts, order: int) -> int:
        """Make the change of an order that is approved."""
        return int(self._post(f"/purchase-orders/{order}/make-change", {})["entry"])

    def withdraw(self: Posts, order: int) -> int:
        """Want a change no more that was asked for."""
        return int(self._patch(f"/purchase-orders/{order}", {"withdraw": True})["entry"])

    def vendor_confirms(self: Posts, line: PurchaseLine, day: date, cost: str | None) -> int:
        """The vendor says when it delivers, and at which cost."""
        said = {"purchase_line": line.pk, "expected_on": day.isoformat()}
        said |= {} if cost is None else {"unit_cost": cost}
        path = f"/purchase-orders/{line.purchase_order_id}/confirm"
        return int(self._post(path, {"confirmation": "AB-1", "lines": [said]})["entry"])

    def agree(self: Posts, vendor: int, code: int, method: str) -> int:
        """Say how a vendor taxes and sends."""
        body = {"tax_code": code, "shipping_method": method}
        return int(self._patch(f"/organizations/{vendor}/purchase-terms", body)["entry"])

    def tax(self: Posts, line: PurchaseLine, code: int | None) -> int:
        """Tax a draft's line otherwise."""
        change = {"purchase_line": line.pk, "tax_code": code}
        return int(self._patch(f"/purchase-orders/{line.purchase_order_id}", {"change": [change]})["entry"])
