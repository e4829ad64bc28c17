"""Pictures and other files for tests, made on the spot."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n"


def drawn(form: str = "PNG", size: tuple[int, int] = (60, 40), colour: str = "red", **also: Any) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **also)
    return out.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser or program sends it."""
    return SimpleUploadedFile(name, content)
