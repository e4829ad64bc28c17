"""Which places and lots a person means who names a location, a bin or serial numbers."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Component
from wharfinger.ledger.models import Lot
from wharfinger.stock.models import Bin, Location


def location_places(wanted: Sequence[int | None], *, rows: str = "lines") -> list[int | None]:
    """The place of each location named; raises BadInput for one there is not."""
    if not any(wanted):
        return [None] * len(wanted)
    known = dict(Location.objects.filter(pk__in={pk for pk in wanted if pk}).values_list("pk", "place_id"))
    for n, pk in enumerate(wanted):
        if pk is not None and pk not in known:
            raise BadInput("no_such_location", N_("There is no such location."), field=f"{rows}.{n}.location")
    return [None if pk is None else known[pk] for pk in wanted]


def bin_places(wanted: Sequence[int | None], *, rows: str = "lines") -> list[int | None]:
    """The place of each bin named; raises BadInput for one there is not."""
    if not any(wanted):
        return [None] * len(wanted)
    known = dict(Bin.objects.filter(pk__in={pk for pk in wanted if pk}).values_list("pk", "place_id"))
    for n, pk in enumerate(wanted):
        if pk is not None and pk not in known:
            raise BadInput("no_such_bin", N_("There is no such bin."), field=f"{rows}.{n}.bin")
    return [None if pk is None else known[pk] for pk in wanted]


def which_unit(there: int, field: str) -> BadInput:
    """Ask a person which of several units they mean, beside the field that takes serial numbers."""
    return BadInput(
        "which_unit",
        N_("There are {count} such units here. Scan or type the serial number of each that leaves."),
        field=field,
        count=there,
    )


def lots_of(
    products: Sequence[int | None], serials: Sequence[Sequence[str]], *, rows: str = "lines"
) -> list[tuple[int, ...]]:
    """The lots of the serials or batches named of each product; raises BadInput for one we do not know."""
    if not any(serials):
        return [() for _ in serials]
    keys = {same(code) for codes in serials for code in codes}
    # A kit's line names the units of its components.
    inside = Component.objects.filter(whole__in={pk for pk in products if pk}, whole__kind="kit")
    parts: dict[int, set[int]] = {}
    for whole, part in inside.values_list("whole_id", "product_id"):
        parts.setdefault(whole, set()).add(part)
    wanted = {pk for pk in products if pk}.union(*parts.values())
    found = Lot.objects.filter(product__in=wanted, code_key__in=keys, owner__isnull=True)
    known = {(product, key): pk for pk, product, key in found.values_list("pk", "product_id", "code_key")}
    result = []
    for n, (product, codes) in enumerate(zip(products, serials, strict=True)):
        lots = []
        for code in codes:
            of = (product or 0, *parts.get(product or 0, ()))
            lot = next((known[pk, same(code)] for pk in of if (pk, same(code)) in known), None)
            if lot is None:
                raise BadInput(
                    "no_such_serial",
                    N_("There is no “{serial}” of this product. Check the number."),
                    field=f"{rows}.{n}.serials",
                    serial=code[:100],
                )
            lots.append(lot)
        result.append(tuple(lots))
    return result
