"""Quantities as people type them and callers send them: in a product's own unit, or in a further one of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from wharfinger.base import typed
from wharfinger.base.quantity import quantity
from wharfinger.catalog.queries import units_of
from wharfinger.catalog.rules.units import counted, unit_named

Read = Callable[..., int]


class Packs:
    """The further units of some products: read once, and only where somebody names one."""

    def __init__(self, products: Iterable[int]) -> None:
        self._products = set(products)
        self._found: dict[tuple[int, str], tuple[str, int]] | None = None

    def typed(self, text: str, product: Any, field: str, *, read: Read = typed.quantity) -> int:
        """A quantity as typed, like 72 or 3 case, in the smallest unit; raises BadInput beside the field."""
        figure, name = _split(text)
        return self._units(figure, name, product, field, field, read)

    def sent(
        self,
        text: str,
        unit: str,
        product: Any,
        at: str = "",
        *,
        name: str = "quantity",
        read: Read = quantity,
    ) -> int:
        """A quantity as sent with the unit it counts in. name: of its field; at: what stands before that."""
        return self._units(text, unit, product, f"{at}{name}", f"{at}unit", read)

    def _units(self, figure: str, name: str, product: Any, field: str, unit_field: str, read: Read) -> int:
        per = None
        if name:
            if self._found is None:
                self._found = units_of(self._products)
            per = unit_named(name, product, self._found, unit_field)[1]
        if per is None:
            return read(figure, product.quantity_decimals, field=field)
        return counted(figure, per, field=field, read=read)

    def told(self, product: Any) -> str:
        """The further units of a product with their sizes, to stand beside a field: case (24), drum (305.5)."""
        if self._found is None:
            self._found = units_of(self._products)
        sizes = [found for (pk, _), found in self._found.items() if pk == product.pk]
        return ", ".join(f"{name} ({typed.written(size, product.quantity_decimals)})" for name, size in sizes)


_WITH_UNIT = re.compile(r"([^A-Za-zÀ-ɏ]*\d[.,'’\s\u00a0\u202f]*)\s*([^\d\s.,'’].*)?")


def _split(text: str) -> tuple[str, str]:
    """The figure and the unit of what was typed; all of it as the figure where there is no unit."""
    found = _WITH_UNIT.fullmatch(text.strip())
    return (found[1].strip(), (found[2] or "").strip()) if found else (text, "")
