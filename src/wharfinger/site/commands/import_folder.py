"""Reads organizations, products, locations, opening stock and sales orders from a folder of CSV and XLSX files."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from django.utils.translation import gettext

from wharfinger.base.access import HOUSE, Actor
from wharfinger.exchange.actions import runs
from wharfinger.exchange.folder import File, files, unpacked
from wharfinger.exchange.models import Run
from wharfinger.ledger.post import dry
from wharfinger.parties.models import User
from wharfinger.site.commands import Misused, refused_by_system

SHOWN = 20
"""So many refused rows of a file are printed."""


def arguments(parser: ArgumentParser) -> None:
    """Take the folder, how to read it, and whether to write."""
    parser.add_argument(
        "folder",
        type=Path,
        help="a folder or archive with products.csv, stock.csv and so on (or .xlsx), as an export writes them, "
        "or with the files of another system",
    )
    parser.add_argument(
        "--mapping", default="", metavar="M", help="a JSON file, or the name of a saved mapping"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
    parser.add_argument("--user", default="", metavar="U", help="in whose name; default: the house's own")


def run(options: Namespace) -> int:
    """Bring in what can be; rows that are refused are named, and a second run brings in what is left."""
    actor = actor_named(options.user)
    with ExitStack() as stack:
        try:
            return _run(actor, options, _folder(options.folder, stack))
        except OSError as error:
            raise Misused(refused_by_system(error)) from error


def _folder(given: Path, stack: ExitStack) -> Path:
    """The folder that was given, or the one into which an archive is unpacked meanwhile."""
    if given.is_file() and given.suffix.casefold() == ".zip":
        return unpacked(given, Path(stack.enter_context(TemporaryDirectory())))
    if not given.is_dir():
        raise Misused(f"There is no folder {given}.")
    return given


def _run(actor: Actor, options: Namespace, folder: Path) -> int:
    found = files(folder, options.mapping)
    refused = dry(lambda: _all(actor, found)) if options.dry_run else _all(actor, found)
    if options.dry_run:
        print("Nothing was written.")
    return 1 if refused else 0


def bring(actor: Actor, file: File, say: Callable[[Run], None] = lambda _run: None) -> Run:
    """Bring one file in; ``say`` hears of the progress."""
    found = runs.upload(actor=actor, content=file.path.read_bytes(), name=file.path.name, kind=file.kind)
    found = runs.start(
        actor=actor,
        run=found,
        columns=file.columns or found.columns,
        decimal=file.decimal or found.decimal,
        dates=file.dates or found.dates,
    )
    while found.finished_at is None:
        found = runs.proceed(actor=actor, run=found)
        say(found)
    return found


def _all(actor: Actor, found: list[File]) -> int:
    refused = 0
    for file in found:
        done = bring(actor, file, _progress)
        refused += len(done.problems)
        print(
            f"{file.path.name}: {done.added} added, {done.changed} changed, {done.unchanged} unchanged, "
            f"{len(done.problems)} refused."
        )
        for one in done.problems[:SHOWN]:
            sentence = one["sentence"]
            words = gettext(sentence).format(**one["values"])
            print(f"  row {one['row']}{', ' + one['column'] if one['column'] else ''}: {words}")
        if len(done.problems) > SHOWN:
            print(f"  … and {len(done.problems) - SHOWN} more")
    return refused


def _progress(run: Run) -> None:
    if run.finished_at is None:
        print(f"{run.name}: {run.position} of {run.total}", file=sys.stderr, flush=True)


def actor_named(name: str) -> Actor:
    """The user of that name, or the house itself."""
    if not name:
        return HOUSE
    found = User.objects.filter(username__iexact=name, is_active=True).first()
    if found is None:
        raise Misused(f"There is no user {name!r} who may sign in.")
    return cast(Actor, found)
