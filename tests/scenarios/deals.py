"""What the doors of the stories do around a deal: holds with an end, winning, asking to buy, cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from tests.scenarios.further import Made, Posts, Tells
from wharfinger.base import clock
from wharfinger.base.money import minor
from wharfinger.demand.actions import add_lines, change_line
from wharfinger.demand.rules import LineWish
from wharfinger.demand.rules.amend import LineChange
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.actions.cancel_order import cancel_order
from wharfinger.flows.rules.amend import Amend
from wharfinger.ledger.write import Written
from wharfinger.purchasing.actions import approving, ordering, tiers
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.changing import LineChange as ChangeOfLine
from wharfinger.purchasing.rules.changing import PurchaseChange
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.sales.actions import holds, orders, quotes, winning
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.win import Into


class DealsActions:
    """Calls the actions in process."""

    def hold(self: Tells, quote: int, line: int, quantity: int, until: datetime) -> int:
        """Hold goods for a quote until an instant."""
        return int(
            self._said(lambda: holds.reserve(actor=self.who, holds=[Hold(line, quantity)], until=until)).id
        )

    def extend(self: Tells, quote: int, until: datetime) -> int:
        """Hold them for longer."""
        return int(self._said(lambda: holds.extend(actor=self.who, quote=quote, until=until)).id)

    def win_on(self: Tells, kind: str, quote: int) -> tuple[int | None, int | None, int]:
        """Win a quote onto new work: the order, the work and the entry."""
        done: Written = self._said(lambda: winning.win(actor=self.who, quote=quote, into=Into(kind)))
        order = done.made.get("sales.Order", [None])[0]
        work = done.made.get("work.WorkOrder", [None])[0]
        return order, work, done.id

    def copy(self: Tells, quote: int) -> Made:
        """Offer the same once more."""
        done = self._said(lambda: quotes.copy_quote(actor=self.who, quote=quote))
        return done.one("demand.Sheet"), done.id

    def change(self: Tells, line: int, quantity: int) -> int:
        """Want more or less of a line."""
        change = LineChange(quantity=quantity)
        return int(self._said(lambda: change_line(actor=self.who, line=line, change=change)).id)

    def change_bought(self: Tells, purchase: int, product: int, quantity: int) -> int:
        """Buy more or less of a product on a draft."""
        line = PurchaseLine.objects.get(purchase_order=purchase, product=product).pk
        change = PurchaseChange(change=(ChangeOfLine(line, quantity=quantity),))
        return int(
            self._said(lambda: ordering.change_purchase(actor=self.who, order=purchase, change=change)).id
        )

    def unconfirm(self: Tells, order: int) -> int:
        """Make an order provisional again."""
        return int(self._said(lambda: orders.unconfirm(actor=self.who, order=order)).id)

    def readdress(self: Tells, line: int, site: int) -> int:
        """Send a line to another of the customer's sites."""
        change = LineChange(site_id=site)
        return int(self._said(lambda: change_line(actor=self.who, line=line, change=change)).id)

    def add(self: Tells, order: int, product: int, quantity: int) -> int:
        """Put one more line on an order."""
        wishes = [LineWish(product, quantity)]
        return int(self._said(lambda: add_lines(actor=self.who, sheet=order, wishes=wishes)).id)

    def amend(self: Tells, order: int, items: Sequence[tuple[int, int]], purchased: str) -> int:
        """Want another quantity of lines, or none of them, whatever is reserved or ordered of them."""
        amends = [Amend(line, quantity) for line, quantity in items]
        act = lambda: amend(actor=self.who, sheet=order, amends=amends, purchased=purchased)  # noqa: E731
        return int(self._said(act).id)

    def promise(self: Tells, line: int, day: date) -> int:
        """Promise a line for a day."""
        change = LineChange(promised_on=day)
        return int(self._said(lambda: change_line(actor=self.who, line=line, change=change)).id)

    def press(self: Tells, order: int, priority: str) -> int:
        """Say how pressing an order is."""
        values = {"priority": priority}
        return int(self._said(lambda: orders.change_order(actor=self.who, order=order, values=values)).id)

    def fulfil(self: Tells, order: int) -> int:
        """Declare an order fulfilled."""
        return int(self._said(lambda: orders.mark_fulfilled(actor=self.who, order=order)).id)

    def add_tier(self: Tells, name: str, limit: str | None, needed: int, people: Sequence[int]) -> int:
        """Say who approves up to which amount."""
        values = {"name": name, "needed": needed, "people": list(people)}
        values["limit_minor"] = None if limit is None else minor(limit, "EUR", field="limit")
        return int(self._said(lambda: tiers.add_tier(actor=self.who, values=values)).id)

    def delegate(self: Tells, person: int) -> int:
        """Let somebody approve in one's place today."""
        day = clock.today("Europe/Berlin")
        act = lambda: tiers.delegate(actor=self.who, delegate=person, first_on=day, last_on=day)  # noqa: E731
        return int(self._said(act).id)

    def reject(self: Tells, lines: Sequence[int], note: str) -> int:
        """Do not let lines be bought."""
        return int(self._said(lambda: approving.reject(actor=self.who, lines=lines, note=note)).id)

    def ask(self: Tells, lines: Sequence[int]) -> int:
        """Ask once more to buy lines."""
        return int(self._said(lambda: approving.request(actor=self.who, lines=lines)).id)

    def plan_to_buy(self: Tells, lines: Sequence[int]) -> Made:
        """Draft a purchase order and leave it a draft."""
        wanted = [Wanted(line) for line in lines]
        done = self._said(lambda: ordering.draft_from_lines(actor=self.who, wanted=wanted))
        return done.one("purchasing.PurchaseOrder"), done.id

    def cancel_bought(self: Tells, order: int, purchased: str) -> int:
        """Cancel an order of which goods are on a purchase order."""
        return int(
            self._said(
                lambda: cancel_order(actor=self.who, order=order, purchased=purchased, reason="As told")
            ).id
        )


