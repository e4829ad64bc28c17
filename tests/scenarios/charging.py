"""The stories' words around work and its charges.

ticket T [pick|order|deliver]: 3 router     opened with these charges, which are picked, ordered or delivered at once
charge T [pick|order|deliver]: 3 router     added to it
"""

from __future__ import annotations

from tests.scenarios.varying import Varying


class Charging(Varying):
    """What a teller also understands of charges."""

    def say_ticket(self, rest: str) -> None:
        """ticket NAME [THEN]: ITEMS"""
        head, _, items = rest.partition(":")
        name, *then = head.split()
        opened = self.door.open_work(self.company.customer.pk, self.items(items), then[0] if then else None)
        self.keep("job", name, opened)

    def say_charge(self, rest: str) -> None:
        """charge NAME [THEN]: ITEMS"""
        head, _, items = rest.partition(":")
        name, *then = head.split()
        found = self.items(items)
        self.acts.append(self.door.charge(self.documents[name], found, then[0] if then else None))
