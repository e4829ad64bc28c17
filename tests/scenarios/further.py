"""What the doors of the stories also do: buying for stock, devices, returns, jobs; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol

from django.test import Client

from wharfinger.base import further, proving
from wharfinger.demand.models import Line
from wharfinger.devices.actions.installing import install
from wharfinger.devices.actions.keeping import end_subscription, subscribe
from wharfinger.devices.models import Device
from wharfinger.devices.rules.installing import Installation
from wharfinger.devices.rules.keeping import SubscriptionWish
from wharfinger.flows.actions.remove import remove
from wharfinger.fulfilment.actions import shipping
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.parties.models import User
from wharfinger.purchasing.actions import approving, landing, ordering, receiving
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.crediting import SendBack
from wharfinger.purchasing.rules.drafting import PurchaseLineWish, PurchaseWish, Wanted
from wharfinger.purchasing.rules.landing import Billed, Cost
from wharfinger.purchasing.rules.receiving import Arrival, Delivery
from wharfinger.returns.actions import ahead, inspecting, requesting
from wharfinger.returns.actions import receiving as returning
from wharfinger.returns.actions.swapping import swap
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.receiving import Arrived, Returned
from wharfinger.returns.rules.replacing import Instead
from wharfinger.returns.rules.requesting import Asked
from wharfinger.returns.rules.settling import Answer
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.stock.actions import goods, values
from wharfinger.stock.models import Location
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.work.actions import create_work_order, provide
from wharfinger.work.rules import WorkWish
from wharfinger.work.rules.providing import Provision, Removal

SIGNED = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""What somebody drew on the pad: a PNG of one pixel."""
Made = tuple[int, int]
"""The id of what was made, and the entry."""


@dataclass(frozen=True)
class Bought:
    """A line of a purchase order for stock."""

    product: int
    quantity: int
    cost: str


def micro(text: str) -> int:
    """A price at 10⁻⁶."""
    whole, _, rest = text.partition(".")
    return int(whole) * 10**6 + int(rest.ljust(6, "0") or 0)


class Tells(Protocol):
    """A door in process: who acts, and how a refusal is told."""

    who: User

    def _said(self, act: Any) -> Any: ...


class Posts(Protocol):
    """A door over HTTP."""

    client: Client

    def _post(self, path: str, body: Any) -> Any: ...
    def _patch(self, path: str, body: Any) -> Any: ...
    def _put(self, path: str, body: Any) -> Any: ...


