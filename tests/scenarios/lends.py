"""What the doors of the stories do with goods on loan; through actions and API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.scenarios.further import Made, Posts, Tells
from wharfinger.catalog.models import Product
from wharfinger.stock.actions import lending
from wharfinger.stock.models import Location
from wharfinger.stock.rules.lending import Borrower, GivenBack
from wharfinger.stock.rules.moving import Goods


class LendsActions:
    """Calls the actions in process."""

    def lend(
        self: Tells,
        to: int,
        product: Product,
        quantity: int,
        codes: Sequence[str],
        at: Location,
        due_on: date,
    ) -> Made:
        """Lend goods to an organization until a day."""
        goods = Goods(product.pk, quantity, at.place_id, None, tuple(codes))
        act = lambda: lending.lend(actor=self.who, to=Borrower(to), items=[goods], due_on=due_on)  # noqa: E731
        done = self._said(act)
        return done.one("stock.Loan"), done.id

    def take_home(self: Tells, loan: int, product: Product, quantity: int, codes: Sequence[str]) -> int:
        """Put what is back into its bin."""
        items = [GivenBack(product.pk, quantity, tuple(codes))]
        return int(self._said(lambda: lending.give_back(actor=self.who, loan=loan, items=items)).id)

    def extend_loan(self: Tells, loan: int, due_on: date) -> int:
        """Let the goods be back on another day."""
        return int(self._said(lambda: lending.extend_loan(actor=self.who, loan=loan, due_on=due_on)).id)


class LendsApi:
    """Speaks JSON over HTTP."""

    def lend(
        self: Posts,
        to: int,
        product: Product,
        quantity: int,
        codes: Sequence[str],
        at: Location,
        due_on: date,
    ) -> Made:
        """Lend goods to an organization until a day."""
        line = {"product": product.pk, "location": at.pk, "quantity": str(quantity), "serials": list(codes)}
        made = self._post("/loans", {"organization": to, "due_on": due_on.isoformat(), "lines": [line]})
        return made["id"], made["entry"]

    def take_home(self: Posts, loan: int, product: Product, quantity: int, codes: Sequence[str]) -> int:
        """Put what is back into its bin."""
        line = {"product": product.pk, "quantity": str(quantity), "serials": list(codes)}
        return int(self._post(f"/loans/{loan}/give-back", {"lines": [line]})["entry"])

    def extend_loan(self: Posts, loan: int, due_on: date) -> int:
        """Let the goods be back on another day."""
        return int(self._post(f"/loans/{loan}/extend", {"due_on": due_on.isoformat()})["entry"])
