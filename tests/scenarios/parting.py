"""The stories' words around parts.

part E of D, F of D        devices become parts of another · separate E D, they no longer belong together
parts of D: E F, or none   which devices are its parts now
"""

from __future__ import annotations

from typing import Any

from wharfinger.devices.models import Relation


class Parting:
    """What a teller also understands of parts."""

    door: Any
    documents: dict[str, int]
    acts: list[int]

    def say_part(self, rest: str) -> None:
        """part E of D, F of D"""
        for item in rest.split(","):
            part, _, whole = item.split()
            self.acts.append(self.door.make_part(self.documents[part], self.documents[whole]))

    def say_separate(self, rest: str) -> None:
        """separate E D"""
        one, other = rest.split()
        self.acts.append(self.door.separate(self.documents[one], self.documents[other]))

    def say_parts(self, rest: str) -> None:
        """parts of D: E F"""
        head, _, wanted = rest.partition(":")
        rows = Relation.objects.filter(
            other=self.documents[head.split()[1]], kind="parent", void=None, ended_at=None
        )
        found = set(rows.values_list("device_id", flat=True))
        assert found == {self.documents[name] for name in wanted.split() if name != "none"}, f"are {found}"
