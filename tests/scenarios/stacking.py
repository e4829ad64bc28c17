"""The stories' words around boxes and pallets, which go by their numbers.

stack BOX-1 BOX-2 [on BOX-3]       on a pallet, a new one where none is named
unstack BOX-1 · leave BOX-3        by a carrier, with all that stands on it
left BOX-1 BOX-2: yes              whether they have left; or no
"""

from __future__ import annotations

from tests.scenarios.talking import Talking
from wharfinger.fulfilment.models import Container


def _boxes(rest: str) -> list[int]:
    return [Container.objects.get(number=one).pk for one in rest.split()]


class Stacking(Talking):
    """What a teller also understands of boxes and pallets."""

    def say_stack(self, rest: str) -> None:
        """stack BOXES [on PALLET]"""
        boxes, _, pallet = rest.partition(" on ")
        self.acts.append(self.door.stack(_boxes(boxes), _boxes(pallet)[0] if pallet else None))

    def say_unstack(self, rest: str) -> None:
        """unstack BOXES"""
        self.acts.append(self.door.unstack(_boxes(rest)))

    def say_leave(self, rest: str) -> None:
        """leave CONTAINERS"""
        self.acts.append(self.door.ship_containers(_boxes(rest)))

    def say_left(self, rest: str) -> None:
        """left CONTAINERS: yes; or no"""
        named, _, wanted = rest.partition(":")
        gone = {Container.objects.get(pk=pk).shipment_id is not None for pk in _boxes(named)}
        assert gone == {wanted.strip() == "yes"}
