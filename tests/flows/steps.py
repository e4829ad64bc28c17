"""What may happen to the goods of an order and to what is asked for them, one step at a time, through a door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.billing.books import owed
from tests.fulfilment.trade import order
from tests.scenarios.doors import ActionsDoor, ApiDoor
from tests.world import World, held
from wharfinger.billing.actions.credits import credit
from wharfinger.billing.actions.invoices import draft_invoice, post_invoice
from wharfinger.billing.models import Invoice, InvoiceLine
from wharfinger.billing.rules.credits import Credit
from wharfinger.billing.rules.invoices import Bill, InvoiceWish
from wharfinger.catalog.actions import change_product
from wharfinger.demand.models import Line
from wharfinger.flows.actions.cancel_delivery import cancel_delivery
from wharfinger.fulfilment.actions.shipping import deliver, ship
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.ledger.models import Entry
from wharfinger.ledger.reverse import reverse
from wharfinger.returns.actions.receiving import take_back
from wharfinger.returns.rules.receiving import Returned
from wharfinger.returns.rules.requesting import Asked
from wharfinger.sales.actions.orders import reserve
from wharfinger.sales.rules.holds import Hold

UNITS = 2
PAPERS = ("draft_invoice", "post_invoice", "invoice")


class Doing:
    """An order of two, which is on the shelf, and the door through which everything is done with it."""

    def __init__(self, company: World, door: ActionsDoor | ApiDoor, *, kit: bool) -> None:
        self.company, self.door = company, door
        self.done: set[str] = set()
        if Line.objects.exists():
            line = Line.objects.filter(parent=None).get()
            self.order, self.line = line.sheet_id, line.pk
        else:
            product = company.product()
            company.stock(product, UNITS)
            sold = product
            if kit:
                other, sold = company.product(), company.product(kind="kit")
                company.stock(other, 2 * UNITS)
                parts = [
                    {"product": product.pk, "quantity": "1"},
                    {"product": other.pk, "quantity": "2"},
                ]
                change_product(actor=company.user, product=sold.pk, values={}, components=parts)
            self.order, lines = order(company, (sold, UNITS))
            self.line = lines[0]
            parted = Line.objects.filter(parent=self.line).values_list("pk", "quantity")
            holds = [Hold(*one) for one in parted or [(self.line, UNITS)]]
            reserve(actor=company.user, holds=holds)
        goods = Line.objects.filter(parent=self.line) or Line.objects.filter(pk=self.line)
        self.goods = list(goods.order_by("pk").values_list("pk", flat=True))

    def asked(self, path: str, body: dict[str, Any], act: Callable[[], Any]) -> Any:
        """Do it through the door: a path with its body, or the action behind it."""
        if isinstance(self.door, ApiDoor):
            return self.door._post(path, body)
        return self.door._said(act)

    def standing(self, *, whole: bool = True) -> tuple[Any, ...]:
        """Where everything stands, and in which order what still holds was done."""
        papers = Invoice.objects.filter(void=None).order_by("pk").prefetch_related("lines")
        bills = tuple(
            (one.posted_at is None, owed(one.pk), one.total_minor, *(row.quantity for row in one.lines.all()))
            for one in papers
        )
        found = tuple(tuple(sorted(held(line).items())) for line in dict.fromkeys((self.line, *self.goods)))
        holds = Entry.objects.filter(verb__in=(*PAPERS, "ship", "deliver"), reversed_by=None)
        return (found, bills, tuple(holds.order_by("pk").values_list("verb", flat=True)) if whole else ())


def _on_line(verb: str, units: int) -> Callable[[Doing], Any]:
    return lambda doing: doing.door.on_lines(verb, doing.order, [(doing.line, units)], ())


def _ship(doing: Doing) -> Any:
    picks = [{"line": doing.line, "quantity": str(UNITS)}]
    return doing.asked(
        "/ship",
        {"picks": picks, "proof": True},
        lambda: ship(
            actor=doing.company.user, picks=[Pick(doing.line, UNITS)], consignment=Consignment(proof=True)
        ),
    )


def _deliver(doing: Doing) -> Any:
    picks = [{"line": doing.line, "quantity": "1"}]
    return doing.asked(
        "/deliver",
        {"picks": picks},
        lambda: deliver(actor=doing.company.user, picks=[Pick(doing.line, 1)]),
    )


def _draft(doing: Doing) -> Any:
    wish = InvoiceWish((Bill(doing.line, 1),))
    return doing.asked(
        "/invoices",
        {"lines": [{"line": doing.line, "quantity": "1"}], "draft": True},
        lambda: draft_invoice(actor=doing.company.user, wish=wish),
    )


def _post(doing: Doing) -> Any:
    """Post the draft, or invoice one at once where there is none."""
    draft = Invoice.objects.filter(posted_at=None, void=None).order_by("pk").first()
    if draft is None:
        return _on_line("invoice", 1)(doing)
    return doing.asked(
        f"/invoices/{draft.pk}/post", {}, lambda: post_invoice(actor=doing.company.user, invoice=draft.pk)
    )


def _pay(doing: Doing) -> Any:
    owing = sum(owed(one.pk) for one in Invoice.objects.filter(posted_at__isnull=False))
    return owing and doing.door.pay(doing.company.customer.pk, f"{owing // 100}.{owing % 100:02}")


def _cancel_delivery(doing: Doing) -> Any:
    """Without a reason: what is invoiced of it is credited."""
    return doing.asked(
        "/cancel-delivery",
        {"picks": [{"line": doing.line, "quantity": "1"}]},
        lambda: cancel_delivery(actor=doing.company.user, picks=[Pick(doing.line, 1)]),
    )


def _credit(doing: Doing) -> Any:
    row = (
        InvoiceLine.objects.filter(line=doing.line, invoice__posted_at__isnull=False).order_by("-pk").first()
    )
    return row and doing.asked(
        "/credit-notes",
        {"lines": [{"invoice_line": row.pk, "quantity": "1"}]},
        lambda: credit(actor=doing.company.user, items=[Credit(row.pk, 1)]),
    )


def _undo(verb: str) -> Callable[[Doing], Any]:
    def act(doing: Doing) -> Any:
        done = Entry.objects.filter(verb=verb, reversed_by=None).order_by("-pk").first()
        return done and doing.asked(
            f"/journal/{done.pk}/reverse", {}, lambda: reverse(actor=doing.company.user, entry=done.pk)
        )

    return act


def _return(doing: Doing) -> Any:
    """One unit comes back through a return, and is credited as far as it is billed."""
    line = doing.goods[0]
    items = [Returned(Asked(1, line, reason="Too many"), outcome="restock")]
    body = {"line": line, "quantity": "1", "reason": "Too many", "outcome": "restock"}
    customer = doing.company.customer.pk
    return doing.asked(
        "/returns",
        {"organization": customer, "lines": [body]},
        lambda: take_back(actor=doing.company.user, organization=customer, items=items),
    )


STEPS: dict[str, Callable[[Doing], Any]] = {
    "ship": _ship,
    "deliver": _deliver,
    "draft": _draft,
    "post": _post,
    "pay": _pay,
    "cancel delivery": _cancel_delivery,
    "undo ship": _undo("ship"),
    "undo deliver": _undo("deliver"),
    "return": _return,
    "credit": _credit,
    "reopen": lambda doing: doing.door.on_document("reopen", doing.order),
}
