"""What the doors of the stories do with faulty units that a vendor is asked about; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.scenarios.further import Posts, Tells
from wharfinger.catalog.models import Product
from wharfinger.returns.actions import claiming
from wharfinger.returns.rules.claim_answers import Answered
from wharfinger.returns.rules.claiming import Faulty

Claimed = tuple[int, list[int], int]
"""The claim, its lines, the entry."""


class GuaranteesActions:
    """Calls the actions in process."""

    def claim_ours(self: Tells, product: Product, quantity: int, serials: Sequence[str]) -> Claimed:
        """Ask a vendor about faulty units of ours."""
        return self._claimed(Faulty(quantity, product.pk, tuple(serials)))  # type: ignore[attr-defined,no-any-return]

    def claim_theirs(self: Tells, rma_line: int, quantity: int) -> Claimed:
        """Ask a vendor about what a customer sent."""
        return self._claimed(Faulty(quantity, rma_line=rma_line))  # type: ignore[attr-defined,no-any-return]

    def _claimed(self: Tells, item: Faulty) -> Claimed:
        done = self._said(lambda: claiming.claim_from_vendor(actor=self.who, items=[item], reason="Faulty"))
        return done.one("returns.VendorClaim"), done.made["returns.VendorClaimLine"], done.id

    def send_claim(self: Tells, claim: int) -> int:
        """Send its goods to the vendor."""
        return int(self._said(lambda: claiming.send_claim(actor=self.who, claim=claim)).id)

    def answer_claim(self: Tells, claim: int, line: int, quantity: int, answer: str, serial: str) -> int:
        """Write down what the vendor did."""
        told = [Answered(line, quantity, answer, serial)]
        return int(self._said(lambda: claiming.answer_claim(actor=self.who, claim=claim, answers=told)).id)


class GuaranteesApi:
    """Speaks JSON over HTTP."""

    def claim_ours(self: Posts, product: Product, quantity: int, serials: Sequence[str]) -> Claimed:
        """Ask a vendor about faulty units of ours."""
        return self._claimed({"product": product.pk, "quantity": str(quantity), "serials": list(serials)})  # type: ignore[attr-defined,no-any-return]

    def claim_theirs(self: Posts, rma_line: int, quantity: int) -> Claimed:
        """Ask a vendor about what a customer sent."""
        return self._claimed({"rma_line": rma_line, "quantity": str(quantity)})  # type: ignore[attr-defined,no-any-return]

    def _claimed(self: Posts, item: dict[str, Any]) -> Claimed:
        made = self._post("/vendor-claims", {"reason": "Faulty", "lines": [item]})
        return made["id"], [line["id"] for line in made["lines"]], made["entry"]

    def send_claim(self: Posts, claim: int) -> int:
        """Send its goods to the vendor."""
        return int(self._post(f"/vendor-claims/{claim}/send", {})["entry"])

    def answer_claim(self: Posts, claim: int, line: int, quantity: int, answer: str, serial: str) -> int:
        """Write down what the vendor did."""
        told = {"line": line, "quantity": str(quantity), "answer": answer, "serial": serial}
        return int(self._post(f"/vendor-claims/{claim}/answer", {"lines": [told]})["entry"])
