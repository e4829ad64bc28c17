"""Read a PDF back as a person and as a scanner would."""

from __future__ import annotations

import re

import pypdfium2
import zxingcpp


def pages(pdf: bytes) -> list[str]:
    """The words of each page, blanks folded."""
    document = pypdfium2.PdfDocument(pdf)
    return [
        re.sub(r"[\s\u200b\ufffe\u00ad]+", " ", page.get_textpage().get_text_range()) for page in document
    ]


def scanned(pdf: bytes, dpi: int = 203, page: int = 0) -> set[str]:
    """Every barcode on a page, printed at the resolution of a label printer."""
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72, grayscale=True)
    rows = bytes(picture.buffer)
    tight = b"".join(rows[at * picture.stride :][: picture.width] for at in range(picture.height))
    pixels = memoryview(tight).cast("B", (picture.height, picture.width))
    return {code.text for code in zxingcpp.read_barcodes(pixels)}
