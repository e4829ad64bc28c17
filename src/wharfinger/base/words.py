"""Names and codes as people type them."""

from __future__ import annotations

import unicodedata

from wharfinger.base.refusal import N_, BadInput


def tidy(text: str, *, field: str, most: int = 200, needed: bool = True) -> str:
    """A line of text, trimmed; raises BadInput when it is missing, too long or holds control characters."""
    text = unicodedata.normalize("NFC", text).strip()
    if needed and not text:
        raise BadInput("missing", N_("Please fill this in."), field=field)
    if len(text) > most:
        raise BadInput("too_long", N_("At most {most} characters fit here."), field=field, most=most)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t\r" for c in text):
        raise BadInput("control_characters", N_("This holds characters that cannot be printed."), field=field)
    return text


def same(code: str) -> str:
    """The form under which serials and codes are compared: NFKC, trimmed, case folded."""
    return unicodedata.normalize("NFKC", code).strip().casefold()
