"""How a purchase order is taxed, and what it comes to with that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.tax import Rate, row_of, totals
from wharfinger.catalog.rules.validity import latest
from wharfinger.ledger.plan import Truth

NO_TAX = 0
"""In a wish: no tax is expected, whatever is agreed with the vendor."""


class Sums(NamedTuple):
    """What the goods cost, their freight, the tax on both, and all of it, in minor units of the order."""

    net: int
    freight: int
    tax: int
    total: int
    by_rate: tuple[Rate, ...]
    """The breakdown; what is expected to be untaxed stands in none of its rows."""


def sums(lines: Iterable[tuple[int, Any]], freight_minor: int) -> Sums:
    """What an order comes to: each line's net and tax code; freight is taxed as most of what it brings."""
    rows = list(lines)
    found = totals(
        row_of(net, code) for net, code in [*rows, (freight_minor, code_of_freight(rows))] if code is not None
    )
    net = sum(net for net, _code in rows)
    by_rate = tuple(one for one in found.by_rate if one.net_minor)
    return Sums(net, freight_minor, found.tax, net + freight_minor + found.tax, by_rate)


def code_of_freight(lines: Iterable[tuple[int, Any]]) -> Any:
    """The tax code under which most of an order is bought, by what it costs; the first of two that are equal."""
    shares: dict[Any, int] = {}
    for net, code in lines:
        shares[code] = shares.get(code, 0) + net
    return max(shares, key=lambda code: shares[code], default=None)


def tax_code_of(truth: Truth, pk: int | None, field: str) -> int | None:
    """A tax code that is in use, by its id, or that which follows it on the day; none where none is named.

    Raises BadInput, and Refusal where one is over that none follows.
    """
    if not pk:
        return None
    code = truth.read["tax_codes"].get(pk)
    if code is None or code.retired_on is not None:
        raise BadInput("no_such_tax_code", N_("There is no such tax code, or it is retired."), field=field)
    return int(latest(truth.read["tax_codes"], code, truth.effective_on, field=field).pk)


def taxed_as(truth: Truth, vendor: int, said: int | None, field: str) -> int | None:
    """How a line is taxed: as it is said, else as is agreed with the vendor, by the codes of the day. Raises BadInput."""
    if said is not None:
        return tax_code_of(truth, said, field)
    known = truth.read["vendor_terms"].get(vendor)
    if known is None or known.tax_code_id is None:
        return None
    return int(latest(truth.read["agreed_codes"], known.tax_code, truth.effective_on, field=field).pk)


def sent_by(truth: Truth, vendor: int) -> str:
    """How a vendor always sends."""
    known = truth.read["vendor_terms"].get(vendor)
    return known.shipping_method if known else ""
