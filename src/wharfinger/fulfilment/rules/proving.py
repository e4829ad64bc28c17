"""What proves a delivery, as it comes in: a signature that was drawn with finger or mouse, photos."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO

from wharfinger.base.further import SIGNATURE
from wharfinger.base.refusal import N_, BadInput

FORM = "data:image/png;base64,"
MOST = 400_000
"""Characters: a drawing is a few thousand."""


class Drawn(BytesIO):
    """A drawing, as files that are attached come in."""

    name: str | None = SIGNATURE

    @property
    def size(self) -> int | None:
        """How many bytes."""
        return len(self.getvalue())


def photo(text: str, n: int = 0) -> Drawn:
    """A photo that came in Base64, whatever it shows; raises BadInput."""
    try:
        content = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise BadInput(
            "no_photo", N_("This photo is not in Base64. Encode the file as it is."), field=f"photos.{n}"
        )
    taken = Drawn(content)
    taken.name = "photo"
    return taken


def signature(text: str) -> Drawn | None:
    """The picture in a ``data:`` address or in Base64, none where nothing was drawn; raises BadInput."""
    given = text.strip().removeprefix(FORM)
    if not given:
        return None
    try:
        content = base64.b64decode(given, validate=True) if len(given) <= MOST else b""
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise BadInput(
            "no_signature",
            N_("This signature is no PNG picture of at most 300 kB. Draw it once more."),
            field="signature",
        )
    return Drawn(content)
