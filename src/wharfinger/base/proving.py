"""What proves that goods arrived or work was done, as it comes in: a signature that was drawn with finger or mouse, photos."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from wharfinger.base import further
from wharfinger.base.access import Actor
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


def proofs(actor: Actor, drawn: str, photos: Sequence[Any]) -> Sequence[Any]:
    """The signature and the photos that a form gave, looked at; whoever may not attach files gives none."""
    if not further.may_attach(actor):
        return ()
    signed = signature(drawn)
    return [
        *further.looked_at(actor, [signed] if signed else [], "signature"),
        *further.looked_at(actor, photos, "photo"),
    ]


def sent(actor: Actor, drawn: str, photos: Sequence[str]) -> Sequence[Any]:
    """The same as they come in Base64; raises NotAllowed for whoever may not attach files."""
    signed = signature(drawn)
    taken = [photo(text, n) for n, text in enumerate(photos)]
    return [
        *further.looked_at(actor, [signed] if signed else [], "signature"),
        *further.looked_at(actor, taken, "photos"),
    ]
