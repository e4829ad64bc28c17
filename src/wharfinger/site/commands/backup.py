"""Writes the whole installation into one file: the database at one instant, media, and the secret."""

import json
import tarfile
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from django.conf import settings
from django.db import connection

from wharfinger import __version__
from wharfinger.base import clock
from wharfinger.site import dumps
from wharfinger.site.commands import Hindrance, Misused


def arguments(parser: ArgumentParser) -> None:
    """Take the file to write."""
    parser.add_argument("file", nargs="?", help="default: wharfinger-DATE.tar.gz in the current folder")


def run(options: Namespace) -> int:
    """Write under another name first, then rename: a file of that name is always a whole backup."""
    moment = clock.now()
    target = Path(options.file or f"wharfinger-{moment:%Y-%m-%d-%H%M%S}.tar.gz").resolve()
    if target.exists():
        raise Hindrance(f"{target} is there already; name another file.")
    if not target.parent.is_dir():
        raise Misused(f"There is no folder {target.parent}.")
    manifest = {
        "wharfinger": __version__,
        "database": connection.vendor,
        "taken_at": moment.isoformat(),
        "migrations": dumps.migrations(),
    }
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".wharfinger-backup-") as name:
        folder = Path(name)
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
        dumps.dump(folder / dumps.file_name())
        (folder / "secret").write_text(settings.SECRET_KEY + "\n")
        draft = folder / "draft.tar.gz"
        draft.touch(mode=0o600)  # It holds the secret and all that the company knows.
        with tarfile.open(draft, "w:gz", compresslevel=6) as archive:
            for part in ("manifest.json", "secret", dumps.file_name()):
                archive.add(folder / part, part)
            archive.add(settings.MEDIA_ROOT, "media")
        draft.rename(target)
    print(f"Wrote {target} ({target.stat().st_size // 1024} KiB).")
    return 0
