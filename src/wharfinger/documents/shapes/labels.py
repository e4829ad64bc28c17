"""What is stuck on boxes and goods."""

from __future__ import annotations

from dataclasses import dataclass

from wharfinger.documents.papers import ROLL, Paper
from wharfinger.documents.values import (
    Address,
    Label,
    LineRow,
    Quantity,
)


@dataclass(frozen=True, slots=True)
class ContainerLabel:
    """100 × 150 mm for one box or pallet."""

    sender: Address
    to: Address
    container: str
    rows: tuple[LineRow, ...]
    sscc: str = ""
    """18 digits of a Serial Shipping Container Code; without it the container's own number is the barcode."""
    position: int = 1
    of: int = 1
    shipment: str = ""
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    carrier: str = ""
    tracking: str = ""
    weight: Quantity | None = None
    size: str = ""
    holds: tuple[str, ...] = ()
    """The boxes that stand on it, where it is a pallet."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Small labels, one to a page of a roll or many to a sheet."""

    rows: tuple[Label, ...]
    paper: Paper = ROLL
    start: int = 1
    """The first place of the first sheet that is not used up."""
    square: bool = False
    """Whether every code is a QR code, not only those that are too long for bars."""
