"""From what a scanner read in a bin to what was counted there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wharfinger.base.refusal import N_, BadInput
from wharfinger.base.words import same
from wharfinger.catalog.models import Product
from wharfinger.catalog.queries import scanned
from wharfinger.ledger.models import Lot
from wharfinger.stock.rules.adjusting import traced_in_stock
from wharfinger.stock.rules.counting import Tally

Spot = tuple[int, str, int | None]
"""A product, the number of its batch, and whose it is where it is not ours."""


def scans(place: int, codes: Sequence[str]) -> list[Tally]:
    """What was scanned in a bin: a SKU, GTIN or barcode is as much as it stands for, a serial number one unit.

    A number that nobody knows is a serial number of the traced product whose code was scanned before it. The number
    of a batch is said of the pieces scanned before it; without any it is one piece more.
    """
    products, lots = scanned(codes), _lots(codes)
    pieces: dict[Spot, int] = {}
    serials: dict[tuple[int, int | None], list[str]] = {}
    named: dict[int, Product] = {}
    before: Product | None = None
    for code in codes:
        found = products.get(code)
        lot = None if found else lots.get(same(code))
        product = found.product if found else lot.product if lot else before
        if product is None:
            raise _unknown(code)
        named[product.pk] = product
        traced = traced_in_stock(product)
        owner, number = (lot.owner_id, lot.code) if lot else (None, code)
        if found is not None:
            before = product if traced != "none" else None
            if traced != "serial":
                _more(pieces, (product.pk, "", None), found.quantity)
        elif traced == "serial":
            serials.setdefault((product.pk, owner), []).append(number)
        elif traced == "batch":
            loose = pieces.pop((product.pk, "", None), 10**product.quantity_decimals)
            _more(pieces, (product.pk, number, owner), loose)
        else:
            _more(pieces, (product.pk, "", owner), 1)
    for pk, product in named.items():
        # Its code without any number says that none of its units is there.
        if traced_in_stock(product) == "serial" and not any(one == pk for one, _owner in serials):
            serials[pk, None] = []
        if traced_in_stock(product) == "batch" and (pk, "", None) in pieces:
            raise BadInput(
                "batch_not_scanned",
                N_("{sku} is kept by batches. Scan the number of its batch after it."),
                field="scanned",
                sku=product.sku,
            )
    tallies = [
        Tally(pk, place, units, batch=batch, owner=owner, field="scanned.")
        for (pk, batch, owner), units in pieces.items()
    ]
    for (pk, owner), all_codes in serials.items():
        once = _once(all_codes)
        tallies.append(Tally(pk, place, len(once), once, owner=owner, field="scanned."))
    return tallies


def _more(pieces: dict[Spot, int], spot: Spot, units: int) -> None:
    pieces[spot] = pieces.get(spot, 0) + units


def _unknown(code: str) -> BadInput:
    return BadInput(
        "unknown_code",
        N_(
            "“{text}” is no SKU, GTIN or serial number that we know. "
            "Scan its product before it, or take it back."
        ),
        field="scanned",
        text=code[:60],
    )


def _once(codes: Iterable[str]) -> tuple[str, ...]:
    """Each serial number once, however often it was scanned."""
    return tuple({same(code): code for code in codes}.values())


def _lots(codes: Sequence[str]) -> dict[str, Lot]:
    """The unit or batch of each number that is on record of one product only, as the books write it."""
    found: dict[str, dict[int, Lot]] = {}
    rows = Lot.objects.filter(code_key__in={same(code) for code in codes}).exclude(code="")
    for lot in rows.select_related("product").order_by("pk"):
        found.setdefault(lot.code_key, {}).setdefault(lot.product_id, lot)
    return {key: next(iter(of.values())) for key, of in found.items() if len(of) == 1}
