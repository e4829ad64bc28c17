"""From what a scanner read in a bin to what was counted there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.db.models.functions import Lower

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.ledger.models import Lot
from wharfinger.stock.rules.counting import Tally


def scans(place: int, codes: Sequence[str]) -> list[Tally]:
    """What was scanned in a bin: each scan of a SKU or GTIN is one more, each serial number is one unit.

    A number that nobody knows is a serial number of the traced product whose code was scanned before it.
    """
    products, units = _products(codes), _units(codes)
    counted: dict[int, int] = {}
    serials: dict[int, list[str]] = {}
    of: int | None = None
    for code in codes:
        product = products.get(code.lower())
        unit = units.get(same(code), of)
        if product is not None and product.traced == "serial":
            of = product.pk
            serials.setdefault(product.pk, [])
        elif product is not None:
            of = None
            counted[product.pk] = counted.get(product.pk, 0) + 10**product.quantity_decimals
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
    found = [Tally(pk, place, pieces, field="scanned.") for pk, pieces in counted.items()]
    for pk, all_codes in serials.items():
        once = _once(all_codes)
        found.append(Tally(pk, place, len(once), once, field="scanned."))
    return found


def _once(codes: Iterable[str]) -> tuple[str, ...]:
    """Each serial number once, however often it was scanned."""
    return tuple({same(code): code for code in codes}.values())


def _products(codes: Sequence[str]) -> dict[str, Product]:
    """Products by SKU or GTIN, those in use before retired ones."""
    found = Product.objects.annotate(folded=Lower("sku")).filter(
        Q(folded__in={code.lower() for code in codes}) | (Q(gtin__in=set(codes)) & ~Q(gtin=""))
    )
    by_code: dict[str, Product] = {}
    for one in sorted(found, key=lambda one: (one.retired_on is not None, one.pk)):
        by_code.setdefault(one.sku.lower(), one)
        if one.gtin:
            by_code.setdefault(one.gtin, one)
    return by_code


def _units(codes: Sequence[str]) -> dict[str, int]:
    """The product of each serial number that is on record of one product only."""
    rows = Lot.objects.filter(serial=True, code_key__in={same(code) for code in codes})
    found: dict[str, list[int]] = {}
    for product, key in rows.values_list("product_id", "code_key"):
        found.setdefault(key, []).append(product)
    return {key: of[0] for key, of in found.items() if len(of) == 1}