class DealsApi:
    """Speaks JSON over HTTP."""

    def hold(self: Posts, quote: int, line: int, quantity: int, until: datetime) -> int:
        """Hold goods for a quote until an instant."""
        body = {"lines": [{"line": line, "quantity": str(quantity)}], "until": until.isoformat()}
        return int(self._post(f"/quotes/{quote}/reserve", body)["entry"])

    def extend(self: Posts, quote: int, until: datetime) -> int:
        """Hold them for longer."""
        return int(self._post(f"/quotes/{quote}/extend", {"until": until.isoformat()})["entry"])

    def win_on(self: Posts, kind: str, quote: int) -> tuple[int | None, int | None, int]:
        """Win a quote onto new work: the order, the work and the entry."""
        won = self._post(f"/quotes/{quote}/win", {"into": {kind: "new"}})
        return won["order"], won["work_order"], won["entry"]

    def copy(self: Posts, quote: int) -> Made:
        """Offer the same once more."""
        made = self._post(f"/quotes/{quote}/copy", {})
        return made["id"], made["entry"]

    def change(self: Posts, line: int, quantity: int) -> int:
        """Want more or less of a line."""
        return int(self._patch(f"/lines/{line}", {"quantity": str(quantity)})["entry"])

    def change_bought(self: Posts, purchase: int, product: int, quantity: int) -> int:
        """Buy more or less of a product on a draft."""
        line = PurchaseLine.objects.get(purchase_order=purchase, product=product).pk
        row = {"purchase_line": line, "quantity": str(quantity)}
        return int(self._patch(f"/purchase-orders/{purchase}", {"change": [row]})["entry"])

    def unconfirm(self: Posts, order: int) -> int:
        """Make an order provisional again."""
        return int(self._post(f"/orders/{order}/unconfirm", {})["entry"])

    def readdress(self: Posts, line: int, site: int) -> int:
        """Send a line to another of the customer's sites."""
        return int(self._patch(f"/lines/{line}", {"site": site})["entry"])

    def add(self: Posts, order: int, product: int, quantity: int) -> int:
        """Put one more line on an order."""
        lines = [{"product": product, "quantity": str(quantity)}]
        return int(self._post(f"/orders/{order}/lines", {"lines": lines})["entry"])

    def amend(self: Posts, order: int, items: Sequence[tuple[int, int]], purchased: str) -> int:
        """Want another quantity of lines, or none of them, whatever is reserved or ordered of them."""
        lines = [{"line": line, **({"quantity": str(n)} if n else {"remove": True})} for line, n in items]
        body = {"lines": lines, **({"purchased": purchased} if purchased else {})}
        return int(self._post(f"/orders/{order}/amend", body)["entry"])

    def promise(self: Posts, line: int, day: date) -> int:
        """Promise a line for a day."""
        return int(self._patch(f"/lines/{line}", {"promised_on": day.isoformat()})["entry"])

    def press(self: Posts, order: int, priority: str) -> int:
        """Say how pressing an order is."""
        return int(self._patch(f"/orders/{order}", {"priority": priority})["entry"])

    def fulfil(self: Posts, order: int) -> int:
        """Declare an order fulfilled."""
        return int(self._post(f"/orders/{order}/mark-fulfilled", {})["entry"])

    def add_tier(self: Posts, name: str, limit: str | None, needed: int, people: Sequence[int]) -> int:
        """Say who approves up to which amount."""
        body = {"name": name, "limit": limit, "needed": needed, "people": list(people)}
        return int(self._post("/approval-tiers", body)["entry"])

    def delegate(self: Posts, person: int) -> int:
        """Let somebody approve in one's place today."""
        day = clock.today("Europe/Berlin").isoformat()
        return int(self._post("/delegations", {"delegate": person, "first_on": day, "last_on": day})["entry"])

    def reject(self: Posts, lines: Sequence[int], note: str) -> int:
        """Do not let lines be bought."""
        return int(self._post("/approvals/reject", {"lines": list(lines), "note": note})["entry"])

    def ask(self: Posts, lines: Sequence[int]) -> int:
        """Ask once more to buy lines."""
        return int(self._post("/approvals/request", {"lines": list(lines)})["entry"])

    def plan_to_buy(self: Posts, lines: Sequence[int]) -> Made:
        """Draft a purchase order and leave it a draft."""
        made = self._post("/purchase-orders/from-lines", {"lines": list(lines)})
        return made["id"], made["entry"]

    def cancel_bought(self: Posts, order: int, purchased: str) -> int:
        """Cancel an order of which goods are on a purchase order."""
        body: dict[str, Any] = {"reason": "As told", "purchased": purchased}
        return int(self._post(f"/orders/{order}/cancel", body)["entry"])
