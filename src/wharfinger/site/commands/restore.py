"""Puts a backup back: database, media and secret. Stop the server first."""

import json
import shutil
import tarfile
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from wharfinger.site import dumps, environment
from wharfinger.site.commands import Hindrance, Misused


def arguments(parser: ArgumentParser) -> None:
    """Take the backup, and whether what is there may go."""
    parser.add_argument("file", help="what `wharfinger backup` wrote")
    parser.add_argument("--replace", action="store_true", help="what is in the books now may be lost")


def run(options: Namespace) -> int:
    """Check the backup wholly before anything is touched."""
    manifest = _restore(Path(options.file), replace=options.replace)
    print(f"Restored what was backed up at {manifest['taken_at']}. Run `wharfinger migrate`, then serve.")
    return 0


def _restore(file: Path, *, replace: bool) -> dict[str, Any]:
    if not file.is_file():
        raise Misused(f"{file} is not there; name a file that `wharfinger backup` wrote.")
    if not replace and not dumps.is_empty():
        raise Hindrance(
            "There is data already; nothing was changed. Name another WHARFINGER_HOME or database, or add "
            "--replace, which gives up what is there."
        )
    with tempfile.TemporaryDirectory(dir=settings.HOME, prefix=".restore-") as name:
        folder = Path(name)
        manifest = _unpack(file, folder)
        _fits(manifest)
        dumps.load(folder / dumps.file_name())
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        shutil.move(folder / "media", settings.MEDIA_ROOT)
        environment.keep_secret(settings.HOME, (folder / "secret").read_text().strip())
    return manifest


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError as missing:
        raise Hindrance(f"{file} is no backup; name a file that `wharfinger backup` wrote.") from missing
    except (tarfile.TarError, OSError, EOFError, ValueError) as damage:
        raise Hindrance(f"{file} is no whole backup; use another one.") from damage
    return manifest


def _fits(manifest: dict[str, Any]) -> None:
    if manifest["database"] != connection.vendor:
        raise Hindrance(
            f"The backup is of {manifest['database']}, this installation runs on {connection.vendor}; "
            "set DATABASE_URL accordingly."
        )
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    newer = [name for name in manifest["migrations"] if name not in known]
    if newer:
        raise Hindrance(
            f"The backup was made by a newer release ({manifest['wharfinger']}); install that one. "
            f"This one does not know {', '.join(newer[:3])}."
        )
