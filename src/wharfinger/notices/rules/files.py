"""Pure decisions about files: what a file is by its content, and under which name it is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from wharfinger.base.refusal import N_, BadInput

PICTURES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
"""What is drawn on pages, once it has been opened and found to be one."""
INLINE = PICTURES | {"application/pdf"}
"""What a browser may show; all else is only saved, whatever it says of itself."""
MOST_NAME = 120
MOST_PIXELS = 50_000_000
"""Of a picture: more would take the memory of everybody else to draw."""

_UNFIT = re.compile(r'[<>:"|?*\x00-\x1f]')


class Sort(NamedTuple):
    """A kind of file: how it is served, what its name may end in, and how its content shows it."""

    kind: str
    endings: tuple[str, ...]
    shows: Callable[[bytes], bool]


def _text(content: bytes) -> bool:
    try:
        found = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(c) == "Cc" and c not in "\n\r\t\f" for c in found)


SORTS: tuple[Sort, ...] = (
    Sort("image/png", ("png",), lambda c: c.startswith(b"\x89PNG\r\n\x1a\n")),
    Sort("image/jpeg", ("jpg", "jpeg"), lambda c: c.startswith(b"\xff\xd8\xff")),
    Sort("image/gif", ("gif",), lambda c: c.startswith((b"GIF87a", b"GIF89a"))),
    Sort("image/webp", ("webp",), lambda c: c[:4] == b"RIFF" and c[8:12] == b"WEBP"),
    Sort(
        "image/heic", ("heic", "heif"), lambda c: c[4:8] == b"ftyp" and c[8:12] in (b"heic", b"heix", b"mif1")
    ),
    Sort("application/pdf", ("pdf",), lambda c: c.startswith(b"%PDF-")),
    Sort("video/mp4", ("mp4", "mov", "m4v"), lambda c: c[4:8] == b"ftyp"),
    Sort(
        "application/zip",
        ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"),
        lambda c: c.startswith(b"PK\x03\x04"),
    ),
    Sort(
        "application/x-ole-storage", ("doc", "xls", "ppt", "msg"), lambda c: c.startswith(b"\xd0\xcf\x11\xe0")
    ),
    Sort(
        "text/plain",
        ("txt", "csv", "tsv", "md", "log", "json", "xml", "svg", "ics", "vcf", "eml", "rtf", "cfg", "conf"),
        _text,
    ),
)
"""Every kind that is taken, the plainer after the more particular."""


def sort_of(content: bytes) -> Sort:
    """What a file is, by what is in it; raises BadInput for what is not taken."""
    found = next((one for one in SORTS if one.shows(content)), None)
    if found is None or not content:
        raise BadInput(
            "kind_not_taken",
            N_("Pictures, PDF, office files, text, ZIP and MP4 are taken. Save it as one of these."),
            field="file",
        )
    return found


def name_of(name: str, sort: Sort) -> str:
    """The name under which a file is kept: no folders, nothing unprintable, and it ends as its content is."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in _UNFIT.sub("_", last) if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or ending.casefold() not in sort.endings:
        stem, ending = plain, sort.endings[0]
    stem = stem[: MOST_NAME - len(ending) - 1].strip(" .") or "file"
    return f"{stem}.{ending.casefold()}"
