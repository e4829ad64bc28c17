"""What the doors of the stories do with boxes and pallets; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence

from tests.scenarios.further import Posts, Tells
from wharfinger.fulfilment.actions import packing, shipping


class PalletsActions:
    """Calls the actions in process."""

    def stack(self: Tells, boxes: Sequence[int], pallet: int | None) -> int:
        """Put boxes onto a pallet."""
        return int(self._said(lambda: packing.stack(actor=self.who, containers=boxes, pallet=pallet)).id)

    def unstack(self: Tells, boxes: Sequence[int]) -> int:
        """Take boxes off their pallet."""
        return int(self._said(lambda: packing.unstack(actor=self.who, containers=boxes)).id)

    def ship_containers(self: Tells, containers: Sequence[int]) -> int:
        """Hand containers to the carrier."""
        return int(self._said(lambda: shipping.ship(actor=self.who, containers=containers)).id)


class PalletsApi:
    """Speaks JSON over HTTP."""

    def stack(self: Posts, boxes: Sequence[int], pallet: int | None) -> int:
        """Put boxes onto a pallet."""
        return int(self._post("/stack", {"containers": list(boxes), "pallet": pallet})["entry"])

    def unstack(self: Posts, boxes: Sequence[int]) -> int:
        """Take boxes off their pallet."""
        return int(self._post("/unstack", {"containers": list(boxes)})["entry"])

    def ship_containers(self: Posts, containers: Sequence[int]) -> int:
        """Hand containers to the carrier."""
        return int(self._post("/ship", {"containers": list(containers)})["entry"])
