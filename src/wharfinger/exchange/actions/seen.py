"""What the rows of a slice refer to by name, looked up once for each name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wharfinger.catalog.models import Product
from wharfinger.exchange.actions import finding
from wharfinger.exchange.rules import Row
from wharfinger.parties.models import Organization
from wharfinger.stock.models import Bin, Location


class Seen:
    """Remembers what was found, for as long as a slice is brought in; what is not there is refused each time."""

    def __init__(self) -> None:
        self.found: dict[tuple[Any, ...], Any] = {}

    def _once(self, key: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        if key not in self.found:
            self.found[key] = find()
        return self.found[key]

    def organization(self, row: Row, column: str) -> Organization:
        """The organization that a row names."""
        found: Organization = self._once(
            ("organization", row[column]), lambda: finding.organization(row, column)
        )
        return found

    def tax_code(self, row: Row) -> int | None:
        """The tax code that a row names."""
        found: int | None = self._once(("tax_code", row["tax_code"]), lambda: finding.tax_code(row))
        return found

    def location(self, row: Row) -> Location:
        """The location that a row names."""
        found: Location = self._once(("location", row["location"]), lambda: finding.location(row))
        return found

    def bin_of(self, row: Row, at: Location) -> Bin | None:
        """The bin that a row names at a location."""
        found: Bin | None = self._once(("bin", at.pk, row["bin"]), lambda: finding.bin_of(row, at))
        return found

    def product(self, row: Row) -> Product:
        """The product that a row names."""
        found: Product = self._once(("product", row["sku"]), lambda: finding.product(row))
        return found

    def know(self, products: dict[str, Product]) -> None:
        """Remember products by their SKUs that were read together."""
        self.found |= {("product", sku): product for sku, product in products.items()}
