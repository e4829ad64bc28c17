"""Writes every list to a folder or into one archive, in columns that can come back."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from wharfinger.exchange import files
from wharfinger.site.commands import Misused, refused_by_system
from wharfinger.site.commands.import_folder import actor_named


def arguments(parser: ArgumentParser) -> None:
    """Take where to, in which form, and in whose name it is written."""
    parser.add_argument(
        "folder",
        type=Path,
        help="made where it is missing, files of the same names are replaced; one archive where it ends in .zip",
    )
    parser.add_argument("--form", choices=files.FORMS, default="csv", help="CSV in UTF-8 (default), or XLSX")
    parser.add_argument("--user", default="", metavar="U", help="in whose name; default: the house's own")


def run(options: Namespace) -> int:
    """Write every list: what can come back, and posted invoices as history."""
    actor, to = actor_named(options.user), options.folder
    try:
        if to.suffix.casefold() == ".zip":
            draft = to.with_suffix(".part")
            with draft.open("wb") as out:
                written = files.archive(actor, out, options.form)
            draft.rename(to)
        else:
            written = files.folder(actor, to, options.form)
    except OSError as error:
        raise Misused(refused_by_system(error)) from error
    for name, rows in written.items():
        print(f"{to / name}.{options.form}: {rows} rows")
    return 0
