"""What the doors of the stories do with work and its charges; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.scenarios.further import Posts, Tells
from wharfinger.demand.actions import add_lines
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.devices.actions.about import name_devices
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.actions.charging import charge_and, open_and
from wharfinger.flows.rules.amend import Amend
from wharfinger.work.actions import create_work_order
from wharfinger.work.rules import WorkWish

Items = Sequence[tuple[int, int]]


class ChargesActions:
    """Calls the actions in process."""

    def open_work(self: Tells, customer: int, items: Items, then: str | None) -> tuple[int, int]:
        """Open a ticket with charges, and serve them at once: the ticket and the entry."""
        wish = WorkWish("ticket", customer, lines=tuple(LineWish(*one) for one in items))
        if then is None:
            done = self._said(lambda: create_work_order(actor=self.who, wish=wish))
        else:
            done = self._said(lambda: open_and(actor=self.who, wish=wish, then=then))
        return done.one("demand.Sheet"), done.id

    def charge(self: Tells, work: int, items: Items, then: str | None) -> int:
        """Add charges, and serve them at once."""
        wishes = [LineWish(*one) for one in items]
        if then is None:
            return int(self._said(lambda: add_lines(actor=self.who, sheet=work, wishes=wishes)).id)
        return int(self._said(lambda: charge_and(actor=self.who, sheet=work, wishes=wishes, then=then)).id)

    def name_devices(self: Tells, work: int, add: list[int], remove: list[int]) -> int:
        """Say which devices work is about, and which no longer."""
        act = partial(name_devices, actor=self.who, work_order=work, add=add, remove=remove)
        return int(self._said(act).id)

    def replace_line(self: Tells, document: int, line: int, product: int, keep: int | None) -> int:
        """Let a line be another product, but for those that are kept."""
        amends = [Amend(line, keep, product)]
        return int(self._said(lambda: amend(actor=self.who, sheet=document, amends=amends)).id)


class ChargesApi:
    """Speaks JSON over HTTP."""

    def open_work(self: Posts, customer: int, items: Items, then: str | None) -> tuple[int, int]:
        """Open a ticket with charges, and serve them at once: the ticket and the entry."""
        body: dict[str, Any] = {"kind": "ticket", "organization": customer, "then": then}
        made = self._post("/work-orders", body | {"charges": _lines(items)})
        return made["id"], made["entry"]

    def charge(self: Posts, work: int, items: Items, then: str | None) -> int:
        """Add charges, and serve them at once."""
        made = self._post(f"/work-orders/{work}/charges", {"then": then, "charges": _lines(items)})
        return int(made["entry"])

    def name_devices(self: Posts, work: int, add: list[int], remove: list[int]) -> int:
        """Say which devices work is about, and which no longer."""
        return int(self._post(f"/work-orders/{work}/devices", {"add": add, "remove": remove})["entry"])

    def replace_line(self: Posts, document: int, line: int, product: int, keep: int | None) -> int:
        """Let a line be another product, but for those that are kept."""
        kind = "orders" if Sheet.objects.get(pk=document).kind == "order" else "work-orders"
        kept = {} if keep is None else {"quantity": str(keep)}
        body = {"lines": [{"line": line, "replace_by": product, **kept}]}
        return int(self._post(f"/{kind}/{document}/amend", body)["entry"])


def _lines(items: Items) -> list[dict[str, Any]]:
    return [{"product": product, "quantity": str(quantity)} for product, quantity in items]
