"""What a receipt did, in words: how many came of what, for whom, and what was turned away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from wharfinger.base.typed import written
from wharfinger.purchasing.queries.belonging import Served, served

MOST = 4
"""So many products, and so many documents of each, are named."""


def received(entry: int) -> str:
    """What came, for whom, and what was turned away."""
    found = served(entry)
    came = _goods([one for one in found if one.kind != "refused"])
    return " ".join(filter(None, (_("Received %(goods)s.") % {"goods": came} if came else "", _rest(found))))


def beside(entry: int) -> str:
    """For whom what came is, where it is not all for stock, and what was turned away."""
    return _rest(served(entry))


def _rest(found: Sequence[Served]) -> str:
    turned = _goods([one for one in found if one.kind == "refused"])
    return " ".join(
        filter(None, (_whom(found), _("Rejected %(goods)s.") % {"goods": turned} if turned else ""))
    )


def _goods(found: Sequence[Served]) -> str:
    units: dict[tuple[str, int], int] = defaultdict(int)
    for one in found:
        units[one.sku, one.decimals] += one.quantity
    return _few([f"{written(n, decimals)} × {sku}" for (sku, decimals), n in units.items()], ", ")


def _whom(found: Sequence[Served]) -> str:
    """Who got how many; a product is named where there are several."""
    came: dict[str, list[str]] = defaultdict(list)
    for one in found:
        if one.kind != "refused":
            said = {"n": written(one.quantity, one.decimals), "whom": one.number}
            came[one.sku].append(
                _("%(n)s for %(whom)s") % said if one.number else _("%(n)s for stock") % {"n": said["n"]}
            )
    if not any(one.number for one in found):
        return ""
    named = [
        f"{sku}: {_few(some, ', ')}" if len(came) > 1 else _few(some, ", ") for sku, some in came.items()
    ]
    return f"{_few(named, '; ')}."


def _few(named: Sequence[str], between: str) -> str:
    return between.join(named[:MOST]) + (" …" if len(named) > MOST else "")
