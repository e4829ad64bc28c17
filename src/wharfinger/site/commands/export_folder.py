"""Writes organizations, products, stock, orders and invoices to a folder, in columns that can come back."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import cast

from wharfinger.base.access import HOUSE, Actor
from wharfinger.base.refusal import Refusal
from wharfinger.exchange import lists
from wharfinger.parties.models import User


def arguments(parser: ArgumentParser) -> None:
    """Take the folder, and in whose name it is written."""
    parser.add_argument(
        "folder", type=Path, help="made where it is missing; files of the same names are replaced"
    )
    parser.add_argument("--user", default="", metavar="U", help="in whose name; default: the house's own")


def run(options: Namespace) -> int:
    """Write every list as CSV in UTF-8."""
    try:
        actor = cast(Actor, User.objects.get(username__iexact=options.user)) if options.user else HOUSE
        written = lists.write(actor, options.folder)
    except (Refusal, OSError, User.DoesNotExist) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    for name, rows in written.items():
        print(f"{options.folder / name}.csv: {rows} rows")
    return 0
