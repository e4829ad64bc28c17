"""The same verbs through two doors: our actions in process, and our API over HTTP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.test import Client

from tests.scenarios.asks import AsksActions, AsksApi
from tests.scenarios.assembles import AssemblesActions, AssemblesApi
from tests.scenarios.bills import BillsActions, BillsApi
from tests.scenarios.charges import ChargesActions, ChargesApi
from tests.scenarios.claims import ClaimsActions, ClaimsApi
from tests.scenarios.counts import CountsActions, CountsApi
from tests.scenarios.deals import DealsActions, DealsApi
from tests.scenarios.doubles import DoublesActions, DoublesApi
from tests.scenarios.further import FurtherActions, FurtherApi
from tests.scenarios.guarantees import GuaranteesActions, GuaranteesApi
from tests.scenarios.inspects import InspectsActions, InspectsApi
from tests.scenarios.invoices import InvoicesActions, InvoicesApi
from tests.scenarios.leaves import LeavesActions, LeavesApi
from tests.scenarios.lends import LendsActions, LendsApi
from tests.scenarios.offers import OffersActions, OffersApi
from tests.scenarios.owns import OwnsActions, OwnsApi
from tests.scenarios.pallets import PalletsActions, PalletsApi
from tests.scenarios.parted import PartedActions, PartedApi
from tests.scenarios.pays import PaysActions, PaysApi
from tests.scenarios.promises import PromisesActions, PromisesApi
from tests.scenarios.recalls import RecallsActions, RecallsApi
from tests.scenarios.runs import RunsActions, RunsApi
from tests.scenarios.talks import TalksActions, TalksApi
from tests.scenarios.taxes import TaxesActions, TaxesApi
from tests.scenarios.trades import TradesActions, TradesApi
from tests.scenarios.variants import VariantsActions, VariantsApi
from tests.world import World
from wharfinger.base import clock
from wharfinger.base.refusal import Refusal
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import invoice
from wharfinger.billing.actions.payments import pay
from wharfinger.billing.models import InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.billing.rules.payments import PaymentWish
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.flows.actions.reopen import reopen
from wharfinger.flows.actions.sell import Sale, sell
from wharfinger.fulfilment.actions import packing, picking, shipping
from wharfinger.fulfilment.rules import Pick
from wharfinger.ledger.models import Lot
from wharfinger.ledger.reverse import reverse
from wharfinger.parties.models import Token, User
from wharfinger.parties.queries import digest
from wharfinger.purchasing.actions import approving, ordering, receiving
from wharfinger.purchasing.models import PurchaseLine
from wharfinger.purchasing.rules.drafting import Wanted
from wharfinger.purchasing.rules.receiving import Arrival
from wharfinger.sales.actions import holds, orders, quotes, winning
from wharfinger.sales.rules.holds import Hold
from wharfinger.sales.rules.orders import OrderWish
from wharfinger.sales.rules.quotes import QuoteWish

Items = Sequence[tuple[int, int]]
"""Lines (or products, for new documents) with quantities."""


class Refused(Exception):
    """The door said no, with a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ActionsDoor(
    AsksActions,
    AssemblesActions,
    ChargesActions,
    BillsActions,
    ClaimsActions,
    DealsActions,
    DoublesActions,
    FurtherActions,
    CountsActions,
    InspectsActions,
    GuaranteesActions,
    InvoicesActions,
    LeavesActions,
    LendsActions,
    OffersActions,
    OwnsActions,
    PartedActions,
    PaysActions,
    PromisesActions,
    RecallsActions,
    RunsActions,
    PalletsActions,
    TalksActions,
    TaxesActions,
    TradesActions,
    VariantsActions,
):
    """Calls the actions in process."""

    def __init__(self, company: World, who: User | None = None) -> None:
        self.who = who or company.user

    def order(self, customer: int, items: Items, *, confirm: bool) -> tuple[int, list[int], int]:
        """Make a sales order: its id, its lines, the entry."""
        wish = OrderWish(customer, tuple(LineWish(p, q) for p, q in items), confirm=confirm)
        done = self._said(lambda: orders.create_order(actor=self.who, wish=wish))
        return done.one("demand.Sheet"), done.made["ledger.Claim"], done.id

    def sell(self, customer: int, items: Items, *, paid: bool) -> tuple[int, int]:
        """Sell at once: the order and the entry."""
        lines = tuple(LineWish(p, q) for p, q in items)
        sale = Sale(customer, lines, paid_by="cash" if paid else None)
        done = self._said(lambda: sell(actor=self.who, sales=[sale]))
        return done.one("demand.Sheet"), done.id

    def quote(self, customer: int, items: Items) -> tuple[int, list[int], int]:
        """Make a quote."""
        wish = QuoteWish(customer, tuple(LineWish(p, q) for p, q in items))
        done = self._said(lambda: quotes.create_quote(actor=self.who, wish=wish))
        return done.one("demand.Sheet"), done.made["ledger.Claim"], done.id

    def win(self, quote: int) -> tuple[int, list[int], int]:
        """Win a quote: the order's id, its lines, the entry."""
        done = self._said(lambda: winning.win(actor=self.who, quote=quote))
        return done.one("demand.Sheet"), done.made["ledger.Claim"], done.id

    def on_lines(self, verb: str, document: int, items: Items, serials: Sequence[str]) -> int:
        """Reserve, release, pick, unpick, pack, ship, invoice, credit and the like."""
        who = self.who
        picks = [Pick(line, q, serials=tuple(serials)) for line, q in items]
        lots = tuple(Lot.objects.filter(code__in=serials).values_list("pk", flat=True))
        held = [Hold(line, q, lots=lots) for line, q in items]
        verbs = {
            "reserve": lambda: holds.reserve(actor=who, holds=held),
            "release": lambda: holds.release(actor=who, holds=held),
            "pick": lambda: picking.pick(actor=who, picks=picks),
            "unpick": lambda: picking.unpick(actor=who, picks=picks),
            "pack": lambda: packing.pack(actor=who, picks=picks),
            "unpack": lambda: packing.unpack(actor=who, picks=picks),
            "ship": lambda: shipping.ship(actor=who, picks=picks),
            "pick-pack-ship": lambda: shipping.pick_pack_ship(actor=who, picks=picks),
            "cancel-delivery": lambda: cancel_delivery(actor=who, picks=picks, reason="As told"),
            "invoice": lambda: invoice(
                actor=who, wish=InvoiceWish(tuple(Bill(line, q) for line, q in items))
            ),
            "credit": lambda: credit(
                actor=who, items=[Credit(billed(line), q) for line, q in items], reason="As told"
            ),
        }
        return int(self._said(verbs[verb]).id)

    def on_document(self, verb: str, document: int) -> int:
        """Confirm, cancel, reopen, lose."""
        who = self.who
        verbs = {
            "confirm": lambda: orders.confirm(actor=who, order=document),
            "cancel": lambda: orders.cancel(actor=who, order=document, reason="As told"),
            "reopen": lambda: reopen(actor=who, order=document, reason="As told"),
            "lose": lambda: quotes.lose(actor=who, quote=document, reason="As told"),
        }
        return int(self._said(verbs[verb]).id)

    def approve(self, lines: Sequence[int]) -> int:
        """Approve buying."""
        return int(self._said(lambda: approving.approve(actor=self.who, lines=lines)).id)

    def buy(self, lines: Sequence[int]) -> tuple[int, int]:
        """Order lines from their default vendor and submit: the purchase order and the entry."""
        drafted = self._said(
            lambda: ordering.draft_from_lines(actor=self.who, wanted=[Wanted(line) for line in lines])
        )
        order = drafted.one("purchasing.PurchaseOrder")
        return order, self._said(lambda: ordering.submit(actor=self.who, order=order)).id

    def receive(self, purchase: int, product: int, quantity: int, serials: Sequence[str]) -> int:
        """Take in goods of a purchase order."""
        line = PurchaseLine.objects.get(purchase_order=purchase, product=product).pk
        arrivals = [Arrival(line, quantity, serials=tuple(serials))]
        return int(self._said(lambda: receiving.receive(actor=self.who, arrivals=arrivals)).id)

    def pay(self, customer: int, amount: str, currency: str = "EUR") -> int:
        """Money comes from a customer."""
        whole, _, cents = amount.partition(".")
        minor = int(whole) * 100 + int(cents.ljust(2, "0") or 0)
        return int(self._said(lambda: pay(actor=self.who, wish=PaymentWish(customer, minor, currency))).id)

    def undo(self, entry: int) -> int:
        """Undo an entry."""
        return int(self._said(lambda: reverse(actor=self.who, entry=entry)).id)

    def _said(self, act: Any) -> Any:
        # What a person may do is read once for each request.
        self.who.__dict__.pop("permissions", None)
        try:
            return act()
        except Refusal as refusal:
            raise Refused(refusal.code if refusal.words() else "no words") from refusal


