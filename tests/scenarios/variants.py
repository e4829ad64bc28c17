"""What the doors of the stories also do with families and their variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.scenarios.further import Posts, Tells
from wharfinger.catalog.actions import families as actions
from wharfinger.catalog.models import Family


class VariantsActions:
    """Calls the actions in process."""

    def add_family(self: Tells, values: dict[str, Any]) -> tuple[int, int]:
        """Make a family: its id and the entry."""
        done = self._said(lambda: actions.add_family(actor=self.who, values=values))
        return int(done.one("catalog.Family")), int(done.id)

    def make_variants(
        self: Tells, family: int, like: int | None, variants: Sequence[Sequence[str]]
    ) -> tuple[list[int], int]:
        """Make variants: the products in the order of their making, and the entry."""
        wanted = [{"values": list(values)} for values in variants]
        done = self._said(
            lambda: actions.make_variants(actor=self.who, family=family, variants=wanted, like=like)
        )
        return list(done.made["catalog.Product"]), int(done.id)

    def join_family(self: Tells, family: int, product: int, values: Sequence[str]) -> int:
        """Let a product be a variant."""
        act = lambda: actions.join_family(  # noqa: E731 - it is said once.
            actor=self.who, family=family, product=product, values=values
        )
        return int(self._said(act).id)

    def leave_family(self: Tells, family: int, product: int) -> int:
        """Let a product be none any more."""
        act = lambda: actions.leave_family(actor=self.who, family=family, product=product)  # noqa: E731
        return int(self._said(act).id)


class VariantsApi:
    """Asks over HTTP."""

    def add_family(self: Posts, values: dict[str, Any]) -> tuple[int, int]:
        """Make a family: its id and the entry."""
        made = self._post("/families", values)
        return int(made["id"]), int(made["entry"])

    def make_variants(
        self: Posts, family: int, like: int | None, variants: Sequence[Sequence[str]]
    ) -> tuple[list[int], int]:
        """Make variants: the products in the order of their making, and the entry."""
        before = set(Family.objects.get(pk=family).variants.values_list("pk", flat=True))
        body = {"variants": [{"values": list(values)} for values in variants], "like": like}
        made = self._post(f"/families/{family}/variants", body)
        new = sorted(one["product"] for one in made["variants"] if one["product"] not in before)
        return new, int(made["entry"])

    def join_family(self: Posts, family: int, product: int, values: Sequence[str]) -> int:
        """Let a product be a variant."""
        body = {"product": product, "values": list(values)}
        return int(self._post(f"/families/{family}/join", body)["entry"])

    def leave_family(self: Posts, family: int, product: int) -> int:
        """Let a product be none any more."""
        return int(self._post(f"/families/{family}/leave", {"product": product})["entry"])
