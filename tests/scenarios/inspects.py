"""What the doors of the stories also do with the state of goods that came back."""

from __future__ import annotations

from tests.scenarios.further import Posts, Tells, micro
from wharfinger.base import configuration
from wharfinger.returns.actions import slips
from wharfinger.returns.actions.grading import add_grade
from wharfinger.returns.actions.inspecting import inspect, settle
from wharfinger.returns.actions.repairing import finish_repair
from wharfinger.returns.rules.inspecting import Verdict
from wharfinger.returns.rules.repairing import Part, Repaired
from wharfinger.returns.rules.replacing import Instead
from wharfinger.returns.rules.settling import Answer


class InspectsActions:
    """Calls the actions in process."""

    def grade(self: Tells, code: str, outcome: str, *, resellable: bool) -> tuple[int, int]:
        """Keep a grade: its id and the entry."""
        values = {"code": code, "outcome": outcome, "resellable": resellable}
        done = self._said(lambda: add_grade(actor=self.who, values=values))
        return int(done.one("returns.Grade")), int(done.id)

    def find(self: Tells, rma: int, line: int, quantity: int, grade: int, outcome: str, text: str) -> int:
        """Say in which state units are."""
        verdict = Verdict(line, quantity, outcome, note=text, grade=grade)
        return int(self._said(lambda: inspect(actor=self.who, rma=rma, verdicts=[verdict])).id)

    def repair(
        self: Tells,
        rma: int,
        line: int,
        quantity: int,
        parts: list[tuple[int, int, str | None]],
        cost: str,
        charge: str | None,
        then: str,
    ) -> int:
        """Say that units are repaired."""
        done = Repaired(
            line,
            quantity,
            "Done",
            parts=tuple(
                Part(pk, n, unit_price_micro=micro(price) if price else None) for pk, n, price in parts
            ),
            cost_minor=micro(cost) // 10_000,
            charge_micro=micro(charge) if charge else None,
            service=configuration.one("fee_products")["repair"] if charge else None,
            then=then,
        )
        return int(self._said(lambda: finish_repair(actor=self.who, rma=rma, done=done)).id)

    def slip(self: Tells, rma: int, *, by_hand: bool) -> int:
        """Its slip goes to the customer."""
        act = slips.mark_rma_sent if by_hand else slips.send_rma
        return int(self._said(lambda: act(actor=self.who, rma=rma)).id)

    def call_in(self: Tells, rma: int) -> int:
        """The customer is reminded."""
        return int(self._said(lambda: slips.remind_rma(actor=self.who, rma=rma)).id)

    def take_along(
        self: Tells, rma: int, line: int, quantity: int, product: int | None, price: str | None
    ) -> int:
        """The customer takes another unit along."""
        instead = Instead(product, unit_price_micro=micro(price) if price else None, hand_over=True)
        answer = Answer(line, quantity, "replace", instead=instead)
        return int(self._said(lambda: settle(actor=self.who, rma=rma, answers=[answer])).id)


class InspectsApi:
    """Asks over HTTP."""

    def grade(self: Posts, code: str, outcome: str, *, resellable: bool) -> tuple[int, int]:
        """Keep a grade: its id and the entry."""
        made = self._post("/grades", {"code": code, "outcome": outcome, "resellable": resellable})
        return made["id"], made["entry"]

    def find(self: Posts, rma: int, line: int, quantity: int, grade: int, outcome: str, text: str) -> int:
        """Say in which state units are."""
        row = {"rma_line": line, "quantity": str(quantity), "grade": grade, "note": text}
        said = {"outcome": outcome} if outcome else {}
        return int(self._post(f"/rmas/{rma}/inspect", {"lines": [row | said]})["entry"])

    def repair(
        self: Posts,
        rma: int,
        line: int,
        quantity: int,
        parts: list[tuple[int, int, str | None]],
        cost: str,
        charge: str | None,
        then: str,
    ) -> int:
        """Say that units are repaired."""
        body = {
            "rma_line": line,
            "quantity": str(quantity),
            "text": "Done",
            "cost": cost,
            "charge": charge,
            "then": then or None,
            "parts": [{"product": pk, "quantity": str(n), "unit_price": price} for pk, n, price in parts],
        }
        return int(self._post(f"/rmas/{rma}/repair", body)["entry"])

    def slip(self: Posts, rma: int, *, by_hand: bool) -> int:
        """Its slip goes to the customer."""
        return int(self._post(f"/rmas/{rma}/send", {"by_hand": by_hand})["entry"])

    def call_in(self: Posts, rma: int) -> int:
        """The customer is reminded."""
        return int(self._post(f"/rmas/{rma}/remind", {})["entry"])

    def take_along(
        self: Posts, rma: int, line: int, quantity: int, product: int | None, price: str | None
    ) -> int:
        """The customer takes another unit along."""
        instead = {"product": product, "unit_price": price, "hand_over": True}
        row = {"rma_line": line, "quantity": str(quantity), "answer": "replace", "instead": instead}
        return int(self._post(f"/rmas/{rma}/settle", {"lines": [row]})["entry"])