class ApiDoor(
    AsksApi,
    AssemblesApi,
    ChargesApi,
    BillsApi,
    ClaimsApi,
    DealsApi,
    DoublesApi,
    FurtherApi,
    CountsApi,
    InspectsApi,
    GuaranteesApi,
    InvoicesApi,
    LeavesApi,
    LendsApi,
    OffersApi,
    OwnsApi,
    PartedApi,
    PaysApi,
    PromisesApi,
    RecallsApi,
    RunsApi,
    PalletsApi,
    TalksApi,
    TaxesApi,
    TradesApi,
    VariantsApi,
):
    """Speaks JSON over HTTP."""

    def __init__(self, company: World, who: User | None = None) -> None:
        user = who or company.user
        secret = f"told by {user.pk}"
        Token.objects.get_or_create(
            digest=digest(secret),
            defaults={
                "user": user,
                "name": "scenario",
                "prefix": "told",
                "scopes": ["*"],
                "made_at": clock.now(),
            },
        )
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def order(self, customer: int, items: Items, *, confirm: bool) -> tuple[int, list[int], int]:
        """Make a sales order: its id, its lines, the entry."""
        lines = [{"product": p, "quantity": str(q)} for p, q in items]
        made = self._post(
            f"/orders{'?confirm=true' if confirm else ''}", {"organization": customer, "lines": lines}
        )
        return made["id"], [line["id"] for line in made["lines"]], made["entry"]

    def sell(self, customer: int, items: Items, *, paid: bool) -> tuple[int, int]:
        """Sell at once: the order and the entry."""
        lines = [{"product": p, "quantity": str(q)} for p, q in items]
        sale = {"organization": customer, "lines": lines, "paid_by": "cash" if paid else None}
        made = self._post("/sell", {"sales": [sale]})
        return made["orders"][0]["id"], made["entry"]

    def quote(self, customer: int, items: Items) -> tuple[int, list[int], int]:
        """Make a quote."""
        made = self._post(
            "/quotes",
            {"organization": customer, "lines": [{"product": p, "quantity": str(q)} for p, q in items]},
        )
        return made["id"], [line["id"] for line in made["lines"]], made["entry"]

    def win(self, quote: int) -> tuple[int, list[int], int]:
        """Win a quote: the order's id, its lines, the entry."""
        won = self._post(f"/quotes/{quote}/win", {})
        order = won["order"]
        order = order["id"] if isinstance(order, dict) else order
        read = self.client.get(f"/api/v1/orders/{order}").json()
        return order, [line["id"] for line in read["lines"]], won["entry"]

    def on_lines(self, verb: str, document: int, items: Items, serials: Sequence[str]) -> int:
        """Reserve, release, pick, unpick, pack, ship, invoice, credit and the like."""
        rows: list[dict[str, Any]] = [{"line": line, "quantity": str(q)} for line, q in items]
        if serials:
            rows = [{**row, "serials": list(serials)} for row in rows]
        if verb in ("reserve", "release"):
            noun = "quotes" if Sheet.objects.get(pk=document).kind == "quote" else "orders"
            return int(self._post(f"/{noun}/{document}/{verb}", {"lines": rows})["entry"])
        if verb == "invoice":
            return int(self._post("/invoices", {"lines": rows})["entry"])
        if verb == "credit":
            lines = [{"invoice_line": billed(line), "quantity": str(q)} for line, q in items]
            return int(self._post("/credit-notes", {"lines": lines, "reason": "As told"})["entry"])
        extra = {"reason": "As told"} if verb == "cancel-delivery" else {}
        return int(self._post(f"/{verb}", {"picks": rows, **extra})["entry"])

    def on_document(self, verb: str, document: int) -> int:
        """Confirm, cancel, reopen, lose."""
        noun = "quotes" if verb == "lose" else "orders"
        return int(
            self._post(f"/{noun}/{document}/{verb}", {"reason": "As told"} if verb != "confirm" else {})[
                "entry"
            ]
        )

    def approve(self, lines: Sequence[int]) -> int:
        """Approve buying."""
        return int(self._post("/approvals/approve", {"lines": list(lines)})["entry"])

    def buy(self, lines: Sequence[int]) -> tuple[int, int]:
        """Order lines from their default vendor and submit: the purchase order and the entry."""
        made = self._post("/purchase-orders/from-lines", {"lines": list(lines)})
        return made["id"], self._post(f"/purchase-orders/{made['id']}/submit", {})["entry"]

    def receive(self, purchase: int, product: int, quantity: int, serials: Sequence[str]) -> int:
        """Take in goods of a purchase order."""
        line = PurchaseLine.objects.get(purchase_order=purchase, product=product).pk
        row: dict[str, Any] = {"purchase_line": line, "quantity": str(quantity)}
        if serials:
            row["serials"] = list(serials)
        return int(self._post(f"/purchase-orders/{purchase}/receive", {"lines": [row]})["entry"])

    def pay(self, customer: int, amount: str, currency: str = "EUR") -> int:
        """Money comes from a customer."""
        return int(
            self._post("/payments", {"organization": customer, "amount": amount, "currency": currency})[
                "entry"
            ]
        )

    def undo(self, entry: int) -> int:
        """Undo an entry."""
        return int(self._post(f"/journal/{entry}/reverse", {"reason": "As told"})["entry"])

    def _post(self, path: str, body: Any) -> Any:
        return self._heard(
            self.client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        )

    def _patch(self, path: str, body: Any) -> Any:
        return self._heard(
            self.client.patch(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        )

    def _put(self, path: str, body: Any) -> Any:
        return self._heard(
            self.client.put(f"/api/v1{path}", json.dumps(body), content_type="application/json")
        )

    def _heard(self, answer: Any) -> Any:
        said = answer.json()
        if answer.status_code >= 400:
            assert answer.status_code < 500, said
            assert said["message"]
            raise Refused(said["code"])
        return said


def billed(line: int) -> int:
    """The latest invoice line that billed a line."""
    return InvoiceLine.objects.filter(line=line).order_by("-pk").values_list("pk", flat=True)[0]
