"""Pure decisions about what the lines of a purchase order are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wharfinger.ledger.plan import Truth

SOURCES = ("product", "quote", "charge")


def called(truth: Truth, source: str, product: Any, claims: Sequence[tuple[Any, int | None]]) -> str:
    """What a line is called: as the one customer's line that it is for, or as the quote before that, where the order
    or the setting says so; of what several want, or what is for stock, as the product is.
    """
    source = source or truth.read["house"].purchase_descriptions
    if source == "product" or len(claims) != 1:
        return str(product.name)
    ((line, _quantity),) = claims
    said = line if source == "charge" or line.sheet.kind == "quote" else line.came_from
    return str(said.description if said is not None and said.description else product.name)
