"""Writes organizations, products, stock, orders and invoices to a folder, in columns that can come back."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from wharfinger.exchange import lists
from wharfinger.site.commands import Misused, refused_by_system
from wharfinger.site.commands.import_folder import actor_named


def arguments(parser: ArgumentParser) -> None:
    """Take the folder, and in whose name it is written."""
    parser.add_argument(
        "folder", type=Path, help="made where it is missing; files of the same names are replaced"
    )
    parser.add_argument("--user", default="", metavar="U", help="in whose name; default: the house's own")


def run(options: Namespace) -> int:
    """Write every list as CSV in UTF-8."""
    try:
        written = lists.write(actor_named(options.user), options.folder)
    except OSError as error:
        raise Misused(refused_by_system(error)) from error
    for name, rows in written.items():
        print(f"{options.folder / name}.csv: {rows} rows")
    return 0