class FurtherActions:
    """Calls the actions in process."""

    def adjust(self: Tells, product: int, quantity: int, location: Location, cost: str | None) -> int:
        """Goods are found or lost."""
        item = Adjustment(
            product, quantity, location.place_id, unit_cost_micro=None if cost is None else micro(cost)
        )
        return int(self._said(lambda: goods.adjust(actor=self.who, items=[item], reason="As told")).id)

    def revalue(self: Tells, product: int, cost: str) -> int:
        """What is left of a product costs otherwise."""
        return int(
            self._said(
                lambda: values.revalue(
                    actor=self.who, product=product, unit_cost_micro=micro(cost), reason="As told"
                )
            ).id
        )

    def order_stock(self: Tells, vendor: int, lines: Sequence[Bought], freight: str) -> Made:
        """Draft a purchase order for stock."""
        wishes = tuple(
            PurchaseLineWish(one.product, one.quantity, unit_cost_micro=micro(one.cost)) for one in lines
        )
        wish = PurchaseWish(vendor, wishes, freight_minor=micro(freight) // 10_000)
        done = self._said(lambda: ordering.draft(actor=self.who, wish=wish))
        return done.one("purchasing.PurchaseOrder"), done.id

    def drop_ship(self: Tells, vendor: int, lines: Sequence[int], site: int) -> Made:
        """Order customers' lines so that the vendor delivers to the customer."""
        wish = PurchaseWish(vendor, (), ship_to="organization", ship_to_site=site)
        done = self._said(
            lambda: ordering.draft_from_lines(
                actor=self.who, wanted=[Wanted(line) for line in lines], wish=wish
            )
        )
        return done.one("purchasing.PurchaseOrder"), done.id

    def on_purchase(self: Tells, verb: str, purchase: int) -> int:
        """Submit, cancel, close, approve."""
        who = self.who
        lines = PurchaseLine.objects.filter(purchase_order=purchase, void__isnull=True)
        verbs = {
            "submit": lambda: ordering.submit(actor=who, order=purchase),
            "ask": lambda: ordering.ask(actor=who, order=purchase),
            "cancel": lambda: ordering.cancel(actor=who, order=purchase, reason="As told"),
            "close": lambda: ordering.close(actor=who, order=purchase, reason="As told"),
            "approve": lambda: approving.approve(
                actor=who, purchase_lines=list(lines.values_list("pk", flat=True))
            ),
        }
        return int(self._said(verbs[verb]).id)

    def reject_purchase(self: Tells, purchase: int, note: str) -> int:
        """Do not let a purchase order be submitted."""
        return int(
            self._said(lambda: approving.reject(actor=self.who, purchase_orders=[purchase], note=note)).id
        )

    def arrive(self: Tells, line: int, quantity: int, rejected: int, *, over: bool, why: str) -> Made:
        """Goods of a purchase order's line are at the door: the receipt."""
        done = self._said(
            lambda: receiving.receive(
                actor=self.who,
                arrivals=[Arrival(line, quantity, rejected=rejected)],
                delivery=Delivery(accept_over=over),
                reason=why,
            )
        )
        return done.one("purchasing.Receipt"), done.id

    def land(self: Tells, receipt: int, amount: str, spread: str) -> Made:
        """A receipt costs something beside its price: the cost."""
        cost = Cost("Freight", micro(amount) // 10_000, spread=spread)
        done = self._said(lambda: landing.land_cost(actor=self.who, receipt=receipt, cost=cost))
        return done.one("purchasing.ReceiptCost"), done.id

    def unland(self: Tells, receipt: int, cost: int) -> int:
        """Such a cost is taken back."""
        return int(self._said(lambda: landing.cancel_cost(actor=self.who, receipt=receipt, cost=cost)).id)

    def reprice(self: Tells, receipt: int, line: int, price: str) -> int:
        """The vendor bills another price."""
        prices = [Billed(line, micro(price))]
        return int(self._said(lambda: landing.reprice(actor=self.who, receipt=receipt, prices=prices)).id)

    def return_stock(self: Tells, product: int, quantity: int, receipt: int | None) -> int:
        """Free goods go back to their vendor."""
        what = [SendBack(quantity, product=product, receipt=receipt)]
        return int(self._said(lambda: receiving.send_back(actor=self.who, goods=what)).id)

    def arrive_all(self: Tells, lines: Sequence[tuple[int, int]]) -> Made:
        """All of a purchase order is at the door: the receipt."""
        arrivals = [Arrival(line, quantity) for line, quantity in lines]
        done = self._said(lambda: receiving.receive(actor=self.who, arrivals=arrivals))
        return done.one("purchasing.Receipt"), done.id

    def cancel_receipt(self: Tells, receipt: int) -> int:
        """Take a receipt back."""
        return int(self._said(lambda: receiving.cancel_receipt(actor=self.who, receipt=receipt)).id)

    def send(self: Tells, line: int, quantity: int) -> int:
        """Hand goods to the carrier, who must prove delivery."""
        picks = [Pick(line, quantity)]
        return int(
            self._said(
                lambda: shipping.ship(actor=self.who, picks=picks, consignment=Consignment(proof=True))
            ).id
        )

    def hand_over(self: Tells, line: int, quantity: int, at: Location, who: str, way: str) -> int:
        """Goods of a line, and free ones of a location, are handed over; who signed for them, with the pad at the counter."""
        picks = [Pick(line, quantity, location=at.place_id)]
        drawn = [proving.signature(SIGNED)] if way == "pick_up" else []
        pictures = further.looked_at(self.who, drawn, "signature")
        act = partial(shipping.deliver, actor=self.who, picks=picks, proof=who, pictures=pictures, way=way)
        return int(self._said(act).id)

    def deliver(self: Tells, line: int, quantity: int) -> int:
        """Goods reach the customer."""
        return int(self._said(lambda: shipping.deliver(actor=self.who, picks=[Pick(line, quantity)])).id)

    def install(self: Tells, line: int, serial: str) -> Made:
        """A delivered unit becomes a device."""
        done = self._said(lambda: install(actor=self.who, items=[Installation(line, serial=serial)]))
        if "devices.Device" in done.made:
            return done.one("devices.Device"), done.id
        # A unit that was a device before is that one again.
        return Device.objects.get(line=line, removed_on=None, void=None).pk, done.id

    def swap(self: Tells, device: int, serial: str, to: str, work: bool) -> Made:
        """Exchange a device: the new one."""
        wish = Swap(device, Incoming(serial=serial), to, reason="As told", work=work)
        done = self._said(lambda: swap(actor=self.who, swap=wish))
        return done.one("devices.Device"), done.id

    def subscribe(self: Tells, customer: int, product: int, device: int) -> Made:
        """A service uses a device."""
        wish = SubscriptionWish(customer, product, device)
        done = self._said(lambda: subscribe(actor=self.who, wish=wish))
        return done.one("devices.Subscription"), done.id

    def unsubscribe(self: Tells, subscription: int) -> int:
        """The service ends."""
        return int(self._said(lambda: end_subscription(actor=self.who, subscription=subscription)).id)

    def request(self: Tells, customer: int, items: Sequence[tuple[int, int]], why: str = "") -> Made:
        """A customer asks to send goods of lines back: the RMA."""
        asked = [Asked(quantity, line) for line, quantity in items]
        done = self._said(
            lambda: requesting.request(actor=self.who, organization=customer, items=asked, overrule=why)
        )
        return done.one("returns.Rma"), done.id

    def on_rma(self: Tells, verb: str, rma: int) -> int:
        """Approve, deny, close."""
        who = self.who
        verbs = {
            "approve": lambda: requesting.approve(actor=who, rma=rma),
            "deny": lambda: requesting.deny(actor=who, rma=rma, reason="As told"),
            "close": lambda: requesting.close(actor=who, rma=rma),
        }
        return int(self._said(verbs[verb]).id)

    def on_rma_line(
        self: Tells, verb: str, rma: int, line: int, quantity: int, how: str, why: str = ""
    ) -> int:
        """Receive, inspect, settle."""
        who = self.who
        verbs = {
            "back": lambda: returning.receive(actor=who, rma=rma, items=[Arrived(quantity, line)]),
            "inspect": lambda: inspecting.inspect(
                actor=who, rma=rma, verdicts=[Verdict(line, quantity, how)]
            ),
            "settle": lambda: inspecting.settle(
                actor=who, rma=rma, answers=[Answer(line, quantity, how)], overrule=why
            ),
        }
        return int(self._said(verbs[verb]).id)

    def came_along(self: Tells, rma: int, product: int, quantity: int, serials: str, outside: bool) -> int:
        """Goods come along that nobody asked for."""
        codes = tuple(serials.split())
        item = Arrived(quantity, serials=codes, product=product, outside=outside)
        return int(self._said(lambda: returning.receive(actor=self.who, rma=rma, items=[item])).id)

    def give_instead(self: Tells, rma: int, line: int, quantity: int, product: int | None) -> int:
        """The customer gets other units."""
        answer = Answer(line, quantity, "replace", instead=Instead(product))
        return int(self._said(lambda: inspecting.settle(actor=self.who, rma=rma, answers=[answer])).id)

    def give_ahead(
        self: Tells, rma: int, line: int, quantity: int, product: int, back_by: date, charge: str
    ) -> int:
        """The customer gets other units before theirs are back."""
        instead = Instead(product, unit_price_micro=0, back_by=back_by, charge_micro=micro(charge))
        answer = Answer(line, quantity, "replace", instead=instead)
        return int(self._said(lambda: inspecting.settle(actor=self.who, rma=rma, answers=[answer])).id)

    def wait_longer(self: Tells, rma: int, back_by: date) -> int:
        """What is to come back has more time."""
        return int(self._said(lambda: ahead.extend_ahead(actor=self.who, rma=rma, back_by=back_by)).id)

    def charge_kept(self: Tells, rma: int) -> int:
        """What left first is to be billed."""
        return int(self._said(lambda: ahead.charge_kept(actor=self.who, rma=rma)).id)

    def take_back(
        self: Tells, customer: int, items: Sequence[tuple[int, int]], outcome: str, why: str = ""
    ) -> int:
        """Goods come back without RMA."""
        back = [Returned(Asked(quantity, line), outcome=outcome) for line, quantity in items]
        return int(
            self._said(
                lambda: returning.take_back(
                    actor=self.who, organization=customer, items=back, reason="As told", overrule=why
                )
            ).id
        )

    def job(self: Tells, customer: int, *, billable: bool) -> Made:
        """Open a job."""
        wish = WorkWish("job", customer, billable=billable)
        done = self._said(lambda: create_work_order(actor=self.who, wish=wish))
        return done.one("demand.Sheet"), done.id

    def provide(self: Tells, job: int, product: int, quantity: int) -> int:
        """Hand goods over on a job."""
        what = [Provision(quantity, product=product)]
        return int(self._said(lambda: provide(actor=self.who, work_order=job, provisions=what)).id)

    def remove(self: Tells, job: int, line: int, quantity: int) -> int:
        """Take goods back on a job."""
        what = [Removal(line, quantity)]
        return int(
            self._said(lambda: remove(actor=self.who, work_order=job, removals=what, reason="As told")).id
        )


class FurtherApi:
    """Speaks JSON over HTTP."""

    def adjust(self: Posts, product: int, quantity: int, location: Location, cost: str | None) -> int:
        """Goods are found or lost."""
        body = {"product": product, "location": location.pk, "quantity": str(quantity), "reason": "As told"}
        return int(self._post("/stock/adjust", body | ({} if cost is None else {"unit_cost": cost}))["entry"])

    def revalue(self: Posts, product: int, cost: str) -> int:
        """What is left of a product costs otherwise."""
        body = {"product": product, "unit_cost": cost, "reason": "As told"}
        return int(self._post("/stock/revalue", body)["entry"])

    def order_stock(self: Posts, vendor: int, lines: Sequence[Bought], freight: str) -> Made:
        """Draft a purchase order for stock."""
        rows = [{"product": o.product, "quantity": str(o.quantity), "unit_cost": o.cost} for o in lines]
        made = self._post("/purchase-orders", {"vendor": vendor, "lines": rows, "freight": freight})
        return made["id"], made["entry"]

    def drop_ship(self: Posts, vendor: int, lines: Sequence[int], site: int) -> Made:
        """Order customers' lines so that the vendor delivers to the customer."""
        body = {"lines": list(lines), "vendor": vendor, "ship_to": "organization", "ship_to_site": site}
        made = self._post("/purchase-orders/from-lines", body)
        return made["id"], made["entry"]

    def on_purchase(self: Posts, verb: str, purchase: int) -> int:
        """Submit, cancel, close, approve."""
        if verb == "approve":
            lines = PurchaseLine.objects.filter(purchase_order=purchase, void__isnull=True)
            body = {"purchase_lines": list(lines.values_list("pk", flat=True))}
            return int(self._post("/approvals/approve", body)["entry"])
        said = {} if verb in ("submit", "ask") else {"reason": "As told"}
        return int(self._post(f"/purchase-orders/{purchase}/{verb}", said)["entry"])

    def reject_purchase(self: Posts, purchase: int, note: str) -> int:
        """Do not let a purchase order be submitted."""
        body = {"purchase_orders": [purchase], "note": note}
        return int(self._post("/approvals/reject", body)["entry"])

    def arrive(self: Posts, line: int, quantity: int, rejected: int, *, over: bool, why: str) -> Made:
        """Goods of a purchase order's line are at the door: the receipt."""
        row = {"purchase_line": line, "quantity": str(quantity), "rejected": str(rejected)}
        made = self._post("/receipts", {"lines": [row], "accept_over": over, "reason": why})
        return made["id"], made["entry"]

    def land(self: Posts, receipt: int, amount: str, spread: str) -> Made:
        """A receipt costs something beside its price: the cost."""
        body = {"name": "Freight", "amount": amount, "spread": spread}
        made = self._post(f"/receipts/{receipt}/costs", body)
        return made["costs"][-1]["id"], made["entry"]

    def unland(self: Posts, receipt: int, cost: int) -> int:
        """Such a cost is taken back."""
        return int(self._post(f"/receipts/{receipt}/costs/{cost}/cancel", {})["entry"])

    def reprice(self: Posts, receipt: int, line: int, price: str) -> int:
        """The vendor bills another price."""
        lines = [{"purchase_line": line, "unit_cost": price}]
        return int(self._post(f"/receipts/{receipt}/reprice", {"lines": lines})["entry"])

    def return_stock(self: Posts, product: int, quantity: int, receipt: int | None) -> int:
        """Free goods go back to their vendor."""
        row = {"product": product, "quantity": str(quantity), "receipt": receipt}
        return int(self._post("/send-back", {"lines": [row]})["entry"])

    def arrive_all(self: Posts, lines: Sequence[tuple[int, int]]) -> Made:
        """All of a purchase order is at the door: the receipt."""
        rows = [{"purchase_line": line, "quantity": str(quantity)} for line, quantity in lines]
        made = self._post("/receipts", {"lines": rows})
        return made["id"], made["entry"]

    def cancel_receipt(self: Posts, receipt: int) -> int:
        """Take a receipt back."""
        return int(self._post(f"/receipts/{receipt}/cancel", {})["entry"])

    def send(self: Posts, line: int, quantity: int) -> int:
        """Hand goods to the carrier, who must prove delivery."""
        picks = [{"line": line, "quantity": str(quantity)}]
        return int(self._post("/ship", {"picks": picks, "proof": True})["entry"])

    def hand_over(self: Posts, line: int, quantity: int, at: Location, who: str, way: str) -> int:
        """Goods of a line, and free ones of a location, are handed over; who signed for them, with the pad at the counter."""
        picks = [{"line": line, "quantity": str(quantity), "location": at.pk}]
        body = {"picks": picks, "proof": who, "way": way, "signature": SIGNED if way == "pick_up" else ""}
        return int(self._post("/deliver", body)["entry"])

    def deliver(self: Posts, line: int, quantity: int) -> int:
        """Goods reach the customer."""
        return int(self._post("/deliver", {"picks": [{"line": line, "quantity": str(quantity)}]})["entry"])

    def install(self: Posts, line: int, serial: str) -> Made:
        """A delivered unit becomes a device."""
        made = self._post("/devices/install", {"items": [{"line": line, "serial": serial}]})
        return made["devices"][0]["id"], made["entry"]

    def swap(self: Posts, device: int, serial: str, to: str, work: bool) -> Made:
        """Exchange a device: the new one."""
        body = {"incoming": {"serial": serial}, "outgoing_to": to, "reason": "As told", "work": work}
        made = self._post(f"/devices/{device}/swap", body)
        return made["id"], made["entry"]

    def subscribe(self: Posts, customer: int, product: int, device: int) -> Made:
        """A service uses a device."""
        made = self._post("/subscriptions", {"organization": customer, "product": product, "device": device})
        return made["id"], made["entry"]

    def unsubscribe(self: Posts, subscription: int) -> int:
        """The service ends."""
        return int(self._post(f"/subscriptions/{subscription}/end", {})["entry"])

    def request(self: Posts, customer: int, items: Sequence[tuple[int, int]], why: str = "") -> Made:
        """A customer asks to send goods of lines back: the RMA."""
        rows = [{"line": line, "quantity": str(quantity)} for line, quantity in items]
        said = {"overrule": {"reason": why}} if why else {}
        made = self._post("/rmas", {"organization": customer, "lines": rows} | said)
        return made["id"], made["entry"]

    def on_rma(self: Posts, verb: str, rma: int) -> int:
        """Approve, deny, close."""
        return int(
            self._post(f"/rmas/{rma}/{verb}", {"reason": "As told"} if verb == "deny" else {})["entry"]
        )

    def on_rma_line(
        self: Posts, verb: str, rma: int, line: int, quantity: int, how: str, why: str = ""
    ) -> int:
        """Receive, inspect, settle."""
        row = {"rma_line": line, "quantity": str(quantity)}
        names = {
            "back": ("receive", {}),
            "inspect": ("inspect", {"outcome": how}),
            "settle": ("settle", {"answer": how}),
        }
        path, more = names[verb]
        said = {"overrule": {"reason": why}} if why else {}
        return int(self._post(f"/rmas/{rma}/{path}", {"lines": [row | more]} | said)["entry"])

    def came_along(self: Posts, rma: int, product: int, quantity: int, serials: str, outside: bool) -> int:
        """Goods come along that nobody asked for."""
        row = {"product": product, "quantity": str(quantity), "serials": serials.split(), "outside": outside}
        return int(self._post(f"/rmas/{rma}/receive", {"lines": [row]})["entry"])

    def give_instead(self: Posts, rma: int, line: int, quantity: int, product: int | None) -> int:
        """The customer gets other units."""
        row = {"rma_line": line, "quantity": str(quantity), "answer": "replace"}
        instead = {} if product is None else {"instead": {"product": product}}
        return int(self._post(f"/rmas/{rma}/settle", {"lines": [row | instead]})["entry"])

    def give_ahead(
        self: Posts, rma: int, line: int, quantity: int, product: int, back_by: date, charge: str
    ) -> int:
        """The customer gets other units before theirs are back."""
        row = {"rma_line": line, "quantity": str(quantity), "answer": "replace"}
        instead = {
            "product": product,
            "unit_price": "0",
            "back_by": back_by.isoformat(),
            "charge": charge,
        }
        return int(self._post(f"/rmas/{rma}/settle", {"lines": [row | {"instead": instead}]})["entry"])

    def wait_longer(self: Posts, rma: int, back_by: date) -> int:
        """What is to come back has more time."""
        return int(self._post(f"/rmas/{rma}/extend", {"back_by": back_by.isoformat()})["entry"])

    def charge_kept(self: Posts, rma: int) -> int:
        """What left first is to be billed."""
        return int(self._post(f"/rmas/{rma}/charge", {})["entry"])

    def take_back(
        self: Posts, customer: int, items: Sequence[tuple[int, int]], outcome: str, why: str = ""
    ) -> int:
        """Goods come back without RMA."""
        rows = [
            {"line": line, "quantity": str(q)} | ({"outcome": outcome} if outcome else {})
            for line, q in items
        ]
        said = {"overrule": {"reason": why}} if why else {}
        body = {"organization": customer, "lines": rows, "reason": "As told"} | said
        return int(self._post("/returns", body)["entry"])

    def job(self: Posts, customer: int, *, billable: bool) -> Made:
        """Open a job."""
        made = self._post("/work-orders", {"kind": "job", "organization": customer, "billable": billable})
        return made["id"], made["entry"]

    def provide(self: Posts, job: int, product: int, quantity: int) -> int:
        """Hand goods over on a job."""
        lines = [{"product": product, "quantity": str(quantity)}]
        return int(self._post(f"/work-orders/{job}/provide", {"lines": lines})["entry"])

    def remove(self: Posts, job: int, line: int, quantity: int) -> int:
        """Take goods back on a job."""
        assert Line.objects.get(pk=line).sheet_id == job
        lines = [{"line": line, "quantity": str(quantity)}]
        return int(self._post(f"/work-orders/{job}/remove", {"lines": lines, "reason": "As told"})["entry"])
