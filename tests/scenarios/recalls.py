"""What the doors of the stories do with recalled units; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence

from tests.scenarios.further import Posts, Tells
from wharfinger.catalog.models import Product
from wharfinger.returns.actions import recalling
from wharfinger.returns.rules.recalling import Recalled

Called = tuple[int, int]
"""The recall and the entry."""
TEXTS = {"en": "Please stop using it."}


class RecallsActions:
    """Calls the actions in process."""

    def recall(self: Tells, product: Product, batch: str, serials: Sequence[str]) -> Called:
        """Call units back."""
        what = Recalled(batch, tuple(serials))
        done = self._said(
            lambda: recalling.recall_units(
                actor=self.who, product=product.pk, what=what, reason="Hot", texts=TEXTS
            )
        )
        return done.one("returns.Recall"), done.id

    def tell_owners(self: Tells, recall: int) -> int:
        """Write to all who were not told."""
        return int(self._said(lambda: recalling.tell_owners(actor=self.who, recall=recall)).id)

    def tell_owner(self: Tells, recall: int, owner: int, way: str) -> int:
        """Tell one once more, or say that they were told otherwise."""
        act = recalling.tell_owners_again if way == "again" else recalling.mark_owners_told
        return int(self._said(lambda: act(actor=self.who, recall=recall, organizations=[owner])).id)

    def answer_recall(self: Tells, recall: int, owner: int, answer: str) -> int:
        """Write down what an owner answered."""
        return int(
            self._said(
                lambda: recalling.answer_recall(
                    actor=self.who, recall=recall, organization=owner, answer=answer
                )
            ).id
        )


class RecallsApi:
    """Speaks JSON over HTTP."""

    def recall(self: Posts, product: Product, batch: str, serials: Sequence[str]) -> Called:
        """Call units back."""
        given = {"product": product.pk, "batch": batch, "serials": list(serials), "reason": "Hot"}
        made = self._post("/recalls", given | {"texts": TEXTS})
        return made["id"], made["entry"]

    def tell_owners(self: Posts, recall: int) -> int:
        """Write to all who were not told."""
        return int(self._post(f"/recalls/{recall}/tell", {})["entry"])

    def tell_owner(self: Posts, recall: int, owner: int, way: str) -> int:
        """Tell one once more, or say that they were told otherwise."""
        if way == "again":
            return int(self._post(f"/recalls/{recall}/tell-again", {"organizations": [owner]})["entry"])
        told = {"organizations": [owner], "by_hand": True}
        return int(self._post(f"/recalls/{recall}/tell", told)["entry"])

    def answer_recall(self: Posts, recall: int, owner: int, answer: str) -> int:
        """Write down what an owner answered."""
        return int(
            self._post(f"/recalls/{recall}/answer", {"organization": owner, "answer": answer})["entry"]
        )
