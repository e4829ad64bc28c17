"""What the doors of the stories do with papers, carriers and who hears of it; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from tests.scenarios.further import Posts, Tells
from wharfinger.documents.actions import issuing, printing
from wharfinger.fulfilment.actions import packing, picking, shipping
from wharfinger.fulfilment.rules import Consignment, Pick
from wharfinger.fulfilment.rules.correcting import Correction
from wharfinger.notices.actions import bell, set_rule
from wharfinger.notices.rules import EVENTS
from wharfinger.sales.actions import orders, quotes
from wharfinger.stock.actions.goods import adjust, transfer
from wharfinger.stock.models import Location
from wharfinger.stock.rules.adjusting import Adjustment
from wharfinger.stock.rules.moving import Goods, Transfer
from wharfinger.work.actions import change_work_order


class LeavesActions:
    """Calls the actions in process."""

    def print_list(self: Tells, of: str, lines: Sequence[int]) -> bytes:
        """Pick or packing lists of lines."""
        act = partial(printing.print_lists, actor=self.who, name=of, lines=lines, holdings=[], language="en")
        return bytes(self._said(act))

    def print_box(self: Tells, container: int) -> bytes:
        """The label of a box."""
        act = partial(issuing.pdf, actor=self.who, kind="container-label", pk=container)
        return bytes(self._said(act))

    def ship_by(self: Tells, carrier: str, tracking: str, containers: Sequence[int]) -> int:
        """Hand boxes to a carrier."""
        how = Consignment(carrier=carrier, tracking=tracking)
        act = partial(shipping.ship, actor=self.who, containers=containers, consignment=how)
        return int(self._said(act).id)

    def pack_into(self: Tells, container: int, line: int, units: int) -> int:
        """Put goods into a box that is open."""
        act = partial(packing.pack, actor=self.who, picks=[Pick(line, units)], container=container)
        return int(self._said(act).id)

    def bring(self: Tells, product: int, line: int, units: int, source: Location, target: Location) -> int:
        """Bring what a line holds to another location."""
        item = Transfer(Goods(product, units, source.place_id, line=line), target.place_id)
        return int(self._said(partial(transfer, actor=self.who, items=[item])).id)

    def correct_shipment(self: Tells, shipment: int, said: dict[str, Any], reason: str) -> int:
        """Correct what a shipment says."""
        act = partial(
            shipping.correct_shipment,
            actor=self.who,
            shipment=shipment,
            said=Correction(**said),
            reason=reason,
        )
        return int(self._said(act).id)

    def find_batch(
        self: Tells, product: int, location: Location, units: int, code: str, until: date | None
    ) -> int:
        """Find goods of a batch."""
        found = Adjustment(product, units, location.place_id, batch=code, expires_on=until)
        return int(self._said(partial(adjust, actor=self.who, items=[found], reason="As told")).id)

    def pick_of(self: Tells, line: int, units: int, code: str) -> int:
        """Pick goods of a batch."""
        act = partial(picking.pick, actor=self.who, picks=[Pick(line, units, batch=code)])
        return int(self._said(act).id)

    def give_owner(self: Tells, order: int, owner: int) -> int:
        """Say whose order it is."""
        act = partial(orders.change_order, actor=self.who, order=order, values={"owner_id": owner})
        return int(self._said(act).id)

    def give_work(self: Tells, work: int, people: dict[str, int]) -> int:
        """Say who leads work and who does it."""
        own = {f"{role}_id": who for role, who in people.items()}
        act = partial(change_work_order, actor=self.who, work_order=work, values={}, own=own)
        return int(self._said(act).id)

    def give_deal(self: Tells, deal: int, owner: int) -> int:
        """Say whose opportunity it is."""
        act = partial(quotes.change_opportunity, actor=self.who, opportunity=deal, values={"owner_id": owner})
        return int(self._said(act).id)

    def hear_nothing(self: Tells, events: Sequence[str]) -> int:
        """Choose to hear nothing of some events."""
        return int(self._said(lambda: bell.mute(user=self.who, events=events, silenced=events)).id)

    def tell_of(self: Tells, event: str, *, active: bool) -> int:
        """Decide whether anybody is told of an event."""
        act = partial(set_rule, actor=self.who, event=event, roles=EVENTS[event][1], active=active)
        return int(self._said(act).id)


class LeavesApi:
    """Speaks JSON over HTTP."""

    def print_list(self: Posts, of: str, lines: Sequence[int]) -> bytes:
        """Pick or packing lists of lines."""
        asked = {"lines": ",".join(map(str, lines))}
        return bytes(self.client.get(f"/api/v1/documents/lists/{of}.pdf", asked).content)

    def print_box(self: Posts, container: int) -> bytes:
        """The label of a box."""
        return bytes(self.client.get(f"/api/v1/documents/container-label/{container}.pdf").content)

    def ship_by(self: Posts, carrier: str, tracking: str, containers: Sequence[int]) -> int:
        """Hand boxes to a carrier."""
        body = {"containers": list(containers), "carrier": carrier, "tracking": tracking}
        return int(self._post("/ship", body)["entry"])

    def pack_into(self: Posts, container: int, line: int, units: int) -> int:
        """Put goods into a box that is open."""
        body = {"picks": [{"line": line, "quantity": str(units)}], "container": container}
        return int(self._post("/pack", body)["entry"])

    def bring(self: Posts, product: int, line: int, units: int, source: Location, target: Location) -> int:
        """Bring what a line holds to another location."""
        places = {"from": {"location": source.pk}, "to": {"location": target.pk}}
        body = {"product": product, "quantity": str(units), "line": line, **places}
        return int(self._post("/stock/transfer", body)["entry"])

    def correct_shipment(self: Posts, shipment: int, said: dict[str, Any], reason: str) -> int:
        """Correct what a shipment says."""
        days = {key: f"{value}" if key.endswith("_on") else value for key, value in said.items()}
        boxes = [{"id": pk, "tracking": tracking} for pk, tracking in days.pop("boxes", ())]
        body = {**days, "reason": reason, "containers": boxes}
        return int(self._patch(f"/shipments/{shipment}", body)["entry"])

    def find_batch(
        self: Posts, product: int, location: Location, units: int, code: str, until: date | None
    ) -> int:
        """Find goods of a batch."""
        body = {"product": product, "quantity": str(units), "location": location.pk, "batch": code}
        expires = {"expires_on": until.isoformat()} if until else {}
        return int(self._post("/stock/adjust", {**body, **expires, "reason": "As told"})["entry"])

    def pick_of(self: Posts, line: int, units: int, code: str) -> int:
        """Pick goods of a batch."""
        body = {"picks": [{"line": line, "quantity": str(units), "batch": code}]}
        return int(self._post("/pick", body)["entry"])

    def give_owner(self: Posts, order: int, owner: int) -> int:
        """Say whose order it is."""
        return int(self._patch(f"/orders/{order}", {"owner": owner})["entry"])

    def give_work(self: Posts, work: int, people: dict[str, int]) -> int:
        """Say who leads work and who does it."""
        return int(self._patch(f"/work-orders/{work}", people)["entry"])

    def give_deal(self: Posts, deal: int, owner: int) -> int:
        """Say whose opportunity it is."""
        return int(self._patch(f"/opportunities/{deal}", {"owner": owner})["entry"])

    def hear_nothing(self: Posts, events: Sequence[str]) -> int:
        """Choose to hear nothing of some events."""
        body = {"muted": list(events), "silenced": list(events)}
        return int(self._patch("/account/mails", body)["entry"])

    def tell_of(self: Posts, event: str, *, active: bool) -> int:
        """Decide whether anybody is told of an event."""
        return int(self._patch(f"/notification-rules/{event}", {"active": active})["entry"])
