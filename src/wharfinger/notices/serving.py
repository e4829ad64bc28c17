"""How attached files leave the house: by their own name, as what their content is, and to be shown only where that is safe."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse

from wharfinger.base.refusal import N_, NotThere
from wharfinger.notices import store
from wharfinger.notices.models import Attachment
from wharfinger.notices.rules.files import INLINE, PICTURES

KEPT = "private, max-age=86400"
"""What an address leads to never changes; who may see it is asked again each day."""


def content(request: HttpRequest, row: Attachment) -> Any:
    """The file as it came in: pictures and PDF are shown, unless the address says ``?download``; all else is saved."""
    shows = row.kind in INLINE and "download" not in request.GET
    if (known := _known(request, row.digest)) is not None:
        return known
    file = store.path(row.digest)
    if not file.exists():
        raise NotThere("file_lost", N_("The file is not in the media folder. Bring it back from a backup."))
    response = FileResponse(file.open("rb"), as_attachment=not shows, filename=row.name)
    # The browser is told what the content is, never what the name says; what it may not show is just bytes.
    response["Content-Type"] = row.kind if row.kind in INLINE else "application/octet-stream"
    return _safe(response, row.digest)


def picture(request: HttpRequest, row: Attachment, size: str) -> Any:
    """A picture in a size that pages draw."""
    tag = f"{row.digest}-{size}"
    if (known := _known(request, tag)) is not None:
        return known
    file = store.picture(row.digest, size) if row.kind in PICTURES and size in store.SIZES else None
    if file is None:
        raise NotThere("no_such_picture", N_("There is no such picture."))
    return _safe(FileResponse(file.open("rb"), content_type="image/webp"), tag)


def _known(request: HttpRequest, tag: str) -> HttpResponse | None:
    if f'"{tag}"' not in request.headers.get("If-None-Match", ""):
        return None
    response = HttpResponse(status=304)
    response["ETag"] = f'"{tag}"'
    return response


def _safe(response: FileResponse, tag: str) -> FileResponse:
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = KEPT
    response["X-Content-Type-Options"] = "nosniff"
    return response
