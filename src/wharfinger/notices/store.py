"""Where attached files lie: each once under the digest of its content, pictures beside it in the sizes that pages draw."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from wharfinger.base.disk import put
from wharfinger.base.refusal import N_, BadInput
from wharfinger.notices.rules.attachments import Kept, Looked
from wharfinger.notices.rules.files import MOST_PIXELS, PICTURES, Sort, name_of, sort_of

SIZES = {"thumb": 96, "card": 640}
"""Pixels of the longer side on pages; the smallest is twice what a list shows, for sharp screens."""
PAPER = 320
"""On paper, where it is drawn 16 mm wide."""

# A picture is measured before it is drawn, and what is too large is refused by a sentence of ours.
Image.MAX_IMAGE_PIXELS = None


def look(name: str, content: bytes) -> Looked:
    """What there is to say of a file, before it is kept; raises BadInput for what is not taken."""
    sort = sort_of(content)
    width, height = _measured(content, sort)
    digest = hashlib.sha256(content).hexdigest()
    return Looked(Kept(name_of(name, sort), sort.kind, digest, len(content), width, height), content)


def keep(looked: Looked) -> Kept:
    """Put a file that was looked at into the store."""
    _write(path(looked.kept.digest), looked.content)
    return looked.kept


def path(digest: str) -> Path:
    """Where the file of this content lies."""
    return folder() / digest[:2] / digest


def size_of(digest: str) -> int | None:
    """How many bytes of this content lie there; nothing where there is no file."""
    try:
        return path(digest).stat().st_size
    except FileNotFoundError:
        return None


def folder() -> Path:
    """Where all attached files lie."""
    return Path(settings.MEDIA_ROOT) / "attachments"


def picture(digest: str, size: str) -> Path | None:
    """A picture in a size that pages draw, drawn when it is first asked for; nothing where the file is lost."""
    return _drawn(digest, size, SIZES[size], "webp")


def on_paper(digest: str) -> bytes:
    """A picture as documents draw it; nothing where the file is lost."""
    file = _drawn(digest, "paper", PAPER, "jpeg")
    return file.read_bytes() if file is not None else b""


def _drawn(digest: str, name: str, most: int, form: str) -> Path | None:
    drawn = Path(settings.MEDIA_ROOT) / "pictures" / name / digest[:2] / f"{digest}.{form}"
    if drawn.exists():
        return drawn
    if not path(digest).exists():
        return None
    out = io.BytesIO()
    with Image.open(path(digest)) as opened:
        opened.draft("RGB", (most, most))
        # As it was held: what the camera knew besides, the place among it, stays in the file alone.
        upright = ImageOps.exif_transpose(opened)
        clear = "A" in upright.getbands() or "transparency" in upright.info
        small = upright.convert("RGBA" if clear else "RGB")
        small.thumbnail((most, most))
        if clear and form == "jpeg":
            white = Image.new("RGBA", small.size, "white")
            small = Image.alpha_composite(white, small).convert("RGB")
        small.save(out, form, quality=82)
    _write(drawn, out.getvalue())
    return drawn


def erase(digest: str) -> None:
    """Delete the file of this content, and every picture that was drawn of it."""
    drawn = Path(settings.MEDIA_ROOT).glob(f"pictures/*/{digest[:2]}/{digest}.*")
    for file in (path(digest), *drawn):
        file.unlink(missing_ok=True)


def strays(known: Iterable[str]) -> list[Path]:
    """Files of the store that no attachment names: acts that were refused, or only tried, left them."""
    named = set(known)
    return [one for one in sorted(folder().glob("??/*")) if one.name not in named]


def _measured(content: bytes, sort: Sort) -> tuple[int | None, int | None]:
    """The pixels of a picture; nothing for other files."""
    if sort.kind not in PICTURES:
        return None, None
    try:
        with Image.open(io.BytesIO(content)) as opened:
            width, height = opened.size
            if width * height > MOST_PIXELS:
                raise BadInput(
                    "too_many_pixels",
                    N_("A picture has at most {most} million pixels. Make it smaller."),
                    field="file",
                    most=MOST_PIXELS // 1_000_000,
                )
            turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            opened.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadInput(
            "broken_picture", N_("This picture cannot be opened; it may be cut off."), field="file"
        ) from error
    return (height, width) if turned else (width, height)


def _write(file: Path, content: bytes) -> None:
    """Write a file that is not there yet; of one that is, say that it is wanted still."""
    if file.exists():
        os.utime(file)
        return
    put(file, content)
