"""The stories' words around own fields.

field product colour choice red|blue [required]     a company asks for something of its own
field-change product colour required|retired|used   what it asks for is another
own router: colour red, size none                   of a product; so of a document, or of a line of it: own SO router: …
own-of router: colour red                           what stands there
"""

from __future__ import annotations

from typing import Any

from tests.scenarios.doubling import Doubling
from wharfinger.base.models import OwnField
from wharfinger.catalog.models import Product
from wharfinger.demand.models import Line
from wharfinger.sales.models import Order


class Owning(Doubling):
    """What a teller also understands of own fields."""

    def say_field(self, rest: str) -> None:
        """field NOUN KEY KIND [CHOICES] [required]"""
        noun, key, kind, *more = rest.split()
        values: dict[str, Any] = {"noun": noun, "name": key, "key": key, "kind": kind}
        if kind == "choice":
            values["choices"] = more[0].split("|")
        self.door.own_field(values | {"required": "required" in more})

    def say_field_change(self, rest: str) -> None:
        """field-change NOUN KEY required|retired|used"""
        noun, key, word = rest.split()
        changed = {"required": True} if word == "required" else {"retired": word == "retired"}
        field = OwnField.objects.get(noun=noun, key=key)
        self.acts.append(self.door.change_own_field(field.pk, changed))

    def say_own(self, rest: str) -> None:
        """own NAME [PRODUCT]: VALUES"""
        head, _, said = rest.partition(":")
        self.acts.append(self.door.own(*self._noun(head), values(said)))

    def say_own_of(self, rest: str) -> None:
        """own-of NAME [PRODUCT]: VALUES, all others none"""
        head, _, said = rest.partition(":")
        noun, pk = self._noun(head)
        model: Any = {"product": Product, "order": Order, "line": Line}[noun]
        found = model.objects.values_list("own", flat=True).get(pk=pk)
        assert found == values(said), found

    def _noun(self, head: str) -> tuple[str, int]:
        name, *product = head.split()
        if product:
            return "line", self.line(name, product[0])
        if name in self.products:
            return "product", self.products[name].pk
        return "order", self.documents[name]


def values(said: str) -> dict[str, Any]:
    """`colour red, size none, fragile yes` by key."""
    words = {"none": None, "yes": True, "no": False, "nothing": None}
    found = {}
    for one in said.split(","):
        key, _, value = one.strip().partition(" ")
        if key != "nothing":
            found[key] = words.get(value, value)
    return found
