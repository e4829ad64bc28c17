"""Names and codes as people type them."""

from __future__ import annotations

import re
import unicodedata

from wharfinger.base.refusal import N_, BadInput

_NUMBER = re.compile(r"[0-9]{1,18}$")


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


def ranged(first: str, last: str, *, field: str, most: int = 1000) -> list[str]:
    """The codes from one to another, A001 to A010: alike but for the number at their end, which is as long in both.

    Raises BadInput where they are not alike, run backwards, or are more than so many.
    """
    first, last = first.strip(), last.strip()
    begins, ends = _NUMBER.search(first), _NUMBER.search(last)
    if (
        begins is None
        or ends is None
        or first[: begins.start()] != last[: ends.start()]
        or len(begins[0]) != len(ends[0])
        or int(begins[0]) > int(ends[0])
    ):
        raise BadInput(
            "range_uneven",
            N_("{first} to {last} is no range. Give two codes that differ in their last number only."),
            field=field,
            first=first[:100],
            last=last[:100],
        )
    count = int(ends[0]) - int(begins[0]) + 1
    if count > most:
        raise BadInput(
            "range_too_long",
            N_("These are {wanted} numbers; a range has at most {most}. Give it in parts."),
            field=field,
            wanted=count,
            most=most,
        )
    before, width = first[: begins.start()], len(begins[0])
    return [f"{before}{n:0{width}d}" for n in range(int(begins[0]), int(ends[0]) + 1)]
