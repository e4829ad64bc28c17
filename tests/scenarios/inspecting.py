"""The stories' words about the state in which goods come back.

grade C dead scrap           a grade: whose goods are sold again or dead, and what becomes of them, or nothing
find R 1 router C [scrap] [: Burnt]    what an inspection says of units
findings R: 1 router C scrap Burnt; …, or none    what was found, the last first
repaired R 1 router with 1 fan [at 20.00] cost 15.00 charged 45.00 then send_back    by us, or by the vendor it was sent to
take-along R 1 router [by switch 50.00]   another unit, or another product at its price, which they take along at once
customer-mail it@acme.example   where the customer is written to
slip R · slip R by-hand      its slip goes to the customer · call-in R, they are reminded · called-in R: 1 2, or nothing
repair-by work               the service by which repairs are charged · margin-cost SO 55.00, what went for an order
"""

from __future__ import annotations

import re

from tests.scenarios.varying import Varying
from wharfinger.base.access import HOUSE
from wharfinger.parties.actions.settings import set_setting
from wharfinger.parties.models import Organization
from wharfinger.returns.models import Finding, RmaLine, RmaReminder
from wharfinger.site.queries.margins import of_order


class Inspecting(Varying):
    """What a teller also understands of inspections."""

    def say_grade(self, rest: str) -> None:
        """grade CODE sold|dead [OUTCOME]"""
        code, sold, *outcome = rest.split()
        made = self.door.grade(code, outcome[0] if outcome else "", resellable=sold == "sold")
        self.keep("grade", f"grade {code}", made)

    def say_find(self, rest: str) -> None:
        """find R QUANTITY NAME GRADE [OUTCOME] [: WORDS]"""
        head, _, text = rest.partition(":")
        name, quantity, product, code, *outcome = head.split()
        rma = self.documents[name]
        line = RmaLine.objects.get(rma=rma, product=self.products[product]).pk
        said = outcome[0] if outcome else ""
        grade = self.documents[f"grade {code}"]
        self.acts.append(self.door.find(rma, line, int(quantity), grade, said, text.strip()))

    def say_findings(self, rest: str) -> None:
        """findings R: QUANTITY NAME GRADE OUTCOME WORDS; …, or none"""
        name, _, wanted = rest.partition(":")
        names = {one.pk: name for name, one in self.products.items()}
        rows = Finding.objects.filter(rma_line__rma=self.documents[name], void__isnull=True)
        found = [
            f"{one.quantity} {names[one.rma_line.product_id]} {one.grade} {one.outcome} {one.text}".strip()
            for one in rows.select_related("rma_line", "grade").order_by("-pk")
        ]
        assert found == ([] if wanted.strip() == "none" else wanted.strip().split("; ")), f"are {found}"

    def say_repaired(self, rest: str) -> None:
        """repaired R QUANTITY NAME [with QUANTITY NAME [at PRICE]] [cost AMOUNT] [charged AMOUNT] [then OUTCOME]"""
        found = re.fullmatch(
            r"(\w+) (\d+) (\w+)(?: with (\d+) (\w+)(?: at ([\d.]+))?)?"
            r"(?: cost ([\d.]+))?(?: charged ([\d.]+))?(?: then (\w+))?",
            rest,
        )
        assert found is not None, "is no repair"
        name, quantity, product, units, part, price, cost, charge, then = found.groups()
        rma = self.documents[name]
        line = RmaLine.objects.get(rma=rma, product=self.products[product]).pk
        parts = [(self.products[part].pk, int(units), price)] if part else []
        self.acts.append(self.door.repair(rma, line, int(quantity), parts, cost or "0", charge, then or ""))

    def say_repair_by(self, rest: str) -> None:
        """repair-by NAME: the service by which repairs are charged"""
        set_setting(actor=HOUSE, name="fee_products", value={"repair": self.products[rest].pk})

    def say_margin_cost(self, rest: str) -> None:
        """margin-cost SO AMOUNT: what went for an order, repairs among it"""
        name, amount = rest.split()
        found = of_order(self.documents[name]).went
        assert found == round(float(amount) * 100), f"is {found / 100:.2f}"

    def say_slip(self, rest: str) -> None:
        """slip R [by-hand]"""
        name, *more = rest.split()
        self.acts.append(self.door.slip(self.documents[name], by_hand=bool(more)))

    def say_call_in(self, rest: str) -> None:
        """call-in R: the customer is reminded of goods that have not come"""
        self.acts.append(self.door.call_in(self.documents[rest.strip()]))

    def say_called_in(self, rest: str) -> None:
        """called-in R: LEVELS, or nothing"""
        name, _, wanted = rest.partition(":")
        rows = RmaReminder.objects.filter(rma=self.documents[name], void__isnull=True).order_by("pk")
        found = " ".join(str(level) for level in rows.values_list("level", flat=True)) or "nothing"
        assert found == wanted.strip(), f"is {found}"

    def say_customer_mail(self, rest: str) -> None:
        """customer-mail ADDRESS: where the customer is written to"""
        Organization.objects.filter(pk=self.company.customer.pk).update(email=rest.strip())

    def say_take_along(self, rest: str) -> None:
        """take-along R QUANTITY NAME [by NAME PRICE]"""
        told, _, other = rest.partition(" by ")
        name, quantity, product = told.split()
        rma = self.documents[name]
        line = RmaLine.objects.get(rma=rma, product=self.products[product]).pk
        by, price = (self.products[other.split()[0]].pk, other.split()[1]) if other else (None, None)
        self.acts.append(self.door.take_along(rma, line, int(quantity), by, price))
