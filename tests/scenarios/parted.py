"""What the doors of the stories also do with devices: parts, and what covers them."""

from __future__ import annotations

from tests.scenarios.further import Posts, Tells
from wharfinger.devices.actions.covering import review_contract
from wharfinger.devices.actions.keeping import name_users, relate, unrelate


class PartedActions:
    """Calls the actions in process."""

    def make_part(self: Tells, part: int, whole: int) -> int:
        """Let a device be part of another."""
        act = lambda: relate(actor=self.who, device=part, other=whole, kind="parent")  # noqa: E731
        return int(self._said(act).id)

    def separate(self: Tells, one: int, other: int) -> int:
        """Let two devices belong together no longer."""
        return int(self._said(lambda: unrelate(actor=self.who, device=one, other=other)).id)

    def review(self: Tells, devices: list[int]) -> int:
        """Decide that devices need no contract."""
        return int(self._said(lambda: review_contract(actor=self.who, devices=devices)).id)

    def name_user(self: Tells, device: int, contact: int) -> int:
        """Say that somebody uses a device."""
        return int(self._said(lambda: name_users(actor=self.who, device=device, add=[contact])).id)


class PartedApi:
    """Speaks JSON over HTTP."""

    def make_part(self: Posts, part: int, whole: int) -> int:
        """Let a device be part of another."""
        return int(self._post(f"/devices/{part}/relate", {"device": whole, "kind": "parent"})["entry"])

    def separate(self: Posts, one: int, other: int) -> int:
        """Let two devices belong together no longer."""
        return int(self._post(f"/devices/{one}/unrelate", {"device": other})["entry"])

    def review(self: Posts, devices: list[int]) -> int:
        """Decide that devices need no contract."""
        return int(self._post("/devices/review", {"devices": devices})["entry"])

    def name_user(self: Posts, device: int, contact: int) -> int:
        """Say that somebody uses a device."""
        return int(self._post(f"/devices/{device}/users", {"add": [contact]})["entry"])
