"""The stories' words about the state in which goods come back.

grade C dead scrap           a grade: whose goods are sold again or dead, and what becomes of them, or nothing
find R 1 router C [scrap] [: Burnt]    what an inspection says of units
findings R: 1 router C scrap Burnt; …, or none    what was found, the last first
"""

from __future__ import annotations

from tests.scenarios.varying import Varying
from wharfinger.returns.models import Finding, RmaLine


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
