"""What the doors of the stories do with work and its charges; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from tests.scenarios.further import Posts, Tells
from wharfinger.base import further
from wharfinger.demand.actions import add_lines
from wharfinger.demand.models import Sheet
from wharfinger.demand.rules import LineWish
from wharfinger.devices.actions.about import name_devices
from wharfinger.devices.models import Device
from wharfinger.flows.actions.amend import amend
from wharfinger.flows.actions.charging import charge_and, open_and
from wharfinger.flows.rules.amend import Amend
from wharfinger.fulfilment.actions.shipping import deliver
from wharfinger.fulfilment.rules import Pick
from wharfinger.returns.actions.receiving import take_back_on_job
from wharfinger.returns.actions.swapping import swap, swap_on_job
from wharfinger.returns.rules.swapping import Incoming, Swap
from wharfinger.work.actions import add_job_type, change_work_order, complete, create_work_order
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

    def job_type(self: Tells, name: str, scope: str, billable: bool, days: int) -> tuple[int, int]:
        """Add a type of job to the list."""
        values = {"name": name, "scope": scope, "billable": billable, "estimate_days": days}
        done = self._said(lambda: add_job_type(actor=self.who, values=values))
        return done.one("work.JobType"), done.id

    def job_of(self: Tells, customer: int, kind: int, begins: date) -> tuple[int, int]:
        """Open a job of a type, which begins on a day."""
        wish = WorkWish("job", customer, type=kind, starts_on=begins)
        done = self._said(lambda: create_work_order(actor=self.who, wish=wish))
        return done.one("demand.Sheet"), done.id

    def begins(self: Tells, work: int, on: date) -> int:
        """Let a job begin on another day."""
        act = partial(change_work_order, actor=self.who, work_order=work, values={}, own={"starts_on": on})
        return int(self._said(act).id)

    def on_job(self: Tells, job: int, device: int, serial: str) -> tuple[int, int]:
        """A job lets a new unit take the place of a device."""
        swaps = [Swap(device, Incoming(serial=serial))]
        done = self._said(lambda: swap_on_job(actor=self.who, job=job, swaps=swaps, reason="As told"))
        return done.one("devices.Device"), done.id

    def swap_by(self: Tells, asked: int, device: int, serial: str) -> tuple[int, int]:
        """A swap by the line of an RMA: the new device."""
        wish = Swap(device, Incoming(serial=serial), reason="As told", rma_line=asked)
        done = self._said(lambda: swap(actor=self.who, swap=wish))
        return done.one("devices.Device"), done.id

    def sets_up(self: Tells, line: int, quantity: int) -> tuple[list[int], int]:
        """Goods are handed over and installed in one step: the devices."""
        said = further.installing[0].given(contact=None, contract=None, reference="Rack")
        act = partial(deliver, actor=self.who, picks=[Pick(line, quantity)], installing=said)
        entry = int(self._said(act).id)
        return list(
            Device.objects.filter(line=line, void=None).order_by("pk").values_list("pk", flat=True)
        ), entry

    def completes(self: Tells, work: int, who: str) -> int:
        """Work is done, and the customer signed for it."""
        return int(self._said(lambda: complete(actor=self.who, work_order=work, signed_by=who)).id)

    def take_off(self: Tells, job: int, devices: list[int]) -> int:
        """A job takes devices back."""
        return int(self._said(lambda: take_back_on_job(actor=self.who, job=job, devices=devices)).id)

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

    def job_type(self: Posts, name: str, scope: str, billable: bool, days: int) -> tuple[int, int]:
        """Add a type of job to the list."""
        body = {"name": name, "scope": scope, "billable": billable, "estimate_days": days}
        made = self._post("/job-types", body)
        return made["id"], made["entry"]

    def job_of(self: Posts, customer: int, kind: int, begins: date) -> tuple[int, int]:
        """Open a job of a type, which begins on a day."""
        body = {"kind": "job", "organization": customer, "type": kind, "starts_on": begins.isoformat()}
        made = self._post("/work-orders", body)
        return made["id"], made["entry"]

    def begins(self: Posts, work: int, on: date) -> int:
        """Let a job begin on another day."""
        return int(self._patch(f"/work-orders/{work}", {"starts_on": on.isoformat()})["entry"])

    def on_job(self: Posts, job: int, device: int, serial: str) -> tuple[int, int]:
        """A job lets a new unit take the place of a device."""
        rows = [{"device": device, "incoming": {"serial": serial}}]
        made = self._post(f"/work-orders/{job}/swap", {"devices": rows, "reason": "As told"})
        return Device.objects.get(replaces=device, void=None).pk, made["entry"]

    def swap_by(self: Posts, asked: int, device: int, serial: str) -> tuple[int, int]:
        """A swap by the line of an RMA: the new device."""
        body = {"incoming": {"serial": serial}, "reason": "As told", "rma_line": asked}
        made = self._post(f"/devices/{device}/swap", body)
        return made["id"], made["entry"]

    def sets_up(self: Posts, line: int, quantity: int) -> tuple[list[int], int]:
        """Goods are handed over and installed in one step: the devices."""
        body = {"picks": [{"line": line, "quantity": str(quantity)}], "install": {"reference": "Rack"}}
        entry = int(self._post("/deliver", body)["entry"])
        return list(
            Device.objects.filter(line=line, void=None).order_by("pk").values_list("pk", flat=True)
        ), entry

    def completes(self: Posts, work: int, who: str) -> int:
        """Work is done, and the customer signed for it."""
        return int(self._post(f"/work-orders/{work}/complete", {"signed_by": who})["entry"])

    def take_off(self: Posts, job: int, devices: list[int]) -> int:
        """A job takes devices back."""
        rows = [{"device": one} for one in devices]
        return int(self._post(f"/work-orders/{job}/return", {"devices": rows})["entry"])

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
