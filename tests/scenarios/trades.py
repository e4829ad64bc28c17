"""What the doors of the stories also do with the catalog, the settings, counts of a part, and past days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tests.scenarios.further import Made, Posts, Tells
from wharfinger.catalog.actions import change_product
from wharfinger.catalog.actions.substitutes import set_substitutes
from wharfinger.catalog.models import Category
from wharfinger.demand.rules import LineWish
from wharfinger.documents.actions import printing
from wharfinger.parties.actions.groups import add_customer_group
from wharfinger.parties.actions.organizations import change_organization
from wharfinger.parties.actions.settings import set_setting
from wharfinger.pricing.actions import add_price_list
from wharfinger.purchasing.actions import ordering, receiving
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish
from wharfinger.sales.actions import orders
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.stock.actions import counts, goods
from wharfinger.stock.models import Location
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.counting import Scope
from wharfinger.stock.rules.moving import Goods

Said = tuple[int, int, str, int | None, int]
"""A product, how many of a unit, which, its size where it is a further one, and how many that is."""


class TradesActions:
    """Calls the actions in process."""

    def decide_setting(self: Tells, name: str, value: Any) -> int:
        """Decide a setting of the company."""
        return int(self._said(lambda: set_setting(actor=self.who, name=name, value=value)).id)

    def change_kind(self: Tells, product: int, values: Mapping[str, Any], **lists: Any) -> int:
        """Change a product, or what it is known, counted, bought and made by."""
        act = lambda: change_product(actor=self.who, product=product, values=values, **lists)  # noqa: E731
        return int(self._said(act).id)

    def instead_of(self: Tells, product: int, others: Sequence[int]) -> int:
        """Say what does as well."""
        return int(self._said(lambda: set_substitutes(actor=self.who, product=product, others=others)).id)

    def group(self: Tells, customer: int, name: str) -> int:
        """A customer belongs to a group."""
        made = self._said(lambda: add_customer_group(actor=self.who, values={"name": name}))
        group: int = made.one("parties.CustomerGroup")
        values = {"customer_group": group}
        self._said(lambda: change_organization(actor=self.who, organization=customer, values=values))
        return group

    def price_list(self: Tells, values: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Made:
        """Write a price list."""
        done = self._said(lambda: add_price_list(actor=self.who, values=values, items=items))
        return done.one("pricing.PriceList"), done.id

    def order_units(self: Tells, customer: int, said: Sequence[Said]) -> Made:
        """An order whose lines are said in units."""
        lines = tuple(LineWish(product, n, unit=unit, per=per) for product, _, unit, per, n in said)
        wish = OrderWish(customer, lines, confirm=True)
        done = self._said(lambda: orders.create_order(actor=self.who, wish=wish))
        return done.one("demand.Sheet"), done.id

    def order_listed(self: Tells, vendor: int, items: Sequence[tuple[int, int]]) -> Made:
        """Draft a purchase order at what the vendor asks."""
        wish = PurchaseWish(vendor, tuple(PurchaseLineWish(product, n) for product, n in items))
        done = self._said(lambda: ordering.draft(actor=self.who, wish=wish))
        return done.one("purchasing.PurchaseOrder"), done.id

    def adjust_on(
        self: Tells, product: int, n: int, location: Location, cost: int | None, on: date, why: str
    ) -> int:
        """Goods are found or lost, dated back."""
        items = [Adjustment(product, n, location.place_id, unit_cost_micro=cost)]
        act = lambda: goods.adjust(actor=self.who, items=items, reason=why, effective_on=on)  # noqa: E731
        return int(self._said(act).id)

    def count_part(self: Tells, location: int, scope: Scope, *, blind: bool) -> Made:
        """Begin a count of a part of a location."""
        act = lambda: counts.begin_count(actor=self.who, location=location, scope=scope, blind=blind)  # noqa: E731
        done = self._said(act)
        return done.one("stock.Count"), done.id

    def give_back(self: Tells, product: int, n: int, location: Location, owner: int) -> int:
        """Hand back what was kept."""
        items = [Goods(product, n, location.place_id, owner=owner)]
        return int(self._said(lambda: goods.hand_back(actor=self.who, items=items, reason="As told")).id)

    def send_refused(self: Tells, lines: Sequence[tuple[int, int]]) -> int:
        """What was refused at the door goes back."""
        what = [SendBack(n, purchase_line=line) for line, n in lines]
        return int(self._said(lambda: receiving.send_back(actor=self.who, goods=what)).id)

    def labels(self: Tells, of: str, pk: int, n: int) -> bytes:
        """So many labels of one thing, on a roll."""
        act = lambda: printing.print_labels(actor=self.who, of=of, copies={pk: n}, language="en")  # noqa: E731
        return bytes(self._said(act))


class TradesApi:
    """Speaks JSON over HTTP."""

    def decide_setting(self: Posts, name: str, value: Any) -> int:
        """Decide a setting of the company."""
        return int(self._patch(f"/settings/{name}", {"value": value})["entry"])

    def change_kind(self: Posts, product: int, values: Mapping[str, Any], **lists: Any) -> int:
        """Change a product, or what it is known, counted, bought and made by."""
        return int(self._patch(f"/products/{product}", {**values, **lists})["entry"])

    def instead_of(self: Posts, product: int, others: Sequence[int]) -> int:
        """Say what does as well."""
        return int(self._post(f"/products/{product}/substitutes", {"products": list(others)})["entry"])

    def group(self: Posts, customer: int, name: str) -> int:
        """A customer belongs to a group."""
        group = int(self._post("/customer-groups", {"name": name})["id"])
        self._patch(f"/organizations/{customer}", {"customer_group": group})
        return group

    def price_list(self: Posts, values: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Made:
        """Write a price list."""
        made = self._post("/price-lists", {**values, "items": list(items)})
        return made["id"], made["entry"]

    def order_units(self: Posts, customer: int, said: Sequence[Said]) -> Made:
        """An order whose lines are said in units."""
        lines = [{"product": product, "quantity": str(n), "unit": unit} for product, n, unit, _, _ in said]
        made = self._post("/orders?confirm=true", {"organization": customer, "lines": lines})
        return made["id"], made["entry"]

    def order_listed(self: Posts, vendor: int, items: Sequence[tuple[int, int]]) -> Made:
        """Draft a purchase order at what the vendor asks."""
        lines = [{"product": product, "quantity": str(n)} for product, n in items]
        made = self._post("/purchase-orders", {"vendor": vendor, "lines": lines})
        return made["id"], made["entry"]

    def adjust_on(
        self: Posts, product: int, n: int, location: Location, cost: int | None, on: date, why: str
    ) -> int:
        """Goods are found or lost, dated back."""
        body = {"product": product, "location": location.pk, "quantity": str(n), "reason": why}
        dated = {"effective_on": on.isoformat()}
        worth = {} if cost is None else {"unit_cost": f"{cost // 10**6}.{cost % 10**6:06d}"}
        return int(self._post("/stock/adjust", body | dated | worth)["entry"])

    def count_part(self: Posts, location: int, scope: Scope, *, blind: bool) -> Made:
        """Begin a count of a part of a location."""
        since = scope.moved_since.isoformat() if scope.moved_since else None
        path = Category.objects.get(pk=scope.category).path if scope.category else ""
        said = {"products": list(scope.products), "category": path, "moved_since": since}
        made = self._post("/stock/counts", {"location": location, "scope": said, "blind": blind})
        return made["id"], made["entry"]

    def give_back(self: Posts, product: int, n: int, location: Location, owner: int) -> int:
        """Hand back what was kept."""
        body = {"product": product, "owner": owner, "location": location.pk, "quantity": str(n)}
        return int(self._post("/stock/hand-back", body)["entry"])

    def send_refused(self: Posts, lines: Sequence[tuple[int, int]]) -> int:
        """What was refused at the door goes back."""
        rows = [{"purchase_line": line, "quantity": str(n)} for line, n in lines]
        return int(self._post("/send-back", {"lines": rows})["entry"])

    def labels(self: Posts, of: str, pk: int, n: int) -> bytes:
        """So many labels of one thing, on a roll."""
        asked = {"ids": str(pk), "copies": str(n)}
        return bytes(self.client.get(f"/api/v1/documents/labels/{of}.pdf", asked).content)
