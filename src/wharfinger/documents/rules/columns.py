"""What each line of a document shows: chosen by the company, or as we ship it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wharfinger.base import money
from wharfinger.base.refusal import N_, BadInput
from wharfinger.documents import shapes

COLUMNS: dict[str, str] = {
    "part": N_("Vendor's part number"),
    "sku": N_("SKU"),
    "description": N_("Description"),
    "picture": N_("Picture"),
    "unit": N_("Unit"),
    "discount": N_("Discount"),
    "tax": N_("Tax rate, also where all lines have one"),
    "expected": N_("Day it is expected"),
    "serials": N_("Serial numbers"),
}
"""What may stand beside name, quantity, price and amount, which every line has."""
_SOLD = ("sku", "description", "unit", "discount", "tax")
_SENT = ("sku", "description", "unit", "serials")
CHOICE: dict[str, tuple[str, ...]] = {
    "quote": ("sku", "description", "picture", "unit", "discount", "tax", "expected"),
    "order-confirmation": (*_SOLD, "expected"),
    "delivery-note": _SENT,
    "packing-list": _SENT,
    "invoice": _SOLD,
    "credit-note": _SOLD,
    "reminder-1": (),
    "reminder-2": (),
    "reminder-3": (),
    "purchase-order": ("part", "sku", "description", "unit", "tax", "expected"),
    "rfq": ("part", "sku", "description", "unit"),
    "vendor-return": ("part", "sku", "unit", "serials"),
    "vendor-claim": ("part", "sku", "unit", "serials"),
}
"""What the lines of each kind of document have to show."""


def shipped(kind: str, pictures: bool) -> tuple[str, ...]:
    """What the lines show where nobody has chosen; pictures: whether the company wants them on quotes."""
    without = {"tax"} if pictures else {"tax", "picture"}
    return tuple(one for one in CHOICE[kind] if one not in without)


def chosen(value: Any, field: str) -> list[str]:
    """A choice as it is kept: each once, in the order of the document; whose they are is seen when the kind is known."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise BadInput("not_a_list", N_("Write a list of words."), field=field)
    _known(value, tuple(COLUMNS), field)
    return [one for one in COLUMNS if one in value]


def fits(kind: str, columns: list[str] | None) -> None:
    """Let pass what lines of the kind have to show."""
    _known(columns or (), CHOICE[kind], "columns")


def _known(value: Any, known: tuple[str, ...], field: str) -> None:
    if strange := [one for one in value if one not in known]:
        raise BadInput(
            "no_such_column",
            N_("Lines of this document have no “{name}”. Choose of: {words}."),
            field=field,
            name=strange[0][:40],
            words=", ".join(known),
        )


Lined = (
    shapes.Quote
    | shapes.OrderConfirmation
    | shapes.DeliveryNote
    | shapes.Invoice
    | shapes.CreditNote
    | shapes.PurchaseOrder
)


def pruned(shape: shapes.Shape) -> shapes.Shape:
    """A document with what was chosen of it. What is taken off is worked into the prices where it is not told."""
    columns = getattr(shape, "columns", None)
    if columns is None:
        return shape
    if isinstance(shape, shapes.PackingList):
        boxes = (replace(box, rows=_rows(box.rows, columns)) for box in shape.boxes)
        return replace(shape, boxes=tuple(boxes))
    assert isinstance(shape, Lined), shape
    lines = _rows(shape.lines, columns)
    if isinstance(shape, shapes.Quote) and "discount" not in columns:
        heads = tuple(head and replace(head, less=None) for head in shape.heads)
        return replace(shape, lines=lines, heads=heads, less=None)
    return replace(shape, lines=lines)


def _rows(rows: tuple[shapes.LineRow, ...], columns: tuple[str, ...]) -> tuple[shapes.LineRow, ...]:
    return tuple(_row(row, columns) for row in rows)


def _row(row: shapes.LineRow, columns: tuple[str, ...]) -> shapes.LineRow:
    gone: dict[str, Any] = {
        "part": {"part": ""},
        "sku": {"sku": ""},
        "description": {"description": ""},
        "picture": {"picture": ""},
        "unit": {"quantity": replace(row.quantity, unit="")},
        "discount": {"price": _net(row), "less": None, "less_each": None},
        "expected": {"expected_on": None},
        "serials": {"batch": "", "serials": ()},
    }
    changed = {
        key: value for name, fields in gone.items() if name not in columns for key, value in fields.items()
    }
    return replace(row, **changed)


def _net(row: shapes.LineRow) -> shapes.Price | None:
    """The price with all that is taken off it."""
    if row.price is None:
        return None
    micro = row.price.micro - (row.less_each.micro if row.less_each else 0)
    left = 10**6 - (row.less.micro if row.less else 0)
    return replace(row.price, micro=money.rounded(micro * left, 10**6))
