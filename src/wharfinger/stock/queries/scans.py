"""From what a scanner read in a bin to what was counted there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.queries import scanned
from wharfinger.ledger.models import Lot
from wharfinger.stock.rules.counting import Tally


def scans(place: int, codes: Sequence[str]) -> list[Tally]:
    """What was scanned in a bin: a SKU, GTIN or barcode is as much as it stands for, a serial number one unit.

    A number that nobody knows is a serial number of the traced product whose code was scanned before it.
    """
    products, units = scanned(codes), _units(codes)
    counted: dict[int, int] = {}
    serials: dict[int, list[str]] = {}
    of: int | None = None
    for code in codes:
        found = products.get(code)
        product = found.product if found else None
        unit = units.get(same(code), of)
        if product is not None and product.traced == "serial":
            of = product.pk
            serials.setdefault(product.pk, [])
        elif found is not None:
            of = None
            counted[found.product.pk] = counted.get(found.product.pk, 0) + found.quantity
        elif unit is not None:
            serials.setdefault(unit, []).append(code)
        else:
            raise BadInput(
                "unknown_code",
                N_(
                    "“{text}” is no SKU, GTIN or serial number that we know. "
                    "Scan its product before it, or take it back."
                ),
                field="scanned",
                text=code[:60],
            )
    tallies = [Tally(pk, place, pieces, field="scanned.") for pk, pieces in counted.items()]
    for pk, all_codes in serials.items():
        once = _once(all_codes)
        tallies.append(Tally(pk, place, len(once), once, field="scanned."))
    return tallies


def _once(codes: Iterable[str]) -> tuple[str, ...]:
    """Each serial number once, however often it was scanned."""
    return tuple({same(code): code for code in codes}.values())


def _units(codes: Sequence[str]) -> dict[str, int]:
    """The product of each serial number that is on record of one product only."""
    rows = Lot.objects.filter(serial=True, code_key__in={same(code) for code in codes})
    found: dict[str, list[int]] = {}
    for product, key in rows.values_list("product_id", "code_key"):
        found.setdefault(key, []).append(product)
    return {key: of[0] for key, of in found.items() if len(of) == 1}
