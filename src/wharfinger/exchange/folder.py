"""What a folder is read by: files named like their kinds, or as a mapping file says."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wharfinger.base.refusal import N_, BadInput
from wharfinger.exchange import sheets
from wharfinger.exchange.lists import HISTORY
from wharfinger.exchange.models import Mapping
from wharfinger.exchange.rules import headings
from wharfinger.exchange.rules.kinds import KINDS

MOST_UNPACKED = 500_000_000
SUFFIXES = (".csv", ".xlsx", ".xls", ".ods", ".txt")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the folder, and how it is read; what is not said is guessed from the file."""

    path: Path
    kind: str
    columns: dict[str, str] = field(default_factory=dict)
    decimal: str = ""
    dates: str = ""


def files(folder: Path, mapping: str = "") -> list[File]:
    """The files to bring in, in the order in which they build on each other.

    mapping: a JSON file (``{"files": [{"file", "kind", "columns", "decimal", "dates"}]}``), or the name of a saved
    mapping for the file of its kind. Raises BadInput when there is nothing to bring in.
    """
    if mapping.endswith(".json"):
        return list(_as_said(folder, Path(mapping)))
    saved = Mapping.objects.filter(name=mapping).first() if mapping else None
    if mapping and saved is None:
        raise BadInput("no_such_mapping_named", N_("There is no mapping “{name}”."), name=mapping)
    found = []
    for kind in KINDS:
        for path in sorted(folder.glob(f"{kind}.*")):
            if path.suffix.casefold() in SUFFIXES:
                own = saved if saved and saved.kind == kind else None
                found.append(
                    File(path, kind, own.columns, own.decimal, own.dates) if own else File(path, kind)
                )
    found += _told_by_headings(folder, {one.path for one in found})
    found.sort(key=lambda one: list(KINDS).index(one.kind))
    if not found:
        raise BadInput(
            "nothing_to_import",
            N_("{folder} has none of: {names}. Name the files so, or give a mapping."),
            folder=str(folder),
            names=", ".join(f"{kind}.csv" for kind in KINDS),
        )
    return found


def _told_by_headings(folder: Path, known: set[Path]) -> Iterator[File]:
    """Files under other names whose headings tell what they hold, as other systems write them."""
    for path in sorted(folder.iterdir()):
        if path in known or path.stem in HISTORY or path.suffix.casefold() not in SUFFIXES:
            continue
        sheet = sheets.read(path.read_bytes(), path.name)
        if kind := headings.kind_of(KINDS.values(), sheet.headings, path.name):
            yield File(path, kind)


def unpacked(archive: Path, into: Path) -> Path:
    """The files of an archive, laid into a folder by their bare names."""
    for name, content in packed(archive.read_bytes()):
        (into / name).write_bytes(content)
    return into


def packed(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The tables in an archive, by their bare names; raises BadInput where it is none, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tables = [one for one in archive.infolist() if Path(one.filename).suffix.casefold() in SUFFIXES]
            if sum(one.file_size for one in tables) > MOST_UNPACKED:
                raise BadInput(
                    "archive_too_large",
                    N_("More than {most} MB are in this archive. Bring its files in one by one."),
                    field="file",
                    most=MOST_UNPACKED // 1_000_000,
                )
            for one in tables:
                yield Path(one.filename).name, archive.read(one)
    except zipfile.BadZipFile as trouble:
        raise BadInput("not_an_archive", N_("This is no whole archive."), field="file") from trouble


def is_archive(content: bytes) -> bool:
    """Whether a file is an archive of files, and no workbook."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        return "[Content_Types].xml" not in names and "mimetype" not in names
    return False


def _as_said(folder: Path, mapping: Path) -> Iterator[File]:
    try:
        said: dict[str, Any] = json.loads(mapping.read_text(encoding="utf-8"))
        for one in said["files"]:
            yield File(
                folder / one["file"],
                one["kind"],
                dict(one["columns"]),
                one.get("decimal", ""),
                one.get("dates", ""),
            )
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        why = trouble.strerror if isinstance(trouble, OSError) else f"{type(trouble).__name__} {trouble}"
        raise BadInput(
            "bad_mapping_file", N_("{file} is no mapping: {why}."), file=str(mapping), why=why
        ) from trouble
