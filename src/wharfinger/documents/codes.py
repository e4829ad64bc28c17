"""Barcodes as SVG pictures: Code 128, GS1-128 for containers, QR, and the QR that pays an invoice."""

from __future__ import annotations

import base64
import re
import struct
from decimal import Decimal
from functools import lru_cache

import segno
from barcode.codex import Code128, Gs1_128
from segno import helpers
from stdnum import iban as ibans

from wharfinger.base.money import decimals
from wharfinger.documents.shapes import Amount, Bank

QUIET_MODULES = 10
"""Light modules left and right of a linear barcode (ISO/IEC 15417 asks for ten)."""
QUIET_EDGE = 4
"""Light modules around a QR code (ISO/IEC 18004)."""
_DARK = re.compile(rb"\x01+")


THIN = 2 * 25.4 / 203
"""Millimetres of the thinnest bar: two dots of a label printer of 203 dpi, whose one dot is often not read."""


def code128(text: str, within: int = 52) -> str:
    """The text as Code 128, or as QR where Code 128 lacks a character or would be too wide to read.

    within: millimetres there are for it.
    """
    # Start, check and stop take 35 modules, every character 11.
    most = int((within / THIN - 35 - 2 * QUIET_MODULES) / 11)
    if not text.isascii() or not text.isprintable() or len(text) > most:
        return qr(text)
    return _bars(Code128(text).build()[0])


def sscc(digits: str) -> str:
    """An 18-digit Serial Shipping Container Code as GS1-128 with application identifier 00."""
    assert len(digits) == 18, digits
    assert digits.isdecimal(), digits
    return _bars(Gs1_128("00" + digits).build()[0])


@lru_cache(maxsize=4096)
def qr(text: str) -> str:
    """The text as a QR code, in UTF-8: scanners guess other encodings wrong."""
    # Every mask can be read; weighing all eight takes nine tenths of the time of a long list.
    return _svg(segno.make(text, micro=False, error="m", encoding="utf-8", mask=3))


def payment_qr(bank: Bank | None, amount: Amount, *, holder: str, reference: str) -> str:
    """The QR code that fills in a SEPA transfer (EPC069-12), or nothing where none is possible."""
    payable = amount.currency == "EUR" and 0 < amount.minor < 10**11
    if bank is None or not payable or not ibans.is_valid(bank.iban):
        return ""
    name = (bank.holder or holder)[:70]
    if not name or not reference:
        return ""
    code = helpers.make_epc_qr(
        name,
        ibans.compact(bank.iban),
        Decimal(amount.minor).scaleb(-decimals(amount.currency)),
        text=reference[:140],
        bic=bank.bic.replace(" ", "") if len(bank.bic.replace(" ", "")) in (8, 11) else None,
        encoding="utf-8",
    )
    return _svg(code)


def _svg(code: segno.QRCode) -> str:
    """Draw each run of dark modules as a stroke through its middle, with a quiet zone of four modules."""
    size, strokes = len(code.matrix) + 2 * QUIET_EDGE, []
    for y, row in enumerate(code.matrix, QUIET_EDGE):
        strokes += [
            f"M{run.start() + QUIET_EDGE} {y}.5h{run.end() - run.start()}" for run in _DARK.finditer(row)
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path stroke="#000" d="{"".join(strokes)}"/></svg>'
    )


def _bars(modules: str) -> str:
    """Draw runs of ones as bars one module unit wide, with quiet zones; the height is stretched later."""
    bars, at = [], 0
    for run in modules.replace("10", "1 0").replace("01", "0 1").split():
        if run[0] == "1":
            bars.append(f'<rect x="{at + QUIET_MODULES}" width="{len(run)}" height="10"/>')
        at += len(run)
    width = at + 2 * QUIET_MODULES
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 10" width="{width}" height="10"'
        f' preserveAspectRatio="none" shape-rendering="crispEdges">{"".join(bars)}</svg>'
    )


def photo(picture: bytes, width: int = 100) -> str:
    """A JPEG fitted into an SVG of this width to a height of 100; nothing where there is none."""
    if not picture:
        return ""
    inside = base64.b64encode(picture).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="100" viewBox="0 0 {width} 100">'
        f'<image width="{width}" height="100" preserveAspectRatio="xMidYMid meet" '
        f'href="data:image/jpeg;base64,{inside}"/></svg>'
    )


def as_svg(picture: bytes) -> str:
    """A PNG wrapped into SVG of its size; what is no PNG is taken for SVG already."""
    if not picture.startswith(b"\x89PNG\r\n\x1a\n") or len(picture) < 24:
        return picture.decode("utf-8", "replace")
    width, height = struct.unpack(">II", picture[16:24])
    inside = base64.b64encode(picture).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{inside}"/></svg>'
    )
